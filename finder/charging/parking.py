"""After a session the car park is told, once, that whoever charged may leave for less."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.charging.order import Order, load
from finder.charging.outside import MONEY
from finder.errors import ChannelRefused, NotFound
from finder.identity.vault import Vault
from finder.kernel.ids import Number
from finder.money.parking import CarPark, Entitled, EntitlementAsk
from finder.storage.outbox import Letter
from finder.storage.unit import METADATA, Unit, Work, from_us, to_us

ENTITLEMENT = sa.Table(
    "parking_entitlement",
    METADATA,
    sa.Column("number", sa.Text, primary_key=True),
    sa.Column("order_no", sa.Text, nullable=False, index=True),
    sa.Column("person", sa.Text, nullable=False, index=True),
    sa.Column("car_park", sa.Text, nullable=False),
    sa.Column("minutes_free", sa.Integer, nullable=False),
    sa.Column("discount_percent", sa.Integer, nullable=False),
    sa.Column("until", sa.BigInteger, nullable=False),  # microseconds since 1970
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("looked_up", sa.Boolean, nullable=False),  # whether the two below say what is to be told of the plate
    sa.Column("plate_hmac", sa.Text),
    sa.Column("plate", sa.LargeBinary),  # sealed; null where the driver did not agree, or was erased
    sa.Column("reference", sa.Text),
    sa.Column("reason", sa.Text),
)
CONSENT = sa.Table(
    "parking_consent",
    METADATA,
    sa.Column("person", sa.Text, primary_key=True),
    sa.Column("agreed_at", sa.BigInteger, nullable=False),
)


class Granted(StrEnum):
    """Where an entitlement stands."""

    SENT = "SENT"  # the car park is asked, or will be
    TAKEN = "TAKEN"
    REFUSED = "REFUSED"
    FAILED = "FAILED"  # it could not be told: show the order at the exit


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What a car park was told of an order."""

    number: Number
    order: Number
    person: str
    car_park: str
    minutes_free: int
    discount_percent: int
    until: datetime
    state: Granted
    reference: str | None = None
    reason: str | None = None
    plate_hmac: str | None = field(default=None, repr=False)
    plate: str | None = field(default=None, repr=False)


class Plates(Protocol):
    """People's plates, kept by identity."""

    async def plate(self, person: str) -> str | None:
        """The plate of a person's only vehicle; None where there is none, or it cannot be told which one charged."""


class NoPlates:
    """Where no accounts are kept."""

    async def plate(self, person: str) -> str | None:
        """None."""
        return None


class ParkingHandler:
    """Tells a car park of one order."""

    patience = MONEY

    def __init__(self, work: Work, vault: Vault, parks: Mapping[str, CarPark], plates: Plates) -> None:
        self._work, self._vault, self._parks, self._plates = work, vault, parks, plates

    async def before(self, letter: Letter, unit: Unit) -> bool:
        """See Handler."""
        order = await load(unit.connection, letter.payload.decode())
        known = await entitlement_of(unit.connection, self._vault, order.number)
        if known is not None:
            return known.state is Granted.SENT
        park = self._parks.get(order.car_park or "")
        if park is None:
            return False
        row = {
            "number": letter.number,
            "order_no": order.number,
            "person": order.person,
            "car_park": order.car_park,
            "minutes_free": park.terms.minutes_free,
            "discount_percent": park.terms.discount_percent,
            "until": to_us(_ended(order, unit) + park.terms.leave_within),
            "state": Granted.SENT.value,
            "looked_up": False,
        }
        await unit.connection.execute(unit.insert(ENTITLEMENT).values(**row).on_conflict_do_nothing())
        return True

    async def call(self, letter: Letter) -> Entitled | ChannelRefused:
        """See Handler. What is told of the plate is written before it is told, so that a repeat tells the same."""
        order = letter.payload.decode()
        await self._look_up(order)
        async with self._work.read() as connection:
            told = await entitlement_of(connection, self._vault, order)
        if told is None or (park := self._parks.get(told.car_park)) is None:
            raise NotFound("没有这个停车场", "there is no such car park", code="NO_CAR_PARK")
        terms = told.minutes_free, told.discount_percent, told.until
        try:
            return await park.entitle(EntitlementAsk(told.number, order, told.plate_hmac, told.plate, *terms))
        except ChannelRefused as no:
            return no

    async def after(self, letter: Letter, result: Any, unit: Unit) -> None:
        """See Handler."""
        said: Entitled | ChannelRefused = result
        if isinstance(said, ChannelRefused):
            await _move(unit, letter.number, state=Granted.REFUSED.value, reason=said.code)
        else:
            await _move(unit, letter.number, state=Granted.TAKEN.value, reference=said.reference)

    async def dead(self, letter: Letter, unit: Unit) -> None:
        """The driver shows the order at the exit."""
        await _move(unit, letter.number, state=Granted.FAILED.value, reason="NOT_TOLD")

    async def _look_up(self, order: Number) -> None:
        async with self._work.read() as connection:
            own = ENTITLEMENT.c.order_no == order
            row = (await connection.execute(sa.select(ENTITLEMENT).where(own))).one()
            agreed = await plate_shared(connection, row.person)
        park = self._parks.get(row.car_park)
        if row.looked_up or park is None:
            return
        plate = await self._plates.plate(row.person)
        values: dict[str, Any] = {"looked_up": True}
        if plate is not None and agreed:
            values["plate"] = self._vault.seal(plate.encode(), _place(row.number))
        elif plate is not None:
            values["plate_hmac"] = park.hashed(plate)
        async with self._work.begin() as unit:
            first = sa.and_(own, sa.not_(ENTITLEMENT.c.looked_up))
            await unit.connection.execute(sa.update(ENTITLEMENT).where(first).values(**values))


