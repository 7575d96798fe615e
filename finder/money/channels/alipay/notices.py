"""Alipay's callbacks: verified and read."""

from finder.kernel.clock import Clock
from finder.kernel.money import Money
from finder.money.channels.alipay import readings
from finder.money.channels.alipay.config import AlipayConfig
from finder.money.channels.alipay.signer import CHANNEL, read_notice_fields
from finder.money.channels.fields import Fields
from finder.money.channels.port import Notice, Seen, Stand, Step

TAKEN = b"success"


def read_notice(body: bytes, config: AlipayConfig, clock: Clock) -> Notice:
    """What a callback says. Raises ChannelLied, and nothing else."""
    told = read_notice_fields(body, config.alipay_keys, config.app_id, config.notice_age, clock)
    return Notice(told.text("notify_id"), _read(told), TAKEN, answer_type="text/plain")


def _read(told: Fields) -> Seen:
    match told.text("notify_type"):
        case "fund_auth_freeze":
            return readings.read_hold(told.number("out_order_no"), told)
        case "fund_auth_unfreeze":
            return readings.read_release(told.number("out_request_no"), told)
        case "trade_status_sync" if told.text_or_none("out_biz_no") is not None:
            # Its refund_fee is what all refunds together are, so that this one's amount is not told.
            at, own = told.moment("gmt_refund"), told.text("trade_no")
            if told.yuan("refund_fee") == Money(0):
                raise told.lied("refund_fee")
            return Seen(CHANNEL, Step.REFUND, told.number("out_biz_no"), Stand.DONE, None, own, at)
        case "trade_status_sync":
            return readings.read_trade(told.number("out_trade_no"), told, Stand.WORKING)
        case _:
            raise told.lied("notify_type")
