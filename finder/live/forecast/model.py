"""The model: learnt from the hours that were seen, it tells of an hour to come how taken each station will be."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from finder.live.forecast.calendar import HolidayCalendar
from finder.live.forecast.features import MAX_AHEAD_H, Matrix, Seen, features, see, state
from finder.live.forecast.fit import Fit, Rows, fit
from finder.live.forecast.history import Floats, Hours, Ints, when

ANCHORS_H = (1, 2, 3, 6, 12, 24, 48, 168)  # learnt; what lies between two is mixed from both
BLOCK = 1_000  # stations at a time, so that the arrays in between stay small
LEARN_SHARE = 0.75  # of the hours; the later rest calibrates
FIRST_LEARNT_H = 24 * 7  # rates from less than a week teach nothing
MOST_ROWS = 60_000
LEAST_ROWS = 1_000
FULL, BUSY = "full", "busy"


@dataclass(frozen=True, slots=True)
class World:
    """What is the same for all that is seen: the zone, the holidays, and which stations are neighbours."""

    zone: ZoneInfo
    calendar: HolidayCalendar | None
    groups: Ints


@dataclass(frozen=True, slots=True)
class Model:
    """What was learnt, by target (FULL, BUSY) and hours ahead."""

    fits: Mapping[tuple[str, int], Fit]
    anchors: Sequence[int]
    learnt_hours: int
    rows: int

    @property
    def targets(self) -> list[str]:
        """Which targets were seen often enough to learn from."""
        return [target for target in (FULL, BUSY) if (target, self.anchors[0]) in self.fits]

    def tell(self, seen: Seen, target: str, origins: Ints, ahead_h: int) -> tuple[Matrix, Matrix]:
        """Mean and median [origin, station] of the target's share in the hour `ahead_h` after each origin."""
        shape = (len(origins), seen.values.shape[1])
        flat = features(seen, origins, ahead_h).reshape(shape[0] * shape[1], -1)
        states = state(seen.values[origins]).reshape(-1)
        mean, median = np.zeros(flat.shape[0]), np.zeros(flat.shape[0])
        for anchor, weight in _mix(self.anchors, ahead_h):
            learnt = self.fits[target, anchor]
            part = learnt.mean(flat, states)
            mean += weight * part
            median += weight * learnt.median(part, flat, states)
        return mean.reshape(shape), median.reshape(shape)


def _mix(anchors: Sequence[int], ahead_h: int) -> list[tuple[int, float]]:
    if ahead_h in anchors or ahead_h < anchors[0] or ahead_h > anchors[-1]:
        return [(min(anchors, key=lambda anchor: abs(anchor - ahead_h)), 1.0)]
    after = next(n for n, anchor in enumerate(anchors) if anchor > ahead_h)
    low, high = anchors[after - 1], anchors[after]
    share = (ahead_h - low) / (high - low)
    return [(low, 1 - share), (high, share)]


def targets(hours: Hours) -> Iterator[tuple[str, Floats, Floats | None]]:
    """Each target, its values, and what may be looked at besides."""
    if hours.full is not None:
        yield FULL, hours.full, hours.busy
    yield BUSY, hours.busy, hours.full


def blocks(hours: Hours, world: World) -> Iterator[tuple[slice, dict[str, Seen]]]:
    """The stations by and by, each block with what is seen of each target."""
    at = when(hours.first, hours.count + MAX_AHEAD_H, world.zone, world.calendar)
    for begin in range(0, len(hours.stations), BLOCK):
        columns = slice(begin, begin + BLOCK)
        part = hours.of(columns)
        yield (
            columns,
            {target: see(values, beside, at, world.groups[columns]) for target, values, beside in targets(part)},
        )


def learn(
    hours: Hours,
    world: World,
    anchors: Sequence[int] = ANCHORS_H,
    told: Callable[[float], None] | None = None,
) -> Model | None:
    """A model of these hours; None where too little was seen. `told` hears how much is done, 0 to 1."""
    split = FIRST_LEARNT_H + int((hours.count - FIRST_LEARNT_H) * LEARN_SHARE)
    if hours.count <= FIRST_LEARNT_H + 48:
        return None
    random = np.random.default_rng(1)  # the same hours always give the same model
    kept: dict[tuple[str, int, bool], list[Rows]] = {}
    for columns, seen in blocks(hours, world):
        for target, each in seen.items():
            for ahead in anchors:
                for early in (True, False):
                    begin, end = (FIRST_LEARNT_H, split) if early else (split, hours.count)
                    rows = _examples(each, begin, end, ahead, len(hours.stations), random)
                    kept.setdefault((target, ahead, early), []).append(rows)
        if told is not None:
            told(min(columns.stop, len(hours.stations)) / len(hours.stations))
    fits: dict[tuple[str, int], Fit] = {}
    total = 0
    for target, ahead, _ in [key for key in kept if key[2]]:
        rows, later = _joined(kept[target, ahead, True]), _joined(kept[target, ahead, False])
        if len(rows) >= LEAST_ROWS and len(later) >= LEAST_ROWS // 2:
            fits[target, ahead] = fit(rows, later)
            total += len(rows)
    learnt = [ahead for ahead in anchors if all((target, ahead) in fits for target, _, _ in targets(hours))]
    return Model(fits, learnt, hours.count, total) if learnt else None


def _examples(seen: Seen, begin: int, end: int, ahead: int, stations: int, random: np.random.Generator) -> Rows:
    """Rows whose target lies in [begin, end); a random part of them where there are more than are needed."""
    origins = np.arange(max(begin - ahead, 0), max(end - ahead, 0))
    share = min(1.0, MOST_ROWS / max(len(origins) * stations, 1))
    if share < 0.5:  # whole hours are left out first: it saves work
        origins = origins[random.random(len(origins)) < 2 * share]
        share = 0.5
    outcome = seen.values[origins + ahead]
    wanted = np.isfinite(outcome)
    if share < 1:
        wanted &= random.random(wanted.shape) < share
    found = features(seen, origins, ahead)[wanted]
    return Rows(found, state(seen.values[origins])[wanted], outcome[wanted])


def _joined(parts: Sequence[Rows]) -> Rows:
    return Rows(
        np.concatenate([part.features for part in parts]),
        np.concatenate([part.state for part in parts]),
        np.concatenate([part.outcome for part in parts]),
    )
