"""Sessions and CDRs that are asked for: a push may be lost, late, or never have been promised."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog

from finder.connectors.ocpi.config import OcpiConfig
from finder.connectors.ocpi.credentials import Registration
from finder.connectors.ocpi.envelope import written
from finder.connectors.ocpi.lists import Lists
from finder.connectors.ocpi.orders import Orders
from finder.connectors.ocpi.sessions import Teller, map_cdr, map_session
from finder.connectors.ocpi.told import Kind, Told
from finder.connectors.ocpi.values import Object, native_id
from finder.connectors.sdk.control import SessionRef
from finder.connectors.sdk.sessions import Bill, OrderNo, SessionSeen, SessionState
from finder.errors import BadInput, OperatorLied
from finder.kernel.clock import Clock

_FIRST = timedelta(days=2)  # how far back the first question goes
_OVER = (SessionState.ENDED, SessionState.REJECTED)
log = structlog.get_logger(__name__)


class Sought:
    """Finds what became of an order. Every method raises OperatorError or StoreUnavailable."""

    def __init__(self, config: OcpiConfig, told: Told, orders: Orders, lists: Lists, clock: Clock) -> None:
        self._config, self._told, self._orders = config, told, orders
        self._lists, self._clock = lists, clock
        self._asking = asyncio.Lock()
        self._asked_at: datetime | None = None

    async def session(self, ref: SessionRef, held: Registration) -> SessionSeen | None:
        """A session as it is now: the list is asked, once for all who want to know, unless it is known to be over."""
        known = await self._known(ref)
        if known is not None and known.state in _OVER:
            return known
        if held.endpoint("sessions", "SENDER") is None:
            return known
        await self._refresh(held)
        return await self._known(ref)

    async def bills(self, raws: Sequence[Any]) -> list[Bill]:
        """CDRs of a list as bills."""
        found: list[Bill] = []
        for raw in raws:
            order = await self._orders.find(raw) if isinstance(raw, dict) else None
            try:
                found.append(map_cdr(raw, self._teller(order)))
            except BadInput as bad:
                log.warning("cdr_not_read", source=self._config.source, cdr=native_id(raw), code=bad.code)
        return found

    def _teller(self, order: OrderNo | None) -> Teller:
        return Teller(self._config.source, self._clock(), lambda _: order)

    async def _known(self, ref: SessionRef) -> SessionSeen | None:
        session_id = ref.native_id or await self._orders.session_id(ref.order)
        raw = None if session_id is None else await self._told.get(Kind.SESSION, session_id)
        if raw is None:
            return None
        try:
            return map_session(raw, self._teller(ref.order))
        except BadInput as bad:
            name = self._config.name
            raise OperatorLied(f"{name}：{bad.zh}", f"{name}: {bad.en}", code=bad.code) from bad

    async def _refresh(self, held: Registration) -> None:
        async with self._asking:
            now = self._clock()
            if self._asked_at is not None and now - self._asked_at < self._config.sessions_every:
                return
            since = now - _FIRST if self._asked_at is None else self._asked_at - self._config.overlap
            async for raws in self._lists.pages(held, "sessions", {"date_from": written(since)}):
                await self._keep([raw for raw in raws if isinstance(raw, dict) and native_id(raw) != "?"])
            self._asked_at = now

    async def _keep(self, raws: Sequence[Object]) -> None:
        await self._told.put_many(Kind.SESSION, {native_id(raw): raw for raw in raws})
        for raw in raws:
            if (order := await self._orders.find(raw)) is not None:
                await self._orders.note_session(order, native_id(raw))
