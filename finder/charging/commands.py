"""Starts and stops a session at its operator; each handler writes before it calls."""

from dataclasses import replace
from typing import Any

from finder.charging.machines import Hold, Session
from finder.charging.news import change
from finder.charging.outside import Effecting, locked
from finder.connectors.sdk.control import Commanded, Outcome, Reason, SessionRef, StartRequest
from finder.errors import OperatorError, OperatorUnavailable
from finder.storage.outbox import Letter, Patience
from finder.storage.unit import Unit

START = Patience(waits_s=(1, 2), attempts=3, call_s=20)  # a driver stands in the cold and waits
STOP = Patience(waits_s=(1, 2, 5, 10, 30, 60), attempts=60, call_s=20)
_OVER_ALREADY = (Reason.ALREADY_STOPPED, Reason.UNKNOWN_SESSION)


class StartHandler(Effecting):
    """Asks the operator to start."""

    patience = START

    async def before(self, letter: Letter, unit: Unit) -> bool:
        """See Handler."""
        order = await locked(letter, unit)
        if order.session is Session.IDLE and order.hold is Hold.HELD:
            return self.keep(letter, await change(unit, order, order.moved(session=Session.START_SENT)))
        return order.session is Session.START_SENT and self.keep(letter, order)

    async def call(self, letter: Letter) -> Commanded:
        """See Handler. Only what certainly was not taken is tried again, or given up in the end.

        A no to a repeat proves nothing of a first time that nobody heard the answer of: the session is asked for.
        """
        order = await self.order(letter)
        request = StartRequest(order.number, order.evse_id, order.connector_id, order.person, order.cap)
        try:
            said = await self.outside.control(order).start(request)
        except OperatorError as error:
            if letter.attempts < self.patience.attempts:
                raise
            said = Commanded(Outcome.REJECTED, reason=Reason.OFFLINE, said=error.code)
        if said.outcome is Outcome.REJECTED and letter.unanswered:
            return replace(said, outcome=Outcome.UNKNOWN)
        return said

    async def after(self, letter: Letter, result: Any, unit: Unit) -> None:
        """See Handler."""
        order = await locked(letter, unit)
        said: Commanded = result
        after = order.moved(native_id=order.native_id or said.native_id)
        if said.outcome is Outcome.REJECTED:
            after = after.moved(session=Session.REJECTED, reason=(said.reason or Reason.OTHER).value)
        elif said.outcome is Outcome.UNKNOWN:
            after = after.moved(session=Session.START_UNKNOWN)
        await change(unit, order, after)

    async def dead(self, letter: Letter, unit: Unit) -> None:
        """It may have begun: whoever sweeps asks the operator."""
        order = await locked(letter, unit)
        await change(unit, order, order.moved(session=Session.START_UNKNOWN))


class StopHandler(Effecting):
    """Asks the operator to stop, again and again until it is heard."""

    patience = STOP

    async def before(self, letter: Letter, unit: Unit) -> bool:
        """See Handler."""
        order = await locked(letter, unit)
        after = await change(unit, order, order.moved(session=Session.STOP_SENT))
        return after.session is Session.STOP_SENT and self.keep(letter, after)

    async def call(self, letter: Letter) -> Commanded:
        """See Handler."""
        order = await self.order(letter)
        ref = SessionRef(order.number, order.evse_id, order.native_id, order.connector_id)
        said = await self.outside.control(order).stop(ref)
        if said.outcome is Outcome.ACCEPTED or said.reason in _OVER_ALREADY:
            return said
        raise OperatorUnavailable(f"{order.operator} 未确认停止", f"{order.operator} did not confirm the stop")

    async def after(self, letter: Letter, result: Any, unit: Unit) -> None:
        """What really became of it the session tells."""
