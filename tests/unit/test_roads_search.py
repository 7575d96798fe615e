"""What a driver asks along the way, and how the roads in use follow their store."""

from datetime import timedelta

import msgspec
import pytest

from finder.errors import BadCursor, BadInput, NotFound, StoreUnavailable, TooLarge
from finder.kernel.geo import Point
from finder.live.model import Observation, Status
from finder.roads.model import Direction, Gap, PlaceKind, RoadKind, RoadPlace, Side
from finder.roads.polyline import MAX_POINTS, decode_polyline, read_coordinates, route_line
from finder.roads.search import MAX_DETOUR_KM, detour_km
from finder.roads.shipped import in_use
from finder.stations.filter import Filter
from finder.stations.model import StationState
from tests.unit.along import LON, at, road, rooms
from tests.unit.naive import NOW

ROUTE = [Point(38.0, LON), Point(38.5, LON), Point(39.0, LON)]


def names(page: object) -> list[str]:
    return [found.station.id for found in page.found]  # type: ignore[attr-defined]


async def test_stations_come_by_kilometre_and_page_by_page() -> None:
    there = await rooms(*(at(km, 500) for km in (40, 10, 30, 20)), roads=[road()])
    first = (await there.roads.along("g55", first=3)).page
    assert names(first) == ["s/10", "s/20", "s/30"]
    assert first.has_next
    rest = (await there.roads.along("g55", first=3, after=first.end_cursor)).page
    assert (names(rest), rest.has_next) == (["s/40"], False)
    back = (await there.roads.along("g55", direction=Direction.BACKWARD, first=2)).page
    assert names(back) == ["s/40", "s/30"]
    assert names((await there.roads.along("g55", direction=Direction.BACKWARD, after=back.end_cursor)).page) == [
        "s/20",
        "s/10",
    ]


async def test_a_span_and_an_offset_bound_what_is_found() -> None:
    there = await rooms(at(10, 500), at(20, 2_900), at(30, 3_100), at(40, 500), roads=[road()])
    assert names((await there.roads.along("g55")).page) == ["s/10", "s/20", "s/40"]  # 3 km where nobody says
    assert names((await there.roads.along("g55", max_offset_m=4_000)).page) == ["s/10", "s/20", "s/30", "s/40"]
    assert names((await there.roads.along("g55", 15, 35, 10_000)).page) == ["s/20", "s/30"]
    assert names((await there.roads.along("g55", 35)).page) == ["s/40"]
    (found,) = (await there.roads.along("g55", 0, 15)).page.found
    assert found.side is Side.RIGHT  # type: ignore[attr-defined]
    assert found.offset_m == pytest.approx(500, abs=2)  # type: ignore[attr-defined]


async def test_on_an_expressway_nobody_gets_to_the_other_carriageway() -> None:
    there = await rooms(at(10, 100), at(10, -100), at(20, -900), roads=[road()])
    both = (await there.roads.along("g55")).page
    assert set(names(both)) == {"s/10", "s/10l", "s/20l"}
    assert names((await there.roads.along("g55", direction=Direction.FORWARD)).page) == ["s/10", "s/20l"]
    assert names((await there.roads.along("g55", direction=Direction.BACKWARD)).page) == ["s/20l", "s/10l"]
    plain = msgspec.structs.replace(road(), kind=RoadKind.TOURIST)
    there = await rooms(at(10, 100), at(10, -100), roads=[plain])
    assert len((await there.roads.along("g55", direction=Direction.FORWARD)).page.found) == 2


async def test_free_now_is_asked_of_the_board() -> None:
    there = await rooms(*(at(km, 500) for km in range(1, 60)), roads=[road()])
    seen = Observation("s/50-0", Status.AVAILABLE, NOW - timedelta(minutes=1), "s")
    await there.board.observe([seen])
    assert names((await there.roads.along("g55", want=Filter(free_now=True), first=1)).page) == ["s/50"]
    assert names(await there.roads.beside(ROUTE, want=Filter(free_now=True), first=1)) == ["s/50"]


async def test_nothing_finer_than_the_road_is_known_is_asked_or_told() -> None:
    there = await rooms(at(10, 500), roads=[road(accuracy_m=5_000, approximate=True)])
    found = (await there.roads.along("g55")).page.found[0]
    assert (found.offset_m, found.side) == (None, Side.UNKNOWN)  # type: ignore[attr-defined]
    with pytest.raises(BadInput) as refused:
        await there.roads.along("g55", max_offset_m=4_999)
    assert refused.value.code == "OFFSET_BELOW_ACCURACY"
    await there.roads.along("g55", max_offset_m=5_000)


