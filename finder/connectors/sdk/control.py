"""What can be asked of an operator beyond data: start, stop, look, price, count; one Protocol a capability."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol, runtime_checkable

from finder.connectors.sdk.desk import Claimed, Disputed
from finder.connectors.sdk.sessions import Bill, OrderNo, SessionSeen
from finder.kernel.money import Money
from finder.stations.model import EvseId, StationId, Tariff


class Outcome(StrEnum):
    """What became of a command."""

    ACCEPTED = "ACCEPTED"  # the operator took it; whether the car charges, the session will tell
    REJECTED = "REJECTED"  # it certainly will not happen
    UNKNOWN = "UNKNOWN"  # sent, and nobody can say: ask for the session before anything else


class Reason(StrEnum):
    """Why a command was rejected, or why a plug is not ready."""

    NO_SUCH_EVSE = "NO_SUCH_EVSE"
    OFFLINE = "OFFLINE"
    NOT_PLUGGED = "NOT_PLUGGED"
    OCCUPIED = "OCCUPIED"
    FAULTED = "FAULTED"
    CLOSED = "CLOSED"  # outside its hours
    ALREADY_STOPPED = "ALREADY_STOPPED"
    UNKNOWN_SESSION = "UNKNOWN_SESSION"
    NOT_SUPPORTED = "NOT_SUPPORTED"
    TIMEOUT = "TIMEOUT"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True)
class Commanded:
    """A command's outcome; `native_id` is the operator's number of the session, `said` its own words."""

    outcome: Outcome
    native_id: str | None = None
    reason: Reason | None = None
    said: str | None = None


@dataclass(frozen=True, slots=True)
class StartRequest:
    """Start charging at this connector under our order. `limit` caps the total in fen, None for no cap.

    `person` is an opaque reference that the operator may show back to us; never a phone number or a name.
    """

    order: OrderNo
    evse_id: EvseId
    connector_id: str | None = None
    person: str | None = None
    limit: Money | None = None
    qr: str | None = None  # what the driver scanned, where the operator wants to see it


@dataclass(frozen=True, slots=True)
class SessionRef:
    """A session by our order and, where known, the operator's own number of it."""

    order: OrderNo
    evse_id: EvseId
    native_id: str | None = None
    connector_id: str | None = None


@runtime_checkable
class RemoteControl(Protocol):
    """An operator at which charging can be started and stopped from afar.

    A repeat with the same order starts nothing twice. Raises OperatorError only where the command was certainly not
    taken (no connection, refused); whatever happened after it was sent is an Outcome.
    """

    async def start(self, request: StartRequest) -> Commanded:
        """Asks for the start."""

    async def stop(self, session: SessionRef) -> Commanded:
        """Asks for the end."""


@runtime_checkable
class SessionSource(Protocol):
    """An operator that can be asked how a session is."""

    async def session(self, session: SessionRef) -> SessionSeen | None:
        """How it is now; None where the operator knows no such session. Raises OperatorError."""


@runtime_checkable
class BillSource(Protocol):
    """An operator whose bills can be fetched as well as pushed."""

    def bills(self, since: datetime, until: datetime) -> AsyncIterator[Sequence[Bill]]:
        """Bills made or changed in since <= t < until, in batches. Raises OperatorError."""


@runtime_checkable
class BillCheck(Protocol):
    """An operator that compares our list of bills with its own, as is done once a day for the day before."""

    async def check_bills(self, since: datetime, until: datetime, claims: Sequence[Claimed]) -> list[Disputed]:
        """Which of these sessions, ended in since <= t < until, it bills otherwise or never. Raises OperatorError."""


@dataclass(frozen=True, slots=True)
class PlugState:
    """Whether a start has a chance: the device works, and a car is plugged in."""

    ready: bool
    reason: Reason | None = None


@runtime_checkable
class PlugCheck(Protocol):
    """An operator that checks a connector before a start."""

    async def plug(self, order: OrderNo, evse_id: EvseId, connector_id: str | None = None) -> PlugState:
        """Checks the device. Raises OperatorError."""


@runtime_checkable
class PriceSource(Protocol):
    """An operator that tells a connector's prices of the day."""

    async def price(self, evse_id: EvseId, connector_id: str | None = None) -> Tariff | None:
        """The tariff now in force; None where the operator does not know it. Raises OperatorError."""


@dataclass(frozen=True, slots=True)
class StationEnergy:
    """kWh that a station, and each of its EVSEs, gave in a span of days, both ends included."""

    station_id: StationId
    first: date
    last: date
    kwh: Decimal
    evses: Sequence[tuple[EvseId, Decimal]] = ()


@runtime_checkable
class EnergySource(Protocol):
    """An operator that counts."""

    async def energy(self, station_id: StationId, first: date, last: date) -> StationEnergy:
        """What the station gave. Raises OperatorError."""
