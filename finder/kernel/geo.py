"""Places on the earth: WGS-84 inside, GCJ-02 only at the edges."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pyproj import Geod

from finder.errors import BadInput

GEOD = Geod(ellps="WGS84")
EARTH_RADIUS_M = 6_371_008.7714  # mean radius, IUGG

# How far a distance on the mean sphere can lie from the distance on the WGS-84 ellipsoid, as a share of it.
SPHERE_ERROR = 0.0057


@dataclass(frozen=True, slots=True)
class Point:
    """A place in degrees, WGS-84: latitude -90 … 90, longitude -180 … 180. Raises BadInput."""

    lat: float
    lon: float

    def __post_init__(self) -> None:
        if not (-90 <= self.lat <= 90 and -180 <= self.lon <= 180):  # also false for NaN
            raise BadInput(
                f"坐标 ({self.lat}, {self.lon}) 不在地球上：纬度 -90 至 90，经度 -180 至 180",
                f"({self.lat}, {self.lon}) is not on the earth: latitude -90 to 90, longitude -180 to 180",
                code="COORDINATE_OUT_OF_RANGE",
            )


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in degrees, WGS-84; west > east crosses the 180th meridian. Raises BadInput."""

    south: float
    west: float
    north: float
    east: float

    def __post_init__(self) -> None:
        Point(self.south, self.west)
        Point(self.north, self.east)
        if self.south > self.north:
            raise BadInput(
                "矩形的南边在北边之上，请交换 south 与 north",
                "the box's south lies above its north: swap them",
                code="BOX_UPSIDE_DOWN",
            )

    def contains(self, point: Point) -> bool:
        """Whether the point lies inside or on the border."""
        if not self.south <= point.lat <= self.north:
            return False
        if self.west <= self.east:
            return self.west <= point.lon <= self.east
        return point.lon >= self.west or point.lon <= self.east


def distance_m(a: Point, b: Point) -> float:
    """Metres along the WGS-84 ellipsoid (Karney's method, through PROJ)."""
    return float(GEOD.inv(a.lon, a.lat, b.lon, b.lat)[2])


def distances_m(
    centre: Point, lats: Sequence[float] | npt.NDArray[np.float64], lons: Sequence[float] | npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Metres along the ellipsoid from one place to many."""
    n = len(lats)
    return np.asarray(GEOD.inv(np.full(n, centre.lon), np.full(n, centre.lat), lons, lats)[2], dtype=np.float64)


def tile_of(point: Point, zoom: int) -> tuple[int, int, int]:
    """The Web Mercator tile (zoom, x, y) that holds the point; latitudes beyond ±85.0511 fall in the edge tiles."""
    n = 1 << zoom
    lat = math.radians(max(-85.05112878, min(85.05112878, point.lat)))
    x = int((point.lon + 180) / 360 * n)
    y = int((1 - math.asinh(math.tan(lat)) / math.pi) / 2 * n)
    return zoom, min(max(x, 0), n - 1), min(max(y, 0), n - 1)


# The figures of the GCJ-02 shift: the Krasovsky ellipsoid and the publicly known series of sines.
_A, _EE = 6_378_245.0, 0.00669342162296594323


def _outside_china(point: Point) -> bool:
    return not (72.004 <= point.lon <= 137.8347 and 0.8293 <= point.lat <= 55.8271)


def _shift(point: Point) -> tuple[float, float]:
    x, y = point.lon - 105.0, point.lat - 35.0
    root, pi = math.sqrt(abs(x)), math.pi
    common = (20 * math.sin(6 * x * pi) + 20 * math.sin(2 * x * pi)) * 2 / 3
    dlat = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common
    dlat += (20 * math.sin(y * pi) + 40 * math.sin(y / 3 * pi)) * 2 / 3
    dlat += (160 * math.sin(y / 12 * pi) + 320 * math.sin(y * pi / 30)) * 2 / 3
    dlon = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common
    dlon += (20 * math.sin(x * pi) + 40 * math.sin(x / 3 * pi)) * 2 / 3
    dlon += (150 * math.sin(x / 12 * pi) + 300 * math.sin(x / 30 * pi)) * 2 / 3
    lat = math.radians(point.lat)
    magic = 1 - _EE * math.sin(lat) ** 2
    dlat = math.degrees(dlat * magic * math.sqrt(magic) / (_A * (1 - _EE)))
    dlon = math.degrees(dlon * math.sqrt(magic) / (_A * math.cos(lat)))
    return dlat, dlon


def gcj02_from_wgs84(point: Point) -> Point:
    """The shifted place that Chinese maps draw; outside China the place itself."""
    if _outside_china(point):
        return point
    dlat, dlon = _shift(point)
    return Point(point.lat + dlat, point.lon + dlon)


def wgs84_from_gcj02(point: Point) -> Point:
    """The inverse, by fixed-point steps; there and back is off by well under a metre."""
    if _outside_china(point):
        return point
    guess = point
    for _ in range(4):
        dlat, dlon = _shift(guess)
        guess = Point(point.lat - dlat, point.lon - dlon)
    return guess
