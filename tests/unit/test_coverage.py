"""The plan's targets measured on small made-up cities, and told as files in which no cell is a formula."""

import csv
import io
import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from finder.errors import BadInput, NotFound
from finder.kernel.geo import Point, distance_m
from finder.roads.model import Origin, Road, RoadKind, RoadPlace
from finder.roads.model import PlaceKind as OnRoad
from finder.stations.model import Access, Connector, ConnectorType, Current, Evse, Station, StationState
from finder.supervision.coverage.drawn import coordinates
from finder.supervision.coverage.measure import WHY, Measured, Piles, Scene, measure
from finder.supervision.coverage.places import Place, PlaceKind, read_places
from finder.supervision.coverage.plan import load_plan, plan_of
from finder.supervision.coverage.report import Report, report, to_csv, to_geojson
from tests.unit.naive import station

CENTRE, PLAN, NOW = Point(38.4, 112.7), load_plan("xinzhou"), datetime(2025, 11, 25, tzinfo=UTC)
KM = 1 / 111.0  # a degree of latitude, about


def site(n: int, lat: float, lon: float = 112.7, *, dc: bool = False, evses: int = 1, **more: Any) -> Station:
    plug = Connector(id="1", type=ConnectorType.GBT_DC if dc else ConnectorType.GBT_AC)
    plug = msgspec.structs.replace(plug, current=Current.DC if dc else Current.AC)
    guns = tuple(Evse(id=f"op/{n}-{each}", connectors=(plug,)) for each in range(evses))
    told: dict[str, Any] = {"place": Point(lat, lon), "evses": guns, "access": Access.PUBLIC, **more}
    return msgspec.structs.replace(station(n), **told)


def measured(*stations: Station, **more: Any) -> dict[str, Measured]:
    return measure(Scene(PLAN, CENTRE, stations, **more))


def place(name: str, lat: float | None, kind: PlaceKind = PlaceKind.TOWNSHIP) -> Place:
    return Place(name, kind, name, "忻府区", None if lat is None else Point(lat, 112.7), "test")


def road(*lats: tuple[float, ...], kind: RoadKind = RoadKind.TOURIST, **more: Any) -> Road:
    parts = tuple(tuple((lat, 112.7) for lat in part) for part in lats)
    origin = more.pop("origin", Origin(source="test", licence="none", accuracy_m=10))
    return Road(id="r", name="路", kind=kind, parts=parts, origin=origin, **more)


def test_the_plan_of_the_city_is_the_annexes() -> None:
    assert sum(county.goal(2025) for county in PLAN.counties) == 5_429
    assert (PLAN.counties[0].goal(2023), PLAN.counties[0].goal(2024), PLAN.counties[0].goal(2022)) == (296, 587, 0)
    assert PLAN.years == [2023, 2024, 2025]
    assert plan_of("nowhere") is None
    with pytest.raises(NotFound):
        load_plan("nowhere")
    assert {goal.key for goal in PLAN.goals} == set(measured())
    assert {told.why for told in measured().values()} - {None} <= WHY.keys()


def test_piles_are_pieces_of_equipment_of_open_public_stations() -> None:
    two_guns = tuple(Evse(id=f"op/9-{n}", connectors=site(9, 38).evses[0].connectors, equipment_id="E") for n in (1, 2))
    told = measured(
        site(1, 38.4, evses=3),
        site(2, 38.4, evses=2, access=Access.UNKNOWN),
        site(3, 38.4, evses=5, access=Access.PRIVATE),
        site(4, 38.4, evses=5, state=StationState.PLANNED),
        msgspec.structs.replace(site(9, 38.4), evses=two_guns),
    )
    assert told["public_piles"].value == 6
    swap = Connector(id="1", type=ConnectorType.SWAP_BAY)
    bays = msgspec.structs.replace(site(5, 38.4), evses=(Evse(id="op/5", connectors=(swap,)),))
    told = measured(bays)
    assert (told["public_piles"].value, told["swap_stations"].value) == (0, 1)


