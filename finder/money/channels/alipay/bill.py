"""Alipay's bills: a ZIP of tables in GBK, one an operator who has authorised us. Amounts come in yuan."""

import zipfile
from collections.abc import AsyncIterator, Callable
from datetime import date
from io import BytesIO

from finder.money.channels.alipay.client import AlipayClient, NotThere
from finder.money.channels.alipay.config import AlipayConfig
from finder.money.channels.alipay.signer import CHANNEL, lied
from finder.money.channels.http import BILL_BYTES
from finder.money.channels.port import BillKind, BillRow, Step
from finder.money.channels.table import BillLine, read_table

_TYPES = {BillKind.TRADE: "trade", BillKind.FUND: "signcustomer", BillKind.SPLIT: "signcustomer"}
_FIRST = {"trade": "支付宝交易号", "signcustomer": "账务流水号"}
_TRADE = {"交易": Step.CAPTURE, "退款": Step.REFUND}
_SHARES = {"交易分账": Step.SPLIT, "分账回退": Step.SPLIT_RETURN}
_FUND = {"在线支付": Step.CAPTURE, "交易付款": Step.CAPTURE, "交易退款": Step.REFUND, **_SHARES}
_FEE = "收费"
_MOST_MEMBERS = 20


async def read_bill(client: AlipayClient, config: AlipayConfig, kind: BillKind, day: date) -> AsyncIterator[BillRow]:
    """The rows of one day, operator by operator. Raises ChannelError."""
    of = _TYPES[kind]
    read = {BillKind.TRADE: _trade, BillKind.FUND: _fund, BillKind.SPLIT: _split}[kind]
    for merchant in config.merchants:
        asked = {"bill_type": of, "bill_date": day.isoformat()}
        try:
            told = await client.call("alipay.data.dataservice.bill.downloadurl.query", asked, merchant)
        except NotThere:
            continue  # nothing happened at this operator on that day
        text = _unpack(await client.download(told.text("bill_download_url")), _FIRST[of])
        for line in read_table(CHANNEL, text, _FIRST[of]):
            if (row := read(line, merchant)) is not None:
                yield row


def _unpack(raw: bytes, first: str) -> str:
    """The table that has this column; beside it lies a summary. The archive is not unfolded beyond what is allowed."""
    try:
        with zipfile.ZipFile(BytesIO(raw)) as archive:
            members = archive.infolist()
            if len(members) > _MOST_MEMBERS or sum(member.file_size for member in members) > BILL_BYTES:
                raise lied(
                    "BILL_TOO_LARGE", f"账单展开后超过 {BILL_BYTES} 字节", f"its bill is over {BILL_BYTES} bytes"
                )
            for member in members:
                text = archive.read(member).decode("gb18030")
                if any(first in line.split(",") for line in text.splitlines()):
                    return text
    except (zipfile.BadZipFile, zipfile.LargeZipFile, UnicodeDecodeError, RuntimeError, NotImplementedError, OSError):
        raise lied("BILL_FORM", "账单文件无法读取", "its bill cannot be read") from None
    raise lied("BILL_FORM", f"账单缺少“{first}”列", f"its bill lacks the column {first}")


def _trade(line: BillLine, merchant: str) -> BillRow | None:
    kind = line.text("业务类型")
    if (step := _TRADE.get(kind)) is None:
        line.unread(kind)
        return None
    refund = step is Step.REFUND
    ours = line.text("退款批次号/请求号") if refund else line.text("商户订单号")
    fen = abs(line.fen("订单金额（元）", "订单金额(元)"))
    fee, day = -line.fen("服务费（元）", "服务费(元)"), line.day("完成时间")
    own, number = line.text("支付宝交易号"), line.number(ours)
    return BillRow(CHANNEL, merchant, step, number, own, -fen if refund else fen, fee, day, line.raw)


def _statement(steps: dict[str, Step]) -> Callable[[BillLine, str], BillRow | None]:
    def read(line: BillLine, merchant: str) -> BillRow | None:
        kind, day, own = line.text("业务类型"), line.day("发生时间"), line.text("账务流水号")
        came = line.fen("收入金额（+元）", "收入金额(+元)")
        went = abs(line.fen("支出金额（-元）", "支出金额(-元)"))
        number = line.number(line.text("商户订单号"))
        if kind == _FEE and Step.CAPTURE in steps.values():
            return BillRow(CHANNEL, merchant, Step.CAPTURE, number, own, 0, went - came, day, line.raw)
        if (step := steps.get(kind)) is None:
            if kind not in _FUND and kind != _FEE:
                line.unread(kind)
            return None
        return BillRow(CHANNEL, merchant, step, number, own, came - went, 0, day, line.raw)

    return read


_fund, _split = _statement(_FUND), _statement(_SHARES)
