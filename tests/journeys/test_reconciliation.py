"""The morning after: the practice channels' bills against the ledger, rows that differ, and a person's word on them."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from finder.charging.desk import OrderDesk
from finder.charging.inquiry import OrderInquiry
from finder.charging.nightly import Nightly
from finder.charging.orders import Orders
from finder.charging.outside import Outside
from finder.errors import BadInput, ChannelError, Conflict, NotFound
from finder.federation.desk import SqlDesk
from finder.kernel.clock import SHANGHAI
from finder.money.differences import Decision, Difference, Entry, Kind, decide, differences
from finder.money.funds import reconcile_funds
from finder.money.ledger import Account
from finder.money.reconcile import CARRY_DAYS, Summary, business_day, reconcile
from finder.sandbox.channels.faults import BillLie, ChannelFaults
from tests.faults.charging_world import Payers
from tests.journeys.test_charging_pays_at_a_channel import SUBS, Scene, paying

BOTH = pytest.mark.parametrize("name", sorted(SUBS))


async def paid(scene: Scene) -> date:
    """An order that is paid and split, and the day on which it was; it is now the next morning."""
    order = await scene.ended(await scene.start())
    assert order.captured
    day = scene.world.clock().astimezone(SHANGHAI).date()
    morning(scene, day)
    return day


def morning(scene: Scene, day: date) -> None:
    clock = scene.world.clock
    while business_day(clock()) < day:
        clock.later(3600)


async def run(scene: Scene, day: date) -> Summary:
    morning(scene, day)
    return await reconcile(scene.world.work, scene.channel, day)


async def the_only(scene: Scene) -> Difference:
    (found,) = await differences(scene.world.work)
    return found


@BOTH
async def test_an_honest_bill_matches_to_the_fen_and_a_second_run_changes_nothing(tmp_path: Path, name: str) -> None:
    async with paying(name, tmp_path) as scene:
        day = await paid(scene)
        first = await run(scene, day)
        assert (first.matched, first.waiting, first.raised) == (2, 0, 0)  # the capture, and our share
        again = await run(scene, day)
        assert (again.matched, again.waiting, again.raised) == (0, 0, 0)
        for later in range(1, 5):
            assert (await run(scene, day + timedelta(days=later))).raised == 0
        assert await differences(scene.world.work) == []


@BOTH
async def test_a_row_of_another_amount_is_a_difference_at_once(tmp_path: Path, name: str) -> None:
    async with paying(name, tmp_path) as scene:
        day = await paid(scene)
        scene.server.set_faults(ChannelFaults(bill_lies=(BillLie.OTHER_AMOUNT,)))
        assert (await run(scene, day)).raised >= 1
        found = (await differences(scene.world.work))[0]
        assert found.kind is Kind.AMOUNT
        assert found.channel_fen != found.ledger_fen
        assert found.raw
        # The books follow where a person says that the channel is right.
        off = (found.channel_fen or 0) - (found.ledger_fen or 0)
        before = (await scene.world.books()).get(Account.CHANNEL_CLEARING, 0)
        decided = await decide(scene.world.work, found.id, Decision.CHANNEL_IS_RIGHT, "auditor-1", "渠道更正")
        assert decided.decision is Decision.CHANNEL_IS_RIGHT
        books = await scene.world.books()
        assert books[Account.CHANNEL_CLEARING] - before == off
        assert books[Account.SUSPENSE] == -off
        with pytest.raises(Conflict) as twice:
            await decide(scene.world.work, found.id, Decision.EXPLAINED, "auditor-1", "再来")
        assert twice.value.code == "DECIDED"


@BOTH
async def test_what_the_bill_does_not_tell_is_waited_for_three_days(tmp_path: Path, name: str) -> None:
    async with paying(name, tmp_path) as scene:
        day = await paid(scene)
        scene.server.set_faults(ChannelFaults(bill_lies=(BillLie.MISSING_ROW,)))
        assert (await run(scene, day)).raised == 0
        scene.server.set_faults(ChannelFaults())
        for later in (1, 2):
            assert (await run(scene, day + timedelta(days=later))).raised == 0
        third = await run(scene, day + timedelta(days=3))
        assert third.raised >= 1
        kinds = {each.kind for each in await differences(scene.world.work)}
        assert kinds == {Kind.LEDGER_ONLY}


@BOTH
async def test_a_row_of_nobody_is_waited_for_three_days_and_needs_another_decision(tmp_path: Path, name: str) -> None:
    async with paying(name, tmp_path) as scene:
        day = await paid(scene)
        scene.server.set_faults(ChannelFaults(bill_lies=(BillLie.EXTRA_ROW,)))
        first = await run(scene, day)
        assert (first.waiting >= 1, first.raised) == (True, 0)
        scene.server.set_faults(ChannelFaults())
        await run(scene, day + timedelta(days=2))
        assert await differences(scene.world.work) == []
        await run(scene, day + timedelta(days=3))
        found = (await differences(scene.world.work))[0]
        assert found.kind is Kind.CHANNEL_ONLY
        for by, note in (("", "原因"), ("auditor-1", " ")):
            with pytest.raises(BadInput) as silent:
                await decide(scene.world.work, found.id, Decision.EXPLAINED, by, note)
            assert silent.value.code == "REASON_MISSING"
        await decide(scene.world.work, found.id, Decision.EXPLAINED, "auditor-1", "渠道测试单")
        assert [each.note for each in await differences(scene.world.work, decided=True)] == ["渠道测试单"]


@BOTH
async def test_a_row_told_twice_is_one_row(tmp_path: Path, name: str) -> None:
    async with paying(name, tmp_path) as scene:
        day = await paid(scene)
        scene.server.set_faults(ChannelFaults(bill_lies=(BillLie.TWICE,)))
        told = await run(scene, day)
        assert (told.matched, told.raised) == (2, 0)


@BOTH
async def test_a_bill_that_is_torn_leaves_nothing(tmp_path: Path, name: str) -> None:
    async with paying(name, tmp_path) as scene:
        day = await paid(scene)
        scene.server.set_faults(ChannelFaults(bill_torn=True))
        with pytest.raises(ChannelError):
            await run(scene, day)
        scene.server.set_faults(ChannelFaults())
        assert (await run(scene, day)).matched == 2


@BOTH
@pytest.mark.parametrize(
    ("lie", "kind"),
    [
        (None, None),
        (BillLie.TWICE, None),
        (BillLie.OTHER_AMOUNT, Kind.AMOUNT),
        (BillLie.MISSING_ROW, Kind.LEDGER_ONLY),
        (BillLie.EXTRA_ROW, Kind.CHANNEL_ONLY),
    ],
)
async def test_the_bill_of_funds_is_held_against_the_others(
    tmp_path: Path, name: str, lie: BillLie | None, kind: Kind | None
) -> None:
    async with paying(name, tmp_path) as scene:
        day = await paid(scene)
        await run(scene, day)
        before = await scene.world.books()
        scene.server.set_faults(ChannelFaults(bill_lies=(lie,) if lie else ()))
        for later in range(CARRY_DAYS + 1):
            morning(scene, day + timedelta(days=later))
            told = await reconcile_funds(scene.world.work, scene.channel, day + timedelta(days=later))
            if later == 0:
                assert told.matched or lie
        found = await differences(scene.world.work)
        assert {(each.entry, each.kind) for each in found} == ({(Entry.FUND, kind)} if kind else set())
        assert await scene.world.books() == before


async def test_what_is_not_there_cannot_be_decided(tmp_path: Path) -> None:
    async with paying("wechat", tmp_path) as scene:
        await paid(scene)
        with pytest.raises(NotFound):
            await decide(scene.world.work, "none", Decision.EXPLAINED, "auditor-1", "x")


@BOTH
async def test_a_share_waits_for_the_night_and_the_channel_is_told_that_nothing_follows(
    tmp_path: Path, name: str
) -> None:
    async with paying(name, tmp_path) as scene:
        world = scene.world
        world.orders = Orders(world.work, shares_wait=True)
        outside = Outside(world.work, {name: scene.channel}, lambda _: None, Payers())
        kept = SqlDesk(world.database, world.clock)
        nightly = Nightly(outside, OrderDesk(kept, world.work), kept.bills)
        order = await scene.ended(await scene.start())
        (trade,) = scene.server.channel.book.trades.values()
        assert (trade.split, trade.finished) == (0, False)
        (bill,) = world.operator.billed.values()
        await kept.bill(bill)
        morning(scene, world.clock().astimezone(SHANGHAI).date())
        assert await nightly.step() == 0
        await scene.later(1)
        assert order.captured is not None
        assert (trade.split, trade.finished) == (order.captured.fen * 55 // 1000, True)
        books = await world.books(order.number)
        assert books.get(Account.CHANNEL_CLEARING, 0) == books.get(Account.OPERATOR_PAYABLE, 0) == 0
        assert await differences(world.work, decided=None) == []


@BOTH
async def test_what_the_bills_leave_out_is_asked_for_at_the_channel_before_anything_is_reversed(
    tmp_path: Path, name: str
) -> None:
    async with paying(name, tmp_path) as scene:
        world = scene.world
        outside = Outside(world.work, {name: scene.channel}, lambda _: None, Payers())
        kept = SqlDesk(world.database, world.clock)
        inquiry = OrderInquiry(outside, OrderDesk(kept, world.work))
        day = await paid(scene)
        before = await world.books()
        scene.server.set_faults(ChannelFaults(bill_lies=(BillLie.MISSING_ROW,)))
        await reconcile(world.work, scene.channel, day, inquiry)
        scene.server.set_faults(ChannelFaults())
        later = day + timedelta(days=3)
        morning(scene, later)
        await reconcile(world.work, scene.channel, later, inquiry)
        found = await differences(world.work)
        assert found
        for each in found:
            # Each has its query's answer, with the sign that the bill would have had: nothing is taken back.
            assert (each.kind, each.channel_fen) == (Kind.LEDGER_ONLY, each.ledger_fen)
            assert each.raw == "query: DONE"
        assert await differences(world.work, decided=True) == []
        after = await world.books()
        assert Account.SUSPENSE not in after
        assert after[Account.PLATFORM_AT_CHANNEL] == before[Account.PLATFORM_AT_CHANNEL]
