"""How taken a station usually is at an hour, from its own past alone: few sights lean on more general ones."""

from dataclasses import dataclass

import numpy as np

from finder.live.forecast.calendar import DayKind
from finder.live.forecast.history import WEEK_HOURS, Floats, When

KINDS = len(DayKind)
HALVES_H = (2.0, 8.0, 24.0, WEEK_HOURS)  # after so many hours a sight counts half in a recent level
LEVEL_HALF_H = 3.0 * WEEK_HOURS
WEEKLY_FADE = 0.5 ** (1 / 8)  # an hour of the week is seen once a week: half after eight of them
DAILY_FADE = 0.5 ** (1 / 28)
UNSEEN_RATE = 0.2  # what a station is taken for until its first sight
LEAN_ON_KIND, LEAN_ON_LEVEL = 4.0, 6.0  # sights that the more general rate is worth


@dataclass(frozen=True, slots=True)
class Rates:
    """What was known at the end of each hour, of that hour and those before it; [hour, station] unless said.

    `week`: the rate at this hour of the week; `kind` [hour, day kind, station]: at this hour of such days;
    `level`: over the last weeks; `recent`: for each of HALVES_H how far the latest hours lay above the usual;
    `lately`: the same of the values themselves, by the shortest half.
    """

    week: Floats
    kind: Floats
    level: Floats
    recent: tuple[Floats, ...]
    lately: Floats


class _Fading:
    """A mean per station in which older sights count less by the hour."""

    def __init__(self, stations: int, half_h: float) -> None:
        self._keep = 0.5 ** (1 / half_h)
        self.sum, self.weight = np.zeros(stations), np.zeros(stations)

    def add(self, values: Floats, seen: Floats) -> None:
        self.sum = self.sum * self._keep + values
        self.weight = self.weight * self._keep + seen

    def mean(self, otherwise: Floats | float) -> Floats:
        return np.asarray((self.sum + 1e-3 * np.asarray(otherwise)) / (self.weight + 1e-3), dtype=np.float32)


def rates(values: Floats, at: When) -> Rates:
    """Walks through the hours once; row t tells only of rows up to t."""
    hours, stations = values.shape
    shape = (hours, stations)
    week, level, lately = (np.empty(shape, dtype=np.float32) for _ in range(3))
    kind = np.empty((hours, KINDS, stations), dtype=np.float32)
    recent = tuple(np.empty(shape, dtype=np.float32) for _ in HALVES_H)
    week_sum, week_weight = np.zeros((WEEK_HOURS, stations)), np.zeros((WEEK_HOURS, stations))
    kind_sum, kind_weight = np.zeros((24, KINDS, stations)), np.zeros((24, KINDS, stations))
    levels, latest = _Fading(stations, LEVEL_HALF_H), _Fading(stations, HALVES_H[0])
    above = [_Fading(stations, half) for half in HALVES_H]
    usual = np.full(stations, UNSEEN_RATE, dtype=np.float32)
    rate_before: dict[int, Floats] = {}
    for t in range(hours):
        seen = np.isfinite(values[t])
        weight, value = seen.astype(np.float32), np.where(seen, values[t], np.float32(0))
        hour, of_week, day = int(at.hour[t]), int(at.week_hour[t]), int(at.kind[t])
        expected = rate_before.get(of_week, usual) if at.usual[t] else kind[t - 24, day] if t >= 24 else usual
        off = np.where(seen, value - expected, np.float32(0))
        levels.add(value, weight)
        latest.add(value, weight)
        level[t] = usual = levels.mean(UNSEEN_RATE)
        kind_sum[hour, day] = kind_sum[hour, day] * DAILY_FADE + value
        kind_weight[hour, day] = kind_weight[hour, day] * DAILY_FADE + weight
        for n in range(KINDS):  # holidays are rare: what is known of days of rest stands for them
            lean = usual if n != DayKind.HOLIDAY else kind[t, DayKind.REST]
            kind[t, n] = (kind_sum[hour, n] + LEAN_ON_LEVEL * lean) / (kind_weight[hour, n] + LEAN_ON_LEVEL)
        if at.usual[t]:
            week_sum[of_week] = week_sum[of_week] * WEEKLY_FADE + value
            week_weight[of_week] = week_weight[of_week] * WEEKLY_FADE + weight
        by_weekday = DayKind.REST if of_week >= 120 else DayKind.WORK
        lean = LEAN_ON_KIND * kind[t, by_weekday]
        week[t] = (week_sum[of_week] + lean) / (week_weight[of_week] + LEAN_ON_KIND)
        rate_before[of_week] = week[t]
        for fading, kept in zip(above, recent, strict=True):
            fading.add(off, weight)
            kept[t] = fading.mean(0.0)
        lately[t] = latest.mean(usual)
    return Rates(week, kind, level, recent, lately)
