"""The forecast, composed in one place: recorder, forecaster, holiday warnings, and their tasks."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import structlog

from finder.cities import City
from finder.errors import FinderError
from finder.kernel.clock import Clock
from finder.live.board import LiveBoard
from finder.live.forecast.book import OccupancyBook
from finder.live.forecast.calendar import HolidayCalendar
from finder.live.forecast.forecaster import Forecaster
from finder.live.forecast.gatherings import Gathering, Gatherings
from finder.live.forecast.outlook import Outlook
from finder.live.forecast.places import Sites
from finder.live.forecast.recorder import Recorder
from finder.stations.model import Station, StationId
from finder.storage.database import Database

log = structlog.get_logger(__name__)

FIRST_AFTER_S = 30.0  # the stations come first
WARN_EVERY_S = 3_600.0
LOOKS_DAYS_AHEAD = 60


class Forecasts:
    """What is foretold, and the tasks that keep it so."""

    def __init__(
        self,
        database: Database,
        board: LiveBoard,
        stations: Callable[[], Iterable[Station]],
        city: City,
        clock: Clock,
    ) -> None:
        self._zone, self._clock, self._country = ZoneInfo(city.zone), clock, city.country
        self._calendar = cache(self._load_calendar)
        self.book, self._sites = OccupancyBook(database), Sites(stations)
        self.recorder = Recorder(board, self._sites, self.book, clock, self._zone)
        self.forecaster = Forecaster(self.book, self._sites, self._calendar, self._zone, clock)
        self._gatherings: Sequence[Gathering] = ()
        self._tasks: list[asyncio.Task[None]] = []

    def outlook(self, station: Station, at: datetime) -> Outlook:
        """See Forecaster."""
        return self.forecaster.outlook(station, at)

    def likely_free(self, station_id: StationId, at: datetime) -> float | None:
        """See LikelyFree."""
        return self.forecaster.likely_free(station_id, at)

    def gatherings(self, within_days: int) -> Sequence[Gathering]:
        """Of holidays that begin within so many days and are not over."""
        today = self._clock().astimezone(self._zone).date()
        last = today + timedelta(days=within_days)
        return [each for each in self._gatherings if each.holiday.first <= last and each.holiday.last >= today]

    async def warn(self) -> None:
        """Compares the holidays to come with those that were seen. Raises StoreUnavailable."""
        calendar = await asyncio.to_thread(self._calendar)
        if calendar is not None:
            now = self._clock()
            today = now.astimezone(self._zone).date()
            told = Gatherings(self.book, calendar)
            self._gatherings = await told.on(today, self._sites.all(now), LOOKS_DAYS_AHEAD)

    async def __aenter__(self) -> "Forecasts":
        """Begins to record and to look ahead."""
        self._tasks = [
            asyncio.create_task(self.recorder.run()),
            asyncio.create_task(self._after_a_while(self.forecaster.run)),
            asyncio.create_task(self._after_a_while(self._keep_warning)),
        ]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Writes what was seen of this hour, and ends."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        self._tasks = []

    async def _after_a_while(self, run: Callable[[], Awaitable[None]]) -> None:
        await asyncio.sleep(FIRST_AFTER_S)
        await run()

    async def _keep_warning(self) -> None:
        while True:
            try:
                await self.warn()
            except FinderError as away:
                log.warning("holiday_warnings_wait", code=away.code)
            await asyncio.sleep(WARN_EVERY_S)

    def _load_calendar(self) -> HolidayCalendar | None:
        try:
            return HolidayCalendar(self._country)
        except FinderError as unknown:
            log.warning("no_holiday_calendar", code=unknown.code, country=self._country)
            return None
