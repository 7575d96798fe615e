"""Every station beside a line, in one list: what a trip is planned from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from finder.kernel.line import LEFT, RIGHT, Line
from finder.roads.model import Road, RoadKind
from finder.roads.search import APART_M
from finder.stations.along import LineHit
from finder.stations.filter import Filter
from finder.stations.index import MAX_LIMIT
from finder.stations.model import Station, StationId

MOST = 5_000  # those nearest to the line's beginning; no trip of a sensible length has more


class BesideIndex(Protocol):
    """The part of a station index that is asked here."""

    async def beside(
        self, line: Line, reach_m: float, want: Filter, limit: int, after: tuple[float, StationId] | None = None
    ) -> list[LineHit]:
        """See RoadIndex."""

    async def get(self, ids: Sequence[StationId]) -> dict[StationId, Station]:
        """See StationIndex."""


@dataclass(frozen=True, slots=True)
class Beside:
    """A station, and where the line is nearest to it: metres along, metres off."""

    station: Station
    metres: float
    offset_m: float


def on_this_side(road: Road, found: Sequence[Beside], *, forward: bool) -> list[Beside]:
    """Without those that only the other carriageway of an expressway reaches, as far as its line can tell sides."""
    if road.kind is not RoadKind.EXPRESSWAY or not found:
        return list(found)
    lats = np.array([each.station.place.lat for each in found])
    lons = np.array([each.station.place.lon for each in found])
    feet = road.line.feet(lats, lons, APART_M)
    far = LEFT if forward else RIGHT  # China drives on the right
    gone = feet.place[(feet.side == far) & (feet.offset_m >= road.origin.accuracy_m)]
    return [each for n, each in enumerate(found) if n not in set(gone.tolist())]


async def stations_beside(index: BesideIndex, line: Line, reach_m: float, want: Filter) -> list[Beside]:
    """Those at most `reach_m` off the line, by metres along it. Raises IndexUnavailable."""
    found: list[Beside] = []
    after: tuple[float, str] | None = None
    while len(found) < MOST:
        hits = await index.beside(line, reach_m, want, MAX_LIMIT, after)
        stations = await index.get([hit.station_id for hit in hits])
        found += [
            Beside(stations[hit.station_id], hit.metres, hit.offset_m) for hit in hits if hit.station_id in stations
        ]
        if len(hits) < MAX_LIMIT:
            break
        after = hits[-1].metres, hits[-1].station_id
    return found
