"""From the hold to the captured bill at a practice operator over real HTTP and signatures, the channel in process."""

import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from finder.charging.decide import over
from finder.charging.desk import OrderDesk
from finder.charging.effects import handlers
from finder.charging.machines import Capture, Hold, Session
from finder.charging.order import Order, items
from finder.charging.orders import Orders, StartAsk
from finder.charging.outside import Outside
from finder.charging.sweep import Sweeper
from finder.connectors.sdk.ports import StationPage
from finder.federation.desk import SqlDesk
from finder.kernel.money import Money
from finder.money.channels.port import Step
from finder.money.ledger import Account, balances
from finder.sandbox.faults import NONE, Faults, SessionFault
from finder.sandbox.push import Pusher
from finder.sandbox.serve import Sandbox
from finder.stations.model import Station
from finder.storage.database import Database
from finder.storage.outbox import Outbox
from finder.storage.unit import Work
from tests.faults.charging_world import FakeChannel, Payers
from tests.protocol.finder_running import Finder, serving
from tests.protocol.sandbox_running import connected, running
from tests.protocol.tcec102_peer import Hand

SOURCE = "yanmen"


@dataclass
class Scene:
    """One driver at one gun."""

    clock: Hand
    sandbox: Sandbox
    pusher: Pusher
    channel: FakeChannel
    orders: Orders
    outbox: Outbox
    sweeper: Sweeper
    work: Work
    station: Station
    gun: str

    async def start(self) -> Order:
        evse = next(e for e in self.station.evses if e.id == f"{SOURCE}/{self.gun}")
        tariff = self.station.tariff_of(evse.connectors[0])
        assert tariff is not None
        assert tariff.periods
        ask = StartAsk(
            operator=SOURCE,
            evse_id=evse.id,
            connector_id=evse.connectors[0].id,
            channel="wechat",
            sub_merchant="m1",
            agreement="a1",
            agreed=True,
            title="充电",
            cap=Money(20_000),
            commission_permille=50,
            tariff=tariff,
        )
        return await self.orders.start("driver", ask, "key")

    async def later(self, minutes: float, passes: int = 3) -> None:
        """Time passes; pushes, letters and questions do their work."""
        self.clock.move(minutes=minutes)
        for _ in range(passes):
            self.channel.confirm()
            for _ in range(10):
                if not await self.outbox.step():
                    break
            await self.pusher.tick()
            await self.sweeper.step()

    async def now(self, order: Order) -> Order:
        return (await self.orders.order("driver", order.number)).order


@asynccontextmanager
async def at_the_operator(path: Path) -> AsyncIterator[Scene]:
    clock = Hand()
    database = Database(f"sqlite:///{path / 'orders.sqlite3'}")
    work = Work(database, clock)
    desk = OrderDesk(SqlDesk(database, clock), work)
    try:
        async with (
            AsyncExitStack() as closing,
            running(clock, share=0.01, pushing=False) as sandbox,
            connected(sandbox, SOURCE, clock, desk=desk) as connector,
        ):
            finder = Finder(connector.receive, clock)
            async with serving(finder.app()) as url:
                sandbox.push_to(url)
                channel = FakeChannel(random.Random(1), clock)
                outside = Outside(work, {"wechat": channel}, {SOURCE: connector}.get, Payers())
                platform = sandbox.platforms[SOURCE]
                site = next(iter(platform.sites.values()))
                gun = next(pile.guns[0].id for pile in site.piles if not pile.swap and pile.dc)
                sandbox.day.pin(gun, 1, 10)
                pages: list[StationPage] = [page async for page in connector.stations(None)]
                station = next(s for page in pages for s in page.stations if s.id == f"{SOURCE}/{site.id}")
                pusher = Pusher(platform, sandbox.keys.called[SOURCE], clock, url)
                closing.push_async_callback(pusher.close)
                yield Scene(
                    clock,
                    sandbox,
                    pusher,
                    channel,
                    Orders(work),
                    Outbox(work, handlers(outside), at_once=1),
                    Sweeper(outside),
                    work,
                    station,
                    gun,
                )
    finally:
        await database.close()


async def test_a_charge_is_held_started_stopped_billed_captured_and_split(tmp_path: Path) -> None:
    async with at_the_operator(tmp_path) as scene:
        order = await scene.start()
        await scene.later(0.2)
        await scene.later(10)
        charging = await scene.now(order)
        assert (charging.hold, charging.session) == (Hold.HELD, Session.CHARGING)
        assert charging.seen is not None
        assert charging.seen.kwh
        await scene.orders.stop("driver", order.number)
        await scene.later(0.5)
        for _ in range(6):
            await scene.later(1)
        ended = await scene.now(order)
        assert (ended.session, ended.capture, ended.hold) == (Session.BILLED, Capture.CAPTURED, Hold.CONSUMED)
        assert ended.problem is None
        assert ended.bill_total == ended.pays == ended.captured
        assert (ended.captured or Money(0)).fen > 0
        async with scene.work.read() as connection:
            book = await balances(connection, order.number)
            sold = await items(connection, order.number)
        assert [item.step for item in sold] == [Step.SPLIT_FINISH, Step.SPLIT]
        assert book.get(Account.USER_RECEIVABLE, 0) == 0
        assert book.get(Account.HOLD, 0) == 0
        assert book[Account.PLATFORM_AT_CHANNEL] == (ended.captured or Money(0)).fen * 50 // 1000


async def test_a_start_that_was_accepted_and_never_charges_holds_nothing_in_the_end(tmp_path: Path) -> None:
    async with at_the_operator(tmp_path) as scene:
        scene.sandbox.set_faults(SOURCE, Faults(sessions=(SessionFault.NEVER_CHARGES,)))
        order = await scene.start()
        for _ in range(30):
            await scene.later(2)
        ended = await scene.now(order)
        assert (ended.session, ended.capture, ended.hold) == (Session.BILLED, Capture.NONE, Hold.RELEASED)
        assert (ended.pays, ended.reason) == (Money(0), "NEVER_BEGAN")  # it was told to stop, and billed nothing


@pytest.mark.parametrize("fault", SessionFault)
async def test_whatever_goes_wrong_there_no_fen_is_lost_and_a_person_sees_what_is_odd(
    tmp_path: Path, fault: SessionFault
) -> None:
    async with at_the_operator(tmp_path) as scene:
        scene.sandbox.set_faults(SOURCE, Faults(sessions=(fault,)))
        order = await scene.start()
        for _ in range(4):
            await scene.later(3)
        await scene.orders.stop("driver", order.number)
        for _ in range(15):
            await scene.later(4)
        scene.sandbox.set_faults(SOURCE, NONE)
        for _ in range(14):
            await scene.later(360)
        ended = await scene.now(order)
        async with scene.work.read() as connection:
            book = await balances(connection, order.number)
            finished = over(ended, await items(connection, order.number))
        assert finished or ended.problem, ended
        taken = [e.amount.fen for e in scene.channel.effects.values() if e.step is Step.CAPTURE]
        assert taken in ([], [(ended.captured or Money(0)).fen])
        if finished:
            assert book.get(Account.USER_RECEIVABLE, 0) == book.get(Account.HOLD, 0) == 0
