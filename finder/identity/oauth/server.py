"""Authlib's authorization server for an asynchronous program: its own steps run in a thread, ours in the loop."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import anyio.from_thread
import anyio.to_thread
from authlib.oauth2.rfc6749 import AuthorizationServer, InvalidClientError, InvalidScopeError, OAuth2Request
from authlib.oauth2.rfc6749.errors import InsecureTransportError
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint

from finder.identity.oauth.assertions import KeyAssertion
from finder.identity.oauth.clients import ALGORITHMS, AUTH_METHOD, GRANT, Clients, OAuthClient
from finder.identity.oauth.tokens import LIFETIME_S, Held, Tokens
from finder.kernel.clock import Clock

AT_ONCE = 8  # threads
_ENDPOINTS = ("token", "introspection", "revocation")


@dataclass(frozen=True, slots=True)
class OAuthAnswer:
    """What is to be sent: a JSON body."""

    status: int
    body: Mapping[str, Any]
    headers: Mapping[str, str]


class _Request(OAuth2Request):
    """A POST of a form whose fields stand once each."""

    def __init__(self, uri: str, form: Mapping[str, str]) -> None:
        super().__init__("POST", uri, headers={})
        self.fields = dict(form)
        self.payload = BasicOAuth2Payload(self.fields)

    @property
    def form(self) -> dict[str, str]:
        """The fields."""
        return self.fields


class _Grant(ClientCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = [AUTH_METHOD]  # noqa: RUF012 - Authlib's form

    def validate_token_request(self) -> None:
        """Asks for no more than the client may have, or not at all."""
        super().validate_token_request()
        request: Any = self.request
        if not set((request.payload.scope or "").split()) <= request.client.scopes or not request.client.scopes:
            raise InvalidScopeError(description="The client may not have this scope now.")


class _Introspection(IntrospectionEndpoint):
    CLIENT_AUTH_METHODS = [AUTH_METHOD]  # noqa: RUF012 - Authlib's form

    def query_token(self, token_string: str, token_type_hint: str | None) -> Held | None:
        """See IntrospectionEndpoint."""
        held: Held | None = self.server.find_token(token_string)
        return held

    def check_permission(self, token: Held, client: OAuthClient, request: OAuth2Request) -> bool:
        """A client may look at its own tokens."""
        return token.check_client(client)

    def introspect_token(self, token: Held) -> dict[str, Any]:
        """RFC 7662, 2.2."""
        return {
            "active": True,
            "client_id": token.client_id,
            "sub": token.client_id,
            "scope": token.scope,
            "token_type": "Bearer",
            "iat": token.made_at,
            "exp": token.ends_at,
        }


class _Revocation(RevocationEndpoint):
    CLIENT_AUTH_METHODS = [AUTH_METHOD]  # noqa: RUF012 - Authlib's form

    def query_token(self, token_string: str, token_type_hint: str | None) -> Held | None:
        """See RevocationEndpoint."""
        held: Held | None = self.server.find_token(token_string)
        return held

    def revoke_token(self, token: Held, request: OAuth2Request) -> None:
        """See RevocationEndpoint."""
        self.server.revoke_token(request.form["token"])


class TokenServer(AuthorizationServer):
    """Tokens for clients that prove themselves by private_key_jwt.

    `issuer` is our public URL; endpoints are /oauth/token, /oauth/introspect and /oauth/revoke below it.
    """

    def __init__(self, issuer: str, clients: Clients, tokens: Tokens, clock: Clock, scopes: Sequence[str]) -> None:
        super().__init__(scopes_supported=sorted(scopes))
        self.issuer, self.tokens = issuer.rstrip("/"), tokens
        self._clients, self._limiter = clients, anyio.CapacityLimiter(AT_ONCE)
        self.register_grant(_Grant)
        self.register_token_generator("default", cast(Any, self._generate))
        self.register_client_auth_method(
            AUTH_METHOD,
            KeyAssertion(
                (self.issuer, self.url("token")),
                lambda: int(clock().timestamp()),
                lambda *spent: anyio.from_thread.run(tokens.spend, *spent),
            ),
        )
        self.register_endpoint(_Introspection)
        self.register_endpoint(_Revocation)

    def url(self, endpoint: str) -> str:
        """Where an endpoint is."""
        return f"{self.issuer}/oauth/{endpoint}"

    async def token(self, form: Mapping[str, str]) -> OAuthAnswer:
        """POST /oauth/token. Raises StoreUnavailable."""
        return await self._run("token", form, self.create_token_response)

    async def introspect(self, form: Mapping[str, str]) -> OAuthAnswer:
        """POST /oauth/introspect (RFC 7662), for a client's own tokens. Raises StoreUnavailable."""
        return await self._run("introspect", form, partial(self._endpoint, "introspection"))

    async def revoke(self, form: Mapping[str, str]) -> OAuthAnswer:
        """POST /oauth/revoke (RFC 7009). Raises StoreUnavailable."""
        return await self._run("revoke", form, partial(self._endpoint, "revocation"))

    def metadata(self) -> dict[str, Any]:
        """RFC 8414: where everything is and what is spoken."""
        auth = {"auth_methods_supported": [AUTH_METHOD], "auth_signing_alg_values_supported": list(ALGORITHMS)}
        return {
            "issuer": self.issuer,
            "token_endpoint": self.url("token"),
            "introspection_endpoint": self.url("introspect"),
            "revocation_endpoint": self.url("revoke"),
            "grant_types_supported": [GRANT],
            "response_types_supported": [],
            "scopes_supported": self.scopes_supported,
            **{
                f"{where}_endpoint_{k}": v
                for where in ("token", "introspection", "revocation")
                for k, v in auth.items()
            },
        }

    async def _run(self, endpoint: str, form: Mapping[str, str], answer: Callable[[_Request], Any]) -> OAuthAnswer:
        try:
            request = _Request(self.url(endpoint), form)
        except InsecureTransportError as plain:
            return self.handle_response(*plain())
        told: OAuthAnswer = await anyio.to_thread.run_sync(answer, request, limiter=self._limiter)
        return told

    def _endpoint(self, name: str, request: _Request) -> OAuthAnswer:
        answer: OAuthAnswer = self.create_endpoint_response(name, request)  # type: ignore[no-untyped-call]
        return answer

    # What follows is called by Authlib, in the thread.

    def query_client(self, client_id: str) -> OAuthClient:
        """See AuthorizationServer."""
        client = anyio.from_thread.run(self._clients.client, client_id)
        if client is None:
            raise InvalidClientError(description="No such client, or the signature is wrong.")
        return client

    def find_token(self, token: str) -> Held | None:
        """A token that holds."""
        return anyio.from_thread.run(self.tokens.find, token)

    def revoke_token(self, token: str) -> None:
        """Ends a token."""
        anyio.from_thread.run(self.tokens.revoke, token)

    def save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:
        """Nothing: `_generate` kept it."""

    def create_oauth2_request(self, request: _Request) -> _Request:
        """See AuthorizationServer: it is one already."""
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> OAuthAnswer:
        """See AuthorizationServer."""
        return OAuthAnswer(status, body, dict(headers))

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Nobody listens."""

    def _generate(self, client: OAuthClient, scope: str | None = None, **_: object) -> dict[str, Any]:
        granted = client.get_allowed_scope(scope or "")
        token = anyio.from_thread.run(self.tokens.issue, client.client_id, granted)
        return {"access_token": token, "token_type": "Bearer", "expires_in": LIFETIME_S, "scope": granted}
