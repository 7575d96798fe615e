"""Follows the board for whoever watches a station: what is free is told, however this process learnt of it."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog

from finder.kernel.turns import carried_on, ended
from finder.live.board import LiveBoard, Subscription
from finder.live.model import Status
from finder.notices.alternatives import alternatives
from finder.notices.model import Alternative, Watch, WatchKind, bays_of, filled, shared_out
from finder.notices.ports import Stations
from finder.notices.rows import open_watches
from finder.notices.tables import FREED, WATCH
from finder.notices.telling import tell_filled, tell_freed
from finder.stations.filter import Filter
from finder.stations.model import EvseId, Station, StationId
from finder.storage.unit import Work, to_us

EVERY_S = 2.0
STATION_GOOD_FOR = timedelta(minutes=1)
KEPT = timedelta(days=1)  # what is over
_TIDY_EVERY = 300  # looks
_STATIONS_AT_ONCE = 200
log = structlog.get_logger(__name__)


class Watching:
    """One process's share; several may follow the same watches.

    Every two seconds, and at once when a watched bay changes, it compares who waits with what is free. So nothing is
    lost with a change that was missed, and nothing told from a change that is over.
    """

    def __init__(self, work: Work, board: LiveBoard, stations: Stations, wake: Callable[[], None]) -> None:
        self._work, self._board, self._stations, self._wake = work, board, stations, wake
        self._open: Mapping[StationId, Sequence[Watch]] = {}
        self._known: dict[StationId, tuple[Station, datetime]] = {}
        self._station_of: dict[EvseId, StationId] = {}
        self._flips: dict[EvseId, datetime] = {}
        self._quiet_until: dict[EvseId, datetime] = {}
        self._moved = asyncio.Event()
        self._dirty: set[StationId] = set()
        self._anew = False
        self._looks = 0

    def hear(self, _: StationId) -> None:
        """Somebody has begun to watch."""
        self._anew = True
        self._moved.set()

    async def run(self) -> None:
        """Follows until it is cancelled. A database that is away is waited for."""
        clock = asyncio.get_running_loop().time
        async with self._board.subscribe() as changes:
            listening = asyncio.create_task(self._listen(changes))
            try:
                while True:
                    until = clock() + EVERY_S
                    with carried_on(log, "watches"):
                        await self.step()
                    while not self._anew and (left := until - clock()) > 0:
                        with contextlib.suppress(TimeoutError):
                            async with asyncio.timeout(left):
                                await self._moved.wait()
                        self._moved.clear()
                        moved, self._dirty = self._dirty, set()
                        for station in moved:
                            with carried_on(log, "watches"):
                                await self._compare(station)
            finally:
                await ended((listening,))

    async def _listen(self, changes: Subscription) -> None:
        async for change in changes:
            station = self._station_of.get(change.evse_id)
            if station is None:
                continue
            # From unknown to free is no bay that frees: its operator was silent for a moment, or we were.
            if change.status is Status.AVAILABLE and change.previous is not Status.UNKNOWN:
                self._flips[change.evse_id] = change.observed_at
            self._dirty.add(station)
            self._moved.set()

    async def step(self) -> None:
        """One look at everything. Raises StoreUnavailable, IndexUnavailable."""
        self._anew = False
        now = self._work.clock()
        async with self._work.read() as connection:
            found = await open_watches(connection, now)
        grouped: defaultdict[StationId, list[Watch]] = defaultdict(list)
        for watch in found:
            grouped[watch.station].append(watch)
        self._open = grouped
        await self._learn(now)
        for station in list(grouped):
            await self._compare(station)
        self._looks += 1
        if self._looks % _TIDY_EVERY == 1:
            await self._tidy(now)

    async def _learn(self, now: datetime) -> None:
        """Reads the stations that are watched, so that a flip of a bay is known for one of theirs."""
        self._known = {
            each: known
            for each, known in self._known.items()
            if each in self._open and now - known[1] < STATION_GOOD_FOR
        }
        missing = [each for each in self._open if each not in self._known]
        for start in range(0, len(missing), _STATIONS_AT_ONCE):
            part = missing[start : start + _STATIONS_AT_ONCE]
            found = await self._stations.stations(part)
            self._known |= {each: (found[each], now) for each in part if each in found}
        self._station_of = {evse.id: each for each, (station, _) in self._known.items() for evse in station.evses}
        for kept in (self._flips, self._quiet_until):
            for evse in [evse for evse in kept if evse not in self._station_of]:
                del kept[evse]

    async def _compare(self, station_id: StationId) -> None:
        """What this station's bays are now against what is waited for."""
        known, watches = self._known.get(station_id), self._open.get(station_id, ())
        if known is None or not watches:
            return
        station = known[0]
        told = {watch.id for watch in await self._freed(station, [w for w in watches if w.kind is WatchKind.FREES])}
        driving = [watch for watch in watches if watch.kind is WatchKind.DRIVING and self._full(watch, station)]
        if driving:
            found = await self._elsewhere(station, driving)
            async with self._work.begin() as unit:
                await tell_filled(unit, station, driving, found)
            told |= {watch.id for watch in driving}
        if told:
            self._open = {**self._open, station_id: [watch for watch in watches if watch.id not in told]}
            self._wake()

    async def _freed(self, station: Station, watches: Sequence[Watch]) -> Sequence[Watch]:
        told: list[Watch] = []
        for evse, reading in zip(station.evses, self._board.read_all([e.id for e in station.evses]), strict=True):
            if reading.status is not Status.AVAILABLE or not any(w.suits(evse) for w in watches if w not in told):
                continue
            flip, now = self._flips.get(evse.id), self._work.clock()
            if flip is None and now < self._quiet_until.get(evse.id, now):
                continue
            seen_at = flip or reading.observed_at or now
            async with self._work.begin() as unit:
                these, quiet_until = await tell_freed(unit, station, evse, seen_at, flipped=flip is not None)
            if self._flips.get(evse.id) == flip:
                self._flips.pop(evse.id, None)
            self._quiet_until[evse.id] = quiet_until
            told += these
        return told

    def _full(self, watch: Watch, station: Station) -> bool:
        return filled(self._board.read_all([evse.id for evse in bays_of(watch, station)]))

    async def _elsewhere(self, station: Station, watches: Sequence[Watch]) -> Mapping[str, Alternative | None]:
        """The nearest with a free bay, for each of these; asked for once for all who want the same."""
        alike: defaultdict[Filter, list[str]] = defaultdict(list)
        for watch in watches:
            alike[watch.want].append(watch.id)
        told: dict[str, Alternative | None] = {}
        for want, ids in alike.items():
            told |= shared_out(ids, await alternatives(self._stations, self._board, station, want))
        return told

    async def _tidy(self, now: datetime) -> None:
        """Forgets what is over."""
        before = to_us(now - KEPT)
        async with self._work.begin() as unit:
            await unit.connection.execute(sa.delete(WATCH).where(WATCH.c.until < before))
            await unit.connection.execute(sa.delete(FREED).where(FREED.c.told_at < before))
