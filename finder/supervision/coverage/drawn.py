"""The coverage report for a map on one sheet of paper: roads no finer than it shows, stations by square kilometre."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from finder.kernel.geo import Point, distance_m
from finder.roads.model import Road
from finder.stations.model import Station
from finder.supervision.coverage.measure import Piles, count

BETWEEN_M = 300.0  # a tenth of a millimetre where a sheet shows 250 km
_LAT, _LON = 0.01, 0.0125  # about a kilometre


@dataclass(frozen=True, slots=True)
class Spot:
    """Stations of one square kilometre, at the middle of them."""

    place: Point
    there: Piles


def spots(stations: Iterable[Station]) -> list[Spot]:
    """So many at most as there are square kilometres, however many stations."""
    squares: dict[tuple[int, int], list[Station]] = defaultdict(list)
    for station in stations:
        at = station.place
        squares[math.floor(at.lat / _LAT), math.floor(at.lon / _LON)].append(station)
    return [Spot(_middle([station.place for station in each]), count(each)) for _, each in sorted(squares.items())]


def _middle(places: Sequence[Point]) -> Point:
    return Point(sum(p.lat for p in places) / len(places), sum(p.lon for p in places) / len(places))


def lines(road: Road) -> list[list[list[float]]]:
    """Each part as GeoJSON has it: longitude, latitude."""
    return [coordinates([Point(lat, lon) for lat, lon in part]) for part in road.parts]


def coordinates(points: Sequence[Point]) -> list[list[float]]:
    """The ends, and between them places at least 300 m apart."""
    kept = list(points[:1])
    for point in points[1:-1]:
        if distance_m(kept[-1], point) >= BETWEEN_M:
            kept.append(point)
    return [[round(p.lon, 4), round(p.lat, 4)] for p in [*kept, *points[1:][-1:]]]
