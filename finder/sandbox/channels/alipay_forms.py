"""How a practice Alipay says what its book holds: operations, trades, refunds, settlements, callbacks."""

from datetime import datetime
from typing import Any

from finder.kernel.clock import SHANGHAI
from finder.kernel.money import Money
from finder.money.channels.port import Step
from finder.money.channels.yuan import yuan
from finder.sandbox.channels.alipay_keys import USER_ID
from finder.sandbox.channels.model import Event, Hold, HoldState, Part, Trade

_SHARES = {"WORKING": "PROCESSING", "DONE": "SUCCESS", "FAILED": "FAIL"}


def frozen(hold: Hold, wrong_fen: int = 0) -> dict[str, Any]:
    """The operation that froze."""
    return {
        "auth_no": hold.own,
        "out_order_no": hold.number,
        "operation_id": f"op{hold.own}",
        "out_request_no": hold.number,
        "operation_type": "FREEZE",
        "status": "INIT" if hold.state is HoldState.CREATED else "SUCCESS",
        "amount": amount(hold.fen + wrong_fen),
        "total_freeze_amount": amount(hold.fen),
        "rest_amount": amount(hold.rest),
        "total_pay_amount": amount(hold.trade.fen if hold.trade else 0),
        "gmt_trans": local(hold.at),
    }


def unfrozen(hold: Hold, wrong_fen: int = 0) -> dict[str, Any]:
    """The operation that unfroze."""
    return {
        "auth_no": hold.own,
        "out_order_no": hold.number,
        "operation_id": f"un{hold.own}",
        "out_request_no": hold.release,
        "operation_type": "UNFREEZE",
        "status": "SUCCESS",
        "amount": amount(hold.released + wrong_fen),
        "gmt_trans": local(hold.at),
    }


def paid(trade: Trade, wrong_fen: int = 0) -> dict[str, Any]:
    """The answer to a capture."""
    told = {"out_trade_no": trade.number, "trade_no": trade.own, "total_amount": amount(trade.fen + wrong_fen)}
    return told | ({"gmt_payment": local(trade.paid_at)} if trade.paid_at is not None else {})


def trade_status(trade: Trade, wrong_fen: int = 0) -> dict[str, Any]:
    """A trade; one that was refunded whole is closed."""
    closed = trade.paid and trade.refunded == trade.fen
    status = "TRADE_CLOSED" if closed else "TRADE_SUCCESS" if trade.paid else "WAIT_BUYER_PAY"
    told = {
        "out_trade_no": trade.number,
        "trade_no": trade.own,
        "total_amount": amount(trade.fen + wrong_fen),
        "trade_status": status,
    }
    return told | ({"send_pay_date": local(trade.paid_at)} if trade.paid_at is not None else {})


def refunded(part: Part) -> dict[str, Any]:
    """The answer to a refund: what all refunds of the trade together are."""
    trade = part.trade
    return {
        "out_trade_no": trade.number,
        "trade_no": trade.own,
        "fund_change": "Y" if part.state == "WORKING" else "N",
        "refund_fee": amount(trade.refunded),
    }


def refund_status(part: Part, wrong_fen: int = 0) -> dict[str, Any]:
    """One refund."""
    told = {
        "out_trade_no": part.trade.number,
        "trade_no": part.trade.own,
        "out_request_no": part.number,
        "total_amount": amount(part.trade.fen),
        "refund_amount": amount(part.fen + wrong_fen),
    }
    return told | (
        {"refund_status": "REFUND_SUCCESS", "gmt_refund_pay": local(part.at)} if part.state == "DONE" else {}
    )


def settled(part: Part, wrong_fen: int = 0) -> dict[str, Any]:
    """A settlement and what became of its shares."""
    share: dict[str, Any] = {
        "operation_type": "transfer",
        "trans_out": part.trade.sub,
        "trans_in": USER_ID,
        "amount": amount(part.fen + wrong_fen),
        "state": _SHARES[part.state],
        "detail_id": f"36{part.own}",
        "execute_dt": local(part.at),
    }
    if part.state == "FAILED":
        share |= {"error_code": "TXN_RESULT_ACCOUNT_BALANCE_NOT_ENOUGH", "error_desc": "分账余额不足"}
    shares = [share] if part.step is Step.SPLIT else []
    return {"out_request_no": part.number, "operation_dt": local(part.at), "royalty_detail_list": shares}


def notice(event: Event, wrong_fen: int = 0) -> tuple[dict[str, str], str] | None:
    """An event's callback and its address; None where Alipay sends none."""
    thing = event.thing
    match event.step, thing:
        case Step.HOLD, Hold():
            return {"notify_type": "fund_auth_freeze", **frozen(thing, wrong_fen)}, thing.notify_url
        case Step.RELEASE, Hold() if thing.release:
            return {"notify_type": "fund_auth_unfreeze", **unfrozen(thing, wrong_fen)}, thing.notify_url
        case Step.CAPTURE, Trade():
            told = paid(thing, wrong_fen)
            return {"notify_type": "trade_status_sync", "trade_status": "TRADE_SUCCESS", **told}, thing.notify_url
        case Step.REFUND, Part():
            trade = thing.trade
            status = "TRADE_CLOSED" if trade.refunded == trade.fen else "TRADE_SUCCESS"
            told = paid(trade) | {
                "out_biz_no": thing.number,
                "refund_fee": amount(trade.refunded + wrong_fen),
                "gmt_refund": local(thing.at),
            }
            return {"notify_type": "trade_status_sync", "trade_status": status, **told}, trade.notify_url
    return None


def amount(fen: int) -> str:
    """Yuan."""
    return yuan(Money(fen))


def local(at: datetime) -> str:
    """As Alipay writes a time."""
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
