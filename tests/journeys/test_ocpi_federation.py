"""An OCPI operator in the federation: registered once, read, pushed and asked, and known again after a restart."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import uvicorn
from starlette.applications import Starlette

from finder.connectors.ocpi import connect
from finder.connectors.sdk.kinds import Workbench
from finder.connectors.sdk.ports import Rhythm
from finder.federation.desk import SqlDesk
from finder.federation.health import FailureKind
from finder.federation.notebook import SqlNotebook
from finder.live.model import Status
from finder.sandbox.ocpi import OcpiFaults, PracticeCpo, start_practice_cpo
from finder.sandbox.serve import HOST, EmbeddedServer, listen
from finder.storage.database import Database
from finder.web.metrics import Metrics
from finder.web.pushes import push_routes
from tests.journeys.federation_world import World, found, now, until, world
from tests.protocol.ocpi_world import config

pytestmark = pytest.mark.slow
QUICK = Rhythm(timedelta(seconds=30), timedelta(seconds=0.2), timedelta(seconds=0.1), timedelta(minutes=15))
EVSE = "op/LOC3/E3-2"


@dataclass
class City:
    """The finder's end: a federation behind a real server."""

    world: World
    database: Database

    def status(self, evse_id: str = EVSE) -> Status:
        return self.world.board.read(evse_id).status


@asynccontextmanager
async def city(folder: Path, cpo: PracticeCpo, token_a: str | None) -> AsyncIterator[City]:
    listener = listen(HOST, 0)
    url = f"http://{HOST}:{listener.getsockname()[1]}"
    database = Database(f"sqlite:///{folder / 'connectors.sqlite3'}")
    bench = Workbench(desk=SqlDesk(database, now), notebook=SqlNotebook(database, now), public_url=url)
    connector = connect(config(cpo.versions_url, token_a=token_a, rhythm=QUICK), bench)
    async with world(folder / "stations.sqlite3", connector) as w:
        app = Starlette(routes=push_routes(w.federation.receive, now, Metrics(lambda: ())))
        server = EmbeddedServer(uvicorn.Config(app, ws="none", lifespan="off", log_config=None, access_log=False))
        server.config.load()
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield City(w, database)
        finally:
            server.should_exit = server.force_exit = True
            await asyncio.gather(serving, return_exceptions=True)
            await database.close()


@pytest.fixture
async def cpo() -> AsyncIterator[PracticeCpo]:
    cpo = await start_practice_cpo()
    yield cpo
    await cpo.close()


async def test_a_day_with_an_ocpi_operator(tmp_path: Path, cpo: PracticeCpo) -> None:
    token_a = cpo.token_a
    async with city(tmp_path, cpo, token_a) as ours:
        await until(lambda: found(ours.world, *(f"op/LOC{n}" for n in range(1, 11))))
        await until(lambda: ours.status() is Status.AVAILABLE)
        answer = await cpo.set_status("LOC3", "E3-2", "CHARGING")
        assert answer is not None
        assert answer.status_code == 200
        assert ours.status() is Status.CHARGING
        await cpo.set_status("LOC3", "E3-2", "OUTOFORDER", push=False)
        await until(lambda: ours.status() is Status.FAULTED)
        await cpo.set_status("LOC4", "E4-1", "REMOVED", push=False)
        await cpo.set_status("LOC4", "E4-2", "REMOVED")
        await until(lambda: _gone(ours.world, "op/LOC4"))
        assert not ours.world.federation.failures()
    # The registration and what was told are kept; the token A is not asked for again.
    begun = sum("credentials" in path for path in cpo.asked)
    async with city(tmp_path, cpo, token_a) as ours:
        await until(lambda: ours.status() is Status.FAULTED)
        assert sum("credentials" in path for path in cpo.asked) == begun
        cpo.faults = OcpiFaults(unavailable=True)
        await until(lambda: ours.world.code(FailureKind.STATUS, "op") == "OPERATOR_UNAVAILABLE")
        assert ours.status() is Status.FAULTED
        cpo.faults = OcpiFaults()
        await until(lambda: not ours.world.federation.failures())


async def _gone(w: World, station_id: str) -> bool:
    return not await found(w, station_id)
