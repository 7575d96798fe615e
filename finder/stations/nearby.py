"""Places on the ellipsoid, the nearest of which are found without looking at the rest."""

import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeAlias, cast

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from finder.kernel.geo import GEOD, Box, Point, distances_m

Floats: TypeAlias = npt.NDArray[np.float64]
Slots: TypeAlias = npt.NDArray[np.int32]
Bools: TypeAlias = npt.NDArray[np.bool_]
Test: TypeAlias = Callable[[Slots], Bools]

FRESH_AT_LEAST = 256  # places outside the tree before it is worth building anew
FRESH_SHARE = 64  # and at least one in so many of all places
SEEN_AT_ONCE = 4  # candidates for each place that is expected: a filter leaves some out
_WIDE_M = 50_000.0  # for a box of this reach, one look at everything is quicker than the tree
# The ellipsoid's radii of curvature in metres: b²/a along the meridian at the equator, a²/b at the poles.
_SHARPEST_M = GEOD.b**2 / GEOD.a
_FLATTEST_M = GEOD.a**2 / GEOD.b
_MARGIN_M = 1e-3  # far above what rounding can do to a distance


def _longest_m(chord_m: Floats) -> Floats:
    """The longest way along the ellipsoid between places this far apart through the earth.

    A curve that is nowhere bent more than a circle has, for its length, at least that circle's chord (Schur).
    """
    return np.asarray(2 * _SHARPEST_M * np.arcsin(np.minimum(1, chord_m / (2 * _SHARPEST_M))) + _MARGIN_M)


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


class Tree(NamedTuple):
    """A k-d tree, and the slot of each of its places."""

    places: cKDTree | None
    slots: Slots


