"""Whether two feeds' records are the same site: by nearness, and by name or address."""

import math
import re
import unicodedata
from dataclasses import dataclass

from rapidfuzz import fuzz

from finder.kernel.geo import EARTH_RADIUS_M, Point
from finder.stations.model import Station

NEAR_M = 150.0
LIKE = 85.0  # of 100, rapidfuzz's ratio
_METRES_PER_DEGREE = math.radians(EARTH_RADIUS_M)

# Words that say that it is a charging station, not which one.
_GENERIC = re.compile(
    r"公共|电动汽车|新能源|汽车|充换电站|换电站|充电场站|充电中心|充电广场|充电站|充电桩|充电点|充电|超充|快充|场站|演示数据|演示|"
    r"\b(?:electric|vehicle|ev|charging|charger|chargers|charge|point|station|stations|site|hub|practice|demo)\b"
)
_NOT_WORDS = re.compile(r"[\W_]+")
# What tells two halves of one place apart: numbers, sides, phases, single letters.
_MARKS = re.compile(
    r"\d+|[东西南北左右]|[上下](?=行|层|区)|地[上下]|[一二三四五六七八九十]+(?=[期号区楼层栋])|(?<![a-z])[a-z](?![a-z])"
)
_NUMBERED = re.compile(r"\d")


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _letters(text: str) -> str:
    return _NOT_WORDS.sub("", text)


@dataclass(frozen=True, slots=True)
class Looks:
    """What of a station is compared: words that are its own, marks, address, operator."""

    name: str
    marks: tuple[str, ...]
    address: str
    operator: str


def looks_of(station: Station) -> Looks:
    """Prepares a station for comparing. An address without a number says too little and is left out."""
    operator = _plain(station.operator.name)
    name = _plain(station.name)
    if operator and operator in name and operator != name:
        name = name.replace(operator, " ")
    name = _GENERIC.sub(" ", name)
    address = _letters(_plain(station.address or ""))
    return Looks(
        name=_letters(name),
        marks=tuple(sorted(set(_MARKS.findall(name)))),
        address=address if len(address) >= 6 and _NUMBERED.search(address) else "",
        operator=_letters(_GENERIC.sub(" ", operator)),
    )


def _long_enough(name: str) -> bool:
    return len(name) >= (8 if name.isascii() else 4)


def likeness(a: Looks, b: Looks) -> float:
    """0 … 100; `LIKE` and above is the same site, if it is near. 0 where neither name nor address says so."""
    if a.marks != b.marks:
        return 0.0
    best = 0.0
    if a.name and b.name:
        best = fuzz.ratio(a.name, b.name)
        shorter, longer = sorted((a.name, b.name), key=len)
        if best < LIKE and _long_enough(shorter) and shorter in longer:
            best = LIKE
    # One address can hold two operators' stations, so it speaks only where the operators do not contradict it.
    if best < LIKE and a.address and a.address == b.address and not rivals(a, b):
        best = LIKE
    return best if best >= LIKE else 0.0


def rivals(a: Looks, b: Looks) -> bool:
    """Whether two known operators are plainly not the same one."""
    if not a.operator or not b.operator or a.operator in b.operator or b.operator in a.operator:
        return False
    return fuzz.ratio(a.operator, b.operator) < 70


def metres_between(a: Point, b: Point) -> float:
    """Metres on the sphere's tangent plane: right to 0.6 % at the few hundred metres that merging looks at."""
    dlon = (a.lon - b.lon + 180) % 360 - 180
    x = dlon * math.cos(math.radians((a.lat + b.lat) / 2))
    return math.hypot(x, a.lat - b.lat) * _METRES_PER_DEGREE


def parallel_width(lat: float) -> float:
    """How many degrees of longitude are as long as one of latitude; bounded at the poles."""
    return 1 / max(math.cos(math.radians(min(abs(lat), 89.9))), 0.01)


def reach_deg() -> float:
    """NEAR_M in degrees of latitude."""
    return NEAR_M / _METRES_PER_DEGREE
