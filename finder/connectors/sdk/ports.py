"""What a connector can do: one Protocol a capability; an operator that lacks one simply does not have it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from finder.live.model import Observation
from finder.stations.model import SourceId, Station, Tariff


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that could not be taken: which, why (a code), and what to do, in Chinese and English."""

    native_id: str
    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class StationPage:
    """Part of a catalogue. `removed` holds native station ids that the feed says are gone."""

    stations: Sequence[Station]
    refused: Sequence[Refused] = ()
    removed: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class StatusPage:
    """Live status, and what of it could not be taken."""

    observations: Sequence[Observation]
    refused: Sequence[Refused] = ()


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often each kind of data is asked for, and how long a status may be believed."""

    catalogue: timedelta = timedelta(hours=24)
    changes: timedelta = timedelta(minutes=10)
    status: timedelta = timedelta(seconds=60)
    freshness: timedelta = timedelta(minutes=15)
    flaps: int = 20  # changes of one EVSE within five minutes that are still believed


@runtime_checkable
class StationSource(Protocol):
    """A feed that has a catalogue of stations."""

    def stations(self, since: datetime | None) -> AsyncIterator[StationPage]:
        """The whole catalogue page by page (since=None), or what changed since then where the protocol can tell.

        Raises OperatorError. A feed that repeats a page or never ends is cut with OperatorLied.
        """


@runtime_checkable
class StatusSource(Protocol):
    """A feed whose live status can be asked for."""

    async def status(self, stations: Sequence[Station]) -> StatusPage:
        """The status of these stations' EVSEs now. Raises OperatorError."""


@dataclass(frozen=True, slots=True)
class PushRequest:
    """What an operator's platform sent to us: the last part of the path, headers in lower case, the raw body.

    `path` is all of the path below the operator's own base, without a slash at either end.
    """

    interface: str
    headers: dict[str, str]
    body: bytes
    received_at: datetime
    method: str = "POST"
    path: str = ""
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PushAnswer:
    """What we answer, and what it taught us."""

    http_status: int
    body: bytes
    content_type: str = "application/json; charset=utf-8"
    observations: Sequence[Observation] = ()
    refused: Sequence[Refused] = ()
    stations: Sequence[Station] = ()
    removed: Sequence[str] = ()  # native ids of stations that are gone
    tariffs: Mapping[str, Mapping[str, Tariff]] = field(default_factory=dict)  # by native station id, as sdk.prices has
    headers: Mapping[str, str] = field(default_factory=dict)


@runtime_checkable
class PushReceiver(Protocol):
    """A protocol in which the operator calls us."""

    async def receive(self, request: PushRequest) -> PushAnswer:
        """Verifies, reads and answers in the protocol's own form. Never raises for bad input: it answers it."""


class OperatorSocket(Protocol):
    """A WebSocket that an operator's device opens to us; until `accept` or `refuse` it is still an HTTP request."""

    @property
    def path(self) -> str:
        """All of the path below the operator's own base, decoded, without a slash at either end."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The request's headers, names in lower case."""

    @property
    def subprotocols(self) -> Sequence[str]:
        """What the device offers, in its order."""

    @property
    def private(self) -> bool:
        """Whether nobody between can read along: TLS to us or to a proxy that we trust, or a peer on this machine."""

    @property
    def we_go(self) -> bool:
        """Whether the socket ended because this process stops, and not because of the device."""

    async def refuse(self, http_status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> None:
        """Answers instead of the upgrade."""

    async def accept(self, subprotocol: str | None = None) -> None:
        """Upgrades. Raises ConnectionError where the device has gone."""

    async def receive(self) -> str | bytes | None:
        """The next message; None once the socket is closed."""

    async def send(self, text: str) -> None:
        """Sends a text message; waits while the device is slow. Raises ConnectionError where it has gone."""

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Closes; nothing happens where it is closed already."""


Tell = Callable[[Sequence[Observation]], Awaitable[None]]  # puts live status on the board; raises nothing


@runtime_checkable
class SocketReceiver(Protocol):
    """A protocol in which the operator's devices hold a WebSocket to us."""

    async def serve(self, socket: OperatorSocket, tell: Tell) -> None:
        """Accepts or refuses, and serves until the socket ends. Never raises for bad input: it answers it."""


class OperatorConnector(Protocol):
    """An operator's platform as the federation holds it; capabilities are found by isinstance."""

    source: SourceId
    name: str  # as people call the operator, for a named partial failure
    rhythm: Rhythm
    practice: bool

    async def close(self) -> None:
        """Lets go of connections."""
