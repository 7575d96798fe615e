"""What a session will cost, before it starts: line by line, with the cheapest hour before one has to leave."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from finder.charging.spans import HUNDREDTH, Span, spans, spread
from finder.errors import BadInput
from finder.kernel.money import Money, UnitPrice
from finder.stations.model import Connector, Current, Evse, EvseId, ParkingFee, Station, Tariff

VALID = timedelta(minutes=15)  # how long the prices of a quote are kept for its order
MAX_STAY = timedelta(hours=24)
MAX_AHEAD = timedelta(days=7)
MAX_KWH = Decimal(1_000)
_STEP = timedelta(minutes=15)  # between the starts that are compared for the cheapest hour


@dataclass(frozen=True, slots=True)
class Needs:
    """What a vehicle takes, in kW by current, and the energy that fits in; None where nobody said."""

    ac_kw: float | None = None
    dc_kw: float | None = None
    room_kwh: Decimal | None = None


@dataclass(frozen=True, slots=True)
class QuoteAsk:
    """A session to be priced: so much energy, or as much as flows until one leaves."""

    station: Station
    evse: Evse
    connector: Connector
    arrive: datetime
    energy_kwh: Decimal | None = None
    leave_at: datetime | None = None
    needs: Needs = Needs()


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """A piece of the session at one price; None where the price is not known."""

    starts_at: datetime
    ends_at: datetime
    kwh: Decimal
    electricity_price: UnitPrice | None
    service_price: UnitPrice | None
    electricity: Money | None
    service: Money | None


@dataclass(frozen=True, slots=True)
class Cheapest:
    """The start that costs least and still ends before one has to leave."""

    starts_at: datetime
    total: Money
    saves: Money


@dataclass(frozen=True, slots=True)
class Quote:
    """The session as it will cost, if it goes as asked. A sum is None where a part of it is not known: never 0.

    `tariff` is what the order is frozen to; it is kept whole, whatever the operator publishes later.
    """

    station_id: str
    evse_id: EvseId
    connector_id: str
    tariff: Tariff | None
    starts_at: datetime
    ends_at: datetime
    kwh: Decimal
    power_kw: float
    lines: Sequence[QuoteLine]
    electricity: Money | None
    service: Money | None
    parking: Money | None
    parking_text: str | None
    total: Money | None
    cheapest: Cheapest | None
    made_at: datetime

    @property
    def valid_until(self) -> datetime:
        """Until when an order may be begun at these prices."""
        return self.made_at + VALID


def quote(ask: QuoteAsk, now: datetime) -> Quote:
    """Prices a session. Raises BadInput for what cannot be asked."""
    _check(ask, now)
    power = _power_kw(ask)
    kwh, duration = _energy(ask, power)
    ends_at = ask.arrive + duration
    tariff = ask.station.tariff_of(ask.connector)
    lines = _lines(tariff, ask.arrive, ends_at, kwh)
    electricity = _sum([line.electricity for line in lines])
    service = _sum([line.service for line in lines])
    parking = Money(0) if ask.station.parking_fee is ParkingFee.FREE else None
    energy = _sum([electricity, service])
    return Quote(
        station_id=ask.station.id,
        evse_id=ask.evse.id,
        connector_id=ask.connector.id,
        tariff=tariff if tariff is not None and tariff.periods else None,
        starts_at=ask.arrive,
        ends_at=ends_at,
        kwh=kwh,
        power_kw=power,
        lines=lines,
        electricity=electricity,
        service=service,
        parking=parking,
        parking_text=ask.station.parking_text,
        total=_sum([energy, parking]),
        cheapest=None if energy is None or tariff is None else _cheapest(tariff, ask, kwh, duration, energy),
        made_at=now,
    )


def _refuse(code: str, zh: str, en: str) -> BadInput:
    return BadInput(zh, en, code=code)


def _check(ask: QuoteAsk, now: datetime) -> None:
    if ask.energy_kwh is None and ask.leave_at is None:
        raise _refuse("ENERGY_OR_LEAVE", "请给出所需电量或离开时间", "say how much energy, or until when")
    if ask.energy_kwh is not None and not 0 < ask.energy_kwh <= MAX_KWH:
        raise _refuse(
            "ENERGY_OUT_OF_RANGE",
            f"电量应大于 0 且不超过 {MAX_KWH} 度",
            f"the energy must be above 0 and at most {MAX_KWH} kWh",
        )
    if ask.needs.room_kwh is not None and not 0 < ask.needs.room_kwh <= MAX_KWH:
        raise _refuse(
            "ROOM_OUT_OF_RANGE",
            f"电池余量应大于 0 且不超过 {MAX_KWH} 度",
            f"the room in the battery must be above 0 and at most {MAX_KWH} kWh",
        )
    if not now - timedelta(minutes=5) <= ask.arrive <= now + MAX_AHEAD:
        raise _refuse(
            "ARRIVAL_OUT_OF_RANGE", "到达时间应在现在至 7 天之内", "the arrival must be between now and 7 days from now"
        )
    if ask.leave_at is not None and not ask.arrive < ask.leave_at <= ask.arrive + MAX_STAY:
        raise _refuse(
            "LEAVE_OUT_OF_RANGE",
            "离开时间应晚于到达时间，且不超过 24 小时",
            "one must leave after arriving, and within 24 hours",
        )


def _power_kw(ask: QuoteAsk) -> float:
    takes = ask.needs.dc_kw if ask.connector.current is Current.DC else ask.needs.ac_kw
    powers = [power for power in (ask.connector.power_kw, takes) if power is not None]
    if not powers:
        raise _refuse(
            "POWER_UNKNOWN",
            "该接口功率未知，请填写车辆的充电功率",
            "nobody knows this connector's power: say what your car takes",
        )
    return min(powers)


def _energy(ask: QuoteAsk, power_kw: float) -> tuple[Decimal, timedelta]:
    """The energy and how long it flows: the smallest of what is wanted, what fits, and what there is time for."""
    power = Decimal(str(power_kw))
    limits = [kwh for kwh in (ask.energy_kwh, ask.needs.room_kwh) if kwh is not None]
    if ask.leave_at is not None:
        hours = Decimal(str((ask.leave_at - ask.arrive).total_seconds())) / 3600
        limits.append((power * hours).quantize(HUNDREDTH))
    kwh = min(limits)
    return kwh, timedelta(seconds=float(kwh / power * 3600))


def _lines(tariff: Tariff | None, starts_at: datetime, ends_at: datetime, kwh: Decimal) -> list[QuoteLine]:
    if tariff is None or not tariff.periods:
        return [QuoteLine(starts_at, ends_at, kwh, None, None, None, None)]
    pieces = list(spans(tariff, starts_at, ends_at))
    parts = spread(kwh, [piece.seconds for piece in pieces])
    return [_line(piece, part) for piece, part in zip(pieces, parts, strict=True)]


def _line(piece: Span, kwh: Decimal) -> QuoteLine:
    if piece.period is None:
        return QuoteLine(piece.starts_at, piece.ends_at, kwh, None, None, None, None)
    electricity, service = piece.period.electricity, piece.period.service
    return QuoteLine(
        piece.starts_at, piece.ends_at, kwh, electricity, service, electricity.line(kwh), service.line(kwh)
    )


def _sum(parts: Sequence[Money | None]) -> Money | None:
    known = [part.fen for part in parts if part is not None]
    return Money(sum(known)) if len(known) == len(parts) else None


def _cheapest(tariff: Tariff, ask: QuoteAsk, kwh: Decimal, duration: timedelta, now_costs: Money) -> Cheapest | None:
    """The cheapest start, the earliest of equals; None where starting at once is cheapest or nobody said until when."""
    if ask.leave_at is None:
        return None
    best: tuple[int, datetime] | None = None
    for start in _starts(tariff, ask.arrive, ask.leave_at - duration):
        lines = _lines(tariff, start, start + duration, kwh)
        costs = _sum([_sum([line.electricity, line.service]) for line in lines])
        if costs is not None and (best is None or costs.fen < best[0]):
            best = costs.fen, start
    if best is None or best[0] >= now_costs.fen:
        return None
    return Cheapest(best[1], Money(best[0]), Money(now_costs.fen - best[0]))


def _starts(tariff: Tariff, first: datetime, last: datetime) -> Iterator[datetime]:
    """Every quarter of an hour, and where a price begins: in between nothing gets cheaper than at one of these."""
    if last <= first:
        yield first
        return
    changes = {span.starts_at for span in spans(tariff, first, last)}
    steps = (first + n * _STEP for n in range(int((last - first) / _STEP) + 1))
    yield from sorted({*changes, *steps, last})
