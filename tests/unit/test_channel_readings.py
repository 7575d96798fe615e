"""What channels say, read whatever they say: a `Seen` or a lie, and nothing else."""

import contextlib
import io
import zipfile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finder.errors import ChannelLied
from finder.kernel.money import Money
from finder.money.channels.alipay import readings as alipay
from finder.money.channels.alipay.bill import _unpack
from finder.money.channels.fields import Fields
from finder.money.channels.port import Seen, Stand, Step
from finder.money.channels.table import read_table
from finder.money.channels.wechat import readings as wechat
from finder.money.channels.wechat.forms import plain
from finder.money.channels.yuan import from_yuan, yuan

NUMBER, HOLD = "01KAV3Q2N4S5D6F7G8H9J0K1M2C00", "01KAV3Q2N4S5D6F7G8H9J0K1M2H00"
NAMES = [
    *("state", "state_description", "collection", "total_amount", "order_id", "risk_fund", "amount", "details"),
    *("trade_state", "status", "refund_status", "result", "receivers", "trade_status", "send_pay_date", "auth_no"),
    *("rest_amount", "total_pay_amount", "royalty_detail_list", "refund_amount", "trade_no", "fund_change", "refund"),
]
WORDS = ["DONE", "DOING", "USER_PAID", "USER_PAYING", "SUCCESS", "PROCESSING", "FINISHED", "TRADE_CLOSED", "", "1.00"]
OURS = {name: st.sampled_from([NUMBER, HOLD]) for name in ("out_order_no", "out_trade_no", "out_refund_no")}
PLAIN = st.none() | st.booleans() | st.integers() | st.sampled_from(WORDS) | st.text(max_size=8)
DEEP = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=8,
)
TOLD = st.builds(
    lambda ours, rest: {**rest, **ours},
    st.fixed_dictionaries({}, optional=OURS),
    st.dictionaries(st.sampled_from([*NAMES, "out_request_no", "out_return_no"]), DEEP, max_size=8),
)


def believed(read: Any) -> None:
    with contextlib.suppress(ChannelLied):
        assert isinstance(read(), Seen)


@settings(max_examples=50, deadline=None)
@given(TOLD)
def test_whatever_a_channel_says_is_seen_or_a_lie(told: dict[str, Any]) -> None:
    for step in (Step.HOLD, Step.CAPTURE, Step.RELEASE):
        believed(lambda step=step: wechat.read_order(step, NUMBER, HOLD, told))
    for step in (Step.SPLIT, Step.SPLIT_FINISH):
        believed(lambda step=step: wechat.read_split(step, NUMBER, told))
        believed(lambda step=step: alipay.read_split(step, NUMBER, Fields("alipay", told)))
    for read in (wechat.read_trade, wechat.read_refund, wechat.read_return):
        believed(lambda read=read: read(NUMBER, told))
    fields = Fields("alipay", told)
    for other in (alipay.read_hold, alipay.read_release, alipay.read_refund, alipay.read_paid):
        believed(lambda other=other: other(NUMBER, fields))
    believed(lambda: alipay.read_trade(NUMBER, fields, Stand.WORKING))


def order(**changes: Any) -> dict[str, Any]:
    return {"out_order_no": HOLD, "order_id": "1", "risk_fund": {"amount": 10_000}, "total_amount": 4_321} | changes


PAID = {"state": "USER_PAID", "details": [{"transaction_id": "42", "paid_time": "20261124120000"}]}


