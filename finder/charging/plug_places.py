"""What of a place an order needs that nobody tapped: its operator's terms, its name, its tariff, whether it is free."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from finder.live.board import LiveBoard
from finder.live.model import Status
from finder.stations.model import Connector, Evse, EvseId, SourceId, Station, StationId, Tariff

MAX_TITLE = 20


class Terms(Protocol):
    """How an operator is paid."""

    @property
    def merchants(self) -> Mapping[str, str]:
        """Its sub-merchant at each channel."""

    @property
    def commission_permille(self) -> int:
        """Our share of a capture, in thousandths."""


class Stations(Protocol):
    """Stations by id."""

    async def station(self, station_id: StationId) -> Station | None:
        """None where there is none."""


@dataclass(frozen=True, slots=True)
class Place:
    """A plug at which a car stands. Its tariff is None where nobody told it."""

    connector_id: str | None
    title: str
    tariff: Tariff | None
    commission_permille: int
    merchants: Mapping[str, str] = field(default_factory=dict)


class Places(Protocol):
    """Where cars are plugged in."""

    def settles(self, source: SourceId) -> bool:
        """Whether this operator is paid from here."""

    async def place(self, evse_id: EvseId, connector_id: str | None) -> Place | None:
        """None where there is no such EVSE, or its operator is not paid from here. Raises Unavailable."""

    def blocked(self, evse_id: EvseId) -> bool:
        """Whether a car that does not charge stands in the bay."""


class KnownPlaces:
    """Places of the finder's own stations; none until it is connected. Is a Places."""

    def __init__(self, terms: Callable[[SourceId], Terms | None]) -> None:
        self._terms = terms
        self._stations: Stations | None = None
        self._station_of: Callable[[EvseId], StationId | None] = lambda _: None
        self._board: LiveBoard | None = None

    def connect(self, stations: Stations, station_of: Callable[[EvseId], StationId | None], board: LiveBoard) -> None:
        """Tells it where stations are and how they are now, once they are open."""
        self._stations, self._station_of, self._board = stations, station_of, board

    def settles(self, source: SourceId) -> bool:
        """See Places."""
        terms = self._terms(source)
        return terms is not None and bool(terms.merchants)

    async def place(self, evse_id: EvseId, connector_id: str | None) -> Place | None:
        """See Places."""
        terms, station_id = self._terms(evse_id.partition("/")[0]), self._station_of(evse_id)
        if terms is None or not terms.merchants or station_id is None or self._stations is None:
            return None
        station = await self._stations.station(station_id)
        evse = None if station is None else next((each for each in station.evses if each.id == evse_id), None)
        if station is None or evse is None:
            return None
        connector = next((each for each in evse.connectors if each.id == connector_id), None) or _only(evse)
        tariff = None if connector is None else station.tariff_of(connector)
        return Place(
            connector.id if connector else connector_id,
            station.name[:MAX_TITLE],
            tariff if tariff is not None and tariff.periods else None,
            terms.commission_permille,
            terms.merchants,
        )

    def blocked(self, evse_id: EvseId) -> bool:
        """See Places."""
        if self._board is None:
            return False
        # A car that is plugged in proves citizens' word wrong: only the operator's own sensor counts.
        reading = self._board.read(evse_id)
        return (reading.status if reading.block is None else reading.last_seen) is Status.BLOCKED


def _only(evse: Evse) -> Connector | None:
    return evse.connectors[0] if len(evse.connectors) == 1 else None
