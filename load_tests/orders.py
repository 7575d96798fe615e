"""Orders a second through the whole ledger, against the same engine's bare commits: python -m load_tests.orders.

An order is everything from the driver's start to our share: start, hold, start at the operator, a push of the session,
the bill, capture, split, the end of splitting; the channel and the operator are in this process and answer at once, so
that the database is what is measured. A bare commit is one small insert in a transaction of its own, by the same
`Database`, by as many at once; `driver` is the same by the bare driver, without SQLAlchemy. PostgreSQL waits for its
disk; SQLite is as the finder sets it.
"""

import asyncio
import contextlib
import itertools
import json
import logging
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import asyncpg
import msgspec
import sqlalchemy as sa
import structlog
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from finder.charging.effects import handlers
from finder.charging.news import bill_needs, session_needs, take_bill, take_session
from finder.charging.orders import Orders, StartAsk
from finder.charging.outside import Outside
from finder.connectors.sdk.control import Commanded, Outcome, SessionRef, StartRequest
from finder.connectors.sdk.sessions import Bill, SessionSeen, SessionState
from finder.kernel.clock import system_clock
from finder.kernel.ids import Number, order_of
from finder.kernel.money import Money, UnitPrice
from finder.money.channels.port import CaptureAsk, HoldAsk, Seen, SplitAsk, Stand, Step
from finder.money.verify import broken
from finder.stations.model import Tariff, TariffPeriod
from finder.storage.database import Database
from finder.storage.outbox import Outbox
from finder.storage.unit import METADATA, OUTBOX, LetterState, Work
from tests.contract.postgres_server import postgres

ENGINES = ("sqlite", "postgresql")
COLUMNS = ["orders/s", "bare commits/s", "ratio", "of the bare driver's commits"]
AT_ONCE, SECONDS = 16, 6.0
KWH = Decimal(20)
TARIFF = Tariff(
    id="t", periods=(TariffPeriod(start=0, end=1440, electricity=UnitPrice(8_000), service=UnitPrice(4_000)),)
)
BARE = sa.Table("bare", sa.MetaData(), sa.Column("n", sa.BigInteger, primary_key=True), sa.Column("text", sa.Text))
Once = Callable[[int], Awaitable[None]]


class Instant:
    """A channel, an operator and a payer that say yes at once; whoever waits for an effect hears of it."""

    name, practice, returns_with_refund = "wechat", True, False
    split_after = timedelta(0)  # a real one wants a minute: that would be measured, not the ledger

    def __init__(self) -> None:
        self._heard: dict[tuple[Number, str], asyncio.Event] = {}

    def heard(self, order: Number, what: str) -> asyncio.Event:
        """Set when it has been asked."""
        return self._heard.setdefault((order, what), asyncio.Event())

    def forget(self, order: Number) -> None:
        """An order that is over."""
        self._heard = {key: event for key, event in self._heard.items() if key[0] != order}

    def _done(self, step: Step, number: Number, amount: Money) -> Seen:
        self.heard(order_of(number), step.value).set()
        return Seen(self.name, step, number, Stand.DONE, amount, f"ch-{number}", system_clock(), Money(1))

    async def hold(self, ask: HoldAsk) -> Seen:
        """See Channel."""
        return self._done(Step.HOLD, ask.number, ask.amount)

    async def capture(self, ask: CaptureAsk) -> Seen:
        """See Channel."""
        return self._done(Step.CAPTURE, ask.number, ask.amount)

    async def split(self, ask: SplitAsk) -> Seen:
        """See Channel."""
        return self._done(Step.SPLIT, ask.number, ask.amount)

    async def split_finish(self, ask: SplitAsk) -> Seen:
        """See Channel."""
        return self._done(Step.SPLIT_FINISH, ask.number, ask.amount)

    async def start(self, request: StartRequest) -> Commanded:
        """See RemoteControl."""
        self.heard(request.order, "START").set()
        return Commanded(Outcome.ACCEPTED, f"S{request.order}")

    async def stop(self, session: SessionRef) -> Commanded:
        """See RemoteControl."""
        return Commanded(Outcome.ACCEPTED, session.native_id)

    async def payer(self, agreement: str) -> str:
        """See Payers."""
        return agreement


class House:
    """An order book at work on one database."""

    def __init__(self, database: Database) -> None:
        self.work, self.outside = Work(database, system_clock), Instant()
        outside = Outside(self.work, {"wechat": self.outside}, {"load": self.outside}.get, self.outside)  # type: ignore[dict-item]
        self.outbox = Outbox(self.work, handlers(outside), at_once=AT_ONCE)
        self.orders = Orders(self.work, self.outbox.wake)

    async def order(self, n: int) -> None:
        """One order from its start to the end of splitting."""
        order = await self.orders.start(f"p{n}", _asked(n), "k")
        await self.outside.heard(order.number, "START").wait()
        now = system_clock()
        begun = SessionSeen(
            source="load",
            native_id=f"S{order.number}",
            order=order.number,
            state=SessionState.CHARGING,
            observed_at=now,
            kwh=Decimal(1),
        )
        await self.work.do(lambda unit: take_session(unit, order.number, begun), *session_needs(order.number))
        bill = Bill(
            source="load",
            native_id=f"S{order.number}",
            order=order.number,
            started_at=now,
            ended_at=now + timedelta(minutes=20),
            kwh=KWH,
            total=Money(2400),
        )
        await self.work.do(lambda unit: take_bill(unit, order.number, bill), *bill_needs(order.number, bill))
        await self.outside.heard(order.number, Step.SPLIT_FINISH.value).wait()
        self.outside.forget(order.number)

    async def idle(self) -> None:
        """Returns when no letter waits; raises where the ledger is not as it must be."""
        waiting = sa.select(sa.func.count()).where(OUTBOX.c.state == LetterState.WAITING.value)
        while True:
            async with self.work.read() as connection:
                if not (await connection.execute(waiting)).scalar_one():
                    break
            await asyncio.sleep(0.01)
        async with self.work.read() as connection:
            if wrong := await broken(connection):
                raise RuntimeError(f"the ledger is broken: {wrong[0]}")


