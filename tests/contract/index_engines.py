"""The engines of the station index, stations to put into them, and the plain meaning that both must agree with."""

import os
import random
import uuid
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from finder.dev.elasticsearch import CannotStart, running
from finder.kernel.geo import Box, Point, distances_m, tile_of
from finder.stations.elastic import ElasticIndex
from finder.stations.filter import Filter
from finder.stations.index import StationIndex
from finder.stations.memory import MemoryIndex
from finder.stations.model import (
    ALWAYS,
    Access,
    Attribute,
    Connector,
    ConnectorType,
    Evse,
    OpeningHours,
    Operator,
    ParkingFee,
    Provenance,
    Station,
)
from finder.stations.words import query_words, station_words

HOME = Path(__file__).parents[2] / ".cache" / "elasticsearch"
ENGINES = ["memory", pytest.param("elastic", marks=[pytest.mark.elastic, pytest.mark.slow])]


@pytest.fixture(scope="session")
def elastic_url() -> Iterator[str]:
    """FINDER_TEST_ELASTIC_URL, or an embedded node for this session."""
    given = os.environ.get("FINDER_TEST_ELASTIC_URL")
    if given:
        yield given
        return
    try:
        node = running(HOME)
        url = node.__enter__()
    except (CannotStart, OSError) as why:
        if os.environ.get("CI") == "true":
            pytest.fail(f"Elasticsearch must run in CI: {why}")
        pytest.skip(f"no Elasticsearch here: {why}")
    try:
        yield url
    finally:
        node.__exit__(None, None, None)


@pytest.fixture(params=ENGINES)
async def index(request: pytest.FixtureRequest) -> AsyncIterator[StationIndex]:
    """An empty index of each engine."""
    if request.param == "memory":
        yield MemoryIndex()
        return
    async with elastic_index(request.getfixturevalue("elastic_url")) as engine:
        yield engine


