"""Double entry in integer fen: append-only, and balanced because an amount is only ever moved between two accounts.

The platform never holds drivers' money; the ledger records what channels and operators did.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.errors import BadInput
from finder.kernel.ids import Number, check_number
from finder.kernel.money import Money
from finder.stations.model import SourceId
from finder.storage.rows import insert_once, padded
from finder.storage.unit import METADATA, Unit, Write, from_us, to_us


class Account(StrEnum):
    """The chart of accounts."""

    HOLD = "memo:hold"  # what a channel holds for us, outside the balance
    HOLD_CONTRA = "memo:hold_contra"
    USER_RECEIVABLE = "user_receivable"  # what a driver owes for an order; 0 at its end
    PROMOTION = "promotion"  # what we or the city pay for a driver
    OPERATOR_PAYABLE = "operator_payable"  # what an operator is owed
    CHANNEL_CLEARING = "channel_clearing"  # what a channel has taken and not yet passed on
    PLATFORM_AT_CHANNEL = "platform_at_channel"  # our own share, at the channel
    COMMISSION_INCOME = "commission_income"
    REFUND_IN_TRANSIT = "refund_in_transit"
    BAD_DEBT = "bad_debt"
    SUSPENSE = "suspense"  # differences that nobody has explained yet


class Edge(StrEnum):
    """Why money moves; each edge is one or more moves of the table in `postings.py`."""

    HOLD = "HOLD"
    HOLD_OVER = "HOLD_OVER"
    BILL = "BILL"
    REVISED_BILL = "REVISED_BILL"
    CAPTURE = "CAPTURE"
    CHANNEL_FEE = "CHANNEL_FEE"
    COMMISSION = "COMMISSION"
    SPLIT = "SPLIT"
    SETTLED = "SETTLED"
    REFUND_ASKED = "REFUND_ASKED"
    REFUND_DONE = "REFUND_DONE"
    REFUND_FAILED = "REFUND_FAILED"
    SPLIT_RETURNED = "SPLIT_RETURNED"
    BAD_DEBT = "BAD_DEBT"
    DIFFERENCE = "DIFFERENCE"


@dataclass(frozen=True, slots=True)
class Move:
    """An amount above 0 that goes from the credited to the debited account."""

    debit: Account
    credit: Account
    amount: Money


@dataclass(frozen=True, slots=True)
class Transaction:
    """Moves that belong together. The key is unique: the same effect is never written twice."""

    key: str
    edge: Edge
    order: Number
    operator: SourceId
    channel: str
    moves: Sequence[Move]
    at: datetime
    note: str = ""


TRANSACTION = sa.Table(
    "ledger_transaction",
    METADATA,
    sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("edge", sa.Text, nullable=False),
    sa.Column("order_no", sa.Text, nullable=False, index=True),
    sa.Column("operator", sa.Text, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False, index=True),  # microseconds since 1970
    sa.Column("note", sa.Text, nullable=False),
)
POSTING = sa.Table(
    "ledger_posting",
    METADATA,
    sa.Column("transaction", sa.ForeignKey("ledger_transaction.number"), primary_key=True),
    sa.Column("n", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("account", sa.Text, nullable=False, index=True),
    sa.Column("fen", sa.BigInteger, nullable=False),  # above 0 debit, below 0 credit
)
# No row is ever changed or removed: a mistake is mended by another transaction.
_SQLITE = "CREATE TRIGGER {name} BEFORE {event} ON {table} BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
_FUNCTION = """CREATE OR REPLACE FUNCTION ledger_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$"""
_POSTGRESQL = "CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH {each} EXECUTE FUNCTION ledger_append_only()"


def _ddl(text: str) -> sa.DDL:
    return sa.DDL(text)  # type: ignore[no-untyped-call]


def _protect(table: sa.Table) -> None:
    for event in ("UPDATE", "DELETE"):
        name = f"{table.name}_no_{event.lower()}"
        sqlite = _ddl(_SQLITE.format(name=name, event=event, table=table.name))
        sa.event.listen(table, "after_create", sqlite.execute_if(dialect="sqlite"))
        guard = _ddl(_POSTGRESQL.format(name=name, event=event, table=table.name, each="ROW"))
        sa.event.listen(table, "after_create", _ddl(_FUNCTION).execute_if(dialect="postgresql"))
        sa.event.listen(table, "after_create", guard.execute_if(dialect="postgresql"))
    emptied = _POSTGRESQL.format(name=f"{table.name}_no_truncate", event="TRUNCATE", table=table.name, each="STATEMENT")
    sa.event.listen(table, "after_create", _ddl(emptied).execute_if(dialect="postgresql"))


for _table in (TRANSACTION, POSTING):
    _protect(_table)


async def post(unit: Unit, transaction: Transaction) -> bool:
    """Writes a transaction in this unit; False where its key was written before. Raises BadInput."""
    check_number(transaction.order)
    if not transaction.moves or any(move.amount.fen <= 0 or move.debit is move.credit for move in transaction.moves):
        raise BadInput(
            f"记账 {transaction.key} 没有金额，或金额不大于 0",
            f"transaction {transaction.key} moves nothing, or an amount that is not above 0",
            code="EMPTY_TRANSACTION",
        )
    return await unit.later(POSTED, transaction)


async def _post(unit: Unit, transactions: Sequence[Transaction]) -> bool:
    rows = [
        {
            "key": each.key,
            "edge": each.edge.value,
            "order_no": each.order,
            "operator": each.operator,
            "channel": each.channel,
            "at": to_us(each.at),
            "note": each.note,
        }
        for each in transactions
    ]
    put = insert_once(unit.dialect, TRANSACTION, "key").returning(TRANSACTION.c.key, TRANSACTION.c.number)
    new = {row.key: row.number for row in await unit.connection.execute(put, rows)}
    postings: list[dict[str, Any]] = []
    for each in transactions:
        # The first of two under one key is the one that stands.
        if (number := new.pop(each.key, None)) is not None:
            lines = [line for move in each.moves for line in _lines(move)]
            postings += [
                {"transaction": number, "n": n, "account": account.value, "fen": fen}
                for n, (account, fen) in enumerate(lines)
            ]
    if postings:
        await unit.connection.execute(_POSTINGS, postings)
    return bool(postings)


def _lines(move: Move) -> tuple[tuple[Account, int], ...]:
    return (move.debit, move.amount.fen), (move.credit, -move.amount.fen)


_POSTINGS = sa.insert(POSTING)
POSTED = Write(5, _post)


@dataclass(frozen=True, slots=True)
class Line:
    """One posting as it stands in the ledger; above 0 debit, below 0 credit."""

    transaction: int
    key: str
    edge: Edge
    order: Number
    operator: SourceId
    channel: str
    at: datetime
    account: Account
    fen: int
    note: str


async def balances(connection: AsyncConnection, order: Number | None = None) -> dict[Account, int]:
    """Each account's balance in fen, of one order or of all, recomputed from the postings; 0 is left out."""
    question = sa.select(POSTING.c.account, sa.func.sum(POSTING.c.fen)).group_by(POSTING.c.account)
    if order is not None:
        question = question.join(TRANSACTION).where(TRANSACTION.c.order_no == order)
    rows = (await connection.execute(question)).all()
    return {Account(account): int(fen) for account, fen in rows if fen}


