"""What reports ask of other rooms: where bays are, and who has a block cleared away."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from finder.reports.model import Confirmed
from finder.stations.model import EvseId, Station, StationId
from finder.storage.unit import Unit


class Handover(Protocol):
    """Takes a confirmed block to whoever can have the car moved."""

    async def confirmed(self, unit: Unit, block: Confirmed) -> None:
        """Opens a case, in the unit that confirms the block. It raises nothing that should undo that."""


class NoHandover:
    """Nobody takes cases here."""

    async def confirmed(self, unit: Unit, block: Confirmed) -> None:
        """See Handover."""


class Stations(Protocol):
    """The part of the search that is asked."""

    async def station(self, station_id: StationId) -> Station | None:
        """By id; None where it is gone."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where bays are."""

    stations: Stations
    station_of: Callable[[EvseId], StationId | None]

    async def of(self, evse_id: EvseId) -> Station | None:
        """The station of a bay; None where there is no such bay."""
        station_id = self.station_of(evse_id)
        station = None if station_id is None else await self.stations.station(station_id)
        known = station is not None and any(evse.id == evse_id for evse in station.evses)
        return station if known else None
