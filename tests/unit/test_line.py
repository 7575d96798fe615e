import math
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Proj

from finder.errors import BadInput
from finder.kernel.geo import GEOD, Point, distance_m
from finder.kernel.line import LEFT, ON, PIECE_M, RIGHT, Line, Lines

START = Point(38.4, 112.7)


def ahead(place: Point, azimuth: float, metres: float) -> Point:
    lon, lat, _ = GEOD.fwd(place.lon, place.lat, azimuth, metres)
    return Point(float(lat), float(lon))


steps = st.lists(st.tuples(st.floats(-170, 170), st.floats(5, 30_000)), min_size=1, max_size=12)
beginnings = st.builds(Point, st.floats(-85, 85), st.floats(-180, 180))


def walked(start: Point, legs: list[tuple[float, float]]) -> list[Point]:
    places = [start]
    for azimuth, metres in legs:
        places.append(ahead(places[-1], azimuth, metres))
    return places


@settings(max_examples=25)
@given(beginnings, steps)
def test_a_line_is_as_long_as_its_geodesics(start: Point, legs: list[tuple[float, float]]) -> None:
    line = Line(walked(start, legs))
    assert line.length_m == pytest.approx(sum(metres for _, metres in legs), rel=1e-9, abs=1e-5)
    assert np.diff(line.metres).max() <= PIECE_M * 1.0001


@settings(max_examples=25)
@given(beginnings, steps, st.floats(0, 1))
def test_a_place_on_the_line_is_found_on_it(start: Point, legs: list[tuple[float, float]], share: float) -> None:
    line = Line(walked(start, legs))
    there = line.at(share * line.length_m)
    foot = line.locate(there)
    assert foot.offset_m < 0.05
    assert distance_m(line.at(foot.metres), there) < 0.1  # where a line crosses itself, another time round is as good


@settings(max_examples=20)
@given(beginnings, steps, st.floats(0, 360), st.floats(1, 20_000))
def test_no_place_of_the_line_is_nearer_than_the_foot(
    start: Point, legs: list[tuple[float, float]], azimuth: float, metres: float
) -> None:
    line = Line(walked(start, legs))
    place = ahead(line.at(line.length_m / 2), azimuth, metres)
    foot = line.locate(place)
    step = max(1.0, line.length_m / 200)
    least = min(distance_m(place, line.at(n * step)) for n in range(int(line.length_m / step) + 1))
    assert foot.offset_m <= least + 0.02
    assert distance_m(place, line.at(foot.metres)) == pytest.approx(foot.offset_m, abs=0.05)


@settings(max_examples=20)
@given(steps, st.floats(0, 360), st.floats(1, 9_000))
def test_it_agrees_with_shapely_on_a_plane_around_the_place(
    legs: list[tuple[float, float]], azimuth: float, metres: float
) -> None:
    line = Line(walked(START, legs))
    place = ahead(line.at(line.length_m / 3), azimuth, metres)
    # Distances from the middle of this projection are true, and near it so are all others.
    plane = Proj(proj="aeqd", lat_0=place.lat, lon_0=place.lon, ellps="WGS84")
    drawn = shapely.LineString(np.column_stack(plane(line.lons, line.lats)))
    foot = line.locate(place)
    assert foot.offset_m == pytest.approx(drawn.distance(shapely.Point(0, 0)), abs=0.2)


@settings(max_examples=25)
@given(st.floats(-70, 70), st.floats(0, 360), st.floats(1, 8_000), st.floats(0.1, 0.9))
def test_sides_are_those_of_the_direction(lat: float, azimuth: float, metres: float, share: float) -> None:
    begin = Point(lat, 112.7)
    line = Line([begin, ahead(begin, azimuth, 20_000)])
    middle = line.at(share * 20_000)
    bearing = GEOD.inv(middle.lon, middle.lat, line.lons[-1], line.lats[-1])[0]
    assert line.locate(ahead(middle, bearing - 90, metres)).side == LEFT
    assert line.locate(ahead(middle, bearing + 90, metres)).side == RIGHT
    assert line.locate(middle).side == ON


