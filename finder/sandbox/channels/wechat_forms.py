"""How a practice WeChat Pay says what its book holds: orders, trades, refunds, splits, callbacks."""

from datetime import datetime
from typing import Any

from finder.kernel.clock import SHANGHAI
from finder.money.channels.port import Step
from finder.sandbox.channels.model import Event, Hold, HoldState, Part, Trade
from finder.sandbox.channels.wechat_keys import APP_ID, SERVICE_ID, SP_MCHID

_STATES = {"WORKING": "PROCESSING", "DONE": "SUCCESS", "FAILED": "CLOSED", "ABNORMAL": "ABNORMAL"}
_RECEIVERS = {"WORKING": "PENDING", "DONE": "SUCCESS", "FAILED": "CLOSED"}
_RETURNS = {"WORKING": "PROCESSING", "DONE": "SUCCESS", "FAILED": "FAILED"}


def order(hold: Hold, wrong_fen: int = 0) -> dict[str, Any]:
    """A 支付分 order."""
    told: dict[str, Any] = {
        "out_order_no": hold.number,
        "service_id": SERVICE_ID,
        "appid": APP_ID,
        "mchid": SP_MCHID,
        "sub_mchid": hold.sub,
        "order_id": hold.own,
        "risk_fund": {"name": "ESTIMATE_ORDER_COST", "amount": hold.fen + wrong_fen},
        **_state(hold),
    }
    if (trade := hold.trade) is not None:
        total = trade.fen + wrong_fen
        told |= {"total_amount": total, "need_collection": True, "collection": _collection(trade, total)}
    return told


def _state(hold: Hold) -> dict[str, str]:
    match hold.state:
        case HoldState.CREATED:
            return {"state": "CREATED"}
        case HoldState.HELD:
            return {"state": "DOING", "state_description": "USER_CONFIRM"}
        case HoldState.RELEASED:
            return {"state": "REVOKED"}
        case HoldState.COMPLETED:
            paid = hold.trade is not None and hold.trade.paid
            return {"state": "DONE"} if paid else {"state": "DOING", "state_description": "MCH_COMPLETE"}


def _collection(trade: Trade, total: int) -> dict[str, Any]:
    if not trade.paid or trade.paid_at is None:
        return {"state": "USER_PAYING", "total_amount": total, "paying_amount": total, "paid_amount": 0}
    detail = {
        "seq": 1,
        "amount": total,
        "paid_type": "NEWTON",
        "paid_time": trade.paid_at.astimezone(SHANGHAI).strftime("%Y%m%d%H%M%S"),
        "transaction_id": trade.own,
    }
    return {"state": "USER_PAID", "total_amount": total, "paying_amount": 0, "paid_amount": total, "details": [detail]}


def transaction(trade: Trade, wrong_fen: int = 0) -> dict[str, Any]:
    """A plain payment."""
    state = "SUCCESS" if trade.paid else "NOTPAY"
    told: dict[str, Any] = {
        "sp_mchid": SP_MCHID,
        "sub_mchid": trade.sub,
        "out_trade_no": trade.number,
        "trade_state": "REFUND" if trade.refunded else state,
        "amount": {"total": trade.fen + wrong_fen, "currency": "CNY"},
    }
    if trade.paid and trade.paid_at is not None:
        told |= {"transaction_id": trade.own, "trade_type": "JSAPI", "success_time": rfc3339(trade.paid_at)}
    return told


def refund(part: Part, wrong_fen: int = 0, *, notice: bool = False) -> dict[str, Any]:
    """A refund."""
    told: dict[str, Any] = {
        "refund_id": part.own,
        "out_refund_no": part.number,
        "transaction_id": part.trade.own,
        "out_trade_no": part.trade.number,
        "sub_mchid": part.trade.sub,
        "channel": "ORIGINAL",
        "create_time": rfc3339(part.at),
        "refund_status" if notice else "status": _STATES[part.state],
        "amount": {"total": part.trade.fen, "refund": part.fen + wrong_fen, "currency": "CNY"},
    }
    if notice:
        told["sp_mchid"] = SP_MCHID
    if part.state == "DONE":
        told["success_time"] = rfc3339(part.at)
    return told


def split(part: Part, wrong_fen: int = 0) -> dict[str, Any]:
    """A split, or its finish, whose receiver is the operator himself."""
    receiver: dict[str, Any] = {
        "type": "MERCHANT_ID",
        "account": SP_MCHID if part.step is Step.SPLIT else part.trade.sub,
        "amount": part.fen + wrong_fen,
        "description": "平台服务费" if part.step is Step.SPLIT else "解冻给分账方",
        "result": _RECEIVERS[part.state],
        "detail_id": f"36{part.own}",
        "create_time": rfc3339(part.at),
    }
    if part.state == "FAILED":
        receiver["fail_reason"] = "ACCOUNT_ABNORMAL"
    if part.state == "DONE":
        receiver["finish_time"] = rfc3339(part.at)
    return {
        "sub_mchid": part.trade.sub,
        "transaction_id": part.trade.own,
        "out_order_no": part.number,
        "order_id": part.own,
        "state": "PROCESSING" if part.state == "WORKING" else "FINISHED",
        "receivers": [receiver],
    }


def split_return(part: Part, wrong_fen: int = 0) -> dict[str, Any]:
    """A share that goes back."""
    return {
        "sub_mchid": part.trade.sub,
        "order_id": part.own,
        "out_order_no": part.of,
        "out_return_no": part.number,
        "return_id": part.own,
        "return_mchid": SP_MCHID,
        "amount": part.fen + wrong_fen,
        "description": "分账回退",
        "result": _RETURNS[part.state],
        "create_time": rfc3339(part.at),
        "finish_time": rfc3339(part.at),
    }


def notice(event: Event, wrong_fen: int = 0) -> tuple[str, str, dict[str, Any], str] | None:
    """Event type, original type, content and address of an event's callback; None where WeChat sends none."""
    thing = event.thing
    match event.step, thing:
        case Step.HOLD, Hold():
            return "PAYSCORE.USER_CONFIRM", "payscore", order(thing, wrong_fen), thing.notify_url
        case Step.CAPTURE, Trade() if thing.hold is not None:
            return "PAYSCORE.USER_PAID", "payscore", order(thing.hold, wrong_fen), thing.notify_url
        case Step.CAPTURE, Trade():
            return "TRANSACTION.SUCCESS", "transaction", transaction(thing, wrong_fen), thing.notify_url
        case Step.REFUND, Part():
            kind = {"DONE": "REFUND.SUCCESS", "ABNORMAL": "REFUND.ABNORMAL"}.get(thing.state, "REFUND.CLOSED")
            return kind, "refund", refund(thing, wrong_fen, notice=True), thing.trade.notify_url
        case Step.SPLIT, Part() if thing.state == "DONE":
            return "TRANSACTION", "profitsharing", _moved(thing, wrong_fen), thing.trade.notify_url
    return None


def _moved(part: Part, wrong_fen: int) -> dict[str, Any]:
    receiver = {"type": "MERCHANT_ID", "account": SP_MCHID, "amount": part.fen + wrong_fen, "description": "平台服务费"}
    return {
        "sp_mchid": SP_MCHID,
        "sub_mchid": part.trade.sub,
        "transaction_id": part.trade.own,
        "order_id": part.own,
        "out_order_no": part.number,
        "receiver": receiver,
        "success_time": rfc3339(part.at),
    }


def rfc3339(at: datetime) -> str:
    """As WeChat writes a time."""
    return at.astimezone(SHANGHAI).isoformat(timespec="seconds")
