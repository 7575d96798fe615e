"""What callers may say, and its translation into the model's words."""

from functools import cached_property
from typing import Any

import strawberry

from finder.errors import BadInput
from finder.kernel.geo import Box, Point
from finder.stations.filter import ANY, Filter
from finder.stations.model import Attribute, ConnectorType

MAX_LISTED = 100  # entries of one list in a filter


@strawberry.input(description="A place in degrees, WGS-84.")
class PointInput:  # noqa: D101
    lat: float
    lon: float

    def point(self) -> Point:
        """Raises BadInput for a place that is not on the earth."""
        return Point(self.lat, self.lon)


@strawberry.input
class BoxInput:  # noqa: D101
    south: float
    west: float
    north: float
    east: float

    def box(self) -> Box:
        """Raises BadInput for corners that are not on the earth, or swapped."""
        return Box(self.south, self.west, self.north, self.east)


@strawberry.input(description="All that is set must hold; power and connector type for the same connector.")
class StationFilter:  # noqa: D101
    min_power_kw: float | None = strawberry.UNSET
    connector_types: list[ConnectorType] | None = strawberry.UNSET
    operators: list[strawberry.ID] | None = strawberry.UNSET
    attributes: list[Attribute] | None = strawberry.UNSET
    free_parking: bool = False
    public_only: bool = False
    open_now: bool = False
    free_now: bool = False
    include_practice: bool = True

    @cached_property
    def filter(self) -> Filter:
        """Everything but `open_now`, which needs the clock; kept, since one input serves many requests.

        Raises BadInput.
        """
        return Filter(
            min_power_kw=self.min_power_kw or None,
            connector_types=listed(self.connector_types),
            operators=listed(self.operators),
            attributes=listed(self.attributes),
            free_parking=self.free_parking,
            public_only=self.public_only,
            free_now=self.free_now,
            include_practice=self.include_practice,
        )


def listed(given: Any) -> frozenset[Any]:
    """A list that may be left out, as a set. Raises BadInput for a long one."""
    values = given or ()  # absent (UNSET) and null both mean: no wish
    if len(values) > MAX_LISTED:
        raise BadInput(
            f"筛选条件的列表最多 {MAX_LISTED} 项",
            f"a filter's list may hold at most {MAX_LISTED}",
            code="LIST_TOO_LONG",
        )
    return frozenset(values)


def wishes(given: StationFilter | None) -> tuple[Filter, bool]:
    """The filter, and whether it must be open now."""
    return (given.filter, given.open_now) if given else (ANY, False)
