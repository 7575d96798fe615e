"""The desk that knows cars: it answers whoever asks for one, and finds the session that a car then began."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.charging.bindings import Bindings
from finder.charging.desk import OrderDesk, order_of
from finder.charging.machines import RUNNING
from finder.charging.news import change
from finder.charging.order import ORDER, find, load
from finder.charging.plug_and_charge import PlugAndCharge, vin_of
from finder.charging.plug_tables import PLUGGED
from finder.connectors.sdk.desk import (
    Authorization,
    AuthorizationAsk,
    Claimed,
    Disputed,
    Heard,
    Permission,
    VehicleSeen,
)
from finder.connectors.sdk.sessions import Bill, SessionSeen
from finder.identity.store import Store
from finder.identity.tables import VEHICLE
from finder.kernel.ids import Number
from finder.stations.model import EvseId, SourceId
from finder.storage.unit import Unit, Work

log = structlog.get_logger(__name__)


class PlugDesk:
    """A Desk and a VehicleDesk over one that takes orders."""

    def __init__(
        self,
        desk: OrderDesk,
        plugs: PlugAndCharge,
        bindings: Bindings,
        work: Work,
        store: Store,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self._desk, self._plugs, self._bindings = desk, plugs, bindings
        self._work, self._store, self._wake = work, store, wake

    async def session(self, seen: SessionSeen) -> Heard:
        """See Desk."""
        return await self._desk.session(seen)

    async def bill(self, bill: Bill) -> Heard:
        """See Desk."""
        return await self._desk.bill(bill)

    async def differences(
        self, source: SourceId, since: datetime, until: datetime, claims: Sequence[Claimed]
    ) -> list[Disputed]:
        """See Desk."""
        return await self._desk.differences(source, since, until, claims)

    async def running(self, source: SourceId) -> Mapping[EvseId, SessionSeen]:
        """See KeepingDesk."""
        return await self._desk.running(source)

    async def authorize(self, ask: AuthorizationAsk) -> Authorization:
        """See Desk. What is no car's token, the desk below may know."""
        said = await self._plugs.authorize(ask)
        return await self._desk.authorize(ask) if said.permission is Permission.UNBOUND else said

    async def vehicle(self, seen: VehicleSeen) -> None:
        """See VehicleDesk. It links a session of the operator's own number to the order that its car was granted.

        In a session that a person began from the phone, it proves that person's binding.
        """
        vin = vin_of(seen.vin)
        if vin is None:
            log.info("vin_unreadable", source=seen.source)
            return
        await self._store.made()
        lookup = self._store.mac("vin", vin)
        async with self._work.read() as connection:
            if await self._nothing_new(connection, seen, lookup):
                return
        async with self._work.begin() as unit:
            number = await order_of(unit.connection, seen.source, seen.order, seen.native_id)
            if number is None:
                await self._link(unit, seen, lookup)
                return
            order = await load(unit.connection, number, lock=True)
            granted = sa.select(PLUGGED.c.vehicle).where(PLUGGED.c.order == number)
            vehicle = (await unit.connection.execute(granted)).scalar_one_or_none()
            if vehicle is not None:
                known = sa.select(VEHICLE.c.id).where(VEHICLE.c.vin_lookup == lookup)
                if (await unit.connection.execute(known)).scalar_one_or_none() != vehicle and order.problem is None:
                    await change(unit, order, order.moved(problem="OTHER_VEHICLE"))
            elif order.session in RUNNING:
                await self._bindings.seen_with(unit, order.person, lookup)
        self._wake()

    async def _nothing_new(self, connection: AsyncConnection, seen: VehicleSeen, lookup: bytes) -> bool:
        """Whether this is the car that is known there, or nobody waits for its proof: operators tell it each time."""
        number = await order_of(connection, seen.source, seen.order, seen.native_id)
        if number is None:
            return False
        granted = sa.select(VEHICLE.c.vin_lookup, PLUGGED.c.order).select_from(
            PLUGGED.outerjoin(VEHICLE, VEHICLE.c.id == PLUGGED.c.vehicle)
        )
        row = (await connection.execute(granted.where(PLUGGED.c.order == number))).one_or_none()
        if row is not None:
            return row.vin_lookup is not None and bytes(row.vin_lookup) == lookup
        return not await self._bindings.wait_for(connection, lookup)

    async def _link(self, unit: Unit, seen: VehicleSeen, lookup: bytes) -> None:
        granted = (
            sa.select(PLUGGED.c.order)
            .join(VEHICLE, VEHICLE.c.id == PLUGGED.c.vehicle)
            .where(VEHICLE.c.vin_lookup == lookup, PLUGGED.c.source == seen.source)
        )
        fits = (ORDER.c.number.in_(granted), ORDER.c.native_id.is_(None), ORDER.c.session.in_(RUNNING))
        found = await find(unit.connection, *fits, ORDER.c.evse_id == seen.evse_id, limit=2, lock=True)
        if len(found) == 1:
            number: Number = found[0].number
            await change(unit, found[0], found[0].moved(native_id=seen.native_id))
            log.info("session_linked_by_vehicle", source=seen.source, order=number)
