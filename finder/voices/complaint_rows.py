"""Complaints as they are kept: found, locked, and moved by their table."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.errors import Conflict
from finder.identity.store import Store
from finder.storage.unit import Unit, from_us, to_us
from finder.voices.abuse import no_complaint
from finder.voices.complaint import NEXT, Complaint, ComplaintKind, ComplaintState, due
from finder.voices.tables import COMPLAINT

_TIMES = ("answered_at", "escalated_at", "appealed_at", "ended_at")
WORDS = ("text", "answer", "appeal", "decision")


@dataclass(frozen=True, slots=True)
class Rows:
    """Reads them and opens what is sealed, as time has made them."""

    store: Store
    clock: Callable[[], datetime]

    def read(self, row: Any) -> Complaint:
        """A complaint from its row."""
        text, answer, appeal, decision = (self._open(row, name) for name in WORDS)
        answered, escalated, appealed, ended = (_time(getattr(row, name)) for name in _TIMES)
        by, state = from_us(row.answer_by), ComplaintState(row.state)
        return Complaint(
            id=row.id,
            person=row.person,
            operator=row.operator,
            station_id=row.station,
            station_name=row.station_name,
            order=row.order_no,
            kind=ComplaintKind(row.kind),
            state=due(state, by, answered, self.clock()),
            made_at=from_us(row.made_at),
            answer_by=by,
            answered_by=row.answered_by,
            text=text,
            answer=answer,
            appeal=appeal,
            decision=decision,
            answered_at=answered,
            escalated_at=escalated,
            appealed_at=appealed,
            ended_at=ended,
        )

    async def load(self, connection: AsyncConnection, complaint_id: str, *, lock: bool = False) -> Complaint:
        """Raises NotFound."""
        question = sa.select(COMPLAINT).where(COMPLAINT.c.id == complaint_id)
        row = (await connection.execute(question.with_for_update() if lock else question)).one_or_none()
        if row is None:
            raise no_complaint(complaint_id)
        return self.read(row)

    async def find(
        self, connection: AsyncConnection, *where: sa.ColumnElement[bool], first: int = 1_000
    ) -> list[Complaint]:
        """The newest first."""
        question = sa.select(COMPLAINT).where(*where).order_by(COMPLAINT.c.id.desc()).limit(first)
        return [self.read(row) for row in await connection.execute(question)]

    async def move(self, unit: Unit, complaint: Complaint, state: ComplaintState, **values: Any) -> Complaint:
        """The complaint in its next state; words are sealed on the way. Raises Conflict, COMPLAINT_STATE."""
        if state not in NEXT[complaint.state]:
            raise Conflict(
                f"投诉处于 {complaint.state}，不能变为 {state}",
                f"the complaint is {complaint.state}, and cannot become {state}",
                code="COMPLAINT_STATE",
            )
        if complaint.state is ComplaintState.ESCALATED and complaint.escalated_at is None:
            values["escalated_at"] = to_us(complaint.answer_by)  # whoever sweeps had not come by yet
        sealed = {name: self.seal(name, text, complaint.id) for name, text in values.items() if name in WORDS}
        own = sa.update(COMPLAINT).where(COMPLAINT.c.id == complaint.id)
        await unit.connection.execute(own.values(**{**values, **sealed, "state": state.value}))
        return await self.load(unit.connection, complaint.id)

    def seal(self, name: str, text: str, complaint_id: str) -> bytes:
        """Words, for this column of this complaint alone."""
        return self.store.seal(text, COMPLAINT.c[name], complaint_id)

    def _open(self, row: Any, name: str) -> str | None:
        sealed = getattr(row, name)
        return None if sealed is None else self.store.open(sealed, COMPLAINT.c[name], row.id)


def _time(us: int | None) -> datetime | None:
    return None if us is None else from_us(us)
