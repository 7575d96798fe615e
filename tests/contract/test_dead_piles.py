"""Dead piles on every database: what makes one, what brings one back, and that orders are asked where they are."""

import asyncio
from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from finder.charging.machines import Capture, Hold, Session
from finder.charging.order import ORDER
from finder.kernel.geo import Point
from finder.kernel.ids import new_order
from finder.live.memory import MemoryBoard
from finder.live.model import Observation, Status
from finder.stations.model import Access, Connector, ConnectorType, Evse, Operator, Provenance, Station
from finder.storage.database import Database
from finder.storage.unit import Unit, Work, to_us
from finder.supervision.dead import keeper
from finder.supervision.dead.keeper import DeadPiles
from finder.supervision.dead.model import FAILED_STARTS, NOTICE, SILENT_FOR, UNUSED_FOR, DeadKind
from finder.supervision.dead.rows import AT_ONCE, PILE, STILL_THERE

BAY, OTHER = "jinbei/s-0", "jinbei/s-1"
START = datetime.fromisoformat("2026-03-04T02:30:00+00:00")
DAY = timedelta(days=1)


@dataclass
class Hand:
    """A clock that is set by hand."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


def site(access: Access = Access.PUBLIC) -> Station:
    plug = (Connector(id="1", type=ConnectorType.GBT_DC),)
    return Station(
        id="jinbei/s",
        name="站",
        operator=Operator(id="jinbei", name="金北"),
        place=Point(38.4, 112.7),
        evses=(Evse(id=BAY, connectors=plug), Evse(id=OTHER, connectors=plug)),
        provenance=(Provenance(source="jinbei", native_id="s", fetched_at=START),),
        area_code="140902",
        access=access,
    )


class DeadWorld:
    """A board, two bays, and weeks that pass."""

    def __init__(self, database: Database) -> None:
        self.clock = Hand()
        self.work = Work(database, self.clock)
        self.board = MemoryBoard(self.clock)
        self.dead = DeadPiles(self.work)
        self.stations = [site()]
        self.dead.connect(lambda: self.stations, lambda: ["jinbei"])

    async def see(self, status: Status, *bays: str) -> None:
        await self.board.observe([Observation(bay, status, self.clock.now, "jinbei") for bay in bays])

    async def days(self, count: int, told: Iterable[str] = (), status: Status = Status.AVAILABLE) -> None:
        """So many days, with a look on each."""
        for _ in range(count):
            self.clock.now += DAY
            await self.see(status, *told)
            await self.dead.look(self.board)

    async def kinds(self) -> dict[str, DeadKind]:
        return {each.evse_id: each.kind for each in await self.dead.dead()}

    async def start(self, bay: str, session: Session, reason: str | None = None) -> None:
        self.clock.now += timedelta(minutes=1)
        async with self.work.begin() as unit:
            row = {
                **dict.fromkeys(("person", "connector_id", "channel", "sub_merchant", "agreement", "title"), "x"),
                **{"number": new_order(self.clock), "operator": "jinbei", "evse_id": bay, "agreed": True, "cap": 1},
                **{"commission_permille": 0, "created_at": to_us(unit.now), "moved_at": to_us(unit.now)},
                **{"hold": Hold.RELEASED.value, "session": session.value, "capture": Capture.NONE.value},
                **{"wants_stop": False, "stops": 0, "reason": reason},
            }
            await unit.connection.execute(sa.insert(ORDER).values(**row))


@pytest.fixture
def world(database: Database) -> DeadWorld:
    return DeadWorld(database)


async def test_a_pile_is_silent_after_thirty_days_and_not_a_second_before(world: DeadWorld) -> None:
    await world.see(Status.AVAILABLE, BAY, OTHER)
    await world.dead.look(world.board)
    world.clock.now = START + SILENT_FOR - timedelta(seconds=1)
    await world.see(Status.AVAILABLE, OTHER)
    await world.dead.look(world.board)
    assert await world.kinds() == {}
    world.clock.now = START + SILENT_FOR
    await world.dead.look(world.board)
    [dead] = await world.dead.dead()
    assert (dead.evse_id, dead.kind, dead.told_at, dead.county) == (BAY, DeadKind.SILENT, START, "140902")
    assert (dead.dead_since, dead.leaves_at) == (world.clock.now, world.clock.now + NOTICE)


async def test_a_pile_that_is_heard_of_again_is_not_dead_and_its_notice_begins_anew(world: DeadWorld) -> None:
    await world.dead.look(world.board)
    await world.days(SILENT_FOR.days, told=[OTHER])
    assert await world.kinds() == {BAY: DeadKind.SILENT}
    await world.days(1, told=[BAY, OTHER])
    assert await world.kinds() == {}
    await world.days(SILENT_FOR.days, told=[OTHER], status=Status.FAULTED)
    [dead] = await world.dead.dead()
    assert dead.dead_since == world.clock.now


async def test_what_was_heard_before_a_restart_is_remembered(world: DeadWorld) -> None:
    await world.days(1, told=[BAY, OTHER])
    world.board = MemoryBoard(world.clock)
    await world.days(SILENT_FOR.days - 1)
    assert await world.kinds() == {}
    await world.days(1)
    assert await world.kinds() == {BAY: DeadKind.SILENT, OTHER: DeadKind.SILENT}


async def test_free_for_sixty_days_and_never_used(world: DeadWorld) -> None:
    await world.see(Status.AVAILABLE, BAY, OTHER)
    await world.dead.look(world.board)
    world.dead.heard(OTHER, Status.CHARGING)  # between two looks
    await world.days(UNUSED_FOR.days - 1, told=[BAY, OTHER])
    assert await world.kinds() == {}
    await world.days(1, told=[BAY, OTHER])
    [dead] = await world.dead.dead()
    assert (dead.evse_id, dead.kind, dead.free_days, dead.used_at) == (BAY, DeadKind.NEVER_USED, 61, None)


async def test_an_order_that_charged_there_is_a_use(world: DeadWorld) -> None:
    await world.see(Status.AVAILABLE, BAY, OTHER)
    await world.dead.look(world.board)
    await world.start(BAY, Session.BILLED)
    await world.start(OTHER, Session.REJECTED, "NOT_PLUGGED")
    await world.days(UNUSED_FOR.days, told=[BAY, OTHER])
    assert await world.kinds() == {OTHER: DeadKind.NEVER_USED}


async def test_a_pile_that_was_mostly_broken_was_not_unwanted(world: DeadWorld) -> None:
    await world.see(Status.AVAILABLE, BAY, OTHER)
    await world.dead.look(world.board)
    await world.days(30, told=[BAY, OTHER])
    await world.days(30, told=[BAY, OTHER], status=Status.FAULTED)
    assert await world.kinds() == {}


async def test_five_starts_in_a_row_that_failed_by_the_operators_fault(world: DeadWorld) -> None:
    await world.start(BAY, Session.BILLED)
    for _ in range(FAILED_STARTS - 1):
        await world.start(BAY, Session.REJECTED, "FAULTED")
    for _ in range(FAILED_STARTS):
        await world.start(OTHER, Session.REJECTED, "NOT_PLUGGED")
    await world.dead.look(world.board)
    assert await world.kinds() == {}
    await world.start(BAY, Session.REJECTED, "OCCUPIED")  # the driver's: neither fails nor ends a row
    await world.start(BAY, Session.REJECTED, "TIMEOUT")
    await world.dead.look(world.board)
    [dead] = await world.dead.dead()
    assert (dead.evse_id, dead.kind, dead.failed_starts) == (BAY, DeadKind.FAILING, FAILED_STARTS)
    await world.start(BAY, Session.BILLED)
    await world.dead.look(world.board)
    assert await world.kinds() == {}


async def test_an_operator_is_told_of_its_own_alone(world: DeadWorld) -> None:
    await world.dead.look(world.board)
    await world.days(SILENT_FOR.days)
    assert len(await world.dead.dead(["jinbei"])) == 2
    assert await world.dead.dead(["yanmen"]) == []
    assert len(await world.dead.dead(limit=1)) == 1


async def test_piles_at_home_and_of_operators_that_tell_nothing_are_not_judged(world: DeadWorld) -> None:
    world.stations = [site(Access.PRIVATE)]
    await world.days(SILENT_FOR.days + 1)
    world.stations = [site()]
    world.dead.connect(lambda: world.stations, list)
    await world.days(SILENT_FOR.days + 1)
    assert await world.kinds() == {}


async def test_a_pile_that_is_in_no_feed_any_more_is_not_listed_and_forgotten_in_the_end(world: DeadWorld) -> None:
    await world.dead.look(world.board)
    await world.days(SILENT_FOR.days)
    assert len(await world.kinds()) == 2
    world.stations = []
    world.clock.now += STILL_THERE + timedelta(seconds=1)
    await world.dead.look(world.board)
    assert await world.kinds() == {}
    world.clock.now += timedelta(days=60)
    await world.dead.look(world.board)
    async with world.work.read() as connection:
        assert (await connection.execute(sa.select(sa.func.count()).select_from(PILE))).scalar() == 0


async def test_a_look_that_fails_is_logged_and_there_is_another(
    world: DeadWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = 0

    def live() -> list[str]:
        nonlocal looks
        looks += 1
        if looks == 1:
            raise RuntimeError("a fault of ours")
        return ["jinbei"]

    world.dead.connect(lambda: world.stations, live)
    monkeypatch.setattr(keeper, "EVERY_S", 0.001)
    with capture_logs() as logs:
        watching = asyncio.create_task(world.dead.watch(world.board))
        for _ in range(1000):
            await asyncio.sleep(0.005)
            if watching.done() or looks >= 3:
                break
    assert not watching.done()
    watching.cancel()
    assert [line["event"] for line in logs] == ["dead_piles_fault"]


async def test_a_look_at_many_piles_is_several_short_units(world: DeadWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    plug = site().evses[0]
    bays = tuple(msgspec.structs.replace(plug, id=f"jinbei/s-{n:04}") for n in range(2 * AT_ONCE + 1))
    world.stations = [msgspec.structs.replace(site(), evses=bays)]
    begun, begin = 0, world.work.begin

    def counted() -> AbstractAsyncContextManager[Unit]:
        nonlocal begun
        begun += 1
        return begin()

    monkeypatch.setattr(world.work, "begin", counted)
    await world.dead.look(world.board)
    assert begun == 4  # the last one forgets
    async with world.work.read() as connection:
        kept = (await connection.execute(sa.select(sa.func.count()).select_from(PILE))).scalar()
    assert kept == len(bays)
