"""What callers may say of a trip, and its translation into a wish."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import strawberry

from finder.errors import BadInput
from finder.graphql.inputs import PointInput
from finder.kernel.geo import Point
from finder.roads.car import Car, CurvePoint
from finder.roads.cars import TYPICAL, CarClass
from finder.roads.encoded import decode
from finder.roads.trip import Objective
from finder.roads.trips import MAX_POINTS, AlongRoad, DoorToDoor, Polyline, Way, Wish
from finder.stations.model import ConnectorType

strawberry.enum(CarClass, description="Typical figures of a class of cars, of no model in particular.")
strawberry.enum(Objective, name="TripObjective", description="What a plan is to have least of.")
MAX_GIVEN_POINTS = 1_000  # as places; more fit in an encoded polyline
_NUMBERS = ("usable_kwh", "kwh_per_100km", "at_kmh", "ac_kw", "mass_kg", "recuperation", "drag_area_m2")
_NEEDED = ("usable_kwh", "kwh_per_100km", "plugs")


@strawberry.input(description="A point of a charging curve: what the battery takes at that share of charge, 0 … 1.")
class CurvePointInput:  # noqa: D101
    soc: float
    kw: float


@strawberry.input(
    description="A class of cars, or figures of one's own, or a class with some of them put right. "
    "Without a class, `usableKwh`, `kwhPer100km`, `plugs` and a curve or `acKw` are needed."
)
class CarInput:  # noqa: D101
    kind: CarClass | None = strawberry.UNSET
    usable_kwh: float | None = strawberry.UNSET
    kwh_per_100km: float | None = strawberry.field(
        name="kwhPer100km", default=strawberry.UNSET, description="On the flat at `atKmh` and about 20 °C."
    )
    at_kmh: float | None = strawberry.UNSET
    plugs: list[ConnectorType] | None = strawberry.UNSET
    curve: list[CurvePointInput] | None = strawberry.field(default=strawberry.UNSET, description="Of DC, ascending.")
    ac_kw: float | None = strawberry.UNSET
    mass_kg: float | None = strawberry.UNSET
    recuperation: float | None = strawberry.field(
        default=strawberry.UNSET, description="The share of a descent's energy that comes back, 0 … 1."
    )
    drag_area_m2: float | None = strawberry.UNSET


@strawberry.input(
    description="One way: `begin` and `end` (where this deployment has a router), or `polyline` or `points`, "
    "or `road`. Charges are shares of what the battery holds, 0 … 1."
)
class TripInput:  # noqa: D101
    car: CarInput
    begin: PointInput | None = strawberry.UNSET
    end: PointInput | None = strawberry.UNSET
    polyline: str | None = strawberry.field(
        default=strawberry.UNSET, description="In the encoded format with five decimals, at most 5,000 places."
    )
    points: list[PointInput] | None = strawberry.field(default=strawberry.UNSET, description="At most 1,000.")
    heights_m: list[float] | None = strawberry.field(
        default=strawberry.UNSET, description="One for each place of the polyline or the points."
    )
    speed_kmh: float | None = strawberry.field(
        default=strawberry.UNSET, description="Driven on the whole, 5 … 150; 60 where it is not given."
    )
    road: strawberry.ID | None = strawberry.UNSET
    from_km: float | None = strawberry.UNSET
    to_km: float | None = strawberry.UNSET
    leaves_at: datetime | None = strawberry.UNSET
    start: float = 0.8
    reserve: float = strawberry.field(default=0.1, description="Never touched on the way, 0 … 0.5.")
    arrive: float | None = strawberry.field(default=strawberry.UNSET, description="To be left at the end.")
    temperature_c: float | None = strawberry.UNSET
    objectives: list[Objective] = strawberry.field(default_factory=lambda: [Objective.LEAST_TIME])
    max_detour_km: float = strawberry.field(default=10.0, description="There and back, for one stop; 0 … 50.")
    include_practice: bool = True


def objectives_of(ask: TripInput) -> list[Objective]:
    """Each once. Raises BadInput."""
    wanted = list(dict.fromkeys(ask.objectives))
    if not wanted:
        raise BadInput("请至少选择一个目标", "ask for at least one objective", code="OBJECTIVES")
    return wanted


def wish_of(ask: TripInput) -> tuple[Wish, bool]:
    """The wish, and whether typical figures are in its car. Raises BadInput."""
    leaves = ask.leaves_at or None
    if leaves is not None and leaves.tzinfo is None:
        raise BadInput("时间应带时区，如 +08:00", "a time needs its zone, such as +08:00", code="TIME_ZONE")
    wish = Wish(
        way=_way(ask),
        car=_car(ask.car),
        leaves_at=leaves,
        start=ask.start,
        reserve=ask.reserve,
        arrive=_given(ask.arrive),
        celsius=_given(ask.temperature_c),
        objectives=objectives_of(ask),
        detour_km=ask.max_detour_km,
        include_practice=ask.include_practice,
    )
    return wish, bool(ask.car.kind)


def _given(value: Any) -> Any:
    """None for what was left out; 0 stays 0."""
    return None if value is strawberry.UNSET else value


def _way(ask: TripInput) -> Way:
    begin, end, road = ask.begin or None, ask.end or None, ask.road or None
    line = ask.polyline or None
    points = _given(ask.points)
    if (begin is None) != (end is None) or sum(each is not None for each in (begin, line, points, road)) != 1:
        raise BadInput(
            "请只给出一种路线：起点和终点，或折线，或一组坐标点，或一条道路",
            "give one way: begin and end, or a polyline, or points, or a road",
            code="ONE_WAY",
        )
    if begin is not None and end is not None:
        return DoorToDoor(begin.point(), end.point())
    if road is not None:
        return AlongRoad(road, _given(ask.from_km), _given(ask.to_km))
    heights, kmh = _given(ask.heights_m), _given(ask.speed_kmh)
    return Polyline(_places(line, points), 60.0 if kmh is None else kmh, heights)


def _places(line: str | None, points: list[PointInput] | None) -> list[Point]:
    if line is not None:
        return decode(line, MAX_POINTS)
    if points is None or len(points) > MAX_GIVEN_POINTS:
        raise BadInput(
            f"坐标点最多 {MAX_GIVEN_POINTS} 个，更多请用编码折线",
            f"at most {MAX_GIVEN_POINTS} points: give more as an encoded polyline",
            code="POLYLINE",
        )
    return [each.point() for each in points]


def _car(given: CarInput) -> Car:
    changes: dict[str, Any] = {
        name: getattr(given, name) for name in _NUMBERS if _given(getattr(given, name)) is not None
    }
    if given.plugs:
        changes["plugs"] = frozenset(given.plugs)
    if given.curve:
        changes["curve"] = tuple(CurvePoint(point.soc, point.kw) for point in given.curve)
    if given.kind:
        return replace(TYPICAL[given.kind].car, **changes)
    if any(name not in changes for name in _NEEDED):
        raise BadInput(
            "请选择车型类别，或给出可用电量、百公里电耗、充电接口和充电功率",
            "name a class of cars, or give usable kWh, kWh per 100 km, plugs and what it takes",
            code="CAR",
        )
    return Car(**changes)
