"""Stations read not long ago, so that an answer need not fetch and decode them again."""

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable

from finder.stations.model import Station, StationId


class RecentStations:
    """The last `most` stations, each with its revision; one is believed for `trusted_s` after it was confirmed."""

    def __init__(
        self, most: int = 50_000, trusted_s: float = 2.0, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = most
        self._trusted_s = trusted_s
        self._seconds = seconds
        self._kept: OrderedDict[StationId, tuple[str, Station, float]] = OrderedDict()

    def keep(self, revision: str, station: Station) -> None:
        """Takes a station that was just read."""
        self._kept[station.id] = (revision, station, self._seconds())
        self._kept.move_to_end(station.id)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def confirm(self, station_id: StationId, revision: str) -> None:
        """Takes note that the index now holds this revision: another one that is kept is forgotten."""
        kept = self._kept.get(station_id)
        if kept is not None and kept[0] == revision:
            self._kept[station_id] = (revision, kept[1], self._seconds())
            self._kept.move_to_end(station_id)
        elif kept is not None:
            del self._kept[station_id]

    def get(self, station_id: StationId) -> Station | None:
        """The station where it is kept and was confirmed a moment ago."""
        kept = self._kept.get(station_id)
        return kept[1] if kept is not None and self._seconds() - kept[2] <= self._trusted_s else None

    def forget(self, ids: Iterable[StationId]) -> None:
        """Drops stations that are about to change."""
        for station_id in ids:
            self._kept.pop(station_id, None)

    def clear(self) -> None:
        """Drops everything."""
        self._kept.clear()
