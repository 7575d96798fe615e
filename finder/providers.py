"""Which providers of identity a deployment has: a TOML file names them, the environment holds their secrets."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from pydantic import SecretStr

from finder.errors import SettingsError
from finder.identity.alipay import AUTHORIZE_URL, GATEWAY, AlipayProvider
from finder.identity.oidc import AnyProvider, Provider
from finder.identity.wechat import EXCHANGE_URL, WechatProvider, Where
from finder.money.channels import rsa
from finder.money.channels.alipay.signer import sign, signed_by, spans

_ID = re.compile(r"[a-z0-9]{1,32}")
_PRACTICE = "127.0.0.1"  # what never leaves the machine may go without TLS


class _Oidc(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="oidc"):
    id: str
    name: str
    issuer: str
    client_id: str


class _Wechat(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="wechat"):
    id: str
    name: str
    client_id: str
    where: Where = Where.WEBSITE
    authorize_url: str = ""
    exchange_url: str = EXCHANGE_URL


class _Alipay(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="alipay"):
    id: str
    name: str
    client_id: str
    alipay_keys: list[str]  # files beside this one, the newest first, two while they rotate
    authorize_url: str = AUTHORIZE_URL
    gateway: str = GATEWAY


@dataclass(frozen=True, slots=True)
class AlipaySeals:
    """The port of identity to Alipay's signatures, over the signer that payments use."""

    ours: RSAPrivateKey = field(repr=False)
    theirs: Sequence[RSAPublicKey] = field(repr=False)

    def sign(self, params: Mapping[str, str]) -> dict[str, str]:
        """See Seals."""
        return sign(params, self.ours)

    def open(self, body: bytes) -> Mapping[str, tuple[Any, bool]]:
        """See Seals."""
        members = spans(body.decode())
        signature = members.get("sign", (None, ""))[0]
        return {
            name: (told, isinstance(told, dict) and signed_by(self.theirs, raw.encode(), signature))
            for name, (told, raw) in members.items()
        }


def load_providers(path: Path, environ: Mapping[str, str]) -> list[AnyProvider]:
    """Each `[[provider]]` by its `kind` (oidc where it has none); its secret is FINDER_OIDC_<ID>_SECRET.

    Alipay's secret is the application's private key. Raises SettingsError.
    """
    try:
        listed = tomllib.loads(path.read_text(encoding="utf-8")).get("provider", [])
        told = [msgspec.convert({"kind": "oidc", **each}, _Oidc | _Wechat | _Alipay) for each in listed]
        keys = {
            each.id: tuple(rsa.public_key((path.parent / file).read_text(), file) for file in each.alipay_keys)
            for each in told
            if isinstance(each, _Alipay)
        }
    except (OSError, ValueError, TypeError) as bad:
        raise SettingsError(
            f"FINDER_OIDC_FILE {path} 无法使用：{bad}", f"FINDER_OIDC_FILE {path} cannot be used: {bad}"
        ) from None
    if len({each.id for each in told}) < len(told):
        raise SettingsError("FINDER_OIDC_FILE 中 id 重复", "an id stands twice in FINDER_OIDC_FILE")
    return [_provider(each, keys.get(each.id, ()), environ) for each in told]


def _provider(
    told: _Oidc | _Wechat | _Alipay, keys: tuple[RSAPublicKey, ...], environ: Mapping[str, str]
) -> AnyProvider:
    name = f"FINDER_OIDC_{told.id.upper()}_SECRET"
    secret = environ.get(name, "")
    match told:
        case _Oidc():
            # Practice does not help here: an issuer is compared with what tokens say.
            _check(told.id, "issuer", told.issuer.startswith("https://"), secret)
            return Provider(told.id, told.name, told.issuer, told.client_id, SecretStr(secret))
        case _Wechat():
            good = _safe(told.authorize_url or EXCHANGE_URL) and _safe(told.exchange_url)
            _check(told.id, "authorize_url, exchange_url", good, secret)
            return WechatProvider(
                told.id,
                told.name,
                told.client_id,
                SecretStr(secret),
                told.where,
                told.authorize_url,
                told.exchange_url,
            )
        case _Alipay():
            good = _safe(told.authorize_url) and _safe(told.gateway) and bool(keys)
            _check(told.id, "alipay_keys, authorize_url, gateway", good, secret)
            seals = AlipaySeals(rsa.private_key(secret, name), keys)
            return AlipayProvider(told.id, told.name, told.client_id, seals, told.authorize_url, told.gateway)


def _safe(url: str) -> bool:
    try:
        address = httpx.URL(url)
    except httpx.InvalidURL:
        return False
    return bool(address.host) and (
        address.scheme == "https" or (address.scheme == "http" and address.host == _PRACTICE)
    )


def _check(provider_id: str, what: str, good: bool, secret: str) -> None:  # noqa: FBT001
    if not _ID.fullmatch(provider_id) or not good or not secret:
        raise SettingsError(
            f"登录方式 {provider_id!r} 有误：id 为小写字母与数字，{what} 须填写且地址以 https:// 开头，"
            f"密钥置于 FINDER_OIDC_{provider_id.upper()}_SECRET",
            f"provider {provider_id!r}: id in small letters and digits, {what} given and addresses with https://, "
            f"and the secret in FINDER_OIDC_{provider_id.upper()}_SECRET",
        )
