"""Disputes: a driver opens one, and the order's money stays where it is until somebody of the city's has decided."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.charging.dispute_rows import (
    DISPUTE,
    NEXT,
    OURS,
    WAITING,
    Cause,
    Dispute,
    DisputeState,
    add_dispute,
    change_dispute,
    find_disputes,
    load_dispute,
)
from finder.charging.machines import Session
from finder.charging.news import release_money
from finder.charging.order import Held, Order, load
from finder.charging.refunds import refund as give_back
from finder.charging.settling import hold_money
from finder.errors import BadInput, Conflict, NotFound
from finder.identity.audit import Actor, Audit, acting
from finder.kernel.ids import Number
from finder.kernel.money import Money
from finder.storage.unit import Unit, Work, to_us

MAX_TEXT = 500
DISPUTE_WITHIN = timedelta(days=25)  # of the order: a channel splits and frees for thirty
APPEAL_WITHIN = timedelta(days=7)  # of the decision
MOST = 5  # of one order
_DISPUTABLE = (Session.ENDED, Session.BILLED, Session.BILL_MISSING)
_ENDS = {
    DisputeState.OPEN: (DisputeState.REFUNDED, DisputeState.REJECTED),
    DisputeState.ANSWERED: (DisputeState.REFUNDED, DisputeState.REJECTED),
    DisputeState.APPEALED: (DisputeState.REFUNDED, DisputeState.CLOSED),
}


class Disputes:
    """Disputes in one database. Each step stands in the audit, without anybody's words."""

    def __init__(self, work: Work, audit: Audit, wake: Callable[[], None] = lambda: None) -> None:
        self._work, self._audit, self._wake = work, audit, wake

    async def open(self, person: str, number: Number, cause: Cause, text: str) -> Dispute:
        """Disputes one's own order; the same again is the same dispute. Raises NotFound, BadInput, Conflict."""
        said = _text(text)
        if cause in OURS:
            raise BadInput("请选择争议原因", "choose a reason of your own", code="DISPUTE_REASON")
        await self._audit.made()
        try:
            async with self._work.begin() as unit:
                order = _own(await load(unit.connection, number, lock=True), person)
                known = await find_disputes(unit.connection, DISPUTE.c.order_no == number, DISPUTE.c.person == person)
                if same := next((d for d in known if (d.cause, d.said) == (cause, said)), None):
                    return same
                _may_open(order, cause, known, unit)
                dispute_id = await add_dispute(unit, number, order.operator, person, cause, said)
                await hold_money(unit, order, Held.DISPUTE)
                await self._log(unit, acting(person), "dispute.opened", dispute_id, order=number, cause=cause.value)
                return await load_dispute(unit.connection, dispute_id)
        except IntegrityError as taken:
            raise _running() from taken

    async def appeal(self, person: str, dispute_id: str, text: str) -> Dispute:
        """Asks somebody else to decide again. Raises NotFound, BadInput, Conflict."""
        said = _text(text)
        await self._audit.made()
        async with self._work.begin() as unit:
            dispute, order = await self._locked(unit, dispute_id)
            if dispute.person != person:
                raise _none(dispute_id)
            _step(dispute, DisputeState.APPEALED)
            if dispute.decided_at is None or unit.now - dispute.decided_at > APPEAL_WITHIN:
                raise Conflict(
                    "已超过七天申诉期", "an appeal is taken within seven days of the decision", code="APPEAL_TOO_LATE"
                )
            await change_dispute(unit, dispute_id, state=DisputeState.APPEALED.value, appeal=said)
            await hold_money(unit, order, Held.DISPUTE)
            await self._log(unit, acting(person), "dispute.appealed", dispute_id)
            return await load_dispute(unit.connection, dispute_id)

    async def withdraw(self, person: str, dispute_id: str) -> Dispute:
        """Does without it. Raises NotFound, Conflict."""
        await self._audit.made()
        async with self._work.begin() as unit:
            dispute, order = await self._locked(unit, dispute_id)
            if dispute.person != person:
                raise _none(dispute_id)
            _step(dispute, DisputeState.WITHDRAWN)
            await change_dispute(unit, dispute_id, state=DisputeState.WITHDRAWN.value, decided_at=to_us(unit.now))
            await release_money(unit, order)
            await self._log(unit, acting(person), "dispute.withdrawn", dispute_id)
            done = await load_dispute(unit.connection, dispute_id)
        self._wake()
        return done

    async def answer(self, dispute_id: str, by: Actor, text: str) -> Dispute:
        """What the operator, or staff for it, says of it. Raises NotFound, BadInput, Conflict."""
        said = _text(text)
        await self._audit.made()
        async with self._work.begin() as unit:
            dispute, _ = await self._locked(unit, dispute_id)
            _step(dispute, DisputeState.ANSWERED)
            await change_dispute(unit, dispute_id, state=DisputeState.ANSWERED.value, answer=said)
            await self._log(unit, by, "dispute.answered", dispute_id)
            return await load_dispute(unit.connection, dispute_id)

    async def decide(
        self, dispute_id: str, by: Actor, outcome: DisputeState, note: str, refund: Money | None = None
    ) -> Dispute:
        """A supervisor's word. An appeal is decided by another one. Raises NotFound, BadInput, Conflict."""
        said = _text(note)
        await self._audit.made()
        async with self._work.begin() as unit:
            dispute, order = await self._locked(unit, dispute_id)
            _check(dispute, by, outcome, refund)
            values = {"decided_at": to_us(unit.now), "decided_by": by.who, "note": said}
            if refund is not None:
                values["refund_fen"] = refund.fen
                order, _ = await give_back(unit, order, refund, f"争议 {dispute_id}")
            await change_dispute(unit, dispute_id, state=outcome.value, **values)
            if dispute.person is not None:
                await release_money(unit, order)
            fen = refund.fen if refund else 0
            await self._log(unit, by, "dispute.decided", dispute_id, outcome=outcome.value, fen=fen)
            done = await load_dispute(unit.connection, dispute_id)
        self._wake()
        return done

    async def waiting(self) -> list[Dispute]:
        """Those that somebody has to decide, the newest first."""
        async with self._work.read() as connection:
            return await find_disputes(connection, DISPUTE.c.state.in_([state.value for state in WAITING]))

    async def dispute(self, dispute_id: str) -> Dispute:
        """Raises NotFound."""
        async with self._work.read() as connection:
            return await load_dispute(connection, dispute_id)

    async def of_order(self, person: str, number: Number) -> list[Dispute]:
        """One's own of an order, the newest first."""
        async with self._work.read() as connection:
            return await find_disputes(connection, DISPUTE.c.order_no == number, DISPUTE.c.person == person)

    async def _locked(self, unit: Unit, dispute_id: str) -> tuple[Dispute, Order]:
        """The order first, as whoever gives money back does."""
        number = (await load_dispute(unit.connection, dispute_id)).order
        order = await load(unit.connection, number, lock=True)
        return await load_dispute(unit.connection, dispute_id, lock=True), order

    async def _log(self, unit: Unit, by: Actor, what: str, dispute_id: str, **detail: Any) -> None:
        await self._audit.append(unit.connection, by, what, dispute_id, detail)


