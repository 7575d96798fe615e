"""The plainest index and board that keep the ports' promises, and a gateway over them, for tests of what lies above."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import msgspec

from finder.errors import OperatorUnavailable
from finder.graphql.ports import About, Gateway
from finder.kernel.geo import Box, Point, distance_m, tile_of
from finder.kernel.money import UnitPrice
from finder.live.board import DEFAULT_FRESHNESS, BoardHealth, Outcome
from finder.live.model import Change, Observation, Reading, Status
from finder.stations.filter import Filter
from finder.stations.index import Cluster, Hit, TextHit
from finder.stations.model import (
    ALWAYS,
    Access,
    Amenity,
    Attribute,
    Connector,
    ConnectorType,
    Construction,
    Current,
    Evse,
    OpeningHours,
    Operator,
    ParkingFee,
    Photo,
    Provenance,
    Station,
    StationState,
    Tariff,
    TariffPeriod,
)
from finder.stations.search import Search

NOW = datetime(2026, 3, 4, 2, 30, tzinfo=UTC)  # Wednesday 10:30 in Xinzhou
CENTRE = Point(38.4, 112.7)


class NaiveIndex:
    """Looks at every station, each time."""

    def __init__(self, stations: Iterable[Station] = ()) -> None:
        self.stations = {station.id: station for station in stations}
        self.asked = 0

    async def put(self, stations: Iterable[Station]) -> None:
        self.stations.update({station.id: station for station in stations})

    async def remove(self, ids: Iterable[str]) -> None:
        for each in ids:
            self.stations.pop(each, None)

    async def rebuild(self, stations: AsyncIterable[Sequence[Station]]) -> int:
        self.stations = {s.id: s async for batch in stations for s in batch}
        return len(self.stations)

    def _those(self, want: Filter) -> list[Station]:
        return [station for station in self.stations.values() if want.suits(station)]

    async def near(
        self, centre: Point, radius_m: float, want: Filter, limit: int, after: tuple[float, str] | None = None
    ) -> list[Hit]:
        self.asked += limit
        found = sorted((distance_m(centre, s.place), s.id) for s in self._those(want))
        return [Hit(i, d) for d, i in found if d <= radius_m and (after is None or (d, i) > after)][:limit]

    async def box(self, box: Box, want: Filter, limit: int, after: str | None = None) -> list[str]:
        ids = sorted(s.id for s in self._those(want) if box.contains(s.place))
        return [i for i in ids if after is None or i > after][:limit]

    async def clusters(self, box: Box, zoom: int, want: Filter) -> list[Cluster]:
        tiles: dict[tuple[int, int, int], list[Point]] = {}
        for station in self._those(want):
            if box.contains(station.place):
                tiles.setdefault(tile_of(station.place, zoom), []).append(station.place)
        return [Cluster(tile, len(places), places[0]) for tile, places in sorted(tiles.items())]

    async def text(self, words: str, want: Filter, limit: int, after: tuple[int, str] | None = None) -> list[TextHit]:
        hits = sorted((0 if s.name.startswith(words) else 1, s.id) for s in self._those(want) if words in s.name)
        return [TextHit(i, rank) for rank, i in hits if after is None or (rank, i) > after][:limit]

    async def get(self, ids: Sequence[str]) -> dict[str, Station]:
        return {i: self.stations[i] for i in ids if i in self.stations}

    async def count(self) -> int:
        return len(self.stations)

    async def ready(self) -> None:
        pass

    async def close(self) -> None:
        pass


class Followed:
    """A subscription that tells the changes it was given."""

    dropped = 0

    def __init__(self, changes: Iterable[Change]) -> None:
        self._changes = iter(list(changes))

    def __aiter__(self) -> "Followed":
        return self

    async def __anext__(self) -> Change:
        await asyncio.sleep(0)  # as one that waits for news lets others run
        try:
            return next(self._changes)
        except StopIteration:
            raise StopAsyncIteration from None


class NaiveBoard:
    """Statuses in a dict, at a held time."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now
        self.clock = lambda: self.now
        self.seen: dict[str, Observation] = {}
        self.changes: list[Change] = []
        self.followed: list[str] | None = None
        self.connected = True
        self.watchers: list[Callable[[str | None], None]] = []

    async def start(self) -> None:
        pass

    async def observe(self, observations: Iterable[Observation]) -> list[Outcome]:
        listed = list(observations)
        self.seen.update({each.evse_id: each for each in listed})
        for each in listed:
            for dropped in self.watchers:
                dropped(each.evse_id)
        return [Outcome.CHANGED for _ in listed]

    def read(self, evse_id: str) -> Reading:
        known = self.seen.get(evse_id)
        if known is None:
            return Reading(evse_id, Status.UNKNOWN, Status.UNKNOWN, None, None, True)
        until = known.observed_at + DEFAULT_FRESHNESS
        if until < self.now:
            return Reading(evse_id, Status.UNKNOWN, known.status, known.observed_at, known.source, True)
        return Reading(evse_id, known.status, known.status, known.observed_at, known.source, False, until)

    def read_all(self, evse_ids: Iterable[str]) -> list[Reading]:
        return [self.read(evse_id) for evse_id in evse_ids]

    def available(self, evse_id: str) -> bool:
        return self.read(evse_id).status is Status.AVAILABLE

    def watch(self, dropped: Callable[[str | None], None]) -> None:
        self.watchers.append(dropped)

    def set_freshness(self, limits: Mapping[str, timedelta]) -> None:
        pass

    async def block(self, evse_id: str, since: datetime, until: datetime, by: Iterable[str] = ()) -> None:
        raise NotImplementedError

    async def clear(self, evse_id: str, at: datetime) -> None:
        raise NotImplementedError

    async def forget(self, evse_ids: Iterable[str]) -> None:
        for each in evse_ids:
            self.seen.pop(each, None)
            for dropped in self.watchers:
                dropped(each)

    @asynccontextmanager
    async def subscribe(self, evse_ids: Iterable[str] | None = None) -> AsyncIterator[Followed]:
        self.followed = None if evse_ids is None else list(evse_ids)
        yield Followed(c for c in self.changes if self.followed is None or c.evse_id in self.followed)

    def health(self) -> BoardHealth:
        return BoardHealth(self.connected, 0.0, len(self.seen))

    async def close(self) -> None:
        pass


