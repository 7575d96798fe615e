"""Signing in at an OpenID Connect provider: code flow with PKCE, the provider's own keys, one answer for what is wrong.

What a provider is asked for is derived from the ticket that the browser keeps, so an answer in another browser is void.
"""

import base64
import hmac
import secrets
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import sqlalchemy as sa
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.errors import BadInput, Conflict, Denied, NotFound, Unavailable
from finder.identity.audit import acting
from finder.identity.buckets import within
from finder.identity.people import SIGN_IN_RATE, People
from finder.identity.roles import Caller
from finder.identity.sessions import Tokens
from finder.identity.tables import FLOW, IDENTITY
from finder.kernel.clock import Clock
from finder.storage.unit import to_us

GOOD_FOR = timedelta(minutes=10)
TIMEOUT_S = 5.0
LEEWAY_S = 60
ALGORITHMS = ["RS256", "ES256"]
MAX_TEXT = 2_048
MAX_ANSWER = 256 * 1024
RETURN_TO = "/signed-in"  # of our pages, with ?code and ?state
_SCOPE = "openid"  # who it is, and nothing else about it


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider at which we are registered. `id` is ours and stays."""

    id: str
    name: str
    issuer: str
    client_id: str
    client_secret: SecretStr


@dataclass(frozen=True, slots=True)
class Begun:
    """Where to send the browser, and what it must keep until it comes back."""

    url: str = field(repr=False)
    ticket: str = field(repr=False)


class ProviderRefused(Denied):
    """One answer for a flow that is unknown, old, another browser's, or not vouched for by the provider."""

    default_code = "PROVIDER_REFUSED"

    def __init__(self) -> None:
        super().__init__(
            "第三方登录未成功，请重试，或用短信验证码登录",
            "signing in there did not succeed: try again, or sign in by text message",
        )


class ProviderUnavailable(Unavailable):
    """The provider does not answer, or not as it should."""

    default_code = "PROVIDER_UNAVAILABLE"

    def __init__(self) -> None:
        super().__init__(
            "第三方登录暂不可用，请稍后重试，或用短信验证码登录",
            "signing in there is not possible now: try later, or sign in by text message",
        )


