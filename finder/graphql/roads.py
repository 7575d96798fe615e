"""Roads, stations along them and beside a route; every road says how far its line is to be believed."""

from collections.abc import Callable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Annotated, Any, NamedTuple

import strawberry
from strawberry.types import Info

from finder.errors import BadInput, Unavailable
from finder.graphql import types, views
from finder.graphql.inputs import StationFilter, wishes
from finder.graphql.moment import Context
from finder.graphql.ports import FailureSeen
from finder.graphql.types import at, of, plain
from finder.graphql.writers import write_tenths
from finder.kernel.geo import Point
from finder.live.board import BoardHealth
from finder.roads.model import GAP_KM, Direction, Gap, PlaceKind, Road, RoadKind, Side
from finder.roads.polyline import decode_polyline, read_coordinates
from finder.roads.search import RoadSearch
from finder.stations.search import Page

GAPS_LOOKED_AT = 100  # what a road's gaps count towards an answer's size: every charger along it is looked at

Ask = Info[Context, None]
Wanted = Annotated[StationFilter | None, strawberry.argument(name="filter")]

strawberry.enum(RoadKind)
strawberry.enum(PlaceKind, name="RoadPlaceKind")
strawberry.enum(Direction, name="RoadDirection", description="FORWARD is towards rising kilometres.")
strawberry.enum(Side, name="RoadSide", description="Seen towards rising kilometres; UNKNOWN below the road's accuracy.")


class RoadAnswer(NamedTuple):
    """A page along a road with what every answer carries."""

    road: Road
    page: Page
    failures: Sequence[FailureSeen]
    health: BoardHealth


def _tenths(km: float) -> float:
    return round(km, 1)


def _asks(resolver: Callable[..., Any], description: str) -> Any:
    """A field that asks a room."""
    return strawberry.field(resolver=resolver, description=description)


@strawberry.type(description="A kilometre post as it was given.")
class RoadPost:  # noqa: D101
    km: float
    location: types.Location = of(attrgetter("place"))


@strawberry.type(name="RoadPlace", description="A place on the road. `direction`: the only one that it serves.")
class RoadPlaceType:  # noqa: D101
    km: float = of(lambda pair: _tenths(pair[0]))
    kind: PlaceKind = of(lambda pair: pair[1].kind)
    name: str = of(lambda pair: pair[1].name)
    name_en: str | None = of(lambda pair: pair[1].name_en)
    direction: Direction | None = of(lambda pair: pair[1].direction)
    location: types.Location = of(lambda pair: pair[1].place)


@strawberry.type(description="A way without a charger.")
class RoadGap:  # noqa: D101
    from_km: float = of(lambda gap: _tenths(gap.from_km))
    to_km: float = of(lambda gap: _tenths(gap.to_km))
    km: float = of(lambda gap: _tenths(gap.km))


@strawberry.type(description="Where a road is interrupted; measured straight, and no part of it.")
class RoadBreak:  # noqa: D101
    from_km: float = of(lambda gone: round(gone.from_km, 3), "To the metre, as the stations at the ends are told.")
    to_km: float = of(lambda gone: round(gone.to_km, 3))


async def _gaps(
    root: strawberry.Parent[Road],
    info: Ask,
    longest_km: float = GAP_KM,
    max_offset_m: float | None = strawberry.UNSET,
    want: Wanted = strawberry.UNSET,
) -> list[Gap]:
    """Raises BadInput, TooLarge, IndexUnavailable."""
    info.context.spend(GAPS_LOOKED_AT)
    return await _roads(info).gaps(root, _number(max_offset_m), wishes(want)[0], longest_km)


@strawberry.type(
    name="Road",
    description="One version of a road. Where `approximate` holds, its line is only straight from place to place: "
    "show it as approximate, and do not navigate by it.",
)
class RoadType:  # noqa: D101
    id: strawberry.ID
    ref: str | None = plain("The number on its signs.")
    name: str
    name_en: str | None
    kind: RoadKind
    version: int = plain("0 for a road that the product ships.")
    from_km: float = of(lambda road: _tenths(road.begin_km))
    to_km: float = of(lambda road: _tenths(road.end_km))
    length_km: float = of(lambda road: _tenths(road.length_km), "Measured along the line.")
    approximate: bool = of(attrgetter("origin.approximate"))
    accuracy_m: float = of(attrgetter("origin.accuracy_m"), "How far the line may lie from the carriageway.")
    source: str = of(attrgetter("origin.source"))
    licence: str = of(attrgetter("origin.licence"))
    note: str | None = of(attrgetter("origin.note"))
    imported_at: datetime | None
    climb_m: float | None = of(
        lambda road: road.climbs and round(road.climbs.up_m),
        "Of the whole road towards rising kilometres; null where its heights are not known.",
    )
    descent_m: float | None = of(lambda road: road.climbs and round(road.climbs.down_m))
    breaks: list[RoadBreak] = plain("Where it stops and goes on elsewhere: no way along it, and never in a gap.")
    posts: list[RoadPost]
    places: list[RoadPlaceType] = of(attrgetter("places_by_km"))
    gaps: list[RoadGap] = _asks(_gaps, "The ways longer than that (the plan's 50 km) without a charger that suits.")


