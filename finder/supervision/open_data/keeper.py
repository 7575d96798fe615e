"""Keeps the files at hand: made anew at most once a minute, off the event loop, with their tags and zipped."""

import asyncio
import gzip
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from finder.kernel.clock import Clock
from finder.live.board import LiveBoard
from finder.stations.model import Station
from finder.supervision.open_data.model import OpenStation, gather
from finder.supervision.open_data.write import Write, stations_csv, stations_geojson, status_csv

FRESH = timedelta(minutes=1)
FILES: Mapping[str, tuple[str, Write]] = {
    "stations.geojson": ("application/geo+json", stations_geojson),
    "stations.csv": ("text/csv; charset=utf-8", stations_csv),
    "status.csv": ("text/csv; charset=utf-8", status_csv),
}


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file as it is sent; `tag` is of its content, `at` when it was gathered."""

    body: bytes
    zipped: bytes
    tag: str
    at: datetime


class OpenData:
    """What is published, of the stations and the board of this process."""

    def __init__(self, stations: Callable[[], Iterable[Station]], board: LiveBoard, clock: Clock) -> None:
        self._stations, self._board, self._clock = stations, board, clock
        self._records: tuple[datetime, list[OpenStation]] | None = None
        self._files: dict[str, OpenFile] = {}
        self._one_at_a_time = asyncio.Lock()

    async def file(self, name: str) -> OpenFile:
        """One of FILES, at most FRESH old."""
        async with self._one_at_a_time:
            now = self._clock()
            if self._records is None or now - self._records[0] > FRESH:
                self._records, self._files = (now, await gather(self._stations, self._board)), {}
            at, records = self._records
            if name not in self._files:
                self._files[name] = await asyncio.to_thread(_made, FILES[name][1], records, at)
            return self._files[name]

    async def all(self) -> dict[str, bytes]:
        """The bytes of every file, by name."""
        return {name: (await self.file(name)).body for name in FILES}


def _made(write: Write, records: list[OpenStation], at: datetime) -> OpenFile:
    body = write(records)
    return OpenFile(body, gzip.compress(body, 3, mtime=0), hashlib.sha256(body).hexdigest()[:32], at)
