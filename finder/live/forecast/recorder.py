"""Looks at the board once a minute and keeps, for each hour, how many minutes of each station were taken."""

import asyncio
from collections import defaultdict
from zoneinfo import ZoneInfo

import structlog

from finder.errors import Unavailable
from finder.kernel.clock import Clock
from finder.live.board import LiveBoard
from finder.live.forecast.book import Minutes, OccupancyBook, Row
from finder.live.forecast.history import day_of, hour_of
from finder.live.forecast.places import Sites
from finder.live.model import Status
from finder.stations.model import StationId

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 60.0
KEPT_HOURS = 70 * 24
KEPT_DAYS = 800  # so that a holiday is compared with that of the year before, and the one before that
WAITING_HOURS = 48  # that are kept while the database is away
_AT_A_TIME = 500  # stations between two turns of the event loop


class Recorder:
    """One process's eyes on the board; several that share a board may all record (see OccupancyBook.write)."""

    def __init__(self, board: LiveBoard, sites: Sites, book: OccupancyBook, clock: Clock, zone: ZoneInfo) -> None:
        self._board, self._sites, self._book, self._clock, self._zone = board, sites, book, clock, zone
        self._hours: defaultdict[int, defaultdict[StationId, Minutes]] = defaultdict(lambda: defaultdict(Minutes))
        self._minute: int | None = None

    async def run(self) -> None:
        """Until it is cancelled; then what was seen of this hour is still written."""
        try:
            while True:
                await asyncio.sleep(LOOK_EVERY_S)
                await self.look()
                try:
                    await self.flush(before=hour_of(self._clock()))
                except Unavailable as away:
                    log.warning("occupancy_waits", hours=len(self._hours), code=away.code)
        finally:
            try:
                await self.flush()
            except Unavailable as away:
                log.warning("occupancy_lost", hours=len(self._hours), code=away.code)

    async def look(self) -> None:
        """Counts this minute; twice in one minute counts once."""
        now = self._clock()
        minute = int(now.timestamp()) // 60
        if minute == self._minute:
            return
        self._minute = minute
        of_hour = self._hours[minute // 60]
        for n, site in enumerate(self._sites.all(now)):
            known = free = 0
            for reading in self._board.read_all(site.evses):
                # Neither free nor taken: what nobody knows is not counted at all.
                known += reading.status is not Status.UNKNOWN
                free += reading.status is Status.AVAILABLE
            if known:
                sums = of_hour[site.id]
                sums.evse += known
                sums.taken += known - free
                if known * 2 >= len(site.evses):
                    sums.watched += 1
                    sums.full += free == 0
            if n % _AT_A_TIME == _AT_A_TIME - 1:
                await asyncio.sleep(0)

    async def flush(self, before: int | None = None) -> None:
        """Writes the hours that have ended, or all. Raises StoreUnavailable; then they are kept for the next time."""
        ended = sorted(hour for hour in self._hours if before is None or hour < before)
        for hour in ended[:-WAITING_HOURS]:
            del self._hours[hour]
        for hour in ended[-WAITING_HOURS:]:
            rows = [Row(station, hour, minutes) for station, minutes in self._hours[hour].items()]
            await self._book.write(rows)
            day = day_of(hour, self._zone)
            first = hour
            while day_of(first - 1, self._zone) == day:
                first -= 1
            await self._book.sum_day(day, first, hour)
            del self._hours[hour]
        if ended:
            await self._book.forget(ended[-1] - KEPT_HOURS, day_of(ended[-1], self._zone) - KEPT_DAYS)
