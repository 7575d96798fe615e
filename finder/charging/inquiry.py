"""What the nightly comparison asks outside: a channel for a step, an order's bill; the answers are news like any."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TypeVar

import sqlalchemy as sa
import structlog

from finder.charging.decide import Effect, numbered
from finder.charging.desk import order_of
from finder.charging.news import take_channel
from finder.charging.order import ORDER, Order, OrderItem, items, load
from finder.charging.outside import Outside
from finder.connectors.sdk.desk import Desk
from finder.connectors.sdk.sessions import Bill
from finder.errors import ChannelError, NotFound
from finder.kernel.ids import Number
from finder.money.channels.port import Seen, Stand, Step
from finder.stations.model import SourceId

_AT_ONCE = 500
T = TypeVar("T")
log = structlog.get_logger(__name__)


class OrderInquiry:
    """Inquiry over the order book."""

    def __init__(self, outside: Outside, desk: Desk) -> None:
        self._outside, self._desk = outside, desk

    async def step(self, order: Number, step: Step, number: Number) -> Seen | None:
        """See Inquiry."""
        try:
            async with self._outside.work.read() as connection:
                known = await load(connection, order)
                sold = await items(connection, order)
            asked = numbers(known, sold, step, number)
            if asked is None:
                return None
            channel, trade = self._outside.channel(known), known.capture_channel_id
            seen = await channel.query(step, *asked, known.sub_merchant, trade)
        except (NotFound, ChannelError) as away:
            log.info("step_not_told", order=order, step=step.value, code=away.code)
            return None
        if seen.stand is not Stand.UNKNOWN:
            async with self._outside.work.begin() as unit:
                await take_channel(unit, seen)
        return seen

    async def bill(self, bill: Bill) -> None:
        """See Inquiry."""
        await self._desk.bill(bill)

    async def orders(self, operator: SourceId, sessions: Mapping[str, str | None]) -> Mapping[str, Number]:
        """See Inquiry."""
        found: dict[str, Number] = {}
        async with self._outside.work.read() as connection:
            for part in _parts(list(sessions)):
                question = sa.select(ORDER.c.native_id, ORDER.c.number).where(
                    ORDER.c.operator == operator, ORDER.c.native_id.in_(part)
                )
                found |= {row.native_id: row.number for row in await connection.execute(question)}
            for session, told in sessions.items():
                if session not in found and told is not None:
                    named = await order_of(connection, operator, told, session)
                    found |= {session: named} if named else {}
        return found

    async def sub_merchants(self, orders: Collection[Number]) -> Mapping[Number, str]:
        """See Inquiry."""
        found: dict[Number, str] = {}
        async with self._outside.work.read() as connection:
            for part in _parts(list(orders)):
                question = sa.select(ORDER.c.number, ORDER.c.sub_merchant).where(ORDER.c.number.in_(part))
                found |= {row.number: row.sub_merchant for row in await connection.execute(question)}
        return found


def numbers(order: Order, sold: Sequence[OrderItem], step: Step, number: Number) -> tuple[Number, Number] | None:
    """Our number of a step, and of what it belongs to, as a channel is asked; None for what is no step of ours."""
    if step is Step.CAPTURE:
        hold, held = numbered(order, Effect.HOLD), numbered(order, Effect.CAPTURE)
        ours = order.capture_number or (held if number == hold else number)
        return ours, hold if ours == held else ours
    item = next((each for each in sold if each.number == number and each.step is step), None)
    if item is None:
        return None
    return number, item.of if step is Step.SPLIT_RETURN else order.capture_number or item.of


def _parts(listed: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(listed), _AT_ONCE):
        yield listed[start : start + _AT_ONCE]
