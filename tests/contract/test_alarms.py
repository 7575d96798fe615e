"""Alarms on every database: what raises one, what adds to it, what ends it, and a person's word on it."""

import asyncio
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from structlog.testing import capture_logs

from finder.connectors.sdk.alarms import AlarmNews, DeviceAlarm
from finder.errors import FinderError, StoreUnavailable
from finder.live.board import DEFAULT_FRESHNESS
from finder.live.memory import MemoryBoard
from finder.live.model import Observation, Status
from finder.storage.database import Database
from finder.storage.unit import Unit, Work
from finder.supervision.alarms import keeper
from finder.supervision.alarms.clusters import Clusters
from finder.supervision.alarms.keeper import KEPT, Alarms
from finder.supervision.alarms.model import CLUSTER_BAYS, CLUSTER_WITHIN, MAX_DONE, AlarmKind, AlarmState
from tests.contract.people_world import people_world

KEY = ("140902", "jinbei")
START = datetime.fromisoformat("2026-03-04T02:30:00+00:00")


@dataclass
class Hand:
    """A clock that is set by hand."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


@dataclass
class AlarmWorld:
    alarms: Alarms
    clock: Hand
    work: Work
    database: Database
    board: MemoryBoard

    def offline(self, *bays: int, before: Status = Status.AVAILABLE) -> None:
        for bay in bays:
            self.alarms.heard(f"jinbei/{bay}", before, Status.OFFLINE)

    def back(self, *bays: int) -> None:
        for bay in bays:
            self.alarms.heard(f"jinbei/{bay}", Status.OFFLINE, Status.AVAILABLE)

    async def see(self, status: Status, *bays: int) -> None:
        await self.board.observe([Observation(f"jinbei/{bay}", status, self.clock.now, "jinbei") for bay in bays])

    async def bays(self) -> list[int]:
        await self.alarms.step()
        return [len(alarm.evses) for alarm in await self.alarms.open()]


@pytest.fixture
def world(database: Database) -> AlarmWorld:
    clock = Hand()
    work = Work(database, clock)
    alarms = Alarms(work, people_world(database).people.audit, clock)
    alarms.connect(lambda evse_id: KEY if evse_id.startswith("jinbei/") else None)
    return AlarmWorld(alarms, clock, work, database, MemoryBoard(clock))


async def test_one_bay_fewer_than_a_cluster_is_none(world: AlarmWorld) -> None:
    world.offline(*range(CLUSTER_BAYS - 1))
    assert await world.bays() == []
    world.offline(CLUSTER_BAYS)
    assert await world.bays() == [CLUSTER_BAYS]
    [alarm] = await world.alarms.alarms(AlarmState.OPEN)
    assert (alarm.kind, alarm.county, alarm.operator) == (AlarmKind.OFFLINE_CLUSTER, *KEY)
    assert (alarm.first_at, alarm.raised_at, alarm.ended_at) == (START, START, None)


async def test_ten_minutes_are_together_and_a_second_more_is_not(world: AlarmWorld) -> None:
    world.offline(0)
    world.clock.now += CLUSTER_WITHIN + timedelta(seconds=1)
    world.offline(*range(1, CLUSTER_BAYS))
    assert await world.bays() == []
    world.clock.now = START + timedelta(hours=1)
    world.offline(0)
    world.clock.now += CLUSTER_WITHIN
    world.offline(*range(1, CLUSTER_BAYS))
    assert await world.bays() == [CLUSTER_BAYS]


async def test_a_bay_that_came_back_or_was_never_seen_does_not_count(world: AlarmWorld) -> None:
    world.offline(*range(CLUSTER_BAYS))
    world.back(0)
    world.offline(99, before=Status.UNKNOWN)
    world.alarms.heard("elsewhere/1", Status.AVAILABLE, Status.OFFLINE)
    assert await world.bays() == []


async def test_what_goes_after_the_alarm_is_added_to_it(world: AlarmWorld) -> None:
    world.offline(*range(CLUSTER_BAYS))
    await world.bays()
    world.clock.now += timedelta(minutes=3)
    world.offline(50)
    assert await world.bays() == [CLUSTER_BAYS + 1]
    [alarm] = await world.alarms.open()
    assert (alarm.first_at, alarm.last_at) == (START, START + timedelta(minutes=3))


async def test_two_processes_that_see_the_same_raise_one_alarm(world: AlarmWorld) -> None:
    other = Alarms(world.work, people_world(world.database).people.audit, world.clock)
    other.connect(lambda _: KEY)
    for bay in range(CLUSTER_BAYS):
        other.heard(f"jinbei/{bay}", Status.CHARGING, Status.OFFLINE)
    world.offline(*range(CLUSTER_BAYS))
    await other.step()
    assert await world.bays() == [CLUSTER_BAYS]


async def test_a_person_says_what_was_done_once_and_it_stands_in_the_audit(world: AlarmWorld) -> None:
    world.offline(*range(CLUSTER_BAYS))
    await world.bays()
    [alarm] = await world.alarms.open()
    for done, code in (
        ("", "DONE_MISSING"),
        ("  ", "DONE_MISSING"),
        ("长" * (MAX_DONE + 1), "DONE_LENGTH"),
        ("a\0", "DONE_TEXT"),
    ):
        with pytest.raises(FinderError) as no:
            await world.alarms.acknowledge(alarm.id, "person-1", done)
        assert no.value.code == code
    for none in ("none", "no\0ne"):
        with pytest.raises(FinderError) as no:
            await world.alarms.acknowledge(none, "person-1", "x")
        assert no.value.code == "NO_ALARM"
    world.clock.now += timedelta(minutes=1)
    said = await world.alarms.acknowledge(alarm.id, "person-1", "长" * MAX_DONE)
    assert (said.state, said.acknowledged_by, said.acknowledged_at) == (
        AlarmState.ACKNOWLEDGED, "person-1", START + timedelta(minutes=1),
    )  # fmt: skip
    with pytest.raises(FinderError) as no:
        await world.alarms.acknowledge(alarm.id, "person-2", "x")
    assert no.value.code == "ACKNOWLEDGED"
    assert await world.alarms.open() == []
    assert [each.id for each in await world.alarms.alarms(AlarmState.ACKNOWLEDGED)] == [alarm.id]
    entries = await people_world(world.database).people.audit.history(alarm.id)
    assert [(e.what, e.who, e.subject) for e in entries] == [("alarm.acknowledged", "person:person-1", alarm.id)]
    assert "长" not in str(entries[0].detail)


async def test_after_a_persons_word_it_takes_a_new_cluster_to_raise_a_new_alarm(world: AlarmWorld) -> None:
    world.offline(*range(CLUSTER_BAYS))
    await world.bays()
    [alarm] = await world.alarms.open()
    await world.alarms.acknowledge(alarm.id, "person-1", "已派人")
    world.offline(*range(10, 10 + CLUSTER_BAYS - 1))
    assert await world.bays() == []
    world.offline(20)
    assert await world.bays() == [CLUSTER_BAYS]
    assert len(await world.alarms.alarms()) == 2


async def test_it_ends_when_every_bay_is_back_and_waits_for_a_person_still(world: AlarmWorld) -> None:
    world.offline(*range(CLUSTER_BAYS))
    await world.bays()
    await world.see(Status.AVAILABLE, *range(1, CLUSTER_BAYS))
    await world.see(Status.OFFLINE, 0)
    await world.alarms.look_back(world.board)
    assert (await world.alarms.open())[0].ended_at is None
    world.clock.now += timedelta(seconds=1)
    await world.see(Status.CHARGING, 0)
    await world.alarms.look_back(world.board)
    assert (await world.alarms.open())[0].ended_at == START + timedelta(seconds=1)
    world.offline(7)
    assert await world.bays() == [CLUSTER_BAYS + 1]
    assert (await world.alarms.open())[0].ended_at is None


async def test_it_does_not_end_while_nobody_knows_of_a_bay(world: AlarmWorld) -> None:
    world.offline(*range(CLUSTER_BAYS))
    await world.bays()
    await world.alarms.look_back(world.board)  # as after a restart: the board is empty
    assert (await world.alarms.open())[0].ended_at is None
    await world.see(Status.AVAILABLE, *range(1, CLUSTER_BAYS))
    await world.see(Status.OFFLINE, 0)
    world.clock.now += DEFAULT_FRESHNESS + timedelta(seconds=1)  # the operator falls silent
    await world.see(Status.AVAILABLE, *range(1, CLUSTER_BAYS))
    await world.alarms.look_back(world.board)
    assert (await world.alarms.open())[0].ended_at is None


async def test_what_a_device_is_afraid_of_is_one_alarm_while_it_is_open(world: AlarmWorld) -> None:
    news = AlarmNews("jinbei/1", DeviceAlarm.TEMPERATURE, START + timedelta(days=1), "HighTemperature", "87 °C\n")
    await world.alarms.alarm(news)
    await world.alarms.alarm(news)
    await world.alarms.alarm(AlarmNews("strange/1", DeviceAlarm.FIRE, START, "FIRE"))
    fire, hot = await world.alarms.open()
    assert (fire.kind, fire.operator, fire.county) == (AlarmKind.FIRE, "strange", "")
    assert (hot.kind, hot.code, hot.text, hot.evses) == (
        AlarmKind.TEMPERATURE, "HighTemperature", "87 °C ", ("jinbei/1",),
    )  # fmt: skip
    assert hot.last_at == START  # a device's clock that runs ahead tells nothing of the future


def test_a_cluster_that_could_not_be_kept_is_found_again() -> None:
    clusters = Clusters(least=2)
    clusters.gone(KEY, "a", START)
    clusters.gone(KEY, "b", START)
    [cluster] = clusters.found(START)
    clusters.again(cluster)
    [again] = clusters.found(START)
    assert (again.bays, again.more) == (cluster.bays, False)


async def test_the_board_itself_is_followed(world: AlarmWorld) -> None:
    board = MemoryBoard(world.clock)
    async with board.subscribe() as changes:
        seen = [Observation(f"jinbei/{n}", Status.AVAILABLE, START, "jinbei") for n in range(CLUSTER_BAYS)]
        await board.observe(seen)
        world.clock.now += timedelta(seconds=5)
        await board.observe([Observation(o.evse_id, Status.OFFLINE, world.clock.now, "jinbei") for o in seen])
        for _ in range(2 * CLUSTER_BAYS):
            change = await anext(changes)
            world.alarms.heard(change.evse_id, change.previous, change.status)
    assert await world.bays() == [CLUSTER_BAYS]


async def test_what_fails_once_is_logged_and_the_watch_goes_on(
    world: AlarmWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0

    def where(evse_id: str) -> tuple[str, str]:
        nonlocal asked
        asked += 1
        if asked == 1:
            raise RuntimeError("a fault of ours")
        return KEY

    world.alarms.connect(where)
    monkeypatch.setattr(keeper, "EVERY_S", 0.001)
    with capture_logs() as logs:
        watching = asyncio.create_task(world.alarms.watch(world.board))
        await asyncio.sleep(0.01)
        await world.see(Status.AVAILABLE, *range(CLUSTER_BAYS))
        world.clock.now += timedelta(seconds=1)
        await world.see(Status.OFFLINE, *range(CLUSTER_BAYS))
        for _ in range(1000):
            await asyncio.sleep(0.005)
            if watching.done() or await world.alarms.open():
                break
    assert not watching.done()
    watching.cancel()
    assert "alarms_fault" in [line["event"] for line in logs]


async def test_what_devices_tell_while_the_store_is_away_is_written_when_it_is_back(
    world: AlarmWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = world.work.begin

    def away() -> AbstractAsyncContextManager[Unit]:
        raise StoreUnavailable("无应答", "no answer")

    monkeypatch.setattr(world.work, "begin", away)
    for n in range(KEPT + 1):
        await world.alarms.alarm(AlarmNews(f"jinbei/{n}", DeviceAlarm.FIRE, START, "FIRE"))
    with pytest.raises(StoreUnavailable):
        await world.alarms.step()
    assert [news.evse_id for news in world.alarms._untold] == [f"jinbei/{n}" for n in range(1, KEPT + 1)]
    monkeypatch.setattr(world.work, "begin", begin)
    while len(world.alarms._untold) > 3:
        world.alarms._untold.pop()
    await world.alarms.step()
    assert sorted(alarm.evses[0] for alarm in await world.alarms.open()) == ["jinbei/1", "jinbei/2", "jinbei/3"]
    await world.alarms.step()
    assert len(await world.alarms.open()) == 3
