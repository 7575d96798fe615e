"""The same site in two feeds is one station; neighbours stay two."""

from collections.abc import Sequence
from datetime import UTC, datetime
from math import cos, radians

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finder.kernel.geo import Point, gcj02_from_wgs84, wgs84_from_gcj02
from finder.stations.likeness import NEAR_M, metres_between
from finder.stations.merge import Merger, merge, rank_by
from finder.stations.model import (
    ALWAYS,
    Amenity,
    Connector,
    ConnectorType,
    Evse,
    Operator,
    ParkingFee,
    Provenance,
    Station,
    StationId,
)
from finder.stations.store import StationChange

NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
CENTRE = Point(38.4166, 112.7341)


def off(east_m: float, north_m: float = 0.0, origin: Point = CENTRE) -> Point:
    return Point(
        origin.lat + north_m / 111_195,
        (origin.lon + east_m / (111_195 * cos(radians(origin.lat))) + 180) % 360 - 180,
    )


def station(
    station_id: StationId,
    name: str = "忻州站充电站",
    place: Point = CENTRE,
    *,
    operator: str = "晋北充电",
    address: str | None = None,
    practice: bool = False,
) -> Station:
    source = station_id.split("/")[0]
    return Station(
        id=station_id,
        name=name,
        operator=Operator(id=source, name=operator),
        place=place,
        address=address,
        evses=(Evse(id=f"{station_id}-1", connectors=(Connector(id="1", type=ConnectorType.GBT_DC, power_kw=60.0),)),),
        provenance=(Provenance(source=source, native_id=station_id, fetched_at=NOW),),
        practice=practice,
    )


def changes(*stations: Station) -> list[StationChange]:
    return [StationChange(n, s.id.split("/")[0], s.id, s) for n, s in enumerate(stations, 1)]


def gone(*ids: StationId) -> list[StationChange]:
    return [StationChange(99, i.split("/")[0], i, None) for i in ids]


def sites(*stations: Station) -> list[set[StationId]]:
    merger = Merger()
    merger.apply(changes(*stations))
    return sorted(({s.id, *s.aliases} for s in merger.stations()), key=sorted)


def one_site(*stations: Station) -> bool:
    return len(sites(*stations)) == 1


def test_the_same_site_under_another_name_and_datum_is_one_station() -> None:
    theirs = wgs84_from_gcj02(gcj02_from_wgs84(off(60)))
    a = station("a/1", "晋北充电忻州高铁站充电站（演示）")
    b = station("b/9", "忻州高铁站 公共充电桩", theirs, operator="开放地图")
    (merged,) = _stations(a, b)
    assert merged.id == "a/1"
    assert merged.aliases == ("b/9",)
    assert [p.source for p in merged.provenance] == ["a", "b"]
    assert merged.evses == a.evses


def _stations(*stations: Station) -> list[Station]:
    merger = Merger()
    merger.apply(changes(*stations))
    return list(merger.stations())


def test_differently_named_neighbours_forty_metres_apart_are_two() -> None:
    assert not one_site(station("a/1", "忻州站充电站"), station("b/1", "云中路充电站", off(40)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("五台山服务区东区充电站", "五台山服务区西区充电站"),
        ("万达广场1号充电站", "万达广场2号充电站"),
        ("万达广场充电站A", "万达广场充电站B"),
        ("奥体中心一期充电站", "奥体中心二期充电站"),
        ("原平服务区（上行）", "原平服务区（下行）"),
        ("充电站 1001", "充电站 1002"),
        ("充电站", "充电桩"),
        ("Main Street Garage Level 1", "Main Street Garage Level 2"),
    ],
)
def test_names_that_differ_in_what_tells_halves_apart_are_two(one: str, other: str) -> None:
    assert not one_site(station("a/1", one), station("b/1", other, off(5)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("忻府区政务中心充电站", "忻州市忻府区政务中心"),
        ("五台山（南门）充电站", "五台山 南门 快充站"),
        ("Los Angeles Convention Center", "LOS ANGELES CONVENTION CENTER - EV Charging Station"),
        ("ＡＢＣ大厦充电站", "abc大厦"),
    ],
)
def test_names_that_differ_only_in_dress_are_one(one: str, other: str) -> None:
    assert one_site(station("a/1", one), station("b/1", other, off(5)))


def test_the_limit_of_nearness() -> None:
    assert one_site(station("a/1"), station("b/1", place=off(NEAR_M - 0.5)))
    assert not one_site(station("a/1"), station("b/1", place=off(NEAR_M + 0.5)))


@pytest.mark.parametrize("lat", [-80.0, -60.0, 0.0, 0.0019999, 38.4, 66.0, 85.0])
@pytest.mark.parametrize("lon", [0.0, 112.7, 179.9999, -179.9999, -180.0])
@pytest.mark.parametrize("east", [-149.0, -40.0, 149.0])
def test_nearness_holds_at_every_latitude_and_across_the_180th_meridian(lat: float, lon: float, east: float) -> None:
    here = Point(lat, lon)
    there = off(east, origin=here)
    assert metres_between(here, there) < NEAR_M
    assert one_site(station("a/1", place=here), station("b/1", place=there))
    assert one_site(station("a/1", place=there), station("b/1", place=here))


def test_the_same_numbered_address_is_one_unless_the_operators_contradict() -> None:
    address = "忻府区和平西街12号"
    one = station("a/1", "凤凰城", address=address, operator="晋北充电")
    assert one_site(one, station("b/1", "小区地库", off(30), address="忻府区 和平西街 12 号", operator="晋北充电"))
    assert not one_site(one, station("b/1", "小区地库", off(30), address=address, operator="云州快充网络"))
    coarse = "山西省忻州市忻府区"
    assert not one_site(station("a/1", "凤凰城", address=coarse), station("b/1", "小区地库", off(30), address=coarse))


