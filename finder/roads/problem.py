"""A trip in whole numbers: legs, refills and prices in tables, the same for every way of solving it.

Node 0 is the start, 1 … n are the candidates by kilometre, n + 1 is the end. Charge is counted in grains (hundredths
of what the battery holds) and time in minutes since leaving. What is left is rounded down and what takes time up, so
that nothing which is planned runs dry.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from finder.roads.course import Stretch, flat_course
from finder.roads.drain import Drain
from finder.roads.refill import EFFICIENCY, GRAINS, refill_minutes
from finder.roads.trip import STOP_MINUTES, Candidate, Pricing, TripAsk
from finder.roads.weather import driving_factor, planned_for
from finder.stations.model import Current

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
STEP = 5  # one leaves a stop with a multiple of so many grains, or with just enough for the end
LEAST = 2  # grains that one stops for; the rounding of a leg may be all of one
MAX_MINUTES = 4 * 24 * 60
NEVER = 1 << 20  # a charge that no battery has
_UNKNOWN_IS_DEARER = 1.1
_WORST_E4 = 20_000  # a kWh whose price nobody knows anywhere along the way, for comparing: 2 yuan


@dataclass(frozen=True, slots=True)
class Refill:
    """What one kind of pile does for this car. `minutes[s, t]`: whole minutes from s grains to t, 0 where t <= s."""

    exact: Floats
    minutes: Ints
    kwh_per_grain: float  # on the meter


class Problem:
    """Everything about a trip that does not depend on what is to be least.

    `minutes[i, k]`, `need[i, k]`, `down[i, k]`, `cap[i, k]`: the leg from node i to node k > i takes so many minutes;
    one must leave with `need` grains, arrives with `down` fewer, and with no more than `cap`. A leg that no charge
    is enough for needs NEVER.
    """

    def __init__(self, ask: TripAsk, pricing: Pricing, *, step: int = STEP) -> None:
        self.ask, self._pricing, self._step = ask, pricing, step
        self.celsius = planned_for(ask.celsius, ask.leaves_at)
        self.candidates: Sequence[Candidate] = sorted(_fit(ask), key=lambda c: (c.km, c.id))
        self.n = len(self.candidates)
        self.end = self.n + 1
        self.grain_kwh = ask.car.usable_kwh / GRAINS
        self.start_grain = math.floor(ask.start * GRAINS + 1e-9)
        self.floor_grain = math.ceil(ask.reserve * GRAINS - 1e-9)
        self.end_grain = math.ceil(ask.left_at_end * GRAINS - 1e-9)
        self.road = self._cut()
        self._tables()
        self.levels: list[Ints] = [self._levels(node) for node in range(self.end)]

    def _cut(self) -> list[Stretch]:
        marks = [0.0, *(c.km for c in self.candidates), self.ask.course.length_km]
        return self.ask.course.cut(marks, self.ask.car, driving_factor(self.celsius))

    @cached_property
    def _ways(self) -> list[Stretch]:
        """From the route to each candidate, one way."""
        factor = driving_factor(self.celsius)
        return [self._way(candidate, factor) for candidate in self.candidates]

    def _way(self, candidate: Candidate, factor: float) -> Stretch:
        km, minutes = candidate.detour_km / 2, candidate.detour_minutes / 2
        if km <= 0:
            return Stretch(0.0, minutes, None, None, Drain())
        return flat_course(km, max(minutes, 0.01)).cut([0.0, km], self.ask.car, factor)[0]

    def _tables(self) -> None:
        size = self.end + 1
        self.minutes: Ints = np.zeros((size, size), dtype=np.int64)
        self.need: Ints = np.full((size, size), NEVER, dtype=np.int64)
        self.down: Ints = np.zeros((size, size), dtype=np.int64)
        self.cap: Ints = np.full((size, size), GRAINS, dtype=np.int64)
        self.drains: dict[tuple[int, int], Drain] = {}
        full = GRAINS * self.grain_kwh
        room = full - self.floor_grain * self.grain_kwh
        for i in range(self.end):
            road = self._ways[i - 1].drain if i else Drain()
            minutes = self._ways[i - 1].minutes if i else 0.0
            for k in range(i + 1, size):
                road, minutes = road.then(self.road[k - 1].drain), minutes + self.road[k - 1].minutes
                if road.peak > room or road.drop > room:
                    break  # neither ever gets smaller
                self._leg(i, k, road, minutes)

    def _leg(self, i: int, k: int, road: Drain, minutes: float) -> None:
        if k < self.end:
            way = self._ways[k - 1]
            road, minutes = road.then(way.drain), minutes + way.minutes
        grain = self.grain_kwh
        down = math.ceil(road.net / grain - 1e-9)
        cap = math.floor(GRAINS - road.tail / grain + 1e-9)
        need = max(self.floor_grain + math.ceil(road.peak / grain - 1e-9), self.floor_grain + down)
        lowest = math.floor(GRAINS - road.drop / grain + 1e-9)
        if k == self.end:
            need = max(need, self.end_grain + down)
            lowest = min(lowest, cap - self.end_grain + self.floor_grain)
        self.minutes[i, k] = math.ceil(minutes - 1e-9)
        self.down[i, k], self.cap[i, k] = down, cap
        if lowest >= self.floor_grain and need <= GRAINS:
            self.need[i, k] = need
            self.drains[i, k] = road

    def _levels(self, node: int) -> Ints:
        enough = int(self.need[node, self.end])
        steps = set(range(max(self._step, self.floor_grain // self._step * self._step), GRAINS + 1, self._step))
        return np.array(sorted(steps | ({enough} if 0 < enough <= GRAINS else set())), dtype=np.int64)

    @cached_property
    def refills(self) -> list[Refill]:
        """What the pile at each node does; the start's is never used."""
        known: dict[tuple[Current, float], Refill] = {}
        for c in self.candidates:
            power = min(c.power_kw, self.ask.car.most_kw(c.current))
            if (c.current, power) not in known:
                exact = refill_minutes(self.ask.car, c.current, power, self.celsius)
                whole = np.ceil(np.clip(exact[None, :] - exact[:, None], 0, MAX_MINUTES) - 1e-9).astype(np.int64)
                known[c.current, power] = Refill(exact, whole, self.grain_kwh / EFFICIENCY[c.current])
        kinds = [known[c.current, min(c.power_kw, self.ask.car.most_kw(c.current))] for c in self.candidates]
        return [Refill(np.zeros(0), np.zeros((0, 0), dtype=np.int64), 0.0), *kinds]

    @cached_property
    def paid(self) -> list[Floats]:
        """For each node, the price of a kWh in fen, summed over the minutes before each: the mean price between two
        minutes is the difference, divided by how many they are.

        A price that nobody knows counts as a tenth above the dearest that is known, so that it is never sought out.
        """
        pieces = [self._pricing.pieces(c, self.ask.leaves_at, MAX_MINUTES) for c in self.candidates]
        dearest = max((p.e4 for each in pieces for p in each if p.e4 is not None), default=_WORST_E4)
        worst = round(dearest * _UNKNOWN_IS_DEARER)
        summed: dict[tuple[tuple[int, int], ...], Floats] = {}
        tables = [np.zeros(0)]
        for each in pieces:
            key = tuple((p.minute, worst if p.e4 is None else p.e4) for p in each)
            if key not in summed:
                summed[key] = _summed(key)
            tables.append(summed[key])
        return tables

    def session(self, node: int, start: int, grain: int, target: int) -> tuple[int, float]:
        """Minutes at the stop and fen, for arriving at minute `start` with `grain` and leaving with `target`."""
        refill, paid = self.refills[node], self.paid[node]
        minutes = int(refill.minutes[grain, target])
        begin = min(start + STOP_MINUTES, MAX_MINUTES - 1)
        end = min(begin + max(minutes, 1), MAX_MINUTES)
        price = float(paid[end] - paid[begin]) / (end - begin)
        return STOP_MINUTES + minutes, (target - grain) * refill.kwh_per_grain * price

    def stretch(self, i: int, k: int) -> Stretch:
        """The leg from node i to node k, with both detours."""
        parts = self.road[i:k]
        ways = [self._ways[node - 1] for node in (i, k) if 0 < node < self.end]
        known = all(part.climb_m is not None for part in parts)
        return Stretch(
            sum(p.km for p in (*parts, *ways)),
            sum(p.minutes for p in (*parts, *ways)),
            sum(p.climb_m or 0.0 for p in parts) if known else None,
            sum(p.descent_m or 0.0 for p in parts) if known else None,
            self.drains[i, k],
        )


def _fit(ask: TripAsk) -> list[Candidate]:
    length = ask.course.length_km
    return [
        c
        for c in ask.candidates
        if 0 <= c.km <= length
        and c.power_kw > 0
        and ask.car.most_kw(c.current) > 0
        and c.connector.type in ask.car.plugs
    ]


def _summed(pieces: Sequence[tuple[int, int]]) -> Floats:
    prices = np.zeros(MAX_MINUTES)
    for (minute, e4), after in zip(pieces, [*(p[0] for p in pieces[1:]), MAX_MINUTES], strict=True):
        prices[minute:after] = e4 / 100  # fen per kWh
    return np.concatenate(([0.0], np.cumsum(prices)))
