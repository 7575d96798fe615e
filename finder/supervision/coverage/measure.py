"""Measures each of the plan's targets on the stations that are there, and says so where it cannot."""

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from finder.kernel.geo import Point, distance_m
from finder.roads.model import PlaceKind as OnRoad
from finder.roads.model import Road, RoadKind, between_chargers, gaps
from finder.stations.model import Access, Attribute, ConnectorType, Current, Evse, Station, StationState
from finder.supervision.coverage.nearest import Nearest
from finder.supervision.coverage.places import Place, PlaceKind
from finder.supervision.coverage.plan import Plan

COVERED_KM = {PlaceKind.TOWNSHIP: 5.0, PlaceKind.VILLAGE: 2.0, PlaceKind.SIGHT: 2.0}  # from the place's one point
ON_ROAD_KM = 3.0  # a charger so near a road serves it
AT_PLACE_KM = 1.0  # a charger so near a service area belongs to it
STATIONS_OF_A_COUNTY, PILES_OF_A_COUNTY = 2, 30
GRID_KM = 0.5
_CLOSED = (StationState.PLANNED, StationState.CLOSED)


@dataclass(frozen=True, slots=True)
class Measured:
    """What a target comes to. `value` is None where `why` says what is missing; `lacking` names what is not covered.

    `approximate`: it rests on a road, a border or a place that is itself approximate.
    """

    value: float | None
    why: str | None = None
    approximate: bool = False
    lacking: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Piles:
    """Public stations, piles, and of these the fast ones."""

    stations: int = 0
    piles: int = 0
    fast: int = 0


@dataclass(frozen=True, slots=True)
class RoadCover:
    """A road, its chargers by kilometre, and the longest way between two of them or to an end of it."""

    road: Road
    chargers: Sequence[tuple[float, Station]]
    longest_km: float
    longest_from_km: float
    gaps: Sequence[tuple[float, float]]  # above 50 km


@dataclass(frozen=True)
class Scene:
    """Everything that is measured: stations, places, roads, the plan, and the city's centre."""

    plan: Plan
    centre: Point
    stations: Sequence[Station]
    places: Sequence[Place] = ()
    roads: Sequence[Road] = ()
    county_of: Callable[[Station], str | None] = field(default=lambda station: station.area_code)

    @cached_property
    def open(self) -> list[Station]:
        """Stations that work and that the public may use; unknown access counts as public."""
        return [s for s in self.stations if s.access is not Access.PRIVATE and s.state not in _CLOSED and not _swap(s)]

    @cached_property
    def near(self) -> Nearest:
        """Finds the nearest of them."""
        return Nearest([station.place for station in self.open])

    @cached_property
    def road_covers(self) -> list[RoadCover]:
        """Each road with its chargers."""
        return [_road_cover(road, self.open) for road in self.roads]

    @cached_property
    def by_county(self) -> Mapping[str, Piles]:
        """By county code; the code that no county of the plan has is ''."""
        known = {county.code for county in self.plan.counties}
        found: dict[str, list[Station]] = defaultdict(list)
        for station in self.open:
            code = (self.county_of(station) or "")[:6]
            found[code if code in known else ""].append(station)
        return {code: count(stations) for code, stations in found.items()}

    def of(self, kind: PlaceKind) -> list[Place]:
        """The places of this kind."""
        return [place for place in self.places if place.kind is kind]


def piles(evses: Iterable[Evse]) -> int:
    """Piles: pieces of equipment, where the operator numbers them, else EVSEs."""
    return len({evse.equipment_id or evse.id for evse in evses})


def fast(station: Station) -> list[Evse]:
    """The EVSEs that charge with direct current."""
    return [evse for evse in station.evses if any(plug.current is Current.DC for plug in evse.connectors)]


def count(stations: Collection[Station]) -> Piles:
    """What these come to."""
    return Piles(len(stations), sum(piles(s.evses) for s in stations), sum(piles(fast(s)) for s in stations))


def _swap(station: Station) -> bool:
    bays = [plug.type for evse in station.evses for plug in evse.connectors]
    return Attribute.SWAP in station.attributes or all(each is ConnectorType.SWAP_BAY for each in bays)


