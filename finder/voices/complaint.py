"""A complaint, its states as a table, and by when it is answered: pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from finder.kernel.clock import SHANGHAI
from finder.stations.model import SourceId, StationId

ANSWER_WITHIN = 3  # working days, the day of the complaint not counted
APPEAL_WITHIN = timedelta(days=7)
_DAY = timedelta(days=1)


class ComplaintKind(StrEnum):
    """What it is about."""

    BILLING = "BILLING"  # to have money given back, the order is disputed instead: that holds the money
    FAULT = "FAULT"
    ACCESS = "ACCESS"
    BLOCKED_BAY = "BLOCKED_BAY"  # reported, and not seen to
    OTHER = "OTHER"


class ComplaintState(StrEnum):
    """Where a complaint stands."""

    OPEN = "OPEN"  # the operator answers within three working days
    ESCALATED = "ESCALATED"  # it did not: the supervisor answers
    ANSWERED = "ANSWERED"  # may be appealed within seven days
    APPEALED = "APPEALED"  # a supervisor decides, who has not answered it
    UPHELD = "UPHELD"  # the driver is right
    REJECTED = "REJECTED"
    CLOSED = "CLOSED"  # answered, and not appealed
    WITHDRAWN = "WITHDRAWN"  # whoever made it was erased


S = ComplaintState
NEXT: Mapping[ComplaintState, frozenset[ComplaintState]] = {
    S.OPEN: frozenset({S.ANSWERED, S.ESCALATED, S.WITHDRAWN}),
    S.ESCALATED: frozenset({S.ANSWERED, S.WITHDRAWN}),
    S.ANSWERED: frozenset({S.APPEALED, S.CLOSED, S.WITHDRAWN}),
    S.APPEALED: frozenset({S.UPHELD, S.REJECTED, S.WITHDRAWN}),
    S.UPHELD: frozenset(),
    S.REJECTED: frozenset(),
    S.CLOSED: frozenset(),
    S.WITHDRAWN: frozenset(),
}
WAITING = (S.OPEN, S.ESCALATED, S.APPEALED)  # for somebody's word
OVER = tuple(state for state, after in NEXT.items() if not after)


@dataclass(frozen=True, slots=True)
class ComplaintAsk:
    """What a driver complains of: an order of one's own, a station, or an operator."""

    kind: ComplaintKind
    text: str = field(repr=False)
    key: str
    order: str | None = None
    station_id: StationId | None = None
    operator: SourceId | None = None


@dataclass(frozen=True, slots=True)
class Complaint:
    """A complaint. `person` is None once that was erased, and then so are the words."""

    id: str
    person: str | None = field(repr=False)
    operator: SourceId
    station_id: StationId | None
    station_name: str | None
    order: str | None
    kind: ComplaintKind
    state: ComplaintState
    text: str | None = field(repr=False)
    answer: str | None = field(repr=False)
    appeal: str | None = field(repr=False)
    decision: str | None = field(repr=False)
    made_at: datetime
    answer_by: datetime
    answered_at: datetime | None
    answered_by: str | None = field(repr=False)
    escalated_at: datetime | None
    appealed_at: datetime | None
    ended_at: datetime | None

    @property
    def appeal_by(self) -> datetime | None:
        """Until when it may be appealed; None where it may not."""
        if self.state is not S.ANSWERED or self.answered_at is None:
            return None
        return self.answered_at + APPEAL_WITHIN

    @property
    def answered_by_supervisor(self) -> bool:
        """Whether the operator's time had run out before the answer."""
        return self.answered_at is not None and self.escalated_at is not None


def answer_by(made_at: datetime, worked: Callable[[date], bool], days: int = ANSWER_WITHIN) -> datetime:
    """The end, in Beijing, of the so manieth day that is worked after that of the complaint."""
    day = made_at.astimezone(SHANGHAI).date()
    while days:
        day += _DAY
        days -= worked(day)
    end = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI) + _DAY
    return end.astimezone(made_at.tzinfo)


def due(state: ComplaintState, answer_by: datetime, answered_at: datetime | None, now: datetime) -> ComplaintState:
    """What time alone has made of a complaint."""
    if state is S.OPEN and now >= answer_by:
        return S.ESCALATED
    if state is S.ANSWERED and answered_at is not None and now > answered_at + APPEAL_WITHIN:
        return S.CLOSED
    return state
