"""What goes wrong between us and a payment channel: lost answers, lies, callbacks; on both, over real HTTP."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

import pytest

from finder.errors import ChannelError, ChannelLied, ChannelRefused, ChannelUnavailable
from finder.kernel.ids import order_of, part
from finder.kernel.money import Money
from finder.money.channels.port import Seen, Stand, Step
from tests.contract.channel_world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

Again: TypeAlias = Callable[[], Awaitable[Seen]]


@pytest.mark.parametrize("fault", [pytest.param("hangs_after", marks=pytest.mark.slow), "breaks_after"])
async def test_an_answer_that_is_lost_after_the_effect_leaves_one_effect(world: World, fault: str) -> None:
    """Each step's answer is lost once and its number is asked for again."""
    hold = await world.held(world.order())
    asks = world.capture_ask(hold)
    world.faults(**{fault: True})
    before = world.effects
    with pytest.raises(ChannelUnavailable):
        await world.channel.capture(asks)
    world.faults()
    assert (await world.channel.capture(asks)).stand in (Stand.WORKING, Stand.DONE)
    assert world.effects == before + 1
    capture = await world.channel.query(Step.CAPTURE, asks.number, hold.number, world.kind.sub)
    world.clock.now += world.channel.split_after

    split, refund = world.split_ask(capture), world.refund_ask(capture)
    agains: list[Again] = [lambda: world.channel.split(split), lambda: world.channel.refund(refund)]
    for again in agains:
        world.faults(**{fault: True})
        before = world.effects
        with pytest.raises(ChannelUnavailable):
            await again()
        world.faults()
        assert (await again()).stand in (Stand.WORKING, Stand.DONE)
        assert world.effects == before + 1


@pytest.mark.parametrize("fault", [pytest.param("hangs_after", marks=pytest.mark.slow), "breaks_after"])
async def test_a_release_whose_answer_is_lost_releases_once(world: World, fault: str) -> None:
    hold = await world.held(world.order())
    number = part(order_of(hold.number), "U", 0)
    world.faults(**{fault: True})
    before = world.effects
    with pytest.raises(ChannelUnavailable):
        await world.channel.release(number, hold.number, hold.channel_id, world.kind.sub)
    world.faults()
    again = await world.channel.release(number, hold.number, hold.channel_id, world.kind.sub)
    assert again.stand is Stand.DONE
    assert world.effects == before + 1


async def test_the_same_number_with_another_amount_is_refused(world: World) -> None:
    hold = await world.held(world.order())
    capture = await world.captured(hold)
    await world.split_done(capture)
    await world.refunded(capture)
    before = world.effects
    agains: list[Again] = [
        lambda: world.channel.capture(world.capture_ask(hold, 4_320)),
        lambda: world.channel.split(world.split_ask(capture, 499)),
        lambda: world.channel.refund(world.refund_ask(capture, 320)),
    ]
    for again in agains:
        with pytest.raises(ChannelRefused):
            await again()
    assert world.effects == before


@pytest.mark.parametrize("fault", [pytest.param("silent", marks=pytest.mark.slow), "broken", "busy"])
async def test_a_channel_that_does_not_answer_leaves_the_outcome_open_and_did_nothing(world: World, fault: str) -> None:
    hold = await world.held(world.order())
    world.faults(**{fault: True})
    before = world.effects
    with pytest.raises(ChannelUnavailable):
        await world.channel.capture(world.capture_ask(hold))
    with pytest.raises(ChannelUnavailable):
        await world.channel.query(Step.HOLD, hold.number, hold.number, world.kind.sub)
    assert world.effects == before
    world.faults()
    assert (await world.captured(hold)).stand is Stand.DONE


# Lies


@pytest.mark.parametrize("faults", [{"bad_signature": True}, {"unsigned": True}, {"garbage": True}, {"wrong_fen": 1}])
async def test_nothing_is_believed_that_is_not_signed_or_speaks_of_another_amount(
    world: World, faults: dict[str, bool]
) -> None:
    hold = await world.held(world.order())
    world.faults(**faults)
    with pytest.raises(ChannelLied):
        await world.channel.capture(world.capture_ask(hold))


async def test_a_query_that_is_refused_does_not_make_an_effect_refused(world: World) -> None:
    hold = await world.held(world.order())
    capture = await world.captured(hold)
    world.faults(refused_queries=True)
    effects: list[Again] = [
        lambda: world.channel.refund(world.refund_ask(capture)),
        lambda: world.channel.split(world.split_ask(capture)),
        lambda: world.channel.capture(world.capture_ask(hold)),  # done before, and refused now
    ]
    for effect in effects:
        try:
            assert (await effect()).stand in (Stand.WORKING, Stand.DONE)
        except ChannelUnavailable:
            continue
    with pytest.raises(ChannelUnavailable):
        await world.channel.capture(world.capture_ask(hold))
    with pytest.raises(ChannelRefused):
        await world.channel.query(Step.HOLD, hold.number, hold.number, world.kind.sub)


