"""What operators ask for, into the desk's words; pure, exact to the fen."""

from dataclasses import dataclass
from typing import Any

from finder.connectors.sdk.sessions import MAX_KWH, Bill, BillLine, StopReason
from finder.connectors.tcec102.orders import order_of
from finder.connectors.tcec102.profile import Profile
from finder.connectors.tcec102.values import (
    amount,
    code,
    decimal_text,
    identifier,
    moment,
    money,
    records,
    refuse,
    serial,
)
from finder.errors import BadInput
from finder.kernel.money import Money, UnitPrice, unit_price
from finder.stations.model import SourceId

MAX_LINES = 100  # the standard's SumPeriod ends at 32
STOP_REASONS = {
    0: StopReason.USER,
    1: StopReason.PLATFORM,
    2: StopReason.VEHICLE,
    3: StopReason.FAULT,
    4: StopReason.UNPLUGGED,
}


@dataclass(frozen=True, slots=True)
class Teller:
    """Who tells, in which dialect; `our_id` begins the numbers that we gave."""

    source: SourceId
    our_id: str
    profile: Profile


def map_bill(raw: dict[str, Any], teller: Teller) -> Bill:
    """notification_charge_order_info, exact to the fen. Raises BadInput."""
    number = serial(raw, "StartChargeSeq")
    started_at, ended_at = moment(raw, "StartTime", teller.profile), moment(raw, "EndTime", teller.profile)
    kwh, total = amount(raw, "TotalPower"), money(raw, "TotalMoney")
    if started_at is None or ended_at is None or kwh is None or total is None:
        refuse(
            "BILL_INCOMPLETE",
            "账单应有 StartTime、EndTime、TotalPower 与 TotalMoney",
            "a bill must have StartTime, EndTime, TotalPower and TotalMoney",
        )
    connector_id = identifier(raw, "ConnectorID")
    return Bill(
        source=teller.source,
        native_id=number,
        order=order_of(number, teller.our_id),
        evse_id=f"{teller.source}/{connector_id}",
        connector_id=connector_id,
        started_at=started_at,
        ended_at=ended_at,
        kwh=kwh,
        total=total,
        electricity=_whole_fen(raw, "TotalElecMoney"),
        service=_whole_fen(raw, "TotalSeviceMoney"),
        lines=read_lines(raw, teller.profile),
        stop_reason=STOP_REASONS.get(-1 if (n := code(raw, "StopReason")) is None else n, StopReason.OTHER),
    )


def _whole_fen(raw: dict[str, Any], name: str) -> Money | None:
    """A part of a bill; where it is told to less than a fen it cannot be checked against the others."""
    try:
        return money(raw, name)
    except BadInput as error:
        if error.code == "FRACTION_OF_FEN":
            return None
        raise


def read_lines(raw: dict[str, Any], profile: Profile) -> tuple[BillLine, ...]:
    """The lines, or none where one lacks its times or its energy."""
    details = records(raw, "ChargeDetails")
    if len(details) > MAX_LINES:
        refuse("TOO_MANY_LINES", f"ChargeDetails 超过 {MAX_LINES} 条", f"more than {MAX_LINES} ChargeDetails")
    lines = [_line(detail, profile) for detail in details]
    return () if None in lines else tuple(line for line in lines if line)


def _line(detail: object, profile: Profile) -> BillLine | None:
    if not isinstance(detail, dict):
        refuse("NOT_AN_OBJECT", "ChargeDetails 中有记录不是对象", "a record of ChargeDetails is no object")
    started_at, ended_at = moment(detail, "DetailStartTime", profile), moment(detail, "DetailEndTime", profile)
    kwh = amount(detail, "DetailPower")
    if started_at is None or ended_at is None or kwh is None:
        return None
    electricity, service = _whole_fen(detail, "DetailElecMoney"), _whole_fen(detail, "DetailSeviceMoney")
    if (
        ended_at < started_at
        or not 0 <= kwh <= MAX_KWH
        or any(part and part.fen < 0 for part in (electricity, service))
    ):
        refuse("LINE_NUMBERS", "ChargeDetails 的时间、电量或金额有误", "times, energy or amounts of a line cannot be")
    return BillLine(
        started_at=started_at,
        ended_at=ended_at,
        kwh=kwh,
        electricity_price=_price(detail, "ElecPrice"),
        service_price=_price(detail, "SevicePrice"),
        electricity=electricity,
        service=service,
    )


def _price(detail: dict[str, Any], name: str) -> UnitPrice | None:
    told = decimal_text(detail.get(name))
    try:
        return None if told is None else unit_price(told)
    except BadInput:
        return None
