"""What differs between a channel's bill and the ledger, and what a person decides of it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from finder.errors import BadInput, NotFound
from finder.kernel.ids import Number, new_ulid
from finder.money.channels.port import Step
from finder.money.ledger import TRANSACTION, Account, post
from finder.money.postings import Books
from finder.storage.unit import METADATA, Unit, Work, from_us, to_us


class Kind(StrEnum):
    """How the two differ."""

    CHANNEL_ONLY = "CHANNEL_ONLY"
    LEDGER_ONLY = "LEDGER_ONLY"
    AMOUNT = "AMOUNT"
    CHANGED = "CHANGED"  # the channel told the same row with another amount


class Decision(StrEnum):
    """What a person says of a difference."""

    CHANNEL_IS_RIGHT = "CHANNEL_IS_RIGHT"  # the ledger follows, against suspense
    LEDGER_IS_RIGHT = "LEDGER_IS_RIGHT"  # to be claimed from the channel
    EXPLAINED = "EXPLAINED"  # nothing is to be done


DIFFERENCE = sa.Table(
    "reconciliation_difference",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("step", sa.Text, nullable=False),
    sa.Column("ref", sa.Text, nullable=False),  # our number, or the channel's where the row carries none of ours
    sa.Column("order_no", sa.Text),
    sa.Column("channel_fen", sa.BigInteger),
    sa.Column("ledger_fen", sa.BigInteger),
    sa.Column("day", sa.Integer, nullable=False),
    sa.Column("raw", sa.Text, nullable=False),
    sa.Column("raised_at", sa.BigInteger, nullable=False),
    sa.Column("decision", sa.Text),
    sa.Column("decided_by", sa.Text),
    sa.Column("decided_at", sa.BigInteger),
    sa.Column("note", sa.Text),
    sa.UniqueConstraint("channel", "kind", "step", "ref"),
)


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that a person has to decide, or has decided."""

    id: str
    channel: str
    kind: Kind
    step: Step
    ref: str
    order: Number | None
    channel_fen: int | None
    ledger_fen: int | None
    day: date
    raw: str
    raised_at: datetime
    decision: Decision | None
    note: str | None


async def raise_difference(
    unit: Unit, channel: str, kind: Kind, step: Step, ref: str, day: date, told: dict[str, Any]
) -> int:
    """Writes a difference down, once; 1 where it is new. `told` has order, channel_fen, ledger_fen and raw."""
    row = {
        "id": new_ulid(lambda: unit.now),
        "channel": channel,
        "kind": kind.value,
        "step": step.value,
        "ref": ref,
        "order_no": told["order"],
        "channel_fen": told["channel_fen"],
        "ledger_fen": told["ledger_fen"],
        "day": day.toordinal(),
        "raw": told["raw"],
        "raised_at": to_us(unit.now),
    }
    put = unit.insert(DIFFERENCE).values(**row).on_conflict_do_nothing()
    return int((await unit.connection.execute(put)).rowcount)


async def differences(work: Work, *, decided: bool = False) -> list[Difference]:
    """Those that wait for a person, or those that were decided; the oldest first."""
    which = DIFFERENCE.c.decision.is_not(None) if decided else DIFFERENCE.c.decision.is_(None)
    async with work.read() as connection:
        rows = (await connection.execute(sa.select(DIFFERENCE).where(which).order_by(DIFFERENCE.c.id))).all()
    return [_difference(row) for row in rows]


async def decide(work: Work, difference_id: str, decision: Decision, by: str, note: str) -> Difference:
    """A person's word on a difference, once. Raises NotFound; BadInput without a reason, or where it was decided."""
    if not by.strip() or not note.strip():
        raise BadInput("请填写处理人和理由", "say who decides, and why", code="REASON_MISSING")
    async with work.begin() as unit:
        own = DIFFERENCE.c.id == difference_id
        row = (await unit.connection.execute(sa.select(DIFFERENCE).where(own).with_for_update())).one_or_none()
        if row is None:
            raise NotFound(
                f"没有差异 {difference_id!r}", f"there is no difference {difference_id!r}", code="NO_DIFFERENCE"
            )
        if row.decision is not None:
            raise BadInput("该差异已处理", "this difference is decided already", code="DECIDED")
        off = (row.channel_fen or 0) - (row.ledger_fen or 0)
        if decision is Decision.CHANNEL_IS_RIGHT and off:
            if row.order_no is None:
                raise BadInput(
                    "该行不属于任何订单，无法记账，请选择其他处理",
                    "this row is of no order, so nothing can be posted: decide otherwise",
                    code="NO_ORDER",
                )
            operator = (
                await unit.connection.execute(
                    sa.select(TRANSACTION.c.operator).where(TRANSACTION.c.order_no == row.order_no).limit(1)
                )
            ).scalar() or ""
            book = Books(row.order_no, operator, row.channel, unit.now)
            await post(unit, book.difference(row.id, Account.CHANNEL_CLEARING, off, note))
        said = {"decision": decision.value, "decided_by": by, "decided_at": to_us(unit.now), "note": note}
        await unit.connection.execute(sa.update(DIFFERENCE).where(own).values(**said))
        after = (await unit.connection.execute(sa.select(DIFFERENCE).where(own))).one()
    return _difference(after)


def _difference(row: Any) -> Difference:
    return Difference(
        row.id,
        row.channel,
        Kind(row.kind),
        Step(row.step),
        row.ref,
        row.order_no,
        row.channel_fen,
        row.ledger_fen,
        date.fromordinal(row.day),
        row.raw,
        from_us(row.raised_at),
        Decision(row.decision) if row.decision else None,
        row.note,
    )
