"""Roads, stations along them, and the rooms over them, for tests."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from finder.kernel.geo import Point
from finder.roads.keeper import RoadKeeper
from finder.roads.model import Direction, Origin, PlaceKind, Post, Road, RoadId, RoadKind, RoadPlace
from finder.roads.search import RoadSearch
from finder.roads.store import Kept
from finder.stations.memory import MemoryIndex
from finder.stations.model import Station
from finder.stations.search import Search
from tests.contract.index_engines import station
from tests.unit.naive import NaiveBoard

LON = 112.7
KM_DEG = 1 / 111.0  # of latitude, about


@dataclass
class Stored:
    """A road store in memory, which can be away."""

    roads: list[Road] = field(default_factory=list)
    number: int = 0
    away: Exception | None = None

    async def put(self, roads: Sequence[Road]) -> list[Kept]:
        self.roads, self.number = list(roads), self.number + 1
        return [Kept(road.id, road.version, changed=True) for road in roads]

    async def remove(self, road_id: RoadId) -> bool:
        self.roads, self.number = [road for road in self.roads if road.id != road_id], self.number + 1
        return True

    async def current(self) -> list[Road]:
        if self.away:
            raise self.away
        return self.roads

    async def versions(self, road_id: RoadId) -> list[Road]:
        return [road for road in self.roads if road.id == road_id]

    async def revision(self) -> int:
        if self.away:
            raise self.away
        return self.number

    async def close(self) -> None:
        pass


def road(road_id: str = "g55", *, accuracy_m: float = 20, approximate: bool = False, north: float = 39.5) -> Road:
    """An expressway due north from 38 °N, posts on it, a service area and a sight beside it."""
    return Road(
        id=road_id,
        version=3,
        ref=road_id.upper(),
        name="二广高速",
        kind=RoadKind.EXPRESSWAY,
        parts=(((38.0, LON), (north, LON)),),
        origin=Origin(source="survey", licence="CC0", accuracy_m=accuracy_m, approximate=approximate),
        posts=(Post(10.0, Point(38.09, LON)), Post(20.0, Point(38.18, LON))),
        places=(
            RoadPlace(
                kind=PlaceKind.SERVICE_AREA, name="原平", place=Point(38.5, LON + 0.001), direction=Direction.FORWARD
            ),
            RoadPlace(kind=PlaceKind.SIGHT, name="塔", place=Point(38.2, LON + 0.01)),
        ),
    )


def at(km: float, east_m: float = 0.0, station_id: str | None = None) -> Station:
    """A station about so many kilometres along that road."""
    place = (38.0 + km * KM_DEG, LON + east_m / 87_700)
    return station(station_id or f"s/{km:g}{'l' if east_m < 0 else ''}", place)


@dataclass
class Rooms:
    store: Stored
    index: MemoryIndex
    board: NaiveBoard
    keeper: RoadKeeper
    search: Search
    roads: RoadSearch


async def rooms(*stations: Station, roads: Sequence[Road] = (), shipped: Sequence[Road] = ()) -> Rooms:
    """Everything started, with these stations in it."""
    store, index, board = Stored(list(roads), 1), MemoryIndex(), NaiveBoard()
    keeper = RoadKeeper(store, index, lambda: shipped)
    await keeper.start()
    await index.put(stations)
    search = Search(index, board, board.clock)
    return Rooms(store, index, board, keeper, search, RoadSearch(search, index, keeper))
