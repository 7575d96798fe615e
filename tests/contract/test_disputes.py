"""Disputes of orders, on SQLite and on a real PostgreSQL: who opens, answers and decides them, and what waits."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from finder.charging.decide import over
from finder.charging.dispute_rows import NEXT, Cause, Dispute, DisputeState
from finder.charging.disputes import APPEAL_WITHIN, DISPUTE_WITHIN, MAX_TEXT, Disputes, DisputesHeld
from finder.charging.machines import Capture, Item
from finder.charging.news import take_bill
from finder.charging.order import Held, Order
from finder.errors import Conflict, FinderError
from finder.identity.audit import Actor, Audit
from finder.kernel.ids import part
from finder.kernel.money import Money
from finder.money.channels.port import Step
from finder.money.ledger import Account
from finder.storage.database import Database
from tests.faults.charging_world import World, replace_total

LI, WANG = Actor("supervisor:li", "test"), Actor("supervisor:wang", "test")


@pytest.fixture
def world(database: Database) -> World:
    return World(database, seed=1, trouble=0)


@pytest.fixture
def disputes(world: World) -> Disputes:
    return Disputes(world.work, Audit(world.database, world.clock))


async def code(awaited: object) -> str:
    with pytest.raises(FinderError) as refused:
        await awaited  # type: ignore[misc]
    assert refused.value.zh
    return refused.value.code


async def captured(world: World) -> Order:
    """An order that was paid a moment ago."""
    order = await world.start()
    for n in range(100):
        await world.happen(1)
        now = (await world.orders.order(order.person, order.number)).order
        if now.capture is Capture.CAPTURED:
            return now
        if n == 5:
            await world.orders.stop(order.person, order.number)
    raise AssertionError("it never ended")


async def go(world: World, passes: int = 4) -> None:
    for _ in range(passes):
        await world.happen(1)


async def test_of_a_disputed_order_nothing_is_passed_on_until_somebody_has_decided(
    world: World, disputes: Disputes
) -> None:
    order = await captured(world)
    opened = await disputes.open(order.person, order.number, Cause.STOPPED_EARLY, " 充到一半停了 ")
    assert (opened.state, opened.said) == (DisputeState.OPEN, "充到一半停了")
    again = await disputes.open(order.person, order.number, Cause.STOPPED_EARLY, "充到一半停了")
    assert again.id == opened.id
    assert await code(disputes.open(order.person, order.number, Cause.OTHER, "还有")) == "DISPUTED_ALREADY"
    await go(world)
    view = await world.orders.order(order.person, order.number)
    assert (view.order.held, [item.state for item in view.items]) == (Held.DISPUTE, [Item.DROPPED])
    assert not over(view.order, view.items)
    assert Step.SPLIT not in {effect.step for effect in world.channel.effects.values()}
    answered = await disputes.answer(opened.id, Actor("operator:jinbei", "test"), "车辆主动停止")
    assert answered.state is DisputeState.ANSWERED
    rejected = await disputes.decide(opened.id, LI, DisputeState.REJECTED, "记录显示车辆停止")
    assert (rejected.state, rejected.decided_by) == (DisputeState.REJECTED, LI.who)
    await go(world)
    view = await world.orders.order(order.person, order.number)
    assert over(view.order, view.items)
    assert {item.step for item in view.items if item.state is Item.DONE} == {Step.SPLIT, Step.SPLIT_FINISH}


async def test_a_dispute_that_is_won_is_paid_back_and_our_share_is_of_what_is_left(
    world: World, disputes: Disputes
) -> None:
    order = await captured(world)
    taken = order.captured or Money(0)
    opened = await disputes.open(order.person, order.number, Cause.OVERCHARGED, "多收了")
    refunded = DisputeState.REFUNDED
    assert await code(disputes.decide(opened.id, LI, refunded, "属实")) == "DISPUTE_REFUND"
    assert await code(disputes.decide(opened.id, LI, DisputeState.REJECTED, "否", Money(1))) == "DISPUTE_REFUND"
    too_much = Money(taken.fen + 1)
    assert await code(disputes.decide(opened.id, LI, refunded, "属实", too_much)) == "REFUND_OUT_OF_RANGE"
    assert (await disputes.dispute(opened.id)).state is DisputeState.OPEN
    ends = await asyncio.gather(
        *(disputes.decide(opened.id, LI, refunded, "属实", Money(100)) for _ in range(5)), return_exceptions=True
    )
    assert sum(isinstance(end, Dispute) for end in ends) == 1
    assert {end.code for end in ends if isinstance(end, Conflict)} == {"DISPUTE_STATE"}
    await go(world, 6)
    view = await world.orders.order(order.person, order.number)
    assert over(view.order, view.items)
    assert world.channel.effects[part(order.number, "B", 0)].amount == Money(100)
    books = await world.books(order.number)
    assert books[Account.PLATFORM_AT_CHANNEL] == (taken.fen - 100) * 55 // 1000
    assert books.get(Account.CHANNEL_CLEARING, 0) == 0


async def test_an_appeal_is_decided_by_somebody_else_and_only_once(world: World, disputes: Disputes) -> None:
    order = await captured(world)
    opened = await disputes.open(order.person, order.number, Cause.OTHER, "不对")
    assert await code(disputes.appeal(order.person, opened.id, "再看看")) == "DISPUTE_STATE"
    await disputes.decide(opened.id, LI, DisputeState.REJECTED, "否")
    assert await code(disputes.open(order.person, order.number, Cause.OTHER, "又来")) == "DISPUTE_DECIDED"
    assert await code(disputes.appeal("stranger", opened.id, "再看看")) == "NO_SUCH_DISPUTE"
    world.clock.later(APPEAL_WITHIN.total_seconds())
    assert (await disputes.appeal(order.person, opened.id, "再看看")).state is DisputeState.APPEALED
    assert await code(disputes.decide(opened.id, LI, DisputeState.CLOSED, "否")) == "SAME_DECIDER"
    assert await code(disputes.decide(opened.id, WANG, DisputeState.REJECTED, "否")) == "DISPUTE_STATE"
    assert (await disputes.decide(opened.id, WANG, DisputeState.CLOSED, "否")).decided_by == WANG.who
    assert await code(disputes.appeal(order.person, opened.id, "再看看")) == "DISPUTE_STATE"


async def test_an_appeal_that_comes_too_late_is_refused(world: World, disputes: Disputes) -> None:
    order = await captured(world)
    opened = await disputes.open(order.person, order.number, Cause.OTHER, "不对")
    await disputes.decide(opened.id, LI, DisputeState.REJECTED, "否")
    world.clock.later(APPEAL_WITHIN.total_seconds() + 1)
    assert await code(disputes.appeal(order.person, opened.id, "再看看")) == "APPEAL_TOO_LATE"


async def test_a_dispute_that_is_withdrawn_lets_the_money_go(world: World, disputes: Disputes) -> None:
    order = await captured(world)
    opened = await disputes.open(order.person, order.number, Cause.OTHER, "不对")
    assert await code(disputes.withdraw("stranger", opened.id)) == "NO_SUCH_DISPUTE"
    assert (await disputes.withdraw(order.person, opened.id)).state is DisputeState.WITHDRAWN
    await go(world)
    view = await world.orders.order(order.person, order.number)
    assert over(view.order, view.items)
    assert (await disputes.open(order.person, order.number, Cause.OTHER, "还是不对")).state is DisputeState.OPEN


async def test_every_limit_of_a_dispute_at_it_and_one_past_it(world: World, disputes: Disputes) -> None:
    order = await captured(world)

    def opened(text: str = "x", cause: Cause = Cause.OTHER, person: str = order.person) -> Any:
        return disputes.open(person, order.number, cause, text)

    assert await code(opened("")) == "DISPUTE_TEXT"
    assert await code(opened("字" * (MAX_TEXT + 1))) == "DISPUTE_TEXT"
    assert await code(opened(cause=Cause.BILL_ABOVE_CAP)) == "DISPUTE_REASON"
    assert await code(opened(person="stranger")) == "NO_SUCH_ORDER"
    world.clock.now = order.created_at + DISPUTE_WITHIN + timedelta(seconds=1)
    assert await code(opened()) == "DISPUTE_TOO_LATE"
    world.clock.now = order.created_at + DISPUTE_WITHIN
    assert (await opened("字" * MAX_TEXT)).state is DisputeState.OPEN
    early = await world.orders.start("early", world.ask(99), "k")
    assert await code(disputes.open("early", early.number, Cause.OTHER, "x")) == "DISPUTE_TOO_EARLY"


async def test_a_bill_above_the_cap_and_a_second_one_are_disputed_with_the_operator_by_themselves(
    world: World, disputes: Disputes
) -> None:
    order = await captured(world)
    assert await disputes.waiting() == []
    bill = world.operator.billed[order.number]
    async with world.work.begin() as unit:
        await take_bill(unit, order.number, replace_total(bill, bill.total.fen + 7))
        await take_bill(unit, order.number, replace_total(bill, bill.total.fen + 8))
    (ours,) = await disputes.waiting()
    assert (ours.cause, ours.person, ours.operator) == (Cause.BILL_DIFFERS, None, "jinbei")
    assert (await world.orders.order(order.person, order.number)).order.held is None  # what was taken is undisputed
    assert await code(disputes.decide(ours.id, LI, DisputeState.REFUNDED, "x", Money(1))) == "DISPUTE_STATE"
    assert (await disputes.decide(ours.id, LI, DisputeState.UPHELD, "运营商放弃")).state is DisputeState.UPHELD
    big = await world.start()
    while big.capture is not Capture.CAPTURED:
        await world.happen(1)
        big = (await world.orders.order(big.person, big.number)).order
        if (session := world.operator.sessions.get(big.number)) is not None:
            session.full_at = session.full_at.__class__(60)
    assert big.captured == big.cap
    assert [each.cause for each in await disputes.waiting() if each.order == big.number] == [Cause.BILL_ABOVE_CAP]


async def test_every_step_stands_in_the_audit_without_anybodys_words(
    world: World, disputes: Disputes, database: Database
) -> None:
    order = await captured(world)
    opened = await disputes.open(order.person, order.number, Cause.OTHER, "我是张三")
    await disputes.answer(opened.id, LI, "张三您好")
    await disputes.decide(opened.id, LI, DisputeState.REJECTED, "张三有误")
    audit = Audit(database, world.clock)
    entries = await audit.history(opened.id)
    assert [entry.what for entry in entries] == ["dispute.opened", "dispute.answered", "dispute.decided"]
    assert "张三" not in repr(entries) + repr(opened)
    await audit.verify()


async def test_what_was_said_is_exported_and_erased(world: World, disputes: Disputes) -> None:
    order = await captured(world)
    await disputes.open(order.person, order.number, Cause.OTHER, "我是张三")
    held = DisputesHeld(world.work)
    async with world.work.begin() as unit:
        (told,) = await held.export(unit.connection, order.person)
        assert (told["text"], told["state"]) == ("我是张三", "OPEN")
        await held.let_go(unit.connection, order.person)
        (told,) = await held.export(unit.connection, order.person)
        assert told["text"] is None
        assert await held.export(unit.connection, "stranger") == []


def test_no_state_is_left_that_its_table_does_not_name() -> None:
    assert set(NEXT) == set(DisputeState)
    assert {after for states in NEXT.values() for after in states} == set(DisputeState) - {DisputeState.OPEN}
