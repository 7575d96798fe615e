"""Routing services to practise on: OSRM's and Amap's own HTTP APIs over one made-up road, with faults to switch on.

The road is a bow between the two places, driven at 60 km/h for its first half and 90 km/h for the other. Places off
the mainland's middle (west of 100° E) have no road.
"""

import asyncio
import contextlib
import math
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise

import msgspec
from rich.console import Console
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from finder.errors import BadInput
from finder.kernel.geo import Point, distance_m, gcj02_from_wgs84, wgs84_from_gcj02
from finder.sandbox.control import Switchboard, control_routes
from finder.sandbox.serve import served

PIECES = 60
NO_ROAD_WEST_OF = 100.0
FAST_KMH, SLOW_KMH = 90.0, 60.0


@dataclass(slots=True)
class PracticeRouters:
    """`GET /osrm/route/v1/driving/…` and `GET /amap/v5/direction/driving`; handles at /osrm/_faults, /amap/_faults.

    `quota` is how many routes Amap draws for the key before it says that the day's are used up.
    """

    key: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    quota: int = 1_000_000
    osrm: Switchboard = field(default_factory=Switchboard)
    amap: Switchboard = field(default_factory=Switchboard)

    def app(self) -> Starlette:
        """Both services."""
        return Starlette(
            routes=[
                Mount(
                    "/osrm",
                    routes=[
                        Route("/route/v1/{profile}/{coordinates:path}", self._osrm),
                        *control_routes(self.osrm, None),
                    ],
                ),
                Mount("/amap", routes=[Route("/v5/direction/driving", self._amap), *control_routes(self.amap, None)]),
            ]
        )

    async def _osrm(self, request: Request) -> Response:
        if (misbehaved := await self.osrm.misbehave(request)) is not None:
            return misbehaved
        if self.osrm.faults.busy:
            return JSONResponse({"code": "TooBig", "message": "Too many trace coordinates"}, 400)
        try:
            begin, end = (_read(pair) for pair in request.path_params["coordinates"].split(";"))
        except (ValueError, BadInput):
            return JSONResponse({"code": "InvalidQuery", "message": "Query string malformed close to position 0"}, 400)
        if min(begin.lon, end.lon) < NO_ROAD_WEST_OF:
            return JSONResponse({"code": "NoRoute", "message": "Impossible route between points"}, 400)
        points = road(begin, end)
        seconds = driven_s(points)
        leg = {"distance": length_m(points), "duration": round(sum(seconds), 1), "steps": [], "summary": ""}
        if request.query_params.get("annotations"):
            leg["annotation"] = {"duration": [round(each, 1) for each in seconds]}
        geometry = {"type": "LineString", "coordinates": [[round(p.lon, 6), round(p.lat, 6)] for p in points]}
        drawn = {"geometry": geometry, "legs": [leg], "weight_name": "routability", "weight": leg["duration"]}
        drawn |= {"distance": leg["distance"], "duration": leg["duration"]}
        waypoints = [{"name": "", "location": [p.lon, p.lat], "distance": 0.0, "hint": ""} for p in (begin, end)]
        return _json({"code": "Ok", "routes": [drawn], "waypoints": waypoints})

    async def _amap(self, request: Request) -> Response:
        if (misbehaved := await self.amap.misbehave(request)) is not None:
            return misbehaved
        asked = request.query_params
        if not secrets.compare_digest(asked.get("key", "").encode(), self.key.encode()):
            return _refused("INVALID_USER_KEY", "10001")
        if self.amap.faults.busy:
            return _refused("ACCESS_TOO_FREQUENT", "10004")
        if self.quota <= 0:
            return _refused("USER_DAILY_QUERY_OVER_LIMIT", "10044")
        self.quota -= 1
        try:
            begin, end = (wgs84_from_gcj02(_read(asked[name])) for name in ("origin", "destination"))
        except (KeyError, ValueError, BadInput):
            return _refused("INVALID_PARAMS", "20000")
        if min(begin.lon, end.lon) < NO_ROAD_WEST_OF:
            return _refused("ROUTE_FAIL", "20802")
        points = road(begin, end)
        return _json(self._drawn(points, set(asked.get("show_fields", "").split(","))))

    def _drawn(self, points: list[Point], fields: set[str]) -> dict[str, object]:
        seconds, steps = driven_s(points), []
        for first in range(0, PIECES, 15):
            part, lasts = points[first : first + 16], round(sum(seconds[first : first + 15]))
            step: dict[str, object] = {"instruction": "直行", "road_name": "演示路", "step_distance": _metres(part)}
            if "cost" in fields:
                step["cost"] = {"duration": f"{lasts}"}
            if "polyline" in fields:
                step["polyline"] = ";".join(_written(p) for p in part)
            steps.append(step)
        path: dict[str, object] = {"distance": _metres(points), "restriction": "0", "steps": steps}
        if "cost" in fields:
            path["cost"] = {"duration": f"{round(sum(seconds))}", "tolls": "0", "traffic_lights": "0"}
        route = {"origin": _written(points[0]), "destination": _written(points[-1]), "paths": [path]}
        return {"status": "1", "info": "OK", "infocode": "10000", "count": "1", "route": route}


