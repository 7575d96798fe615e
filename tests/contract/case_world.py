"""Blocked bays at a practice city management over real HTTP, in a database of each engine."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx
import msgspec
import sqlalchemy as sa
from starlette.applications import Starlette

from finder.cases.message import read_plate_key
from finder.cases.model import Case, CaseAnswer
from finder.cases.opening import Terms
from finder.cases.rows import read
from finder.cases.tables import CASE
from finder.casework import Casework
from finder.connectors.sdk.http import Caution
from finder.identity.roles import Caller, Role
from finder.live.model import Status
from finder.reports.tables import REPORT
from finder.sandbox.city import CityFaults, PracticeCity
from finder.sandbox.serve import served
from finder.storage.database import Database
from finder.storage.outbox import Outbox
from tests.contract.report_world import ReportWorld, report_world

BAY, OTHER = "jinbei/s-0", "jinbei/s-1"
BY_HAND = CityFaults(accepts_after_s=86_400, answers_after_s=86_400)  # a test says what it answers, and when
QUICK = Caution(connect_s=2, read_s=0.4, total_s=2, max_bytes=64 * 1024)


@dataclass
class CaseWorld:
    """Everything that a test of cases holds."""

    reports: ReportWorld
    city: PracticeCity
    casework: Casework
    outbox: Outbox
    http: httpx.AsyncClient  # to the finder

    async def blocked(self, evse: str = BAY, **more: Any) -> Case:
        """Two people who have each charged say so; the case."""
        for n in range(2):
            await self.reports.report(await self.reports.person(charged=True), evse, **(more if n == 0 else {}))
        return (await self.cases())[0]

    async def sent(self, evse: str = BAY, **more: Any) -> Case:
        """The same, and city management knows of it."""
        await self.blocked(evse, **more)
        await self.outbox.step()
        return (await self.cases())[0]

    async def say(self, case: Case, answer: CaseAnswer | None = None, **more: Any) -> tuple[int, str]:
        """Signed and posted: status, and the code or the case's state."""
        return await self.city.send(self.city.message(case.id, answer, **more))

    async def cases(self) -> list[Case]:
        """The newest first."""
        async with self.reports.work.read() as connection:
            rows = await connection.execute(sa.select(CASE).order_by(CASE.c.id.desc()))
            return [read(row) for row in rows]

    async def case(self, case_id: str) -> Case:
        return next(each for each in await self.cases() if each.id == case_id)

    async def found(self, case: Case) -> set[str | None]:
        """What is known of the reports of its block."""
        async with self.reports.work.read() as connection:
            own = sa.select(REPORT.c.found).where(REPORT.c.block == case.block)
            return set((await connection.execute(own)).scalars())

    async def supervisor(self) -> Caller:
        who = await self.reports.person()
        return replace(who, roles=frozenset({Role.DRIVER, Role.SUPERVISOR}))


def faults(**wrong: Any) -> CityFaults:
    """Answers at once, and this is wrong."""
    return msgspec.convert(
        {**json.loads(msgspec.json.encode(BY_HAND)), "accepts_after_s": 0.0, "answers_after_s": 0.05, **wrong},
        CityFaults,
    )


@asynccontextmanager
async def case_world(database: Database) -> AsyncIterator[CaseWorld]:
    """A station of four free bays; city management answers by the test's hand."""
    reports = report_world(database)
    for bay in (BAY, OTHER):
        await reports.see(bay, Status.AVAILABLE)
    city = await PracticeCity(reports.world.clock, BY_HAND).start()
    people, told = reports.world.people, city.told()
    terms = Terms(plate_key=read_plate_key("practice", told.plate_key))
    casework = Casework(database, people, told.peer(), terms, reports.world.clock, QUICK)
    reports.bays.handover = casework.handover
    casework.connect(reports.bays)
    outbox = Outbox(reports.work, casework.handlers(), at_once=1)
    try:
        async with served(Starlette(routes=casework.routes())) as url:
            city.answers_to = url
            async with httpx.AsyncClient(base_url=url, trust_env=False) as http:
                yield CaseWorld(reports, city, casework, outbox, http)
    finally:
        await city.close()
        await casework.close()
