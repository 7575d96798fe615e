import msgspec
import pytest

from finder.errors import BadInput
from finder.kernel.geo import GEOD, Point, distance_m
from finder.roads.model import Gap, Origin, Post, Road, RoadKind, Side, gaps

ORIGIN = Origin(source="a test", licence="none needed", accuracy_m=5)
BEGIN = (38.4, 112.7)


def north(metres: float, east_m: float = 0.0) -> Point:
    lon, lat, _ = GEOD.fwd(BEGIN[1], BEGIN[0], 0, metres)
    lon, lat, _ = GEOD.fwd(lon, lat, 90, east_m)
    return Point(float(lat), float(lon))


def road(**changes: object) -> Road:
    end = north(100_000)
    plain = Road(id="t1", name="试验路", kind=RoadKind.OTHER, parts=((BEGIN, (end.lat, end.lon)),), origin=ORIGIN)
    return msgspec.structs.replace(plain, **changes)


def test_without_posts_kilometres_are_measured_from_the_beginning() -> None:
    there = road().locate(north(40_000, 300))
    assert there.km == pytest.approx(40, abs=0.001)
    assert there.offset_m == pytest.approx(300, abs=0.5)
    assert there.side is Side.RIGHT
    assert road().locate(north(40_000, -300)).side is Side.LEFT
    assert distance_m(road().point_at(40), north(40_000)) < 0.1
    assert road().begin_km == 0
    assert road().end_km == pytest.approx(100)


def test_a_road_may_begin_at_another_kilometre() -> None:
    assert road(from_km=310.0).locate(north(5_000)).km == pytest.approx(315)
    assert distance_m(road(from_km=310.0).point_at(315), north(5_000)) < 0.1


def test_posts_say_the_kilometres_where_they_are_given() -> None:
    posts = (Post(200.0, north(10_000)), Post(222.0, north(30_000)))  # 22 on the signs where 20 are measured
    marked = road(posts=posts)
    assert marked.locate(north(20_000)).km == pytest.approx(211)
    assert marked.locate(north(5_000)).km == pytest.approx(195)
    assert marked.locate(north(31_000)).km == pytest.approx(223)
    for km in (191.0, 200.0, 207.7, 222.0, 250.0):
        assert marked.locate(marked.point_at(km)).km == pytest.approx(km, abs=1e-3)


@pytest.mark.parametrize("kms", [(222.0, 200.0), (200.0, 200.0)])
def test_posts_against_the_line_are_refused(kms: tuple[float, float]) -> None:
    bad = road(posts=(Post(kms[0], north(10_000)), Post(kms[1], north(30_000))))
    with pytest.raises(BadInput) as refused:
        _ = bad.begin_km
    assert refused.value.code == "ROAD_POSTS"


def test_a_road_is_stored_and_read_as_it_was() -> None:
    whole = road(posts=(Post(1.0, north(1_000)),), ref="T1")
    _ = whole.line
    assert msgspec.json.decode(msgspec.json.encode(whole), type=Road) == whole


def test_beyond_its_ends_a_road_has_its_ends() -> None:
    assert distance_m(road().point_at(-3), north(0)) < 0.01
    assert distance_m(road().point_at(103), north(100_000)) < 0.01


@pytest.mark.parametrize(
    ("chargers", "expected"),
    [
        ([], [Gap(0, 120)]),
        ([50, 100], []),  # exactly 50 km is within the plan
        ([50.001, 100], [Gap(0, 50.001)]),
        ([60, 10, 200], [Gap(60, 120)]),
    ],
)
def test_gaps_are_the_ways_longer_than_the_plan_allows(chargers: list[float], expected: list[Gap]) -> None:
    assert gaps(0, 120, chargers) == expected


@pytest.mark.parametrize("accuracy_m", [-1.0, 50_001.0, float("nan")])
def test_an_accuracy_out_of_range_is_refused(accuracy_m: float) -> None:
    with pytest.raises(BadInput):
        Origin(source="a", licence="b", accuracy_m=accuracy_m)
