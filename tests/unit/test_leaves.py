"""Places in boxes: splitting, moving, removing, and the bounds by which boxes are left out."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finder.kernel.geo import Box, Point, distance_m
from finder.stations.leaves import LEAF, Leaves

points = st.builds(Point, st.floats(-90, 90), st.floats(-180, 180))


def nearest(leaves: Leaves, centre: Point, radius_m: float, expect: int = 3) -> list[tuple[float, int]]:
    found: list[tuple[float, int]] = []
    for ways, slots in leaves.nearest(centre, radius_m, None, expect):
        found += sorted(zip(ways.tolist(), slots.tolist(), strict=True))
    return found


def plainly(places: dict[int, Point], centre: Point, radius_m: float) -> list[tuple[float, int]]:
    ways = ((distance_m(centre, place), slot) for slot, place in places.items())
    return sorted(each for each in ways if each[0] <= radius_m)


@settings(max_examples=60, deadline=None)
@given(st.lists(points, min_size=1, max_size=40), points, st.sampled_from([1.0, 1e4, 2e5, 5e6, 2.1e7]))
def test_anywhere_on_earth(places: list[Point], centre: Point, radius_m: float) -> None:
    leaves, numbered = Leaves(), dict(enumerate(places, 1))
    for slot, place in numbered.items():
        leaves.put(slot, place)
    assert nearest(leaves, centre, radius_m) == plainly(numbered, centre, radius_m)
    assert nearest(leaves, places[0], radius_m) == plainly(numbered, places[0], radius_m)


@settings(max_examples=60, deadline=None)
@given(st.lists(points, min_size=1, max_size=40), points, points)
def test_boxes_anywhere_on_earth(places: list[Point], one: Point, two: Point) -> None:
    box = Box(min(one.lat, two.lat), one.lon, max(one.lat, two.lat), two.lon)
    leaves = Leaves()
    for slot, place in enumerate([*places, one, two], 1):
        leaves.put(slot, place)
    expected = {slot for slot, place in enumerate([*places, one, two], 1) if box.contains(place)}
    assert set(leaves.inside(box).tolist()) == expected


@pytest.mark.parametrize("spread", [0.0, 1e-9, 0.05, 30.0])
def test_many_places_that_come_move_and_go(spread: float) -> None:
    rng = random.Random(1)

    def somewhere() -> Point:
        return Point(38 + rng.uniform(-spread, spread), 112 + rng.uniform(-spread, spread))

    leaves, places = Leaves(), {slot: somewhere() for slot in range(1, 6 * LEAF)}
    for slot, place in places.items():
        leaves.put(slot, place)
    for slot in rng.sample(sorted(places), 3 * LEAF):
        if rng.random() < 0.5:
            leaves.remove(slot)
            leaves.remove(slot)
            del places[slot]
        else:
            places[slot] = somewhere()
            leaves.put(slot, places[slot])
    for radius_m in (10.0, 3_000.0, 200_000.0):
        centre = somewhere()
        assert nearest(leaves, centre, radius_m, 20) == plainly(places, centre, radius_m)
    small = Box(38, 112, 38 + spread / 10, 112 + spread / 10)  # few boxes are looked into
    assert set(leaves.inside(small).tolist()) == {slot for slot, place in places.items() if small.contains(place)}


def test_batches_are_as_large_as_expected_and_begin_beyond() -> None:
    leaves = Leaves()
    for slot in range(1, 2001):
        leaves.put(slot, Point(38 + slot / 10_000, 112))
    ways, slots = next(iter(leaves.nearest(Point(38, 112), 100_000, None, 30)))
    assert 30 <= len(slots) <= 40
    assert slots.tolist() == list(range(1, len(slots) + 1))
    assert np.all(np.diff(ways) > 0)
    beyond = distance_m(Point(38, 112), Point(38.15, 112))
    _, slots = next(iter(leaves.nearest(Point(38, 112), 100_000, None, 30, beyond_m=beyond)))
    assert 1490 <= slots[0] <= 1500  # only what is at the border may come again


def test_all_places_gone() -> None:
    leaves = Leaves()
    assert nearest(leaves, Point(0, 0), 1e6) == []
    leaves.put(1, Point(0, 0))
    leaves.remove(1)
    leaves.remove(7_000)
    assert nearest(leaves, Point(0, 0), 1e6) == []
    assert leaves.inside(Box(-90, -180, 90, 180)).tolist() == []
    leaves.put(1, Point(0, 0))
    assert nearest(leaves, Point(0, 0), 1e6) == [(0.0, 1)]
