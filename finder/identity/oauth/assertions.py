"""private_key_jwt (RFC 7523): a client proves that it has its key by a short-lived signed statement, once."""

from collections.abc import Callable
from typing import Any

from authlib.oauth2.rfc6749 import InvalidClientError
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from finder.identity.oauth.clients import ALGORITHMS, AUTH_METHOD, OAuthClient

LEEWAY_S = 30  # two machines' clocks differ
LONGEST_S = 3_600
MAX_JTI = 255
_TYPES = (None, "JWT", "jwt", "client-authentication+jwt")


class KeyAssertion(JWTBearerClientAssertion):
    """As Authlib has it, with what it leaves open: algorithms, ages, one audience, and each statement but once.

    `audiences` are our issuer and our token endpoint; `spend` says whether a client's jti is new.
    """

    CLIENT_AUTH_METHOD = AUTH_METHOD  # type: ignore[misc]  # the stubs call it final; Authlib has it overridden

    def __init__(
        self, audiences: tuple[str, ...], now: Callable[[], int], spend: Callable[[str, str, int], bool]
    ) -> None:
        super().__init__(validate_jti=True, leeway=LEEWAY_S)
        self._audiences, self._now, self._spend = audiences, now, spend

    def get_audiences(self) -> list[str]:
        """See JWTBearerClientAssertion."""
        return list(self._audiences)

    def resolve_client_public_key(self, client: OAuthClient) -> KeySet:
        """The keys that the client registered, by kid."""
        return client.keys

    def extract_assertion(self, assertion: str) -> Any:
        """Header and claims, nothing believed yet."""
        try:
            return super().extract_assertion(assertion)
        except (RecursionError, ValueError, TypeError, AttributeError) as odd:
            raise InvalidClientError(description="Invalid JWT assertion.") from odd

    def process_assertion_claims(self, assertion: str, resolve_key: Any) -> jwt.Claims:
        """Verifies the signature, then the claims. Raises InvalidClientError."""
        try:
            token = jwt.decode(assertion, resolve_key, algorithms=ALGORITHMS)
        except (JoseError, ValueError, TypeError) as bad:
            # The same words as for a client that is not there.
            raise InvalidClientError(description="No such client, or the signature is wrong.") from bad
        if token.header.get("typ") not in _TYPES:
            raise InvalidClientError(description="The assertion's typ is wrong.")
        self.verify_claims(token.claims)
        return token.claims

    def verify_claims(self, claims: jwt.Claims) -> None:
        """RFC 7523, 3: iss and sub are the client, aud is us and nobody else, and it is of now."""
        registry = jwt.JWTClaimsRegistry(
            now=self._now,
            leeway=LEEWAY_S,
            iss={"essential": True},
            sub={"essential": True},
            aud={"essential": True, "values": list(self._audiences)},
            exp={"essential": True},
            iat={"essential": True},
            jti={"essential": True},
        )
        try:
            registry.validate(claims)
        except JoseError as bad:
            claim = getattr(bad, "claim", None) or bad.error
            raise InvalidClientError(description=f"The assertion is refused: {claim}.") from bad
        if claims["iss"] != claims["sub"]:
            raise InvalidClientError(description="iss and sub must both be the client.")
        # One that is also meant for others could be carried from them to us.
        if isinstance(claims["aud"], list) and len(claims["aud"]) != 1:
            raise InvalidClientError(description="aud must name this server alone.")
        if claims["exp"] - self._now() > LONGEST_S + LEEWAY_S or self._now() - claims["iat"] > LONGEST_S + LEEWAY_S:
            raise InvalidClientError(description=f"The assertion must be younger and end within {LONGEST_S} seconds.")
        jti = claims["jti"]
        if not isinstance(jti, str) or not 1 <= len(jti) <= MAX_JTI:
            raise InvalidClientError(description=f"jti must have 1 to {MAX_JTI} characters.")
        if not self._spend(claims["sub"], jti, int(claims["exp"]) + LEEWAY_S + 1):
            raise InvalidClientError(description="The assertion was used before: sign another.")
