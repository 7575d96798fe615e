import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import osmium
import osmium.osm.mutable as made
import pytest

from finder.errors import BadInput
from finder.kernel.geo import GEOD, Point, distance_m, gcj02_from_wgs84
from finder.roads.imports.draft import Wishes, kind_of, post_km
from finder.roads.imports.join import Way, joined
from finder.roads.imports.run import read_roads
from finder.roads.model import Direction, PlaceKind, Road, RoadKind

SAID = Wishes(source="the city", licence="CC0", accuracy_m=15)
BEGIN = Point(38.4, 112.7)


def spot(north_m: float, east_m: float = 0.0) -> Point:
    lon, lat, _ = GEOD.fwd(BEGIN.lon, BEGIN.lat, 0, north_m)
    lon, lat, _ = GEOD.fwd(lon, lat, 90, east_m)
    return Point(float(lat), float(lon))


def pair(north_m: float, east_m: float = 0.0) -> list[float]:
    point = spot(north_m, east_m)
    return [point.lon, point.lat]


def line(*norths: float, **told: object) -> dict[str, object]:
    return {
        "type": "Feature",
        "properties": told,
        "geometry": {"type": "LineString", "coordinates": [pair(n) for n in norths]},
    }


def mark(north_m: float, east_m: float = 0.0, **told: object) -> dict[str, object]:
    return {
        "type": "Feature",
        "properties": told,
        "geometry": {"type": "Point", "coordinates": pair(north_m, east_m)},
    }


def geojson(folder: Path, *features: object) -> Path:
    path = folder / "road.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


@pytest.mark.parametrize(
    ("ref", "name", "kind"),
    [
        ("G55", "二广高速", RoadKind.EXPRESSWAY),
        ("G1812", "沧榆高速", RoadKind.EXPRESSWAY),
        ("S40", "灵河高速", RoadKind.EXPRESSWAY),
        ("G108", "京昆线", RoadKind.NATIONAL),
        ("S205", "省道", RoadKind.PROVINCIAL),
        ("X001", "县道", RoadKind.COUNTY),
        (None, "黄河一号旅游公路", RoadKind.TOURIST),
        (None, "Main Street", RoadKind.OTHER),
    ],
)
def test_a_roads_number_says_its_kind(ref: str | None, name: str, kind: RoadKind) -> None:
    assert kind_of(ref, name) is kind


@pytest.mark.parametrize(("text", "km"), [("K12", 12.0), ("K310+500", 310.5), ("k 7 + 50", 7.05), ("驿站", None)])
def test_a_posts_words_say_its_kilometre(text: str, km: float | None) -> None:
    assert post_km(text) == km


def test_ways_are_joined_whatever_their_order_and_direction() -> None:
    points = [spot(n * 1_000) for n in range(7)]
    ways = [
        Way((points[0], points[1])),
        Way((points[4], points[3])),
        Way((points[2], points[1])),
        Way((points[6], points[5], points[4])),
        Way((points[2], points[3])),
    ]
    assert joined(ways) == [tuple(points)]


def test_one_way_streets_say_the_direction_of_what_they_are_joined_to() -> None:
    points = [spot(n * 1_000) for n in range(4)]
    ways = [Way((points[1], points[0])), Way((points[3], points[2]), oneway=True), Way((points[2], points[1]))]
    assert joined(ways) == [tuple(reversed(points))]
    behind = [Way((points[1], points[2])), Way((points[1], points[0]), oneway=True)]
    assert joined(behind) == [(points[2], points[1], points[0])]


def test_the_carriageway_of_the_other_direction_is_left_out() -> None:
    there = tuple(spot(n * 1_000) for n in range(9))
    back = tuple(spot(n * 1_000, 40) for n in range(8, -1, -1))
    assert joined([Way(there, oneway=True), Way(back, oneway=True)]) == [there]


def test_parts_that_do_not_meet_follow_each_other() -> None:
    far, near, first = (tuple(spot(b + n * 1_000) for n in range(5)) for b in (20_000, 10_000, 0))
    assert joined([Way(first), Way(far[::-1]), Way(near)]) == [first, near, far]


