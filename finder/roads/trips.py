"""Plans a trip for a driver: the way, the stations beside it, how free they are, and the plans."""

import asyncio
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeAlias

from finder.errors import BadInput, Busy, NotFound
from finder.kernel.clock import Clock
from finder.kernel.geo import Point
from finder.live.model import Status
from finder.roads.beside import BesideIndex, on_this_side, stations_beside
from finder.roads.candidates import ON_ROAD_M, candidates, thinned
from finder.roads.car import Car
from finder.roads.chance import chance_now
from finder.roads.model import Road, RoadId, RoadKind
from finder.roads.plan import plan_trip
from finder.roads.polyline import MAX_POINTS, encode_polyline
from finder.roads.router import NoRouter, Route, Router, timed
from finder.roads.search import DETOUR_FACTOR, MAX_DETOUR_KM
from finder.roads.trip import MAX_KM, Candidate, Chance, Objective, Pricing, Trip, TripAsk, Warn
from finder.roads.warn import about_road
from finder.stations.filter import Filter
from finder.stations.model import EvseId

MAX_AHEAD = timedelta(days=31)
NEAR_ROAD_M = 15_000.0  # of both ends, for a road to be taken where no router tells the way
MOST_AT_ONCE = 16  # of which two are being planned, and the others wait
_PLANNING_AT_ONCE = 2
# Driven on the whole, stops at lights and in towns included: our assumption where no router tells.
SPEED_KMH = {
    RoadKind.EXPRESSWAY: 95.0,
    RoadKind.NATIONAL: 60.0,
    RoadKind.PROVINCIAL: 55.0,
    RoadKind.TOURIST: 50.0,
    RoadKind.COUNTY: 40.0,
    RoadKind.OTHER: 50.0,
}


@dataclass(frozen=True, slots=True)
class DoorToDoor:
    """From a place to another, as the router goes."""

    begin: Point
    end: Point


@dataclass(frozen=True, slots=True)
class Polyline:
    """The client's own way, with heights in metres where it knows them."""

    points: Sequence[Point]
    kmh: float = 60.0
    heights_m: Sequence[float] | None = None


@dataclass(frozen=True, slots=True)
class AlongRoad:
    """A road from one kilometre to another, backwards where `to_km` is the smaller; None for its end."""

    road_id: RoadId
    from_km: float | None = None
    to_km: float | None = None


RoadsInUse: TypeAlias = Callable[[], Mapping[RoadId, Road]]
Way: TypeAlias = DoorToDoor | Polyline | AlongRoad


@dataclass(frozen=True, slots=True)
class Wish:
    """What a driver asks. `detour_km` is there and back, for one stop. See TripAsk for the charges."""

    way: Way
    car: Car
    leaves_at: datetime | None = None  # None: now
    start: float = 0.8
    reserve: float = 0.1
    arrive: float | None = None
    celsius: float | None = None
    objectives: Sequence[Objective] = (Objective.LEAST_TIME,)
    detour_km: float = 10.0
    include_practice: bool = True


@dataclass(frozen=True, slots=True)
class Planned:
    """A trip, the way that it goes, and the road where it is along one."""

    trip: Trip
    route: Route
    road: Road | None
    from_km: float | None  # of the road, where the trip begins
    off_road_km: float | None = None  # from the ends to the road, where no router told the way between

    @property
    def warnings(self) -> Sequence[Warn]:
        """The trip's, and the road's."""
        return [*self.trip.warnings, *about_road(self.road, self.off_road_km)]

    def polyline(self, most: int = 1_000) -> str:
        """The way, encoded, thinned to so many places."""
        points = self.route.points
        every = max(1, math.ceil((len(points) - 1) / (most - 1)))
        kept = list(points[:-1:every])
        return encode_polyline([*kept, points[-1]])


def _first(outlook: Chance | None, present: Chance) -> Chance:
    """What is foretold and, where nothing is, what is."""
    if outlook is None:
        return present

    def chance(candidate: Candidate, at: datetime) -> float | None:
        told = outlook(candidate, at)
        return present(candidate, at) if told is None else told

    return chance


