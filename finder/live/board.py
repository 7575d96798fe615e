"""The port to the board of live status."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, runtime_checkable

from finder.kernel.clock import Clock
from finder.live.model import Change, Observation, Reading
from finder.stations.model import EvseId, SourceId

DEFAULT_FRESHNESS = timedelta(minutes=15)
# A clock that runs ahead is forgiven this much; beyond it an observation is refused, or it could never be corrected.
MAX_AHEAD = timedelta(seconds=60)


class Outcome(StrEnum):
    """What became of an observation."""

    CHANGED = "CHANGED"  # accepted, and the status is another one
    CONFIRMED = "CONFIRMED"  # accepted: the same status, seen later
    OLD = "OLD"  # not newer than what is known: dropped
    FUTURE = "FUTURE"  # more than MAX_AHEAD after this machine's clock: refused


@dataclass(frozen=True, slots=True)
class BoardHealth:
    """Whether the shared board answers, and how old (seconds) what is served may be where it does not."""

    connected: bool
    behind_s: float
    evses: int


class Subscription(Protocol):
    """A reader of changes with a bounded queue: a slow one loses the oldest and is told how many."""

    dropped: int

    def __aiter__(self) -> "Subscription":
        """Itself."""

    async def __anext__(self) -> Change:
        """The next change; waits."""


class LiveBoard(Protocol):
    """The last status of each EVSE. Rebuildable from the operators.

    Reading is synchronous, from this process's memory, at any rate; an engine that shares the board with other
    processes keeps that memory in step within a second, and goes on serving it, ageing, when the connection is lost.
    """

    clock: Clock

    async def start(self) -> None:
        """Connects and fills the memory. Raises BoardUnavailable only for settings that can never work."""

    async def observe(self, observations: Iterable[Observation]) -> list[Outcome]:
        """Takes observations, one outcome each in their order. An older one never overwrites a newer one,
        whatever the order or the process in which they arrive. Raises BoardUnavailable; then nothing is half done
        that a repeat does not complete."""

    def read(self, evse_id: EvseId) -> Reading:
        """What may be believed of this EVSE now."""

    def read_all(self, evse_ids: Iterable[EvseId]) -> list[Reading]:
        """The same for many EVSEs, in their order, at one moment."""

    def available(self, evse_id: EvseId) -> bool:
        """read(evse_id).status is AVAILABLE, at the least cost."""

    def set_freshness(self, limits: Mapping[SourceId, timedelta]) -> None:
        """How old an observation of each source may be and still be believed; others: DEFAULT_FRESHNESS."""

    async def block(self, evse_id: EvseId, since: datetime, until: datetime, by: Iterable[str] = ()) -> None:
        """Shows BLOCKED from now on through `until`, whatever the operator says but FAULTED, OFFLINE, and CHARGING
        seen after `since`, which ends it. A later `since` takes an earlier one's place, and of two with the same
        one the longer holds. Raises BoardUnavailable; this process shows it all the same.

        `by`: words of capitals, see Block.
        """

    async def clear(self, evse_id: EvseId, at: datetime) -> None:
        """Ends a block that began by then; one that is told later and began by then changes nothing.
        Raises BoardUnavailable; this process shows it all the same."""

    async def forget(self, evse_ids: Iterable[EvseId]) -> None:
        """Takes EVSEs off the board, as when their station is gone."""

    def subscribe(self, evse_ids: Iterable[EvseId] | None = None) -> AbstractAsyncContextManager[Subscription]:
        """Changes from now on, of these EVSEs or of all."""

    def health(self) -> BoardHealth:
        """How the board is, without asking anyone."""

    async def close(self) -> None:
        """Lets go of connections; subscribers end."""


@runtime_checkable
class Watched(Protocol):
    """A board in this process's memory that says at once what is no longer as it was."""

    def watch(self, dropped: Callable[[EvseId | None], None]) -> None:
        """Calls `dropped` at each new observation of an EVSE and when it is forgotten; with None, for every EVSE."""
