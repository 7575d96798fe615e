"""What a citizen tells of a bay, what becomes of it, and what is known of whoever tells: pure."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from finder.kernel.geo import Point
from finder.stations.model import EvseId, StationId


class BayReportKind(StrEnum):
    """What stands in the bay."""

    FUEL_CAR = "FUEL_CAR"
    PARKED_NOT_CHARGING = "PARKED_NOT_CHARGING"  # a car that could be plugged in, and is not


class BayReportState(StrEnum):
    """What became of a report."""

    WAITING = "WAITING"  # told once; nobody and nothing has borne it out
    CONFIRMED = "CONFIRMED"
    CLEARED = "CLEARED"  # the bay is clear again; of a report that it is clear: it was believed
    EXPIRED = "EXPIRED"
    REFUSED = "REFUSED"  # whoever decided the case found otherwise


NEXT: Mapping[BayReportState, Set[BayReportState]] = {
    BayReportState.WAITING: frozenset(BayReportState) - {BayReportState.WAITING},
    BayReportState.CONFIRMED: frozenset({BayReportState.CLEARED, BayReportState.EXPIRED, BayReportState.REFUSED}),
    BayReportState.CLEARED: frozenset({BayReportState.REFUSED}),
    BayReportState.EXPIRED: frozenset({BayReportState.REFUSED}),
    BayReportState.REFUSED: frozenset(),
}
OPEN = (BayReportState.WAITING.value, BayReportState.CONFIRMED.value)


class Says(StrEnum):
    """Which way a report speaks."""

    BLOCKED = "BLOCKED"
    CLEAR = "CLEAR"


class By(StrEnum):
    """On what a block rests; shown to everybody."""

    CITIZENS = "CITIZENS"  # two who do not depend on each other
    SENSOR = "SENSOR"  # the operator's lock or parking sensor
    TRUSTED = "TRUSTED"  # one whose reports were borne out often


class Reason(StrEnum):
    """Why a report is in its state, for its reporter."""

    ONCE = "ONCE"
    CONFIRMED = "CONFIRMED"
    CHARGES = "CHARGES"
    SENSOR = "SENSOR"
    CITIZEN = "CITIZEN"
    OPERATOR = "OPERATOR"
    CITY = "CITY"  # city management found it clear, or had the car moved
    TIME = "TIME"
    CASE = "CASE"


class Found(StrEnum):
    """How a report turned out, by something else than citizens' words."""

    BORNE_OUT = "BORNE_OUT"
    REFUTED = "REFUTED"


class Standing(StrEnum):
    """How far a person's word counts."""

    NEW = "NEW"  # nothing real stands behind it yet: no weight alone, nor with others like it
    KNOWN = "KNOWN"  # half of a confirmation
    TRUSTED = "TRUSTED"  # a whole one
    DOUBTED = "DOUBTED"  # found wrong more often than right: not heard for a while


@dataclass(frozen=True, slots=True)
class Record:
    """What stands behind a person. `unproven`: how often, lately, its word moved a bay and nothing has shown yet
    that it was right."""

    charged: bool = False  # and paid for it
    borne_out: int = 0
    refuted: int = 0
    unproven: int = 0
    first_borne_out: datetime | None = None
    last_refuted: datetime | None = None


@dataclass(frozen=True, slots=True)
class Voice:
    """One person's report of a bay. `marks` are keyed hashes of what people do not share: purse, plate, address."""

    report: str
    person: str = field(repr=False)
    seen_at: datetime
    standing: Standing
    marks: frozenset[bytes] = field(default=frozenset(), repr=False)


@dataclass(frozen=True, slots=True)
class BayAsk:
    """What a citizen says. `accuracy_m`: how exactly the phone knows `place`; None where it does not say."""

    evse_id: EvseId
    seen_at: datetime
    place: Point = field(repr=False)
    accuracy_m: float | None
    key: str
    kind: BayReportKind | None = None  # None: that the bay is clear
    photo: str | None = None
    plate: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class BayReport:
    """A report as its reporter sees it."""

    id: str
    person: str = field(repr=False)
    station_id: StationId
    station_name: str
    evse_id: EvseId
    says: Says
    kind: BayReportKind
    state: BayReportState
    reason: Reason
    seen_at: datetime
    received_at: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A block that was confirmed just now, for whoever has it cleared away. `report`: the first one's id, under which
    `plate_sealed` opens (`finder.reports.sealed`)."""

    block: str
    report: str
    station_id: StationId
    evse_id: EvseId
    kind: BayReportKind
    seen_at: datetime
    until: datetime
    by: frozenset[By]
    photos: tuple[str, ...] = field(default=(), repr=False)
    plate_sealed: bytes | None = field(default=None, repr=False)
