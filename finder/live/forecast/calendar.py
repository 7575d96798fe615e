"""Which days are worked, which are rest and which belong to a public holiday."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum
from functools import lru_cache

import holidays

from finder.errors import SettingsError

MAX_SPAN_DAYS = 31  # no public holiday of any calendar is longer; ends a search that would not
_DAY = timedelta(days=1)


class DayKind(IntEnum):
    """What drivers do on a day."""

    WORK = 0
    REST = 1
    HOLIDAY = 2


@dataclass(frozen=True, slots=True)
class HolidaySpan:
    """Days off in a row with a public holiday among them; both ends are part of it."""

    name_zh: str
    name_en: str
    first: date
    last: date


class HolidayCalendar:
    """The public holidays of a country, with the weekends that are worked in exchange.

    From the package `holidays`: where a government has not yet published a year's exchanged days it knows the
    statutory ones alone. Raises SettingsError for a country that the package does not know.
    """

    def __init__(self, country: str) -> None:
        try:
            self._holidays = holidays.country_holidays(country, language="en_US")
            self._in_chinese = holidays.country_holidays(country, language="zh_CN")
        except NotImplementedError as unknown:
            raise SettingsError(
                f"没有 {country!r} 的节假日历，请填写 ISO 3166 国家代码",
                f"no calendar of holidays for {country!r}: use an ISO 3166 code",
            ) from unknown
        self.kind = lru_cache(maxsize=4_096)(self._kind)

    def _kind(self, day: date) -> DayKind:
        if self._span_holds_holiday(day):
            return DayKind.HOLIDAY
        return DayKind.WORK if self._holidays.is_working_day(day) else DayKind.REST

    def usual(self, day: date) -> bool:
        """Whether the day is what its weekday says: worked from Monday to Friday, and no holiday."""
        return self.kind(day) is (DayKind.REST if day.weekday() >= 5 else DayKind.WORK)

    def spans(self, first: date, last: date) -> Iterator[HolidaySpan]:
        """The holidays that begin within these days, in order."""
        day = first
        while day <= last:
            if self.kind(day) is DayKind.HOLIDAY and self.kind(day - _DAY) is not DayKind.HOLIDAY:
                end = day
                while self.kind(end + _DAY) is DayKind.HOLIDAY and (end - day).days < MAX_SPAN_DAYS:
                    end += _DAY
                yield HolidaySpan(*self._names(day, end), day, end)
                day = end
            day += _DAY

    def _span_holds_holiday(self, day: date) -> bool:
        if self._holidays.is_working_day(day):
            return False
        if day in self._holidays:
            return True
        # A weekend that touches a holiday is a part of it.
        for step in (_DAY, -_DAY):
            near = day + step
            while not self._holidays.is_working_day(near):
                if near in self._holidays:
                    return True
                near += step
        return False

    def _names(self, first: date, last: date) -> tuple[str, str]:
        days = [first + _DAY * n for n in range((last - first).days + 1)]
        statutory = [day for day in days if day in self._holidays]
        chosen = max(statutory, key=lambda day: [self._holidays[each] for each in statutory].count(self._holidays[day]))
        return self._in_chinese[chosen], self._holidays[chosen]
