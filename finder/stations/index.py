"""The port to whatever finds stations by place, words and filter."""

from collections.abc import AsyncIterable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from finder.errors import BadInput
from finder.kernel.geo import Box, Point
from finder.stations.filter import Filter
from finder.stations.model import Station, StationId

MAX_RADIUS_M = 200_000.0
MAX_LIMIT = 1_000  # what one call may ask of an engine
MAX_ZOOM = 22


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


@runtime_checkable
class NearWalk(Protocol):
    """An index in this process, which can be walked from the nearest station on."""

    def walk(
        self, centre: Point, radius_m: float, want: Filter, expect: int = 64
    ) -> Iterator[Sequence[tuple[float, Station]]]:
        """Distances and stations in the order and within the limits of `near`; the caller stops when it has enough.

        Lazy: about `expect` stations are measured for the first batch. Use it up or drop it before the next await.
        """


def check_limit(limit: int) -> None:
    """What one call may ask for: 1 … MAX_LIMIT. Raises BadInput."""
    if not 1 <= limit <= MAX_LIMIT:
        raise BadInput(
            f"一次查询的条数应为 1 至 {MAX_LIMIT}", f"the limit must be 1 to {MAX_LIMIT}", code="LIMIT_OUT_OF_RANGE"
        )


def check_radius(radius_m: float) -> None:
    """Above 0 and at most MAX_RADIUS_M metres. Raises BadInput."""
    if not 0 < radius_m <= MAX_RADIUS_M:  # also refuses NaN
        raise BadInput(
            f"搜索半径应大于 0 且不超过 {MAX_RADIUS_M:.0f} 米",
            f"the radius must be above 0 and at most {MAX_RADIUS_M:.0f} metres",
            code="RADIUS_OUT_OF_RANGE",
        )


def check_zoom(zoom: int) -> None:
    """Web Mercator's zoom, 0 … MAX_ZOOM. Raises BadInput."""
    if not 0 <= zoom <= MAX_ZOOM:
        raise BadInput(f"zoom 应在 0 至 {MAX_ZOOM} 之间", f"zoom must be 0 to {MAX_ZOOM}", code="ZOOM_OUT_OF_RANGE")