@pytest.mark.parametrize(
    ("told", "hold", "capture", "release"),
    [
        ({"state": "CREATED"}, Stand.PENDING, Stand.UNKNOWN, Stand.UNKNOWN),
        ({"state": "DOING", "state_description": "USER_CONFIRM"}, Stand.DONE, Stand.UNKNOWN, Stand.UNKNOWN),
        ({"state": "DOING", "state_description": "MCH_COMPLETE"}, Stand.DONE, Stand.WORKING, Stand.FAILED),
        (
            {"state": "DOING", "state_description": "MCH_COMPLETE", "collection": {"state": "USER_PAYING"}},
            Stand.DONE,
            Stand.COLLECTING,
            Stand.FAILED,
        ),
        ({"state": "DONE", "collection": PAID}, Stand.DONE, Stand.DONE, Stand.FAILED),
        ({"state": "DONE", "collection": PAID, "state_description": "X"}, Stand.DONE, Stand.DONE, Stand.FAILED),
        ({"state": "REVOKED"}, Stand.FAILED, Stand.FAILED, Stand.DONE),
        ({"state": "EXPIRED"}, Stand.EXPIRED, Stand.FAILED, Stand.DONE),
    ],
)
def test_an_order_is_judged_by_its_three_states_together(
    told: dict[str, Any], hold: Stand, capture: Stand, release: Stand
) -> None:
    steps = (Step.HOLD, Step.CAPTURE, Step.RELEASE)
    stands = [wechat.read_order(step, NUMBER, HOLD, order(**told)).stand for step in steps]
    assert stands == [hold, capture, release]


@pytest.mark.parametrize(
    "told",
    [
        {"state": "DONE"},  # and nothing says that it was paid
        {"state": "DONE", "collection": {"state": "SOMETHING"}},
        {"state": "DOING"},
        {"state": "DOING", "state_description": "SOMETHING"},
        {"state": "SOMETHING"},
        {"state": "DONE", "collection": PAID, "out_order_no": NUMBER},  # another order's
        {"state": "DONE", "collection": PAID, "total_amount": -1},
        {"state": "DONE", "collection": PAID, "total_amount": "4321"},
        {"state": "DONE", "collection": PAID, "total_amount": True},
    ],
)
def test_an_order_that_does_not_say_what_became_of_the_money_is_a_lie(told: dict[str, Any]) -> None:
    with pytest.raises(ChannelLied):
        wechat.read_order(Step.CAPTURE, NUMBER, HOLD, order(**told))


def split(state: str, *results: str) -> dict[str, Any]:
    receivers = [{"amount": 250, "result": result, "finish_time": "2026-11-24T12:00:00+08:00"} for result in results]
    return {"out_order_no": NUMBER, "order_id": "3", "state": state, "receivers": receivers}


@pytest.mark.parametrize(
    ("told", "stand"),
    [
        (split("FINISHED", "SUCCESS", "SUCCESS"), Stand.DONE),
        (split("FINISHED", "SUCCESS", "CLOSED"), Stand.FAILED),
        (split("FINISHED", "PENDING", "SUCCESS"), Stand.WORKING),
        (split("PROCESSING", "SUCCESS"), Stand.WORKING),
        (split("PROCESSING"), Stand.WORKING),
    ],
)
def test_a_split_is_done_once_every_receiver_says_so(told: dict[str, Any], stand: Stand) -> None:
    assert wechat.read_split(Step.SPLIT, NUMBER, told).stand is stand


def test_a_split_that_is_finished_and_names_nobody_is_a_lie() -> None:
    with pytest.raises(ChannelLied):
        wechat.read_split(Step.SPLIT, NUMBER, split("FINISHED"))


def trade(**changes: Any) -> Fields:
    told = {"out_trade_no": NUMBER, "trade_no": "2026", "total_amount": "43.21", "trade_status": "TRADE_SUCCESS"}
    return Fields("alipay", told | changes)


def test_a_closed_trade_was_never_paid_or_was_paid_and_refunded_whole() -> None:
    closed = trade(trade_status="TRADE_CLOSED")
    assert alipay.read_trade(NUMBER, closed, Stand.WORKING).stand is Stand.FAILED
    refunded = trade(trade_status="TRADE_CLOSED", send_pay_date="2026-11-24 12:00:00")
    assert alipay.read_trade(NUMBER, refunded, Stand.WORKING).stand is Stand.DONE


