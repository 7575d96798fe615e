"""One whole session to look at: a practice operator, a practice channel, and every posting that it leaves.

Operator and channel are real servers on loopback that verify our signatures and sign theirs; the clock of all three
runs faster.
"""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import structlog
import uvicorn
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table
from starlette.applications import Starlette

from finder.charging.decide import over
from finder.charging.desk import OrderDesk
from finder.charging.effects import handlers
from finder.charging.machines import Session
from finder.charging.notices import Notices
from finder.charging.order import Order
from finder.charging.orders import Orders, OrderView, StartAsk
from finder.charging.outside import Outside
from finder.charging.quote import Quote, QuoteAsk, quote
from finder.charging.sweep import Sweeper
from finder.connectors.sdk.kinds import Workbench
from finder.connectors.sdk.ports import PushAnswer, PushRequest
from finder.connectors.tcec102 import Tcec102Connector
from finder.errors import OperatorUnavailable
from finder.federation.desk import SqlDesk
from finder.kernel.clock import SHANGHAI, system_clock
from finder.kernel.money import Money
from finder.money.channels.wechat import WechatChannel
from finder.money.ledger import lines
from finder.sandbox.channels.wechat import WechatServer, start_wechat
from finder.sandbox.channels.wechat_keys import SUB_MERCHANTS
from finder.sandbox.serve import HOST, EmbeddedServer, Sandbox, listen, start_sandbox
from finder.stations.model import Station
from finder.storage.database import Database
from finder.storage.outbox import Outbox
from finder.storage.unit import Work
from finder.web.metrics import Metrics
from finder.web.payments import pay_routes
from finder.web.pushes import push_routes

SOURCE, DRIVER = "yanmen", "demo-driver"
CHARGE_MINUTES, WITHIN_MINUTES = 12.0, 240.0
COMMISSION_PERMILLE = 50
_FREE, _PARK_FREE = 1, 10
_LOOK_S = 0.2


class FastClock:
    """A day that runs faster from now on."""

    def __init__(self, speed: float) -> None:
        self.speed = speed
        self._began, self._at = time.monotonic(), system_clock()

    def __call__(self) -> datetime:
        """The fast time."""
        return self._at + timedelta(seconds=(time.monotonic() - self._began) * self.speed)


class _Payers:
    async def payer(self, agreement: str) -> str:
        return f"openid-of-{agreement}"


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that runs, and the gun at which a car stands."""

    clock: FastClock
    sandbox: Sandbox
    wechat: WechatServer
    orders: Orders
    sweeper: Sweeper
    work: Work
    station: Station
    gun: str

    def quote(self, kwh: Decimal) -> Quote:
        """What it will cost. Raises BadInput."""
        evse = next(each for each in self.station.evses if each.id == f"{SOURCE}/{self.gun}")
        return quote(QuoteAsk(self.station, evse, evse.connectors[0], self.clock(), kwh), self.clock())

    async def start(self, priced: Quote, cap: Money) -> Order:
        """Begins the order under the quote's tariff."""
        ask = StartAsk(
            operator=SOURCE,
            evse_id=priced.evse_id,
            connector_id=priced.connector_id,
            channel="wechat",
            sub_merchant=SUB_MERCHANTS[0],
            agreement="demo",
            agreed=True,
            title=self.station.name[:20],
            cap=cap,
            commission_permille=COMMISSION_PERMILLE,
            tariff=priced.tariff,
        )
        return await self.orders.start(DRIVER, ask, "demo")


@asynccontextmanager
async def staged(speed: float, folder: Path) -> AsyncIterator[Stage]:
    """Operator, channel and order book, each running."""
    clock = FastClock(speed)
    async with AsyncExitStack() as closing:
        database = Database(f"sqlite:///{folder / 'demo.sqlite3'}")
        closing.push_async_callback(database.close)
        work = Work(database, clock)
        sandbox = await start_sandbox(clock, share=0.01)
        closing.push_async_callback(sandbox.close)
        listener = listen(HOST, 0)
        url = f"http://{HOST}:{listener.getsockname()[1]}"
        wechat = await start_wechat(clock)
        closing.push_async_callback(wechat.close)
        channel = WechatChannel(wechat.wechat.config(f"{url}/pay/wechat"), clock)
        closing.push_async_callback(channel.close)
        outside_of: dict[str, object] = {}
        outside = Outside(work, {"wechat": channel}, outside_of.get, _Payers())
        outbox = Outbox(work, handlers(outside), idle_s=0.1)
        desk = OrderDesk(SqlDesk(database, clock), work, outbox.wake)
        config = next(each for each in sandbox.operators if each.source == SOURCE)
        connector = Tcec102Connector(config, Workbench(clock=clock, desk=desk))
        closing.push_async_callback(connector.close)
        outside_of[SOURCE] = connector

        async def receive(source: str, request: PushRequest) -> PushAnswer:
            if source != SOURCE:
                raise OperatorUnavailable("没有这个运营商", "no such operator")
            return await connector.receive(request)

        notices = Notices(work, outbox.wake)
        routes = [
            *push_routes(receive, clock, Metrics(lambda: ())),
            *pay_routes({"wechat": channel}, notices.take),
        ]
        server = EmbeddedServer(
            uvicorn.Config(Starlette(routes=routes), ws="none", lifespan="off", log_config=None, access_log=False)
        )
        server.config.load()
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        working = asyncio.create_task(outbox.run())
        site = next(iter(sandbox.platforms[SOURCE].sites.values()))
        gun = next(pile.guns[0].id for pile in site.piles if not pile.swap and pile.dc)
        sandbox.day.pin(gun, _FREE, _PARK_FREE)
        sandbox.push_to(url)
        pages = [page async for page in connector.stations(None)]
        station = next(s for page in pages for s in page.stations if s.id == f"{SOURCE}/{site.id}")
        try:
            yield Stage(clock, sandbox, wechat, Orders(work, outbox.wake), Sweeper(outside), work, station, gun)
        finally:
            working.cancel()
            server.should_exit = server.force_exit = True
            await asyncio.gather(working, serving, return_exceptions=True)


