"""Places in a tree and beside it: moving, removing, and the bounds by which the far ones are left out."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finder.kernel.geo import Box, Point, distance_m
from finder.stations.nearby import FRESH_AT_LEAST, Nearby

points = st.builds(Point, st.floats(-90, 90), st.floats(-180, 180))
planted = st.integers(0, 42)  # how many places the tree holds; the rest came after


def nearest(nearby: Nearby, centre: Point, radius_m: float, expect: int = 3) -> list[tuple[float, int]]:
    found: list[tuple[float, int]] = []
    for ways, slots in nearby.nearest(centre, radius_m, None, expect):
        found += sorted(zip(ways.tolist(), slots.tolist(), strict=True))
    return found


def plainly(places: dict[int, Point], centre: Point, radius_m: float) -> list[tuple[float, int]]:
    ways = ((distance_m(centre, place), slot) for slot, place in places.items())
    return sorted(each for each in ways if each[0] <= radius_m)


@settings(max_examples=60, deadline=None)
@given(st.lists(points, min_size=1, max_size=40), points, st.sampled_from([1.0, 1e4, 2e5, 5e6, 2.1e7]), planted)
def test_anywhere_on_earth(places: list[Point], centre: Point, radius_m: float, planted: int) -> None:
    nearby, numbered = Nearby(), dict(enumerate(places, 1))
    for slot, place in numbered.items():
        nearby.put(slot, place)
        if slot == planted:
            nearby.plant(nearby.grown())
    assert nearest(nearby, centre, radius_m) == plainly(numbered, centre, radius_m)
    assert nearest(nearby, places[0], radius_m) == plainly(numbered, places[0], radius_m)


@settings(max_examples=60, deadline=None)
@given(st.lists(points, min_size=1, max_size=40), points, points, planted)
def test_boxes_anywhere_on_earth(places: list[Point], one: Point, two: Point, planted: int) -> None:
    box = Box(min(one.lat, two.lat), one.lon, max(one.lat, two.lat), two.lon)
    nearby = Nearby()
    for slot, place in enumerate([*places, one, two], 1):
        nearby.put(slot, place)
        if slot == planted:
            nearby.plant(nearby.grown())
    expected = {slot for slot, place in enumerate([*places, one, two], 1) if box.contains(place)}
    assert set(nearby.inside(box).tolist()) == expected


@pytest.mark.parametrize("spread", [0.0, 1e-9, 0.05, 30.0])
@pytest.mark.parametrize("planting", ["never", "before", "after"])
def test_many_places_that_come_move_and_go(spread: float, planting: str) -> None:
    rng = random.Random(1)

    def somewhere() -> Point:
        return Point(38 + rng.uniform(-spread, spread), 112 + rng.uniform(-spread, spread))

    nearby, places = Nearby(), {slot: somewhere() for slot in range(1, 6 * FRESH_AT_LEAST)}
    for slot, place in places.items():
        nearby.put(slot, place)
    assert nearby.due
    if planting == "before":
        nearby.plant(nearby.grown())
        assert not nearby.due
    for slot in rng.sample(sorted(places), 3 * FRESH_AT_LEAST):
        if rng.random() < 0.5:
            nearby.remove(slot)
            nearby.remove(slot)
            del places[slot]
        else:
            places[slot] = somewhere()
            nearby.put(slot, places[slot])
    if planting == "after":
        nearby.plant(nearby.grown())
    for radius_m in (10.0, 3_000.0, 200_000.0):
        centre = somewhere()
        assert nearest(nearby, centre, radius_m, 20) == plainly(places, centre, radius_m)
    small = Box(38, 112, 38 + spread / 10, 112 + spread / 10)
    assert set(nearby.inside(small).tolist()) == {slot for slot, place in places.items() if small.contains(place)}


def test_batches_are_as_large_as_expected_and_begin_beyond() -> None:
    nearby = Nearby()
    for slot in range(1, 2001):
        nearby.put(slot, Point(38 + slot / 10_000, 112))
    nearby.plant(nearby.grown())
    ways, slots = next(iter(nearby.nearest(Point(38, 112), 100_000, None, 30)))
    assert 30 <= len(slots) <= 40
    assert slots.tolist() == list(range(1, len(slots) + 1))
    assert np.all(np.diff(ways) > 0)
    beyond = next(way for way, slot in nearest(nearby, Point(38, 112), 100_000) if slot == 1500)
    _, slots = next(iter(nearby.nearest(Point(38, 112), 100_000, None, 30, beyond_m=beyond)))
    assert 1490 <= slots[0] <= 1500  # only what is at the border may come again


def test_all_places_gone() -> None:
    nearby = Nearby()
    assert nearest(nearby, Point(0, 0), 1e6) == []
    nearby.put(1, Point(0, 0))
    nearby.remove(1)
    nearby.remove(7_000)
    assert nearest(nearby, Point(0, 0), 1e6) == []
    assert nearby.inside(Box(-90, -180, 90, 180)).tolist() == []
    nearby.put(1, Point(0, 0))
    assert nearest(nearby, Point(0, 0), 1e6) == [(0.0, 1)]
