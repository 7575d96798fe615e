"""An operator's machine: keys of its own, and assertions that it signs, right or wrong."""

import secrets
import time
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Machine:
    """Signs as RFC 7523 says; `changes` break one thing at a time (None leaves a claim out)."""

    def __init__(self, client_id: str = "op-one", kid: str = "k1", *, rsa: bool = False) -> None:
        parameters: Any = {"kid": kid}
        self.client_id, self.kid = client_id, kid
        self.key: RSAKey | ECKey = (
            RSAKey.generate_key(2048, parameters) if rsa else ECKey.generate_key("P-256", parameters)
        )
        self.alg = "RS256" if rsa else "ES256"

    @property
    def public(self) -> dict[str, Any]:
        """The public key as a JWK."""
        return dict(self.key.as_dict(private=False))

    def keys(self, *others: "Machine") -> KeySet:
        """What is registered."""
        return KeySet([type(m.key).import_key(m.public) for m in (self, *others)])

    def assertion(self, audience: Any, header: dict[str, Any] | None = None, **changes: Any) -> str:
        """A signed statement for the token endpoint."""
        now = int(time.time())
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": audience,
            "iat": now,
            "exp": now + 60,
            "jti": secrets.token_urlsafe(16),
        } | changes
        told = {"alg": self.alg, "kid": self.kid} | (header or {})
        kept = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(told, kept, self.key, algorithms=[told["alg"]])

    def form(self, assertion: str, **more: str) -> dict[str, str]:
        """The request for a token."""
        asked = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION_TYPE}
        return asked | {"client_assertion": assertion} | more
