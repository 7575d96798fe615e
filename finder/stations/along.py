"""The port to whatever finds stations along a road or a line, and the marks by which it does."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeAlias, runtime_checkable

import msgspec

from finder.kernel.geo import Point
from finder.kernel.line import Line
from finder.stations.filter import Filter
from finder.stations.index import StationIndex
from finder.stations.model import StationId

RoadId: TypeAlias = str


class Side(StrEnum):
    """Which side of the road, seen towards rising kilometres; UNKNOWN where the line is too coarse to tell."""

    LEFT = "LEFT"
    RIGHT = "RIGHT"
    ON = "ON"
    UNKNOWN = "UNKNOWN"


class RoadMark(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Where a station lies along one version of a road: kilometre, metres off it (never below the road's accuracy)."""

    road: RoadId
    version: int
    km: float
    offset_m: float
    side: Side


Marks: TypeAlias = tuple[RoadMark, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A way along a road, kilometres and offsets both included; backward: the highest kilometre first.

    Stations on the side `other_side` and nearer than `apart_m` are left out: one does not get across to them.
    """

    road: RoadId
    from_km: float
    to_km: float
    max_offset_m: float
    backward: bool = False
    other_side: Side | None = None
    apart_m: float = 0.0


@dataclass(frozen=True, slots=True)
class RoadHit:
    """A station that was found along a road."""

    station_id: StationId
    km: float
    offset_m: float
    side: Side


@dataclass(frozen=True, slots=True)
class LineHit:
    """A station that was found along a line: metres from its beginning, metres off it."""

    station_id: StationId
    metres: float
    offset_m: float


class References(Protocol):
    """Knows where places lie along roads."""

    def of(self, places: Sequence[Point]) -> list[Marks]:
        """For each place its marks, one for each road within reach, by road."""


class NoReferences:
    """There are no roads."""

    def of(self, places: Sequence[Point]) -> list[Marks]:
        """No marks."""
        return [()] * len(places)


@runtime_checkable
class RoadIndex(Protocol):
    """A station index that finds along roads. Raises what StationIndex raises.

    What is put from then on, or rebuilt, is marked by the references that were begun with or referred to last.
    """

    def begin(self, references: References) -> None:
        """Says by what to mark, before the first rebuild; what is there already keeps its marks."""

    async def refer(self, references: References) -> int:
        """Marks everything anew; found by the next question. How many stations' marks changed."""

    async def along(
        self, span: Span, want: Filter, limit: int, after: tuple[float, StationId] | None = None
    ) -> list[RoadHit]:
        """Ordered by kilometre (falling where backward), then id; strictly after the kilometre and id given."""

    async def beside(
        self, line: Line, reach_m: float, want: Filter, limit: int, after: tuple[float, StationId] | None = None
    ) -> list[LineHit]:
        """At most `reach_m` off the line, ordered by metres from its beginning, then id."""


class StationRoadIndex(StationIndex, RoadIndex, Protocol):
    """Both."""
