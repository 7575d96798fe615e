"""What a file tells of a road, and what the command adds to it, made into a road."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import msgspec
from pypinyin import lazy_pinyin

from finder.errors import BadInput
from finder.kernel.geo import Point, wgs84_from_gcj02
from finder.roads.imports.join import Way, joined
from finder.roads.model import Direction, Origin, PlaceKind, Post, Road, RoadId, RoadKind, RoadPlace

APPROXIMATE_M = 5_000.0  # what is believed of a line that calls itself approximate and says no more
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
_REF = re.compile(r"([GSXYC])\s*(\d{1,4})", re.IGNORECASE)
_NUMBERED = re.compile(r"([GSXYC]\d{1,4})(?:[\s_·-]*([^\d\s].*))?", re.IGNORECASE)
_POST = re.compile(r"K\s*(\d{1,4})(?:\s*\+\s*(\d{1,3}))?", re.IGNORECASE)

PLACE_KINDS: Mapping[str, PlaceKind] = {
    **{kind.value.lower(): kind for kind in PlaceKind},
    **{kind.value.lower().replace("_", " "): kind for kind in PlaceKind},
    "驿站": PlaceKind.WAYSTATION,
    "房车营地": PlaceKind.RV_CAMP,
    "服务区": PlaceKind.SERVICE_AREA,
    "停车区": PlaceKind.PARKING_AREA,
    "rest area": PlaceKind.PARKING_AREA,
    "rest_area": PlaceKind.PARKING_AREA,
    "景区": PlaceKind.SIGHT,
    "景点": PlaceKind.SIGHT,
    "互通": PlaceKind.JUNCTION,
    "interchange": PlaceKind.JUNCTION,
}


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command says of the file; where it says nothing, the file does."""

    id: str | None = None
    name: str | None = None
    kind: RoadKind | None = None
    refs: frozenset[str] = frozenset()  # of OpenStreetMap: only these
    source: str | None = None
    licence: str | None = None
    accuracy_m: float | None = None
    approximate: bool = False
    gcj02: bool = False  # drawn on a Chinese map: to be shifted back


@dataclass(slots=True)
class Draft:
    """A road as far as its file tells it."""

    key: str  # what tells it from the others of its file
    name: str | None = None
    ref: str | None = None
    ways: list[Way] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    places: list[RoadPlace] = field(default_factory=list)
    from_km: float = 0.0
    kind: RoadKind | None = None
    source: str | None = None
    licence: str | None = None
    accuracy_m: float | None = None
    approximate: bool = False
    note: str | None = None
    heights: dict[Point, float] = field(default_factory=dict)  # metres above the sea, of the ways' places
    sided: bool = False  # which direction a place serves was read off the line as it is drawn


def kind_of(ref: str | None, name: str) -> RoadKind:
    """After the numbers of Chinese roads (GB/T 917): G and S with one, two or four figures are expressways."""
    if "旅游公路" in name:
        return RoadKind.TOURIST
    number = _REF.fullmatch(re.split("[/;,、]", ref or "")[0].strip())
    if number is None:
        return RoadKind.EXPRESSWAY if "高速" in name else RoadKind.OTHER
    letter, three = number[1].upper(), len(number[2]) == 3
    if letter == "G":
        return RoadKind.NATIONAL if three else RoadKind.EXPRESSWAY
    if letter == "S":
        return RoadKind.PROVINCIAL if three else RoadKind.EXPRESSWAY
    return RoadKind.COUNTY if letter == "X" else RoadKind.OTHER


def post_km(text: str) -> float | None:
    """The kilometre of a post's words, such as 'K310+500'."""
    found = _POST.fullmatch(text.strip())
    return None if found is None else int(found[1]) + int(found[2] or 0) / 1000


def id_of(draft: Draft, name: str, known: Mapping[str, RoadId]) -> RoadId:
    """The id of a road that has this number or name already, or one made of them."""
    told = draft.ref or name
    for each in (draft.ref, name):
        if each and each in known:
            return known[each]
    made = re.sub(r"[^a-z0-9]+", "-", "-".join(lazy_pinyin(told)).lower()).strip("-")[:60].strip("-")
    return made or "road"


def finish(draft: Draft, wishes: Wishes, known: Mapping[str, RoadId], *, alone: bool) -> Road:
    """A road. `alone`: the only one of its file, so that the command's name and id are its own. Raises BadInput."""
    if wishes.gcj02:
        draft = _shifted(draft)
    draft = _numbered(draft)
    name = (wishes.name if alone else None) or draft.name or draft.ref or draft.key
    road_id = (wishes.id if alone else None) or id_of(draft, name, known)
    if not _ID.fullmatch(road_id):
        raise BadInput(
            f"道路编号 {road_id!r} 只能含小写字母、数字和连字符，最多 60 个",
            f"a road's id {road_id!r} must be lower-case letters, digits and hyphens, at most 60",
            code="ROAD_ID",
        )
    approximate = wishes.approximate or draft.approximate
    accuracy = wishes.accuracy_m if wishes.accuracy_m is not None else draft.accuracy_m
    if accuracy is None and approximate:
        accuracy = APPROXIMATE_M
    source, licence = wishes.source or draft.source, wishes.licence or draft.licence
    if accuracy is None or not source or not licence:
        raise _lacking(name, {"source": source, "licence": licence, "accuracy-m": accuracy})
    parts = [tuple(map(_rounded, part)) for part in joined(draft.ways)]
    origin = Origin(source=source, licence=licence, accuracy_m=accuracy, approximate=approximate, note=draft.note)
    plain = Road(
        id=road_id,
        name=name,
        ref=draft.ref,
        kind=wishes.kind or draft.kind or kind_of(draft.ref, name),
        parts=tuple(parts),
        origin=origin,
        from_km=draft.from_km,
        places=tuple(draft.places),
    )
    return _raised(_marked(plain, draft.posts, sided=draft.sided), draft.heights)


