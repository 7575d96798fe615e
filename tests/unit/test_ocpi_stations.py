"""Locations and tariffs of both versions into stations: EVSEs that are gone, zones, taxes, limits of a price."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from finder.connectors.ocpi.hours import zone_of
from finder.connectors.ocpi.locations import Hidden, Origin, map_location
from finder.connectors.ocpi.statuses import observe, there
from finder.connectors.ocpi.tariffs import in_force, read_tariff
from finder.errors import BadInput
from finder.kernel.clock import SHANGHAI
from finder.kernel.money import UnitPrice
from finder.live.model import Status
from finder.stations.model import ConnectorType, StationState

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)


PRICED = [{"type": "ENERGY", "price": 1}]


def evse(uid: str = "E1", status: str = "AVAILABLE", **changes: Any) -> dict[str, Any]:
    plug = {"id": "1", "standard": "GBT_DC", "power_type": "DC", "max_voltage": 750, "max_amperage": 160}
    return {"uid": uid, "status": status, "connectors": [plug], **changes}


def location(*evses: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "country_code": "CN",
        "party_id": "PRA",
        "id": "LOC1",
        "publish": True,
        "name": "练习站",
        "address": "练习路 1 号",
        "city": "忻州",
        "country": "CHN",
        "coordinates": {"latitude": "38.4101", "longitude": "112.7201"},
        "time_zone": "Asia/Shanghai",
        "evses": list(evses) or [evse()],
        **changes,
    }


def mapped(raw: Any, **changes: Any) -> Any:
    return map_location(raw, Origin("op", "某充电", NOON, **changes)).station


def tariff(component: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    priced = {"type": "ENERGY", "price": Decimal("1.2"), "step_size": 1, **(component or {})}
    return {"id": "T1", "currency": "CNY", "elements": [{"price_components": [priced]}], **changes}


def prices(raw: dict[str, Any]) -> list[tuple[int, int, int]]:
    return [(p.start, p.end, p.electricity.e4) for p in read_tariff("T1", raw, SHANGHAI, NOON).periods]


def test_a_removed_evse_is_gone_and_a_planned_one_waits() -> None:
    raw = location(evse("E1"), evse("E2", "REMOVED"), evse("E3", "PLANNED"))
    assert [e.id for e in mapped(raw).evses] == ["op/LOC1/E1"]
    only_planned = mapped(location(evse("E3", "PLANNED"), evse("E2", "REMOVED")))
    assert (only_planned.state, [e.id for e in only_planned.evses]) == (StationState.PLANNED, ["op/LOC1/E3"])
    with pytest.raises(Hidden):
        mapped(location(evse("E2", "REMOVED")))
    with pytest.raises(Hidden):
        mapped(location(publish=False))


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("AVAILABLE", Status.AVAILABLE),
        ("BLOCKED", Status.BLOCKED),
        ("CHARGING", Status.CHARGING),
        ("INOPERATIVE", Status.OFFLINE),
        ("OUTOFORDER", Status.FAULTED),
        ("RESERVED", Status.RESERVED),
        ("UNKNOWN", Status.UNKNOWN),
        ("A_NEW_WORD", Status.UNKNOWN),
        ("", Status.UNKNOWN),
    ],
)
def test_every_status_is_told_and_a_new_word_is_unknown_never_free(word: str, status: Status) -> None:
    raw = location(evse(status=word))
    assert [o.status for o in observe(raw, there(raw)[0], "op", NOON)] == [status]


@pytest.mark.parametrize("word", ["REMOVED", "PLANNED"])
def test_what_is_not_there_has_no_status(word: str) -> None:
    raw = location(evse(status=word))
    assert observe(raw, raw["evses"], "op", NOON) == []


@pytest.mark.parametrize(
    ("standard", "kind"),
    [
        ("GBT_AC", ConnectorType.GBT_AC),
        ("GBT_DC", ConnectorType.GBT_DC),
        ("CHAOJI", ConnectorType.CHAOJI),
        ("SAE_J3400", ConnectorType.NACS),
        ("MCS", ConnectorType.OTHER),
        ("", ConnectorType.UNKNOWN),
    ],
)
def test_connectors_of_both_versions(standard: str, kind: ConnectorType) -> None:
    plug = {"id": "1", "standard": standard, "power_type": "DC", "max_voltage": 750, "max_amperage": 160}
    assert mapped(location(evse(connectors=[plug]))).evses[0].connectors[0].type is kind


def test_what_is_new_in_2_3_0_is_read() -> None:
    raw = location(
        evse(parking=[{"parking_id": "P1"}]),
        help_phone="4000000000",
        parking_places=[{"id": "P1", "physical_reference": "B-12", "time_limit": Decimal(120), "roofed": True}],
    )
    station = mapped(raw)
    assert (station.phone, station.evses[0].label, station.parking_text) == ("4000000000", "B-12", "限停 120 分钟")


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Asia/Nowhere", "", None, 3, "../../etc/passwd", "x" * 100])
def test_a_zone_that_is_not_known_is_chinas(zone: Any) -> None:
    assert zone_of(zone).key == "Asia/Shanghai"


def test_a_tariffs_hours_are_local_to_its_site() -> None:
    raw = location(evse(connectors=[{"id": "1", "standard": "GBT_DC", "tariff_ids": ["T1"]}]), time_zone="Asia/Urumqi")
    station = mapped(raw, tariffs={"t1": tariff()})
    assert [t.zone for t in station.tariffs] == ["Asia/Urumqi"]


def test_day_and_night_and_a_night_over_midnight() -> None:
    night = {"start_time": "22:00", "end_time": "06:00"}
    raw = tariff()
    raw["elements"] = [
        {"price_components": [{"type": "ENERGY", "price": Decimal("0.6")}], "restrictions": night},
        {"price_components": [{"type": "ENERGY", "price": Decimal("1.2")}]},
    ]
    assert prices(raw) == [(0, 360, 6_000), (360, 1320, 12_000), (1320, 1440, 6_000)]


@pytest.mark.parametrize(
    ("component", "changes", "e4"),
    [
        ({}, {}, 12_000),  # 2.2.1 without VAT: none applies
        ({"vat": Decimal(13)}, {"price": None}, 13_560),  # 2.2.1: prices are without VAT
        ({}, {"tax_included": "YES"}, 12_000),
        ({"vat": Decimal(13)}, {"tax_included": "YES"}, 12_000),
        ({}, {"tax_included": "N/A"}, 12_000),
        ({"vat": Decimal(13)}, {"tax_included": "NO"}, 13_560),
        ({}, {"tax_included": "NO"}, None),  # taxes come on top, and nobody says how much
        ({"vat": Decimal(101)}, {}, None),
        ({"price": Decimal(-1)}, {}, None),
    ],
)
def test_taxes_of_both_versions(component: dict[str, Any], changes: dict[str, Any], e4: int | None) -> None:
    assert prices(tariff(component, **changes)) == ([] if e4 is None else [(0, 1440, e4)])


@pytest.mark.parametrize(
    "changes",
    [
        {"currency": "EUR"},
        {"min_price": {"excl_vat": Decimal(1)}},  # 2.2.1
        {"max_price": {"before_taxes": Decimal(5), "after_taxes": Decimal(6)}},  # 2.3.0's PriceLimit
        {"elements": [{"price_components": [{"type": "FLAT", "price": 3}, {"type": "ENERGY", "price": 1}]}]},
        {"elements": [{"price_components": [{"type": "TIME", "price": 3}]}]},
        {"elements": [{"price_components": PRICED, "restrictions": {"min_kwh": 5}}]},
        {"elements": [{"price_components": PRICED, "restrictions": {"day_of_week": ["MONDAY"]}}]},
        {"elements": [{"price_components": PRICED, "restrictions": {"start_time": "25:00"}}]},
    ],
)
def test_a_price_that_cannot_be_said_exactly_is_told_in_words_only(changes: dict[str, Any]) -> None:
    read = read_tariff("T1", tariff(**changes), SHANGHAI, NOON)
    assert not read.periods
    assert read.text


def test_an_idle_fee_leaves_the_price_exact_and_is_told() -> None:
    raw = tariff()
    raw["elements"][0]["price_components"].append({"type": "PARKING_TIME", "price": Decimal(6)})
    read = read_tariff("T1", raw, SHANGHAI, NOON)
    assert [p.electricity for p in read.periods] == [UnitPrice(12_000)]
    assert read.text == "占位 6 CNY/小时"


@pytest.mark.parametrize(
    ("start", "end", "holds"),
    [
        (None, None, True),
        ("2026-11-24T04:00:00Z", None, True),
        ("2026-11-24T04:00:01Z", None, False),
        (None, "2026-11-24T04:00:01Z", True),
        (None, "2026-11-24T04:00:00Z", False),
    ],
)
def test_a_tariff_holds_from_its_start_to_just_before_its_end(start: str | None, end: str | None, holds: bool) -> None:
    assert in_force(tariff(start_date_time=start, end_date_time=end), NOON) is holds


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        "x",
        {},
        {"id": 3},
        {"id": "L"},
        {"id": "L", "coordinates": "x"},
        location(coordinates={"latitude": "x"}),
    ],
)
def test_a_location_that_cannot_be_read_is_refused(raw: Any) -> None:
    with pytest.raises(BadInput):
        mapped(raw)


def test_a_bad_evse_is_named_and_the_rest_is_taken() -> None:
    bad = evse("E2", connectors=[{"id": "1", "standard": "GBT_DC", "max_electric_power": 9_000_000_000}])
    found = map_location(location(evse("E1"), bad), Origin("op", "某充电", NOON))
    assert [e.id for e in found.station.evses] == ["op/LOC1/E1"]
    assert [r.code for r in found.refused] == ["POWER_OUT_OF_RANGE"]
