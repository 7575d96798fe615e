"""A car is plugged in at a practice operator over real HTTP and signatures, and pays at a channel in process."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest

from finder.charging.bindings import BindingState, Proof
from finder.charging.machines import Capture, Hold, Session
from finder.charging.order import Order
from finder.charging.plug_places import KnownPlaces
from finder.connectors.sdk.desk import Permission
from finder.connectors.tcec102.receive_cars import REASONS
from finder.kernel.money import Money
from finder.live.memory import MemoryBoard
from finder.live.model import Observation, Status
from finder.sandbox.push import Pusher
from finder.sandbox.serve import Sandbox
from finder.stations.model import Station
from finder.storage.database import Database
from tests.contract.people_world import OTHER_PHONE, PHONE
from tests.contract.plug_world import OTHER_VIN, VIN, Driver, PlugWorld, plug_world
from tests.protocol.finder_running import Finder, serving
from tests.protocol.sandbox_running import connected, crawl, running
from tests.protocol.tcec102_peer import Hand

SOURCE = "yanmen"


@dataclass(frozen=True)
class Terms:
    """How the operator is paid."""

    merchants: dict[str, str]
    commission_permille: int = 50


class Catalogue:
    """The operator's stations as the finder has them."""

    def __init__(self, stations: list[Station]) -> None:
        self._stations = {station.id: station for station in stations}
        self._where = {evse.id: station.id for station in stations for evse in station.evses}

    async def station(self, station_id: str) -> Station | None:
        return self._stations.get(station_id)

    def station_of(self, evse_id: str) -> str | None:
        return self._where.get(evse_id)


@dataclass
class Scene:
    """Two drivers' finder, the operator, and two of its guns."""

    p: PlugWorld
    sandbox: Sandbox
    pusher: Pusher
    board: MemoryBoard
    finder: Finder
    guns: list[str]

    async def later(self, minutes: float, passes: int = 3) -> None:
        """Time passes; pushes, letters and questions do their work."""
        self.p.w.clock.pass_(timedelta(minutes=minutes))
        for _ in range(passes):
            self.p.world.channel.confirm()
            await self.p.world.post()
            await self.pusher.tick()
            await self.p.world.sweeper.step()

    async def only(self) -> Order:
        (order,) = await self.p.world.all()
        return order

    async def refused(self, vin: str, gun: int = 0) -> int:
        answer = await self.pusher.plug_in(self.guns[gun], vin)
        assert answer["SuccStat"] == 1
        assert "StartChargeSeq" not in answer
        return int(answer["FailReason"])


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with AsyncExitStack() as closing:
        database = Database(f"sqlite:///{tmp_path / 'orders.sqlite3'}")
        closing.push_async_callback(database.close)
        places = KnownPlaces({SOURCE: Terms({"wechat": "m1"})}.get)
        connectors: dict[str, object] = {}
        p = plug_world(database, places=places, connectors=connectors)
        clock = cast(Hand, p.w.clock)
        sandbox = await closing.enter_async_context(running(clock, share=0.01, pushing=False))
        connector = await closing.enter_async_context(connected(sandbox, SOURCE, clock, desk=p.desk))
        connectors[SOURCE] = connector
        finder = Finder(connector.receive, clock)
        url = await closing.enter_async_context(serving(finder.app()))
        sandbox.push_to(url)
        stations, _ = await crawl(connector)
        catalogue, board = Catalogue(stations), MemoryBoard(clock)
        places.connect(catalogue, catalogue.station_of, board)
        platform = sandbox.platforms[SOURCE]
        guns = [pile.guns[0].id for site in platform.sites.values() for pile in site.piles if not pile.swap and pile.dc]
        for gun in guns[:2]:
            sandbox.day.pin(gun, 1, 10)
        pusher = Pusher(platform, sandbox.keys.called[SOURCE], clock, url)
        closing.push_async_callback(pusher.close)
        yield Scene(p, sandbox, pusher, board, finder, guns)


@pytest.fixture
async def zhang(scene: Scene) -> Driver:
    driver = await scene.p.driver(PHONE)
    await scene.p.bound(driver)
    return driver


