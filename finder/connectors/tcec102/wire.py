"""The T/CEC 102.4 envelope: AES-128-CBC under HMAC-MD5, and the return codes."""

import base64
import binascii
import hashlib
import hmac
import json
import math
import re
from dataclasses import dataclass, field
from decimal import Context, Decimal, DecimalException
from typing import Any

import msgspec
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from finder.errors import OperatorLied

RET_BUSY, RET_OK, RET_SYSTEM = -1, 0, 500
RET_SIGNATURE, RET_TOKEN, RET_ENVELOPE, RET_BUSINESS = 4001, 4002, 4003, 4004

_OPERATOR_ID = re.compile(r"[A-Za-z0-9]{9}")
_TIMESTAMP = re.compile(r"[0-9]{14}")
_SEQ = re.compile(r"[0-9]{4}")
_BLOCK = 16
# Wide enough for every place, price and amount, and for what a platform's own float leaks into its text.
_DIGITS, _MAX_EXPONENT, _MAX_NUMBER = Context(prec=25), 24, 400
_WRITER = msgspec.json.Encoder(decimal_format="number")


class BadEnvelope(OperatorLied):
    """An envelope that cannot be taken, with the Ret that tells its sender so."""

    default_code = "BAD_ENVELOPE"

    def __init__(self, ret: int, zh: str, en: str, *, code: str | None = None) -> None:
        super().__init__(zh, en, code=code)
        self.ret = ret


@dataclass(frozen=True, slots=True)
class Credentials:
    """The secrets of one direction; DataSecret and its IV have 16 ASCII bytes each. Raises ValueError."""

    operator_secret: str = field(repr=False)
    data_secret: str = field(repr=False)
    data_secret_iv: str = field(repr=False)
    sig_secret: str = field(repr=False)

    def __post_init__(self) -> None:
        for name in ("data_secret", "data_secret_iv"):
            value: str = getattr(self, name)
            if len(value) != _BLOCK or not value.isascii():
                raise ValueError(f"{name} must have {_BLOCK} ASCII characters")
        if not self.operator_secret or not self.sig_secret:
            raise ValueError("operator_secret and sig_secret must not be empty")


def encrypt(plain: bytes, keys: Credentials) -> str:
    """Base64 of AES-128-CBC with PKCS#7 padding (T/CEC 102.4)."""
    padder = padding.PKCS7(_BLOCK * 8).padder()
    encryptor = _cipher(keys).encryptor()
    padded = padder.update(plain) + padder.finalize()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()


def decrypt(data: str, keys: Credentials) -> bytes:
    """The inverse. Verify the signature first: the padding's errors would tell a stranger about the text.

    Raises BadEnvelope (4003).
    """
    try:
        raw = base64.b64decode(data, validate=True)
        decryptor, unpadder = _cipher(keys).decryptor(), padding.PKCS7(_BLOCK * 8).unpadder()
        return unpadder.update(decryptor.update(raw) + decryptor.finalize()) + unpadder.finalize()
    except (ValueError, binascii.Error) as bad:
        raise BadEnvelope(
            RET_ENVELOPE,
            "Data 无法解密，请核对 DataSecret 与 DataSecretIV",
            "Data cannot be decrypted: check DataSecret and DataSecretIV",
            code="DATA_UNDECRYPTABLE",
        ) from bad


def _cipher(keys: Credentials) -> Cipher[modes.CBC]:
    return Cipher(algorithms.AES(keys.data_secret.encode()), modes.CBC(keys.data_secret_iv.encode()))


def signature(text: str, keys: Credentials) -> str:
    """Upper-case hexadecimal HMAC-MD5 under SigSecret (T/CEC 102.4)."""
    return hmac.new(keys.sig_secret.encode(), text.encode(), hashlib.md5).hexdigest().upper()


def signed_by(text: str, sig: object, keys: Credentials) -> bool:
    """Whether `sig` is the text's signature; the case of its letters does not matter."""
    if not isinstance(sig, str) or len(sig) != 32 or not sig.isascii():
        return False
    return hmac.compare_digest(signature(text, keys).encode(), sig.upper().encode())


def parse(raw: bytes | str, *, exact: bool = False) -> Any:
    """JSON of any depth that Python takes; NaN is read, for the mapping to refuse in its one record.

    `exact` reads numbers with a fraction or an exponent as Decimal, as money must be. Raises BadEnvelope (4003).
    """
    try:
        return json.loads(raw, parse_float=_exact if exact else None)
    except (ValueError, RecursionError) as bad:
        raise BadEnvelope(
            RET_ENVELOPE, "报文不是有效的 JSON（UTF-8）", "the message is not valid JSON in UTF-8", code="NOT_JSON"
        ) from bad