def test_a_county_is_equipped_from_two_stations_and_thirty_piles_on() -> None:
    code = PLAN.counties[0].code
    enough = [site(1, 38.4, evses=15, area_code=code), site(2, 38.4, evses=15, area_code=code)]
    assert measured(*enough)["counties_equipped"].value == 1
    fewer = [enough[0], site(2, 38.4, evses=14, area_code=code)]
    one = [site(1, 38.4, evses=30, area_code=code)]
    for lacking in (fewer, one, []):
        told = measured(*lacking)["counties_equipped"]
        assert told.value == 0
        assert len(told.lacking) == len(PLAN.counties)


def test_a_place_is_covered_within_its_distance_and_one_without_a_place_is_not_counted() -> None:
    places = [place("近", 38.4 + 4.9 * KM), place("远", 38.4 + 5.2 * KM), place("无", None)]
    told = measured(site(1, 38.4), places=places)["townships_covered"]
    assert (told.value, told.lacking, told.approximate) == (1, ["远"], True)
    assert measured(site(1, 38.4))["townships_covered"] == Measured(None, "NO_PLACES")
    assert measured(places=places)["townships_covered"].value == 0


def test_the_farthest_way_in_the_country_leaves_the_city_out() -> None:
    far, nearer = place("远", 39.4), place("近", 38.9)
    told = measured(site(1, 38.4), places=[place("城", 38.41), nearer, far])["rural_distance"]
    assert told.lacking == ["远"]
    assert told.value == pytest.approx(distance_m(CENTRE, Point(39.4, 112.7)) / 1000, abs=0.06)
    assert measured(places=[far])["rural_distance"].why == "NO_STATIONS"


def test_the_core_and_its_edge_are_measured_on_a_grid() -> None:
    told = measured(site(1, CENTRE.lat, CENTRE.lon))
    assert told["core_distance"].value == pytest.approx(PLAN.core_km, abs=0.1)
    assert told["edge_distance"].value == pytest.approx(PLAN.edge_km, abs=0.1)
    assert measured()["core_distance"].why == "NO_STATIONS"


def test_the_longest_way_on_a_road_runs_from_charger_to_charger_and_to_its_ends() -> None:
    line = road((38.0, 38.5, 39.0, 39.5))  # 166 km
    scene = Scene(PLAN, CENTRE, [site(1, 38.1), site(2, 38.8), site(3, 39.4, 112.9)], roads=[line])
    (cover,) = scene.road_covers
    assert [round(km) for km, _ in cover.chargers] == [11, 89]  # the third is 17 km off
    assert cover.longest_km == pytest.approx(77.7, abs=0.1)
    assert [(round(a), round(b)) for a, b in cover.gaps] == [(11, 89), (89, 167)]
    told = measure(scene)["road_distance"]
    assert (told.value, told.approximate, len(told.lacking)) == (77.7, False, 2)
    assert measured(site(1, 38.1))["road_distance"].why == "NO_ROADS"


def test_nobody_drives_from_one_part_of_a_road_to_the_next() -> None:
    line = road((38.0, 38.3), (39.3, 39.6))  # 33 km each
    (cover,) = Scene(PLAN, CENTRE, [], roads=[line]).road_covers
    assert cover.longest_km == pytest.approx(33.3, abs=0.1)
    assert cover.gaps == []
    # The way between them counts in the kilometres, so that the second part begins where it is, at km 111.
    (cover,) = Scene(PLAN, CENTRE, [site(1, 39.6)], roads=[road((38.0, 38.3), (39.0, 39.9))]).road_covers
    assert [(round(a), round(b)) for a, b in cover.gaps] == [(111, 178)]
    assert [round(km) for km, _ in cover.chargers] == [178]


