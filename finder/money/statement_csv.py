"""A statement as CSV for a spreadsheet: its last row is the SHA-256 of every byte before that row."""

import csv
import hashlib
import io
from collections.abc import Iterator

from finder.money.spreadsheet import BOM, plain, yuan
from finder.money.statements import Amounts, Statement

HEAD = (
    "订单 order", "会话 session", "日期 day", "电量 kWh", "电费 electricity", "服务费 service", "停车费 parking",
    "账单 billed", "变更 revised", "手续费 fee", "佣金 commission", "已结算 settled", "调整 adjusted",
    "净额 net", "已扣款 captured", "已退款 refunded", "已分账 split",
)  # fmt: skip
DIGEST = "校验 SHA-256"


def to_csv(statement: Statement) -> bytes:
    """UTF-8 with a mark for Excel; amounts in yuan."""
    body = _written(_rows(statement))
    return body + _written([(DIGEST, _digest(body))], first=False)


def digest(statement: Statement) -> str:
    """The same as stands in the CSV's last row: by it the CSV and the PDF are known to say the same."""
    return _digest(_written(_rows(statement)))


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _written(rows: Iterator[tuple[str, ...]] | list[tuple[str, ...]], *, first: bool = True) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return ((BOM if first else "") + out.getvalue()).encode()


def _rows(statement: Statement) -> Iterator[tuple[str, ...]]:
    yield from summary(statement)
    yield ()
    yield HEAD
    for line in statement.lines:
        parts = (yuan(part) for part in (line.electricity, line.service, line.parking))
        kwh = "" if line.kwh is None else f"{line.kwh:f}"
        cells = (plain(line.order), plain(line.session or ""), line.day.isoformat(), kwh, *parts)
        yield *cells, *amounts(line.amounts)
    sums = (yuan(statement.listed(part)) for part in ("electricity", "service", "parking"))
    yield "合计 total", "", "", f"{statement.kwh:f}", *sums, *amounts(statement.totals)
    yield ()
    yield "未结清订单 open items", "应付 payable", "用户应付 receivable", "退款在途 refund in transit", "挂账 suspense"
    for item in statement.open_items:
        yield plain(item.order), *map(yuan, (item.payable, item.receivable, item.in_transit, item.suspense))
    yield ()
    yield "未决差异 open differences", "业务日 day", "事项 entry", "差异 kind"
    for each in statement.differences:
        yield plain(each.ref), each.day.isoformat(), each.entry.value, each.kind.value


def summary(statement: Statement) -> list[tuple[str, str]]:
    """What stands above the table, in words and amounts."""
    since, until = statement.period.since, statement.period.until
    days = f"{since.isoformat()} – {until.isoformat()}（不含 excluded）"
    return [
        ("结算对账单 settlement statement", plain(statement.operator)),
        ("期间 period", f"{days}{' 未结束 provisional' if statement.provisional else ''}"),
        ("充电次数 sessions", str(statement.sessions)),
        ("电量 kWh", f"{statement.kwh:f}"),
        ("期初应付 opening balance", yuan(statement.opening)),
        ("本期净额 net of the period", yuan(statement.totals.net)),
        ("期末应付 net payable", yuan(statement.closing)),
    ]


def amounts(sums: Amounts) -> tuple[str, ...]:
    """The amounts of a row, as HEAD names them."""
    owed = (sums.billed, sums.revised, sums.fee, sums.commission, sums.settled, sums.adjusted, sums.net)
    return tuple(yuan(fen) for fen in (*owed, sums.captured, sums.refunded, sums.split))