def test_geojson_gives_roads_with_posts_and_places(tmp_path: Path) -> None:
    path = geojson(
        tmp_path,
        line(0, 20_000, ref="S40", name="灵河高速"),
        line(20_000, 40_000, ref="S40"),
        mark(10_000, 5, road="S40", km=110),
        mark(30_000, 5, road="S40", name="K130+000"),
        mark(15_000, 200, road="S40", kind="服务区", name="东服务区", direction="forward"),
        mark(25_000, 900, road="S40", kind="sight", name="塔"),
    )
    (road,) = read_roads(path, SAID)
    assert (road.id, road.name, road.ref, road.kind) == ("s40", "灵河高速", "S40", RoadKind.EXPRESSWAY)
    assert road.begin_km == pytest.approx(100, abs=0.01)
    assert road.end_km == pytest.approx(140, abs=0.01)
    assert [(round(km), p.kind, p.name, p.direction) for km, p in road.places_by_km] == [
        (115, PlaceKind.SERVICE_AREA, "东服务区", Direction.FORWARD),
        (125, PlaceKind.SIGHT, "塔", None),
    ]
    assert (road.origin.source, road.origin.licence, road.origin.accuracy_m) == ("the city", "CC0", 15)


def test_a_road_drawn_against_its_posts_is_turned(tmp_path: Path) -> None:
    path = geojson(tmp_path, line(40_000, 0, ref="S40"), mark(10_000, km=10), mark(20_000, km=20))
    (road,) = read_roads(path, SAID)
    assert road.begin_km == pytest.approx(0, abs=0.01)
    assert road.locate(spot(35_000)).km == pytest.approx(35, abs=0.01)


def test_a_post_that_stands_wrong_is_left_out(tmp_path: Path) -> None:
    marks = [mark(n * 1_000, km=n) for n in (5, 10, 15, 20)]
    (road,) = read_roads(geojson(tmp_path, line(0, 40_000, ref="S40"), mark(12_000, km=300), *marks), SAID)
    assert [post.km for post in road.posts] == [5, 10, 15, 20]


def test_a_file_says_what_the_command_does_not(tmp_path: Path) -> None:
    told = {"name": "试验路", "source": "survey", "licence": "CC BY 4.0", "accuracy_m": 3}
    (road,) = read_roads(geojson(tmp_path, line(0, 5_000, **told)), Wishes())
    assert (road.id, road.origin.source, road.origin.accuracy_m) == ("shi-yan-lu", "survey", 3)
    assert not road.origin.approximate


def test_an_approximate_line_is_believed_no_better_than_that(tmp_path: Path) -> None:
    path = geojson(tmp_path, line(0, 5_000, name="路", approximate=True, source="a", licence="b"))
    (road,) = read_roads(path, Wishes())
    assert (road.origin.approximate, road.origin.accuracy_m) == (True, 5_000)


def test_a_line_drawn_on_a_chinese_map_is_shifted_back(tmp_path: Path) -> None:
    plain = geojson(tmp_path, line(0, 20_000, ref="S40"), mark(5_000, km=5), mark(9_000, kind="sight", name="塔"))
    (drawn,) = read_roads(plain, SAID)
    (back,) = read_roads(plain, replace(SAID, gcj02=True))
    off_m = distance_m(drawn.point_at(10), back.point_at(10))
    assert 400 < off_m < 800
    assert distance_m(gcj02_from_wgs84(back.point_at(10)), drawn.point_at(10)) < 3
    for before, after in ((drawn.posts, back.posts), (drawn.places, back.places)):
        assert distance_m(gcj02_from_wgs84(after[0].place), before[0].place) < 0.1


