"""Disputes as they are kept, and the table of their states."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.charging.check import Wrong
from finder.errors import NotFound
from finder.kernel.ids import Number, new_ulid
from finder.kernel.money import Money
from finder.stations.model import SourceId
from finder.storage.unit import METADATA, Unit, from_us, to_us


class Cause(StrEnum):
    """What is wrong: a driver's reasons, and the two for which the finder disputes a bill with its operator itself."""

    OVERCHARGED = "OVERCHARGED"
    NOT_CHARGED = "NOT_CHARGED"  # paid, and the car got nothing
    STOPPED_EARLY = "STOPPED_EARLY"
    PARKING_FEE = "PARKING_FEE"
    PILE_BROKEN = "PILE_BROKEN"
    OTHER = "OTHER"
    BILL_ABOVE_CAP = "BILL_ABOVE_CAP"
    BILL_DIFFERS = "BILL_DIFFERS"


OURS = (Cause.BILL_ABOVE_CAP, Cause.BILL_DIFFERS)


class DisputeState(StrEnum):
    """Where a dispute stands."""

    OPEN = "OPEN"
    ANSWERED = "ANSWERED"  # the operator, or staff, has said something; nothing is decided
    REFUNDED = "REFUNDED"
    REJECTED = "REJECTED"
    APPEALED = "APPEALED"
    CLOSED = "CLOSED"  # the appeal was rejected
    WITHDRAWN = "WITHDRAWN"
    UPHELD = "UPHELD"  # of ours: the operator does without the rest


NEXT: Mapping[DisputeState, frozenset[DisputeState]] = {
    DisputeState.OPEN: frozenset(
        {
            *(DisputeState.ANSWERED, DisputeState.REFUNDED, DisputeState.REJECTED),
            *(DisputeState.WITHDRAWN, DisputeState.UPHELD),
        }
    ),
    DisputeState.ANSWERED: frozenset(
        {DisputeState.REFUNDED, DisputeState.REJECTED, DisputeState.WITHDRAWN, DisputeState.UPHELD}
    ),
    DisputeState.REJECTED: frozenset({DisputeState.APPEALED}),
    DisputeState.APPEALED: frozenset({DisputeState.REFUNDED, DisputeState.CLOSED, DisputeState.WITHDRAWN}),
    DisputeState.REFUNDED: frozenset(),
    DisputeState.CLOSED: frozenset(),
    DisputeState.WITHDRAWN: frozenset(),
    DisputeState.UPHELD: frozenset(),
}
WAITING = (DisputeState.OPEN, DisputeState.ANSWERED, DisputeState.APPEALED)  # for somebody to decide

DISPUTE = sa.Table(
    "charging_dispute",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("order_no", sa.Text, nullable=False, index=True),
    sa.Column("operator", sa.Text, nullable=False),
    sa.Column("person", sa.Text, index=True),  # null: the finder's own, against the operator
    sa.Column("cause", sa.Text, nullable=False),
    sa.Column("said", sa.Text),  # in the driver's words; null once the person was erased, as the two below
    sa.Column("appeal", sa.Text),
    sa.Column("answer", sa.Text),
    sa.Column("state", sa.Text, nullable=False, index=True),
    sa.Column("opened_at", sa.BigInteger, nullable=False),  # microseconds since 1970, as below
    sa.Column("decided_at", sa.BigInteger),
    sa.Column("decided_by", sa.Text),
    sa.Column("note", sa.Text),
    sa.Column("refund_fen", sa.BigInteger),
)
# One order is disputed by its driver once at a time, whoever asks at once.
sa.Index(
    "charging_dispute_open",
    DISPUTE.c.order_no,
    unique=True,
    sqlite_where=sa.and_(DISPUTE.c.state.in_(("OPEN", "ANSWERED", "APPEALED")), DISPUTE.c.person.is_not(None)),
    postgresql_where=sa.and_(DISPUTE.c.state.in_(("OPEN", "ANSWERED", "APPEALED")), DISPUTE.c.person.is_not(None)),
)


@dataclass(frozen=True, slots=True)
class Dispute:
    """A dispute of an order, by its driver or by the finder."""

    id: str
    order: Number
    operator: SourceId
    person: str | None
    cause: Cause
    said: str | None = field(repr=False)
    appeal: str | None = field(repr=False)
    answer: str | None = field(repr=False)
    state: DisputeState
    opened_at: datetime
    decided_at: datetime | None
    decided_by: str | None
    note: str | None = field(repr=False)
    refund: Money | None


async def add_dispute(
    unit: Unit, order: Number, operator: SourceId, person: str | None, cause: Cause, said: str
) -> str:
    """Writes a new dispute; its id."""
    dispute_id = new_ulid(lambda: unit.now)
    row = {
        "id": dispute_id,
        "order_no": order,
        "operator": operator,
        "person": person,
        "cause": cause.value,
        "said": said,
        "state": DisputeState.OPEN.value,
        "opened_at": to_us(unit.now),
    }
    await unit.connection.execute(sa.insert(DISPUTE).values(**row))
    return dispute_id


async def dispute_bill(unit: Unit, order: Number, operator: SourceId, wrong: Wrong | None) -> None:
    """The finder's own, of a bill that is not accepted as it is; one of each cause is enough."""
    cause = Cause.BILL_ABOVE_CAP if wrong is Wrong.ABOVE_CAP else Cause.BILL_DIFFERS
    known = sa.select(DISPUTE.c.id).where(
        DISPUTE.c.order_no == order, DISPUTE.c.person.is_(None), DISPUTE.c.cause == cause.value
    )
    if (await unit.connection.execute(known)).first() is None:
        await add_dispute(unit, order, operator, None, cause, wrong.value if wrong else "SECOND_BILL")


async def change_dispute(unit: Unit, dispute_id: str, **values: Any) -> None:
    """Writes what was said or decided."""
    await unit.connection.execute(sa.update(DISPUTE).where(DISPUTE.c.id == dispute_id).values(**values))


async def load_dispute(connection: AsyncConnection, dispute_id: str, *, lock: bool = False) -> Dispute:
    """Raises NotFound."""
    question = sa.select(DISPUTE).where(DISPUTE.c.id == dispute_id)
    row = (await connection.execute(question.with_for_update() if lock else question)).one_or_none()
    if row is None:
        raise NotFound(
            f"没有争议 {dispute_id[:40]!r}", f"there is no dispute {dispute_id[:40]!r}", code="NO_SUCH_DISPUTE"
        )
    return _dispute(row)


async def find_disputes(
    connection: AsyncConnection, *where: "sa.ColumnElement[bool]", limit: int = 1_000
) -> list[Dispute]:
    """Disputes that fit, the newest first."""
    rows = await connection.execute(sa.select(DISPUTE).where(*where).order_by(DISPUTE.c.id.desc()).limit(limit))
    return [_dispute(row) for row in rows]


def _dispute(row: Any) -> Dispute:
    return Dispute(
        row.id,
        row.order_no,
        row.operator,
        row.person,
        Cause(row.cause),
        row.said,
        row.appeal,
        row.answer,
        DisputeState(row.state),
        from_us(row.opened_at),
        None if row.decided_at is None else from_us(row.decided_at),
        row.decided_by,
        row.note,
        None if row.refund_fen is None else Money(row.refund_fen),
    )
