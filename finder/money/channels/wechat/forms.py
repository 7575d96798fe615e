"""What we send to WeChat Pay: the bodies of its partner interfaces, and what the phone is handed."""

import secrets
from collections.abc import Mapping
from typing import Any

from finder.kernel.clock import SHANGHAI, Clock
from finder.kernel.money import Money
from finder.money.channels import rsa
from finder.money.channels.port import CaptureAsk, HoldAsk, PayAsk, RefundAsk, SplitAsk
from finder.money.channels.wechat.config import WechatConfig
from finder.money.channels.wechat.signer import lines, sign_pages
from finder.money.channels.yuan import yuan

_RULE, _DETAIL = "计费规则", "费用明细"


def hold(ask: HoldAsk, config: WechatConfig) -> dict[str, Any]:
    """A 支付分 order. Charging wants its payment lines described and without amounts at this point."""
    return {
        "service_id": config.service_id,
        "appid": config.sp_appid,
        "sub_mchid": ask.sub_merchant,
        "out_order_no": ask.number,
        "service_introduction": plain(ask.title, 20),
        "post_payments": [{"name": _RULE, "description": plain(ask.title, 30)}],
        "risk_fund": {"name": config.risk_fund, "amount": ask.amount.fen},
        "time_range": {
            "start_time": ask.starts_at.astimezone(SHANGHAI).strftime("%Y%m%d%H%M%S"),
            "end_time": ask.ends_at.astimezone(SHANGHAI).strftime("%Y%m%d%H%M%S"),
        },
        "device": {"start_device_id": plain(ask.device, 32)},
        "need_user_confirm": not ask.agreed,
        "notify_url": config.notify_url,
    }


def hold_page(package: str, config: WechatConfig, clock: Clock) -> dict[str, str]:
    """The extraData of wx.openBusinessView with businessType wxpayScoreUse."""
    fields = {
        "mch_id": config.sp_mchid,
        "package": package,
        "timestamp": str(int(clock().timestamp())),
        "nonce_str": secrets.token_hex(16),
        "sign_type": "HMAC-SHA256",
    }
    return {**fields, "sign": sign_pages(config, fields)}


def capture(ask: CaptureAsk, config: WechatConfig) -> dict[str, Any]:
    """The completion of a 支付分 order."""
    return {
        "service_id": config.service_id,
        "sub_mchid": ask.sub_merchant,
        "post_payments": _described(ask) if config.payment_lines == "described" else _summed(ask),
        "total_amount": ask.amount.fen,
        "profit_sharing": ask.splitting,
    }


def _described(ask: CaptureAsk) -> list[dict[str, Any]]:
    parts = "，".join(f"{name}{yuan(fee)}元" for name, fee in _fees(ask))
    return [
        {"name": _RULE, "description": plain(ask.title, 30)},
        {"name": _DETAIL, "description": plain(parts or f"共{yuan(ask.amount)}元", 30)},
    ]


def _summed(ask: CaptureAsk) -> list[dict[str, Any]]:
    fees = _fees(ask)
    if sum(fee.fen for _, fee in fees) != ask.amount.fen:
        fees = [("充电费", ask.amount)]  # a capped bill: its lines say more than is taken
    return [{"name": name, "amount": fee.fen, "count": 1} for name, fee in fees]


def _fees(ask: CaptureAsk) -> list[tuple[str, Money]]:
    named = (("电费", ask.electricity), ("服务费", ask.service), ("停车费", ask.parking))
    return [(name, fee) for name, fee in named if fee is not None]


def pay(ask: PayAsk, config: WechatConfig) -> dict[str, Any]:
    """A JSAPI prepayment."""
    return {
        "sp_appid": config.sp_appid,
        "sp_mchid": config.sp_mchid,
        "sub_mchid": ask.sub_merchant,
        "description": plain(ask.title, 40),
        "out_trade_no": ask.number,
        "time_expire": ask.expires_at.astimezone(SHANGHAI).isoformat(timespec="seconds"),
        "notify_url": config.notify_url,
        "settle_info": {"profit_sharing": ask.splitting},
        "amount": {"total": ask.amount.fen, "currency": "CNY"},
        "payer": {"sp_openid": ask.payer},
    }


def pay_sheet(prepay_id: str, config: WechatConfig, clock: Clock) -> dict[str, str]:
    """What wx.requestPayment takes; four lines are signed, signType is not among them."""
    stamp, nonce, package = str(int(clock().timestamp())), secrets.token_hex(16), f"prepay_id={prepay_id}"
    signature = rsa.sign(config.private_key, lines(config.sp_appid, stamp, nonce, package))
    return {
        "appId": config.sp_appid,
        "timeStamp": stamp,
        "nonceStr": nonce,
        "package": package,
        "signType": "RSA",
        "paySign": signature,
    }


def refund(ask: RefundAsk, config: WechatConfig) -> dict[str, Any]:
    """A refund, by WeChat's number where it is known: 支付分 has no other."""
    by = {"out_trade_no": ask.capture} if ask.capture_channel_id is None else {"transaction_id": ask.capture_channel_id}
    return {
        "sub_mchid": ask.sub_merchant,
        **by,
        "out_refund_no": ask.number,
        "reason": plain(ask.reason, 25),
        "notify_url": config.notify_url,
        "amount": {"refund": ask.amount.fen, "total": ask.captured.fen, "currency": "CNY"},
    }


def split(ask: SplitAsk, config: WechatConfig, transaction_id: str) -> dict[str, Any]:
    """Our share of a capture; the rest stays frozen until it is finished."""
    receiver = {
        "type": "MERCHANT_ID",
        "account": config.sp_mchid,
        "amount": ask.amount.fen,
        "description": plain(ask.description, 80),
    }
    return {
        "sub_mchid": ask.sub_merchant,
        "appid": config.sp_appid,
        "transaction_id": transaction_id,
        "out_order_no": ask.number,
        "receivers": [receiver],
        "unfreeze_unsplit": False,
    }


def split_finish(ask: SplitAsk, transaction_id: str) -> Mapping[str, Any]:
    """The rest of a capture is the operator's."""
    return {
        "sub_mchid": ask.sub_merchant,
        "transaction_id": transaction_id,
        "out_order_no": ask.number,
        "description": plain(ask.description, 80),
    }


def split_return(ask: SplitAsk, config: WechatConfig) -> dict[str, Any]:
    """Our share goes back to the operator's order."""
    return {
        "sub_mchid": ask.sub_merchant,
        "out_order_no": ask.returns,
        "out_return_no": ask.number,
        "return_mchid": config.sp_mchid,
        "amount": ask.amount.fen,
        "description": plain(ask.description, 80),
    }


def plain(text: str, most: int) -> str:
    """At most so many characters, and none that would break a line of the channel's bill."""
    cleaned = "".join(" " if c in ',`"|' or not c.isprintable() else c for c in text)
    return cleaned.strip()[:most] or "充电"