def test_a_hold_of_which_nothing_is_left_and_nothing_was_paid_holds_nothing() -> None:
    told = {"out_order_no": NUMBER, "auth_no": "1", "status": "SUCCESS", "amount": "100.00", "rest_amount": "0.00"}
    for paid, stand in (("0.00", Stand.FAILED), ("43.21", Stand.DONE), (None, Stand.DONE)):
        seen = alipay.read_hold(NUMBER, Fields("alipay", told | {"total_pay_amount": paid}))
        assert seen.stand is stand


@pytest.mark.parametrize("text", ["0", "0.01", "43.21", "-43.21", "1,234.50", " 7.10 ", "9999999999.99", "1.230"])
def test_yuan_come_back_as_they_went(text: str) -> None:
    assert from_yuan(yuan(from_yuan(text))) == from_yuan(text)


@given(st.integers(-(10**12), 10**12))
def test_every_amount_of_fen_survives_being_written_in_yuan(fen: int) -> None:
    assert from_yuan(yuan(Money(fen))) == Money(fen)


@pytest.mark.parametrize("text", ["", "x", "0.001", "1e30", "NaN", "Infinity", "-Infinity", None, "10000000000.01"])
def test_what_is_no_whole_number_of_fen_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        from_yuan(text)


BILL = "\ufeff交易时间,金额\r\n`2026-11-24 12:00:00,`1.00\r\n\r\n总交易单数,总金额\r\n`1,`1.00\r\n"


def test_a_bill_ends_at_its_sums_and_is_read_by_its_columns_names() -> None:
    (line,) = read_table("wechat", BILL, "交易时间")
    assert (line.fen("金额"), line.day("交易时间").isoformat()) == (100, "2026-11-24")
    assert line.text("没有", "金额") == "1.00"
    for wrong in (lambda: line.text("没有"), lambda: line.day("金额"), lambda: line.fen("交易时间")):
        with pytest.raises(ChannelLied):
            wrong()


@pytest.mark.parametrize(
    "text", ["", "金额\r\n`1.00\r\n", "交易时间,金额\r\n`2026-11-24\r\n", "交易时间,金额\r\n`a,`b,`c\r\n"]
)
def test_a_table_that_is_no_bill_is_a_lie(text: str) -> None:
    with pytest.raises(ChannelLied):
        list(read_table("wechat", text, "交易时间"))


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_no_text_makes_the_reader_of_bills_fail_otherwise(text: str) -> None:
    for whole in (text, f"交易时间,金额\r\n{text}"):
        try:
            for line in read_table("wechat", whole, "交易时间"):
                line.fen("金额")
        except ChannelLied:
            continue


def zipped(**members: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


def test_the_archive_of_a_bill_is_not_unfolded_beyond_what_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("finder.money.channels.alipay.bill.BILL_BYTES", 100)
    text = "支付宝交易号".encode("gbk")
    assert _unpack(zipped(a=b" " * (100 - len(text)), b=text), "支付宝交易号")
    with pytest.raises(ChannelLied) as lied:
        _unpack(zipped(a=b" " * (101 - len(text)), b=text), "支付宝交易号")
    assert lied.value.code == "BILL_TOO_LARGE"
    with pytest.raises(ChannelLied):
        _unpack(zipped(**{str(n): b"x" for n in range(21)}), "支付宝交易号")


@pytest.mark.parametrize("raw", [b"", b"PK", zipped(), zipped(a=b"\xff\xff"), zipped(a=b"other")])
def test_an_archive_without_the_bill_is_a_lie(raw: bytes) -> None:
    with pytest.raises(ChannelLied):
        _unpack(raw, "支付宝交易号")


def test_texts_for_a_channel_hold_nothing_that_breaks_its_bill() -> None:
    assert plain('a,b`c"d|e\nf', 20) == "a b c d e f"
    assert plain("充" * 21, 20) == "充" * 20
    assert plain("\n", 20) == "充电"