def test_a_road_that_is_known_keeps_its_id(tmp_path: Path) -> None:
    path = geojson(tmp_path, line(0, 5_000, name="黄河一号旅游公路"))
    (road,) = read_roads(path, SAID, {"黄河一号旅游公路": "huanghe-1"})
    assert road.id == "huanghe-1"


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"name": "S40 灵河高速"}, ("S40", "灵河高速", RoadKind.EXPRESSWAY)),
        ({"name": "g1812沧榆高速"}, ("G1812", "沧榆高速", RoadKind.EXPRESSWAY)),
        ({"road": "G108"}, ("G108", "G108", RoadKind.NATIONAL)),
        ({"name": "G108 2025"}, (None, "G108 2025", RoadKind.OTHER)),
        ({"name": "古路", "ref": "X12"}, ("X12", "古路", RoadKind.COUNTY)),
        ({"name": "G55 二广高速", "ref": "G55"}, ("G55", "G55 二广高速", RoadKind.EXPRESSWAY)),
        ({"name": "绕城", "ref": "G5502/S5502"}, ("G5502/S5502", "绕城", RoadKind.EXPRESSWAY)),
        ({"name": "林场路", "kind": "tourist"}, (None, "林场路", RoadKind.TOURIST)),
        ({"name": "林场路", "kind": "forest"}, (None, "林场路", RoadKind.OTHER)),
    ],
)
def test_a_number_before_the_name_is_the_number_and_a_kind_is_taken_where_it_is_one(
    tmp_path: Path, told: dict[str, str], expected: tuple[str | None, str, RoadKind]
) -> None:
    (road,) = read_roads(geojson(tmp_path, line(0, 5_000, **told)), SAID)
    assert (road.ref, road.name, road.kind) == expected


def test_a_numbered_name_is_the_road_that_is_known_by_its_number(tmp_path: Path) -> None:
    (road,) = read_roads(geojson(tmp_path, line(0, 5_000, name="S40 灵河高速")), SAID, {"S40": "s40"})
    assert road.id == "s40"


def test_what_lacks_is_told_and_nothing_else(tmp_path: Path) -> None:
    path = geojson(tmp_path, line(0, 5_000, name="路"))
    with pytest.raises(BadInput) as refused:
        read_roads(path, Wishes(source="局"))
    assert "许可、精度（米）" in refused.value.zh
    assert refused.value.en.endswith("add --licence … --accuracy-m …")
    with pytest.raises(BadInput, match=r"licence: add --licence …$"):
        read_roads(path, Wishes(source="局", accuracy_m=0))


BAD: list[tuple[str, list[Any], Wishes]] = [
    ("ROAD_ORIGIN", [line(0, 5_000, name="路")], Wishes()),
    ("NO_ROADS", [], SAID),
    ("SEVERAL_ROADS", [line(0, 5_000, ref="S1"), line(0, 5_000, ref="S2")], Wishes(name="x", accuracy_m=1)),
    ("FILE", [line(0, 5_000, ref="S1"), line(0, 5_000, ref="S2"), mark(10, km=1)], SAID),
    ("FILE", [line(0, 5_000, ref="S1"), mark(10, name="?")], SAID),
    ("FILE", [line(0, 5_000, ref="S1", from_km="far")], SAID),
    ("ROAD_WITHOUT_LINE", [line(0, ref="S1")], SAID),
    ("COORDINATE_OUT_OF_RANGE", [{"geometry": {"type": "LineString", "coordinates": [[0, 91], [0, 1]]}}], SAID),
    ("FILE", [{"geometry": {"type": "LineString", "coordinates": [[0], [0, 1]]}}], SAID),
    ("ROAD_ID", [line(0, 5_000, ref="S1")], Wishes(id="No!", source="a", licence="b", accuracy_m=1)),
]


@pytest.mark.parametrize(("code", "features", "wishes"), BAD)
def test_what_cannot_be_read_is_refused_with_a_code(
    tmp_path: Path, code: str, features: list[Any], wishes: Wishes
) -> None:
    with pytest.raises(BadInput) as refused:
        read_roads(geojson(tmp_path, *features), wishes)
    assert refused.value.code == code
    assert refused.value.zh != refused.value.en


