"""Asks for whatever should have been told and was not: lost pushes, lost callbacks, timeouts whose effect is unknown.

Asking has no effect outside, so it needs no letter; what comes of it is applied like any news.
"""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog

from finder.charging.decide import Effect, numbered, unheld
from finder.charging.machines import Capture, Hold, Item, Session
from finder.charging.news import change, take_bill, take_channel, take_session
from finder.charging.order import ITEMS, ORDER, Order, OrderItem, find, items, load
from finder.charging.outside import Outside
from finder.connectors.sdk.control import BillSource, SessionRef, SessionSource
from finder.connectors.sdk.sessions import Bill, SessionSeen, SessionState
from finder.errors import ChannelError, FinderError, OperatorError
from finder.kernel.ids import MOST, Number
from finder.money.channels.port import Stand, Step
from finder.storage.unit import to_us

QUIET = timedelta(seconds=20)  # without news for so long, an order is asked for
NEVER_BEGAN = timedelta(minutes=10)  # an operator that knows no session for so long will have none
NO_BILL = timedelta(days=3)  # the nightly files carry what is late for so long
_AT_THE_OPERATOR = (Session.START_SENT, Session.START_UNKNOWN, Session.CHARGING, Session.STOP_SENT)
_AT_THE_CHANNEL = (Hold.UNKNOWN, Hold.PENDING)
_ITEMS_OUT = (Item.SENT, Item.UNKNOWN, Item.ABNORMAL)
log = structlog.get_logger(__name__)


class Sweeper:
    """One pass after another; run any number."""

    def __init__(self, outside: Outside, *, at_once: int = 100) -> None:
        self._outside, self._work, self._at_once = outside, outside.work, at_once

    async def step(self) -> int:
        """Asks for the orders that are quiet; how many."""
        asked = 0
        async for order in self._quiet():
            asked += 1
            try:
                await self._ask(order)
            except (OperatorError, ChannelError) as away:
                log.info("order_not_told", order=order.number, code=away.code)
            except FinderError as wrong:
                log.warning("order_not_swept", order=order.number, code=wrong.code)
        return asked

    async def _quiet(self) -> AsyncIterator[Order]:
        now = self._work.clock()
        waiting = sa.or_(
            ORDER.c.session.in_((*_AT_THE_OPERATOR, Session.ENDED)),
            ORDER.c.hold.in_(_AT_THE_CHANNEL),
            ORDER.c.capture.in_((Capture.UNKNOWN, Capture.COLLECTING)),
            ORDER.c.number.in_(sa.select(ITEMS.c.order).where(ITEMS.c.state.in_(_ITEMS_OUT))),
        )
        after: Number = ""
        while True:
            async with self._work.read() as connection:
                quiet = ORDER.c.moved_at <= to_us(now - QUIET)
                found = await find(connection, waiting, quiet, ORDER.c.number > after, limit=self._at_once)
            for order in found:
                yield order
            if len(found) < self._at_once:
                return
            after = found[-1].number

    async def _ask(self, order: Order) -> None:
        if order.session in _AT_THE_OPERATOR:
            await self._unheld(order)
            await self._session(order)
        if order.session is Session.ENDED:
            await self._bill(order)
        running = order.session in (Session.CHARGING, Session.STOP_SENT)
        if order.hold in _AT_THE_CHANNEL or (order.hold is Hold.HELD and running):
            number = numbered(order, Effect.HOLD)
            await self._channel(order, Step.HOLD, number, number)
        if order.capture in (Capture.UNKNOWN, Capture.COLLECTING) and order.capture_number:
            # A hold's capture is asked for by its hold, a payment by itself.
            held = order.capture_number == numbered(order, Effect.CAPTURE)
            of = numbered(order, Effect.HOLD) if held else order.capture_number
            await self._channel(order, Step.CAPTURE, order.capture_number, of)
        async with self._work.read() as connection:
            out = [item for item in await items(connection, order.number) if item.state in _ITEMS_OUT]
        for item in out:
            await self._channel(order, item.step, item.number, _of(order, item))

    async def _unheld(self, order: Order) -> None:
        if not unheld(order, self._work.clock()):
            return
        async with self._work.begin() as unit:
            now = await load(unit.connection, order.number, lock=True)
            if unheld(now, unit.now):
                await change(unit, now, now.moved(wants_stop=True, reason="NOT_HELD"))

    async def _session(self, order: Order) -> None:
        source = self._outside.connector(order.operator)
        if not isinstance(source, SessionSource):
            return
        seen = await source.session(SessionRef(order.number, order.evse_id, order.native_id, order.connector_id))
        async with self._work.begin() as unit:
            now = await load(unit.connection, order.number, lock=True)
            if seen is not None:
                now = await take_session(unit, order.number, seen)
            await change(unit, now, _doubted(now, seen, unit.now))

    async def _bill(self, order: Order) -> None:
        now = self._work.clock()
        ended = order.moved_at or order.created_at
        bill = await self._find_bill(order, ended - timedelta(days=1), now + timedelta(seconds=1))
        async with self._work.begin() as unit:
            if bill is not None:
                await take_bill(unit, order.number, bill)
            elif now - ended >= NO_BILL:
                held = await load(unit.connection, order.number, lock=True)
                await change(unit, held, held.moved(session=Session.BILL_MISSING, problem="BILL_MISSING"))

    async def _find_bill(self, order: Order, since: datetime, until: datetime) -> Bill | None:
        source = self._outside.connector(order.operator)
        if not isinstance(source, BillSource):
            return None
        async for bills in source.bills(since, until):
            for bill in bills:
                if bill.order == order.number or (bill.session_id or bill.native_id) == order.native_id:
                    return bill
        return None

    async def _channel(self, order: Order, step: Step, number: Number, of: Number) -> None:
        channel, known = self._outside.channel(order), order.capture_channel_id
        seen = await channel.query(step, number, of, order.sub_merchant, known)
        if seen.stand is Stand.UNKNOWN:
            return  # the letter will ask again under the same number
        async with self._work.begin() as unit:
            await take_channel(unit, seen)


def _doubted(order: Order, seen: SessionSeen | None, now: datetime) -> Order:
    """What follows from how long a session has not begun, or has not ended."""
    charged = order.seen is not None and order.seen.state in (SessionState.CHARGING, SessionState.ENDED)
    age = now - order.created_at
    if seen is not None and seen.state is SessionState.CHARGING:
        again = order.session is Session.STOP_SENT and order.stops < MOST
        return order.moved(stops=order.stops + 1) if again else order
    if charged:
        forgotten = seen is None and now - (order.moved_at or order.created_at) >= NO_BILL
        return order.moved(problem="SESSION_FORGOTTEN") if forgotten else order
    # Nothing was ever charged. Where the operator knows nothing of it, or has been told to stop, nothing will be.
    certain = age >= NEVER_BEGAN if seen is None else age >= 2 * NEVER_BEGAN and order.session is Session.STOP_SENT
    if certain:
        return order.moved(session=Session.REJECTED, reason=order.reason or "NEVER_BEGAN")
    if seen is not None and age >= NEVER_BEGAN and order.session in (Session.START_SENT, Session.START_UNKNOWN):
        return order.moved(wants_stop=True, reason="NEVER_BEGAN")
    return order


def _of(order: Order, item: OrderItem) -> Number:
    return item.of if item.step is Step.SPLIT_RETURN else order.capture_number or item.of
