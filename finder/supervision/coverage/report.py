"""The plan's targets against what is live, as a table to read, to compute with, and to draw."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from finder.money.spreadsheet import BOM, plain
from finder.supervision.coverage.measure import Measured, Piles, RoadCover, Scene, measure
from finder.supervision.coverage.plan import County, Goal

_HEADINGS = (
    *("kind", "key", "name", "unit", "year", "planned"),
    *("measured", "met", "approximate", "why", "lacking"),
)


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
    elsewhere = scene.by_county.get("", Piles())
    return Report(plan.title, plan.source, chosen, years, now, practice, lines, counties, elsewhere, scene.road_covers)


def to_csv(told: Report) -> str:
    """Targets, then counties, then roads; no cell is taken for a formula by a spreadsheet."""
    text = io.StringIO()
    text.write(BOM)
    table = csv.writer(text)
    table.writerow(
        ["kind", "key", "name", "unit", "year", "planned", "measured", "met", "approximate", "why", "lacking"]
    )
    for line in told.lines:
        seen, goal = line.measured, line.goal
        cells = [goal.key, goal.name, goal.unit.value, told.year, line.planned, seen.value, line.met]
        table.writerow(_safe(["goal", *cells, seen.approximate, seen.why, "；".join(seen.lacking)]))
    for each in told.counties:
        there, planned = each.there.piles, each.planned
        cells = [each.county.code, each.county.name, "COUNT", told.year, planned, there, there >= planned]
        table.writerow(_safe(["county", *cells, False, None, ""]))
    for cover in told.roads:
        longest, rough = round(cover.longest_km, 1), cover.road.origin.approximate
        gaps = "；".join(f"K{a:.1f}–K{b:.1f}" for a, b in cover.gaps)
        table.writerow(
            _safe(
                ["road", cover.road.id, cover.road.name, "KM", told.year, 50, longest, longest < 50, rough, None, gaps]
            )
        )
    return text.getvalue()


def _safe(cells: Sequence[object]) -> list[str]:
    return ["" if cell is None else plain(cell) if isinstance(cell, str) else str(cell) for cell in cells]


def to_geojson(told: Report) -> Mapping[str, Any]:
    """The gaps of each road as lines, and its chargers as points; WGS-84."""
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
    return {"type": "FeatureCollection", "year": told.year, "practice": told.practice, "features": features}


def _feature(kind: str, coordinates: Sequence[Any], properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": {"type": kind, "coordinates": coordinates}, "properties": properties}
