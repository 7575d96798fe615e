"""What the nightly comparison means for each order: its share may be split, the rest freed, or both wait.

A share goes out and the rest is freed only where channel, operator and ledger tell the same, or a person has decided
what they tell differently. A channel frees by itself after thirty days whatever was not split; five days before,
somebody is told.
"""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.charging import settling
from finder.charging.machines import Capture, Compared, Item
from finder.charging.news import change
from finder.charging.order import ITEMS, ORDER, Order, find, items, load
from finder.kernel.clock import SHANGHAI
from finder.kernel.ids import Number
from finder.money.channel_rows import RowState, captures
from finder.money.channels.port import Step
from finder.money.differences import (
    DIFFERENCE,
    Entry,
    Kind,
    Sides,
    agreed,
    open_of,
    raise_difference,
)
from finder.money.ledger import POSTING, TRANSACTION, Account, Edge
from finder.money.operator_rows import billed
from finder.storage.unit import Unit, Work, from_us, to_us

FREED_AFTER = timedelta(days=30)  # by the channel itself
ALARM_AFTER = timedelta(days=25)
_LOOK_BACK = FREED_AFTER + timedelta(days=7)  # a capture comes later than its order
_AT_ONCE = 200
_SEEN = (RowState.MATCHED, RowState.RAISED)  # with no difference open, what was raised is decided
log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Settled:
    """How many orders a pass matched, holds back, and warns of."""

    matched: int = 0
    disputed: int = 0
    waiting: int = 0
    alarms: int = 0


async def settle(work: Work) -> Settled:
    """Looks at every order whose money is at a channel still; a repeat changes nothing."""
    told = Settled()
    async for orders in _held(work):
        async with work.read() as connection:
            verdicts = await judge(connection, orders)
            taken = await _captured_on(connection, [order.number for order in orders])
        for order in orders:
            await _apply(work, order.number, verdicts[order.number], taken.get(order.number), told)
    await _pass_on(work)
    log.info("orders_compared", **{name: getattr(told, name) for name in Settled.__slots__})
    return told


async def reconsider(work: Work, number: Number) -> None:
    """The same for one order, once a difference of it is decided; an order that is no longer held back stays so."""
    async with work.read() as connection:
        orders = await find(connection, ORDER.c.number == number, ORDER.c.capture == Capture.CAPTURED.value)
        verdicts, taken = await judge(connection, orders), await _captured_on(connection, [number])
    for order in orders:
        if order.commission_permille:
            await _apply(work, number, verdicts[number], taken.get(number), Settled())


async def _held(work: Work) -> AsyncIterator[Sequence[Order]]:
    """Captured orders with a share of ours, of which the channel was not yet told that nothing follows."""
    ended = sa.select(ITEMS.c.order).where(ITEMS.c.step == Step.SPLIT_FINISH.value, ITEMS.c.state != Item.DROPPED.value)
    held = (
        ORDER.c.capture == Capture.CAPTURED.value,
        ORDER.c.commission_permille > 0,
        ORDER.c.created_at >= to_us(work.clock() - _LOOK_BACK),
        ORDER.c.number.not_in(ended),
    )
    after: Number = ""
    while True:
        async with work.read() as connection:
            found = await find(connection, *held, ORDER.c.number > after, limit=_AT_ONCE)
        if found:
            yield found
        if len(found) < _AT_ONCE:
            return
        after = found[-1].number


async def _pass_on(work: Work) -> None:
    """What a bill told after the rest had gone to the operator, such as the channel's fee, is his too."""
    fen = sa.func.sum(POSTING.c.fen)
    ended = sa.select(ITEMS.c.order).where(ITEMS.c.step == Step.SPLIT_FINISH.value, ITEMS.c.state == Item.DONE.value)
    since = to_us(work.clock() - _LOOK_BACK)
    lately = sa.select(TRANSACTION.c.order_no).where(TRANSACTION.c.at >= since)  # a difference is decided when it is
    left = (
        sa.select(ORDER.c.number)
        .join(TRANSACTION, TRANSACTION.c.order_no == ORDER.c.number)
        .join(POSTING)
        .where(
            ORDER.c.number.in_(lately),
            ORDER.c.capture == Capture.CAPTURED.value,
            sa.or_(ORDER.c.commission_permille == 0, ORDER.c.number.in_(ended)),
            POSTING.c.account == Account.CHANNEL_CLEARING.value,
        )
        .group_by(ORDER.c.number)
        .having(fen != 0)
    )
    async with work.read() as connection:
        numbers = list((await connection.execute(left)).scalars())
    for number in numbers:
        async with work.begin() as unit:
            order = await load(unit.connection, number, lock=True)
            await settling.settle(unit, order, await items(unit.connection, number), f"{number}.{to_us(unit.now)}")


