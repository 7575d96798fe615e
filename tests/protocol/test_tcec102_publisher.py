"""Changes on the live board are told to a subscriber over real HTTP, and none of them is lost for good."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from finder.connectors.sdk.http import Caution
from finder.connectors.sdk.kinds import Workbench
from finder.connectors.sdk.ports import PushAnswer, PushRequest
from finder.connectors.sdk.replays import MemoryReplays
from finder.connectors.tcec102 import Credentials, Tcec102Config, Tcec102DataConnector
from finder.connectors.tcec102.provider import Holdings
from finder.connectors.tcec102.publisher import Publisher
from finder.errors import Unavailable
from finder.kernel.clock import system_clock
from finder.live.memory import MemoryBoard
from finder.live.model import Observation, Status
from tests.journeys.federation_world import until
from tests.protocol.finder_running import Finder, serving
from tests.protocol.provided import PROVINCE, station
from tests.protocol.tcec102_peer import KEYS, OURS

pytestmark = pytest.mark.slow
ONCE = Caution(attempts=1)


class Province(Finder):
    """A subscriber: our own consumer, to which we are an operator. `down` is answered with 503."""

    def __init__(self, keys: Credentials = KEYS) -> None:
        config = Tcec102Config("xz", "忻州", "http://127.0.0.1:9", PROVINCE, OURS, KEYS, called=(keys,))
        self.connector = Tcec102DataConnector(config, Workbench(replays=MemoryReplays(system_clock)))
        self.down = False
        super().__init__(self._take, system_clock)

    async def _take(self, request: PushRequest) -> PushAnswer:
        if self.down:
            raise Unavailable("维护", "away")
        return await self.connector.receive(request)

    def last(self) -> dict[str, Status]:
        """What it knows by now, by our own ids."""
        return {seen.evse_id.removeprefix("xz/"): seen.status for seen in self.observations}


class Scene:
    def __init__(self, publisher: Publisher, board: MemoryBoard, province: Province) -> None:
        self.publisher, self.board, self.province = publisher, board, province
        self._at = system_clock() - timedelta(seconds=60)

    async def see(self, evse_id: str, status: Status) -> None:
        self._at = max(self._at + timedelta(milliseconds=1), system_clock() - timedelta(seconds=50))
        await self.board.observe([Observation(evse_id, status, self._at, evse_id.split("/")[0])])


@asynccontextmanager
async def publishing(
    count: int = 3,
    *,
    per_push: int = 1,
    keys: Credentials = KEYS,
    seen: Status | None = Status.OFFLINE,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Scene]:
    monkeypatch.setattr("finder.connectors.tcec102.publisher._AGAIN_S", 0.05)
    monkeypatch.setattr("finder.connectors.tcec102.publisher._GATHER_S", 0.01)
    stations = {s.id: s for s in (station(n) for n in range(1, count + 1))}
    board, province = MemoryBoard(), Province(keys)
    at = system_clock() - timedelta(seconds=59)
    if seen is not None:
        await board.observe([Observation(f"jinbei/{n}-1", seen, at, "jinbei") for n in range(1, count + 1)])

    async def energy(*_: Any) -> Any:
        raise AssertionError

    holdings = Holdings(("jinbei",), lambda source: stations if source == "jinbei" else {}, board, energy)
    async with serving(province.app()) as url:
        config = Tcec102Config("prov", "省平台", f"{url}/push/xz", OURS, PROVINCE, KEYS, caution=ONCE)
        publisher = Publisher(config, holdings, system_clock, per_push=per_push)
        task = asyncio.create_task(publisher.run())
        try:
            yield Scene(publisher, board, province)
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await publisher.close()
            await province.connector.close()
            await board.close()


def knows(scene: Scene, evse_id: str, status: Status) -> bool:
    return scene.province.last()[evse_id] is status


async def test_all_is_told_at_first_and_then_what_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    async with publishing(monkeypatch=monkeypatch) as scene:
        offline = {f"jinbei/{n}-1": Status.OFFLINE for n in (1, 2, 3)}
        await until(lambda: scene.province.last() == offline)
        await until(lambda: scene.publisher.sent == 3)  # counted once it is answered
        for status in (Status.AVAILABLE, Status.CHARGING, Status.BLOCKED, Status.FAULTED):
            await scene.see("jinbei/2-1", status)
            await until(partial(knows, scene, "jinbei/2-1", status))
        await until(lambda: scene.publisher.sent == 7)
        # Of a feed that is not passed on, nothing is told.
        await scene.see("elsewhere/1-1", Status.AVAILABLE)
        await scene.see("jinbei/1-1", Status.AVAILABLE)
        await until(lambda: scene.province.last()["jinbei/1-1"] is Status.AVAILABLE)
        assert set(scene.province.last()) == set(offline)


async def test_what_was_never_seen_is_not_told_and_what_has_grown_old_is(monkeypatch: pytest.MonkeyPatch) -> None:
    async with publishing(seen=None, monkeypatch=monkeypatch) as scene:
        scene.board.set_freshness({"jinbei": timedelta(seconds=51)})
        await scene.board.start()  # watches what grows old
        await scene.see("jinbei/2-1", Status.AVAILABLE)
        await until(lambda: scene.province.last() == {"jinbei/2-1": Status.AVAILABLE})
        await until(lambda: scene.province.last() == {"jinbei/2-1": Status.OFFLINE})
        await until(lambda: scene.publisher.sent == 2)


async def test_many_are_told_in_arrays_where_the_subscriber_takes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    async with publishing(25, per_push=10, monkeypatch=monkeypatch) as scene:
        await until(lambda: len(scene.province.last()) == 25)
        await until(lambda: scene.publisher.sent == 3)


async def test_what_could_not_be_told_is_told_later_as_it_then_is(monkeypatch: pytest.MonkeyPatch) -> None:
    async with publishing(monkeypatch=monkeypatch) as scene:
        await until(lambda: len(scene.province.last()) == 3)
        scene.province.down = True
        await scene.see("jinbei/1-1", Status.AVAILABLE)
        await until(lambda: scene.publisher.failed >= 2)
        await scene.see("jinbei/1-1", Status.CHARGING)
        scene.province.observations.clear()
        scene.province.down = False
        await until(lambda: bool(scene.province.last()))
        # Only the truth of the moment: that it had been free is told to nobody any more.
        assert [seen.status for seen in scene.province.observations] == [Status.CHARGING]
        told: datetime = scene.province.observations[0].observed_at
        assert abs(system_clock() - told) < timedelta(seconds=5)


async def test_a_burst_that_overflows_the_queue_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("finder.live.mirror.QUEUE", 5)
    async with publishing(40, per_push=50, monkeypatch=monkeypatch) as scene:
        await until(lambda: len(scene.province.last()) == 40)
        for n in range(1, 41):
            await scene.see(f"jinbei/{n}-1", Status.AVAILABLE)
        await until(lambda: set(scene.province.last().values()) == {Status.AVAILABLE})


async def test_keys_that_the_subscriber_does_not_take_keep_everything_for_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = Credentials("x", "x" * 16, "x" * 16, "x")
    async with publishing(keys=other, monkeypatch=monkeypatch) as scene:
        await until(lambda: scene.publisher.failed >= 2)
        assert (scene.publisher.sent, scene.province.observations) == (0, [])
        assert len(scene.publisher._pending) == 3
