"""The plan's targets against what is live, as a table to read, to compute with, and to draw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from finder.money.spreadsheet import table
from finder.roads.model import GAP_KM
from finder.supervision.coverage.drawn import Spot, spots
from finder.supervision.coverage.measure import Measured, Piles, RoadCover, Scene, measure
from finder.supervision.coverage.plan import County, Goal
from finder.supervision.coverage.reach import Reach, reaches

_HEADINGS = (
    *("kind", "key", "name", "unit", "year", "planned", "measured", "met", "approximate", "why", "lacking"),
    *("county", "stations", "piles", "fast", "nearest"),
)
NO_COORDINATES = "NO_COORDINATES"


@dataclass(frozen=True, slots=True)
class Line:
    """A target in one year: what was planned, what is there, and whether that is enough."""

    goal: Goal
    planned: float | None
    measured: Measured
    met: bool | None


@dataclass(frozen=True, slots=True)
class CountyLine:
    """A county: what is there, and how many piles were to be built there up to the year."""

    county: County
    there: Piles
    planned: int


@dataclass(frozen=True, slots=True)
class Report:
    """How far the plan has come in a year. `practice`: the stations are made up."""

    title: str
    source: str
    year: int
    years: Sequence[int]
    at: datetime
    practice: bool
    lines: Sequence[Line]
    counties: Sequence[CountyLine]
    elsewhere: Piles  # stations whose county is not known, or none of the plan's
    roads: Sequence[RoadCover]
    places: Sequence[Reach]  # each township and sight
    spots: Sequence[Spot]


def report(scene: Scene, year: int | None, now: datetime) -> Report:
    """The report of this year of the plan; the latest that is not in the future where none is named."""
    plan, measured = scene.plan, measure(scene)
    years = plan.years
    chosen = year if year is not None else max((each for each in years if each <= now.year), default=years[0])
    lines = [
        Line(goal, goal.by.get(chosen), measured[goal.key], goal.met(measured[goal.key].value, chosen))
        for goal in plan.goals
    ]
    counties = [
        CountyLine(county, scene.by_county.get(county.code, Piles()), county.goal(chosen)) for county in plan.counties
    ]
    practice = bool(scene.stations) and all(station.practice for station in scene.stations)
    return Report(
        *(plan.title, plan.source, chosen, years, now, practice, lines, counties),
        scene.by_county.get("", Piles()),
        scene.road_covers,
        reaches(scene),
        spots(scene.open),
    )


def to_csv(told: Report) -> str:
    """Targets, then counties, roads, and places; no cell is taken for a formula by a spreadsheet."""
    rows = chain(
        map(_goal_row, told.lines),
        map(_county_row, told.counties),
        map(_road_row, told.roads),
        map(_place_row, told.places),
    )
    return table(_HEADINGS, ([kind, key, name, unit, told.year, *rest] for kind, key, name, unit, *rest in rows))


def _goal_row(line: Line) -> list[object]:
    goal, seen = line.goal, line.measured
    cells = [line.planned, seen.value, line.met, seen.approximate, seen.why, "；".join(seen.lacking)]
    return ["goal", goal.key, goal.name, goal.unit.value, *cells, *_NOTHING]


def _county_row(line: CountyLine) -> list[object]:
    county, there, planned = line.county, line.there, line.planned
    cells = [planned, there.piles, there.piles >= planned, False, None, ""]
    return ["county", county.code, county.name, "COUNT", *cells, county.name, *_piles(there), ""]


def _road_row(cover: RoadCover) -> list[object]:
    road, longest = cover.road, round(cover.longest_km, 1)
    gaps = "；".join(f"K{a:.1f}–K{b:.1f}" for a, b in cover.gaps)
    cells = [GAP_KM, longest, longest < GAP_KM, road.origin.approximate, None, gaps]
    return ["road", road.id, road.name, "KM", *cells, *_NOTHING]


def _place_row(reach: Reach) -> list[object]:
    place = reach.place
    station, km = reach.nearest or (None, None)
    why = NO_COORDINATES if place.at is None else None if station else "NO_STATIONS"
    cells = [reach.limit_km, None if km is None else round(km, 1), reach.covered, True, why, ""]
    near = [place.county, *_piles(reach.within), station and station.name]
    return [place.kind.value.lower(), place.id, place.name, "KM", *cells, *near]


def _piles(there: Piles | None) -> list[object]:
    return ["", "", ""] if there is None else [there.stations, there.piles, there.fast]


_NOTHING = ("", "", "", "", "")


def to_geojson(told: Report) -> Mapping[str, Any]:
    """The gaps of each road as lines, its chargers and the places as points; WGS-84.

    A place whose coordinates nobody knows is a feature without a geometry (RFC 7946, 3.2).
    """
    features: list[dict[str, Any]] = []
    for cover in told.roads:
        road = cover.road
        about = {"road": road.id, "name": road.name, "approximate": road.origin.approximate}
        for begin, end in cover.gaps:
            line = [[round(p.lon, 6), round(p.lat, 6)] for p in road.points_between(begin, end)]
            way = {"fromKm": round(begin, 1), "toKm": round(end, 1)}
            features.append(_feature("LineString", line, {"kind": "gap", **about, **way}))
        for km, station in cover.chargers:
            at = [round(station.place.lon, 6), round(station.place.lat, 6)]
            more: dict[str, Any] = {"km": round(km, 1), "station": station.id, "stationName": station.name}
            features.append(_feature("Point", at, {"kind": "charger", **about, **more}))
    features += map(_place_feature, told.places)
    return {"type": "FeatureCollection", "year": told.year, "practice": told.practice, "features": features}


def _place_feature(reach: Reach) -> dict[str, Any]:
    place, within = reach.place, reach.within
    about: dict[str, Any] = {"kind": place.kind.value.lower(), "id": place.id, "name": place.name}
    about |= {"county": place.county, "covered": reach.covered, "withinKm": reach.limit_km}
    if within is not None:
        about |= {"stations": within.stations, "piles": within.piles, "fast": within.fast}
    if reach.nearest is not None:
        station, km = reach.nearest
        about |= {"nearestKm": round(km, 1), "station": station.id, "stationName": station.name}
    if place.at is None:
        return {"type": "Feature", "geometry": None, "properties": {**about, "why": NO_COORDINATES}}
    return _feature("Point", [round(place.at.lon, 6), round(place.at.lat, 6)], {**about, "approximate": True})


def _feature(kind: str, coordinates: Sequence[Any], properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": {"type": kind, "coordinates": coordinates}, "properties": properties}
