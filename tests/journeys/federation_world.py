"""A federation over real engines in this process, and operators whose every answer a test can change."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from finder.connectors.sdk.ports import (
    OperatorConnector,
    PushAnswer,
    PushRequest,
    Rhythm,
    StationPage,
    StatusPage,
)
from finder.federation.federation import Federation
from finder.federation.health import Failure, FailureKind
from finder.kernel.breaker import BreakerLimits
from finder.kernel.geo import Point
from finder.live.memory import MemoryBoard
from finder.live.model import Observation, Status
from finder.stations.memory import MemoryIndex
from finder.stations.merge import Merger
from finder.stations.model import Connector, ConnectorType, Evse, Operator, Provenance, Station
from finder.stations.sql import SqlStore
from finder.storage.database import Database

QUICK = Rhythm(
    catalogue=timedelta(milliseconds=20), changes=timedelta(milliseconds=20), status=timedelta(milliseconds=10)
)


def now() -> datetime:
    return datetime.now(UTC)


def station(source: str, number: int, *, east: float = 0.0, name: str | None = None) -> Station:
    station_id = f"{source}/{number}"
    return Station(
        id=station_id,
        name=name or f"{source}第{number}站",
        operator=Operator(id=source, name=f"{source}公司"),
        place=Point(38.4 + number / 100, 112.7 + east / 87_000),
        evses=(Evse(id=f"{station_id}-1", connectors=(Connector(id="1", type=ConnectorType.GBT_DC, power_kw=60.0),)),),
        provenance=(Provenance(source=source, native_id=str(number), fetched_at=now()),),
    )


@dataclass
class Feed:
    """An operator in this process, whose every answer a test can change."""

    source: str
    name: str = "晋北充电"
    rhythm: Rhythm = QUICK
    practice: bool = False
    pages: list[StationPage] = field(default_factory=list)
    seen: list[Observation] = field(default_factory=list)
    fault: Exception | None = None
    hang: bool = False
    asked: list[datetime | None] = field(default_factory=list)
    status_asked: int = 0
    closed: bool = False
    answer: PushAnswer = field(default_factory=lambda: PushAnswer(200, b"{}"))

    async def stations(self, since: datetime | None) -> AsyncIterator[StationPage]:
        self.asked.append(since)
        await self._trouble()
        for page in self.pages:
            yield page

    async def status(self, stations: Sequence[Station]) -> StatusPage:
        self.status_asked += 1
        await self._trouble()
        return StatusPage(self.seen)

    async def receive(self, request: PushRequest) -> PushAnswer:
        await self._trouble()
        return self.answer

    async def close(self) -> None:
        self.closed = True

    async def _trouble(self) -> None:
        if self.hang:
            await asyncio.sleep(60)
        if self.fault:
            raise self.fault


class Catalogue:
    """A feed that has stations and nothing else."""

    def __init__(self, source: str, pages: list[StationPage]) -> None:
        self.feed = Feed(source, pages=pages)
        self.source, self.name, self.rhythm, self.practice = source, "名录", QUICK, False

    def stations(self, since: datetime | None) -> AsyncIterator[StationPage]:
        return self.feed.stations(since)

    async def close(self) -> None:
        return None


@dataclass
class World:
    store: SqlStore
    index: MemoryIndex
    board: MemoryBoard
    federation: Federation

    def failure(self, kind: FailureKind, source: str = "a") -> Failure | None:
        found = [f for f in self.federation.failures() if f.kind is kind and f.source == source]
        return found[0] if found else None

    def code(self, kind: FailureKind, source: str = "a") -> str | None:
        failure = self.failure(kind, source)
        return failure.code if failure else None


@asynccontextmanager
async def world(path: Path, *feeds: OperatorConnector, started: bool = True, **options: Any) -> AsyncIterator[World]:
    store, index, board = SqlStore(Database(f"sqlite:///{path}")), MemoryIndex(), MemoryBoard()
    await board.start()
    options = {"breaker": BreakerLimits(pause_s=0.02, pause_max_s=0.05), "follow_every_s": 0.02, **options}
    federation = Federation(feeds, store, Merger(), index, board, **options)
    if started:
        await federation.start()
    try:
        yield World(store, index, board, federation)
    finally:
        await federation.close()
        await board.close()
        await index.close()
        await store.close()


async def until(holds: Callable[[], Any], seconds: float = 5.0) -> None:
    async with asyncio.timeout(seconds):
        while True:
            met = holds()
            if asyncio.iscoroutine(met):
                met = await met
            if met:
                return
            await asyncio.sleep(0.005)


def seen(
    evse_id: str, status: Status = Status.AVAILABLE, *, at: datetime | None = None, source: str = "a"
) -> Observation:
    return Observation(evse_id, status, at or now(), source)


async def found(w: World, *ids: str) -> bool:
    return set(await w.index.get(ids)) == set(ids)
