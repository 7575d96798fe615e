"""What of a person is in cases, for its export and its erasure."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.cases.rows import read
from finder.cases.tables import CASE
from finder.reports.tables import REPORT
from finder.storage.unit import Work


class CasesHeld:
    """Is a Holding. A case names nobody: it is a person's through its reports, and no more once those are gone."""

    name = "cases"

    def __init__(self, work: Work) -> None:
        self._work = work

    async def ready(self) -> None:
        """Makes the tables. Raises StoreUnavailable."""
        await self._work.ready()

    async def export(self, connection: AsyncConnection, person: str) -> Sequence[dict[str, Any]]:
        """The cases that one's reports are in, the oldest first; not whose else they are."""
        own = sa.select(REPORT.c.id.label("report"), CASE).join(CASE, CASE.c.block == REPORT.c.block)
        rows = await connection.execute(own.where(REPORT.c.person == person).order_by(CASE.c.id))
        return [
            {
                "report": row.report,
                "case": case.id,
                "bay": case.evse_id,
                "openedAt": case.opened_at,
                "deadline": case.deadline,
                "state": case.state.value,
                "answer": None if case.answer is None else case.answer.value,
                "closedAt": case.closed_at,
            }
            for row, case in ((row, read(row)) for row in rows)
        ]

    async def let_go(self, connection: AsyncConnection, person: str) -> None:
        """Nothing: a case goes on without its reporters, since the car still stands there."""
