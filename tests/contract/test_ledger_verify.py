"""Books that hold are proved, and each invariant that is broken on purpose is named."""

import asyncio
import csv
import io
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from finder.charging.order import Order
from finder.charging.verify import verify
from finder.cli import cli
from finder.kernel.money import Money
from finder.money.invoice_rows import BUYER, INVOICE, LINE
from finder.money.ledger import POSTING, TRANSACTION, Account, Edge, Move, Transaction, post
from finder.money.postings import Books
from finder.money.spreadsheet import plain
from finder.money.verify import Broken, Invariant
from finder.storage.database import Database
from finder.storage.migrate import MigratedDatabase
from finder.storage.unit import Unit
from tests.faults.charging_world import World

pytestmark = pytest.mark.slow  # each pays for a whole order first


async def found(world: World) -> list[Invariant]:
    return [each.invariant async for each in verify(world.work) if isinstance(each, Broken)]


async def paid(database: Database) -> tuple[World, Order]:
    world = World(database, seed=3, trouble=0)
    order = await world.start()
    for _ in range(200):
        await world.happen(1)
        if not await world.unfinished():
            break
    return world, (await world.orders.order(order.person, order.number)).order


async def test_books_that_were_kept_properly_hold(database: Database) -> None:
    world, order = await paid(database)
    assert order.captured
    assert await found(world) == []


def moves(debit: Account, credit: Account, fen: int) -> tuple[Move, ...]:
    return (Move(debit, credit, Money(fen)),)


@pytest.mark.parametrize("invariant", Invariant)
async def test_each_broken_invariant_is_named(database: Database, invariant: Invariant) -> None:
    world, order = await paid(database)
    captured = (order.captured or Money(0)).fen
    async with world.work.begin() as unit:
        await _break(unit, invariant, order, captured)
    assert (await found(world))[0] is invariant


async def _break(unit: Unit, invariant: Invariant, order: Order, captured: int) -> None:
    book = Books(order.number, order.operator, order.channel, unit.now)
    match invariant:
        case Invariant.BALANCED | Invariant.TWO_SIDES:
            row = {"key": "x", "edge": "SPLIT", "order_no": order.number, "operator": "o", "channel": "c"}
            put = sa.insert(TRANSACTION).values(**row, at=0, note="").returning(TRANSACTION.c.number)
            number = (await unit.connection.execute(put)).scalar_one()
            fens = [(0, 5), (1, -4)] if invariant is Invariant.BALANCED else []
            rows = [{"transaction": number, "n": n, "account": "suspense", "fen": fen} for n, fen in fens]
            if rows:
                await unit.connection.execute(sa.insert(POSTING), rows)
        case Invariant.ONE_CAPTURE:
            await post(unit, book.capture("second", Money(1)))
        case Invariant.REFUNDS:
            await post(unit, book.refund_asked("r", Money(captured + 1)))
        case Invariant.SPLITS:
            await post(unit, book.split("s", Money(captured)))
        case Invariant.HOLD_ONCE:
            await post(unit, book.hold_over("again", Money(1)))
        case Invariant.PASSED_ON:
            await post(unit, book.settled("more", Money(1)))
        case Invariant.INVOICED:
            of = {"kind": "SUPPLY", "operator": "o", "issuer": "i", "state": "ISSUED"}
            await unit.connection.execute(sa.insert(BUYER).values(id="b"))
            invoice = sa.insert(INVOICE).values(**of, number="n", buyer="b", goes=False, replaced=False)
            await unit.connection.execute(invoice.values(reversals=0, asked_at=0))
            line = {"invoice": "n", "n": 0, "order_no": order.number, "part": "SERVICE", "name": "x"}
            await unit.connection.execute(sa.insert(LINE).values(**line, rate_percent=6, fen=captured + 1, tax_fen=0))
        case Invariant.SETTLED:
            owes = moves(Account.USER_RECEIVABLE, Account.SUSPENSE, 1)
            await post(unit, Transaction("x", Edge.DIFFERENCE, order.number, "o", "c", owes, unit.now))
        case Invariant.MEMO:
            await post(unit, book.hold("again", Money(1)))


async def test_the_command_says_so_and_exports_every_posting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path / 'finder.sqlite3'}"
    monkeypatch.setenv("FINDER_STORE_URL", url)
    database = MigratedDatabase(url)
    world, order = await paid(database)

    def run(*words: str) -> tuple[int, str]:
        # Typer's commands begin loops of their own.
        result = CliRunner().invoke(cli, ["ledger", *words])
        return result.exit_code, result.output

    code, said = await asyncio.to_thread(run, "verify")
    assert code == 0
    assert said.count("✓") == len(Invariant)
    code, said = await asyncio.to_thread(run, "export", "--order", order.number)
    rows = list(csv.DictReader(io.StringIO(said)))
    assert code == 0
    assert sum(int(row["fen"]) for row in rows) == 0
    assert {row["edge"] for row in rows} >= {"HOLD", "HOLD_OVER", "BILL", "CAPTURE", "COMMISSION", "SPLIT"}
    async with world.work.begin() as unit:
        await _break(unit, Invariant.HOLD_ONCE, order, 0)
    code, said = await asyncio.to_thread(run, "verify")
    assert code == 1
    assert order.number in said
    await database.close()


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert plain(cell) == f"'{cell}"
    assert plain("jinbei") == "jinbei"