@pytest.mark.parametrize(
    ("code", "arguments"),
    [
        ("OFFSET_OUT_OF_RANGE", {"max_offset_m": 10_000.1}),
        ("OFFSET_OUT_OF_RANGE", {"max_offset_m": float("nan")}),
        ("OFFSET_BELOW_ACCURACY", {"max_offset_m": 0}),
        ("ROAD_SPAN", {"from_km": 2, "to_km": 1}),
        ("FIRST_OUT_OF_RANGE", {"first": 101}),
        ("FIRST_OUT_OF_RANGE", {"first": 0}),
    ],
)
async def test_what_is_out_of_range_is_refused(code: str, arguments: dict[str, float]) -> None:
    there = await rooms(roads=[road()])
    with pytest.raises(BadInput) as refused:
        await there.roads.along("g55", **arguments)  # type: ignore[arg-type]
    assert refused.value.code == code
    await there.roads.along("g55", 1, 1, 10_000, first=100)


async def test_a_road_that_is_not_there_and_a_cursor_of_another_are_refused() -> None:
    there = await rooms(at(10, 500), at(20, 500), roads=[road(), road("g5")])
    with pytest.raises(NotFound) as refused:
        await there.roads.along("g9")
    assert refused.value.code == "NO_SUCH_ROAD"
    cursor = (await there.roads.along("g55", first=1)).page.end_cursor
    with pytest.raises(BadCursor):
        await there.roads.along("g5", after=cursor)


async def test_gaps_leave_out_what_is_closed_or_only_planned() -> None:
    closed = msgspec.structs.replace(at(70, 500), state=StationState.CLOSED)
    planned = msgspec.structs.replace(at(80, 500), state=StationState.PLANNED)
    there = await rooms(at(40, 500), closed, planned, at(120, 500), at(75, 9_000), roads=[road()])
    (gap,) = await there.roads.gaps(there.roads.road("g55"))
    assert gap.from_km == pytest.approx(40, abs=0.3)
    assert gap.to_km == pytest.approx(120, abs=0.5)
    assert isinstance(gap, Gap)
    assert await there.roads.gaps(there.roads.road("g55"), longest_km=100) == []
    assert await there.roads.gaps(there.roads.road("g55"), max_offset_m=10_000) == []
    for longest_km in (0.9, 1_001):
        with pytest.raises(BadInput):
            await there.roads.gaps(there.roads.road("g55"), longest_km=longest_km)


def test_an_imported_road_without_places_has_the_shipped_ones_towns_as_far_as_it_passes_them() -> None:
    def town(name: str, km: float, east_km: float) -> RoadPlace:
        return RoadPlace(kind=PlaceKind.TOWN, name=name, place=at(km, east_km * 1_000).place)

    own = msgspec.structs.replace(road(), places=())
    shipped = msgspec.structs.replace(road(), places=(town("近", 20, 9), town("远", 40, 11)))
    (used,) = in_use([own], [shipped])
    assert [place.name for place in used.places] == ["近"]
    assert in_use([road()], [shipped])[0].places == road().places
    (rough,) = in_use([msgspec.structs.replace(road(accuracy_m=12_000), places=())], [shipped])
    assert [place.name for place in rough.places] == ["近", "远"]
    assert [each.id for each in in_use([own], [road("a1")])] == ["a1", "g55"]


async def test_beside_a_route_each_station_has_its_detour() -> None:
    there = await rooms(at(10, 1_000), at(60, -3_000), at(90, 9_000), roads=[road()])
    page = await there.roads.beside(ROUTE, 10)
    assert names(page) == ["s/10", "s/60l"]
    near, far = page.found
    assert near.km == pytest.approx(10, abs=0.1)  # type: ignore[attr-defined]
    assert near.detour_km == pytest.approx(2.6, abs=0.03)  # type: ignore[attr-defined]
    assert near.detour_min == pytest.approx(3.9, abs=0.1)  # type: ignore[attr-defined]
    assert far.detour_km == pytest.approx(7.8, abs=0.05)  # type: ignore[attr-defined]
    assert names(await there.roads.beside(ROUTE, 30)) == ["s/10", "s/60l", "s/90"]
    assert names(await there.roads.beside(ROUTE, 30, first=1)) == ["s/10"]
    first = await there.roads.beside(ROUTE, 30, first=1)
    assert names(await there.roads.beside(ROUTE, 30, first=5, after=first.end_cursor)) == ["s/60l", "s/90"]
    assert names(await there.roads.beside(ROUTE[::-1], 30)) == ["s/90", "s/60l", "s/10"]


@pytest.mark.parametrize("km", [0, MAX_DETOUR_KM + 0.1, float("nan")])
async def test_a_detour_out_of_range_is_refused(km: float) -> None:
    there = await rooms(roads=[road()])
    with pytest.raises(BadInput) as refused:
        await there.roads.beside(ROUTE, km)
    assert refused.value.code == "DETOUR_OUT_OF_RANGE"
    await there.roads.beside(ROUTE, MAX_DETOUR_KM)


