"""Signing in at a provider of identity: one flow for every kind, and one answer for what is wrong.

What a provider is asked for is derived from the ticket that the browser keeps, so an answer in another browser is void.
"""

import base64
import hmac
import secrets
import ssl
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.errors import BadInput, Conflict, Denied, NotFound
from finder.identity.alipay import Alipay, AlipayProvider
from finder.identity.audit import acting
from finder.identity.buckets import within
from finder.identity.openid import OpenId, Provider
from finder.identity.people import SIGN_IN_RATE, People
from finder.identity.providers import (
    TIMEOUT_S,
    Asking,
    Begun,
    ProviderRefused,
    ProviderUnavailable,
    Registered,
    Speaker,
)
from finder.identity.roles import Caller
from finder.identity.sessions import Tokens
from finder.identity.tables import FLOW, IDENTITY
from finder.identity.wechat import Wechat, WechatProvider
from finder.kernel.clock import Clock
from finder.storage.unit import to_us

__all__ = ["AnyProvider", "Begun", "Oidc", "Provider", "ProviderRefused", "ProviderUnavailable"]
GOOD_FOR = timedelta(minutes=10)
MAX_TEXT = 2_048
RETURN_TO = "/signed-in"  # of our pages, with ?code and ?state
AnyProvider = Provider | WechatProvider | AlipayProvider


def speaker(provider: AnyProvider, clock: Clock, *, timeout_s: float, verify: ssl.SSLContext | bool) -> Speaker:
    """What speaks this provider's protocol."""
    match provider:
        case Provider():
            return OpenId(provider, clock, timeout_s=timeout_s, verify=verify)
        case WechatProvider():
            return Wechat(provider, timeout_s=timeout_s, verify=verify)
        case AlipayProvider():
            return Alipay(provider, clock, timeout_s=timeout_s, verify=verify)


class Oidc:
    """Linking people to providers, and signing them in there. Every method raises StoreUnavailable."""

    def __init__(
        self,
        people: People,
        providers: Sequence[AnyProvider],
        base_url: str,
        clock: Clock,
        *,
        timeout_s: float = TIMEOUT_S,
        verify: ssl.SSLContext | bool = True,
    ) -> None:
        self._people, self._clock = people, clock
        self._providers = {provider.id: provider for provider in providers}
        self._speakers = {each.id: speaker(each, clock, timeout_s=timeout_s, verify=verify) for each in providers}
        self._return_to = base_url + RETURN_TO

    @property
    def providers(self) -> list[Registered]:
        """Where one can sign in."""
        return list(self._providers.values())

    async def begin(self, provider_id: str, network: str, caller: Caller | None = None) -> Begun:
        """Begins to sign in, or for a caller to link. Raises BadInput, Busy, ProviderUnavailable."""
        await within(self._people.buckets, f"sign-in {network}", SIGN_IN_RATE)
        provider = self._provider(provider_id)
        database = await self._people.store.made()
        ticket, state = secrets.token_urlsafe(32), secrets.token_hex(32)
        url = await self._speakers[provider.id].address(self._asking(ticket, state))
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
        return Begun(url, ticket)

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
        for each in self._speakers.values():
            await each.close()

    async def _vouched(self, ticket: str, code: str, state: str, session: str) -> tuple[Registered, bytes]:
        """The provider, and the keyed hash of its name for who came back."""
        provider, subject = await self._answered(ticket, code, state, session)
        return provider, self._people.store.mac("oidc", f"{provider.id} {subject}")

    async def _answered(self, ticket: str, code: str, state: str, session: str) -> tuple[Registered, str]:
        """The provider, and its name for who came back; the flow is over, whatever comes of it."""
        if max(len(ticket), len(code), len(state)) > MAX_TEXT:
            raise ProviderRefused
        store = self._people.store
        async with (await store.made()).write() as connection:
            row = await self._take(connection, store.mac("ticket", ticket), session)
        if row is None or not hmac.compare_digest(bytes(row.state), store.mac("state", state)):
            raise ProviderRefused
        provider = self._provider(row.provider)
        return provider, await self._speakers[provider.id].subject(self._asking(ticket, state), code)

    async def _take(self, connection: AsyncConnection, ticket: bytes, session: str) -> Any:
        own = sa.and_(FLOW.c.ticket == ticket, FLOW.c.session == session, FLOW.c.until >= to_us(self._clock()))
        return (await connection.execute(sa.delete(FLOW).where(own).returning(FLOW))).one_or_none()

    def _asking(self, ticket: str, state: str) -> Asking:
        return Asking(self._return_to, state, self._derived("nonce", ticket), self._derived("verifier", ticket))

    def _derived(self, kind: str, ticket: str) -> str:
        raw = self._people.store.mac(f"oidc {kind}", ticket)
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    def _provider(self, provider_id: str) -> Registered:
        if provider_id not in self._providers:
            raise BadInput("不支持该登录方式", "there is no such provider here", code="NO_PROVIDER")
        return self._providers[provider_id]
