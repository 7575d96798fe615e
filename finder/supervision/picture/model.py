"""Counts of EVSEs by what may be believed of them, and the picture that they make up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from finder.kernel.geo import Point
from finder.live.model import Reading, Status
from finder.stations.model import Evse, SourceId
from finder.supervision.alarms.model import Alarm


@dataclass(slots=True)
class Count:
    """What a set of stations comes to. Two are equal that differ only in how old the oldest sight is.

    `unknown` holds every EVSE of which nothing is believed, `stale` those among it that were seen too long ago.
    Power in kW: `kw` is what sessions tell, of `kw_evses` EVSEs; `rated_kw` what the EVSEs that charge could give.
    """

    stations: int = 0
    evses: int = 0
    available: int = 0
    charging: int = 0
    occupied: int = 0
    blocked: int = 0
    reserved: int = 0
    faulted: int = 0
    offline: int = 0
    unknown: int = 0
    stale: int = 0
    told: int = 0  # EVSEs that were seen within their source's limit
    rated_kw: float = 0.0
    kw: float = 0.0
    kw_evses: int = 0
    oldest_at: datetime | None = field(default=None, compare=False)  # the oldest last sight, believed or not

    def add(self, other: "Count") -> None:
        """Takes another one in."""
        self.stations += other.stations
        self.evses += other.evses
        self.available += other.available
        self.charging += other.charging
        self.occupied += other.occupied
        self.blocked += other.blocked
        self.reserved += other.reserved
        self.faulted += other.faulted
        self.offline += other.offline
        self.unknown += other.unknown
        self.stale += other.stale
        self.told += other.told
        self.rated_kw += other.rated_kw
        self.kw += other.kw
        self.kw_evses += other.kw_evses
        if other.oldest_at is not None and (self.oldest_at is None or other.oldest_at < self.oldest_at):
            self.oldest_at = other.oldest_at

    @property
    def usable_share(self) -> float | None:
        """Of the EVSEs of which something is believed, those that serve cars, taken or not; None where there is none.

        A bay that is blocked, faulted or offline serves nobody.
        """
        believed = self.evses - self.unknown
        serving = self.available + self.charging + self.occupied + self.reserved
        return serving / believed if believed else None

    @property
    def told_share(self) -> float | None:
        """Of all EVSEs, those that were seen within their source's limit."""
        return self.told / self.evses if self.evses else None


def count_of(evses: Iterable[Evse], readings: Sequence[Reading]) -> Count:
    """One station, its readings in the order of its EVSEs."""
    there = [reading.status for reading in readings].count
    seen = [reading.told_at or reading.observed_at for reading in readings]
    stale = [reading.stale and at is not None for reading, at in zip(readings, seen, strict=True)]
    charging = there(Status.CHARGING)
    return Count(
        stations=1,
        evses=len(readings),
        available=there(Status.AVAILABLE),
        charging=charging,
        occupied=there(Status.OCCUPIED),
        blocked=there(Status.BLOCKED),
        reserved=there(Status.RESERVED),
        faulted=there(Status.FAULTED),
        offline=there(Status.OFFLINE),
        unknown=there(Status.UNKNOWN),
        stale=sum(old and reading.status is Status.UNKNOWN for old, reading in zip(stale, readings, strict=True)),
        told=len(readings) - seen.count(None) - sum(stale),
        rated_kw=_rated(evses, readings) if charging else 0.0,
        oldest_at=min((at for at in seen if at is not None), default=None),
    )


def _rated(evses: Iterable[Evse], readings: Sequence[Reading]) -> float:
    return sum(
        max((connector.power_kw or 0.0 for connector in evse.connectors), default=0.0)
        for evse, reading in zip(evses, readings, strict=True)
        if reading.status is Status.CHARGING
    )


def total(counts: Iterable[Count]) -> Count:
    """Their sum."""
    summed = Count()
    for count in counts:
        summed.add(count)
    return summed


@dataclass(frozen=True, slots=True)
class Line:
    """An operator's stations in a county. `county` is a GB/T 2260 code, '' where it is none of the city's."""

    county: str
    operator: SourceId
    count: Count


@dataclass(frozen=True, slots=True)
class CountyTotal:
    """A county. `seat` is where a map shows it."""

    code: str
    name: str
    seat: Point | None
    count: Count


@dataclass(frozen=True, slots=True)
class OperatorTotal:
    """A feed: what it comes to, how good its data is (see docs/quality.md), and whether it is in trouble now."""

    id: SourceId
    name: str
    practice: bool
    score: int | None
    freshness: float | None
    completeness: float | None
    consistency: float | None
    findings: int
    failing: bool
    count: Count


@dataclass(frozen=True, slots=True)
class Picture:
    """The network at a moment. `whole` is False where only what changed since an earlier one is in it."""

    at: datetime
    whole: bool
    lines: Sequence[Line]
    counties: Sequence[CountyTotal]
    operators: Sequence[OperatorTotal]
    total: Count
    alarms: Sequence[Alarm] = ()  # those that wait for a person, always all of them


def changes(before: Picture, after: Picture) -> Picture | None:
    """What differs, but for ages alone; None where nothing does. Where lines came or went, all of it."""
    if _names(before) != _names(after):
        return after
    lines = [new for old, new in zip(before.lines, after.lines, strict=True) if old != new]
    counties = [new for old, new in zip(before.counties, after.counties, strict=True) if old != new]
    operators = [new for old, new in zip(before.operators, after.operators, strict=True) if old != new]
    if not (lines or operators or before.alarms != after.alarms):
        return None
    return replace(after, whole=False, lines=lines, counties=counties, operators=operators)


def _names(picture: Picture) -> Sequence[object]:
    return (
        [(line.county, line.operator) for line in picture.lines],
        [county.code for county in picture.counties],
        [operator.id for operator in picture.operators],
    )
