"""What is shown of stations, held in memory by each process and made from the voices as they come."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa

from finder.charging.borne_out import RefusedStart
from finder.stations.model import StationId
from finder.storage.unit import Work, from_us, to_us
from finder.voices.model import Basis, Code, Experience, Summaries, Voice
from finder.voices.ports import Network, Sessions
from finder.voices.tables import VOICE
from finder.voices.weighing import LASTS, summarise

_ASKED = (VOICE.c.id, VOICE.c.person, VOICE.c.at, VOICE.c.code, VOICE.c.basis, VOICE.c.stars)
OVERLAP = timedelta(minutes=1)  # of two looks: another process's clock, and its transaction


class Shown:
    """The summaries of one process; a station without enough voices is not in it."""

    def __init__(self, work: Work, network: Network, sessions: Sessions) -> None:
        self._work, self._network, self._sessions = work, network, sessions
        self._of: dict[StationId, Experience] = {}
        self._looked_at: datetime | None = None
        self.stale: set[StationId] = set()

    @property
    def summaries(self) -> Summaries:
        """By station; the same mapping as long as the process lives."""
        return self._of

    async def refresh(self) -> None:
        """Makes every summary anew, station by station. Raises StoreUnavailable."""
        self._looked_at = now = self._work.clock()
        lately = sa.select(VOICE.c.station).where(VOICE.c.at >= to_us(now - LASTS)).distinct()
        async with self._work.read() as connection:
            spoken_of = set((await connection.execute(lately)).scalars())
        orders = await self._orders(now)
        await self._make({*self._of, *spoken_of, *orders}, orders, now)

    async def look(self) -> None:
        """The same of stations of which something was said since, here or in another process."""
        now = self._work.clock()
        since = (self._looked_at or now) - OVERLAP
        lately = sa.select(VOICE.c.station).where(VOICE.c.at >= to_us(since)).distinct()
        async with self._work.read() as connection:
            self.stale |= set((await connection.execute(lately)).scalars())
        orders = await self._orders(now)
        self.stale |= {station for station, told in orders.items() if any(voice.at >= since for voice in told)}
        self._looked_at = now
        await self._make(set(self.stale), orders, now)

    async def _orders(self, now: datetime) -> dict[StationId, list[Voice]]:
        """What orders say by themselves, by the id under which a station is shown, where two feeds tell of it."""
        async with self._work.read() as connection:
            refused = await self._sessions.refused(connection, now - LASTS)
        by_feed: defaultdict[StationId, list[Voice]] = defaultdict(list)
        for start in refused:
            if (station_id := self._network.station_of(start.evse_id)) is not None:
                by_feed[station_id].append(spoken(start))
        found: defaultdict[StationId, list[Voice]] = defaultdict(list)
        for station_id, told in by_feed.items():
            station = await self._network.stations.station(station_id)
            if station is not None:
                found[station.id] += told
        return found

    async def _make(self, stations: set[StationId], orders: Mapping[StationId, list[Voice]], now: datetime) -> None:
        # One at a time: readers are served meanwhile, and what is done is done.
        for station in sorted(stations):
            own = (VOICE.c.station == station, VOICE.c.stands, VOICE.c.at >= to_us(now - LASTS))
            async with self._work.read() as connection:
                rows = (await connection.execute(sa.select(*_ASKED).where(*own))).all()
            told = [Voice(r.id, r.person, from_us(r.at), Code(r.code), Basis(r.basis), r.stars) for r in rows]
            found = summarise([*told, *orders.get(station, ())], now)
            if found is not None:
                self._of[station] = found
            else:
                self._of.pop(station, None)
            self.stale.discard(station)


def spoken(start: RefusedStart) -> Voice:
    """What an order says that its operator's own fault kept from starting."""
    return Voice(start.order, start.person, start.at, Code.WOULD_NOT_START, Basis.SESSION, tried=start.evse_id)
