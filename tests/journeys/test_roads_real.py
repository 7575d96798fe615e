"""Real interchanges and sights beside the checkout, imported as roads; skipped where that folder is absent."""

import csv
from pathlib import Path

import pytest

from finder.errors import BadInput
from finder.kernel.geo import Point
from finder.roads.imports.draft import Wishes
from finder.roads.imports.run import read_roads
from finder.roads.model import RoadKind
from tests.contract.index_engines import station
from tests.unit.along import rooms

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


@pytest.mark.parametrize("name", sorted(path.name for path in (GEO / "roads").glob("*.geojson")))
async def test_stations_are_found_along_every_road_of_the_file_by_kilometre_and_to_the_end_that_it_names(
    name: str,
) -> None:
    said = Wishes(source="own", licence="facts", accuracy_m=2_000)
    roads = read_roads(GEO / "roads" / name, said, {"长城一号旅游公路": "changcheng-1"})
    assert len(roads) >= 6
    for road in roads:
        places = [Point(*part[n]) for part in road.parts for n in (0, len(part) // 2, -1)]
        kms = [road.locate(place).km for place in places]
        there = await rooms(*(station(f"s/{n}", (p.lat, p.lon)) for n, p in enumerate(places)), roads=[road])
        begin, end = round(road.begin_km, 1), round(road.end_km, 1)
        found = (await there.roads.along(road.id, begin, end)).page.found
        assert len(found) == len(places), road.id
        assert [hit.km for hit in found] == sorted(hit.km for hit in found)  # type: ignore[attr-defined]
        middle = (await there.roads.along(road.id, kms[2] - 0.001, kms[2] + 0.001)).page.found
        assert "s/2" in {hit.station.id for hit in middle}, road.id


async def test_interchanges_of_the_third_file_are_found_along_their_road_in_its_order() -> None:
    roads = {road.ref: road for road in read_roads(GEO / "roads/expressways_travelmapping.geojson", SAID)}
    with (GEO / "roads/expressway_junction_points.csv").open(newline="", encoding="utf-8") as rows:
        junctions = [row for row in csv.DictReader(rows) if row["ref"] == "G55"]
    placed = [station(f"s/{n}", (float(j["lat"]), float(j["lon"]))) for n, j in enumerate(junctions)]
    there = await rooms(*placed, roads=[roads["G55"]])
    found = (await there.roads.along("g55", first=100)).page.found
    assert {hit.station.id for hit in found} == {each.id for each in placed}
    kms = [roads["G55"].locate(hit.station.place).km for hit in found]
    assert kms == sorted(kms)
