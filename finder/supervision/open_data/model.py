"""What is published of a station: a record of its own that has no field for a person, a phone or a free note."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from finder.live.board import LiveBoard
from finder.live.model import Reading
from finder.stations.model import Access, Connector, Station

CITY = "CC-BY-4.0"  # of what operators tell the city itself, whose feeds name no licence
PRACTICE = "PRACTICE"
AT_A_TIME = 500  # stations between two turns of the event loop


@dataclass(frozen=True, slots=True)
class OpenEvse:
    """An EVSE and what may be believed of it; `observed_at` is None where it was never seen."""

    id: str
    status: str
    observed_at: datetime | None
    connectors: tuple[Connector, ...]

    @property
    def power_kw(self) -> float | None:
        """Of its strongest connector; None where nobody said."""
        return max((each.power_kw for each in self.connectors if each.power_kw is not None), default=None)


@dataclass(frozen=True, slots=True)
class OpenStation:
    """A station as published. Coordinates are WGS-84 degrees; `licences` are those of every feed that told it."""

    id: str
    name: str
    operator: str
    lat: float
    lon: float
    address: str
    area_code: str
    country: str
    state: str
    access: str
    parking: str
    hours: str  # 24/7, LIMITED, or empty where nobody said
    amenities: tuple[str, ...]
    priced: bool
    evses: tuple[OpenEvse, ...]
    sources: tuple[str, ...]
    licences: tuple[str, ...]
    updated_at: datetime
    practice: bool


def publishable(station: Station) -> bool:
    """Whether it is for everybody: a private pile stands at somebody's home."""
    return station.access is not Access.PRIVATE


def opened(station: Station, readings: Iterable[Reading]) -> OpenStation:
    """The record; phones, notes, guides, pictures and the operator's page are not in it."""
    own = [PRACTICE] if station.practice else [each.licence or CITY for each in station.provenance]
    return OpenStation(
        station.id,
        station.name,
        station.operator.name,
        round(station.place.lat, 6),
        round(station.place.lon, 6),
        station.address or "",
        station.area_code or "",
        station.country,
        station.state.value,
        station.access.value,
        station.parking_fee.value,
        "" if station.hours is None else "24/7" if station.hours.always_open else "LIMITED",
        tuple(sorted(each.value for each in station.amenities)),
        any(tariff.periods for tariff in station.tariffs),
        tuple(
            OpenEvse(evse.id, reading.status.value, reading.observed_at, evse.connectors)
            for evse, reading in zip(station.evses, readings, strict=True)
        ),
        tuple(sorted({each.source for each in station.provenance})),
        tuple(sorted(set(own))),
        max(each.updated_at or each.fetched_at for each in station.provenance),
        station.practice,
    )


async def gather(stations: Callable[[], Iterable[Station]], board: LiveBoard) -> list[OpenStation]:
    """Every record, by id; gives way to others on the event loop after each few hundred."""
    records: list[OpenStation] = []
    for n, station in enumerate(list(stations())):
        if publishable(station):
            records.append(opened(station, board.read_all([evse.id for evse in station.evses])))
        if n % AT_A_TIME == AT_A_TIME - 1:
            await asyncio.sleep(0)
    await asyncio.to_thread(records.sort, key=_id_of)
    return records


def _id_of(record: OpenStation) -> str:
    return record.id
