"""Reads Tariff: periods of the day where its price per kWh can be said exactly, words everywhere."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

from finder.connectors.ocpi.prices import in_yuan
from finder.connectors.ocpi.values import (
    Object,
    decimal,
    display_text,
    enumeration,
    moment,
    nested,
    objects,
    text,
    words,
)
from finder.errors import BadInput
from finder.kernel.money import UnitPrice, unit_price
from finder.stations.model import Tariff, TariffPeriod

_DAY = 1440
MAX_ELEMENTS = 200
_WEEK = frozenset({"MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"})
_OURS = frozenset({"", "REGULAR"})  # not ad hoc payment, nor a driver's charging preference
_TOLD_APART = ("ENERGY", "PARKING_TIME")  # the price itself, and what is told in words; any other fee changes the sum
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_LIMITS = (
    "min_kwh",
    "max_kwh",
    "min_current",
    "max_current",
    "min_power",
    "max_power",
    "min_duration",
    "max_duration",
)
_UNITS = {
    "ENERGY": ("电量", "/kWh"),
    "TIME": ("充电时长", "/小时"),
    "PARKING_TIME": ("占位", "/小时"),
    "FLAT": ("起步", ""),
}


@dataclass(frozen=True, slots=True)
class _Element:
    """A TariffElement: minutes of the day in which it holds, and its yuan per unit by dimension."""

    spans: Sequence[tuple[int, int]]
    prices: Mapping[str, Decimal]

    def holds(self, minute: int) -> bool:
        return any(start <= minute < end for start, end in self.spans)


class _Inexact(Exception):
    """That the price cannot be said as yuan per kWh by the time of day."""


def in_force(raw: Object, now: datetime) -> bool:
    """Whether a tariff of ours is valid at this moment."""
    start, end = moment(raw.get("start_date_time")), moment(raw.get("end_date_time"))
    return enumeration(raw.get("type")) in _OURS and (start is None or start <= now) and (end is None or now < end)


def read_tariff(tariff_id: str, raw: Object, zone: ZoneInfo, now: datetime) -> Tariff:
    """A tariff with periods where they are exact: in yuan, taxes known, no fee but per kWh, no limit but time of day.

    OCPI does not part electricity from service: a period has the whole price as electricity and 0 as service. An idle
    fee (PARKING_TIME) is told in words and does not change the price per kWh. Times are local to `zone`.
    """
    try:
        periods = tuple(_periods(raw, now.astimezone(zone).date()))
    except (_Inexact, BadInput):
        periods = ()
    return Tariff(id=tariff_id, periods=periods, text=_words(raw, exact=bool(periods)), zone=zone.key)


def _periods(raw: Object, today: date) -> Iterator[TariffPeriod]:
    limits = [nested(raw, name) for name in ("min_price", "max_price")]
    if not in_yuan(raw.get("currency")) or any(limits):
        raise _Inexact
    elements = [e for each in objects(raw, "elements")[:MAX_ELEMENTS] if (e := _element(each, raw, today))]
    if not elements or len(objects(raw, "elements")) > MAX_ELEMENTS:
        raise _Inexact
    if any(price for e in elements for dimension, price in e.prices.items() if dimension not in _TOLD_APART):
        raise _Inexact
    # OCPI's free tariff: a FLAT of 0 all day, and no price for energy anywhere.
    priced = any("ENERGY" in element.prices for element in elements)
    free = not priced and any("FLAT" in e.prices and e.spans == [(0, _DAY)] for e in elements)
    edges = sorted({0, _DAY, *(edge for element in elements for span in element.spans for edge in span)})
    last: TariffPeriod | None = None
    for start, end in pairwise(edges):
        found = _unit_price_at(elements, start, free=free)
        if found is None:
            continue
        if last is not None and last.end == start and last.electricity == found:
            last = TariffPeriod(start=last.start, end=end, electricity=found, service=UnitPrice(0))
            continue
        if last is not None:
            yield last
        last = TariffPeriod(start=start, end=end, electricity=found, service=UnitPrice(0))
    if last is not None:
        yield last


def _unit_price_at(elements: Sequence[_Element], minute: int, *, free: bool) -> UnitPrice | None:
    """What a kWh costs; the first element that holds and prices energy counts (OCPI, Tariff object)."""
    if free:
        return UnitPrice(0)
    # Where none holds the specification says that energy costs nothing. That is more often a gap than a gift.
    return next((unit_price(e.prices["ENERGY"]) for e in elements if "ENERGY" in e.prices and e.holds(minute)), None)


def _element(raw: Object, tariff: Object, today: date) -> _Element | None:
    """None for one that can never matter to a session: a reservation's, or one that has ended."""
    limits = nested(raw, "restrictions")
    if limits.get("reservation") is not None:
        return None
    end_date = _date(limits.get("end_date"))
    if end_date is not None and end_date <= today:
        return None
    prices: dict[str, Decimal] = {}
    for component in objects(raw, "price_components"):
        prices.setdefault(enumeration(component.get("type")), _with_taxes(component, tariff))
    idle_only = set(prices) <= {"PARKING_TIME"}
    bounded = any(limits.get(name) is not None for name in (*_LIMITS, "start_date", "end_date"))
    days = {enumeration(day) for day in words(limits, "day_of_week")}
    if not idle_only and (bounded or (days and not days >= _WEEK)):
        raise _Inexact
    return _Element(_spans(limits), prices)


