"""This process's memory of the board: what was last seen, who listens, and what has grown too old."""

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta

from finder.kernel.clock import Clock, system_clock
from finder.live.blocks import ABOVE, EPOCH, MICROSECOND, Mark, charged_at, microseconds
from finder.live.board import DEFAULT_FRESHNESS, MAX_AHEAD, Outcome
from finder.live.model import CITIZENS, Change, Observation, Reading, Status
from finder.stations.model import EvseId, SourceId

QUEUE = 1_000  # changes that wait for one subscriber before the oldest are dropped
SWEEP_SECONDS = 0.5

# At one moment two sources may differ; then the higher rank stands, so that a wrong 'free' is the least likely.
RANK = {status: rank for rank, status in enumerate(Status)}
RANK[Status.UNKNOWN] = -1

Cell = tuple[int, int, SourceId, Status]  # microseconds since 1970, rank, source, status; compared in this order


def cell_of(seen: Observation) -> Cell:
    """An observation as it is kept."""
    return microseconds(seen.observed_at), RANK[seen.status], seen.source, seen.status


class Listener:
    """One subscriber's queue."""

    def __init__(self) -> None:
        self.dropped = 0
        self._changes: deque[Change] = deque()
        self._more = asyncio.Event()
        self._closed = False

    def offer(self, change: Change) -> None:
        """Takes a change; where the queue is full the oldest gives way."""
        if len(self._changes) >= QUEUE:
            self._changes.popleft()
            self.dropped += 1
        self._changes.append(change)
        self._more.set()

    def end(self) -> None:
        """No more changes come; what waits is still read."""
        self._closed = True
        self._more.set()

    def __aiter__(self) -> "Listener":
        return self

    async def __anext__(self) -> Change:
        while not self._changes:
            if self._closed:
                raise StopAsyncIteration
            self._more.clear()
            await self._more.wait()
        return self._changes.popleft()