def test_of_an_approximate_road_no_offset_below_its_accuracy_is_measured() -> None:
    beside = site(1, 38.25, 112.8)  # 9 km off
    rough = Origin(source="test", licence="none", accuracy_m=10_000, approximate=True)
    assert len(Scene(PLAN, CENTRE, [beside], roads=[road((38.0, 38.5))]).road_covers[0].chargers) == 0
    scene = Scene(PLAN, CENTRE, [beside], roads=[road((38.0, 38.5), origin=rough)])
    assert len(scene.road_covers[0].chargers) == 1
    assert measure(scene)["road_distance"].approximate is True


def test_a_service_area_counts_with_a_charger_of_its_own() -> None:
    here = RoadPlace(kind=OnRoad.SERVICE_AREA, name="原平", place=Point(38.2, 112.7))
    there = RoadPlace(kind=OnRoad.SERVICE_AREA, name="忻州", place=Point(38.4, 112.7))
    line = road((38.0, 38.5), kind=RoadKind.EXPRESSWAY, places=(here, there))
    told = measured(site(1, 38.2 + 0.9 * KM), site(2, 38.4 + 1.2 * KM, dc=True), roads=[line])
    assert (told["service_areas"].value, told["service_areas"].lacking) == (1, ["忻州"])
    assert told["service_areas_fast"].value == 0
    assert told["waystations"].why == "NO_ROAD_PLACES"


def told(year: int | None = 2025, *stations: Station, **more: Any) -> Report:
    return report(Scene(PLAN, CENTRE, stations, **more), year, NOW)


def test_a_target_is_met_or_not_or_nobody_can_say() -> None:
    lines = {line.goal.key: line for line in told(2023, site(1, 38.4)).lines}
    assert (lines["public_piles"].planned, lines["public_piles"].met) == (2_000, False)
    assert lines["swap_stations"].met is None
    assert lines["villages_covered"].met is None
    assert lines["core_distance"].met is True  # 3 km of at most 5
    assert told(None).year == 2025


def test_the_csv_says_everything_and_starts_no_formula() -> None:
    evil = site(1, 38.1, name="=HYPERLINK(1)")
    line = msgspec.structs.replace(road((38.0, 39.0)), name="@路")
    text = to_csv(told(2025, evil, places=[place("+乡", 39.0)], roads=[line]))
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert {row[0] for row in rows} == {"kind", "goal", "county", "road", "township"}
    assert len({len(row) for row in rows}) == 1
    numbers = [cell for row in rows for cell in row if cell[:1] in "=+-@\t\r" and cell]
    assert all(math.isfinite(float(cell)) for cell in numbers)
    assert "'@路" in text
    assert "'+乡" in text


def test_the_geojson_has_the_gaps_as_lines_and_the_chargers_as_points() -> None:
    made = to_geojson(told(2025, site(1, 38.1), roads=[road((38.0, 39.0))]))
    kinds = [(each["geometry"]["type"], each["properties"]["kind"]) for each in made["features"]]
    assert kinds == [("LineString", "gap"), ("Point", "charger")]
    (lon, lat), *_ = made["features"][0]["geometry"]["coordinates"]
    assert (round(lon, 1), round(lat, 1)) == (112.7, 38.1)


def test_each_township_and_sight_is_listed_with_its_nearest_charger_and_what_covers_it() -> None:
    places = [
        *(place("近", 38.4 + 4.9 * KM), place("远", 38.4 + 5.2 * KM), place("无", None)),
        *(place("庙", 38.4 + 1.9 * KM, PlaceKind.SIGHT), place("塔", 38.4 + 2.2 * KM, PlaceKind.SIGHT)),
        place("村", 38.4, PlaceKind.VILLAGE),
    ]
    listed = told(2025, site(1, 38.4, evses=3, dc=True), site(2, 38.4, evses=2), places=places).places
    seen = [(each.place.name, each.covered, each.within and each.within.piles) for each in listed]
    assert seen == [("远", False, 0), ("近", True, 5), ("无", None, None), ("塔", False, 0), ("庙", True, 5)]
    station, km = listed[1].nearest or (None, None)
    assert station is not None
    assert km == pytest.approx(distance_m(station.place, Point(38.4 + 4.9 * KM, 112.7)) / 1000)
    assert listed[2].nearest is None
    assert [(each.covered, each.nearest) for each in told(places=places[:1]).places] == [(False, None)]


