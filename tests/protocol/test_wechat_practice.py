"""What is WeChat Pay's own, against its practice server over real HTTP; the rest is in the channels' contract."""

import dataclasses
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
import pytest_asyncio

from finder.errors import ChannelLied, ChannelRefused, ChannelUnavailable
from finder.kernel.ids import order_of, part
from finder.kernel.money import Money
from finder.money.channels.port import BillKind, Seen, Stand, Step
from finder.money.channels.wechat import WechatChannel, WechatConfig
from finder.sandbox.channels import wechat_forms
from finder.sandbox.channels.wechat import WechatServer
from tests.contract.channel_world import QUICK, World, wechat_world
from tests.protocol.channel_keys import key
from tests.protocol.tcec102_peer import Hand

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def practised() -> AsyncIterator[World]:
    async with wechat_world() as made:
        yield made


@pytest.fixture
def world(practised: World) -> World:
    practised.forget()
    return practised


def server(world: World) -> WechatServer:
    assert isinstance(world.server, WechatServer)
    return world.server


def account(world: World, **changes: Any) -> WechatConfig:
    return server(world).wechat.config(world.desk.url, caution=QUICK, **changes)


async def test_a_hold_whose_answer_was_lost_is_handed_to_the_phone_again(world: World) -> None:
    ask = world.hold_ask(world.order())
    first = await world.channel.hold(ask)
    again = await world.channel.hold(ask)
    assert again.stand is Stand.PENDING
    assert again.phone["package"] == first.phone["package"]
    assert world.effects == 1


async def test_each_step_whose_answer_was_lost_is_done_once(world: World) -> None:
    capture = await world.captured(await world.held(world.order()))
    split = await world.split_done(capture)
    hold, pay = world.hold_ask(world.order()), world.pay_ask(world.order())
    back, finish = world.split_ask(capture, 500, "B", returns=split.number), world.split_ask(capture, 0, "F")
    steps: list[Callable[[], Awaitable[Seen]]] = [
        lambda: world.channel.hold(hold),
        lambda: world.channel.pay(pay),
        lambda: world.channel.split(back),
        lambda: world.channel.split_finish(finish),
    ]
    for step in steps:
        before = world.effects
        world.faults(breaks_after=True)
        with pytest.raises(ChannelUnavailable):
            await step()
        world.faults()
        assert (await step()).stand in (Stand.PENDING, Stand.WORKING, Stand.DONE)
        assert world.effects == before + 1


async def test_a_hold_with_another_amount_under_the_same_number_is_refused(world: World) -> None:
    order = world.order()
    await world.channel.hold(world.hold_ask(order, 10_000))
    with pytest.raises(ChannelRefused):
        await world.channel.hold(world.hold_ask(order, 10_001))
    assert world.effects == 1


async def test_a_hold_under_a_standing_agreement_is_held_at_once(world: World) -> None:
    seen = await world.channel.hold(world.hold_ask(world.order(), agreed=True))
    assert (seen.stand, seen.amount, seen.phone) == (Stand.DONE, Money(10_000), {})


async def test_a_hold_that_nobody_confirmed_takes_nothing(world: World) -> None:
    pending = await world.channel.hold(world.hold_ask(world.order()))
    with pytest.raises(ChannelRefused):
        await world.channel.capture(world.capture_ask(pending))


async def test_a_hold_that_nobody_confirmed_is_released(world: World) -> None:
    pending = await world.channel.hold(world.hold_ask(world.order()))
    number = part(order_of(pending.number), "U", 0)
    assert (await world.channel.release(number, pending.number, None, world.kind.sub)).stand is Stand.DONE
    hold = await world.channel.query(Step.HOLD, pending.number, pending.number, world.kind.sub)
    assert (hold.stand, hold.reason) == (Stand.FAILED, "REVOKED")


