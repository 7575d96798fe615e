"""A practice pile that speaks OCPP 1.6-J."""

import asyncio
from collections.abc import Callable
from typing import Any

from ocpp.routing import after, on
from ocpp.v16 import ChargePoint, call, call_result
from ocpp.v16.enums import Action, ConfigurationStatus, RemoteStartStopStatus, TriggerMessageStatus
from websockets.asyncio.client import ClientConnection

from finder.sandbox.ocpp.pile import Charge, PracticePile
from finder.sandbox.ocpp.wire import SILENT, Leaving

_WORDS = {"free": "Available", "plugged": "Preparing", "charging": "Charging", "faulted": "Faulted"}
_ANSWERS = {True: RemoteStartStopStatus.accepted, False: RemoteStartStopStatus.rejected}


class _Station(ChargePoint):  # type: ignore[misc]
    def __init__(self, pile: "PracticePile16", socket: ClientConnection) -> None:
        self.left = asyncio.Event()
        super().__init__(pile.id, Leaving(socket, self.left), logger=SILENT)
        self._pile = pile

    @on(Action.remote_start_transaction)  # type: ignore[untyped-decorator]
    async def on_start(self, **_: Any) -> Any:
        return call_result.RemoteStartTransaction(_ANSWERS[await self._pile.hear("start")])

    @after(Action.remote_start_transaction)  # type: ignore[untyped-decorator]
    async def after_start(self, id_tag: str, connector_id: int = 1, **_: Any) -> None:
        if not self._pile.faults.rejects:
            self._pile.beside(self._pile.obey_start(connector_id, id_tag, None))

    @on(Action.remote_stop_transaction)  # type: ignore[untyped-decorator]
    async def on_stop(self, transaction_id: int, **_: Any) -> Any:
        known = any(charge.number == transaction_id for charge in self._pile.charges.values())
        return call_result.RemoteStopTransaction(_ANSWERS[await self._pile.hear("stop") and known])

    @after(Action.remote_stop_transaction)  # type: ignore[untyped-decorator]
    async def after_stop(self, transaction_id: int, **_: Any) -> None:
        for charge in list(self._pile.charges.values()):
            if charge.number == transaction_id and not self._pile.faults.rejects:
                self._pile.beside(self._pile.obey_stop(charge.plug))

    @on(Action.trigger_message)  # type: ignore[untyped-decorator]
    async def on_trigger(self, requested_message: str, **_: Any) -> Any:
        await self._pile.hear(requested_message)
        return call_result.TriggerMessage(TriggerMessageStatus.accepted)

    @after(Action.trigger_message)  # type: ignore[untyped-decorator]
    async def after_trigger(self, requested_message: str, connector_id: int = 1, **_: Any) -> None:
        if requested_message == "StatusNotification":
            self._pile.beside(self._pile.tell_status(connector_id))
        elif requested_message == "Heartbeat":
            self._pile.beside(self._pile.call(call.Heartbeat()))

    @on(Action.change_configuration)  # type: ignore[untyped-decorator]
    async def on_configuration(self, **_: Any) -> Any:
        await self._pile.hear("configure")
        return call_result.ChangeConfiguration(ConfigurationStatus.accepted)


class PracticePile16(PracticePile):
    """See PracticePile."""

    subprotocol = "ocpp1.6"

    def _new_station(self, socket: ClientConnection) -> Any:
        return _Station(self, socket)

    def _boot(self) -> Any:
        return call.BootNotification(charge_point_model="P7", charge_point_vendor="Practice")

    async def tell_status(self, plug: int, how: str = "free") -> None:
        """See PracticePile."""
        if self.online:
            status = call.StatusNotification(plug, "NoError", _WORDS[how], self.stamp())
            await self.call(status)

    async def beat(self) -> None:
        """See PracticePile."""
        await self.call(call.Heartbeat())

    async def ask_leave(self, tag: str) -> bool:
        """See PracticePile."""
        return bool((await self.call(call.Authorize(tag))).id_tag_info["status"] == "Accepted")

    def start_message(self, charge: Charge) -> Callable[[], Any]:
        """What tells that it began; the same whenever it is said again."""
        return lambda: call.StartTransaction(charge.plug, charge.tag, charge.began_wh, charge.began_at)

    def _note_begun(self, charge: Charge) -> None:
        def begun(answer: Any) -> None:
            charge.number = answer.transaction_id
            charge.allowed = answer.id_tag_info["status"] == "Accepted"

        self._waiting.append((self.start_message(charge), begun))

    def _note_measured(self, charge: Charge) -> None:
        told = {"timestamp": self.stamp(), "sampledValue": [_register(self.wh[charge.plug])]}
        silent = self.faults.leaves_out_number
        self._waiting.append((lambda: call.MeterValues(charge.plug, [told], None if silent else charge.number), None))

    def _note_ended(self, charge: Charge, reason: str) -> None:
        wh, at = self.wh[charge.plug], self.stamp()
        self._waiting.append((lambda: call.StopTransaction(wh, at, charge.number or 0, reason, charge.tag), None))


def _register(wh: int) -> dict[str, str]:
    return {"value": str(wh), "measurand": "Energy.Active.Import.Register", "unit": "Wh"}
