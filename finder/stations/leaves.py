"""Places on the ellipsoid kept in small boxes, so that the nearest are found without looking at the rest."""

import math
from collections.abc import Callable, Iterator
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from finder.kernel.geo import GEOD, Box, Point, distances_m

Floats: TypeAlias = npt.NDArray[np.float64]
Slots: TypeAlias = npt.NDArray[np.int32]
Bools: TypeAlias = npt.NDArray[np.bool_]
Test: TypeAlias = Callable[[Slots], Bools]

LEAF = 128  # places in one box
# The ellipsoid's radii of curvature in metres: b²/a along the meridian at the equator, a²/b at the poles.
_SHARPEST_M = GEOD.b**2 / GEOD.a
_FLATTEST_M = GEOD.a**2 / GEOD.b
_MARGIN_M = 1e-3  # far above what rounding can do to a distance


def _longest_m(chord_m: Floats | float) -> Floats:
    """The longest way along the ellipsoid between places this far apart through the earth.

    A curve that is nowhere bent more than a circle has, for its length, at least that circle's chord (Schur).
    """
    return np.asarray(2 * _SHARPEST_M * np.arcsin(np.minimum(1, np.asarray(chord_m) / (2 * _SHARPEST_M))) + _MARGIN_M)


def _longest_way_m(chord_m: float) -> float:
    """The same for one chord, without numpy's cost for each call."""
    return 2 * _SHARPEST_M * math.asin(min(1.0, chord_m / (2 * _SHARPEST_M))) + _MARGIN_M


def _earth_centred(place: Point) -> Floats:
    """x, y, z in metres on the ellipsoid (EPSG method 9602, geographic to geocentric, at height 0)."""
    lat, lon = math.radians(place.lat), math.radians(place.lon)
    normal = GEOD.a / math.sqrt(1 - GEOD.es * math.sin(lat) ** 2)
    across = normal * math.cos(lat)
    return np.array((across * math.cos(lon), across * math.sin(lon), normal * (1 - GEOD.es) * math.sin(lat)))


def _reach(box: Box) -> tuple[Point, float]:
    """The box's middle, and metres from it that hold the whole box: first along the meridian, then the parallel."""
    across = box.east - box.west if box.west <= box.east else box.east - box.west + 360
    lon = box.west + across / 2
    widest = 0.0 if box.south <= 0 <= box.north else min(abs(box.south), abs(box.north))
    half = (box.north - box.south) / 2 + across / 2 * math.cos(math.radians(widest))
    middle = Point((box.south + box.north) / 2, lon - 360 if lon > 180 else lon)
    return middle, math.radians(half) * _FLATTEST_M + 1


