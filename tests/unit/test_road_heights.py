"""Heights of imported roads: read where a file has them, carried to a trip, and unknown, never 0, where it has none."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from finder.errors import BadInput
from finder.roads.heights import climbs
from finder.roads.imports.draft import Wishes
from finder.roads.imports.run import read_roads
from finder.roads.model import Road
from finder.roads.sql import digest_of
from tests.unit.along import road

WISHES = Wishes(source="survey", licence="CC0", accuracy_m=10)
UP = [(38.0, 112.7, 800.0), (38.1, 112.7, 1_500.0), (38.2, 112.7, 1_000.0)]
Place = tuple[float, float, float | None]


def gpx(folder: Path, *segments: list[Place], posts: str = "") -> Road:
    def point(lat: float, lon: float, height: float | None) -> str:
        return f'<trkpt lat="{lat}" lon="{lon}">{"" if height is None else f"<ele>{height}</ele>"}</trkpt>'

    drawn = "".join(f"<trkseg>{''.join(point(*each) for each in segment)}</trkseg>" for segment in segments)
    head = '<gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1">'
    (folder / "r.gpx").write_text(f"{head}{posts}<trk><name>路</name>{drawn}</trk></gpx>")
    (found,) = read_roads(folder / "r.gpx", WISHES)
    return found


def geojson(folder: Path, *lines: list[list[float]]) -> Road:
    shape: dict[str, Any] = {"type": "MultiLineString", "coordinates": lines}
    (folder / "r.geojson").write_text(json.dumps({"type": "Feature", "properties": {"name": "路"}, "geometry": shape}))
    (found,) = read_roads(folder / "r.geojson", WISHES)
    return found


def test_the_heights_of_a_track_are_its_climbs(tmp_path: Path) -> None:
    told = gpx(tmp_path, list(UP))
    assert told.climbs == pytest.approx((695, 490))  # each turn may waver by 5 m
    half = told.heights_between(0, told.locate(told.point_at(11.1)).km)
    assert half is not None
    assert (half[0], half[-1]) == pytest.approx((800, 1_500), abs=1)
    assert half[:-1] == sorted(half[:-1])
    back = told.heights_between(told.end_km, 0)
    assert back is not None
    assert climbs(back) == pytest.approx((495, 690))
    assert len(back) == len(told.points_between(told.end_km, 0))


def test_the_third_number_of_a_geojson_place_is_its_height(tmp_path: Path) -> None:
    told = geojson(tmp_path, [[lon, lat, height] for lat, lon, height in UP])
    assert told.climbs == gpx(tmp_path, list(UP)).climbs


@pytest.mark.parametrize(
    "heights",
    [
        (None, None, None),
        (0.0, 0.0, 0.0),  # what a device writes that knows none
        (-32768.0, -32768.0, -32768.0),  # a void of a terrain model
        (800.0, None, 900.0),
        (800.0, -32768.0, 900.0),
        (800.0, 9_000.1, 900.0),
        (800.0, -500.1, 900.0),
    ],
)
def test_where_a_height_is_not_known_a_climb_is_not_either(tmp_path: Path, heights: tuple[float | None, ...]) -> None:
    told = gpx(tmp_path, [(lat, lon, height) for (lat, lon, _), height in zip(UP, heights, strict=True)])
    assert told.climbs is None
    assert told.heights_between(0, told.end_km) is None


def test_the_lowest_and_the_highest_road_are_believed(tmp_path: Path) -> None:
    told = gpx(tmp_path, [(38.0, 112.7, -500.0), (38.1, 112.7, 9_000.0)])
    assert told.climbs == pytest.approx((9_495, 0))


def test_a_stretch_whose_heights_are_known_has_them_though_others_have_none(tmp_path: Path) -> None:
    told = gpx(tmp_path, list(UP), [(39.0, 112.7, None), (39.1, 112.7, None)])
    assert told.heights_m == ((800.0, 1_500.0, 1_000.0), ())
    assert told.climbs is None
    assert told.heights_between(0, 22) is not None
    assert told.heights_between(22, told.end_km) is None
    assert told.heights_between(115, told.end_km) is None


def test_a_road_that_was_drawn_against_its_posts_takes_its_heights_along(tmp_path: Path) -> None:
    posts = '<wpt lat="38.0" lon="112.7"><name>K22</name></wpt><wpt lat="38.2" lon="112.7"><name>K0</name></wpt>'
    told = gpx(tmp_path, list(UP), posts=posts)
    assert told.heights_m == ((1_000.0, 1_500.0, 800.0),)
    assert told.climbs == pytest.approx((495, 690))


def test_a_shifted_file_keeps_its_heights(tmp_path: Path) -> None:
    gpx(tmp_path, list(UP))
    shifted = Wishes(source="s", licence="l", accuracy_m=10, gcj02=True)
    (told,) = read_roads(tmp_path / "r.gpx", shifted)
    assert told.heights_m == ((800.0, 1_500.0, 1_000.0),)


def test_ways_joined_end_to_end_and_turned_keep_theirs(tmp_path: Path) -> None:
    told = geojson(tmp_path, [[112.7, 38.0, 800], [112.7, 38.1, 1_500]], [[112.7, 38.2, 1_000], [112.7, 38.1, 1_500]])
    assert told.heights_m == ((800.0, 1_500.0, 1_000.0),)


def test_heights_are_kept_and_a_road_without_them_is_as_it_was() -> None:
    plain = road()
    assert b"heights" not in msgspec.json.encode(plain)
    high = msgspec.structs.replace(plain, heights_m=((800.0, 900.0),))
    assert digest_of(high) != digest_of(plain)
    assert msgspec.json.decode(msgspec.json.encode(high), type=Road) == high
    for wrong in (((800.0,),), ((800.0, 900.0), ())):
        with pytest.raises(BadInput):
            msgspec.structs.replace(plain, heights_m=wrong)
