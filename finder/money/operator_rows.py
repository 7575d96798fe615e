"""What operators list of a day's sessions, each once, and whether the ledger agrees."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.connectors.sdk.desk import Claimed
from finder.connectors.sdk.sessions import Bill
from finder.kernel.clock import SHANGHAI
from finder.kernel.ids import Number
from finder.kernel.money import Money
from finder.money.channel_rows import RowState
from finder.money.differences import Entry, Kind, Sides, raise_difference
from finder.stations.model import SourceId
from finder.storage.unit import METADATA, Unit


class Origin(StrEnum):
    """How an operator told a row; a list of its own counts before what it pushed."""

    LIST = "LIST"  # fetched
    CLAIM = "CLAIM"  # sent to be compared
    PUSH = "PUSH"  # its bills one by one, from an operator that has no list


OPERATOR_ROW = sa.Table(
    "operator_row",
    METADATA,
    sa.Column("operator", sa.Text, primary_key=True),
    sa.Column("session", sa.Text, primary_key=True),  # the operator's number of it
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("told_order", sa.Text),  # our number as the operator told it
    sa.Column("order_no", sa.Text, index=True),
    sa.Column("fen", sa.BigInteger, nullable=False),
    sa.Column("kwh", sa.Text),  # a decimal number
    sa.Column("electricity_fen", sa.BigInteger),
    sa.Column("service_fen", sa.BigInteger),
    sa.Column("parking_fen", sa.BigInteger),
    sa.Column("day", sa.Integer, nullable=False),  # on which it ended: days since 0001-01-01, in Asia/Shanghai
    sa.Column("state", sa.Text, nullable=False),
    sa.Index("operator_row_waiting", "operator", "state", "day"),
)


@dataclass(frozen=True, slots=True)
class Listed:
    """One session in an operator's list. `bill` is there where the list has the whole of it."""

    operator: SourceId
    session: str
    origin: Origin
    day: date
    total: Money
    kwh: str | None
    order: str | None = None
    bill: Bill | None = None


def listed(bill: Bill, origin: Origin) -> Listed:
    """A bill as a row."""
    day = bill.ended_at.astimezone(SHANGHAI).date()
    session = bill.session_id or bill.native_id
    return Listed(bill.source, session, origin, day, bill.total, str(bill.kwh), bill.order, bill)


def claimed(operator: SourceId, until: datetime, claim: Claimed) -> Listed:
    """A session that an operator sent to be compared; of the day that its list ends with."""
    day = (until.astimezone(SHANGHAI) - _A_MOMENT).date()
    return Listed(operator, claim.native_id, Origin.CLAIM, day, claim.total, str(claim.kwh))


_A_MOMENT = datetime.resolution  # a list ends where the next one begins


async def keep(unit: Unit, row: Listed, order: Number | None) -> int:
    """Writes a row down; 1 where it was told before with another total, which is a difference.

    A list takes the place of what was pushed: the totals are compared, and the parts that it tells are kept.
    """
    bill = row.bill
    values: dict[str, Any] = {
        "operator": row.operator,
        "session": row.session,
        "origin": row.origin.value,
        "told_order": row.order,
        "order_no": order,
        "fen": row.total.fen,
        "kwh": row.kwh,
        "day": row.day.toordinal(),
        "state": RowState.WAITING.value,
    }
    for name in ("electricity", "service", "parking"):
        part: Money | None = getattr(bill, name) if bill else None
        values[f"{name}_fen"] = None if part is None else part.fen
    put = unit.insert(OPERATOR_ROW).values(**values).on_conflict_do_nothing()
    if (await unit.connection.execute(put)).rowcount:
        return 0
    own = sa.and_(OPERATOR_ROW.c.operator == row.operator, OPERATOR_ROW.c.session == row.session)
    known = (await unit.connection.execute(sa.select(OPERATOR_ROW).where(own))).one()
    better = {
        name: values[name]
        for name in ("told_order", "order_no", "electricity_fen", "service_fen", "parking_fen")
        if getattr(known, name) is None and values[name] is not None
    }
    if known.origin == Origin.PUSH and row.origin is not Origin.PUSH:
        better["origin"] = row.origin.value
    if better:
        await unit.connection.execute(sa.update(OPERATOR_ROW).where(own).values(**better))
    if known.fen == row.total.fen:
        return 0
    agreed = known.fen if known.state == RowState.MATCHED else None
    says = Sides(None, agreed, row.total.fen, order or known.order_no, row.operator, described(row))
    return await raise_difference(unit, "", Kind.CHANGED, Entry.BILL, _ref(row.operator, row.session), row.day, says)


def described(row: Listed) -> str:
    """The row in words, for a person."""
    told = {"session": row.session, "order": row.order, "kWh": row.kwh, "fen": row.total.fen, "by": row.origin.value}
    return " ".join(f"{name}={value}" for name, value in told.items() if value is not None)


def _ref(operator: SourceId, session: str) -> str:
    return f"{operator}/{session}"


async def unsettled(connection: AsyncConnection, operator: SourceId, since: date) -> Sequence[Any]:
    """The rows with which the ledger does not agree yet, of sessions that ended since that day."""
    question = sa.select(OPERATOR_ROW).where(
        OPERATOR_ROW.c.operator == operator,
        OPERATOR_ROW.c.state.in_((RowState.WAITING.value, RowState.RAISED.value)),
        OPERATOR_ROW.c.day >= since.toordinal(),
    )
    return (await connection.execute(question.order_by(OPERATOR_ROW.c.day, OPERATOR_ROW.c.session))).all()


async def change(unit: Unit, row: Any, **values: Any) -> None:
    """Changes a row that was kept."""
    own = sa.and_(OPERATOR_ROW.c.operator == row.operator, OPERATOR_ROW.c.session == row.session)
    await unit.connection.execute(sa.update(OPERATOR_ROW).where(own).values(**values))


async def billed(connection: AsyncConnection, orders: Collection[Number]) -> dict[Number, tuple[RowState, int]]:
    """What operators' lists say of these orders, and whether the ledger agrees."""
    question = sa.select(OPERATOR_ROW.c.order_no, OPERATOR_ROW.c.state, OPERATOR_ROW.c.fen).where(
        OPERATOR_ROW.c.order_no.in_(list(orders))
    )
    return {row.order_no: (RowState(row.state), row.fen) for row in await connection.execute(question)}


async def has_claims(connection: AsyncConnection, operator: SourceId, day: date) -> bool:
    """Whether the operator sent a list of that day to be compared."""
    question = sa.select(sa.func.count()).where(
        OPERATOR_ROW.c.operator == operator,
        OPERATOR_ROW.c.day == day.toordinal(),
        OPERATOR_ROW.c.origin == Origin.CLAIM.value,
    )
    return bool((await connection.execute(question)).scalar_one())
