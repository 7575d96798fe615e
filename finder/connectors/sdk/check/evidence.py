"""What the kit saw of one connector: what it yielded, what went over the wire, what it told the desk."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import msgspec

from finder.connectors.sdk.control import Commanded, StationEnergy
from finder.connectors.sdk.exchanges import Exchange, Opened
from finder.connectors.sdk.http import Caution
from finder.connectors.sdk.ports import PushAnswer, Refused, StationPage, StatusPage
from finder.connectors.sdk.sessions import Bill, SessionSeen
from finder.errors import FinderError
from finder.kernel.geo import Point
from finder.live.model import Status
from finder.stations.model import Evse, EvseId, Station, StationId


@dataclass(slots=True)
class CatalogueRead:
    """One reading of the catalogue, whole (since=None) or of what changed."""

    at: datetime
    since: datetime | None
    pages: list[StationPage] = field(default_factory=list)
    ended: bool = False  # it came to its end without an error

    @property
    def stations(self) -> list[Station]:
        """Of all pages."""
        return [station for page in self.pages for station in page.stations]

    @property
    def refused(self) -> list[Refused]:
        """Of all pages."""
        return [record for page in self.pages for record in page.refused]


@dataclass(frozen=True, slots=True)
class StatusRead:
    """One question for live status."""

    at: datetime
    asked: Sequence[Station]
    page: StatusPage


@dataclass(frozen=True, slots=True)
class PushSeen:
    """One push: opened, a digest of its bytes, and what the connector made of it."""

    at: datetime
    opened: Opened
    digest: str
    answer: PushAnswer


class DeskEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A session or a bill as told to the desk at `at`, as JSON values, and what the desk made of it."""

    kind: Literal["session", "bill"]
    at: datetime
    raw: dict[str, Any]
    heard: str = "ACCEPTED"


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """A start or a stop that was asked for."""

    kind: Literal["start", "stop"]
    at: datetime
    order: str
    evse_id: EvseId
    connector_id: str | None = None


@dataclass(frozen=True, slots=True)
class CommandSeen:
    """A command and its outcome; None where it raised."""

    command: Command
    outcome: Commanded | None


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a step of the probe ended with. `fault` is the name of an exception that no connector may raise."""

    step: str
    code: str
    zh: str
    en: str
    fault: bool = False

    @classmethod
    def of(cls, step: str, error: Exception) -> "Trouble":
        """An exception, in words."""
        if isinstance(error, FinderError):
            return cls(step, error.code, error.zh, error.en)
        name = type(error).__name__
        return cls(step, "CONNECTOR_FAULT", f"连接器抛出了 {name}", f"the connector raised {name}", fault=True)


@dataclass(frozen=True, slots=True)
class Hints:
    """What is known from elsewhere. Places are WGS-84; statuses are those at the moment of the check."""

    centre: Point | None = None  # of the city that the stations should lie in
    radius_km: float = 250.0
    statuses: Mapping[EvseId, Status] = field(default_factory=dict)
    places: Mapping[StationId, Point] = field(default_factory=dict)
    others: Sequence[Station] = ()  # the same city's stations as another feed has them


@dataclass(slots=True)
class Evidence:
    """Everything that the rules judge."""

    source: str
    name: str
    capabilities: frozenset[str]
    began_at: datetime
    caution: Caution = field(default_factory=Caution)
    hints: Hints = field(default_factory=Hints)
    steps: list[str] = field(default_factory=list)  # that were taken
    reads: list[CatalogueRead] = field(default_factory=list)  # whole ones
    changes: list[CatalogueRead] = field(default_factory=list)
    statuses: list[StatusRead] = field(default_factory=list)
    pushes: list[PushSeen] = field(default_factory=list)
    desk: list[DeskEntry] = field(default_factory=list)
    commands: list[CommandSeen] = field(default_factory=list)
    energies: list[StationEnergy] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)

    @property
    def stations(self) -> list[Station]:
        """Of the first whole reading."""
        return self.reads[0].stations if self.reads else []

    @property
    def refused(self) -> Iterator[Refused]:
        """Every record that the connector could not take, each as often as it came in one reading."""
        for read in self.reads[:1]:
            yield from read.refused
        for seen in self.statuses:
            yield from seen.page.refused
        for push in self.pushes:
            yield from push.answer.refused

    def evses(self) -> Iterator[tuple[Station, Evse]]:
        """Every EVSE of the catalogue with its station."""
        for station in self.stations:
            for evse in station.evses:
                yield station, evse

    def sessions(self) -> Iterator[tuple[DeskEntry, SessionSeen]]:
        """What the desk was told of sessions and can be read, in order."""
        yield from ((entry, seen) for entry, seen in self._told("session", SessionSeen))

    def bills(self) -> Iterator[tuple[DeskEntry, Bill]]:
        """What the desk was told of bills and can be read, in order."""
        yield from ((entry, bill) for entry, bill in self._told("bill", Bill))

    def unreadable(self) -> Iterator[tuple[DeskEntry, str, str, str]]:
        """What the desk was told and nobody can read: the entry, a code, and why in Chinese and English."""
        for entry in self.desk:
            try:
                msgspec.convert(entry.raw, Bill if entry.kind == "bill" else SessionSeen)
            except FinderError as bad:
                yield entry, bad.code, bad.zh, bad.en
            except msgspec.ValidationError as bad:
                yield entry, "RECORD_UNREADABLE", f"记录无法读取：{bad}", f"the record cannot be read: {bad}"

    def _told(self, kind: str, form: Any) -> Iterator[tuple[DeskEntry, Any]]:
        for entry in self.desk:
            if entry.kind == kind:
                try:
                    yield entry, msgspec.convert(entry.raw, form)
                except (FinderError, msgspec.ValidationError):
                    continue
