"""SHA256 with RSA and PKCS#1 v1.5, as both channels sign: 'SHA256-RSA2048' at WeChat, 'RSA2' at Alipay."""

import base64
import binascii

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_private_key, load_der_public_key

from finder.errors import SettingsError

LEAST_BITS = 2048


def new_key() -> RSAPrivateKey:
    """A fresh one; it takes a good part of a second."""
    return generate_private_key(65537, LEAST_BITS)


def sign(key: RSAPrivateKey, message: bytes) -> str:
    """The signature in base64."""
    return base64.b64encode(key.sign(message, PKCS1v15(), SHA256())).decode()


def signed_by(key: RSAPublicKey, message: bytes, signature: object) -> bool:
    """Whether the signature holds; False for whatever is no base64, too."""
    if not isinstance(signature, str):
        return False
    try:
        key.verify(base64.b64decode(signature, validate=True), message, PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def private_key(text: str, name: str) -> RSAPrivateKey:
    """From PEM or the bare base64 that Alipay's tools give. Raises SettingsError, which names the setting alone."""
    try:
        key = load_der_private_key(_der(text), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise _unreadable(name) from None
    if not isinstance(key, RSAPrivateKey) or key.key_size < LEAST_BITS:
        raise _unreadable(name)
    return key


def public_key(text: str, name: str) -> RSAPublicKey:
    """From PEM or bare base64. Raises SettingsError."""
    try:
        key = load_der_public_key(_der(text))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise _unreadable(name) from None
    if not isinstance(key, RSAPublicKey) or key.key_size < LEAST_BITS:
        raise _unreadable(name)
    return key


def _der(text: str) -> bytes:
    lines = [line.strip() for line in text.strip().splitlines()]
    return base64.b64decode("".join(line for line in lines if not line.startswith("-----")), validate=True)


def _unreadable(name: str) -> SettingsError:
    return SettingsError(
        f"{name} 不是可用的 RSA 密钥（至少 {LEAST_BITS} 位），请重新下载并核对",
        f"{name} is no RSA key of at least {LEAST_BITS} bits: download it again and check it",
    )