class elastic_index:  # noqa: N801 - used as a function
    """An Elasticsearch index with a name of its own, which the end removes."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.name = f"test-{uuid.uuid4().hex[:10]}"
        self.engine = ElasticIndex(url, self.name)

    async def __aenter__(self) -> ElasticIndex:
        return self.engine

    async def __aexit__(self, *_: object) -> None:
        await self.engine.close()
        async with httpx.AsyncClient(base_url=self.url) as client:
            answer = await client.get(f"/_alias/{self.name}-all")
            for concrete in answer.json() if answer.status_code == 200 else ():
                (await client.delete(f"/{concrete}")).raise_for_status()


def plug(
    kind: ConnectorType = ConnectorType.GBT_DC, power_kw: float | None = 120.0, name: str = "1"
) -> tuple[ConnectorType, float | None, str]:
    return kind, power_kw, name


def station(
    station_id: str = "s/1",
    at: tuple[float, float] = (38.4, 112.7),
    *plugs: tuple[ConnectorType, float | None, str],
    name: str = "站",
    operator: str = "op",
    operator_name: str = "运营商",
    **rest: object,
) -> Station:
    """A station with one EVSE for each plug."""
    evses = tuple(
        Evse(id=f"{station_id}-{n}", connectors=(Connector(id=f"{n}-{label}", type=kind, power_kw=power),))
        for n, (kind, power, label) in enumerate(plugs or (plug(),))
    )
    seen = datetime(2026, 1, 1, tzinfo=UTC)
    return Station(
        id=station_id,
        name=name,
        operator=Operator(id=operator, name=operator_name),
        place=Point(*at),
        evses=evses,
        provenance=(Provenance(source="s", native_id=station_id, fetched_at=seen),),
        **rest,  # type: ignore[arg-type]
    )


NIGHT = OpeningHours(spans=((0, 360), (1320, 1800)))
NEVER = OpeningHours(spans=())
POWERS = (None, 3.5, 7.0, 22.0, 60.0, 60.00000000000001, 119.99, 120.0, 480.0)
NAMES = (
    "忻州站",
    "新中路充电站",
    "Xinzhou Dong",
    "特来电 忻府区",
    "国网原平市站",
    "五台山ＡＢ",
    "Äpfel Straße",
    "繁峙县",
)


def random_station(
    rng: random.Random, station_id: str, places: Sequence[tuple[float, float]], spread: float
) -> Station:
    """A station near one of these places; several share one place exactly."""
    lat, lon = rng.choice(places)
    if rng.random() < 0.8:
        lat, lon = lat + rng.uniform(-spread, spread), lon + rng.uniform(-spread, spread)
    kinds = tuple(ConnectorType)[:5]
    plugs = [plug(rng.choice(kinds), rng.choice(POWERS), str(n)) for n in range(rng.randint(1, 4))]
    operator = rng.randint(0, 4)
    return station(
        station_id,
        (max(-90.0, min(90.0, lat)), (lon + 180) % 360 - 180),
        *plugs,
        name=f"{rng.choice(NAMES)}{rng.randint(0, 30)}",
        operator=f"op{operator}",
        operator_name=("特来电", "星星充电", "国家电网", "Xing", "jinbei")[operator],
        address=rng.choice((None, "山西省忻州市", "府东街 12 号", "Main Road")),
        parking_fee=rng.choice(tuple(ParkingFee)),
        access=rng.choice(tuple(Access)),
        hours=rng.choice((None, ALWAYS, NIGHT, NEVER)),
        attributes=tuple(a for a in Attribute if rng.random() < 0.5),
        practice=rng.random() < 0.3,
    )


def random_filter(rng: random.Random) -> Filter:
    """Each wish is made now and then."""

    def now_and_then() -> bool:
        return rng.random() < 0.3

    return Filter(
        min_power_kw=rng.choice((0, 7.0, 60, 60.00000000000001, 120.0, 120.1)) if now_and_then() else None,
        connector_types=frozenset(rng.sample(tuple(ConnectorType)[:6], 2)) if now_and_then() else frozenset(),
        operators=frozenset({f"op{rng.randint(0, 5)}", "op1"}) if now_and_then() else frozenset(),
        attributes=frozenset(rng.sample(tuple(Attribute), rng.randint(1, 2))) if now_and_then() else frozenset(),
        free_parking=now_and_then(),
        public_only=now_and_then(),
        open_at=rng.choice((0, 359, 360, 1799, 1800, 10_079)) if now_and_then() else None,
        free_now=now_and_then(),
        include_practice=not now_and_then(),
    )


class Plain:
    """What the port says, in the plainest words."""

    def __init__(self, stations: Iterable[Station]) -> None:
        self.stations = {s.id: s for s in stations}

    def near(
        self, centre: Point, radius_m: float, want: Filter, after: tuple[float, str] | None = None
    ) -> list[tuple[float, str]]:
        suits = [s for s in self.stations.values() if want.suits(s)]
        ways = distances_m(centre, [s.place.lat for s in suits], [s.place.lon for s in suits])
        found = sorted((float(way), s.id) for way, s in zip(ways, suits, strict=True) if way <= radius_m)
        return [each for each in found if after is None or each > after]

    def box(self, box: Box, want: Filter) -> list[str]:
        return sorted(s.id for s in self.stations.values() if box.contains(s.place) and want.suits(s))

    def clusters(self, box: Box, zoom: int, want: Filter) -> list[tuple[tuple[int, int, int], int]]:
        tiles = [tile_of(self.stations[i].place, zoom) for i in self.box(box, want)]
        return sorted((tile, tiles.count(tile)) for tile in set(tiles))

    def text(self, words: str, want: Filter) -> list[tuple[int, str]]:
        wanted = query_words(words)
        ranks = ((station_words(s).rank(wanted), s) for s in self.stations.values() if want.suits(s))
        return sorted((rank, s.id) for rank, s in ranks if rank is not None)
