"""Rules about bills: sums, energy, times, confirmation."""

from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal

from finder.connectors.sdk.check.evidence import Evidence
from finder.connectors.sdk.check.rule import DESK, Found, Need, Rule, Severity, Text, found
from finder.connectors.sdk.sessions import Bill

MOST_KW = 1_500  # on average over a session; the strongest connectors in the field give less
ROUNDING_FEN = 1  # a line, where price times energy falls on half a fen
EPSILON_KWH = Decimal("0.005")  # a line
LEAST_TIMES = 5
CONFIRMED_BY = 2  # repeats after the bill was taken, from which on nobody listens to the answer
_ENERGY = ("KWH_OUT_OF_RANGE",)


def _bill(evidence: Evidence) -> Iterator[Bill]:
    seen: set[str] = set()
    for _, bill in evidence.bills():
        if bill.native_id not in seen:
            seen.add(bill.native_id)
            yield bill


def _unreadable(*codes: str, others: bool = False) -> Callable[[Evidence], Iterator[Found]]:
    def find(evidence: Evidence) -> Iterator[Found]:
        for entry, code, zh, en in evidence.unreadable():
            if (code in codes) is not others:
                yield found(str(entry.raw.get("native_id", "?")), zh, en)
        for push in evidence.pushes:
            for record in push.answer.refused:
                if not others and record.code in codes:
                    yield found(record.native_id, record.zh, record.en)

    return find


def _absurd(evidence: Evidence) -> Iterator[Found]:
    for bill in _bill(evidence):
        hours = Decimal(max((bill.ended_at - bill.started_at).total_seconds(), 1)) / 3600
        if bill.kwh / hours > MOST_KW:
            zh = f"{hours * 60:.0f} 分钟充了 {bill.kwh} kWh"
            yield found(bill.native_id, zh, f"{bill.kwh} kWh in {hours * 60:.0f} minutes")


def _total(evidence: Evidence) -> Iterator[Found]:
    for bill in _bill(evidence):
        if bill.electricity is not None and bill.service is not None:
            told = bill.electricity.fen + bill.service.fen + (bill.parking.fen if bill.parking else 0)
            if told != bill.total.fen:
                zh, en = f"各项共 {told} 分，总额 {bill.total.fen} 分", f"parts sum to {told} fen, not {bill.total.fen}"
                yield found(bill.native_id, zh, en)


def _lines(evidence: Evidence) -> Iterator[Found]:
    for bill in _bill(evidence):
        if not bill.lines:
            continue
        kwh = sum((line.kwh for line in bill.lines), Decimal(0))
        if abs(kwh - bill.kwh) > EPSILON_KWH * len(bill.lines):
            yield found(bill.native_id, f"明细共 {kwh} kWh，总量 {bill.kwh}", f"lines sum to {kwh} kWh, not {bill.kwh}")
            continue
        for name in ("electricity", "service"):
            whole = getattr(bill, name)
            parts = [getattr(line, name) for line in bill.lines]
            if whole is not None and None not in parts and sum(part.fen for part in parts) != whole.fen:
                told = sum(part.fen for part in parts)
                zh, en = f"明细共 {told} 分，总计 {whole.fen} 分", f"lines sum to {told} fen, not {whole.fen} ({name})"
                yield found(bill.native_id, zh, en)
                break


def _price(evidence: Evidence) -> Iterator[Found]:
    for bill in _bill(evidence):
        for line in bill.lines:
            for price, amount in ((line.electricity_price, line.electricity), (line.service_price, line.service)):
                if price and amount and abs(price.line(line.kwh).fen - amount.fen) > ROUNDING_FEN:
                    due = price.line(line.kwh).fen
                    zh, en = f"应为 {due} 分，写作 {amount.fen} 分", f"comes to {due} fen, billed {amount.fen}"
                    yield found(bill.native_id, zh, en)
                    break


def _never_confirmed(evidence: Evidence) -> Iterator[Found]:
    repeats = Counter(bill.native_id for entry, bill in evidence.bills() if entry.heard == "REPEATED")
    for number, times in repeats.items():
        if times >= CONFIRMED_BY:
            yield found(number, f"确认后又推送 {times} 次", f"was pushed {times} times more after it was confirmed")