def charge(speed: float, kwh: Decimal) -> int:
    """`finder demo charge`: 0 where the session ended and nothing is left open."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    console = Console()

    async def run() -> int:
        with tempfile.TemporaryDirectory() as folder:
            async with staged(speed, Path(folder)) as stage:
                return await _show(stage, kwh, console)

    return asyncio.run(run())


async def _show(stage: Stage, kwh: Decimal, console: Console) -> int:
    priced = stage.quote(kwh)
    _quote(priced, stage.station, console)
    cap = Money(
        min(100_000, ((priced.total or priced.electricity or Money(10_000)).fen + (priced.service or Money(0)).fen) * 2)
    )
    order = await stage.start(priced, cap)
    console.print(f"订单 · order {order.number}，最多 · at most {_yuan(cap)}\n", highlight=False)
    view = await _follow(stage, order)
    async with stage.work.read() as connection:
        postings = await lines(connection, order.number)
    table = Table("", "借 · debit", "贷 · credit", "科目 · account", title="分录 · postings")
    for before, line in zip([None, *postings], postings, strict=False):
        first = before is None or before.transaction != line.transaction
        debit, credit = (_yuan(Money(line.fen)), "") if line.fen > 0 else ("", _yuan(Money(-line.fen)))
        table.add_row(line.edge.value if first else "", debit, credit, line.account.value, end_section=False)
    console.print(table)
    ended = view.order
    console.print(
        f"账单 · bill {_yuan(ended.bill_total)}，实付 · paid {_yuan(ended.captured)}，"
        f"度数 · energy {ended.seen.kwh if ended.seen else '–'} kWh",
        highlight=False,
    )
    if ended.problem or not over(ended, view.items):
        console.print(f"[bold red]未完成 · not over[/]: {ended.session} {ended.capture} {ended.problem or ''}")
        return 1
    return 0


def _quote(priced: Quote, station: Station, console: Console) -> None:
    table = Table(
        "时段 · from", "kWh", "电费 · electricity", "服务费 · service", title=f"报价 · quote · {station.name}"
    )
    for line in priced.lines:
        table.add_row(
            f"{line.starts_at.astimezone(SHANGHAI):%H:%M}", f"{line.kwh}", _yuan(line.electricity), _yuan(line.service)
        )
    table.add_row("合计 · total", f"{priced.kwh}", _yuan(priced.electricity), _yuan(priced.service))
    console.print(table)


async def _follow(stage: Stage, order: Order) -> OrderView:
    began, stopped = stage.clock(), False
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[told]}"))
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("充电 · charging", total=CHARGE_MINUTES, told="")
        while True:
            await asyncio.sleep(_LOOK_S)
            await stage.sweeper.step()
            view = await stage.orders.order(DRIVER, order.number)
            now, minutes = view.order, (stage.clock() - began).total_seconds() / 60
            told = f"{now.hold} · {now.session} · {now.capture}"
            if now.seen is not None and now.seen.kwh is not None:
                told += f" · {now.seen.kwh} kWh"
            bar.update(task, completed=min(minutes, CHARGE_MINUTES), told=told)
            if not stopped and now.session is Session.CHARGING and minutes >= CHARGE_MINUTES:
                await stage.orders.stop(DRIVER, order.number)
                stopped = True
            if over(now, view.items) or minutes > WITHIN_MINUTES:
                return view


def _yuan(money: Money | None) -> str:
    return "未知 · unknown" if money is None else f"¥{money.fen / 100:.2f}"
