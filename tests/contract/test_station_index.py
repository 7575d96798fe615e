"""What every engine of the station index promises, example by example."""

import math

import pytest

from finder.errors import BadInput
from finder.kernel.geo import Box, Point, distance_m
from finder.stations.filter import ANY, Filter
from finder.stations.index import MAX_LIMIT, MAX_RADIUS_M, StationIndex
from finder.stations.model import ALWAYS, Access, Attribute, ConnectorType, OpeningHours, ParkingFee
from tests.contract.index_engines import plug, station

HERE = Point(38.4, 112.7)
AROUND = Box(38.0, 112.0, 39.0, 113.0)
WORLD = Box(-90, -180, 90, 180)


async def ids_near(index: StationIndex, want: Filter = ANY, centre: Point = HERE, radius_m: float = 50_000) -> set[str]:
    near = {hit.station_id for hit in await index.near(centre, radius_m, want, MAX_LIMIT)}
    box = set(await index.box(WORLD, want, MAX_LIMIT))
    assert near == box
    assert sum(cluster.count for cluster in await index.clusters(WORLD, 7, want)) == len(box)
    return near


async def test_an_empty_index_finds_nothing(index: StationIndex) -> None:
    assert await index.count() == 0
    assert await ids_near(index) == set()
    assert await index.text("站", ANY, 10) == []
    assert await index.get(["s/1"]) == {}
    await index.ready()


async def test_metres_are_measured_along_the_ellipsoid(index: StationIndex) -> None:
    # One degree along a meridian at the equator is 110.574 km on WGS-84, and 111.195 km on a sphere.
    await index.put([station("s/1", (1.0, 0.0)), station("s/2", (0.0, 1.0))])
    hits = await index.near(Point(0, 0), 120_000, ANY, 10)
    assert [hit.station_id for hit in hits] == ["s/1", "s/2"]
    assert hits[0].distance_m == pytest.approx(110_574.389, abs=0.001)
    assert hits[1].distance_m == pytest.approx(111_319.491, abs=0.001)


async def test_the_radius_ends_exactly_at_a_station(index: StationIndex) -> None:
    await index.put([station("s/1", (38.5, 112.8))])
    exact = distance_m(HERE, Point(38.5, 112.8))
    assert len(await index.near(HERE, exact, ANY, 10)) == 1
    assert len(await index.near(HERE, math.nextafter(exact, 0), ANY, 10)) == 0


async def test_stations_at_one_place_come_in_the_order_of_their_ids(index: StationIndex) -> None:
    names = ["s/b", "s/é", "s/a", "s/站", "s/B", "s/😀"]
    await index.put([station(i) for i in names])
    assert [hit.station_id for hit in await index.near(HERE, 10, ANY, 10)] == sorted(names)
    assert await index.box(AROUND, ANY, 10) == sorted(names)
    assert await index.box(AROUND, ANY, 2, after=sorted(names)[1]) == sorted(names)[2:4]
    first = await index.near(HERE, 10, ANY, 4)
    rest = await index.near(HERE, 10, ANY, 4, after=(first[-1].distance_m or 0.0, first[-1].station_id))
    assert [hit.station_id for hit in first + rest] == sorted(names)


@pytest.mark.parametrize("centre", [Point(90, 0), Point(-90, 77), Point(0.1, 180), Point(0.1, -180), Point(89.9, -90)])
async def test_poles_and_the_180th_meridian_are_places_like_others(index: StationIndex, centre: Point) -> None:
    lat = centre.lat - 0.2 if centre.lat > 0 else centre.lat + 0.2
    lons = (179.9, -179.9, 0.1) if abs(centre.lat) < 1 else (0.0, 90.0, -179.9)
    made = [station(f"s/{n}", (lat, lon)) for n, lon in enumerate(lons)]
    await index.put(made)
    expected = sorted((distance_m(centre, s.place), s.id) for s in made if distance_m(centre, s.place) <= 40_000)
    assert [(h.distance_m, h.station_id) for h in await index.near(centre, 40_000, ANY, 10)] == expected
    assert len(expected) >= 2


async def test_a_bay_exactly_as_strong_as_asked_is_found(index: StationIndex) -> None:
    await index.put([station("s/1", (38.4, 112.7), plug(power_kw=60.1))])
    assert await ids_near(index, Filter(min_power_kw=60.1)) == {"s/1"}
    assert await ids_near(index, Filter(min_power_kw=math.nextafter(60.1, 61))) == set()


async def test_power_that_nobody_said_is_no_power(index: StationIndex) -> None:
    await index.put([station("s/1", (38.4, 112.7), plug(power_kw=None))])
    assert await ids_near(index, Filter(min_power_kw=0)) == set()
    assert await ids_near(index, Filter(connector_types=frozenset({ConnectorType.GBT_DC}))) == {"s/1"}


