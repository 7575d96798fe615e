"""Ways as they come, joined into the parts of one road in the order of driving."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from finder.errors import BadInput
from finder.kernel.geo import GEOD, Point, distance_m
from finder.kernel.line import Line

BESIDE_M = 500.0  # a carriageway this near all along is that of the other direction
_MOSTLY = 0.8
_SAMPLES = 50


@dataclass(frozen=True, slots=True)
class Way:
    """A piece of a road; `oneway`: driven in this order only."""

    points: tuple[Point, ...]
    oneway: bool = False

    @property
    def length_m(self) -> float:
        """Metres along the ellipsoid."""
        return float(GEOD.line_length([p.lon for p in self.points], [p.lat for p in self.points]))

    def turned(self) -> "Way":
        """The other way round."""
        return Way(self.points[::-1], self.oneway)


def _key(point: Point) -> tuple[float, float]:
    return round(point.lat, 6), round(point.lon, 6)


def joined(ways: Sequence[Way]) -> list[tuple[Point, ...]]:
    """The parts of the road. A second carriageway beside the first is left out. Raises BadInput ROAD_WITHOUT_LINE."""
    chains = _chained([way for way in ways if len(way.points) > 1])
    if not chains:
        raise BadInput("文件中没有这条道路的线形", "the file has no line of this road", code="ROAD_WITHOUT_LINE")
    return [way.points for way in _ordered(_one_carriageway(chains))]


def _chained(ways: Sequence[Way]) -> list[Way]:
    """Joins ways end to end, wherever in the list they stand; the first of a chain gives its direction."""
    left = dict(enumerate(ways))
    ends: dict[tuple[float, float], set[int]] = {}
    for n, way in left.items():
        for end in (way.points[0], way.points[-1]):
            ends.setdefault(_key(end), set()).add(n)
    chains: list[Way] = []
    while left:
        n = min(left)
        chain = left.pop(n)
        chain = _grown(chain, left, ends)
        if not chain.oneway:  # the beginning grows as an end does, and a one-way street there says the direction
            back = _grown(chain.turned(), left, ends)
            chain = back if back.oneway else back.turned()
        chain = _grown_before(chain, left, ends)
        chains.append(chain)
    return chains


def _grown(chain: Way, left: dict[int, Way], ends: dict[tuple[float, float], set[int]]) -> Way:
    parts, oneway, last = [chain.points], chain.oneway, chain.points[-1]
    while True:
        for n in sorted(ends.get(_key(last), set()) & left.keys()):
            way = left[n]
            if _key(way.points[0]) != _key(last):
                if way.oneway:
                    continue
                way = way.turned()
            del left[n]
            parts.append(way.points[1:])
            oneway, last = oneway or way.oneway, way.points[-1]
            break
        else:
            return Way(tuple(p for part in parts for p in part), oneway)


def _grown_before(chain: Way, left: dict[int, Way], ends: dict[tuple[float, float], set[int]]) -> Way:
    parts, oneway, first = [chain.points], chain.oneway, chain.points[0]
    while True:
        for n in sorted(ends.get(_key(first), set()) & left.keys()):
            way = left[n]
            if _key(way.points[-1]) != _key(first):
                if way.oneway:
                    continue
                way = way.turned()
            del left[n]
            parts.append(way.points[:-1])
            oneway, first = oneway or way.oneway, way.points[0]
            break
        else:
            return Way(tuple(p for part in reversed(parts) for p in part), oneway)


def _one_carriageway(chains: Sequence[Way]) -> list[Way]:
    lengths = {id(chain): chain.length_m for chain in chains}
    longest = max(lengths.values())
    main = next(chain for chain in chains if lengths[id(chain)] >= 0.95 * longest)
    kept = [main]
    for chain in sorted((c for c in chains if c is not main), key=lambda c: -lengths[id(c)]):
        picked = chain.points[:: max(1, len(chain.points) // _SAMPLES)]
        found = Line(*(k.points for k in kept)).feet(
            np.array([p.lat for p in picked]), np.array([p.lon for p in picked]), BESIDE_M
        )
        if len(found.place) < _MOSTLY * len(picked):
            kept.append(chain)
    return kept


def _ordered(chains: Sequence[Way]) -> list[Way]:
    """Puts each further part before or behind what is there, the nearest first."""
    road, rest = [chains[0]], list(chains[1:])
    while rest:
        choices = []
        for n, way in enumerate(rest):
            for each in (way,) if way.oneway else (way, way.turned()):
                choices.append((distance_m(road[-1].points[-1], each.points[0]), 1, n, each))
                choices.append((distance_m(each.points[-1], road[0].points[0]), 0, n, each))
        _, behind, n, way = min(choices, key=lambda choice: choice[:3])
        del rest[n]
        road.insert(len(road) if behind else 0, way)
    return road
