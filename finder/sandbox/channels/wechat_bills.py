"""A practice WeChat Pay's bills of a day, in yuan, with the differences that are switched on."""

from collections.abc import Sequence

from finder.kernel.clock import SHANGHAI
from finder.kernel.money import Money
from finder.money.channels.port import BillKind, Step
from finder.money.channels.yuan import yuan
from finder.sandbox.channels.book import Book
from finder.sandbox.channels.faults import BillLie
from finder.sandbox.channels.model import Part, Trade
from finder.sandbox.channels.wechat_keys import APP_ID, SP_MCHID

_TRADE = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,"
    "应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,"
    "手续费,费率,订单金额,申请退款金额,费率备注"
)
_FUND = (
    "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额（元）,账户结余（元）,资金变更提交申请人,"
    "备注,业务凭证号"
)
_SPLIT = (
    "分账时间,分账发起方,分账方,微信订单号,微信分账/回退单号,分账明细单号,商户分账/回退单号,订单金额,分账接收方,"
    "分账金额,业务类型,处理状态,分账描述,备注"
)
_HEADS = {BillKind.TRADE: _TRADE, BillKind.FUND: _FUND, BillKind.SPLIT: _SPLIT}
_AMOUNTS = {
    BillKind.TRADE: ("订单金额", "申请退款金额"),
    BillKind.FUND: ("收支金额（元）",),
    BillKind.SPLIT: ("分账金额",),
}
_OWNS = {
    BillKind.TRADE: ("微信订单号", "商户订单号", "商户数据包"),
    BillKind.FUND: ("微信支付业务单号", "业务凭证号"),
    BillKind.SPLIT: ("微信分账/回退单号", "商户分账/回退单号"),
}
_Row = dict[str, str]


def bill(book: Book, kind: BillKind, day: str) -> bytes | None:
    """The file of a day in Asia/Shanghai; None for a day on which nothing happened."""
    rows = {BillKind.TRADE: _trades, BillKind.FUND: _funds, BillKind.SPLIT: _splits}[kind](book, day)
    if not rows:
        return None
    rows = _lied(rows, kind, book.faults.bill_lies)
    names = _HEADS[kind].split(",")
    lines = [_HEADS[kind], *(",".join(f"`{row.get(name, '')}" for name in names) for row in rows)]
    return ("\ufeff" + "\r\n".join([*lines, "总交易单数,总金额", f"`{len(rows)},`0.00"]) + "\r\n").encode()


def _trades(book: Book, day: str) -> list[_Row]:
    paid = [_paid(trade) for trade in book.trades.values() if _on(book, trade, day)]
    refunds = [_refunded(p) for p in book.parts.values() if p.step is Step.REFUND and book.local_day(p.at) == day]
    return paid + refunds


def _on(book: Book, trade: Trade, day: str) -> bool:
    return trade.paid_at is not None and book.local_day(trade.paid_at) == day


def _common(trade: Trade, at: str) -> _Row:
    # An automatic deduction stands under a number of WeChat's own; ours is in the packet.
    auto = trade.hold is not None
    return {
        "交易时间": at,
        "公众账号ID": APP_ID,
        "商户号": SP_MCHID,
        "特约商户号": trade.sub,
        "微信订单号": trade.own,
        "商户订单号": f"9{trade.own[1:]}" if auto else trade.number,
        "用户标识": "openid-of-a-driver",
        "交易类型": "AUTH" if auto else "JSAPI",
        "货币种类": "CNY",
        "商品名称": "充电",
        "商户数据包": f"wxzff|{trade.hold.own}|{trade.hold.number}" if trade.hold else "",
        "费率": "0.60%",
    }


def _paid(trade: Trade) -> _Row:
    at = "" if trade.paid_at is None else f"{trade.paid_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
    amount = yuan(Money(trade.fen))
    return _common(trade, at) | {
        "交易状态": "SUCCESS",
        "应结订单金额": amount,
        "订单金额": amount,
        "手续费": yuan(Money(trade.fee)),
        "退款金额": "0.00",
        "申请退款金额": "0.00",
    }


def _refunded(part: Part) -> _Row:
    amount = yuan(Money(part.fen))
    return _common(part.trade, f"{part.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}") | {
        "交易状态": "REFUND",
        "微信退款单号": part.own,
        "商户退款单号": part.number,
        "退款金额": amount,
        "申请退款金额": amount,
        "退款状态": "SUCCESS",
        "手续费": "0.00",
        "订单金额": "0.00",
        "应结订单金额": "0.00",
    }


def _shares(book: Book, day: str) -> list[Part]:
    kinds = (Step.SPLIT, Step.SPLIT_RETURN)
    return [p for p in book.parts.values() if p.step in kinds and p.state == "DONE" and book.local_day(p.at) == day]


def _funds(book: Book, day: str) -> list[_Row]:
    return [
        {
            "记账时间": f"{part.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}",
            "微信支付业务单号": part.own,
            "资金流水单号": part.own,
            "业务名称": "分账",
            "业务类型": "分账" if part.step is Step.SPLIT else "分账回退",
            "收支类型": "收入" if part.step is Step.SPLIT else "支出",
            "收支金额（元）": yuan(Money(part.fen)),
            "账户结余（元）": "0.00",
            "业务凭证号": part.number,
        }
        for part in _shares(book, day)
    ]


def _splits(book: Book, day: str) -> list[_Row]:
    return [
        {
            "分账时间": f"{part.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}",
            "分账发起方": SP_MCHID,
            "分账方": part.trade.sub,
            "微信订单号": part.trade.own,
            "微信分账/回退单号": part.own,
            "分账明细单号": part.own,
            "商户分账/回退单号": part.number,
            "订单金额": yuan(Money(part.trade.fen)),
            "分账接收方": SP_MCHID,
            "分账金额": yuan(Money(part.fen)),
            "业务类型": "分账" if part.step is Step.SPLIT else "分账回退",
            "处理状态": "分账成功",
        }
        for part in _shares(book, day)
    ]


def _lied(rows: list[_Row], kind: BillKind, lies: Sequence[BillLie]) -> list[_Row]:
    for lie in lies if rows else ():
        first, rest = rows[0], rows[1:]
        match lie:
            case BillLie.MISSING_ROW:
                rows = rest
            case BillLie.TWICE:
                rows = [first, first, *rest]
            case BillLie.EXTRA_ROW:
                rows = [first | dict.fromkeys(_OWNS[kind], "490000000000"), *rows]
            case BillLie.OTHER_AMOUNT:
                rows = [first | dict.fromkeys(_AMOUNTS[kind], "0.01"), *rest]
    return rows
