"""What is asked of Elasticsearch: filters, places and words in its own query language."""

from collections.abc import Sequence
from typing import Any, TypeAlias

from finder.kernel.geo import SPHERE_ERROR, Box, Point
from finder.stations.filter import Filter
from finder.stations.words import EDGE, grams

Clause: TypeAlias = dict[str, Any]

_SLACK_M = 1.0  # above what a geo_point's rounding and a quick arcsine do to a distance
_SLACK_DEGREES = 1e-6
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


def _lon_lat(point: Point) -> list[float]:
    return [point.lon, point.lat]
