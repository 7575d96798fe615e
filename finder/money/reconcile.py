"""A channel's bill of a day held against the ledger; what differs waits for a person, and is never assumed away.

Rows are matched by order and step (and by number, but for a capture, of which an order has one), amount and
sub-merchant. A row or a posting may be told up to three days later on the other side; whatever one side alone has is
asked for at the channel first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.kernel.clock import SHANGHAI
from finder.kernel.ids import Number
from finder.kernel.money import Money
from finder.money.channel_rows import CHANNEL_ROW, RowState, keep, mark, unsettled
from finder.money.channels.port import BillKind, Channel, Seen, Stand, Step
from finder.money.differences import (
    DIFFERENCE,
    ITSELF,
    Decision,
    Entry,
    Kind,
    Sides,
    agreed,
    decide_in,
    raise_difference,
)
from finder.money.inquiry import Inquiry
from finder.money.ledger import POSTING, TRANSACTION, Account, Edge, post
from finder.money.operator_rows import billed
from finder.money.postings import Books
from finder.storage.unit import Unit, Work, from_us, to_us

CARRY_DAYS = 3
WINDOW_DAYS = 31  # channels take splits and returns for thirty days
BILLS = (BillKind.TRADE, BillKind.SPLIT)
_STEPS = {
    Edge.CAPTURE: Step.CAPTURE,
    Edge.REFUND_DONE: Step.REFUND,
    Edge.SPLIT: Step.SPLIT,
    Edge.SPLIT_RETURNED: Step.SPLIT_RETURN,
}


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run found; the differences are the new ones."""

    day: date
    matched: int
    waiting: int
    raised: int


@dataclass(frozen=True, slots=True)
class _Move:
    """What the ledger says of a step at the channel."""

    order: Number
    step: Step
    number: Number
    fen: int
    day: date
    operator: str

    @property
    def key(self) -> tuple[str, ...]:
        return _key(self.order, self.step, self.number)


_Moves: TypeAlias = Mapping[tuple[str, ...], _Move]


def _key(order: Number, step: Step, number: Number) -> tuple[str, ...]:
    return (order, step.value) if step is Step.CAPTURE else (order, step.value, number)


async def reconcile(work: Work, channel: Channel, day: date, inquiry: Inquiry | None = None) -> Summary:
    """Takes the channel's bills of that day and holds them against the ledger; a repeat changes nothing.

    Raises ChannelError where a bill cannot be had or believed: nothing is then kept.
    """
    rows = [row for kind in BILLS for row in [r async for r in channel.bill(kind, day)]]
    async with work.begin() as unit:
        changed = sum([await keep(unit, row) for row in rows])
    since = day - timedelta(days=WINDOW_DAYS)
    subs: Mapping[Number, str] = {}
    if inquiry is not None:
        await _ask_for_rows(work, channel.name, since, inquiry)
        async with work.read() as connection:
            told = {row.order_no for row in await unsettled(connection, channel.name, since) if row.order_no}
        subs = await inquiry.sub_merchants(told)
    async with work.begin() as unit:
        moves = await _moves(unit.connection, channel.name, since)
        matched, waiting, raised = await _match(unit, channel.name, day, moves, subs)
        lonely = await _not_told(unit.connection, channel.name, day, moves)
    for move in lonely:
        raised += await _raise_lonely(work, channel.name, move, inquiry)
    return Summary(day, matched, waiting, raised + changed)


async def _ask_for_rows(work: Work, channel: str, since: date, inquiry: Inquiry) -> None:
    """Of what the channel alone tells, it is asked, and the answer is applied: the news was lost."""
    async with work.read() as connection:
        moves = await _moves(connection, channel, since)
        rows = await unsettled(connection, channel, since)
    for row in rows:
        if row.state == RowState.WAITING and row.order_no and _of(row, moves) is None:
            await inquiry.step(row.order_no, Step(row.step), row.number)


def _of(row: Any, moves: _Moves) -> _Move | None:
    return moves.get(_key(row.order_no, Step(row.step), row.number)) if row.order_no else None


