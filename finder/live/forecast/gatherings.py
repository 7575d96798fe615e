"""Where demand gathers on a public holiday: what was seen on earlier ones, beside the ordinary weeks before them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from finder.live.forecast.book import Minutes, OccupancyBook
from finder.live.forecast.calendar import DayKind, HolidayCalendar, HolidaySpan
from finder.live.forecast.history import day_number
from finder.live.forecast.places import Site
from finder.live.forecast.recorder import KEPT_DAYS
from finder.stations.model import StationId

WARNED_DAYS = 14  # before a holiday begins
COMPARED_DAYS = 28
LEAST_COMPARED = 14  # ordinary days that were seen
LEAST_STATIONS = 3
LEAST_TAKEN = 0.2  # of all bays; where fewer are taken on a holiday nobody waits
MORE = 1.25  # times as many as usual
COMPARED_SPANS = 3
_SHORTEST_OTHER = 3  # days of another holiday that may stand for one that was never seen

Groups = Callable[[Site], Iterable[str]]


def county(site: Site) -> Iterable[str]:
    """The county of a station, where it is known."""
    return (site.area,) if site.area else ()


@dataclass(frozen=True, slots=True)
class Gathering:
    """That bays of a place will be scarce. Shares of EVSE-minutes, 0 to 1: `taken` on the holidays that were seen
    (`seen_on`, their first days), `usual` in the weeks before each; `full`: of station-minutes without a free bay."""

    place: str
    holiday: HolidaySpan
    taken: float
    usual: float
    full: float
    stations: int
    seen_on: Sequence[date]


class Gatherings:
    """The warnings of one deployment. `groups`: the places that a station belongs to, by id (counties, roads)."""

    def __init__(self, book: OccupancyBook, calendar: HolidayCalendar, groups: Groups = county) -> None:
        self._book, self._calendar, self._groups = book, calendar, groups

    async def on(self, today: date, sites: Sequence[Site], within_days: int = WARNED_DAYS) -> list[Gathering]:
        """Of holidays that begin within so many days; the place with the greatest rise first. Raises
        StoreUnavailable."""
        found: list[Gathering] = []
        for span in self._calendar.spans(today, today + timedelta(days=within_days)):
            found += await self._before(span, today, sites)
        return sorted(found, key=lambda each: (each.holiday.first, each.usual / each.taken, each.place))

    async def _before(self, span: HolidaySpan, today: date, sites: Sequence[Site]) -> list[Gathering]:
        sums: defaultdict[str, tuple[Minutes, Minutes, set[StationId]]] = defaultdict(
            lambda: (Minutes(), Minutes(), set())
        )
        compared = self._compared(span, today)
        places = {site.id: list(self._groups(site)) for site in sites}
        for past in compared:
            for station, (holiday, ordinary) in (await self._seen(past)).items():
                for place in places.get(station, ()):
                    _add(sums[place][0], holiday)
                    _add(sums[place][1], ordinary)
                    sums[place][2].add(station)
        found = []
        for place, (holiday, ordinary, stations) in sums.items():
            taken, usual = holiday.taken / holiday.evse, ordinary.taken / ordinary.evse
            if len(stations) >= LEAST_STATIONS and taken >= LEAST_TAKEN and taken >= MORE * usual:
                full = holiday.full / max(holiday.watched, 1)
                first_days = [past.first for past in compared]
                found.append(Gathering(place, span, taken, usual, full, len(stations), first_days))
        return found

    def _compared(self, span: HolidaySpan, today: date) -> list[HolidaySpan]:
        """The same holiday of earlier years; where none is known, the latest others."""
        past = [each for each in self._calendar.spans(today - timedelta(days=KEPT_DAYS), today) if each.last < today]
        same = [each for each in past if each.name_en == span.name_en]
        others = [each for each in past if (each.last - each.first).days + 1 >= _SHORTEST_OTHER]
        return (same or others)[-COMPARED_SPANS:]

    async def _seen(self, span: HolidaySpan) -> dict[StationId, tuple[Minutes, Minutes]]:
        """Of each station that was seen on the holiday and long enough before it: both sums."""
        begin, end = day_number(span.first), day_number(span.last)
        ordinary = {
            begin - n
            for n in range(1, COMPARED_DAYS + 1)
            if self._calendar.kind(span.first - timedelta(days=n)) is not DayKind.HOLIDAY
        }
        seen: defaultdict[StationId, tuple[Minutes, Minutes, set[int]]] = defaultdict(
            lambda: (Minutes(), Minutes(), set())
        )
        async for rows in self._book.days(begin - COMPARED_DAYS, end):
            for row in rows:
                if row.at >= begin:
                    _add(seen[row.station][0], row.minutes)
                elif row.at in ordinary:
                    _add(seen[row.station][1], row.minutes)
                    seen[row.station][2].add(row.at)
        return {
            station: (holiday, before)
            for station, (holiday, before, days) in seen.items()
            if holiday.evse and before.evse and len(days) >= LEAST_COMPARED
        }


def _add(sums: Minutes, more: Minutes) -> None:
    sums.evse += more.evse
    sums.taken += more.taken
    sums.watched += more.watched
    sums.full += more.full
