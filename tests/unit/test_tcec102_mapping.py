"""Raw records into the model: one bad record costs only itself."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from finder.connectors.tcec102.mapping import Origin, map_station, map_status
from finder.connectors.tcec102.profile import MAX_DEPTH, Profile, camel, profile_from_toml
from finder.connectors.tcec102.values import code, identifier, number
from finder.connectors.tcec102.wire import BadEnvelope
from finder.errors import BadInput, SettingsError
from finder.kernel.geo import Point, distance_m, gcj02_from_wgs84
from finder.live.model import Status
from finder.stations.model import Access, Attribute, ConnectorType, Construction, Current, StationState

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
STANDARD = Profile()


def origin(profile: Profile = STANDARD) -> Origin:
    return Origin("op", "某充电", profile, NOW)


def gun(connector_id: str = "G1", **changes: Any) -> dict[str, Any]:
    return {"ConnectorID": connector_id, "ConnectorType": 4, "Power": 120.0, "NationalStandard": 2, **changes}


def raw(*guns: dict[str, Any], pile: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    equipment = {"EquipmentID": "P1", "EquipmentType": 1, "ConnectorInfos": list(guns) or [gun()], **(pile or {})}
    return {
        "StationID": "S1",
        "OperatorID": "123456789",
        "StationName": "忻州西站充电站",
        "StationLat": 38.43,
        "StationLng": 112.67,
        "StationType": 1,
        "StationStatus": 50,
        "Construction": 6,
        "AreaCode": "140902",
        "EquipmentInfos": [equipment],
        **changes,
    }


def test_a_station_keeps_its_ids_and_words() -> None:
    station = map_station(raw(BusineHours="请电话咨询", Remark="光储充一体化"), origin()).station
    assert (station.id, station.name, station.area_code) == ("op/S1", "忻州西站充电站", "140902")
    assert station.state is StationState.OPEN
    assert station.construction is Construction.TRANSPORT_HUB
    assert station.access is Access.PUBLIC
    assert station.hours is None
    assert "请电话咨询" in (station.access_note or "")
    assert station.attributes == (Attribute.SOLAR, Attribute.STORAGE)
    assert [e.id for e in station.evses] == ["op/G1"]
    assert station.evses[0].equipment_id == "P1"
    assert station.provenance[0].native_id == "S1"


def test_gcj02_is_undone_and_wgs84_is_kept() -> None:
    true = Point(38.40917, 112.73333)
    shifted = gcj02_from_wgs84(true)
    theirs = raw(StationLat=shifted.lat, StationLng=shifted.lon)
    assert distance_m(map_station(theirs, origin()).station.place, true) < 2
    assert map_station(theirs, origin(Profile(datum="WGS84"))).station.place == shifted


@pytest.mark.parametrize(
    ("pile", "changes", "kind", "current"),
    [
        (1, {}, ConnectorType.GBT_DC, Current.DC),
        (2, {"ConnectorType": 2}, ConnectorType.GBT_AC, Current.AC),
        (2, {"ConnectorType": 3}, ConnectorType.GBT_AC, Current.AC),
        (2, {"ConnectorType": 1}, ConnectorType.SOCKET, Current.AC),
        (4, {"ConnectorType": 5}, ConnectorType.WIRELESS, None),
        (1, {"ConnectorType": 99}, ConnectorType.GBT_DC, Current.DC),
        (1, {"ConnectorType": 99, "NationalStandard": None}, ConnectorType.UNKNOWN, Current.DC),
        (3, {"ConnectorType": None}, ConnectorType.UNKNOWN, None),
    ],
)
def test_types(pile: int, changes: dict[str, Any], kind: ConnectorType, current: Current | None) -> None:
    station = map_station(raw(gun(**changes), pile={"EquipmentType": pile}), origin()).station
    connector = station.evses[0].connectors[0]
    assert (connector.type, connector.current) == (kind, current)


def test_a_swap_station_has_swap_bays() -> None:
    station = map_station(raw(gun(ConnectorType=6), StationClassification=2), origin()).station
    assert station.evses[0].connectors[0].type is ConnectorType.SWAP_BAY
    assert Attribute.SWAP in station.attributes


@pytest.mark.parametrize(("power", "kept"), [(120, 120.0), ("60.5", 60.5), (0, 90.0), (None, 90.0), (4000, 4000.0)])
def test_power_is_the_guns_or_else_the_piles(power: object, kept: float) -> None:
    station = map_station(raw(gun(Power=power), pile={"EquipmentPower": 90}), origin()).station
    assert station.evses[0].connectors[0].power_kw == kept


def test_power_that_nobody_told_is_unknown() -> None:
    assert map_station(raw(gun(Power=0)), origin()).station.evses[0].connectors[0].power_kw is None


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (gun("G2", Power=-60), "POWER_OUT_OF_RANGE"),
        (gun("G2", Power=4001), "POWER_OUT_OF_RANGE"),
        (gun("G2", Power="x"), "BAD_NUMBER"),
        (gun("G2", Power=float("nan")), "BAD_NUMBER"),
        (gun("G1"), "DUPLICATE_CONNECTOR"),
        (gun(""), "BAD_ID"),
        (gun("G" * 65), "BAD_ID"),
        ("gun", "NOT_AN_OBJECT"),
    ],
)
def test_a_bad_connector_is_refused_and_the_other_stays(bad: Any, code: str) -> None:
    mapped = map_station(raw(gun("G1"), bad), origin())
    assert [e.id for e in mapped.station.evses] == ["op/G1"]
    assert [r.code for r in mapped.refused] == [code]
    assert mapped.refused[0].zh
    assert mapped.refused[0].en


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"StationLat": 90.1}, "COORDINATE_OUT_OF_RANGE"),
        ({"StationLng": 180.1}, "COORDINATE_OUT_OF_RANGE"),
        ({"StationLat": float("nan")}, "BAD_NUMBER"),
        ({"StationLat": "NaN"}, "BAD_NUMBER"),
        ({"StationLat": 0, "StationLng": 0}, "COORDINATE_MISSING"),
        ({"StationLat": None}, "COORDINATE_MISSING"),
        ({"EquipmentInfos": []}, "STATION_WITHOUT_CONNECTORS"),
        ({"EquipmentInfos": None}, "STATION_WITHOUT_CONNECTORS"),
        ({"StationName": " "}, "STATION_UNNAMED"),
        ({"StationID": None}, "BAD_ID"),
        ({"StationID": True}, "BAD_ID"),
        ({"StationID": "a\nb"}, "BAD_ID"),
    ],
)
def test_a_station_that_cannot_be_is_refused(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(BadInput) as refused:
        map_station(raw(**changes), origin())
    assert refused.value.code == code


def test_a_station_whose_only_connector_is_bad_says_why() -> None:
    with pytest.raises(BadInput) as refused:
        map_station(raw(gun(Power=-1)), origin())
    assert refused.value.code == "POWER_OUT_OF_RANGE"


def test_a_thousand_connectors_are_taken_and_one_more_is_left_out() -> None:
    many = [gun(f"G{n}") for n in range(1001)]
    assert not map_station(raw(*many[:1000]), origin()).refused
    mapped = map_station(raw(*many), origin())
    assert len(mapped.station.evses) == 1000
    assert [r.code for r in mapped.refused] == ["TOO_MANY_CONNECTORS"]


@pytest.mark.parametrize(
    ("status", "park", "read"),
    [
        (0, 0, Status.OFFLINE),
        (1, 0, Status.AVAILABLE),
        (1, 10, Status.AVAILABLE),
        (1, 50, Status.BLOCKED),
        (2, 50, Status.OCCUPIED),
        (3, 50, Status.CHARGING),
        (4, 10, Status.RESERVED),
        (5, 50, Status.OCCUPIED),
        (255, 0, Status.FAULTED),
        ("1", 0, Status.AVAILABLE),
        (77, 0, Status.UNKNOWN),
        (1.9, 0, Status.UNKNOWN),
        (True, 0, Status.UNKNOWN),
        (None, 0, Status.UNKNOWN),
        ("free", 0, Status.UNKNOWN),
    ],
)
def test_status_is_never_guessed_to_be_free(status: object, park: int, read: Status) -> None:
    told = map_status({"ConnectorID": "G1", "Status": status, "ParkStatus": park}, "op", STANDARD, NOW)
    assert (told.evse_id, told.status, told.observed_at) == ("op/G1", read, NOW)


def test_a_profile_may_know_more_statuses() -> None:
    profile = Profile(statuses={"6": "RESERVED"})
    assert map_status({"ConnectorID": "G1", "Status": 6}, "op", profile, NOW).status is Status.RESERVED


def test_bodies_are_read_in_any_casing_and_under_other_names() -> None:
    profile = Profile(names={"chargeStationId": "StationID"})
    camelled = json.loads(json.dumps(raw()).replace('"StationID"', '"chargeStationId"').replace('"Sta', '"sta'))
    assert map_station(profile.read(camelled), origin(profile)).station.id == "op/S1"
    assert (camel("StationIDs"), camel("PageNo"), camel("OperatorID")) == ("stationIds", "pageNo", "operatorId")


def test_depth_has_a_limit() -> None:
    def nested(levels: int) -> object:
        value: object = 1
        for _ in range(levels):
            value = [value]
        return value

    STANDARD.read(nested(MAX_DEPTH))
    with pytest.raises(BadEnvelope):
        STANDARD.read(nested(MAX_DEPTH + 1))


def test_a_profile_is_a_file(tmp_path: Path) -> None:
    file = tmp_path / "profile.toml"
    file.write_text('datum = "WGS84"\npage_size = 100\n[names]\nfoo = "StationID"\n', encoding="utf-8")
    assert profile_from_toml(file) == Profile(datum="WGS84", page_size=100, names={"foo": "StationID"})
    for wrong in ("page_size = 0", "status_batch = 51", 'datum = "BD09"', "unknown = 1", "x"):
        file.write_text(wrong, encoding="utf-8")
        with pytest.raises(SettingsError):
            profile_from_toml(file)


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("G1", "G1"),
        (" G1 ", "G1"),
        (0, "0"),
        (10**64 - 1, "9" * 64),
        ("x" * 64, "x" * 64),
        (10**64, None),
        ("x" * 65, None),
        (-1, None),
        (True, None),
        (1.5, None),
        ("a\nb", None),
        (None, None),
    ],
)
def test_an_id_is_a_text_or_a_whole_number(value: object, read: str | None) -> None:
    if read is None:
        with pytest.raises(BadInput):
            identifier({"ConnectorID": value}, "ConnectorID")
    else:
        assert identifier({"ConnectorID": value}, "ConnectorID") == read


@pytest.mark.parametrize("told", ["٣", "1_0", "３", "x", True, [], {}])
def test_only_plain_digits_are_a_number(told: object) -> None:
    assert code({"Status": told}, "Status") is None
    with pytest.raises(BadInput):
        number({"Power": told}, "Power")
