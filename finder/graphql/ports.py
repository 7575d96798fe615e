"""What the gateway needs from other rooms; app.py gives it as one Gateway."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from finder.cases.desk import CaseDesk
from finder.charging.accounting import Accounting
from finder.charging.agreements import Agreements
from finder.charging.disputes import Disputes
from finder.charging.invoicing import Invoicing
from finder.charging.orders import Orders
from finder.charging.parked import Parked
from finder.charging.plugs import Plugs
from finder.charging.progress import Progress
from finder.charging.starting import Starts
from finder.errors import FinderError
from finder.identity.accounts import Accounts
from finder.kernel.clock import Clock
from finder.kernel.geo import Point
from finder.live.board import LiveBoard
from finder.live.forecast.gatherings import Gathering
from finder.live.forecast.outlook import Outlook
from finder.live.lately import Lately
from finder.notices.notices import Notices
from finder.reports.bays import BayReports
from finder.roads.search import RoadSearch
from finder.roads.trips import Trips
from finder.stations.model import SourceId, Station
from finder.stations.search import Search
from finder.supervision.alarms.keeper import Alarms
from finder.supervision.coverage.keeper import Coverage
from finder.supervision.dead.keeper import DeadPiles
from finder.supervision.picture.keeper import LivePicture
from finder.voices.room import Voices


class FailureKind(StrEnum):
    """Which part of a feed is in trouble."""

    STATIONS = "STATIONS"
    STATUS = "STATUS"
    PUSH = "PUSH"


class FailureSeen(Protocol):
    """A feed's trouble, as the federation tells it. `kind` is one of FailureKind's values."""

    @property
    def source(self) -> SourceId:
        """The feed."""

    @property
    def name(self) -> str:
        """As people call the feed's operator."""

    @property
    def kind(self) -> str:
        """A value of FailureKind."""

    @property
    def code(self) -> str:
        """For programs."""

    @property
    def error(self) -> FinderError:
        """What was raised; its sentence is shown in the reader's language."""

    @property
    def since(self) -> datetime:
        """When it began."""

    @property
    def retryable(self) -> bool:
        """Whether it may pass by itself."""


class FeedSeen(Protocol):
    """A feed and how it is."""

    @property
    def source(self) -> SourceId:
        """The feed."""

    @property
    def name(self) -> str:
        """As people call the feed's operator."""

    @property
    def practice(self) -> bool:
        """Made for practice."""

    @property
    def stations(self) -> int:
        """How many stations it gave."""

    @property
    def evses(self) -> int:
        """How many EVSEs they have."""

    @property
    def stations_at(self) -> datetime | None:
        """When its catalogue last came; None for never."""

    @property
    def status_at(self) -> datetime | None:
        """When live status last came; None for never."""


class FindingSeen(Protocol):
    """Something that does not fit in a feed's data."""

    @property
    def flaw(self) -> str:
        """What kind."""

    @property
    def subject(self) -> str:
        """The id of the station, EVSE or record, as its operator knows it."""

    def text(self, language: str) -> str:
        """What is wrong, in the reader's language."""

    @property
    def since(self) -> datetime:
        """When it was first seen."""

    @property
    def last_at(self) -> datetime:
        """When it was last seen."""

    @property
    def times(self) -> int:
        """How often."""

    @property
    def quarantined(self) -> bool:
        """Whether drivers see 'unknown' in its place now."""


class QualitySeen(Protocol):
    """How good a feed's data is. Shares are 0 … 1, None where there is nothing to judge."""

    @property
    def score(self) -> int | None:
        """0 … 100."""

    @property
    def freshness(self) -> float | None:
        """EVSEs whose status is believed."""

    @property
    def completeness(self) -> float | None:
        """Facts that are known."""

    @property
    def consistency(self) -> float | None:
        """Stations and EVSEs in which nothing was found."""

    @property
    def missing(self) -> Mapping[str, int]:
        """Stations that lack a fact, by the fact's name."""

    @property
    def findings(self) -> Sequence[FindingSeen]:
        """The newest first."""


class Feeds(Protocol):
    """How the federation's feeds are, read from memory."""

    def failures(self) -> Sequence[FailureSeen]:
        """What is in trouble now."""

    def feeds(self) -> Sequence[FeedSeen]:
        """Every feed."""

    def quality(self, source: SourceId) -> QualitySeen:
        """How good the data of one of these feeds is."""


class PlaceSeen(Protocol):
    """A town or county."""

    @property
    def name(self) -> str:
        """In Chinese."""

    @property
    def name_en(self) -> str | None:
        """In English or pinyin."""

    @property
    def place(self) -> Point:
        """Its middle, WGS-84."""

    @property
    def kind(self) -> str:
        """What it is: 'county', 'town', …"""


class Places(Protocol):
    """Finds towns and counties by words."""

    def search(self, text: str, first: int) -> Sequence[PlaceSeen]:
        """At most `first`, best first, by name, pinyin or initials."""


@dataclass(frozen=True, slots=True)
class About:
    """What this deployment is. The notice is shown on every surface where there is one."""

    name: str
    name_en: str
    centre: Point
    practice: bool
    notice_zh: str | None = None
    notice_en: str | None = None


class ForecastSeen(Protocol):
    """What is foretold, read from memory."""

    def outlook(self, station: Station, at: datetime) -> Outlook:
        """Of the hour that holds this moment."""

    def gatherings(self, within_days: int) -> Sequence[Gathering]:
        """Where holidays that begin within so many days will make bays scarce."""


class Metrics(Protocol):
    """Told of every operation, to count it."""

    def operation(self, *, name: str, kind: str, outcome: str, compiled: bool, seconds: float) -> None:
        """`name`: the root field asked first, bounded by the schema; `kind`: query or subscription;
        `outcome`: 'ok' or the first error's code."""


class Aftercare(Protocol):
    """What follows a session."""

    @property
    def invoicing(self) -> Invoicing:
        """Invoices."""

    @property
    def disputes(self) -> Disputes:
        """Disputes."""

    @property
    def parked(self) -> Parked:
        """Car parks."""


class Till(Protocol):
    """Where orders are begun, ended and followed."""

    @property
    def starts(self) -> Starts:
        """Begins them."""

    @property
    def orders(self) -> Orders:
        """Ends and shows them."""

    @property
    def aftercare(self) -> "Aftercare":
        """What follows them."""

    @property
    def progress(self) -> Progress:
        """Tells that they moved."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """Everything below the resolvers."""

    search: Search
    board: LiveBoard
    feeds: Feeds
    places: Places
    about: About
    clock: Clock
    metrics: Metrics | None = None
    accounts: Accounts | None = None  # none: the finder alone
    till: Till | None = None  # none: nothing can be charged or paid from here
    accounting: Accounting | None = None  # none: this deployment keeps no books
    roads: RoadSearch | None = None  # none: no roads
    forecast: ForecastSeen | None = None
    lately: Lately | None = None  # shared with the search, so that a station is read once for both
    agreements: Agreements | None = None  # none: nothing is paid here
    plugs: Plugs | None = None  # none: no car charges by its plug
    coverage: Coverage | None = None
    trips: Trips | None = None  # none: no trips are planned here
    reports: BayReports | None = None  # none: nobody reports bays here
    cases: CaseDesk | None = None  # none: no city management takes cases
    voices: Voices | None = None  # none: nobody rates or complains here
    notices: Notices | None = None  # none: nobody is told of anything
    alarms: Alarms | None = None
    dead_piles: DeadPiles | None = None
    picture: LivePicture | None = None  # none: nobody supervises here
