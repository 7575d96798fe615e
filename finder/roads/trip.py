"""A trip: what is asked, where one could charge, and the plan that comes of it. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, Protocol, TypeAlias

from finder.errors import BadInput
from finder.kernel.money import Money
from finder.roads.car import Car
from finder.roads.course import Course
from finder.roads.model import Gap
from finder.stations.model import Connector, Current, Evse, Station

MAX_CANDIDATES = 200
MAX_KM = 3_000.0
# Of a stop, besides charging: parking, plugging, paying. Our assumption.
STOP_MINUTES = 5


class Objective(StrEnum):
    """What a plan is to have least of; what is left equal by it takes the least time."""

    FEWEST_STOPS = "FEWEST_STOPS"
    LEAST_TIME = "LEAST_TIME"
    LEAST_MONEY = "LEAST_MONEY"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A bay at which one could charge: where one leaves the route for it, and how far that is there and back.

    `power_kw` is what the pile gives; the car may take less.
    """

    station: Station
    evse: Evse
    connector: Connector
    km: float
    detour_km: float
    detour_minutes: float
    current: Current
    power_kw: float

    @property
    def id(self) -> str:
        """The station's."""
        return self.station.id


class PricePiece(NamedTuple):
    """From so many minutes on, a kWh costs so many 1/10,000 yuan, all told; None where nobody knows."""

    minute: int
    e4: int | None


class Pricing(Protocol):
    """What charging costs at a candidate, by its tariff of that hour."""

    def pieces(self, candidate: Candidate, since: datetime, minutes: int) -> Sequence[PricePiece]:
        """The prices of these minutes in order, the first at minute 0."""

    def cost(self, candidate: Candidate, starts_at: datetime, ends_at: datetime, kwh: Decimal) -> Money | None:
        """What so much costs between these times, as a quote would say it; None where a price is unknown."""


# How likely (0 … 1) a bay that suits is free there at that time; None where nobody knows.
Chance: TypeAlias = Callable[[Candidate, datetime], float | None]


@dataclass(frozen=True, slots=True)
class TripAsk:
    """A trip along a course, with the candidates in any order.

    Charges are shares of what the battery holds: `start`, the `reserve` that is never touched on the way, and what is
    to be left at the end (`arrive`). `celsius` is None where nobody said. Raises BadInput TRIP.
    """

    car: Car
    course: Course
    candidates: Sequence[Candidate]
    leaves_at: datetime
    start: float = 0.8
    reserve: float = 0.1
    arrive: float | None = None  # None: the reserve
    celsius: float | None = None
    suited_km: Sequence[float] = ()  # where else something suits the car, for the gaps, where not all are candidates

    def __post_init__(self) -> None:
        if not (0 <= self.reserve <= 0.5 and self.reserve <= self.start <= 1):
            raise _refuse(
                "出发电量应不低于保留电量且不超过 100%，保留电量应在 0 至 50% 之间",
                "the charge at the start must be from the reserve up to 1, and the reserve 0 to 0.5",
            )
        if self.arrive is not None and not self.reserve <= self.arrive <= 1:
            raise _refuse(
                "到达电量应不低于保留电量且不超过 100%", "what is left at the end must be from the reserve up to 1"
            )
        if len(self.candidates) > MAX_CANDIDATES:
            raise _refuse(
                f"候选充电站最多 {MAX_CANDIDATES} 座，请缩短路线或提高功率下限",
                f"at most {MAX_CANDIDATES} candidates: shorten the route or ask for more power",
            )
        if self.course.length_km > MAX_KM:
            raise _refuse(
                f"路线最长 {MAX_KM:g} 公里，请分段规划", f"a trip has at most {MAX_KM:g} km: plan it in parts"
            )

    @property
    def left_at_end(self) -> float:
        """What is to be left at the end, as a share."""
        return self.reserve if self.arrive is None else self.arrive


@dataclass(frozen=True, slots=True)
class Leg:
    """What lies before a stop or before the end, driven in one go with both detours; heights None where unknown."""

    km: float
    minutes: float
    kwh: float
    climb_m: float | None
    descent_m: float | None


@dataclass(frozen=True, slots=True)
class Alternative:
    """Where to charge instead: it is reached from the stop before, and the next one is reached from it.

    `on_arrival`: it can still be taken on arriving at the stop itself; else it must be chosen before `decide_km`.
    """

    candidate: Candidate
    decide_km: float
    on_arrival: bool
    arrival_soc: float
    leave_soc: float
    charging_minutes: float
    cost: Money | None
    chance: float | None


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop as planned. `kwh` is what the pile's meter will say."""

    candidate: Candidate
    leg: Leg  # that leads here
    arrives_at: datetime
    arrival_soc: float
    leave_soc: float
    kwh: Decimal
    charging_minutes: float
    leaves_at: datetime
    cost: Money | None  # None: not known, never 0
    chance: float | None
    alternative: Alternative | None


@dataclass(frozen=True, slots=True)
class Plan:
    """A way to get there. `cost` is None where the price at a stop is not known; `known_cost` leaves that stop out.

    `off_by` says how much worse at most it is than the best of its kind, as a share (0 for exactly the best).
    """

    objective: Objective
    stops: Sequence[Stop]
    last_leg: Leg
    leaves_at: datetime
    arrives_at: datetime
    arrival_soc: float
    km: float
    driving_minutes: float
    stop_minutes: float
    kwh: float
    cost: Money | None
    known_cost: Money
    off_by: float


@dataclass(frozen=True, slots=True)
class Warn:
    """Something to know before setting off: a code for programs, a sentence in two languages."""

    code: str
    zh: str
    en: str

    def text(self, language: str) -> str:
        """The sentence for 'zh…' or, for every other tag, in English."""
        return self.zh if language.lower().startswith("zh") else self.en


@dataclass(frozen=True, slots=True)
class Trip:
    """What comes of an ask. No plan is there where the route cannot be driven with these stops; warnings say why.

    Gaps are more than 50 km of the route on which nothing suits the car.
    """

    ask: TripAsk
    celsius: float  # as planned for
    plans: Sequence[Plan]
    gaps: Sequence[Gap]
    warnings: Sequence[Warn]


def _refuse(zh: str, en: str) -> BadInput:
    return BadInput(zh, en, code="TRIP")