class Mirror:
    """The newest cell of each EVSE; every engine reads from one."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.cells: dict[EvseId, Cell] = {}
        self.marks: dict[EvseId, Mark] = {}  # kept after their end, so that what is told late changes nothing
        self._limits: dict[SourceId, int] = {}
        self._default = DEFAULT_FRESHNESS // MICROSECOND
        self._everything: set[Listener] = set()
        self._by_evse: defaultdict[EvseId, set[Listener]] = defaultdict(set)
        self._due: defaultdict[int, list[EvseId]] = defaultdict(list)  # second of expiry; each EVSE stands once
        self._waiting: set[EvseId] = set()
        self._blocked: dict[EvseId, Mark] = {}  # the few that may hold
        self._watchers: list[Callable[[EvseId | None], None]] = []

    def now(self) -> int:
        """The clock in microseconds."""
        # The machine's own clock is read without making a datetime: a search asks for each EVSE that it passes.
        return time.time_ns() // 1_000 if self.clock is system_clock else microseconds(self.clock())

    def ahead(self, seen: Observation) -> bool:
        """Whether the observation is from further in the future than is forgiven."""
        return seen.observed_at - self.clock() > MAX_AHEAD

    def set_freshness(self, limits: Mapping[SourceId, timedelta]) -> None:
        """How old an observation of each source may be; others keep the default."""
        self._limits.update({source: limit // MICROSECOND for source, limit in limits.items()})
        self._dropped(None)
        for evse_id in self.cells:  # what was due later may be due now
            self._await(evse_id, self.now())

    def expires(self, cell: Cell) -> int:
        """The last microsecond at which the cell is believed."""
        return cell[0] + self._limits.get(cell[2], self._default)

    def available(self, evse_id: EvseId) -> bool:
        """Whether it was last seen free, by a sight that is still believed."""
        cell = self.cells.get(evse_id)
        if cell is None or cell[3] is not Status.AVAILABLE or self.expires(cell) < (now := self.now()):
            return False
        mark = self._blocked.get(evse_id)
        return mark is None or mark.until < now

    def watch(self, dropped: Callable[[EvseId | None], None]) -> None:
        """See Watched."""
        self._watchers.append(dropped)

    def _dropped(self, evse_id: EvseId | None) -> None:
        for dropped in self._watchers:
            dropped(evse_id)

    def read(self, evse_id: EvseId) -> Reading:
        """What may be believed now."""
        return self.read_all((evse_id,))[0]

    def read_all(self, evse_ids: Iterable[EvseId]) -> list[Reading]:
        """See LiveBoard."""
        cells, blocked, limits, default, now = self.cells, self._blocked, self._limits, self._default, self.now()
        readings: list[Reading] = []
        for evse_id in evse_ids:
            cell = cells.get(evse_id)
            if evse_id in blocked and (mark := self._over(evse_id, cell, now)) is not None:
                readings.append(self._under(evse_id, cell, mark, now))
                continue
            if cell is None:
                readings.append(Reading(evse_id, Status.UNKNOWN, Status.UNKNOWN, None, None, stale=False))
                continue
            seen_us, _, source, status = cell
            until_us = seen_us + limits.get(source, default)
            seen_at = EPOCH + timedelta(microseconds=seen_us)
            if until_us < now:
                readings.append(Reading(evse_id, Status.UNKNOWN, status, seen_at, source, stale=True, told_at=seen_at))
            else:
                until = EPOCH + timedelta(microseconds=until_us)
                readings.append(
                    Reading(evse_id, status, status, seen_at, source, stale=False, until=until, told_at=seen_at)
                )
        return readings

    def _under(self, evse_id: EvseId, cell: Cell | None, mark: Mark, now: int) -> Reading:
        """What may be believed while a block shows."""
        block, last_seen, stale, told_at = mark.block, Status.UNKNOWN, False, None
        if cell is not None:
            last_seen, stale, told_at = cell[3], self.expires(cell) < now, EPOCH + cell[0] * MICROSECOND
        return Reading(
            evse_id, Status.BLOCKED, last_seen, block.since, CITIZENS,
            stale=stale, until=block.until, block=block, told_at=told_at,
        )  # fmt: skip

    def _believed(self, cell: Cell | None, now: int) -> Status:
        """The operators' word, as far as it is believed."""
        return cell[3] if cell is not None and self.expires(cell) >= now else Status.UNKNOWN

    def _holding(self, evse_id: EvseId, cell: Cell | None, now: int) -> Mark | None:
        """The block that holds now, if any: not past its end, and no car has charged there since it began."""
        mark = self._blocked.get(evse_id)
        if mark is None or mark.until < now:
            return None
        charges = cell is not None and cell[3] is Status.CHARGING and cell[0] > mark.since
        return None if charges else mark

    def _over(self, evse_id: EvseId, cell: Cell | None, now: int) -> Mark | None:
        """The block that shows now, if any."""
        return None if self._believed(cell, now) in ABOVE else self._holding(evse_id, cell, now)

    def _shown(self, evse_id: EvseId, cell: Cell | None, now: int) -> Status:
        return self._believed(cell, now) if self._over(evse_id, cell, now) is None else Status.BLOCKED

    def mark(self, evse_id: EvseId, mark: Mark) -> None:
        """Keeps citizens' word where it is newer, and tells who listens where what is shown changed."""
        if not mark.replaces(self.marks.get(evse_id)):
            return
        cell, now = self.cells.get(evse_id), self.now()
        before = self._shown(evse_id, cell, now)
        self.marks[evse_id] = mark
        if mark.until:
            self._blocked[evse_id] = mark
        else:
            self._blocked.pop(evse_id, None)
        after = self._shown(evse_id, cell, now)
        self._dropped(evse_id)
        if before is not after:
            theirs = after is Status.BLOCKED or cell is None
            at, source = (mark.since, CITIZENS) if theirs or cell is None else (cell[0], cell[2])
            self._tell(evse_id, at, source, before, after)

    def apply(self, evse_id: EvseId, cell: Cell) -> Outcome:
        """Keeps the cell where it is newer, and tells who listens where the believed status changed."""
        known = self.cells.get(evse_id)
        if known is not None and cell[:3] <= known[:3]:
            if cell[3] is Status.CHARGING is not known[3]:
                self.mark(evse_id, charged_at(cell[0]))
            return Outcome.OLD
        now = self.now()
        before = self._shown(evse_id, known, now)
        if known is not None and known[3] is Status.CHARGING is not cell[3]:
            self.mark(evse_id, charged_at(known[0]))  # which nobody could read off the board any more
        self.cells[evse_id] = cell
        after = self._shown(evse_id, cell, now)
        self._dropped(evse_id)
        if evse_id not in self._waiting:
            self._await(evse_id, self.expires(cell))
        if before is not after:
            self._tell(evse_id, cell[0], cell[2], before, after)
        return Outcome.CONFIRMED if known is not None and known[3] is cell[3] else Outcome.CHANGED

    def forget(self, evse_ids: Iterable[EvseId]) -> None:
        """Takes EVSEs off; who listens hears that nothing is known."""
        for evse_id in evse_ids:
            cell, now = self.cells.get(evse_id), self.now()
            before = self._shown(evse_id, cell, now)
            for kept in (self.cells, self.marks, self._blocked):
                kept.pop(evse_id, None)
            self._dropped(evse_id)
            if before is not Status.UNKNOWN:
                at, source = (cell[0], cell[2]) if cell is not None else (now, CITIZENS)
                self._tell(evse_id, at, source, before, Status.UNKNOWN)

    def sweep(self) -> None:
        """Tells who listens of each EVSE whose last sight has just grown too old, or whose block has ended."""
        now = self.now()
        old = self._grown_old(now)
        ended = {evse_id for evse_id, mark in self._blocked.items() if mark.until < now}
        for evse_id in {**old, **dict.fromkeys(ended)}:
            cell, mark = self.cells.get(evse_id), self._blocked.get(evse_id)
            word = old.get(evse_id) or self._believed(cell, now)
            covered = self._holding(evse_id, cell, min(now, mark.until)) is not None if mark is not None else False
            before = Status.BLOCKED if covered and word not in ABOVE else word
            if evse_id in ended:
                del self._blocked[evse_id]
            after = self._shown(evse_id, cell, now)
            if before is not after:
                at, source = (cell[0], cell[2]) if cell is not None else (now, CITIZENS)
                self._tell(evse_id, at, source, before, after)

    def _grown_old(self, now: int) -> dict[EvseId, Status]:
        """Takes off the list what was due by now; what of it is believed no more, as it was last seen."""
        old: dict[EvseId, Status] = {}
        for second in sorted(s for s in self._due if s < now // 1_000_000):
            for evse_id in self._due.pop(second):
                self._waiting.discard(evse_id)
                cell = self.cells.get(evse_id)
                if cell is None:
                    continue
                if self.expires(cell) >= now:
                    self._await(evse_id, self.expires(cell))
                else:
                    old[evse_id] = cell[3]
        return old

    async def keep_sweeping(self) -> None:
        """Sweeps until cancelled."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            self.sweep()

    @asynccontextmanager
    async def subscribe(self, evse_ids: Iterable[EvseId] | None) -> AsyncIterator[Listener]:
        """Changes of these EVSEs, or of all."""
        listener = Listener()
        wanted = None if evse_ids is None else set(evse_ids)
        if wanted is None:
            self._everything.add(listener)
        else:
            for evse_id in wanted:
                self._by_evse[evse_id].add(listener)
        try:
            yield listener
        finally:
            self._everything.discard(listener)
            for evse_id in wanted or ():
                self._by_evse[evse_id].discard(listener)
                if not self._by_evse[evse_id]:
                    del self._by_evse[evse_id]

    def end(self) -> None:
        """Every subscription ends."""
        for listener in {*self._everything, *(each for few in self._by_evse.values() for each in few)}:
            listener.end()

    def _await(self, evse_id: EvseId, expires: int) -> None:
        self._waiting.add(evse_id)
        self._due[expires // 1_000_000].append(evse_id)

    def _tell(self, evse_id: EvseId, at: int, source: SourceId, before: Status, after: Status) -> None:
        some = self._by_evse.get(evse_id)
        if not some and not self._everything:
            return
        change = Change(evse_id, after, before, EPOCH + timedelta(microseconds=at), source)
        for listener in (*self._everything, *(some or ())):
            listener.offer(change)
