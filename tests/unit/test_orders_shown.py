"""What a driver sees of an order: its stage, the minutes left; what a code at a pile names; what a quote's id holds."""

import base64
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finder.charging.codes import MAX_CODE, read_code
from finder.charging.machines import Capture, Hold, Session
from finder.charging.order import Order
from finder.charging.quotes import MAX_ID, QuoteIds, tariff_digest
from finder.charging.readings import Reading
from finder.charging.stage import Stage, at_cap, minutes_left, stage, stop_reason
from finder.connectors.sdk.sessions import SessionSeen, SessionState, StopReason
from finder.errors import BadInput
from finder.identity.vault import Vault
from finder.kernel.ids import new_order
from finder.kernel.money import Money
from tests.unit.test_quote import NOON, TARIFF, asked, bill


def order(**more: Any) -> Order:
    return Order(
        number=new_order(lambda: NOON),
        person="p",
        operator="o",
        evse_id="o/1",
        connector_id="1",
        channel="wechat",
        sub_merchant="1",
        agreement="a",
        agreed=False,
        title="t",
        cap=Money(100),
        commission_permille=0,
        tariff=None,
        created_at=NOON,
        **more,
    )


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ({}, Stage.HOLDING),
        ({"hold": Hold.UNKNOWN}, Stage.HOLDING),
        ({"hold": Hold.PENDING}, Stage.CONFIRM),
        ({"session": Session.START_SENT, "hold": Hold.HELD}, Stage.STARTING),
        ({"session": Session.START_UNKNOWN}, Stage.STARTING),
        ({"session": Session.CHARGING}, Stage.CHARGING),
        ({"session": Session.CHARGING, "wants_stop": True}, Stage.STOPPING),
        ({"session": Session.STOP_SENT}, Stage.STOPPING),
        ({"session": Session.ENDED}, Stage.BILLING),
        ({"session": Session.BILL_MISSING}, Stage.NEEDS_A_PERSON),
        ({"session": Session.REJECTED}, Stage.NOT_STARTED),
        ({"session": Session.BILLED, "pays": Money(1)}, Stage.PAYING),
        ({"session": Session.BILLED, "pays": Money(1), "problem": "CAPTURE_AMOUNT"}, Stage.NEEDS_A_PERSON),
        ({"session": Session.BILLED, "pays": Money(0)}, Stage.DONE),
        ({"session": Session.BILLED, "pays": Money(1), "capture": Capture.CAPTURED}, Stage.DONE),
        ({"session": Session.BILLED, "pays": Money(1), "capture": Capture.CAPTURED, "problem": "x"}, Stage.DONE),
        ({"session": Session.BILLED, "pays": Money(1), "capture": Capture.COLLECTING}, Stage.COLLECTING),
        ({"session": Session.BILLED, "pays": Money(1), "capture": Capture.BAD_DEBT}, Stage.NEEDS_A_PERSON),
    ],
)
def test_each_state_is_one_word(told: dict[str, Any], shown: Stage) -> None:
    assert stage(order(**told)) is shown


def told(fen: int | None = None, **more: Any) -> SessionSeen:
    total = None if fen is None else Money(fen)
    state = SessionState.CHARGING
    return SessionSeen(source="o", native_id="n", state=state, observed_at=NOON, total=total, **more)


@pytest.mark.parametrize(
    ("seen", "reached"),
    [
        (None, False),
        (told(), False),
        (told(99), False),
        (told(100), True),
        (told(electricity=Money(60), service=Money(39)), False),
        (told(electricity=Money(60), service=Money(40)), True),
        (told(electricity=Money(100)), False),  # the rest of it is not known
    ],
)
def test_a_cap_is_reached_at_it_and_not_one_fen_before(seen: SessionSeen | None, *, reached: bool) -> None:
    assert at_cap(order(session=Session.CHARGING, seen=seen)) is reached
    assert not at_cap(order(session=Session.STOP_SENT, seen=seen))
    assert not at_cap(order(session=Session.CHARGING, seen=seen, wants_stop=True))


BILLED: dict[str, Any] = {"session": Session.BILLED, "pays": Money(1)}


@pytest.mark.parametrize(
    ("state", "bills", "reason"),
    [
        ({"session": Session.CHARGING}, {}, None),
        ({"session": Session.REJECTED, "wants_stop": True, "reason": "GIVEN_UP"}, {}, None),  # nothing was ended
        ({"session": Session.CHARGING, "wants_stop": True}, {}, "USER"),
        ({"session": Session.CHARGING, "wants_stop": True, "reason": "CAP_REACHED"}, {}, "CAP_REACHED"),
        ({"session": Session.STOP_SENT, "hold": Hold.EXPIRED}, {}, "NOT_HELD"),
        (BILLED | {"wants_stop": True, "reason": "CAP_REACHED"}, {"stop_reason": StopReason.PLATFORM}, "CAP_REACHED"),
        (BILLED, {"stop_reason": StopReason.VEHICLE}, "VEHICLE"),
        (BILLED, {"stop_reason": StopReason.FAULT}, "FAULT"),
        (BILLED, {"stop_reason": StopReason.OTHER}, "CAP_REACHED"),  # the operator heeded the limit
        (BILLED | {"cap": Money(3_001)}, {"stop_reason": StopReason.OTHER}, None),
        (BILLED | {"hold": Hold.EXPIRED, "cap": Money(3_001)}, {"stop_reason": StopReason.OTHER}, None),
    ],
)
def test_why_charging_was_ended(state: dict[str, Any], bills: dict[str, Any], reason: str | None) -> None:
    shown = replace(order(), **state)
    assert stop_reason(shown, bill(**bills) if shown.session is Session.BILLED else None) == reason


