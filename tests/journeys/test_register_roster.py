"""Operators that come, pause, change their keys and leave while the others run on."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from finder.connectors.sdk.ports import PushAnswer, PushRequest, StationPage
from finder.errors import BoardUnavailable, NotFound, OperatorRefused, SettingsError, StoreUnavailable
from finder.federation.health import FailureKind
from finder.federation.register.roster import Roster
from finder.federation.register.states import State, Step
from finder.identity.vault import Vault
from finder.live.model import Status
from finder.storage.database import Database
from tests.contract.register_world import CHIEF, OTHER_CODE, Desk, actor
from tests.journeys.federation_world import Feed, World, found, now, seen, station, until, world
from tests.protocol.oauth_peer import Machine

pytestmark = pytest.mark.slow  # seconds of real waiting, over all of them


def feed(source: str, name: str = "晋北充电") -> Feed:
    stations = [station(source, n) for n in range(2)]
    return Feed(
        source, name, pages=[StationPage(stations)], seen=[seen(f"{source}/{n}-1", source=source) for n in (0, 1)]
    )


def makes(source: str, name: str) -> Feed:
    return feed(source, name)


@dataclass
class Scene:
    desk: Desk
    world: World
    roster: Roster
    other: Feed

    async def moved_the_other(self) -> bool:
        """Whether the operator that nobody touched is still asked, and its status believed."""
        asked = self.other.status_asked
        await until(lambda: self.other.status_asked > asked)
        return self.world.board.available("a/0-1") and self.world.federation.failures() == self.away()

    def away(self) -> list[Any]:
        return [f for f in self.world.federation.failures() if f.source != "a"]


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    desk = Desk(Database(f"sqlite:///{tmp_path / 'register.sqlite3'}"))
    desk.kind.makes = makes
    other = feed("a")
    async with world(tmp_path / "stations.sqlite3", other) as w:
        await until(lambda: w.board.available("a/0-1"))
        yield Scene(desk, w, Roster(desk.register, w.federation), other)
    await desk.database.close()


async def test_an_operator_comes_pauses_resumes_and_leaves_and_the_other_does_not_notice(scene: Scene) -> None:
    w, step, register = scene.world, scene.roster.step, scene.desk.register
    operator = await scene.desk.ready()
    who = actor(operator)
    await step()
    assert scene.desk.kind.feeds["jinbei"].status_asked == 0  # testing: nothing of it is asked for drivers
    assert [f.source for f in w.federation.feeds()] == ["a"]

    await register.operate(operator.id, Step.GO_LIVE, who)
    await step()
    await until(lambda: w.board.available("jinbei/1-1"))
    await until(lambda: found(w, "jinbei/0", "jinbei/1"))
    assert await scene.moved_the_other()

    await register.operate(operator.id, Step.PAUSE, who)
    running = scene.desk.kind.feeds["jinbei"]
    await step()
    assert running.closed
    assert w.board.read("jinbei/1-1").status is Status.UNKNOWN
    assert [(f.source, f.code, f.name) for f in w.federation.failures()] == [
        ("jinbei", "OPERATOR_PAUSED", "晋北充电有限公司")
    ]
    assert "暂停" in w.federation.failures()[0].error.zh
    told = {f.source: f for f in w.federation.feeds()}
    assert (told["jinbei"].name, told["jinbei"].stations, told["jinbei"].evses) == ("晋北充电有限公司", 2, 2)
    assert w.federation.quality("jinbei").source == "jinbei"
    assert await found(w, "jinbei/0", "jinbei/1")  # where they are is still true
    asked = running.status_asked
    assert await scene.moved_the_other()
    assert running.status_asked == asked
    with pytest.raises(NotFound):
        await w.federation.receive("jinbei", PushRequest("x", {}, b"", now()))

    await register.operate(operator.id, Step.RESUME, who)
    await step()
    await until(lambda: w.board.available("jinbei/1-1"))
    assert w.federation.failures() == []

    await register.operate(operator.id, Step.LEAVE, who)
    await step()

    async def gone() -> bool:
        return not await w.index.get(["jinbei/0", "jinbei/1"])

    await until(gone)
    assert [f.source for f in w.federation.feeds()] == ["a"]
    assert w.board.read("jinbei/1-1").status is Status.UNKNOWN
    assert await w.store.ids("jinbei") == set()
    assert await scene.moved_the_other()
    with pytest.raises(NotFound):
        w.federation.quality("jinbei")


async def test_new_keys_take_the_place_of_the_former_without_a_gap(scene: Scene) -> None:
    operator = await scene.desk.live()
    await scene.roster.step()
    await until(lambda: scene.world.board.available("jinbei/1-1"))
    first = scene.desk.kind.feeds["jinbei"]
    await scene.desk.register.give_credentials(operator.id, {"OPERATOR_SECRET": "next"}, actor(operator))
    await scene.roster.step()
    assert scene.world.board.available("jinbei/1-1")
    second = scene.desk.kind.feeds["jinbei"]
    assert first.closed
    assert second is not first
    assert "OLD_OPERATOR_SECRET" in scene.desk.kind.built[-1]
    await until(lambda: second.status_asked)
    await scene.desk.register.add_key(operator.id, Machine(kid="k2").public, actor(operator))
    await scene.desk.applied(OTHER_CODE)
    await scene.roster.step()
    assert scene.desk.kind.feeds["jinbei"] is second  # nothing of its connection changed, so nothing was built
    await scene.desk.register.retire(operator.id, actor(operator))
    await scene.roster.step()
    assert "OLD_OPERATOR_SECRET" not in scene.desk.kind.built[-1]


async def test_a_supervisors_pause_is_named_so_and_what_was_being_said_arrives_first(scene: Scene) -> None:
    operator = await scene.desk.live()
    await scene.roster.step()
    w, running = scene.world, scene.desk.kind.feeds["jinbei"]
    await until(lambda: w.board.available("jinbei/1-1"))
    gate = asyncio.Event()

    async def slowly(request: PushRequest) -> PushAnswer:
        await gate.wait()
        return PushAnswer(200, b"{}", observations=[seen("jinbei/1-1", Status.CHARGING, source="jinbei")])

    running.receive = slowly  # type: ignore[method-assign]
    push = asyncio.create_task(w.federation.receive("jinbei", PushRequest("x", {}, b"", now())))
    await asyncio.sleep(0.01)
    await scene.desk.register.supervise(operator.id, Step.SUSPEND, "状态不实", CHIEF)
    pausing = asyncio.create_task(scene.roster.step())
    await until(lambda: w.code(FailureKind.STATUS, "jinbei") == "OPERATOR_SUSPENDED")  # at once, before all is stopped
    gate.set()
    assert (await push).http_status == 200
    await pausing
    assert w.board.read("jinbei/1-1").status is Status.UNKNOWN


async def test_a_restart_and_another_process_find_everything_as_it_stands(scene: Scene, tmp_path: Path) -> None:
    live = await scene.desk.live()
    paused = await scene.desk.at(State.PAUSED, "paused", OTHER_CODE)
    async with world(tmp_path / "another.sqlite3") as w:
        roster = Roster(scene.desk.register, w.federation, every_s=0.01)
        running = asyncio.create_task(roster.run())
        await until(lambda: w.board.available("jinbei/1-1"))
        assert w.code(FailureKind.STATUS, "paused") == "OPERATOR_PAUSED"
        (feed,) = [f for f in w.federation.feeds() if f.source == "paused"]
        assert (feed.stations, feed.practice) == (0, False)
        assert w.federation.quality("paused").score is None
        await scene.desk.register.operate(live.id, Step.LEAVE, actor(live))  # by whichever process
        await until(lambda: "jinbei" not in {f.source for f in w.federation.feeds()})
        await scene.desk.register.operate(paused.id, Step.RESUME, actor(paused))
        await until(lambda: w.board.available("paused/1-1"))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_stores_that_are_away_are_waited_for(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    operator = await scene.desk.live()
    await scene.roster.step()
    w = scene.world
    await until(lambda: w.board.available("jinbei/1-1"))
    engine: object
    for engine, work, fault, step in (
        (w.board, "forget", BoardUnavailable("没有回应", "no answer"), Step.PAUSE),
        (w.store, "remove", StoreUnavailable("没有回应", "no answer"), Step.LEAVE),
    ):

        async def away(*_: object, fault: Exception = fault) -> None:
            raise fault

        await scene.desk.register.operate(operator.id, step, actor(operator))
        with monkeypatch.context() as patch:
            patch.setattr(engine, work, away)
            with pytest.raises(type(fault)):
                await scene.roster.step()
        await scene.roster.step()
    assert w.board.read("jinbei/1-1").status is Status.UNKNOWN
    assert await w.store.ids("jinbei") == set()


async def test_one_whose_secrets_open_no_more_is_named_and_harms_nobody(scene: Scene) -> None:
    await scene.desk.live()
    second = Desk(scene.desk.database)
    second.records._vault = Vault({"other": bytes(32)})
    roster = Roster(second.register, scene.world.federation)
    await roster.step()
    failure = scene.world.failure(FailureKind.STATUS, "jinbei")
    assert failure is not None
    assert (failure.code, "FINDER_SECRET_KEY" in str(failure.error)) == ("OPERATOR_UNUSABLE", False)
    assert await scene.moved_the_other()


async def test_an_operator_of_the_file_is_never_replaced(scene: Scene) -> None:
    with pytest.raises(SettingsError):
        await scene.world.federation.add(feed("a"))
    with pytest.raises(SettingsError):
        await scene.world.federation.add(feed("b/c"))
    assert not scene.other.closed
    assert await scene.moved_the_other()


async def test_pausing_one_that_never_came_or_twice_changes_nothing_more(scene: Scene) -> None:
    federation = scene.world.federation
    for _ in range(2):
        await federation.pause("x", "某充电", OperatorRefused("无", "none"))
    assert [f.code for f in federation.failures()] == ["OPERATOR_REFUSED"]
    await federation.remove("x")
    await federation.remove("x")
    assert federation.failures() == []
