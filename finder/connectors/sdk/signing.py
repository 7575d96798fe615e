"""Signatures as vendors' APIs want them most often."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from typing import Literal

Encoding = Literal["hex", "HEX", "base64"]
_ENCODINGS: dict[Encoding, Callable[[bytes], str]] = {
    "hex": bytes.hex,
    "HEX": lambda raw: raw.hex().upper(),
    "base64": lambda raw: base64.b64encode(raw).decode(),
}


def hmac_sha256(secret: str, *parts: str, joined_by: str = "\n", encoding: Encoding = "hex") -> str:
    """HMAC-SHA256 (RFC 2104) over the parts as UTF-8, joined by line feeds unless told otherwise."""
    digest = hmac.new(secret.encode(), joined_by.join(parts).encode(), hashlib.sha256).digest()
    return _ENCODINGS[encoding](digest)