def test_a_place_at_the_very_distance_is_covered_and_one_a_metre_past_is_not() -> None:
    near, far = Point(38.4 + 4.99 * KM, 112.7), Point(38.4 + 5.05 * KM, 112.7)
    for _ in range(60):  # the last latitude within 5 km of the station
        middle = Point((near.lat + far.lat) / 2, 112.7)
        near, far = (middle, far) if distance_m(Point(38.4, 112.7), middle) <= 5_000 else (near, middle)
    places = [place("内", near.lat), place("外", near.lat + 1e-5)]
    outside, inside = told(2025, site(1, 38.4), places=places).places
    assert (inside.covered, inside.within) == (True, Piles(1, 1, 0))
    assert (outside.covered, outside.within) == (False, Piles())


def test_the_files_name_the_nearest_charger_and_what_cannot_be_measured() -> None:
    made = told(2025, site(1, 38.4, name="站"), places=[place("近", 38.4 + 3 * KM), place("无", None)])
    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(to_csv(made).removeprefix("\ufeff")))}
    near, nowhere = rows["近"], rows["无"]
    assert (near["measured"], near["planned"], near["met"], near["nearest"]) == ("3.0", "5.0", "True", "站")
    assert (near["county"], near["stations"], near["piles"]) == ("忻府区", "1", "1")
    assert (nowhere["measured"], nowhere["met"], nowhere["why"]) == ("", "", "NO_COORDINATES")
    first, second = to_geojson(made)["features"]
    assert first["properties"]["nearestKm"] == 3.0
    assert first["geometry"]["type"] == "Point"
    assert (second["geometry"], second["properties"]["why"]) == (None, "NO_COORDINATES")


def test_a_map_has_a_spot_for_a_square_kilometre_and_no_finer_roads_than_it_shows() -> None:
    here = [site(n, 38.402 + n * 0.001, dc=n == 1) for n in range(3)]
    made = told(2025, *here, site(9, 38.5))
    assert [(spot.there.stations, spot.there.fast) for spot in made.spots] == [(3, 1), (1, 0)]
    assert made.spots[0].place.lat == pytest.approx(38.403)
    fine = [Point(38 + n * 0.0001, 112.7) for n in range(101)]  # every 11 m for 1.1 km
    drawn = coordinates(fine)
    assert (drawn[0], drawn[-1]) == ([112.7, 38.0], [112.7, 38.01])
    assert len(drawn) == 5
    assert coordinates(fine[:1]) == [[112.7, 38.0]]
    assert coordinates([]) == []
    assert all(county.seat is not None for county in PLAN.counties)


def test_places_are_read_from_a_table_and_a_wrong_line_is_named(tmp_path: Path) -> None:
    file = tmp_path / "places.csv"
    file.write_text(
        "name,county_name,in_152,lat_wgs84,lon_wgs84\n甲乡,代县,1,39.1,112.9\n乙街道,代县,0,,\n丙乡,代县,1,,\n"
    )
    found = read_places(file, PlaceKind.TOWNSHIP, "s")
    assert [(each.name, each.county, each.at) for each in found] == [
        ("甲乡", "代县", Point(39.1, 112.9)),
        ("丙乡", "代县", None),
    ]
    for content, code in (("name,x\n", "PLACES_COLUMNS"), ("name,lat,lon\n甲,91,112\n", "PLACES_LINE")):
        file.write_text(content)
        with pytest.raises(BadInput) as refused:
            read_places(file, PlaceKind.SIGHT, "s")
        assert refused.value.code == code
