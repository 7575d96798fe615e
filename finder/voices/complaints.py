"""Complaints: a driver makes one, its operator answers in time or the supervisor does, and one appeal is decided."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from finder.charging.order import unknown
from finder.errors import BadInput, Conflict
from finder.identity.audit import Actor, Audit, acting
from finder.identity.buckets import Buckets
from finder.identity.roles import Caller, Role
from finder.identity.store import Store
from finder.kernel.ids import new_ulid
from finder.stations.merge import source_of
from finder.storage.unit import Unit, Work, to_us
from finder.voices.abuse import (
    MOST_OPEN,
    check_complaint_rate,
    no_complaint,
    no_operator,
    no_station,
    not_yours,
    open_already,
    too_many_open,
)
from finder.voices.complaint import APPEAL_WITHIN, WAITING, Complaint, ComplaintAsk, ComplaintState
from finder.voices.complaint_rows import Rows
from finder.voices.once import Once
from finder.voices.ports import Network, Sessions
from finder.voices.tables import COMPLAINT
from finder.voices.words import read_text

_CLOCK = Actor("finder", "clock")
_WAITING = [state.value for state in WAITING]
_SUBJECT = ("operator", "station", "order_no", "kind")
S = ComplaintState
Step = Callable[[Unit, Complaint], Awaitable[Complaint]]


class Complaints:
    """Complaints in one database. Each step stands in the audit, without anybody's words.

    `answer_by` tells the deadline of what is said now. Every method raises StoreUnavailable.
    """

    def __init__(
        self,
        work: Work,
        store: Store,
        audit: Audit,
        buckets: Buckets,
        network: Network,
        sessions: Sessions,
        answer_by: Callable[[datetime], datetime],
    ) -> None:
        self.work, self._audit, self._buckets, self._answer_by = work, audit, buckets, answer_by
        self._network, self._sessions = network, sessions
        self._store, self.rows = store, Rows(store, work.clock)
        self._once = {what: Once(store, work, what) for what in ("complain", "answer", "appeal", "decide")}

    async def ready(self) -> None:
        """Makes the tables."""
        await self._store.made()
        await self._audit.made()
        await self.work.ready()

    async def complain(self, caller: Caller, ask: ComplaintAsk, network: str) -> Complaint:
        """Takes a complaint; a repeat under the same key gets the same one.

        Raises BadInput COMPLAINT_TEXT and COMPLAINT_SUBJECT, KEY_REUSED, NotFound, TooOften, Conflict COMPLAINT_OPEN,
        TooLarge MANY_COMPLAINTS.
        """
        text = read_text(ask.text)
        subject = (ask.order, ask.station_id, ask.operator)
        if sum(each is not None for each in subject) != 1:
            raise BadInput(
                "请选择投诉对象：订单、充电站或运营商之一",
                "say what it is about: one order, one station or one operator",
                code="COMPLAINT_SUBJECT",
            )
        content = (ask.kind, text, *subject)
        await self.ready()
        if (known := await self._once["complain"].before(caller.person, ask.key, content)) is not None:
            return await self._load(known)
        await check_complaint_rate(self._buckets, caller, network)
        about = await self._about(caller.person, ask)
        async with self._begin() as unit:
            if (known := await self._once["complain"].take(unit, caller.person, ask.key, content)) is not None:
                return await self.rows.load(unit.connection, known)
            await self._check_open(unit, caller.person, about)
            complaint = new_ulid(unit.clock)
            row = about | {
                "id": complaint,
                "person": caller.person,
                "state": S.OPEN.value,
                "text": self.rows.seal("text", text, complaint),
                "made_at": to_us(unit.now),
                "answer_by": to_us(self._answer_by(unit.now)),
            }
            await unit.connection.execute(sa.insert(COMPLAINT).values(**row))
            await self._log(
                unit, acting(caller.person), "made", complaint, kind=ask.kind.value, operator=about["operator"]
            )
            await self._once["complain"].done(unit, caller.person, ask.key, complaint)
            return await self.rows.load(unit.connection, complaint)

    async def answer(self, caller: Caller, complaint_id: str, text: str, key: str) -> Complaint:
        """The operator's word, or the supervisor's where the operator's time has run out.

        Raises BadInput, KEY_REUSED, NotFound for another operator's, Forbidden, Conflict COMPLAINT_STATE.
        """
        said = read_text(text)

        async def step(unit: Unit, complaint: Complaint) -> Complaint:
            late = complaint.state is S.ESCALATED
            if not (_supervises(caller) or _staff(caller, complaint)):
                raise no_complaint(complaint_id)
            if complaint.person == caller.person or not (_supervises(caller) if late else _staff(caller, complaint)):
                raise not_yours()
            values = {"answer": said, "answered_at": to_us(unit.now), "answered_by": caller.person}
            return await self.rows.move(unit, complaint, S.ANSWERED, **values)

        return await self._step(caller, complaint_id, "answer", key, said, step)

    async def appeal(self, caller: Caller, complaint_id: str, text: str, key: str) -> Complaint:
        """Asks a supervisor to decide, once, within seven days of the answer. Raises the same."""
        said = read_text(text)

        async def step(unit: Unit, complaint: Complaint) -> Complaint:
            if complaint.person != caller.person:
                raise no_complaint(complaint_id)
            if complaint.state is S.CLOSED:
                raise Conflict(
                    f"已超过 {APPEAL_WITHIN.days} 天申诉期；如情况再次发生，请重新投诉",
                    f"an appeal is taken within {APPEAL_WITHIN.days} days of the answer; if it happens again, complain "
                    "anew",
                    code="APPEAL_TOO_LATE",
                )
            return await self.rows.move(unit, complaint, S.APPEALED, appeal=said, appealed_at=to_us(unit.now))

        return await self._step(caller, complaint_id, "appeal", key, said, step)

    async def decide(self, caller: Caller, complaint_id: str, text: str, key: str, *, upheld: bool) -> Complaint:
        """A supervisor's word on an appeal; one who has not answered it. Raises the same, and Conflict SAME_DECIDER."""
        said = read_text(text)

        async def step(unit: Unit, complaint: Complaint) -> Complaint:
            if not _supervises(caller) or complaint.person == caller.person:
                raise not_yours()
            if complaint.answered_by == caller.person:
                raise Conflict("申诉须由他人处理", "an appeal is decided by somebody else", code="SAME_DECIDER")
            state = S.UPHELD if upheld else S.REJECTED
            return await self.rows.move(unit, complaint, state, decision=said, ended_at=to_us(unit.now))

        return await self._step(caller, complaint_id, "decide", key, (said, upheld), step)

    async def mine(self, caller: Caller, first: int, after: str | None = None) -> list[Complaint]:
        """The caller's, the newest first, older than `after`."""
        return await self._find(first, after, COMPLAINT.c.person == caller.person)

    async def desk(
        self, caller: Caller, first: int, after: str | None = None, state: ComplaintState | None = None
    ) -> list[Complaint]:
        """Those that the caller answers or decides: staff's are their operator's, a supervisor's are all.

        Raises Forbidden for anybody else.
        """
        where: list[sa.ColumnElement[bool]] = [] if state is None else [COMPLAINT.c.state == state.value]
        if not _supervises(caller):
            if Role.OPERATOR_STAFF not in caller.roles:
                raise not_yours()
            where.append(COMPLAINT.c.operator.in_(sorted(caller.operators)))
        return await self._find(first, after, *where)

    async def sweep(self) -> int:
        """Takes what was not answered in time to the supervisor, and closes what was not appealed; how many."""
        now = to_us(self.work.clock())
        late = sa.and_(COMPLAINT.c.state == S.OPEN.value, COMPLAINT.c.answer_by <= now)
        appealable = COMPLAINT.c.answered_at < to_us(self.work.clock() - APPEAL_WITHIN)
        quiet = sa.and_(COMPLAINT.c.state == S.ANSWERED.value, appealable)
        question = sa.select(COMPLAINT.c.id).where(sa.or_(late, quiet)).order_by(COMPLAINT.c.id).limit(500)
        await self.ready()
        async with self.work.read() as connection:
            ids = list((await connection.execute(question)).scalars())
        if not ids:
            return 0
        async with self._begin() as unit:
            held = sa.select(COMPLAINT.c.id, COMPLAINT.c.state, COMPLAINT.c.answer_by)
            rows = await unit.connection.execute(held.where(COMPLAINT.c.id.in_(ids), late | quiet).with_for_update())
            moved = rows.all()
            for row in moved:
                own = sa.update(COMPLAINT).where(COMPLAINT.c.id == row.id)
                if row.state == S.OPEN.value:
                    values = {"state": S.ESCALATED.value, "escalated_at": row.answer_by}
                else:
                    values = {"state": S.CLOSED.value, "ended_at": to_us(unit.now)}
                await unit.connection.execute(own.values(**values))
                await self._log(unit, _CLOCK, values["state"].lower(), row.id)
        return len(moved)

    @asynccontextmanager
    async def _begin(self) -> AsyncIterator[Unit]:
        """A unit that has the audit first, as whoever erases a person does."""
        async with self.work.begin() as unit:
            await self._audit.lock(unit.connection)
            yield unit

    async def _step(self, caller: Caller, complaint_id: str, what: str, key: str, said: Any, step: Step) -> Complaint:
        content = (complaint_id, said)
        await self.ready()
        if (known := await self._once[what].before(caller.person, key, content)) is not None:
            return _shown(caller, await self._load(known))
        async with self._begin() as unit:
            if (known := await self._once[what].take(unit, caller.person, key, content)) is not None:
                return _shown(caller, await self.rows.load(unit.connection, known))
            complaint = await self.rows.load(unit.connection, complaint_id, lock=True)
            done = await step(unit, complaint)
            await self._log(unit, acting(caller.person), done.state.value.lower(), complaint_id)
            await self._once[what].done(unit, caller.person, key, complaint_id)
            return done

    async def _about(self, person: str, ask: ComplaintAsk) -> dict[str, Any]:
        """Whose it is, and at which station. Raises NotFound."""
        operator, station_id = ask.operator, ask.station_id
        if ask.order is not None:
            async with self.work.read() as connection:
                order = await self._sessions.ordered(connection, person, ask.order)
            if order is None:
                raise unknown(ask.order)
            operator, station_id = order.operator, self._network.station_of(order.evse_id)
        station = None if station_id is None else await self._network.stations.station(station_id)
        if ask.station_id is not None:
            if station is None:
                raise no_station()
            operator = source_of(station.id)
        if ask.operator is not None and ask.operator not in self._network.operators():
            raise no_operator(ask.operator)
        return {
            "operator": operator,
            "station": None if station is None else station.id,
            "station_name": None if station is None else station.name,
            "order_no": ask.order,
            "kind": ask.kind.value,
        }

    async def _check_open(self, unit: Unit, person: str, about: dict[str, Any]) -> None:
        mine = sa.select(COMPLAINT).where(COMPLAINT.c.person == person, COMPLAINT.c.state.in_(_WAITING))
        waits = (await unit.connection.execute(mine)).all()
        same = [about[name] for name in _SUBJECT]
        if any([getattr(row, name) for name in _SUBJECT] == same for row in waits):
            raise open_already()
        if len(waits) >= MOST_OPEN:
            raise too_many_open()

    async def _load(self, complaint_id: str) -> Complaint:
        async with self.work.read() as connection:
            return await self.rows.load(connection, complaint_id)

    async def _find(self, first: int, after: str | None, *where: sa.ColumnElement[bool]) -> list[Complaint]:
        older = () if after is None else (COMPLAINT.c.id < after,)
        await self.ready()
        async with self.work.read() as connection:
            return await self.rows.find(connection, *where, *older, first=first)

    async def _log(self, unit: Unit, by: Actor, what: str, complaint_id: str, **detail: Any) -> None:
        await self._audit.append(unit.connection, by, f"complaint.{what}", complaint_id, detail)


def _shown(caller: Caller, complaint: Complaint) -> Complaint:
    """What a repeat is answered: whoever may not see it any more, since it works elsewhere by now, does not."""
    if complaint.person == caller.person or _supervises(caller) or _staff(caller, complaint):
        return complaint
    raise no_complaint(complaint.id)


def _supervises(caller: Caller) -> bool:
    return Role.SUPERVISOR in caller.roles


def _staff(caller: Caller, complaint: Complaint) -> bool:
    return Role.OPERATOR_STAFF in caller.roles and complaint.operator in caller.operators