@strawberry.type
class RoadEdge:  # noqa: D101
    cursor: str = of(attrgetter("cursor"), text=lambda found: f'"{found.cursor}"')
    node: types.Station = of(attrgetter("station"))
    km: float
    offset_m: float | None = of(
        attrgetter("offset_m"),
        "Metres off the line; null where that is less than the road's accuracy.",
        lambda found: write_tenths(found.offset_m),
    )
    side: Side


@strawberry.type
class RoadConnection:  # noqa: D101
    road: RoadType
    edges: list[RoadEdge] = of(lambda answer: answer.page.found)
    page_info: types.PageInfo = of(lambda answer: answer.page)
    freshness: types.Freshness = at(views.freshness)
    partial_failures: list[types.PartialFailure] = at(views.partial_failures)


@strawberry.type(
    description="The detour is an estimate until a router is asked: twice the offset from the route, times 1.3, "
    "at 40 km/h."
)
class RouteEdge:  # noqa: D101
    cursor: str = of(attrgetter("cursor"), text=lambda found: f'"{found.cursor}"')
    node: types.Station = of(attrgetter("station"))
    km: float = plain("From the route's beginning.")
    offset_m: float
    detour_km: float
    detour_min: float


@strawberry.type
class RouteConnection:  # noqa: D101
    edges: list[RouteEdge] = of(lambda answer: answer.page.found)
    page_info: types.PageInfo = of(lambda answer: answer.page)
    freshness: types.Freshness = at(views.freshness)
    partial_failures: list[types.PartialFailure] = at(views.partial_failures)


@strawberry.input(
    description="Exactly one of an encoded polyline (WGS-84, precision 5 or 6) and the coordinates of a GeoJSON "
    "LineString; 2 to 5,000 points, at most 5,000 km."
)
class RouteInput:  # noqa: D101
    polyline: str | None = strawberry.UNSET
    precision: int = 5
    coordinates: list[list[float]] | None = strawberry.UNSET

    def points(self) -> list[Point]:
        """Raises BadInput, TooLarge."""
        if bool(self.polyline) == bool(self.coordinates):
            raise BadInput("请只给出 polyline 或 coordinates 之一", "give either polyline or coordinates", code="ROUTE")
        if self.coordinates:
            return read_coordinates(self.coordinates)
        return decode_polyline(self.polyline or "", self.precision)


def _roads(info: Ask) -> RoadSearch:
    roads = info.context.gateway.roads
    if roads is None:
        raise Unavailable("本站没有道路数据", "there are no roads here", code="NO_ROADS")
    return roads


def _told(roads: Sequence[Road]) -> int:
    return sum(1 + len(road.posts) + len(road.places) for road in roads)


def _number(given: float | None) -> float | None:
    """None where it is absent; 0 is a number."""
    return given if isinstance(given, int | float) else None


async def roads(info: Ask) -> Sequence[Road]:
    """By id."""
    found = _roads(info).roads()
    info.context.spend(_told(found))
    return found


async def road(info: Ask, road_id: Annotated[strawberry.ID, strawberry.argument(name="id")]) -> Road:
    """Raises NotFound."""
    found = _roads(info).road(road_id)
    info.context.spend(_told([found]))
    return found


async def stations_along_road(
    info: Ask,
    road: strawberry.ID,
    from_km: float | None = strawberry.UNSET,
    to_km: float | None = strawberry.UNSET,
    max_offset_m: float | None = strawberry.UNSET,
    direction: Direction | None = strawberry.UNSET,
    want: Wanted = strawberry.UNSET,
    first: int = 20,
    after: str | None = strawberry.UNSET,
) -> RoadAnswer:
    """Raises NotFound, BadInput, BadCursor, IndexUnavailable."""
    gateway = info.context.gateway
    info.context.spend(first)
    asked, open_now = wishes(want)
    found = await _roads(info).along(
        road,
        _number(from_km),
        _number(to_km),
        _number(max_offset_m),
        direction or None,
        asked,
        open_now=open_now,
        first=first,
        after=after or None,
    )
    return RoadAnswer(found.road, found.page, gateway.feeds.failures(), gateway.board.health())


async def stations_along_route(
    info: Ask,
    route: RouteInput,
    max_detour_km: float = 10,
    want: Wanted = strawberry.UNSET,
    first: int = 20,
    after: str | None = strawberry.UNSET,
) -> views.Connection:
    """Raises BadInput, TooLarge, BadCursor, IndexUnavailable."""
    gateway = info.context.gateway
    info.context.spend(first)
    asked, open_now = wishes(want)
    page = await _roads(info).beside(
        route.points(), max_detour_km, asked, open_now=open_now, first=first, after=after or None
    )
    return views.Connection(page, gateway.feeds.failures(), gateway.board.health())
