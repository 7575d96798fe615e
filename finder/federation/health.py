"""How each feed is: what it gave, when, and what is wrong with it now."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import structlog

from finder.connectors.sdk.ports import Refused
from finder.errors import FinderError
from finder.kernel.clock import Clock
from finder.stations.model import SourceId

KEPT_REFUSALS = 100
log = structlog.get_logger(__name__)


class FailureKind(StrEnum):
    """Which part of a feed is in trouble."""

    STATIONS = "STATIONS"
    STATUS = "STATUS"
    PUSH = "PUSH"


@dataclass(frozen=True, slots=True)
class Failure:
    """A feed's trouble, by name; its data is still served as last known."""

    source: SourceId
    name: str
    kind: FailureKind
    code: str
    error: FinderError
    since: datetime
    retryable: bool


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed and how it is. Times are None where it never came."""

    source: SourceId
    name: str
    practice: bool
    stations: int
    evses: int
    stations_at: datetime | None
    status_at: datetime | None
    failures: Sequence[Failure]
    refused: Sequence[Refused]  # the newest records that could not be taken


@dataclass(slots=True)
class FeedHealth:
    """What the tasks of one operator write down. A failure lasts until its kind succeeds."""

    source: SourceId
    name: str
    clock: Clock
    stations_at: datetime | None = None
    status_at: datetime | None = None
    refused: deque[Refused] = field(default_factory=lambda: deque(maxlen=KEPT_REFUSALS))
    _failures: dict[FailureKind, Failure] = field(default_factory=dict)

    def failed(self, kind: FailureKind, error: FinderError) -> None:
        """Notes trouble; the same trouble again keeps its beginning."""
        before = self._failures.get(kind)
        same = before is not None and before.code == error.code
        since = before.since if before is not None else self.clock()
        self._failures[kind] = Failure(self.source, self.name, kind, error.code, error, since, error.retryable)
        if not same:
            log.warning("feed_failing", source=self.source, kind=kind.value, code=error.code, error=error.en)

    def succeeded(self, kind: FailureKind) -> None:
        """Notes that this kind is well again."""
        if self._failures.pop(kind, None) is not None:
            log.info("feed_recovered", source=self.source, kind=kind.value)
        if kind is FailureKind.STATIONS:
            self.stations_at = self.clock()

    def heard(self) -> None:
        """Notes that live status came."""
        self.status_at = self.clock()

    def refuse(self, refused: Iterable[Refused]) -> None:
        """Keeps the newest records that could not be taken, each once."""
        for record in refused:
            if record not in self.refused:
                self.refused.append(record)

    def failures(self) -> list[Failure]:
        """What is wrong now."""
        return [self._failures[kind] for kind in FailureKind if kind in self._failures]
