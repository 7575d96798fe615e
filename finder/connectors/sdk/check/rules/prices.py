"""Rules about prices: units, whole days, texts that contradict themselves."""

import re
from collections.abc import Iterator
from itertools import pairwise

from finder.connectors.sdk.check.evidence import Evidence
from finder.connectors.sdk.check.rule import STATIONS, TARIFFS, Found, Rule, Severity, Text, found, refusals, together
from finder.stations.model import Station, Tariff

# Yuan per kWh, electricity and service together, in 1/10,000: the dearest that was seen in China is below 4.
DEAR_E4, FEN_E4 = 50_000, 200_000
_DAY = 1440
_YUAN = re.compile(r"(\d+(?:\.\d+)?)\s*元/?(?:度|kwh|千瓦时)", re.IGNORECASE)
_SPAN = re.compile(r"(?<!\d)([01]?\d|2[0-4]):([0-5]\d)(?::00)?\s*[-–—~～至到]\s*([01]?\d|2[0-4]):([0-5]\d)")


def _tariffs(evidence: Evidence) -> Iterator[tuple[Station, Tariff]]:
    for station in evidence.stations:
        for tariff in station.tariffs:
            yield station, tariff


def _dearest(tariff: Tariff) -> int:
    return max((period.electricity.e4 + period.service.e4 for period in tariff.periods), default=0)


def _in_fen(evidence: Evidence) -> Iterator[Found]:
    for station, tariff in _tariffs(evidence):
        said = [float(number) for number in _YUAN.findall(tariff.text or "")] if not tariff.periods else []
        if said and max(said) * 10_000 > FEN_E4:
            yield found(station.id, f"写作 {max(said)} 元", f"is written as {max(said)} yuan")
        elif (price := _dearest(tariff)) > FEN_E4:
            yield found(station.id, f"每度 {price / 10_000:.4f} 元", f"{price / 10_000:.4f} yuan per kWh")


def _tenfold(evidence: Evidence) -> Iterator[Found]:
    for station, tariff in _tariffs(evidence):
        if DEAR_E4 < (price := _dearest(tariff)) <= FEN_E4:
            yield found(station.id, f"每度 {price / 10_000:.4f} 元", f"{price / 10_000:.4f} yuan per kWh")


def _free(evidence: Evidence) -> Iterator[Found]:
    for station, tariff in _tariffs(evidence):
        if tariff.periods and _dearest(tariff) == 0:
            yield found(station.id, "每度 0 元", "0 yuan per kWh")


def _gaps(evidence: Evidence) -> Iterator[Found]:
    for station, tariff in _tariffs(evidence):
        told = sum(period.end - period.start for period in tariff.periods)
        if tariff.periods and told < _DAY:
            zh, en = f"一天缺 {_DAY - told} 分钟", f"{_DAY - told} minutes of the day have no price"
            yield found(station.id, zh, en)


def _overlaps(evidence: Evidence) -> Iterator[Found]:
    for station, tariff in _tariffs(evidence):
        for words in re.split(r"服务费", tariff.text or ""):
            spans = sorted(
                (int(a) * 60 + int(b), int(c) * 60 + int(d)) for a, b, c, d in _SPAN.findall(words) if (a, b) != (c, d)
            )
            if any(one[1] > other[0] and one[0] < one[1] for one, other in pairwise(spans)):
                yield found(station.id, f"时段重叠：{words[:80]}", f"periods overlap: {words[:80]}")
                break


def _unread(evidence: Evidence) -> Iterator[Found]:
    for station, tariff in _tariffs(evidence):
        if tariff.text and not tariff.periods:
            yield found(station.id, f"读不懂 {tariff.text!r:.60}", f"{tariff.text!r:.60} names no periods")


def _no_tariff(evidence: Evidence) -> Iterator[Found]:
    for station in evidence.stations:
        if not station.tariffs:
            yield found(station.id, "没有电价", "has no price")


RULES = (
    Rule(
        "PRICE_IN_FEN",
        Severity.ERROR,
        Text("电价单位疑为分", "a price looks like fen"),
        Text("以元/度填写：0.9184，不是 91.84", "write yuan per kWh: 0.9184, not 91.84"),
        STATIONS,
        together(_in_fen, refusals("PRICE_OUT_OF_RANGE")),
    ),
    Rule(
        "PRICE_TENFOLD",
        Severity.ERROR,
        Text("电价疑为十倍", "a price looks tenfold"),
        Text(
            "核对小数点：电费加服务费通常为 0.3 至 3 元/度", "check the decimal point: 0.3 to 3 yuan per kWh is usual"
        ),
        STATIONS,
        _tenfold,
    ),
    Rule(
        "PRICE_ZERO",
        Severity.WARNING,
        Text("电价为 0", "a price is 0"),
        Text("不免费的站点填写电价；未知时留空", "send the price, or nothing where it is not known"),
        TARIFFS,
        _free,
    ),
    Rule(
        "TARIFF_GAPS",
        Severity.WARNING,
        Text("电价时段没有覆盖全天", "price periods leave a part of the day out"),
        Text("时段首尾相接，从 00:00 到 24:00", "let the periods join, from 00:00 to 24:00"),
        TARIFFS,
        _gaps,
    ),
    Rule(
        "TARIFF_OVERLAPS",
        Severity.ERROR,
        Text("电价时段重叠", "price periods overlap"),
        Text("同一时刻只能有一个价格", "one moment has one price"),
        TARIFFS,
        together(_overlaps, refusals("TARIFF_PERIODS")),
    ),
    Rule(
        "TARIFF_UNREAD",
        Severity.WARNING,
        Text("电价文字读不懂", "a price's text is not understood"),
        Text(
            "写成“峰(08:00-11:00)0.9184元/度；…”，或提供 query_equip_business_policy",
            "write '峰(08:00-11:00)0.9184元/度；…', or serve query_equip_business_policy",
        ),
        TARIFFS,
        _unread,
    ),
    Rule(
        "TARIFF_MISSING",
        Severity.WARNING,
        Text("站点没有电价", "a station has no price"),
        Text("填写 ElectricityFee 与 ServiceFee", "send ElectricityFee and ServiceFee"),
        STATIONS,
        _no_tariff,
    ),
)
