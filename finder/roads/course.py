"""A route as a car drives it: kilometres, minutes and heights along it, and what each stretch takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from finder.errors import BadInput
from finder.roads.car import DRIVE_TRAIN, Car
from finder.roads.drain import NOTHING, Drain
from finder.roads.heights import Climbs, Floats, climbs, steady
from finder.roads.model import Break

GRAVITY = 9.80665  # m/s², ISO 80000-3


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a course: its length, how long it is driven, its climbs and descents, what it takes."""

    km: float
    minutes: float
    climb_m: float | None  # None where heights are not known
    descent_m: float | None
    drain: Drain


@dataclass(frozen=True)
class Course:
    """Places along a route, from its beginning: kilometres and minutes that only go up, heights in metres or none.

    `breaks`: the kilometres that are driven by ways of which nothing is known, and which are measured straight.
    Raises BadInput COURSE for arrays that do not fit together.
    """

    km: Floats
    minutes: Floats
    heights_m: Floats | None = None
    breaks: Sequence[Break] = ()

    def __post_init__(self) -> None:
        n = len(self.km)
        fits = n >= 2 and len(self.minutes) == n and (self.heights_m is None or len(self.heights_m) == n)
        if not fits or not _rises(self.km) or not _rises(self.minutes) or self.km[-1] <= self.km[0]:
            raise BadInput(
                "路线数据有误：里程与时间应递增，高程应与各点对应",
                "the route does not fit together: kilometres and minutes go up, with one height for each place",
                code="COURSE",
            )

    @property
    def length_km(self) -> float:
        """From beginning to end."""
        return float(self.km[-1])

    @property
    def driving_minutes(self) -> float:
        """From beginning to end."""
        return float(self.minutes[-1])

    @cached_property
    def steady_heights_m(self) -> Floats | None:
        """The heights without their wavering."""
        return None if self.heights_m is None else steady(self.heights_m)

    @cached_property
    def climbs(self) -> Climbs | None:
        """From beginning to end; None where the heights are not known."""
        return climbs(self.heights_m)

    def minutes_at(self, km: float) -> float:
        """Minutes from the beginning, straight between places."""
        return float(np.interp(km, self.km, self.minutes))

    def cut(self, at_km: Sequence[float], car: Car, factor: float) -> list[Stretch]:
        """The stretches between these kilometres (ascending), as that car drives them.

        `factor`: how many times what the car takes on the flat, as for the cold; it leaves climbs as they are.
        """
        marks = np.asarray(at_km, dtype=np.float64)
        km = np.union1d(self.km, marks)
        km = km[(km >= marks[0]) & (km <= marks[-1])]
        minutes = np.interp(km, self.km, self.minutes)
        steps = np.diff(km)
        speeds = steps / np.maximum(np.diff(minutes) / 60, 1e-9)
        rates: dict[float, float] = {}
        flat = np.array([_rate(car, speed, rates) for speed in np.round(speeds, 1).tolist()]) * steps * factor
        rises = None
        if self.steady_heights_m is not None:
            rises = np.diff(np.interp(km, self.km, self.steady_heights_m))
            joules = car.mass_kg * GRAVITY * rises
            flat = flat + np.where(rises > 0, joules / DRIVE_TRAIN, joules * car.recuperation) / 3.6e6
        begins = np.searchsorted(km, marks)
        return [_stretch(km, minutes, flat, rises, int(a), int(b)) for a, b in pairwise(begins)]


def flat_course(length_km: float, minutes: float) -> Course:
    """A course of which no more is known."""
    return Course(np.array([0.0, length_km]), np.array([0.0, minutes]))


def _rises(values: Floats) -> bool:
    return bool(np.isfinite(values).all() and (np.diff(values) >= 0).all())


def _rate(car: Car, speed_kmh: float, known: dict[float, float]) -> float:
    rate = known.get(speed_kmh)
    if rate is None:
        rate = known[speed_kmh] = car.kwh_per_km(min(speed_kmh, 200.0))
    return rate


def _stretch(km: Floats, minutes: Floats, kwh: Floats, rises: Floats | None, a: int, b: int) -> Stretch:
    climb = descent = None
    if rises is not None:
        climb = float(rises[a:b].clip(min=0).sum())
        descent = float(-rises[a:b].clip(max=0).sum())
    return Stretch(float(km[b] - km[a]), float(minutes[b] - minutes[a]), climb, descent, _drain(kwh[a:b]))


def _drain(kwh: Floats) -> Drain:
    """What steps take one after the other; see Drain for the four figures."""
    if not len(kwh):
        return NOTHING
    out = np.concatenate(([0.0], np.cumsum(kwh)))
    net, peak, least = float(out[-1]), float(out.max()), float(out.min())
    drop = float((out - np.minimum.accumulate(out)).max())
    return Drain(net, peak, net - least, drop)
