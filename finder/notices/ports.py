"""What notices ask of other rooms: where stations are, and which are near with a free bay."""

from collections.abc import Sequence
from typing import Protocol

from finder.kernel.geo import Point
from finder.stations.filter import Filter
from finder.stations.model import Station, StationId
from finder.stations.search import Page


class Stations(Protocol):
    """The part of the search that is asked."""

    async def station(self, station_id: StationId) -> Station | None:
        """By id; None where it is gone."""

    async def stations(self, ids: Sequence[StationId]) -> dict[StationId, Station]:
        """Those of them that are there."""

    async def near(self, centre: Point, radius_m: float, want: Filter, *, first: int) -> Page:
        """Nearest first; raises IndexUnavailable."""
