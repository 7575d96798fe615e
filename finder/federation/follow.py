"""Keeps merged stations and the index in step with the store, whoever wrote to it."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from itertools import islice

import structlog

from finder.errors import FinderError, Unavailable
from finder.live.board import LiveBoard
from finder.stations.index import StationIndex
from finder.stations.merge import Merger
from finder.stations.model import EvseId, SourceId, Station, StationId
from finder.stations.store import StationChange, StationStore

BATCH = 1_000
log = structlog.get_logger(__name__)


class Follower:
    """Reads the store from its first revision, then what comes. What the index or the board could not take waits."""

    def __init__(
        self, store: StationStore, merger: Merger, index: StationIndex, board: LiveBoard, *, every_s: float = 1.0
    ) -> None:
        self._store, self._merger, self._index, self._board = store, merger, index, board
        self._every_s = every_s
        self._revision = 0
        self._rebuilt = False
        self._puts: dict[StationId, Station] = {}
        self._removes: set[StationId] = set()
        self._forget: set[EvseId] = set()
        self._evses: dict[SourceId, dict[EvseId, StationId]] = defaultdict(dict)
        self._fetched_at: dict[SourceId, datetime] = {}
        self._changed = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()

    def evses(self, source: SourceId) -> Mapping[EvseId, StationId]:
        """The EVSEs of a feed, and the feed's station that each belongs to."""
        return self._evses.get(source, {})

    def fetched_at(self, source: SourceId) -> datetime | None:
        """When the newest record of a feed was taken."""
        return self._fetched_at.get(source)

    def wake(self) -> None:
        """Says that the store was written to, so that nobody waits for the next look."""
        self._changed.set()

    async def step(self) -> None:
        """Takes what is new. The first time, rebuilds the index. Raises Unavailable; a repeat completes it."""
        async with self._one_at_a_time:
            if not self._rebuilt or await self._store.revision() > self._revision:
                async for batch in self._store.since(self._revision, BATCH):
                    self._take(batch)
                    await asyncio.sleep(0)
            if not self._rebuilt:
                began = time.perf_counter()
                self._puts.clear()
                self._removes.clear()
                total = await self._index.rebuild(self._batches())
                self._rebuilt = True
                log.info("index_rebuilt", stations=total, seconds=round(time.perf_counter() - began, 2))
            await self._flush()

    async def run(self) -> None:
        """Follows until it is cancelled."""
        trouble = ""
        while True:
            self._changed.clear()
            try:
                await self.step()
                if trouble:
                    log.info("follower_recovered")
                trouble = ""
            except Unavailable as away:
                if trouble != away.code:
                    log.warning("follower_waits", code=away.code, error=away.en)
                trouble = away.code
                self._changed.clear()
            except FinderError as error:
                log.error("follower_failed", code=error.code, error=error.en)
                self._changed.clear()
            try:
                async with asyncio.timeout(self._every_s):
                    await self._changed.wait()
            except TimeoutError:
                continue

    def _take(self, changes: Sequence[StationChange]) -> None:
        for change in changes:
            self._note_evses(change)
        merged = self._merger.apply(changes)
        for station in merged.puts:
            self._puts[station.id] = station
            self._removes.discard(station.id)
        for station_id in merged.removes:
            self._puts.pop(station_id, None)
            self._removes.add(station_id)
        self._revision = changes[-1].revision

    def _note_evses(self, change: StationChange) -> None:
        owned = self._evses[change.source]
        old = self._merger.get(change.station_id)
        now = {evse.id for evse in change.station.evses} if change.station else set()
        for evse in old.evses if old else ():
            if evse.id not in now and owned.get(evse.id) == change.station_id:
                del owned[evse.id]
                self._forget.add(evse.id)
        for evse_id in now:
            owned[evse_id] = change.station_id
            self._forget.discard(evse_id)
        if change.station:
            for each in change.station.provenance:
                known = self._fetched_at.get(change.source)
                if each.source == change.source and (known is None or each.fetched_at > known):
                    self._fetched_at[change.source] = each.fetched_at

    async def _flush(self) -> None:
        while self._puts:
            part = dict(islice(self._puts.items(), BATCH))
            await self._index.put(part.values())
            for station_id, station in part.items():
                if self._puts.get(station_id) is station:
                    del self._puts[station_id]
        if self._removes:
            going = frozenset(self._removes)
            await self._index.remove(going)
            self._removes -= going
        if self._forget:
            forgotten = frozenset(self._forget)
            await self._board.forget(forgotten)
            self._forget -= forgotten

    async def _batches(self) -> AsyncIterator[Sequence[Station]]:
        stations = self._merger.stations()
        while batch := list(islice(stations, BATCH)):
            yield batch
            await asyncio.sleep(0)
