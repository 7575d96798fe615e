"""Which stations beside a route one could charge at, and which routers a deployment may name."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from pydantic import SecretStr

from finder.app import choose_router
from finder.errors import SettingsError
from finder.kernel.geo import Point
from finder.kernel.line import Line
from finder.roads.amap import AmapRouter
from finder.roads.beside import Beside, on_this_side, stations_beside
from finder.roads.candidates import MOST, ON_ROAD_M, best_plug, candidates, current_of, thinned
from finder.roads.cars import TYPICAL, CarClass
from finder.roads.model import Origin, Road, RoadKind
from finder.roads.osrm import OsrmRouter
from finder.roads.polyline import decode_polyline, encode_polyline
from finder.roads.router import NoRouter
from finder.settings import Settings
from finder.stations.filter import ANY
from finder.stations.memory import MemoryIndex
from finder.stations.model import ALWAYS, Access, Connector, ConnectorType, Current, Evse, OpeningHours, StationState
from load_tests.trip_world import LEAVES, course, trip
from tests.unit.naive import CENTRE, station

CAR = TYPICAL[CarClass.FAMILY].car
COURSE = course(100, 60)


def kept(offset_m: float = 0.0, metres: float = 50_000.0, accuracy_m: float = 0.0, **more: Any) -> Sequence[Any]:
    each = station(0, hours=more.pop("hours", ALWAYS), **more)
    return candidates(CAR, COURSE, [Beside(each, metres, offset_m)], LEAVES, accuracy_m)


@pytest.mark.parametrize("state", StationState)
def test_only_a_station_that_works_or_may_work_is_a_candidate(state: StationState) -> None:
    assert bool(kept(state=state)) == (state in (StationState.OPEN, StationState.UNKNOWN))


@pytest.mark.parametrize("access", Access)
def test_a_station_for_some_people_only_is_none(access: Access) -> None:
    assert bool(kept(access=access)) == (access in (Access.PUBLIC, Access.UNKNOWN))


def test_a_station_that_is_closed_when_one_comes_past_is_none() -> None:
    # LEAVES is a Friday, 09:00; km 50 is reached at 09:50.
    friday = 4 * 1440
    for begin, end, is_one in ((9 * 60, 9 * 60 + 50, False), (9 * 60 + 50, 10 * 60, True), (0, 9 * 60 + 51, True)):
        hours = OpeningHours(spans=((friday + begin, friday + end),))
        assert bool(kept(hours=hours)) == is_one
    assert kept(hours=None)


def test_the_detour_is_there_and_back_and_none_beside_the_road() -> None:
    (on,), (off,) = kept(ON_ROAD_M), kept(ON_ROAD_M + 40)
    assert (on.detour_km, on.detour_minutes) == (0, 0)
    assert off.detour_km == pytest.approx(0.26)
    assert off.detour_minutes == pytest.approx(0.26 / 40 * 60)


def test_a_detour_below_the_roads_accuracy_is_counted_and_not_shown() -> None:
    (below,), (at,) = kept(499, accuracy_m=500), kept(500, accuracy_m=500)
    assert (below.told_detour_km, below.told_detour_minutes) == (None, None)
    assert below.detour_km > 1
    assert at.told_detour_km == at.detour_km


def with_connectors(*connectors: Connector) -> Any:
    return msgspec.structs.replace(station(0), evses=(Evse(id="e", connectors=connectors),))


def test_the_plug_at_which_the_car_takes_most_is_chosen() -> None:
    ac = Connector(id="ac", type=ConnectorType.GBT_AC, power_kw=7)
    dc = Connector(id="dc", type=ConnectorType.GBT_DC, power_kw=30)
    strong = Connector(id="strong", type=ConnectorType.GBT_DC, power_kw=250)
    stronger = Connector(id="stronger", type=ConnectorType.GBT_DC, power_kw=400)
    other = Connector(id="other", type=ConnectorType.CCS2, power_kw=350)
    unknown = Connector(id="unknown", type=ConnectorType.GBT_DC)
    found = best_plug(CAR, with_connectors(ac, dc, other, strong, stronger, unknown))
    assert found is not None
    assert found[1].id == "strong"  # the car takes 100 kW of either
    assert best_plug(CAR, with_connectors(other, unknown)) is None
    beside = Beside(with_connectors(other, unknown), 0.0, 0.0)
    assert candidates(CAR, COURSE, [beside], LEAVES) == []


@pytest.mark.parametrize(
    ("type_", "told", "current"),
    [
        (ConnectorType.GBT_DC, None, Current.DC),
        (ConnectorType.TYPE2, None, Current.AC),
        (ConnectorType.UNKNOWN, None, None),
        (ConnectorType.UNKNOWN, Current.DC, Current.DC),
        (ConnectorType.GBT_DC, Current.AC, Current.AC),
    ],
)
def test_a_current_is_as_told_or_as_the_plug_has_it(
    type_: ConnectorType, told: Current | None, current: Current | None
) -> None:
    assert current_of(Connector(id="1", type=type_, current=told)) is current


def test_of_too_many_the_strong_are_kept_everywhere_along_the_way() -> None:
    crowd = trip(199, 300, 1).candidates
    few = thinned(CAR, 300, crowd)
    assert len(few) == MOST
    assert thinned(CAR, 300, few) == list(few)
    assert [c.km for c in few] == sorted(c.km for c in few)
    slices = {int(c.km / 300 * 40) for c in crowd}
    assert {int(c.km / 300 * 40) for c in few} == slices
    strong = [min(c.power_kw, 100) for c in few]
    assert sum(strong) / MOST > sum(min(c.power_kw, 100) for c in crowd) / len(crowd)


async def test_stations_beside_a_line_are_found_by_kilometre() -> None:
    index = MemoryIndex()
    await index.put([station(n, lon_step=0.1) for n in range(12)])
    line = Line([CENTRE, Point(CENTRE.lat, CENTRE.lon + 0.55)])
    found = await stations_beside(index, line, 2_000, ANY)
    assert [each.station.id for each in found] == [f"jinbei/{n:04}" for n in range(6)]
    assert [each.metres for each in found] == sorted(each.metres for each in found)
    await index.close()


@pytest.mark.parametrize(
    ("kind", "accuracy_m", "forward", "left"),
    [
        (RoadKind.EXPRESSWAY, 20, True, ["south"]),
        (RoadKind.EXPRESSWAY, 20, False, ["north"]),
        (RoadKind.EXPRESSWAY, 500, True, ["north", "south"]),
        (RoadKind.NATIONAL, 20, True, ["north", "south"]),
    ],
)
def test_what_only_the_other_carriageway_reaches_is_left_out(
    kind: RoadKind, accuracy_m: float, forward: bool, left: list[str]
) -> None:
    east = ((CENTRE.lat, CENTRE.lon), (CENTRE.lat, CENTRE.lon + 1))
    road = Road(
        id="g0",
        name="g0",
        kind=kind,
        parts=(east,),
        origin=Origin(source="ours", licence="ours", accuracy_m=accuracy_m),
    )
    places = {
        "north": Point(CENTRE.lat + 0.002, CENTRE.lon + 0.01),
        "south": Point(CENTRE.lat - 0.002, CENTRE.lon + 0.01),
    }
    found = [Beside(station(0, id=name, place=place), 0.0, 0.0) for name, place in places.items()]
    assert [each.station.id for each in on_this_side(road, found, forward=forward)] == left


def test_an_encoded_polyline_is_the_published_example_there_and_back() -> None:
    # From the format's own description.
    text = "_p~iF~ps|U_ulLnnqC_mqNvxq`@"
    points = [Point(38.5, -120.2), Point(40.7, -120.95), Point(43.252, -126.453)]
    assert encode_polyline(points) == text
    assert decode_polyline(text) == points


def test_the_settings_name_a_router_or_none() -> None:
    assert isinstance(choose_router(Settings()), NoRouter)
    assert isinstance(choose_router(Settings(router_url="osrm+http://127.0.0.1:5000")), OsrmRouter)
    amap = Settings(router_url="amap+https://restapi.amap.com", router_key=SecretStr("k"))
    assert isinstance(choose_router(amap), AmapRouter)
    for wrong in ("https://restapi.amap.com", "amap+https://restapi.amap.com", "valhalla+http://x", "osrm+ftp://x"):
        with pytest.raises(SettingsError, match="FINDER_ROUTER_"):
            choose_router(Settings(router_url=wrong))
