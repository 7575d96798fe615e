"""Sessions and CDRs of both versions into what the desk takes: prices with taxes, credits, lines, numbers that lie."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from finder.connectors.ocpi.prices import price
from finder.connectors.ocpi.sessions import MAX_PERIODS, Teller, map_cdr, map_session
from finder.connectors.sdk.sessions import SessionState
from finder.errors import BadInput
from finder.kernel.money import Money

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)
TELLER = Teller("op", NOON, lambda _: "FD1")


def session(**changes: Any) -> dict[str, Any]:
    told = {
        "country_code": "CN",
        "party_id": "PRA",
        "id": "S1",
        "start_date_time": "2026-11-24T03:00:00Z",
        "kwh": Decimal("3.25"),
        "cdr_token": {"uid": "FD1", "type": "APP_USER", "contract_id": "FD1"},
        "auth_method": "COMMAND",
        "location_id": "LOC1",
        "evse_uid": "E1",
        "connector_id": "1",
        "currency": "CNY",
        "status": "ACTIVE",
        "last_updated": "2026-11-24T03:59:00Z",
    }
    return {name: value for name, value in (told | changes).items() if value is not None}


def cdr(**changes: Any) -> dict[str, Any]:
    told = {
        "country_code": "CN",
        "party_id": "PRA",
        "id": "C1",
        "session_id": "S1",
        "start_date_time": "2026-11-24T03:00:00Z",
        "end_date_time": "2026-11-24T03:30:00Z",
        "cdr_token": {"uid": "FD1"},
        "cdr_location": {"id": "LOC1", "evse_uid": "E1", "connector_id": "1"},
        "currency": "CNY",
        "total_energy": Decimal(10),
        "total_cost": {"excl_vat": Decimal("10.00"), "incl_vat": Decimal("11.30")},
        "last_updated": "2026-11-24T03:40:00Z",
    }
    return {name: value for name, value in (told | changes).items() if value is not None}


@pytest.mark.parametrize(
    ("told", "yuan"),
    [
        ({"excl_vat": Decimal("10.00"), "incl_vat": Decimal("11.30")}, "11.30"),
        ({"excl_vat": Decimal("10.00")}, "10.00"),
        ({"excl_vat": "10.00", "incl_vat": "11.30"}, "11.30"),
        ({"before_taxes": Decimal("10.00"), "taxes": [{"name": "VAT", "amount": Decimal("1.30")}]}, "11.30"),
        (
            {
                "before_taxes": Decimal(10),
                "taxes": [{"name": "a", "amount": Decimal(1)}, {"name": "b", "amount": Decimal("0.5")}],
            },
            "11.5",
        ),
        ({"before_taxes": Decimal("10.00")}, "10.00"),
    ],
)
def test_a_price_of_either_version_is_what_is_owed_with_its_taxes(told: dict[str, Any], yuan: str) -> None:
    assert price(told, "total_cost") == Decimal(yuan)
    assert map_cdr(cdr(total_cost=told), TELLER).total == Money(int(Decimal(yuan) * 100))
    assert map_session(session(total_cost=told), TELLER).total == Money(int(Decimal(yuan) * 100))


@pytest.mark.parametrize(
    "told",
    [{}, [], 3, "x", {"excl_vat": None}, {"before_taxes": Decimal(1), "taxes": [{"name": "VAT"}]}, {"incl_vat": True}],
)
def test_an_amount_that_is_none_is_refused_and_never_zero(told: Any) -> None:
    with pytest.raises(BadInput):
        map_cdr(cdr(total_cost=told), TELLER)


def test_a_session_tells_what_is_so_far() -> None:
    periods = [
        {"start_date_time": "2026-11-24T03:00:00Z", "dimensions": [{"type": "ENERGY", "volume": Decimal("1.25")}]},
        {
            "start_date_time": "2026-11-24T03:30:00+08:00",
            "dimensions": [
                {"type": "ENERGY", "volume": 2},
                {"type": "POWER", "volume": Decimal("58.5")},
                {"type": "STATE_OF_CHARGE", "volume": 71},
            ],
        },
    ]
    periods[1]["start_date_time"] = "2026-11-24T11:30:00+08:00"
    seen = map_session(session(charging_periods=periods), TELLER)
    assert (seen.native_id, seen.order, seen.evse_id, seen.connector_id) == ("S1", "FD1", "op/LOC1/E1", "1")
    assert (seen.state, seen.kwh, seen.kw, seen.soc) == (SessionState.CHARGING, Decimal("3.25"), Decimal("58.5"), 71)
    assert seen.total is None
    assert [(line.started_at, line.ended_at, line.kwh) for line in seen.lines] == [
        (NOON - timedelta(hours=1), NOON - timedelta(minutes=30), Decimal("1.25")),
        (NOON - timedelta(minutes=30), NOON - timedelta(minutes=1), Decimal(2)),
    ]


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("PENDING", SessionState.STARTING),
        ("RESERVATION", SessionState.STARTING),
        ("active", SessionState.CHARGING),
        ("COMPLETED", SessionState.ENDED),
        ("INVALID", SessionState.REJECTED),
        ("NEW_WORD", SessionState.UNKNOWN),
        (7, SessionState.UNKNOWN),
    ],
)
def test_every_status_has_its_state_and_a_new_word_is_unknown(status: Any, state: SessionState) -> None:
    assert map_session(session(status=status), TELLER).state is state


@pytest.mark.parametrize(("after_s", "taken"), [(300, True), (301, False)])
def test_a_session_from_the_future_is_taken_up_to_five_minutes(after_s: int, taken: bool) -> None:
    told = session(last_updated=(NOON + timedelta(seconds=after_s)).isoformat())
    if taken:
        assert map_session(told, TELLER).observed_at == NOON + timedelta(seconds=after_s)
        return
    with pytest.raises(BadInput) as bad:
        map_session(told, TELLER)
    assert bad.value.code == "CLOCK_SKEW"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-11-24T03:30:00Z", "2026-11-24T03:30:00+00:00"),
        ("2026-11-24T03:30:00", "2026-11-24T03:30:00+00:00"),
        ("2026-11-24T03:30:00.123Z", "2026-11-24T03:30:00.123+00:00"),
        ("2026-11-24T11:30:00+08:00", "2026-11-24T03:30:00+00:00"),
    ],
)
def test_a_time_without_a_zone_is_utc_and_an_offset_is_believed(written: str, read: str) -> None:
    assert map_cdr(cdr(end_date_time=written), TELLER).ended_at == datetime.fromisoformat(read)


def test_the_parts_of_a_cdr_add_up_to_the_fen() -> None:
    bill = map_cdr(
        cdr(
            total_cost={"before_taxes": Decimal("3.005")},
            total_energy_cost={"before_taxes": Decimal("1.0025")},
            total_time_cost={"before_taxes": Decimal("1.0025")},
            total_parking_cost={"before_taxes": Decimal("1.00")},
        ),
        TELLER,
    )
    assert (bill.electricity, bill.service, bill.parking, bill.total) == (
        Money(101),
        Money(100),
        Money(100),
        Money(301),
    )


def test_a_credit_names_what_it_takes_back_and_is_positive() -> None:
    told = cdr(credit=True, credit_reference_id="C0", total_cost={"excl_vat": Decimal("-5"), "incl_vat": Decimal("-5")})
    bill = map_cdr(told, TELLER)
    assert (bill.total, bill.credit_of) == (Money(500), "C0")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"currency": "EUR"}, "CURRENCY"),
        ({"currency": None}, "CURRENCY"),
        ({"total_cost": None}, "CDR_INCOMPLETE"),
        ({"total_energy": None}, "CDR_INCOMPLETE"),
        ({"total_energy": Decimal(-1)}, "KWH_OUT_OF_RANGE"),
        ({"total_energy": Decimal(10_001)}, "KWH_OUT_OF_RANGE"),
        ({"total_cost": {"excl_vat": Decimal(-1)}}, "MONEY_OUT_OF_RANGE"),
        ({"total_cost": {"excl_vat": Decimal("1e12")}}, "MONEY_OUT_OF_RANGE"),
        ({"credit": True}, "CREDIT_REFERENCE"),
        ({"credit_reference_id": "C0"}, "CREDIT_REFERENCE"),
        ({"end_date_time": "2026-11-24T02:59:59Z"}, "BILL_ENDS_BEFORE_START"),
        ({"end_date_time": "yesterday"}, "BAD_TIME"),
        ({"id": ""}, "BAD_ID"),
        ({"id": "x" * 65}, "BAD_ID"),
    ],
)
def test_a_cdr_that_cannot_be_is_refused(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(BadInput) as bad:
        map_cdr(cdr() | changes, TELLER)
    assert bad.value.code == code


def test_as_many_periods_as_allowed_are_taken_and_one_more_is_not() -> None:
    period = {"start_date_time": "2026-11-24T03:00:00Z", "dimensions": []}
    map_session(session(charging_periods=[period] * MAX_PERIODS), TELLER)
    with pytest.raises(BadInput) as bad:
        map_session(session(charging_periods=[period] * (MAX_PERIODS + 1)), TELLER)
    assert bad.value.code == "TOO_MANY_PERIODS"


def test_another_currency_leaves_the_amount_unknown() -> None:
    assert map_session(session(currency="EUR", total_cost={"excl_vat": 3}), TELLER).total is None
