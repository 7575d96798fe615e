"""What is Alipay's own, against its practice server over real HTTP; the rest is in the channels' contract."""

import dataclasses
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio

from finder.charging.car_proofs import AlipayCars
from finder.errors import ChannelError, ChannelLied, ChannelRefused, ChannelUnavailable
from finder.kernel.ids import order_of, part
from finder.kernel.money import Money
from finder.money.channels.alipay import AlipayChannel, AlipayConfig
from finder.money.channels.alipay.pnc import Car
from finder.money.channels.port import BillKind, Stand, Step
from finder.sandbox.channels.alipay import AlipayServer
from tests.contract.channel_world import QUICK, World, alipay_world
from tests.protocol.channel_keys import key
from tests.protocol.tcec102_peer import Hand

pytestmark = pytest.mark.asyncio(loop_scope="module")
CAR = Car("LSVAA4182E2000001", "open-1")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def practised() -> AsyncIterator[World]:
    async with alipay_world() as made:
        yield made


@pytest.fixture
def world(practised: World) -> World:
    practised.forget()
    return practised


def server(world: World) -> AlipayServer:
    assert isinstance(world.server, AlipayServer)
    return world.server


def account(world: World, **changes: Any) -> AlipayConfig:
    return server(world).alipay.config(world.desk.url, caution=QUICK, **changes)


async def test_alipay_knows_nothing_of_a_hold_before_the_phone_has_carried_it_out(world: World) -> None:
    ask = world.hold_ask(world.order())
    await world.channel.hold(ask)
    seen = await world.channel.query(Step.HOLD, ask.number, ask.number, world.kind.sub)
    assert seen.stand is Stand.UNKNOWN
    assert world.effects == 0


async def test_the_phone_cannot_change_what_it_was_handed(world: World) -> None:
    seen = await world.channel.hold(world.hold_ask(world.order()))
    text = seen.phone["order_string"]
    async with httpx.AsyncClient(base_url=server(world).alipay.base_url, trust_env=False) as phone:
        answer = await phone.post("/_phone", content=text.replace("100.00", "000.01").encode())
    assert answer.json()["sub_code"] == "isv.invalid-signature"
    assert world.effects == 0


async def test_the_remainder_of_a_captured_hold_is_free_at_once(world: World) -> None:
    hold = await world.held(world.order())
    await world.captured(hold)
    assert server(world).alipay.book.holds[hold.number].rest == 0
    again = await world.channel.query(Step.HOLD, hold.number, hold.number, world.kind.sub)
    assert again.stand is Stand.DONE  # it was used


async def test_a_released_hold_holds_nothing(world: World) -> None:
    hold = await world.held(world.order())
    number = part(order_of(hold.number), "U", 0)
    done = await world.channel.release(number, hold.number, None, world.kind.sub)
    assert (done.stand, done.amount) == (Stand.DONE, Money(10_000))
    again = await world.channel.query(Step.HOLD, hold.number, hold.number, world.kind.sub)
    assert (again.stand, again.reason) == (Stand.FAILED, "UNFREEZED")
    other = part(order_of(hold.number), "U", 1)
    with pytest.raises(ChannelRefused) as refused:
        await world.channel.release(other, hold.number, hold.channel_id, world.kind.sub)
    assert refused.value.code == "NOTHING_HELD"


async def test_a_capture_finds_the_authorisation_that_it_was_not_told(world: World) -> None:
    hold = await world.held(world.order())
    capture = await world.captured(dataclasses.replace(hold, channel_id=None))
    assert capture.stand is Stand.DONE


async def test_each_refund_is_told_with_its_own_amount(world: World) -> None:
    capture = await world.captured(await world.held(world.order()))
    assert (await world.refunded(capture, 321)).amount == Money(321)
    assert (await world.refunded(capture, 1_000, 1)).amount == Money(1_000)
    assert (await world.refunded(capture, 3_000, 2)).amount == Money(3_000)
    # Refunded whole, Alipay calls the trade closed: it was captured all the same.
    again = await world.channel.query(Step.CAPTURE, capture.number, "x" + capture.number[1:], world.kind.sub)
    assert again.stand is Stand.DONE


async def test_more_cannot_go_back_of_our_share_than_was_split(world: World) -> None:
    capture = await world.captured(await world.held(world.order()))
    split = await world.split_done(capture)
    with pytest.raises(ChannelRefused):
        await world.refunded(capture, 4_321, returned=Money(501), split=split.number)
    assert (await world.refunded(capture, 4_321, 1, returned=Money(500), split=split.number)).stand is Stand.DONE


