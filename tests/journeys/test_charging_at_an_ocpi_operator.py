"""An order at an OCPI platform: held, started, told, billed by a CDR and captured, over real HTTP."""

import asyncio
import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from finder.charging.decide import over
from finder.charging.desk import KeepingDesk, OrderDesk
from finder.charging.effects import handlers
from finder.charging.machines import Capture, Hold, Session
from finder.charging.orders import Orders, OrderView, StartAsk
from finder.charging.outside import Outside
from finder.charging.sweep import Sweeper
from finder.charging.verify import verify
from finder.kernel.money import Money
from finder.money.ledger import Account, balances
from finder.sandbox.ocpi import start_practice_cpo
from finder.storage.database import Database
from finder.storage.outbox import Outbox
from finder.storage.unit import Work
from tests.faults.charging_world import FakeChannel, Payers
from tests.protocol.ocpi_world import house, now

EVSE = "op/LOC3/E3-2"


async def test_an_order_at_an_ocpi_platform_ends_paid(tmp_path: Path) -> None:
    cpo = await start_practice_cpo()
    database = Database(f"sqlite:///{tmp_path / 'orders.sqlite3'}")
    work, channel = Work(database, now), FakeChannel(random.Random(1), now)
    channel.split_after = timedelta(0)  # by the real clock

    def desk(kept: KeepingDesk) -> OrderDesk:
        return OrderDesk(kept, work)

    async with house(tmp_path, cpo, over=desk) as ours:
        station = next(each for each in await ours.crawl() if any(evse.id == EVSE for evse in each.evses))
        evse = next(each for each in station.evses if each.id == EVSE)
        outside = Outside(work, {"wechat": channel}, {"op": ours.connector}.get, Payers())
        orders, outbox, sweeper = Orders(work), Outbox(work, handlers(outside)), Sweeper(outside)
        ask = StartAsk(
            operator="op",
            evse_id=EVSE,
            connector_id=evse.connectors[0].id,
            channel="wechat",
            sub_merchant="m1",
            agreement="a1",
            agreed=True,
            title=station.name[:20],
            cap=Money(20_000),
            commission_permille=50,
            tariff=station.tariff_of(evse.connectors[0]),
        )
        order = await orders.start("driver", ask, "key")

        async def until(told: Callable[[OrderView], bool]) -> OrderView:
            async with asyncio.timeout(30):
                while True:
                    channel.confirm()
                    while await outbox.step():
                        pass
                    await cpo.settle()
                    await sweeper.step()
                    view = await orders.order("driver", order.number)
                    if told(view):
                        return view
                    await asyncio.sleep(0.05)

        charging = await until(lambda view: view.order.session is Session.CHARGING)
        assert charging.order.hold is Hold.HELD
        await orders.stop("driver", order.number)
        ended = (await until(lambda view: over(view.order, view.items))).order
        assert (ended.session, ended.capture, ended.problem) == (Session.BILLED, Capture.CAPTURED, None)
        assert ended.bill_total == ended.pays == ended.captured
        assert (ended.captured or Money(0)).fen > 0
        async with work.read() as connection:
            book = await balances(connection, order.number)
        assert (book.get(Account.USER_RECEIVABLE, 0), book.get(Account.HOLD, 0)) == (0, 0)
        assert [each async for each in verify(work) if not hasattr(each, "number")] == []
    await database.close()