class Leaves:
    """Numbered places (slots from 1) in boxes of at most LEAF, each box a cuboid in earth-centred metres.

    The way along the ellipsoid is never shorter than the chord through it, and hardly longer, so the chords order
    the candidates and few ways need be measured. There are no special cases at the poles or the 180th meridian.
    """

    def __init__(self) -> None:
        self.lat: Floats = np.full(64, np.nan)
        self.lon: Floats = np.full(64, np.nan)
        self._xyz: Floats = np.full((3, 64), np.inf)  # slot 0 and slots that are gone lie infinitely far away
        self._leaf_of: Slots = np.full(64, -1, dtype=np.int32)
        self._members: Slots = np.zeros((16, LEAF), dtype=np.int32)
        self._sizes: list[int] = []
        self._low: Floats = np.full((3, 16), np.inf)
        self._high: Floats = np.full((3, 16), -np.inf)

    def put(self, slot: int, place: Point) -> None:
        """Takes a place, or moves it."""
        if slot < len(self.lat) and self.lat[slot] == place.lat and self.lon[slot] == place.lon:
            return
        self.remove(slot)
        while slot >= len(self.lat):
            self._grow()
        at = _earth_centred(place)
        self.lat[slot], self.lon[slot], self._xyz[:, slot] = place.lat, place.lon, at
        leaf = self._room(at)
        self._members[leaf, self._sizes[leaf]] = slot
        self._leaf_of[slot] = leaf
        self._sizes[leaf] += 1
        self._low[:, leaf] = np.minimum(self._low[:, leaf], at)
        self._high[:, leaf] = np.maximum(self._high[:, leaf], at)

    def remove(self, slot: int) -> None:
        """Forgets a place; its box stays as large as it was."""
        if slot >= len(self.lat) or self._leaf_of[slot] < 0:
            return
        leaf = int(self._leaf_of[slot])
        last = self._sizes[leaf] - 1
        row = self._members[leaf]
        row[int(np.flatnonzero(row == slot)[0])] = row[last]
        row[last] = 0
        self._sizes[leaf] = last
        self._leaf_of[slot] = -1
        self.lat[slot] = self.lon[slot] = np.nan
        self._xyz[:, slot] = np.inf
        if last == 0:
            self._low[:, leaf], self._high[:, leaf] = np.inf, -np.inf

    def nearest(
        self, centre: Point, radius_m: float, test: Test | None, expect: int, beyond_m: float = 0.0
    ) -> Iterator[tuple[Floats, Slots]]:
        """Ways in metres and slots, nearest first, in batches of about `expect` that no tie crosses.

        Only places within the radius that pass the test; those nearer than `beyond_m` may be left out.
        """
        at = _earth_centred(centre)
        gaps = self._gaps(at)
        leaves = np.flatnonzero(gaps <= radius_m * radius_m)
        if beyond_m > 0 and len(leaves):
            corner = np.maximum(abs(self._low[:, leaves] - at[:, None]), abs(self._high[:, leaves] - at[:, None]))
            leaves = leaves[_longest_m(np.sqrt((corner * corner).sum(axis=0))) >= beyond_m]
        leaves = leaves[np.argsort(gaps[leaves])]
        edges = np.append(np.sqrt(gaps[leaves]), np.inf)
        chords: Floats = np.empty(0)
        slots: Slots = np.empty(0, dtype=np.int32)
        opened, step = 0, 2
        while opened < len(leaves) or len(slots):
            if opened < len(leaves):
                more, ways = self._open(leaves[opened : opened + step], at, radius_m, beyond_m, test)
                if len(slots):
                    chords, slots = np.concatenate((chords, ways)), np.concatenate((slots, more))
                else:
                    chords, slots = ways, more
                opened, step = min(opened + step, len(leaves)), step * 2
            edge = float(edges[opened])  # whatever is in no opened leaf is at least this far away
            if opened < len(leaves) and np.count_nonzero(chords < edge) < expect:
                continue
            if len(chords) > expect:
                edge = min(edge, _longest_way_m(float(np.partition(chords, expect - 1)[expect - 1])) + _MARGIN_M)
            close = np.flatnonzero(chords < edge)
            these = slots[close]
            ways = distances_m(centre, self.lat[these], self.lon[these])
            order = np.argsort(ways, kind="stable")
            ordered = ways[order]
            inside = int(np.searchsorted(ordered, min(edge, radius_m), "right" if radius_m < edge else "left"))
            yield ordered[:inside], these[order[:inside]]
            keep = np.ones(len(slots), dtype=np.bool_)  # only now: most callers have enough by the first batch
            keep[close[ways < edge]] = False
            chords, slots = chords[keep], slots[keep]
            expect *= 2

    def inside(self, box: Box) -> Slots:
        """The slots in the box or on its border, in no order."""
        middle, reach_m = _reach(box)
        leaves = np.flatnonzero(self._gaps(_earth_centred(middle)) <= reach_m * reach_m)
        if len(leaves) * 4 > len(self._sizes):  # then one look at everything is quicker
            slots = np.arange(len(self.lat), dtype=np.int32)
            lat, lon = self.lat, self.lon
        else:
            slots = self._members[leaves].ravel()
            lat, lon = self.lat[slots], self.lon[slots]
        # Places that are gone are NaN, which is inside nothing.
        found = (lat >= box.south) & (lat <= box.north)
        if box.west <= box.east:
            found &= (lon >= box.west) & (lon <= box.east)
        else:
            found &= (lon >= box.west) | (lon <= box.east)
        return slots[found]

    def _gaps(self, at: Floats) -> Floats:
        """The squared distance in m² from a place to each leaf's box, 0 inside it."""
        used = len(self._sizes)
        gap = np.maximum(self._low[:, :used] - at[:, None], at[:, None] - self._high[:, :used])
        np.maximum(gap, 0, out=gap)
        gap *= gap
        return np.asarray(gap[0] + gap[1] + gap[2])

    def _open(
        self, leaves: npt.NDArray[np.intp], at: Floats, radius_m: float, beyond_m: float, test: Test | None
    ) -> tuple[Slots, Floats]:
        slots = self._members[leaves].ravel()
        way = self._xyz[:, slots] - at[:, None]
        way *= way
        chords = np.sqrt(way[0] + way[1] + way[2])
        keep = chords <= radius_m
        if beyond_m > 0:
            keep &= _longest_m(chords) >= beyond_m
        slots, chords = slots[keep], chords[keep]
        if test is not None and len(slots):
            suits = test(slots)
            slots, chords = slots[suits], chords[suits]
        return slots, chords

    def _room(self, at: Floats) -> int:
        """The leaf that the place belongs to, with room in it."""
        if not self._sizes:
            self._sizes.append(0)
            return 0
        leaf = int(np.argmin(self._gaps(at)))
        if self._sizes[leaf] < LEAF:
            return leaf
        self._split(leaf)
        return self._room(at)

    def _split(self, leaf: int) -> None:
        """Halves a full leaf across its longest side."""
        members = self._members[leaf].copy()
        xyz = self._xyz[:, members]
        side = int(np.argmax(xyz.max(axis=1) - xyz.min(axis=1)))
        order = np.argsort(xyz[side], kind="stable")
        other = len(self._sizes)
        self._sizes.append(0)
        if other >= len(self._members):
            self._members = np.concatenate((self._members, np.zeros_like(self._members)))
            self._low = np.concatenate((self._low, np.full_like(self._low, np.inf)), axis=1)
            self._high = np.concatenate((self._high, np.full_like(self._high, -np.inf)), axis=1)
        for target, half in ((leaf, order[: LEAF // 2]), (other, order[LEAF // 2 :])):
            self._members[target] = 0
            self._members[target, : len(half)] = members[half]
            self._leaf_of[members[half]] = target
            self._sizes[target] = len(half)
            self._low[:, target] = xyz[:, half].min(axis=1)
            self._high[:, target] = xyz[:, half].max(axis=1)

    def _grow(self) -> None:
        size = len(self.lat)
        self.lat = np.concatenate((self.lat, np.full(size, np.nan)))
        self.lon = np.concatenate((self.lon, np.full(size, np.nan)))
        self._xyz = np.concatenate((self._xyz, np.full((3, size), np.inf)), axis=1)
        self._leaf_of = np.concatenate((self._leaf_of, np.full(size, -1, dtype=np.int32)))
