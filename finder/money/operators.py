"""An operator's own list of a day held against the ledger: the third party to a reconciliation.

What only the operator has is applied where its list holds the whole bill; what only we have is disputed once three
days have passed, and another total is disputed at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.kernel.clock import SHANGHAI
from finder.kernel.ids import Number
from finder.money.channel_rows import RowState, captures
from finder.money.differences import Entry, Kind, Sides, agreed, raise_difference
from finder.money.inquiry import Inquiry
from finder.money.ledger import POSTING, TRANSACTION, Account, Edge
from finder.money.operator_rows import OPERATOR_ROW, Listed, Origin, change, described, keep, unsettled
from finder.money.reconcile import CARRY_DAYS, WINDOW_DAYS, Summary
from finder.stations.model import SourceId
from finder.storage.unit import Unit, Work, from_us, to_us


@dataclass(frozen=True, slots=True)
class _Owed:
    """What the ledger says that an operator billed for an order."""

    order: Number
    channel: str
    fen: int
    day: date


async def reconcile_operator(
    work: Work, operator: SourceId, day: date, rows: Sequence[Listed], inquiry: Inquiry
) -> Summary:
    """Holds an operator's list of that day against the ledger; a repeat changes nothing."""
    orders = await inquiry.orders(operator, {row.session: row.order for row in rows})
    since = day - timedelta(days=WINDOW_DAYS)
    async with work.begin() as unit:
        changed = sum([await keep(unit, row, orders.get(row.session)) for row in rows])
    async with work.read() as connection:
        owed = await _owed(connection, operator, since)
        waiting_rows = await unsettled(connection, operator, since)
    bills = {row.session: row.bill for row in rows}
    for row in waiting_rows:
        bill = bills.get(row.session)
        # A push has been applied when it came; what only a list has was lost on the way to us.
        if row.order_no and row.order_no not in owed and bill is not None and row.origin == Origin.LIST:
            await inquiry.bill(bill)
    named = await inquiry.orders(operator, {r.session: r.told_order for r in waiting_rows if r.order_no is None})
    async with work.begin() as unit:
        owed = await _owed(unit.connection, operator, since)
        for session, order in named.items():
            own = sa.and_(OPERATOR_ROW.c.operator == operator, OPERATOR_ROW.c.session == session)
            await unit.connection.execute(sa.update(OPERATOR_ROW).where(own).values(order_no=order))
        matched, waiting, raised = await _match(unit, operator, day, owed, {row.session: row for row in rows})
        raised += await _not_listed(unit, operator, day, owed)
    return Summary(day, matched, waiting, raised + changed)


async def _owed(connection: AsyncConnection, operator: SourceId, since: date) -> dict[Number, _Owed]:
    """The bills in the books, as they came: a refund lowers what is owed, and not what was billed."""
    question = (
        sa.select(TRANSACTION, POSTING.c.fen)
        .join(POSTING)
        .where(
            TRANSACTION.c.operator == operator,
            TRANSACTION.c.at >= to_us(datetime.combine(since, time(), SHANGHAI)),
            TRANSACTION.c.edge.in_((Edge.BILL.value, Edge.REVISED_BILL.value)),
            POSTING.c.account == Account.OPERATOR_PAYABLE.value,
        )
        .order_by(TRANSACTION.c.number)
    )
    found: dict[Number, _Owed] = {}
    for row in await connection.execute(question):
        told = row.key.split(":", 2)[2]
        if row.edge == Edge.REVISED_BILL and told.startswith(row.order_no[:26]):
            continue  # by a refund of ours
        known = found.get(row.order_no)
        day = known.day if known else from_us(row.at).astimezone(SHANGHAI).date()
        found[row.order_no] = _Owed(row.order_no, row.channel, (known.fen if known else 0) - row.fen, day)
    return found


async def _match(
    unit: Unit, operator: SourceId, day: date, owed: dict[Number, _Owed], rows: dict[str, Listed]
) -> tuple[int, int, int]:
    matched = waiting = raised = 0
    for row in await unsettled(unit.connection, operator, day - timedelta(days=WINDOW_DAYS)):
        told_on, ours = date.fromordinal(row.day), owed.get(row.order_no)
        ref = row.order_no or f"{operator}/{row.session}"
        if row.fen == (ours.fen if ours else 0) and (ours is not None or row.order_no):
            matched += 1
            await change(unit, row, state=RowState.MATCHED.value)
            await agreed(unit, row.order_no, Entry.BILL, {ref, f"{operator}/{row.session}"})
            continue
        if ours is None and day - told_on < timedelta(days=CARRY_DAYS):
            waiting += 1
            continue
        kind = Kind.OPERATOR_ONLY if ours is None else Kind.AMOUNT
        says = await _sides(unit.connection, operator, row.order_no, ours)
        text = described(rows[row.session]) if row.session in rows else _text(row)
        says = Sides(says.channel_fen, says.ledger_fen, row.fen, row.order_no, operator, text)
        raised += await raise_difference(unit, ours.channel if ours else "", kind, Entry.BILL, ref, told_on, says)
        await change(unit, row, state=RowState.RAISED.value)
    return matched, waiting, raised


def _text(row: Any) -> str:
    return f"session={row.session} kWh={row.kwh} fen={row.fen} by={row.origin}"


async def _not_listed(unit: Unit, operator: SourceId, day: date, owed: dict[Number, _Owed]) -> int:
    """Bills in the books that no list of the operator's has had for three days."""
    had = sa.select(OPERATOR_ROW.c.order_no).where(
        OPERATOR_ROW.c.operator == operator, OPERATOR_ROW.c.order_no.is_not(None)
    )
    listed = set((await unit.connection.execute(had)).scalars())
    raised = 0
    for ours in owed.values():
        if ours.order in listed or ours.fen == 0 or day - ours.day < timedelta(days=CARRY_DAYS):
            continue
        says = await _sides(unit.connection, operator, ours.order, ours)
        raised += await raise_difference(unit, ours.channel, Kind.OURS_ONLY, Entry.BILL, ours.order, ours.day, says)
    return raised


async def _sides(connection: AsyncConnection, operator: SourceId, order: Number | None, ours: _Owed | None) -> Sides:
    taken = (await captures(connection, [order])).get(order) if order else None
    return Sides(
        channel_fen=None if taken is None else taken[1],
        ledger_fen=None if ours is None else ours.fen,
        order=order,
        operator=operator,
    )
