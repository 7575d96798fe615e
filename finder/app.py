"""The composition root: settings in, one Starlette application out; the only place that names engines."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace

import structlog
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from finder.accounts import open_accounts, open_people
from finder.cities import City, load_city
from finder.connectors.sdk.kinds import Workbench
from finder.connectors.sdk.ports import OperatorConnector
from finder.errors import SettingsError
from finder.federation.desk import SqlDesk
from finder.federation.federation import Federation
from finder.federation.notebook import SqlNotebook
from finder.federation.operators import load_operators
from finder.federation.pile_book import SqlBook
from finder.federation.piles import SqlPiles
from finder.federation.register.register import Register
from finder.federation.register.roster import Roster
from finder.federation.replays import SqlReplays
from finder.forecasts import Forecasts
from finder.graphql.ports import About, Gateway
from finder.graphql.routes import graphql_routes
from finder.identity.accounts import Accounts
from finder.identity.people import People
from finder.kernel.clock import system_clock
from finder.live.board import LiveBoard
from finder.live.lately import Lately
from finder.live.memory import MemoryBoard
from finder.live.redis import RedisBoard
from finder.office import Office, choose_vault, open_office
from finder.settings import Settings, scheme
from finder.stations.elastic import ElasticIndex
from finder.stations.index import StationIndex
from finder.stations.memory import MemoryIndex
from finder.stations.merge import Merger
from finder.stations.places import Gazetteer
from finder.stations.search import Search
from finder.stations.sql import SqlStore
from finder.stations.store import StationStore
from finder.storage.database import database_url
from finder.storage.migrate import MigratedDatabase
from finder.storage.unit import Work
from finder.web.base import base_routes
from finder.web.health import health_routes
from finder.web.metrics import CountRequests, Metrics
from finder.web.pages import SafeHeaders, page_routes
from finder.web.pushes import push_routes
from finder.web.sockets import socket_routes

log = structlog.get_logger(__name__)

NOTICE_ZH = "演示数据：这些充电站并不存在，请勿前往"
NOTICE_EN = "Practice data: these stations do not exist, do not drive there"

Operators = Callable[[Workbench], Sequence[OperatorConnector]]


def choose_index(settings: Settings) -> StationIndex:
    """The station index that FINDER_INDEX_URL names. Raises SettingsError."""
    match scheme(settings.index_url):
        case "memory":
            return MemoryIndex()
        case "http" | "https":
            return ElasticIndex(settings.index_url.get_secret_value())
        case other:
            raise SettingsError(
                f"FINDER_INDEX_URL：没有 {other!r} 的引擎，请使用 memory: 或 http(s)://",
                f"FINDER_INDEX_URL: no engine for {other!r}; use memory: or http(s)://",
            )


def choose_board(settings: Settings) -> LiveBoard:
    """The live board that FINDER_BOARD_URL names. Raises SettingsError."""
    match scheme(settings.board_url):
        case "memory":
            return MemoryBoard()
        case "redis" | "rediss":
            return RedisBoard(settings.board_url.get_secret_value())
        case other:
            raise SettingsError(
                f"FINDER_BOARD_URL：没有 {other!r} 的引擎，请使用 memory: 或 redis(s)://",
                f"FINDER_BOARD_URL: no engine for {other!r}; use memory: or redis(s)://",
            )


def choose_database(settings: Settings) -> MigratedDatabase:
    """The database that FINDER_STORE_URL names; SQLite in the data folder where it is empty. Raises SettingsError."""
    return MigratedDatabase(database_url(settings.store_url.get_secret_value(), settings.data_dir))


@asynccontextmanager
async def choose_register(settings: Settings) -> AsyncIterator[Register]:
    """The register in that database, for a command of the staff's. Raises SettingsError."""
    database = choose_database(settings)
    try:
        yield open_office(settings, database, Workbench()).register
    finally:
        await database.close()


@asynccontextmanager
async def choose_people(settings: Settings) -> AsyncIterator[People]:
    """People in that database, for a command of the staff's. Raises SettingsError."""
    database = choose_database(settings)
    people = open_people(settings, database, choose_vault(settings))
    try:
        yield people
    finally:
        await people.close()
        await database.close()


def choose_store(settings: Settings) -> StationStore:
    """The station store in that database."""
    return SqlStore(choose_database(settings))


def choose_work(settings: Settings) -> Work:
    """Units of work on that database."""
    return Work(choose_database(settings), system_clock)


@dataclass(frozen=True, slots=True)
class Rooms:
    """What one process holds while it serves."""

    city: City
    index: StationIndex
    board: LiveBoard
    store: StationStore
    federation: Federation
    gazetteer: Gazetteer
    gateway: Gateway

    def gauges(self) -> Iterable[tuple[str, str, dict[str, str], float]]:
        """What /metrics tells of stations, freshness and trouble."""
        health = self.board.health()
        yield "finder_board_connected", "1 where the live board answers", {}, float(health.connected)
        yield "finder_board_behind_seconds", "How old the board's last news may be", {}, health.behind_s
        yield "finder_board_evses", "EVSEs on the live board", {}, float(health.evses)
        now = system_clock()
        for feed in self.federation.feeds():
            labels = {"source": feed.source}
            yield "finder_feed_stations", "Stations of a feed", labels, float(feed.stations)
            if feed.status_at is not None:
                age = (now - feed.status_at).total_seconds()
                yield "finder_feed_status_age_seconds", "Since live status last came", labels, age
        for failure in self.federation.failures():
            yield (
                "finder_feed_failing",
                "1 where a feed is in trouble",
                {"source": failure.source, "kind": failure.kind},
                1,
            )


