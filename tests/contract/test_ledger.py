"""The ledger on SQLite and on a real PostgreSQL: written once, never changed, balances from the postings."""

import asyncio

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from finder.errors import BadInput
from finder.kernel.ids import new_order, part
from finder.kernel.money import Money
from finder.money.ledger import (
    POSTING,
    TRANSACTION,
    Account,
    Edge,
    Move,
    Transaction,
    balances,
    lines,
    post,
)
from finder.money.postings import Books
from finder.storage.database import Database
from finder.storage.unit import METADATA, Work
from tests.contract.hand import NOON, Hand

ORDER, OTHER = new_order(Hand()), new_order(Hand())
BOOKS = Books(ORDER, "jinbei", "wechat", NOON)


@pytest.fixture
async def work(database: Database) -> Work:
    await database.create(METADATA)
    return Work(database, Hand())


async def write(work: Work, *transactions: Transaction) -> list[bool]:
    async with work.begin() as unit:
        return [await post(unit, transaction) for transaction in transactions]


async def balance(work: Work, order: str | None = None) -> dict[Account, int]:
    async with work.read() as connection:
        return await balances(connection, order)


async def test_what_is_written_is_read_back_in_its_order(work: Work) -> None:
    hold = part(ORDER, "H", 1)
    assert await write(work, BOOKS.hold(hold, Money(5_000)), BOOKS.bill("B1", Money(1_640))) == [True, True]
    async with work.read() as connection:
        read = await lines(connection, ORDER)
        later = await lines(connection, after=read[0].transaction)
        assert await lines(connection, OTHER) == []
    assert [(line.edge, line.account, line.fen) for line in read] == [
        (Edge.HOLD, Account.HOLD, 5_000),
        (Edge.HOLD, Account.HOLD_CONTRA, -5_000),
        (Edge.BILL, Account.USER_RECEIVABLE, 1_640),
        (Edge.BILL, Account.OPERATOR_PAYABLE, -1_640),
    ]
    assert {line.edge for line in later} == {Edge.BILL}
    first = read[0]
    assert (first.order, first.operator, first.channel, first.at) == (ORDER, "jinbei", "wechat", NOON)


async def test_an_effect_that_is_told_twice_is_written_once_also_at_once(work: Work) -> None:
    capture = BOOKS.capture(part(ORDER, "C", 1), Money(1_640))
    assert await write(work, capture) == [True]
    assert await write(work, capture) == [False]
    refund = BOOKS.refund_asked(part(ORDER, "R", 1), Money(100))
    written = await asyncio.gather(*(write(work, refund) for _ in range(8)))
    assert sorted(written) == [[False]] * 7 + [[True]]
    assert (await balance(work))[Account.CHANNEL_CLEARING] == 1_640
    assert (await balance(work))[Account.REFUND_IN_TRANSIT] == -100


async def test_balances_are_of_one_order_or_of_all(work: Work) -> None:
    other = Books(OTHER, "yanmen", "alipay", NOON)
    await write(work, BOOKS.bill("B1", Money(100)), other.bill("B1", Money(11)))
    assert (await balance(work, ORDER))[Account.USER_RECEIVABLE] == 100
    assert (await balance(work, OTHER))[Account.USER_RECEIVABLE] == 11
    assert await balance(work) == {Account.USER_RECEIVABLE: 111, Account.OPERATOR_PAYABLE: -111}
    await write(work, BOOKS.capture(part(ORDER, "C", 1), Money(100)))
    assert Account.USER_RECEIVABLE not in await balance(work, ORDER)


@pytest.mark.parametrize("table", [TRANSACTION, POSTING], ids=lambda table: str(table.name))
@pytest.mark.parametrize("change", ["update", "delete"])
async def test_no_row_is_ever_changed_or_removed(work: Work, table: sa.Table, change: str) -> None:
    await write(work, BOOKS.bill("B1", Money(100)))
    column = "note" if table is TRANSACTION else "fen"
    value: object = "x" if table is TRANSACTION else 1
    statement = sa.delete(table) if change == "delete" else sa.update(table).values({column: value})

    async def tamper() -> None:
        async with work.begin() as unit:
            await unit.connection.execute(statement)

    with pytest.raises(DBAPIError, match="append-only"):
        await tamper()
    assert (await balance(work))[Account.USER_RECEIVABLE] == 100


@pytest.mark.parametrize(
    "moves",
    [
        (),
        (Move(Account.HOLD, Account.HOLD_CONTRA, Money(0)),),
        (Move(Account.HOLD, Account.HOLD_CONTRA, Money(-1)),),
        (Move(Account.HOLD, Account.HOLD, Money(1)),),
    ],
)
async def test_a_transaction_that_moves_nothing_is_refused(work: Work, moves: tuple[Move, ...]) -> None:
    with pytest.raises(BadInput):
        await write(work, Transaction("k", Edge.HOLD, ORDER, "jinbei", "wechat", moves, NOON))
    assert await balance(work) == {}


async def test_what_is_written_in_a_unit_that_fails_was_never_written(work: Work) -> None:
    async def half() -> None:
        async with work.begin() as unit:
            await post(unit, BOOKS.bill("B1", Money(100)))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await half()
    assert await balance(work) == {}
    assert await write(work, BOOKS.bill("B1", Money(100))) == [True]
