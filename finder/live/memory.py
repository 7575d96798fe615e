"""The live board of one process."""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta

from finder.kernel.clock import Clock, system_clock
from finder.live.blocks import cleared_at, mark_of
from finder.live.board import BoardHealth, Outcome, Subscription
from finder.live.mirror import Mirror, cell_of
from finder.live.model import Observation, Reading
from finder.stations.model import EvseId, SourceId


class MemoryBoard:
    """A LiveBoard in this process's memory; empty after a restart, until the operators are asked again."""

    def __init__(self, clock: Clock = system_clock) -> None:
        self.clock = clock
        self._mirror = Mirror(clock)
        self._sweeper: asyncio.Task[None] | None = None
        self.available = self._mirror.available  # asked for each candidate of a search: no detour
        self.watch = self._mirror.watch

    async def start(self) -> None:
        """Begins to watch what grows too old."""
        self._sweeper = self._sweeper or asyncio.create_task(self._mirror.keep_sweeping())

    async def observe(self, observations: Iterable[Observation]) -> list[Outcome]:
        """Takes observations, one outcome each."""
        mirror = self._mirror
        return [
            Outcome.FUTURE if mirror.ahead(seen) else mirror.apply(seen.evse_id, cell_of(seen)) for seen in observations
        ]

    def read(self, evse_id: EvseId) -> Reading:
        """What may be believed now."""
        return self._mirror.read(evse_id)

    def read_all(self, evse_ids: Iterable[EvseId]) -> list[Reading]:
        """The same for many, at one moment."""
        return self._mirror.read_all(evse_ids)

    def set_freshness(self, limits: Mapping[SourceId, timedelta]) -> None:
        """How old an observation of each source may be."""
        self._mirror.set_freshness(limits)

    async def block(self, evse_id: EvseId, since: datetime, until: datetime, by: Iterable[str] = ()) -> None:
        """Shows BLOCKED through `until`."""
        self._mirror.mark(evse_id, mark_of(since, until, by))

    async def clear(self, evse_id: EvseId, at: datetime) -> None:
        """Ends a block that began by then."""
        self._mirror.mark(evse_id, cleared_at(at))

    async def forget(self, evse_ids: Iterable[EvseId]) -> None:
        """Takes EVSEs off the board."""
        self._mirror.forget(evse_ids)

    def subscribe(self, evse_ids: Iterable[EvseId] | None = None) -> AbstractAsyncContextManager[Subscription]:
        """Changes from now on."""
        return self._mirror.subscribe(evse_ids)

    def health(self) -> BoardHealth:
        """Always connected: there is nobody to lose."""
        return BoardHealth(connected=True, behind_s=0.0, evses=len(self._mirror.cells))

    async def close(self) -> None:
        """Subscribers end."""
        if self._sweeper:
            self._sweeper.cancel()
            self._sweeper = None
        self._mirror.end()