def road(begin: Point, end: Point) -> list[Point]:
    """PIECES + 1 places on a bow to the left of the straight way, at most a twentieth of it off."""
    dlat, dlon = end.lat - begin.lat, end.lon - begin.lon
    shares = [n / PIECES for n in range(PIECES + 1)]
    off = [math.sin(math.pi * share) / 20 for share in shares]
    return [
        Point(begin.lat + dlat * share + dlon * away, begin.lon + dlon * share - dlat * away)
        for share, away in zip(shares, off, strict=True)
    ]


def length_m(points: list[Point]) -> float:
    """Metres along them."""
    return round(sum(distance_m(a, b) for a, b in pairwise(points)), 1)


def driven_s(points: list[Point]) -> list[float]:
    """Seconds of each piece."""
    half = len(points) // 2
    return [
        distance_m(a, b) / 1000 / (SLOW_KMH if n < half else FAST_KMH) * 3600
        for n, (a, b) in enumerate(pairwise(points))
    ]


@asynccontextmanager
async def routers_running(routers: PracticeRouters, port: int = 0) -> AsyncIterator[str]:
    """Serves them on loopback; yields the base URL, without /osrm or /amap. Raises OSError where the port is taken."""
    async with served(routers.app(), port=port) as url:
        yield url


def run_routers(port: int) -> None:
    """`finder sandbox --routers`: serves until interrupted, and tells people where and under which key."""

    async def serve() -> None:
        routers = PracticeRouters()
        async with routers_running(routers, port) as url:
            console = Console(stderr=True, highlight=False, soft_wrap=True)
            console.print("\n  演示路线服务，道路是虚构的 · practice routing services over a made-up road")
            console.print(f"  export FINDER_ROUTER_URL=osrm+{url}/osrm")
            console.print(f"  export FINDER_ROUTER_URL=amap+{url}/amap FINDER_ROUTER_KEY={routers.key}\n")
            await asyncio.Event().wait()

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve())


def _read(pair: str) -> Point:
    lon, lat = pair.split(",")
    return Point(float(lat), float(lon))


def _written(point: Point) -> str:
    theirs = gcj02_from_wgs84(point)
    return f"{theirs.lon:.6f},{theirs.lat:.6f}"


def _metres(points: list[Point]) -> str:
    return f"{round(length_m(points))}"


def _refused(info: str, infocode: str) -> Response:
    return _json({"status": "0", "info": info, "infocode": infocode})


def _json(value: object) -> Response:
    return Response(msgspec.json.encode(value), media_type="application/json")
