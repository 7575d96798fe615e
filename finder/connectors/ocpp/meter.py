"""Reads a meter's register with suspicion, and keeps of the readings those that a bill needs."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from finder.connectors.sdk.pile_book import Meter, Reading
from finder.kernel.clock import SHANGHAI
from finder.stations.model import Tariff, TariffPeriod

MAX_WH = 10**13  # a register that shows more is broken
TOLERANCE_WH = 10  # what rounding to two decimals of a kWh may turn back
ALLOWANCE_WH = 500  # what a reading that was stamped late may bring at once
ALLOWANCE_FACTOR = Decimal("1.25")  # over the connector's power
BACKWARDS, JUMP, ABSURD, MISSING = "METER_BACKWARDS", "METER_JUMP", "METER_ABSURD", "METER_MISSING"
_HOUR = timedelta(hours=1)
_MICROSECOND = timedelta(microseconds=1)


def reading(at: datetime, wh: Decimal | int) -> Reading | None:
    """A register's value as a reading, to the whole Wh; None for one that no meter shows."""
    exact = Decimal(wh)
    # Compared before it is rounded: 1E+999999999 is a number too.
    if not exact.is_finite() or not -MAX_WH < exact < MAX_WH:
        return None
    return Reading(at=at, wh=int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP)))


def take(meter: Meter, news: Iterable[Reading | None], power_kw: float, tariff: Tariff) -> Meter:
    """The meter with more readings, in whatever order they come. What is wrong with it once stays wrong."""
    trouble = meter.trouble
    known = set(meter.readings)
    for new in news:
        if new is None or new.wh < 0:
            trouble = trouble or ABSURD
        else:
            known.add(new)
    ordered = sorted(known, key=lambda r: (r.at, r.wh))
    trouble = trouble or _trouble(ordered, power_kw)
    return Meter(readings=tuple(_thinned(ordered, tariff)), trouble=trouble)


def _trouble(readings: Sequence[Reading], power_kw: float) -> str | None:
    highest = 0
    for one, other in pairwise(readings):
        highest = max(highest, one.wh)
        if other.wh < highest - TOLERANCE_WH:
            return BACKWARDS
        hours = Decimal((other.at - one.at) // _MICROSECOND) / Decimal(_HOUR // _MICROSECOND)
        if other.wh - one.wh > Decimal(str(power_kw)) * 1000 * hours * ALLOWANCE_FACTOR + ALLOWANCE_WH:
            return JUMP
    return None


def _thinned(readings: Sequence[Reading], tariff: Tariff) -> Iterator[Reading]:
    """Without those that stand between two others of the same period: no bill looks at them."""
    periods = [span_at(tariff, each.at)[0] for each in readings]
    for n, each in enumerate(readings):
        inner = 0 < n < len(readings) - 1
        if not inner or not periods[n - 1] == periods[n] == periods[n + 1]:
            yield each


def span_at(tariff: Tariff, moment: datetime) -> tuple[datetime, datetime, TariffPeriod]:
    """The period that holds this moment, on its day: from when, until when (excluded), at which prices."""
    local = moment.astimezone(SHANGHAI)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    period = tariff.at(local.hour * 60 + local.minute)
    if period is None:  # the register takes no such tariff
        raise ValueError(f"tariff {tariff.id} has no price at {local:%H:%M}")
    start, end = midnight + timedelta(minutes=period.start), midnight + timedelta(minutes=period.end)
    return start.astimezone(moment.tzinfo), end.astimezone(moment.tzinfo), period


def register_at(readings: Sequence[Reading], moment: datetime) -> int:
    """What the register showed at that moment, in Wh; between two readings along a straight line."""
    before = max((r for r in readings if r.at <= moment), key=lambda r: (r.at, r.wh))
    after = next((r for r in readings if r.at > moment), None)
    if after is None or before.at == moment:
        return before.wh
    share = Decimal((moment - before.at) // _MICROSECOND) / Decimal((after.at - before.at) // _MICROSECOND)
    return before.wh + int((share * (after.wh - before.wh)).quantize(Decimal(1), rounding=ROUND_HALF_UP))