class Nearby:
    """Numbered places (slots from 1): a k-d tree in earth-centred metres, and beside it what came since it was built.

    The way along the ellipsoid is never shorter than the chord through it, and hardly longer, so the chords order
    the candidates and few ways need be measured. There are no special cases at the poles or the 180th meridian.
    """

    def __init__(self) -> None:
        self.lat: Floats = np.full(64, np.nan)  # NaN: no such place, which is inside nothing and near nothing
        self.lon: Floats = np.full(64, np.nan)
        self._xyz: Floats = np.full((64, 3), np.inf)
        self._tree = Tree(None, np.empty(0, dtype=np.int32))
        self._out: Bools = np.zeros(64, dtype=np.bool_)  # slots of the tree that have moved or gone
        self._any_out = False
        self._fresh: dict[int, None] = {}
        self._count = 0

    def put(self, slot: int, place: Point) -> None:
        """Takes a place, or moves it."""
        if slot < len(self.lat) and self.lat[slot] == place.lat and self.lon[slot] == place.lon:
            return
        self.remove(slot)
        while slot >= len(self.lat):
            self._grow()
        self.lat[slot], self.lon[slot], self._xyz[slot] = place.lat, place.lon, _earth_centred(place)
        self._fresh[slot] = None
        self._count += 1

    def remove(self, slot: int) -> None:
        """Forgets a place."""
        if slot >= len(self.lat) or math.isnan(self.lat[slot]):
            return
        if slot in self._fresh:
            del self._fresh[slot]
        else:
            self._out[slot] = self._any_out = True
        self.lat[slot] = self.lon[slot] = np.nan
        self._xyz[slot] = np.inf
        self._count -= 1

    @property
    def due(self) -> bool:
        """Whether so much is new that another tree pays."""
        return len(self._fresh) >= max(FRESH_AT_LEAST, self._count // FRESH_SHARE)

    def grown(self) -> Tree:
        """A tree of all places, for `plant`. May be made in another thread while others ask, not while they put."""
        slots = np.flatnonzero(~np.isnan(self.lat)).astype(np.int32)
        return Tree(cKDTree(self._xyz[slots]) if len(slots) else None, slots)

    def plant(self, tree: Tree) -> None:
        """Takes a tree that was grown since the last place was put."""
        self._tree, self._fresh = tree, {}
        self._out, self._any_out = np.zeros_like(self._out), False

    def nearest(
        self, centre: Point, radius_m: float, test: Test | None, expect: int, beyond_m: float = 0.0
    ) -> Iterator[tuple[Floats, Slots]]:
        """Ways in metres and slots, nearest first, in batches of about `expect` that no tie crosses.

        Only places within the radius that pass the test; those nearer than `beyond_m` may be left out.
        """
        at, seen = _earth_centred(centre), SEEN_AT_ONCE * expect
        while True:
            chords, slots, edge = self._candidates(at, radius_m, min(seen, len(self.lat)))
            if test is not None and len(slots):
                suits = test(slots)
                chords, slots = chords[suits], slots[suits]
            if beyond_m > 0:
                ahead = _longest_m(chords) >= beyond_m
                chords, slots = chords[ahead], slots[ahead]
            while len(slots):
                close = edge  # every place whose way is shorter is measured here
                if len(chords) > expect:
                    close = min(edge, _longest_way_m(float(chords[expect - 1])) + _MARGIN_M)
                some = int(chords.searchsorted(close + _MARGIN_M))
                ways = distances_m(centre, self.lat[slots[:some]], self.lon[slots[:some]])
                order = ways.argsort(kind="stable")
                ways = ways[order]
                end = int(ways.searchsorted(min(close, radius_m), "right" if radius_m < close else "left"))
                begin = int(ways.searchsorted(beyond_m)) if beyond_m > 0 else 0
                if begin < end:
                    yield ways[begin:end], slots[order[begin:end]]
                if close == edge:
                    break
                beyond_m, expect = close, expect * 2
                ahead = _longest_m(chords) >= beyond_m
                chords, slots = chords[ahead], slots[ahead]
            if edge > radius_m:
                return
            beyond_m, seen = max(beyond_m, edge), seen * 8

    def inside(self, box: Box) -> Slots:
        """The slots in the box or on its border, in no order."""
        middle, reach_m = _reach(box)
        tree = self._tree
        if tree.places is None or reach_m > _WIDE_M:
            slots = np.arange(len(self.lat), dtype=np.int32)
        else:
            near = np.asarray(tree.places.query_ball_point(_earth_centred(middle), reach_m), dtype=np.intp)
            slots = np.concatenate((tree.slots[near], np.fromiter(self._fresh, np.int32, len(self._fresh))))
            slots = np.unique(slots) if self._any_out else slots
        lat, lon = self.lat[slots], self.lon[slots]
        found = (lat >= box.south) & (lat <= box.north)
        if box.west <= box.east:
            found &= (lon >= box.west) & (lon <= box.east)
        else:
            found &= (lon >= box.west) | (lon <= box.east)
        return slots[found]

    def around(self, centres: Floats, radii_m: Floats) -> Slots:
        """The slots in any of these balls (earth-centred metres), in no order; a place may be just outside."""
        fresh = np.fromiter(self._fresh, np.int32, len(self._fresh))
        tree = self._tree
        if tree.places is None:
            return fresh
        # The tree does not know which of its places have moved; who asks measures them anyway.
        held: Any = tree.places.query_ball_point(centres, radii_m)
        near = np.unique(np.concatenate([np.asarray(each, dtype=np.intp) for each in held]))
        slots: Slots = np.unique(np.concatenate((tree.slots[near], fresh)))
        here: Slots = slots[~np.isnan(self.lat[slots])]
        return here

    def _candidates(self, at: Floats, radius_m: float, most: int) -> tuple[Floats, Slots, float]:
        """Chords in metres and slots in their order, and the way up to which none is missing."""
        chords: Floats = np.empty(0)
        slots: Slots = np.empty(0, dtype=np.int32)
        edge = math.inf
        tree = self._tree
        if tree.places is not None:
            found = tree.places.query(at, most, distance_upper_bound=radius_m + _MARGIN_M)
            chords, which = cast("tuple[Floats, Slots]", found)  # arrays, since `most` is above 1
            if chords[-1] == math.inf:  # then these are all within the radius
                count = int(chords.searchsorted(math.inf))
                chords, which = chords[:count], which[:count]
            else:
                edge = float(chords[-1]) - _MARGIN_M
            slots = tree.slots[which]
            if self._any_out:
                here = ~self._out[slots]
                chords, slots = chords[here], slots[here]
        if self._fresh:
            fresh = np.fromiter(self._fresh, np.int32, len(self._fresh))
            through = np.sqrt(((self._xyz[fresh] - at) ** 2).sum(axis=1))
            near = through <= radius_m
            chords, slots = np.concatenate((chords, through[near])), np.concatenate((slots, fresh[near]))
            order = np.argsort(chords, kind="stable")
            chords, slots = chords[order], slots[order]
        return chords, slots, edge

    def _grow(self) -> None:
        size = len(self.lat)
        self.lat = np.concatenate((self.lat, np.full(size, np.nan)))
        self.lon = np.concatenate((self.lon, np.full(size, np.nan)))
        self._xyz = np.concatenate((self._xyz, np.full((size, 3), np.inf)))
        self._out = np.concatenate((self._out, np.zeros(size, dtype=np.bool_)))
