"""People's vehicles: VIN and plate sealed, found by keyed hashes; a VIN is one person's."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.errors import Conflict, NotFound, TooLarge
from finder.identity.audit import Audit, acting
from finder.identity.buckets import Buckets, Rate, within
from finder.identity.roles import Caller
from finder.identity.sessions import NotSignedIn
from finder.identity.store import Store
from finder.identity.tables import PERSON, VEHICLE
from finder.kernel.clock import Clock
from finder.kernel.ids import new_ulid
from finder.kernel.plates import read_plate
from finder.kernel.vin import read_vin
from finder.storage.unit import from_us, to_us

MOST = 10  # of one person
ADD_RATE = Rate(burst=20, per_s=1 / 180)  # or an account could ask for VIN after VIN whether it is known


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A vehicle as its owner sees it; without a VIN it cannot begin a session by being plugged in."""

    id: str
    person: str
    vin: str | None = field(repr=False)
    plate: str = field(repr=False)
    new_energy: bool
    added_at: datetime


class Vehicles:
    """Vehicles in one database. Every method raises StoreUnavailable."""

    def __init__(self, store: Store, audit: Audit, clock: Clock, buckets: Buckets) -> None:
        self._store, self._audit, self._clock, self._buckets = store, audit, clock, buckets

    async def add(self, caller: Caller, plate: str, vin: str | None = None) -> Vehicle:
        """Binds a vehicle to the caller. Raises BadInput, TooLarge, Busy, and Conflict where it is bound already."""
        number, read = read_vin(vin) if vin else None, read_plate(plate)
        await within(self._buckets, f"vehicles {caller.person}", ADD_RATE)
        vehicle = Vehicle(
            new_ulid(self._clock), caller.person, number, read.text, read.new_energy, from_us(to_us(self._clock()))
        )
        await self._audit.made()
        async with (await self._store.made()).write() as connection:
            await self._audit.lock(connection)  # from here on nobody else binds one
            known = sa.select(PERSON.c.id).where(PERSON.c.id == caller.person)
            if (await connection.execute(known)).first() is None:
                raise NotSignedIn  # erased a moment ago
            row = self._row(vehicle)
            await self._free(connection, row)
            await connection.execute(sa.insert(VEHICLE).values(**row))
            detail = {"vehicle": vehicle.id, "vin": number is not None}
            await self._audit.append(connection, acting(caller.person), "vehicle.bound", caller.person, detail)
        return vehicle

    async def remove(self, caller: Caller, vehicle: str) -> None:
        """Unbinds one of the caller's. Raises NotFound, for another's too."""
        await self._audit.made()
        async with (await self._store.made()).write() as connection:
            await self._audit.lock(connection)
            own = sa.and_(VEHICLE.c.person == caller.person, VEHICLE.c.id == vehicle)
            if not (await connection.execute(sa.delete(VEHICLE).where(own))).rowcount:
                raise NotFound("您没有这辆车", "you have no such vehicle", code="NO_VEHICLE")
            detail = {"vehicle": vehicle}
            await self._audit.append(connection, acting(caller.person), "vehicle.unbound", caller.person, detail)

    async def of(self, person: str) -> list[Vehicle]:
        """A person's vehicles, the oldest first."""
        question = sa.select(VEHICLE).where(VEHICLE.c.person == person).order_by(VEHICLE.c.id)
        async with (await self._store.made()).read() as connection:
            return [self._read(row) for row in await connection.execute(question)]

    async def with_vin(self, vin: str) -> Vehicle | None:
        """The vehicle that a pile reports, for plug and charge; None where nobody bound it. Raises BadInput."""
        number = read_vin(vin)
        async with (await self._store.made()).read() as connection:
            question = sa.select(VEHICLE).where(VEHICLE.c.vin_lookup == self._store.mac("vin", number))
            row = (await connection.execute(question)).one_or_none()
        return None if row is None else self._read(row)

    async def with_plate(self, plate: str) -> list[Vehicle]:
        """Those that people bound under this plate; a plate proves nothing, so it may be several. Raises BadInput."""
        text = read_plate(plate).text
        async with (await self._store.made()).read() as connection:
            question = sa.select(VEHICLE).where(VEHICLE.c.plate_lookup == self._store.mac("plate", text))
            return [self._read(row) for row in await connection.execute(question.order_by(VEHICLE.c.id))]

    async def _free(self, connection: AsyncConnection, row: dict[str, Any]) -> None:
        own = sa.select(VEHICLE.c.vin_lookup, VEHICLE.c.plate_lookup).where(VEHICLE.c.person == row["person"])
        mine = (await connection.execute(own)).all()
        if len(mine) >= MOST:
            raise TooLarge(
                f"最多绑定 {MOST} 辆车", f"a person may bind {MOST} vehicles at the most", code="MANY_VEHICLES"
            )
        for vin_lookup, plate_lookup in mine:
            if bytes(plate_lookup) == row["plate_lookup"] or (vin_lookup and bytes(vin_lookup) == row["vin_lookup"]):
                raise Conflict(
                    "这辆车已在您名下；如需修改请先解绑",
                    "this vehicle is yours already; to change it, remove it first",
                    code="VEHICLE_YOURS",
                )
        taken = sa.select(VEHICLE.c.id).where(VEHICLE.c.vin_lookup == row["vin_lookup"])
        if row["vin_lookup"] is not None and (await connection.execute(taken)).first() is not None:
            raise Conflict(
                "该车架号已被其他账户绑定；如为您的车辆，请在“我的”页面的“车辆”里认领，并备好行驶证",
                "another account has bound this VIN; if the vehicle is yours, claim it on the page My account, under "
                "Vehicles, and have the vehicle licence at hand",
                code="VEHICLE_TAKEN",
            )

    def _row(self, vehicle: Vehicle) -> dict[str, Any]:
        store, vin = self._store, vehicle.vin
        return {
            "id": vehicle.id,
            "person": vehicle.person,
            "vin_lookup": store.mac("vin", vin) if vin else None,
            "vin": store.seal(vin, VEHICLE.c.vin, vehicle.id) if vin else None,
            "plate_lookup": store.mac("plate", vehicle.plate),
            "plate": store.seal(vehicle.plate, VEHICLE.c.plate, vehicle.id),
            "added_at": to_us(vehicle.added_at),
        }

    def _read(self, row: Any) -> Vehicle:
        vin = self._store.open(row.vin, VEHICLE.c.vin, row.id) if row.vin else None
        plate = read_plate(self._store.open(row.plate, VEHICLE.c.plate, row.id))
        return Vehicle(row.id, row.person, vin, plate.text, plate.new_energy, from_us(row.added_at))
