"""A practice charge's meter: energy by the clock, money by the price of the hour, exact to the fen."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from finder.kernel.clock import SHANGHAI
from finder.sandbox.prices import PracticeTariff

FULL_KWH = Decimal(60)  # then the battery ends the charge
_CENT = Decimal("0.01")
_MICROSECONDS_AN_HOUR = Decimal(3_600_000_000)


@dataclass(frozen=True, slots=True)
class Line:
    """A span of a charge at one price; energy in kWh, money in yuan."""

    started_at: datetime
    ended_at: datetime
    kwh: Decimal
    electricity_price: Decimal
    service_price: Decimal

    @property
    def electricity(self) -> Decimal:
        """Yuan, to the fen."""
        return (self.kwh * self.electricity_price).quantize(_CENT, ROUND_HALF_UP)

    @property
    def service(self) -> Decimal:
        """Yuan, to the fen."""
        return (self.kwh * self.service_price).quantize(_CENT, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Meter:
    """A charge at constant power (kW) that runs `speed` times as fast as the clock."""

    kw: Decimal
    speed: Decimal
    tariff: PracticeTariff

    def full_after(self) -> timedelta:
        """How long it takes until the battery is full."""
        return timedelta(microseconds=int(FULL_KWH / (self.kw * self.speed) * _MICROSECONDS_AN_HOUR))

    def lines(self, since: datetime, until: datetime) -> list[Line]:
        """The spans of one price each, in order; none before anything has flowed."""
        lines: list[Line] = []
        at, told = since, Decimal(0)
        while at < until:
            price, ends_at = self._price(at)
            end = min(ends_at, until)
            # Of the reading at its end, so that the lines sum to the meter whatever was cut off.
            reading = self._reading(end - since)
            lines.append(Line(at, end, reading - told, price, Decimal(self.tariff.service)))
            at, told = end, reading
        return lines

    def _reading(self, after: timedelta) -> Decimal:
        hours = Decimal(after // timedelta(microseconds=1)) / _MICROSECONDS_AN_HOUR
        return (self.kw * self.speed * hours).quantize(_CENT, ROUND_DOWN)

    def _price(self, at: datetime) -> tuple[Decimal, datetime]:
        """What electricity costs at this moment, and until when."""
        local = at.astimezone(SHANGHAI)
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        minute = local.hour * 60 + local.minute
        starts = self.tariff.starts()
        price = [price for start, price in starts if start <= minute][-1]
        following = min((start for start, _ in starts if start > minute), default=24 * 60)
        return price, (midnight + timedelta(minutes=following)).astimezone(at.tzinfo)
