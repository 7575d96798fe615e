"""An order's money at the practice channels over real HTTP: held, captured, told by callback or by asking, split."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from finder.charging.decide import Effect, numbered, over
from finder.charging.effects import HOLD_LASTS, handlers
from finder.charging.machines import Capture, Hold, Item
from finder.charging.news import take_channel
from finder.charging.order import Order, items, load
from finder.charging.outside import Outside
from finder.charging.sweep import Sweeper
from finder.money.channels.alipay import AlipayChannel
from finder.money.channels.port import Channel, HoldAsk, Step
from finder.money.channels.wechat import WechatChannel
from finder.money.ledger import Account
from finder.sandbox.channels import alipay_keys, wechat_keys
from finder.sandbox.channels.alipay import start_alipay
from finder.sandbox.channels.faults import ChannelFaults
from finder.sandbox.channels.server import ChannelServer
from finder.sandbox.channels.wechat import start_wechat
from finder.storage.database import Database
from finder.storage.outbox import Outbox
from tests.contract.channel_desk import Desk
from tests.faults.charging_world import Payers, World
from tests.protocol.channel_keys import key

SUBS = {"wechat": wechat_keys.SUB_MERCHANTS[0], "alipay": alipay_keys.SUB_MERCHANTS[0]}


class Scene:
    """The order book with a channel that is really called, and an operator of whom nothing goes wrong."""

    def __init__(self, world: World, channel: Channel, server: ChannelServer, desk: Desk) -> None:
        self.world, self.channel, self.server, self.desk = world, channel, server, desk
        outside = Outside(world.work, {channel.name: channel}, {"jinbei": world.operator}.get, Payers())
        self.outbox, self.sweeper = Outbox(world.work, handlers(outside), at_once=1), Sweeper(outside)

    async def start(self) -> Order:
        name, asked = self.channel.name, self.world.ask(1)
        ask = msgspec.structs.replace(asked, channel=name, sub_merchant=SUBS[name], agreed=name == "wechat")
        order = await self.world.orders.start("driver", ask, "k")
        await self.letters()
        if name == "alipay":
            await self.agree(order)
        return order

    async def agree(self, order: Order) -> None:
        """The driver's Alipay carries out what the phone was handed: signing it again gives the same."""
        lasts = order.created_at + HOLD_LASTS
        number, title = numbered(order, Effect.HOLD), order.title
        ask = HoldAsk(number, order.sub_merchant, order.cap, "p", title, order.evse_id, order.created_at, lasts)
        text = (await self.channel.hold(ask)).phone["order_string"]
        async with httpx.AsyncClient(trust_env=False) as phone:
            assert isinstance(self.channel, AlipayChannel)
            url = self.channel._config.gateway.replace("/gateway.do", "/_phone")
            assert (await phone.post(url, content=text.encode())).json()["code"] == "10000"

    async def letters(self) -> None:
        for _ in range(50):
            if not await self.outbox.step():
                return

    async def later(self, minutes: float) -> None:
        self.world.clock.later(minutes * 60)
        self.world.operator.live(minutes)
        await self.letters()
        await self.world.hear()
        await self.server.flush()
        notices = [notice.seen for notice in self.desk.notices]
        self.desk.notices.clear()
        for seen in notices:
            async with self.world.work.begin() as unit:
                await take_channel(unit, seen)
        await self.letters()
        await self.sweeper.step()

    async def ended(self, order: Order) -> Order:
        for _ in range(60):
            await self.later(5)
            async with self.world.work.read() as connection:
                now = await load(connection, order.number)
                if over(now, await items(connection, order.number)):
                    return now
        raise AssertionError(f"it never ended: {now}")


@asynccontextmanager
async def paying(name: str, path: Path) -> AsyncIterator[Scene]:
    database, desk = Database(f"sqlite:///{path / 'orders.sqlite3'}"), Desk()
    world = World(database, seed=1, trouble=0.0)
    await desk.start()
    server: ChannelServer
    channel: Channel
    if name == "wechat":
        keys = wechat_keys.new_wechat_keys(key("ours"), key("wechat"))
        server = wechat = await start_wechat(world.clock, keys=keys, sending=False)
        channel = WechatChannel(wechat.wechat.config(desk.url), world.clock)
    else:
        other = alipay_keys.new_alipay_keys(key("ours"), key("alipay"))
        server = alipay = await start_alipay(world.clock, keys=other, sending=False)
        channel = AlipayChannel(alipay.alipay.config(desk.url), world.clock)
    desk.channel = channel
    try:
        yield Scene(world, channel, server, desk)
    finally:
        await channel.close()
        await asyncio.gather(server.close(), desk.close())
        await database.close()


@pytest.mark.parametrize(
    "faults",
    [
        {},
        {"missing_notices": True},
        {"duplicate_notices": True, "out_of_order_notices": True, "probe_notices": True},
    ],
)
@pytest.mark.parametrize("name", sorted(SUBS))
async def test_an_order_is_held_captured_and_split_however_the_channel_tells_it(
    tmp_path: Path, name: str, faults: dict[str, Any]
) -> None:
    async with paying(name, tmp_path) as scene:
        scene.server.set_faults(ChannelFaults(**faults))
        order = await scene.ended(await scene.start())
        assert (order.capture, order.hold, order.problem) == (Capture.CAPTURED, Hold.CONSUMED, None)
        async with scene.world.work.read() as connection:
            rest, share = await items(connection, order.number)
        assert (share.step, share.state) == (Step.SPLIT, Item.DONE)
        assert (rest.step, rest.state) == (Step.SPLIT_FINISH, Item.DONE)
        books = await scene.world.books(order.number)
        assert books.get(Account.USER_RECEIVABLE, 0) == books.get(Account.HOLD, 0) == 0
        (trade,) = scene.server.channel.book.trades.values()
        assert order.captured is not None
        assert (trade.fen, trade.split) == (order.captured.fen, share.amount.fen)
        assert books[Account.PLATFORM_AT_CHANNEL] == trade.split
        assert trade.finished
        assert books.get(Account.CHANNEL_CLEARING, 0) == books.get(Account.OPERATOR_PAYABLE, 0) == 0


@pytest.mark.parametrize("name", sorted(SUBS))
async def test_a_capture_that_stays_unpaid_for_a_day_is_known_once_it_is_paid(tmp_path: Path, name: str) -> None:
    async with paying(name, tmp_path) as scene:
        order = await scene.start()
        for _ in range(2):
            await scene.later(1)
        scene.server.set_faults(ChannelFaults(collecting=True, missing_notices=True))
        for _ in range(30):
            await scene.later(timedelta(hours=1) / timedelta(minutes=1))
        assert not any(trade.paid for trade in scene.server.channel.book.trades.values())
        scene.server.set_faults(ChannelFaults(missing_notices=True))
        ended = await scene.ended(order)
        assert (ended.capture, ended.problem) == (Capture.CAPTURED, None)
        assert len(scene.server.channel.book.trades) == 1


@pytest.mark.parametrize("name", sorted(SUBS))
async def test_our_share_goes_back_in_the_channels_own_way_when_all_is_refunded(tmp_path: Path, name: str) -> None:
    async with paying(name, tmp_path) as scene:
        order = await scene.ended(await scene.start())
        assert order.captured is not None
        await scene.world.orders.refund(order.number, order.captured, "桩故障", "k")
        ended = await scene.ended(order)
        (trade,) = scene.server.channel.book.trades.values()
        assert (trade.refunded, trade.split, ended.problem) == (order.captured.fen, 0, None)
        books = await scene.world.books(order.number)
        assert {account: fen for account, fen in books.items() if fen} == {}
