"""The searches below the resolvers: limits at them and one past, pages that hold under change, and what is free now."""

import math
from typing import Any

import pytest

from finder.errors import BadCursor, BadInput
from finder.kernel.geo import Box, Point
from finder.live.model import Status
from finder.stations.filter import Filter
from finder.stations.search import FREE_NOW_CANDIDATES, MAX_FIRST, MAX_FIRST_IN_BOX
from tests.unit.naive import CENTRE, World, seen, station, world

FREE = Filter(free_now=True)
HERE = Box(38, 112, 39, 114)


def row(count: int) -> World:
    return world(station(n) for n in range(count))


@pytest.mark.parametrize("radius", [1e-6, 200_000.0])
async def test_radii_at_the_limits_are_taken(radius: float) -> None:
    await row(1).gateway.search.near(CENTRE, radius)


@pytest.mark.parametrize("radius", [0, -1, 200_000.01, 10_000_000, math.nan, math.inf])
async def test_radii_past_the_limits_are_refused(radius: float) -> None:
    with pytest.raises(BadInput, match="RADIUS_OUT_OF_RANGE"):
        await row(1).gateway.search.near(CENTRE, radius)


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        (lambda s: s.near(CENTRE, first=0), "FIRST_OUT_OF_RANGE"),
        (lambda s: s.near(CENTRE, first=MAX_FIRST + 1), "FIRST_OUT_OF_RANGE"),
        (lambda s: s.box(HERE, 10, first=MAX_FIRST_IN_BOX + 1), "FIRST_OUT_OF_RANGE"),
        (lambda s: s.box(HERE, 23), "ZOOM_OUT_OF_RANGE"),
        (lambda s: s.box(HERE, -1), "ZOOM_OUT_OF_RANGE"),
        (lambda s: s.text(" "), "TEXT_LENGTH"),
        (lambda s: s.text("站" * 65), "TEXT_LENGTH"),
    ],
)
async def test_one_past_each_limit_is_refused_by_name(ask: Any, code: str) -> None:
    with pytest.raises(BadInput, match=code):
        await ask(row(1).gateway.search)


async def test_each_limit_itself_is_taken() -> None:
    search = row(1).gateway.search
    await search.near(CENTRE, first=MAX_FIRST)
    await search.box(HERE, 22, first=MAX_FIRST_IN_BOX)
    await search.box(HERE, 0)
    await search.text("站" * 64)


async def test_pages_neither_repeat_nor_hide_while_stations_come_and_go() -> None:
    w = row(10)
    first = await w.gateway.search.near(CENTRE, first=4)
    assert [f.station.id for f in first.found] == [f"jinbei/{n:04}" for n in range(4)]
    await w.index.remove(["jinbei/0001", "jinbei/0005"])
    await w.index.put([station(2, lon_step=0.0001)])  # behind the cursor: it came nearer
    second = await w.gateway.search.near(CENTRE, first=4, after=first.end_cursor)
    assert [f.station.id for f in second.found] == [f"jinbei/{n:04}" for n in (4, 6, 7, 8)]
    third = await w.gateway.search.near(CENTRE, first=4, after=second.end_cursor)
    assert [f.station.id for f in third.found] == ["jinbei/0009"]
    assert (second.has_next, third.has_next) == (True, False)


@pytest.mark.parametrize(
    "other",
    [
        {"centre": Point(38.5, 112.7)},
        {"radius_m": 9_000},
        {"want": Filter(min_power_kw=60)},
        {"open_now": True},
    ],
)
async def test_a_cursor_from_another_question_is_refused(other: dict[str, Any]) -> None:
    w = row(5)
    page = await w.gateway.search.near(CENTRE, first=2)
    asked: dict[str, Any] = {"centre": CENTRE, "first": 2, "after": page.end_cursor}
    with pytest.raises(BadCursor):
        await w.gateway.search.near(**(asked | other))


