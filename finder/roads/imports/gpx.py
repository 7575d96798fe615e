"""Roads from GPX 1.1: tracks and routes are roads; waypoints named K12+300 are posts, those of a known type places."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

import gpxpy
import gpxpy.gpx

from finder.errors import BadInput
from finder.kernel.geo import Point
from finder.roads.heights import believed
from finder.roads.imports.draft import PLACE_KINDS, Draft, place_of, post_km
from finder.roads.imports.join import Way
from finder.roads.model import Post

Told: TypeAlias = gpxpy.gpx.GPXWaypoint | gpxpy.gpx.GPXTrackPoint | gpxpy.gpx.GPXRoutePoint
MAX_BYTES = 100 * 1024 * 1024


def read_gpx(path: Path) -> list[Draft]:
    """The roads of a file; waypoints belong to its only road. Raises BadInput."""
    if path.stat().st_size > MAX_BYTES:
        raise BadInput("GPX 超过 100 MB，请拆分", "the GPX is larger than 100 MB: split it", code="FILE")
    try:
        with path.open(encoding="utf-8") as file:
            told = gpxpy.parse(file)
    except (gpxpy.gpx.GPXException, ValueError) as bad:
        raise BadInput(f"GPX 无法读取：{bad}", f"the GPX cannot be read: {bad}", code="FILE") from bad
    drafts = []
    for n, track in enumerate(told.tracks, 1):
        draft = Draft(track.name or f"{path.stem}-{n}", name=track.name, source=told.author_name)
        draft.ways = [Way(tuple(_point(p) for p in s.points)) for s in track.segments]
        draft.heights = _heights([p for s in track.segments for p in s.points])
        drafts.append(draft)
    for n, route in enumerate(told.routes, len(drafts) + 1):
        draft = Draft(route.name or f"{path.stem}-{n}", name=route.name, source=told.author_name)
        draft.ways = [Way(tuple(_point(p) for p in route.points))]
        draft.heights = _heights(route.points)
        drafts.append(draft)
    for draft in drafts:
        draft.licence = told.copyright_license
    if len(drafts) == 1:
        _marks(drafts[0], told.waypoints)
    return drafts


def _point(each: Told) -> Point:
    return Point(each.latitude, each.longitude)


def _heights(points: Sequence[gpxpy.gpx.GPXTrackPoint] | Sequence[gpxpy.gpx.GPXRoutePoint]) -> dict[Point, float]:
    """Of those that tell one."""
    told = ((_point(each), believed(each.elevation)) for each in points)
    return {place: height for place, height in told if height is not None}


def _marks(draft: Draft, waypoints: list[gpxpy.gpx.GPXWaypoint]) -> None:
    for each in waypoints:
        kind = PLACE_KINDS.get((each.type or each.symbol or "").strip().lower())
        km = post_km(each.name or "")
        if kind is not None:
            draft.places.append(place_of(kind, each.name or "", _point(each)))
        elif km is not None:
            draft.posts.append(Post(km, _point(each)))
