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
from finder.errors import NotFound, SettingsError, Unavailable
from finder.federation.breaker import Breaker, BreakerLimits
from finder.federation.follow import Follower
from finder.federation.health import Failure, Feed, FeedHealth
from finder.federation.ingest import Ingest
from finder.federation.limits import Limits
from finder.federation.operator import Operator, Sessions, no_receiver
from finder.federation.quality.guard import Bounds, Guard
from finder.federation.quality.model import Quality
from finder.federation.quality.prices import UsualPrice
from finder.federation.quality.score import score
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
    ) -> None:
        limits, breaker = limits or Limits(), breaker or BreakerLimits()
        self._merger, self._board = merger, board
        self._follower = Follower(store, merger, index, board, every_s=follow_every_s)
        self._operators: dict[SourceId, Operator] = {}
        self._task: asyncio.Task[None] | None = None
        self._usual = UsualPrice(merger.stations, clock)
        self._clock = clock
        self._qualities: dict[SourceId, tuple[datetime, Quality]] = {}
        for connector in connectors:
            source = connector.source
            if source in self._operators or not source or "/" in source:
                raise SettingsError(
                    f"运营商编号 {source!r} 重复、为空或含有“/”，请修改配置",
                    f"operator id {source!r} is used twice, empty, or holds a '/': change the configuration",
                )
            health = FeedHealth(source, connector.name, clock)
            guard = Guard(source, clock, self._usual, Bounds(flaps=connector.rhythm.flaps))
            ingest = Ingest(connector, health, store, merger, board, self._follower, limits, guard)
            self._operators[source] = Operator(
                connector,
                ingest,
                health,
                Breaker(breaker),
                limits,
                clock,
                lambda source=source: len(self._follower.evses(source)),  # type: ignore[misc]
                sessions,
            )
        live = [c.source for c in connectors if isinstance(c, StatusSource | PushReceiver)]
        merger.trust(rank_by(live, [c.source for c in connectors]))
        board.set_freshness({c.source: c.rhythm.freshness for c in connectors})

    async def start(self) -> None:
        """Serves what was kept, then begins to ask. A store or index that is away is waited for in the background."""
        try:
            await self._follower.step()
        except Unavailable as away:
            log.warning("started_without_what_was_kept", code=away.code, error=away.en)
        self._task = asyncio.create_task(self.run())

    async def run(self) -> None:
        """Works until it is cancelled; `start` does this in the background."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follower.run())
            for operator in self._operators.values():
                tasks.create_task(operator.run())

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

    async def serve(self, source: SourceId, socket: OperatorSocket) -> None:
        """Serves a socket that an operator's device opened, until it ends. Raises NotFound."""
        operator = self._operators.get(source)
        if operator is None:
            raise no_receiver(source)
        await operator.serve(socket)

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

    def failures(self) -> list[Failure]:
        """What is in trouble now, operator by operator."""
        return [failure for operator in self._operators.values() for failure in self._failures(operator)]

    def feeds(self) -> list[Feed]:
        """Every operator, then every feed that came as a file."""
        imported = [source for source in self._merger.sources() if source not in self._operators]
        return [self._feed(source) for source in (*self._operators, *imported)]

    def quality(self, source: SourceId) -> Quality:
        """How good a feed's data is, as of at most half a minute ago. Raises NotFound."""
        known = self._qualities.get(source)
        if known is None or self._clock() - known[0] > QUALITY_AGE:
            known = self._qualities[source] = self._clock(), self._quality(source)
        return known[1]

    def _quality(self, source: SourceId) -> Quality:
        operator, records = self._operators.get(source), self._merger.records(source)
        if operator is None and not records:
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
        operator = self._operators.get(source)
        return operator.connector.name if operator else IMPORTED.get(source, source)

    def _failures(self, operator: Operator) -> list[Failure]:
        silence = operator.silence()
        return [*operator.health.failures(), *([silence] if silence else [])]

    def _feed(self, source: SourceId) -> Feed:
        operator = self._operators.get(source)
        records = self._merger.records(source)
        practice = operator.connector.practice if operator else next(iter(records.values())).practice
        kept_at = self._follower.fetched_at(source)
        return Feed(
            source=source,
            name=self.name_of(source),
            practice=practice,
            stations=len(records),
            evses=len(self._follower.evses(source)),
            stations_at=(operator.health.stations_at if operator else None) or kept_at,
            status_at=operator.health.status_at if operator else None,
            failures=self._failures(operator) if operator else (),
            refused=tuple(operator.health.refused) if operator else (),
        )
