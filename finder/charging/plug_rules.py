"""The rules by which a car that was plugged in is refused, each with a reason of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

import sqlalchemy as sa

from finder.charging.agreements import AGREEMENT, Agreement
from finder.charging.agreements import read as read_agreement
from finder.charging.machines import Capture, Session
from finder.charging.order import ORDER, Order, find
from finder.charging.plug_places import Place
from finder.charging.plug_tables import BINDING, PLUGGED
from finder.charging.sweep import NEVER_BEGAN
from finder.connectors.sdk.desk import AuthorizationAsk, Permission
from finder.identity.tables import PERSON
from finder.storage.unit import Unit, from_us, to_us

NOT_BEGUN = (Session.START_SENT, Session.START_UNKNOWN)
COOL_DOWN = timedelta(minutes=2)  # a pile asks again as soon as a session is stopped, with the plug still in
MOST_A_DAY = 12  # orders that one car's plug begins: a VIN can be forged
UNPAID = timedelta(hours=2)  # a capture that takes longer than this is a debt
_LOOKED_AT = 20


class Refused(Exception):
    """The answer is no."""

    def __init__(self, permission: Permission) -> None:
        super().__init__(permission.value)
        self.permission = permission


@dataclass(frozen=True, slots=True)
class Car:
    """A bound car, kept from other units until this one ends."""

    vehicle: str
    person: str
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class Grant:
    """An order that this car's plug began, and until when it may begin to charge."""

    LASTS: ClassVar = timedelta(minutes=5)
    LONGEST: ClassVar = NEVER_BEGAN - timedelta(minutes=1)  # after NEVER_BEGAN the order is given up

    order: Order
    ref: str | None
    granted_at: datetime
    until: datetime

    @property
    def pending(self) -> bool:
        """Whether it may still begin."""
        return self.order.session in NOT_BEGUN

    def renewed(self, now: datetime) -> datetime:
        """Until when it may begin, asked for again now."""
        return min(now + self.LASTS, self.granted_at + self.LONGEST)


async def car_of(unit: Unit, vehicle: str) -> Car:
    """The car by its binding, as it is now. Raises Refused: UNBOUND, REVOKED."""
    # The person first, as erasing does: of the two one waits for the other. Then the binding, as unbinding does.
    whose = sa.select(BINDING.c.person).where(BINDING.c.vehicle == vehicle).scalar_subquery()
    person = sa.select(PERSON.c.id).where(PERSON.c.id == whose)
    await unit.connection.execute(person.with_for_update(read=True, key_share=True))
    question = (
        sa.select(AGREEMENT, BINDING.c.proven_at, BINDING.c.suspended_at)
        .join(BINDING, BINDING.c.agreement == AGREEMENT.c.id)
        .where(BINDING.c.vehicle == vehicle)
        .with_for_update(of=BINDING)
    )
    row = (await unit.connection.execute(question)).one_or_none()
    if row is None or row.proven_at is None:
        raise Refused(Permission.UNBOUND)
    if row.suspended_at is not None:
        raise Refused(Permission.REVOKED)
    return Car(vehicle, row.person, read_agreement(row))


async def grants(unit: Unit, vehicle: str) -> list[Grant]:
    """The newest orders that this car's plug began, the newest first."""
    question = sa.select(PLUGGED).where(PLUGGED.c.vehicle == vehicle).order_by(PLUGGED.c.granted_at.desc())
    rows = {row.order: row for row in await unit.connection.execute(question.limit(_LOOKED_AT))}
    if not rows:
        return []
    orders = await find(unit.connection, ORDER.c.number.in_(rows), limit=_LOOKED_AT, newest=True, lock=True)
    told = [(each, rows[each.number]) for each in orders]
    return [Grant(order, row.ref, from_us(row.granted_at), from_us(row.until)) for order, row in told]


async def allowed_now(
    unit: Unit, ask: AuthorizationAsk, car: Car, place: Place | None, before: Sequence[Grant]
) -> None:
    """Raises Refused for whatever keeps this car from beginning an order of its own here and now."""
    if car.agreement.ended_at is not None:
        raise Refused(Permission.AGREEMENT_ENDED)
    pays = place is None or car.agreement.channel in place.merchants
    if not car.agreement.standing or not pays:
        raise Refused(Permission.NO_AGREEMENT)
    if await _owes(unit, car.person):
        raise Refused(Permission.IN_ARREARS)
    today = [grant for grant in before if unit.now - grant.granted_at < timedelta(days=1)]
    just_ended = [grant for grant in before if _ended_here(grant, ask, unit.now)]
    if len(today) >= MOST_A_DAY or just_ended:
        raise Refused(Permission.NOT_ALLOWED)


def _ended_here(grant: Grant, ask: AuthorizationAsk, now: datetime) -> bool:
    order = grant.order
    over = order.session in (Session.ENDED, Session.BILLED, Session.BILL_MISSING)
    return over and order.evse_id == ask.evse_id and now - (order.moved_at or order.created_at) < COOL_DOWN


async def _owes(unit: Unit, person: str) -> bool:
    """Whether something is not paid: it could not be taken, was written off, or has been under way for too long."""
    lost = ORDER.c.capture.in_((Capture.COLLECTING, Capture.BAD_DEBT))
    slow = sa.and_(
        ORDER.c.session == Session.BILLED,
        ORDER.c.pays > 0,
        ORDER.c.capture.in_((Capture.NONE, Capture.SENT, Capture.UNKNOWN)),
        ORDER.c.moved_at <= to_us(unit.now - UNPAID),
    )
    return bool(await find(unit.connection, ORDER.c.person == person, sa.or_(lost, slow), limit=1))
