"""Opens every room of a process over its engines, and closes them in the opposite order."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from finder.casework import Casework
from finder.charging.accounting import Accounting
from finder.charging.agreements import Agreements
from finder.charging.trip_prices import TariffPrices
from finder.cities import City
from finder.connectors.sdk.kinds import Workbench
from finder.connectors.sdk.ports import OperatorConnector, PushReceiver, SocketReceiver, StatusSource
from finder.federation.desk import SqlDesk
from finder.federation.federation import Federation
from finder.federation.register.roster import Roster
from finder.forecasts import Forecasts
from finder.graphql.ports import About, Gateway
from finder.identity.accounts import Accounts
from finder.kernel.clock import system_clock
from finder.kernel.turns import ended
from finder.live.board import LiveBoard
from finder.live.lately import Lately
from finder.live.model import Status
from finder.noticing import Noticing
from finder.office import Office
from finder.plugging import Plugging
from finder.reporting import Reporting
from finder.roads.keeper import RoadKeeper
from finder.roads.model import Road
from finder.roads.router import Router
from finder.roads.search import RoadSearch
from finder.roads.shipped import drawn
from finder.roads.store import RoadStore
from finder.roads.trips import Trips
from finder.stations.along import StationRoadIndex
from finder.stations.index import StationIndex
from finder.stations.merge import Merger
from finder.stations.model import EvseId, SourceId
from finder.stations.places import Gazetteer
from finder.stations.search import Search
from finder.stations.store import StationStore
from finder.storage.database import Database
from finder.supervision.alarms.keeper import Alarms
from finder.supervision.coverage.keeper import Coverage
from finder.supervision.coverage.places import Places
from finder.supervision.coverage.plan import Plan
from finder.supervision.daily import Daily
from finder.supervision.dead.keeper import DeadPiles
from finder.supervision.open_data.keeper import OpenData
from finder.supervision.picture.keeper import LivePicture
from finder.till import Till
from finder.voicing import Voicing

NOTICE_ZH = "演示数据：这些充电站并不存在，请勿前往"
NOTICE_EN = "Practice data: these stations do not exist, do not drive there"

POWER_TOLD = timedelta(minutes=15)  # a session that said nothing for so long is not believed to charge


@dataclass(frozen=True, slots=True)
class Engines:
    """What the settings name, made but not yet connected."""

    city: City
    bench: Workbench
    desk: SqlDesk
    operators: Sequence[OperatorConnector]
    index: StationRoadIndex
    board: LiveBoard
    store: StationStore
    office: Office
    accounts: Accounts
    agreements: Agreements
    till: Till
    plugging: Plugging
    plan: Plan | None
    roads: RoadStore
    roads_reach_m: float
    router: Router
    database: Database
    reporting: Reporting
    snapshots: Path  # the folder of the published days
    casework: Casework
    voicing: Voicing
    noticing: Noticing
    alarms: Alarms
    dead_piles: DeadPiles


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
    till: Till
    open_data: OpenData

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


@asynccontextmanager
async def open_rooms(
    engines: Engines, practice: Sequence[OperatorConnector] = (), *, works: bool = False
) -> AsyncIterator[Rooms]:
    """Opens every room, and closes them in the opposite order; `works` says that what is due is carried out here."""
    city, index, board, store = engines.city, engines.index, engines.board, engines.store
    async with AsyncExitStack() as closing:
        closing.push_async_callback(store.close)
        closing.push_async_callback(index.close)
        closing.push_async_callback(board.close)
        closing.push_async_callback(engines.accounts.close)
        closing.push_async_callback(engines.router.close)
        await board.start()
        gazetteer = await asyncio.to_thread(Gazetteer.around, city.centre, city.places_within_km, city.also_called)
        shipped = drawn(city.roads, gazetteer)
        keeper = RoadKeeper(engines.roads, index, lambda: shipped, reach_m=engines.roads_reach_m)
        await keeper.start()
        operators = [*engines.operators, *practice]
        desk, till, merger = engines.desk, engines.till, Merger()
        federation = Federation(
            operators, store, merger, index, board, system_clock, sessions=desk.running, bills=desk.bills
        )
        closing.push_async_callback(federation.close)
        await federation.start()
        following = asyncio.create_task(keeper.run())
        closing.push_async_callback(ended, (following,))
        roster = asyncio.create_task(Roster(engines.office.register, federation).run())
        closing.push_async_callback(ended, (roster,))
        closing.push_async_callback(engines.office.checks.close)
        about = About(
            city.title,
            city.title_en,
            city.centre,
            practice=bool(practice),
            notice_zh=NOTICE_ZH if practice else None,
            notice_en=NOTICE_EN if practice else None,
        )
        foretold = Forecasts(engines.database, board, merger.stations, city, system_clock)
        await closing.enter_async_context(foretold)
        lately = Lately(board)
        search = Search(index, lately, system_clock)
        till.connect(search, federation.network)
        engines.plugging.connect(search, federation.network, board)
        closing.push_async_callback(engines.plugging.plugs.deciding.settle)
        closing.push_async_callback(engines.casework.close)  # after those who call it
        closing.push_async_callback(till.close)
        reports = engines.reporting.connect(board, search, federation.network, lately)
        closing.push_async_callback(engines.reporting.close)
        engines.casework.connect(reports)
        voices = engines.voicing.connect(search, federation.network, merger.sources)
        closing.push_async_callback(engines.voicing.close)
        notices = engines.noticing.connect(board, search, works=works)
        closing.push_async_callback(engines.noticing.close)
        if works:
            till.start()
            engines.casework.start()

        async def road_list() -> Sequence[Road]:
            return list(keeper.book.roads.values())

        coverage = Coverage(
            engines.plan, city.centre, lambda: list(merger.stations()), Places(till.work), road_list, system_clock
        )
        picture = LivePicture(
            merger.stations,
            board,
            federation,
            () if engines.plan is None else engines.plan.counties,
            system_clock,
            lambda: desk.powers([feed.source for feed in federation.feeds()], system_clock() - POWER_TOLD),
            engines.alarms.open,
        )
        engines.alarms.connect(picture.where)
        alarmed = asyncio.create_task(engines.alarms.watch(board))
        closing.push_async_callback(ended, (alarmed,))
        engines.dead_piles.connect(merger.stations, lambda: _telling(federation))
        looking = asyncio.create_task(engines.dead_piles.watch(board))
        closing.push_async_callback(ended, (looking,))
        gateway = Gateway(
            search,
            board,
            federation,
            gazetteer,
            about,
            system_clock,
            accounts=engines.accounts,
            till=till if till.open else None,
            lately=lately,
            agreements=engines.agreements,
            plugs=engines.plugging.plugs if till.open else None,
            roads=RoadSearch(search, index, keeper),
            coverage=coverage,
            forecast=foretold,
            accounting=Accounting(till.work, till.outbox.wake) if till.open else None,
            reports=reports,
            cases=engines.casework.desk,
            voices=voices,
            notices=notices,
            picture=picture,
            alarms=engines.alarms,
            dead_piles=engines.dead_piles,
            trips=Trips(
                index,
                _status(board),
                TariffPrices(),
                engines.router,
                lambda: keeper.book.roads,
                system_clock,
                lambda candidate, at: foretold.likely_free(candidate.id, at),
            ),
        )
        published = OpenData(merger.stations, board, system_clock)
        if works:
            daily = asyncio.create_task(Daily(published, coverage, engines.snapshots, system_clock).run())
            closing.push_async_callback(ended, (daily,))
        yield Rooms(city, index, board, store, federation, gazetteer, gateway, till, published)


def _status(board: LiveBoard) -> Callable[[EvseId], Status]:
    return lambda evse_id: board.read(evse_id).status


def _telling(federation: Federation) -> list[SourceId]:
    """Operators that tell live status, or could."""
    tells = (StatusSource, PushReceiver, SocketReceiver)
    sources = [feed.source for feed in federation.feeds()]
    return [source for source in sources if isinstance(federation.network.connector(source), tells)]
