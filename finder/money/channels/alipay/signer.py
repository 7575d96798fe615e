"""Alipay's RSA2 signatures: our parameters, its answers' raw text, its callbacks.

Source: opendocs.alipay.com/common, 自行实现签名 and 自行实现验签.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from finder.errors import ChannelLied
from finder.kernel.clock import Clock
from finder.money.channels import rsa
from finder.money.channels.fields import Fields

CHANNEL = "alipay"
MAX_NOTICE_BYTES = 64 * 1024
_MOST_FIELDS = 200
_AHEAD = timedelta(minutes=5)
_DECODER = json.JSONDecoder(parse_float=Decimal)


def content(params: Mapping[str, str], without: Iterable[str] = ("sign",)) -> bytes:
    """What is signed: name=value in the order of names, joined by '&', empty ones left out."""
    left_out = frozenset(without)
    return "&".join(
        f"{name}={params[name]}" for name in sorted(params) if name not in left_out and params[name]
    ).encode()


def sign(params: Mapping[str, str], key: RSAPrivateKey) -> dict[str, str]:
    """The same parameters with their signature."""
    return {**params, "sign": rsa.sign(key, content(params))}


def signed_by(keys: Sequence[RSAPublicKey], message: bytes, signature: object) -> bool:
    """Whether one of Alipay's keys signed it."""
    return any(rsa.signed_by(key, message, signature) for key in keys)


def spans(text: str) -> dict[str, tuple[Any, str]]:
    """The members of a JSON object, each with the very text that it was read from. Raises ValueError.

    Alipay signs that text: what is parsed and written anew has other escapes and another signature.
    """
    members: dict[str, tuple[Any, str]] = {}
    at = _skip(text, 0)
    if text[at : at + 1] != "{":
        raise ValueError("no object")
    at = _skip(text, at + 1)
    while text[at : at + 1] != "}":
        if text[at : at + 1] != '"':
            raise ValueError("no name")
        name, at = _DECODER.raw_decode(text, at)
        at = _skip(text, at)
        if text[at : at + 1] != ":" or name in members:
            raise ValueError("no value, or a name twice")
        begin = _skip(text, at + 1)
        value, at = _DECODER.raw_decode(text, begin)
        members[name] = (value, text[begin:at])
        at = _skip(text, at)
        if text[at : at + 1] == ",":
            at = _skip(text, at + 1)
        elif text[at : at + 1] != "}":
            raise ValueError("no end")
    if text[at + 1 :].strip():
        raise ValueError("more than an object")
    return members


def _skip(text: str, at: int) -> int:
    while text[at : at + 1] in (" ", "\t", "\r", "\n") and at < len(text):
        at += 1
    return at


def read_notice_fields(body: bytes, keys: Sequence[RSAPublicKey], app_id: str, age: timedelta, clock: Clock) -> Fields:
    """A callback's parameters, signed by Alipay for this application and not too old. Raises ChannelLied."""
    if len(body) > MAX_NOTICE_BYTES:
        raise lied("NOTICE_TOO_LARGE", f"回调超过 {MAX_NOTICE_BYTES} 字节", f"over {MAX_NOTICE_BYTES} bytes")
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=_MOST_FIELDS
        )
    except ValueError:
        raise lied("FORM", "回调不是表单", "the callback is no form") from None
    params = dict(pairs)
    if len(params) != len(pairs):
        raise lied("FORM", "回调的参数重复", "a parameter of the callback comes twice")
    if params.get("sign_type") != "RSA2" or params.get("charset", "utf-8").lower() != "utf-8":
        raise lied("SIGN_TYPE", "签名方式或编码不受支持", "another kind of signature or encoding")
    if not signed_by(keys, content(params, ("sign", "sign_type")), params.get("sign")):
        raise lied("SIGNATURE", "签名不符", "the signature is wrong")
    fields = Fields(CHANNEL, params)
    fields.same("app_id", app_id)
    sent_at = fields.moment("notify_time")
    if sent_at is None or not -_AHEAD <= clock() - sent_at <= age:
        raise lied("STALE", "通知时间缺失或过旧", "its time is missing or too old")
    return fields


def lied(code: str, zh: str, en: str) -> ChannelLied:
    """What to raise for something of Alipay's that cannot be believed."""
    return ChannelLied(f"支付宝：{zh}", f"Alipay: {en}", code=code)
