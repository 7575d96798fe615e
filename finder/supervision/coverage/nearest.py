"""Finds the nearest of some places, and those within a distance; distances are along the ellipsoid."""

import math
from collections.abc import Sequence

import numpy as np
from scipy.spatial import cKDTree

from finder.kernel.geo import Point, distance_m
from finder.kernel.line import Floats, earth_centred

_SPARE_M = 1.0  # a chord is shorter than the way along the ellipsoid, and never by so much here


class Nearest:
    """Distances to some places."""

    def __init__(self, places: Sequence[Point]) -> None:
        self._places = places
        self._tree = cKDTree(_xyz(places)) if places else None

    def find(self, points: Sequence[Point]) -> list[tuple[int, float] | None]:
        """For each point, which place is nearest and how many km off; None where there is nothing."""
        if self._tree is None:
            return [None] * len(points)
        if not points:
            return []
        found = np.atleast_1d(self._tree.query(_xyz(points), k=1)[1])
        return [(int(n), self._km(at, int(n))) for at, n in zip(points, found, strict=True)]

    def km(self, points: Sequence[Point]) -> list[float]:
        """From each point to the nearest; infinite where there is nothing."""
        return [math.inf if found is None else found[1] for found in self.find(points)]

    def within(self, point: Point, km: float) -> list[int]:
        """Which places are at most so far."""
        if self._tree is None:
            return []
        about = np.atleast_1d(self._tree.query_ball_point(_xyz([point])[0], km * 1000 + _SPARE_M, return_sorted=True))
        return [int(n) for n in about if self._km(point, int(n)) <= km]

    def _km(self, point: Point, number: int) -> float:
        return distance_m(point, self._places[number]) / 1000


def _xyz(places: Sequence[Point]) -> Floats:
    return earth_centred(np.array([p.lat for p in places]), np.array([p.lon for p in places]))