def _asked(n: int) -> StartAsk:
    return StartAsk(
        operator="load",
        evse_id=f"load/{n}",
        connector_id="1",
        channel="wechat",
        sub_merchant="m1",
        agreement=f"a{n}",
        agreed=True,
        title="充电",
        cap=Money(5_000),
        commission_permille=55,
        tariff=TARIFF,
    )


async def rate(once: Once, numbers: Iterator[int], settled: Callable[[], Awaitable[None]] | None = None) -> float:
    """How often a second, by so many at once; what was begun is ended and counted."""
    began, count = time.perf_counter(), 0

    async def again() -> None:
        nonlocal count
        while time.perf_counter() - began < SECONDS:
            await once(next(numbers))
            count += 1

    await asyncio.gather(*(again() for _ in range(AT_ONCE)))
    seconds = time.perf_counter() - began
    if settled:
        await settled()
    return count / seconds


def _bare(database: Database) -> Once:
    async def once(n: int) -> None:
        async with database.write() as connection:
            await connection.execute(sa.insert(BARE).values(n=n, text="x"))

    return once


@contextlib.asynccontextmanager
async def _driver(url: str) -> AsyncIterator[Once]:
    """The driver alone: asyncpg, or sqlite3, which is one writer and blocks."""
    if url.startswith("sqlite"):
        with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as file:
            file.execute("PRAGMA synchronous = FULL")

            async def write(n: int) -> None:
                file.execute("BEGIN IMMEDIATE")
                file.execute("INSERT INTO bare VALUES (?, 'x')", (n,))
                file.execute("COMMIT")

            yield write
        return
    async with asyncpg.create_pool(url, min_size=AT_ONCE, max_size=AT_ONCE) as pool:

        async def commit(n: int) -> None:
            async with pool.acquire() as connection, connection.transaction():
                await connection.execute("INSERT INTO bare VALUES ($1, 'x')", n)

        yield commit


async def _engine(url: str, rounds: int, tick: Callable[[], None]) -> dict[str, list[float]]:
    database, numbers = Database(url), itertools.count(1)
    found: dict[str, list[float]] = {"orders": [], "commits": [], "driver_commits": []}
    await database.create(METADATA)
    await database.create(BARE.metadata)
    house = House(database)
    posting = asyncio.create_task(house.outbox.run())
    try:
        async with _driver(url) as driver:
            for _ in range(rounds):
                found["orders"].append(await rate(house.order, numbers, house.idle))
                found["commits"].append(await rate(_bare(database), numbers))
                found["driver_commits"].append(await rate(driver, numbers))
                tick()
    finally:
        posting.cancel()
        await asyncio.gather(posting, return_exceptions=True)
        await database.close()
    return found


@contextlib.contextmanager
def _url(engine: str) -> Iterator[str]:
    if engine == "postgresql":
        with postgres(durable=True) as url:
            yield url
        return
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{Path(folder) / 'orders.sqlite3'}"


async def measure(rounds: int = 5) -> dict[str, object]:
    """Rates of every round, each subject in turn, and the median of the rounds' ratios."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    rates = dict[str, dict[str, list[float]]]()
    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task("订单 · orders", total=rounds * len(ENGINES))
        for engine in ENGINES:
            with _url(engine) as url:
                rates[engine] = await _engine(url, rounds, lambda: bar.advance(task))
    return {
        "at_once": AT_ONCE,
        "per_second": {
            engine: {name: [round(value, 1) for value in each] for name, each in found.items()}
            for engine, found in rates.items()
        },
        "orders_vs_commits": {engine: _ratio(found, "commits") for engine, found in rates.items()},
        "orders_vs_driver_commits": {engine: _ratio(found, "driver_commits") for engine, found in rates.items()},
    }


def _ratio(found: dict[str, list[float]], peer: str) -> float:
    return round(statistics.median(a / b for a, b in zip(found["orders"], found[peer], strict=True)), 4)


def rows(results: dict[str, object]) -> Iterator[list[str]]:
    """The table's cells, a row for each engine."""
    rates = msgspec.convert(results["per_second"], dict[str, dict[str, list[float]]])
    ratios = msgspec.convert(results["orders_vs_commits"], dict[str, float])
    bare = msgspec.convert(results["orders_vs_driver_commits"], dict[str, float])
    for engine, found in rates.items():
        middle = {name: statistics.median(each) for name, each in found.items()}
        cells = [f"{middle['orders']:.0f}", f"{middle['commits']:.0f}"]
        yield [engine, *cells, f"{ratios[engine]:.3f}", f"{bare[engine]:.4f}"]


def show(results: dict[str, object]) -> None:
    """The table."""
    table = Table("", *COLUMNS, title="orders against bare commits")
    for row in rows(results):
        table.add_row(*row)
    Console().print(table)


if __name__ == "__main__":
    found = asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 3))
    show(found)
    print(json.dumps(found))