class Oidc:
    """Linking people to providers, and signing them in there. Every method raises StoreUnavailable."""

    def __init__(
        self,
        people: People,
        providers: Sequence[Provider],
        base_url: str,
        clock: Clock,
        *,
        verify: ssl.SSLContext | bool = True,
    ) -> None:
        self._people, self._clock, self._verify = people, clock, verify
        self._client = httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False, verify=verify)
        self._providers = {provider.id: provider for provider in providers}
        self._return_to = base_url + RETURN_TO

    @property
    def providers(self) -> list[Provider]:
        """Where one can sign in."""
        return list(self._providers.values())

    async def begin(self, provider_id: str, network: str, caller: Caller | None = None) -> Begun:
        """Begins to sign in, or for a caller to link. Raises BadInput, Busy, ProviderUnavailable."""
        await within(self._people.buckets, f"sign-in {network}", SIGN_IN_RATE)
        provider = self._provider(provider_id)
        metadata = await self._metadata(provider)
        database = await self._people.store.made()
        ticket, state = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        async with self._asking(provider) as asking:
            url, _ = asking.create_authorization_url(
                metadata["authorization_endpoint"],
                state=state,
                nonce=self._derived("nonce", ticket),
                code_verifier=self._derived("verifier", ticket),
            )
        now = self._clock()
        row = {
            "ticket": self._people.store.mac("ticket", ticket),
            "provider": provider.id,
            "session": caller.session if caller else "",
            "state": self._people.store.mac("state", state),
            "until": to_us(now + GOOD_FOR),
        }
        async with database.write() as connection:
            await connection.execute(sa.delete(FLOW).where(FLOW.c.until < to_us(now)))
            await connection.execute(sa.insert(FLOW).values(**row))
        return Begun(str(url), ticket)

    async def link(self, caller: Caller, ticket: str, code: str, state: str) -> None:
        """Links who came back from there to the caller. Raises ProviderRefused, ProviderUnavailable, Conflict."""
        provider, lookup = await self._vouched(ticket, code, state, caller.session)
        await self._people.profile(caller)
        await self._people.audit.made()
        async with (await self._people.store.made()).write() as connection:
            await self._people.audit.lock(connection)
            row = {"provider": provider.id, "lookup": lookup, "person": caller.person}
            put = self._people.store.tables.insert(IDENTITY).values(**row, linked_at=to_us(self._clock()))
            if not (await connection.execute(put.on_conflict_do_nothing())).rowcount:
                raise Conflict(
                    f"{provider.name} 账号已绑定；请先解绑",
                    f"an account at {provider.name} is linked already: unlink it first",
                    code="IDENTITY_LINKED",
                )
            detail = {"provider": provider.id}
            await self._people.audit.append(connection, acting(caller.person), "identity.linked", caller.person, detail)

    async def unlink(self, caller: Caller, provider_id: str) -> None:
        """Raises NotFound."""
        await self._people.audit.made()
        async with (await self._people.store.made()).write() as connection:
            await self._people.audit.lock(connection)
            own = sa.and_(IDENTITY.c.person == caller.person, IDENTITY.c.provider == provider_id)
            if not (await connection.execute(sa.delete(IDENTITY).where(own))).rowcount:
                raise NotFound("没有绑定该账号", "no account there is linked", code="NO_IDENTITY")
            who, detail = acting(caller.person), {"provider": provider_id}
            await self._people.audit.append(connection, who, "identity.unlinked", caller.person, detail)

    async def sign_in(self, ticket: str, code: str, state: str, device: str, network: str) -> Tokens:
        """Opens a session for who is linked. Raises ProviderRefused, ProviderUnavailable, Busy, Denied."""
        await within(self._people.buckets, f"sign-in {network}", SIGN_IN_RATE)
        provider, lookup = await self._vouched(ticket, code, state, "")
        await self._people.audit.made()
        async with (await self._people.store.made()).write() as connection:
            await self._people.audit.lock(connection)
            own = sa.and_(IDENTITY.c.provider == provider.id, IDENTITY.c.lookup == lookup)
            person = (await connection.execute(sa.select(IDENTITY.c.person).where(own))).scalar_one_or_none()
            if person is None:
                raise Denied(
                    f"该 {provider.name} 账号尚未绑定：请先用短信验证码登录并绑定",
                    f"this account at {provider.name} is linked to nobody: sign in by text message first and link it",
                    code="NOT_LINKED",
                )
            return await self._people.open(connection, str(person), device, strong=False)

    async def subject(self, caller: Caller, provider_id: str, ticket: str, code: str, state: str) -> str:
        """What a provider calls the caller, who is linked there and came back from there just now (`begin`).

        It is not kept here. Raises ProviderRefused, ProviderUnavailable.
        """
        provider, subject = await self._answered(ticket, code, state, caller.session)
        lookup = self._people.store.mac("oidc", f"{provider.id} {subject}")
        own = sa.and_(IDENTITY.c.provider == provider_id, IDENTITY.c.lookup == lookup)
        async with (await self._people.store.made()).read() as connection:
            linked = (await connection.execute(sa.select(IDENTITY.c.person).where(own))).scalar_one_or_none()
        if provider.id != provider_id or linked != caller.person:
            raise ProviderRefused
        return subject

    async def of(self, caller: Caller) -> list[str]:
        """The ids of the providers at which the caller is linked."""
        question = sa.select(IDENTITY.c.provider).where(IDENTITY.c.person == caller.person)
        async with (await self._people.store.made()).read() as connection:
            return list((await connection.execute(question.order_by(IDENTITY.c.provider))).scalars())

    async def close(self) -> None:
        """Lets go of connections."""
        await self._client.aclose()

    async def _vouched(self, ticket: str, code: str, state: str, session: str) -> tuple[Provider, bytes]:
        """The provider, and the keyed hash of its name for who came back."""
        provider, subject = await self._answered(ticket, code, state, session)
        return provider, self._people.store.mac("oidc", f"{provider.id} {subject}")

    async def _answered(self, ticket: str, code: str, state: str, session: str) -> tuple[Provider, str]:
        """The provider, and its name for who came back; the flow is over, whatever comes of it."""
        if max(len(ticket), len(code), len(state)) > MAX_TEXT:
            raise ProviderRefused
        store = self._people.store
        async with (await store.made()).write() as connection:
            row = await self._take(connection, store.mac("ticket", ticket), session)
        if row is None or not hmac.compare_digest(bytes(row.state), store.mac("state", state)):
            raise ProviderRefused
        provider = self._provider(row.provider)
        return provider, await self._subject(provider, ticket, code)

    async def _take(self, connection: AsyncConnection, ticket: bytes, session: str) -> Any:
        own = sa.and_(FLOW.c.ticket == ticket, FLOW.c.session == session, FLOW.c.until >= to_us(self._clock()))
        return (await connection.execute(sa.delete(FLOW).where(own).returning(FLOW))).one_or_none()

    async def _subject(self, provider: Provider, ticket: str, code: str) -> str:
        metadata = await self._metadata(provider)
        try:
            async with self._asking(provider) as asking:
                answer = await asking.fetch_token(
                    metadata["token_endpoint"], code=code, code_verifier=self._derived("verifier", ticket)
                )
        except OAuthError:
            raise ProviderRefused from None
        except (httpx.HTTPError, ValueError):
            raise ProviderUnavailable from None
        keys = await self._fetched(metadata["jwks_uri"])
        rules = jwt.JWTClaimsRegistry(
            now=int(self._clock().timestamp()),
            leeway=LEEWAY_S,
            iss={"essential": True, "value": provider.issuer},
            aud={"essential": True, "value": provider.client_id},
            nonce={"essential": True, "value": self._derived("nonce", ticket)},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        )
        try:
            token = jwt.decode(str(answer["id_token"]), KeySet.import_key_set(keys), algorithms=ALGORITHMS)  # type: ignore[arg-type]
            rules.validate(token.claims)
            audience, party = token.claims["aud"], token.claims.get("azp", provider.client_id)
            alone = isinstance(audience, str) or len(audience) == 1
            if party != provider.client_id or not (alone or "azp" in token.claims):
                raise ProviderRefused
            subject = token.claims["sub"]
        except (JoseError, ValueError, KeyError, TypeError):
            raise ProviderRefused from None
        if not isinstance(subject, str) or not 1 <= len(subject) <= 255:
            raise ProviderRefused
        return subject

    async def _metadata(self, provider: Provider) -> dict[str, Any]:
        told = await self._fetched(f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration")
        wanted = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        if told.get("issuer") != provider.issuer or not all(isinstance(told.get(name), str) for name in wanted):
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

    def _asking(self, provider: Provider) -> AsyncOAuth2Client:
        return AsyncOAuth2Client(
            client_id=provider.client_id,
            client_secret=provider.client_secret.get_secret_value(),
            scope=_SCOPE,
            redirect_uri=self._return_to,
            code_challenge_method="S256",
            timeout=TIMEOUT_S,
            trust_env=False,
            verify=self._verify,
        )

    def _derived(self, kind: str, ticket: str) -> str:
        raw = self._people.store.mac(f"oidc {kind}", ticket)
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    def _provider(self, provider_id: str) -> Provider:
        if provider_id not in self._providers:
            raise BadInput("不支持该登录方式", "there is no such provider here", code="NO_PROVIDER")
        return self._providers[provider_id]
