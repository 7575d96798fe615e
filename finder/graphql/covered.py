"""The plan's targets against what is live, for everybody to see."""

from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple

import strawberry
from strawberry.types import Info

from finder.errors import NotFound
from finder.graphql import types
from finder.graphql.moment import Context
from finder.graphql.roads import RoadBreak
from finder.graphql.types import of, plain
from finder.kernel.geo import Point
from finder.roads.model import Road
from finder.supervision.coverage.drawn import coordinates, lines
from finder.supervision.coverage.measure import WHY
from finder.supervision.coverage.places import PlaceKind
from finder.supervision.coverage.plan import Unit
from finder.supervision.coverage.report import CountyLine, Line, Report

Ask = Info[Context, None]
strawberry.enum(Unit, name="PlanUnit", description="In what a target is counted.")
strawberry.enum(PlaceKind, name="CoveragePlaceKind")


class _Gap(NamedTuple):
    road: Road
    from_km: float
    to_km: float


def _seat(line: CountyLine) -> Point | None:
    seat = line.county.seat
    return None if seat is None else Point(*seat)


def _goal(name: str, description: str | None = None) -> Any:
    return of(lambda line: getattr(line.goal, name), description)


def _why(root: strawberry.Parent[Line], info: Ask) -> str | None:
    why = root.measured.why
    return None if why is None else WHY[why][0 if info.context.language == "zh" else 1]


@strawberry.type(description="A target of the plan in one year.")
class CoverageLine:  # noqa: D101
    key: strawberry.ID = _goal("key")
    name: str = _goal("name")
    name_en: str = _goal("name_en")
    unit: Unit = _goal("unit")
    most: bool = _goal("most", "The target is an upper bound.")
    planned: float | None
    value: float | None = of(lambda line: line.measured.value, "Null where it cannot be measured.")
    met: bool | None = plain("Null where there is no target for the year, or nothing measured.")
    approximate: bool = of(lambda line: line.measured.approximate, "It rests on roads or places that are approximate.")
    why: str | None = strawberry.field(resolver=_why, description="Why it cannot be measured, in words.")
    lacking: list[str] = of(lambda line: list(line.measured.lacking), "What is not covered, by name.")


@strawberry.type(description="Public stations and piles.")
class PileCount:  # noqa: D101
    stations: int
    piles: int
    fast: int


@strawberry.type(description="A county: what is there, and what was to be built there up to the year.")
class CoverageCounty:  # noqa: D101
    code: strawberry.ID = of(lambda line: line.county.code, "GB/T 2260.")
    name: str = of(lambda line: line.county.name)
    seat: types.Location | None = of(_seat, "Where a map shows it: no outline of a county may be shipped.")
    there: PileCount
    planned: int


@strawberry.type(description="A way along a road without a charger, above 50 km.")
class CoverageGap:  # noqa: D101
    from_km: float = of(attrgetter("from_km"))
    to_km: float = of(attrgetter("to_km"))
    line: list[list[float]] = of(
        lambda gap: coordinates(gap.road.points_between(gap.from_km, gap.to_km)), "Longitude and latitude, WGS-84."
    )


@strawberry.type(description="A charger on a road.")
class CoverageCharger:  # noqa: D101
    km: float = of(lambda pair: pair[0])
    station_id: strawberry.ID = of(lambda pair: pair[1].id)
    name: str = of(lambda pair: pair[1].name)


@strawberry.type(description="A road and its chargers by kilometre.")
class CoverageRoad:  # noqa: D101
    id: strawberry.ID = of(lambda cover: cover.road.id)
    name: str = of(lambda cover: cover.road.name)
    name_en: str | None = of(lambda cover: cover.road.name_en)
    begin_km: float = of(lambda cover: cover.road.begin_km)
    end_km: float = of(lambda cover: cover.road.end_km)
    approximate: bool = of(lambda cover: cover.road.origin.approximate)
    accuracy_m: float = of(lambda cover: cover.road.origin.accuracy_m)
    longest_km: float = plain("The longest way without a charger.")
    breaks: list[RoadBreak] = of(attrgetter("road.breaks"))
    gaps: list[CoverageGap] = of(lambda cover: [_Gap(cover.road, *gap) for gap in cover.gaps])
    lines: list[list[list[float]]] = of(
        lambda cover: lines(cover.road), "Its parts for a map: longitude and latitude, WGS-84."
    )
    chargers: list[CoverageCharger]


@strawberry.type(description="A township or a sight that is to be covered, and its chargers.")
class CoveragePlace:  # noqa: D101
    id: strawberry.ID = of(attrgetter("place.id"))
    kind: PlaceKind = of(attrgetter("place.kind"))
    name: str = of(attrgetter("place.name"))
    county: str | None = of(attrgetter("place.county"))
    location: types.Location | None = of(attrgetter("place.at"), "Null: nothing of it can be measured.")
    limit_km: float = plain("A charger so near covers it.")
    covered: bool | None = plain("Null where that cannot be measured.")
    nearest_km: float | None = of(lambda reach: reach.nearest and round(reach.nearest[1], 1))
    nearest_id: strawberry.ID | None = of(lambda reach: reach.nearest and reach.nearest[0].id)
    nearest_name: str | None = of(lambda reach: reach.nearest and reach.nearest[0].name)
    within: PileCount | None = plain("What is so near that it covers the place.")


@strawberry.type(description="The stations of a square kilometre, at the middle of them.")
class CoverageSpot:  # noqa: D101
    location: types.Location = of(attrgetter("place"))
    there: PileCount


@strawberry.type(description="How far the plan has come.")
class CoverageReport:  # noqa: D101
    title: str
    source: str
    year: int
    years: list[int]
    at: datetime
    practice: bool = plain("The stations are made up.")
    lines: list[CoverageLine]
    counties: list[CoverageCounty]
    elsewhere: PileCount = plain("Stations whose county is not known, or none of the plan's.")
    roads: list[CoverageRoad]
    places: list[CoveragePlace] = plain("Each township, then each sight; those without coordinates last of each.")
    spots: list[CoverageSpot] = plain("Every public station that works.")


async def coverage(info: Ask, year: int | None = None) -> Report:
    """Raises NotFound where the city has no plan, or the plan no such year."""
    kept = info.context.gateway.coverage
    if kept is None:
        raise NotFound("本市没有规划数据", "there is no plan of this city", code="NO_PLAN")
    return await kept.report(year)
