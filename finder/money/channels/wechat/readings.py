"""What WeChat Pay says of a step, as one `Seen`: answers, queries and callbacks hold the same objects.

A 支付分 order is judged by `state`, `state_description` and `collection.state` together: DONE alone does not say that
money was taken, and DOING does not say that nothing was.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from finder.kernel.ids import Number
from finder.kernel.money import Money
from finder.money.channels.fields import Fields
from finder.money.channels.port import Seen, Stand, Step

CHANNEL = "wechat"
_HOLD = {
    ("CREATED", ""): Stand.PENDING,
    ("DOING", "USER_CONFIRM"): Stand.DONE,
    ("DOING", "MCH_COMPLETE"): Stand.DONE,
    ("DONE", ""): Stand.DONE,
    ("REVOKED", ""): Stand.FAILED,
    ("EXPIRED", ""): Stand.EXPIRED,
}
_CAPTURE = {
    ("CREATED", ""): Stand.UNKNOWN,  # nobody has asked for one yet
    ("DOING", "USER_CONFIRM"): Stand.UNKNOWN,
    ("DOING", "MCH_COMPLETE"): Stand.WORKING,
    ("DONE", ""): Stand.DONE,
    ("REVOKED", ""): Stand.FAILED,
    ("EXPIRED", ""): Stand.FAILED,
}
_RELEASE = {
    ("CREATED", ""): Stand.UNKNOWN,
    ("DOING", "USER_CONFIRM"): Stand.UNKNOWN,
    ("DOING", "MCH_COMPLETE"): Stand.FAILED,
    ("DONE", ""): Stand.FAILED,
    ("REVOKED", ""): Stand.DONE,
    ("EXPIRED", ""): Stand.DONE,
}
_TABLES = {Step.HOLD: _HOLD, Step.CAPTURE: _CAPTURE, Step.RELEASE: _RELEASE}
_TRADE = {
    "SUCCESS": Stand.DONE,
    "REFUND": Stand.DONE,  # taken, and given back since
    "NOTPAY": Stand.PENDING,
    "USERPAYING": Stand.WORKING,
    "CLOSED": Stand.FAILED,
    "REVOKED": Stand.FAILED,
    "PAYERROR": Stand.FAILED,
}
_REFUND = {
    "SUCCESS": Stand.DONE,
    "PROCESSING": Stand.WORKING,
    "CLOSED": Stand.FAILED,
    "ABNORMAL": Stand.ABNORMAL,
}
_RETURN = {"SUCCESS": Stand.DONE, "PROCESSING": Stand.WORKING, "FAILED": Stand.FAILED}
_RECEIVER = {"SUCCESS": Stand.DONE, "PENDING": Stand.WORKING, "CLOSED": Stand.FAILED}


def read_order(step: Step, number: Number, hold: Number, told: Mapping[str, Any]) -> Seen:
    """A hold, its capture or its release, from the hold's 支付分 order. Raises ChannelLied."""
    order = Fields(CHANNEL, told)
    order.same("out_order_no", hold)
    state, description = order.text("state"), order.text_or_none("state_description") or ""
    # Final states may carry a description of how they were reached.
    key = (state, description if state == "DOING" else "")
    stand = _TABLES[step].get(key)
    if stand is None:
        raise order.lied("state")
    collection = order.inner("collection")
    collected = collection.text_or_none("state")
    amount, channel_id, at = order.fen_or_none("total_amount"), order.text_or_none("order_id"), None
    if step is Step.CAPTURE and stand in (Stand.WORKING, Stand.DONE):
        stand = _collected(stand, collected, order)
        channel_id, at = _transaction(order, collection)
    elif step is Step.HOLD:
        amount = order.inner("risk_fund").fen_or_none("amount")
    elif step is Step.RELEASE:
        amount = None
    reason = None if stand in (Stand.DONE, Stand.PENDING, Stand.UNKNOWN) else ":".join(filter(None, (*key, collected)))
    return Seen(CHANNEL, step, number, stand, amount, channel_id, at, reason=reason)


def _collected(stand: Stand, collected: str | None, order: Fields) -> Stand:
    if collected == "USER_PAYING":
        return Stand.COLLECTING
    if stand is Stand.DONE and collected not in ("USER_PAID", None):
        raise order.lied("collection.state")
    if stand is Stand.DONE and collected is None and order.fen("total_amount") != Money(0):
        raise order.lied("collection")  # done, and nothing says that it was paid
    return stand


