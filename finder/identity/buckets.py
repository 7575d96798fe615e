"""How often a caller may ask: token buckets."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

_OTHERS = ""  # whoever finds no room shares one bucket


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and so many again in every second."""

    burst: int
    per_s: float


class Buckets(Protocol):
    """A bucket for each name; the engine may be shared by several processes."""

    async def take(self, name: str, rate: Rate) -> float:
        """Takes one; 0, or where there is none the seconds until there is."""


class MemoryBuckets:
    """The buckets of one process, at most `capacity`. Time is any clock in seconds that only goes forward."""

    def __init__(self, capacity: int = 10_000, clock: Callable[[], float] = time.monotonic) -> None:
        self._capacity, self._clock = capacity, clock
        self._levels: OrderedDict[tuple[str, Rate], tuple[float, float]] = OrderedDict()  # level, when; oldest first

    async def take(self, name: str, rate: Rate) -> float:
        """See Buckets. Where there is no room for a new name, it shares a bucket with all others that found none."""
        key = (name, rate)
        if key not in self._levels and not self._room():
            key = (_OTHERS, rate)
        now = self._clock()
        level, at = self._levels.pop(key, (float(rate.burst), now))
        level = min(level + (now - at) * rate.per_s, float(rate.burst))
        taken = level >= 1
        self._levels[key] = (level - 1 if taken else level, now)
        return 0.0 if taken else (1 - level) / rate.per_s

    def _room(self) -> bool:
        """Whether a name may come in; the one unused for longest gives way if its bucket is full again anyway."""
        if len(self._levels) < self._capacity:
            return True
        (name, rate), (level, at) = next(iter(self._levels.items()))
        if level + (self._clock() - at) * rate.per_s < rate.burst:
            return False
        del self._levels[(name, rate)]
        return True
