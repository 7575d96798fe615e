"""What an operator says, checked and put where it belongs: stations into the store, status onto the board."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from finder.connectors.sdk.ports import OperatorConnector, Refused, StationPage, StationSource, StatusSource
from finder.connectors.sdk.prices import priced
from finder.connectors.sdk.sessions import SessionSeen
from finder.errors import BoardUnavailable, OperatorError, OperatorLied, OperatorUnavailable
from finder.federation.follow import Follower
from finder.federation.health import FeedHealth
from finder.federation.limits import Limits
from finder.federation.quality.guard import Guard
from finder.live.board import LiveBoard, Outcome
from finder.live.model import Observation
from finder.stations.merge import Merger
from finder.stations.model import EvseId, Station, Tariff
from finder.stations.store import StationStore


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a question that was answered: a complaint about the answer, and whether it has to be asked again."""

    complaint: OperatorError | None = None
    again: bool = False


class Ingest:
    """One operator's way in. Raises OperatorError for what is its fault, Unavailable for what is ours."""

    def __init__(
        self,
        connector: OperatorConnector,
        health: FeedHealth,
        store: StationStore,
        merger: Merger,
        board: LiveBoard,
        follower: Follower,
        limits: Limits,
        guard: Guard,
    ) -> None:
        self._connector, self._health, self._store = connector, health, store
        self._merger, self._board, self._follower, self._limits = merger, board, follower, limits
        self.guard = guard
        self._kept: dict[EvseId, Observation] = {}

    async def stations(self, feed: StationSource, since: datetime | None) -> Taken:
        """Reads the whole catalogue (since=None) or what changed. Only a whole one that ended well removes stations."""
        source = self._connector.source
        seen: set[str] = set()
        complaint: OperatorError | None = None
        repeats = 0
        async for page in self._pages(feed, since):
            ids = {station.id for station in page.stations}
            repeats += bool(ids) and ids <= seen
            seen |= ids | {f"{source}/{record.native_id}" for record in page.refused}
            if repeats > self._limits.max_repeats or len(seen) > self._limits.max_stations:
                raise self._endless(len(seen))
            good, foreign = self._own(page.stations)
            complaint = self._not_owned(foreign) or complaint
            self.refuse((*page.refused, *foreign))
            if good:
                await self._store.put(source, self.guard.stations(good))
            await self.remove(page.removed)
        if since is None:
            known = await self._store.ids(source)
            vanished = known - seen
            if len(vanished) * 2 > len(known):
                return Taken(self._shrank(len(vanished), len(known)), again=True)
            await self._store.remove(source, sorted(vanished))
            self._follower.wake()
        return Taken(complaint)

    async def status(self, feed: StatusSource) -> Taken:
        """Asks for the live status of every station of this feed."""
        records = iter(list(self._merger.records(self._connector.source).values()))
        complaint: OperatorError | None = None
        while batch := list(islice(records, self._limits.stations_per_status)):
            try:
                async with asyncio.timeout(self._limits.status_s):
                    page = await feed.status(batch)
            except TimeoutError as late:
                raise self._late() from late
            self.refuse(page.refused)
            complaint = await self.observe(page.observations) or complaint
        return Taken(complaint)

    async def observe(self, observations: Sequence[Observation]) -> OperatorError | None:
        """Puts this feed's own EVSEs' status on the board; returns what is wrong with the others."""
        source = self._connector.source
        known: Mapping[EvseId, str] = self._follower.evses(source)
        foreign = [
            Refused(o.evse_id, "EVSE_NOT_OWNED", "不属于该运营商的充电桩", "an EVSE of another operator")
            for o in observations
            if o.source != source or not o.evse_id.startswith(f"{source}/")
        ]
        # What the catalogue does not name is not kept either: it would have no end, and nobody could look at it.
        own = self.guard.observe([o for o in observations if o.source == source and o.evse_id in known])
        if own:
            outcomes = await self._board.observe(own)
            if any(outcome is not Outcome.FUTURE for outcome in outcomes):
                self._health.heard()
            ahead = [o for o, outcome in zip(own, outcomes, strict=True) if outcome is Outcome.FUTURE]
            if ahead:
                zh, en = "观测时间在未来", "seen in the future"
                self.refuse(Refused(o.evse_id, "OBSERVATION_IN_FUTURE", zh, en) for o in ahead)
                return self._ahead(len(ahead))
        self.refuse(foreign)
        return self._not_owned(foreign)

    async def compare(self, running: Mapping[EvseId, SessionSeen]) -> None:
        """Corrects what bays say where the operator's own sessions prove it wrong. Raises BoardUnavailable."""
        known = self._follower.evses(self._connector.source)
        own = {evse_id: seen for evse_id, seen in running.items() if evse_id in known}
        if wrong := self.guard.sessions(own, self._board.read):
            await self._board.observe(wrong)

    async def put(self, stations: Sequence[Station]) -> OperatorError | None:
        """Takes stations that were pushed."""
        good, foreign = self._own(stations)
        self.refuse(foreign)
        if good:
            await self._store.put(self._connector.source, self.guard.stations(good))
            self._follower.wake()
        return self._not_owned(foreign)

    async def price(self, told: Mapping[str, Mapping[str, Tariff]]) -> None:
        """Takes prices that were pushed, of the stations that are known; by native station id, then by current."""
        source = self._connector.source
        known = self._merger.records(source)
        stations = [
            station
            for native_id, tariffs in told.items()
            if (old := known.get(f"{source}/{native_id}")) and (station := priced(old, tariffs))
        ]
        if stations:
            await self._store.put(source, stations)
            self._follower.wake()

    async def remove(self, native_ids: Sequence[str]) -> None:
        """Takes note that stations are gone, as a push said."""
        source = self._connector.source
        await self._store.remove(source, [f"{source}/{native_id}" for native_id in native_ids])
        self._follower.wake()

    def refuse(self, refused: Iterable[Refused]) -> None:
        """Notes records that could not be taken."""
        listed = list(refused)
        self._health.refuse(listed)
        for record in listed:
            self.guard.refused(record.native_id, record.zh, record.en)

    def keep(self, observations: Iterable[Observation]) -> None:
        """Remembers what the board could not take, the newest of each EVSE, until `deliver`."""
        for seen in observations:
            before = self._kept.get(seen.evse_id)
            if before is None and len(self._kept) >= self._limits.kept_observations:
                continue
            if before is None or before.observed_at < seen.observed_at:
                self._kept[seen.evse_id] = seen

    async def deliver(self) -> None:
        """Gives the board what was kept. Never raises for a board that is still away."""
        if not self._kept:
            return
        waiting, self._kept = list(self._kept.values()), {}
        try:
            await self.observe(waiting)
        except BoardUnavailable:
            self.keep(waiting)

    async def _pages(self, feed: StationSource, since: datetime | None) -> AsyncIterator[StationPage]:
        clock = asyncio.get_running_loop().time
        deadline = clock() + self._limits.catalogue_s
        async with _closing(feed.stations(since)) as pages:
            while True:
                left = deadline - clock()
                try:
                    if left <= 0:
                        raise TimeoutError
                    async with asyncio.timeout(min(left, self._limits.page_s)):
                        page = await anext(pages)
                except StopAsyncIteration:
                    return
                except TimeoutError as late:
                    raise self._late() from late
                yield page
                await asyncio.sleep(0)

    def _own(self, stations: Sequence[Station]) -> tuple[list[Station], list[Refused]]:
        prefix = f"{self._connector.source}/"
        good: list[Station] = []
        foreign: list[Refused] = []
        for station in stations:
            if all(i.startswith(prefix) for i in (station.id, *(evse.id for evse in station.evses))):
                good.append(station)
            else:
                zh, en = "站点或充电桩编号不属于该运营商", "the station or an EVSE has another operator's id"
                foreign.append(Refused(station.id, "STATION_NOT_OWNED", zh, en))
        return good, foreign

    def _not_owned(self, foreign: Sequence[Refused]) -> OperatorError | None:
        if not foreign:
            return None
        name = self._connector.name
        return OperatorLied(
            f"{name}上报了不属于它的 {len(foreign)} 条数据，已拒收",
            f"{name} reported {len(foreign)} records that are not its own; they were refused",
            code=foreign[0].code,
        )

    def _late(self) -> OperatorError:
        name = self._connector.name
        return OperatorUnavailable(
            f"{name}的平台未在时限内应答，稍后自动重试",
            f"{name}'s platform did not answer in time; it is asked again later",
            code="OPERATOR_TIMEOUT",
        )

    def _endless(self, count: int) -> OperatorError:
        name = self._connector.name
        return OperatorLied(
            f"{name}的目录重复或没有尽头（已读 {count} 站），已停止读取",
            f"{name}'s catalogue repeats itself or never ends ({count} stations read); reading was stopped",
            code="CATALOGUE_ENDLESS",
        )

    def _shrank(self, vanished: int, known: int) -> OperatorError:
        name = self._connector.name
        return OperatorLied(
            f"{name}的目录一次少了 {vanished}/{known} 站，不予采信，继续使用原有站点",
            f"{name}'s catalogue lost {vanished} of {known} stations at once; the old ones are kept",
            code="CATALOGUE_SHRANK",
        )

    def _ahead(self, count: int) -> OperatorError:
        name = self._connector.name
        return OperatorLied(
            f"{name}上报的 {count} 条状态时间在未来，已拒收，请对方校时",
            f"{name} reported {count} statuses from the future; they were refused: its clock is to be set",
            code="OBSERVATION_IN_FUTURE",
        )


@asynccontextmanager
async def _closing(pages: AsyncIterator[StationPage]) -> AsyncIterator[AsyncIterator[StationPage]]:
    try:
        yield pages
    finally:
        if isinstance(pages, AsyncGenerator):
            await pages.aclose()