@dataclass(frozen=True)
class Trouble:
    source: str = "jinbei"
    name: str = "晋北充电"
    kind: str = "STATUS"
    code: str = "OPERATOR_UNAVAILABLE"
    error: OperatorUnavailable = field(
        default_factory=lambda: OperatorUnavailable("晋北充电没有响应", "Jinbei does not answer")
    )
    since: datetime = NOW - timedelta(minutes=3)
    retryable: bool = True


@dataclass(frozen=True)
class SomeFeed:
    source: str = "jinbei"
    name: str = "晋北充电"
    practice: bool = True
    stations: int = 12
    evses: int = 60
    stations_at: datetime | None = NOW - timedelta(hours=2)
    status_at: datetime | None = None


@dataclass
class SomeFinding:
    flaw: str = "FLAPPING"
    subject: str = "0001-0"
    since: datetime = NOW - timedelta(hours=1)
    last_at: datetime = NOW
    times: int = 3
    quarantined: bool = True

    def text(self, language: str) -> str:
        return "状态跳变" if language == "zh" else "flapping"


@dataclass
class SomeQuality:
    score: int | None = 88
    freshness: float | None = None
    completeness: float | None = 0.75
    consistency: float | None = 1.0
    missing: dict[str, int] = field(default_factory=lambda: {"PRICE": 3, "HOURS": 5})
    findings: list[SomeFinding] = field(default_factory=lambda: [SomeFinding()])


@dataclass
class SomeFeeds:
    troubles: list[Trouble] = field(default_factory=list)

    def failures(self) -> Sequence[Trouble]:
        return self.troubles

    def quality(self, source: str) -> SomeQuality:
        return SomeQuality()

    def feeds(self) -> Sequence[SomeFeed]:
        return [SomeFeed()]


