"""A practice browser's side of Web Push: its keys, and opening what was sealed for it, straight from RFC 8291 and 8188.

Written apart from what seals in the finder, so that a mistake of one is not the other's too.
"""

import base64
import secrets
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_HEAD = 16 + 4 + 1 + 65  # salt, record size, length of the key's id, which is the sender's point
_TAG = 16


class CannotOpen(Exception):
    """The body was not sealed for this browser, or not as the standard says."""


def unpadded(raw: bytes) -> str:
    """base64url as Web Push writes it."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def padded(text: str) -> bytes:
    """The inverse. Raises ValueError."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def point_of(key: ec.EllipticCurvePublicKey) -> bytes:
    """65 bytes, uncompressed."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


@dataclass(slots=True)
class PracticeBrowser:
    """One subscription's secrets."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()), repr=False)
    auth: bytes = field(default_factory=lambda: secrets.token_bytes(16), repr=False)

    @property
    def p256dh(self) -> bytes:
        """Its public point."""
        return point_of(self.key.public_key())

    def open(self, body: bytes) -> bytes:
        """The message, of one record. Raises CannotOpen."""
        if len(body) < _HEAD + _TAG + 1 or body[20] != 65:
            raise CannotOpen("the header of aes128gcm, with a point of 65 bytes, is missing")
        salt, size, theirs, record = body[:16], int.from_bytes(body[16:20], "big"), body[21:_HEAD], body[_HEAD:]
        if len(record) > size:
            raise CannotOpen("more than one record")
        try:
            sender = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)
        except ValueError as bad:
            raise CannotOpen("the sender's point lies on no curve") from bad
        info = b"WebPush: info\0" + self.p256dh + theirs
        ikm = _hkdf(self.auth, self.key.exchange(ec.ECDH(), sender), info, 32)
        key = _hkdf(salt, ikm, b"Content-Encoding: aes128gcm\0", 16)
        nonce = _hkdf(salt, ikm, b"Content-Encoding: nonce\0", 12)
        try:
            plain = AESGCM(key).decrypt(nonce, record, None).rstrip(b"\0")
        except InvalidTag as bad:
            raise CannotOpen("it was sealed for another browser") from bad
        if plain[-1:] != b"\x02":
            raise CannotOpen("the last record's delimiter is missing")
        return plain[:-1]


def _hkdf(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)
