"""Real interchanges and sights beside the checkout, imported as roads; skipped where that folder is absent."""

import csv
from pathlib import Path

import pytest

from finder.errors import BadInput
from finder.kernel.geo import Point
from finder.roads.imports.draft import Wishes
from finder.roads.imports.run import read_roads
from finder.roads.model import RoadKind

GEO = next((p / "shared/data/geo" for p in Path(__file__).parents if (p / "shared/data/geo").is_dir()), Path("absent"))
pytestmark = [
    pytest.mark.realdata,
    pytest.mark.slow,
    pytest.mark.skipif(not GEO.is_dir(), reason="the real files are not beside the checkout"),
]
SAID = Wishes(source="TravelMapping", licence="to be asked", accuracy_m=2_000)


def test_the_expressways_are_as_long_as_their_source_says() -> None:
    roads = {road.id: road for road in read_roads(GEO / "roads/expressways_travelmapping.geojson", SAID)}
    assert roads.keys() == {"g55", "g18", "g5", "g59", "g1812", "g5502-s5502"}
    assert roads["g55"].length_km == pytest.approx(339.0, abs=0.2)
    assert roads["g5"].length_km == pytest.approx(164.2, abs=0.2)
    assert roads["g55"].kind is RoadKind.EXPRESSWAY


def test_every_interchange_lies_on_its_road_in_the_order_of_the_file() -> None:
    roads = {road.ref: road for road in read_roads(GEO / "roads/expressways_travelmapping.geojson", SAID)}
    with (GEO / "roads/expressway_junction_points.csv").open(newline="", encoding="utf-8") as rows:
        junctions = [row for row in csv.DictReader(rows) if row["ref"] == "G55"]
    located = [roads["G55"].locate(Point(float(row["lat"]), float(row["lon"]))) for row in junctions]
    assert len(located) > 20
    assert all(each.offset_m < 1 for each in located)
    kms = [each.km for each in located]
    assert kms in (sorted(kms), sorted(kms, reverse=True))


def test_a_sight_is_found_beside_the_road_that_leads_to_it() -> None:
    roads = {road.ref: road for road in read_roads(GEO / "roads/expressways_travelmapping.geojson", SAID)}
    with (GEO / "poi/scenic_spots.csv").open(newline="", encoding="utf-8") as rows:
        pass_gate = next(row for row in csv.DictReader(rows) if row["name"] == "雁门关")
    there = roads["G55"].locate(Point(float(pass_gate["lat_wgs84"]), float(pass_gate["lon_wgs84"])))
    assert 100 < there.km < 300
    assert there.offset_m < 12_000  # G55 goes below the pass in a tunnel some kilometres away


def test_approximate_roads_are_told_as_such_and_two_sections_are_one_road() -> None:
    path = GEO / "roads/routes_approximate.geojson"
    with pytest.raises(BadInput) as refused:
        read_roads(path, Wishes())
    assert refused.value.code == "ROAD_ORIGIN"
    known = {"长城一号旅游公路": "changcheng-1"}
    roads = {road.id: road for road in read_roads(path, Wishes(source="own", licence="facts"), known)}
    wall = roads["changcheng-1"]
    assert wall.origin.approximate
    assert wall.origin.accuracy_m == 5_000
    assert len(wall.parts) == 2
    assert wall.kind is RoadKind.TOURIST
