"""The application behind `finder provide tcec102`: rooms as the gateway has them, and the peers' routes alone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import structlog
from starlette.applications import Starlette

from finder.app import Operators, choose
from finder.connectors.tcec102.provide import Offered, load_peers
from finder.connectors.tcec102.provider import Holdings
from finder.connectors.tcec102.publisher import Publisher
from finder.federation.feed_book import SqlFeedBook
from finder.federation.operators import with_secrets
from finder.kernel.clock import system_clock
from finder.rooms import Rooms, open_rooms
from finder.settings import Settings
from finder.web.health import health_routes
from finder.web.provided import provided_routes

_AGAIN_S = 5.0
log = structlog.get_logger(__name__)


def build_provider(settings: Settings, file: Path, practice: Operators | None = None) -> Starlette:
    """Answers the peers that the file names, and tells those that take pushes. Raises SettingsError."""
    engines = choose(settings)
    bench = with_secrets(engines.bench)
    offered = load_peers(file, bench)
    app = Starlette()

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        connectors = practice(engines.bench) if practice else ()
        async with AsyncExitStack() as closing:
            rooms = await closing.enter_async_context(open_rooms(engines, connectors))
            holdings = _holdings(rooms)
            answers = {each.entry.name: each.provider(holdings, bench).answer for each in offered}

            async def store() -> dict[str, object]:
                await rooms.store.ready()
                return {}

            app.router.routes[:] = [
                *provided_routes(answers, system_clock),
                *health_routes({"store": store}, degraded=frozenset({"store"})),
            ]
            book = SqlFeedBook(engines.database, system_clock)
            for publisher in filter(None, (each.publisher(holdings, bench, book) for each in offered)):
                closing.push_async_callback(publisher.close)
                await closing.enter_async_context(_telling(publisher))
            log.info("providing", url=settings.base_url, peers=[_told(each, settings) for each in offered])
            yield

    app.router.lifespan_context = lifespan
    return app


def _holdings(rooms: Rooms) -> Holdings:
    """Everything; each peer then sees the sources of its own entry."""
    return Holdings((), rooms.federation.records, rooms.board, rooms.federation.energy)


def _told(offered: Offered, settings: Settings) -> str:
    return f"{settings.base_url}/provide/{offered.entry.name}/evcs/{offered.peer.profile.version}/"


@asynccontextmanager
async def _telling(publisher: Publisher) -> AsyncIterator[None]:
    async def tell() -> None:
        while True:
            try:
                await publisher.run()
            except Exception:  # a fault of ours in one subscriber's task must not end the others'
                log.exception("publisher_fault")
            await asyncio.sleep(_AGAIN_S)

    task = asyncio.create_task(tell())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
