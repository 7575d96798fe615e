"""What piles write: times, tokens, samples, statuses, passwords."""

import base64
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from finder.connectors.ocpp.passwords import Remembered, hash_password, matches, new_password, read_basic
from finder.connectors.ocpp.samples import measured
from finder.connectors.ocpp.statuses import Statuses
from finder.connectors.ocpp.times import believable, order_time, read_time, true_time, write_time
from finder.connectors.ocpp.tokens import Shown, as_tag, new_tag, shown_16, shown_201
from finder.connectors.sdk.desk import TokenKind
from finder.connectors.sdk.pile_book import Reading
from finder.live.model import Status

NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
VIN = "1M8GDM9AXKP042788"  # its check digit is X


def text(moment: datetime) -> str:
    return write_time(moment)


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ("2026-11-24T04:00:00Z", NOW),
        ("2026-11-24T12:00:00+08:00", NOW),
        ("2026-11-24T04:00:00", NOW),
        ("2026-11-24T04:00:00.123456Z", NOW + timedelta(microseconds=123456)),
        ("9999-12-31T23:59:59-23:59", None),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
def test_times_are_read_in_utc(told: str | None, read: datetime | None) -> None:
    assert read_time(told) == read


def test_a_clock_is_believed_up_to_a_minute_ahead_and_a_month_behind() -> None:
    for away, believed in (
        (timedelta(seconds=60), True),
        (timedelta(seconds=61), False),
        (timedelta(days=-30), True),
        (timedelta(days=-30, seconds=-1), False),
    ):
        assert believable(text(NOW + away), NOW) is believed
        assert true_time(text(NOW + away), NOW) == (min(NOW, NOW + away) if believed else NOW)
    assert order_time(text(NOW + timedelta(seconds=61)), NOW) is None
    assert write_time(NOW) == "2026-11-24T04:00:00.000Z"


def test_a_card_is_a_card_and_a_vin_a_vin() -> None:
    assert shown_16("04A1B2C3\0\0") == Shown(TokenKind.CARD, "04A1B2C3")
    assert shown_16(" \0") is None
    assert shown_16("a\tb") is None
    assert shown_16("VID:" + "A" * 12) == Shown(TokenKind.OTHER, "VID:AAAAAAAAAAAA")
    assert shown_201({"id_token": "", "type": "NoAuthorization"}) is None
    assert shown_201(None) is None
    assert shown_201({"id_token": "DE8AA1234", "type": "eMAID"}) == Shown(TokenKind.EMAID, "DE8AA1234")


def test_a_vin_that_was_read_from_its_end_is_turned_round() -> None:
    for told in (VIN, VIN[::-1]):
        assert shown_201({"id_token": f"vid:{told}", "type": "Central"}) == Shown(TokenKind.VIN, VIN)
    wrong = VIN.replace("0", "2")  # neither way: it stays as it is, and nobody's
    assert shown_201({"id_token": f"VID:{wrong}", "type": "Central"}) == Shown(TokenKind.VIN, wrong)


def test_a_token_of_ours_fits_1_6_and_is_not_in_an_objects_words() -> None:
    assert "04A1" not in repr(Shown(TokenKind.CARD, "04A1"))
    made = new_tag()
    assert (len(made), as_tag(made.lower()), made == new_tag()) == (20, made, False)


def sample(value: Any, **more: Any) -> dict[str, Any]:
    return {"timestamp": text(NOW), "sampled_value": [{"value": value, **more}]}


@pytest.mark.parametrize(
    ("told", "wh"),
    [
        (sample("1234.5"), 1235),  # a register in Wh, where nothing is said
        (sample("1.234", unit="kWh"), 1234),
        (sample(Decimal("1.5"), unit_of_measure={"unit": "kWh"}), 1500),
        (sample(2, unit_of_measure={"unit": "Wh", "multiplier": 3}), 2000),
        (sample("7", measurand="Energy.Active.Import.Register", location="Outlet"), 7),
    ],
)
def test_a_register_is_read_in_its_unit(told: dict[str, Any], wh: int) -> None:
    assert measured([told], NOW).readings == [Reading(at=NOW, wh=wh)]


