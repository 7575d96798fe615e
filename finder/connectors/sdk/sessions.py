"""What operators tell of a charging session and its bill, whatever their protocol."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from finder.errors import BadInput
from finder.kernel.money import Money, UnitPrice
from finder.stations.model import EvseId, Record, SourceId

OrderNo: TypeAlias = str  # ours; from a protocol with too little room for it, its short name (kernel/ids.py)

MAX_KWH = Decimal(10_000)  # a heavy truck's battery is far below it
MAX_FEN = 10_000_000


class SessionState(StrEnum):
    """Where a session stands, as its operator says."""

    STARTING = "STARTING"  # asked to start, or paid for: nothing flows yet
    CHARGING = "CHARGING"
    STOPPING = "STOPPING"
    ENDED = "ENDED"
    REJECTED = "REJECTED"  # it never began and will not
    UNKNOWN = "UNKNOWN"


class StopReason(StrEnum):
    """Why a session ended."""

    USER = "USER"
    PLATFORM = "PLATFORM"  # ours asked for it
    VEHICLE = "VEHICLE"  # the battery is full, or the car asked for it
    FAULT = "FAULT"
    UNPLUGGED = "UNPLUGGED"
    OTHER = "OTHER"


class BillLine(Record, frozen=True, kw_only=True):
    """A span of a session at one price; times in UTC, energy in kWh, prices per kWh. None where it was not told."""

    started_at: datetime
    ended_at: datetime
    kwh: Decimal
    electricity_price: UnitPrice | None = None
    service_price: UnitPrice | None = None
    electricity: Money | None = None
    service: Money | None = None


class SessionSeen(Record, frozen=True, kw_only=True):
    """What an operator said of a session at `observed_at`: amounts so far, None where it did not say.

    `native_id` is the operator's own number of the session; `order` is ours, None where the operator began it.
    Power in kW, state of charge in percent. Raises BadInput for a number that cannot be.
    """

    source: SourceId
    native_id: str
    state: SessionState
    observed_at: datetime
    order: OrderNo | None = None
    evse_id: EvseId | None = None
    connector_id: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    kwh: Decimal | None = None
    kw: Decimal | None = None
    soc: int | None = None
    electricity: Money | None = None
    service: Money | None = None
    total: Money | None = None
    lines: tuple[BillLine, ...] = ()
    reason: str | None = None  # why it was rejected or ended, in the operator's words or code

    def __post_init__(self) -> None:
        _check_id(self.native_id)
        _check_kwh(self.kwh)
        for money in (self.electricity, self.service, self.total):
            _check_money(money)
        if self.soc is not None and not 0 <= self.soc <= 100:
            raise BadInput(f"SOC {self.soc} 应为 0 至 100", f"SoC {self.soc} must be 0 to 100", code="SOC_OUT_OF_RANGE")


class Bill(Record, frozen=True, kw_only=True):
    """What an operator asks for a session that has ended; unique by source and `native_id`.

    The parts are electricity, service and parking, idle time included; their sum is `total` where all are told.
    Raises BadInput for a number that cannot be: below 0, above MAX_KWH or MAX_FEN, ended before it started.
    """

    source: SourceId
    native_id: str
    started_at: datetime
    ended_at: datetime
    kwh: Decimal
    total: Money
    order: OrderNo | None = None
    session_id: str | None = None  # the operator's number of the session, where it has another than the bill's
    evse_id: EvseId | None = None
    connector_id: str | None = None
    electricity: Money | None = None
    service: Money | None = None
    parking: Money | None = None
    lines: tuple[BillLine, ...] = ()
    stop_reason: StopReason = StopReason.OTHER
    credit_of: str | None = None  # the bill that this one takes back

    def __post_init__(self) -> None:
        _check_id(self.native_id)
        _check_kwh(self.kwh)
        for money in (self.total, self.electricity, self.service, self.parking):
            _check_money(money)
        if self.ended_at < self.started_at:
            raise BadInput(
                f"账单 {self.native_id} 的结束时间早于开始时间",
                f"bill {self.native_id} ends before it starts",
                code="BILL_ENDS_BEFORE_START",
            )


def _check_id(native_id: str) -> None:
    if not 1 <= len(native_id) <= 100 or not native_id.isprintable():
        raise BadInput(
            "会话或账单编号应为 1 至 100 个可见字符",
            "a session's or bill's number must have 1 to 100 visible characters",
            code="SESSION_ID",
        )


def _check_kwh(kwh: Decimal | None) -> None:
    if kwh is not None and not (kwh.is_finite() and 0 <= kwh <= MAX_KWH):
        raise BadInput(
            f"电量 {kwh} kWh 应为 0 至 {MAX_KWH}", f"energy {kwh} kWh must be 0 to {MAX_KWH}", code="KWH_OUT_OF_RANGE"
        )


def _check_money(money: Money | None) -> None:
    if money is not None and not 0 <= money.fen <= MAX_FEN:
        raise BadInput(
            f"金额 {money.fen} 分应为 0 至 {MAX_FEN}",
            f"an amount of {money.fen} fen must be 0 to {MAX_FEN}",
            code="MONEY_OUT_OF_RANGE",
        )