def _with_taxes(component: Object, tariff: Object) -> Decimal:
    """The price that a driver pays. 2.3.0 says in `tax_included` what it holds, 2.2.1 prices are without VAT."""
    price, vat = decimal(component.get("price")), component.get("vat")
    included = enumeration(tariff.get("tax_included"))
    if price is None or price < 0:
        raise _Inexact
    if included in ("YES", "N/A") or price == 0:
        return price
    if vat is None:
        if included == "NO":
            raise _Inexact  # taxes come on top, and nobody says how much
        return price
    rate = decimal(vat)
    if rate is None or not 0 <= rate <= 100:
        raise _Inexact
    return price * (100 + rate) / 100


def _spans(limits: Object) -> list[tuple[int, int]]:
    start, end = _minute(limits.get("start_time")), _minute(limits.get("end_time"))
    begin = 0 if start is None else start
    until = _DAY if end is None or end == 0 else end
    if begin == until:
        raise _Inexact  # the whole day, or none of it
    if begin < until:
        return [(begin, until)]
    return [(0, until), (begin, _DAY)]


def _minute(value: object) -> int | None:
    if value is None or value == "":
        return None
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise _Inexact
    return int(found[1]) * 60 + int(found[2])


def _date(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _words(raw: Object, *, exact: bool) -> str | None:
    """The operator's own words and, where no periods say it, the elements spelled out with their currency."""
    said = display_text(raw, "tariff_alt_text")
    spelled = [line for element in objects(raw, "elements")[:10] for line in _spell(element, raw, exact=exact)]
    return text("；".join(dict.fromkeys([*([said] if said else []), *spelled])), 500)


def _spell(element: Object, tariff: Object, *, exact: bool) -> Iterator[str]:
    limits = nested(element, "restrictions")
    if limits.get("reservation") is not None:
        return
    currency = text(tariff.get("currency"), 3) or "?"
    for component in objects(element, "price_components"):
        kind, amount = enumeration(component.get("type")), decimal(component.get("price"))
        if kind not in _UNITS or amount is None or not amount or (exact and kind != "PARKING_TIME"):
            continue
        name, unit = _UNITS[kind]
        start, end = text(limits.get("start_time"), 5), text(limits.get("end_time"), 5)
        hours = f"（{start or '00:00'}-{end or '24:00'}）" if start or end else ""
        others = any(limits.get(key) not in (None, []) for key in (*_LIMITS, "start_date", "end_date", "day_of_week"))
        yield f"{name}{hours} {amount:f} {currency}{unit}{_taxes(component, tariff)}{'，有附加条件' if others else ''}"


def _taxes(component: Object, tariff: Object) -> str:
    match enumeration(tariff.get("tax_included")):
        case "YES":
            return "（含税）"
        case "N/A":
            return ""
        case "NO":
            return "（未含税）"
    rate = decimal(component.get("vat"))
    return "" if rate is None else f"（未含 {rate:f}% 税）"
