"""Alipay's signatures, against published vectors and at every limit."""

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finder.errors import ChannelLied, ChannelRefused
from finder.kernel.clock import SHANGHAI
from finder.kernel.ids import new_order, part
from finder.kernel.money import Money
from finder.money.channels import rsa
from finder.money.channels.alipay.channel import AlipayChannel
from finder.money.channels.alipay.config import AlipayConfig
from finder.money.channels.alipay.signer import (
    MAX_NOTICE_BYTES,
    content,
    read_notice_fields,
    sign,
    signed_by,
    spans,
)
from finder.money.channels.fields import Fields
from finder.money.channels.port import HoldAsk
from tests.protocol import alipay_vectors as published
from tests.protocol.channel_keys import key
from tests.protocol.tcec102_peer import Hand

SENT_AT = datetime(2019, 8, 15, 15, 56, 25, tzinfo=SHANGHAI)
AGE = timedelta(hours=25)


def read(body: bytes, now: datetime = SENT_AT, app_id: str = "2019073166072302") -> Any:
    return read_notice_fields(body, (rsa.public_key(published.PUBLIC_KEY, "published"),), app_id, AGE, Hand(now))


def test_the_published_callback_is_alipays_own() -> None:
    told = read(urlencode(published.NOTICE).encode())
    assert told.yuan("total_amount") == Money(10)
    assert told.text("subject") == "语雀空间 500人规模"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"total_amount": "0.11"}, "SIGNATURE"),
        ({"sign": ""}, "SIGNATURE"),
        ({"sign": "AAAA"}, "SIGNATURE"),
        ({"sign_type": "RSA"}, "SIGN_TYPE"),
        ({"charset": "gbk"}, "SIGN_TYPE"),
        ({"added": "x"}, "SIGNATURE"),
    ],
)
def test_the_published_callback_is_not_believed_once_it_is_touched(changes: dict[str, str], code: str) -> None:
    with pytest.raises(ChannelLied) as lied:
        read(urlencode(published.NOTICE | changes).encode())
    assert lied.value.code == code


def test_a_callback_is_taken_for_a_day_and_an_hour_and_five_minutes_ahead() -> None:
    body = urlencode(published.NOTICE).encode()
    for now in (SENT_AT - timedelta(minutes=5), SENT_AT + AGE):
        read(body, now)
    for now in (SENT_AT - timedelta(minutes=5, seconds=1), SENT_AT + AGE + timedelta(seconds=1)):
        with pytest.raises(ChannelLied) as lied:
            read(body, now)
        assert lied.value.code == "STALE"


def test_a_callback_for_another_application_is_a_lie() -> None:
    with pytest.raises(ChannelLied):
        read(urlencode(published.NOTICE).encode(), app_id="2019073166072303")


def test_a_callback_of_the_most_bytes_is_looked_at_and_one_more_is_not() -> None:
    body = urlencode(published.NOTICE).encode()
    for size, code in ((MAX_NOTICE_BYTES, "SIGNATURE"), (MAX_NOTICE_BYTES + 1, "NOTICE_TOO_LARGE")):
        with pytest.raises(ChannelLied) as lied:
            read(body + b"&a=" + b"x" * (size - len(body) - 3))
        assert lied.value.code == code


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=300))
def test_whatever_comes_as_a_callback_is_a_lie_and_nothing_else(body: bytes) -> None:
    with pytest.raises(ChannelLied):
        read(body)


def test_the_raw_text_of_an_answer_is_the_published_one() -> None:
    members = spans(published.ANSWER)
    told, raw = members[published.MEMBER]
    assert raw == published.RAW
    assert told["sign"] == "xxx"
    assert members["sign"][0] == "P8xrBWqZCUv1=="


