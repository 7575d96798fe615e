"""The stations whose use is recorded and foretold, with what of them matters for it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from finder.kernel.geo import tile_of
from finder.stations.model import EvseId, Station, StationId

AGE = timedelta(minutes=10)  # a new station is recorded after so long
_NEIGHBOURS_ZOOM = 11  # tiles of about 15 km at Xinzhou's latitude


@dataclass(frozen=True, slots=True)
class Site:
    """A station. `area`: its county, GB/T 2260; '' where nobody said."""

    id: StationId
    evses: tuple[EvseId, ...]
    area: str
    tile: tuple[int, int]


class Sites:
    """Every station that somebody can charge at, neighbours beside each other. Practice is left out: its days are not
    as long as ours."""

    def __init__(self, stations: Callable[[], Iterable[Station]]) -> None:
        self._stations = stations
        self._sites: Sequence[Site] = ()
        self._at: datetime | None = None

    def all(self, now: datetime) -> Sequence[Site]:
        """As they were at most AGE ago."""
        if self._at is None or now - self._at >= AGE:
            self._at = now
            sites = [_site(station) for station in self._stations() if not station.practice]
            self._sites = sorted(sites, key=lambda site: (site.tile, site.id))
        return self._sites


def _site(station: Station) -> Site:
    _, x, y = tile_of(station.place, _NEIGHBOURS_ZOOM)
    return Site(station.id, tuple(evse.id for evse in station.evses), (station.area_code or "")[:6], (x, y))