async def test_free_now_follows_the_board_and_not_the_index() -> None:
    w = row(50)
    assert (await w.gateway.search.near(CENTRE, want=FREE)).found == []
    await w.board.observe(seen(w.index.stations["jinbei/0040"]))
    page = await w.gateway.search.near(CENTRE, want=FREE, first=1)
    assert [f.station.id for f in page.found] == ["jinbei/0040"]
    assert not page.has_next
    await w.board.observe(seen(w.index.stations["jinbei/0040"], Status.CHARGING))
    assert (await w.gateway.search.near(CENTRE, want=FREE)).found == []


async def test_what_is_too_old_to_believe_is_not_free() -> None:
    w = row(1)
    await w.board.observe(seen(w.index.stations["jinbei/0000"], ago_s=15 * 60))
    assert len((await w.gateway.search.near(CENTRE, want=FREE)).found) == 1
    await w.board.observe(seen(w.index.stations["jinbei/0000"], ago_s=15 * 60 + 0.001))
    assert (await w.gateway.search.near(CENTRE, want=FREE)).found == []


async def test_free_now_wants_the_free_bay_itself_to_be_strong_enough() -> None:
    w = row(1)  # bays of 60 and of 61 kW
    await w.board.observe(seen(w.index.stations["jinbei/0000"], only=1))
    assert len((await w.gateway.search.near(CENTRE, want=Filter(min_power_kw=60, free_now=True))).found) == 1
    assert (await w.gateway.search.near(CENTRE, want=Filter(min_power_kw=61, free_now=True))).found == []


async def test_free_now_gives_up_after_its_share_of_work_and_goes_on_from_its_cursor() -> None:
    w = world(station(n, evses=1, lon_step=0.000_01) for n in range(FREE_NOW_CANDIDATES + 10))
    await w.board.observe(seen(w.index.stations[f"jinbei/{FREE_NOW_CANDIDATES + 5}"]))
    page = await w.gateway.search.near(CENTRE, want=FREE, first=5)
    assert (list(page.found), page.has_next) == ([], True)
    rest = await w.gateway.search.near(CENTRE, want=FREE, first=5, after=page.end_cursor)
    assert [f.station.id for f in rest.found] == [f"jinbei/{FREE_NOW_CANDIDATES + 5}"]
    assert not rest.has_next


async def test_a_wide_box_is_clusters_that_count_what_is_free_and_a_near_one_stations() -> None:
    w = row(12)
    await w.board.observe(seen(w.index.stations["jinbei/0003"]))
    wide = await w.gateway.search.box(HERE, 8, first=5)
    assert wide.total == sum(c.cluster.count for c in wide.clusters) == 12
    assert sum(c.free or 0 for c in wide.clusters) == 1
    near = await w.gateway.search.box(HERE, 13, first=5)
    assert (len(near.clusters), len(near.page.found), near.page.has_next) == (0, 5, True)
    few = await w.gateway.search.box(HERE, 8, first=12)
    assert len(few.page.found) == 12
    free = await w.gateway.search.box(HERE, 8, FREE, first=5)
    assert [f.station.id for f in free.page.found] == ["jinbei/0003"]


async def test_all_of_a_box_at_its_limit_and_one_past() -> None:
    w = row(5)
    assert len(await w.gateway.search.all_in_box(HERE, 5)) == 5
    with pytest.raises(BadInput, match="BOX_TOO_WIDE"):
        await w.gateway.search.all_in_box(HERE, 4)


async def test_words_are_ranked_by_distance_where_a_place_is_given() -> None:
    w = row(6)
    east = Point(CENTRE.lat, CENTRE.lon + 0.1)
    page = await w.gateway.search.text("号充电站", near=east, first=2)
    assert [f.station.id for f in page.found] == ["jinbei/0005", "jinbei/0004"]
    more = await w.gateway.search.text("号充电站", near=east, first=2, after=page.end_cursor)
    assert [f.station.id for f in more.found] == ["jinbei/0003", "jinbei/0002"]