def test_amounts_that_come_as_numbers_are_read_exactly() -> None:
    (told, _) = spans('{"a":{"amount":0.29,"whole":10,"wrong":0.291,"none":NaN}}')["a"]
    fields = Fields("alipay", told)
    assert (fields.yuan("amount"), fields.yuan("whole")) == (Money(29), Money(1_000))
    for name in ("wrong", "none"):
        with pytest.raises(ChannelLied):
            fields.yuan(name)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"a"', '{"a":', '{"a":1', '{"a":1,"a":2}', '{"a":1} x', "{a:1}", '{"a" 1}', '{"a":1 "b":2}'],
)
def test_what_is_no_object_has_no_members(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        spans(text)


VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.lists(st.text(max_size=3), max_size=3)


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.text(max_size=5), VALUES, max_size=5))
def test_each_member_is_the_text_that_it_was_read_from(told: dict[str, Any]) -> None:
    members = spans(json.dumps(told, indent=1))
    assert {name: value for name, (value, _) in members.items()} == told
    assert {name: json.loads(raw) for name, (_, raw) in members.items()} == told


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=50))
def test_no_text_makes_the_reader_of_members_fail_otherwise(text: str) -> None:
    try:
        spans(text)
    except ValueError:
        return


def test_parameters_are_signed_in_the_order_of_their_names_without_empty_ones() -> None:
    params = {"method": "m", "app_id": "a", "empty": "", "biz_content": '{"x":"充电"}', "sign": "old"}
    assert content(params).decode() == 'app_id=a&biz_content={"x":"充电"}&method=m'
    made = sign({k: v for k, v in params.items() if k != "sign"}, key("ours"))
    assert signed_by((key("other").public_key(), key("ours").public_key()), content(made), made["sign"])
    assert not signed_by((key("other").public_key(),), content(made), made["sign"])


def config(**changes: Any) -> AlipayConfig:
    told: dict[str, Any] = {
        "app_id": "2021000000000001",
        "user_id": "2088000000000001",
        "notify_url": "https://finder.example/pay/alipay",
        "private_key": key("ours"),
        "alipay_keys": (key("alipay").public_key(),),
        "merchants": {"2088000000000109": "the-merchants-token"},
    }
    return AlipayConfig(**(told | changes))


def hold_ask(clock: Hand, **changes: Any) -> HoldAsk:
    number = part(new_order(clock), "H", 0)
    ask = HoldAsk(number, "2088000000000109", Money(10_050), "p", "充电", "E1", clock(), clock() + timedelta(hours=1))
    return dataclasses.replace(ask, **changes)


async def test_a_hold_is_a_signed_text_for_the_phone_and_no_call() -> None:
    clock = Hand(datetime(2026, 11, 24, 4, 0, tzinfo=UTC))
    channel = AlipayChannel(config(), clock)
    seen = await channel.hold(hold_ask(clock))
    params = dict(parse_qsl(seen.phone["order_string"]))
    assert params["method"] == "alipay.fund.auth.order.app.freeze"
    assert params["timestamp"] == "2026-11-24 12:00:00"
    told = json.loads(params["biz_content"])
    assert (told["amount"], told["product_code"]) == ("100.50", "PREAUTH_PAY")
    assert json.loads(told["extra_param"])["category"] == "CHARGE_PILE_CAR"
    assert signed_by((key("ours").public_key(),), content(params), params["sign"])
    await channel.close()


async def test_a_hold_without_the_drivers_word_or_for_a_stranger_is_refused_before_anything_is_asked() -> None:
    clock = Hand()
    channel = AlipayChannel(config(), clock)
    for changes, code in (({"agreed": True}, "NO_AGREED_HOLD"), ({"sub_merchant": "2088"}, "NO_APP_AUTH_TOKEN")):
        with pytest.raises(ChannelRefused) as refused:
            await channel.hold(hold_ask(clock, **changes))
        assert refused.value.code == code
    await channel.close()


def test_an_account_needs_a_key_and_a_known_product_and_shows_no_secret() -> None:
    for wrong in ({"alipay_keys": ()}, {"product": "X"}):
        with pytest.raises(ValueError, match=r"."):
            config(**wrong)
    assert "the-merchants-token" not in repr(config())