def test_two_records_of_one_source_never_merge() -> None:
    assert len(sites(station("a/1"), station("a/2"))) == 2
    found = sites(station("a/1"), station("a/2", place=off(20)), station("b/1", place=off(1)))
    assert found == [{"a/1", "b/1"}, {"a/2"}]  # the nearer one has it


def test_practice_never_merges_with_real() -> None:
    assert not one_site(station("a/1", practice=True), station("b/1"))
    assert one_site(station("a/1", practice=True), station("b/1", practice=True))


def test_a_chain_does_not_stretch_a_site() -> None:
    found = sites(station("a/1"), station("b/1", place=off(140)), station("c/1", place=off(280)))
    assert sorted(map(len, found)) == [1, 2]


def test_the_feed_with_live_status_gives_id_and_evses() -> None:
    merger = Merger(rank_by(live={"z"}, order=["c", "b"]))
    merger.apply(changes(station("a/1"), station("b/1"), station("c/1"), station("z/1")))
    (merged,) = merger.stations()
    assert merged.id == "z/1"
    assert [p.source for p in merged.provenance] == ["z", "c", "b", "a"]


def test_missing_facts_are_filled_and_known_ones_stay() -> None:
    a = msgspec.structs.replace(station("a/1"), parking_fee=ParkingFee.PAID, amenities=(Amenity.WIFI,))
    b = msgspec.structs.replace(
        station("b/1"),
        address="和平西街12号",
        hours=ALWAYS,
        parking_fee=ParkingFee.FREE,
        amenities=(Amenity.WIFI, Amenity.TOILET),
        aliases=("b/old", "a/1"),
    )
    merged = merge([a, b])
    assert (merged.address, merged.hours, merged.parking_fee) == ("和平西街12号", ALWAYS, ParkingFee.PAID)
    assert merged.amenities == (Amenity.WIFI, Amenity.TOILET)
    assert merged.aliases == ("b/1", "b/old")
    assert merge([a]) is a


def test_a_change_tells_only_of_the_sites_it_touches() -> None:
    merger = Merger()
    far = station("a/2", "别处", Point(39, 113))
    first = merger.apply(changes(station("a/1"), far))
    assert ([s.id for s in first.puts], list(first.removes)) == (["a/1", "a/2"], [])
    joined = merger.apply(changes(station("b/1")))
    assert [(s.id, s.aliases) for s in joined.puts] == [("a/1", ("b/1",))]
    assert list(joined.removes) == ["b/1"]
    parted = merger.apply(changes(station("b/1", place=off(500))))
    assert [(s.id, s.aliases) for s in parted.puts] == [("a/1", ()), ("b/1", ())]
    left = merger.apply(gone("a/1"))
    assert (list(left.puts), list(left.removes)) == ([], ["a/1"])


def test_when_the_first_record_goes_the_next_takes_over() -> None:
    merger = Merger()
    merger.apply(changes(station("a/1"), station("b/1")))
    after = merger.apply(gone("a/1"))
    assert [s.id for s in after.puts] == ["b/1"]
    assert list(after.removes) == ["a/1"]
    assert merger.station_of("b/1") == "b/1"


def test_what_goes_and_was_never_there_is_no_error() -> None:
    assert list(Merger().apply(gone("a/1")).puts) == []


def test_records_by_source() -> None:
    merger = Merger()
    merger.apply(changes(station("a/1"), station("b/1")))
    assert set(merger.records("a")) == {"a/1"}
    assert merger.records("nobody") == {}
    assert merger.sources() == ["a", "b"]
    merger.apply(gone("a/1"))
    assert merger.sources() == ["b"]


records = st.builds(
    lambda source, n, name, east, north: station(f"{source}/{n}", name, off(east, north)),
    st.sampled_from("abc"),
    st.integers(1, 3),
    st.sampled_from(["忻州站", "忻州站充电站", "忻州西站", "云中路"]),
    st.integers(-150, 150),
    st.sampled_from([0, 60]),
)


@settings(max_examples=60, deadline=None)
@given(st.data(), st.lists(records, max_size=9, unique_by=lambda s: s.id))
def test_the_order_of_arrival_does_not_matter(data: st.DataObject, found: Sequence[Station]) -> None:
    shuffled = data.draw(st.permutations(found))
    cut = data.draw(st.integers(0, len(found)))
    one, other = Merger(), Merger()
    one.apply(changes(*found))
    known: dict[StationId, Station] = {}
    for part in (shuffled[:cut], [], shuffled[cut:]):
        told = other.apply(changes(*part))
        assert not {s.id for s in told.puts} & set(told.removes)
        known.update({s.id: s for s in told.puts})
        for station_id in told.removes:
            known.pop(station_id, None)
    wanted = {s.id: s for s in one.stations()}
    assert {s.id: s for s in other.stations()} == wanted
    assert known == wanted  # what it told piece by piece adds up to the same


@settings(max_examples=60, deadline=None)
@given(st.lists(records, max_size=9, unique_by=lambda s: s.id), st.sets(st.integers(0, 8)))
def test_what_was_removed_leaves_no_trace(found: Sequence[Station], going: set[int]) -> None:
    merger, fresh = Merger(), Merger()
    known = {s.id: s for s in merger.apply(changes(*found)).puts}
    told = merger.apply(gone(*(s.id for n, s in enumerate(found) if n in going)))
    known.update({s.id: s for s in told.puts})
    for station_id in told.removes:
        known.pop(station_id, None)
    fresh.apply(changes(*(s for n, s in enumerate(found) if n not in going)))
    assert {s.id: s for s in merger.stations()} == {s.id: s for s in fresh.stations()} == known
