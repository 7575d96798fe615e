"""What was seen of many stations, hour by hour, as arrays that a model learns from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from finder.live.forecast.calendar import DayKind, HolidayCalendar
from finder.stations.model import StationId

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
SmallInts = npt.NDArray[np.int8]
Counts = npt.NDArray[np.int16]
Bools = npt.NDArray[np.bool_]
WEEK_HOURS = 168
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HOUR = timedelta(hours=1)


def hour_of(moment: datetime) -> int:
    """Whole hours since 1970-01-01 UTC."""
    return (moment - _EPOCH) // _HOUR


def start_of(hour: int) -> datetime:
    """The first moment of that hour, UTC."""
    return _EPOCH + hour * _HOUR


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - _EPOCH.date()).days


def day_of(hour: int, zone: ZoneInfo) -> int:
    """Days since 1970-01-01, of that hour's local date."""
    return day_number(start_of(hour).astimezone(zone).date())


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours in a row, of many stations: shares of each hour, 0 to 1, NaN where nobody saw.

    `busy` [hour, station]: the share of EVSE-minutes in which an EVSE was taken. `full`: the share of minutes in
    which no EVSE was free; None where it cannot be told. The first row is the hour `first` since 1970.
    """

    stations: Sequence[StationId]
    first: int
    busy: Floats
    full: Floats | None

    def __post_init__(self) -> None:
        assert self.busy.shape[1] == len(self.stations)
        assert self.full is None or self.full.shape == self.busy.shape

    @property
    def count(self) -> int:
        """How many hours."""
        return int(self.busy.shape[0])

    def until(self, rows: int) -> "Hours":
        """The first so many hours."""
        return Hours(self.stations, self.first, self.busy[:rows], None if self.full is None else self.full[:rows])

    def of(self, columns: slice) -> "Hours":
        """Some of the stations."""
        full = None if self.full is None else self.full[:, columns]
        return Hours(self.stations[columns], self.first, self.busy[:, columns], full)


@dataclass(frozen=True, slots=True)
class When:
    """Of hours in a row: hour of the day, hour of the week (Monday 00:00 is 0), the day's kind, and whether it is usual
    for its weekday; all local."""

    hour: Ints
    week_hour: Ints
    kind: Ints
    usual: Bools


def when(first: int, count: int, zone: ZoneInfo, calendar: HolidayCalendar | None) -> When:
    """Tells this of hours since 1970; without a calendar a week has five days of work and two of rest."""
    hours, week_hours, kinds, usual = (np.zeros(count, dtype=np.int64) for _ in range(4))
    known: dict[date, tuple[int, bool]] = {}
    for row in range(count):
        local = start_of(first + row).astimezone(zone)
        day = local.date()
        if day not in known:
            known[day] = _kind(day, calendar)
        hours[row], week_hours[row] = local.hour, day.weekday() * 24 + local.hour
        kinds[row], usual[row] = known[day]
    return When(hours, week_hours, kinds, usual.astype(np.bool_))


def _kind(day: date, calendar: HolidayCalendar | None) -> tuple[int, bool]:
    if calendar is None:
        return int(DayKind.REST if day.weekday() >= 5 else DayKind.WORK), True
    return int(calendar.kind(day)), calendar.usual(day)
