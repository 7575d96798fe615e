"""Roads from GeoJSON (RFC 7946): lines with a name, ref or road; points with km are posts, with kind are places."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from finder.errors import BadInput
from finder.kernel.geo import Point
from finder.roads.heights import believed
from finder.roads.imports.draft import PLACE_KINDS, Draft, number, place_of, post_km
from finder.roads.imports.join import Way
from finder.roads.model import Post, RoadKind

MAX_BYTES = 100 * 1024 * 1024


def _bad(zh: str, en: str) -> BadInput:
    return BadInput(f"GeoJSON {zh}", f"the GeoJSON {en}", code="FILE")


def read_geojson(path: Path) -> list[Draft]:
    """The roads of a file, in the order of first appearance. Raises BadInput."""
    if path.stat().st_size > MAX_BYTES:
        raise _bad("超过 100 MB，请拆分", "is larger than 100 MB: split it")
    try:
        whole = msgspec.json.decode(path.read_bytes())
    except msgspec.MsgspecError as bad:
        raise _bad(f"无法读取：{bad}", f"cannot be read: {bad}") from bad
    drafts: dict[str, Draft] = {}
    points = []
    for feature in _features(whole):
        told = feature.get("properties") or {}
        shape = feature.get("geometry") or {}
        kind, coordinates = shape.get("type"), shape.get("coordinates")
        if kind in ("LineString", "MultiLineString"):
            _line(drafts, told, [coordinates] if kind == "LineString" else coordinates, path.stem)
        elif kind == "Point":
            points.append((told, _points([coordinates])[0]))
    for told, place in points:
        _point(drafts, told, place)
    return list(drafts.values())


def _features(whole: Any) -> Iterator[dict[str, Any]]:
    if not isinstance(whole, dict):
        raise _bad("应为对象", "must be an object")
    if whole.get("type") == "FeatureCollection":
        features = whole.get("features")
        if not isinstance(features, list) or not all(isinstance(f, dict) for f in features):
            raise _bad("的 features 应为列表", "must have a list of features")
        yield from features
    elif whole.get("type") == "Feature":
        yield whole
    else:
        yield {"geometry": whole}


def _points(coordinates: Any) -> tuple[Point, ...]:
    try:
        return tuple(Point(float(each[1]), float(each[0])) for each in coordinates)
    except (TypeError, ValueError, IndexError, KeyError) as bad:
        raise _bad("的坐标无法读取", "has coordinates that cannot be read") from bad


def _text(told: dict[str, Any], *names: str) -> str | None:
    for name in names:
        value = told.get(name)
        if isinstance(value, str) and value.strip():
            return value.strip()
    return None


def _line(drafts: dict[str, Draft], told: dict[str, Any], lines: Any, stem: str) -> None:
    ref, name = _text(told, "ref"), _text(told, "name", "road", "名称")
    key = _text(told, "id", "road", "ref", "name", "名称") or stem
    draft = drafts.setdefault(key, Draft(key))
    draft.name, draft.ref = draft.name or name, draft.ref or ref
    draft.source = draft.source or _text(told, "source")
    draft.licence = draft.licence or _text(told, "licence", "license")
    draft.note = draft.note or _text(told, "note")
    draft.kind = draft.kind or RoadKind.__members__.get((_text(told, "kind") or "").upper())
    draft.approximate = draft.approximate or told.get("approximate") is True
    accuracy = number(told.get("accuracy_m"), "accuracy_m")
    if accuracy is not None:
        draft.accuracy_m = max(draft.accuracy_m or 0.0, accuracy)
    draft.from_km = number(told.get("from_km"), "from_km") or draft.from_km
    if not isinstance(lines, list):
        raise _bad("的坐标无法读取", "has coordinates that cannot be read")
    draft.ways.extend(Way(_points(line), oneway=told.get("oneway") is True) for line in lines)
    draft.heights.update(pair for line in lines for pair in _heights(line))


def _heights(line: Any) -> Iterator[tuple[Point, float]]:
    """What stands third, where it stands."""
    for each in line:
        if len(each) > 2:
            height = believed(number(each[2], "elevation"))
            if height is not None:
                yield Point(float(each[1]), float(each[0])), height


def _point(drafts: dict[str, Draft], told: dict[str, Any], place: Point) -> None:
    key = _text(told, "road", "ref")
    if key is None and len(drafts) == 1:
        key = next(iter(drafts))
    if key not in drafts:
        raise _bad(
            f"的点“{_text(told, 'name') or ''}”没有注明所属道路（road 或 ref）",
            f"has a point {_text(told, 'name') or ''!r} that does not say its road (road or ref)",
        )
    draft, name = drafts[key], _text(told, "name", "名称")
    kind = PLACE_KINDS.get((_text(told, "kind", "类型") or "").lower())
    km = number(told.get("km"), "km") if told.get("km") is not None else post_km(name or "")
    if kind is not None:
        draft.places.append(place_of(kind, name or "", place, _text(told, "direction")))
    elif km is not None:
        draft.posts.append(Post(km, place))
    else:
        raise _bad(
            f"的点“{name or ''}”既无 km 也无可识别的 kind",
            f"has a point {name or ''!r} with neither km nor a kind that is known",
        )
