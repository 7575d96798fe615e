"""A provider that speaks OpenID Connect: code flow with PKCE and a nonce, a token under the provider's own keys."""

import ssl
from dataclasses import dataclass
from typing import Any

import httpx
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import SecretStr

from finder.identity.providers import MAX_ANSWER, TIMEOUT_S, Asking, ProviderRefused, ProviderUnavailable, named
from finder.kernel.clock import Clock

LEEWAY_S = 60
ALGORITHMS = ["RS256", "ES256"]
_SCOPE = "openid"  # who it is, and nothing else about it


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider at which we are registered. `id` is ours and stays."""

    id: str
    name: str
    issuer: str
    client_id: str
    client_secret: SecretStr


class OpenId:
    """See Speaker."""

    def __init__(
        self, provider: Provider, clock: Clock, *, timeout_s: float = TIMEOUT_S, verify: ssl.SSLContext | bool = True
    ) -> None:
        self._provider, self._clock, self._timeout_s, self._verify = provider, clock, timeout_s, verify
        self._client = httpx.AsyncClient(timeout=timeout_s, trust_env=False, verify=verify)

    async def address(self, asking: Asking) -> str:
        """See Speaker."""
        metadata = await self._metadata()
        async with self._client_of(asking) as client:
            url, _ = client.create_authorization_url(
                metadata["authorization_endpoint"],
                state=asking.state,
                nonce=asking.nonce,
                code_verifier=asking.verifier,
            )
        return str(url)

    async def subject(self, asking: Asking, code: str) -> str:
        """See Speaker."""
        metadata = await self._metadata()
        try:
            async with self._client_of(asking) as client:
                answer = await client.fetch_token(metadata["token_endpoint"], code=code, code_verifier=asking.verifier)
        except OAuthError:
            raise ProviderRefused from None
        except (httpx.HTTPError, ValueError):
            raise ProviderUnavailable from None
        keys = await self._fetched(metadata["jwks_uri"])
        rules = jwt.JWTClaimsRegistry(
            now=int(self._clock().timestamp()),
            leeway=LEEWAY_S,
            iss={"essential": True, "value": self._provider.issuer},
            aud={"essential": True, "value": self._provider.client_id},
            nonce={"essential": True, "value": asking.nonce},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        )
        try:
            token = jwt.decode(str(answer["id_token"]), KeySet.import_key_set(keys), algorithms=ALGORITHMS)  # type: ignore[arg-type]
            rules.validate(token.claims)
            audience, party = token.claims["aud"], token.claims.get("azp", self._provider.client_id)
            alone = isinstance(audience, str) or len(audience) == 1
            if party != self._provider.client_id or not (alone or "azp" in token.claims):
                raise ProviderRefused
            subject = token.claims["sub"]
        except (JoseError, ValueError, KeyError, TypeError):
            raise ProviderRefused from None
        return named(subject)

    async def close(self) -> None:
        """See Speaker."""
        await self._client.aclose()

    async def _metadata(self) -> dict[str, Any]:
        told = await self._fetched(f"{self._provider.issuer.rstrip('/')}/.well-known/openid-configuration")
        wanted = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        if told.get("issuer") != self._provider.issuer or not all(isinstance(told.get(name), str) for name in wanted):
            raise ProviderUnavailable
        return told

    async def _fetched(self, url: str) -> dict[str, Any]:
        try:
            answer = await self._client.get(url)
            told = answer.json() if answer.status_code == 200 and len(answer.content) <= MAX_ANSWER else None
        except (httpx.HTTPError, httpx.InvalidURL, ValueError):
            raise ProviderUnavailable from None
        if not isinstance(told, dict):
            raise ProviderUnavailable
        return told

    def _client_of(self, asking: Asking) -> AsyncOAuth2Client:
        return AsyncOAuth2Client(
            client_id=self._provider.client_id,
            client_secret=self._provider.client_secret.get_secret_value(),
            scope=_SCOPE,
            redirect_uri=asking.return_to,
            code_challenge_method="S256",
            timeout=self._timeout_s,
            trust_env=False,
            verify=self._verify,
        )