def _disputed(evidence: Evidence) -> Iterator[Found]:
    bodies: dict[str, object] = {}
    for _, bill in evidence.bills():
        if bodies.setdefault(bill.native_id, bill) != bill:
            yield found(bill.native_id, "同一编号有两份不同的账单", "two different bills have this number")


def _seconds_lost(evidence: Evidence) -> Iterator[Found]:
    times = {time for bill in _bill(evidence) for time in (bill.started_at, bill.ended_at)}
    if len(times) >= LEAST_TIMES and all(time.second == 0 and time.microsecond == 0 for time in times):
        yield found(evidence.source, f"{len(times)} 个时间的秒数全为 0", f"all of {len(times)} times end in :00")


_BILLS = Need(
    lambda e: any(entry.kind == "bill" for entry in e.desk),
    Text("需要账单：收取推送，或能查询账单的连接器", "needs bills: receive pushes, or a connector that fetches them"),
    ("bills", "pushes"),
)

_TOLD = Need(lambda e: bool(e.desk or e.pushes), DESK.how, DESK.of)

RULES = (
    Rule(
        "BILL_ENERGY_RANGE",
        Severity.ERROR,
        Text("电量为负或过大", "an energy below 0 or beyond reason"),
        Text("TotalPower 以千瓦时计，0 至 10000", "write kWh, 0 to 10000"),
        _TOLD,
        _unreadable(*_ENERGY),
    ),
    Rule(
        "BILL_ENERGY_ABSURD",
        Severity.ERROR,
        Text("电量与时长不符", "an energy that the time does not allow"),
        Text("核对电量单位（千瓦时）与起止时间", "check the unit, kWh, and start and end"),
        _BILLS,
        _absurd,
    ),
    Rule(
        "BILL_UNREADABLE",
        Severity.ERROR,
        Text("会话或账单记录无法读取", "a session or a bill cannot be read"),
        Text(
            "按所附代码修正；金额以元计，时间须结束不早于开始",
            "mend it as its code says: yuan, and an end after the start",
        ),
        _TOLD,
        _unreadable(*_ENERGY, others=True),
    ),
    Rule(
        "BILL_TOTAL",
        Severity.ERROR,
        Text("账单合计不等于各项之和", "a bill's total is not the sum of its parts"),
        Text(
            "TotalMoney = TotalElecMoney + TotalSeviceMoney（另有停车费时一并列出）",
            "let the parts sum to the total, to the fen",
        ),
        _BILLS,
        _total,
    ),
    Rule(
        "BILL_LINES",
        Severity.ERROR,
        Text("账单明细之和不等于合计", "a bill's lines do not sum to it"),
        Text("逐段四舍五入后再求和，合计取其和", "round each line, then sum the rounded lines"),
        _BILLS,
        _lines,
    ),
    Rule(
        "BILL_PRICE",
        Severity.ERROR,
        Text("明细金额不等于电量乘单价", "a line is not its energy times its price"),
        Text("核对 ElecPrice、SevicePrice 与 DetailPower", "check the prices and the energy of the line"),
        _BILLS,
        _price,
    ),
    Rule(
        "BILL_NEVER_CONFIRMED",
        Severity.WARNING,
        Text("账单确认后仍在重发", "a bill is sent again although it was confirmed"),
        Text("收到 ConfirmResult 0 后停止重发", "stop after ConfirmResult 0"),
        _BILLS,
        _never_confirmed,
    ),
    Rule(
        "BILL_CHANGED",
        Severity.ERROR,
        Text("同一账单编号内容不同", "a bill's number comes with other content"),
        Text(
            "更正时使用新编号，并说明冲销哪一份", "give a correction a number of its own, and name what it takes back"
        ),
        _BILLS,
        _disputed,
    ),
    Rule(
        "BILL_SECONDS_LOST",
        Severity.WARNING,
        Text("账单时间没有秒", "bills have lost their seconds"),
        Text("时间精确到秒", "keep the seconds"),
        _BILLS,
        _seconds_lost,
    ),
)