class Trips:
    """Raises BadInput, NotFound, NoRoute, RouterError, Busy, IndexUnavailable, StoreUnavailable.

    `outlook` tells how likely a bay is free at a time to come; where it cannot say, the present counts are taken.
    """

    def __init__(
        self,
        index: BesideIndex,
        status: Callable[[EvseId], Status],
        pricing: Pricing,
        router: Router,
        roads: RoadsInUse,
        clock: Clock,
        outlook: Chance | None = None,
    ) -> None:
        self._index, self._status, self._pricing = index, status, pricing
        self._router, self._roads, self._clock, self._outlook = router, roads, clock, outlook
        self._turns, self._waiting = asyncio.Semaphore(_PLANNING_AT_ONCE), 0

    async def plan(self, wish: Wish) -> Planned:
        """Plans for each objective of the wish."""
        now = self._clock()
        leaves_at = wish.leaves_at or now
        _check(wish, leaves_at, now)
        if self._waiting >= MOST_AT_ONCE:
            raise Busy("正在规划的行程过多，请稍后重试", "too many trips are being planned: try again in a moment")
        self._waiting += 1
        try:
            async with self._turns:
                return await self._plan(wish, leaves_at, now)
        finally:
            self._waiting -= 1

    async def close(self) -> None:
        """Lets go of the router's connections."""
        await self._router.close()

    async def _plan(self, wish: Wish, leaves_at: datetime, now: datetime) -> Planned:
        way, off_road_km = self._by_road(wish.way)
        route, road, from_km = await self._way(way)
        course = await asyncio.to_thread(lambda: route.course)
        if course.length_km > MAX_KM:
            raise BadInput(
                f"路线最长 {MAX_KM:g} 公里，请分段规划",
                f"a trip has at most {MAX_KM:g} km: plan it in parts",
                code="TRIP",
            )
        want = Filter(connector_types=wish.car.plugs, include_practice=wish.include_practice)
        # Only now: a line is divided into pieces, which a length without bounds would make without number.
        line = await asyncio.to_thread(lambda: route.line)
        accuracy_m = road.origin.accuracy_m if road else 0.0
        # What lies nearer than the road's line can tell may well lie on the road.
        reach_m = max(wish.detour_km / 2 / DETOUR_FACTOR * 1000, ON_ROAD_M, accuracy_m)
        found = await stations_beside(self._index, line, reach_m, want)
        if road is not None:
            found = on_this_side(road, found, forward=isinstance(way, AlongRoad) and _forward(road, way))
        suited = candidates(wish.car, course, found, leaves_at, accuracy_m)
        kept = thinned(wish.car, course.length_km, suited)
        ask = TripAsk(
            car=wish.car,
            course=course,
            candidates=kept,
            leaves_at=leaves_at,
            start=wish.start,
            reserve=wish.reserve,
            arrive=wish.arrive,
            celsius=wish.celsius,
            suited_km=tuple(each.km for each in suited),
        )
        chance = _first(self._outlook, self._as_it_is(kept, now))
        trip = await asyncio.to_thread(plan_trip, ask, self._pricing, chance, wish.objectives)
        return Planned(trip, route, road, from_km, off_road_km)

    def _as_it_is(self, kept: Sequence[Candidate], now: datetime) -> Chance:
        """The board as it is read once, here, and not from another thread."""
        seen = {evse.id: self._status(evse.id) for each in kept for evse in each.station.evses}
        return chance_now(lambda evse_id: seen.get(evse_id, Status.UNKNOWN), now)

    async def _way(self, way: Way) -> tuple[Route, Road | None, float | None]:
        match way:
            case DoorToDoor(begin, end):
                return await self._router.route(begin, end), None, None
            case Polyline(points, kmh, heights):
                return _drawn(points, kmh, heights), None, None
            case AlongRoad(road_id, from_km, to_km):
                road = self._road(road_id)
                begin_km = road.begin_km if from_km is None else road.meant(from_km)
                end_km = road.end_km if to_km is None else road.meant(to_km)
                low, high = sorted((road.begin_km, road.end_km))
                if not (low - 0.01 <= min(begin_km, end_km) and max(begin_km, end_km) <= high + 0.01):
                    raise BadInput(
                        f"公里数应在 {low:.1f} 至 {high:.1f} 之间",
                        f"the kilometres must be {low:.1f} to {high:.1f}",
                        code="KM_OUT_OF_RANGE",
                    )
                return await asyncio.to_thread(_on_road, road, begin_km, end_km), road, begin_km

    def _by_road(self, way: Way) -> tuple[Way, float | None]:
        """Without a router, the road that leads past both places, and how far they are from it together."""
        if not isinstance(way, DoorToDoor) or not isinstance(self._router, NoRouter):
            return way, None
        near = []
        for road in self._roads().values():
            a, b = road.locate(way.begin), road.locate(way.end)
            if max(a.offset_m, b.offset_m) <= NEAR_ROAD_M and a.km != b.km:
                near.append((a.offset_m + b.offset_m, road.id, a.km, b.km))
        if not near:
            return way, None  # the router says what to give instead
        off, road_id, begin_km, end_km = min(near)
        return AlongRoad(road_id, begin_km, end_km), off / 1000

    def _road(self, road_id: RoadId) -> Road:
        road = self._roads().get(road_id)
        if road is None:
            raise NotFound(f"没有道路 {road_id[:40]!r}", f"there is no road {road_id[:40]!r} here", code="NO_SUCH_ROAD")
        return road


