"""Routes from an OSRM server (its HTTP API, version 1: project-osrm.org/docs, service `route`)."""

import math

import msgspec

from finder.errors import BadInput, RouterRefused
from finder.kernel.breaker import BreakerLimits
from finder.kernel.geo import Point
from finder.roads.router import MAX_POINTS, NoRoute, Route, timed
from finder.roads.router_http import Patience, RouterCaller

NAME = "OSRM 路线服务"
CREDIT = "© OpenStreetMap contributors (ODbL)"
_NO_ROUTE = frozenset({"NoRoute", "NoSegment"})


class _Geometry(msgspec.Struct):
    coordinates: list[tuple[float, float]]  # longitude, latitude


class _Annotation(msgspec.Struct):
    duration: list[float] = []  # seconds of each segment between two coordinates


class _Leg(msgspec.Struct):
    annotation: _Annotation = msgspec.field(default_factory=_Annotation)


class _Route(msgspec.Struct):
    geometry: _Geometry
    duration: float  # seconds
    distance: float  # metres
    legs: list[_Leg] = []


class _Answer(msgspec.Struct):
    code: str
    routes: list[_Route] = []


class OsrmRouter:
    """See Router. OSRM's own servers for trying it out are not for production: run one."""

    def __init__(self, base_url: str, patience: Patience | None = None, limits: BreakerLimits | None = None) -> None:
        self._caller = RouterCaller(NAME, base_url.rstrip("/"), patience, limits)

    async def route(self, begin: Point, end: Point) -> Route:
        """See Router."""
        path = f"/route/v1/driving/{_written(begin)};{_written(end)}"
        wanted = {"overview": "full", "geometries": "geojson", "annotations": "duration", "steps": "false"}
        drawn: list[Route] = []
        await self._caller.get(path, wanted, _Answer, lambda answer: drawn.append(self._read(answer)))
        return drawn[0]

    async def close(self) -> None:
        """Closes its connections."""
        await self._caller.close()

    def _read(self, answer: _Answer) -> Route:
        if answer.code in _NO_ROUTE:
            raise NoRoute
        if answer.code != "Ok":
            raise RouterRefused(
                f"{NAME}拒绝了请求（{answer.code[:40]}）", f"{NAME} refused the question ({answer.code[:40]})"
            )
        if not answer.routes:
            raise self._caller.lied("的应答中没有路线", "says Ok and tells no route")
        best = answer.routes[0]
        places = best.geometry.coordinates
        if not 2 <= len(places) <= MAX_POINTS or not 0 <= best.duration < math.inf:
            raise self._caller.lied("的路线无效", "drew a route that cannot be")
        try:
            points = [Point(lat, lon) for lon, lat in places]
        except BadInput:
            raise self._caller.lied("的路线不在地球上", "drew a route that leaves the earth") from None
        seconds = [each for leg in best.legs for each in leg.annotation.duration]
        if len(seconds) != len(points) - 1 or any(not 0 <= each < math.inf for each in seconds):
            return timed(points, best.duration / 60, credit=CREDIT)
        minutes = [0.0]
        for each in seconds:
            minutes.append(minutes[-1] + each / 60)
        return Route(points, minutes, credit=CREDIT)


def _written(point: Point) -> str:
    return f"{point.lon:.6f},{point.lat:.6f}"
