"""Roads in parts: what lies between two of them is no way along the road, wherever the parts lie."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finder.kernel.geo import GEOD, Point
from finder.roads.model import BREAK_M, Break, Gap, Origin, Post, Road, RoadKind, between_chargers, gaps
from finder.supervision.coverage.measure import Scene
from finder.supervision.coverage.plan import load_plan
from tests.unit.along import rooms
from tests.unit.test_coverage import site

lengths = st.lists(st.floats(1, 130), min_size=1, max_size=4)
jumps = st.lists(st.floats(0.2, 400), min_size=3, max_size=3)
shares = st.lists(st.tuples(st.integers(0, 3), st.floats(0.001, 0.999)), max_size=12)


def north(km: float) -> tuple[float, float]:
    lon, lat, _ = GEOD.fwd(112.7, 20.0, 0, km * 1000)
    return float(lat), float(lon)


def road(part_kms: Sequence[float], apart_km: Sequence[float], **more: object) -> Road:
    """Due north, each part so long and so far from the one before."""
    parts, at = [], 0.0
    for n, km in enumerate(part_kms):
        at += apart_km[n - 1] if n else 0.0
        parts.append((north(at), north(at + km)))
        at += km
    origin = Origin(source="test", licence="none", accuracy_m=10)
    return Road(id="r", name="路", kind=RoadKind.TOURIST, parts=tuple(parts), origin=origin, **more)  # type: ignore[arg-type]


def begins(part_kms: Sequence[float], apart_km: Sequence[float]) -> list[float]:
    found, at = [], 0.0
    for n, km in enumerate(part_kms):
        at += apart_km[n - 1] if n else 0.0
        found.append(at)
        at += km
    return found


def within_parts(part_kms: Sequence[float], apart_km: Sequence[float], seen: Sequence[Gap]) -> list[tuple[float, ...]]:
    """Each gap by the part that it lies in and how far in."""
    starts = begins(part_kms, apart_km)
    told: list[tuple[float, ...]] = []
    for gap in seen:
        part = max(n for n, start in enumerate(starts) if start <= gap.from_km + 1e-6)
        told.append((part, round(gap.from_km - starts[part], 4), round(gap.km, 4)))
    return told


@given(lengths, jumps, jumps, shares)
def test_parts_shifted_apart_change_no_gap(
    part_kms: list[float], near: list[float], far: list[float], chargers: list[tuple[int, float]]
) -> None:
    told = []
    for apart in (near, far):
        line, starts = road(part_kms, apart), begins(part_kms, apart)
        kms = [starts[n] + share * part_kms[n] for n, share in chargers if n < len(part_kms)]
        seen = list(between_chargers(line.begin_km, line.end_km, kms, line.breaks))
        assert sum(way.km for way in seen) == pytest.approx(sum(part_kms), abs=0.001)
        over = gaps(line.begin_km, line.end_km, kms, breaks=line.breaks)
        assert over == [way for way in seen if way.km > 50]
        told.append(within_parts(part_kms, apart, seen))
    assert len(told[0]) == len(told[1])
    for one, other in zip(*told, strict=True):
        assert one == pytest.approx(other, abs=0.001)


def test_parts_that_touch_or_nearly_do_are_one_road() -> None:
    for apart_m in (0.0, 5.0, BREAK_M - 0.01):
        line = road([40, 40], [apart_m / 1000])
        assert line.breaks == ()
        assert len(gaps(line.begin_km, line.end_km, [], breaks=line.breaks)) == 1
    line = road([40, 40], [(BREAK_M + 0.01) / 1000])
    assert len(line.breaks) == 1
    assert gaps(line.begin_km, line.end_km, [], breaks=line.breaks) == []


def test_a_break_is_told_in_the_kilometres_of_the_posts() -> None:
    posts = (Post(100.0, Point(*north(0))), Post(200.0, Point(*north(50))))
    (gone,) = road([20, 30], [10], posts=posts).breaks
    assert gone == pytest.approx((140, 160), abs=0.01)
    line = road([20, 30, 40], [10, 100])
    assert [tuple(round(km, 3) for km in each) for each in line.breaks] == [(20, 30), (60, 160)]


def test_on_the_way_breaks_are_measured_from_its_beginning_either_way() -> None:
    line = road([20, 30, 40], [10, 100])
    for from_km, to_km, expected in (
        (0, 200, [(20, 30), (60, 160)]),
        (200, 0, [(40, 140), (170, 180)]),
        (25, 100, [(0, 5), (35, 75)]),
        (160, 200, []),
        (30, 60, []),
    ):
        found = [tuple(round(km, 3) for km in each) for each in line.breaks_between(from_km, to_km)]
        assert found == expected


async def test_the_gateway_and_the_coverage_tell_the_same_gaps() -> None:
    line = road([70, 20, 80], [100, 100])
    chargers = [site(1, north(10)[0]), site(2, north(60)[0]), site(3, north(300)[0])]
    there = await rooms(*chargers, roads=[line])
    told = await there.roads.gaps(line)
    (cover,) = Scene(load_plan("xinzhou"), Point(38.4, 112.7), chargers, roads=[line]).road_covers
    assert [(round(a), round(b)) for a, b in cover.gaps] == [(300, 370)]
    assert [(each.from_km, each.to_km) for each in told] == [pytest.approx(gap, abs=0.001) for gap in cover.gaps]
    assert cover.longest_km == pytest.approx(70, abs=0.01)


def test_chargers_on_the_ends_and_none_at_all() -> None:
    gone = [Break(40, 90)]
    assert list(between_chargers(0, 100, [0, 40, 65, 90, 100], gone)) == [Gap(0, 40), Gap(90, 100)]
    assert list(between_chargers(0, 100, [20], gone)) == [Gap(0, 20), Gap(20, 40), Gap(90, 100)]
    assert list(between_chargers(50, 100, [], gone)) == [Gap(90, 100)]
    assert list(between_chargers(0, 60, [], gone)) == [Gap(0, 40)]
