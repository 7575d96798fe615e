"""Keeps the forecast of every station in memory: learns once a day, and looks ahead anew each hour."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

import numpy as np
import structlog

from finder.errors import Unavailable
from finder.kernel.clock import Clock
from finder.live.forecast.book import OccupancyBook
from finder.live.forecast.calendar import HolidayCalendar
from finder.live.forecast.features import MAX_AHEAD_H
from finder.live.forecast.history import Floats, Hours, hour_of, start_of
from finder.live.forecast.model import BUSY, FULL, Model, World, blocks, learn
from finder.live.forecast.outlook import Hidden, Outlook
from finder.live.forecast.places import Sites
from finder.stations.model import Station, StationId

log = structlog.get_logger(__name__)

LEARN_FROM_H = 56 * 24
LEARN_EVERY = timedelta(days=1)
REFRESH_EVERY_S = 300.0  # looks whether an hour has ended
LEAST_HOURS = 14 * 24  # of a station that were watched, to show a forecast
SILENT_AFTER_H = 24
WATCHED_MINUTES = 20  # of an hour, for it to count


class LikelyFree(Protocol):
    """What a trip planner asks of the forecast."""

    def likely_free(self, station_id: StationId, at: datetime) -> float | None:
        """How likely (0 to 1) a bay is free there at that moment; None where that cannot be said."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """What was said last: [hour ahead less 1, station] and, of each station, why it is not shown."""

    origin: int  # the last hour that was seen
    columns: dict[StationId, int]
    likely_free: Floats
    taken: Floats
    hidden: list[Hidden | None]


class Forecaster:
    """The forecast of this deployment's stations."""

    def __init__(
        self,
        book: OccupancyBook,
        sites: Sites,
        calendar: Callable[[], HolidayCalendar | None],
        zone: ZoneInfo,
        clock: Clock,
    ) -> None:
        self._book, self._sites, self._zone, self._clock = book, sites, zone, clock
        self._calendar = calendar
        self._model: Model | None = None
        self._learnt_at: datetime | None = None
        self._ahead: Ahead | None = None

    def outlook(self, station: Station, at: datetime) -> Outlook:
        """The hour that holds this moment. Up to MAX_AHEAD_H hours from now are foretold; later ones are NOT_YET."""
        hour, bays = hour_of(at), len(station.evses)
        hidden = self._why_hidden(station, hour)
        if hidden is not None or self._ahead is None:
            return Outlook(start_of(hour), None, None, bays, hidden or Hidden.NOT_YET)
        row, column = max(hour - self._ahead.origin, 1) - 1, self._column(station)
        assert column is not None
        likely = round(float(self._ahead.likely_free[row, column]), 3)
        free = round(bays * (1 - float(self._ahead.taken[row, column])))
        return Outlook(start_of(hour), likely, free, bays, None)

    def likely_free(self, station_id: StationId, at: datetime) -> float | None:
        """See LikelyFree."""
        ahead, hour = self._ahead, hour_of(at)
        column = None if ahead is None else ahead.columns.get(station_id)
        if ahead is None or column is None or ahead.hidden[column] is not None or not self._foretold(hour):
            return None
        return float(ahead.likely_free[max(hour - ahead.origin, 1) - 1, column])

    def _column(self, station: Station) -> int | None:
        columns = {} if self._ahead is None else self._ahead.columns
        return next((columns[each] for each in (station.id, *station.aliases) if each in columns), None)

    def _foretold(self, hour: int) -> bool:
        ahead = self._ahead
        return ahead is not None and hour_of(self._clock()) <= hour <= ahead.origin + len(ahead.likely_free)

    def _why_hidden(self, station: Station, hour: int) -> Hidden | None:
        if station.practice:
            return Hidden.PRACTICE
        if self._ahead is None:
            return Hidden.NOT_YET
        column = self._column(station)
        if column is None:
            return Hidden.NO_HISTORY
        return self._ahead.hidden[column] or (None if self._foretold(hour) else Hidden.NOT_YET)

    async def run(self) -> None:
        """Until it is cancelled. A database that is away leaves what was said last, until it is too old."""
        while True:
            try:
                await self.refresh()
            except Unavailable as away:
                log.warning("forecast_waits", code=away.code)
            await asyncio.sleep(REFRESH_EVERY_S)

    async def refresh(self) -> None:
        """Looks ahead from the last hour that ended, where that was not done yet. Raises StoreUnavailable."""
        now = self._clock()
        origin = hour_of(now) - 1
        if self._ahead is not None and self._ahead.origin == origin:
            return
        hours, watched = await self._history(now, origin)
        if not hours.stations:
            return
        due = self._learnt_at is None or now - self._learnt_at >= LEARN_EVERY
        self._model, self._ahead = await asyncio.to_thread(self._compute, hours, watched, due)
        if due and self._model is not None:
            self._learnt_at = now
            log.info("forecast_learnt", stations=len(hours.stations), rows=self._model.rows)

    async def _history(self, now: datetime, origin: int) -> tuple[Hours, Floats]:
        sites = self._sites.all(now)
        columns = {site.id: n for n, site in enumerate(sites)}
        first = origin + 1 - LEARN_FROM_H
        shape = (LEARN_FROM_H, len(sites))
        busy, full = np.full(shape, np.nan, dtype=np.float32), np.full(shape, np.nan, dtype=np.float32)
        oldest = origin
        async for rows in self._book.hours(first):
            for row in rows:
                column, minutes = columns.get(row.station), row.minutes
                if column is not None and row.at <= origin and minutes.watched >= WATCHED_MINUTES:
                    busy[row.at - first, column] = minutes.taken / minutes.evse
                    full[row.at - first, column] = minutes.full / minutes.watched
                    oldest = min(oldest, row.at)
        cut = oldest - first if np.isfinite(full).any() else 0
        hours = Hours([site.id for site in sites], first + cut, busy[cut:], full[cut:])
        return hours, np.isfinite(full[cut:]).sum(axis=0).astype(np.float32)

    def _compute(self, hours: Hours, watched: Floats, due: bool) -> tuple[Model | None, Ahead | None]:  # noqa: FBT001
        tiles = {site.id: site.tile for site in self._sites.all(self._clock())}
        numbers = {tile: n for n, tile in enumerate(dict.fromkeys(tiles.values()))}
        groups = np.array([numbers[tiles[each]] if each in tiles else -1 for each in hours.stations], dtype=np.int64)
        world = World(self._zone, self._calendar(), groups)
        model = (learn(hours, world) if due else self._model) or self._model
        if model is None or model.targets != [FULL, BUSY]:
            return model, None
        shape = (MAX_AHEAD_H, len(hours.stations))
        free, taken = np.zeros(shape, dtype=np.float32), np.zeros(shape, dtype=np.float32)
        last = np.array([hours.count - 1])
        for columns, seen in blocks(hours, world):
            for row in range(MAX_AHEAD_H):
                free[row, columns] = 1 - model.tell(seen[FULL], FULL, last, row + 1)[0][0]
                taken[row, columns] = model.tell(seen[BUSY], BUSY, last, row + 1)[1][0]
        lately = np.isfinite(hours.busy[-SILENT_AFTER_H:]).sum(axis=0)
        hidden = [_hidden(int(count), told=bool(told)) for count, told in zip(watched, lately, strict=True)]
        columns_of = {station: n for n, station in enumerate(hours.stations)}
        return model, Ahead(hours.first + hours.count - 1, columns_of, free, taken, hidden)


def _hidden(watched: int, *, told: bool) -> Hidden | None:
    if watched == 0:
        return Hidden.NO_HISTORY
    if not told:
        return Hidden.SILENT
    return Hidden.SHORT_HISTORY if watched < LEAST_HOURS else None
