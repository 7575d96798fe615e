"""Stations beside a line, through the index's question 'near here', asked along it."""

import asyncio
import math
from dataclasses import dataclass

import numpy as np

from finder.kernel.line import Line
from finder.stations.filter import Filter
from finder.stations.index import MAX_LIMIT, StationIndex
from finder.stations.model import Station

_STEP_M = 10_000.0  # between the places at which the index is asked
_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Beside:
    """A station, and where the line is nearest to it: metres along, metres off."""

    station: Station
    metres: float
    offset_m: float


async def stations_beside(index: StationIndex, line: Line, reach_m: float, want: Filter) -> list[Beside]:
    """Those at most `reach_m` off the line, by metres along it. Raises IndexUnavailable.

    Of more than 1,000 within one stretch of 10 km the nearest to its middle are found.
    """
    count = max(1, math.ceil(line.length_m / _STEP_M))
    step = line.length_m / count
    radius = math.hypot(step / 2, reach_m) * 1.001 + 1  # a line's stretch may bend, but is never longer than the step
    middles = [line.at((n + 0.5) * step) for n in range(count)]
    ids: set[str] = set()
    for first in range(0, count, _AT_ONCE):
        asked = [index.near(middle, radius, want, MAX_LIMIT) for middle in middles[first : first + _AT_ONCE]]
        for hits in await asyncio.gather(*asked):
            ids.update(hit.station_id for hit in hits)
    stations = list((await index.get(sorted(ids))).values())
    if not stations:
        return []
    lats = np.array([s.place.lat for s in stations])
    lons = np.array([s.place.lon for s in stations])
    feet = line.feet(lats, lons, reach_m)
    found = [
        Beside(stations[n], metres, offset)
        for n, metres, offset in zip(feet.place.tolist(), feet.metres.tolist(), feet.offset_m.tolist(), strict=True)
    ]
    return sorted(found, key=lambda each: (each.metres, each.station.id))
