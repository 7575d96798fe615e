"""Keeps every operator's stations and live status in step, and tells how each feed is."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta

import structlog

from finder.connectors.sdk.control import EnergySource, StationEnergy
from finder.connectors.sdk.ports import (
    OperatorConnector,
    OperatorSocket,
    PushAnswer,
    PushReceiver,
    PushRequest,
    StatusSource,
)
from finder.errors import FinderError, NotFound, SettingsError, Unavailable
from finder.federation.daily import Bills
from finder.federation.follow import Follower
from finder.federation.health import Failure, FailureKind, Feed, FeedHealth
from finder.federation.ingest import Ingest
from finder.federation.limits import Limits
from finder.federation.network import Network
from finder.federation.operator import Operator, Sessions, no_receiver
from finder.federation.quality.guard import Bounds, Guard
from finder.federation.quality.model import Quality
from finder.federation.quality.prices import UsualPrice
from finder.federation.quality.score import score
from finder.kernel.breaker import Breaker, BreakerLimits
from finder.kernel.clock import Clock, system_clock
from finder.live.board import LiveBoard
from finder.stations.index import StationIndex
from finder.stations.merge import Merger, rank_by, source_of
from finder.stations.model import SourceId, Station, StationId
from finder.stations.store import StationStore

# Feeds that come as files, as people call them.
IMPORTED = {
    "ocm": "Open Charge Map",
    "afdc": "NREL AFDC",
    "bnetza": "Bundesnetzagentur",
    "urbanev": "UrbanEV",
    "st-evcdp": "ST-EVCDP",
}
QUALITY_AGE = timedelta(seconds=30)
log = structlog.get_logger(__name__)


class Federation:
    """Every operator's tasks, and the follower that brings the store into the index."""

    def __init__(
        self,
        connectors: Sequence[OperatorConnector],
        store: StationStore,
        merger: Merger,
        index: StationIndex,
        board: LiveBoard,
        clock: Clock = system_clock,
        *,
        limits: Limits | None = None,
        breaker: BreakerLimits | None = None,
        follow_every_s: float = 1.0,
        sessions: Sessions | None = None,
        bills: Bills | None = None,
    ) -> None:
        self._bills = bills
        self._limits, self._breaker, self._sessions = limits or Limits(), breaker or BreakerLimits(), sessions
        self._store, self._merger, self._board = store, merger, board
        self._follower = Follower(store, merger, index, board, every_s=follow_every_s)
        self._operators: dict[SourceId, Operator] = {}
        self.network = Network(self._operators, self._follower.evses)
        self._away: dict[SourceId, Failure] = {}  # operators that were taken out, and why
        self._live: dict[SourceId, bool] = {}  # in the order in which they are believed; whether they tell live status
        self._task: asyncio.Task[None] | None = None
        self._group: asyncio.TaskGroup | None = None
        self._running: dict[SourceId, asyncio.Task[None]] = {}
        self._usual = UsualPrice(merger.stations, clock)
        self._clock = clock
        self._qualities: dict[SourceId, tuple[datetime, Quality]] = {}
        for connector in connectors:
            if connector.source in self._operators:
                raise _bad_source(connector.source)
            self._take_in(connector)
        self._fixed = frozenset(self._operators)

    async def add(self, connector: OperatorConnector) -> None:
        """Takes an operator in while the others run; one of the same source gives way to it, its data stay.

        Raises SettingsError for a source id that cannot be used or that was there from the beginning.
        """
        source = connector.source
        if source in self._fixed:
            raise _bad_source(source)
        before = self._operators.get(source)
        self._take_in(connector)
        if before is not None:
            await self._let_go(before)
        self._begin(source)

    async def pause(self, source: SourceId, name: str, why: FinderError) -> None:
        """Takes an operator out; its stations stay, their status becomes UNKNOWN, and its failure says why.

        A repeat completes what an error broke off. Raises BoardUnavailable.
        """
        failure = Failure(source, name, FailureKind.STATUS, why.code, why, self._clock(), why.retryable)
        operator = self._operators.pop(source, None)
        self._away[source] = failure
        if operator is not None:
            await self._let_go(operator)
        await self._board.forget(list(self._follower.evses(source)))
        self._qualities.pop(source, None)

    async def remove(self, source: SourceId) -> None:
        """Takes an operator out with all its stations. A repeat completes it. Raises StoreUnavailable."""
        operator = self._operators.pop(source, None)
        if operator is not None:
            await self._let_go(operator)
        for kept in (self._away, self._qualities, self._live):
            kept.pop(source, None)
        await self._store.remove(source, sorted(await self._store.ids(source)))
        self._follower.wake()

    def _take_in(self, connector: OperatorConnector) -> None:
        source = connector.source
        if not source or "/" in source:
            raise _bad_source(source)
        health = FeedHealth(source, connector.name, self._clock)
        guard = Guard(source, self._clock, self._usual, Bounds(flaps=connector.rhythm.flaps))
        args = (self._store, self._merger, self._board, self._follower, self._limits, guard)
        self._operators[source] = Operator(
            connector,
            Ingest(connector, health, *args),
            health,
            Breaker(self._breaker),
            self._limits,
            self._clock,
            lambda: len(self._follower.evses(source)),
            self._sessions,
            self._bills,
        )
        self._away.pop(source, None)
        self._qualities.pop(source, None)
        self._live[source] = isinstance(connector, StatusSource | PushReceiver)
        self._merger.trust(rank_by([each for each, live in self._live.items() if live], list(self._live)))
        self._board.set_freshness({source: connector.rhythm.freshness})

    def _begin(self, source: SourceId) -> None:
        if self._group is not None:
            self._running[source] = self._group.create_task(self._operators[source].run())

    async def _let_go(self, operator: Operator) -> None:
        """Stops an operator's tasks, then its connections; whatever it said last has arrived when this ends."""
        task = self._running.pop(operator.connector.source, None)
        if task is not None:
            task.cancel()
            await asyncio.wait((task,))
        await operator.idle()
        await operator.connector.close()

    async def start(self) -> None:
        """Serves what was kept, then begins to ask. A store or index that is away is waited for in the background."""
        try:
            await self._follower.step()
        except Unavailable as away:
            log.warning("started_without_what_was_kept", code=away.code, error=away.en)
        self._task = asyncio.create_task(self.run())

    async def run(self) -> None:
        """Works until it is cancelled; `start` does this in the background."""
        try:
            async with asyncio.TaskGroup() as self._group:
                self._group.create_task(self._follower.run())
                for source in self._operators:
                    self._begin(source)
        finally:
            self._group = None

    async def close(self) -> None:
        """Stops asking, and lets go of connectors; not of store, index and board, which belong to the caller."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        for operator in self._operators.values():
            await operator.connector.close()

    async def receive(self, source: SourceId, request: PushRequest) -> PushAnswer:
        """Answers an operator's push in its protocol's own form.

        Raises NotFound; Busy or Unavailable where it should be sent again.
        """
        operator = self._operators.get(source)
        if operator is None:
            raise no_receiver(source)
        return await operator.receive(request)

    def records(self, source: SourceId) -> Mapping[StationId, Station]:
        """A feed's own records, as it told them."""
        return self._merger.records(source)

    async def energy(self, station_id: StationId, first: date, last: date) -> StationEnergy:
        """What a station gave, as its operator counts. Raises NotFound where it does not count; OperatorError."""
        operator = self._operators.get(source_of(station_id))
        if operator is None or not isinstance(operator.connector, EnergySource):
            raise NotFound(
                f"充电站 {station_id!r} 的运营商不提供电量统计",
                f"the operator of station {station_id!r} tells no energy",
                code="NO_STATS",
            )
        return await operator.connector.energy(station_id, first, last)

    async def serve(self, source: SourceId, socket: OperatorSocket) -> None:
        """Serves a socket that an operator's device opened, until it ends. Raises NotFound."""
        operator = self._operators.get(source)
        if operator is None:
            raise no_receiver(source)
        await operator.serve(socket)

    def failures(self) -> list[Failure]:
        """What is in trouble now, operator by operator."""
        working = [failure for operator in self._operators.values() for failure in self._failures(operator)]
        return [*working, *self._away.values()]

    def feeds(self) -> list[Feed]:
        """Every operator, then every feed that came as a file."""
        asked = (*self._operators, *self._away)
        imported = [source for source in self._merger.sources() if source not in asked]
        return [self._feed(source) for source in (*asked, *imported)]

    def quality(self, source: SourceId) -> Quality:
        """How good a feed's data is, as of at most half a minute ago. Raises NotFound."""
        known = self._qualities.get(source)
        if known is None or self._clock() - known[0] > QUALITY_AGE:
            known = self._qualities[source] = self._clock(), self._quality(source)
        return known[1]

    def _quality(self, source: SourceId) -> Quality:
        operator, records = self._operators.get(source), self._merger.records(source)
        if operator is None and not records and source not in self._away:
            raise NotFound(f"没有数据源 {source!r}", f"there is no feed {source!r}", code="NO_SUCH_FEED")
        live = operator is not None and isinstance(operator.connector, StatusSource | PushReceiver)
        guard = operator.ingest.guard if operator is not None else None
        return score(
            source,
            records.values(),
            self._board.read if live else None,
            guard.findings() if guard else (),
            guard.quarantined() if guard else set(),
        )

    def name_of(self, source: SourceId) -> str:
        """As people call a feed."""
        operator, away = self._operators.get(source), self._away.get(source)
        if away is not None:
            return away.name
        return operator.connector.name if operator else IMPORTED.get(source, source)

    def _failures(self, operator: Operator) -> list[Failure]:
        silence = operator.silence()
        return [*operator.health.failures(), *([silence] if silence else [])]

    def _feed(self, source: SourceId) -> Feed:
        operator = self._operators.get(source)
        records = self._merger.records(source)
        practice = operator.connector.practice if operator else any(r.practice for r in records.values())
        away = (self._away[source],) if source in self._away else ()
        kept_at = self._follower.fetched_at(source)
        return Feed(
            source=source,
            name=self.name_of(source),
            practice=practice,
            stations=len(records),
            evses=len(self._follower.evses(source)),
            stations_at=(operator.health.stations_at if operator else None) or kept_at,
            status_at=operator.health.status_at if operator else None,
            failures=self._failures(operator) if operator else away,
            refused=tuple(operator.health.refused) if operator else (),
        )


def _bad_source(source: SourceId) -> SettingsError:
    return SettingsError(
        f"运营商编号 {source!r} 重复、为空或含有“/”，请修改配置",
        f"operator id {source!r} is used twice, empty, or holds a '/': change the configuration",
    )
