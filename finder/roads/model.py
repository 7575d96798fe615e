"""What a road is: a line with kilometres, the places on it, and how far any of it is to be believed."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import msgspec
import numpy as np

from finder.errors import BadInput
from finder.kernel.geo import GEOD, Point
from finder.kernel.line import LEFT, RIGHT, Line
from finder.roads.heights import Climbs, Profile, climbs
from finder.stations.along import RoadId as RoadId  # what a city calls it, for example "g55" or "huanghe-1"
from finder.stations.along import Side as Side

TOLD_TO_KM = 0.05 + 1e-9  # half of the tenth to which kilometres are told, and what a float may be off
BREAK_M = 100.0  # parts that are nearer to each other are one road that was drawn in pieces
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


class Break(NamedTuple):
    """Where a road stops and goes on elsewhere: it is measured straight, and nothing lies along it."""

    from_km: float
    to_km: float


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
    # Of each place of each part, metres above the sea; none at all, or none of a part, where they are not known.
    heights_m: tuple[tuple[float | None, ...], ...] = ()

    def __post_init__(self) -> None:
        fits = len(self.heights_m) == len(self.parts) and all(
            len(heights) in (0, len(part)) for heights, part in zip(self.heights_m, self.parts, strict=True)
        )
        if self.heights_m and not fits:
            raise BadInput("高程应与各点对应", "there must be one height for each place", code="HEIGHTS")

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
    def breaks(self) -> tuple[Break, ...]:
        """Between two parts that do not touch, in the order of kilometres."""
        apart = np.flatnonzero(np.diff(np.concatenate(([True], self.line.drawn, [True]))))
        ends = [(float(self.line.metres[a]), float(self.line.metres[b])) for a, b in apart.reshape(-1, 2)]
        return tuple(Break(self.km_at(a), self.km_at(b)) for a, b in ends if b - a > BREAK_M)

    def breaks_between(self, from_km: float, to_km: float) -> list[Break]:
        """The breaks on the way from one kilometre to another, as measured kilometres from its beginning."""
        begin = self.metres_at(from_km)
        spans = [sorted(abs(self.metres_at(km) - begin) / 1000 for km in each) for each in self._cut(from_km, to_km)]
        return sorted(Break(low, high) for low, high in spans if high - low > BREAK_M / 1000)

    def _cut(self, from_km: float, to_km: float) -> Iterator[tuple[float, float]]:
        low, high = min(from_km, to_km), max(from_km, to_km)
        yield from ((max(a, low), min(b, high)) for a, b in self.breaks if a < high and b > low)

    @cached_property
    def _profile(self) -> Profile | None:
        if not self.heights_m:
            return None
        lats, lons = np.array([place for part in self.parts for place in part], dtype=np.float64).T
        steps = np.asarray(GEOD.inv(lons[:-1], lats[:-1], lons[1:], lats[1:])[2], dtype=np.float64)
        told = [h for part, own in zip(self.parts, self.heights_m, strict=True) for h in own or (None,) * len(part)]
        return Profile(np.concatenate(([0.0], np.cumsum(steps))), np.array(told, dtype=np.float64))

    def heights_between(self, from_km: float, to_km: float) -> list[float] | None:
        """Of each place that `points_between` tells, its height in metres; None where not all are known."""
        if self._profile is None:
            return None
        return self._profile.at(self.line.marks(self.metres_at(from_km), self.metres_at(to_km)))

    @cached_property
    def climbs(self) -> Climbs | None:
        """Of the whole road, driven towards rising kilometres; None where its heights are not known."""
        return climbs(self.heights_between(self.begin_km, self.end_km))

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


def between_chargers(
    begin_km: float, end_km: float, chargers_km: Iterable[float], breaks: Iterable[Break] = ()
) -> Iterator[Gap]:
    """The ways between neighbouring chargers, and between them and the ends of the road and of each of its parts.

    What a road jumps over is no way along it, whatever its length: nobody knows what charges a car there.
    """
    stops = sorted(chargers_km)
    edges = [begin_km, *(min(max(km, begin_km), end_km) for each in sorted(breaks) for km in each), end_km]
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        if begin < end:
            within = [begin, *stops[bisect_right(stops, begin) : bisect_left(stops, end)], end]
            yield from (Gap(a, b) for a, b in pairwise(within))


def gaps(
    begin_km: float,
    end_km: float,
    chargers_km: Iterable[float],
    longest_km: float = GAP_KM,
    breaks: Iterable[Break] = (),
) -> list[Gap]:
    """Those longer than `longest_km`."""
    return [way for way in between_chargers(begin_km, end_km, chargers_km, breaks) if way.km > longest_km]
