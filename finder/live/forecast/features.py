"""What a forecast looks at: the usual, the latest, the neighbours; never a row after the one it is made from."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from finder.live.forecast.calendar import DayKind
from finder.live.forecast.history import WEEK_HOURS, Floats, Ints, SmallInts, When
from finder.live.forecast.rates import Rates, rates

MAX_AHEAD_H = WEEK_HOURS
NONE, SOME, ALL, UNSEEN = range(4)  # how much of the latest hour was taken
STATES = 4
LATEST = 6  # the column of the latest hour
_LITTLE = 0.02
Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Seen:
    """One target's values of some stations, what else is known of them, and the rates; `at` reaches MAX_AHEAD_H on."""

    values: Floats
    beside: Floats | None
    at: When
    rates: Rates
    around: Floats  # [hour, station]: how far the neighbourhood lay above its usual


def see(values: Floats, beside: Floats | None, at: When, groups: Ints) -> Seen:
    """`groups`: stations of one number are neighbours."""
    told = rates(values, at)
    return Seen(values, beside, at, told, _around(told.recent[0], groups))


def _around(above: Floats, groups: Ints) -> Floats:
    order = np.argsort(groups, kind="stable")
    _, begins, counts = np.unique(groups[order], return_index=True, return_counts=True)
    sums = np.add.reduceat(above[:, order], begins, axis=1)
    place = np.repeat(np.arange(len(begins)), counts)
    out = np.empty_like(above)
    # A station is no neighbour of its own.
    out[:, order] = (sums[:, place] - above[:, order]) / np.maximum(counts[place] - 1, 1)
    return out


def state(latest: Floats) -> SmallInts:
    """NONE, SOME, ALL or UNSEEN for each value."""
    told = np.full(latest.shape, SOME, dtype=np.int8)
    told[latest < _LITTLE] = NONE
    told[latest > 1 - _LITTLE] = ALL
    told[~np.isfinite(latest)] = UNSEEN
    return told


def features(seen: Seen, origins: Ints, ahead_h: int) -> Floats:
    """[origin, station, feature] for the hour `ahead_h` after each origin; 1 <= ahead_h <= MAX_AHEAD_H."""
    assert 1 <= ahead_h <= MAX_AHEAD_H
    target = origins + ahead_h
    day_ago = target - 24 * -(-ahead_h // 24)
    week_ago = target - WEEK_HOURS
    kinds, told = seen.at.kind[target], seen.rates
    early = day_ago < 0  # only in the first day of a history
    by_kind = told.kind[np.maximum(day_ago, 0), kinds]
    by_kind[early] = told.level[origins[early]]
    weekly = told.week[np.maximum(week_ago, 0)]
    usual = np.where(((week_ago >= 0) & seen.at.usual[target])[:, None], weekly, by_kind)
    yesterday = _filled(seen.values, day_ago, by_kind)
    last_week = _filled(seen.values, week_ago, usual)
    level = told.level[origins]
    latest = seen.values[origins]
    latest = np.where(np.isfinite(latest), latest, usual)
    off = [recent[origins] for recent in told.recent]
    beside = usual if seen.beside is None else seen.beside[origins]
    beside = np.where(np.isfinite(beside), beside, usual)
    holiday = np.broadcast_to((kinds == DayKind.HOLIDAY)[:, None], usual.shape)
    columns = [
        *(np.ones_like(usual), usual, by_kind, level, yesterday, last_week),
        *(latest, told.lately[origins], *off, seen.around[origins], beside),
        *(latest * usual, usual * usual, off[0] * usual, off[2] * usual, beside * usual, holiday * by_kind),
    ]
    return np.stack(columns, axis=-1)


def _filled(values: Floats, rows: Ints, otherwise: Floats) -> Floats:
    there = values[np.maximum(rows, 0)]
    return np.where(np.isfinite(there) & (rows >= 0)[:, None], there, otherwise)
