"""Rules about where stations lie: datum, city, order of the axes.

What can be told: 0,0, a place off the earth, swapped axes and another city need the stations alone. A wrong datum
moves a whole feed by about 500 m, which no area code and no town's centre can show: it takes the same sites in
another feed (`others`, at least three) or one place measured at the site in WGS-84 (`places`).
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from finder.connectors.sdk.check.evidence import Evidence, Hints
from finder.connectors.sdk.check.rule import STATIONS, Found, Need, Rule, Severity, Text, found, refusals
from finder.errors import BadInput
from finder.kernel.geo import Point, distance_m, gcj02_from_wgs84
from finder.stations.likeness import likeness, looks_of
from finder.stations.model import Station

NEAR_M = 1_500.0  # the same site, were its datum wrong, lies within it
LEAST_PAIRS = 3  # of another feed; it may have its own faults
TOLERANCE = 0.35  # of the shift's length, along it and across it
AREA_KM = 120.0  # from the middle of the stations of one area code
_COORDINATES = re.compile(r"\((-?[\d.]+), (-?[\d.]+)\)")
_M_PER_DEGREE = 111_320.0


def _outside(evidence: Evidence) -> Iterator[Found]:
    hints = evidence.hints
    for station in evidence.stations:
        if hints.centre is not None and not _in_city(station.place, hints) and not _swapped(station.place, hints):
            km = distance_m(hints.centre, station.place) / 1000
            yield found(station.id, f"距城市中心 {km:.0f} km", f"lies {km:.0f} km from the city's centre")


def _in_city(place: Point, hints: Hints) -> bool:
    return hints.centre is not None and distance_m(hints.centre, place) <= hints.radius_km * 1000


def _swapped(place: Point, hints: Hints) -> bool:
    try:
        return _in_city(Point(place.lon, place.lat), hints)
    except BadInput:
        return False


def _axes(evidence: Evidence) -> Iterator[Found]:
    zh, en = "经纬度对调后正好在本市", "with latitude and longitude swapped it lies in the city"
    hints = evidence.hints
    for station in evidence.stations:
        if not _in_city(station.place, hints) and _swapped(station.place, hints):
            yield found(station.id, zh, en)
    for record in evidence.refused:
        if record.code == "COORDINATE_OUT_OF_RANGE" and _swapped_record(record.en, hints):
            yield found(record.native_id, zh, en)


def _swapped_record(text: str, hints: Hints) -> bool:
    numbers = _COORDINATES.search(text)
    try:
        return numbers is not None and _in_city(Point(float(numbers[2]), float(numbers[1])), hints)
    except (BadInput, ValueError):
        return False


def _off_earth(evidence: Evidence) -> Iterator[Found]:
    for record in evidence.refused:
        out = record.code == "COORDINATE_OUT_OF_RANGE" and not _swapped_record(record.en, evidence.hints)
        if out or (record.code == "BAD_NUMBER" and ("Lat" in record.en or "Lng" in record.en)):
            yield found(record.native_id, record.zh, record.en)


def _area(evidence: Evidence) -> Iterator[Found]:
    """A station far from the middle of those that have its area code."""
    by_code: dict[str, list[Station]] = {}
    for station in evidence.stations:
        if station.area_code:
            by_code.setdefault(station.area_code, []).append(station)
    for code, stations in by_code.items():
        if len(stations) < LEAST_PAIRS:
            continue
        middle = Point(median(s.place.lat for s in stations), median(s.place.lon for s in stations))
        for station in stations:
            km = distance_m(middle, station.place) / 1000
            if km > AREA_KM:
                zh = f"距区划 {code} 的其他站点 {km:.0f} km"
                yield found(station.id, zh, f"lies {km:.0f} km from the other stations of area {code}")


@dataclass(frozen=True, slots=True)
class Shift:
    """How far stations lie off their true places, as shares of GCJ-02's shift there: along it, and across it."""

    along: float
    across: float
    pairs: int


def measure_shift(pairs: Sequence[tuple[Point, Point]]) -> Shift | None:
    """The median over pairs of (as yielded, true), both WGS-84; None where there is none or no shift there."""
    along, across = [], []
    for told, true in pairs:
        shifted = gcj02_from_wgs84(true)
        east, north = _metres(true, shifted)
        dx, dy = _metres(true, told)
        length2 = east * east + north * north
        if length2 < 1:
            continue
        along.append((dx * east + dy * north) / length2)
        across.append((dx * north - dy * east) / length2)
    return Shift(median(along), median(across), len(along)) if along else None


