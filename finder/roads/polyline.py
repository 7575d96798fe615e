"""A driver's route as it comes in: an encoded polyline or GeoJSON coordinates, bounded, made into a line."""

from collections.abc import Sequence

from finder.errors import BadInput, TooLarge
from finder.kernel.geo import GEOD, Point
from finder.kernel.line import Line

MAX_POINTS = 5_000
MAX_LENGTH_KM = 5_000.0
MAX_ENCODED = MAX_POINTS * 14  # characters: a point takes at most 2 × 7 at precision 6
PRECISIONS = (5, 6)  # Google's, Amap's and OSRM's; OSRM's and Valhalla's polyline6


def _too_many() -> TooLarge:
    return TooLarge(
        f"路线最多 {MAX_POINTS} 个点，请先抽稀",
        f"a route may have at most {MAX_POINTS} points: simplify it first",
        code="ROUTE_TOO_MANY_POINTS",
    )


def _damaged() -> BadInput:
    return BadInput("路线编码已损坏", "the encoded polyline is damaged", code="POLYLINE")


def decode_polyline(text: str, precision: int = 5) -> list[Point]:
    """The points of an encoded polyline (Google's Encoded Polyline Algorithm Format). Raises BadInput, TooLarge."""
    if precision not in PRECISIONS:
        raise BadInput("precision 应为 5 或 6", "precision must be 5 or 6", code="POLYLINE_PRECISION")
    if len(text) > MAX_ENCODED:
        raise _too_many()
    numbers: list[int] = []
    value = shift = 0
    for character in text:
        bits = ord(character) - 63
        if not 0 <= bits < 64 or shift > 30:
            raise _damaged()
        value |= (bits & 0x1F) << shift
        shift += 5
        if bits < 0x20:
            numbers.append(~(value >> 1) if value & 1 else value >> 1)
            value = shift = 0
    if shift or len(numbers) % 2:
        raise _damaged()
    if len(numbers) > 2 * MAX_POINTS:
        raise _too_many()
    points = []
    lat = lon = 0
    for n in range(0, len(numbers), 2):
        lat, lon = lat + numbers[n], lon + numbers[n + 1]
        points.append(Point(lat / 10**precision, lon / 10**precision))
    return points


def read_coordinates(coordinates: Sequence[Sequence[float]]) -> list[Point]:
    """The points of a GeoJSON LineString: longitude, latitude, and a height that is left out. Raises BadInput."""
    if len(coordinates) > MAX_POINTS:
        raise _too_many()
    if not all(2 <= len(each) <= 3 for each in coordinates):
        raise BadInput(
            "每个坐标应为 [经度, 纬度]", "each coordinate must be [longitude, latitude]", code="ROUTE_COORDINATES"
        )
    return [Point(each[1], each[0]) for each in coordinates]


def route_line(points: Sequence[Point]) -> Line:
    """The line of a route. Raises BadInput for less than two places, TooLarge beyond the bounds."""
    if len(points) > MAX_POINTS:
        raise _too_many()
    # Before the line is divided into pieces, which a length without bounds would make without number.
    if GEOD.line_length([p.lon for p in points], [p.lat for p in points]) > MAX_LENGTH_KM * 1000:
        raise TooLarge(
            f"路线最长 {MAX_LENGTH_KM:.0f} 公里，请分段查询",
            f"a route may be at most {MAX_LENGTH_KM:.0f} km long: ask for it in parts",
            code="ROUTE_TOO_LONG",
        )
    return Line(points)
