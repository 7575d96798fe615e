"""An operator's bill held against the tariff that the order was frozen to.

It is accepted where no line differs from the recomputed one by more than a fen and the lines sum to the total. The
driver pays the lower of the two, and never more than was agreed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from finder.charging.spans import spans
from finder.connectors.sdk.sessions import Bill, BillLine
from finder.kernel.money import Money
from finder.stations.model import Tariff, TariffPeriod

TOLERANCE_FEN = 1  # a line, and a part of it


class Wrong(StrEnum):
    """Why a bill is not accepted."""

    LINE = "LINE"  # a line's price is not the frozen one
    LINES_SUM = "LINES_SUM"  # the lines do not sum to the total or the parts
    ENERGY_SUM = "ENERGY_SUM"
    NO_TARIFF = "NO_TARIFF"  # nothing was agreed to hold it against
    ABOVE_CAP = "ABOVE_CAP"  # more than the driver agreed to at most


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the driver pays of a bill, and why not all of it. `expected` is None where it cannot be recomputed."""

    accepted: bool
    pays: Money
    expected: Money | None
    wrong: Sequence[Wrong] = ()


def check_bill(bill: Bill, tariff: Tariff | None, cap: Money) -> Verdict:
    """Holds a bill against its order's tariff and cap; all of the rest is disputed, never captured."""
    wrong: list[Wrong] = []
    if not _sums(bill):
        wrong.append(Wrong.LINES_SUM)
    if bill.lines and sum((line.kwh for line in bill.lines), Decimal(0)) > bill.kwh + Decimal("0.01") * len(bill.lines):
        wrong.append(Wrong.ENERGY_SUM)
    if tariff is None or not tariff.periods:
        wrong.append(Wrong.NO_TARIFF)
        return _verdict(bill, None, wrong, cap)
    parking = bill.parking.fen if bill.parking else 0
    if bill.lines and all(_told(line) is None for line in bill.lines):
        expected, fits = _judge_together(bill.lines, bill.total.fen - parking, tariff)
        wrong += [] if fits else [Wrong.LINE]
        return _verdict(bill, Money(expected + parking), wrong, cap)
    expected = 0
    for line in bill.lines or (_whole(bill),):
        pays, fits = _judge(line, tariff)
        expected += pays
        if not fits:
            wrong.append(Wrong.LINE)
    return _verdict(bill, Money(expected + parking), wrong, cap)


def _verdict(bill: Bill, expected: Money | None, wrong: list[Wrong], cap: Money) -> Verdict:
    pays = bill.total.fen if expected is None else min(bill.total.fen, expected.fen)
    if pays > cap.fen:
        wrong.append(Wrong.ABOVE_CAP)
        pays = cap.fen
    unique = tuple(dict.fromkeys(wrong))
    return Verdict(not unique, Money(pays), expected, unique)


def _whole(bill: Bill) -> BillLine:
    """A bill without lines is one line."""
    return BillLine(
        started_at=bill.started_at,
        ended_at=bill.ended_at,
        kwh=bill.kwh,
        electricity=bill.electricity,
        service=bill.service if bill.service is not None else _rest(bill),
    )


def _rest(bill: Bill) -> Money | None:
    if bill.electricity is None:
        return Money(bill.total.fen - (bill.parking.fen if bill.parking else 0))
    return None


def _judge(line: BillLine, tariff: Tariff) -> tuple[int, bool]:
    """What the line may cost in fen, and whether what it says is within a fen of that, electricity and service apart.

    A line that runs over a change of price may cost anything between the cheaper and the dearer.
    """
    prices = _prices(line, tariff)
    if not prices:
        return 0, False
    electricity = [price.electricity.line(line.kwh).fen for price in prices]
    service = [price.service.line(line.kwh).fen for price in prices]
    if line.electricity is not None and line.service is not None:
        parts = [(line.electricity.fen, electricity), (line.service.fen, service)]
    else:
        told = line.electricity or line.service
        sums = [e + s for e, s in zip(electricity, service, strict=True)]
        parts = [(told.fen if told is not None else max(sums) + TOLERANCE_FEN + 1, sums)]
    pays = sum(min(max(fen, min(may)), max(may)) for fen, may in parts)
    return pays, all(min(may) - TOLERANCE_FEN <= fen <= max(may) + TOLERANCE_FEN for fen, may in parts)


def _judge_together(lines: Sequence[BillLine], told: int, tariff: Tariff) -> tuple[int, bool]:
    """Lines that tell energy and no money, as those of OCPI do: what all of them may cost, held against their sum."""
    least = most = 0
    for line in lines:
        prices = _prices(line, tariff)
        if not prices:
            return 0, False
        sums = [price.electricity.line(line.kwh).fen + price.service.line(line.kwh).fen for price in prices]
        least, most = least + min(sums), most + max(sums)
    tolerance = TOLERANCE_FEN * len(lines)
    return min(max(told, least), most), least - tolerance <= told <= most + tolerance


def _prices(line: BillLine, tariff: Tariff) -> list[TariffPeriod]:
    if line.ended_at > line.started_at:
        pieces = [span.period for span in spans(tariff, line.started_at, line.ended_at)]
    else:
        local = line.started_at.astimezone(ZoneInfo(tariff.zone))
        pieces = [tariff.at(local.hour * 60 + local.minute)]
    return [piece for piece in pieces if piece is not None]


def _told(line: BillLine) -> int | None:
    parts = [part.fen for part in (line.electricity, line.service) if part is not None]
    return sum(parts) if parts else None


def _sums(bill: Bill) -> bool:
    told = [part.fen for part in (bill.electricity, bill.service) if part is not None]
    parking = bill.parking.fen if bill.parking else 0
    if len(told) == 2 and sum(told) + parking != bill.total.fen:
        return False
    lines = [_told(line) for line in bill.lines]
    if not lines or None in lines:
        return True
    return sum(fen for fen in lines if fen is not None) + parking == bill.total.fen
