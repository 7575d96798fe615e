"""What Alipay says of a step, as one `Seen`."""

from finder.kernel.ids import Number
from finder.kernel.money import Money
from finder.money.channels.alipay.signer import CHANNEL
from finder.money.channels.fields import Fields
from finder.money.channels.port import Seen, Stand, Step

_OPERATION = {"INIT": Stand.PENDING, "SUCCESS": Stand.DONE, "CLOSED": Stand.FAILED}
_ROYALTY = {"SUCCESS": Stand.DONE, "PROCESSING": Stand.WORKING, "FAIL": Stand.FAILED}


def read_hold(number: Number, told: Fields) -> Seen:
    """A pre-authorisation, from the operation that froze it. Raises ChannelLied."""
    told.same("out_order_no", number)
    stand = _operation(told)
    reason = None
    rest, paid = told.yuan_or_none("rest_amount"), told.yuan_or_none("total_pay_amount")
    # The operation stays SUCCESS for ever: whether anything is held is told by what is left and what was paid.
    if stand is Stand.DONE and rest == Money(0) and paid == Money(0):
        stand, reason = Stand.FAILED, "UNFREEZED"
    elif stand is Stand.FAILED:
        reason = "CLOSED"
    at = told.moment("gmt_trans") if stand is Stand.DONE else None
    return Seen(CHANNEL, Step.HOLD, number, stand, told.yuan("amount"), told.text("auth_no"), at, reason=reason)


def read_release(number: Number, told: Fields) -> Seen:
    """An unfreezing. Raises ChannelLied."""
    told.same("out_request_no", number)
    stand = _operation(told)
    stand = Stand.WORKING if stand is Stand.PENDING else stand
    at = told.moment("gmt_trans") if stand is Stand.DONE else None
    return Seen(CHANNEL, Step.RELEASE, number, stand, told.yuan("amount"), told.text("auth_no"), at)


def _operation(told: Fields) -> Stand:
    status = told.text("status")
    if status not in _OPERATION:
        raise told.lied("status")
    return _OPERATION[status]


def read_trade(number: Number, told: Fields, waiting: Stand) -> Seen:
    """A capture or a plain payment; `waiting` is what one stands at that is not paid yet. Raises ChannelLied."""
    told.same("out_trade_no", number)
    status, at = told.text("trade_status"), told.moment("send_pay_date") or told.moment("gmt_payment")
    match status:
        case "WAIT_BUYER_PAY":
            stand = waiting
        case "TRADE_SUCCESS" | "TRADE_FINISHED":
            stand = Stand.DONE
        case "TRADE_CLOSED":  # never paid, or paid and refunded whole
            stand = Stand.FAILED if at is None else Stand.DONE
        case _:
            raise told.lied("trade_status")
    reason = status if stand is Stand.FAILED else None
    amount, own = told.yuan("total_amount"), told.text("trade_no")
    return Seen(CHANNEL, Step.CAPTURE, number, stand, amount, own, at if stand is Stand.DONE else None, reason=reason)


def read_paid(number: Number, told: Fields) -> Seen:
    """The answer to a capture. Raises ChannelLied."""
    told.same("out_trade_no", number)
    stand = Stand.DONE if told.text("code") == "10000" else Stand.WORKING
    at = told.moment("gmt_payment") if stand is Stand.DONE else None
    return Seen(CHANNEL, Step.CAPTURE, number, stand, told.yuan("total_amount"), told.text("trade_no"), at)


def read_refund(number: Number, told: Fields) -> Seen:
    """A refund, from its query: the answer to asking tells what all refunds together are. Raises ChannelLied."""
    status = told.text_or_none("refund_status")
    if told.text_or_none("out_request_no") is None:
        return Seen(CHANNEL, Step.REFUND, number, Stand.UNKNOWN)
    told.same("out_request_no", number)
    if status not in ("REFUND_SUCCESS", None):
        raise told.lied("refund_status")
    # Without a status it has not succeeded, and may yet.
    stand = Stand.WORKING if status is None else Stand.DONE
    at = told.moment("gmt_refund_pay") if stand is Stand.DONE else None
    return Seen(CHANNEL, Step.REFUND, number, stand, told.yuan("refund_amount"), told.text("trade_no"), at)


def read_split(step: Step, number: Number, told: Fields) -> Seen:
    """A settlement, from its query: each share says for itself. Raises ChannelLied."""
    told.same("out_request_no", number)
    shares = told.items("royalty_detail_list")
    stands = []
    for share in shares:
        if (state := share.text("state")) not in _ROYALTY:
            raise share.lied("state")
        stands.append(_ROYALTY[state])
    if step is Step.SPLIT and not shares:
        raise told.lied("royalty_detail_list")
    stand = next((s for s in (Stand.FAILED, Stand.WORKING) if s in stands), Stand.DONE)
    amount = Money(sum(share.yuan("amount").fen for share in shares)) if step is Step.SPLIT else None
    reason = next(filter(None, (share.text_or_none("error_code") for share in shares)), None)
    at = next(filter(None, (share.moment("execute_dt") for share in shares)), None)
    return Seen(CHANNEL, step, number, stand, amount, None, at if stand is Stand.DONE else None, reason=reason)
