"""The composition root: settings in, one Starlette application out; the only place that names engines."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import structlog
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from finder.accounts import open_accounts, open_agreements, open_people
from finder.aftercare import OnlyVehicle, open_outsiders
from finder.casework import open_casework
from finder.charging.plug_cases import Cases
from finder.cities import load_city
from finder.connectors.sdk.kinds import Workbench
from finder.connectors.sdk.ports import OperatorConnector
from finder.errors import SettingsError
from finder.federation.desk import SqlDesk
from finder.federation.notebook import SqlNotebook
from finder.federation.operators import load_operators
from finder.federation.pile_book import SqlBook
from finder.federation.piles import SqlPiles
from finder.federation.register.register import Register
from finder.federation.replays import SqlReplays
from finder.graphql.routes import graphql_routes
from finder.identity.people import People
from finder.kernel.clock import system_clock
from finder.live.board import LiveBoard
from finder.live.memory import MemoryBoard
from finder.live.redis import RedisBoard
from finder.money.channels.config import read_standing
from finder.noticing import Noticing
from finder.office import choose_vault, open_office
from finder.pictures import choose_photos
from finder.plugging import Plugging
from finder.reporting import Reporting
from finder.reports.notices import LETTER, BayNotices
from finder.roads.amap import AmapRouter
from finder.roads.model import Road
from finder.roads.osrm import OsrmRouter
from finder.roads.router import NoRouter, Router
from finder.roads.shipped import drawn
from finder.roads.sql import SqlRoads
from finder.roads.store import RoadStore
from finder.rooms import Engines, Rooms, open_rooms
from finder.sandbox.money import PracticeMoney
from finder.settings import Settings, scheme
from finder.stations.along import StationRoadIndex
from finder.stations.elastic import ElasticIndex
from finder.stations.memory import MemoryIndex
from finder.stations.places import Gazetteer
from finder.stations.sql import SqlStore
from finder.stations.store import StationStore
from finder.storage.database import database_url
from finder.storage.migrate import MigratedDatabase
from finder.storage.unit import Work
from finder.supervision.alarms.keeper import Alarms
from finder.supervision.coverage.plan import plan_of
from finder.supervision.dead.keeper import DeadPiles
from finder.till import Till, open_merchants
from finder.voicing import Voicing
from finder.web.base import base_routes
from finder.web.coverage import coverage_routes
from finder.web.health import health_routes
from finder.web.metrics import CountRequests, Metrics
from finder.web.open_data import open_data_routes
from finder.web.pages import SafeHeaders, page_routes
from finder.web.practice import practice_routes
from finder.web.pushes import push_routes
from finder.web.report_photos import photo_routes
from finder.web.sockets import socket_routes
from finder.web.supervision import supervision_routes

log = structlog.get_logger(__name__)

Operators = Callable[[Workbench], Sequence[OperatorConnector]]


def choose_index(settings: Settings) -> StationRoadIndex:
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


def choose_roads(settings: Settings) -> RoadStore:
    """The road store in that database."""
    return SqlRoads(choose_database(settings), system_clock)


def shipped_roads(settings: Settings) -> list[Road]:
    """The roads of the city's own table. Raises SettingsError. Takes about 2 s."""
    city = load_city(settings.city)
    return drawn(city.roads, Gazetteer.around(city.centre, city.places_within_km, city.also_called))


def choose_router(settings: Settings) -> Router:
    """The routing service that FINDER_ROUTER_URL names, none where it is empty. Raises SettingsError."""
    engine, _, rest = settings.router_url.partition("+")
    if not settings.router_url:
        return NoRouter()
    if not rest.startswith(("http://", "https://")) or engine not in ("osrm", "amap"):
        raise SettingsError(
            "FINDER_ROUTER_URL：请使用 osrm+http(s)://… 或 amap+https://…",
            "FINDER_ROUTER_URL: use osrm+http(s)://… or amap+https://…",
        )
    if engine == "osrm":
        return OsrmRouter(rest)
    if settings.router_key is None:
        raise SettingsError(
            "使用高德路线服务时须设置 FINDER_ROUTER_KEY", "where routes come from Amap, set FINDER_ROUTER_KEY"
        )
    return AmapRouter(rest, settings.router_key)


