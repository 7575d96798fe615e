"""A case and its states: pure."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from finder.kernel.geo import Point
from finder.reports.model import BayReportKind, By, Found
from finder.stations.model import EvseId, StationId

# An answer that nothing is found so soon after the car was last seen says that it never stood there.
REFUTES_WITHIN = timedelta(minutes=15)


class CaseKind(StrEnum):
    """What is to be seen to."""

    BAY_BLOCKED = "BAY_BLOCKED"


class CaseState(StrEnum):
    """Where a case stands."""

    OPENED = "OPENED"  # city management is told, or will be
    SENT = "SENT"  # its server has it
    ACCEPTED = "ACCEPTED"  # somebody there sees to it
    ANSWERED = "ANSWERED"  # it refused: a supervisor decides
    CLOSED = "CLOSED"


# An answer may come before our own call has ended, or after its answer was lost: so from OPENED, too.
NEXT: Mapping[CaseState, Set[CaseState]] = {
    CaseState.OPENED: frozenset({CaseState.SENT, CaseState.ACCEPTED, CaseState.ANSWERED, CaseState.CLOSED}),
    CaseState.SENT: frozenset({CaseState.ACCEPTED, CaseState.ANSWERED, CaseState.CLOSED}),
    CaseState.ACCEPTED: frozenset({CaseState.ANSWERED, CaseState.CLOSED}),
    CaseState.ANSWERED: frozenset({CaseState.ANSWERED, CaseState.CLOSED}),  # it may think better of a refusal
    CaseState.CLOSED: frozenset(),
}
WAITING = (CaseState.OPENED, CaseState.SENT, CaseState.ACCEPTED)  # for city management


class CaseAnswer(StrEnum):
    """What city management says."""

    MOVED = "MOVED"  # the car was there, and is gone
    FINED = "FINED"  # it was there, and may be there still
    NOT_FOUND = "NOT_FOUND"
    REFUSED = "REFUSED"  # not its affair; says nothing of the bay


CLEARS = (CaseAnswer.MOVED, CaseAnswer.NOT_FOUND)


class ClosedBy(StrEnum):
    """Whose word closed a case."""

    CITY = "CITY"
    SUPERVISOR = "SUPERVISOR"
    TIME = "TIME"  # nobody's


@dataclass(frozen=True, slots=True)
class Evidence:
    """On what a case rests. `photos` are names of cleaned pictures, none once the case is closed."""

    by: frozenset[By]
    seen: tuple[datetime, ...]  # when each reporter saw it, the first one first
    photos: tuple[str, ...] = field(default=(), repr=False)

    @property
    def sensor(self) -> bool:
        """Whether the operator's own lock or sensor agrees."""
        return By.SENSOR in self.by


@dataclass(frozen=True, slots=True)
class Case:
    """A blocked bay that was handed over. It names nobody; `plate` opens with city management's key alone."""

    id: str
    kind: CaseKind
    block: str
    what: BayReportKind
    station_id: StationId
    station_name: str
    place: Point
    evse_id: EvseId
    evidence: Evidence
    opened_at: datetime
    deadline: datetime
    state: CaseState
    sent_at: datetime | None = None
    accepted_at: datetime | None = None
    answered_at: datetime | None = None
    closed_at: datetime | None = None
    closed_by: ClosedBy | None = None
    answer: CaseAnswer | None = None
    text: str | None = field(default=None, repr=False)  # city management's words
    looked_at: datetime | None = None
    reference: str | None = None  # its own number
    note: str | None = field(default=None, repr=False)  # a supervisor's
    trouble: str | None = None  # a code, where it could not be told
    plate: str | None = field(default=None, repr=False)

    def overdue(self, now: datetime) -> bool:
        """Whether the deadline passed without an answer."""
        return self.state in WAITING and now > self.deadline


def finding(answer: CaseAnswer, last_seen: datetime, looked_at: datetime | None) -> Found | None:
    """What an answer says of whoever reported. A car that nobody finds later on has mostly just left."""
    if answer in (CaseAnswer.MOVED, CaseAnswer.FINED):
        return Found.BORNE_OUT
    soon = looked_at is not None and last_seen <= looked_at <= last_seen + REFUTES_WITHIN
    return Found.REFUTED if answer is CaseAnswer.NOT_FOUND and soon else None
