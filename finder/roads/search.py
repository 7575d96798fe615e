"""What a driver asks along the way: stations on a road by kilometre, stations beside a route, gaps between chargers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from finder.errors import BadInput, NotFound
from finder.kernel.geo import Point
from finder.kernel.paging import decode_cursor
from finder.roads.book import RoadBook
from finder.roads.model import GAP_KM, Direction, Gap, Road, RoadId, RoadKind, Side, gaps
from finder.roads.polyline import route_line
from finder.stations.along import LineHit, RoadHit, RoadIndex, Span
from finder.stations.filter import ANY, Filter
from finder.stations.index import MAX_LIMIT
from finder.stations.model import StationId, StationState
from finder.stations.search import MAX_FIRST, Candidate, Cursors, Found, Page, Search, check_first, wishes_mark

OFFSET_M = 3_000.0  # how far off a road is looked where nobody says
MAX_DETOUR_KM = 50.0
# Until a router answers: there and back, by roads that are longer than the straight way, at the speed of such roads.
DETOUR_FACTOR, DETOUR_KMH = 1.3, 40.0
# Nobody gets from one carriageway of an expressway to what lies this near beside the other.
APART_M = 300.0
MAX_CHARGERS = 20_000
_NOT_WORKING = frozenset({StationState.PLANNED, StationState.CLOSED})
_OTHER_SIDE = {Direction.FORWARD: Side.LEFT, Direction.BACKWARD: Side.RIGHT}  # China drives on the right


class AlongFound(Found, frozen=True, gc=False, kw_only=True):
    """A station along a road. `offset_m` is None where it is below what the road's line can tell."""

    km: float
    offset_m: float | None
    side: Side


class BesideFound(Found, frozen=True, gc=False, kw_only=True):
    """A station beside a route. The detour is there and back, estimated as DETOUR_FACTOR and DETOUR_KMH say."""

    km: float
    offset_m: float
    detour_km: float
    detour_min: float


@dataclass(frozen=True, slots=True)
class Along:
    """A page of stations along a road."""

    road: Road
    page: Page


class Books(Protocol):
    """Has the roads in use."""

    @property
    def book(self) -> RoadBook:
        """Those of this moment."""


def detour_km(offset_m: float) -> float:
    """There and back."""
    return 2 * offset_m / 1000 * DETOUR_FACTOR


