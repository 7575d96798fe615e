"""Remembers which pushes were seen, so that a copied one is worth nothing."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from finder.errors import Busy
from finder.kernel.clock import Clock


@dataclass(frozen=True, slots=True)
class Seen:
    """What makes a push the same one. The address is not signed, so the endpoint belongs to it."""

    operator_id: str
    endpoint: str
    timestamp: str
    seq: str
    sig: str


class ReplayTable(Protocol):
    """A table of pushes seen, shared by every process that receives them."""

    async def first_time(self, seen: Seen, until: datetime) -> bool:
        """Whether it was not there before; it is kept until then. Raises Busy when it has no room."""


class MemoryReplays:
    """One process's table of at most `capacity` pushes; a full one refuses rather than forgets."""

    def __init__(self, clock: Clock, capacity: int = 100_000) -> None:
        self._clock, self._capacity = clock, capacity
        self._until: dict[Seen, datetime] = {}
        self._order: deque[Seen] = deque()

    async def first_time(self, seen: Seen, until: datetime) -> bool:
        """As the port says."""
        now = self._clock()
        while self._order and self._until[self._order[0]] < now:
            del self._until[self._order.popleft()]
        if seen in self._until:
            return False
        if len(self._order) >= self._capacity:
            raise Busy("推送过于密集，请稍后重试", "too many pushes at once: send again later")
        self._until[seen] = until
        self._order.append(seen)
        return True
