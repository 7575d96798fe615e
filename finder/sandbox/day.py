"""Bays that fill and free as on a real day in Xinzhou; deterministic by seed and clock."""

import heapq
import random
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from finder.kernel.clock import SHANGHAI, Clock
from finder.sandbox.network import Site

OFFLINE, FREE, OCCUPIED, CHARGING, RESERVED, FAULT = 0, 1, 2, 3, 4, 255
_PARK_FREE, _PARK_TAKEN = 10, 50
_CATCH_UP = timedelta(hours=3)  # after a longer pause the day begins anew
_LONGEST_WAIT_MIN = 60.0


@dataclass(frozen=True, slots=True)
class _Habit:
    """Per cent in use by hour of the local day; minutes that a charge, and the leaving after it, takes."""

    use: tuple[int, ...]
    charge_min: float
    leave_min: float


_DC = _Habit(
    (8, 6, 5, 5, 6, 9, 14, 22, 30, 34, 38, 46, 52, 50, 40, 36, 38, 44, 50, 52, 46, 36, 24, 14),
    42.0,
    8.0,
)
_AC = _Habit(
    (42, 42, 40, 38, 36, 32, 24, 20, 26, 30, 30, 28, 26, 26, 26, 26, 24, 24, 28, 34, 38, 42, 44, 44),
    300.0,
    45.0,
)
_ALWAYS_DEAD = 0.012
_BROKEN = 0.015
_STAYS_PLUGGED = 0.7  # of those who have charged
# What follows when someone comes, or something happens, at a free bay; minutes on average.
_EVENTS = (
    ((CHARGING, _PARK_TAKEN), 0.93, 0.0),
    ((RESERVED, _PARK_FREE), 0.03, 12.0),
    ((FREE, _PARK_TAKEN), 0.02, 35.0),  # a fuel car
    ((OFFLINE, 0), 0.012, 25.0),
    ((FAULT, 0), 0.008, 240.0),
)

State = tuple[int, int]  # Status and ParkStatus of T/CEC 102


@dataclass(frozen=True, slots=True)
class Flip:
    """That a connector's status changed."""

    gun_id: str
    status: int
    park: int
    before: int
    at: datetime


