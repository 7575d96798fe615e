"""A station out and back in: exactly what decision 0007 says is lost, and nothing else."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finder.connectors.tcec102.mapping import Origin, map_station
from finder.connectors.tcec102.profile import Profile, camel
from finder.connectors.tcec102.records_out import station_info
from finder.connectors.tcec102.wire import parse, write
from finder.kernel.geo import Point, distance_m
from finder.kernel.money import UnitPrice
from finder.stations.model import (
    ALWAYS,
    Access,
    Amenity,
    Attribute,
    Connector,
    ConnectorType,
    Construction,
    Current,
    Evse,
    OpeningHours,
    Operator,
    ParkingFee,
    Photo,
    Provenance,
    Station,
    StationState,
    Tariff,
    TariffPeriod,
    station_to_json,
)
from tests.protocol.tcec102_peer import NOON

GB = Connector(id="1", type=ConnectorType.GBT_DC, current=Current.DC, power_kw=120.0, voltage_v=1000.0, current_a=250.0)
PLAIN = Station(
    id="jinbei/1",
    name="忻州西站充电站",
    operator=Operator(id="MA0JINBEI", name="某充电", phone="400-000-0001"),
    place=Point(38.43, 112.67),
    evses=(Evse(id="jinbei/1-1", connectors=(GB,), label="01号位", equipment_id="P1"),),
    provenance=(Provenance(source="op", native_id="jinbei/1", fetched_at=NOON),),
    address="山西省忻州市",
    area_code="140902",
    state=StationState.OPEN,
    construction=Construction.TRANSPORT_HUB,
    parking_fee=ParkingFee.FREE,
    parking_text="充电期间免费停车",
    access=Access.PUBLIC,
    hours=OpeningHours(spans=ALWAYS.spans, text="全天"),
    attributes=(Attribute.SOLAR, Attribute.V2G),
    photos=(Photo(url="https://example.org/1.jpg"),),
    phone="0350-0000001",
    guide="地下一层",
)


def back(station: Station, profile: Profile | None = None) -> Station:
    """Through the wire and our own reader; ids as they were before."""
    profile = profile or Profile()
    info = profile.read(parse(write(profile.write(station_info(station, profile)))))
    read = map_station(info, Origin("op", "某充电", profile, NOON)).station
    evses = tuple(msgspec.structs.replace(e, id=e.id.removeprefix("op/")) for e in read.evses)
    return msgspec.structs.replace(read, id=read.id.removeprefix("op/"), evses=evses)


def lost(station: Station, profile: Profile | None = None) -> set[str]:
    """Which fields do not come back."""
    found = back(station, profile)
    assert distance_m(found.place, station.place) < 0.2
    return {path for path, value in _flat(station) if dict(_flat(found)).get(path) != value} | {
        path for path, value in _flat(found) if path not in dict(_flat(station))
    }


def _flat(station: Station) -> list[tuple[str, Any]]:
    def walk(value: Any, path: str) -> list[tuple[str, Any]]:
        if isinstance(value, dict):
            return [each for key, inner in value.items() for each in walk(inner, f"{path}.{key}".strip("."))]
        if isinstance(value, list) and value and isinstance(value[0], dict):
            return [each for n, inner in enumerate(value) for each in walk(inner, f"{path}.{n}")]
        return [(path, value)]

    told = {"country": "CN"} | msgspec.json.decode(station_to_json(station))
    del told["place"]
    return walk(told, "")


@pytest.mark.parametrize("profile", [Profile(), Profile(datum="WGS84"), Profile(casing="camel")])
def test_a_station_of_this_country_comes_back_whole(profile: Profile) -> None:
    assert lost(PLAIN, profile) == set()
    assert camel("StationID") == "stationId"


def changed(**fields: Any) -> Station:
    return msgspec.structs.replace(PLAIN, **fields)


def evse(*connectors: Connector, **fields: Any) -> tuple[Evse, ...]:
    return (Evse(**{"id": "jinbei/1-1", "equipment_id": "P1", "connectors": connectors, **fields}),)


@pytest.mark.parametrize(
    ("station", "gone"),
    [
        (
            changed(operator=Operator(id="MA0JINBEI", name="x", name_en="y", website="z")),
            {"name", "name_en", "website", "phone"},  # it has no phone, so the station's is given
        ),
        (changed(name_en="Xinzhou West"), {"name_en"}),
        (changed(amenities=(Amenity.TOILET,)), {"amenities"}),
        (changed(practice=True), {"practice"}),
        (changed(aliases=("ocm/1",)), {"aliases"}),
        (changed(photos=(Photo(url="https://example.org/1.jpg", caption="x"),)), {"caption"}),
        (changed(access=Access.RESTRICTED, access_note="员工专用"), {"access_note"}),
        (changed(hours=ALWAYS), {"text"}),
        (changed(parking_fee=ParkingFee.PAID, parking_text=None), {"parking_text"}),
        (changed(evses=evse(GB, equipment_id=None)), {"equipment_id"}),
        (changed(evses=evse(msgspec.structs.replace(GB, id="2"))), {"id"}),
        (changed(evses=evse(Connector(id="1", type=ConnectorType.CCS2, current=Current.DC))), {"type"}),
        (changed(evses=evse(Connector(id="1", type=ConnectorType.CHAOJI, current=Current.DC))), {"type"}),
    ],
)
def test_what_the_protocol_cannot_carry_is_lost(station: Station, gone: set[str]) -> None:
    assert {path.split(".")[-1] for path in lost(station)} == gone


@pytest.mark.parametrize(
    "fields",
    [{"state": state} for state in StationState]
    + [{"construction": construction} for construction in Construction]
    + [{"access": access} for access in Access]
    + [{"attributes": (attribute,)} for attribute in Attribute]
    + [
        {"hours": None, "access_note": "营业时间：请电话咨询"},
        {"hours": None},
        {"address": None, "area_code": None, "phone": None, "guide": None, "photos": ()},
        {"parking_fee": ParkingFee.UNKNOWN, "parking_text": "以现场公示为准"},
        {"parking_fee": ParkingFee.UNKNOWN, "parking_text": None},
    ],
)
def test_every_value_of_these_comes_back(fields: dict[str, Any]) -> None:
    assert lost(changed(**fields)) == set()


@pytest.mark.parametrize(
    "connector",
    [
        GB,
        Connector(id="1", type=ConnectorType.GBT_AC, current=Current.AC, power_kw=7.0),
        Connector(id="1", type=ConnectorType.SOCKET, current=Current.AC),
        Connector(id="1", type=ConnectorType.WIRELESS),
        Connector(id="1", type=ConnectorType.OTHER, current=Current.DC),
        Connector(id="1", type=ConnectorType.SWAP_BAY),
        Connector(id="1"),
    ],
)
def test_every_connector_of_this_country_comes_back(connector: Connector) -> None:
    attributes = (Attribute.SWAP,) if connector.type is ConnectorType.SWAP_BAY else ()
    assert lost(changed(evses=evse(connector, label="A"), attributes=attributes)) == set()


def test_swap_bays_beside_guns_come_back() -> None:
    bay = Evse(
        id="jinbei/1-2", connectors=(Connector(id="1", type=ConnectorType.SWAP_BAY),), label="B", equipment_id="P2"
    )
    assert lost(changed(evses=(*PLAIN.evses, bay), attributes=(Attribute.SWAP,))) == set()


words = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=30)


@given(words, words | st.none())
def test_an_operators_words_on_its_prices_come_back(electricity: str, service: str | None) -> None:
    said = f"电费：{electricity}" + (f"；服务费：{service}" if service else "")
    if said.count("；服务费：") > 1 or "；服务费：" in electricity:
        return
    station = changed(tariffs=(Tariff(id="1", text=said),))
    assert [tariff.text for tariff in back(station).tariffs] == [said]


def test_prices_without_words_are_told_by_policy_alone() -> None:
    period = TariffPeriod(start=0, end=1440, electricity=UnitPrice(5946), service=UnitPrice(3500))
    assert back(changed(tariffs=(Tariff(id="DC", periods=(period,)),))).tariffs == ()


@given(st.floats(18, 53), st.floats(74, 134))
def test_a_place_comes_back_to_within_twenty_centimetres(lat: float, lon: float) -> None:
    station = changed(place=Point(lat, lon))
    for profile in (Profile(), Profile(datum="WGS84")):
        assert distance_m(back(station, profile).place, station.place) < 0.2


def test_when_it_was_fetched_is_not_told() -> None:
    later = msgspec.structs.replace(PLAIN.provenance[0], fetched_at=NOON + timedelta(days=1), licence="x")
    assert lost(changed(provenance=(later,))) == {"provenance.0.fetched_at", "provenance.0.licence"}
