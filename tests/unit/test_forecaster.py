"""What is shown of a station, what is hidden and why, and what a trip planner is told."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest

from finder.live.forecast.book import Minutes, Row
from finder.live.forecast.calendar import HolidayCalendar
from finder.live.forecast.features import MAX_AHEAD_H
from finder.live.forecast.forecaster import LEAST_HOURS, Ahead, Forecaster, LikelyFree, _hidden
from finder.live.forecast.gatherings import LEAST_STATIONS, Gatherings
from finder.live.forecast.history import day_number, hour_of
from finder.live.forecast.outlook import Hidden
from finder.live.forecast.places import Site, Sites
from finder.stations.model import Station
from tests.unit.forecast_world import drawn
from tests.unit.test_forecast_recorder import Clock, station

ZONE = ZoneInfo("Asia/Shanghai")


class Shelf:
    """A book in memory."""

    def __init__(self, hours: Sequence[Row] = (), days: Sequence[Row] = ()) -> None:
        self.rows, self.of_days, self.asked = hours, days, 0

    async def hours(self, since: int) -> AsyncIterator[Sequence[Row]]:
        self.asked += 1
        yield [row for row in self.rows if row.at >= since]

    async def days(self, since: int, until: int) -> AsyncIterator[Sequence[Row]]:
        yield [row for row in self.of_days if since <= row.at <= until]


def history(names: Sequence[str], weeks: int, last: int) -> list[Row]:
    """Of each name, as many weeks as are drawn, up to the hour `last`."""
    hours = drawn(stations=len(names), weeks=weeks)
    assert hours.full is not None
    first = last + 1 - hours.count
    return [
        Row(name, first + row, Minutes(120, int(120 * hours.busy[row, n]), 60, int(60 * hours.full[row, n])))
        for n, name in enumerate(names)
        for row in range(hours.count)
    ]


def forecaster(shelf: Shelf, stations: Sequence[Station], clock: Clock) -> Forecaster:
    return Forecaster(shelf, Sites(lambda: stations), lambda: None, ZONE, clock)  # type: ignore[arg-type]


@pytest.mark.slow
async def test_a_watched_station_is_foretold_and_one_that_was_not_says_why() -> None:
    clock = Clock()
    now = hour_of(clock.now)
    names = [f"s{n}" for n in range(6)]
    stations = [station(name, 2) for name in (*names, "new", "young", "silent")]
    rows = history(names, 6, now - 1)
    rows += [Row("young", now - n, Minutes(120, 60, 60, 0)) for n in range(1, LEAST_HOURS)]
    rows += [Row("silent", now - n, Minutes(120, 60, 60, 0)) for n in range(26, 26 + 400)]
    told = forecaster(Shelf(rows), stations, clock)
    before = told.outlook(stations[0], clock.now)
    assert (before.hidden, before.likely_free, told.likely_free("s0", clock.now)) == (Hidden.NOT_YET, None, None)
    await told.refresh()
    by_name = {each.id: told.outlook(each, clock.now + timedelta(hours=5)) for each in stations}
    assert {name: each.hidden for name, each in by_name.items() if each.hidden} == {
        "new": Hidden.NO_HISTORY,
        "young": Hidden.SHORT_HISTORY,
        "silent": Hidden.SILENT,
    }
    shown = by_name["s0"]
    assert shown.likely_free is not None
    assert 0 <= shown.likely_free <= 1
    assert shown.typical_free in (0, 1, 2)
    planner: LikelyFree = told
    assert planner.likely_free("s0", clock.now + timedelta(hours=5)) == pytest.approx(shown.likely_free, abs=1e-3)
    assert planner.likely_free("new", clock.now) is None
    assert planner.likely_free("nobody", clock.now) is None
    # Full more often the higher the number: the rates by which it was drawn.
    assert (planner.likely_free("s0", clock.now) or 0) > (planner.likely_free("s5", clock.now) or 0)


@pytest.mark.slow
async def test_it_looks_ahead_once_an_hour() -> None:
    clock = Clock()
    stations = [station(f"s{n}", 2) for n in range(6)]
    shelf = Shelf(history([each.id for each in stations], 4, hour_of(clock.now) - 1))
    told = forecaster(shelf, stations, clock)
    for _ in range(3):
        await told.refresh()
    assert shelf.asked == 1
    clock.now += timedelta(hours=1)
    await told.refresh()
    assert shelf.asked == 2


def with_ahead(clock: Clock) -> Forecaster:
    told = forecaster(Shelf(), [], clock)
    shape = (MAX_AHEAD_H, 1)
    likely = np.linspace(0, 1, MAX_AHEAD_H, dtype=np.float32)[:, None]
    told._ahead = Ahead(hour_of(clock.now) - 1, {"a": 0}, likely, np.full(shape, 0.5, np.float32), [None])
    return told


def test_the_hours_from_now_to_a_week_are_foretold_and_one_past_them_is_not() -> None:
    clock = Clock()
    told, a = with_ahead(clock), station("a", 5)
    first, last = clock.now, clock.now + timedelta(hours=MAX_AHEAD_H - 1)
    assert told.likely_free("a", first) == 0
    assert told.likely_free("a", last) == 1
    assert told.outlook(a, last + timedelta(hours=1)).hidden is Hidden.NOT_YET
    assert told.likely_free("a", last + timedelta(hours=1)) is None
    assert told.outlook(a, first - timedelta(hours=1)).hidden is Hidden.NOT_YET
    assert told.outlook(a, first).typical_free == 2  # of five, half of them
    clock.now += timedelta(days=8)  # nothing was seen since
    assert told.likely_free("a", clock.now) is None


def test_practice_is_hidden_and_a_station_is_known_by_an_older_id() -> None:
    told = with_ahead(Clock())
    assert told.outlook(station("a", 1, practice=True), Clock().now).hidden is Hidden.PRACTICE
    renamed = msgspec.structs.replace(station("b", 1), aliases=("a",))
    assert told.outlook(renamed, Clock().now).likely_free == 0


def test_two_weeks_are_enough_and_an_hour_less_is_not() -> None:
    assert _hidden(LEAST_HOURS, told=True) is None
    assert _hidden(LEAST_HOURS - 1, told=True) is Hidden.SHORT_HISTORY
    assert _hidden(0, told=False) is Hidden.NO_HISTORY
    assert _hidden(LEAST_HOURS, told=False) is Hidden.SILENT


@pytest.mark.parametrize("hidden", list(Hidden))
def test_every_reason_has_a_sentence_in_both_languages(hidden: Hidden) -> None:
    assert hidden.text("zh-CN") != hidden.text("en")


SITES = [Site(f"s{n}", (f"s{n}-0",), "140922" if n < LEAST_STATIONS else "140902", (0, 0)) for n in range(5)]
TODAY = date(2026, 9, 20)  # eleven days before National Day; Mid-Autumn begins in five


def days(holiday_taken: int, usual_taken: int = 30) -> list[Row]:
    first = date(2025, 10, 1)
    return [
        Row(site.id, day_number(first) + n, Minutes(100, holiday_taken if n >= 0 else usual_taken, 100, 12))
        for site in SITES
        for n in range(-28, 7)
    ]


async def gathered(rows: Sequence[Row], within: int = 14) -> list[tuple[str, str, float, float, int]]:
    told = Gatherings(Shelf(days=rows), HolidayCalendar("CN"))  # type: ignore[arg-type]
    found = await told.on(TODAY, SITES, within)
    return [(each.place, each.holiday.name_zh, each.taken, each.usual, each.stations) for each in found]


async def test_a_county_where_last_years_holiday_took_more_bays_is_warned_of() -> None:
    # Two stations of the other county are too few. In 2025 both holidays were one: it has one name.
    assert await gathered(days(60)) == [("140922", "国庆节", 0.6, 0.3, LEAST_STATIONS)]


async def test_a_quarter_more_is_warned_of_and_less_is_not() -> None:
    assert await gathered(days(50, 40))
    assert await gathered(days(49, 40)) == []
    assert await gathered(days(19, 5)) == []  # nobody waits where four of five are free


async def test_a_holiday_farther_off_is_left_for_later() -> None:
    assert await gathered(days(60), within=10) == []
    assert await gathered(days(60), within=11)


async def test_a_station_that_was_not_seen_before_the_holiday_proves_nothing() -> None:
    begin = day_number(date(2025, 10, 1))
    assert await gathered([row for row in days(60) if row.at >= begin - 13]) == []


def test_moments_are_told_in_utc() -> None:
    assert with_ahead(Clock()).outlook(station("a", 1), Clock().now).starts_at == datetime(2026, 11, 24, 4, tzinfo=UTC)
