"""What a road is: a line with kilometres, the places on it, and how far any of it is to be believed."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from itertools import pairwise

import msgspec

from finder.errors import BadInput
from finder.kernel.geo import Point
from finder.kernel.line import LEFT, RIGHT, Line
from finder.stations.along import RoadId as RoadId  # what a city calls it, for example "g55" or "huanghe-1"
from finder.stations.along import Side as Side

TOLD_TO_KM = 0.05 + 1e-9  # half of the tenth to which kilometres are told, and what a float may be off
GAP_KM = 50.0  # the plan's bound between chargers of a tourist road (忻政办发〔2023〕39号)


class RoadKind(StrEnum):
    """What a road is to those who keep it."""

    TOURIST = "TOURIST"
    EXPRESSWAY = "EXPRESSWAY"
    NATIONAL = "NATIONAL"
    PROVINCIAL = "PROVINCIAL"
    COUNTY = "COUNTY"
    OTHER = "OTHER"


class PlaceKind(StrEnum):
    """What a place on a road is to a driver."""

    WAYSTATION = "WAYSTATION"
    RV_CAMP = "RV_CAMP"
    SERVICE_AREA = "SERVICE_AREA"
    PARKING_AREA = "PARKING_AREA"
    SIGHT = "SIGHT"
    JUNCTION = "JUNCTION"
    TOWN = "TOWN"


class Direction(StrEnum):
    """Which way one drives: FORWARD is towards rising kilometres."""

    FORWARD = "FORWARD"
    BACKWARD = "BACKWARD"


SIDES = {LEFT: Side.LEFT, RIGHT: Side.RIGHT}


class Post(msgspec.Struct, frozen=True):
    """A kilometre post as given: what is written on it, and where it stands."""

    km: float
    place: Point


class RoadPlace(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A place on a road. `direction`: the only way of driving that it serves, None where it serves both."""

    kind: PlaceKind
    name: str
    place: Point
    name_en: str | None = None
    direction: Direction | None = None


class Origin(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a road comes from. `accuracy_m`: how far its line may lie from the carriageway.

    `approximate` says that the line was put together from places on the way: it is shown as such everywhere.
    """

    source: str
    licence: str
    accuracy_m: float
    approximate: bool = False
    note: str | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.accuracy_m <= 50_000:  # also refuses NaN
            raise BadInput(
                "道路精度应为 0 至 50000 米",
                "a road's accuracy must be 0 to 50000 metres",
                code="ROAD_ACCURACY",
            )


@dataclass(frozen=True, slots=True)
class Located:
    """A place seen from a road: kilometre, metres off the line, and side. As measured, whatever the accuracy."""

    km: float
    offset_m: float
    side: Side


class Road(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, dict=True):
    """One version of a road. Parts hold (latitude, longitude) in degrees, WGS-84, in the order of driving.

    Kilometres are those of its posts, between them in proportion to the measured length and beyond them as measured;
    without posts they are measured from the beginning, where they are `from_km`. They rise along the line.
    Raises BadInput for a line, posts or numbers that cannot be.
    """

    id: RoadId
    name: str
    kind: RoadKind
    parts: tuple[tuple[tuple[float, float], ...], ...]
    origin: Origin
    version: int = 0  # from 1 once it is kept
    ref: str | None = None  # the number on its signs, for example "G55"
    name_en: str | None = None
    from_km: float = 0.0
    posts: tuple[Post, ...] = ()
    places: tuple[RoadPlace, ...] = ()
    imported_at: datetime | None = None

    @cached_property
    def line(self) -> Line:
        """The geometry, measured in metres along the ellipsoid."""
        return Line(*([Point(lat, lon) for lat, lon in part] for part in self.parts))

    @cached_property
    def _marks(self) -> tuple[list[float], list[float]]:
        """Metres and kilometres of what ties the one to the other, both rising."""
        if not self.posts:
            return [0.0], [self.from_km]
        seen = sorted((self.line.locate(post.place).metres, post.km) for post in self.posts)
        for (metres, km), (next_metres, next_km) in pairwise(seen):
            if next_km <= km or next_metres <= metres:
                raise BadInput(
                    f"道路 {self.id} 的公里桩 K{km:g} 与 K{next_km:g} 顺序与线形不符，请检查方向和位置",
                    f"road {self.id}: posts {km:g} and {next_km:g} do not follow the line's order; check its direction",
                    code="ROAD_POSTS",
                )
        return [metres for metres, _ in seen], [km for _, km in seen]

    @property
    def begin_km(self) -> float:
        """The kilometre at which the line begins."""
        return self.km_at(0.0)

    @property
    def end_km(self) -> float:
        """The kilometre at which it ends."""
        return self.km_at(self.line.length_m)

    @property
    def length_km(self) -> float:
        """Measured, not by its posts."""
        return self.line.length_m / 1000

    def km_at(self, metres: float) -> float:
        """The kilometre of so many metres along the line."""
        return _between(metres, *self._marks, 1 / 1000)

    def metres_at(self, km: float) -> float:
        """The inverse."""
        metres, kms = self._marks
        return _between(km, kms, metres, 1000.0)

    @cached_property
    def places_by_km(self) -> list[tuple[float, RoadPlace]]:
        """The places in the order of driving, each with its kilometre."""
        return sorted(((self.locate(each.place).km, each) for each in self.places), key=lambda pair: pair[0])

    def locate(self, place: Point) -> Located:
        """Where the road is nearest to a place."""
        foot = self.line.locate(place)
        return Located(self.km_at(foot.metres), foot.offset_m, SIDES.get(foot.side, Side.ON))

    def point_at(self, km: float) -> Point:
        """The place at a kilometre; beyond the ends, the end."""
        return self.line.at(self.metres_at(km))

    def meant(self, km: float) -> float:
        """The kilometre that somebody means: an end of the road is told to a tenth, and so it is asked for."""
        return next((end for end in (self.begin_km, self.end_km) if abs(km - end) <= TOLD_TO_KM), km)

    def points_between(self, from_km: float, to_km: float) -> list[Point]:
        """The line from one kilometre to another, at most about 1 km between two points; backwards where to < from."""
        return self.line.between(self.metres_at(from_km), self.metres_at(to_km))


def _between(value: float, xs: Sequence[float], ys: Sequence[float], slope: float) -> float:
    """In proportion between two given values; beyond the first and the last, by the slope."""
    after = bisect_right(xs, value)
    if after == 0:
        return ys[0] + (value - xs[0]) * slope
    if after == len(xs):
        return ys[-1] + (value - xs[-1]) * slope
    share = (value - xs[after - 1]) / (xs[after] - xs[after - 1])
    return ys[after - 1] + share * (ys[after] - ys[after - 1])


@dataclass(frozen=True, slots=True)
class Gap:
    """A way along a road without a charger."""

    from_km: float
    to_km: float

    @property
    def km(self) -> float:
        """How long it is."""
        return self.to_km - self.from_km


def gaps(begin_km: float, end_km: float, chargers_km: Iterable[float], longest_km: float = GAP_KM) -> list[Gap]:
    """The ways longer than `longest_km` between neighbouring chargers, and between them and the road's ends."""
    stops = [begin_km, *sorted(km for km in chargers_km if begin_km < km < end_km), end_km]
    return [Gap(a, b) for a, b in pairwise(stops) if b - a > longest_km]
