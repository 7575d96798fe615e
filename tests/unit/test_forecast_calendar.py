"""Days of work, of rest and of holidays, as the State Council announced them for 2026."""

from datetime import date

import pytest

from finder.errors import SettingsError
from finder.live.forecast.calendar import DayKind, HolidayCalendar


@pytest.fixture(scope="module")
def china() -> HolidayCalendar:
    return HolidayCalendar("CN")


@pytest.mark.parametrize(
    ("day", "kind", "usual"),
    [
        (date(2026, 9, 30), DayKind.WORK, True),
        (date(2026, 10, 1), DayKind.HOLIDAY, False),
        (date(2026, 10, 3), DayKind.HOLIDAY, False),  # a Saturday within
        (date(2026, 10, 7), DayKind.HOLIDAY, False),
        (date(2026, 10, 8), DayKind.WORK, True),
        (date(2026, 10, 10), DayKind.WORK, False),  # a Saturday that is worked in exchange
        (date(2026, 10, 17), DayKind.REST, True),
        (date(2026, 2, 15), DayKind.HOLIDAY, False),  # the Sunday before New Year's Eve, off with it
        (date(2026, 2, 14), DayKind.WORK, False),
    ],
)
def test_each_day_has_its_kind(china: HolidayCalendar, day: date, kind: DayKind, usual: bool) -> None:
    assert (china.kind(day), china.usual(day)) == (kind, usual)


def test_holidays_are_told_whole_and_by_name_in_both_languages(china: HolidayCalendar) -> None:
    spans = list(china.spans(date(2026, 1, 1), date(2026, 12, 31)))
    assert [(s.first.isoformat()[5:], s.last.isoformat()[5:], s.name_zh) for s in spans] == [
        ("01-01", "01-03", "元旦"),
        ("02-15", "02-23", "春节"),
        ("04-04", "04-06", "清明节"),
        ("05-01", "05-05", "劳动节"),
        ("06-19", "06-21", "端午节"),
        ("09-25", "09-27", "中秋节"),
        ("10-01", "10-07", "国庆节"),
    ]
    assert [s.name_en for s in spans][-1] == "National Day"


def test_a_span_that_begins_outside_is_left_out(china: HolidayCalendar) -> None:
    assert list(china.spans(date(2026, 10, 2), date(2026, 10, 31))) == []
    assert len(list(china.spans(date(2026, 10, 1), date(2026, 10, 1)))) == 1


def test_years_that_are_not_announced_yet_have_their_statutory_days(china: HolidayCalendar) -> None:
    assert china.kind(date(2027, 2, 6)) is DayKind.HOLIDAY  # the new year of 2027
    assert china.kind(date(2027, 10, 1)) is DayKind.HOLIDAY


def test_a_country_without_a_calendar_is_refused() -> None:
    with pytest.raises(SettingsError, match="ISO 3166"):
        HolidayCalendar("XX")
