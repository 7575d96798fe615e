"""A practice operator goes wrong over real HTTP; the other one's drivers notice nothing, and the trouble has a name."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from finder.cities import load_city
from finder.connectors.sdk.http import Caution
from finder.connectors.sdk.ports import Rhythm
from finder.connectors.tcec102 import Tcec102Connector
from finder.federation.federation import Federation
from finder.kernel.breaker import BreakerLimits
from finder.kernel.clock import system_clock
from finder.kernel.geo import Point
from finder.live.memory import MemoryBoard
from finder.live.model import Status
from finder.sandbox.faults import NONE, Faults, Lie
from finder.sandbox.serve import Sandbox, start_sandbox
from finder.stations.filter import ANY
from finder.stations.memory import MemoryIndex
from finder.stations.merge import Merger
from finder.stations.model import Station
from finder.stations.sql import SqlStore
from finder.storage.database import Database

pytestmark = pytest.mark.slow

QUICK = Rhythm(
    catalogue=timedelta(hours=1),
    changes=timedelta(hours=1),
    status=timedelta(milliseconds=200),
    freshness=timedelta(seconds=2),
)
CAUTION = Caution(connect_s=0.5, read_s=0.5, total_s=0.6, attempts=1)


class City:
    def __init__(self, sandbox: Sandbox, federation: Federation, index: MemoryIndex, board: MemoryBoard) -> None:
        self.sandbox, self.federation, self.index, self.board = sandbox, federation, index, board

    async def stations(self, source: str) -> list[Station]:
        ids = [i for i in self.index_ids() if i.startswith(f"{source}/")]
        return list((await self.index.get(ids)).values())

    def index_ids(self) -> list[str]:
        return [f"{s}/{site.id}" for s in ("jinbei", "yanmen") for site in self.sandbox.platforms[s].sites.values()]

    async def oldest_s(self, source: str) -> float:
        ages = [self.board.read(e.id).age_s(system_clock()) for s in await self.stations(source) for e in s.evses]
        assert ages
        assert None not in ages
        return max(a for a in ages if a is not None)

    def trouble(self) -> set[str]:
        return {f.source for f in self.federation.failures()}


async def until(holds: Callable[[], bool], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - another process's state
            await asyncio.sleep(0.05)


@asynccontextmanager
async def a_city(folder: Path) -> AsyncIterator[City]:
    sandbox = await start_sandbox(share=0.03, pushing=False)
    store = SqlStore(Database(f"sqlite:///{folder / 's.sqlite3'}"))
    index, board = MemoryIndex(), MemoryBoard()
    await board.start()
    connectors = [
        Tcec102Connector(replace(c, rhythm=QUICK, caution=CAUTION, policies_per_crawl=0)) for c in sandbox.operators
    ]
    federation = Federation(
        connectors,
        store,
        Merger(),
        index,
        board,
        system_clock,
        breaker=BreakerLimits(pause_s=0.3, pause_max_s=0.5),
        follow_every_s=0.1,
    )
    try:
        await federation.start()
        city = City(sandbox, federation, index, board)
        await until(lambda: {f.source for f in federation.feeds() if f.status_at} == {"jinbei", "yanmen"})
        await asyncio.sleep(0.6)
        yield city
    finally:
        await federation.close()
        await board.close()
        await store.close()
        await sandbox.close()


@pytest.mark.parametrize(
    "fault",
    [
        Faults(slow_s=3),
        Faults(errors=1),
        Faults(bad_signature=True),
        Faults(garbage=True),
        Faults(silent=True),
        Faults(busy=True),
        Faults(redirects=True),
    ],
    ids=lambda f: ",".join(k for k in f.__struct_fields__ if getattr(f, k) != getattr(NONE, k)),
)
async def test_the_other_operator_stays_as_fresh_as_before(tmp_path: Path, fault: Faults) -> None:
    async with a_city(tmp_path) as city:
        assert city.trouble() == set()
        city.sandbox.set_faults("jinbei", fault)
        await until(lambda: city.trouble() == {"jinbei"})
        failure = city.federation.failures()[0]
        assert failure.name == "晋北充电（演示）"
        assert failure.error.zh
        assert failure.error.en
        await asyncio.sleep(2.2)
        assert city.trouble() == {"jinbei"}
        assert await city.oldest_s("yanmen") < 2  # believed, and asked for all the while
        # What the broken one said last has grown too old to believe, in plain sight.
        readings = [city.board.read(e.id) for s in await city.stations("jinbei") for e in s.evses]
        assert all(r.stale and r.status is Status.UNKNOWN and r.observed_at for r in readings)
        assert await city.index.count() == len(city.index_ids())
        city.sandbox.set_faults("jinbei", NONE)
        await until(lambda: city.trouble() == set())
        await until(lambda: not city.board.read(readings[0].evse_id).stale)


async def test_a_liars_good_records_are_kept_and_nobody_elses_bay_is_touched(tmp_path: Path) -> None:
    async with a_city(tmp_path) as city:
        before = len(await city.index.near(city_centre(), 200_000, ANY, 1000))
        city.sandbox.set_faults("jinbei", Faults(lies=(Lie.UNKNOWN_STATUS, Lie.STRANGER)))
        await asyncio.sleep(1)
        assert len(await city.index.near(city_centre(), 200_000, ANY, 1000)) == before
        assert await city.oldest_s("yanmen") < 2


def city_centre() -> Point:

    return load_city("xinzhou").centre