def _metres(a: Point, b: Point) -> tuple[float, float]:
    east = (b.lon - a.lon) * math.cos(math.radians(a.lat)) * _M_PER_DEGREE
    return east, (b.lat - a.lat) * _M_PER_DEGREE


def pairs_of(evidence: Evidence) -> list[tuple[Point, Point]]:
    """Stations with their places known from elsewhere: measured ones, or else the same sites in another feed."""
    own = {station.id: station.place for station in evidence.stations}
    measured = [(own[each], true) for each, true in evidence.hints.places.items() if each in own]
    if measured:
        return measured
    found_pairs: list[tuple[Point, Point]] = []
    others = [(looks_of(other), other.place) for other in evidence.hints.others]
    for station in evidence.stations:
        looks = looks_of(station)
        alike = [place for other, place in others if _near(station.place, place) and likeness(looks, other)]
        if len(alike) == 1:  # two of one name say nothing
            found_pairs.append((station.place, alike[0]))
    return found_pairs if len(found_pairs) >= LEAST_PAIRS else []


def _near(a: Point, b: Point) -> bool:
    return abs(a.lat - b.lat) < 0.02 and abs(a.lon - b.lon) < 0.03 and distance_m(a, b) <= NEAR_M


def _datum(evidence: Evidence) -> Iterator[Found]:
    shift = measure_shift(pairs_of(evidence))
    if shift is None or abs(shift.across) > TOLERANCE or abs(abs(shift.along) - 1) > TOLERANCE:
        return
    if shift.along > 0:
        zh, en = "对方给的是 GCJ-02，却按 WGS-84 读取", "it sends GCJ-02, which is read as WGS-84"
    else:
        zh, en = "对方给的是 WGS-84，却按 GCJ-02 纠偏", "it sends WGS-84, which is shifted back as if it were GCJ-02"
    yield found(evidence.source, f"{zh}（{shift.pairs} 处对照）", f"{en} ({shift.pairs} places compared)")


_IN_CITY = Need(
    lambda e: bool(e.hints.centre) and STATIONS.met(e),
    Text("需要城市中心（FINDER_CITY）", "needs the city's centre (FINDER_CITY)"),
)
_COMPARED = Need(
    lambda e: bool(pairs_of(e)),
    Text(
        "需要对照：--compare 另一来源（至少 3 个相同站点），或 --place 站点=纬度,经度（现场 GPS 实测）",
        "needs --compare OTHER_SOURCE (3 sites in both), or --place STATION=LAT,LON measured there by GPS",
    ),
)

RULES = (
    Rule(
        "PLACE_MISSING",
        Severity.ERROR,
        Text("没有坐标，或为 0, 0", "no coordinates, or 0, 0"),
        Text("填写站点入口的坐标", "send the place of the station's entrance"),
        STATIONS,
        refusals("COORDINATE_MISSING"),
    ),
    Rule(
        "PLACE_OFF_EARTH",
        Severity.ERROR,
        Text("坐标不在地球上", "coordinates that are not on the earth"),
        Text("以度为单位：纬度 -90 至 90，经度 -180 至 180", "send degrees: latitude -90 to 90, longitude -180 to 180"),
        STATIONS,
        _off_earth,
    ),
    Rule(
        "PLACE_SWAPPED",
        Severity.ERROR,
        Text("经纬度颠倒", "latitude and longitude are swapped"),
        Text("交换两个字段", "swap the two fields"),
        _IN_CITY,
        _axes,
    ),
    Rule(
        "PLACE_OUTSIDE_CITY",
        Severity.ERROR,
        Text("站点不在本市", "a station lies outside the city"),
        Text("核对坐标；外市站点请勿上报", "check the coordinates, and leave other cities' stations out"),
        _IN_CITY,
        _outside,
    ),
    Rule(
        "PLACE_NOT_IN_AREA",
        Severity.WARNING,
        Text("坐标与行政区划代码不符", "the place does not fit its area code"),
        Text("核对 AreaCode 与坐标", "check AreaCode and the coordinates"),
        STATIONS,
        _area,
    ),
    Rule(
        "PLACE_DATUM",
        Severity.ERROR,
        Text(
            "坐标系声明错误，全部站点偏移约 500 米", "the datum is declared wrongly: every station is about 500 m off"
        ),
        Text(
            "在方言文件或映射中改正 datum：GCJ02（高德、腾讯）或 WGS84（GPS）",
            "set the datum in the profile or the mapping: GCJ02 (as Chinese maps) or WGS84 (as GPS)",
        ),
        _COMPARED,
        _datum,
    ),
)