class RoadSearch:
    """The questions of a driver on the way. Raises BadInput, BadCursor, NotFound, IndexUnavailable."""

    def __init__(self, search: Search, index: RoadIndex, books: Books) -> None:
        self._search, self._index, self._books = search, index, books

    @property
    def book(self) -> RoadBook:
        """The roads in use now."""
        return self._books.book

    def roads(self) -> Sequence[Road]:
        """By id."""
        return list(self.book.roads.values())

    def road(self, road_id: RoadId) -> Road:
        """Raises NotFound."""
        road = self.book.roads.get(road_id)
        if road is None:
            raise NotFound(f"没有道路 {road_id[:60]!r}", f"there is no road {road_id[:60]!r}", code="NO_SUCH_ROAD")
        return road

    async def along(
        self,
        road_id: RoadId,
        from_km: float | None = None,
        to_km: float | None = None,
        max_offset_m: float | None = None,
        direction: Direction | None = None,
        want: Filter = ANY,
        *,
        open_now: bool = False,
        first: int = 20,
        after: str | None = None,
    ) -> Along:
        """By kilometre, falling where one drives BACKWARD. first 1 … 100; offsets from the road's accuracy on."""
        check_first(first, MAX_FIRST)
        road = self.road(road_id)
        span = self._span(road, from_km, to_km, max_offset_m, direction)
        cursors = Cursors(
            *("along", road.id, road.version, span.from_km, span.to_km, span.max_offset_m, direction),
            wishes_mark(want, open_now),
        )
        start = None if after is None else decode_cursor(after, cursors.mark, tuple[float, StationId])
        wanted = self._search.at_this_minute(want, open_now)
        hits: dict[StationId, RoadHit] = {}

        async def ask(limit: int, walked: tuple[float, StationId] | None) -> list[Candidate[tuple[float, StationId]]]:
            found = await self._index.along(span, wanted, limit, walked)
            hits.update((hit.station_id, hit) for hit in found)
            return [(hit.station_id, None, (hit.km, hit.station_id)) for hit in found]

        page = await self._search.walk(ask, wanted, first, start, cursors)
        told = [_along(found, hits[found.position[1]], road) for found in page.found]  # type: ignore[index]
        return Along(road, msgspec.structs.replace(page, found=told))

    async def beside(
        self,
        points: Sequence[Point],
        max_detour_km: float = 10.0,
        want: Filter = ANY,
        *,
        open_now: bool = False,
        first: int = 20,
        after: str | None = None,
    ) -> Page:
        """By kilometre from the route's beginning; each station once, where the route is nearest to it."""
        check_first(first, MAX_FIRST)
        if not 0 < max_detour_km <= MAX_DETOUR_KM:
            raise BadInput(
                f"绕行距离应大于 0 且不超过 {MAX_DETOUR_KM:.0f} 公里",
                f"the detour must be above 0 and at most {MAX_DETOUR_KM:.0f} km",
                code="DETOUR_OUT_OF_RANGE",
            )
        line = route_line(points)
        reach_m = max_detour_km * 1000 / 2 / DETOUR_FACTOR
        cursors = Cursors("beside", [(p.lat, p.lon) for p in points], max_detour_km, wishes_mark(want, open_now))
        start = None if after is None else decode_cursor(after, cursors.mark, tuple[float, StationId])
        wanted = self._search.at_this_minute(want, open_now)
        hits: dict[StationId, LineHit] = {}

        async def ask(limit: int, walked: tuple[float, StationId] | None) -> list[Candidate[tuple[float, StationId]]]:
            found = await self._index.beside(line, reach_m, wanted, limit, walked)
            hits.update((hit.station_id, hit) for hit in found)
            return [(hit.station_id, None, (hit.metres, hit.station_id)) for hit in found]

        page = await self._search.walk(ask, wanted, first, start, cursors)
        told = [_beside(found, hits[found.position[1]]) for found in page.found]  # type: ignore[index]
        return msgspec.structs.replace(page, found=told)

    async def gaps(
        self, road: Road, max_offset_m: float | None = None, want: Filter = ANY, longest_km: float = GAP_KM
    ) -> list[Gap]:
        """The ways of a road longer than that without a charger that suits and is not closed or only planned."""
        if not 1 <= longest_km <= 1_000:
            raise BadInput("间距应为 1 至 1000 公里", "the gap must be 1 to 1000 km", code="GAP_OUT_OF_RANGE")
        span = self._span(road, None, None, max_offset_m, None)
        kms: list[float] = []
        after: tuple[float, StationId] | None = None
        for _ in range(MAX_CHARGERS // MAX_LIMIT):
            hits = await self._index.along(span, want, MAX_LIMIT, after)
            stations = await self._search.stations([hit.station_id for hit in hits])
            kms += [h.km for h in hits if (s := stations.get(h.station_id)) and s.state not in _NOT_WORKING]
            if len(hits) < MAX_LIMIT:
                break
            after = hits[-1].km, hits[-1].station_id
        return gaps(road.begin_km, road.end_km, kms, longest_km, road.breaks)

    def _span(
        self,
        road: Road,
        from_km: float | None,
        to_km: float | None,
        max_offset_m: float | None,
        direction: Direction | None,
    ) -> Span:
        accuracy_m, reach_m = road.origin.accuracy_m, self.book.reach_of(road)
        offset_m = max_offset_m if max_offset_m is not None else min(reach_m, max(OFFSET_M, accuracy_m))
        if offset_m < accuracy_m:
            raise BadInput(
                f"道路 {road.id} 的线形精度只有 {accuracy_m:.0f} 米，无法按更小的距离查询",
                f"the line of road {road.id} is known to {accuracy_m:.0f} m only: nothing nearer can be asked for",
                code="OFFSET_BELOW_ACCURACY",
            )
        if not 0 < offset_m <= reach_m:
            raise BadInput(
                f"离路距离应大于 0 且不超过 {reach_m:.0f} 米",
                f"the offset must be above 0 and at most {reach_m:.0f} m",
                code="OFFSET_OUT_OF_RANGE",
            )
        low = road.begin_km if from_km is None else road.meant(from_km)
        high = road.end_km if to_km is None else road.meant(to_km)
        if low > high:
            raise BadInput(
                "fromKm 大于 toKm，请交换；行驶方向用 direction 表示",
                "fromKm is above toKm: swap them; say the way of driving by direction",
                code="ROAD_SPAN",
            )
        apart = road.kind is RoadKind.EXPRESSWAY and direction is not None
        return Span(
            road.id,
            low - _HALF_METRE,
            high + _HALF_METRE,
            offset_m,
            direction is Direction.BACKWARD,
            _OTHER_SIDE[direction] if apart and direction else None,
            APART_M if apart else 0.0,
        )


_HALF_METRE = 0.0005  # marks are kept to the metre: the road's own ends are not cut off by rounding


def _common(found: Found) -> dict[str, Any]:
    return {name: getattr(found, name) for name in ("station", "distance_m", "position", "cursors")}


def _along(found: Found, hit: RoadHit, road: Road) -> AlongFound:
    offset_m = None if hit.offset_m <= road.origin.accuracy_m else hit.offset_m
    # A station that was marked by another version of the road, a moment ago, may have a side.
    side = Side.UNKNOWN if offset_m is None else hit.side
    return AlongFound(**_common(found), km=hit.km, offset_m=offset_m, side=side)


def _beside(found: Found, hit: LineHit) -> BesideFound:
    way_km = detour_km(hit.offset_m)
    return BesideFound(
        **_common(found),
        km=round(hit.metres / 1000, 3),
        offset_m=round(hit.offset_m, 1),
        detour_km=round(way_km, 2),
        detour_min=round(way_km / DETOUR_KMH * 60, 1),
    )
