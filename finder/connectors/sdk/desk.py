"""The port to whoever keeps sessions and bills: connectors tell it what operators say, and answer what it decides."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol, runtime_checkable

from finder.connectors.sdk.sessions import Bill, OrderNo, SessionSeen
from finder.kernel.money import Money
from finder.stations.model import EvseId, SourceId


class Heard(StrEnum):
    """What became of a message."""

    ACCEPTED = "ACCEPTED"
    REPEATED = "REPEATED"  # known already, to the letter, and not disputed: nothing changed
    OLD = "OLD"  # the session has ended or moved on: nothing changed
    UNKNOWN_SESSION = "UNKNOWN_SESSION"  # no order of ours, and none was begun for it
    DISPUTED = (
        "DISPUTED"  # kept, but not agreed to, however often it is repeated: another bill of that number, or a sum
    )
    # that cannot be


@dataclass(frozen=True, slots=True)
class Claimed:
    """One session in an operator's list of a day's."""

    native_id: str
    kwh: Decimal
    total: Money


class Difference(StrEnum):
    """How a claim differs from what we keep."""

    MISSING = "MISSING"
    MONEY = "MONEY"
    ENERGY = "ENERGY"


@dataclass(frozen=True, slots=True)
class Disputed:
    """A claim that we do not agree to."""

    claim: Claimed
    why: Difference


class TokenKind(StrEnum):
    """What a driver showed to the charger."""

    VIN = "VIN"
    CARD = "CARD"
    APP = "APP"
    EMAID = "EMAID"  # ISO 15118's contract
    PLATE = "PLATE"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True)
class AuthorizationAsk:
    """An operator asks whether this token may charge. `token` is personal: never logged."""

    source: SourceId
    kind: TokenKind
    token: str = field(repr=False)
    asked_at: datetime
    evse_id: EvseId | None = None
    connector_id: str | None = None
    operator_ref: str | None = None  # the operator's number of its question or session


class Permission(StrEnum):
    """The answer, with its reason."""

    ALLOWED = "ALLOWED"
    UNBOUND = "UNBOUND"  # nobody's token
    IN_ARREARS = "IN_ARREARS"
    ALREADY_CHARGING = "ALREADY_CHARGING"
    BAY_BLOCKED = "BAY_BLOCKED"
    REVOKED = "REVOKED"
    NOT_ALLOWED = "NOT_ALLOWED"
    UNKNOWN_OPERATOR = "UNKNOWN_OPERATOR"  # nobody here settles with whoever asks, or has no such EVSE
    NO_AGREEMENT = "NO_AGREEMENT"  # none that pays at this operator without asking the driver
    AGREEMENT_ENDED = "AGREEMENT_ENDED"
    UNDECIDED = "UNDECIDED"  # not in time: it may be asked again


@dataclass(frozen=True, slots=True)
class Authorization:
    """May it charge; where allowed, under which order of ours, how much at most, and until when it must begin.

    Allowed without an order: it may, and is to be asked for again with the EVSE before it begins.
    `person` is an opaque reference of whose token it is, as in StartRequest; never a phone number or a name.
    """

    permission: Permission
    order: OrderNo | None = None
    limit: Money | None = None
    until: datetime | None = None
    person: str | None = None


@dataclass(frozen=True, slots=True)
class VehicleSeen:
    """An operator told which vehicle charges in a session. `vin` is personal: never logged, never kept as it is."""

    source: SourceId
    native_id: str
    vin: str = field(repr=False)
    order: OrderNo | None = None
    evse_id: EvseId | None = None


class Desk(Protocol):
    """Keeps what operators say of sessions and bills. Every method may be called again with the same message.

    All raise StoreUnavailable, after which the operator is asked to send again; nothing is then half done.
    """

    async def session(self, seen: SessionSeen) -> Heard:
        """Takes a session's state. Late news of a session that has ended changes nothing (OLD): it neither goes on
        nor was it ever rejected."""

    async def bill(self, bill: Bill) -> Heard:
        """Takes a bill. The same number with other content is DISPUTED and kept beside the first."""

    async def differences(
        self, source: SourceId, since: datetime, until: datetime, claims: Sequence[Claimed]
    ) -> list[Disputed]:
        """Compares an operator's list of the sessions that ended in since <= t < until with the bills that we keep."""

    async def authorize(self, ask: AuthorizationAsk) -> Authorization:
        """Whether the token may charge there; answered in under two seconds."""


@runtime_checkable
class VehicleDesk(Protocol):
    """A desk that wants to know vehicles; told before the session's state, so that a session is found by its car."""

    async def vehicle(self, seen: VehicleSeen) -> None:
        """Takes a session's vehicle; the same again changes nothing. Raises StoreUnavailable."""


class NoDesk:
    """A desk of a process that keeps no sessions: knows none and allows nothing."""

    async def session(self, seen: SessionSeen) -> Heard:
        """See Desk."""
        return Heard.UNKNOWN_SESSION

    async def bill(self, bill: Bill) -> Heard:
        """See Desk."""
        return Heard.UNKNOWN_SESSION

    async def differences(
        self, source: SourceId, since: datetime, until: datetime, claims: Sequence[Claimed]
    ) -> list[Disputed]:
        """See Desk."""
        return [Disputed(claim, Difference.MISSING) for claim in claims]

    async def authorize(self, ask: AuthorizationAsk) -> Authorization:
        """See Desk."""
        return Authorization(Permission.NOT_ALLOWED)
