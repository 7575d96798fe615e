"""What both versions have in common: the commands that we give, and what becomes of a charge that was refused."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import structlog

from finder.connectors.ocpp.authorize import GRANT_LASTS, Verdict
from finder.connectors.ocpp.library import NoAnswer, NotSent, SaidNo, Talker
from finder.connectors.ocpp.visit import Visit
from finder.connectors.sdk.pile_book import PileTransaction
from finder.connectors.sdk.sessions import SessionState
from finder.errors import FinderError
from finder.live.model import Status

log = structlog.get_logger(__name__)


class Pile(Talker):
    """A pile that is connected. Commands raise NotSent, NoAnswer or SaidNo."""

    def __init__(self, visit: Visit, send: Callable[[str], Awaitable[None]]) -> None:
        super().__init__(visit.pile_id, send, visit.house.limits.command_s)
        self.visit = visit
        self._watched: dict[int, asyncio.Task[None]] = {}

    async def start_charge(self, t: PileTransaction) -> bool:
        """Asks for a charge under the transaction's token; whether the pile will try."""
        raise NotImplementedError

    async def stop_charge(self, t: PileTransaction) -> bool:
        """Asks for the end of a charge; whether the pile will."""
        raise NotImplementedError

    async def probe(self) -> None:
        """Asks for a sign of life."""
        raise NotImplementedError

    async def settle(self) -> None:
        """Asks for what the pile did not tell by itself, and how often it shall read its meter."""
        await asyncio.sleep(self.visit.house.limits.settle_s)
        for evse in self.visit.unheard():
            await self.try_to(self.ask_status(evse))
        await self.try_to(self.ask_readings(self.visit.house.limits.meter_s))

    async def ask_status(self, evse: int) -> None:
        """Asks for a plug's status."""
        raise NotImplementedError

    async def ask_readings(self, every_s: int) -> None:
        """Asks for readings of the meter while it charges."""
        raise NotImplementedError

    async def try_to(self, command: Awaitable[Any]) -> None:
        """A command that a pile may well not know."""
        try:
            await command
        except (NotSent, NoAnswer, SaidNo) as why:
            log.info("pile_did_not", pile=self.visit.pile_id, why=type(why).__name__)

    async def end_refused(self, t: PileTransaction) -> None:
        """Ends what the pile began without leave, where it does not end it by itself."""
        await asyncio.sleep(self.visit.house.limits.patience_s)
        await self._end(t, SessionState.STOPPING)

    async def end_at_limit(self, t: PileTransaction) -> None:
        """Ends a charge before it costs more than its order may."""
        log.info("pile_limit_reached", pile=self.visit.pile_id, number=t.number)
        await self._end(t, SessionState.STOPPING)

    async def _end(self, t: PileTransaction, state: SessionState) -> None:
        try:
            now = await self.visit.house.sessions.find(self.visit.pile_id, t.number)
            if now is not None and not now.over and now.state is not state and await self.stop_charge(now):
                await self.visit.house.sessions.mark(now, state)
        except (NotSent, NoAnswer, SaidNo, FinderError) as why:
            log.warning("pile_not_stopped", pile=self.visit.pile_id, number=t.number, why=type(why).__name__)

    async def note_status(self, evse: int, plug: int, status: Status, stamp: str | None) -> None:
        """Takes a status. A charge at a plug that is free again has ended, though the pile may have forgotten it."""
        await self.visit.status(evse, plug, status, stamp)
        if self.visit.has(evse):
            if (watching := self._watched.pop(evse, None)) is not None:
                watching.cancel()
            if status is Status.AVAILABLE:
                self._watched[evse] = self.later(self._give_up(evse))

    async def _give_up(self, evse: int) -> None:
        await asyncio.sleep(self.visit.house.limits.lost_s)
        sessions = self.visit.house.sessions
        try:
            for t in await sessions.running(self.visit.pile_id):
                if t.evse == evse:
                    log.warning("pile_end_not_told", pile=self.visit.pile_id, number=t.number)
                    await sessions.lose(t)
        except FinderError as away:
            log.warning("pile_end_not_noted", pile=self.visit.pile_id, code=away.code)

    def leave_until(self, verdict: Verdict) -> datetime:
        """How long a pile may act on an answer without asking again: its owner's hours may end meanwhile."""
        latest = self.visit.house.bench.clock() + GRANT_LASTS
        return latest if verdict.until is None else min(latest, verdict.until)
