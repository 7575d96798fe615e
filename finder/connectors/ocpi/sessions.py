"""Session and CDR into what the desk takes; pure, one object at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from finder.connectors.ocpi.ids import evse_id
from finder.connectors.ocpi.prices import fen, in_yuan, price
from finder.connectors.ocpi.values import (
    Object,
    decimal,
    enumeration,
    identifier,
    mapping,
    moment,
    nested,
    objects,
    reference,
    refuse,
    text,
)
from finder.connectors.sdk.sessions import Bill, BillLine, OrderNo, SessionSeen, SessionState
from finder.kernel.money import Money
from finder.stations.model import EvseId, SourceId

AHEAD = timedelta(minutes=5)  # how far a platform's clock may be ahead of ours
MAX_PERIODS = 2_000

STATES = {
    "PENDING": SessionState.STARTING,  # perhaps for ever
    "RESERVATION": SessionState.STARTING,
    "ACTIVE": SessionState.CHARGING,
    "COMPLETED": SessionState.ENDED,
    "INVALID": SessionState.REJECTED,  # declared void, and never billed
}
FindOrder = Callable[[Object], OrderNo | None]


@dataclass(frozen=True, slots=True)
class Teller:
    """Whose objects they are, when they came, and how an order of ours is found in one."""

    source: SourceId
    received_at: datetime
    order_of: FindOrder


def references(raw: Object) -> list[str]:
    """What may be a reference of ours in a Session or CDR, in lower case: the authorisation's, then the token's."""
    told = (raw.get("authorization_reference"), nested(raw, "cdr_token").get("uid"))
    return list(dict.fromkeys(each.lower() for each in told if isinstance(each, str) and 1 <= len(each) <= 64))


def map_session(raw: object, teller: Teller) -> SessionSeen:
    """A Session. Amounts in another currency are not known. Raises BadInput."""
    told = mapping(raw, "Session")
    observed_at = _time(told, "last_updated")
    if observed_at > teller.received_at + AHEAD:
        refuse("CLOCK_SKEW", "last_updated 在未来，请校时", "last_updated is in the future: set your clock")
    status = enumeration(told.get("status"))
    started_at, ended_at = moment(told.get("start_date_time")), moment(told.get("end_date_time"))
    periods = _periods(told)
    last = _dimensions(periods[-1]) if periods else {}
    total = price(told.get("total_cost"), "total_cost") if in_yuan(told.get("currency")) else None
    state = STATES.get(status, SessionState.UNKNOWN)
    soc = last.get("STATE_OF_CHARGE")
    return SessionSeen(
        source=teller.source,
        native_id=identifier(told, "id"),
        state=state,
        observed_at=observed_at,
        order=teller.order_of(told),
        evse_id=_evse(teller.source, reference(told, "location_id"), reference(told, "evse_uid")),
        connector_id=reference(told, "connector_id"),
        started_at=started_at,
        ended_at=ended_at,
        kwh=decimal(told.get("kwh")),
        kw=last.get("POWER"),
        soc=int(soc) if soc is not None and 0 <= soc <= 100 else None,
        total=None if total is None else fen(total),
        lines=_lines(periods, ended_at or observed_at),
        reason=status if state in (SessionState.REJECTED, SessionState.UNKNOWN) or status == "RESERVATION" else None,
    )


def map_cdr(raw: object, teller: Teller) -> Bill:
    """A CDR. The model has no amounts but yuan, so one in another currency is refused. Raises BadInput.

    OCPI does not part electricity from service: the cost of energy is the first, fees and time are the second.
    A credit CDR has a negative total; the bill has it positive and names what it takes back.
    """
    told = mapping(raw, "CDR")
    if not in_yuan(told.get("currency")):
        refuse("CURRENCY", "仅支持人民币（CNY）结算的 CDR", "only CDRs in CNY can be taken")
    credit = told.get("credit") is True
    total = price(told.get("total_cost"), "total_cost")
    kwh = decimal(told.get("total_energy"))
    if total is None or kwh is None:
        refuse("CDR_INCOMPLETE", "CDR 缺少 total_cost 或 total_energy", "the CDR lacks total_cost or total_energy")
    if credit != (reference(told, "credit_reference_id") is not None):
        refuse(
            "CREDIT_REFERENCE",
            "credit 与 credit_reference_id 应同时出现",
            "credit and credit_reference_id come together or not at all",
        )
    place, ended_at = nested(told, "cdr_location"), _time(told, "end_date_time")
    electricity, service, parking = _parts(told, abs(total) if credit else total)
    uid = reference(place, "evse_uid") or reference(place, "evse_id")
    return Bill(
        source=teller.source,
        native_id=identifier(told, "id"),
        started_at=_time(told, "start_date_time"),
        ended_at=ended_at,
        kwh=kwh,
        total=fen(abs(total) if credit else total),
        order=teller.order_of(told),
        session_id=reference(told, "session_id"),
        evse_id=_evse(teller.source, reference(place, "id"), uid),
        connector_id=reference(place, "connector_id"),
        electricity=electricity,
        service=service,
        parking=parking,
        lines=_lines(_periods(told), ended_at),
        credit_of=reference(told, "credit_reference_id"),
    )


def _parts(raw: Object, total: Decimal) -> tuple[Money | None, Money | None, Money | None]:
    energy = price(raw.get("total_energy_cost"), "total_energy_cost")
    fees = [price(raw.get(f"total_{name}_cost"), f"total_{name}_cost") for name in ("fixed", "time", "reservation")]
    told = [fee for fee in fees if fee is not None]
    other = sum(told, Decimal(0)) if told else None
    parking = price(raw.get("total_parking_cost"), "total_parking_cost")
    shown = [None if each is None else fen(each) for each in (energy, other, parking)]
    if energy is not None and other is not None and energy + other + (parking or 0) == total:
        # They add up before rounding, so they shall after it.
        rest = sum(each.fen for each in shown[1:] if each is not None)
        shown[0] = Money(fen(total).fen - rest)
    return shown[0], shown[1], shown[2]


def _evse(source: SourceId, location_id: str | None, uid: str | None) -> EvseId | None:
    return None if location_id is None or uid is None else evse_id(source, location_id, uid)


def _periods(raw: Object) -> list[Object]:
    periods = objects(raw, "charging_periods")
    if len(periods) > MAX_PERIODS:
        zh, en = f"charging_periods 超过 {MAX_PERIODS} 段", f"more than {MAX_PERIODS} charging_periods"
        refuse("TOO_MANY_PERIODS", zh, en)
    return list(periods)


def _dimensions(period: Object) -> dict[str, Decimal]:
    read = {enumeration(d.get("type")): decimal(d.get("volume")) for d in objects(period, "dimensions")}
    return {name: volume for name, volume in read.items() if volume is not None}


def _lines(periods: Sequence[Object], ends_at: datetime) -> tuple[BillLine, ...]:
    """Spans with their energy; none where any of them cannot be read or none tells its energy."""
    starts = [moment(period.get("start_date_time")) for period in periods]
    energies = [_dimensions(period).get("ENERGY") for period in periods]
    if not periods or None in starts or all(each is None for each in energies):
        return ()
    rows = sorted(
        ((start, energy or Decimal(0)) for start, energy in zip(starts, energies, strict=True) if start is not None),
        key=lambda row: row[0],
    )
    ends = [start for start, _ in rows[1:]] + [max(ends_at, rows[-1][0])]
    return tuple(
        BillLine(started_at=start, ended_at=end, kwh=kwh) for (start, kwh), end in zip(rows, ends, strict=True)
    )


def _time(raw: Object, name: str) -> datetime:
    read = moment(raw.get(name))
    if read is None:
        said = text(str(raw.get(name)), 30)
        refuse("BAD_TIME", f"{name} {said!r} 不是时间", f"{name} {said!r} is no time")
    return read