async def test_power_and_type_hold_for_the_same_connector(index: StationIndex) -> None:
    ac, dc = ConnectorType.GBT_AC, ConnectorType.GBT_DC
    await index.put(
        [
            station("s/apart", (38.4, 112.7), plug(ac, 120.0), plug(dc, 7.0)),
            station("s/together", (38.4, 112.7), plug(ac, 7.0), plug(dc, 120.0)),
        ]
    )
    assert await ids_near(index, Filter(min_power_kw=60, connector_types=frozenset({dc}))) == {"s/together"}
    assert await ids_near(index, Filter(min_power_kw=60, connector_types=frozenset({ac}))) == {"s/apart"}
    assert await ids_near(index, Filter(min_power_kw=60, connector_types=frozenset({ac, dc}))) == {
        "s/apart",
        "s/together",
    }
    assert await ids_near(index, Filter(connector_types=frozenset({ConnectorType.CCS2}))) == set()


async def test_each_filter_leaves_out_what_it_should(index: StationIndex) -> None:
    await index.put(
        [
            station("s/plain"),
            station("s/op", operator="other"),
            station("s/solar", attributes=(Attribute.SOLAR,)),
            station("s/both", attributes=(Attribute.V2G, Attribute.SOLAR)),
            station("s/free", parking_fee=ParkingFee.FREE),
            station("s/paid", parking_fee=ParkingFee.PAID),
            station("s/public", access=Access.PUBLIC),
            station("s/private", access=Access.PRIVATE),
            station("s/practice", practice=True),
        ]
    )
    everything = await ids_near(index)
    assert len(everything) == 9
    assert await ids_near(index, Filter(operators=frozenset({"other", "nobody"}))) == {"s/op"}
    assert await ids_near(index, Filter(operators=frozenset({"nobody"}))) == set()
    assert await ids_near(index, Filter(attributes=frozenset({Attribute.SOLAR}))) == {"s/solar", "s/both"}
    assert await ids_near(index, Filter(attributes=frozenset({Attribute.SOLAR, Attribute.V2G}))) == {"s/both"}
    assert await ids_near(index, Filter(free_parking=True)) == {"s/free"}
    assert await ids_near(index, Filter(public_only=True)) == {"s/public"}
    assert await ids_near(index, Filter(include_practice=False)) == everything - {"s/practice"}
    assert await ids_near(index, Filter(free_now=True)) == everything  # the live board's question, not the index's


async def test_open_now_needs_hours_that_somebody_said(index: StationIndex) -> None:
    await index.put(
        [
            station("s/unsaid"),
            station("s/always", hours=ALWAYS),
            station("s/never", hours=OpeningHours(spans=())),
            station("s/day", hours=OpeningHours(spans=((480, 1200), (1920, 2640)))),
        ]
    )
    assert await ids_near(index, Filter(open_at=479)) == {"s/always"}
    assert await ids_near(index, Filter(open_at=480)) == {"s/always", "s/day"}
    assert await ids_near(index, Filter(open_at=1199)) == {"s/always", "s/day"}
    assert await ids_near(index, Filter(open_at=1200)) == {"s/always"}
    assert await ids_near(index, Filter(open_at=1920)) == {"s/always", "s/day"}
    assert await ids_near(index, Filter(open_at=10_079)) == {"s/always"}


async def test_a_box_holds_its_border_and_crosses_the_180th_meridian(index: StationIndex) -> None:
    await index.put(
        [
            station("s/corner", (38.123456789, 112.987654321)),
            station("s/east", (0.0, 179.5)),
            station("s/edge", (0.0, 180.0)),
            station("s/otheredge", (0.0, -180.0)),
            station("s/west", (0.0, -179.5)),
            station("s/pole", (90.0, 12.0)),
        ]
    )
    lat, lon = 38.123456789, 112.987654321
    for box in (Box(lat, lon, 39, 113), Box(38, 112, lat, lon), Box(lat, 112, 39, lon), Box(lat, lon, lat, lon)):
        assert await index.box(box, ANY, 10) == ["s/corner"]
    assert await index.box(Box(math.nextafter(lat, 90), 112, 39, 113), ANY, 10) == []
    assert await index.box(Box(38, math.nextafter(lon, 180), 39, 113), ANY, 10) == []
    assert await index.box(Box(-1, 179, 1, -179), ANY, 10) == ["s/east", "s/edge", "s/otheredge", "s/west"]
    assert await index.box(Box(-1, 179.5, 1, 180), ANY, 10) == ["s/east", "s/edge"]
    assert await index.box(Box(-1, -180, 1, -179.5), ANY, 10) == ["s/otheredge", "s/west"]
    assert await index.box(Box(89, -180, 90, 180), ANY, 10) == ["s/pole"]
    assert len(await index.box(WORLD, ANY, 10)) == 6