async def _moves(connection: AsyncConnection, channel: str, since: date) -> _Moves:
    """The ledger's steps at this channel, by their keys, without those that proved not to have happened."""
    question = (
        sa.select(TRANSACTION, POSTING.c.fen)
        .join(POSTING)
        .where(
            TRANSACTION.c.channel == channel,
            TRANSACTION.c.at >= to_us(datetime.combine(since, time(), SHANGHAI)),
            TRANSACTION.c.edge.in_([edge.value for edge in _STEPS]),
            POSTING.c.account == Account.CHANNEL_CLEARING.value,
        )
    )
    taken_back = sa.select(DIFFERENCE.c.step, DIFFERENCE.c.ref).where(
        DIFFERENCE.c.channel == channel,
        DIFFERENCE.c.kind == Kind.LEDGER_ONLY.value,
        DIFFERENCE.c.decision == Decision.CHANNEL_IS_RIGHT.value,
    )
    gone = {(row.step, row.ref) for row in await connection.execute(taken_back)}
    moves = [
        _Move(
            row.order_no,
            _STEPS[Edge(row.edge)],
            row.key.rsplit(":", 1)[1],
            row.fen,
            from_us(row.at).astimezone(SHANGHAI).date(),
            row.operator,
        )
        for row in await connection.execute(question)
    ]
    return {move.key: move for move in moves if (move.step.value, move.number) not in gone}


async def _match(
    unit: Unit, channel: str, day: date, moves: _Moves, subs: Mapping[Number, str]
) -> tuple[int, int, int]:
    matched = waiting = raised = 0
    for row in await unsettled(unit.connection, channel, day - timedelta(days=WINDOW_DAYS)):
        step, told_on = Step(row.step), date.fromordinal(row.day)
        entry, move, ref = Entry(step.value), _of(row, moves), row.number or row.channel_id
        kind = _differs(row, move, subs)
        if kind is None:
            assert move is not None
            matched += 1
            await mark(unit, row, RowState.MATCHED)
            await agreed(unit, row.order_no, entry, {ref, row.channel_id, move.number})
            raised += await _fee(unit, row, move)
        elif kind is Kind.CHANNEL_ONLY and day - told_on < timedelta(days=CARRY_DAYS):
            waiting += 1
        else:
            says = Sides(
                channel_fen=row.fen,
                ledger_fen=move.fen if move else None,
                operator_fen=await _operator_says(unit.connection, row.order_no, step),
                order=row.order_no,
                operator=move.operator if move else None,
                raw=row.raw,
            )
            raised += await raise_difference(unit, channel, kind, entry, ref, told_on, says)
            await mark(unit, row, RowState.RAISED)
    return matched, waiting, raised


def _differs(row: Any, move: _Move | None, subs: Mapping[Number, str]) -> Kind | None:
    if move is None:
        return Kind.CHANNEL_ONLY
    if move.fen != row.fen:
        return Kind.AMOUNT
    # Our own funds carry our own number; what drivers pay must be the order's operator's.
    asked = subs.get(row.order_no, row.sub_merchant)
    return Kind.SUB_MERCHANT if row.step == Step.CAPTURE and row.sub_merchant not in (None, asked) else None


async def _fee(unit: Unit, row: Any, move: _Move) -> int:
    """What the channel keeps is often told by its bill alone: then it is posted from there."""
    fee = row.fee_fen or 0
    if move.step is not Step.CAPTURE or fee <= 0:
        return 0
    book = Books(move.order, move.operator, row.channel, unit.now)
    if await post(unit, wanted := book.channel_fee(move.number, Money(fee))):
        passed_on = TRANSACTION.c.order_no == move.order, TRANSACTION.c.edge == Edge.SETTLED.value
        if (await unit.connection.execute(sa.select(TRANSACTION.c.key).where(*passed_on).limit(1))).first() is not None:
            await post(unit, book.settled(f"{move.number}.fee", Money(-fee)))  # the operator had it, and has it no more
        return 0
    known = (
        sa.select(POSTING.c.fen)
        .join(TRANSACTION)
        .where(TRANSACTION.c.key == wanted.key, POSTING.c.account == Account.OPERATOR_PAYABLE.value)
    )
    posted = (await unit.connection.execute(known)).scalar_one()
    if posted == fee:
        return 0
    says = Sides(channel_fen=fee, ledger_fen=posted, order=move.order, operator=move.operator, raw=row.raw)
    told_on = date.fromordinal(row.day)
    return await raise_difference(unit, row.channel, Kind.AMOUNT, Entry.FEE, move.number, told_on, says)


