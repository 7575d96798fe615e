"""Piles' passwords: made by us, kept as Argon2id hashes, compared in constant time."""

import base64
import binascii
import hashlib
import os
import secrets

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

# The least that OWASP recommends: a guess costs 19 MiB and a thirtieth of a second.
_MEMORY_KIB, _ITERATIONS, _LANES = 19 * 1024, 2, 1
MIN_LENGTH, MAX_LENGTH = 16, 40  # OCPP 2.0.1, BasicAuthPassword


def new_password() -> str:
    """40 hexadecimal digits: what 1.6 calls an AuthorizationKey, and 2.0.1 takes as a password."""
    return secrets.token_hex(20)


def hash_password(password: str) -> str:
    """The hash as text in PHC form, with a salt of its own. Raises ValueError for a length that OCPP does not take."""
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH or not password.isascii() or not password.isprintable():
        raise ValueError(f"a pile's password has {MIN_LENGTH} to {MAX_LENGTH} printable ASCII characters")
    kdf = Argon2id(
        salt=os.urandom(16), length=32, iterations=_ITERATIONS, lanes=_LANES, memory_cost=_MEMORY_KIB, secret=None
    )
    return kdf.derive_phc_encoded(password.encode())


def matches(given: bytes, encoded: str) -> bool:
    """Whether this is the password, in constant time; about 35 ms, without holding the interpreter."""
    try:
        Argon2id.verify_phc_encoded(given, encoded)
    except (InvalidKey, ValueError):
        return False
    return True


def read_basic(header: str) -> tuple[str, bytes] | None:
    """User and password of an Authorization header; None where it is no Basic one.

    A 1.6 pile may send its key as the 20 bytes that the hexadecimal digits stand for; those are read as digits.
    """
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, password = base64.b64decode(encoded.strip(), validate=True).partition(b":")
        name = user.decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        return None
    if not colon:
        return None
    printable = all(0x20 <= byte < 0x7F for byte in password)
    return name, password if printable else password.hex().encode()


class Remembered:
    """Which passwords were right lately, so that a pile that reconnects costs no second hash.

    Kept in this process alone, as digests under a key that dies with it, and beside the hash that they matched.
    """

    def __init__(self, capacity: int = 10_000) -> None:
        self._key = os.urandom(32)
        self._capacity = capacity
        self._known: dict[str, bytes] = {}

    def knows(self, pile_id: str, given: bytes, encoded: str) -> bool:
        """Whether this password matched this hash before."""
        known = self._known.get(pile_id, b"")
        return secrets.compare_digest(known, self._digest(given, encoded))

    def remember(self, pile_id: str, given: bytes, encoded: str) -> None:
        """Notes that it matched; where there is no room the oldest is forgotten."""
        self._known.pop(pile_id, None)
        while len(self._known) >= self._capacity:
            del self._known[next(iter(self._known))]
        self._known[pile_id] = self._digest(given, encoded)

    def _digest(self, given: bytes, encoded: str) -> bytes:
        text = len(given).to_bytes(4, "big") + given + encoded.encode()
        return hashlib.blake2b(text, key=self._key, digest_size=32).digest()
