"""Routes from Amap's web service (驾车路线规划 2.0: lbs.amap.com/api/webservice/guide/api/newroute).

Amap speaks GCJ-02 and we speak WGS-84: this is the edge where the one becomes the other. It has no key of ours in
any address that is logged, and numbers come as texts.
"""

import math
from collections.abc import Iterator

import msgspec
from pydantic import SecretStr

from finder.errors import BadInput, FinderError, RouterRefused, RouterUnavailable
from finder.kernel.breaker import BreakerLimits
from finder.kernel.geo import Point, gcj02_from_wgs84, wgs84_from_gcj02
from finder.roads.router import MAX_POINTS, NoRoute, Route, timed
from finder.roads.router_http import Patience, RouterCaller

NAME = "高德路线服务"
CREDIT = "© 高德 AutoNavi"
_ELECTRIC = "1"
_RECOMMENDED = "32"
# From its table of states (错误码说明). What is over is over until midnight or for the next second.
_OVER = frozenset({"10003", "10010", "10014", "10019", "10020", "10021", "10029", "10044", "10045"})
_BUSY = frozenset({"10004", "10015", "10016", "10017", "20003"})
_NO_ROUTE = frozenset({"20800", "20801", "20802", "20803"})


class _Cost(msgspec.Struct):
    duration: str = ""  # seconds


class _Step(msgspec.Struct):
    polyline: str = ""  # lon,lat;lon,lat;… in GCJ-02
    cost: _Cost = msgspec.field(default_factory=_Cost)


class _Path(msgspec.Struct):
    distance: str = ""  # metres
    cost: _Cost = msgspec.field(default_factory=_Cost)
    steps: list[_Step] = []


class _Drawn(msgspec.Struct):
    paths: list[_Path] = []


class _Answer(msgspec.Struct):
    status: str
    infocode: str = ""
    route: _Drawn = msgspec.field(default_factory=_Drawn)


class AmapRouter:
    """See Router."""

    def __init__(
        self, base_url: str, key: SecretStr, patience: Patience | None = None, limits: BreakerLimits | None = None
    ) -> None:
        self._key = key
        self._caller = RouterCaller(NAME, base_url.rstrip("/"), patience, limits)

    async def route(self, begin: Point, end: Point) -> Route:
        """See Router."""
        wanted = {
            "key": self._key.get_secret_value(),
            "origin": _written(begin),
            "destination": _written(end),
            "strategy": _RECOMMENDED,
            "cartype": _ELECTRIC,
            "show_fields": "cost,polyline",
        }
        drawn: list[Route] = []
        await self._caller.get("/v5/direction/driving", wanted, _Answer, lambda told: drawn.append(self._read(told)))
        return drawn[0]

    async def close(self) -> None:
        """Closes its connections."""
        await self._caller.close()

    def _read(self, answer: _Answer) -> Route:
        if answer.status != "1" or answer.infocode != "10000":
            raise _refusal(answer.infocode[:10])
        if not answer.route.paths:
            raise self._caller.lied("的应答中没有路线", "says OK and tells no route")
        best = answer.route.paths[0]
        try:
            points, minutes = _joined(best)
            whole = _number(best.cost.duration) / 60
        except (ValueError, BadInput):
            raise self._caller.lied("的路线无效", "drew a route that cannot be") from None
        if not 2 <= len(points) <= MAX_POINTS:
            raise self._caller.lied("的路线无效", "drew a route that cannot be")
        if minutes is None:
            return timed(points, whole, credit=CREDIT)
        return Route(points, minutes, credit=CREDIT)


def _joined(path: _Path) -> tuple[list[Point], list[float] | None]:
    """The steps end to end: places, and minutes where each step tells how long it lasts."""
    points: list[Point] = []
    minutes: list[float] = []
    told = all(step.cost.duration for step in path.steps)
    for step in path.steps:
        places = list(_places(step.polyline))
        if len(points) + len(places) > MAX_POINTS:
            raise ValueError("too many places")
        if not places:
            continue
        begun = minutes[-1] if minutes else 0.0
        lasts = _number(step.cost.duration) / 60 if told else 0.0
        passed = timed(places, lasts).minutes if len(places) > 1 else [lasts]
        skip = 1 if points and places[0] == points[-1] else 0
        points += places[skip:]
        minutes += [begun + each for each in passed[skip:]]
    return points, minutes if told else None


def _places(polyline: str) -> Iterator[Point]:
    for pair in polyline.split(";"):
        if pair:
            lon, _, lat = pair.partition(",")
            yield wgs84_from_gcj02(Point(_number(lat), _number(lon)))


def _number(text: str) -> float:
    value = float(text)
    if not 0 <= value < math.inf:  # China lies north of the equator and east of Greenwich
        raise ValueError("out of range")
    return value


def _written(point: Point) -> str:
    theirs = gcj02_from_wgs84(point)
    return f"{theirs.lon:.6f},{theirs.lat:.6f}"


def _refusal(infocode: str) -> FinderError:
    if infocode in _NO_ROUTE:
        return NoRoute()
    if infocode in _OVER:
        return RouterUnavailable(
            f"{NAME}的配额已用完（{infocode}），请稍后重试或提供路线折线",
            f"{NAME}'s quota is used up ({infocode}): try again later, or give a polyline",
            code="ROUTER_QUOTA",
        )
    if infocode in _BUSY:
        return RouterUnavailable(
            f"{NAME}繁忙（{infocode}），请稍后重试", f"{NAME} is busy ({infocode}): try again later"
        )
    return RouterRefused(
        f"{NAME}拒绝了请求（{infocode}），管理员请核对密钥",
        f"{NAME} refused the question ({infocode}): administrators, check the key",
    )