def measure(scene: Scene) -> dict[str, Measured]:
    """Every target of the plan, by key."""
    return {goal.key: _HOW.get(goal.key, _not("NOT_MEASURED"))(scene) for goal in scene.plan.goals}


def _public_piles(scene: Scene) -> Measured:
    return Measured(count(scene.open).piles)


def _swap_stations(scene: Scene) -> Measured:
    return Measured(sum(_swap(s) for s in scene.stations if s.state not in _CLOSED))


def _counties(scene: Scene) -> Measured:
    lacking = []
    for county in scene.plan.counties:
        there = scene.by_county.get(county.code, Piles())
        if there.stations < STATIONS_OF_A_COUNTY or there.piles < PILES_OF_A_COUNTY:
            lacking.append(f"{county.name}（{there.stations} 站 {there.piles} 桩）")
    return Measured(len(scene.plan.counties) - len(lacking), lacking=lacking)


def _covered(kind: PlaceKind) -> Callable[[Scene], Measured]:
    def how(scene: Scene) -> Measured:
        places = scene.of(kind)
        known = [(place, place.at) for place in places if place.at is not None]
        if not known:
            return Measured(None, "NO_PLACES")
        ways = scene.near.km([at for _, at in known])
        lacking = [place.name for (place, _), km in zip(known, ways, strict=True) if km > COVERED_KM[kind]]
        # One point stands for a whole township, and a place without one is not counted at all.
        return Measured(len(known) - len(lacking), None, True, lacking)

    return how


def _rural(scene: Scene) -> Measured:
    places = [p for p in scene.places if p.kind is not PlaceKind.SIGHT and p.at is not None]
    outside = [
        (p.name, p.at)
        for p in places
        if p.at is not None and distance_m(p.at, scene.centre) > scene.plan.edge_km * 1000
    ]
    if not outside:
        return Measured(None, "NO_PLACES")
    ways = scene.near.km([at for _, at in outside])
    farthest = max(range(len(ways)), key=ways.__getitem__)
    if math.isinf(ways[farthest]):
        return Measured(None, "NO_STATIONS")
    return Measured(round(ways[farthest], 1), None, True, [outside[farthest][0]])


def _ring(inner: str | None, outer: str) -> Callable[[Scene], Measured]:
    def how(scene: Scene) -> Measured:
        least = getattr(scene.plan, inner) if inner else 0.0
        ways = scene.near.km(list(_grid(scene.centre, least, getattr(scene.plan, outer))))
        if math.isinf(max(ways)):
            return Measured(None, "NO_STATIONS")
        return Measured(round(max(ways), 1), None, True)

    return how


def _grid(centre: Point, inner_km: float, outer_km: float) -> Iterator[Point]:
    """Points half a kilometre apart between two circles."""
    steps = math.ceil(outer_km / GRID_KM)
    lat_km, lon_km = 111.2, 111.3 * math.cos(math.radians(centre.lat))
    for x in range(-steps, steps + 1):
        for y in range(-steps, steps + 1):
            if inner_km <= math.hypot(x, y) * GRID_KM <= outer_km:
                yield Point(centre.lat + y * GRID_KM / lat_km, centre.lon + x * GRID_KM / lon_km)


def _road_cover(road: Road, stations: Sequence[Station]) -> RoadCover:
    # A road of which only places are known says no more of an offset than its own accuracy.
    reach_m = max(ON_ROAD_KM * 1000, road.origin.accuracy_m if road.origin.approximate else 0.0)
    seen = ((road.locate(station.place), station) for station in stations if _about(road, station.place, reach_m))
    chargers = sorted(((at.km, s) for at, s in seen if abs(at.offset_m) <= reach_m), key=lambda pair: pair[0])
    kms = [km for km, _ in chargers]
    longest = max(between_chargers(road.begin_km, road.end_km, kms, road.breaks), key=lambda way: way.km)
    found = gaps(road.begin_km, road.end_km, kms, breaks=road.breaks)
    return RoadCover(road, chargers, longest.km, longest.from_km, [(gap.from_km, gap.to_km) for gap in found])


