"""Asks city management for the answers that did not come, and ends cases that nobody answers."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa
import structlog

from finder.cases.answering import Answering
from finder.cases.city import CityManagement
from finder.cases.model import WAITING, Case, CaseState, ClosedBy
from finder.cases.rows import change, find, load, of_states
from finder.cases.tables import CASE
from finder.errors import Conflict, FinderError
from finder.identity.audit import Actor
from finder.kernel.turns import carried_on
from finder.reports.keeping import KEPT
from finder.storage.unit import Unit, to_us

EVERY_S = 15.0
ASKED_EVERY = timedelta(minutes=5)
ASKED_LATER_EVERY = timedelta(hours=1)  # once the deadline is long past
LAPSES_AFTER = timedelta(days=30)
_AT_ONCE = 20
_TIME = Actor("finder", "keeping")
log = structlog.get_logger(__name__)


class CaseKeeping:
    """One process's share; several may keep the same cases."""

    def __init__(self, answering: Answering, city: CityManagement) -> None:
        self._answering, self._city, self._work = answering, city, answering.work

    async def run(self) -> None:
        """Steps until it is cancelled."""
        while True:
            with carried_on(log, "cases"):
                await self.step()
            await asyncio.sleep(EVERY_S)

    async def step(self) -> None:
        """Asks where it is time to, and ends what has lapsed. Raises StoreUnavailable."""
        for case in await self._due():
            await self._ask(case)
        await self._lapse()

    async def _due(self) -> Sequence[Case]:
        now = self._work.clock()
        long_past = CASE.c.deadline < to_us(now - timedelta(hours=2))
        since = sa.case((long_past, to_us(now - ASKED_LATER_EVERY)), else_=to_us(now - ASKED_EVERY))
        due: list[Case] = []
        async with self._work.begin() as unit:
            for case in await find(unit.connection, of_states(WAITING), CASE.c.asked_at <= since, limit=_AT_ONCE):
                # Of several processes one asks.
                mine = sa.update(CASE).where(CASE.c.id == case.id, CASE.c.asked_at <= since)
                if (await unit.connection.execute(mine.values(asked_at=to_us(now)))).rowcount:
                    due.append(case)
        return due

    async def _ask(self, case: Case) -> None:
        try:
            told = await self._city.answers(case.id)
            async with self._work.begin() as unit:
                await self._known(unit, case.id)
        except FinderError as away:
            log.warning("case_not_asked", case=case.id, code=away.code)
            return
        for each in told.answers:
            try:
                await self._answering.take(each.id, each.message)
            except FinderError as no:
                log.warning("answer_not_taken", case=case.id, code=no.code)

    async def _known(self, unit: Unit, case_id: str) -> None:
        """It has the case, although nothing told us so."""
        case = await load(unit.connection, case_id, lock=True)
        if case.state is CaseState.OPENED:
            await change(unit, case.id, state=CaseState.SENT.value, sent_at=to_us(unit.now), trouble=None)

    async def _lapse(self) -> None:
        now = self._work.clock()
        old = (CASE.c.state != CaseState.CLOSED.value, CASE.c.opened_at < to_us(now - LAPSES_AFTER))
        async with self._work.read() as connection:
            lapsed = await find(connection, *old, limit=_AT_ONCE)
        for case in lapsed:
            try:
                await self._answering.close(case.id, _TIME, ClosedBy.TIME, case.answer)
            except Conflict:
                continue  # another process was quicker
        async with self._work.begin() as unit:
            gone = sa.delete(CASE).where(CASE.c.opened_at < to_us(now - KEPT), CASE.c.state == CaseState.CLOSED.value)
            await unit.connection.execute(gone)
