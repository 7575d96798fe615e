"""Whoever charged leaves the car park for less: told once, over real HTTP, on SQLite and on a real PostgreSQL."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from finder.charging.decide import Effect
from finder.charging.effects import handlers
from finder.charging.machines import Session
from finder.charging.order import Order
from finder.charging.parked import Parked
from finder.charging.parking import (
    Entitlement,
    Granted,
    ParkingHandler,
    ParkingHeld,
    entitlement_of,
    share_plate,
)
from finder.identity.vault import Vault
from finder.money.parking import ParkingTerms, SignedCarPark, car_park_of
from finder.sandbox.car_park import PracticeCarPark
from finder.sandbox.signed import SignedFaults, SignedServer
from finder.storage.database import Database
from finder.storage.outbox import Outbox
from tests.contract.test_invoices import QUICK
from tests.faults.charging_world import World

PLATE = "晋HD12345"


class OnePlate:
    """Everybody drives this car; nobody drives any, once it is sold."""

    plate_now: str | None = PLATE

    async def plate(self, person: str) -> str | None:
        return self.plate_now


class Scene:
    """An operator whose EVSEs stand in a car park."""

    def __init__(self, database: Database) -> None:
        self.world = World(database, seed=1, trouble=0)
        self.lot = PracticeCarPark("lot", self.world.clock)
        self.server = SignedServer(self.lot, self.world.clock)
        self.vault, self.plates = Vault({"k": bytes(32)}), OnePlate()

    async def start(self) -> None:
        await self.server.start()
        terms = ParkingTerms(120, leave_within=timedelta(minutes=30), covers=frozenset({"jinbei"}))
        self.park = SignedCarPark(self.server.peer(), terms, self.lot.plate_key, self.world.clock, QUICK)
        parks = {"lot": self.park}
        outside = replace(self.world.outside, car_park=lambda evse_id: car_park_of(parks, evse_id))
        handler = ParkingHandler(self.world.work, self.vault, parks, self.plates)
        effects = {**handlers(outside), Effect.PARKING.value: handler}
        self.world.outbox = Outbox(self.world.work, effects, at_once=1)

    async def close(self) -> None:
        await self.park.close()
        await self.server.close()

    async def billed(self) -> Order:
        order = await self.world.start()
        for n in range(60):
            await self.world.happen(1)
            now = (await self.world.orders.order(order.person, order.number)).order
            if now.session is Session.BILLED and now.captured:
                return now
            if n == 5:
                await self.world.orders.stop(order.person, order.number)
        raise AssertionError("it never ended")

    async def of(self, order: Order) -> Entitlement | None:
        async with self.world.work.read() as connection:
            return await entitlement_of(connection, self.vault, order.number)


@pytest.fixture
async def scene(database: Database) -> AsyncIterator[Scene]:
    made = Scene(database)
    await made.start()
    yield made
    await made.close()


async def test_the_gate_knows_a_plate_that_the_car_park_was_never_told(scene: Scene) -> None:
    order = await scene.billed()
    told = await scene.of(order)
    assert told is not None
    assert (told.state, told.minutes_free, told.plate) == (Granted.TAKEN, 120, None)
    (heard,) = scene.lot.entitlements.values()
    assert heard["plate"] is None
    assert PLATE not in str(heard)
    assert scene.lot.free_minutes(PLATE) == scene.lot.free_minutes(order=order.number) == 120
    assert scene.lot.free_minutes("晋HD99999") == 0
    scene.world.clock.later(31 * 60)
    assert scene.lot.free_minutes(PLATE) == 0


async def test_a_plate_itself_is_told_where_the_driver_agreed_and_lies_sealed(scene: Scene) -> None:
    async with scene.world.work.begin() as unit:
        await share_plate(unit, "p1", agreed=True)
    order = await scene.billed()
    told = await scene.of(order)
    assert told is not None
    assert (told.plate, told.plate_hmac) == (PLATE, None)
    assert PLATE not in repr(told)
    assert scene.lot.free_minutes(PLATE) == 120
    held = ParkingHeld(scene.world.work, scene.vault)
    async with scene.world.work.begin() as unit:
        (exported,) = await held.export(unit.connection, "p1")
        assert exported["plate"] == PLATE
        await held.let_go(unit.connection, "p1")
        (exported,) = await held.export(unit.connection, "p1")
        assert exported["plate"] is None
        await share_plate(unit, "p1", agreed=False)


async def test_whoever_has_not_agreed_is_asked_only_where_a_car_park_is_told(scene: Scene) -> None:
    told = Parked(scene.world.work, scene.vault, told=True)
    nobody = Parked(scene.world.work, scene.vault, told=False)
    assert (await told.plate_shared("p1"), await nobody.plate_shared("p1")) == (False, None)
    await told.share_plate("p1", agreed=True)
    await told.share_plate("p1", agreed=True)
    assert (await told.plate_shared("p1"), await nobody.plate_shared("p1")) == (True, True)
    assert await told.plate_shared("p2") is False
    await nobody.share_plate("p1", agreed=False)
    assert (await told.plate_shared("p1"), await nobody.plate_shared("p1")) == (False, None)


async def test_without_a_plate_the_order_is_shown_at_the_exit(scene: Scene) -> None:
    scene.plates.plate_now = None
    order = await scene.billed()
    (heard,) = scene.lot.entitlements.values()
    assert (heard["plate"], heard["plateHmac"]) == (None, None)
    assert scene.lot.free_minutes(order=order.number) == 120
    assert scene.lot.free_minutes(PLATE) == 0


@pytest.mark.parametrize("faults", [SignedFaults(breaks_after=True), SignedFaults(bad_signature=True)], ids=str)
async def test_what_was_heard_and_not_answered_is_told_again_and_counts_once(
    scene: Scene, faults: SignedFaults
) -> None:
    scene.server.faults = faults
    order = await scene.billed()
    first = dict(scene.lot.entitlements)
    scene.plates.plate_now = "晋HF54321"  # he has another car by now
    scene.server.faults = SignedFaults()
    for _ in range(10):
        await scene.world.happen(1)
    told = await scene.of(order)
    assert told is not None
    assert told.state is Granted.TAKEN
    assert scene.lot.entitlements == first
    assert scene.server.requests >= 2


async def test_what_a_car_park_refuses_is_said(scene: Scene) -> None:
    scene.server.faults = SignedFaults(refuses="LOT_CLOSED")
    order = await scene.billed()
    told = await scene.of(order)
    assert told is not None
    assert (told.state, told.reason) == (Granted.REFUSED, "LOT_CLOSED")


async def test_an_evse_that_is_named_itself_comes_before_its_operator(scene: Scene) -> None:
    other = replace(scene.park.terms, covers=frozenset({"jinbei/7", "yanmen"}))
    parks = {"a": scene.park, "b": SignedCarPark(scene.park.peer, other, bytes(32), scene.world.clock)}
    assert car_park_of(parks, "jinbei/7") == "b"
    assert car_park_of(parks, "jinbei/8") == "a"
    assert car_park_of(parks, "yanmen/1") == "b"
    assert car_park_of(parks, "elsewhere/1") is None
    await parks["b"].close()
