"""A channel's bill of a day held against the ledger; what differs waits for a person, and is never assumed away.

Rows are matched by order and step (and by number, but for a capture, of which an order has one). A row or a posting
may be told up to three days later on the other side.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

import sqlalchemy as sa

from finder.kernel.clock import SHANGHAI
from finder.kernel.ids import Number, order_of
from finder.money.channels.port import BillKind, BillRow, Channel, Step
from finder.money.differences import Kind, raise_difference
from finder.money.ledger import POSTING, TRANSACTION, Account, Edge
from finder.storage.unit import METADATA, Unit, Work, from_us, to_us

CARRY_DAYS = 3
WINDOW_DAYS = 31  # channels take splits and returns for thirty days
BILLS = (BillKind.TRADE, BillKind.SPLIT)
_STEPS = {
    Edge.CAPTURE: Step.CAPTURE,
    Edge.REFUND_DONE: Step.REFUND,
    Edge.SPLIT: Step.SPLIT,
    Edge.SPLIT_RETURNED: Step.SPLIT_RETURN,
}


class _Row(StrEnum):
    WAITING = "WAITING"
    MATCHED = "MATCHED"
    RAISED = "RAISED"


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
    sa.Index("channel_row_waiting", "channel", "state", "day"),
)


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

    @property
    def key(self) -> tuple[str, ...]:
        return _key(self.order, self.step, self.number)


def _key(order: Number, step: Step, number: Number) -> tuple[str, ...]:
    return (order, step.value) if step is Step.CAPTURE else (order, step.value, number)


async def reconcile(work: Work, channel: Channel, day: date) -> Summary:
    """Takes the channel's bills of that day and holds them against the ledger; a repeat changes nothing.

    Raises ChannelError where a bill cannot be had or believed: nothing is then kept.
    """
    rows = [row for kind in BILLS for row in [r async for r in channel.bill(kind, day)]]
    async with work.begin() as unit:
        changed = sum([await _keep(unit, row) for row in rows])
        moves = await _moves(unit, channel.name, day)
        matched, waiting, raised = await _match(unit, channel.name, day, moves)
        raised += await _not_told(unit, channel.name, day, moves)
    return Summary(day, matched, waiting, raised + changed)


async def _keep(unit: Unit, row: BillRow) -> int:
    """Writes a row down; 1 where it was told before with another amount."""
    order = None if row.number is None else order_of(row.number)
    values = {
        "channel": row.channel,
        "step": row.step.value,
        "channel_id": row.channel_id,
        "number": row.number,
        "order_no": order,
        "fen": row.fen,
        "day": row.business_date.toordinal(),
        "raw": row.raw,
        "state": _Row.WAITING.value,
    }
    put = unit.insert(CHANNEL_ROW).values(**values).on_conflict_do_nothing()
    if (await unit.connection.execute(put)).rowcount:
        return 0
    own = sa.and_(*(CHANNEL_ROW.c[name] == values[name] for name in ("channel", "step", "channel_id")))
    known = (await unit.connection.execute(sa.select(CHANNEL_ROW.c.fen).where(own))).scalar_one()
    if known == row.fen:
        return 0
    told = {"order": order, "channel_fen": row.fen, "ledger_fen": None, "raw": row.raw}
    return await raise_difference(
        unit, row.channel, Kind.CHANGED, row.step, row.number or row.channel_id, row.business_date, told
    )


async def _moves(unit: Unit, channel: str, day: date) -> dict[tuple[str, ...], _Move]:
    """The ledger's steps at this channel over the last month, by their keys."""
    since = datetime.combine(day - timedelta(days=WINDOW_DAYS), time(), SHANGHAI)
    question = (
        sa.select(TRANSACTION.c.key, TRANSACTION.c.edge, TRANSACTION.c.order_no, TRANSACTION.c.at, POSTING.c.fen)
        .join(POSTING)
        .where(
            TRANSACTION.c.channel == channel,
            TRANSACTION.c.at >= to_us(since),
            TRANSACTION.c.edge.in_([edge.value for edge in _STEPS]),
            POSTING.c.account == Account.CHANNEL_CLEARING.value,
        )
    )
    moves = [
        _Move(
            row.order_no,
            _STEPS[Edge(row.edge)],
            row.key.rsplit(":", 1)[1],
            row.fen,
            from_us(row.at).astimezone(SHANGHAI).date(),
        )
        for row in await unit.connection.execute(question)
    ]
    return {move.key: move for move in moves}


async def _match(unit: Unit, channel: str, day: date, moves: dict[tuple[str, ...], _Move]) -> tuple[int, int, int]:
    waits = sa.and_(CHANNEL_ROW.c.channel == channel, CHANNEL_ROW.c.state == _Row.WAITING.value)
    matched = waiting = raised = 0
    for row in (await unit.connection.execute(sa.select(CHANNEL_ROW).where(waits))).all():
        step, told_on = Step(row.step), date.fromordinal(row.day)
        move = moves.get(_key(row.order_no, step, row.number)) if row.order_no else None
        told = {"order": row.order_no, "channel_fen": row.fen, "ledger_fen": move.fen if move else None, "raw": row.raw}
        if move is not None and move.fen == row.fen:
            matched, state = matched + 1, _Row.MATCHED
        elif move is not None:
            raised += await raise_difference(
                unit, channel, Kind.AMOUNT, step, row.number or row.channel_id, told_on, told
            )
            state = _Row.RAISED
        elif day - told_on >= timedelta(days=CARRY_DAYS):
            raised += await raise_difference(
                unit, channel, Kind.CHANNEL_ONLY, step, row.number or row.channel_id, told_on, told
            )
            state = _Row.RAISED
        else:
            waiting += 1
            continue
        own = sa.and_(waits, CHANNEL_ROW.c.step == row.step, CHANNEL_ROW.c.channel_id == row.channel_id)
        await unit.connection.execute(sa.update(CHANNEL_ROW).where(own).values(state=state.value))
    return matched, waiting, raised


async def _not_told(unit: Unit, channel: str, day: date, moves: dict[tuple[str, ...], _Move]) -> int:
    """Postings of which the channel's bills have said nothing for three days."""
    known = sa.select(CHANNEL_ROW.c.order_no, CHANNEL_ROW.c.step, CHANNEL_ROW.c.number).where(
        CHANNEL_ROW.c.channel == channel,
        CHANNEL_ROW.c.order_no.is_not(None),
        CHANNEL_ROW.c.day >= day.toordinal() - WINDOW_DAYS - CARRY_DAYS,
    )
    told = {_key(r.order_no, Step(r.step), r.number) for r in await unit.connection.execute(known)}
    raised = 0
    for key, move in moves.items():
        if key in told or day - move.day < timedelta(days=CARRY_DAYS):
            continue
        seen = {"order": move.order, "channel_fen": None, "ledger_fen": move.fen, "raw": ""}
        raised += await raise_difference(unit, channel, Kind.LEDGER_ONLY, move.step, move.number, move.day, seen)
    return raised


def business_day(moment: datetime) -> date:
    """The day whose bill is ready at this moment: the last whole one in Asia/Shanghai, after ten in the morning."""
    local = moment.astimezone(SHANGHAI)
    return local.date() - timedelta(days=1 if local.time() >= time(10) else 2)
