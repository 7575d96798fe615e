"""Keeps the coverage report at hand: it is made anew at most once in a while, off the event loop."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from finder.errors import NotFound
from finder.kernel.clock import Clock
from finder.kernel.geo import Point
from finder.roads.model import Road
from finder.stations.model import Station
from finder.supervision.coverage.measure import Scene
from finder.supervision.coverage.places import Places
from finder.supervision.coverage.plan import Plan
from finder.supervision.coverage.report import Report, report

FRESH = timedelta(minutes=1)


class Coverage:
    """The plan's targets against what is live in this process."""

    def __init__(
        self,
        plan: Plan | None,
        centre: Point,
        stations: Callable[[], Sequence[Station]],
        places: Places,
        roads: Callable[[], Awaitable[Sequence[Road]]],
        clock: Clock,
    ) -> None:
        self._plan, self._centre, self.stations, self._places = plan, centre, stations, places
        self._roads, self._clock = roads, clock
        self._scene: tuple[datetime, Scene] | None = None
        self._one_at_a_time = asyncio.Lock()

    async def report(self, year: int | None = None) -> Report:
        """Raises NotFound where the city has no plan, or the plan no such year; StoreUnavailable."""
        if self._plan is None:
            raise NotFound("本市没有规划数据", "there is no plan of this city", code="NO_PLAN")
        if year is not None and year not in self._plan.years:
            years = "、".join(map(str, self._plan.years))
            raise NotFound(
                f"规划没有 {year} 年（有 {years}）", f"the plan has no year {year}; it has {years}", code="NO_YEAR"
            )
        scene = await self._measured(self._plan)
        return await asyncio.to_thread(report, scene, year, self._clock())

    async def _measured(self, plan: Plan) -> Scene:
        async with self._one_at_a_time:
            now = self._clock()
            if self._scene is None or now - self._scene[0] > FRESH:
                places, roads = await self._places.all(), await self._roads()
                self._scene = now, Scene(plan, self._centre, list(self.stations()), places, roads)
            return self._scene[1]
