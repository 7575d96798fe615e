"""The roads that hold now: those that a city imported, and of the shipped ones those that it did not replace."""

import asyncio
from collections.abc import Callable, Sequence

from finder.roads.model import Road
from finder.roads.store import RoadStore


class RoadsInUse:
    """Call it for them; the shipped ones are drawn once, which takes a while."""

    def __init__(self, store: RoadStore, shipped: Callable[[], Sequence[Road]]) -> None:
        self._store, self._draw = store, shipped
        self._shipped: Sequence[Road] | None = None

    async def __call__(self) -> list[Road]:
        """By id. Raises StoreUnavailable."""
        if self._shipped is None:
            self._shipped = await asyncio.to_thread(self._draw)
        kept = await self._store.current()
        known = {road.id for road in kept}
        return sorted([*kept, *(road for road in self._shipped if road.id not in known)], key=lambda road: road.id)
