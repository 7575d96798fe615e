"""What is shown of stations, held in memory by each process and made anew from the voices once a minute."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from finder.charging.borne_out import RefusedStart
from finder.stations.model import StationId
from finder.storage.unit import Work, from_us, to_us
from finder.voices.model import Basis, Code, Experience, Summaries, Voice
from finder.voices.ports import Network, Sessions
from finder.voices.tables import VOICE
from finder.voices.weighing import LASTS, summarise


class Shown:
    """The summaries of one process; a station without enough voices is not in it."""

    def __init__(self, work: Work, network: Network, sessions: Sessions) -> None:
        self._work, self._network, self._sessions = work, network, sessions
        self._of: dict[StationId, Experience] = {}
        self.stale: set[StationId] = set()

    @property
    def summaries(self) -> Summaries:
        """By station; the same mapping as long as the process lives."""
        return self._of

    async def refresh(self) -> None:
        """Makes every summary anew. Raises StoreUnavailable."""
        self.stale.clear()
        now = self._work.clock()
        lately = sa.select(VOICE).where(VOICE.c.stands, VOICE.c.at >= to_us(now - LASTS))
        async with self._work.read() as connection:
            rows = (await connection.execute(lately)).all()
            refused = await self._sessions.refused(connection, now - LASTS)
        voices = voices_of(rows)
        for start in refused:
            station_id = self._network.station_of(start.evse_id)
            # By the id under which it is shown, where two feeds tell of it.
            station = None if station_id is None else await self._network.stations.station(station_id)
            if station is not None:
                voices[station.id].append(spoken(start))
        fresh = {station: found for station, said in voices.items() if (found := summarise(said, now)) is not None}
        for gone in self._of.keys() - fresh.keys():
            del self._of[gone]
        self._of.update(fresh)


def voices_of(rows: Sequence[Any]) -> defaultdict[StationId, list[Voice]]:
    """Rows of people's words, by station."""
    found: defaultdict[StationId, list[Voice]] = defaultdict(list)
    for row in rows:
        voice = Voice(row.id, row.person, from_us(row.at), Code(row.code), Basis(row.basis), row.stars)
        found[row.station].append(voice)
    return found


def spoken(start: RefusedStart) -> Voice:
    """What an order says that its operator's own fault kept from starting."""
    return Voice(start.order, start.person, start.at, Code.WOULD_NOT_START, Basis.SESSION, tried=start.evse_id)