async def entitlement_of(connection: AsyncConnection, vault: Vault, order: Number) -> Entitlement | None:
    """What a car park was, or will be, told of an order."""
    row = (await connection.execute(sa.select(ENTITLEMENT).where(ENTITLEMENT.c.order_no == order))).one_or_none()
    return None if row is None else _entitlement(row, vault)


def _entitlement(row: Any, vault: Vault) -> Entitlement:
    return Entitlement(
        row.number,
        row.order_no,
        row.person,
        row.car_park,
        row.minutes_free,
        row.discount_percent,
        from_us(row.until),
        Granted(row.state),
        row.reference,
        row.reason,
        row.plate_hmac,
        None if row.plate is None else vault.open(bytes(row.plate), _place(row.number)).decode(),
    )


async def plate_shared(connection: AsyncConnection, person: str) -> bool:
    """Whether car parks may be told this person's plate itself."""
    known = await connection.execute(sa.select(CONSENT.c.person).where(CONSENT.c.person == person))
    return known.first() is not None


async def share_plate(unit: Unit, person: str, *, agreed: bool) -> None:
    """Writes down that a person agrees to that, or no longer does."""
    if agreed:
        row = {"person": person, "agreed_at": to_us(unit.now)}
        await unit.connection.execute(unit.insert(CONSENT).values(**row).on_conflict_do_nothing())
    else:
        await unit.connection.execute(sa.delete(CONSENT).where(CONSENT.c.person == person))


async def _move(unit: Unit, number: Number, **values: Any) -> None:
    own = sa.and_(ENTITLEMENT.c.number == number, ENTITLEMENT.c.state == Granted.SENT.value)
    await unit.connection.execute(sa.update(ENTITLEMENT).where(own).values(**values))


def _ended(order: Order, unit: Unit) -> datetime:
    told = order.seen.ended_at if order.seen is not None else None
    # An operator's clock may be wrong: nobody is sent away in the past, nor asked in a day's time.
    return told if told is not None and abs(unit.now - told) < timedelta(hours=1) else unit.now


def _place(number: Number) -> str:
    return f"{ENTITLEMENT.name}.plate {number}"


class ParkingHeld:
    """What car parks were told, as the room of identity asks for it."""

    name = "parking"

    def __init__(self, work: Work, vault: Vault) -> None:
        self._work, self._vault = work, vault

    async def ready(self) -> None:
        """Makes the tables. Raises StoreUnavailable."""
        await self._work.ready()

    async def export(self, connection: AsyncConnection, person: str) -> Sequence[dict[str, Any]]:
        """Every entitlement, the newest first."""
        own = sa.select(ENTITLEMENT).where(ENTITLEMENT.c.person == person).order_by(ENTITLEMENT.c.number.desc())
        rows = [_entitlement(row, self._vault) for row in await connection.execute(own)]
        return [
            {"order": e.order, "carPark": e.car_park, "until": e.until, "state": e.state.value, "plate": e.plate}
            for e in rows
        ]

    async def let_go(self, connection: AsyncConnection, person: str) -> None:
        """Forgets the plates."""
        own = ENTITLEMENT.c.person == person
        silent = {"plate": None, "plate_hmac": None, "looked_up": True}
        await connection.execute(sa.update(ENTITLEMENT).where(own).values(**silent))
        await connection.execute(sa.delete(CONSENT).where(CONSENT.c.person == person))
