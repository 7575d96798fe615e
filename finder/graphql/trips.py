"""A trip with its charging stops, before one sets off; nobody needs an account to ask."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import strawberry
from strawberry.types import Info

from finder.errors import Unavailable
from finder.graphql import types
from finder.graphql.moment import Context
from finder.graphql.trip_ask import TripInput, objectives_of, wish_of
from finder.graphql.types import of, plain
from finder.kernel.money import Money
from finder.roads.model import Gap
from finder.roads.trip import Alternative, Candidate, Objective, Plan, Stop
from finder.roads.trips import Planned

_SHOWN_STOPS = 30  # what a plan counts as towards the size of an answer


def _fen(name: str, description: str | None = None) -> Any:
    def view(source: Any) -> int | None:
        money: Money | None = getattr(source, name)
        return None if money is None else money.fen

    return of(view, description)


def _from_candidate(name: str, description: str | None = None) -> Any:
    def view(source: Stop | Alternative) -> Any:
        candidate: Candidate = source.candidate
        return getattr(candidate, name)

    return of(view, description)


def _kwh(stop: Stop) -> float:
    return float(stop.kwh)


def _connector(stop: Stop | Alternative) -> str:
    return stop.candidate.connector.id


def _evse(stop: Stop | Alternative) -> str:
    return stop.candidate.evse.id


@strawberry.type(description="A way driven in one go, detours included; heights null where they are not known.")
class TripLeg:  # noqa: D101
    km: float
    minutes: float
    kwh: float = plain("Out of the battery; below 0 where more came back downhill.")
    climb_m: float | None
    descent_m: float | None


@strawberry.type(description="Where to charge instead: reached from the stop before, and reaching the next.")
class TripAlternative:  # noqa: D101
    station: types.Station = _from_candidate("station")
    evse_id: strawberry.ID = of(_evse)
    connector_id: strawberry.ID = of(_connector)
    km: float = _from_candidate("km")
    detour_km: float | None = _from_candidate("told_detour_km")
    power_kw: float = _from_candidate("power_kw")
    decide_km: float = plain("The last kilometre of the route at which it can still be chosen.")
    on_arrival: bool = plain("Whether it can still be reached on arriving at the stop that it stands in for.")
    arrival_soc: float
    leave_soc: float
    charging_minutes: float
    cost_fen: int | None = _fen("cost")
    chance: float | None = plain("0 … 1, as of the stop's.")


@strawberry.type(description="A charging stop. Charges are shares of what the battery holds, 0 … 1.")
class TripStop:  # noqa: D101
    station: types.Station = _from_candidate("station")
    evse_id: strawberry.ID = of(_evse)
    connector_id: strawberry.ID = of(_connector)
    km: float = _from_candidate("km", "Kilometres from the beginning of the route.")
    detour_km: float | None = _from_candidate(
        "told_detour_km", "There and back, estimated; null where the road's line cannot tell it."
    )
    detour_minutes: float | None = _from_candidate("told_detour_minutes")
    power_kw: float = _from_candidate("power_kw", "What the pile gives; the car may take less.")
    leg: TripLeg = plain("The way here.")
    arrives_at: datetime
    arrival_soc: float
    leave_soc: float
    kwh: float = of(_kwh, "What the pile's meter will say.")
    charging_minutes: float
    leaves_at: datetime
    cost_fen: int | None = _fen("cost", "By the tariff of that hour, parking left out; null where it is not known.")
    chance: float | None = plain("How likely (0 … 1) a bay is free then; null where nobody knows.")
    alternative: TripAlternative | None


@strawberry.type(description="A way to get there. `costFen` is null where a price on it is not known, never 0 for it.")
class TripPlan:  # noqa: D101
    objective: Objective
    stops: list[TripStop]
    last_leg: TripLeg
    leaves_at: datetime
    arrives_at: datetime
    arrival_soc: float
    km: float
    driving_minutes: float
    stop_minutes: float
    kwh: float
    cost_fen: int | None = _fen("cost")
    known_cost_fen: int | None = _fen("known_cost", "What is known of the cost; the rest is not in it.")
    off_by: float = plain("How much worse at most than the best of its kind, as a share.")


@strawberry.type(description="More than 50 km on which nothing suits the car; kilometres from the route's beginning.")
class TripGap:  # noqa: D101
    from_km: float
    to_km: float
    km: float


@strawberry.type(description="Something to know before setting off.")
class TripWarning:  # noqa: D101
    code: str
    message: str


@strawberry.type
class Trip:  # noqa: D101
    km: float
    driving_minutes: float = plain("Without stops and detours.")
    climb_m: float | None = plain("On the whole way, without detours; null where its heights are not known.")
    descent_m: float | None
    road_id: strawberry.ID | None = plain("The road that it goes along, where one was asked for.")
    approximate: bool = plain("Whether the road's line was put together from places on the way.")
    accuracy_m: float | None = plain("How far the road's line may lie from the carriageway; null where unknown.")
    temperature_c: float = plain("As planned for.")
    typical_car: bool = plain("Whether figures of a class of cars were used, of no model in particular.")
    credit: str | None = plain("Whom to name for the route.")
    plans: list[TripPlan] = plain("One for each objective that was asked for; none where the end is out of reach.")
    gaps: list[TripGap]
    warnings: list[TripWarning]
    polyline: str = plain("The way, in the encoded format with five decimals, thinned to at most 1,000 places.")


@dataclass(frozen=True, slots=True)
class Told:
    """A warning in the reader's language."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A trip as it is shown."""

    km: float
    driving_minutes: float
    climb_m: float | None
    descent_m: float | None
    road_id: str | None
    approximate: bool
    accuracy_m: float | None
    temperature_c: float
    typical_car: bool
    credit: str | None
    plans: Sequence[Plan]
    gaps: Sequence[Gap]
    warnings: Sequence[Told]
    polyline: str


async def plan_trip(info: Info[Context, None], ask: TripInput) -> Shown:
    """Raises BadInput for what cannot be asked, and what Trips raises."""
    trips = info.context.gateway.trips
    if trips is None:
        raise Unavailable("本站未开通行程规划", "trips are not planned here", code="NO_TRIPS")
    objectives = objectives_of(ask)
    info.context.spend(_SHOWN_STOPS * len(objectives))
    wish, typical = wish_of(ask)
    planned = await trips.plan(wish)
    return shown(planned, typical, info.context.language)


def shown(planned: Planned, typical: bool, language: str) -> Shown:  # noqa: FBT001
    """The trip, its warnings in a language."""
    trip, road, climbed = planned.trip, planned.road, planned.trip.ask.course.climbs
    return Shown(
        km=trip.ask.course.length_km,
        driving_minutes=trip.ask.course.driving_minutes,
        climb_m=climbed and climbed.up_m,
        descent_m=climbed and climbed.down_m,
        road_id=None if road is None else road.id,
        approximate=road is not None and road.origin.approximate,
        accuracy_m=None if road is None else road.origin.accuracy_m,
        temperature_c=trip.celsius,
        typical_car=typical,
        credit=planned.route.credit,
        plans=trip.plans,
        gaps=trip.gaps,
        warnings=[Told(each.code, each.text(language)) for each in planned.warnings],
        polyline=planned.polyline(),
    )
