"""Reads ElectricityFee, ServiceFee and price policies as a tariff by time of use."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from finder.connectors.sdk.prices import ANY
from finder.connectors.tcec102.values import code, decimal_text, records, refuse
from finder.errors import BadInput
from finder.kernel.money import UnitPrice, unit_price
from finder.stations.model import Tariff, TariffPeriod

_DAY = 1440
MAX_PERIODS = 32
ELECTRICITY, SERVICE = "电费：", "服务费："  # before the words of each in a tariff's text
_PILES = {1: "DC", 2: "AC", 3: ANY}  # EquipmentType
_FREE = frozenset({"免费", "无", "免", "免收", "不收取"})
_PRICE = r"(?P<price>\d{1,3}(?:\.\d+)?)(?:元)?(?:/?(?:度|kwh|千瓦时))?"
_SPAN = r"\d{1,2}:\d{2}(?::00)?[-至]\d{1,2}:\d{2}(?::00)?"
_SPANS = rf"(?P<spans>{_SPAN}(?:[,、]{_SPAN})*)"
_LABEL = r"(?:(?:尖峰|高峰|低谷|平段|尖|峰|平|谷|深谷)(?:时段|电价|时|段)?)?"
_WHOLE = re.compile(rf"(?:全天)?:?{_PRICE}")
_PART = re.compile(rf"{_LABEL}:?\(?{_SPANS}\)?[:,=]?{_PRICE}[,;。、|]?")
_PLAIN = str.maketrans("：，；（）～~—–－【】[]", ":,;()-----()()")


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int
    price: UnitPrice


def read_tariff(tariff_id: str, electricity: str | None, service: str | None) -> Tariff | None:
    """The tariff in two free texts. Its periods are there only where both prices are known for them.

    '峰 1.2 平 0.8 谷 0.4' names no hours, and guessing them would mislead: such a text stays a text.
    """
    words = "；".join(f"{label}{said}" for label, said in ((ELECTRICITY, electricity), (SERVICE, service)) if said)
    if not words:
        return None
    return Tariff(id=tariff_id, periods=_both(_read(electricity), _read(service)), text=words)


def read_policy(tariff_id: str, policy: dict[str, Any], words: str | None) -> Tariff | None:
    """The tariff in an answer to query_equip_business_policy; None where it has none. Raises BadInput.

    Each period lasts until the next one starts, and the last one around midnight to the first.
    """
    infos = policy.get("PolicyInfos")
    if str(policy.get("SuccStat", 0)) != "0" or not isinstance(infos, list) or not infos:
        return None
    if len(infos) > MAX_PERIODS:
        refuse("POLICY_PERIODS", f"电价时段超过 {MAX_PERIODS} 个", f"more than {MAX_PERIODS} price periods")
    starts = sorted((_start(info), _price(info, "ElecPrice"), _price(info, "SevicePrice")) for info in infos)
    if starts[0][0] > 0:
        starts.insert(0, (0, *starts[-1][1:]))
    ends = [start for start, _, _ in starts[1:]] + [_DAY]
    periods = tuple(
        TariffPeriod(start=start, end=end, electricity=electricity, service=service)
        for (start, electricity, service), end in zip(starts, ends, strict=True)
    )
    return Tariff(id=tariff_id, periods=periods, text=words)


def read_fees(body: dict[str, Any]) -> dict[str, Tariff]:
    """The tariffs in a push of notification_stationFee, by current, or for ANY where it names no kind of pile.

    Raises BadInput.
    """
    infos = records(body, "ChargeFeeDetail")
    if not 1 <= len(infos) <= MAX_PERIODS * len(_PILES):
        refuse("FEE_PERIODS", "ChargeFeeDetail 缺失或过多", "ChargeFeeDetail is missing or has too many periods")
    periods: dict[str, list[TariffPeriod]] = {}
    for info in infos:
        if not isinstance(info, dict):
            refuse("NOT_AN_OBJECT", "ChargeFeeDetail 中有记录不是对象", "a record of ChargeFeeDetail is no object")
        start, end = _start(info), _start(info, "EndTime")
        prices = {"electricity": _price(info, "ElectricityFee"), "service": _price(info, "ServiceFee")}
        end = _DAY if end in (0, _DAY - 1) else end  # 23:59 means midnight
        spans = ((start, end),) if start < end else ((start, _DAY), (0, end))
        own = periods.setdefault(_PILES.get(code(info, "EquipmentType") or 0, ANY), [])
        own += [TariffPeriod(start=a, end=b, **prices) for a, b in spans]
    return {
        current: Tariff(id=current or "1", periods=tuple(sorted(found, key=lambda p: p.start)))
        for current, found in periods.items()
    }


def _start(info: object, name: str = "StartTime") -> int:
    digits = str(info.get(name, "")).replace(":", "") if isinstance(info, dict) else ""
    if name == "EndTime" and digits in ("2400", "240000"):
        return 0
    if not re.fullmatch(r"([01][0-9]|2[0-3])[0-5][0-9]([0-5][0-9])?", digits):
        refuse("POLICY_TIME", f"电价时段的时间 {digits!r:.20} 有误", f"a price period has the time {digits!r:.20}")
    return int(digits[:2]) * 60 + int(digits[2:4])


def _price(info: dict[str, Any], name: str) -> UnitPrice:
    read = decimal_text(info.get(name))
    if read is None:
        refuse("PRICE_OUT_OF_RANGE", f"{name} 不是价格", f"{name} is no price")
    return unit_price(read)


def _read(text: str | None) -> list[_Span]:
    """Spans of the day with their price; empty where any part of the text is not understood."""
    if not text:
        return []
    plain = re.sub(r"-+", "-", "".join(text.translate(_PLAIN).split()).lower().replace("每度", "").replace("到", "至"))
    try:
        if plain in _FREE:
            return [_Span(0, _DAY, UnitPrice(0))]
        if whole := _WHOLE.fullmatch(plain):
            return [_Span(0, _DAY, unit_price(whole["price"]))]
        return _parts(plain)
    except BadInput:
        return []


def _parts(plain: str) -> list[_Span]:
    spans: list[_Span] = []
    at = 0
    while at < len(plain):
        part = _PART.match(plain, at)
        if part is None or len(spans) > MAX_PERIODS:
            return []
        price = unit_price(part["price"])
        for times in re.split(r"[,、]", part["spans"]):
            start, end = (int(t.split(":")[0]) * 60 + int(t.split(":")[1]) for t in re.split(r"[-至]", times))
            if start >= _DAY or end > _DAY:
                return []
            if start < end:
                spans.append(_Span(start, end, price))
            else:  # over midnight
                spans += [s for s in (_Span(start, _DAY, price), _Span(0, end, price)) if s.start < s.end]
        at = part.end()
    spans.sort(key=lambda s: s.start)
    return [] if any(a.end > b.start for a, b in pairwise(spans)) else spans


def _both(electricity: Sequence[_Span], service: Sequence[_Span]) -> tuple[TariffPeriod, ...]:
    edges = sorted({edge for span in (*electricity, *service) for edge in (span.start, span.end)})
    periods: list[TariffPeriod] = []
    for start, end in pairwise(edges):
        one, other = _at(electricity, start), _at(service, start)
        if one is not None and other is not None:
            periods.append(TariffPeriod(start=start, end=end, electricity=one, service=other))
    return tuple(periods)


def _at(spans: Sequence[_Span], minute: int) -> UnitPrice | None:
    return next((span.price for span in spans if span.start <= minute < span.end), None)