async def _not_told(connection: AsyncConnection, channel: str, day: date, moves: _Moves) -> list[_Move]:
    """Postings of which the channel's bills have said nothing for three days."""
    known = sa.select(CHANNEL_ROW.c.order_no, CHANNEL_ROW.c.step, CHANNEL_ROW.c.number).where(
        CHANNEL_ROW.c.channel == channel,
        CHANNEL_ROW.c.order_no.is_not(None),
        CHANNEL_ROW.c.day >= day.toordinal() - WINDOW_DAYS - CARRY_DAYS,
    )
    told = {_key(r.order_no, Step(r.step), r.number) for r in await connection.execute(known)}
    raised = sa.select(DIFFERENCE.c.step, DIFFERENCE.c.ref).where(
        DIFFERENCE.c.channel == channel, DIFFERENCE.c.kind == Kind.LEDGER_ONLY.value
    )
    asked = {(row.step, row.ref) for row in await connection.execute(raised)}
    return [
        move
        for key, move in moves.items()
        if key not in told
        and day - move.day >= timedelta(days=CARRY_DAYS)
        and (move.step.value, move.number) not in asked
    ]


async def _raise_lonely(work: Work, channel: str, move: _Move, inquiry: Inquiry | None) -> int:
    """What the ledger alone has is reversed only where the channel, asked, certainly does not have it either."""
    seen = None if inquiry is None else await inquiry.step(move.order, move.step, move.number)
    absent = seen is not None and seen.stand in (Stand.UNKNOWN, Stand.FAILED)
    async with work.begin() as unit:
        says = Sides(
            channel_fen=_asked_fen(seen, move),
            ledger_fen=move.fen,
            operator_fen=await _operator_says(unit.connection, move.order, move.step),
            order=move.order,
            operator=move.operator,
            raw="" if seen is None else f"query: {seen.stand.value} {seen.reason or ''}".strip(),
        )
        entry = Entry(move.step.value)
        new = await raise_difference(unit, channel, Kind.LEDGER_ONLY, entry, move.number, move.day, says)
        if new and absent:
            own = sa.and_(
                DIFFERENCE.c.channel == channel,
                DIFFERENCE.c.kind == Kind.LEDGER_ONLY.value,
                DIFFERENCE.c.step == entry.value,
                DIFFERENCE.c.ref == move.number,
            )
            found = (await unit.connection.execute(sa.select(DIFFERENCE.c.id).where(own))).scalar_one()
            note = "账单三日未载，渠道查询亦无，已冲回 · neither in three days' bills nor by query: reversed"
            await decide_in(unit, found, Decision.CHANNEL_IS_RIGHT, ITSELF, note)
    return new


def _asked_fen(seen: Seen | None, move: _Move) -> int | None:
    """What the channel says when asked, with the sign that its bill would have."""
    if seen is None or seen.stand is not Stand.DONE or seen.amount is None:
        return None
    return seen.amount.fen if move.fen > 0 else -seen.amount.fen


async def _operator_says(connection: AsyncConnection, order: Number | None, step: Step) -> int | None:
    if order is None or step is not Step.CAPTURE:
        return None
    told = (await billed(connection, [order])).get(order)
    return None if told is None else told[1]


def business_day(moment: datetime) -> date:
    """The day whose bill is ready at this moment: the last whole one in Asia/Shanghai, after ten in the morning."""
    local = moment.astimezone(SHANGHAI)
    return local.date() - timedelta(days=1 if local.time() >= time(10) else 2)
