"""What operators tell of running sessions into the desk's words; pure, one message at a time."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from finder.connectors.sdk.sessions import SessionSeen, SessionState
from finder.connectors.tcec102.bills import Teller, read_lines
from finder.connectors.tcec102.orders import order_of
from finder.connectors.tcec102.values import amount, code, identifier, moment, money_told, refuse, serial

STATES = {
    1: SessionState.STARTING,
    2: SessionState.CHARGING,
    3: SessionState.STOPPING,
    4: SessionState.ENDED,
    5: SessionState.UNKNOWN,
}
_AHEAD, _BEHIND = timedelta(minutes=5), timedelta(days=1)  # beyond these a time of the operator's is not believed
_MAX_KW = 4_000
_PHASES = (("CurrentA", "VoltageA"), ("CurrentB", "VoltageB"), ("CurrentC", "VoltageC"))
_ALREADY_STOPPED = 3


def map_start_result(raw: dict[str, Any], teller: Teller, sent_at: datetime) -> SessionSeen:
    """notification_start_charge_result: 'ended' here means that it never began. Raises BadInput."""
    if "SuccStat" in raw and "StartTime" not in raw:
        refuse("OTHER_MESSAGE", "这是停止充电结果，不是启动充电结果", "this is the result of a stop, not of a start")
    state = _state(raw)
    began_at = moment(raw, "StartTime", teller.profile)
    if state is SessionState.ENDED:
        state = SessionState.REJECTED
    return _seen(
        raw,
        teller,
        state,
        observed_at=_believed(began_at, sent_at),
        started_at=None if state is SessionState.REJECTED else began_at,
        reason=_reason(raw) if state is SessionState.REJECTED else None,
    )


def map_charge_status(raw: dict[str, Any], teller: Teller, told_at: datetime) -> SessionSeen:
    """What notification_equip_charge_status and query_equip_charge_status tell; EndTime is when it was sampled.

    So a sample that is sent again is the same one, whenever it comes. Raises BadInput.
    """
    state = _state(raw)
    began_at, sampled_at = moment(raw, "StartTime", teller.profile), moment(raw, "EndTime", teller.profile)
    if sampled_at and began_at and sampled_at < began_at:
        sampled_at = None
    kwh = amount(raw, "TotalPower")
    if kwh is None and state in (SessionState.CHARGING, SessionState.ENDED):
        refuse("ENERGY_MISSING", "缺少 TotalPower", "TotalPower is missing")
    return _seen(
        raw,
        teller,
        state,
        observed_at=_believed(sampled_at, told_at),
        started_at=began_at,
        ended_at=sampled_at if state is SessionState.ENDED else None,
        kwh=kwh,
        kw=_kw(raw) if state is SessionState.CHARGING else None,
        soc=_soc(raw),
        electricity=money_told(raw, "ElecMoney"),
        service=money_told(raw, "SeviceMoney"),
        total=money_told(raw, "TotalMoney"),
        lines=read_lines(raw, teller.profile),
    )


def map_stop_result(raw: dict[str, Any], teller: Teller, sent_at: datetime) -> SessionSeen:
    """notification_stop_charge_result: a stop that failed leaves the session where the operator says it is.

    Raises BadInput.
    """
    if code(raw, "SuccStat") not in (0, 1):
        refuse("OUTCOME_MISSING", "缺少 SuccStat", "SuccStat is missing")
    state = _state(raw)
    if code(raw, "SuccStat") == 1 and code(raw, "FailReason") == _ALREADY_STOPPED:
        state = SessionState.ENDED
    failed = code(raw, "SuccStat") == 1 and state is not SessionState.ENDED
    return _seen(raw, teller, state, observed_at=sent_at, reason=_reason(raw) if failed else None)


def _seen(raw: dict[str, Any], teller: Teller, state: SessionState, **told: Any) -> SessionSeen:
    number, connector_id = serial(raw, "StartChargeSeq"), identifier(raw, "ConnectorID")
    return SessionSeen(
        source=teller.source,
        native_id=number,
        order=order_of(number, teller.our_id),
        evse_id=f"{teller.source}/{connector_id}",
        connector_id=connector_id,
        state=state,
        **told,
    )


def _state(raw: dict[str, Any]) -> SessionState:
    number = code(raw, "StartChargeSeqStat")
    if number is None:
        refuse("STATE_MISSING", "缺少 StartChargeSeqStat", "StartChargeSeqStat is missing")
    return STATES.get(number, SessionState.UNKNOWN)


def _believed(told: datetime | None, at: datetime) -> datetime:
    """The operator's own time of its news, where its clock can be believed; else when it was told."""
    return told if told is not None and at - _BEHIND <= told <= at + _AHEAD else at


def _reason(raw: dict[str, Any]) -> str | None:
    number = code(raw, "FailReason")
    return None if number is None else f"FailReason {number}"[:100]


def _kw(raw: dict[str, Any]) -> Decimal | None:
    """Volts times amperes of every phase that was told; direct current comes as phase A."""
    told = [(amount(raw, current), amount(raw, voltage)) for current, voltage in _PHASES]
    watts = sum((amperes * volts for amperes, volts in told if amperes and volts), Decimal(0))
    kw = (watts / 1_000).quantize(Decimal("0.01"))
    return kw if 0 < kw <= _MAX_KW else None


def _soc(raw: dict[str, Any]) -> int | None:
    """Per cent; 0 is how alternating current says that it does not know."""
    told = amount(raw, "Soc")
    return int(told) if told is not None and 0 < told <= 100 else None
