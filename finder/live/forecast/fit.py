"""Learns, for one hour ahead, a straight line for each state of the latest hour, and sets right what it says."""

from dataclasses import dataclass

import numpy as np

from finder.live.forecast.features import LATEST, STATES, UNSEEN, Matrix
from finder.live.forecast.history import Floats, SmallInts

RIDGE = 1.0
LEAST_ROWS = 200  # of a state, to have a line of its own; else it takes the line of all rows
_BINS, _LEAST_IN_BIN = 24, 20
_CLIMATE = (0, 1, 2, 3, 4, 5)  # features that are known without the latest hour


@dataclass(frozen=True, slots=True)
class Rows:
    """Examples: features [row, feature], state and outcome of each; outcomes are shares, 0 to 1."""

    features: Floats
    state: SmallInts
    outcome: Floats

    def __len__(self) -> int:
        return len(self.outcome)


@dataclass(frozen=True, slots=True)
class Steps:
    """A rising function through these points, level beyond both ends."""

    x: Matrix
    y: Matrix

    def __call__(self, values: Matrix) -> Matrix:
        """Its value at each."""
        return np.interp(values, self.x, self.y)


@dataclass(frozen=True, slots=True)
class Fit:
    """What was learnt for one hour ahead."""

    lines: Matrix  # [state, feature]
    calibrated: Steps
    edges: Matrix
    keeps: Matrix  # [bin, state]: 1 where what is typical follows the latest hour, 0 where it does not
    typical: Matrix  # [bin, state]: the median of what followed, less the latest hour where that is kept; or NaN

    def mean(self, features: Floats, state: SmallInts) -> Matrix:
        """The expected share of each row, calibrated."""
        return self.calibrated(_raw(self.lines, features, state))

    def median(self, mean: Matrix, features: Floats, state: SmallInts) -> Matrix:
        """The share that lies in the middle of what followed in like cases; the mean where there were few."""
        cell = np.searchsorted(self.edges, mean), state.astype(np.int64)
        found = np.clip(self.keeps[cell] * features[:, LATEST] + self.typical[cell], 0.0, 1.0)
        return np.where(np.isfinite(found), found, mean)


def fit(learn: Rows, check: Rows) -> Fit:
    """Lines from `learn`; calibration and medians from `check`, which lies later. Neither may be empty."""
    every = _solve(learn.features, learn.outcome)
    lines = np.tile(every, (STATES, 1))
    for n in range(STATES):
        rows = learn.state == n
        if n != UNSEEN and rows.sum() >= LEAST_ROWS:
            lines[n] = _solve(learn.features[rows], learn.outcome[rows])
    lines[UNSEEN] = 0.0
    lines[UNSEEN, list(_CLIMATE)] = _solve(learn.features[:, _CLIMATE], learn.outcome)
    raw = _raw(lines, check.features, check.state)
    calibrated = rising(raw, check.outcome)
    mean = calibrated(raw)
    edges = np.unique(np.quantile(mean, np.linspace(0, 1, _BINS + 1)[1:-1]))
    bins = np.searchsorted(edges, mean)
    keeps, typical = np.zeros((len(edges) + 1, STATES)), np.full((len(edges) + 1, STATES), np.nan)
    for each in range(len(edges) + 1):
        for n in range(STATES):
            rows = (bins == each) & (check.state == n)
            if rows.sum() >= _LEAST_IN_BIN:
                after, latest = check.outcome[rows], check.features[rows, LATEST]
                keeps[each, n], typical[each, n] = _middle(after, latest if n != UNSEEN else np.zeros_like(latest))
    return Fit(lines, calibrated, edges, keeps, typical)


def _middle(after: Floats, latest: Floats) -> tuple[float, float]:
    """Whether the latest hour is worth keeping, and the median of what is then left to say."""
    level, step = float(np.median(after)), float(np.median(after - latest))
    off_by_level, off_by_step = np.abs(after - level).mean(), np.abs(after - latest - step).mean()
    return (1.0, step) if off_by_step < off_by_level else (0.0, level)


def rising(x: Floats | Matrix, y: Floats | Matrix) -> Steps:
    """Isotonic regression by pooling adjacent violators: the rising steps with the least squares."""
    order = np.argsort(x, kind="stable")
    cuts = np.array_split(order, min(len(order), 400))  # enough for a curve; single rows are noise
    xs = [float(np.mean(x[cut])) for cut in cuts]
    pools: list[tuple[float, float, float]] = []  # mean of y, mean of x, weight
    for at, cut in zip(xs, cuts, strict=True):
        pool = (float(np.mean(y[cut])), at, float(len(cut)))
        while pools and pools[-1][0] >= pool[0]:
            before = pools.pop()
            both = before[2] + pool[2]
            mixed = [(before[k] * before[2] + pool[k] * pool[2]) / both for k in (0, 1)]
            pool = (mixed[0], mixed[1], both)
        pools.append(pool)
    return Steps(np.array([pool[1] for pool in pools]), np.array([pool[0] for pool in pools]))


def _raw(lines: Matrix, features: Floats, state: SmallInts) -> Matrix:
    told: Matrix = np.einsum("rf,rf->r", features, lines[state.astype(np.int64)])
    return np.clip(told, 0.0, 1.0)


def _solve(features: Floats, outcome: Floats) -> Matrix:
    x = features.astype(np.float64)
    normal = x.T @ x + RIDGE * np.eye(x.shape[1])
    return np.asarray(np.linalg.solve(normal, x.T @ outcome.astype(np.float64)))
