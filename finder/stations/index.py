"""The port to whatever finds stations by place, words and filter."""

from collections.abc import AsyncIterable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from finder.kernel.geo import Box, Point
from finder.stations.filter import Filter
from finder.stations.model import Station, StationId

MAX_RADIUS_M = 200_000.0
MAX_LIMIT = 1_000  # what one call may ask of an engine


@dataclass(frozen=True, slots=True)
class Hit:
    """A station that was found; distance in metres along the ellipsoid, None where no place was asked."""

    station_id: StationId
    distance_m: float | None = None


@dataclass(frozen=True, slots=True)
class TextHit:
    """A station whose words match. Rank 0 is best: 0 name begins so, 1 name holds it, 2 pinyin, 3 elsewhere."""

    station_id: StationId
    rank: int


@dataclass(frozen=True, slots=True)
class Cluster:
    """Stations that share a map tile: how many, and the middle of their places."""

    tile: tuple[int, int, int]  # zoom, x, y in Web Mercator
    count: int
    centre: Point


class StationIndex(Protocol):
    """Finds stations by place and filter. Rebuildable from storage at any time.

    Every method that asks raises IndexUnavailable where the engine does not answer. `free_now` is ignored here:
    live status never enters the index. A page starts strictly after `after` in the method's order, so that
    stations which come or go between two pages neither repeat nor hide another.
    """

    async def put(self, stations: Iterable[Station]) -> None:
        """Indexes or replaces; found by the next question. The same batch twice changes nothing."""

    async def remove(self, ids: Iterable[StationId]) -> None:
        """Forgets; unknown ids are no error."""

    async def rebuild(self, stations: AsyncIterable[Sequence[Station]]) -> int:
        """Replaces everything by these batches, with no moment at which less than the old or the new is found.

        A failure on the way leaves the old. Returns how many stations there are now. Stations put or removed
        while it runs are not lost.
        """

    async def near(
        self, centre: Point, radius_m: float, want: Filter, limit: int, after: tuple[float, StationId] | None = None
    ) -> list[Hit]:
        """Within the radius, ordered by (distance in metres along the ellipsoid, id)."""

    async def box(self, box: Box, want: Filter, limit: int, after: StationId | None = None) -> list[StationId]:
        """Inside the box or on its border, ordered by id."""

    async def clusters(self, box: Box, zoom: int, want: Filter) -> list[Cluster]:
        """Stations of the box counted by Web Mercator tile of this zoom (0 … 22), ordered by tile."""

    async def text(
        self, words: str, want: Filter, limit: int, after: tuple[int, StationId] | None = None
    ) -> list[TextHit]:
        """Stations for which every word is part of the name, operator, address, or of their pinyin or its initials.

        Ordered by (rank, id). Letters' case and width do not matter.
        """

    async def get(self, ids: Sequence[StationId]) -> dict[StationId, Station]:
        """The stations with these ids or aliases, keyed as asked; unknown ids are left out."""

    async def count(self) -> int:
        """How many stations there are."""

    async def ready(self) -> None:
        """Raises IndexUnavailable where the engine cannot answer."""

    async def close(self) -> None:
        """Lets go of connections."""