@dataclass(frozen=True)
class SomePlace:
    name: str
    name_en: str | None
    place: Point
    kind: str = "COUNTY"


class SomePlaces:
    def search(self, text: str, first: int = 10) -> Sequence[SomePlace]:
        known = [SomePlace("繁峙县", "Fanshi", Point(39.19, 113.26)), SomePlace("代县", None, Point(39.07, 112.96))]
        return [place for place in known if text in place.name][:first]


def station(number: int, *, evses: int = 2, lon_step: float = 0.001, **more: object) -> Station:
    """One of a row of stations that leads east from the centre, with something in every field it can."""
    full = number % 2 == 0
    tariff = Tariff(
        id="t",
        periods=(
            TariffPeriod(start=0, end=480, electricity=UnitPrice(3000), service=UnitPrice(4000)),
            TariffPeriod(start=480, end=1440, electricity=UnitPrice(8000 + number), service=UnitPrice(4000)),
        ),
        text="按时段",
    )
    base = Station(
        id=f"jinbei/{number:04}",
        name=f'和平"{number}"号充电站',
        name_en="Heping" if full else None,
        operator=Operator(id="jinbei", name="晋北充电", phone="0350-0000000" if full else None),
        place=Point(CENTRE.lat, CENTRE.lon + number * lon_step),
        evses=tuple(
            Evse(
                id=f"jinbei/{number:04}-{k}",
                label=f"{k}号\n" if full else None,
                connectors=(
                    Connector(
                        id=f"{number:04}-{k}-1",
                        type=ConnectorType.GBT_DC,
                        current=Current.DC,
                        power_kw=60.0 + k,
                        voltage_v=750,
                        current_a=None if full else 250.0,
                    ),
                ),
            )
            for k in range(evses)
        ),
        provenance=(
            Provenance(source="jinbei", native_id=str(number), fetched_at=NOW - timedelta(hours=1)),
            Provenance(source="ocm", native_id="x", fetched_at=NOW, updated_at=NOW, licence="CC BY 4.0"),
        ),
        address="雁门大道" if full else None,
        area_code="140902",
        state=StationState.OPEN,
        construction=Construction.CAR_PARK,
        tariffs=(tariff,) if full else (),
        parking_fee=ParkingFee.FREE if full else ParkingFee.UNKNOWN,
        access=Access.PUBLIC,
        hours=ALWAYS if full else OpeningHours(spans=((0, 600), (1440, 1500)), text="周一") if number % 3 else None,
        amenities=(Amenity.TOILET, Amenity.WIFI) if full else (),
        attributes=(Attribute.SOLAR,) if full else (),
        photos=(Photo(url="https://example.org/1.jpg", caption="入口"),) if full else (),
        practice=True,
    )
    return msgspec.structs.replace(base, **more)


def seen(
    each: Station, status: Status = Status.AVAILABLE, *, ago_s: float = 30, only: int | None = None
) -> list[Observation]:
    """Observations of a station's EVSEs, or of its first `only`."""
    return [Observation(e.id, status, NOW - timedelta(seconds=ago_s), "jinbei") for e in each.evses[:only]]


@dataclass
class World:
    """A gateway and what lies below it."""

    index: NaiveIndex
    board: NaiveBoard
    feeds: SomeFeeds
    gateway: Gateway


def world(stations: Iterable[Station] = ()) -> World:
    """A world with these stations and an empty board."""
    index, board, feeds = NaiveIndex(stations), NaiveBoard(), SomeFeeds()
    about = About(
        "忻州充电地图",
        "Xinzhou charging finder",
        CENTRE,
        practice=True,
        notice_zh="演示数据",
        notice_en="Practice data",
    )
    search = Search(index, board, board.clock)
    return World(index, board, feeds, Gateway(search, board, feeds, SomePlaces(), about, board.clock))
