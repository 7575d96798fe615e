"""Counts of EVSEs by what may be believed of them, and the picture that they make up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from finder.kernel.geo import Point
from finder.live.model import Reading, Status
from finder.stations.model import Evse, SourceId
from finder.supervision.alarms.model import Alarm

_FIELDS = {status: status.value.lower() for status in Status}


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
        for name in _SUMMED:
            setattr(self, name, getattr(self, name) + getattr(other, name))
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


_SUMMED = tuple(name for name in Count.__dataclass_fields__ if name != "oldest_at")


def count_of(evses: Iterable[Evse], readings: Iterable[Reading]) -> Count:
    """One station, its readings in the order of its EVSEs."""
    count = Count(stations=1)
    for evse, reading in zip(evses, readings, strict=True):
        count.evses += 1
        name = _FIELDS[reading.status]
        setattr(count, name, getattr(count, name) + 1)
        seen = reading.told_at or reading.observed_at
        if reading.stale:
            count.stale += seen is not None and reading.status is Status.UNKNOWN
        elif seen is not None:
            count.told += 1
        if reading.status is Status.CHARGING:
            count.rated_kw += max((c.power_kw or 0.0 for c in evse.connectors), default=0.0)
        if seen is not None and (count.oldest_at is None or seen < count.oldest_at):
            count.oldest_at = seen
    return count


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
