"""Time cut at a tariff's prices, and energy spread over the pieces."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from zoneinfo import ZoneInfo

from finder.kernel.money import Money, UnitPrice
from finder.stations.model import Tariff, TariffPeriod

HUNDREDTH = Decimal("0.01")  # of a kWh, as meters and bills tell it
_DAY = 1440


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open piece of time at one price; `period` is None where the tariff tells no price for it."""

    starts_at: datetime
    ends_at: datetime
    period: TariffPeriod | None

    @property
    def seconds(self) -> float:
        """How long it is."""
        return (self.ends_at - self.starts_at).total_seconds()


def spans(tariff: Tariff, starts_at: datetime, ends_at: datetime) -> Iterator[Span]:
    """The pieces of starts_at <= t < ends_at, cut where the price changes in the tariff's own zone."""
    zone = ZoneInfo(tariff.zone)
    at = starts_at
    while at < ends_at:
        local = at.astimezone(zone)
        minute = local.hour * 60 + local.minute
        period = tariff.at(minute)
        ends = period.end if period else min((p.start for p in tariff.periods if p.start > minute), default=_DAY)
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        # By the wall clock, then back to UTC: a day of a zone with summer time has 23 or 25 hours.
        wall = midnight + timedelta(days=1) if ends == _DAY else midnight.replace(hour=ends // 60, minute=ends % 60)
        until = min(max(wall.astimezone(at.tzinfo), at + timedelta(seconds=1)), ends_at)
        yield Span(at, until, period)
        at = until


def spread(kwh: Decimal, weights: Sequence[float]) -> list[Decimal]:
    """The energy in proportion to the weights, in hundredths of a kWh that sum to it exactly (largest remainder)."""
    total = sum(weights)
    if not weights or total <= 0:
        return [kwh, *([Decimal(0)] * (len(weights) - 1))] if weights else []
    shares = [kwh * Decimal(str(weight)) / Decimal(str(total)) for weight in weights]
    parts = [share.quantize(HUNDREDTH, rounding=ROUND_FLOOR) for share in shares]
    left = int((kwh - sum(parts)) / HUNDREDTH)
    order = sorted(range(len(parts)), key=lambda n: parts[n] - shares[n])
    for n in order[:left]:
        parts[n] += HUNDREDTH
    parts[order[0]] += kwh - sum(parts)  # what is finer than a hundredth stays with the largest remainder
    return parts


def line(kwh: Decimal, price: UnitPrice) -> Money:
    """kWh x price, rounded half up to the fen."""
    return price.line(kwh)
