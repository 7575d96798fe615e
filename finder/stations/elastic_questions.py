"""What is asked of Elasticsearch in its own query language, and how its answers read."""

import math
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from finder.kernel.geo import SPHERE_ERROR, Box, Point
from finder.kernel.line import Line
from finder.stations.along import RoadHit, Span
from finder.stations.elastic_documents import mark_from_text
from finder.stations.filter import Filter
from finder.stations.index import Cluster
from finder.stations.words import EDGE, grams

Clause: TypeAlias = dict[str, Any]

_SLACK_M = 1.0  # above what a geo_point's rounding and a quick arcsine do to a distance
_SLACK_DEGREES = 1e-6
_LEAST_RADIUS_M = 6_335_439.0  # of curvature, on WGS-84: along the meridian at the equator
MAX_BOXES = 400
_FIELDS = ("name", "letters", "rest")


def sphere_at_least(ellipsoid_m: float) -> float:
    """Metres on the mean sphere that no place this far along the ellipsoid falls short of."""
    return max(0.0, ellipsoid_m * (1 - SPHERE_ERROR) - _SLACK_M)


def sphere_at_most(ellipsoid_m: float) -> float:
    """Metres on the mean sphere that no place this far along the ellipsoid goes beyond."""
    return ellipsoid_m * (1 + SPHERE_ERROR) + _SLACK_M


def filters(want: Filter) -> list[Clause]:
    """The clauses that mean the same as Filter.suits."""
    clauses: list[Clause] = []
    plug: list[Clause] = []
    if want.min_power_kw is not None:
        plug.append({"range": {"connectors.power_kw": {"gte": want.min_power_kw}}})
    if want.connector_types:
        plug.append({"terms": {"connectors.type": sorted(want.connector_types)}})
    if plug:
        clauses.append({"nested": {"path": "connectors", "query": {"bool": {"filter": plug}}}})
    if want.operators:
        clauses.append({"terms": {"operator": sorted(want.operators)}})
    clauses.extend({"term": {"attributes": attribute}} for attribute in sorted(want.attributes))
    flags = (("free_parking", True, want.free_parking), ("public", True, want.public_only))
    for field, value, asked in (*flags, ("practice", False, not want.include_practice)):
        if asked:
            clauses.append({"term": {field: value}})
    if want.open_at is not None:
        clauses.append({"term": {"open": want.open_at}})
    return clauses


def within(centre: Point, radius_m: float) -> Clause:
    """All places within the radius along the ellipsoid, and a few beyond it."""
    return {"geo_distance": {"distance": f"{sphere_at_most(radius_m)}m", "place": _lon_lat(centre)}}


def by_distance(centre: Point) -> Clause:
    """Nearest first on the sphere, in metres."""
    return {"_geo_distance": {"place": _lon_lat(centre), "order": "asc", "unit": "m", "distance_type": "arc"}}


def inside(box: Box) -> list[Clause]:
    """Places in the box or exactly on its border."""
    lon: Clause
    if box.west <= box.east:
        lon = {"range": {"lon": {"gte": box.west, "lte": box.east}}}
    else:
        sides = ({"gte": box.west}, {"lte": box.east})
        lon = {"bool": {"should": [{"range": {"lon": side}} for side in sides], "minimum_should_match": 1}}
    return [_around(box), {"range": {"lat": {"gte": box.south, "lte": box.north}}}, lon]


def _around(box: Box) -> Clause:
    """A little more than the box, by the index of places, which is quick."""
    narrow = box.west - _SLACK_DEGREES > -180 and box.east + _SLACK_DEGREES < 180
    # A box that ends close to the 180th meridian, or nearly meets itself around the world, is left to the numbers.
    apart = box.west <= box.east or box.west - box.east > 4 * _SLACK_DEGREES
    if not (narrow and apart):
        return {"match_all": {}}
    north, south = min(90.0, box.north + _SLACK_DEGREES), max(-90.0, box.south - _SLACK_DEGREES)
    corners = {
        "top_left": {"lat": north, "lon": box.west - _SLACK_DEGREES},
        "bottom_right": {"lat": south, "lon": box.east + _SLACK_DEGREES},
    }
    return {"geo_bounding_box": {"place": corners}}


def ranked(words: Sequence[str]) -> tuple[list[Clause], list[Clause]]:
    """What must match, and what each adds 1 to the score of what does: the score is 3 - rank."""
    levels = [_reached(words, rank) for rank in range(4)]
    return [levels[3]], [{"constant_score": {"filter": level, "boost": 1}} for level in levels[:3]]