@pytest.mark.parametrize(
    ("name", "text"), [("a.geojson", "{"), ("a.geojson", "[]"), ("a.gpx", "<gpx"), ("a.osm.pbf", "x"), ("a.txt", "x")]
)
def test_a_file_that_is_damaged_or_something_else_is_refused(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(BadInput) as refused:
        read_roads(path, SAID)
    assert refused.value.code in ("FILE", "FILE_KIND")


def test_gpx_gives_its_track_with_posts_and_places(tmp_path: Path) -> None:
    def point(tag: str, north_m: float, inside: str = "") -> str:
        where = spot(north_m)
        return f'<{tag} lat="{where.lat}" lon="{where.lon}">{inside}</{tag}>'

    marks = point("wpt", 5_000, "<name>K5</name>") + point("wpt", 9_000, "<name>河驿站</name><type>驿站</type>")
    segments = "".join(
        f"<trkseg>{point('trkpt', a)}{point('trkpt', b)}</trkseg>" for a, b in ((0, 6_000), (6_000, 12_000))
    )
    path = tmp_path / "track.gpx"
    path.write_text(
        '<gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1">'
        f"{marks}<trk><name>河边路</name>{segments}</trk></gpx>"
    )
    (road,) = read_roads(path, SAID)
    assert (road.name, len(road.parts), len(road.posts)) == ("河边路", 1, 1)
    assert road.length_km == pytest.approx(12, abs=0.001)
    assert [(round(km), p.kind) for km, p in road.places_by_km] == [(9, PlaceKind.WAYSTATION)]


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    """An expressway of two carriageways with a relation, and a national road without one."""
    path = tmp_path / "small.osm.pbf"
    ways: dict[int, tuple[list[int], dict[str, str]]] = {}
    with osmium.SimpleWriter(str(path)) as writer:

        def node(number: int, north_m: float, east_m: float = 0.0, **tags: str) -> None:
            where = spot(north_m, east_m)
            writer.add_node(made.Node(id=number, version=1, location=(where.lon, where.lat), tags=tags))

        for n in range(11):
            node(100 + n, n * 1_000)
            node(200 + n, n * 1_000, -40)
            node(300 + n, n * 1_000, 5_000)
        node(1, 2_000, 8, highway="milestone", distance="302")
        node(2, 8_000, 8, highway="milestone", ref="K308")
        node(3, 5_000, 150, highway="services", name="Fuwuqu", **{"name:zh": "右服务区"})
        node(4, 5_500, -190, highway="rest_area", name="左停车区")
        node(5, 6_000, 900, tourism="attraction", name="塔")
        node(6, 6_000, 3_000, tourism="attraction", name="远塔")
        motorway = {"highway": "motorway", "ref": "G55"}
        ways[11] = [100 + n for n in range(5, 11)], motorway
        ways[12] = [100 + n for n in range(6)], motorway
        ways[13] = [210 - n for n in range(11)], motorway
        ways[14] = [300 + n for n in range(11)], {"highway": "primary", "ref": "G108;S205", "name": "京昆线"}
        for number, (nodes, tags) in ways.items():
            writer.add_way(made.Way(id=number, version=1, nodes=nodes, tags=tags))
        tags = {"type": "route", "route": "road", "ref": "G55", "name": "二广高速"}
        members = [("w", 11, ""), ("w", 12, ""), ("w", 13, "")]
        writer.add_relation(made.Relation(id=21, version=1, members=members, tags=tags))
    return path


def test_an_osm_relation_is_a_road_of_one_carriageway(extract: Path) -> None:
    (road,) = read_roads(extract, Wishes())
    assert (road.id, road.name, road.kind) == ("g55", "二广高速", RoadKind.EXPRESSWAY)
    assert road.length_km == pytest.approx(10, abs=0.001)
    assert road.begin_km == pytest.approx(300, abs=0.01)
    assert "OpenStreetMap" in road.origin.source
    assert "ODbL" in road.origin.licence
    assert _named(road) == {"右服务区": Direction.FORWARD, "左停车区": Direction.BACKWARD, "塔": None}


def test_osm_ways_with_a_ref_are_a_road_where_no_relation_has_it(extract: Path) -> None:
    roads = read_roads(extract, Wishes(refs=frozenset({"G108", "g55"})))
    assert {(road.id, road.name) for road in roads} == {("g108", "京昆线"), ("g55", "二广高速")}
    with pytest.raises(BadInput) as refused:
        read_roads(extract, Wishes(refs=frozenset({"G999"})))
    assert refused.value.code == "NO_ROADS"


def _named(road: Road) -> dict[str, Direction | None]:
    return {place.name: place.direction for place in road.places}
