"""The roads in use, and where places lie along them: what the station index marks stations by."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from finder.kernel.geo import Point
from finder.kernel.line import Lines
from finder.roads.model import SIDES, Road, RoadId, Side
from finder.stations.along import Marks, RoadMark

REACH_M = 10_000.0  # how far from a road its stations are known; a road that is less accurate reaches further
_KM_DIGITS, _M_DIGITS = 3, 1  # metres, and tenths


class RoadBook:
    """`References` to these roads; never changes."""

    def __init__(self, roads: Iterable[Road], reach_m: float = REACH_M) -> None:
        self.roads: Mapping[RoadId, Road] = {road.id: road for road in sorted(roads, key=lambda road: road.id)}
        self.reach_m = reach_m
        self._order = list(self.roads.values())
        self._lines = Lines([road.line for road in self._order]) if self._order else None
        self._reaches = np.array([self.reach_of(road) for road in self._order])

    def reach_of(self, road: Road) -> float:
        """How far from this road its stations are known, in metres."""
        return max(self.reach_m, road.origin.accuracy_m)

    def of(self, places: Sequence[Point]) -> list[Marks]:
        """See References. Nothing below a road's accuracy is told: neither a smaller offset nor a side."""
        if self._lines is None or not places:
            return [()] * len(places)
        lats = np.array([place.lat for place in places])
        lons = np.array([place.lon for place in places])
        found = self._lines.near(lats, lons, float(self._reaches.max()))
        within = found.offset_m <= self._reaches[found.line]
        marks: dict[int, list[RoadMark]] = {}
        rows = (found.place, found.line, found.metres, found.offset_m, found.side)
        for place, line, metres, offset_m, side in zip(*(row[within].tolist() for row in rows), strict=True):
            marks.setdefault(place, []).append(_mark(self._order[line], metres, offset_m, side))
        return [tuple(marks.get(n, ())) for n in range(len(places))]


def _mark(road: Road, metres: float, offset_m: float, side: int) -> RoadMark:
    vague = offset_m < road.origin.accuracy_m
    return RoadMark(
        road.id,
        road.version,
        round(road.km_at(metres), _KM_DIGITS),
        round(max(offset_m, road.origin.accuracy_m), _M_DIGITS),
        Side.UNKNOWN if vague else SIDES.get(side, Side.ON),
    )