async def test_a_refusal_that_is_not_signed_is_no_refusal(world: World) -> None:
    hold = await world.held(world.order(), 5_000)
    world.faults(unsigned=True)
    with pytest.raises(ChannelError) as unsure:
        await world.channel.capture(world.capture_ask(hold, 5_001))
    assert not isinstance(unsure.value, ChannelRefused)


async def test_a_capture_that_the_channel_goes_on_collecting_says_so_and_ends(world: World) -> None:
    hold = await world.held(world.order())
    ask = world.capture_ask(hold)
    world.faults(collecting=True)
    assert (await world.channel.capture(ask)).stand is Stand.WORKING
    waiting = await world.channel.query(Step.CAPTURE, ask.number, hold.number, world.kind.sub)
    assert waiting.stand in (Stand.COLLECTING, Stand.WORKING)
    world.faults()
    assert (await world.channel.query(Step.CAPTURE, ask.number, hold.number, world.kind.sub)).stand is Stand.DONE


async def test_a_split_that_its_receiver_did_not_get_has_failed(world: World) -> None:
    capture = await world.captured(await world.held(world.order()))
    world.faults(refused_splits=True)
    split = await world.split_done(capture)
    assert split.stand is Stand.FAILED
    assert split.reason


# Callbacks


async def told(world: World) -> list[Seen]:
    await world.server.flush()
    return [notice.seen for notice in world.desk.notices]


async def story(world: World) -> None:
    """A hold, its capture and a refund."""
    capture = await world.captured(await world.held(world.order()))
    await world.refunded(capture)


async def test_callbacks_tell_what_queries_do(world: World) -> None:
    hold = await world.held(world.order())
    capture = await world.captured(hold)
    refund = await world.refunded(capture)
    seen = {each.step: each for each in await told(world)}
    assert world.desk.lies == []
    for asked in (hold, capture, refund):
        same = seen[asked.step]
        assert same.stand is asked.stand
        # Alipay's callback of a refund tells what all refunds of the trade together are, and not this one's amount.
        assert same.amount == asked.amount or (world.channel.name, same.step) == ("alipay", Step.REFUND)
        assert order_of(same.number) == order_of(asked.number)
    assert seen[Step.CAPTURE].channel_id == capture.channel_id
    assert seen[Step.REFUND].number == refund.number


async def test_a_callback_that_comes_twice_is_the_same_key_and_the_same_seen(world: World) -> None:
    world.faults(duplicate_notices=True)
    await story(world)
    await told(world)
    notices = world.desk.notices
    assert len(notices) >= 6
    assert notices[::2] == notices[1::2]
    assert len({notice.key for notice in notices}) == len(notices) // 2


async def test_callbacks_out_of_order_say_the_same_as_in_order(world: World) -> None:
    await story(world)
    world.server.channel.notify()
    world.faults(out_of_order_notices=True)
    seen = await told(world)
    assert [each.step for each in seen][-1] is Step.HOLD
    stands = {each.step: each.stand for each in seen}
    assert all(stand is Stand.DONE for stand in stands.values())
    assert set(stands) >= {Step.HOLD, Step.CAPTURE, Step.REFUND}


async def test_a_callback_that_never_comes_is_made_good_by_a_query(world: World) -> None:
    world.faults(missing_notices=True)
    hold = await world.held(world.order())
    assert await told(world) == []
    assert hold.stand is Stand.DONE


async def test_probes_are_refused_and_the_callbacks_behind_them_taken(world: World) -> None:
    world.faults(probe_notices=True)
    await story(world)
    assert len(await told(world)) >= 3
    assert len(world.desk.lies) == len(world.desk.notices)


async def test_callbacks_under_a_wrong_signature_are_all_refused(world: World) -> None:
    world.faults(bad_notices=True)
    await story(world)
    assert await told(world) == []
    assert len(world.desk.lies) >= 3


async def test_a_callbacks_amount_is_the_one_that_it_told(world: World) -> None:
    hold = await world.held(world.order())
    await world.captured(hold)
    world.faults(wrong_fen=7)
    seen = {each.step: each for each in await told(world)}
    assert seen[Step.CAPTURE].amount == Money(4_328)


async def test_hostile_callbacks_are_lies_and_nothing_else(world: World) -> None:
    await story(world)
    await told(world)
    for headers, body, _ in list(world.server.channel.sender.sent):
        assert (await world.channel.notice(headers, body)).seen.stand is Stand.DONE
        for way, (spoilt, raw) in world.kind.hostile(headers, body).items():
            with pytest.raises(ChannelLied):
                pytest.fail(f"taken, with {way}: {await world.channel.notice(spoilt, raw)}")


async def test_what_the_phone_is_handed_is_not_part_of_what_was_seen_later(world: World) -> None:
    ask = world.hold_ask(world.order())
    pending = await world.channel.hold(ask)
    assert pending.phone
    assert not any(value in repr(pending) for value in pending.phone.values())
    later = await world.channel.query(Step.HOLD, ask.number, ask.number, world.kind.sub)
    assert later.phone == {}


async def test_a_practice_channel_says_that_it_is_one(world: World) -> None:
    assert world.channel.practice
