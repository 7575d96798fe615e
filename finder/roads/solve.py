"""Finds the stops of a trip: labels of (stop, charge, minute), the most promising first, led by the bound.

A label is dropped where another reached the same stop with the same charge in the same minute for no more (dominance),
and where even the bound on what follows makes it no better than the plan that is held already. For time and stops
the bound is exact, and so the first descent is the answer; for money by the hour the search goes on until nothing
can be better by more than TOLERANCE, or MAX_LABELS were looked at. How far off the answer may then be is told.
"""

import heapq
import math
from dataclasses import dataclass
from itertools import count

import numpy as np

from finder.roads.bound import Bound, Weights, standing
from finder.roads.problem import LEAST, MAX_MINUTES, Problem
from finder.roads.trip import Objective

TOLERANCE = 0.005
MAX_LABELS = 20_000
SLOT_MINUTES = 30
# The cheapest plan may take so much longer than the quickest: half as long again, or two hours more.
_LONGER, _LONGER_BY = 1.5, 120
_ROUNDING = 1e-9  # sums of floats in another order


@dataclass(frozen=True, slots=True)
class Label:
    """That a node was reached in a minute with so many grains, for so much; how one left the node before."""

    node: int
    grain: int
    minute: int
    value: float
    target: int = 0  # grains with which the node before was left
    before: "Label | None" = None


@dataclass(frozen=True, slots=True)
class Solution:
    """Stops in order, each with the grains that one leaves it with; what it comes to, and how far off it may be."""

    stops: tuple[tuple[int, int], ...]
    minutes: int
    value: float
    off_by: float
    labels: int  # how many were looked at


def solve(problem: Problem, objective: Objective) -> Solution | None:
    """The best stops, None where no charging on the way reaches the end."""
    if objective is not Objective.LEAST_MONEY:
        return _search(problem, objective, 1, MAX_MINUTES)
    quickest = _search(problem, Objective.LEAST_TIME, 1, MAX_MINUTES)
    if quickest is None:
        return None
    latest = latest_minute(quickest.minutes)
    slots = 1 if standing(problem, latest) else latest // SLOT_MINUTES + 1
    return _search(problem, objective, slots, latest)


def latest_minute(quickest: int) -> int:
    """When the cheapest plan must be there, where the quickest takes so many minutes."""
    return min(max(round(_LONGER * quickest), quickest + _LONGER_BY), MAX_MINUTES)


def _search(problem: Problem, objective: Objective, slots: int, latest: int) -> Solution | None:
    weights = Weights(objective)
    bound = Bound(problem, weights, SLOT_MINUTES if slots > 1 else MAX_MINUTES, slots)
    return _Search(problem, weights, bound, latest, TOLERANCE if slots > 1 else _ROUNDING).run()


class _Search:
    def __init__(self, problem: Problem, weights: Weights, bound: Bound, latest: int, tolerance: float) -> None:
        self._problem, self._weights, self._bound, self._latest = problem, weights, bound, latest
        self._worth = 1 - tolerance
        self._dropped = math.inf  # the least that was promised by what was not looked at
        self._heap: list[tuple[float, int, Label]] = []
        self._order = count()
        self._known: dict[tuple[int, int, int], float] = {}
        self._held: Label | None = None

    def run(self) -> Solution | None:
        start = Label(0, self._problem.start_grain, 0, 0.0)
        self._drive(start, start.grain, 0, 0.0)
        looked = 0
        while self._heap:
            hope, _, label = heapq.heappop(self._heap)
            if hope >= self._enough() or looked >= MAX_LABELS:
                self._dropped = min(self._dropped, hope)
                break
            if label.value <= self._known[label.node, label.grain, label.minute]:
                looked += 1
                self._charge(label)
        if self._held is None:
            return None
        value = self._held.value
        off = 1 - self._dropped / value if self._dropped < value * (1 - _ROUNDING) else 0.0
        return Solution(_stops(self._held), self._held.minute, value, off, looked)

    def _enough(self) -> float:
        """What even the bound must stay below to be worth a look."""
        return math.inf if self._held is None else self._held.value * self._worth

    def _charge(self, label: Label) -> None:
        for target in self._problem.levels[label.node].tolist():
            if target >= label.grain + LEAST:
                minutes, fen = self._problem.session(label.node, label.minute, label.grain, target)
                value = label.value + self._weights.session(minutes, fen)
                self._drive(label, target, label.minute + minutes, value)

    def _drive(self, label: Label, target: int, leaves: int, value: float) -> None:
        """To every node that the charge reaches."""
        problem, node = self._problem, label.node
        after = np.flatnonzero(problem.need[node] <= target)
        if not len(after):
            return
        grains = np.minimum(target - problem.down[node, after], problem.cap[node, after])
        minutes = leaves + problem.minutes[node, after]
        values = value + self._weights.minute * problem.minutes[node, after]
        slots = np.minimum(minutes // self._bound.slot_minutes, self._bound.slots - 1)
        hopes = values + self._bound.left[after, slots, grains]
        reachable = np.flatnonzero((hopes < math.inf) & (minutes <= self._latest))
        for n in reachable[np.argsort(hopes[reachable], kind="stable")].tolist():
            if hopes[n] >= self._enough():
                self._dropped = min(self._dropped, float(hopes[n]))
                break
            to = Label(int(after[n]), int(grains[n]), int(minutes[n]), float(values[n]), target, label)
            self._reach(to, float(hopes[n]))

    def _reach(self, label: Label, hope: float) -> None:
        if label.node == self._problem.end:
            if self._held is None or label.value < self._held.value:
                self._held = label
            return
        key = (label.node, label.grain, label.minute)
        if label.value < self._known.get(key, math.inf):
            self._known[key] = label.value
            heapq.heappush(self._heap, (hope, next(self._order), label))


def _stops(label: Label) -> tuple[tuple[int, int], ...]:
    stops: list[tuple[int, int]] = []
    while label.before is not None:
        if label.before.node:
            stops.append((label.before.node, label.target))
        label = label.before
    return tuple(reversed(stops))
