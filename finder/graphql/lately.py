"""What the board said of a station lately: kept for a second at most, and never past a new observation."""

from collections.abc import Callable, Sequence
from typing import Any

from finder.live.board import LiveBoard, Marked
from finder.live.model import Reading, Status
from finder.stations.model import EvseId, Station

MAX_KEPT = 50_000  # stations

Marks = Callable[[Sequence[EvseId]], tuple[object, ...]]


class StationNow:
    """A station's readings, in the order of its EVSEs, and what they come to."""

    __slots__ = ("evse_ids", "marks", "oldest_age_s", "readings", "station", "tick", "unknown")

    def __init__(self, station: Station, evse_ids: tuple[EvseId, ...], tick: int, marks: Any, board: LiveBoard) -> None:
        self.station = station  # held, so that no other can take over its id()
        self.evse_ids = evse_ids
        self.tick = tick
        self.marks = marks
        self.readings: tuple[Reading, ...] = tuple(map(board.read, evse_ids))
        self.unknown = sum(reading.status is Status.UNKNOWN for reading in self.readings)
        self.oldest_age_s: float | None = max(
            (r.age_s for r in self.readings if r.status is not Status.UNKNOWN and r.age_s is not None), default=None
        )


class Lately:
    """The last StationNow of each station that was asked for.

    A board that is Marked lets one be used again within its second; without it each moment reads anew.
    """

    def __init__(self, board: LiveBoard, most: int = MAX_KEPT) -> None:
        self.board = board
        self._marks: Marks | None = board.marks if isinstance(board, Marked) else None
        self._most = most
        self._kept: dict[int, StationNow] = {}

    def station(self, station: Station, tick: int) -> StationNow:
        """How the station is. `tick` is the moment in whole seconds: what was read in another one has aged."""
        key = id(station)
        known = self._kept.get(key)
        evse_ids: tuple[EvseId, ...]
        if self._marks is None:
            evse_ids = tuple(evse.id for evse in station.evses)
            return StationNow(station, evse_ids, tick, None, self.board)
        if known is not None:
            marks = self._marks(known.evse_ids)
            if known.tick == tick and known.marks == marks:
                return known
            evse_ids = known.evse_ids
        else:
            evse_ids = tuple(evse.id for evse in station.evses)
            marks = self._marks(evse_ids)
        fresh = self._kept[key] = StationNow(station, evse_ids, tick, marks, self.board)
        if len(self._kept) > self._most:
            del self._kept[next(iter(self._kept))]
        return fresh