@pytest.mark.parametrize("parts", [(3_000, 1_321), (3_000, 1_000), (None, None)])
async def test_payment_lines_add_up_where_the_service_wants_them_to(
    world: World, parts: tuple[int | None, int | None]
) -> None:
    channel = WechatChannel(account(world, payment_lines="summed"), world.clock)
    hold = await world.held(world.order())
    electricity, service = (None if fen is None else Money(fen) for fen in parts)
    ask = world.capture_ask(hold, electricity=electricity, service=service)
    await channel.capture(ask)
    assert (await channel.query(Step.CAPTURE, ask.number, hold.number, world.kind.sub)).amount == Money(4_321)
    await channel.close()


@pytest.mark.parametrize(
    "changes",
    [{"private_key": key("other")}, {"serial_no": "OTHER"}, {"sp_mchid": "1900000002"}, {"service_id": "500002"}],
)
async def test_the_practice_channel_takes_no_one_elses_signature(world: World, changes: dict[str, Any]) -> None:
    channel = WechatChannel(account(world, **changes), world.clock)
    # Refused, and so is the question whether an earlier try did it: nothing is certain.
    with pytest.raises(ChannelUnavailable):
        await channel.hold(world.hold_ask(world.order()))
    assert world.effects == 0
    await channel.close()


async def test_a_refusal_without_a_signature_says_what_it_was_and_is_not_believed(world: World) -> None:
    channel = WechatChannel(account(world, serial_no="OTHER"), world.clock)
    world.faults(unsigned=True)
    with pytest.raises(ChannelLied) as lied:
        await channel.hold(world.hold_ask(world.order()))
    assert lied.value.code == "UNSIGNED_REFUSAL"
    assert "401 SIGN_ERROR" in lied.value.en
    await channel.close()


async def test_the_practice_channel_takes_no_stale_request(world: World) -> None:
    # Ours goes wrong by more than five minutes: its answer cannot be believed either.
    channel = WechatChannel(account(world), Hand(world.clock().replace(hour=6)))
    with pytest.raises(ChannelLied) as lied:
        await channel.hold(world.hold_ask(world.order()))
    assert lied.value.code == "STALE"
    assert world.effects == 0
    await channel.close()


async def test_a_key_of_wechats_that_we_do_not_know_is_not_believed(world: World) -> None:
    wrong = {server(world).wechat.keys.platform_id: key("other").public_key()}
    channel = WechatChannel(account(world, platform_keys=wrong), world.clock)
    with pytest.raises(ChannelLied) as lied:
        await channel.hold(world.hold_ask(world.order()))
    assert lied.value.code == "SIGNATURE"
    await channel.close()


async def test_a_refund_that_got_stuck_wants_a_person(world: World) -> None:
    capture = await world.captured(await world.held(world.order()))
    world.faults(abnormal_refunds=True)
    refund = await world.refunded(capture)
    assert (refund.stand, refund.reason) == (Stand.ABNORMAL, "ABNORMAL")
    await world.server.flush()
    told = next(notice.seen for notice in world.desk.notices if notice.seen.step is Step.REFUND)
    assert told.stand is Stand.ABNORMAL


async def test_a_split_before_the_transaction_is_known_is_refused_by_us(world: World) -> None:
    capture = await world.captured(await world.held(world.order()))
    ask = dataclasses.replace(world.split_ask(capture), capture_channel_id=None)
    for asking in (world.channel.split(ask), world.channel.split_finish(ask)):
        with pytest.raises(ChannelRefused) as refused:
            await asking
        assert refused.value.code == "NO_TRANSACTION_ID"


async def test_a_capture_that_was_not_to_be_split_is_not_split(world: World) -> None:
    capture = await world.captured(await world.held(world.order()), splitting=False)
    with pytest.raises(ChannelRefused):
        await world.channel.split(world.split_ask(capture))


async def test_our_own_statement_shows_shares_that_came_and_went(world: World) -> None:
    capture = await world.captured(await world.held(world.order()))
    split = await world.split_done(capture)
    await world.channel.split(world.split_ask(capture, 200, "B", returns=split.number))
    rows = await world.bill(BillKind.FUND)
    assert [(row.step, row.fen) for row in rows] == [(Step.SPLIT, 500), (Step.SPLIT_RETURN, -200)]


