"""One charge at a practice operator, and the bodies in which T/CEC 102 tells of it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from finder.kernel.clock import SHANGHAI
from finder.sandbox.day import CHARGING, OCCUPIED
from finder.sandbox.meter import FULL_KWH, Line, Meter

STARTING, RUNNING, STOPPING, ENDED = 1, 2, 3, 4  # StartChargeSeqStat
BY_USER, BY_PLATFORM, BY_VEHICLE = 0, 1, 2  # StopReason

Body = dict[str, Any]


@dataclass(slots=True)
class Charge:
    """A charge from its start command on. `stat` only grows."""

    serial: str
    gun_id: str
    meter: Meter
    asked_at: datetime
    stat: int = STARTING
    started_at: datetime | None = None
    ended_at: datetime | None = None
    told_at: datetime | None = None
    stop_reason: int = BY_VEHICLE
    vin: str | None = None  # told with its status, where the operator knows it

    def lines(self, now: datetime) -> list[Line]:
        """What has flowed by now."""
        if self.started_at is None:
            return []
        # By whole seconds, as the end is told: or the last reading would lie below the one before it.
        return self.meter.lines(self.started_at, (self.ended_at or now).replace(microsecond=0))

    def start_result(self) -> Body:
        """notification_start_charge_result."""
        return {
            "StartChargeSeq": self.serial,
            "StartChargeSeqStat": self.stat,
            "ConnectorID": self.gun_id,
            "StartTime": wire_time(self.started_at or self.asked_at),
            "IdentCode": self.serial[-4:],
        }

    def status(self, now: datetime) -> Body:
        """query_equip_charge_status and notification_equip_charge_status."""
        lines, flows = self.lines(now), self.stat == RUNNING
        electricity, service = _sums(lines)
        kwh = sum((line.kwh for line in lines), Decimal(0))
        volts = Decimal(400)
        return {
            "StartChargeSeq": self.serial,
            "StartChargeSeqStat": self.stat,
            "ConnectorID": self.gun_id,
            "ConnectorStatus": CHARGING if flows else OCCUPIED,
            "CurrentA": (self.meter.kw * 1000 / volts).quantize(Decimal("0.1")) if flows else 0,
            "VoltageA": volts if flows else 0,
            "Soc": int(20 + 80 * min(kwh / FULL_KWH, Decimal(1))),
            "StartTime": wire_time(self.started_at or self.asked_at),
            "EndTime": wire_time(self.ended_at or now),
            "TotalPower": kwh,
            "ElecMoney": electricity,
            "SeviceMoney": service,
            "TotalMoney": electricity + service,
            "SumPeriod": len(lines),
            "ChargeDetails": [_detail(line) for line in lines],
            **({} if self.vin is None else {"VIN": self.vin}),
        }

    def stop_result(self) -> Body:
        """notification_stop_charge_result."""
        return {
            "StartChargeSeq": self.serial,
            "StartChargeSeqStat": self.stat,
            "ConnectorID": self.gun_id,
            "SuccStat": 0,
            "FailReason": 0,
        }

    def bill(self) -> Body:
        """notification_charge_order_info of a charge that has ended."""
        if self.started_at is None or self.ended_at is None:
            raise ValueError("only what has ended has a bill")
        lines = self.lines(self.ended_at)
        electricity, service = _sums(lines)
        return {
            "StartChargeSeq": self.serial,
            "ConnectorID": self.gun_id,
            "StartTime": wire_time(self.started_at),
            "EndTime": wire_time(self.ended_at),
            "TotalPower": sum((line.kwh for line in lines), Decimal(0)),
            "TotalElecMoney": electricity,
            "TotalSeviceMoney": service,
            "TotalMoney": electricity + service,
            "StopReason": self.stop_reason,
            "SumPeriod": len(lines),
            "ChargeDetails": [_detail(line) for line in lines],
        }


def wire_time(moment: datetime) -> str:
    """In the operator's zone, which it does not name."""
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def _sums(lines: list[Line]) -> tuple[Decimal, Decimal]:
    return sum((line.electricity for line in lines), Decimal(0)), sum((line.service for line in lines), Decimal(0))


def _detail(line: Line) -> Body:
    return {
        "DetailStartTime": wire_time(line.started_at),
        "DetailEndTime": wire_time(line.ended_at),
        "ElecPrice": line.electricity_price,
        "SevicePrice": line.service_price,
        "DetailPower": line.kwh,
        "DetailElecMoney": line.electricity,
        "DetailSeviceMoney": line.service,
    }
