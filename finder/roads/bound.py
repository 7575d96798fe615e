"""What is still to be paid at least, from every node and charge to the end: one pass backwards over the stops.

Where prices stand still, and for time and stops, the bound is exact. Where they change with the hour, time is cut in
slots, and the bound takes the cheapest minute of each: a session that is begun within a slot costs no less.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from finder.roads.problem import LEAST, MAX_MINUTES, Problem, Refill
from finder.roads.refill import GRAINS
from finder.roads.trip import STOP_MINUTES, Objective

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
# A stop weighs more than any time that a trip may take.
_STOP_WEIGHT = {Objective.FEWEST_STOPS: 2.0 * MAX_MINUTES, Objective.LEAST_TIME: 0.0, Objective.LEAST_MONEY: 0.0}
# In fen: enough to settle what money leaves equal, too little to be seen in it.
_MINUTE_WEIGHT = {Objective.FEWEST_STOPS: 1.0, Objective.LEAST_TIME: 1.0, Objective.LEAST_MONEY: 0.01}


class Weights:
    """How an objective counts driving and sessions."""

    def __init__(self, objective: Objective) -> None:
        self.money = objective is Objective.LEAST_MONEY
        self.stop, self.minute = _STOP_WEIGHT[objective], _MINUTE_WEIGHT[objective]

    def session(self, minutes: float, fen: float) -> float:
        """A session of so many minutes, the stop's own included."""
        return self.stop + self.minute * minutes + (fen if self.money else 0.0)


class Bound:
    """`left[slot][node, grain]`: what is at least still to be paid after arriving so; infinite where nothing helps.

    `slot_minutes` long each, `slots` of them; what is later is not planned. One slot where the hour plays no part.
    """

    def __init__(self, problem: Problem, weights: Weights, slot_minutes: int, slots: int) -> None:
        self._problem, self._weights = problem, weights
        self.slot_minutes, self.slots = slot_minutes, slots
        self.left: Floats = np.full((problem.end + 1, slots, GRAINS + 1), np.inf)
        self.left[problem.end, :, problem.end_grain :] = 0.0
        self._cheapest: dict[tuple[int, int], Floats] = {}
        for node in range(problem.end - 1, 0, -1):
            self._arrived(node)

    def leaving(self, node: int, levels: Ints) -> Floats:
        """Shape (slots, levels): at least what is to be paid after leaving a node in a slot with so many grains."""
        problem, after = self._problem, np.arange(node + 1, self._problem.end + 1)
        after = after[problem.need[node, after] <= GRAINS]
        if not len(after):
            return np.full((self.slots, len(levels)), np.inf)
        arrives = np.minimum(levels - problem.down[node, after, None], problem.cap[node, after, None])
        enough = levels >= problem.need[node, after, None]
        drive = problem.minutes[node, after]
        left = self.left[after[:, None, None], self._later(drive)[:, :, None], arrives.clip(0)[:, None, :]]
        if self.slots > 1:
            other = self._later(drive + self.slot_minutes - 1)
            left = np.minimum(left, self.left[after[:, None, None], other[:, :, None], arrives.clip(0)[:, None, :]])
            reached = np.arange(self.slots) * self.slot_minutes + drive[:, None]
            left = np.where(reached[:, :, None] < self._last, left, np.inf)
        left = np.where(enough[:, None, :], left + self._weights.minute * drive[:, None, None], np.inf)
        best: Floats = left.min(axis=0)
        return best

    @property
    def _last(self) -> int:
        return self.slots * self.slot_minutes

    def _later(self, minutes: Ints) -> Ints:
        """The slot that holds so many minutes after the beginning of each slot; shape (minutes, slots)."""
        if self.slots == 1:
            return np.zeros((len(minutes), 1), dtype=np.int64)
        slots: Ints = np.arange(self.slots, dtype=np.int64) + (minutes // self.slot_minutes)[:, None]
        return slots.clip(max=self.slots - 1)

    def _arrived(self, node: int) -> None:
        problem, levels = self._problem, self._problem.levels[node]
        leaving = self.leaving(node, levels)
        useful = np.isfinite(leaving).any(axis=0)
        if not useful.any():
            return
        levels, leaving = levels[useful], leaving[:, useful]
        minutes = STOP_MINUTES + problem.refills[node].minutes[:, levels]  # (grains, levels)
        onward = leaving[:, None, :]
        if self.slots > 1:
            begin = np.arange(self.slots)[:, None, None] * self.slot_minutes
            first = np.minimum((begin + minutes) // self.slot_minutes, self.slots - 1)
            last = np.minimum((begin + self.slot_minutes - 1 + minutes) // self.slot_minutes, self.slots - 1)
            column = np.arange(len(levels))
            onward = np.minimum(leaving[first, column], leaving[last, column])
            onward = np.where(begin + minutes < self._last, onward, np.inf)
        paid = self._weights.stop + self._weights.minute * minutes[None]
        if self._weights.money:
            paid = paid + self._fen(node, problem.refills[node], levels)
        charges = np.arange(GRAINS + 1)[:, None] + LEAST <= levels
        self.left[node] = np.where(charges, paid + onward, np.inf).min(axis=2)

    def _fen(self, node: int, refill: Refill, levels: Ints) -> Floats:
        """At least what charging costs; shape (slots, grains, levels)."""
        durations, which = np.unique(np.maximum(refill.minutes[:, levels], 1), return_inverse=True)
        means = np.stack([self._mean(node, int(minutes)) for minutes in durations], axis=1)  # (slots, durations)
        kwh = (levels - np.arange(GRAINS + 1)[:, None]).clip(0) * refill.kwh_per_grain
        fen: Floats = means[:, which.reshape(kwh.shape)] * kwh
        return fen

    def _mean(self, node: int, minutes: int) -> Floats:
        """The cheapest mean price of a session of so many minutes that is begun within each slot."""
        paid = self._problem.paid[node]
        key = (id(paid), minutes)
        if key not in self._cheapest:
            span = MAX_MINUTES if self.slots == 1 else self.slot_minutes
            begins = np.minimum(STOP_MINUTES + np.arange(span * self.slots), MAX_MINUTES - 1)
            ends = np.minimum(begins + minutes, MAX_MINUTES)
            means = (paid[ends] - paid[begins]) / (ends - begins)
            self._cheapest[key] = means.reshape(self.slots, span).min(axis=1)
        return self._cheapest[key]


def standing(problem: Problem, minutes: int) -> bool:
    """Whether no price along the way changes within so many minutes."""
    return all(_still(paid[: minutes + 1]) for paid in _different(problem.paid[1:]))


def _still(paid: Floats) -> bool:
    steps = np.diff(paid)
    return bool(len(steps) == 0 or (steps == steps[0]).all())


def _different(tables: Sequence[Floats]) -> list[Floats]:
    return list({id(table): table for table in tables}.values())