def _transaction(order: Fields, collection: Fields) -> tuple[str | None, datetime | None]:
    """The number under which money was taken, which refunds and splits want, and when."""
    for detail in reversed(collection.items("details")):
        if (own := detail.text_or_none("transaction_id")) is not None:
            return own, detail.moment("paid_time")
    return order.text_or_none("transaction_id"), None


def read_trade(number: Number, told: Mapping[str, Any]) -> Seen:
    """A plain payment. Raises ChannelLied."""
    trade = Fields(CHANNEL, told)
    trade.same("out_trade_no", number)
    state = trade.text("trade_state")
    if state not in _TRADE:
        raise trade.lied("trade_state")
    stand = _TRADE[state]
    amount = trade.inner("amount").fen_or_none("total")
    if stand is Stand.DONE and amount is None:
        raise trade.lied("amount.total")
    reason = state if stand is Stand.FAILED else None
    channel_id, at = trade.text_or_none("transaction_id"), trade.moment("success_time")
    return Seen(CHANNEL, Step.CAPTURE, number, stand, amount, channel_id, at, reason=reason)


def read_refund(number: Number, told: Mapping[str, Any]) -> Seen:
    """A refund: `status` in answers, `refund_status` in callbacks. Raises ChannelLied."""
    refund = Fields(CHANNEL, told)
    refund.same("out_refund_no", number)
    status = refund.text_or_none("status") or refund.text("refund_status")
    if status not in _REFUND:
        raise refund.lied("status")
    stand, amount = _REFUND[status], refund.inner("amount").fen("refund")
    reason = status if stand in (Stand.FAILED, Stand.ABNORMAL) else None
    at = refund.moment("success_time")
    return Seen(CHANNEL, Step.REFUND, number, stand, amount, refund.text("refund_id"), at, reason=reason)


def read_split(step: Step, number: Number, told: Mapping[str, Any]) -> Seen:
    """A split or its finish. FINISHED is not success: every receiver says for himself. Raises ChannelLied."""
    split = Fields(CHANNEL, told)
    split.same("out_order_no", number)
    state, order_id = split.text("state"), split.text("order_id")
    if state not in ("PROCESSING", "FINISHED"):
        raise split.lied("state")
    # The operator's own rest comes as a receiver too, once it is unfrozen.
    receivers = [receiver for receiver in split.items("receivers") if receiver.text_or_none("result")]
    if step is Step.SPLIT_FINISH:
        return Seen(CHANNEL, step, number, Stand.WORKING if state == "PROCESSING" else Stand.DONE, None, order_id)
    if state == "FINISHED" and not receivers:
        raise split.lied("receivers")
    stands = []
    for receiver in receivers:
        if (result := receiver.text("result")) not in _RECEIVER:
            raise receiver.lied("result")
        stands.append(_RECEIVER[result])
    stand = next((s for s in (Stand.FAILED, Stand.WORKING) if s in stands), Stand.DONE)
    if state == "PROCESSING" and stand is Stand.DONE:
        stand = Stand.WORKING
    amount = Money(sum(receiver.fen("amount").fen for receiver in receivers)) if receivers else None
    reason = next(filter(None, (receiver.text_or_none("fail_reason") for receiver in receivers)), None)
    at = next(filter(None, (receiver.moment("finish_time") for receiver in receivers)), None)
    done_at = at if stand is Stand.DONE else None
    return Seen(CHANNEL, step, number, stand, amount, order_id, done_at, reason=reason)


def read_return(number: Number, told: Mapping[str, Any]) -> Seen:
    """A split that goes back. Raises ChannelLied."""
    back = Fields(CHANNEL, told)
    back.same("out_return_no", number)
    result = back.text("result")
    if result not in _RETURN:
        raise back.lied("result")
    stand = _RETURN[result]
    at = back.moment("finish_time") if stand is Stand.DONE else None
    reason = back.text_or_none("fail_reason")
    return Seen(
        CHANNEL, Step.SPLIT_RETURN, number, stand, back.fen("amount"), back.text("return_id"), at, reason=reason
    )
