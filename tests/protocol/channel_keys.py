"""RSA keys for tests, made once for a whole run: making one takes longer than most tests."""

from functools import cache

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key


@cache
def key(name: str) -> RSAPrivateKey:
    """The key of this name."""
    assert name
    return generate_private_key(65537, 2048)
