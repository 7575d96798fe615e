"""A pile that speaks OCPP 1.6-J."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from ocpp.exceptions import PropertyConstraintViolationError
from ocpp.v16 import ChargePoint, call, call_result
from ocpp.v16.datatypes import IdTagInfo
from ocpp.v16.enums import (
    Action,
    AuthorizationStatus,
    DataTransferStatus,
    MessageTrigger,
    RegistrationStatus,
    RemoteStartStopStatus,
)

from finder.connectors.ocpp.authorize import Verdict
from finder.connectors.ocpp.library import on
from finder.connectors.ocpp.meter import reading
from finder.connectors.ocpp.pile import Pile
from finder.connectors.ocpp.samples import measured
from finder.connectors.ocpp.sessions import Begun, Ended
from finder.connectors.ocpp.statuses import ALARMS_16, STATUS_16, WHOLE
from finder.connectors.ocpp.times import believable, true_time, write_time
from finder.connectors.ocpp.tokens import shown_16
from finder.connectors.sdk.desk import Permission
from finder.connectors.sdk.pile_book import PileTransaction
from finder.connectors.sdk.sessions import StopReason

_ANSWERS: Mapping[Permission, AuthorizationStatus] = {
    Permission.ALLOWED: AuthorizationStatus.accepted,
    Permission.UNBOUND: AuthorizationStatus.invalid,
    Permission.NOT_ALLOWED: AuthorizationStatus.invalid,
    Permission.IN_ARREARS: AuthorizationStatus.blocked,
    Permission.BAY_BLOCKED: AuthorizationStatus.blocked,
    Permission.REVOKED: AuthorizationStatus.blocked,
    Permission.ALREADY_CHARGING: AuthorizationStatus.concurrent_tx,
    Permission.UNKNOWN_OPERATOR: AuthorizationStatus.invalid,
    Permission.NO_AGREEMENT: AuthorizationStatus.blocked,
    Permission.AGREEMENT_ENDED: AuthorizationStatus.expired,
    Permission.UNDECIDED: AuthorizationStatus.invalid,
}
_REASONS: Mapping[str, StopReason] = {
    "Local": StopReason.USER,
    "Remote": StopReason.PLATFORM,
    "DeAuthorized": StopReason.PLATFORM,
    "EVDisconnected": StopReason.UNPLUGGED,
    "EmergencyStop": StopReason.FAULT,
    "PowerLoss": StopReason.FAULT,
    "HardReset": StopReason.FAULT,
    "Reboot": StopReason.FAULT,
}
_TAKEN = RemoteStartStopStatus.accepted
log = structlog.get_logger(__name__)


class Pile16(Pile, ChargePoint):  # type: ignore[misc]
    """Its messages as calls to the visit."""

    @on(Action.boot_notification)
    async def on_boot(self, charge_point_vendor: str, charge_point_model: str, **_: Any) -> Any:
        """It has just been switched on."""
        log.info("pile_booted", pile=self.id, vendor=charge_point_vendor, model=charge_point_model)
        return call_result.BootNotification(
            self._now(), round(self.visit.house.limits.heartbeat_s), RegistrationStatus.accepted
        )

    @on(Action.heartbeat)
    async def on_heartbeat(self, **_: Any) -> Any:
        """It is alive, and wants to know the time."""
        return call_result.Heartbeat(self._now())

    @on(Action.status_notification)
    async def on_status(
        self, connector_id: int, status: str, timestamp: str | None = None, error_code: str = "", **more: Any
    ) -> Any:
        """A connector's status; 0 stands for the whole pile."""
        plug = WHOLE if connector_id == WHOLE else 1
        await self.note_status(connector_id, plug, STATUS_16[status], timestamp)
        if error_code in ALARMS_16:
            await self.visit.afraid(connector_id, error_code, timestamp, str(more.get("info") or ""))
        return call_result.StatusNotification()

    @on(Action.authorize)
    async def on_authorize(self, id_tag: str, **_: Any) -> Any:
        """Somebody showed a card."""
        return call_result.Authorize(self._info(await self.visit.ask(shown_16(id_tag), None)))

    @on(Action.start_transaction)
    async def on_start(self, connector_id: int, id_tag: str, meter_start: int, timestamp: str, **_: Any) -> Any:
        """It began to charge; it repeats this until it is answered, and tells later what began while it was offline."""
        if not self.visit.has(connector_id):
            raise PropertyConstraintViolationError
        now = self.visit.house.bench.clock()
        at = true_time(timestamp, now)
        # Without the token, which is not kept in any form.
        key = hashlib.blake2b(f"{connector_id} {meter_start} {timestamp}".encode(), digest_size=16).hexdigest()
        begun = Begun(connector_id, at, key, unique=believable(timestamp, now), shown=shown_16(id_tag))
        t, verdict = await self.visit.begin(begun, measured((), at, more=[reading(at, meter_start)]))
        if not verdict.allowed and not t.over:
            self.later(self.end_refused(t))
        return call_result.StartTransaction(t.number, self._info(verdict))

    @on(Action.meter_values)
    async def on_meter_values(
        self, connector_id: int, meter_value: Sequence[Mapping[str, Any]], transaction_id: int | None = None, **_: Any
    ) -> Any:
        """It measured."""
        t = await self._charging(connector_id, transaction_id)
        if t is not None:
            told = measured(meter_value, self.visit.house.bench.clock())
            if await self.visit.measure(t, told):
                self.later(self.end_at_limit(t))
        return call_result.MeterValues()

    @on(Action.stop_transaction)
    async def on_stop(
        self,
        meter_stop: int,
        timestamp: str,
        transaction_id: int,
        reason: str = "Local",
        transaction_data: Sequence[Mapping[str, Any]] = (),
        **_: Any,
    ) -> Any:
        """It stopped charging, now or while it was offline."""
        t = await self.visit.house.sessions.find(self.visit.pile_id, transaction_id)
        if t is None:
            log.warning("pile_transaction_unknown", pile=self.id, number=transaction_id)
            return call_result.StopTransaction()
        now = self.visit.house.bench.clock()
        at = true_time(timestamp, now)
        told = measured(transaction_data, now, more=[reading(at, meter_stop)])
        await self.visit.end(t, Ended(at, _REASONS.get(reason, StopReason.OTHER), reason), told)
        return call_result.StopTransaction()

    @on(Action.data_transfer)
    async def on_data(self, **_: Any) -> Any:
        """What only its maker understands."""
        return call_result.DataTransfer(DataTransferStatus.unknown_vendor_id)

    @on(Action.diagnostics_status_notification)
    async def on_diagnostics(self, **_: Any) -> Any:
        """Nobody asked."""
        return call_result.DiagnosticsStatusNotification()

    @on(Action.firmware_status_notification)
    async def on_firmware(self, **_: Any) -> Any:
        """Its owner's business."""
        return call_result.FirmwareStatusNotification()

    @on(Action.security_event_notification)
    async def on_security_event(self, type: str, **_: Any) -> Any:  # noqa: A002 - the wire's name
        """Something happened to it."""
        log.warning("pile_security_event", pile=self.id, event=type[:50])
        return call_result.SecurityEventNotification()

    async def start_charge(self, t: PileTransaction) -> bool:
        """See Pile."""
        return bool((await self.ask(call.RemoteStartTransaction(t.tag or "", t.evse)))["status"] == _TAKEN)

    async def stop_charge(self, t: PileTransaction) -> bool:
        """See Pile."""
        return bool((await self.ask(call.RemoteStopTransaction(t.number)))["status"] == _TAKEN)

    async def probe(self) -> None:
        """See Pile."""
        await self.ask(call.TriggerMessage(MessageTrigger.heartbeat))

    async def ask_status(self, evse: int) -> None:
        """See Pile."""
        await self.ask(call.TriggerMessage(MessageTrigger.status_notification, evse))

    async def ask_readings(self, every_s: int) -> None:
        """See Pile."""
        await self.ask(call.ChangeConfiguration("MeterValueSampleInterval", str(every_s)))

    async def _charging(self, connector_id: int, number: int | None) -> PileTransaction | None:
        """The charge that was measured; where the pile does not say which, the only one at that connector."""
        if number is not None:
            return await self.visit.house.sessions.find(self.visit.pile_id, number)
        here = [t for t in await self.visit.house.sessions.running(self.visit.pile_id) if t.evse == connector_id]
        return here[0] if len(here) == 1 else None

    def _info(self, verdict: Verdict) -> IdTagInfo:
        until = write_time(self.leave_until(verdict)) if verdict.allowed else None
        return IdTagInfo(_ANSWERS[verdict.permission], expiry_date=until)

    def _now(self) -> str:
        return write_time(self.visit.house.bench.clock())