@pytest.mark.parametrize(
    "told",
    [
        sample("x"),
        sample("7", phase="L1"),
        sample("7", location="Inlet"),
        sample("7", measurand="Voltage"),
        sample("AQ==", format="SignedData"),
    ],
)
def test_what_is_no_register_is_left_out(told: dict[str, Any]) -> None:
    assert measured([told], NOW).readings == []


def test_a_number_that_no_meter_shows_is_noticed() -> None:
    assert measured([sample(1, unit_of_measure={"multiplier": 13})], NOW).readings == [None]
    assert measured([sample("NaN")], NOW).readings == [None]


def test_power_and_state_of_charge() -> None:
    told = measured(
        [sample("7.2", measurand="Power.Active.Import", unit="kW"), sample("81", measurand="SoC", location="EV")], NOW
    )
    assert (told.kw, told.soc) == (Decimal("7.2"), 81)
    none = measured([sample("4000001", measurand="Power.Active.Import"), sample("101", measurand="SoC")], NOW)
    assert (none.kw, none.soc) == (None, None)


def test_of_several_plugs_the_one_that_is_taken_counts() -> None:
    told = Statuses()
    assert told.of(1) is Status.UNKNOWN
    told.tell(1, 1, Status.AVAILABLE, NOW)
    told.tell(1, 2, Status.OCCUPIED, NOW)
    assert told.of(1) is Status.OCCUPIED
    told.charges(1, now=True)
    assert told.of(1) is Status.CHARGING
    told.tell(0, 0, Status.FAULTED, NOW)
    assert told.of(1) is Status.FAULTED
    told.tell(0, 0, Status.AVAILABLE, NOW)
    assert told.of(1) is Status.CHARGING


def test_older_news_of_a_plug_changes_nothing() -> None:
    told = Statuses()
    assert told.tell(1, 1, Status.FAULTED, NOW)
    assert not told.tell(1, 1, Status.AVAILABLE, NOW - timedelta(seconds=1))
    assert told.tell(1, 1, Status.AVAILABLE, None)  # a clock that runs ahead is left out of it
    assert told.of(1) is Status.AVAILABLE


def test_a_password_is_kept_as_a_hash_of_its_own() -> None:
    made = new_password()
    one, other = hash_password(made), hash_password(made)
    assert one != other
    assert made not in one
    assert matches(made.encode(), one)
    assert not matches(b"another", one)
    assert not matches(made.encode(), "no hash")


@pytest.mark.parametrize(("length", "fits"), [(15, False), (16, True), (40, True), (41, False)])
def test_a_password_has_the_length_that_ocpp_takes(length: int, fits: bool) -> None:
    if fits:
        assert hash_password("a" * length)
    else:
        with pytest.raises(ValueError, match="16 to 40"):
            hash_password("a" * length)


def test_a_password_that_was_right_is_remembered_beside_its_hash_alone() -> None:
    seen = Remembered(capacity=2)
    seen.remember("a", b"right", "hash-1")
    assert seen.knows("a", b"right", "hash-1")
    assert not seen.knows("a", b"right", "hash-2")  # it was changed
    assert not seen.knows("a", b"wrong", "hash-1")
    assert not seen.knows("b", b"right", "hash-1")
    seen.remember("b", b"x", "h")
    seen.remember("c", b"x", "h")
    assert not seen.knows("a", b"right", "hash-1")


@pytest.mark.parametrize("header", ["", "Basic", "Basic !", "Bearer eDp5", "Basic eA==", "Basic " + "/w==", "basic"])
def test_a_header_that_is_no_basic_one_is_none(header: str) -> None:
    assert read_basic(header) is None


def test_a_password_may_hold_a_colon() -> None:
    assert read_basic("basic " + base64.b64encode(b"LAMP-1:a:b").decode()) == ("LAMP-1", b"a:b")
