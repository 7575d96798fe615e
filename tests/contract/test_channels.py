"""What every payment channel does, on both through their practice servers and over real HTTP."""

from datetime import timedelta

import pytest

from finder.errors import ChannelLied, ChannelRefused, ChannelUnavailable
from finder.kernel.ids import order_of, part
from finder.kernel.money import Money
from finder.money.channels.port import BillKind, BillRow, Seen, Stand, Step
from finder.sandbox.channels.faults import BillLie
from tests.contract.channel_world import BILL_AT, DAY, World

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_driver_is_asked_for_a_hold_and_his_word_makes_it_one(world: World) -> None:
    order = world.order()
    ask = world.hold_ask(order)
    pending = await world.channel.hold(ask)
    assert (pending.step, pending.number, pending.stand) == (Step.HOLD, ask.number, Stand.PENDING)
    assert pending.phone
    await world.kind.agree(pending)
    held = await world.channel.query(Step.HOLD, ask.number, ask.number, world.kind.sub)
    assert (held.stand, held.amount, held.phone) == (Stand.DONE, Money(10_000), {})
    assert held.channel_id


async def test_a_hold_is_captured_with_less_and_the_rest_is_free(world: World) -> None:
    hold = await world.held(world.order())
    ask = world.capture_ask(hold)
    first = await world.channel.capture(ask)
    assert first.number == ask.number
    assert first.stand in (Stand.WORKING, Stand.DONE)
    done = await world.channel.query(Step.CAPTURE, ask.number, hold.number, world.kind.sub)
    assert (done.stand, done.number, done.amount) == (Stand.DONE, ask.number, Money(4_321))
    assert done.channel_id
    assert done.at == world.clock()
    assert world.server.channel.book.holds[hold.number].rest == 0


async def test_all_of_a_hold_may_be_captured_and_a_fen_more_may_not(world: World) -> None:
    assert (await world.captured(await world.held(world.order(), 5_000), 5_000)).amount == Money(5_000)
    hold = await world.held(world.order(), 5_000)
    before = world.effects
    with pytest.raises(ChannelRefused):
        await world.channel.capture(world.capture_ask(hold, 5_001))
    assert world.effects == before


async def test_a_hold_is_released_and_then_takes_nothing(world: World) -> None:
    hold = await world.held(world.order())
    number = part(order_of(hold.number), "U", 0)
    released = await world.channel.release(number, hold.number, hold.channel_id, world.kind.sub)
    assert (released.step, released.number) == (Step.RELEASE, number)
    told = await world.channel.query(Step.RELEASE, number, hold.number, world.kind.sub)
    assert told.stand is Stand.DONE
    with pytest.raises(ChannelRefused):
        await world.channel.capture(world.capture_ask(hold))


async def test_a_captured_hold_is_not_released(world: World) -> None:
    hold = await world.held(world.order())
    await world.captured(hold)
    with pytest.raises(ChannelRefused):
        await world.channel.release(part(order_of(hold.number), "U", 0), hold.number, hold.channel_id, world.kind.sub)


async def test_a_plain_payment_is_a_capture_of_its_own(world: World) -> None:
    ask = world.pay_ask(world.order())
    pending = await world.channel.pay(ask)
    assert (pending.step, pending.number, pending.stand) == (Step.CAPTURE, ask.number, Stand.PENDING)
    await world.kind.agree(pending)
    done = await world.channel.query(Step.CAPTURE, ask.number, ask.number, world.kind.sub)
    assert (done.stand, done.amount, done.number) == (Stand.DONE, Money(700), ask.number)


async def test_our_share_is_split_off_and_what_remains_is_the_operators(world: World) -> None:
    capture = await world.captured(await world.held(world.order()))
    split = await world.split_done(capture)
    assert (split.step, split.stand, split.amount) == (Step.SPLIT, Stand.DONE, Money(500))
    finish = world.split_ask(capture, 0, "F")
    await world.channel.split_finish(finish)
    told = await world.channel.query(
        Step.SPLIT_FINISH, finish.number, capture.number, world.kind.sub, capture.channel_id
    )
    assert told.stand is Stand.DONE
    with pytest.raises(ChannelRefused):
        await world.channel.split(world.split_ask(capture, 1, "T"))


async def test_at_most_thirty_percent_is_split_off(world: World) -> None:
    capture = await world.captured(await world.held(world.order()), 1_000, electricity=None, service=None)
    with pytest.raises(ChannelRefused):
        await world.channel.split(world.split_ask(capture, 301))
    assert (await world.split_done(capture, 300)).stand is Stand.DONE


async def test_part_is_refunded_and_never_more_than_was_taken(world: World) -> None:
    capture = await world.captured(await world.held(world.order()))
    refund = await world.refunded(capture, 321)
    assert (refund.step, refund.stand, refund.amount) == (Step.REFUND, Stand.DONE, Money(321))
    with pytest.raises(ChannelRefused):
        await world.channel.refund(world.refund_ask(capture, 4_001, 1))
    assert (await world.refunded(capture, 4_000, 2)).stand is Stand.DONE


async def give_back(world: World, capture: Seen, split: Seen) -> Seen:
    """Our share goes back and all of the capture is refunded, in the channel's own way."""
    assert capture.amount is not None
    if world.channel.returns_with_refund:
        return await world.refunded(capture, capture.amount.fen, returned=Money(500), split=split.number)
    back = world.split_ask(capture, 500, "B", returns=split.number)
    await world.channel.split(back)
    told = await world.channel.query(Step.SPLIT_RETURN, back.number, split.number, world.kind.sub, split.channel_id)
    assert (told.stand, told.amount) == (Stand.DONE, Money(500))
    return await world.refunded(capture, capture.amount.fen)


