"""What orders say of a person and a station, for rooms that weigh a person's word."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.charging.machines import Capture, Session
from finder.charging.order import ORDER, Order, find
from finder.connectors.sdk.control import Reason
from finder.stations.model import EvseId, SourceId
from finder.storage.unit import from_us, to_us

# A start that a driver can make fail (no plug in, taken, out of hours) says nothing of the operator.
OPERATORS_FAULT = (Reason.FAULTED, Reason.OFFLINE, Reason.NO_SUCH_EVSE, Reason.TIMEOUT)
_LONGEST = timedelta(days=2)  # a session
_ENDED = (Session.ENDED.value, Session.BILLED.value, Session.BILL_MISSING.value)
_REFUSED = (
    ORDER.c.session == Session.REJECTED.value,
    ORDER.c.reason.in_([reason.value for reason in OPERATORS_FAULT]),
)


@dataclass(frozen=True, slots=True)
class RefusedStart:
    """A start that the operator refused through a fault of its own."""

    order: str
    person: str = field(repr=False)
    evse_id: EvseId
    at: datetime


@dataclass(frozen=True, slots=True)
class OwnOrder:
    """An order of one's own: whose EVSE it is about."""

    operator: SourceId
    evse_id: EvseId


class BorneOut:
    """Reads orders, in the caller's transaction."""

    async def charged_at(
        self, connection: AsyncConnection, person: str, evses: Collection[EvseId], since: datetime
    ) -> bool:
        """Whether a session of this person's at one of these EVSEs has ended since then, and gave energy."""
        there = (ORDER.c.person == person, ORDER.c.evse_id.in_(sorted(evses)), ORDER.c.session.in_(_ENDED))
        began = ORDER.c.created_at >= to_us(since - _LONGEST)
        return any(_energy(order) and _end(order) >= since for order in await find(connection, *there, began))

    async def refused_at(
        self, connection: AsyncConnection, person: str, evses: Collection[EvseId], since: datetime
    ) -> bool:
        """Whether an order of this person's did not start at one of these since then, by the operator's fault."""
        there = (ORDER.c.person == person, ORDER.c.evse_id.in_(sorted(evses)), ORDER.c.created_at >= to_us(since))
        question = sa.select(ORDER.c.number).where(*_REFUSED, *there).limit(1)
        return (await connection.execute(question)).first() is not None

    async def paid(self, connection: AsyncConnection, person: str) -> bool:
        """Whether this person has ever paid for a session here."""
        paid = (ORDER.c.capture == Capture.CAPTURED.value, ORDER.c.captured > 0)
        question = sa.select(ORDER.c.number).where(ORDER.c.person == person, *paid).limit(1)
        return (await connection.execute(question)).first() is not None

    async def refused(self, connection: AsyncConnection, since: datetime) -> Sequence[RefusedStart]:
        """Every order that did not start since then, by the operator's fault; the oldest first."""
        told = (ORDER.c.number, ORDER.c.person, ORDER.c.evse_id, ORDER.c.created_at)
        question = sa.select(*told).where(*_REFUSED, ORDER.c.created_at >= to_us(since)).order_by(ORDER.c.number)
        return [RefusedStart(r[0], r[1], r[2], from_us(r[3])) for r in await connection.execute(question)]

    async def ordered(self, connection: AsyncConnection, person: str, order: str) -> OwnOrder | None:
        """One's own order; None where it is another's, or there is none."""
        question = sa.select(ORDER.c.operator, ORDER.c.evse_id).where(ORDER.c.number == order)
        row = (await connection.execute(question.where(ORDER.c.person == person))).one_or_none()
        return None if row is None else OwnOrder(row.operator, row.evse_id)


def _energy(order: Order) -> bool:
    billed = order.bill_total is not None and order.bill_total.fen > 0
    return billed or bool(order.seen is not None and order.seen.kwh)


def _end(order: Order) -> datetime:
    told = order.seen.ended_at if order.seen is not None else None
    return told or order.moved_at or order.created_at
