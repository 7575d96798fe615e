"""What city management says of a case, taken once; and the end of a case, whoever says it."""

from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec
import sqlalchemy as sa

from finder.cases.message import AnswerMessage
from finder.cases.model import CLEARS, Case, CaseAnswer, CaseState, ClosedBy, finding
from finder.cases.rows import change, load, move, no_step
from finder.errors import BadInput, Conflict
from finder.identity.audit import Actor, Audit
from finder.reports.bays import BayReports
from finder.reports.judging import Shown, bears_out, lock
from finder.reports.keeping import case_closed
from finder.reports.model import By, Found
from finder.reports.tables import BLOCK, PHOTO, REPORT
from finder.storage.unit import Receipt, Unit, Work, from_us, to_us

INBOX = "city-cases"
CITY = Actor("city-management", "webhook")
MOST_AHEAD = timedelta(seconds=60)


class Answering:
    """Cases in one database, and what follows from their ends for bays and reporters. Raises StoreUnavailable."""

    def __init__(self, work: Work, audit: Audit, bays: Callable[[], BayReports]) -> None:
        self.work, self.audit, self._bays = work, audit, bays

    async def take(self, message_id: str, message: AnswerMessage) -> Case:
        """Takes a message, once for each id: a repeat changes nothing, and so does one that others have overtaken.

        Raises NotFound NO_SUCH_CASE, BadInput LOOKED_AT, Conflict CASE_STATE, and ANSWER_CONFLICT for an id with other
        content, which is kept for a person.
        """
        await self.audit.made()
        check_looked_at(message.data.looked_at, self.work.clock())
        shown: Shown | None = None
        async with self.work.begin() as unit:
            case = await self._locked(unit, message.data.case)
            received = await unit.receive(INBOX, message_id, msgspec.json.encode(message))
            if received.receipt is Receipt.FIRST:
                shown = await self._taken(unit, case, message)
        if received.receipt is Receipt.CONFLICT:
            raise Conflict(
                f"编号 {message_id} 已用于内容不同的回复：每条回复请用新的 webhook-id",
                f"{message_id} came before with other content: give each answer a webhook-id of its own",
                code="ANSWER_CONFLICT",
            )
        return await self._after(case.id, shown)

    async def close(
        self,
        case_id: str,
        actor: Actor,
        by: ClosedBy,
        answer: CaseAnswer | None,
        *,
        looked_at: datetime | None = None,
        note: str | None = None,
    ) -> Case:
        """Ends a case at a supervisor's word, or nobody's.

        Raises NotFound NO_SUCH_CASE, BadInput LOOKED_AT, Conflict CASE_STATE.
        """
        await self.audit.made()
        check_looked_at(looked_at, self.work.clock())
        async with self.work.begin() as unit:
            case = await self._locked(unit, case_id)
            if case.state is CaseState.CLOSED:
                raise no_step(case, CaseState.CLOSED)
            shown = await self._close(unit, case, actor, by, answer, looked_at)
            if note is not None:
                await change(unit, case.id, note=note)
        return await self._after(case_id, shown)

    async def _after(self, case_id: str, shown: Shown | None) -> Case:
        if shown is not None:
            await self._bays().show(shown)
        async with self.work.read() as connection:
            return await load(connection, case_id)

    async def _locked(self, unit: Unit, case_id: str) -> Case:
        """The audit first, as everywhere; then the bay, as whoever judges it."""
        await self.audit.lock(unit.connection)
        await lock(unit, (await load(unit.connection, case_id)).evse_id)
        return await load(unit.connection, case_id, lock=True)

    async def _taken(self, unit: Unit, case: Case, message: AnswerMessage) -> Shown | None:
        data, now = message.data, to_us(unit.now)
        known = {"reference": data.reference or case.reference}
        if data.answer is None:
            if case.state in (CaseState.OPENED, CaseState.SENT):
                await move(unit, case, CaseState.ACCEPTED, accepted_at=now, **known)
            return None
        if case.state is CaseState.CLOSED:
            if case.answer is data.answer:
                return None  # said twice
            raise no_step(case, CaseState.ANSWERED)
        said = {"answer": data.answer.value, "text": data.text, "answered_at": now, **known}
        if data.looked_at is not None:
            said["looked_at"] = to_us(data.looked_at)
        await move(unit, case, CaseState.ANSWERED, **said)
        if data.answer is CaseAnswer.REFUSED:
            await self.audit.append(unit.connection, CITY, "case.refused", case.id, {})
            return None
        answered = await load(unit.connection, case.id)
        return await self._close(unit, answered, CITY, ClosedBy.CITY, data.answer, data.looked_at)

    async def _close(
        self, unit: Unit, case: Case, actor: Actor, by: ClosedBy, answer: CaseAnswer | None, looked_at: datetime | None
    ) -> Shown | None:
        found, latest = None, await self._latest(unit, case)
        if answer is not None and answer is not CaseAnswer.REFUSED:
            found = await self._found(unit, case, finding(answer, latest, looked_at))
        # Whoever looked saw nothing of a car that came afterwards: the bay is free only of the one before.
        looked = unit.now if looked_at is None else looked_at
        clear, seen_by = answer in CLEARS and latest <= looked, looked if answer in CLEARS else None
        shown = await case_closed(unit, case.block, found=found, clear=clear, seen_by=seen_by)
        if case.evidence.photos:  # of reporters that were erased meanwhile, too
            proved = sa.and_(PHOTO.c.name.in_(case.evidence.photos), PHOTO.c.gone_at.is_(None))
            gone = sa.update(PHOTO).where(proved).values(gone_at=to_us(unit.now), person=None)
            await unit.connection.execute(gone)
        told = None if answer is None else answer.value
        ends = {"closed_at": to_us(unit.now), "closed_by": by.value, "answer": told, "plate": None, "photos": ""}
        if looked_at is not None:
            ends["looked_at"] = to_us(looked_at)
        await move(unit, case, CaseState.CLOSED, **ends)
        detail = {"answer": told, "by": by.value, "found": None if found is None else found.value}
        await self.audit.append(unit.connection, actor, "case.closed", case.id, detail)
        return shown

    async def _latest(self, unit: Unit, case: Case) -> datetime:
        seen = sa.select(sa.func.max(REPORT.c.seen_at)).where(REPORT.c.block == case.block)
        last = (await unit.connection.execute(seen)).scalar()
        return max([*case.evidence.seen, *([] if last is None else [from_us(last)])])

    async def _found(self, unit: Unit, case: Case, found: Found | None) -> Found | None:
        block = (await unit.connection.execute(sa.select(BLOCK).where(BLOCK.c.id == case.block))).one_or_none()
        sensed = case.evidence.sensor or (block is not None and By.SENSOR in bears_out(block))
        # A sensor saw the car: whoever looked came too late.
        return None if found is Found.REFUTED and sensed else found


def check_looked_at(looked_at: datetime | None, now: datetime) -> None:
    """Raises BadInput, LOOKED_AT."""
    if looked_at is None:
        return
    if looked_at.tzinfo is None or looked_at - now > MOST_AHEAD:
        raise BadInput(
            "查看时间须带时区且不在未来：请校准时钟", "the time of the look needs a zone and is not ahead of us: set "
            "your clock", code="LOOKED_AT"
        )  # fmt: skip
