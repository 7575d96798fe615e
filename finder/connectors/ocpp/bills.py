"""Makes the bill of a transaction from its meter's readings, under the pile's own tariff."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import accumulate

from finder.connectors.ocpp.meter import MISSING, register_at, span_at
from finder.connectors.sdk.pile_book import Meter, PileTransaction, Reading
from finder.connectors.sdk.sessions import Bill, BillLine
from finder.errors import BadInput
from finder.kernel.money import Money
from finder.stations.model import EvseId, Tariff, TariffPeriod


@dataclass(frozen=True, slots=True)
class Amounts:
    """What was charged, and what it costs: the sums of the lines, to the fen."""

    kwh: Decimal
    electricity: Money
    service: Money
    lines: tuple[BillLine, ...]

    @property
    def total(self) -> Money:
        """Electricity and service."""
        return Money(self.electricity.fen + self.service.fen)


def amounts(meter: Meter, tariff: Tariff) -> Amounts:
    """A line for each period in which energy flowed: kWh × price, half up to the fen, the end of a period excluded.

    Where no reading stands on a period's border, the register is read there along the straight line between its
    neighbours, in whole Wh; so the lines always sum to what the meter showed.
    """
    lines: list[BillLine] = []
    readings = _rising(meter.readings)
    if readings:
        start, wh, until = readings[0].at, readings[0].wh, readings[-1].at
        more = True
        while more:  # once at least: a clock that stands still stamps the end like the beginning
            _, edge, period = span_at(tariff, start)
            end = min(edge, until)
            then = register_at(readings, end)
            if then > wh:
                lines.append(_line(start, end, Decimal(then - wh) / 1000, period))
            start, wh, more = end, then, end < until
    return Amounts(
        kwh=sum((line.kwh for line in lines), Decimal(0)),
        electricity=Money(sum(line.electricity.fen for line in lines if line.electricity)),
        service=Money(sum(line.service.fen for line in lines if line.service)),
        lines=tuple(lines),
    )


def make_bill(t: PileTransaction, evse_id: EvseId, *, still: bool = False) -> Bill | str:
    """The bill of a transaction that has ended, or the code of why there is none.

    `still`: the end told the very reading with which it began, so that one is enough.
    """
    if t.meter.trouble:
        return t.meter.trouble
    if len(t.meter.readings) < (1 if still else 2) or t.started_at is None or t.ended_at is None:
        return MISSING
    owed = amounts(t.meter, t.tariff)
    try:
        return Bill(
            source=t.source,
            native_id=str(t.number),
            started_at=t.started_at,
            ended_at=t.ended_at,
            kwh=owed.kwh,
            total=owed.total,
            order=t.order,
            evse_id=evse_id,
            connector_id=str(t.evse),
            electricity=owed.electricity,
            service=owed.service,
            lines=owed.lines,
            stop_reason=t.stop,
        )
    except BadInput as bad:
        return bad.code


def _line(start: datetime, end: datetime, kwh: Decimal, period: TariffPeriod) -> BillLine:
    return BillLine(
        started_at=start,
        ended_at=end,
        kwh=kwh,
        electricity_price=period.electricity,
        service_price=period.service,
        electricity=period.electricity.line(kwh),
        service=period.service.line(kwh),
    )


def _rising(readings: Sequence[Reading]) -> list[Reading]:
    """Without the small steps back that rounding makes."""
    highest = accumulate((each.wh for each in readings), max)
    return [Reading(at=each.at, wh=wh) for each, wh in zip(readings, highest, strict=True)]
