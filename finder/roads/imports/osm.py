"""Roads from an OpenStreetMap extract: relations type=route, route=road, or else ways with the ref that is asked for.

Tags as https://wiki.openstreetmap.org has them: `ref`, `oneway`, roles `forward` and `backward`, `highway=milestone`
with `distance`, `highway=services`, `rest_area` and `motorway_junction`, `tourism=*`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import osmium

from finder.errors import BadInput
from finder.kernel.geo import Point
from finder.kernel.line import LEFT, RIGHT, Line
from finder.roads.imports.draft import Draft, kind_of, place_of, post_km
from finder.roads.imports.join import Way, joined
from finder.roads.model import PlaceKind, Post, RoadKind

LICENCE = "ODbL 1.0, © OpenStreetMap contributors"
ACCURACY_M = 20.0  # of a carriageway drawn from aerial images; the two carriageways are about that far apart
POST_M, BESIDE_M, SIGHT_M = 100.0, 400.0, 1_000.0
_MAIN = frozenset({"motorway", "trunk", "primary", "secondary", "tertiary", "unclassified"})
_OTHER_ROLES = frozenset({"backward", "link", "entrance", "exit", "stop", "platform", "alternative"})
_KINDS = {
    ("highway", "services"): PlaceKind.SERVICE_AREA,
    ("highway", "rest_area"): PlaceKind.PARKING_AREA,
    ("highway", "motorway_junction"): PlaceKind.JUNCTION,
    ("tourism", "attraction"): PlaceKind.SIGHT,
    ("tourism", "viewpoint"): PlaceKind.SIGHT,
    ("tourism", "camp_site"): PlaceKind.RV_CAMP,
    ("tourism", "caravan_site"): PlaceKind.RV_CAMP,
}
_SERVES_ONE = frozenset({PlaceKind.SERVICE_AREA, PlaceKind.PARKING_AREA})


@dataclass(frozen=True, slots=True)
class _Route:
    """A relation: its members, as (type, id, role), and what it is called."""

    key: str
    ref: str | None
    name: str | None
    members: tuple[tuple[str, int, str], ...]


@dataclass(slots=True)
class _Beside:
    """What stands at roads: places by kind and name, posts by kilometre."""

    places: list[tuple[PlaceKind, str, Point]] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)


def _refs(value: str | None) -> list[str]:
    return [each.strip().upper().replace(" ", "") for each in (value or "").split(";") if each.strip()]


def read_osm(path: Path, refs: frozenset[str] = frozenset()) -> list[Draft]:
    """The roads of an extract (.osm.pbf, .osm, .osm.bz2): those with one of `refs`, or else every road relation.

    Raises BadInput.
    """
    wanted = frozenset(ref.upper().replace(" ", "") for ref in refs)
    try:
        routes = list(_routes(path, wanted))
        ways, beside = _ways(path, routes, wanted)
    except (RuntimeError, OSError) as bad:
        raise BadInput(f"OSM 文件无法读取：{bad}", f"the OSM file cannot be read: {bad}", code="FILE") from bad
    drafts: dict[str, Draft] = {}
    for route in routes:
        draft = drafts.setdefault(route.key, Draft(route.key, name=route.name, ref=route.ref))
        draft.ways.extend(_members(route, ways.by_id))
    for ref in sorted(wanted - drafts.keys()):
        draft = drafts[ref] = Draft(ref, ref=ref)
        for way, name in ways.by_ref.get(ref, ()):
            draft.name = draft.name or name
            draft.ways.append(way)
    whole = [draft for draft in drafts.values() if draft.ways]
    for draft in whole:
        draft.source, draft.licence, draft.accuracy_m = f"OpenStreetMap ({path.name})", LICENCE, ACCURACY_M
        draft.name = draft.name or draft.ref
        _stand(draft, beside)
    return whole


def _routes(path: Path, wanted: frozenset[str]) -> Iterator[_Route]:
    found: dict[int, tuple[Mapping[str, str], tuple[tuple[str, int, str], ...]]] = {}
    entities: Iterable[Any] = osmium.FileProcessor(path, osmium.osm.RELATION)
    for each in entities:
        tags = {tag.k: tag.v for tag in each.tags}
        if tags.get("type") in ("route", "superroute") and tags.get("route") == "road":
            found[each.id] = tags, tuple((m.type, m.ref, m.role) for m in each.members)
    inner = {ref for _, members in found.values() for kind, ref, _ in members if kind == "r"}
    for number, (told, members) in sorted(found.items()):
        named = _refs(told.get("ref"))
        if wanted and not wanted & set(named):
            continue
        if number in inner and not wanted:
            continue
        ref = next((r for r in named if r in wanted), named[0] if named else None)
        name = told.get("name:zh") or told.get("name")
        flat = tuple(_flat(members, found, set()))
        yield _Route(ref or name or str(number), ref, name, flat)


def _flat(
    members: tuple[tuple[str, int, str], ...],
    found: Mapping[int, tuple[Mapping[str, str], tuple[tuple[str, int, str], ...]]],
    seen: set[int],
) -> Iterator[tuple[str, int, str]]:
    for kind, number, role in members:
        if kind == "r" and number in found and number not in seen:
            seen.add(number)
            yield from _flat(found[number][1], found, seen)
        elif kind == "w":
            yield kind, number, role


@dataclass(slots=True)
class _Ways:
    by_id: dict[int, Way] = field(default_factory=dict)
    by_ref: dict[str, list[tuple[Way, str | None]]] = field(default_factory=dict)


def _ways(path: Path, routes: list[_Route], wanted: frozenset[str]) -> tuple[_Ways, _Beside]:
    members = {number for route in routes for _, number, _ in route.members}
    ways, beside = _Ways(), _Beside()
    entities: Iterable[Any] = osmium.FileProcessor(path, osmium.osm.NODE | osmium.osm.WAY).with_locations()
    for each in entities:
        if each.is_node():
            if each.tags:
                tags = {tag.k: tag.v for tag in each.tags}
                _note(beside, tags, lambda node=each: Point(node.location.lat, node.location.lon))
            continue
        if not each.tags and each.id not in members:
            continue
        tags = {tag.k: tag.v for tag in each.tags}
        named = wanted & set(_refs(tags.get("ref"))) if tags.get("highway") in _MAIN else frozenset()
        if each.id in members or named:
            points = _points(each)
            way = _directed(points, tags)
            ways.by_id[each.id] = way
            for ref in named:
                ways.by_ref.setdefault(ref, []).append((way, tags.get("name:zh") or tags.get("name")))
        elif each.is_closed():
            _note(beside, tags, lambda way=each: _middle(_points(way)))
    return ways, beside


def _points(way: Any) -> tuple[Point, ...]:
    return tuple(Point(node.lat, node.lon) for node in way.nodes if node.location.valid())


def _middle(points: tuple[Point, ...]) -> Point | None:
    if not points:
        return None
    return Point(sum(p.lat for p in points) / len(points), sum(p.lon for p in points) / len(points))


def _directed(points: tuple[Point, ...], tags: Mapping[str, str]) -> Way:
    oneway = tags.get("oneway")
    if oneway in ("-1", "reverse"):
        return Way(points[::-1], oneway=True)
    implied = oneway is None and (tags.get("highway") == "motorway" or tags.get("junction") == "roundabout")
    return Way(points, oneway=implied or oneway in ("yes", "true", "1"))


def _members(route: _Route, ways: Mapping[int, Way]) -> Iterator[Way]:
    for _, number, role in route.members:
        way = ways.get(number)
        if way is None or role in _OTHER_ROLES:
            continue
        yield Way(way.points, way.oneway or role == "forward")


def _note(beside: _Beside, tags: Mapping[str, str], where: Any) -> None:
    if tags.get("highway") == "milestone":
        km = _kilometre(tags)
        place = where() if km is not None else None
        if km is not None and place is not None:
            beside.posts.append(Post(km, place))
        return
    name = tags.get("name:zh") or tags.get("name")
    for pair, kind in _KINDS.items():
        if tags.get(pair[0]) == pair[1] and name and (place := where()) is not None:
            beside.places.append((kind, name, place))
            return


def _kilometre(tags: Mapping[str, str]) -> float | None:
    for key in ("distance", "pk", "ref"):
        said = tags.get(key, "").strip()
        km = post_km(said)
        if km is not None:
            return km
        try:
            return float(said.removesuffix("km").strip())
        except ValueError:
            continue
    return None


def _stand(draft: Draft, beside: _Beside) -> None:
    """Gives a road the posts and places beside it, and expressway areas the one direction that they serve."""
    line = Line(*joined(draft.ways))
    for n, _, _ in _near(line, [post.place for post in beside.posts], POST_M):
        draft.posts.append(beside.posts[n])
    draft.sided = True
    apart = kind_of(draft.ref, draft.name or "") is RoadKind.EXPRESSWAY
    for n, offset_m, side in _near(line, [place for _, _, place in beside.places], SIGHT_M):
        kind, name, place = beside.places[n]
        if offset_m > BESIDE_M and kind not in (PlaceKind.SIGHT, PlaceKind.RV_CAMP):
            continue
        serves = {RIGHT: "FORWARD", LEFT: "BACKWARD"}.get(side) if apart and kind in _SERVES_ONE else None
        draft.places.append(place_of(kind, name, place, serves))


def _near(line: Line, places: list[Point], reach_m: float) -> Iterator[tuple[int, float, int]]:
    if not places:
        return
    found = line.feet(np.array([p.lat for p in places]), np.array([p.lon for p in places]), reach_m)
    order = np.argsort(found.metres, kind="stable")
    for n in order.tolist():
        yield int(found.place[n]), float(found.offset_m[n]), int(found.side[n])