async def test_clusters_count_stations_by_tile(index: StationIndex) -> None:
    await index.put([station("s/1", (38.4, 112.7)), station("s/2", (38.6, 112.9)), station("s/3", (-38.4, -112.7))])
    (whole,) = await index.clusters(WORLD, 0, ANY)
    assert (whole.tile, whole.count) == ((0, 0, 0), 3)
    south, north = await index.clusters(WORLD, 1, ANY)
    assert (south.tile, south.count, south.centre) == ((1, 0, 1), 1, Point(-38.4, -112.7))
    assert (north.tile, north.count) == ((1, 1, 0), 2)
    assert north.centre.lat == pytest.approx(38.5)
    assert north.centre.lon == pytest.approx(112.8)
    assert len(await index.clusters(WORLD, 22, ANY)) == 3
    assert [c.count for c in await index.clusters(AROUND, 22, ANY)] == [1, 1]


async def test_words_are_found_in_names_pinyin_and_the_rest_in_this_order(index: StationIndex) -> None:
    await index.put(
        [
            station("s/begins", name="忻州东站"),
            station("s/holds", name="山西忻州西站"),
            station("s/rest", name="东站", address="忻州市府东街"),
            station("s/english", name="Xinzhou East", name_en="忻州"),
            station("s/other", name="太原南站", operator_name="特来电"),
        ]
    )

    async def found(words: str) -> list[tuple[int, str]]:
        return [(hit.rank, hit.station_id) for hit in await index.text(words, ANY, 10)]

    assert await found("忻州") == [(0, "s/begins"), (0, "s/english"), (1, "s/holds"), (3, "s/rest")]
    assert await found("忻") == await found("忻州")
    assert await found("xinzhou") == [(0, "s/english"), (2, "s/begins"), (2, "s/holds"), (3, "s/rest")]
    assert await found("xz") == [(2, "s/begins"), (2, "s/english"), (2, "s/holds"), (3, "s/rest")]
    assert await found("ＸＩＮＺＨＯＵ　东站") == [(2, "s/begins"), (3, "s/rest")]
    assert await found("tld") == [(3, "s/other")]
    assert await found("特来电 ty") == [(3, "s/other")]
    assert await found("州东站") == [(1, "s/begins")]
    assert await found("忻州 没有") == []
    assert await found("州州") == []
    assert await found("x") == [(0, "s/english"), (2, "s/begins"), (2, "s/holds"), (3, "s/rest")]


async def test_text_is_paged_and_filtered(index: StationIndex) -> None:
    await index.put([station(f"s/{n}", name="忻州站" if n % 2 else "大忻州站", practice=n < 4) for n in range(8)])
    real = Filter(include_practice=False)
    pages: list[tuple[int, str]] = []
    while hits := await index.text("忻州", real, 3, after=pages[-1] if pages else None):
        pages += [(hit.rank, hit.station_id) for hit in hits]
    assert pages == [(0, "s/5"), (0, "s/7"), (1, "s/4"), (1, "s/6")]


@pytest.mark.parametrize("words", ["", " \u3000\t", "\u200b", "站" * 201])
async def test_a_text_without_words_or_too_long_is_refused(index: StationIndex, words: str) -> None:
    with pytest.raises(BadInput) as refused:
        await index.text(words, ANY, 10)
    assert refused.value.code == "TEXT_LENGTH"
    assert await index.text("站" * 200, ANY, 10) == []


@pytest.mark.parametrize("words", ['"', "*", "a*", "\\", "\x00\x01a", "AND OR NOT", "{}", "|", "😀"])
async def test_signs_mean_themselves(index: StationIndex, words: str) -> None:
    await index.put([station("s/1", name="abc"), station("s/2", name='😀 "*\\{}| and or not')])
    expected = ["s/1", "s/2"] if words == "\x00\x01a" else [] if words == "a*" else ["s/2"]
    assert sorted(hit.station_id for hit in await index.text(words, ANY, 10)) == expected


async def test_a_station_is_read_by_its_id_and_by_its_aliases(index: StationIndex) -> None:
    one, two = station("s/1", aliases=("t/9", "s/2")), station("s/2", name="二")
    await index.put([one, two, station("s/3", aliases=("t/9",))])
    assert await index.get(["t/9", "s/2", "s/1", "s/1", "no"]) == {"t/9": one, "s/2": two, "s/1": one}
    await index.put([station("s/1")])
    assert (await index.get(["t/9"]))["t/9"].id == "s/3"
    await index.remove(["s/3"])
    assert await index.get(["t/9"]) == {}
    assert await index.get([]) == {}