@dataclass(frozen=True, slots=True)
class Engines:
    """What the settings name, made but not yet connected."""

    city: City
    bench: Workbench
    desk: SqlDesk
    database: MigratedDatabase
    operators: Sequence[OperatorConnector]
    index: StationIndex
    board: LiveBoard
    store: StationStore
    office: Office
    accounts: Accounts


def choose(settings: Settings) -> Engines:
    """Everything that the settings name. Raises SettingsError, before anything is started."""
    database = choose_database(settings)
    desk = SqlDesk(database, system_clock)
    bench = Workbench(
        clock=system_clock,
        desk=desk,
        replays=SqlReplays(database, system_clock),
        piles=SqlPiles(database, system_clock),
        pile_book=SqlBook(database),
        notebook=SqlNotebook(database, system_clock),
        public_url=settings.base_url,
    )
    city = load_city(settings.city)
    return Engines(
        city,
        bench,
        desk,
        database,
        load_operators(settings.operators_file, bench),
        choose_index(settings),
        choose_board(settings),
        SqlStore(database),
        open_office(settings, database, bench),
        open_accounts(settings, database, choose_vault(settings), city.title),
    )


@asynccontextmanager
async def open_rooms(engines: Engines, practice: Sequence[OperatorConnector] = ()) -> AsyncIterator[Rooms]:
    """Opens every room, and closes them in the opposite order."""
    city, index, board, store = engines.city, engines.index, engines.board, engines.store
    async with AsyncExitStack() as closing:
        closing.push_async_callback(store.close)
        closing.push_async_callback(index.close)
        closing.push_async_callback(board.close)
        closing.push_async_callback(engines.accounts.close)
        await board.start()
        operators = [*engines.operators, *practice]
        desk = engines.desk
        merger = Merger()
        federation = Federation(
            operators, store, merger, index, board, system_clock, sessions=desk.running, bills=desk.bills
        )
        closing.push_async_callback(federation.close)
        await federation.start()
        roster = asyncio.create_task(Roster(engines.office.register, federation).run())
        closing.push_async_callback(_stop, roster)
        closing.push_async_callback(engines.office.checks.close)
        gazetteer = await asyncio.to_thread(Gazetteer.around, city.centre, city.places_within_km)
        foretold = Forecasts(engines.database, board, merger.stations, city, system_clock)
        await closing.enter_async_context(foretold)
        about = About(
            city.title,
            city.title_en,
            city.centre,
            practice=bool(practice),
            notice_zh=NOTICE_ZH if practice else None,
            notice_en=NOTICE_EN if practice else None,
        )
        lately = Lately(board)
        search = Search(index, lately, system_clock)
        below = (search, board, federation, gazetteer, about, system_clock)
        gateway = Gateway(*below, accounts=engines.accounts, forecast=foretold, lately=lately)
        yield Rooms(city, index, board, store, federation, gazetteer, gateway)


async def _stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait((task,))


def build_app(
    settings: Settings, practice: Operators | None = None, ready: Callable[[], None] = lambda: None
) -> Starlette:
    """The whole HTTP surface. `practice` makes the practice operators' connectors from our base URL.

    `ready` is called when everything that was kept is loaded. Raises SettingsError.
    """
    engines = choose(settings)
    metrics = Metrics(lambda: rooms.gauges() if (rooms := opened.get("rooms")) else ())
    opened: dict[str, Rooms] = {}
    app = Starlette(
        middleware=[
            Middleware(CountRequests, metrics=metrics),
            Middleware(SafeHeaders),
            # Level 3: a sixth of the time of level 9 for an answer that is a sixth larger.
            Middleware(GZipMiddleware, minimum_size=1_024, compresslevel=3),
        ]
    )

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        connectors = practice(engines.bench) if practice else ()
        async with open_rooms(engines, connectors) as rooms:
            opened["rooms"] = rooms

            async def board() -> dict[str, object]:
                health = rooms.board.health()
                return {"connected": health.connected, "behindS": round(health.behind_s, 1), "evses": health.evses}

            async def index() -> dict[str, object]:
                await rooms.index.ready()
                return {"stations": await rooms.index.count()}

            async def store() -> dict[str, object]:
                await rooms.store.ready()
                return {}

            app.router.routes[:] = [
                *graphql_routes(replace(rooms.gateway, metrics=metrics)),
                *engines.office.routes(),
                *push_routes(rooms.federation.receive, system_clock, metrics),
                *socket_routes(rooms.federation.serve),
                *health_routes(
                    {"index": index, "board": board, "store": store}, degraded=frozenset({"board", "store"})
                ),
                metrics.route(settings.metrics_token),
                *base_routes(rooms.gazetteer),
                *page_routes(settings.pwa_dir),
            ]
            ready()
            log.info("serving", url=settings.base_url, stations=await rooms.index.count())
            yield

    app.router.lifespan_context = lifespan
    return app