def _reached(words: Sequence[str], rank: int) -> Clause:
    """Every word is found at this rank or better."""
    return {"bool": {"filter": [_any([_begins(w)] if rank == 0 else _parts(w, _FIELDS[:rank])) for w in words]}}


def _any(clauses: list[Clause]) -> Clause:
    return clauses[0] if len(clauses) == 1 else {"bool": {"should": clauses, "minimum_should_match": 1}}


def _begins(word: str) -> Clause:
    return {"match_phrase": {"name": " ".join(grams(EDGE + word))}}


def _parts(word: str, fields: Sequence[str]) -> list[Clause]:
    if len(word) == 1:  # every character begins a pair
        return [{"prefix": {field: {"value": word}}} for field in fields]
    return [{"match_phrase": {field: " ".join(grams(word))}} for field in fields]


def along(span: Span) -> Clause:
    """Stations whose mark of that road lies in the span."""
    clauses: dict[str, Any] = {
        "filter": [
            {"term": {"roads.road": span.road}},
            {"range": {"roads.km": {"gte": span.from_km, "lte": span.to_km}}},
            {"range": {"roads.offset_m": {"lte": span.max_offset_m}}},
        ]
    }
    if span.other_side is not None:
        across = [{"term": {"roads.side": span.other_side}}, {"range": {"roads.offset_m": {"lt": span.apart_m}}}]
        clauses["must_not"] = [{"bool": {"filter": across}}]
    return {"nested": {"path": "roads", "query": {"bool": clauses}}}


def by_kilometre(span: Span) -> Clause:
    """In the order of driving."""
    nested = {"path": "roads", "filter": {"term": {"roads.road": span.road}}}
    return {"roads.km": {"order": "desc" if span.backward else "asc", "nested": nested}}


def beside(line: Line, reach_m: float) -> Clause:
    """All places at most so far from the line, and others: boxes around its stretches, at most MAX_BOXES of them."""
    steps = max(1, math.ceil(len(line.lats) / MAX_BOXES))
    boxes: list[Clause] = []
    for begin in range(0, len(line.lats) - 1, steps):
        lats, lons = line.lats[begin : begin + steps + 1], line.lons[begin : begin + steps + 1]
        south, north = float(lats.min()), float(lats.max())
        lat = math.degrees(reach_m / _LEAST_RADIUS_M) * (1 + SPHERE_ERROR) + _SLACK_DEGREES
        widest = min(89.0, max(abs(south), abs(north)) + lat)
        lon = lat / math.cos(math.radians(widest))
        west, east = _ends(lons)
        polar = widest == 89.0 or east - west + 2 * lon >= 360
        left, right = (-180.0, 180.0) if polar else (_wrapped(west - lon), _wrapped(east + lon))
        boxes.append(
            {
                "geo_bounding_box": {
                    "place": {
                        "top_left": {"lat": min(90.0, north + lat), "lon": left},
                        "bottom_right": {"lat": max(-90.0, south - lat), "lon": right},
                    }
                }
            }
        )
    return _any(boxes)


def _ends(lons: npt.NDArray[np.float64]) -> tuple[float, float]:
    """West and east of a short piece of line, east above 180 where it crosses the 180th meridian."""
    if float(lons.max()) - float(lons.min()) > 180:
        lons = np.where(lons < 0, lons + 360, lons)
    return float(lons.min()), float(lons.max())


def _wrapped(lon: float) -> float:
    return (lon + 180) % 360 - 180


def _lon_lat(point: Point) -> list[float]:
    return [point.lon, point.lat]


def road_hit(hit: dict[str, Any], span: Span) -> RoadHit:
    """What a hit of `along` says; its last sort value is the id."""
    mark = next(m for m in map(mark_from_text, hit["fields"]["marks"]) if m.road == span.road)
    return RoadHit(hit["sort"][-1], mark.km, mark.offset_m, mark.side)


def cluster(bucket: dict[str, Any]) -> Cluster:
    """What a bucket of tiles says."""
    zoom, x, y = map(int, bucket["key"]["tile"].split("/"))
    lat, lon = bucket["lat"]["value"], bucket["lon"]["value"]
    # Rounding of a mean may pass the edge of the world.
    return Cluster((zoom, x, y), bucket["doc_count"], Point(max(-90, min(90, lat)), max(-180, min(180, lon))))
