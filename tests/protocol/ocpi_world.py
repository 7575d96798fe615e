"""An OCPI operator, our connector, and our receiving side as a server of its own: all three over real HTTP."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette

from finder.connectors.ocpi import OcpiConfig, OcpiPolled, Party
from finder.connectors.sdk.desk import Authorization, AuthorizationAsk, Desk, Permission
from finder.connectors.sdk.http import Caution
from finder.connectors.sdk.kinds import Workbench
from finder.connectors.sdk.notebook import MemoryNotebook
from finder.connectors.sdk.ports import PushAnswer, PushRequest
from finder.federation.desk import SqlDesk
from finder.kernel.clock import Clock
from finder.sandbox.ocpi import PracticeCpo
from finder.sandbox.serve import EmbeddedServer, listen
from finder.stations.model import Station
from finder.storage.database import Database
from finder.web.metrics import Metrics
from finder.web.pushes import push_routes

US = Party("CN", "FND")
ONCE = Caution(attempts=1, total_s=5.0)


def now() -> datetime:
    return datetime.now(UTC)


class GrantingDesk(SqlDesk):
    """A desk at which a test says who may charge."""

    def __init__(self, database: Database, clock: Clock) -> None:
        super().__init__(database, clock)
        self.grants: dict[str, Authorization] = {}
        self.asks: list[AuthorizationAsk] = []

    async def authorize(self, ask: AuthorizationAsk) -> Authorization:
        self.asks.append(ask)
        return self.grants.get(ask.token, Authorization(Permission.UNBOUND))


@dataclass
class House:
    """Our side."""

    connector: OcpiPolled
    desk: GrantingDesk
    url: str
    bench: Workbench
    taught: list[PushAnswer] = field(default_factory=list)

    @property
    def versions_url(self) -> str:
        return f"{self.url}/push/{self.connector.source}/ocpi/versions"

    async def crawl(self, since: datetime | None = None) -> list[Station]:
        return [station async for page in self.connector.stations(since) for station in page.stations]


def config(versions_url: str, **changes: Any) -> OcpiConfig:
    told: dict[str, Any] = {
        "source": "op",
        "name": "某充电",
        "versions_url": versions_url,
        "us": US,
        "page_limit": 4,
        "caution": ONCE,
        "result_wait_s": 3.0,
    }
    return OcpiConfig(**(told | changes))


@asynccontextmanager
async def house(
    tmp_path: Path,
    cpo: PracticeCpo | None = None,
    *,
    url: str = "",
    clock: Clock = now,
    over: Callable[[SqlDesk], Desk] = lambda desk: desk,
    **changes: Any,
) -> AsyncIterator[House]:
    """Our connector to a platform, and the server that takes what the platform pushes. Closes both.

    `over` puts another desk over the one that keeps what was told.
    """
    if cpo is not None:
        url, changes = cpo.versions_url, {"token_a": cpo.token_a} | changes
    listener = listen("127.0.0.1", 0)
    here = f"http://127.0.0.1:{listener.getsockname()[1]}"
    database = Database(f"sqlite:///{tmp_path / 'house.sqlite3'}")
    desk = GrantingDesk(database, clock)
    bench = Workbench(clock=clock, desk=over(desk), notebook=MemoryNotebook(clock), public_url=here)
    ours = House(OcpiPolled(config(url, **changes), bench), desk, here, bench)

    async def receive(source: str, request: PushRequest) -> PushAnswer:
        assert source == "op"
        answer = await ours.connector.receive(request)
        ours.taught.append(answer)
        return answer

    app = Starlette(routes=push_routes(receive, clock, Metrics(lambda: ())))
    server = EmbeddedServer(uvicorn.Config(app, ws="none", lifespan="off", log_config=None, access_log=False))
    server.config.load()
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield ours
    finally:
        server.should_exit = server.force_exit = True
        await ours.connector.close()
        closing = [] if cpo is None else [cpo.close()]
        await asyncio.gather(serving, *closing, return_exceptions=True)
        await database.close()


def ids(stations: Sequence[Station]) -> list[str]:
    return sorted(station.id for station in stations)
