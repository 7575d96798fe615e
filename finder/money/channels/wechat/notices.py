"""WeChat Pay's callbacks: verified, decrypted, read."""

from collections.abc import Mapping

from finder.errors import ChannelLied
from finder.kernel.clock import Clock
from finder.money.channels.fields import Fields
from finder.money.channels.port import Notice, Seen, Stand, Step
from finder.money.channels.wechat import readings
from finder.money.channels.wechat.client import read_object
from finder.money.channels.wechat.config import WechatConfig
from finder.money.channels.wechat.readings import CHANNEL
from finder.money.channels.wechat.signer import ALGORITHM, check_signed, decrypt

MAX_BYTES = 64 * 1024
TAKEN = '{"code":"SUCCESS","message":"成功"}'.encode()


def read_notice(headers: Mapping[str, str], body: bytes, config: WechatConfig, clock: Clock) -> Notice:
    """What a callback says. Raises ChannelLied, and nothing else."""
    if len(body) > MAX_BYTES:
        raise ChannelLied(
            f"微信支付：回调超过 {MAX_BYTES} 字节",
            f"WeChat Pay: the callback is over {MAX_BYTES} bytes",
            code="NOTICE_TOO_LARGE",
        )
    lower = {name.lower(): value for name, value in headers.items()}
    check_signed(lower, body, config.platform_keys, clock)
    envelope = Fields(CHANNEL, read_object(body))
    event, resource = envelope.text("event_type"), envelope.inner("resource")
    resource.same("algorithm", ALGORITHM)
    plain = decrypt(
        config.api_v3_key,
        resource.text("nonce"),
        resource.text_or_none("associated_data"),
        resource.text("ciphertext"),
    )
    return Notice(envelope.text("id"), _read(event, plain, config, envelope), TAKEN)


def _read(event: str, plain: bytes, config: WechatConfig, envelope: Fields) -> Seen:
    told = read_object(plain)
    fields = Fields(CHANNEL, told)
    if (account := told.get("sp_mchid", told.get("mchid"))) is not None and account != config.sp_mchid:
        raise fields.lied("sp_mchid")
    match event:
        case "PAYSCORE.USER_CONFIRM":
            number = fields.number("out_order_no")
            return readings.read_order(Step.HOLD, number, number, told)
        case "PAYSCORE.USER_PAID":
            number = fields.number("out_order_no")
            return readings.read_order(Step.CAPTURE, number, number, told)
        case "TRANSACTION.SUCCESS":
            return readings.read_trade(fields.number("out_trade_no"), told)
        case "REFUND.SUCCESS" | "REFUND.ABNORMAL" | "REFUND.CLOSED":
            return readings.read_refund(fields.number("out_refund_no"), told)
        case "TRANSACTION":  # our share has moved
            receiver = fields.inner("receiver")
            return Seen(
                CHANNEL,
                Step.SPLIT,
                fields.number("out_order_no"),
                Stand.DONE,
                receiver.fen("amount"),
                fields.text("order_id"),
                fields.moment("success_time"),
            )
        case _:
            raise envelope.lied("event_type")
