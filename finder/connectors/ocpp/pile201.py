"""A pile that speaks OCPP 2.0.1."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog
from ocpp.exceptions import OccurrenceConstraintViolationError, PropertyConstraintViolationError
from ocpp.v201 import ChargePoint, call, call_result
from ocpp.v201.datatypes import (
    ComponentType,
    EVSEType,
    IdTokenInfoType,
    IdTokenType,
    SetVariableDataType,
    VariableType,
)
from ocpp.v201.enums import (
    Action,
    AuthorizationStatusEnumType,
    DataTransferStatusEnumType,
    IdTokenEnumType,
    MessageTriggerEnumType,
    RegistrationStatusEnumType,
    RequestStartStopStatusEnumType,
)

from finder.connectors.ocpp.authorize import REFUSED, Verdict
from finder.connectors.ocpp.library import on
from finder.connectors.ocpp.pile import Pile
from finder.connectors.ocpp.samples import measured
from finder.connectors.ocpp.sessions import Begun, Ended, Measured
from finder.connectors.ocpp.statuses import STATUS_201, WHOLE
from finder.connectors.ocpp.times import true_time, write_time
from finder.connectors.ocpp.tokens import shown_201
from finder.connectors.sdk.desk import Permission
from finder.connectors.sdk.pile_book import PileTransaction
from finder.connectors.sdk.sessions import StopReason

_ANSWERS: Mapping[Permission, AuthorizationStatusEnumType] = {
    Permission.ALLOWED: AuthorizationStatusEnumType.accepted,
    Permission.UNBOUND: AuthorizationStatusEnumType.unknown,
    Permission.NOT_ALLOWED: AuthorizationStatusEnumType.invalid,
    Permission.IN_ARREARS: AuthorizationStatusEnumType.no_credit,
    Permission.BAY_BLOCKED: AuthorizationStatusEnumType.blocked,
    Permission.REVOKED: AuthorizationStatusEnumType.blocked,
    Permission.ALREADY_CHARGING: AuthorizationStatusEnumType.concurrent_tx,
    Permission.UNKNOWN_OPERATOR: AuthorizationStatusEnumType.not_at_this_location,
    Permission.NO_AGREEMENT: AuthorizationStatusEnumType.no_credit,
    Permission.AGREEMENT_ENDED: AuthorizationStatusEnumType.expired,
    Permission.UNDECIDED: AuthorizationStatusEnumType.not_at_this_time,
}
_REASONS: Mapping[str, StopReason] = {
    "Local": StopReason.USER,
    "MasterPass": StopReason.USER,
    "Remote": StopReason.PLATFORM,
    "DeAuthorized": StopReason.PLATFORM,
    "EVDisconnected": StopReason.UNPLUGGED,
    "StoppedByEV": StopReason.VEHICLE,
    "SOCLimitReached": StopReason.VEHICLE,
    "EmergencyStop": StopReason.FAULT,
    "GroundFault": StopReason.FAULT,
    "OvercurrentFault": StopReason.FAULT,
    "PowerLoss": StopReason.FAULT,
    "PowerQuality": StopReason.FAULT,
}
_FLOWS: Mapping[str | None, bool] = {"Charging": True, "SuspendedEV": False, "SuspendedEVSE": False, "Idle": False}
_MAX_PLUGGED = 32
_TAKEN = RequestStartStopStatusEnumType.accepted
log = structlog.get_logger(__name__)


class Pile201(Pile, ChargePoint):  # type: ignore[misc]
    """Its messages as calls to the visit."""

    _plugged: dict[str, int]

    @on(Action.boot_notification)
    async def on_boot(self, charging_station: Mapping[str, Any], **_: Any) -> Any:
        """It has just been switched on."""
        log.info("pile_booted", pile=self.id, vendor=charging_station["vendor_name"], model=charging_station["model"])
        beat = round(self.visit.house.limits.heartbeat_s)
        return call_result.BootNotification(self._now(), beat, RegistrationStatusEnumType.accepted)

    @on(Action.heartbeat)
    async def on_heartbeat(self, **_: Any) -> Any:
        """It is alive, and wants to know the time."""
        return call_result.Heartbeat(self._now())

    @on(Action.status_notification)
    async def on_status(self, timestamp: str, connector_status: str, evse_id: int, connector_id: int, **_: Any) -> Any:
        """A connector's status."""
        plug = WHOLE if evse_id == WHOLE else connector_id
        await self.note_status(evse_id, plug, STATUS_201[connector_status], timestamp)
        return call_result.StatusNotification()

    @on(Action.authorize)
    async def on_authorize(self, id_token: Mapping[str, Any], **_: Any) -> Any:
        """Somebody showed a card, or a car its contract."""
        return call_result.Authorize(self._info(await self.visit.ask(shown_201(id_token), None)))

    @on(Action.transaction_event)
    async def on_event(
        self,
        *,
        event_type: str,
        timestamp: str,
        transaction_info: Mapping[str, Any],
        evse: Mapping[str, Any] | None = None,
        id_token: Mapping[str, Any] | None = None,
        meter_value: Sequence[Mapping[str, Any]] = (),
        **_: Any,
    ) -> Any:
        """A charge began, went on or ended, now or while the pile was offline; any of these may be lost or repeated."""
        now = self.visit.house.bench.clock()
        at = true_time(timestamp, now)
        wire_id = transaction_info["transaction_id"]
        told = measured(meter_value, now, charging=_FLOWS.get(transaction_info.get("charging_state")))
        place = self._place(wire_id, evse)
        t = await self.visit.house.sessions.keyed(self.visit.pile_id, wire_id)
        verdict: Verdict | None = None
        remote = transaction_info.get("remote_start_id")
        # A cable that was plugged in is no charge yet: it becomes one with a token, or once energy flows.
        if t is None and (shown_201(id_token) is not None or remote is not None or told.charging):
            # An end of which no beginning was told has no reading to begin with.
            first = Measured() if event_type == "Ended" else told
            t, verdict = await self._begin(wire_id, place, at, id_token, remote, first)
        elif t is not None and id_token is not None:
            t, verdict = await self.visit.house.sessions.owned(t, shown_201(id_token))
        if t is None:
            return call_result.TransactionEvent(id_token_info=None if id_token is None else self._info(REFUSED))
        if event_type == "Ended":
            word = transaction_info.get("stopped_reason", "Local")
            await self.visit.end(t, Ended(at, _REASONS.get(word, StopReason.OTHER), word), told)
        elif await self.visit.measure(t, told):
            self.later(self.end_at_limit(t))
        if verdict is not None and not verdict.allowed and not t.over and event_type != "Ended":
            self.later(self.end_refused(t))
        answered = verdict is not None and id_token is not None
        return call_result.TransactionEvent(id_token_info=self._info(verdict) if answered and verdict else None)

    @on(Action.meter_values)
    async def on_meter_values(self, **_: Any) -> Any:
        """What it measured outside of a charge."""
        return call_result.MeterValues()

    @on(Action.notify_event)
    async def on_notify_event(self, **_: Any) -> Any:
        """What its components noticed."""
        return call_result.NotifyEvent()

    @on(Action.notify_report)
    async def on_notify_report(self, **_: Any) -> Any:
        """Nobody asked."""
        return call_result.NotifyReport()

    @on(Action.data_transfer)
    async def on_data(self, **_: Any) -> Any:
        """What only its maker understands."""
        return call_result.DataTransfer(DataTransferStatusEnumType.unknown_vendor_id)

    @on(Action.firmware_status_notification)
    async def on_firmware(self, **_: Any) -> Any:
        """Its owner's business."""
        return call_result.FirmwareStatusNotification()

    @on(Action.log_status_notification)
    async def on_log(self, **_: Any) -> Any:
        """Nobody asked."""
        return call_result.LogStatusNotification()

    @on(Action.security_event_notification)
    async def on_security_event(self, type: str, **_: Any) -> Any:  # noqa: A002 - the wire's name
        """Something happened to it."""
        log.warning("pile_security_event", pile=self.id, event=type[:50])
        return call_result.SecurityEventNotification()

    async def start_charge(self, t: PileTransaction) -> bool:
        """See Pile."""
        token = IdTokenType(id_token=t.tag or "", type=IdTokenEnumType.central)
        answer = await self.ask(call.RequestStartTransaction(token, t.number, t.evse))
        return bool(answer["status"] == _TAKEN)

    async def stop_charge(self, t: PileTransaction) -> bool:
        """See Pile."""
        return bool((await self.ask(call.RequestStopTransaction(t.wire_id or "")))["status"] == _TAKEN)

    async def probe(self) -> None:
        """See Pile."""
        await self.ask(call.TriggerMessage(MessageTriggerEnumType.heartbeat))

    async def ask_status(self, evse: int) -> None:
        """See Pile."""
        await self.ask(call.TriggerMessage(MessageTriggerEnumType.status_notification, EVSEType(evse, 1)))

    async def ask_readings(self, every_s: int) -> None:
        """See Pile."""
        place, what = ComponentType("SampledDataCtrlr"), VariableType("TxUpdatedInterval")
        await self.ask(call.SetVariables([SetVariableDataType(str(every_s), place, what)]))

    async def _begin(
        self,
        wire_id: str,
        place: int | None,
        at: datetime,
        id_token: Mapping[str, Any] | None,
        remote: int | None,
        told: Measured,
    ) -> tuple[PileTransaction, Verdict]:
        if place is None:
            raise OccurrenceConstraintViolationError
        begun = Begun(place, at, wire_id, True, shown_201(id_token), wire_id, remote)
        return await self.visit.begin(begun, told)

    def _place(self, wire_id: str, evse: Mapping[str, Any] | None) -> int | None:
        """At which EVSE; only the first message of a charge has to say."""
        if not hasattr(self, "_plugged"):
            self._plugged = {}
        if evse is None:
            return self._plugged.get(wire_id, self.visit.only_evse)
        if not self.visit.has(evse["id"]):
            raise PropertyConstraintViolationError
        while len(self._plugged) >= _MAX_PLUGGED:
            del self._plugged[next(iter(self._plugged))]
        self._plugged[wire_id] = evse["id"]
        return int(evse["id"])

    def _info(self, verdict: Verdict) -> IdTokenInfoType:
        if verdict.closed:
            return IdTokenInfoType(AuthorizationStatusEnumType.not_at_this_time)
        until = write_time(self.leave_until(verdict)) if verdict.allowed else None
        return IdTokenInfoType(_ANSWERS[verdict.permission], cache_expiry_date_time=until)

    def _now(self) -> str:
        return write_time(self.visit.house.bench.clock())
