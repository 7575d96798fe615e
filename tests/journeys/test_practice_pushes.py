"""A bay flips at a practice operator, and the finder hears of it by a signed push over real HTTP."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from finder.connectors.sdk.kinds import Workbench
from finder.connectors.sdk.ports import StationSource
from finder.connectors.tcec102 import Tcec102Connector
from finder.kernel.clock import system_clock
from finder.live.model import Observation, Status
from finder.sandbox.child import PracticeProcess
from finder.sandbox.faults import Faults, Lie
from finder.sandbox.push import Pusher
from finder.sandbox.serve import Sandbox
from tests.protocol.finder_running import Finder, serving
from tests.protocol.sandbox_running import connected, crawl, running
from tests.protocol.tcec102_peer import Hand

pytestmark = pytest.mark.slow


class Scene:
    """A practice network whose pusher is stepped by hand, and the finder that it pushes to."""

    def __init__(self, sandbox: Sandbox, finder: Finder, pusher: Pusher, clock: Hand) -> None:
        self.sandbox, self.finder, self.pusher, self.clock = sandbox, finder, pusher, clock
        self.gun = next(iter(sandbox.platforms["jinbei"].sites.values())).guns[0].id

    async def flip(self, status: int, faults: Faults | None = None) -> list[Observation]:
        """What the finder learnt of one flip, with these faults at the operator."""
        self.sandbox.set_faults("jinbei", faults or Faults())
        await self.pusher.tick()
        self.finder.observations.clear()
        self.finder.rets.clear()
        self.sandbox.day.pin(self.gun, status)
        await self.pusher.tick()
        return list(self.finder.observations)


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    clock = Hand()
    async with running(clock, pushing=False) as sandbox, connected(sandbox, "jinbei", clock) as connector:
        finder = Finder(connector.receive, clock)
        async with serving(finder.app()) as url:
            sandbox.push_to(url)
            yield Scene(sandbox, finder, sandbox.pushers["jinbei"], clock)


async def test_pushes_and_their_faults(scene: Scene) -> None:
    clock = scene.clock
    (seen,) = await scene.flip(255)
    assert (seen.evse_id, seen.status) == (f"jinbei/{scene.gun}", Status.FAULTED)
    assert timedelta(0) <= seen.observed_at - clock() < timedelta(milliseconds=1)

    # The older news arrives after the newer, and says that it is older.
    newer, older = await scene.flip(1, Faults(out_of_order=True))
    assert (newer.status, older.status) == (Status.AVAILABLE, Status.FAULTED)
    assert older.observed_at < newer.observed_at

    assert len(await scene.flip(3, Faults(repeat_pushes=True))) == 1
    assert scene.pusher.last_answer == {"Ret": 0, "Msg": "", "Data": {"Status": 1}}

    (late,) = await scene.flip(1, Faults(stale_s=299))
    assert clock() - late.observed_at > timedelta(seconds=298)

    for faults, ret in (
        (Faults(stale_s=301), b'{"Ret": 4003'),
        (Faults(lies=(Lie.FUTURE,)), b'{"Ret": 4003'),
        (Faults(bad_signature=True), b'{"Ret": 4001'),
    ):
        for status in (3, 1):
            assert await scene.flip(status, faults) == []
            assert set(scene.finder.rets) == {ret}
    assert await scene.flip(4, Faults(silent=True)) == []
    assert scene.finder.rets == []
    assert len(await scene.flip(1)) == 1


async def test_a_token_that_ended_is_got_anew(scene: Scene) -> None:
    assert len(await scene.flip(255)) == 1
    scene.clock.move(hours=2)
    await scene.pusher.tick()
    assert len(await scene.flip(1)) == 1


async def test_many_flips_come_in_few_pushes(scene: Scene) -> None:
    await scene.flip(255)
    scene.finder.observations.clear()
    scene.finder.rets.clear()
    scene.clock.move(minutes=30)
    await scene.pusher.tick()
    flipped = {o.evse_id for o in scene.finder.observations}
    assert len(flipped) > 5
    assert len(scene.finder.rets) <= 2
    states = {f"jinbei/{gun}": state[0] for gun, state in scene.sandbox.day.snapshot().items()}
    last = {o.evse_id: o.status for o in scene.finder.observations}
    assert all((states[evse] == 1) == (status in (Status.AVAILABLE, Status.BLOCKED)) for evse, status in last.items())


async def test_a_finder_that_is_down_loses_pushes_and_nothing_else(scene: Scene) -> None:
    scene.pusher.push_to = "http://127.0.0.1:9"
    assert await scene.flip(255) == []
    assert scene.pusher.failed


async def test_the_practice_process_serves_pushes_and_ends() -> None:
    with PracticeProcess(speed=2000, share=0.05) as process:
        config_url = process.keys.base_url
        connectors = process.connectors(Workbench(public_url="http://127.0.0.1:9"))
        jinbei = next(c for c in connectors if c.source == "jinbei")
        assert all(c.practice for c in connectors)

        assert isinstance(jinbei, Tcec102Connector)
        finder = Finder(jinbei.receive, system_clock)
        async with serving(finder.app()) as url:
            process.push_to(url)
            stations, refused = await crawl(jinbei)
            assert stations
            assert not refused
            community = next(c for c in connectors if c.source == "community")
            assert isinstance(community, StationSource)
            assert sum([len(page.stations) async for page in community.stations(None)])
            async with asyncio.timeout(30):
                await finder.heard.wait()
        for connector in connectors:
            await connector.close()
    async with httpx.AsyncClient() as http:
        with pytest.raises(httpx.ConnectError):
            await http.get(config_url)
