"""Looks at every pile once an hour, and keeps what the board forgets."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence

from finder.live.board import LiveBoard
from finder.live.model import Status
from finder.stations.merge import source_of
from finder.stations.model import Access, EvseId, SourceId, Station
from finder.storage.unit import Work
from finder.supervision.dead.model import DeadPile
from finder.supervision.dead.rows import AT_ONCE, Look, dead_piles, forget_piles, keep_looks, last_starts, parts
from finder.supervision.follow import follow

EVERY_S = 3_600.0  # the first look too: after a start the operators have to be heard first
MOST = 1_000  # piles of one answer


class DeadPiles:
    """Over one database. `live` names the operators that tell live status: of others silence says nothing."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._stations: Callable[[], Iterable[Station]] = tuple
        self._live: Callable[[], Collection[SourceId]] = tuple
        self._used: set[EvseId] = set()

    def connect(self, stations: Callable[[], Iterable[Station]], live: Callable[[], Collection[SourceId]]) -> None:
        """Tells it where stations are, once they are open."""
        self._stations, self._live = stations, live

    async def dead(self, operators: Collection[SourceId] | None = None, limit: int = MOST) -> Sequence[DeadPile]:
        """Those that leave first; of these operators, or of all. Raises StoreUnavailable."""
        async with self._work.read() as connection:
            return await dead_piles(connection, operators, self._work.clock(), limit)

    async def watch(self, board: LiveBoard) -> None:
        """Follows the board and looks once an hour, until it is cancelled."""
        await follow("dead_piles", board, lambda c: self.heard(c.evse_id, c.status), lambda: self.look(board), EVERY_S)

    def heard(self, evse_id: EvseId, status: Status) -> None:
        """A change on the board: a session that begins and ends between two looks counts too."""
        if status is Status.CHARGING:
            self._used.add(evse_id)

    async def look(self, board: LiveBoard) -> None:
        """One look at every pile. Raises StoreUnavailable; what was used until then counts the next time."""
        live = set(self._live())
        used, self._used = self._used, set()
        looks: dict[EvseId, Look] = {}
        for n, station in enumerate(list(self._stations())):
            if station.access is not Access.PRIVATE and source_of(station.evses[0].id) in live:
                looks |= {look.evse_id: look for look in _looks(station, board, used)}
            if n % AT_ONCE == AT_ONCE - 1:
                await asyncio.sleep(0)
        try:
            async with self._work.read() as connection:
                starts = await last_starts(connection, self._work.clock())
            for part in parts(sorted(looks)):  # one order in every process
                async with self._work.begin() as unit:  # short: in SQLite orders and payments wait for it
                    await keep_looks(unit, [looks[evse_id] for evse_id in part], starts)
                await asyncio.sleep(0)
            async with self._work.begin() as unit:
                await forget_piles(unit)
        except BaseException:
            self._used |= used
            raise


def _looks(station: Station, board: LiveBoard, used: Collection[EvseId]) -> list[Look]:
    return [
        Look(
            reading.evse_id,
            station.id,
            source_of(reading.evse_id),
            (station.area_code or "")[:6],
            reading.told_at,
            reading.status is Status.AVAILABLE,
            reading.last_seen is Status.CHARGING or reading.evse_id in used,
        )
        for reading in board.read_all([evse.id for evse in station.evses])
    ]