def _about(road: Road, place: Point, reach_m: float) -> bool:
    """Whether a place may be within reach of any part of the road: a box, before the exact distance."""
    lat, lon = reach_m / 111_000 + 0.01, reach_m / 111_000 / max(0.1, math.cos(math.radians(place.lat))) + 0.01
    lats = [each[0] for part in road.parts for each in part]
    lons = [each[1] for part in road.parts for each in part]
    return min(lats) - lat <= place.lat <= max(lats) + lat and min(lons) - lon <= place.lon <= max(lons) + lon


def _roads(scene: Scene) -> Measured:
    if not scene.road_covers:
        return Measured(None, "NO_ROADS")
    worst = max(scene.road_covers, key=lambda cover: cover.longest_km)
    rough = any(cover.road.origin.approximate for cover in scene.road_covers)
    gaps = [f"{c.road.name} K{a:.0f}–K{b:.0f}（{b - a:.0f} km）" for c in scene.road_covers for a, b in c.gaps]
    return Measured(round(worst.longest_km, 1), None, rough, gaps)


def _at_places(kind: OnRoad, kinds: Collection[RoadKind], *, only_fast: bool = False) -> Callable[[Scene], Measured]:
    def how(scene: Scene) -> Measured:
        roads = [road for road in scene.roads if road.kind in kinds]
        places = {place.name: place.place for road in roads for place in road.places if place.kind is kind}
        if not places:
            return Measured(None, "NO_ROAD_PLACES")
        chargers = [s.place for s in scene.open if fast(s)] if only_fast else [s.place for s in scene.open]
        ways = Nearest(chargers).km(list(places.values()))
        lacking = [name for name, km in zip(places, ways, strict=True) if km > AT_PLACE_KM]
        return Measured(len(places) - len(lacking), lacking=lacking)

    return how


def _not(why: str) -> Callable[[Scene], Measured]:
    return lambda _: Measured(None, why)


_TRUNK = (RoadKind.NATIONAL, RoadKind.PROVINCIAL)
_HOW: Mapping[str, Callable[[Scene], Measured]] = {
    "public_piles": _public_piles,
    "swap_stations": _swap_stations,
    "counties_equipped": _counties,
    "townships_covered": _covered(PlaceKind.TOWNSHIP),
    "villages_covered": _covered(PlaceKind.VILLAGE),
    "sights_covered": _covered(PlaceKind.SIGHT),
    "rural_distance": _rural,
    "core_distance": _ring(None, "core_km"),
    "edge_distance": _ring("core_km", "edge_km"),
    "road_distance": _roads,
    "waystations": _at_places(OnRoad.WAYSTATION, (RoadKind.TOURIST,)),
    "rv_camps": _at_places(OnRoad.RV_CAMP, (RoadKind.TOURIST,)),
    "trunk_road_stops": _at_places(OnRoad.PARKING_AREA, _TRUNK),
    "service_areas": _at_places(OnRoad.SERVICE_AREA, (RoadKind.EXPRESSWAY,)),
    "service_areas_fast": _at_places(OnRoad.SERVICE_AREA, (RoadKind.EXPRESSWAY,), only_fast=True),
    "piles_per_vehicle": _not("NO_VEHICLE_COUNT"),
    "car_park_share": _not("NO_BAY_COUNT"),
}
WHY = {
    "NO_PLACES": ("尚未导入这类地点的坐标", "no places of this kind with coordinates are imported"),
    "NO_STATIONS": ("还没有充电站", "there is no station"),
    "NO_ROADS": ("没有道路", "there are no roads"),
    "NO_ROAD_PLACES": ("道路数据中没有这类设施", "the roads' data name no such places"),
    "NO_VEHICLE_COUNT": ("需要本市新能源汽车保有量", "it needs the number of electric vehicles in the city"),
    "NO_BAY_COUNT": ("需要公共停车场的车位总数", "it needs the number of all bays in public car parks"),
    "NOT_MEASURED": ("尚不能测量", "it cannot be measured yet"),
}
