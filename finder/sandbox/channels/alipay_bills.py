"""A practice Alipay's bills of a day: a ZIP with a table and its summary in GBK."""

import zipfile
from collections.abc import Sequence
from io import BytesIO

from finder.money.channels.port import Step
from finder.sandbox.channels.alipay_forms import amount, local
from finder.sandbox.channels.book import Book
from finder.sandbox.channels.faults import BillLie
from finder.sandbox.channels.model import Part, Trade

_TRADE = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,"
    "商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,"
    "商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"
)
_STATEMENT = (
    "账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,交易渠道,"
    "业务类型,备注"
)
_HEADS = {"trade": ("业务明细", _TRADE), "signcustomer": ("账务明细", _STATEMENT)}
_Row = dict[str, str]


def bill(book: Book, of: str, merchant: str, day: str) -> bytes | None:
    """The archive of one operator's day in Asia/Shanghai; None for a day on which nothing happened."""
    rows = _trades(book, merchant, day) if of == "trade" else _statement(book, merchant, day)
    if not rows:
        return None
    rows = _lied(rows, of, book.faults.bill_lies)
    title, head = _HEADS[of]
    names = head.split(",")
    table = [
        f"#支付宝{title}查询",
        f"#账号：[{merchant}]",
        f"#-----{title}列表----",
        head,
        *(",".join(f"{row.get(name, '')}\t" for name in names) for row in rows),
        f"#-----{title}列表结束----",
    ]
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{merchant}_{day}_{title}(汇总).csv", "门店编号,合计\r\n".encode("gbk"))
        archive.writestr(f"{merchant}_{day}_{title}.csv", "\r\n".join(table).encode("gbk"))
    return made.getvalue()


def _trades(book: Book, merchant: str, day: str) -> list[_Row]:
    mine = [trade for trade in book.trades.values() if trade.sub == merchant and trade.paid_at is not None]
    parts = _of(book, merchant, day, (Step.REFUND,))
    return [_paid(trade) for trade in mine if trade.paid_at and book.local_day(trade.paid_at) == day] + [
        _refunded(part) for part in parts
    ]


def _of(book: Book, merchant: str, day: str, steps: Sequence[Step]) -> list[Part]:
    parts = [part for part in book.parts.values() if part.step in steps and part.state == "DONE"]
    return [part for part in parts if part.trade.sub == merchant and book.local_day(part.at) == day]


def _paid(trade: Trade) -> _Row:
    at = local(trade.paid_at) if trade.paid_at else ""
    return {
        "支付宝交易号": trade.own,
        "商户订单号": trade.number,
        "业务类型": "交易",
        "商品名称": "充电",
        "对方账户": "account-of-a-driver",
        "创建时间": local(trade.at),
        "完成时间": at,
        "订单金额（元）": amount(trade.fen),
        "商家实收（元）": amount(trade.fen),
        "服务费（元）": amount(-trade.fee),
    }


def _refunded(part: Part) -> _Row:
    return _paid(part.trade) | {
        "业务类型": "退款",
        "完成时间": local(part.at),
        "订单金额（元）": amount(-part.fen),
        "商家实收（元）": amount(-part.fen),
        "退款批次号/请求号": part.number,
        "服务费（元）": "0.00",
    }


def _statement(book: Book, merchant: str, day: str) -> list[_Row]:
    rows: list[_Row] = []
    for trade in book.trades.values():
        if trade.sub == merchant and trade.paid_at and book.local_day(trade.paid_at) == day:
            rows += [
                _line(trade.own, trade.number, local(trade.paid_at), "在线支付", trade.fen),
                _line(f"f{trade.own}", trade.number, local(trade.paid_at), "收费", -trade.fee),
            ]
    for part in _of(book, merchant, day, (Step.REFUND, Step.SPLIT)):
        if part.step is Step.SPLIT:
            rows.append(_line(part.own, part.number, local(part.at), "交易分账", -part.fen))
            continue
        rows.append(_line(part.own, part.number, local(part.at), "交易退款", -part.fen))
        if part.back:
            rows.append(_line(f"b{part.own}", part.number, local(part.at), "分账回退", part.back))
    return rows


def _line(own: str, number: str, at: str, kind: str, fen: int) -> _Row:
    return {
        "账务流水号": own,
        "业务流水号": own,
        "商户订单号": number,
        "发生时间": at,
        "收入金额（+元）": amount(fen) if fen > 0 else "",
        "支出金额（-元）": amount(fen) if fen < 0 else "",
        "业务类型": kind,
    }


def _lied(rows: list[_Row], of: str, lies: Sequence[BillLie]) -> list[_Row]:
    fen = ("订单金额（元）", "商家实收（元）") if of == "trade" else ("收入金额（+元）",)
    owns = ("支付宝交易号", "商户订单号") if of == "trade" else ("账务流水号", "商户订单号")
    for lie in lies if rows else ():
        first, rest = rows[0], rows[1:]
        match lie:
            case BillLie.MISSING_ROW:
                rows = rest
            case BillLie.TWICE:
                rows = [first, first, *rest]
            case BillLie.EXTRA_ROW:
                rows = [first | dict.fromkeys(owns, "490000000000"), *rows]
            case BillLie.OTHER_AMOUNT:
                rows = [first | dict.fromkeys(fen, "0.01"), *rest]
    return rows