def test_outside_a_sharp_bend_is_outside_whatever_a_piece_alone_would_say() -> None:
    east = ahead(START, 90, 5_000)
    back = ahead(east, 300, 5_000)  # turns left, back to the west-north-west
    line = Line([START, east, back])
    assert line.locate(ahead(east, 45, 200)).side == RIGHT
    assert line.locate(ahead(east, 135, 200)).side == RIGHT
    assert line.locate(ahead(line.at(4_000), 0, 50)).side == LEFT


def test_beyond_its_ends_a_line_is_nearest_at_its_ends() -> None:
    line = Line([START, ahead(START, 0, 3_000)])
    foot = line.locate(ahead(START, 180, 700))
    assert (foot.metres, round(foot.offset_m, 3)) == (0.0, 700.0)


def test_a_line_over_the_date_line_has_no_seam() -> None:
    line = Line([Point(-16.5, 179.9), Point(-16.6, -179.9)])
    foot = line.locate(Point(-16.5, 180.0))
    assert 8_000 < foot.metres < 14_000
    assert foot.offset_m < 6_000


def test_what_lies_between_two_parts_is_measured_and_nothing_is_near_it() -> None:
    second = ahead(START, 90, 10_000)
    line = Line([START, ahead(START, 90, 2_000)], [second, ahead(second, 90, 2_000)])
    assert line.length_m == pytest.approx(12_000)
    foot = line.locate(ahead(START, 90, 6_000))
    assert foot.offset_m == pytest.approx(4_000, abs=1)
    assert line.locate(ahead(START, 90, 8_500)).metres == pytest.approx(10_000, abs=1)


def test_many_places_and_lines_at_once_give_what_each_alone_gives() -> None:
    turn = np.random.default_rng(3)
    lines = [
        Line(walked(ahead(START, a, 30_000), [(float(turn.uniform(0, 360)), 9_000.0)] * 6)) for a in range(0, 360, 120)
    ]
    lats, lons = turn.uniform(38.1, 38.7, 120), turn.uniform(112.3, 113.1, 120)
    reach_m = 7_000.0
    found = Lines(lines).near(lats, lons, reach_m)
    together = {
        (int(p), int(n)): (m, o, s)
        for p, n, m, o, s in zip(found.place, found.line, found.metres, found.offset_m, found.side, strict=True)
    }
    alone = {}
    for n, line in enumerate(lines):
        for p in range(120):
            foot = line.locate(Point(float(lats[p]), float(lons[p])))
            if foot.offset_m <= reach_m:
                alone[(p, n)] = (foot.metres, foot.offset_m, foot.side)
    assert together.keys() == alone.keys()
    assert len(together) > 5
    for key, value in alone.items():
        assert together[key] == pytest.approx(value, abs=1e-6)
    assert np.all(np.diff(found.place) >= 0)


def test_the_way_between_two_distances_is_cut_at_both_ends() -> None:
    line = Line([START, ahead(START, 0, 5_500)])
    there = line.between(1_200, 4_700)
    assert sum(distance_m(a, b) for a, b in pairwise(there)) == pytest.approx(3_500, abs=0.1)
    assert line.between(4_700, 1_200) == there[::-1]


@pytest.mark.parametrize("places", [[], [START], [START, START]])
def test_less_than_two_places_are_no_line(places: list[Point]) -> None:
    with pytest.raises(BadInput) as refused:
        Line(places)
    assert refused.value.code == "LINE_TOO_SHORT"


def test_a_place_given_twice_does_no_harm() -> None:
    line = Line([START, START, ahead(START, 0, 900), ahead(START, 0, 900)])
    assert line.length_m == pytest.approx(900)
    assert math.isfinite(line.locate(ahead(START, 90, 10)).offset_m)


def test_a_place_on_the_other_side_of_the_earth_has_a_nearest_place_too() -> None:
    line = Line([START, ahead(START, 0, 30_000)])
    foot = line.locate(Point(-38.0, -67.0))
    assert foot.offset_m > 19_900_000
    assert line.locate(Point(-17, 180)).offset_m == pytest.approx(distance_m(START, Point(-17, 180)), rel=1e-4)
