"""A payment channel, its practice server and our side of its callbacks, over real HTTP in one event loop."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

import pytest
import pytest_asyncio

from finder.connectors.sdk.http import Caution
from finder.kernel.clock import SHANGHAI
from finder.kernel.ids import Number, new_order, order_of, part
from finder.kernel.money import Money
from finder.money.channels.alipay import AlipayChannel
from finder.money.channels.port import (
    BillKind,
    BillRow,
    CaptureAsk,
    Channel,
    HoldAsk,
    PayAsk,
    RefundAsk,
    Seen,
    SplitAsk,
    Stand,
    Step,
)
from finder.money.channels.wechat import WechatChannel
from finder.sandbox.channels import alipay_keys
from finder.sandbox.channels.alipay import start_alipay
from finder.sandbox.channels.faults import ChannelFaults
from finder.sandbox.channels.server import ChannelServer
from finder.sandbox.channels.wechat import start_wechat
from finder.sandbox.channels.wechat_keys import new_wechat_keys
from tests.contract.channel_desk import Desk
from tests.contract.channel_kinds import AlipayKind, Kind, WechatKind
from tests.protocol.channel_keys import key
from tests.protocol.tcec102_peer import NOON, Hand

DAY = NOON.astimezone(SHANGHAI).date()
BILL_AT = datetime.combine(DAY + timedelta(days=1), time(10), SHANGHAI)
QUICK = Caution(connect_s=1.0, read_s=1.0, total_s=2.0, max_bytes=256 * 1024, attempts=1)


@dataclass(slots=True)
class World:
    """All of it."""

    clock: Hand
    server: ChannelServer
    channel: Channel
    kind: Kind
    desk: Desk

    def forget(self) -> None:
        """As at the start."""
        self.clock.now = NOON
        self.server.channel.forget()
        self.desk.notices.clear()
        self.desk.lies.clear()

    def faults(self, **faults: Any) -> None:
        self.server.set_faults(ChannelFaults(**faults))

    @property
    def effects(self) -> int:
        return self.server.channel.book.effects

    def order(self) -> Number:
        return new_order(self.clock)

    def hold_ask(self, order: Number, fen: int = 10_000, **changes: Any) -> HoldAsk:
        asked: dict[str, Any] = {
            "number": part(order, "H", 0),
            "sub_merchant": self.kind.sub,
            "amount": Money(fen),
            "payer": "driver-1",
            "title": "忻州充电",
            "device": "EVSE-1",
            "starts_at": self.clock(),
            "ends_at": self.clock() + timedelta(hours=12),
        }
        return HoldAsk(**(asked | changes))

    async def held(self, order: Number, fen: int = 10_000) -> Seen:
        ask = self.hold_ask(order, fen)
        pending = await self.channel.hold(ask)
        assert pending.stand is Stand.PENDING
        await self.kind.agree(pending)
        return await self.channel.query(Step.HOLD, ask.number, ask.number, self.kind.sub)

    def capture_ask(self, hold: Seen, fen: int = 4_321, **changes: Any) -> CaptureAsk:
        asked: dict[str, Any] = {
            "number": part(order_of(hold.number), "C", 0),
            "hold": hold.number,
            "hold_channel_id": hold.channel_id,
            "sub_merchant": self.kind.sub,
            "amount": Money(fen),
            "electricity": Money(fen - 1_000),
            "service": Money(1_000),
            "parking": None,
            "title": "忻州充电",
            "splitting": True,
        }
        return CaptureAsk(**(asked | changes))

    async def captured(self, hold: Seen, fen: int = 4_321, **changes: Any) -> Seen:
        ask = self.capture_ask(hold, fen, **changes)
        await self.channel.capture(ask)
        self.clock.now += self.channel.split_after
        return await self.channel.query(Step.CAPTURE, ask.number, ask.hold, self.kind.sub)

    def pay_ask(self, order: Number, fen: int = 700, **changes: Any) -> PayAsk:
        asked: dict[str, Any] = {
            "number": part(order, "P", 0),
            "sub_merchant": self.kind.sub,
            "amount": Money(fen),
            "payer": "driver-1",
            "title": "补缴充电费",
            "expires_at": self.clock() + timedelta(hours=2),
            "splitting": False,
        }
        return PayAsk(**(asked | changes))

    def split_ask(self, capture: Seen, fen: int = 500, letter: str = "S", **changes: Any) -> SplitAsk:
        asked: dict[str, Any] = {
            "number": part(order_of(capture.number), letter, 0),
            "capture": capture.number,
            "capture_channel_id": capture.channel_id,
            "sub_merchant": self.kind.sub,
            "amount": Money(fen),
            "description": "平台服务费",
        }
        return SplitAsk(**(asked | changes))

    async def split_done(self, capture: Seen, fen: int = 500) -> Seen:
        ask = self.split_ask(capture, fen)
        await self.channel.split(ask)
        return await self.channel.query(Step.SPLIT, ask.number, capture.number, self.kind.sub, capture.channel_id)

    def refund_ask(self, capture: Seen, fen: int = 321, count: int = 0, **changes: Any) -> RefundAsk:
        assert capture.amount is not None
        asked: dict[str, Any] = {
            "number": part(order_of(capture.number), "R", count),
            "capture": capture.number,
            "capture_channel_id": capture.channel_id,
            "sub_merchant": self.kind.sub,
            "amount": Money(fen),
            "captured": capture.amount,
            "reason": "桩故障",
        }
        return RefundAsk(**(asked | changes))

    async def refunded(self, capture: Seen, fen: int = 321, count: int = 0, **changes: Any) -> Seen:
        ask = self.refund_ask(capture, fen, count, **changes)
        await self.channel.refund(ask)
        return await self.channel.query(Step.REFUND, ask.number, capture.number, self.kind.sub, capture.channel_id)

    async def bill(self, kind: BillKind = BillKind.TRADE) -> list[BillRow]:
        """The bill of the day on which a test begins, once it is made."""
        self.clock.now = BILL_AT
        return [row async for row in self.channel.bill(kind, DAY)]


@asynccontextmanager
async def wechat_world(**changes: Any) -> AsyncIterator[World]:
    """WeChat Pay, practised."""
    clock, desk = Hand(), Desk()
    server = await start_wechat(clock, keys=new_wechat_keys(key("ours"), key("wechat")), sending=False)
    await desk.start()
    channel = WechatChannel(server.wechat.config(desk.url, **({"caution": QUICK} | changes)), clock)
    desk.channel = channel
    try:
        yield World(clock, server, channel, WechatKind(server), desk)
    finally:
        await channel.close()
        await asyncio.gather(server.close(), desk.close())


@asynccontextmanager
async def alipay_world(**changes: Any) -> AsyncIterator[World]:
    """Alipay, practised."""
    clock, desk = Hand(), Desk()
    keys = alipay_keys.new_alipay_keys(key("ours"), key("alipay"))
    server = await start_alipay(clock, keys=keys, sending=False)
    await desk.start()
    channel = AlipayChannel(server.alipay.config(desk.url, **({"caution": QUICK} | changes)), clock)
    desk.channel = channel
    try:
        yield World(clock, server, channel, AlipayKind(server), desk)
    finally:
        await channel.close()
        await asyncio.gather(server.close(), desk.close())


WORLDS: dict[str, Callable[[], AbstractAsyncContextManager[World]]] = {"alipay": alipay_world, "wechat": wechat_world}


@pytest_asyncio.fixture(params=sorted(WORLDS), scope="module", loop_scope="module")
async def practised(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """Each payment channel and its practice server, which takes longer to stop than a test to run."""
    async with WORLDS[request.param]() as made:
        yield made


@pytest.fixture
def world(practised: World) -> World:
    """The same with nothing done yet and no fault."""
    practised.forget()
    return practised
