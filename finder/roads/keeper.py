"""Keeps the roads in use in step with the store, whoever imports, and the station index with the roads."""

import asyncio
from collections.abc import Callable, Sequence

import structlog

from finder.errors import FinderError, Unavailable
from finder.roads.book import REACH_M, RoadBook
from finder.roads.model import Road
from finder.roads.shipped import in_use
from finder.roads.store import RoadStore
from finder.stations.along import RoadIndex

log = structlog.get_logger(__name__)


class RoadKeeper:
    """Holds the book of the day: the city's own roads, and of the shipped ones those that it did not import."""

    def __init__(
        self,
        store: RoadStore,
        index: RoadIndex,
        shipped: Callable[[], Sequence[Road]] = lambda: (),
        *,
        reach_m: float = REACH_M,
        every_s: float = 5.0,
    ) -> None:
        self._store, self._index, self._shipped = store, index, shipped
        self._reach_m, self._every_s = reach_m, every_s
        self._revision = -1
        self._due = False  # the index was not told of the newest book yet
        self._next = self.book = RoadBook((), reach_m)

    async def start(self) -> None:
        """Before the index is built: what is built is marked from the start. A store that is away is waited for."""
        try:
            await self._read()
        except Unavailable as away:
            log.warning("started_without_imported_roads", code=away.code, error=away.en)
            self._next = await asyncio.to_thread(self._made, ())
        self._due = False
        self.book = self._next
        self._index.begin(self.book)

    async def step(self) -> bool:
        """Takes what is new: marks the stations anew, then shows the roads. Raises Unavailable; repeat then."""
        if await self._store.revision() != self._revision:
            await self._read()
        if not self._due:
            return False
        changed = await self._index.refer(self._next)
        self.book, self._due = self._next, False
        log.info("roads_referred", roads=len(self.book.roads), revision=self._revision, stations=changed)
        return True

    async def run(self) -> None:
        """Follows until it is cancelled."""
        trouble = ""
        while True:
            await asyncio.sleep(self._every_s)
            try:
                await self.step()
                trouble = ""
            except FinderError as error:
                if trouble != error.code:
                    log.warning("roads_wait", code=error.code, error=error.en)
                trouble = error.code

    async def _read(self) -> None:
        revision = await self._store.revision()
        imported = await self._store.current()
        self._next = await asyncio.to_thread(self._made, imported)
        self._revision, self._due = revision, True

    def _made(self, imported: Sequence[Road]) -> RoadBook:
        return RoadBook(in_use(imported, self._shipped()), self._reach_m)
