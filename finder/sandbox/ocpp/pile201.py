"""A practice pile that speaks OCPP 2.0.1."""

import asyncio
import uuid
from typing import Any

from ocpp.routing import after, on
from ocpp.v201 import ChargePoint, call, call_result
from ocpp.v201.enums import (
    Action,
    BootReasonEnumType,
    RequestStartStopStatusEnumType,
    SetVariableStatusEnumType,
    TriggerMessageStatusEnumType,
)
from websockets.asyncio.client import ClientConnection

from finder.sandbox.ocpp.pile import Charge, PracticePile
from finder.sandbox.ocpp.wire import SILENT, Leaving

_WORDS = {"free": "Available", "plugged": "Occupied", "charging": "Occupied", "faulted": "Faulted"}
_ANSWERS = {True: RequestStartStopStatusEnumType.accepted, False: RequestStartStopStatusEnumType.rejected}


class _Station(ChargePoint):  # type: ignore[misc]
    def __init__(self, pile: "PracticePile201", socket: ClientConnection) -> None:
        self.left = asyncio.Event()
        super().__init__(pile.id, Leaving(socket, self.left), logger=SILENT)
        self._pile = pile

    @on(Action.request_start_transaction)  # type: ignore[untyped-decorator]
    async def on_start(self, **_: Any) -> Any:
        return call_result.RequestStartTransaction(_ANSWERS[await self._pile.hear("start")])

    @after(Action.request_start_transaction)  # type: ignore[untyped-decorator]
    async def after_start(self, id_token: dict[str, str], remote_start_id: int, evse_id: int = 1, **_: Any) -> None:
        if not self._pile.faults.rejects:
            self._pile.beside(self._pile.obey_start(evse_id, id_token["id_token"], remote_start_id))

    @on(Action.request_stop_transaction)  # type: ignore[untyped-decorator]
    async def on_stop(self, transaction_id: str, **_: Any) -> Any:
        known = any(charge.wire_id == transaction_id for charge in self._pile.charges.values())
        return call_result.RequestStopTransaction(_ANSWERS[await self._pile.hear("stop") and known])

    @after(Action.request_stop_transaction)  # type: ignore[untyped-decorator]
    async def after_stop(self, transaction_id: str, **_: Any) -> None:
        for charge in list(self._pile.charges.values()):
            if charge.wire_id == transaction_id and not self._pile.faults.rejects:
                self._pile.beside(self._pile.obey_stop(charge.plug))

    @on(Action.trigger_message)  # type: ignore[untyped-decorator]
    async def on_trigger(self, requested_message: str, **_: Any) -> Any:
        await self._pile.hear(requested_message)
        return call_result.TriggerMessage(TriggerMessageStatusEnumType.accepted)

    @after(Action.trigger_message)  # type: ignore[untyped-decorator]
    async def after_trigger(self, requested_message: str, evse: dict[str, int] | None = None, **_: Any) -> None:
        if requested_message == "StatusNotification":
            self._pile.beside(self._pile.tell_status((evse or {"id": 1})["id"]))
        elif requested_message == "Heartbeat":
            self._pile.beside(self._pile.call(call.Heartbeat()))

    @on(Action.set_variables)  # type: ignore[untyped-decorator]
    async def on_variables(self, set_variable_data: list[dict[str, Any]], **_: Any) -> Any:
        await self._pile.hear("configure")
        done = [
            {
                "attribute_status": SetVariableStatusEnumType.accepted,
                "component": each["component"],
                "variable": each["variable"],
            }
            for each in set_variable_data
        ]
        return call_result.SetVariables(set_variable_result=done)


class PracticePile201(PracticePile):
    """See PracticePile."""

    subprotocol = "ocpp2.0.1"

    def _new_station(self, socket: ClientConnection) -> Any:
        return _Station(self, socket)

    def _boot(self) -> Any:
        station = {"model": "P7", "vendorName": "Practice"}
        return call.BootNotification(station, BootReasonEnumType.power_up)

    async def tell_status(self, plug: int, how: str = "free") -> None:
        """See PracticePile."""
        if self.online:
            await self.call(call.StatusNotification(self.stamp(), _WORDS[how], plug, 1))

    async def beat(self) -> None:
        """See PracticePile."""
        await self.call(call.Heartbeat())

    async def ask_leave(self, tag: str) -> bool:
        """See PracticePile."""
        answer = await self.call(call.Authorize(_token(tag, None)))
        return bool(answer.id_token_info["status"] == "Accepted")

    def event(self, charge: Charge, kind: str, trigger: str, at: str, wh: int, state: str, **more: Any) -> Any:
        """One TransactionEvent; the same whenever it is said again."""
        info: dict[str, Any] = {"transactionId": charge.wire_id, "chargingState": state}
        if charge.remote_id is not None:
            info["remoteStartId"] = charge.remote_id
        reason = more.pop("reason", None)
        if reason is not None:
            info["stoppedReason"] = reason
        sampled = [{"value": wh, "measurand": "Energy.Active.Import.Register", "unitOfMeasure": {"unit": "Wh"}}]
        meter = [{"timestamp": at, "sampledValue": sampled}]
        charge.seq += 1
        return call.TransactionEvent(
            event_type=kind,
            timestamp=at,
            trigger_reason=trigger,
            seq_no=charge.seq - 1,
            transaction_info=info,
            meter_value=meter,
            evse={"id": charge.plug, "connectorId": 1},
            **more,
        )

    def _note_begun(self, charge: Charge) -> None:
        charge.wire_id = charge.wire_id or str(uuid.uuid4())
        remote = charge.remote_id is not None
        trigger = "RemoteStart" if remote else "Authorized"
        token = _token(charge.tag, charge.remote_id)
        told = self.event(
            charge, "Started", trigger, charge.began_at, charge.began_wh, "Charging", id_token=token, **self._offline()
        )

        def begun(answer: Any) -> None:
            charge.allowed = (answer.id_token_info or {}).get("status") == "Accepted"

        self._waiting.append((lambda: told, begun))

    def _note_measured(self, charge: Charge) -> None:
        told = self.event(
            charge,
            "Updated",
            "MeterValuePeriodic",
            self.stamp(),
            self.wh[charge.plug],
            "Charging",
            **self._offline(),
        )
        self._waiting.append((lambda: told, None))

    def _note_ended(self, charge: Charge, reason: str) -> None:
        told = self.event(
            charge,
            "Ended",
            "RemoteStop" if reason == "Remote" else "StopAuthorized",
            self.stamp(),
            self.wh[charge.plug],
            "EVConnected",
            reason=reason,
            **self._offline(),
        )
        self._waiting.append((lambda: told, None))

    def _offline(self) -> dict[str, bool]:
        return {} if self.online else {"offline": True}


def _token(tag: str, remote_id: int | None) -> dict[str, str]:
    return {"idToken": tag, "type": "ISO14443" if remote_id is None else "Central"}
