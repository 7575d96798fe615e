"""The day's snapshot of what is published, with stars; written by the finder that runs, once a day."""

import asyncio
from datetime import timedelta
from pathlib import Path

import orjson
import structlog

from finder.errors import Conflict, FinderError, NotFound
from finder.kernel.clock import SHANGHAI, Clock
from finder.supervision.coverage.keeper import Coverage
from finder.supervision.coverage.report import to_csv, to_geojson
from finder.supervision.open_data.keeper import OpenData
from finder.supervision.open_data.snapshot import KEPT_DAYS, write_snapshot
from finder.supervision.stars.sheet import COVERAGE, STARS_FILE, earlier_days, stars_csv

LOOK_EVERY = timedelta(minutes=10)  # the first one later than that: a finder that has just begun knows little
NOON = 12
log = structlog.get_logger(__name__)


class Daily:
    """Writes each day's files into a folder of its own, from noon on, in Asia/Shanghai."""

    def __init__(self, data: OpenData, coverage: Coverage | None, folder: Path, clock: Clock) -> None:
        self._data, self._coverage, self._folder, self._clock = data, coverage, folder, clock

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY.total_seconds())
            now = self._clock().astimezone(SHANGHAI)
            if now.hour < NOON or (self._folder / now.date().isoformat()).exists():
                continue
            try:
                written = await self.write()
                log.info("snapshot_written", day=written.name)
            except Conflict:
                continue  # another process was quicker
            except (FinderError, OSError) as fault:
                log.warning("snapshot_waits", error=type(fault).__name__)
            except Exception:  # tomorrow's files are somebody's too
                log.exception("snapshot_fault")

    async def write(self, kept_days: int = KEPT_DAYS) -> Path:
        """Today's folder. Raises Conflict where it is there; BadInput, StoreUnavailable, OSError."""
        now = self._clock()
        day = now.astimezone(SHANGHAI).date()
        files = await self._data.all()
        if self._coverage is not None:
            try:
                told = await self._coverage.report()
            except NotFound:  # a city without a plan
                pass
            else:
                bodies = (to_csv(told).encode(), orjson.dumps(to_geojson(told)))
                files |= dict(zip(COVERAGE, bodies, strict=True))

        def written() -> Path:
            files[STARS_FILE] = stars_csv(files, earlier_days(self._folder, day.isoformat()))
            return write_snapshot(self._folder, day, now, files, kept_days=kept_days)

        return await asyncio.to_thread(written)
