"""What the board said of a station lately: kept for a second at most, and never past a new observation."""

from collections.abc import Sequence

from finder.live.board import LiveBoard, Watched
from finder.live.model import Reading, Status
from finder.stations.model import Evse, EvseId, Station

MAX_KEPT = 100_000  # stations


class StationNow:
    """A station's readings, in the order of its EVSEs, and what they come to."""

    __slots__ = ("evse_ids", "free", "oldest_age_s", "readings", "station", "tick", "unknown")

    def __init__(self, station: Station, tick: int, board: LiveBoard) -> None:
        self.station = station  # held, so that no other can take over its id()
        self.tick = tick
        self.evse_ids: tuple[EvseId, ...] = tuple([evse.id for evse in station.evses])
        self.readings: tuple[Reading, ...] = tuple(map(board.read, self.evse_ids))
        self.free: tuple[Evse, ...] = tuple(
            [e for e, r in zip(station.evses, self.readings, strict=True) if r.status is Status.AVAILABLE]
        )
        self.unknown = sum([reading.status is Status.UNKNOWN for reading in self.readings])
        self.oldest_age_s: float | None = max(
            [r.age_s for r in self.readings if r.status is not Status.UNKNOWN and r.age_s is not None], default=None
        )


class Lately:
    """The last StationNow of each station that was asked for.

    A board that is Watched lets one be used again within its second; without it each question reads anew.
    """

    def __init__(self, board: LiveBoard, most: int = MAX_KEPT) -> None:
        self.board = board
        self._most = most
        self._kept: dict[int, StationNow] = {}
        self._of_evse: dict[EvseId, int] = {}
        self._watching = isinstance(board, Watched)
        if isinstance(board, Watched):
            board.watch(self._drop)

    def station(self, station: Station, tick: int) -> StationNow:
        """How the station is. `tick` is the moment in whole seconds: what was read in another one has aged."""
        key = id(station)
        known = self._kept.get(key)
        if known is not None and known.tick == tick:
            return known
        fresh = StationNow(station, tick, self.board)
        if self._watching:
            self._keep(key, fresh)
        return fresh

    def free_evses(self, station: Station, tick: int) -> Sequence[Evse]:
        """Those of its EVSEs that are free at that moment."""
        return self.station(station, tick).free

    def available(self, evse_id: EvseId) -> bool:
        """As the board says."""
        return self.board.available(evse_id)

    def _keep(self, key: int, fresh: StationNow) -> None:
        if key not in self._kept:
            for evse_id in fresh.evse_ids:
                before = self._of_evse.get(evse_id)
                if before is not None:  # an older record of the same station
                    self._kept.pop(before, None)
                self._of_evse[evse_id] = key
            if len(self._kept) >= self._most:
                oldest = self._kept.pop(next(iter(self._kept)))
                for evse_id in oldest.evse_ids:
                    self._of_evse.pop(evse_id, None)
        self._kept[key] = fresh

    def _drop(self, evse_id: EvseId | None) -> None:
        if evse_id is None:
            self._kept.clear()
            self._of_evse.clear()
        else:
            key = self._of_evse.get(evse_id)
            known = self._kept.get(key) if key is not None else None
            if known is not None:
                known.tick = -1  # read anew when it is asked for next; its place is kept