_ORIGIN_WORDS = {"source": "来源", "licence": "许可", "accuracy-m": "精度（米）"}


def _lacking(name: str, told: Mapping[str, object]) -> BadInput:
    missing = [each for each, value in told.items() if value in (None, "")]
    options = " ".join(f"--{each} …" for each in missing)
    return BadInput(
        f"道路“{name}”缺少{'、'.join(_ORIGIN_WORDS[each] for each in missing)}，请加上 {options}",
        f"road {name!r} lacks its {', '.join(missing)}: add {options}",
        code="ROAD_ORIGIN",
    )


def _raised(road: Road, heights: Mapping[Point, float]) -> Road:
    """The road with its heights. A file that has 0 everywhere was written by what knows none."""
    if not any(heights.values()):
        return road
    told = {_rounded(place): height for place, height in heights.items()}
    parts = [tuple(told.get(place) for place in part) for part in road.parts]
    known = tuple(() if all(height is None for height in part) else part for part in parts)
    return msgspec.structs.replace(road, heights_m=known)


def _rounded(place: Point) -> tuple[float, float]:
    return round(place.lat, 7), round(place.lon, 7)


def _numbered(draft: Draft) -> Draft:
    """A number that stands before the name, as in 'S40 灵河高速', is the road's number and no part of its name."""
    found = _NUMBERED.fullmatch(draft.name or "") if draft.ref is None else None
    if found is None:
        return draft
    return replace(draft, ref=found[1].upper(), name=found[2] or found[1].upper())


def _shifted(draft: Draft) -> Draft:
    return replace(
        draft,
        ways=[Way(tuple(map(wgs84_from_gcj02, way.points)), way.oneway) for way in draft.ways],
        heights={wgs84_from_gcj02(place): height for place, height in draft.heights.items()},
        posts=[Post(post.km, wgs84_from_gcj02(post.place)) for post in draft.posts],
        places=[msgspec.structs.replace(each, place=wgs84_from_gcj02(each.place)) for each in draft.places],
    )


def _marked(road: Road, posts: Sequence[Post], *, sided: bool) -> Road:
    """The road with the posts that follow each other along it, turned round where they fall along it."""
    if not posts:
        return road
    along = sorted((road.line.locate(post.place).metres, post.km, post) for post in posts)
    rising, falling = _rising([(m, km) for m, km, _ in along]), _rising([(m, -km) for m, km, _ in along])
    turned = len(falling) > len(rising)
    kept = tuple(along[n][2] for n in (falling[::-1] if turned else rising))
    parts = tuple(part[::-1] for part in road.parts[::-1]) if turned else road.parts
    places = tuple(_turned(place) for place in road.places) if turned and sided else road.places
    whole = msgspec.structs.replace(road, parts=parts, posts=kept, places=places)
    _ = whole.begin_km  # raises where they do not fit
    return whole


_OTHER_WAY = {Direction.FORWARD: Direction.BACKWARD, Direction.BACKWARD: Direction.FORWARD}


def _turned(place: RoadPlace) -> RoadPlace:
    return msgspec.structs.replace(place, direction=_OTHER_WAY.get(place.direction) if place.direction else None)


def _rising(seen: Sequence[tuple[float, float]]) -> list[int]:
    """The longest run of posts that rise with the metres (those that stand wrong are left out), by their numbers."""
    best: list[tuple[int, int]] = []  # length and the number before
    for n, (metres, km) in enumerate(seen):
        before = [(best[k][0], k) for k in range(n) if seen[k][1] < km and seen[k][0] < metres]
        length, last = max(before, default=(0, -1))
        best.append((length + 1, last))
    n = max(range(len(seen)), key=lambda k: best[k][0])
    run: list[int] = []
    while n >= 0:
        run.append(n)
        n = best[n][1]
    return run[::-1]


def place_of(kind: PlaceKind, name: str, place: Point, direction: str | None = None) -> RoadPlace:
    """A place, with the only direction that it serves where that was said."""
    said = (direction or "").upper()
    return RoadPlace(
        kind=kind, name=name, place=place, direction=Direction(said) if said in Direction.__members__ else None
    )


def number(value: object, what: str) -> float | None:
    """A number of the file. Raises BadInput."""
    if value is None or value == "":
        return None
    try:
        read = float(str(value))
    except ValueError:
        read = math.nan
    if not math.isfinite(read):
        raise BadInput(
            f"文件中的 {what} 不是数字：{value!r}", f"the file's {what} is no number: {value!r}", code="FILE"
        )
    return read
