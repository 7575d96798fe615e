"""Our tariffs as T/CEC 102 tells them: two free texts, and PolicyInfos of query_equip_business_policy."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

from finder.connectors.tcec102.prices import ELECTRICITY, MAX_PERIODS, SERVICE
from finder.kernel.money import UnitPrice
from finder.stations.model import Tariff

_DAY = 1440


def write_texts(tariffs: Sequence[Tariff]) -> tuple[str, str]:
    """ElectricityFee and ServiceFee: the operator's own words, where all of its tariffs have the same."""
    said = {tariff.text for tariff in tariffs}
    words = next(iter(said)) if len(said) == 1 else None
    if words is None:
        return "", ""
    if not words.startswith(ELECTRICITY):
        return ("", words.removeprefix(SERVICE)) if words.startswith(SERVICE) else (words, "")
    electricity, _, service = words.removeprefix(ELECTRICITY).partition(f"；{SERVICE}")
    return electricity, service


def write_policy(tariff: Tariff | None, zone: str) -> list[dict[str, Any]]:
    """PolicyInfos; none where the protocol cannot tell it: each of its periods lasts until the next one starts, so
    the day must be without a gap, in the zone of this wire."""
    if tariff is None or tariff.zone != zone or not 1 <= len(tariff.periods) <= MAX_PERIODS:
        return []
    periods = tariff.periods
    whole = periods[0].start == 0 and periods[-1].end == _DAY and all(a.end == b.start for a, b in pairwise(periods))
    if not whole:
        return []
    return [
        {
            "StartTime": f"{period.start // 60:02d}{period.start % 60:02d}00",
            "ElecPrice": _yuan(period.electricity),
            "SevicePrice": _yuan(period.service),
        }
        for period in periods
    ]


def _yuan(price: UnitPrice) -> Decimal:
    return Decimal(price.e4).scaleb(-4)