_CLEARED = (
    sa.select(TRANSACTION.c.order_no, sa.func.sum(POSTING.c.fen).label("fen"))
    .join(POSTING)
    .where(
        TRANSACTION.c.order_no.in_(sa.bindparam("orders", expanding=True)),
        POSTING.c.account == Account.CHANNEL_CLEARING.value,
    )
    .group_by(TRANSACTION.c.order_no)
)


async def cleared(connection: AsyncConnection, orders: Sequence[Number]) -> dict[Number, int]:
    """What the channel holds of each of these orders, in fen, from the postings; 0 is left out."""
    rows = await connection.execute(_CLEARED, {"orders": padded(orders)})
    return {row.order_no: int(row.fen) for row in rows if row.fen}


async def lines(
    connection: AsyncConnection, order: Number | None = None, after: int = 0, limit: int = 10_000
) -> list[Line]:
    """The postings of one order or of all, in the order of writing, after a transaction's number."""
    question = (
        sa.select(TRANSACTION, POSTING.c.account, POSTING.c.fen)
        .join(POSTING)
        .where(TRANSACTION.c.number > after)
        .order_by(TRANSACTION.c.number, POSTING.c.n)
        .limit(limit)
    )
    if order is not None:
        question = question.where(TRANSACTION.c.order_no == order)
    rows = (await connection.execute(question)).all()
    return [
        Line(
            transaction=row.number,
            key=row.key,
            edge=Edge(row.edge),
            order=row.order_no,
            operator=row.operator,
            channel=row.channel,
            at=from_us(row.at),
            account=Account(row.account),
            fen=row.fen,
            note=row.note,
        )
        for row in rows
    ]
