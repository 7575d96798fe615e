"""A practice WeChat Pay calls us back over real HTTP: believed only under its key, and taken once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import msgspec
import pytest
import sqlalchemy as sa
import uvicorn
from starlette.applications import Starlette

from finder.charging.effects import handlers
from finder.charging.machines import Capture, Hold
from finder.charging.notices import Notices
from finder.charging.order import Order
from finder.charging.outside import Outside
from finder.kernel.clock import Clock
from finder.money.channels.wechat import WechatChannel
from finder.sandbox.channels import wechat_keys
from finder.sandbox.channels.faults import ChannelFaults
from finder.sandbox.channels.wechat import WechatServer, start_wechat
from finder.sandbox.serve import EmbeddedServer, listen
from finder.storage.database import Database
from finder.storage.outbox import Outbox
from finder.storage.unit import INBOX, QUARANTINE
from finder.web.payments import MAX_NOTICE_BYTES, pay_routes
from tests.faults.charging_world import Payers, World
from tests.protocol.channel_keys import key


class Ours:
    """Our clock, so far from the channel's."""

    def __init__(self, channels: Clock) -> None:
        self._channels, self.off = channels, timedelta(0)

    def __call__(self) -> datetime:
        return self._channels() + self.off


class Scene:
    """Our callback route in front of an order book, and the channel that calls it."""

    def __init__(self, world: World, server: WechatServer, channel: WechatChannel, url: str, ours: Ours) -> None:
        self.world, self.server, self.url = world, server, url
        self.channel, self.ours = channel, ours
        outside = Outside(world.work, {"wechat": channel}, {"jinbei": world.operator}.get, Payers())
        self.outbox = Outbox(world.work, handlers(outside), at_once=1)

    async def start(self) -> Order:
        ask = msgspec.structs.replace(self.world.ask(1), sub_merchant=wechat_keys.SUB_MERCHANTS[0])
        order = await self.world.orders.start("driver", ask, "k")
        await self.letters()
        return order

    async def letters(self) -> None:
        for _ in range(50):
            if not await self.outbox.step():
                return

    async def later(self, minutes: float) -> None:
        """No sweeper: what the channel does not call back is not known."""
        self.world.clock.later(minutes * 60)
        self.world.operator.live(minutes)
        await self.letters()
        await self.world.hear()
        await self.server.flush()
        await self.letters()

    async def now(self, order: Order) -> Order:
        return (await self.world.orders.order("driver", order.number)).order

    async def count(self, table: sa.Table) -> int:
        async with self.world.work.read() as connection:
            return int((await connection.execute(sa.select(sa.func.count()).select_from(table))).scalar_one())


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    database = Database(f"sqlite:///{tmp_path / 'orders.sqlite3'}")
    world = World(database, seed=1, trouble=0.0)
    listener = listen("127.0.0.1", 0)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    keys = wechat_keys.new_wechat_keys(key("ours"), key("wechat"))
    ours = Ours(world.clock)
    server = await start_wechat(world.clock, keys=keys, sending=False)
    channel = WechatChannel(server.wechat.config(f"{url}/pay/wechat"), ours)
    app = Starlette(routes=pay_routes({"wechat": channel}, Notices(world.work).take))
    gateway = EmbeddedServer(uvicorn.Config(app, ws="none", lifespan="off", log_config=None, access_log=False))
    gateway.config.load()
    serving = asyncio.create_task(gateway.serve(sockets=[listener]))
    try:
        yield Scene(world, server, channel, url, ours)
    finally:
        gateway.should_exit = gateway.force_exit = True
        await channel.close()
        await asyncio.gather(serving, server.close())
        await database.close()


@pytest.mark.parametrize(
    "faults",
    [ChannelFaults(), ChannelFaults(duplicate_notices=True, out_of_order_notices=True, probe_notices=True)],
)
async def test_an_order_moves_by_callbacks_alone_however_often_they_come(scene: Scene, faults: ChannelFaults) -> None:
    scene.server.set_faults(faults)
    order = await scene.start()
    for _ in range(40):
        await scene.later(2)
    ended = await scene.now(order)
    assert (ended.hold, ended.capture, ended.problem) == (Hold.CONSUMED, Capture.CAPTURED, None)
    assert await scene.count(INBOX) > 2
    assert await scene.count(QUARANTINE) == 0


async def test_what_is_not_believed_or_too_large_or_of_nobody_leaves_nothing(scene: Scene) -> None:
    async with httpx.AsyncClient(base_url=scene.url, trust_env=False) as http:
        for body, code in (
            (b"{}", 401),
            (b"", 401),
            (b"\xff" * 100, 401),
            (b" " * MAX_NOTICE_BYTES, 401),
            (b" " * (MAX_NOTICE_BYTES + 1), 413),
        ):
            answer = await http.post("/pay/wechat", content=body)
            assert answer.status_code == code, body[:20]
            assert answer.json()["zh"]
        assert (await http.post("/pay/other", content=b"{}")).status_code == 404
        assert (await http.get("/pay/wechat")).status_code == 405
    async with scene.world.work.begin():
        pass
    assert await scene.count(INBOX) == await scene.count(QUARANTINE) == 0