class Day:
    """The statuses of a network. Times run `speed` times as fast, while the hour of the day stays the clock's."""

    def __init__(self, sites: Iterable[Site], clock: Clock, *, seed: int = 1, speed: float = 1.0) -> None:
        if not 0 < speed <= 10_000:
            raise ValueError("speed must be above 0 and at most 10000")
        self.speed = speed
        self._clock, self._seed = clock, seed
        self._habits = {gun.id: _DC if pile.dc else _AC for site in sites for pile in site.piles for gun in pile.guns}
        self._pinned: set[str] = set()
        self._states: dict[str, State] = {}
        self._flips: deque[Flip] = deque(maxlen=20_000)
        self._at = clock()
        self._begin(self._at)

    def state(self, gun_id: str) -> State:
        """Status and ParkStatus now. Raises KeyError."""
        self.advance()
        return self._states[gun_id]

    def advance(self) -> None:
        """Lets happen what is due by now."""
        now = self._clock()
        if now - self._at > _CATCH_UP:
            before = self._states
            self._begin(now)
            for gun_id, state in before.items():
                if gun_id in self._pinned:
                    self._states[gun_id] = state
                    self._next.pop(gun_id, None)
                elif state != self._states[gun_id]:
                    self._flips.append(Flip(gun_id, *self._states[gun_id], state[0], now))
            return
        while self._due and self._due[0][0] <= now:
            at, number, gun_id, happens = heapq.heappop(self._due)
            if self._next.get(gun_id) == number:
                if happens:
                    self._move(gun_id, at)
                else:
                    self._idle(gun_id, at)
        self._at = max(self._at, now)

    def drain(self) -> list[Flip]:
        """The flips since the last call, oldest first; at most 20,000."""
        self.advance()
        flips = list(self._flips)
        self._flips.clear()
        return flips

    def pin(self, gun_id: str, status: int, park: int = 0) -> None:
        """Sets a status that stays. Raises KeyError."""
        self.advance()
        before = self._states[gun_id]
        self._pinned.add(gun_id)
        self._next.pop(gun_id, None)
        self._set(gun_id, (status, park), before, self._at)

    def unpin(self, gun_id: str) -> None:
        """Lets a pinned connector live again. Raises KeyError."""
        self._states[gun_id]
        if gun_id in self._pinned:
            self._pinned.discard(gun_id)
            self._later(gun_id, self._at, 1.0)

    def snapshot(self) -> dict[str, State]:
        """Every connector's state now."""
        self.advance()
        return dict(self._states)

    def _begin(self, now: datetime) -> None:
        self._rng = random.Random(f"{self._seed}/{now.isoformat()}")  # noqa: S311 - practice, not secrets
        self._due: list[tuple[datetime, int, str, bool]] = []
        self._next: dict[str, int] = {}  # the event that counts of each connector
        self._count = 0
        self._at = now
        dead = random.Random(f"{self._seed}/dead")  # noqa: S311 - the same bays on every start
        self._states = {}
        for gun_id, habit in self._habits.items():
            if dead.random() < _ALWAYS_DEAD:
                self._states[gun_id] = (OFFLINE, 0)
            elif self._rng.random() < _BROKEN:
                self._states[gun_id] = (FAULT, 0)
                self._later(gun_id, now, self._rng.expovariate(1 / 240))
            elif self._rng.random() < _use(habit, now):
                self._states[gun_id] = (CHARGING, _PARK_TAKEN)
                self._later(gun_id, now, self._charge(habit) * self._rng.random())
            else:
                self._states[gun_id] = (FREE, _PARK_FREE)
                self._idle(gun_id, now)

    def _move(self, gun_id: str, at: datetime) -> None:
        before, habit = self._states[gun_id], self._habits[gun_id]
        state: State = (FREE, _PARK_FREE)
        if before[0] == CHARGING and self._rng.random() < _STAYS_PLUGGED:
            state = (OCCUPIED, _PARK_TAKEN)
            self._later(gun_id, at, self._rng.expovariate(1 / habit.leave_min))
        elif before[0] == RESERVED:
            state = (CHARGING, _PARK_TAKEN)
            self._later(gun_id, at, self._charge(habit))
        elif before == (FREE, _PARK_FREE):
            event = self._rng.choices(_EVENTS, [share for _, share, _ in _EVENTS])[0]
            state, _, minutes = event
            self._later(gun_id, at, self._rng.expovariate(1 / minutes) if minutes else self._charge(habit))
        else:
            self._idle(gun_id, at)
        self._set(gun_id, state, before, at)

    def _set(self, gun_id: str, state: State, before: State, at: datetime) -> None:
        self._states[gun_id] = state
        if state != before:
            self._flips.append(Flip(gun_id, *state, before[0], at))

    def _idle(self, gun_id: str, at: datetime) -> None:
        """Waits for whoever comes next; a long wait is drawn anew, since the hour's use may then be another."""
        use = _use(self._habits[gun_id], at)
        minutes = self._rng.expovariate(use / (self._habits[gun_id].charge_min * (1 - use)))
        self._later(gun_id, at, min(minutes, _LONGEST_WAIT_MIN), happens=minutes <= _LONGEST_WAIT_MIN)

    def _charge(self, habit: _Habit) -> float:
        return habit.charge_min * min(max(self._rng.lognormvariate(-0.08, 0.4), 0.15), 3.0)

    def _later(self, gun_id: str, at: datetime, minutes: float, *, happens: bool = True) -> None:
        self._count += 1
        self._next[gun_id] = self._count
        heapq.heappush(self._due, (at + timedelta(minutes=minutes / self.speed), self._count, gun_id, happens))


def _use(habit: _Habit, at: datetime) -> float:
    return habit.use[at.astimezone(SHANGHAI).hour] / 100