def _exact(text: str) -> Decimal | float:
    """25 significant digits; what nothing on earth can measure is NaN."""
    try:
        value = _DIGITS.create_decimal(text) if len(text) <= _MAX_NUMBER else None
    except DecimalException:
        value = None
    return math.nan if value is None or abs(value.adjusted()) > _MAX_EXPONENT else value


def write(body: object) -> bytes:
    """A body as JSON in UTF-8; a Decimal is a number with the digits that it has."""
    return _WRITER.encode(body)


@dataclass(frozen=True, slots=True)
class Request:
    """A request's envelope; its lengths are checked, since the signed text has no separators."""

    operator_id: str
    data: str
    timestamp: str
    seq: str
    sig: str

    @classmethod
    def seal(cls, operator_id: str, plain: bytes, timestamp: str, seq: str, keys: Credentials) -> "Request":
        """Encrypts and signs."""
        data = encrypt(plain, keys)
        return cls(operator_id, data, timestamp, seq, signature(operator_id + data + timestamp + seq, keys))

    @classmethod
    def read(cls, message: object) -> "Request":
        """From parsed JSON, its keys in any case. Raises BadEnvelope (4003)."""
        fields = lower_keys(message)
        values = [fields.get(name) for name in ("operatorid", "data", "timestamp", "seq", "sig")]
        operator_id, data, timestamp, seq, sig = (v if isinstance(v, str) else "" for v in values)
        # Shifted borders between the fields would have the same signature; their exact lengths rule that out.
        exact = _OPERATOR_ID.fullmatch(operator_id) and _TIMESTAMP.fullmatch(timestamp) and _SEQ.fullmatch(seq)
        if not exact or not data or not data.isascii() or len(sig) != 32:
            raise BadEnvelope(
                RET_ENVELOPE,
                "报文参数有误：OperatorID 9 位、TimeStamp 14 位、Seq 4 位、Sig 32 位，Data 为 Base64 文本",
                "wrong envelope: OperatorID has 9 characters, TimeStamp 14, Seq 4, Sig 32, and Data is base64 text",
                code="ENVELOPE_FIELDS",
            )
        return cls(operator_id, data, timestamp, seq, sig)

    def signed_by(self, keys: Credentials) -> bool:
        """Whether the signature holds under these keys."""
        return signed_by(self.operator_id + self.data + self.timestamp + self.seq, self.sig, keys)

    def to_json(self) -> bytes:
        """As sent."""
        return json.dumps(
            {
                "OperatorID": self.operator_id,
                "Data": self.data,
                "TimeStamp": self.timestamp,
                "Seq": self.seq,
                "Sig": self.sig,
            }
        ).encode()


@dataclass(frozen=True, slots=True)
class Response:
    """A response's envelope. `data` is the base64 text, or a plain object where the platform does not encrypt."""

    ret: int
    msg: str
    data: object
    sig: object

    @classmethod
    def seal(cls, ret: int, msg: str, plain: bytes | None, keys: Credentials) -> "Response":
        """Encrypts and signs; no plain text leaves Data empty."""
        data = "" if plain is None else encrypt(plain, keys)
        return cls(ret, msg, data, signature(f"{ret}{msg}{data}", keys))

    @classmethod
    def read(cls, message: object) -> "Response":
        """From parsed JSON, its keys in any case; Ret may be a number or its text. Raises BadEnvelope."""
        fields = lower_keys(message)
        ret, msg = fields.get("ret"), fields.get("msg")
        try:
            number = int(str(ret)) if isinstance(ret, int | str) and not isinstance(ret, bool) else None
        except ValueError:
            number = None
        if number is None or not isinstance(msg, str | None):
            raise BadEnvelope(
                RET_ENVELOPE, "应答缺少 Ret 或 Msg", "the answer lacks Ret or Msg", code="ENVELOPE_FIELDS"
            )
        return cls(number, msg or "", fields.get("data"), fields.get("sig"))

    def signed_by(self, keys: Credentials) -> bool:
        """Whether the signature over Ret + Msg + Data holds."""
        data = "" if self.data is None else self.data
        return isinstance(data, str) and signed_by(f"{self.ret}{self.msg}{data}", self.sig, keys)

    def to_json(self) -> bytes:
        """As sent."""
        return json.dumps(
            {"Ret": self.ret, "Msg": self.msg, "Data": self.data, "Sig": self.sig}, ensure_ascii=False
        ).encode()


def lower_keys(message: object) -> dict[str, Any]:
    """An object's fields by lower-case name. Raises BadEnvelope (4003) for anything that is not an object."""
    if not isinstance(message, dict):
        raise BadEnvelope(RET_ENVELOPE, "报文应为 JSON 对象", "the message must be a JSON object", code="NOT_AN_OBJECT")
    return {str(key).lower(): value for key, value in message.items()}