def _on_road(road: Road, begin_km: float, end_km: float) -> Route:
    heights_m = road.heights_between(begin_km, end_km)
    route = _drawn(road.points_between(begin_km, end_km), SPEED_KMH[road.kind], heights_m)
    return replace(route, breaks=road.breaks_between(begin_km, end_km))


def _forward(road: Road, way: AlongRoad) -> bool:
    begin = road.begin_km if way.from_km is None else way.from_km
    return begin <= (road.end_km if way.to_km is None else way.to_km)


def _drawn(points: Sequence[Point], kmh: float, heights_m: Sequence[float] | None) -> Route:
    if heights_m is not None and len(heights_m) != len(points):
        raise BadInput(
            "高程应与折线的点一一对应", "there must be one height for each place of the line", code="HEIGHTS"
        )
    timeless = timed(points, 1.0, heights_m)
    return timed(points, timeless.course.length_km / kmh * 60, heights_m)


def _check(wish: Wish, leaves_at: datetime, now: datetime) -> None:
    if not now - timedelta(minutes=5) <= leaves_at <= now + MAX_AHEAD:
        raise BadInput(
            f"出发时间应在现在至 {MAX_AHEAD.days} 天之内",
            f"one must leave between now and {MAX_AHEAD.days} days from now",
            code="LEAVES_OUT_OF_RANGE",
        )
    if not 0 <= wish.detour_km <= MAX_DETOUR_KM:
        raise BadInput(
            f"绕行应在 0 至 {MAX_DETOUR_KM:g} 公里之间",
            f"a detour must be 0 to {MAX_DETOUR_KM:g} km",
            code="DETOUR_OUT_OF_RANGE",
        )
    if isinstance(wish.way, Polyline):
        if not 2 <= len(wish.way.points) <= MAX_POINTS:
            raise BadInput(
                f"折线应有 2 至 {MAX_POINTS} 个点", f"a polyline has 2 to {MAX_POINTS} places", code="POLYLINE"
            )
        if not all(-500 <= height <= 9_000 for height in wish.way.heights_m or ()):
            raise BadInput("高程应在 -500 至 9000 米之间", "heights must be -500 to 9,000 m", code="HEIGHTS")
        if not 5 <= wish.way.kmh <= 150:
            raise BadInput("车速应在 5 至 150 km/h 之间", "the speed must be 5 to 150 km/h", code="SPEED")
