import base64
import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finder.connectors.sdk.exchanges import Exchange, Opened
from finder.connectors.sdk.scrub import PERSON, SECRET, Scrubber
from tests.protocol.tcec102_peer import NOON

SCRUBBER = Scrubber(["hidden+secret/1"])
DIGITS = st.text("0123456789", min_size=9, max_size=9)
VIN_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
AROUND = st.text("，。（）联系电话车牌为 :;", max_size=6)


@given(
    st.sampled_from("3456789"), DIGITS, AROUND, AROUND, st.sampled_from(["", "-", " "]), st.sampled_from(["", "+86 "])
)
def test_no_mobile_number_stays_in_a_text(
    second: str, rest: str, before: str, after: str, gap: str, country: str
) -> None:
    number = f"{country}1{second}{rest[0]}{gap}{rest[1:5]}{gap}{rest[5:]}"
    assert rest[5:] not in SCRUBBER.text(f"{before}{number}{after}", "Remark")


@given(
    st.sampled_from("京沪晋蒙粤"),
    st.sampled_from("ABCDH"),
    st.text("0123456789ABCDEFGHJK", min_size=5, max_size=6),
    AROUND,
)
@pytest.mark.slow
def test_no_plate_stays_in_a_text_or_an_id(province: str, letter: str, rest: str, around: str) -> None:
    for key in ("Remark", "OrderNo"):
        assert rest not in SCRUBBER.text(f"{around}{province}{letter}{rest}", key)


@given(st.text(VIN_LETTERS, min_size=11, max_size=11), st.text("0123456789", min_size=6, max_size=6), AROUND)
def test_no_vin_stays_in_a_text(letters: str, digits: str, around: str) -> None:
    assert SCRUBBER.text(f"{around}{letters}{digits}{around}", "Remark") == f"{around}{PERSON}{around}"


@pytest.mark.parametrize(
    "key", ["Vin", "VIN", "PlateNum", "userPhone", "Mobile", "StationTel", "CardNo", "UserName", "e_mail"]
)
def test_what_a_key_calls_a_person_goes_whatever_it_looks_like(key: str) -> None:
    assert SCRUBBER.value({key: "X"}) == {key: PERSON}
    assert SCRUBBER.value({key: 13812345678}) == {key: 0}


@pytest.mark.parametrize("key", ["AccessToken", "OperatorSecret", "password", "Sig", "api_key", "Authorization", "key"])
def test_what_a_key_calls_a_secret_goes_whatever_it_looks_like(key: str) -> None:
    assert SCRUBBER.value({"a": [{key: "x"}]}) == {"a": [{key: SECRET}]}


@pytest.mark.parametrize(
    "spelled",
    [
        "hidden+secret/1",
        quote("hidden+secret/1", safe=""),
        base64.b64encode(b"hidden+secret/1").decode(),
        b"hidden+secret/1".hex(),
    ],
)
def test_a_known_secret_goes_in_every_spelling(spelled: str) -> None:
    assert SCRUBBER.text(f"a{spelled}b") == f"a{SECRET}b"


@pytest.mark.parametrize(
    ("key", "kept"),
    [
        ("StationID", "13812345678"),  # an id may look like a number to call
        ("ConnectorID", "14090213800138000"),
        ("TokenAvailableTime", 7200),
        ("StationName", "忻州南站充电站"),
        ("ElectricityFee", "峰(08:00-11:00)0.9184元/度；谷(23:00-24:00)0.3218元/度"),
        ("StartTime", "2026-11-24 12:00:00"),
        ("StationLng", 112.734218),
        ("PolicyInfos", None),
        ("SuccStat", 0),
        ("Open", True),
    ],
)
def test_what_is_neither_stays_as_it_is(key: str, kept: object) -> None:
    assert SCRUBBER.value({key: kept}) == {key: kept}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=12,
)


@given(JSON)
def test_the_form_of_a_message_stays(value: Any) -> None:
    def form(of: Any) -> Any:
        if isinstance(of, dict):
            return {key: form(each) for key, each in of.items()}
        return [form(each) for each in of] if isinstance(of, list) else type(of)

    once = SCRUBBER.value(value)
    assert form(once) == form(value)
    assert SCRUBBER.value(once) == once


def test_an_exchange_is_scrubbed_in_every_part() -> None:
    exchange = Exchange(
        at=NOON,
        took_ms=1.0,
        method="GET",
        path="/v1/sites/晋H12345",
        query=(("key", "k"), ("q", "13812345678")),
        headers={"link": "</next?token=abcdefgh>; rel=next hidden+secret/1"},
        opened=Opened(
            interface="/v1/sites/晋H12345",
            asked={"note": "hidden+secret/1"},
            told=[{"vin": "L"}, "LFV2A21K1A3000001"],
            said="Bearer abcdefghijkl",
        ),
    )
    scrubbed = SCRUBBER.exchange(exchange)
    text = json.dumps([str(scrubbed)], ensure_ascii=False)
    for canary in ("晋H12345", "13812345678", "hidden", '"k"', "LFV2A21K1A3000001", "abcdefghijkl"):
        assert canary not in text