@pytest.mark.parametrize("own_number", [False, True])
async def test_a_car_charges_by_its_plug_and_pays_for_what_was_billed(
    scene: Scene, zhang: Driver, own_number: bool
) -> None:
    answer = await scene.pusher.plug_in(scene.guns[0], VIN, own_number=own_number)
    assert (answer["SuccStat"], answer["FailReason"]) == (0, 0)
    assert answer["LimitMoney"] == 50
    assert answer["ValidUntil"]
    await scene.later(0.2)
    for _ in range(3):
        await scene.later(2)
    charging = await scene.only()
    assert (charging.hold, charging.session, charging.person) == (Hold.HELD, Session.CHARGING, zhang.caller.person)
    assert charging.tariff is not None
    assert (charging.native_id == answer["StartChargeSeq"]) is not own_number
    again = await scene.pusher.plug_in(scene.guns[0], VIN)
    assert again["StartChargeSeq"] == answer["StartChargeSeq"]
    await scene.p.world.orders.stop(zhang.caller.person, charging.number)
    for _ in range(6):
        await scene.later(1)
    paid = await scene.only()
    assert (paid.session, paid.capture, paid.problem) == (Session.BILLED, Capture.CAPTURED, None)
    assert paid.captured == paid.bill_total
    assert (paid.captured or Money(0)).fen > 0


async def test_the_operator_hears_why_not(scene: Scene, zhang: Driver) -> None:
    assert await scene.refused(OTHER_VIN) == REASONS[Permission.UNBOUND]
    assert await scene.refused("x" * 17) == REASONS[Permission.UNBOUND]
    blocked = Observation(f"{SOURCE}/{scene.guns[0]}", Status.BLOCKED, scene.p.w.clock(), SOURCE)
    await scene.board.observe([blocked])
    assert await scene.refused(VIN) == REASONS[Permission.BAY_BLOCKED]
    await scene.pusher.plug_in(scene.guns[1], VIN)
    await scene.later(0.2)
    await scene.later(2)
    free = Observation(f"{SOURCE}/{scene.guns[0]}", Status.AVAILABLE, scene.p.w.clock(), SOURCE)
    await scene.board.observe([free])
    assert await scene.refused(VIN) == REASONS[Permission.ALREADY_CHARGING]
    li = await scene.p.driver(OTHER_PHONE, OTHER_VIN, "晋HA8888")
    await scene.p.bound(li)
    await scene.p.agreements.end(li.caller, li.agreement.id)
    assert await scene.refused(OTHER_VIN) == REASONS[Permission.AGREEMENT_ENDED]
    await scene.p.bindings.unbind(zhang.caller, zhang.car.id)
    assert await scene.refused(VIN) == REASONS[Permission.UNBOUND]
    stranger = await scene.pusher.plug_in("no-such-gun", OTHER_VIN)
    assert stranger["FailReason"] == REASONS[Permission.UNKNOWN_OPERATOR]
    assert len(await scene.p.world.all()) == 1


async def test_one_session_from_the_phone_proves_the_car(scene: Scene) -> None:
    li = await scene.p.driver(PHONE)
    binding = await scene.p.bindings.bind(li.caller, li.car.id, li.agreement.id)
    assert (binding.state, binding.contract) == (BindingState.PROVING, None)
    for vin in (VIN, OTHER_VIN):  # the last one stays
        assert await scene.refused(vin) == REASONS[Permission.UNBOUND]
    order = await scene.p.world.orders.start(li.caller.person, scene.p.tapped(li, SOURCE, scene.guns[0]), "k")
    await scene.later(0.2)
    await scene.later(1)
    platform = scene.sandbox.platforms[SOURCE]
    (charge,) = platform.charging.charges.values()
    assert charge.vin == OTHER_VIN
    await scene.later(2)
    assert (await scene.p.bindings.of(li.caller.person))[0].state is BindingState.PROVING
    charge.vin = VIN
    await scene.later(2)
    (proven,) = await scene.p.bindings.of(li.caller.person)
    assert (proven.state, proven.proof) == (BindingState.ACTIVE, Proof.SESSION)
    assert (await scene.p.order(order.number)).session is Session.CHARGING


async def test_no_vin_is_in_any_table_or_log_after_a_session(
    scene: Scene, zhang: Driver, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    await scene.pusher.plug_in(scene.guns[0], VIN)
    await scene.later(0.2)
    await scene.later(2)
    await scene.pusher.plug_in(scene.guns[1], OTHER_VIN)
    assert VIN.encode() not in await scene.p.w.dump()
    out, err = capfd.readouterr()
    for vin in (VIN, OTHER_VIN):
        assert vin not in out + err + caplog.text
