"""WeChat Pay's bills: asked for, checked against their hash, read line by line. Amounts come in yuan."""

import hashlib
import hmac
from collections.abc import AsyncIterator
from datetime import date

from finder.errors import ChannelLied
from finder.money.channels.fields import Fields
from finder.money.channels.port import BillKind, BillRow, Step
from finder.money.channels.table import BillLine, read_table
from finder.money.channels.wechat.client import NoBill, WechatClient
from finder.money.channels.wechat.config import WechatConfig
from finder.money.channels.wechat.readings import CHANNEL

_PATHS = {
    BillKind.TRADE: ("/v3/bill/tradebill", {"bill_type": "ALL"}),
    BillKind.FUND: ("/v3/bill/fundflowbill", {"account_type": "BASIC"}),
    BillKind.SPLIT: ("/v3/profitsharing/bills", {}),
}
_FIRST = {BillKind.TRADE: "交易时间", BillKind.FUND: "记账时间", BillKind.SPLIT: "分账时间"}
_FUND = {"交易": Step.CAPTURE, "退款": Step.REFUND, "分账": Step.SPLIT, "分账回退": Step.SPLIT_RETURN}
_FEE = "扣除交易手续费"
_SPLIT = {"分账": Step.SPLIT, "分账回退": Step.SPLIT_RETURN}
_PACKET = "wxzff"  # 商户数据包 of an automatic deduction: wxzff|service order|our number


async def read_bill(client: WechatClient, config: WechatConfig, kind: BillKind, day: date) -> AsyncIterator[BillRow]:
    """The rows of one day. Raises ChannelError."""
    path, query = _PATHS[kind]
    try:
        told = Fields(CHANNEL, await client.get(path, {"bill_date": day.isoformat(), **query}))
    except NoBill:
        return  # nothing happened on that day
    told.same("hash_type", "SHA1")
    raw = await client.download(told.text("download_url"))
    if not hmac.compare_digest(hashlib.sha1(raw, usedforsecurity=False).hexdigest(), told.text("hash_value").lower()):
        raise ChannelLied(
            "微信支付：账单与其哈希不符", "WeChat Pay: the bill does not match its hash", code="BILL_HASH"
        )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ChannelLied("微信支付：账单不是 UTF-8", "WeChat Pay: the bill is no UTF-8", code="BILL_FORM") from None
    read = {BillKind.TRADE: _trade, BillKind.FUND: _fund, BillKind.SPLIT: _split}[kind]
    for line in read_table(CHANNEL, text, _FIRST[kind]):
        if (row := read(line, config)) is not None:
            yield row


def _trade(line: BillLine, _: WechatConfig) -> BillRow | None:
    merchant, fee, day = line.text("特约商户号"), line.fen("手续费"), line.day("交易时间")
    match line.text("交易状态"):
        case "SUCCESS":
            ours, fen = line.text("商户订单号"), line.fen("订单金额", "应结订单金额")
            if line.text("交易类型") == "AUTH":  # then 商户订单号 is WeChat's own
                packet = line.text("商户数据包").split("|")
                ours = packet[2] if len(packet) == 3 and packet[0] == _PACKET else ""
            step, own = Step.CAPTURE, line.text("微信订单号")
        case "REFUND":
            ours, fen = line.text("商户退款单号"), -line.fen("申请退款金额", "退款金额")
            step, own = Step.REFUND, line.text("微信退款单号")
        case other:
            line.unread(other)
            return None
    return BillRow(CHANNEL, merchant, step, line.number(ours), own, fen, fee, day, line.raw)


def _fund(line: BillLine, config: WechatConfig) -> BillRow | None:
    kind, fen, day = line.text("业务类型"), line.fen("收支金额（元）", "收支金额(元)"), line.day("记账时间")
    if line.text("收支类型") == "支出":
        fen = -fen
    number, own = line.number(line.text("业务凭证号")), line.text("微信支付业务单号")
    if kind == _FEE:
        return BillRow(CHANNEL, config.sp_mchid, Step.CAPTURE, number, own, 0, -fen, day, line.raw)
    if (step := _FUND.get(kind)) is None:
        line.unread(kind)
        return None
    return BillRow(CHANNEL, config.sp_mchid, step, number, own, fen, 0, day, line.raw)


def _split(line: BillLine, _: WechatConfig) -> BillRow | None:
    if (step := _SPLIT.get(line.text("业务类型"))) is None:
        line.unread(line.text("业务类型"))
        return None
    # Seen from the order: a split leaves it, a return comes back.
    fen = line.fen("分账金额") * (-1 if step is Step.SPLIT else 1)
    own, number = line.text("微信分账/回退单号"), line.number(line.text("商户分账/回退单号"))
    return BillRow(CHANNEL, line.text("分账方"), step, number, own, fen, 0, line.day("分账时间"), line.raw)
