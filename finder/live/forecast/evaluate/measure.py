"""Forecasts made hour by hour with what was known then, beside three that anybody could make, and their errors."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from finder.live.forecast.evaluate.series import LEARN_SHARE, Series
from finder.live.forecast.features import Matrix
from finder.live.forecast.history import WEEK_HOURS, Floats, Hours, Ints, When, when
from finder.live.forecast.model import BUSY, FULL, World, blocks, learn

HORIZONS_H = (1, 3, 24)
LAST, WEEK, HOURLY, OURS = "last value", "same hour last week", "hourly mean", "forecast"
BASELINES = (LAST, WEEK, HOURLY)
BINS = 10


@dataclass(frozen=True, slots=True)
class Score:
    """Errors of one way to forecast. `mae`: of the share of sockets taken, by the median where there is one.
    `brier`: of the likelihood that a socket is free; None where fullness cannot be derived."""

    mae: float
    brier: float | None


@dataclass(frozen=True, slots=True)
class Result:
    """One set at one horizon. Calibration [bin]: mean likelihood told, share that was free, how many."""

    series: str
    ahead_h: int
    hours: int
    scores: dict[str, Score]
    off: float | None  # mean distance of likelihood and share, weighed by how many: the calibration error
    calibration: Sequence[tuple[float, float, int]]

    def gain(self, error: str) -> float | None:
        """How much smaller our error is than the best baseline's, as a share of it."""
        ours = getattr(self.scores[OURS], error)
        best = [getattr(self.scores[name], error) for name in BASELINES]
        return None if ours is None else 1 - ours / min(best)


def evaluate(
    series: Series,
    horizons: Sequence[int] = HORIZONS_H,
    told: Callable[[float], None] | None = None,
) -> list[Result]:
    """Learns from the first LEARN_SHARE of the hours and forecasts every later one. Empty where too little was seen."""
    hours = series.hours
    split = int(hours.count * LEARN_SHARE)
    groups = np.zeros(len(hours.stations), dtype=np.int64)  # a set is one town
    world = World(series.zone, None, groups)
    model = learn(hours.until(split), world, horizons, None if told is None else lambda share: told(share / 2))
    if model is None or list(model.anchors) != list(horizons):
        return []
    at = when(hours.first, hours.count, series.zone, None)
    means = {name: _hourly_means(values, at) for name, values in _targets(hours).items()}
    results = []
    for done, ahead in enumerate(horizons, start=1):
        targets = np.arange(split + ahead, hours.count)
        origins = targets - ahead
        ours: dict[str, Matrix] = {name: np.empty((len(targets), len(hours.stations))) for name in model.targets}
        for columns, seen in blocks(hours, world):
            for name in model.targets:
                mean, median = model.tell(seen[name], name, origins, ahead)
                ours[name][:, columns] = mean if name == FULL else median
        results.append(_result(series, ahead, targets, ours, means))
        if told is not None:
            told(0.5 + done / len(horizons) / 2)
    return results


def _targets(hours: Hours) -> dict[str, Floats]:
    return {BUSY: hours.busy} | ({} if hours.full is None else {FULL: hours.full})


def _hourly_means(values: Floats, at: When) -> Matrix:
    """[hour, station]: the mean, up to and with that hour, of the same hour of all days."""
    seen = np.isfinite(values)
    means = np.full(values.shape, np.nan)
    for hour in range(24):
        rows = np.flatnonzero(at.hour == hour)
        count = np.cumsum(seen[rows], axis=0)
        total = np.cumsum(np.where(seen[rows], values[rows], 0), axis=0, dtype=np.float64)
        means[rows] = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return means


def naive(values: Floats, means: Matrix, targets: Ints, ahead: int) -> dict[str, Matrix]:
    """The three baselines for these rows, from what was known `ahead` hours before each."""
    week = WEEK_HOURS * -(-ahead // WEEK_HOURS)
    return {
        LAST: values[targets - ahead].astype(np.float64),
        WEEK: values[targets - week].astype(np.float64),
        HOURLY: means[targets - 24 * -(-ahead // 24)],
    }


def _result(series: Series, ahead: int, targets: Ints, ours: dict[str, Matrix], means: dict[str, Matrix]) -> Result:
    scores: dict[str, dict[str, float]] = {name: {} for name in (*BASELINES, OURS)}
    calibration: list[tuple[float, float, int]] = []
    count = 0
    for target, values in _targets(series.hours).items():
        told = {**naive(values, means[target], targets, ahead), OURS: ours[target]}
        truth = values[targets].astype(np.float64)
        # Every way is judged by the same rows: those in which each of them had something to say.
        rows = np.isfinite(truth) & np.all([np.isfinite(each) for each in told.values()], axis=0)
        for name, each in told.items():
            off = each[rows] - truth[rows]
            scores[name][target] = float(np.mean(np.abs(off)) if target == BUSY else np.mean(off**2))
        if target == FULL:
            calibration = _calibration(1 - ours[FULL][rows], 1 - truth[rows])
        else:
            count = int(rows.sum())
    weight = sum(n for _, _, n in calibration)
    off_by = sum(abs(said - was) * n for said, was, n in calibration) / weight if weight else None
    made = {name: Score(errors[BUSY], errors.get(FULL)) for name, errors in scores.items()}
    return Result(series.name, ahead, count, made, off_by, calibration)


def _calibration(told: Matrix, free: Matrix) -> list[tuple[float, float, int]]:
    bins = np.minimum((told * BINS).astype(np.int64), BINS - 1)
    rows = [bins == n for n in range(BINS)]
    return [(float(told[r].mean()), float(free[r].mean()), int(r.sum())) for r in rows if r.any()]