@pytest.mark.parametrize("session", Session)
@pytest.mark.parametrize("hold", Hold)
@pytest.mark.parametrize("capture", Capture)
def test_no_order_is_without_a_stage(session: Session, hold: Hold, capture: Capture) -> None:
    assert stage(order(session=session, hold=hold, capture=capture)) in Stage


def reading(minute: float, soc: int | None) -> Reading:
    return Reading(NOON + timedelta(minutes=minute), Decimal(1), None, soc)


def test_minutes_left_go_by_the_latest_pace_to_80_and_from_there_to_full() -> None:
    slow_then_fast = [reading(0, 10), reading(30, 20), reading(40, 40)]
    assert minutes_left(slow_then_fast, NOON + timedelta(minutes=40)) == 20
    assert minutes_left(slow_then_fast, NOON + timedelta(minutes=45)) == 15  # the reading is five minutes old
    assert minutes_left([reading(0, 70), reading(10, 80)], NOON + timedelta(minutes=10)) == 20
    assert minutes_left([reading(0, 79), reading(10, 79)], NOON + timedelta(minutes=10)) is None
    assert minutes_left([reading(0, 50), reading(0.9, 51)], NOON + timedelta(minutes=1)) is None  # too short a base
    assert minutes_left([reading(0, 50), reading(1, 51)], NOON + timedelta(hours=9)) == 0
    assert minutes_left([reading(0, None)], NOON) is None
    assert minutes_left([], NOON) is None


@pytest.mark.parametrize(
    ("code", "ids", "operator"),
    [
        ("hlht://14090200036042.MA0YANMEN/", ["14090200036042"], "MA0YANMEN"),
        (" HLHT://1409.ma0yanmen/extra?x=1 ", ["1409"], "MA0YANMEN"),
        ("https://qr.example.com/?code=hlht%3A%2F%2F77.123456789%2F", ["77"], "123456789"),
        ("https://qr.example.com/pile?pileCode=1234-5", ["1234-5"], None),
        ("https://ocpi.example.com/evse/CN*ABC*E77", ["CN*ABC*E77", "CNABCE77"], None),
        ("cn*abc*e77*1", ["cn*abc*e77*1", "CN*ABC*E77*1", "cnabce771", "CNABCE771"], None),
        ("LAMP-04-1", ["LAMP-04-1"], None),
    ],
)
def test_what_a_code_names(code: str, ids: list[str], operator: str | None) -> None:
    told = read_code(code)
    assert [each for each in ids if each not in told.ids] == []
    assert told.ids[0] == ids[0]
    assert told.operator == operator


@pytest.mark.parametrize(
    "code",
    [
        "",
        "   ",
        "abc",
        "x" * (MAX_CODE + 1),
        "微信支付",
        "a b c d",
        "https://example.com/",
        "hlht://.MA0YANMEN/",
        "12\x0034",
    ],
)
def test_what_names_no_pile_is_refused(code: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_code(code)
    assert refused.value.code == "CODE_UNREADABLE"


@given(st.text(max_size=600))
def test_no_text_breaks_the_reader(text: str) -> None:
    with suppress(BadInput):
        assert read_code(text).ids


VAULT = Vault({"k": bytes(32)})


def test_a_quotes_id_holds_what_was_quoted_until_its_time_is_over() -> None:
    ids, quote = QuoteIds(VAULT), asked()
    made = ids.make(quote)
    assert len(made) <= MAX_ID
    just_before = quote.valid_until - timedelta(microseconds=1)
    told = ids.read(made, just_before)
    assert (told.station_id, told.evse_id, told.connector_id) == (quote.station_id, quote.evse_id, quote.connector_id)
    assert told.tariff == tariff_digest(TARIFF)
    with pytest.raises(BadInput) as late:
        ids.read(made, quote.valid_until)
    assert late.value.code == "QUOTE_EXPIRED"


def test_nobody_else_makes_or_changes_a_quotes_id() -> None:
    ids, made = QuoteIds(VAULT), QuoteIds(VAULT).make(asked())
    raw = bytearray(base64.urlsafe_b64decode(made + "=" * (-len(made) % 4)))
    raw[-1] ^= 1
    changed = base64.urlsafe_b64encode(bytes(raw)).decode().rstrip("=")
    foreign = QuoteIds(Vault({"k": bytes([1] * 32)})).make(asked())
    elsewhere = base64.urlsafe_b64encode(VAULT.seal(b"x", "vehicle.vin")).decode()
    for wrong in (changed, foreign, elsewhere, "", "!", made + "\n", "A" * (MAX_ID + 1)):
        with pytest.raises(BadInput) as refused:
            ids.read(wrong, NOON)
        assert refused.value.code == "QUOTE"
