"""What we send to Alipay: the biz_content of its interfaces. Amounts go out in yuan."""

import json
from typing import Any

from finder.kernel.clock import SHANGHAI
from finder.kernel.ids import Number
from finder.kernel.money import Money
from finder.money.channels.alipay.config import AlipayConfig
from finder.money.channels.port import CaptureAsk, HoldAsk, PayAsk, RefundAsk, SplitAsk
from finder.money.channels.yuan import yuan

CATEGORY = "CHARGE_PILE_CAR"


def freeze(ask: HoldAsk, config: AlipayConfig) -> dict[str, Any]:
    """alipay.fund.auth.order.app.freeze."""
    return {
        "out_order_no": ask.number,
        "out_request_no": ask.number,
        "order_title": plain(ask.title, 50),
        "amount": yuan(ask.amount),
        "product_code": config.product,
        "payee_user_id": ask.sub_merchant,
        "extra_param": json.dumps({"category": CATEGORY, "outStoreAlias": plain(ask.device, 32)}, ensure_ascii=False),
    }


def capture(ask: CaptureAsk, auth_no: str, config: AlipayConfig) -> dict[str, Any]:
    """alipay.trade.pay; COMPLETE frees the remainder, which else stays frozen."""
    told = {
        "out_trade_no": ask.number,
        "total_amount": yuan(ask.amount),
        "subject": plain(ask.title, 128),
        "product_code": config.product,
        "auth_no": auth_no,
        "auth_confirm_mode": "COMPLETE",
        "seller_id": ask.sub_merchant,
    }
    return told | _freezing(splitting=ask.splitting)


def pay(ask: PayAsk) -> dict[str, Any]:
    """alipay.trade.app.pay."""
    told = {
        "out_trade_no": ask.number,
        "total_amount": yuan(ask.amount),
        "subject": plain(ask.title, 128),
        "product_code": "QUICK_MSECURITY_PAY",
        "time_expire": ask.expires_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S"),
        "seller_id": ask.sub_merchant,
    }
    return told | _freezing(splitting=ask.splitting)


def _freezing(*, splitting: bool) -> dict[str, Any]:
    return {"extend_params": {"royalty_freeze": "true"}} if splitting else {}


def unfreeze(auth_no: str, number: Number, rest: Money) -> dict[str, Any]:
    """alipay.fund.auth.order.unfreeze."""
    return {"auth_no": auth_no, "out_request_no": number, "amount": yuan(rest), "remark": "未充电，解冻"}


def refund(ask: RefundAsk, config: AlipayConfig) -> dict[str, Any]:
    """alipay.trade.refund; our share goes back with it."""
    told: dict[str, Any] = {
        **trade(ask.capture, ask.capture_channel_id),
        "refund_amount": yuan(ask.amount),
        "out_request_no": ask.number,
        "refund_reason": plain(ask.reason, 80),
    }
    if ask.returned.fen:
        back = {
            "royalty_type": "transfer",
            "trans_out": config.user_id,
            "trans_out_type": "userId",
            "trans_in": ask.sub_merchant,
            "trans_in_type": "userId",
            "amount": yuan(ask.returned),
            "desc": "退分账",
        }
        told["refund_royalty_parameters"] = [back]
    return told


def settle(ask: SplitAsk, trade_no: str, config: AlipayConfig) -> dict[str, Any]:
    """alipay.trade.order.settle with our share."""
    share = {
        "royalty_type": "transfer",
        "trans_in": config.user_id,
        "trans_in_type": "userId",
        "amount": yuan(ask.amount),
        "desc": plain(ask.description, 100),
    }
    return {"out_request_no": ask.number, "trade_no": trade_no, "royalty_parameters": [share]}


def finish(ask: SplitAsk, trade_no: str) -> dict[str, Any]:
    """alipay.trade.order.settle that frees the rest."""
    return {
        "out_request_no": ask.number,
        "trade_no": trade_no,
        "royalty_parameters": [],
        "extend_params": {"royalty_finish": "true"},
    }


def trade(number: Number, trade_no: str | None) -> dict[str, Any]:
    """Which trade: by Alipay's number where it is known."""
    return {"out_trade_no": number} if trade_no is None else {"trade_no": trade_no}


def plain(text: str, most: int) -> str:
    """At most so many characters, and none that Alipay refuses or that would break a line of its bill."""
    cleaned = "".join(" " if c in ',"/=&|' or not c.isprintable() else c for c in text)
    return cleaned.strip()[:most] or "充电"
