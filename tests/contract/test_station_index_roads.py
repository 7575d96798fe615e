"""Stations along roads and lines: every engine answers what the plainest reading of the port answers."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterable, Sequence
from itertools import pairwise
from typing import cast

import pytest

from finder.errors import BadInput
from finder.kernel.geo import Point
from finder.kernel.line import Line
from finder.roads.book import RoadBook
from finder.roads.model import Origin, Post, Road, RoadKind
from finder.stations.along import LineHit, NoReferences, RoadHit, RoadIndex, RoadMark, Side, Span
from finder.stations.filter import ANY, Filter
from finder.stations.index import MAX_LIMIT, StationIndex
from finder.stations.model import Station
from tests.contract.index_engines import random_filter, random_station, station


def road(
    road_id: str = "r1", *points: tuple[float, float], version: int = 1, accuracy_m: float = 10, km: float = 0
) -> Road:
    return Road(
        id=road_id,
        version=version,
        name=road_id,
        kind=RoadKind.EXPRESSWAY,
        parts=(points or ((38.0, 112.7), (39.0, 112.7)),),
        origin=Origin(source="a", licence="b", accuracy_m=accuracy_m),
        from_km=km,
    )


def roads_of(index: StationIndex) -> RoadIndex:
    assert isinstance(index, RoadIndex)
    return cast(RoadIndex, index)


def plain_along(stations: Iterable[Station], book: RoadBook, span: Span, want: Filter) -> list[RoadHit]:
    found = []
    for each in stations:
        mark = next((m for m in book.of([each.place])[0] if m.road == span.road), None)
        if mark is None or not want.suits(each) or not span.from_km <= mark.km <= span.to_km:
            continue
        if mark.offset_m > span.max_offset_m or (mark.side is span.other_side and mark.offset_m < span.apart_m):
            continue
        found.append(RoadHit(each.id, mark.km, mark.offset_m, mark.side))
    return sorted(found, key=lambda hit: (-hit.km if span.backward else hit.km, hit.station_id))


def plain_beside(stations: Sequence[Station], line: Line, reach_m: float, want: Filter) -> list[LineHit]:
    feet = [(each.id, line.locate(each.place)) for each in stations if want.suits(each)]
    hits = [LineHit(i, foot.metres, foot.offset_m) for i, foot in feet if foot.offset_m <= reach_m]
    return sorted(hits, key=lambda hit: (hit.metres, hit.station_id))


WHOLE = Span("r1", -1e6, 1e6, 1e6)


async def test_without_roads_nothing_lies_along_any(index: StationIndex) -> None:
    roads = roads_of(index)
    assert await roads.along(WHOLE, ANY, 10) == []
    await index.put([station("s/1")])
    assert await roads.along(WHOLE, ANY, 10) == []
    assert await roads.refer(NoReferences()) == 0


async def test_a_station_has_its_kilometre_offset_and_side(index: StationIndex) -> None:
    roads = roads_of(index)
    roads.begin(RoadBook([road()]))
    await index.put([station("s/1", (38.5, 112.71)), station("s/2", (38.5, 112.69)), station("s/3", (38.5, 112.7))])
    east, west, on = await roads.along(WHOLE, ANY, 10)
    assert (east.station_id, west.station_id, on.station_id) == ("s/1", "s/2", "s/3")
    assert east.km == west.km == on.km == pytest.approx(55.5, abs=0.05)
    assert (east.side, west.side) == (Side.RIGHT, Side.LEFT)
    assert east.offset_m == pytest.approx(872, abs=1)
    assert (on.offset_m, on.side) == (10, Side.UNKNOWN)  # never finer than the road's accuracy


@pytest.mark.parametrize("backward", [False, True])
async def test_spans_hold_both_ends(index: StationIndex, backward: bool) -> None:
    roads, book = roads_of(index), RoadBook([road()])
    roads.begin(book)
    stations = [station(f"s/{n}", (38.1 + n / 10, 112.71)) for n in range(5)]
    await index.put(stations)
    kms = [book.of([s.place])[0][0].km for s in stations]
    offsets = [book.of([s.place])[0][0].offset_m for s in stations]
    hits = await roads.along(Span("r1", kms[1], kms[3], 1e6, backward), ANY, 10)
    assert [h.station_id for h in hits] == (["s/3", "s/2", "s/1"] if backward else ["s/1", "s/2", "s/3"])
    assert len(await roads.along(Span("r1", kms[1], kms[1], offsets[1]), ANY, 10)) == 1
    assert await roads.along(Span("r1", kms[1], kms[1], offsets[1] - 0.1), ANY, 10) == []
    assert await roads.along(Span("r1", kms[1] + 0.001, kms[2] - 0.001, 1e6), ANY, 10) == []


async def test_the_other_side_is_left_out_up_to_where_one_gets_across(index: StationIndex) -> None:
    roads = roads_of(index)
    roads.begin(RoadBook([road()]))
    await index.put(
        [station("s/l", (38.5, 112.698)), station("s/far", (38.5, 112.65)), station("s/r", (38.5, 112.702))]
    )
    span = Span("r1", 0, 200, 1e6, other_side=Side.LEFT, apart_m=300)
    assert {hit.station_id for hit in await roads.along(span, ANY, 10)} == {"s/far", "s/r"}


async def test_a_station_beyond_reach_has_no_mark(index: StationIndex) -> None:
    roads = roads_of(index)
    roads.begin(RoadBook([road()], reach_m=1_000))
    await index.put([station("s/1", (38.5, 112.71)), station("s/2", (38.5, 112.72))])
    assert [hit.station_id for hit in await roads.along(WHOLE, ANY, 10)] == ["s/1"]


async def test_marks_follow_stations_that_move_and_go(index: StationIndex) -> None:
    roads = roads_of(index)
    roads.begin(RoadBook([road()]))
    await index.put([station("s/1", (38.2, 112.71)), station("s/2", (38.4, 112.71))])
    await index.put([station("s/1", (38.6, 112.71))])
    assert [hit.station_id for hit in await roads.along(WHOLE, ANY, 10)] == ["s/2", "s/1"]
    await index.put([station("s/2", (38.4, 114.0))])
    assert [hit.station_id for hit in await roads.along(WHOLE, ANY, 10)] == ["s/1"]
    await index.remove(["s/1"])
    assert await roads.along(WHOLE, ANY, 10) == []
    await index.put([station("s/1", (38.6, 112.71))])
    assert [hit.station_id for hit in await roads.along(WHOLE, ANY, 10)] == ["s/1"]


async def test_stations_are_marked_anew_when_a_road_changes(index: StationIndex) -> None:
    roads = roads_of(index)
    await index.put([station(f"s/{n}", (38.1 + n / 10, 112.71)) for n in range(6)])
    assert await roads.refer(RoadBook([road(), road("r2", (38.0, 112.8), (38.35, 112.8))])) == 6
    before = await roads.along(WHOLE, ANY, 10)
    assert len(await roads.along(Span("r2", 0, 100, 1e6), ANY, 10)) == 4
    moved = road("r1", (37.9, 112.7), (38.45, 112.7), version=2)
    assert await roads.refer(RoadBook([moved])) == 6  # the last loses its mark
    after = await roads.along(WHOLE, ANY, 10)
    assert await roads.along(Span("r2", 0, 100, 1e6), ANY, 10) == []
    assert [hit.station_id for hit in after] == ["s/0", "s/1", "s/2", "s/3", "s/4"]
    assert all(b.km == pytest.approx(a.km + 11.1, abs=0.05) for a, b in zip(before[:4], after, strict=False))
    assert await roads.refer(RoadBook([moved])) == 0
    assert (await index.get(["s/3"]))["s/3"].id == "s/3"
    assert await index.count() == 6


async def test_a_rebuild_marks_what_it_brings(index: StationIndex) -> None:
    roads = roads_of(index)
    roads.begin(RoadBook([road()]))
    await index.put([station("s/old", (38.2, 112.71))])

    async def stations() -> AsyncIterator[Sequence[Station]]:
        yield [station("s/1", (38.3, 112.71))]
        await index.put([station("s/new", (38.5, 112.71))])
        assert len(await roads.along(WHOLE, ANY, 10)) == 2  # the old, and what came
        yield [station("s/2", (38.4, 112.71))]

    assert await index.rebuild(stations()) == 3
    assert [hit.station_id for hit in await roads.along(WHOLE, ANY, 10)] == ["s/1", "s/2", "s/new"]


async def test_a_road_that_changes_while_the_index_is_rebuilt_marks_all_of_it(index: StationIndex) -> None:
    roads = roads_of(index)
    roads.begin(RoadBook([road("r0")]))
    await index.put([station("s/old", (38.2, 112.71))])

    async def stations() -> AsyncIterator[Sequence[Station]]:
        yield [station("s/1", (38.3, 112.71))]
        assert await roads.refer(RoadBook([road()])) == 1
        yield [station("s/2", (38.4, 112.71))]

    await index.rebuild(stations())
    assert [hit.station_id for hit in await roads.along(WHOLE, ANY, 10)] == ["s/1", "s/2"]
    assert await roads.along(Span("r0", 0, 200, 1e6), ANY, 10) == []


async def test_what_is_put_while_roads_change_is_marked_by_the_new(index: StationIndex) -> None:
    roads = roads_of(index)
    await index.put([station(f"s/{n}", (38.1 + n / 1_000, 112.71)) for n in range(300)])
    puts = [index.put([station(f"s/{n}", (38.5 + n / 1_000, 112.71))]) for n in range(20)]
    await asyncio.gather(roads.refer(RoadBook([road()])), *puts)
    hits = await roads.along(WHOLE, ANY, MAX_LIMIT)
    assert len(hits) == 300
    assert {h.station_id for h in hits if h.km > 55} == {f"s/{n}" for n in range(20)}


WIGGLES = [(38.3, 112.6), (38.4, 112.7), (38.42, 112.74), (38.45, 112.73), (38.5, 112.75), (38.73, 112.71)]
CROSSING = [(38.45, 112.5), (38.41, 112.74), (38.42, 113.0)]
DATE_LINE = [(-17.1, 179.8), (-17.0, -179.9), (-16.8, -179.7)]


def scattered(seed: int, count: int) -> tuple[random.Random, list[Station]]:
    rng = random.Random(seed)
    places = [*WIGGLES, *DATE_LINE]
    return rng, [random_station(rng, f"s/{n}", places, 0.05) for n in range(count)]


@pytest.mark.parametrize("seed", [1, 2])
async def test_engines_agree_along_roads_page_by_page(index: StationIndex, seed: int) -> None:
    rng, stations = scattered(seed, 300)
    marked = Road(
        id="r2",
        name="r2",
        kind=RoadKind.OTHER,
        parts=(tuple(CROSSING),),
        origin=Origin(source="a", licence="b", accuracy_m=800),
        posts=(Post(500.0, Point(*CROSSING[0])), Post(560.0, Point(*CROSSING[2]))),
    )
    book = RoadBook([road("r1", *WIGGLES), marked, road("r3", *DATE_LINE)], reach_m=6_000)
    roads = roads_of(index)
    roads.begin(book)
    await index.put(stations)
    answered = 0
    for _ in range(25):
        low = rng.uniform(-10, 60) + (500 if rng.random() < 0.3 else 0)
        side = rng.choice((None, Side.LEFT, Side.RIGHT))
        span = Span(
            rng.choice(("r1", "r1", "r1", "r2", "r3", "r9")),
            low,
            low + rng.uniform(0, 90),
            rng.choice((100.0, 2_500.0, 6_000.0)),
            rng.random() < 0.5,
            side,
            rng.choice((0.0, 300.0, 2_000.0)),
        )
        want, limit = random_filter(rng) if rng.random() < 0.25 else ANY, rng.choice((1, 7, 400))
        expected = plain_along(stations, book, span, want)
        after: tuple[float, str] | None = None
        for begin in range(0, limit * 3, limit):
            hits = await roads.along(span, want, limit, after)
            assert hits == expected[begin : begin + limit]
            answered += len(hits)
            if not hits:
                break
            after = (hits[-1].km, hits[-1].station_id)
    assert answered > 100


@pytest.mark.parametrize("seed", [3, 4])
async def test_engines_agree_beside_a_line_page_by_page(index: StationIndex, seed: int) -> None:
    rng, stations = scattered(seed, 300)
    await index.put(stations)
    answered = 0
    for course in (WIGGLES, CROSSING, DATE_LINE, [*WIGGLES, *CROSSING]):
        line = Line([Point(*p) for p in course])
        for _ in range(4):
            reach_m, want = rng.choice((50.0, 900.0, 4_000.0, 30_000.0)), random_filter(rng)
            want, limit = rng.choice((ANY, want)), rng.choice((5, 400))
            expected = plain_beside(stations, line, reach_m, want)
            after: tuple[float, str] | None = None
            for begin in range(0, limit * 3, limit):
                hits = await roads_of(index).beside(line, reach_m, want, limit, after)
                assert [h.station_id for h in hits] == [h.station_id for h in expected[begin : begin + limit]]
                for hit, told in zip(hits, expected[begin:], strict=False):
                    assert (hit.metres, hit.offset_m) == pytest.approx((told.metres, told.offset_m), abs=1e-6)
                answered += len(hits)
                if not hits:
                    break
                after = (hits[-1].metres, hits[-1].station_id)
    assert answered > 100


async def test_a_line_of_thousands_of_points_is_asked_like_others(index: StationIndex) -> None:
    points = [Point(38.0 + n / 5_000, 112.7 + (n % 7) / 2_000) for n in range(5_000)]
    assert all(a != b for a, b in pairwise(points))
    stations = [station(f"s/{n}", (38.05 + n / 25, 112.72)) for n in range(20)]
    await index.put(stations)
    line = Line(points)
    hits = await roads_of(index).beside(line, 3_000, ANY, 50)
    assert [h.station_id for h in hits] == [h.station_id for h in plain_beside(stations, line, 3_000, ANY)]
    assert len(hits) == 20


@pytest.mark.parametrize("limit", [0, MAX_LIMIT + 1])
async def test_limits_are_those_of_other_questions(index: StationIndex, limit: int) -> None:
    for question in (
        roads_of(index).along(WHOLE, ANY, limit),
        roads_of(index).beside(Line([Point(0, 0), Point(1, 1)]), 10, ANY, limit),
    ):
        with pytest.raises(BadInput) as refused:
            await question
        assert refused.value.code == "LIMIT_OUT_OF_RANGE"


def test_a_place_near_two_roads_is_marked_by_both_in_their_order() -> None:
    book = RoadBook([road("r2", (38.0, 112.72), (39.0, 112.72), version=7), road("r1")])
    one, none = book.of([Point(38.5, 112.71), Point(38.5, 114)])
    assert [(m.road, m.version, m.side) for m in one] == [("r1", 1, Side.RIGHT), ("r2", 7, Side.LEFT)]
    assert none == ()
    assert isinstance(one[0], RoadMark)


def test_an_approximate_road_reaches_as_far_as_it_may_be_wrong_and_tells_nothing_finer() -> None:
    book = RoadBook([road(accuracy_m=15_000)], reach_m=2_000)
    (mark,) = book.of([Point(38.5, 112.8)])[0]
    assert (mark.offset_m, mark.side) == (15_000, Side.UNKNOWN)
    assert book.of([Point(38.5, 112.9)]) == [()]
