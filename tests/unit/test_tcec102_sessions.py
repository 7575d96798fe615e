"""What operators tell of sessions, bills and days, into the desk's words: exact, and refused at each limit."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finder.connectors.sdk.desk import Claimed, Difference, Disputed
from finder.connectors.sdk.sessions import SessionState, StopReason
from finder.connectors.tcec102.bills import MAX_LINES, Teller, map_bill
from finder.connectors.tcec102.checks import MAX_CLAIMS, day_list, dispute_answer, map_claims, map_disputed
from finder.connectors.tcec102.orders import MAX_SHORT, order_of, question_serial, serial_of
from finder.connectors.tcec102.profile import Profile
from finder.connectors.tcec102.sessions import map_charge_status, map_start_result, map_stop_result
from finder.connectors.tcec102.wire import parse, write
from finder.errors import BadInput
from finder.kernel.ids import long, new_order, short
from finder.kernel.money import Money

OURS, NOW = "MA0FINDER", datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
SERIAL = serial_of("7K", OURS)
TELLER = Teller("op", OURS, Profile())
START = {"StartChargeSeq": SERIAL, "StartChargeSeqStat": 2, "ConnectorID": "G1", "StartTime": "2026-11-24 11:59:00"}
STATUS = START | {"EndTime": "2026-11-24 12:00:00", "TotalPower": Decimal("1.20"), "TotalMoney": Decimal("1.13")}
BILL: dict[str, Any] = {
    "StartChargeSeq": SERIAL,
    "ConnectorID": "G1",
    "StartTime": "2026-11-24 11:00:00",
    "EndTime": "2026-11-24 12:00:00",
    "TotalPower": Decimal("20.5"),
    "TotalElecMoney": Decimal("12.3"),
    "TotalSeviceMoney": Decimal("4.1"),
    "TotalMoney": Decimal("16.4"),
    "StopReason": 2,
}
LINE = {
    "DetailStartTime": "2026-11-24 11:00:00",
    "DetailEndTime": "2026-11-24 12:00:00",
    "ElecPrice": Decimal("0.6"),
    "SevicePrice": "0.2000",
    "DetailPower": Decimal("20.5"),
    "DetailElecMoney": Decimal("12.3"),
    "DetailSeviceMoney": Decimal("4.1"),
}


@given(st.datetimes(datetime(2025, 1, 1), datetime(2080, 1, 1), timezones=st.just(UTC)))
def test_an_orders_own_number_comes_back_by_its_short_name(now: datetime) -> None:
    order = new_order(lambda: now)
    serial = serial_of(order, OURS)
    assert len(serial) == 27
    assert order_of(serial, OURS) == short(order)
    assert re.fullmatch(long(short(order)).replace("_", "."), order)
    assert serial_of(order, OURS) == serial


def test_orders_of_one_millisecond_have_serials_of_their_own() -> None:
    # One process counts up within a millisecond, so that what differs is at the end of its numbers.
    assert len({serial_of(new_order(lambda: NOW), OURS) for _ in range(10_000)}) == 10_000


@given(st.from_regex(r"[1-9A-Z][0-9A-Z]{0,15}", fullmatch=True))
def test_a_short_order_comes_back_from_its_serial(order: str) -> None:
    serial = serial_of(order, OURS)
    assert len(serial) == 27
    assert order_of(serial, OURS) == order
    assert order_of(serial, "123456789") is None


@pytest.mark.parametrize(
    "order", ["", "0", "01", "a", "A-1", "Z" * (MAX_SHORT + 1), "Z" * 18, "订单", "8" * 29, "0" * 29, "1" * 28]
)
def test_an_order_that_no_serial_can_carry_is_refused(order: str) -> None:
    with pytest.raises(BadInput):
        serial_of(order, OURS)


@pytest.mark.parametrize(
    "serial", [OURS + "0" * 18, "X" * 27, OURS + "a".rjust(18, "0"), OURS, OURS + "U" * 18, OURS + "1" * 17]
)
def test_a_serial_that_is_not_of_our_making_has_no_order(serial: str) -> None:
    assert order_of(serial, OURS) is None


def test_a_questions_number_has_27_characters() -> None:
    assert question_serial(OURS, NOW, 10_001) == f"{OURS}202611240400000001"


def test_times_without_a_zone_are_shanghais() -> None:
    seen = map_start_result(dict(START), TELLER, NOW)
    assert (seen.state, seen.order) == (SessionState.CHARGING, "7K")
    assert seen.started_at == NOW - timedelta(minutes=1)


@pytest.mark.parametrize(
    ("number", "state"),
    [
        (1, SessionState.STARTING),
        (2, SessionState.CHARGING),
        (3, SessionState.STOPPING),
        (4, SessionState.REJECTED),  # a start whose result is 'ended' never began
        (5, SessionState.UNKNOWN),
        (9, SessionState.UNKNOWN),
    ],
)
def test_a_starts_result(number: int, state: SessionState) -> None:
    assert map_start_result(START | {"StartChargeSeqStat": number}, TELLER, NOW).state is state


def test_a_stops_result_is_no_starts_result() -> None:
    stop = {k: v for k, v in START.items() if k != "StartTime"} | {"SuccStat": 0, "StartChargeSeqStat": 4}
    with pytest.raises(BadInput):
        map_start_result(stop, TELLER, NOW)
    assert map_stop_result(stop, TELLER, NOW).state is SessionState.ENDED
    failed = map_stop_result(stop | {"SuccStat": 1, "FailReason": 2, "StartChargeSeqStat": 2}, TELLER, NOW)
    assert (failed.state, failed.reason) == (SessionState.CHARGING, "FailReason 2")
    # 'Already stopped' is an end, whatever the state beside it says.
    already = map_stop_result(stop | {"SuccStat": 1, "FailReason": 3, "StartChargeSeqStat": 2}, TELLER, NOW)
    assert already.state is SessionState.ENDED


def test_a_sample_is_dated_by_its_own_clock_where_that_can_be_believed() -> None:
    assert map_charge_status(dict(STATUS), TELLER, NOW).observed_at == NOW
    late = NOW + timedelta(hours=23)
    assert map_charge_status(dict(STATUS), TELLER, late).observed_at == NOW
    for apart in (timedelta(days=2), -timedelta(minutes=6)):
        assert map_charge_status(dict(STATUS), TELLER, NOW + apart).observed_at == NOW + apart


def test_power_is_volts_times_amperes_of_each_phase() -> None:
    phases = {f"{what}{phase}": Decimal(n) for phase in "ABC" for what, n in (("Current", 16), ("Voltage", 220))}
    assert map_charge_status(STATUS | phases, TELLER, NOW).kw == Decimal("10.56")


@pytest.mark.parametrize(
    "wrong",
    [
        {"StartChargeSeq": SERIAL[:-1]},
        {"StartChargeSeq": SERIAL + "0"},
        {"StartChargeSeq": None},
        {"StartChargeSeqStat": None},
        {"ConnectorID": "x" * 65},
        {"StartTime": "yesterday"},
        {"TotalPower": Decimal("-0.1")},
        {"TotalPower": Decimal("10000.01")},
        {"TotalPower": True},
        {"TotalPower": None},
        {"TotalMoney": Decimal("100000.01")},
    ],
)
def test_a_status_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        map_charge_status(STATUS | wrong, TELLER, NOW)


def test_a_bill_is_exact_to_the_fen() -> None:
    bill = map_bill(BILL | {"ChargeDetails": [LINE]}, TELLER)
    assert (bill.order, bill.native_id, bill.evse_id) == ("7K", SERIAL, "op/G1")
    assert (bill.total, bill.electricity, bill.service) == (Money(1640), Money(1230), Money(410))
    assert (bill.started_at, bill.ended_at) == (NOW - timedelta(hours=1), NOW)
    assert bill.stop_reason is StopReason.VEHICLE
    (line,) = bill.lines
    assert line.electricity_price
    assert line.service_price
    assert (line.electricity_price.e4, line.service_price.e4) == (6000, 2000)


@given(st.integers(0, 10_000_000))
def test_an_amount_is_read_as_it_is_written(fen: int) -> None:
    raw = write({"TotalMoney": Decimal(fen).scaleb(-2)})
    assert map_bill(BILL | parse(raw, exact=True), TELLER).total == Money(fen)


@pytest.mark.parametrize(
    "wrong",
    [
        {"TotalMoney": Decimal("16.405")},
        {"TotalMoney": None},
        {"TotalMoney": Decimal("-0.01")},
        {"TotalMoney": Decimal("100000.01")},
        {"TotalMoney": "16,40"},
        {"TotalPower": None},
        {"EndTime": "2026-11-24 10:59:59"},
        {"EndTime": None},
        {"ChargeDetails": [LINE] * (MAX_LINES + 1)},
        {"ChargeDetails": [LINE | {"DetailPower": Decimal(-1)}]},
        {"ChargeDetails": ["x"]},
    ],
)
def test_a_bill_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        map_bill(BILL | wrong, TELLER)


def test_a_bill_may_have_as_many_lines_as_there_may_be() -> None:
    assert len(map_bill(BILL | {"ChargeDetails": [LINE] * MAX_LINES}, TELLER).lines) == MAX_LINES


def claims(count: int) -> list[Claimed]:
    return [Claimed(serial_of(str(n), OURS), Decimal("1.5"), Money(n)) for n in range(1, count + 1)]


def test_a_days_list_comes_back_as_it_was_sent() -> None:
    sent = claims(3)
    raw = parse(write(day_list(SERIAL, NOW - timedelta(days=1), NOW, sent, Profile())), exact=True)
    told = map_claims(raw, TELLER)
    assert (told.number, told.since, told.until) == (SERIAL, NOW - timedelta(days=1), NOW)
    assert told.claims == sent
    disputed = [Disputed(sent[0], Difference.MISSING), Disputed(sent[2], Difference.ENERGY)]
    answer = parse(write(dispute_answer(told, disputed, Profile())), exact=True)
    assert answer["TotalDisputeOrder"] == 2
    assert answer["TotalDisputeMoney"] == Decimal("0.04")
    assert map_disputed(answer, sent) == disputed


def test_a_days_list_has_at_most_so_many_orders() -> None:
    def told(count: int) -> Any:
        return map_claims(day_list(SERIAL, NOW, NOW, claims(count), Profile()), TELLER)

    assert len(told(MAX_CLAIMS).claims) == MAX_CLAIMS
    with pytest.raises(BadInput):
        told(MAX_CLAIMS + 1)


def test_a_days_list_disputes_what_it_cannot_read_and_goes_on() -> None:
    raw = day_list(SERIAL, NOW, NOW, claims(3), Profile())
    raw["ChargeOrders"][0]["TotalMoney"] = "x"
    raw["ChargeOrders"][1]["TotalPower"] = Decimal(-1)
    told = map_claims(raw, TELLER)
    assert [each.why for each in told.unreadable] == [Difference.MONEY, Difference.ENERGY]
    assert len(told.claims) == 1
    assert len(told.refused) == 2


@pytest.mark.parametrize(
    "wrong", [{"OrderCount": 2}, {"EndTime": "2026-11-24 11:59:59"}, {"CheckOrderSeq": "1"}, {"ChargeOrders": [3]}]
)
def test_a_list_that_contradicts_itself_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        map_claims(day_list(SERIAL, NOW, NOW, claims(1), Profile()) | wrong, TELLER)


@pytest.mark.parametrize(
    "wrong",
    [
        {"DisputeOrders": [{"StartChargeSeq": SERIAL, "DisputeReason": 1}]},
        {"DisputeOrders": [{"StartChargeSeq": serial_of("1", OURS), "DisputeReason": 4}]},
        {"DisputeOrders": [{"StartChargeSeq": serial_of("1", OURS), "DisputeReason": 1}] * 2},
        {"DisputeOrders": ["x"]},
        {"TotalDisputeOrder": 1},
    ],
)
def test_disputes_of_what_was_not_listed_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        map_disputed(wrong, claims(1))