@pytest.mark.parametrize(
    "changes",
    [
        {"private_key": key("other")},
        {"app_id": "2021000000000002"},
        {"merchants": {"2088000000000109": "another-token"}},
    ],
)
async def test_the_practice_channel_takes_no_one_elses_signature(world: World, changes: dict[str, Any]) -> None:
    hold = await world.held(world.order())
    before = world.effects
    channel = AlipayChannel(account(world, **changes), world.clock)
    # Refused, and so is the question whether an earlier try did it: nothing is certain.
    with pytest.raises(ChannelUnavailable):
        await channel.capture(world.capture_ask(hold))
    assert world.effects == before
    await channel.close()


async def test_the_practice_channel_takes_no_stale_request(world: World) -> None:
    hold = await world.held(world.order())
    channel = AlipayChannel(account(world), Hand(world.clock() - timedelta(hours=1)))
    with pytest.raises(ChannelError):
        await channel.capture(world.capture_ask(hold))
    assert hold.number not in {trade.number for trade in server(world).alipay.book.trades.values()}
    await channel.close()


async def test_either_of_two_keys_is_believed_while_they_rotate_and_no_third(world: World) -> None:
    theirs = server(world).alipay.keys.theirs.public_key()
    hold = await world.held(world.order())
    for keys in ((key("other").public_key(), theirs), (theirs, key("other").public_key())):
        channel = AlipayChannel(account(world, alipay_keys=keys), world.clock)
        seen = await channel.query(Step.HOLD, hold.number, hold.number, world.kind.sub)
        assert seen.stand is Stand.DONE
        await channel.close()
    channel = AlipayChannel(account(world, alipay_keys=(key("other").public_key(),)), world.clock)
    with pytest.raises(ChannelLied):
        await channel.query(Step.HOLD, hold.number, hold.number, world.kind.sub)
    await channel.close()


async def test_trouble_that_is_not_signed_is_believed_and_nothing_else_is(world: World) -> None:
    hold = await world.held(world.order())
    world.faults(unsigned=True, busy=True)
    with pytest.raises(ChannelUnavailable):
        await world.channel.capture(world.capture_ask(hold))


async def test_the_statement_has_fees_and_shares(world: World) -> None:
    capture = await world.captured(await world.held(world.order()))
    await world.split_done(capture)
    rows = await world.bill(BillKind.FUND)
    assert [(row.step, row.fen, row.fee_fen) for row in rows] == [
        (Step.CAPTURE, 4_321, 0),
        (Step.CAPTURE, 0, 26),
        (Step.SPLIT, -500, 0),
    ]


async def test_each_operators_bill_is_read_under_his_own_authority(world: World) -> None:
    capture = await world.captured(await world.held(world.order()))
    (row,) = await world.bill()
    assert (row.sub_merchant, row.number) == (world.kind.sub, capture.number)


@pytest.mark.parametrize(
    "told",
    [
        {"notify_type": "something"},
        {"notify_type": "trade_status_sync", "out_trade_no": "not-ours"},
        {"notify_type": "trade_status_sync", "out_trade_no": "01KAV3Q2N4S5D6F7G8H9J0K1M2C00", "trade_status": "X"},
        {"notify_type": "fund_auth_freeze", "out_order_no": "01KAV3Q2N4S5D6F7G8H9J0K1M2H00", "status": "X"},
        {},
    ],
)
async def test_a_signed_callback_that_makes_no_sense_is_a_lie(world: World, told: dict[str, str]) -> None:
    headers, body = server(world).alipay.seal({"notify_id": "1", **told})
    with pytest.raises(ChannelLied):
        await world.channel.notice(headers, body)


async def test_a_car_is_bound_for_plug_and_charge_and_set_free(world: World) -> None:
    assert isinstance(world.channel, AlipayChannel)
    cars = world.channel.plug_and_charge(world.kind.sub)
    assert not await cars.certified(CAR)
    assert not await cars.opened(CAR)
    server(world).alipay.cars.known[CAR.vin, CAR.open_id] = False
    assert await cars.certified(CAR)
    await cars.tell(CAR, opened=True)
    assert await cars.opened(CAR)
    assert await cars.close(CAR)
    assert not await cars.opened(CAR)
    await cars.tell(CAR, opened=False)
    with pytest.raises(ChannelRefused):
        await cars.close(Car(CAR.vin, "someone-else"))


async def test_alipay_vouches_for_the_cars_that_it_knows_and_for_no_others(world: World) -> None:
    assert isinstance(world.channel, AlipayChannel)
    cars = AlipayCars(world.channel.plug_and_charge(world.kind.sub))
    server(world).alipay.cars.known[CAR.vin, CAR.open_id] = False
    assert await cars.vouches(CAR.vin, CAR.open_id)
    assert not await cars.vouches(CAR.vin, "2088-somebody-else")
    assert not await cars.vouches("LSVAA4182E2000002", CAR.open_id)


async def test_neither_vin_nor_driver_is_in_a_cars_repr() -> None:
    assert CAR.vin not in repr(CAR)
    assert CAR.open_id not in repr(CAR)