def _text(text: str) -> str:
    said = text.strip()
    if not 1 <= len(said) <= MAX_TEXT:
        raise BadInput(f"说明应为 1 至 {MAX_TEXT} 个字", f"say it in 1 to {MAX_TEXT} characters", code="DISPUTE_TEXT")
    return said


def _own(order: Order, person: str) -> Order:
    if order.person != person:
        raise NotFound(f"没有订单 {order.number!r}", f"there is no order {order.number!r}", code="NO_SUCH_ORDER")
    return order


def _may_open(order: Order, cause: Cause, known: Sequence[Dispute], unit: Unit) -> None:
    if order.session not in _DISPUTABLE:
        raise Conflict("充电结束后才能提出争议", "an order can be disputed once it has ended", code="DISPUTE_TOO_EARLY")
    if unit.now - order.created_at > DISPUTE_WITHIN:
        raise Conflict(
            f"已超过 {DISPUTE_WITHIN.days} 天，请联系客服",
            f"an order is disputed within {DISPUTE_WITHIN.days} days: ask the service desk",
            code="DISPUTE_TOO_LATE",
        )
    if any(dispute.state in WAITING for dispute in known):
        raise _running()
    if any(dispute.cause is cause and dispute.state is not DisputeState.WITHDRAWN for dispute in known):
        raise Conflict(
            "该原因的争议已有结论，如不认可请申诉",
            "this was decided already: appeal, if you do not agree",
            code="DISPUTE_DECIDED",
        )
    if len(known) >= MOST:
        raise Conflict(
            f"同一订单最多 {MOST} 次争议", f"an order is disputed {MOST} times at the most", code="MANY_DISPUTES"
        )