async def judge(connection: AsyncConnection, orders: Sequence[Order]) -> dict[Number, Compared]:
    """What the three parties say together of each order."""
    named = [order.number for order in orders]
    taken, listed = await captures(connection, named), await billed(connection, named)
    open_, excused = await open_of(connection, named), await _excused(connection, named)
    verdicts: dict[Number, Compared] = {}
    for number in named:
        both = _seen(taken, number) and (_seen(listed, number) or number in excused)
        verdict = Compared.MATCHED if both else Compared.WAITING
        verdicts[number] = Compared.DISPUTED if number in open_ else verdict
    return verdicts


def _seen(rows: dict[Number, tuple[RowState, int]], number: Number) -> bool:
    return number in rows and rows[number][0] in _SEEN


async def _excused(connection: AsyncConnection, orders: Collection[Number]) -> set[Number]:
    """Orders that an operator never listed, which somebody has decided."""
    question = sa.select(DIFFERENCE.c.order_no).where(
        DIFFERENCE.c.order_no.in_(list(orders)),
        DIFFERENCE.c.kind == Kind.OURS_ONLY.value,
        DIFFERENCE.c.decision.is_not(None),
    )
    return set((await connection.execute(question)).scalars())


async def _captured_on(connection: AsyncConnection, orders: Collection[Number]) -> dict[Number, date]:
    question = sa.select(TRANSACTION.c.order_no, TRANSACTION.c.at).where(
        TRANSACTION.c.order_no.in_(list(orders)), TRANSACTION.c.edge == Edge.CAPTURE.value
    )
    rows = await connection.execute(question)
    return {row.order_no: from_us(row.at).astimezone(SHANGHAI).date() for row in rows}


async def _apply(work: Work, number: Number, verdict: Compared, captured: date | None, told: Settled) -> None:
    async with work.begin() as unit:
        order = await load(unit.connection, number, lock=True)
        sold = list(await items(unit.connection, number))
        if any(item.step is Step.SPLIT_FINISH and item.state is not Item.DROPPED for item in sold):
            return  # nothing follows any more
        match verdict:
            case Compared.MATCHED:
                told.matched += 1
            case Compared.DISPUTED:
                told.disputed += 1
            case Compared.WAITING:
                told.waiting += 1
        after = await change(unit, order, order.moved(compared=verdict), sold)
        if verdict is Compared.MATCHED:
            await agreed(unit, number, Entry.CAPTURE, {number})
        elif captured is not None and unit.now.astimezone(SHANGHAI).date() - captured >= ALARM_AFTER:
            told.alarms += await _warn(unit, order, captured)
        sold = await settling.settle(unit, after, sold, f"{number}.{verdict.value.lower()}")
        await change(unit, after, after, sold)


async def _warn(unit: Unit, order: Order, captured: date) -> int:
    freed_on = captured + FREED_AFTER
    said = f"{freed_on.isoformat()} 渠道将自动解冻，此后不能再分账 · the channel frees the money on that day"
    taken = (await captures(unit.connection, [order.number])).get(order.number)
    listed = (await billed(unit.connection, [order.number])).get(order.number)
    says = Sides(
        channel_fen=taken[1] if taken else None,
        ledger_fen=order.captured.fen if order.captured else None,
        operator_fen=listed[1] if listed else None,
        order=order.number,
        operator=order.operator,
        raw=said,
    )
    new = await raise_difference(unit, order.channel, Kind.UNSPLIT, Entry.CAPTURE, order.number, captured, says)
    if new:
        log.error("split_runs_out", order=order.number, channel=order.channel, freed_on=freed_on.isoformat())
    return new
