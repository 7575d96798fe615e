"""Lines on the earth, measured from their beginning, and how far along and how far off a place lies."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from finder.errors import BadInput
from finder.kernel.geo import GEOD, Point

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.intp]

# A piece this long leaves the chord through the earth by 2 cm, and the foot on it by less than 1 mm.
PIECE_M = 1_000.0
_STRETCH_M = 1_000.0  # pieces that begin within one such distance are looked at together
_ON_M = 0.5  # nearer than this, a place lies on the line and on no side of it
_PLACES_AT_ONCE = 20_000
LEFT, ON, RIGHT = -1, 0, 1


def earth_centred(lats: Floats, lons: Floats) -> Floats:
    """x, y, z in metres on the ellipsoid (EPSG method 9602 at height 0); shape (n, 3)."""
    lat, lon = np.radians(lats), np.radians(lons)
    normal = GEOD.a / np.sqrt(1 - GEOD.es * np.sin(lat) ** 2)
    across = normal * np.cos(lat)
    return np.stack((across * np.cos(lon), across * np.sin(lon), normal * (1 - GEOD.es) * np.sin(lat)), axis=1)


def _on_earth(xyz: Floats) -> tuple[Floats, Floats]:
    """The inverse, for places at height 0 or a few centimetres from it."""
    x, y, z = xyz.T
    return np.degrees(np.arctan2(z, (1 - GEOD.es) * np.hypot(x, y))), np.degrees(np.arctan2(y, x))


@dataclass(frozen=True, slots=True)
class Foot:
    """The nearest place of a line: metres along it, metres off it, and LEFT, ON or RIGHT of its direction."""

    metres: float
    offset_m: float
    side: int


class Line:
    """Geodesics through places, in one part or several; what lies between two parts is measured straight.

    Raises BadInput LINE_TOO_SHORT for less than two different places.
    """

    def __init__(self, *parts: Sequence[Point]) -> None:
        places = [p for part in parts for p in part]
        begins = np.zeros(len(places), dtype=np.bool_)  # places that no line leads to
        at = 0
        for part in parts:
            begins[at : at + 1] = True
            at += len(part)
        lats = np.array([p.lat for p in places], dtype=np.float64)
        lons = np.array([p.lon for p in places], dtype=np.float64)
        new = np.ones(len(places), dtype=np.bool_)
        new[1:] = (np.diff(lats) != 0) | (np.diff(lons) != 0)
        lats, lons, begins = lats[new], lons[new], begins[new]
        if len(lats) < 2 or begins[1:].all():
            raise BadInput(
                "线路至少要有两个不同的点",
                "a line needs at least two different places",
                code="LINE_TOO_SHORT",
            )
        self._divide(lats, lons, begins)

    def _divide(self, lats: Floats, lons: Floats, begins: npt.NDArray[np.bool_]) -> None:
        azimuths, _, lengths = GEOD.inv(lons[:-1], lats[:-1], lons[1:], lats[1:])
        pieces = np.maximum(1, np.ceil(lengths / PIECE_M)).astype(np.intp)
        of = np.repeat(np.arange(len(pieces)), pieces)
        nth = np.arange(len(of)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        ahead = lengths[of] * nth / pieces[of]
        lon, lat, _ = GEOD.fwd(lons[of], lats[of], azimuths[of], ahead)
        given = nth == 0
        lat, lon = np.where(given, lats[of], lat), np.where(given, lons[of], lon)
        self.lats: Floats = np.append(lat, lats[-1])
        self.lons: Floats = np.append(lon, lons[-1])
        begun = np.concatenate(([0.0], np.cumsum(lengths)))
        self.metres: Floats = np.append(begun[of] + ahead, begun[-1])  # of each place, from the beginning
        self.drawn: npt.NDArray[np.bool_] = ~begins[1:][of]  # whether the piece that begins here is part of the line
        self.xyz = earth_centred(self.lats, self.lons)

    @property
    def length_m(self) -> float:
        """Metres from the beginning to the end."""
        return float(self.metres[-1])

    @cached_property
    def _alone(self) -> "Lines":
        return Lines([self])

    def locate(self, place: Point) -> Foot:
        """The nearest place of the line."""
        found = self._alone.nearest(np.array([place.lat]), np.array([place.lon]))
        return Foot(float(found.metres[0]), float(found.offset_m[0]), int(found.side[0]))

    def feet(self, lats: Floats, lons: Floats, reach_m: float) -> "Feet":
        """The nearest place of the line for each of many places, where it is at most `reach_m` away."""
        return self._alone.near(lats, lons, reach_m)

    def at(self, metres: float) -> Point:
        """The place so far along; before the beginning the first, beyond the end the last."""
        piece = min(max(int(self.metres.searchsorted(metres, "right")) - 1, 0), len(self.metres) - 2)
        begin, end = self.metres[piece], self.metres[piece + 1]
        share = min(1.0, max(0.0, (metres - begin) / (end - begin or 1.0)))
        if share in (0.0, 1.0):
            nth = piece + int(share)
            return Point(float(self.lats[nth]), float(self.lons[nth]))
        lat, lon = _on_earth((self.xyz[piece] + share * (self.xyz[piece + 1] - self.xyz[piece]))[None])
        return Point(float(lat[0]), float(lon[0]))

    def marks(self, begin_m: float, end_m: float) -> Floats:
        """Metres of the places from one distance to another, with one at each end; falling where end < begin."""
        first, last = (min(self.length_m, max(0.0, each)) for each in sorted((begin_m, end_m)))
        inner = self.metres[(self.metres > first) & (self.metres < last)]
        metres = np.concatenate(([first], inner, [last]))
        return metres if begin_m <= end_m else metres[::-1]

    def between(self, begin_m: float, end_m: float) -> list[Point]:
        """The places at these marks."""
        return [self.at(float(each)) for each in self.marks(begin_m, end_m)]

    def balls(self) -> tuple[Floats, Floats]:
        """Centres (earth-centred metres) and radii that together hold the line; about one for each kilometre."""
        return self._alone.centres, self._alone.radii


@dataclass(frozen=True, slots=True)
class Feet:
    """Nearest places, a row for each pair of a place and a line that were near enough, ordered by place and line."""

    place: Ints
    line: Ints
    metres: Floats
    offset_m: Floats
    side: npt.NDArray[np.int8]


class Lines:
    """Several lines, so laid out that the near ones of many places are found at once.

    Stretches of the lines lie in balls, whose centres are in a k-d tree in earth-centred metres: there are no
    special cases at the poles or the 180th meridian. Offsets are measured along the ellipsoid.
    """

    def __init__(self, lines: Sequence[Line]) -> None:
        self._xyz = np.concatenate([line.xyz for line in lines])
        self._metres = np.concatenate([line.metres for line in lines])
        starts = np.cumsum([0, *(len(line.metres) for line in lines)])
        # One piece for each place but a line's last; a piece between two parts is never near anything.
        drawn = np.concatenate([np.append(line.drawn, False) for line in lines])
        self._drawn = drawn
        pieces = np.flatnonzero(drawn)
        line_of = np.repeat(np.arange(len(lines)), np.diff(starts))
        keys = line_of[pieces] * (1 << 32) + (self._metres[pieces] // _STRETCH_M).astype(np.int64)
        parts = np.concatenate(([True], (np.diff(keys) != 0) | (np.diff(pieces) != 1)))
        self._first = pieces[parts]
        counts = np.diff(np.append(np.flatnonzero(parts), len(pieces)))
        self._count: Ints = counts.astype(np.intp)
        self._line = line_of[self._first]
        self.centres: Floats = (self._xyz[self._first] + self._xyz[self._first + counts]) / 2
        reach = np.zeros(len(self._first))
        of = np.repeat(np.arange(len(counts)), counts)
        for end in (0, 1):
            away = np.sqrt(((self._xyz[pieces + end] - self.centres[of]) ** 2).sum(axis=1))
            np.maximum.at(reach, of, away)
        self.radii: Floats = reach + 0.1
        self._tree = cKDTree(self.centres)
        self._widest = float(self.radii.max())

    def nearest(self, lats: Floats, lons: Floats) -> Feet:
        """The nearest place of any line for each place, however far."""
        xyz = earth_centred(lats, lons)
        away, _ = self._tree.query(xyz)
        # The way around the earth is at most pi / 2 times the chord through it.
        found = self.near(lats, lons, (float(np.max(away)) + 2 * self._widest) * 1.6)
        best = np.lexsort((found.line, found.offset_m, found.place))
        firsts = best[np.unique(found.place[best], return_index=True)[1]]
        return _taken(found, firsts)

    def near(self, lats: Floats, lons: Floats, reach_m: float) -> Feet:
        """Where each place lies on each line that is at most `reach_m` metres away from it."""
        rows = [
            self._near(lats[begin : begin + _PLACES_AT_ONCE], lons[begin : begin + _PLACES_AT_ONCE], reach_m, begin)
            for begin in range(0, len(lats), _PLACES_AT_ONCE)
        ]
        return _joined(rows)

    def _near(self, lats: Floats, lons: Floats, reach_m: float, begin: int) -> Feet:
        xyz = earth_centred(lats, lons)
        away, _ = self._tree.query(xyz, distance_upper_bound=reach_m + self._widest)
        some = np.flatnonzero(np.isfinite(away))
        if not len(some):
            return _joined([])
        balls: Any = self._tree.query_ball_point(xyz[some], reach_m + self._widest)  # the stubs know one place only
        held: Sequence[list[int]] = balls
        place = np.repeat(some, [len(each) for each in held])
        stretch = np.concatenate([np.asarray(each, dtype=np.intp) for each in held])
        place, stretch = self._promising(xyz, place, stretch, reach_m)
        # Every piece of every stretch that is left.
        counts = self._count[stretch]
        pair = np.repeat(np.arange(len(stretch)), counts)
        piece = self._first[stretch][pair] + np.arange(len(pair)) - np.repeat(np.cumsum(counts) - counts, counts)
        where = xyz[place[pair]]
        start = self._xyz[piece]
        along = self._xyz[piece + 1] - start
        share = np.clip(((where - start) * along).sum(axis=1) / np.maximum((along**2).sum(axis=1), 1e-12), 0, 1)
        foot = start + share[:, None] * along
        away2 = ((where - foot) ** 2).sum(axis=1)
        line = self._line[stretch][pair]
        order = np.lexsort((piece, away2, line, place[pair]))
        keys = place[pair][order] * (1 << 32) + line[order]
        best = order[np.unique(keys, return_index=True)[1]]
        return self._measured(begin, lats, lons, xyz, place[pair][best], line[best], piece[best], share[best], reach_m)

    def _promising(self, xyz: Floats, place: Ints, stretch: Ints, reach_m: float) -> tuple[Ints, Ints]:
        """Drops stretches that cannot hold the nearest place of their line."""
        away = np.sqrt(((xyz[place] - self.centres[stretch]) ** 2).sum(axis=1))
        radius = self.radii[stretch]
        keys = place * (1 << 32) + self._line[stretch]
        _, which = np.unique(keys, return_inverse=True)
        bound = np.full(int(which.max()) + 1, math.inf)
        np.minimum.at(bound, which, away + radius)
        kept = (away - radius <= bound[which]) & (away - radius <= reach_m)
        return place[kept], stretch[kept]

    def _measured(
        self,
        begin: int,
        lats: Floats,
        lons: Floats,
        xyz: Floats,
        place: Ints,
        line: Ints,
        piece: Ints,
        share: Floats,
        reach_m: float,
    ) -> Feet:
        start = self._xyz[piece]
        along = self._xyz[piece + 1] - start
        foot = start + share[:, None] * along
        foot_lats, foot_lons = _on_earth(foot)
        offset = np.asarray(GEOD.inv(lons[place], lats[place], foot_lons, foot_lats)[2], dtype=np.float64)
        metres = self._metres[piece] + share * (self._metres[piece + 1] - self._metres[piece])
        left = (np.cross(along, xyz[place] - start) * start).sum(axis=1)
        side = np.where(left > 0, LEFT, RIGHT)
        # Where a bend is nearest, the place lies outside the bend, whatever either piece alone would say.
        before = np.where(share >= 1, piece, piece - 1)
        bend = ((share >= 1) | (share <= 0)) & (before >= 0) & (before + 1 < len(self._drawn))
        before = np.where(bend, before, 0)
        bend &= self._drawn[before] & self._drawn[np.minimum(before + 1, len(self._drawn) - 1)]
        into = self._xyz[before + 1] - self._xyz[before]
        out = self._xyz[np.minimum(before + 2, len(self._xyz) - 1)] - self._xyz[before + 1]
        turn = (np.cross(into, out) * start).sum(axis=1)
        turn /= np.sqrt((into**2).sum(axis=1) * (out**2).sum(axis=1) * (start**2).sum(axis=1)) + 1e-300
        side = np.where(bend & (np.abs(turn) > 1e-6), np.where(turn > 0, RIGHT, LEFT), side)
        side = np.where(offset < _ON_M, ON, side).astype(np.int8)
        kept = offset <= reach_m
        return _taken(Feet(place + begin, line, metres, offset, side), np.flatnonzero(kept))


def _taken(feet: Feet, rows: Ints) -> Feet:
    return Feet(feet.place[rows], feet.line[rows], feet.metres[rows], feet.offset_m[rows], feet.side[rows])


def _joined(rows: Sequence[Feet]) -> Feet:
    if not rows:
        none: Ints = np.empty(0, dtype=np.intp)
        return Feet(none, none, np.empty(0), np.empty(0), np.empty(0, dtype=np.int8))
    return Feet(
        np.concatenate([r.place for r in rows]),
        np.concatenate([r.line for r in rows]),
        np.concatenate([r.metres for r in rows]),
        np.concatenate([r.offset_m for r in rows]),
        np.concatenate([r.side for r in rows]),
    )
