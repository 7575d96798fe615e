"""An operator's machine as OAuth knows it: its public keys, and what it may ask for."""

from base64 import urlsafe_b64decode
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from authlib.oauth2.rfc6749 import ClientMixin
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey

from finder.errors import BadInput

MAX_KEYS = 4  # two would do for a rotation
MAX_KID = 100
RSA_BITS = (2_048, 4_096)
CURVE = "P-256"
ALGORITHMS = ("RS256", "ES256")
AUTH_METHOD = "private_key_jwt"
GRANT = "client_credentials"
_E = "AQAB"  # 65,537, which every library makes
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


@dataclass(frozen=True)
class OAuthClient(ClientMixin):
    """A client by its public keys; it authenticates by no other means, and has no other grant."""

    client_id: str
    keys: KeySet
    scopes: frozenset[str]

    def get_client_id(self) -> str:
        """See ClientMixin."""
        return self.client_id

    def get_allowed_scope(self, scope: Collection[str] | str) -> str:
        """Of what is asked for, or of all, what it may have."""
        asked = set(scope.split() if isinstance(scope, str) else scope)
        return " ".join(sorted(asked & self.scopes if asked else self.scopes))

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """See ClientMixin."""
        return method == AUTH_METHOD

    def check_grant_type(self, grant_type: str) -> bool:
        """See ClientMixin."""
        return grant_type == GRANT


class Clients(Protocol):
    """Whoever keeps the clients."""

    async def client(self, client_id: str) -> OAuthClient | None:
        """The client as it stands now; None for one that is not there or may have no token. Raises StoreUnavailable."""


def read_public_keys(keys: Any) -> KeySet:
    """The keys of a JWK Set: 1 to MAX_KEYS of RSA (2,048 to 4,096 bits) or P-256, public, each with its own kid.

    Raises BadInput: PUBLIC_KEYS, or PRIVATE_KEY for one that has come with its secret part and is spoilt.
    """
    if not isinstance(keys, list) or not 1 <= len(keys) <= MAX_KEYS:
        raise _refused(f"应有 1 至 {MAX_KEYS} 个公钥", f"give 1 to {MAX_KEYS} public keys")
    read = [_read(key) for key in keys]
    if len({key.kid for key in read}) < len(read):
        raise _refused("每个公钥的 kid 应各不相同", "each public key needs a kid of its own")
    return KeySet(list(read))


def _read(raw: object) -> RSAKey | ECKey:
    if not isinstance(raw, Mapping):
        raise _refused("公钥应为 JWK 对象", "a public key must be a JWK object")
    if _PRIVATE & raw.keys():
        raise BadInput(
            "提交的密钥含有私钥部分，该密钥已不安全：请重新生成，只提交公钥",
            "the key came with its private part and is no longer safe: make another, and send the public part alone",
            code="PRIVATE_KEY",
        )
    kid, kty = raw.get("kid"), raw.get("kty")
    if not isinstance(kid, str) or not 1 <= len(kid) <= MAX_KID or not (kid.isascii() and kid.isprintable()):
        raise _refused(f"kid 应为 1 至 {MAX_KID} 个 ASCII 字符", f"kid must have 1 to {MAX_KID} ASCII characters")
    told = {name: value for name in ("n", "e", "crv", "x", "y") if isinstance(value := raw.get(name), str)}
    try:
        if kty == "RSA":
            bits = int.from_bytes(urlsafe_b64decode(told["n"] + "==")).bit_length()
            if RSA_BITS[0] <= bits <= RSA_BITS[1] and told["e"] == _E:
                return RSAKey.import_key({"kty": "RSA", "kid": kid, "use": "sig", "alg": "RS256", **told})
        elif kty == "EC" and raw.get("crv") == CURVE:
            ec = ECKey.import_key({"kty": "EC", "kid": kid, "use": "sig", "alg": "ES256", **told})
            if ec.public_key.curve.name == "secp256r1":
                return ec
    except (JoseError, ValueError, TypeError, KeyError):
        pass
    raise _refused(
        f"公钥 {kid} 无法使用：应为 RSA（{RSA_BITS[0]} 至 {RSA_BITS[1]} 位，e=65537）或 EC {CURVE}",
        f"the public key {kid} cannot be used: RSA of {RSA_BITS[0]} to {RSA_BITS[1]} bits (e=65537) or EC {CURVE}",
    )


def _refused(zh: str, en: str) -> BadInput:
    return BadInput(zh, en, code="PUBLIC_KEYS")
