"""What a driver tells of a charge, and what stands behind the word: pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from finder.kernel.geo import Point
from finder.stations.model import EvseId, StationId


class Code(StrEnum):
    """How it went, in the words that drivers use."""

    CHARGED = "CHARGED"
    WOULD_NOT_START = "WOULD_NOT_START"
    SLOW = "SLOW"
    PRICE_DIFFERS = "PRICE_DIFFERS"  # from the one shown
    NOT_FOUND = "NOT_FOUND"
    NO_ENTRY = "NO_ENTRY"


class Basis(StrEnum):
    """What stands behind a voice, as it was when it was taken."""

    SESSION = "SESSION"  # a session there in the last seven days that gave energy, or a start refused by its fault
    PLACE = "PLACE"  # said near the station, by somebody who has paid for a session before
    WORD = "WORD"  # neither, by somebody who has
    NOTHING = "NOTHING"  # an account behind which no paid session stands, wherever it says that it is


@dataclass(frozen=True, slots=True)
class Voice:
    """One voice of one person. `tried`: the EVSE of which an order speaks, without a word of the person's."""

    id: str
    person: str = field(repr=False)
    at: datetime
    code: Code
    basis: Basis
    stars: int | None = None
    tried: EvseId | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """A code's part of the weight, in whole percent."""

    code: Code
    percent: int


@dataclass(frozen=True, slots=True)
class Experience:
    """What is shown of a station. `voices`: those behind it; `stars`: 1.0 to 5.0, None under three who gave any."""

    shares: tuple[Share, ...]
    voices: int
    stars: float | None
    starred: int


Summaries = Mapping[StationId, Experience]


@dataclass(frozen=True, slots=True)
class RateAsk:
    """What a driver says of a station. `place`: where the phone is, if it says so; it is not kept."""

    station_id: StationId
    code: Code
    key: str
    evse_id: EvseId | None = None
    stars: int | None = None
    note: str | None = field(default=None, repr=False)
    place: Point | None = field(default=None, repr=False)
    accuracy_m: float | None = None


@dataclass(frozen=True, slots=True)
class MyVoice:
    """A voice as its person sees it. `counts`: it stands, and its basis carries weight."""

    id: str
    person: str = field(repr=False)
    station_id: StationId
    station_name: str
    evse_id: EvseId | None
    code: Code
    stars: int | None
    note: str | None = field(repr=False)
    basis: Basis
    at: datetime
    counts: bool


@dataclass(frozen=True, slots=True)
class Heard:
    """A voice as the operator and the supervisor see it: without its person."""

    id: str
    station_id: StationId
    station_name: str
    evse_id: EvseId | None
    code: Code
    stars: int | None
    note: str | None = field(repr=False)
    basis: Basis
    at: datetime