async def test_a_split_goes_back_in_the_channels_own_way_and_no_other(world: World) -> None:
    capture = await world.captured(await world.held(world.order()))
    split = await world.split_done(capture)
    other = (
        world.channel.split(world.split_ask(capture, 500, "B", returns=split.number))
        if world.channel.returns_with_refund
        else world.channel.refund(world.refund_ask(capture, 321, returned=Money(1), split=split.number))
    )
    with pytest.raises(ChannelRefused):
        await other
    assert (await give_back(world, capture, split)).stand is Stand.DONE
    assert all(trade.split == 0 for trade in world.server.channel.book.trades.values())


async def test_a_number_that_nobody_asked_for_is_unknown(world: World) -> None:
    order = world.order()
    number, of = part(order, "X", 0), part(order, "Y", 0)
    for step in Step:
        if step is Step.SPLIT_RETURN and world.channel.returns_with_refund:
            continue
        seen = await world.channel.query(step, number, of, world.kind.sub, "1234567890")
        assert (seen.step, seen.number, seen.stand) == (step, number, Stand.UNKNOWN)
    assert (await world.channel.query(Step.CAPTURE, number, number, world.kind.sub)).stand is Stand.UNKNOWN


async def test_a_capture_that_nobody_asked_for_yet_is_unknown(world: World) -> None:
    hold = await world.held(world.order())
    number = part(order_of(hold.number), "C", 0)
    assert (await world.channel.query(Step.CAPTURE, number, hold.number, world.kind.sub)).stand is Stand.UNKNOWN
    assert (await world.channel.query(Step.RELEASE, number, hold.number, world.kind.sub)).stand is Stand.UNKNOWN


async def test_one_operators_order_is_not_anothers(world: World) -> None:
    hold = await world.held(world.order())
    with pytest.raises(ChannelRefused):
        await world.channel.capture(world.capture_ask(hold, sub_merchant=world.kind.other_sub))


# Bills


def by_number(rows: list[BillRow]) -> dict[tuple[Step, str | None], BillRow]:
    return {(row.step, row.number): row for row in rows}


async def test_the_bill_of_the_day_has_each_effect_in_fen(world: World) -> None:
    hold = await world.held(world.order())
    capture = await world.captured(hold)
    paid = world.pay_ask(world.order())
    await world.kind.agree(await world.channel.pay(paid))
    refund = await world.refunded(capture)
    rows = by_number(await world.bill())
    told = hold.number if world.channel.name == "wechat" else capture.number
    row = rows[Step.CAPTURE, told]
    assert (row.fen, row.fee_fen, row.sub_merchant, row.channel_id) == (4_321, 26, world.kind.sub, capture.channel_id)
    assert row.business_date == DAY
    assert "driver" not in row.raw
    assert str(capture.channel_id) in row.raw
    assert order_of(told) == order_of(capture.number)
    assert rows[Step.CAPTURE, paid.number].fen == 700
    assert rows[Step.REFUND, refund.number].fen == -321
    assert len(rows) == 3


async def test_the_bill_of_splits_has_what_went_out_and_came_back(world: World) -> None:
    capture = await world.captured(await world.held(world.order()))
    split = await world.split_done(capture)
    await give_back(world, capture, split)
    rows = await world.bill(BillKind.SPLIT)
    assert [(row.step, row.fen) for row in rows] == [(Step.SPLIT, -500), (Step.SPLIT_RETURN, 500)]
    assert rows[0].number == split.number


async def test_a_bill_is_not_asked_for_before_it_is_made(world: World) -> None:
    await world.captured(await world.held(world.order()))
    world.clock.now = BILL_AT - timedelta(seconds=1)
    with pytest.raises(ChannelUnavailable) as early:
        [row async for row in world.channel.bill(BillKind.TRADE, DAY)]
    assert early.value.code == "BILL_NOT_READY"
    assert len(await world.bill()) == 1


@pytest.mark.parametrize("fault", ["bill_torn", "bill_elsewhere"])
async def test_a_bill_that_did_not_come_whole_or_lies_elsewhere_is_not_read(world: World, fault: str) -> None:
    await world.captured(await world.held(world.order()))
    world.faults(**{fault: True})
    with pytest.raises(ChannelLied):
        await world.bill()


async def test_an_empty_day_has_an_empty_bill(world: World) -> None:
    for kind in BillKind:
        assert await world.bill(kind) == []


@pytest.mark.parametrize("lie", list(BillLie))
async def test_a_bill_that_differs_shows_its_difference(world: World, lie: BillLie) -> None:
    await world.captured(await world.held(world.order()), 4_321)
    await world.captured(await world.held(world.order()), 5_000)
    honest = await world.bill()
    world.faults(bill_lies=(lie,))
    rows = await world.bill()
    match lie:
        case BillLie.MISSING_ROW:
            assert rows == honest[1:]
        case BillLie.TWICE:
            assert rows == [honest[0], *honest]
        case BillLie.EXTRA_ROW:
            assert (rows[0].number, rows[1:]) == (None, honest)
        case BillLie.OTHER_AMOUNT:
            assert rows[0].fen == 1
            assert (rows[0].number, rows[1:]) == (honest[0].number, honest[1:])
