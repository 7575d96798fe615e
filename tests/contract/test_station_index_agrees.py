"""Random stations and questions: every engine answers what the plainest reading of the port answers."""

import random

import pytest

from finder.kernel.geo import Box, Point
from finder.stations.filter import ANY, Filter
from finder.stations.index import NearWalk, StationIndex
from finder.stations.memory import MemoryIndex
from finder.stations.model import Station
from tests.contract.index_engines import Plain, random_filter, random_station

TOWNS = [(38.41, 112.73), (38.45, 112.75), (38.73, 112.71)]
EDGES = [(0.0, 180.0), (-17.0, -179.99), (89.99, 0.0), (-89.999, 100.0), (0.0, 0.0), (38.41, 112.73)]


def world(seed: int, count: int) -> tuple[random.Random, list[tuple[float, float]], float, list[Station]]:
    """A dense city or the odd corners of the earth."""
    rng = random.Random(seed)
    places, spread = (TOWNS, 0.05) if seed % 2 else (EDGES, 0.4)
    return rng, places, spread, [random_station(rng, f"s/{n}", places, spread) for n in range(count)]


def somewhere(rng: random.Random, places: list[tuple[float, float]], spread: float) -> Point:
    lat, lon = rng.choice(places)
    if rng.random() < 0.3:
        return Point(lat, lon)
    lat, lon = lat + rng.uniform(-spread, spread), lon + rng.uniform(-spread, spread)
    return Point(max(-90.0, min(90.0, lat)), (lon + 180) % 360 - 180)


def wish(rng: random.Random) -> Filter:
    return random_filter(rng) if rng.random() < 0.7 else ANY


@pytest.mark.parametrize("seed", [1, 2])
async def test_near_is_in_order_and_exact_to_the_metre(index: StationIndex, seed: int) -> None:
    rng, places, spread, stations = world(seed, 400)
    await index.put(stations)
    plain = Plain(stations)
    answered = 0
    for _ in range(25):
        centre, want = somewhere(rng, places, spread), wish(rng)
        radius_m, limit = rng.choice((1.0, 700.0, 5_000.0, 50_000.0, 200_000.0)), rng.choice((1, 7, 60))
        after = None
        expected = plain.near(centre, radius_m, want)
        for begin in range(0, limit * 3, limit):
            hits = [(h.distance_m, h.station_id) for h in await index.near(centre, radius_m, want, limit, after)]
            assert hits == expected[begin : begin + limit]
            answered += len(hits)
            if not hits:
                break
            after = (hits[-1][0] or 0.0, hits[-1][1])
    assert answered > 100


@pytest.mark.parametrize("seed", [3, 4])
async def test_boxes_and_clusters_hold_the_same_stations(index: StationIndex, seed: int) -> None:
    rng, places, spread, stations = world(seed, 300)
    await index.put(stations)
    plain = Plain(stations)
    answered = 0
    for _ in range(20):
        centre, want, half = somewhere(rng, places, spread), wish(rng), rng.choice((0.02, 0.3, 20.0))
        west, east = ((centre.lon + side + 180) % 360 - 180 for side in (-half, half))
        box = Box(max(-90.0, centre.lat - half), west, min(90.0, centre.lat + half), east)
        expected, zoom, limit = plain.box(box, want), rng.randint(0, 22), rng.choice((3, 400))
        assert await index.box(box, want, limit) == expected[:limit]
        middle = expected[len(expected) // 2] if expected else "s/5"
        assert await index.box(box, want, limit, after=middle) == [i for i in expected if i > middle][:limit]
        clusters = await index.clusters(box, zoom, want)
        assert [(c.tile, c.count) for c in clusters] == plain.clusters(box, zoom, want)
        answered += len(expected)
    assert answered > 100


async def test_text_is_ranked_alike(index: StationIndex) -> None:
    rng, _, _, stations = world(5, 300)
    await index.put(stations)
    plain = Plain(stations)
    answered = 0
    for words in (
        "忻",
        "xz",
        "xinzhou",
        "XINZHOU 东",
        "站1",
        "z",
        "ab",
        "strasse",
        "特来电",
        "tld 府",
        "12",
        "main x",
        "fanshi",
    ):
        want, limit = wish(rng), rng.choice((5, 300))
        expected = plain.text(words, want)
        hits = [(hit.rank, hit.station_id) for hit in await index.text(words, want, limit)]
        assert hits == expected[:limit]
        if hits:
            rest = await index.text(words, want, limit, after=hits[len(hits) // 2])
            assert [(h.rank, h.station_id) for h in rest] == [e for e in expected if e > hits[len(hits) // 2]][:limit]
        answered += len(hits)
    assert answered > 100


async def test_after_changes_every_question_is_answered_from_what_is_there_now(index: StationIndex) -> None:
    rng, places, spread, stations = world(7, 300)
    there = {s.id: s for s in stations}
    await index.put(stations)
    for _ in range(4):
        moved = [random_station(rng, rng.choice(list(there)), places, spread) for _ in range(60)]
        moved += [random_station(rng, f"s/{rng.randint(300, 999)}", places, spread) for _ in range(30)]
        await index.put(moved)
        there |= {s.id: s for s in moved}
        gone = rng.sample(list(there), 80)
        await index.remove(gone)
        for station_id in gone:
            del there[station_id]
        plain, centre, want = Plain(there.values()), somewhere(rng, places, spread), wish(rng)
        hits = await index.near(centre, 20_000, want, 500)
        assert [(h.distance_m, h.station_id) for h in hits] == plain.near(centre, 20_000, want)
        box = Box(38, 112, 39, 113)
        assert await index.box(box, want, 500) == plain.box(box, want)
        assert [(h.rank, h.station_id) for h in await index.text("忻州", want, 500)] == plain.text("忻州", want)
        assert await index.get(sorted(there)[:50]) == {i: there[i] for i in sorted(there)[:50]}
        assert await index.count() == len(there)


async def test_pages_neither_repeat_nor_hide_while_stations_come_and_go(index: StationIndex) -> None:
    rng, places, spread, stations = world(9, 300)
    await index.put(stations)
    centre, radius_m = Point(*TOWNS[0]), 50_000.0
    stay = dict.fromkeys((i for _, i in Plain(stations).near(centre, radius_m, ANY)[::2]), 0)
    seen: list[str] = []
    after: tuple[float, str] | None = None
    while hits := await index.near(centre, radius_m, ANY, 17, after):
        seen += [hit.station_id for hit in hits]
        after = (hits[-1].distance_m or 0.0, hits[-1].station_id)
        await index.remove(s.id for s in rng.sample(stations, 20) if s.id not in stay)
        await index.put(random_station(rng, f"new/{rng.randint(0, 9999)}", places, spread) for _ in range(5))
    assert set(stay) <= set(seen)
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("seed", [11, 12])
async def test_a_walk_goes_the_way_of_near(seed: int) -> None:
    rng, places, spread, stations = world(seed, 400)
    index = MemoryIndex()
    assert isinstance(index, NearWalk)
    await index.put(stations)
    plain = Plain(stations)
    for expect in (1, 3, 64, 1000):
        centre, want = somewhere(rng, places, spread), wish(rng)
        walked = [(way, s.id) for batch in index.walk(centre, 100_000, want, expect) for way, s in batch]
        assert walked == plain.near(centre, 100_000, want)