def _check(dispute: Dispute, by: Actor, outcome: DisputeState, refund: Money | None) -> None:
    ends = (DisputeState.UPHELD, DisputeState.REJECTED) if dispute.person is None else _ENDS.get(dispute.state, ())
    if outcome not in ends:
        raise _no_step(dispute, outcome)
    _step(dispute, outcome)
    if dispute.state is DisputeState.APPEALED and by.who == dispute.decided_by:
        raise Conflict("申诉须由他人处理", "an appeal is decided by somebody else", code="SAME_DECIDER")
    if (outcome is DisputeState.REFUNDED) is (refund is None):
        raise BadInput(
            "退款金额须与 REFUNDED 同时给出",
            "give an amount with REFUNDED, and with nothing else",
            code="DISPUTE_REFUND",
        )


def _step(dispute: Dispute, state: DisputeState) -> None:
    if state not in NEXT[dispute.state] or (dispute.person is None and state is DisputeState.APPEALED):
        raise _no_step(dispute, state)


def _no_step(dispute: Dispute, state: DisputeState) -> Conflict:
    return Conflict(
        f"争议处于 {dispute.state}，不能变为 {state}",
        f"the dispute is {dispute.state}, and cannot become {state}",
        code="DISPUTE_STATE",
    )


def _running() -> Conflict:
    return Conflict("该订单已有处理中的争议", "this order is being disputed already", code="DISPUTED_ALREADY")


def _none(dispute_id: str) -> NotFound:
    return NotFound(f"没有争议 {dispute_id[:40]!r}", f"there is no dispute {dispute_id[:40]!r}", code="NO_SUCH_DISPUTE")


class DisputesHeld:
    """Disputes, as the room of identity asks for them."""

    name = "disputes"

    def __init__(self, work: Work) -> None:
        self._work = work

    async def ready(self) -> None:
        """Makes the tables. Raises StoreUnavailable."""
        await self._work.ready()

    async def export(self, connection: AsyncConnection, person: str) -> Sequence[dict[str, Any]]:
        """Every dispute, the newest first, in everybody's words."""
        return [
            {
                "order": each.order,
                "at": each.opened_at,
                "reason": each.cause.value,
                "text": each.said,
                "answer": each.answer,
                "appeal": each.appeal,
                "state": each.state.value,
                "note": each.note,
                "refundFen": None if each.refund is None else each.refund.fen,
            }
            for each in await find_disputes(connection, DISPUTE.c.person == person, limit=100_000)
        ]

    async def let_go(self, connection: AsyncConnection, person: str) -> None:
        """Forgets what was said; an order that is still disputed is not over, and keeps its person from erasure."""
        silent = {"said": None, "appeal": None, "answer": None, "note": None}
        await connection.execute(sa.update(DISPUTE).where(DISPUTE.c.person == person).values(**silent))
