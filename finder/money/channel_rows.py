"""The rows of channels' bills as they were told, each once, and whether the ledger agrees."""

from collections.abc import Collection, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.kernel.ids import Number, order_of
from finder.money.channels.port import BillRow, Step
from finder.money.differences import Entry, Kind, Sides, raise_difference
from finder.storage.unit import METADATA, Unit


class RowState(StrEnum):
    """What became of a row."""

    WAITING = "WAITING"
    MATCHED = "MATCHED"
    RAISED = "RAISED"  # a difference of it was raised


CHANNEL_ROW = sa.Table(
    "channel_row",
    METADATA,
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("step", sa.Text, primary_key=True),
    sa.Column("channel_id", sa.Text, primary_key=True),
    sa.Column("number", sa.Text),
    sa.Column("order_no", sa.Text, index=True),
    sa.Column("fen", sa.BigInteger, nullable=False),
    sa.Column("day", sa.Integer, nullable=False),  # days since 0001-01-01, in Asia/Shanghai
    sa.Column("raw", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("sub_merchant", sa.Text),
    sa.Column("fee_fen", sa.BigInteger),
    sa.Index("channel_row_waiting", "channel", "state", "day"),
)


async def keep(unit: Unit, row: BillRow) -> int:
    """Writes a row down; 1 where it was told before with another amount, which is a difference."""
    order = None if row.number is None else order_of(row.number)
    values: dict[str, Any] = {
        "channel": row.channel,
        "step": row.step.value,
        "channel_id": row.channel_id,
        "number": row.number,
        "order_no": order,
        "fen": row.fen,
        "fee_fen": row.fee_fen,
        "sub_merchant": row.sub_merchant,
        "day": row.business_date.toordinal(),
        "raw": row.raw,
        "state": RowState.WAITING.value,
    }
    put = unit.insert(CHANNEL_ROW).values(**values).on_conflict_do_nothing()
    if (await unit.connection.execute(put)).rowcount:
        return 0
    question = sa.select(CHANNEL_ROW.c.fen, CHANNEL_ROW.c.state).where(_own(values))
    known = (await unit.connection.execute(question)).one()
    if known.fen == row.fen:
        return 0
    agreed = known.fen if known.state == RowState.MATCHED else None
    says = Sides(channel_fen=row.fen, ledger_fen=agreed, order=order, raw=row.raw)
    ref, entry = row.number or row.channel_id, Entry(row.step.value)
    return await raise_difference(unit, row.channel, Kind.CHANGED, entry, ref, row.business_date, says)


async def unsettled(connection: AsyncConnection, channel: str, since: date) -> Sequence[Any]:
    """The rows with which the ledger does not agree yet, told since that day."""
    question = sa.select(CHANNEL_ROW).where(
        CHANNEL_ROW.c.channel == channel,
        CHANNEL_ROW.c.state.in_((RowState.WAITING.value, RowState.RAISED.value)),
        CHANNEL_ROW.c.day >= since.toordinal(),
    )
    return (await connection.execute(question.order_by(CHANNEL_ROW.c.day, CHANNEL_ROW.c.channel_id))).all()


async def mark(unit: Unit, row: Any, state: RowState) -> None:
    """Says what became of a row."""
    if row.state != state.value:
        await unit.connection.execute(sa.update(CHANNEL_ROW).where(_own(row._mapping)).values(state=state.value))


async def captures(connection: AsyncConnection, orders: Collection[Number]) -> dict[Number, tuple[RowState, int]]:
    """What channels' bills say of these orders' captures, and whether the ledger agrees."""
    question = sa.select(CHANNEL_ROW.c.order_no, CHANNEL_ROW.c.state, CHANNEL_ROW.c.fen).where(
        CHANNEL_ROW.c.order_no.in_(list(orders)), CHANNEL_ROW.c.step == Step.CAPTURE.value
    )
    return {row.order_no: (RowState(row.state), row.fen) for row in await connection.execute(question)}


def _own(row: Any) -> "sa.ColumnElement[bool]":
    return sa.and_(*(CHANNEL_ROW.c[name] == row[name] for name in ("channel", "step", "channel_id")))
