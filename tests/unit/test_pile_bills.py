"""From a meter's readings to a bill: whatever their order and number, the lines sum to what the meter showed."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finder.connectors.ocpp.bills import amounts, make_bill
from finder.connectors.ocpp.meter import (
    ALLOWANCE_WH,
    BACKWARDS,
    JUMP,
    MAX_WH,
    MISSING,
    TOLERANCE_WH,
    reading,
    register_at,
    take,
)
from finder.connectors.sdk.pile_book import Meter, PileTransaction, Reading
from finder.connectors.sdk.sessions import SessionState
from finder.kernel.clock import SHANGHAI
from finder.kernel.money import Money, UnitPrice
from finder.stations.model import Tariff, TariffPeriod

NOON = datetime(2026, 11, 24, 12, tzinfo=SHANGHAI).astimezone(UTC)


def tariff(*borders: int) -> Tariff:
    """Periods between these minutes of the day, each dearer than the one before."""
    edges = [0, *borders, 1440]
    periods = [
        TariffPeriod(start=a, end=b, electricity=UnitPrice(3000 + 1111 * n), service=UnitPrice(777))
        for n, (a, b) in enumerate(pairwise(edges))
    ]
    return Tariff(id="own", periods=tuple(periods))


def at(minutes: float, wh: int) -> Reading:
    return Reading(at=NOON + timedelta(minutes=minutes), wh=wh)


@st.composite
def charges(draw: st.DrawFn) -> tuple[list[Reading], Tariff]:
    """A charge of at most two days at a plug of 7 kW, and prices with up to five borders."""
    gaps = draw(st.lists(st.integers(1, 400), min_size=1, max_size=8))
    borders = sorted(set(draw(st.lists(st.integers(1, 1439), max_size=5))))
    minute, wh = draw(st.integers(0, 1439)), draw(st.integers(0, 10**9))
    readings = [at(minute, wh)]
    for gap in gaps:
        minute, wh = minute + gap, wh + draw(st.integers(0, gap * 7000 // 60))
        readings.append(at(minute, wh))
    return readings, tariff(*borders)


@given(charges(), st.randoms(use_true_random=False), st.data())
def test_the_lines_sum_to_the_meter_in_whatever_order_the_readings_came(
    charge: tuple[list[Reading], Tariff], dice: Any, data: st.DataObject
) -> None:
    readings, prices = charge
    at_once = take(Meter(), readings, 7.0, prices)
    shuffled = list(readings)
    dice.shuffle(shuffled)
    cut = data.draw(st.integers(0, len(shuffled)))
    in_two = take(take(Meter(), shuffled[:cut], 7.0, prices), shuffled[cut:], 7.0, prices)
    owed = amounts(at_once, prices)
    assert at_once.trouble is None
    assert owed.kwh == Decimal(readings[-1].wh - readings[0].wh) / 1000
    assert owed.total.fen == sum(
        line.electricity.fen + line.service.fen for line in owed.lines if line.electricity and line.service
    )
    for earlier, later in pairwise(owed.lines):
        assert earlier.ended_at <= later.started_at
    # What came out of order may have been thinned otherwise, but never to another total of energy.
    assert (in_two.trouble, amounts(in_two, prices).kwh) == (None, owed.kwh)


@given(charges())
def test_readings_that_are_left_out_change_no_line(charge: tuple[list[Reading], Tariff]) -> None:
    readings, prices = charge
    meter = Meter()
    for each in readings:  # one by one, as they come
        meter = take(meter, [each], 7.0, prices)
    assert amounts(meter, prices) == amounts(Meter(readings=tuple(readings)), prices)
    assert len(meter.readings) <= len(readings)


def test_a_line_ends_where_the_price_changes() -> None:
    prices = tariff(12 * 60 + 30)
    meter = take(Meter(), [at(0, 0), at(60, 6000)], 7.0, prices)
    first, second = amounts(meter, prices).lines
    assert (first.kwh, second.kwh) == (Decimal(3), Decimal(3))
    assert first.ended_at == second.started_at == NOON + timedelta(minutes=30)
    assert (first.electricity, second.electricity) == (Money(90), Money(123))


def test_midnight_is_a_border_only_where_the_price_changes_there_too() -> None:
    meter = take(Meter(), [at(11 * 60, 0), at(13 * 60, 7000)], 7.0, tariff())
    assert [line.kwh for line in amounts(meter, tariff()).lines] == [Decimal("3.5"), Decimal("3.5")]  # a line a day


def test_a_meter_may_turn_back_by_what_rounding_takes_and_not_by_more() -> None:
    fine = take(Meter(), [at(0, 1000), at(1, 1000 - TOLERANCE_WH)], 7.0, tariff())
    assert (fine.trouble, amounts(fine, tariff()).kwh) == (None, Decimal(0))
    assert take(Meter(), [at(0, 1000), at(1, 999 - TOLERANCE_WH)], 7.0, tariff()).trouble == BACKWARDS


def test_a_meter_may_rise_by_what_the_plug_gives_and_not_by_more() -> None:
    most = round(7000 * 1.25) + ALLOWANCE_WH
    assert take(Meter(), [at(0, 0), at(60, most)], 7.0, tariff()).trouble is None
    assert take(Meter(), [at(0, 0), at(60, most + 1)], 7.0, tariff()).trouble == JUMP


def test_what_was_wrong_with_a_meter_once_stays_wrong() -> None:
    broken = take(Meter(), [at(0, 5000), at(1, 0)], 7.0, tariff())
    assert take(broken, [at(60, 5100)], 7.0, tariff()).trouble == BACKWARDS


@pytest.mark.parametrize("wh", ["NaN", "Infinity", "1E+999999", str(MAX_WH), str(-MAX_WH)])
def test_a_register_that_no_meter_shows_is_no_reading(wh: str) -> None:
    assert reading(NOON, Decimal(wh)) is None
    assert take(Meter(), [None], 7.0, tariff()).trouble == "METER_ABSURD"


def test_a_register_is_read_to_the_whole_wh() -> None:
    assert reading(NOON, Decimal("1234.5")) == Reading(at=NOON, wh=1235)
    assert reading(NOON, MAX_WH - 1) == Reading(at=NOON, wh=MAX_WH - 1)
    assert register_at([at(0, 0), at(3, 10)], NOON + timedelta(minutes=1)) == 3


def ended(**changes: Any) -> PileTransaction:
    t = PileTransaction(
        source="street",
        pile_id="LAMP-1",
        evse=1,
        number=7,
        tariff=tariff(),
        heard_at=NOON,
        state=SessionState.ENDED,
        order="order-1",
        started_at=NOON,
        ended_at=NOON + timedelta(minutes=60),
        meter=Meter(readings=(at(0, 0), at(60, 7000))),
    )
    return msgspec.structs.replace(t, **changes)


def test_a_bill_is_made_only_of_a_whole_charge() -> None:
    bill = make_bill(ended(), "street/LAMP-1-1")
    assert not isinstance(bill, str)
    assert (bill.native_id, bill.order, bill.kwh, bill.total) == ("7", "order-1", Decimal(7), Money(210 + 54))
    assert make_bill(ended(meter=Meter()), "e") == MISSING
    assert make_bill(ended(meter=Meter(readings=(at(0, 0),))), "e") == MISSING
    assert make_bill(ended(ended_at=None), "e") == MISSING
    assert make_bill(ended(meter=Meter(readings=(at(0, 0), at(60, 1)), trouble=JUMP)), "e") == JUMP
    absurd = Meter(readings=(at(0, 0), at(60, 10_000_001)))
    assert make_bill(ended(meter=absurd), "e") == "KWH_OUT_OF_RANGE"


def test_a_token_that_starts_a_charge_is_not_in_a_transactions_words() -> None:
    assert "SECRET" not in repr(ended(tag="SECRET"))