def test_the_detour_is_there_and_back() -> None:
    assert detour_km(1_000) == pytest.approx(2.6)


def test_a_polyline_is_read_as_its_makers_example() -> None:
    assert decode_polyline("_p~iF~ps|U_ulLnnqC_mqNvxq`@") == [
        Point(38.5, -120.2),
        Point(40.7, -120.95),
        Point(43.252, -126.453),
    ]
    assert decode_polyline("_izlhA~rlgdF_{geC~ywl@", 6) == [Point(38.5, -120.2), Point(40.7, -120.95)]


@pytest.mark.parametrize("text", ["_p~iF", "_", "\x00\x00", "~~~~~~~~~~~~~~", "é?", "_p~iF~ps|U_"])
def test_a_damaged_polyline_is_refused(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        decode_polyline(text)
    assert refused.value.code in ("POLYLINE", "COORDINATE_OUT_OF_RANGE")


def test_a_route_may_have_5000_points_and_not_one_more() -> None:
    points = [Point(38.0 + n / 10_000, 112.7) for n in range(MAX_POINTS)]
    assert route_line(points).length_m > 1
    more = [*points, Point(38.9, 112.7)]
    for refused_by in (
        lambda: route_line(more),
        lambda: read_coordinates([[p.lon, p.lat] for p in more]),
        lambda: decode_polyline("??" * (MAX_POINTS + 1)),
        lambda: decode_polyline("?" * 1_000_000),
    ):
        with pytest.raises(TooLarge) as refused:
            refused_by()
        assert refused.value.code == "ROUTE_TOO_MANY_POINTS"
    assert len(decode_polyline("??" * MAX_POINTS)) == MAX_POINTS
    assert len(read_coordinates([[p.lon, p.lat] for p in points])) == MAX_POINTS


@pytest.mark.parametrize(
    ("code", "points"),
    [("ROUTE_TOO_LONG", [Point(0, 0), Point(0, 46)]), ("LINE_TOO_SHORT", [Point(0, 0)]), ("LINE_TOO_SHORT", [])],
)
def test_a_route_without_end_or_without_length_is_refused(code: str, points: list[Point]) -> None:
    with pytest.raises(BadInput) as refused:
        route_line(points)
    assert refused.value.code == code


@pytest.mark.parametrize("coordinates", [[[1.0]], [[1.0, 2.0, 3.0, 4.0]]])
def test_coordinates_are_pairs_with_or_without_a_height(coordinates: list[list[float]]) -> None:
    with pytest.raises(BadInput):
        read_coordinates(coordinates)
    assert read_coordinates([[112.7, 38.0, 800.0]]) == [Point(38.0, 112.7)]


async def test_an_import_is_followed_and_stations_are_marked_by_it() -> None:
    there = await rooms(at(10, 500), shipped=[road(accuracy_m=5_000), road("s40")])
    assert [each.id for each in there.roads.roads()] == ["g55", "s40"]
    assert not await there.keeper.step()
    await there.store.put([road()])
    assert await there.keeper.step()
    assert not await there.keeper.step()
    assert [each.origin.accuracy_m for each in there.roads.roads()] == [20, 20]
    assert (await there.roads.along("g55")).page.found[0].offset_m is not None  # type: ignore[attr-defined]
    await there.store.remove("g55")
    assert await there.keeper.step()
    assert there.roads.road("g55").origin.accuracy_m == 5_000


async def test_a_store_that_is_away_leaves_the_shipped_roads_and_is_read_when_it_is_back() -> None:
    there = await rooms(at(10, 500), roads=[road()], shipped=[road("s40")])
    gone = StoreUnavailable("数据库无应答", "the database does not answer")
    there.store.away = gone
    await there.keeper.start()
    assert [each.id for each in there.roads.roads()] == ["s40"]
    with pytest.raises(StoreUnavailable):
        await there.keeper.step()
    there.store.away = None
    there.store.number += 1
    assert await there.keeper.step()
    assert [each.id for each in there.roads.roads()] == ["g55", "s40"]


async def test_an_index_that_is_away_is_told_again() -> None:
    there = await rooms(at(10, 500), roads=[road()])
    refer, told = there.index.refer, []

    async def refuse(references: object) -> int:
        told.append(references)
        raise StoreUnavailable("不在", "away")

    there.index.refer = refuse  # type: ignore[method-assign]
    there.store.number += 1
    with pytest.raises(StoreUnavailable):
        await there.keeper.step()
    assert told != [there.keeper.book]  # what is not marked is not shown
    there.index.refer = refer  # type: ignore[method-assign]
    assert await there.keeper.step()
    assert told == [there.keeper.book]
