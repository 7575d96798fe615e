"""What the board said of a station lately: kept until it is seen anew or one of its sights grows too old."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from finder.live.board import LiveBoard, Watched
from finder.live.model import Hearsay, Reading, Status
from finder.stations.filter import Filter
from finder.stations.model import Evse, EvseId, Station

MAX_KEPT = 100_000  # stations
_ALWAYS, _NEVER = datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)


class StationNow:
    """A station's readings, in the order of its EVSEs, and what they come to; all of it holds through `until`."""

    __slots__ = (
        *("_asked", "_suits", "evse_ids", "free", "newest_at", "oldest_at", "readings"),
        *("station", "unknown", "until"),
    )

    def __init__(self, station: Station, board: LiveBoard) -> None:
        self.station = station  # held, so that no other can take over its id()
        self.evse_ids: tuple[EvseId, ...] = tuple([evse.id for evse in station.evses])
        self.readings: Sequence[Reading] = board.read_all(self.evse_ids)
        self.free: tuple[Evse, ...] = tuple(
            [e for e, r in zip(station.evses, self.readings, strict=True) if r.status is Status.AVAILABLE]
        )
        self.unknown = sum([reading.status is Status.UNKNOWN for reading in self.readings])
        seen = [(r.observed_at, r.status) for r in self.readings if r.observed_at is not None]
        self.oldest_at = min([at for at, status in seen if status is not Status.UNKNOWN], default=None)  # believed
        self.newest_at = max([at for at, _ in seen], default=None)  # believed or not
        self.until = min([r.until for r in self.readings if r.until is not None], default=_ALWAYS)
        self._asked: Filter | None = None
        self._suits = False

    def suits(self, want: Filter) -> bool:
        """Whether an EVSE that suits is free; remembered for the last filter, since most drivers ask the same."""
        if self._asked is not want:
            self._asked, self._suits = want, any(map(want.suits_evse, self.free))
        return self._suits


class Lately:
    """The last StationNow of each station that was asked for.

    A board that is Watched lets one be used again; without it each question reads anew.
    """

    def __init__(self, board: LiveBoard, most: int = MAX_KEPT) -> None:
        self.board = board
        self._most = most
        self._kept: dict[int, StationNow] = {}
        self._of_evse: dict[EvseId, int] = {}
        self.once: Mapping[EvseId, Hearsay] = {}  # what one citizen said of a bay; whoever keeps it tells look_again
        self._watching = isinstance(board, Watched)
        if isinstance(board, Watched):
            board.watch(self._drop)

    def station(self, station: Station, now: datetime) -> StationNow:
        """How the station is at that moment, which is the clock's."""
        key = id(station)
        known = self._kept.get(key)
        if known is not None and now <= known.until:
            return known
        fresh = StationNow(station, self.board)
        if self._watching:
            self._keep(key, fresh)
        else:
            fresh.until = _NEVER  # nobody will say when it is no longer so
        return fresh

    def tester(self, now: datetime, want: Filter) -> Callable[[Station], bool]:
        """Tells of a station whether an EVSE that suits is free at that moment."""
        kept, station_now = self._kept.get, self.station

        def suited(station: Station) -> bool:
            known = kept(id(station))  # here too, without a call: a search asks for every station that it passes
            if known is None or now > known.until:
                known = station_now(station, now)
            return known.suits(want)

        return suited

    def look_again(self, evse_id: EvseId) -> None:
        """Something besides the board is told of an EVSE's station, and has changed."""
        self._drop(evse_id)

    def available(self, evse_id: EvseId) -> bool:
        """As the board says."""
        return self.board.available(evse_id)

    def _keep(self, key: int, fresh: StationNow) -> None:
        if key not in self._kept:
            for evse_id in fresh.evse_ids:
                before = self._of_evse.get(evse_id)
                old = self._kept.pop(before, None) if before is not None else None
                if old is not None:  # an older record of the same station
                    old.until = _NEVER
                self._of_evse[evse_id] = key
            if len(self._kept) >= self._most:
                oldest = self._kept.pop(next(iter(self._kept)))
                oldest.until = _NEVER
                for evse_id in oldest.evse_ids:
                    self._of_evse.pop(evse_id, None)
        self._kept[key] = fresh

    def _drop(self, evse_id: EvseId | None) -> None:
        if evse_id is None:
            for known in self._kept.values():
                known.until = _NEVER
            self._kept.clear()
            self._of_evse.clear()
        else:
            key = self._of_evse.get(evse_id)
            if key is not None and key in self._kept:
                self._kept[key].until = _NEVER  # read anew when it is asked for next; its place is kept
