"""The desk of a finder that takes orders: what operators say is kept as they said it, then moves the order it is of."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.charging.news import bill_needs, session_needs, take_bill, take_session
from finder.charging.order import ORDER
from finder.connectors.sdk.desk import Authorization, AuthorizationAsk, Claimed, Desk, Disputed, Heard
from finder.connectors.sdk.sessions import Bill, OrderNo, SessionSeen
from finder.errors import BadInput
from finder.kernel.ids import Number, check_number, long
from finder.money.operator_rows import claimed, keep
from finder.stations.model import EvseId, SourceId
from finder.storage.unit import Work

SHORT_LENGTH = 18  # of kernel.ids.short
log = structlog.get_logger(__name__)


class KeepingDesk(Desk, Protocol):
    """A desk that can tell which sessions run."""

    async def running(self, source: SourceId) -> Mapping[EvseId, SessionSeen]:
        """An operator's sessions that charge now."""

    async def bills(self, source: SourceId, since: datetime, until: datetime) -> Sequence[tuple[Bill, Heard]]:
        """An operator's bills of sessions that ended in since <= t < until, as they were told."""


class OrderDesk:
    """A Desk over another one. A repeat is applied too: the first time may have ended between the two."""

    def __init__(self, desk: KeepingDesk, work: Work, wake: Callable[[], None] = lambda: None) -> None:
        self._desk, self._work, self._wake = desk, work, wake

    async def session(self, seen: SessionSeen) -> Heard:
        """See Desk."""
        heard = await self._desk.session(seen)
        if heard is Heard.OLD:
            return heard
        number = await self._order_of(seen.source, seen.order, seen.native_id)
        if number is None:
            return heard
        await self._work.do(lambda unit: take_session(unit, number, seen), *session_needs(number))
        self._wake()
        return heard

    async def bill(self, bill: Bill) -> Heard:
        """See Desk. A disputed bill reaches its order as well, which then waits for a person."""
        heard = await self._desk.bill(bill)
        number = await self._order_of(bill.source, bill.order, bill.session_id or bill.native_id)
        if number is None:
            return heard
        await self._work.do(lambda unit: take_bill(unit, number, bill), *bill_needs(number, bill))
        self._wake()
        return heard

    async def _order_of(self, source: SourceId, order: OrderNo | None, native_id: str) -> Number | None:
        async with self._work.read() as connection:
            return await order_of(connection, source, order, native_id)

    async def differences(
        self, source: SourceId, since: datetime, until: datetime, claims: Sequence[Claimed]
    ) -> list[Disputed]:
        """See Desk. The operator's list is kept: the nightly comparison holds it against the ledger."""
        async with self._work.begin() as unit:
            for claim in claims:
                await keep(unit, claimed(source, until, claim), None)
        return await self._desk.differences(source, since, until, claims)

    async def authorize(self, ask: AuthorizationAsk) -> Authorization:
        """See Desk."""
        return await self._desk.authorize(ask)

    async def running(self, source: SourceId) -> Mapping[EvseId, SessionSeen]:
        """See KeepingDesk."""
        return await self._desk.running(source)


async def order_of(
    connection: AsyncConnection, source: SourceId, order: OrderNo | None, native_id: str
) -> Number | None:
    """The order that an operator means, by our number, by its short name, or by the operator's own number."""
    fits = ORDER.c.native_id == native_id
    if order is not None and len(order) == SHORT_LENGTH and order.isalnum():
        fits = ORDER.c.number.like(long(order))
    elif order is not None:
        try:
            fits = ORDER.c.number == check_number(order)
        except BadInput:
            log.info("session_of_no_order", source=source)
    found = (
        await connection.execute(sa.select(ORDER.c.number).where(fits, ORDER.c.operator == source).limit(2))
    ).scalars()
    numbers = list(found)
    return str(numbers[0]) if len(numbers) == 1 else None
