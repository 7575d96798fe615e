"""Quotes: every fen of every line, what is unknown, the cheapest hour; and bills held against them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finder.charging.check import Wrong, check_bill
from finder.charging.quote import MAX_KWH, Needs, Quote, QuoteAsk, quote
from finder.charging.spans import spans, spread
from finder.connectors.sdk.sessions import Bill, BillLine
from finder.errors import BadInput
from finder.kernel.money import Money, UnitPrice
from finder.stations.model import Connector, ConnectorType, Current, ParkingFee, Station, Tariff, TariffPeriod
from tests.unit.naive import station

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)  # in Shanghai


def period(start_h: float, end_h: float, electricity: int, service: int) -> TariffPeriod:
    return TariffPeriod(
        start=int(start_h * 60), end=int(end_h * 60), electricity=UnitPrice(electricity), service=UnitPrice(service)
    )


VALLEY, FLAT, PEAK = period(0, 8, 3_000, 3_000), period(8, 18, 6_000, 4_000), period(18, 24, 10_000, 4_000)
TARIFF = Tariff(id="t", periods=(VALLEY, FLAT, PEAK))


def site(tariff: Tariff | None = TARIFF, **more: Any) -> Station:
    made = station(0, evses=1, tariffs=(tariff,) if tariff else (), parking_fee=ParkingFee.FREE, **more)
    connector = Connector(
        id="1",
        type=ConnectorType.GBT_DC,
        current=Current.DC,
        power_kw=60.0,
        tariff_id=tariff.id if tariff else None,
    )
    return msgspec.structs.replace(made, evses=(msgspec.structs.replace(made.evses[0], connectors=(connector,)),))


def asked(made: Station | None = None, **more: Any) -> Quote:
    made = made or site()
    told: dict[str, Any] = {"arrive": NOON, "energy_kwh": Decimal(30), **more}
    evse = made.evses[0]
    return quote(QuoteAsk(made, evse, evse.connectors[0], **told), NOON)


def test_a_session_at_one_price_is_one_line() -> None:
    told = asked()
    (line,) = told.lines
    assert (line.starts_at, line.ends_at) == (NOON, NOON + timedelta(minutes=30))
    assert (line.electricity, line.service) == (Money(1_800), Money(1_200))
    assert (told.total, told.parking, told.power_kw, told.tariff) == (Money(3_000), Money(0), 60.0, TARIFF)


def test_a_session_over_a_change_of_price_is_cut_there() -> None:
    told = asked(arrive=NOON + timedelta(hours=5, minutes=45), energy_kwh=Decimal(60))  # 17:45 to 18:45
    before, after = told.lines
    assert before.ends_at == after.starts_at == NOON + timedelta(hours=6)
    assert (before.kwh, after.kwh) == (Decimal(15), Decimal(45))
    assert (before.electricity, after.electricity) == (Money(900), Money(4_500))
    assert told.total == Money(900 + 600 + 4_500 + 1_800)


def test_midnight_is_a_change_of_price_like_any_other() -> None:
    told = asked(arrive=NOON + timedelta(hours=11, minutes=30), energy_kwh=Decimal(60))
    assert [line.electricity_price for line in told.lines] == [PEAK.electricity, VALLEY.electricity]


def test_what_is_not_known_is_not_0() -> None:
    for nothing in (None, Tariff(id="t", text="面议")):
        told = asked(site(nothing))
        assert (told.electricity, told.service, told.total, told.tariff, told.cheapest) == (None,) * 5
    gap = asked(site(Tariff(id="t", periods=(VALLEY,))))  # nobody told a price for noon
    assert (gap.total, gap.lines[0].electricity) == (None, None)
    paid = asked(msgspec.structs.replace(site(), parking_fee=ParkingFee.PAID, parking_text="3元/小时"))
    assert (paid.electricity, paid.parking, paid.parking_text, paid.total) == (Money(1_800), None, "3元/小时", None)


def test_the_car_the_time_and_the_battery_each_set_a_limit() -> None:
    assert asked(needs=Needs(dc_kw=30.0)).ends_at == NOON + timedelta(hours=1)
    assert asked(needs=Needs(ac_kw=7.0)).power_kw == 60.0  # that is for the other current
    assert asked(needs=Needs(room_kwh=Decimal("12.5"))).kwh == Decimal("12.5")
    until = asked(energy_kwh=None, leave_at=NOON + timedelta(minutes=20))
    assert (until.kwh, until.ends_at) == (Decimal(20), NOON + timedelta(minutes=20))
    assert asked(leave_at=NOON + timedelta(minutes=20)).kwh == Decimal(20)
    unknown = site()
    plug = msgspec.structs.replace(unknown.evses[0].connectors[0], power_kw=None)
    unknown = msgspec.structs.replace(unknown, evses=(msgspec.structs.replace(unknown.evses[0], connectors=(plug,)),))
    with pytest.raises(BadInput, match="power"):
        asked(unknown)
    assert asked(unknown, needs=Needs(dc_kw=40.0)).power_kw == 40.0


def test_the_cheapest_hour_is_found_and_is_the_earliest_of_equals() -> None:
    told = asked(arrive=NOON + timedelta(hours=7), leave_at=NOON + timedelta(hours=19))  # 19:00 to 7:00
    assert told.cheapest is not None
    assert told.cheapest.starts_at == NOON + timedelta(hours=12)  # midnight
    assert (told.cheapest.total, told.cheapest.saves) == (Money(1_800), Money(4_200 - 1_800))
    assert asked(leave_at=NOON + timedelta(hours=5)).cheapest is None  # nothing is cheaper before one leaves
    assert asked().cheapest is None  # nobody said until when


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ({"energy_kwh": None}, {"energy_kwh": Decimal("0.01")}),
        ({"energy_kwh": Decimal(0)}, {"energy_kwh": MAX_KWH}),
        ({"energy_kwh": MAX_KWH + Decimal("0.01")}, {"energy_kwh": Decimal(1)}),
        ({"arrive": NOON - timedelta(minutes=5, seconds=1)}, {"arrive": NOON - timedelta(minutes=5)}),
        ({"arrive": NOON + timedelta(days=7, seconds=1)}, {"arrive": NOON + timedelta(days=7)}),
        ({"leave_at": NOON}, {"leave_at": NOON + timedelta(seconds=1)}),
        ({"leave_at": NOON + timedelta(hours=24, seconds=1)}, {"leave_at": NOON + timedelta(hours=24)}),
    ],
)
def test_each_limit_holds_at_it_and_one_past(wrong: dict[str, Any], right: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        asked(**wrong)
    asked(**right)


@given(
    st.decimals("0.01", "1000", places=2),
    st.lists(st.floats(0.1, 86_400), min_size=1, max_size=12),
)
def test_energy_is_spread_to_the_last_hundredth(kwh: Decimal, weights: list[float]) -> None:
    parts = spread(kwh, weights)
    assert sum(parts) == kwh
    assert all(part >= 0 for part in parts)
    total = sum(weights)
    assert all(abs(float(p) - float(kwh) * w / total) <= 0.0101 for p, w in zip(parts, weights, strict=True))


@given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)), st.integers(1, 200_000))
def test_spans_cover_the_time_once_in_order(at: datetime, seconds: int) -> None:
    starts, ends = at.replace(tzinfo=UTC), at.replace(tzinfo=UTC) + timedelta(seconds=seconds)
    pieces = list(spans(TARIFF, starts, ends))
    assert pieces[0].starts_at == starts
    assert pieces[-1].ends_at == ends
    assert all(one.ends_at == two.starts_at for one, two in pairwise(pieces))
    for piece in pieces:
        for moment in (piece.starts_at, piece.ends_at - timedelta(microseconds=1)):
            local = moment + timedelta(hours=8)
            assert piece.period is TARIFF.at(local.hour * 60 + local.minute)


def test_a_day_of_23_hours_has_its_prices_by_the_wall_clock() -> None:
    berlin = Tariff(id="t", zone="Europe/Berlin", periods=TARIFF.periods)
    midnight = datetime(2026, 3, 28, 23, tzinfo=UTC)
    pieces = list(spans(berlin, midnight, midnight + timedelta(hours=23)))
    assert [piece.seconds / 3600 for piece in pieces] == [7, 10, 6]


CAP = Money(10_000)


def bill(**more: Any) -> Bill:
    told: dict[str, Any] = {
        "source": "jinbei",
        "native_id": "S1",
        "started_at": NOON,
        "ended_at": NOON + timedelta(minutes=30),
        "kwh": Decimal(30),
        "electricity": Money(1_800),
        "service": Money(1_200),
        "total": Money(3_000),
        **more,
    }
    return Bill(**told)


def pieces(*told: tuple[int, int, str, int, int]) -> tuple[BillLine, ...]:
    return tuple(
        BillLine(
            started_at=NOON + timedelta(minutes=start),
            ended_at=NOON + timedelta(minutes=end),
            kwh=Decimal(kwh),
            electricity=Money(electricity),
            service=Money(service),
        )
        for start, end, kwh, electricity, service in told
    )


def silent(total: int, *kwh: str) -> dict[str, Any]:
    """A bill whose lines tell energy alone, and whose parts are not told apart."""
    lines = [msgspec.structs.replace(line, electricity=None, service=None) for line in pieces(*_QUARTERS)]
    told = tuple(msgspec.structs.replace(line, kwh=Decimal(each)) for line, each in zip(lines, kwh, strict=True))
    return {"electricity": Money(total), "service": None, "total": Money(total), "lines": told}


_QUARTERS = ((0, 15, "15", 0, 0), (15, 30, "15", 0, 0))


@pytest.mark.parametrize(
    ("more", "pays", "wrong"),
    [
        (silent(3_000, "15", "15"), 3_000, ()),
        (silent(3_002, "15", "15"), 3_000, ()),  # a fen a line
        (silent(3_003, "15", "15"), 3_000, (Wrong.LINE,)),
        (silent(2_998, "15", "15"), 2_998, ()),
        (silent(2_997, "15", "15"), 2_997, (Wrong.LINE,)),
        (silent(3_000, "15", "5"), 2_000, (Wrong.LINE,)),  # not all of the energy is in the lines
        ({}, 3_000, ()),
        ({"electricity": Money(1_801), "total": Money(3_001)}, 3_000, ()),  # a fen is forgiven, and not paid
        ({"electricity": Money(1_799), "total": Money(2_999)}, 2_999, ()),  # the lower is paid
        ({"electricity": Money(1_802), "total": Money(3_002)}, 3_000, (Wrong.LINE,)),
        ({"electricity": Money(1_798), "total": Money(2_998)}, 2_998, (Wrong.LINE,)),
        ({"electricity": Money(18_000), "total": Money(19_200)}, 3_000, (Wrong.LINE,)),  # tenfold
        ({"total": Money(3_100)}, 3_000, (Wrong.LINES_SUM,)),
        ({"electricity": None, "service": None}, 3_000, ()),
        ({"electricity": None, "service": None, "total": Money(3_002)}, 3_000, (Wrong.LINE,)),
        ({"parking": Money(500), "total": Money(3_500)}, 3_500, ()),
        ({"kwh": Decimal(0), "electricity": Money(0), "service": Money(0), "total": Money(0)}, 0, ()),
        ({"lines": pieces((0, 15, "15", 900, 600), (15, 30, "15", 900, 600))}, 3_000, ()),
        ({"lines": pieces((0, 15, "15", 901, 600), (15, 30, "15", 899, 600))}, 3_000, ()),
        ({"lines": pieces((0, 15, "15", 900, 600))}, 1_500, (Wrong.LINES_SUM,)),
        ({"lines": pieces((0, 15, "15", 900, 600), (15, 30, "16", 900, 600))}, 3_000, (Wrong.ENERGY_SUM, Wrong.LINE)),
    ],
)
def test_a_bill_is_held_against_the_frozen_tariff(more: dict[str, Any], pays: int, wrong: tuple[Wrong, ...]) -> None:
    verdict = check_bill(bill(**more), TARIFF, CAP)
    assert (verdict.pays, verdict.wrong, verdict.accepted) == (Money(pays), wrong, not wrong)


def test_a_line_over_a_change_of_price_may_cost_anything_in_between() -> None:
    late = NOON + timedelta(hours=5, minutes=45)
    over = {"started_at": late, "ended_at": late + timedelta(minutes=30), "service": Money(1_200)}
    for electricity, fits in ((1_798, False), (1_799, True), (2_400, True), (3_001, True), (3_002, False)):
        told = bill(**over, electricity=Money(electricity), total=Money(electricity + 1_200))
        assert check_bill(told, TARIFF, CAP).accepted is fits


def test_above_the_cap_the_cap_is_paid_and_the_rest_disputed() -> None:
    assert check_bill(bill(), TARIFF, Money(3_000)).accepted
    verdict = check_bill(bill(), TARIFF, Money(2_999))
    assert (verdict.pays, verdict.wrong) == (Money(2_999), (Wrong.ABOVE_CAP,))


def test_without_a_frozen_tariff_nothing_is_accepted_by_itself() -> None:
    for nothing in (None, Tariff(id="t", text="面议")):
        verdict = check_bill(bill(), nothing, CAP)
        assert (verdict.accepted, verdict.expected, verdict.wrong) == (False, None, (Wrong.NO_TARIFF,))


@given(st.decimals("0", "500", places=2), st.integers(0, 1439), st.integers(1, 300))
def test_a_bill_made_from_the_tariff_is_always_accepted(kwh: Decimal, minute: int, minutes: int) -> None:
    starts = NOON.replace(hour=0) + timedelta(minutes=minute)
    cut = list(spans(TARIFF, starts, starts + timedelta(minutes=minutes)))
    parts = spread(kwh, [piece.seconds for piece in cut])
    lines = tuple(
        BillLine(
            started_at=piece.starts_at,
            ended_at=piece.ends_at,
            kwh=part,
            electricity=piece.period.electricity.line(part),
            service=piece.period.service.line(part),
        )
        for piece, part in zip(cut, parts, strict=True)
        if piece.period
    )
    electricity = Money(sum(line.electricity.fen for line in lines if line.electricity))
    service = Money(sum(line.service.fen for line in lines if line.service))
    told = bill(
        started_at=starts,
        ended_at=starts + timedelta(minutes=minutes),
        kwh=kwh,
        electricity=electricity,
        service=service,
        total=Money(electricity.fen + service.fen),
        lines=lines,
    )
    verdict = check_bill(told, TARIFF, Money(10_000_000))
    assert (verdict.accepted, verdict.pays) == (True, told.total)