def choose_work(settings: Settings) -> Work:
    """Units of work on that database."""
    return Work(choose_database(settings), system_clock)


@asynccontextmanager
async def choose_cases(settings: Settings) -> AsyncIterator[Cases]:
    """Cases of charging by the plug in that database, for a command of the staff's. Raises SettingsError."""
    async with choose_people(settings) as people:
        work = Work(people.store.tables.database, system_clock)
        yield Cases(work, people.store, people.audit, people.buckets)


def choose(settings: Settings, practice: PracticeMoney | None = None, *, practising: bool = False) -> Engines:
    """Everything that the settings name; `practising`: stations do not exist. Raises SettingsError, before anything is
    started."""
    database, vault, city = choose_database(settings), choose_vault(settings), load_city(settings.city)
    desk = SqlDesk(database, system_clock)
    merchants = open_merchants(settings, practice)
    accounts = open_accounts(settings, database, vault, city.title)
    agreements = open_agreements(accounts, merchants.channels, read_standing(settings.channels_file))
    outsiders = open_outsiders(settings, None if practice is None else practice.aftercare)
    plates = OnlyVehicle(accounts.people.vehicles)
    notices = BayNotices()
    office = None if practice is None else practice.city
    casework = open_casework(settings, database, accounts.people, office, practising=practising)
    more = {LETTER: notices, **casework.handlers()}
    till = Till(database, vault, desk, merchants, agreements, outsiders, plates, more=more)
    plugging = Plugging(accounts.people, agreements, till)
    alarms = Alarms(Work(database, system_clock), accounts.people.audit, system_clock)
    bench = Workbench(
        clock=system_clock,
        desk=plugging.desk,
        alarms=alarms,
        replays=SqlReplays(database, system_clock),
        piles=SqlPiles(database, system_clock),
        pile_book=SqlBook(database),
        notebook=SqlNotebook(database, system_clock),
        public_url=settings.base_url,
    )
    return Engines(
        city,
        bench,
        desk,
        load_operators(settings.operators_file, bench),
        choose_index(settings),
        choose_board(settings),
        SqlStore(database),
        open_office(settings, database, bench),
        accounts,
        agreements,
        till,
        plugging,
        plan_of(city.id),
        SqlRoads(database, system_clock),
        settings.roads_reach_km * 1000,
        choose_router(settings),
        database,
        Reporting(database, accounts.people, choose_photos(settings), notices, till.outbox.wake, casework.handover),
        settings.data_dir / "open-data",
        casework,
        Voicing(database, accounts.people, city.country),
        Noticing(settings, database, accounts.people),
        alarms,
        DeadPiles(Work(database, system_clock)),
    )


def build_app(
    settings: Settings,
    practice: Operators | None = None,
    ready: Callable[[], None] = lambda: None,
    money: PracticeMoney | None = None,
) -> Starlette:
    """The whole HTTP surface. `practice` makes the practice operators' connectors from our base URL; `money` says
    where the practice channels are, which take the place of real ones.

    `ready` is called when everything that was kept is loaded. Raises SettingsError.
    """
    engines = choose(settings, money, practising=practice is not None)
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
        async with open_rooms(engines, connectors, works=settings.works) as rooms:
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
                *rooms.till.routes(),
                *(practice_routes(money.sms_url, money.sms_key) if money is not None else ()),
                *health_routes(
                    {"index": index, "board": board, "store": store}, degraded=frozenset({"board", "store"})
                ),
                metrics.route(settings.metrics_token),
                *base_routes(rooms.gazetteer),
                *engines.casework.routes(),
                *photo_routes(engines.reporting.photos, engines.accounts.people),
                *(coverage_routes(rooms.gateway.coverage) if rooms.gateway.coverage is not None else ()),
                *open_data_routes(rooms.open_data, settings.base_url, engines.snapshots),
                *(
                    supervision_routes(rooms.gateway.picture, engines.accounts.people)
                    if rooms.gateway.picture is not None
                    else ()
                ),
                *page_routes(settings.pwa_dir),
            ]
            ready()
            log.info("serving", url=settings.base_url, stations=await rooms.index.count())
            yield

    app.router.lifespan_context = lifespan
    return app