async def test_putting_the_same_again_changes_nothing(index: StationIndex) -> None:
    batch = [station(f"s/{n}", (38.4, 112.7 + n / 100), aliases=(f"a/{n}",)) for n in range(5)]
    await index.put(batch)
    before = (await index.near(HERE, 50_000, ANY, 10), await index.get(["s/1", "a/2"]), await index.text("站", ANY, 9))
    await index.put(batch)
    assert before == (
        await index.near(HERE, 50_000, ANY, 10),
        await index.get(["s/1", "a/2"]),
        await index.text("站", ANY, 9),
    )
    assert await index.count() == 5


async def test_of_one_id_twice_in_a_batch_the_last_counts(index: StationIndex) -> None:
    await index.put([station("s/1", name="早"), station("s/1", name="晚")])
    assert (await index.get(["s/1"]))["s/1"].name == "晚"
    assert await index.count() == 1


async def test_a_change_is_found_by_the_next_question(index: StationIndex) -> None:
    await index.put([station("s/1", (38.4, 112.7), plug(power_kw=7.0), name="旧名")])
    assert (await index.get(["s/1"]))["s/1"].name == "旧名"
    changed = station("s/1", (38.9, 112.9), plug(power_kw=120.0), name="新名")
    await index.put([changed])
    assert await index.near(HERE, 10_000, ANY, 10) == []
    assert await ids_near(index, Filter(min_power_kw=60), radius_m=100_000) == {"s/1"}
    assert await index.text("旧", ANY, 10) == []
    assert len(await index.text("新名", ANY, 10)) == 1
    assert await index.get(["s/1"]) == {"s/1": changed}


async def test_what_is_removed_is_gone_and_can_come_back(index: StationIndex) -> None:
    await index.put([station("s/1", aliases=("t/1",)), station("s/2")])
    await index.remove(["s/1", "never/there", "s/1"])
    assert await ids_near(index) == {"s/2"}
    assert await index.get(["s/1", "t/1"]) == {}
    assert [hit.station_id for hit in await index.text("站", ANY, 10)] == ["s/2"]
    assert await index.count() == 1
    await index.put([station("s/1")])
    assert await ids_near(index) == {"s/1", "s/2"}
    assert [hit.station_id for hit in await index.text("站", ANY, 10)] == ["s/1", "s/2"]


async def test_long_ids_are_ids_like_others(index: StationIndex) -> None:
    ids = ["a" * 198, "站" * 171, "😀" * 198]  # up to 792 bytes
    await index.put(station(i) for i in ids)
    await index.put(station(i) for i in ids)
    assert await ids_near(index) == set(ids)
    assert set(await index.get(ids)) == set(ids)
    await index.remove(ids[1:])
    assert await ids_near(index) == {ids[0]}


@pytest.mark.parametrize("limit", [0, -1, MAX_LIMIT + 1])
async def test_a_limit_beyond_the_limits_is_refused(index: StationIndex, limit: int) -> None:
    for question in (
        index.near(HERE, 1000, ANY, limit),
        index.box(AROUND, ANY, limit),
        index.text("站", ANY, limit),
    ):
        with pytest.raises(BadInput) as refused:
            await question
        assert refused.value.code == "LIMIT_OUT_OF_RANGE"


@pytest.mark.parametrize("radius_m", [0, -1.0, 200_000.1, math.inf, math.nan])
async def test_a_radius_beyond_the_limits_is_refused(index: StationIndex, radius_m: float) -> None:
    with pytest.raises(BadInput) as refused:
        await index.near(HERE, radius_m, ANY, 10)
    assert refused.value.code == "RADIUS_OUT_OF_RANGE"


@pytest.mark.parametrize("zoom", [-1, 23])
async def test_a_zoom_beyond_the_limits_is_refused(index: StationIndex, zoom: int) -> None:
    with pytest.raises(BadInput) as refused:
        await index.clusters(AROUND, zoom, ANY)
    assert refused.value.code == "ZOOM_OUT_OF_RANGE"


async def test_the_limits_themselves_are_answered(index: StationIndex) -> None:
    await index.put([station("s/1"), station("s/2")])
    assert len(await index.near(HERE, MAX_RADIUS_M, ANY, MAX_LIMIT)) == 2
    assert len(await index.near(HERE, 0.001, ANY, 1)) == 1
    assert len(await index.box(AROUND, ANY, 1)) == 1
    assert len(await index.text("站", ANY, MAX_LIMIT)) == 2
