"""The port to whoever draws routes from door to door, and a route as it is drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from finder.errors import BadInput, NotFound
from finder.kernel.geo import GEOD, Point
from finder.kernel.line import Line
from finder.roads.course import Course
from finder.roads.model import Break

MAX_POINTS = 100_000  # of a drawn route; a client's polyline has a limit of its own


@dataclass(frozen=True)
class Route:
    """Places along the way, WGS-84, with the minutes at which each is reached and heights in metres, or none.

    Raises BadInput LINE_TOO_SHORT for fewer than two different places.
    """

    points: Sequence[Point]
    minutes: Sequence[float]
    heights_m: Sequence[float] | None = None
    credit: str | None = None  # whom to name for it
    breaks: Sequence[Break] = ()  # kilometres from its beginning on which the road is interrupted

    @cached_property
    def line(self) -> Line:
        """The way, measured along the ellipsoid."""
        return Line(self.points)

    @cached_property
    def course(self) -> Course:
        """As a car drives it; kilometres are those of the line."""
        lats = np.array([p.lat for p in self.points])
        lons = np.array([p.lon for p in self.points])
        metres = np.asarray(GEOD.inv(lons[:-1], lats[:-1], lons[1:], lats[1:])[2], dtype=np.float64)
        km = np.concatenate(([0.0], np.cumsum(metres))) / 1000
        heights = None if self.heights_m is None else np.asarray(self.heights_m, dtype=np.float64)
        return Course(km, np.asarray(self.minutes, dtype=np.float64), heights, self.breaks)


def timed(
    points: Sequence[Point], minutes: float, heights_m: Sequence[float] | None = None, credit: str | None = None
) -> Route:
    """A route that is driven at one speed."""
    lats, lons = np.array([p.lat for p in points]), np.array([p.lon for p in points])
    if len(points) < 2:
        raise BadInput("线路至少要有两个不同的点", "a line needs at least two different places", code="LINE_TOO_SHORT")
    metres = np.asarray(GEOD.inv(lons[:-1], lats[:-1], lons[1:], lats[1:])[2], dtype=np.float64)
    passed = np.concatenate(([0.0], np.cumsum(metres)))
    share = passed / passed[-1] if passed[-1] > 0 else passed
    return Route(points, (share * minutes).tolist(), heights_m, credit)


class Router(Protocol):
    """Draws routes for cars. It answers within seconds or not at all."""

    async def route(self, begin: Point, end: Point) -> Route:
        """The way that it recommends. Raises NoRoute, RouterUnavailable, RouterRefused, RouterLied."""

    async def close(self) -> None:
        """Lets go of connections."""


class NoRoute(NotFound):
    """No road leads from the one place to the other."""

    default_code = "NO_ROUTE"

    def __init__(self) -> None:
        super().__init__(
            "两地之间没有可驾车的路线，请检查起点和终点",
            "no road leads from the one place to the other: check where you start and where you go",
        )


class NoRouter:
    """Where none is set up: routes come from the client or from the roads."""

    async def route(self, begin: Point, end: Point) -> Route:
        """Refuses."""
        raise BadInput(
            "本站未配置路线服务：请提供路线折线，或选择一条道路及公里范围",
            "no routing service is set up here: give a polyline, or a road with its kilometres",
            code="NO_ROUTER",
        )

    async def close(self) -> None:
        """Holds nothing."""
