"""What voices ask of other rooms: stations, operators, and what orders bear out."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from finder.charging.borne_out import OwnOrder, RefusedStart
from finder.stations.model import EvseId, SourceId, Station, StationId


class Sessions(Protocol):
    """The facts of charging, read in the caller's transaction."""

    async def charged_at(
        self, connection: AsyncConnection, person: str, evses: Collection[EvseId], since: datetime
    ) -> bool:
        """Whether a session of this person's at one of these EVSEs has ended since then, and gave energy."""

    async def refused_at(
        self, connection: AsyncConnection, person: str, evses: Collection[EvseId], since: datetime
    ) -> bool:
        """Whether an order of this person's did not start at one of these since then, by the operator's fault."""

    async def paid(self, connection: AsyncConnection, person: str) -> bool:
        """Whether this person has ever paid for a session here."""

    async def refused(self, connection: AsyncConnection, since: datetime) -> Sequence[RefusedStart]:
        """Every order that did not start since then, by the operator's fault."""

    async def ordered(self, connection: AsyncConnection, person: str, order: str) -> OwnOrder | None:
        """One's own order; None where it is another's, or there is none."""


class Stations(Protocol):
    """The part of the search that is asked."""

    async def station(self, station_id: StationId) -> Station | None:
        """By id; None where it is gone."""


@dataclass(frozen=True, slots=True)
class Network:
    """Where stations are, and which operators there are."""

    stations: Stations
    station_of: Callable[[EvseId], StationId | None]
    operators: Callable[[], Collection[SourceId]]