async def test_a_callback_tells_that_our_share_moved(world: World) -> None:
    capture = await world.captured(await world.held(world.order()))
    split = await world.split_done(capture)
    await world.server.flush()
    told = next(notice.seen for notice in world.desk.notices if notice.seen.step is Step.SPLIT)
    assert (told.number, told.stand, told.amount) == (split.number, Stand.DONE, Money(500))


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("PAYSCORE.SOMETHING", {"sp_mchid": "1900000001"}),
        ("PAYSCORE.USER_PAID", {"mchid": "1900000001", "out_order_no": "not-ours", "state": "DONE"}),
        ("REFUND.SUCCESS", {}),
        ("TRANSACTION", {"out_order_no": "01KAV3Q2N4S5D6F7G8H9J0K1M2S00"}),
        ("TRANSACTION.SUCCESS", []),
    ],
)
async def test_a_signed_callback_that_makes_no_sense_is_a_lie(world: World, kind: str, content: Any) -> None:
    headers, body = server(world).wechat.seals.callback(kind, "payscore", content)("right")
    with pytest.raises(ChannelLied):
        await world.channel.notice(headers, body)


async def test_a_signed_callback_of_another_account_is_a_lie(world: World) -> None:
    hold = await world.held(world.order())
    told = wechat_forms.order(server(world).wechat.book.holds[hold.number])
    for account_id, lie in (("1900000001", False), ("1900000002", True)):
        for name in ("mchid", "sp_mchid"):
            content = {key: value for key, value in told.items() if key != "mchid"} | {name: account_id}
            headers, body = server(world).wechat.seals.callback("PAYSCORE.USER_CONFIRM", "payscore", content)("right")
            if lie:
                with pytest.raises(ChannelLied):
                    await world.channel.notice(headers, body)
            else:
                assert (await world.channel.notice(headers, body)).seen.number == hold.number


async def test_a_signed_callback_whose_resource_is_not_sealed_as_agreed_is_a_lie(world: World) -> None:
    wechat = server(world).wechat
    _, body = wechat.seals.callback("PAYSCORE.USER_PAID", "payscore", {})("right")
    envelope = json.loads(body)
    for changes in ({"algorithm": "NONE"}, {"nonce": "x"}, {"ciphertext": "AAAA"}, {"associated_data": "other"}):
        spoilt = json.dumps(envelope | {"resource": envelope["resource"] | changes}).encode()
        with pytest.raises(ChannelLied):
            await world.channel.notice(wechat.seals.sign(spoilt), spoilt)
    for spoilt in (b"[]", b"{", b"{}", b'{"id":"1","event_type":"X","resource":[]}', b"[" * 50_000):
        with pytest.raises(ChannelLied):
            await world.channel.notice(wechat.seals.sign(spoilt), spoilt)


async def test_faults_and_the_drivers_word_are_handles_over_http_that_a_page_elsewhere_cannot_reach(
    world: World,
) -> None:
    base = server(world).wechat.base_url
    ask = world.hold_ask(world.order())
    await world.channel.hold(ask)
    async with httpx.AsyncClient(base_url=base, trust_env=False) as person:
        assert (await person.post("/_confirm", json={"number": ask.number})).status_code == 204
        assert (await person.post("/_confirm", json={"number": "none"})).status_code == 404
        assert (await person.post("/_confirm", content=b'{"number":"x"}')).status_code == 415
        assert (await person.post("/_faults", json={"busy": True})).json()["busy"]
        assert (await person.get("/_faults")).json()["busy"]
        assert (await person.post("/_faults", json={"bussy": True})).status_code == 400
        assert (await person.post("/_faults", json={"wrong_fen": 1_000_001})).status_code == 400
    hold = server(world).wechat.book.holds[ask.number]
    assert hold.rest == 10_000
