"""Inbox and outbox, and a unit: what may be read and written in one transaction."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.kernel.clock import Clock
from finder.kernel.ids import Number, new_ulid

METADATA = sa.MetaData()
INBOX = sa.Table(
    "inbox",
    METADATA,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Column("received_at", sa.BigInteger, nullable=False),  # microseconds since 1970, as every time below
    sa.Column("answer", sa.LargeBinary),
)
QUARANTINE = sa.Table(
    "inbox_quarantine",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Column("payload", sa.LargeBinary, nullable=False),
    sa.Column("received_at", sa.BigInteger, nullable=False),
    sa.Column("settled_at", sa.BigInteger),
    sa.UniqueConstraint("source", "key", "digest"),
)
OUTBOX = sa.Table(
    "outbox",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("number", sa.Text, nullable=False, unique=True),
    sa.Column("payload", sa.LargeBinary, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("due_at", sa.BigInteger, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("error", sa.Text),
    sa.Index("outbox_due", "state", "due_at"),
)
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_MICROSECOND = timedelta(microseconds=1)


def to_us(moment: datetime) -> int:
    """Microseconds since 1970, exactly."""
    return (moment - _EPOCH) // _MICROSECOND


def from_us(us: int) -> datetime:
    """The inverse, in UTC."""
    return _EPOCH + timedelta(microseconds=us)


class Receipt(StrEnum):
    """What the inbox says of a message."""

    FIRST = "FIRST"
    REPEAT = "REPEAT"  # the same message again
    CONFLICT = "CONFLICT"  # its key with other content: quarantined, for a person


@dataclass(frozen=True, slots=True)
class Received:
    """A message's receipt; for a repeat what was answered before."""

    receipt: Receipt
    answer: bytes | None = None


class LetterState(StrEnum):
    """Where an effect stands."""

    WAITING = "WAITING"  # until it is due; one that a worker has taken is due again when its lease ends
    DONE = "DONE"
    DEAD = "DEAD"  # given up, for a person to see and retry


async def known(connection: AsyncConnection, source: str, key: str, payload: bytes) -> Received | None:
    """What the inbox says of a message that came before, a repeat or a conflict; None where it never came."""
    own = sa.and_(INBOX.c.source == source, INBOX.c.key == key)
    found = (await connection.execute(sa.select(INBOX.c.digest, INBOX.c.answer).where(own))).one_or_none()
    if found is None:
        return None
    same = found.digest == hashlib.sha256(payload).digest()
    return Received(Receipt.REPEAT if same else Receipt.CONFLICT, found.answer)


K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Read(Generic[K, V]):
    """A way to read many rows of a kind, and to lock those that will be written; what is not there is left out.

    Kinds are read, and so locked, in the order of their ranks.
    """

    rank: int
    many: Callable[["Unit", Sequence[K]], Awaitable[Mapping[K, V]]]


@dataclass(frozen=True, slots=True)
class Write(Generic[V]):
    """A way to write many rows of a kind, in the order of ranks. It tells whether a single one was new."""

    rank: int
    many: Callable[["Unit", Sequence[V]], Awaitable[bool]]


class Unit:
    """What may be done in one write transaction; the caller never commits."""

    def __init__(self, connection: AsyncConnection, dialect: str, clock: Clock) -> None:
        self._connection, self.dialect, self.clock = connection, dialect, clock
        self.now = clock()

    @property
    def connection(self) -> AsyncConnection:
        """For statements that nothing below knows."""
        return self._connection

    def insert(self, table: sa.Table) -> Any:
        """An INSERT that takes ON CONFLICT."""
        return insert(self.dialect, table)

    async def ask(self, read: Read[K, V], key: K) -> V | None:
        """One row of a kind."""
        return (await read.many(self, [key])).get(key)

    def know(self, read: Read[K, V], key: K, value: V) -> None:
        """Says what this unit's writes have made of a row, where rows are not read again."""

    async def later(self, write: Write[V], row: V) -> bool:
        """Writes a row of a kind, at the latest at the unit's end. False where it is known to be there already."""
        return await write.many(self, [row])

    async def receive(self, source: str, key: str, payload: bytes) -> Received:
        """Takes a message from outside, once: unique by source and key, compared by the hash of its content.

        Of several that come at once the first to commit is FIRST.
        """
        row: dict[str, Any] = {"source": source, "key": key, "digest": hashlib.sha256(payload).digest()}
        row |= {"received_at": to_us(self.now), "answer": None}
        known = await self._first(row)
        if known is None:
            return Received(Receipt.FIRST)
        if known["digest"] == row["digest"]:
            return Received(Receipt.REPEAT, known["answer"])
        kept = {name: value for name, value in row.items() if name != "answer"}
        await self.later(QUARANTINED, {**kept, "id": new_ulid(self.clock), "payload": payload})
        return Received(Receipt.CONFLICT, known["answer"])

    async def _first(self, row: dict[str, Any]) -> Mapping[str, Any] | None:
        """Puts it into the inbox; or else what is there under its key."""
        if await self.later(RECEIVED_ONCE, row):
            return None
        return await self.ask(INBOX_ROWS, (row["source"], row["key"]))

    async def answered(self, source: str, key: str, answer: bytes) -> None:
        """Remembers what a first message was answered, for its repeats."""
        await self.later(ANSWERED, {"of": source, "under": key, "answer": answer})

    async def send(self, kind: str, number: Number, payload: bytes, *, after: timedelta = timedelta(0)) -> bool:
        """Puts an effect outside into the outbox, under its unique number; False where it is there already.

        It is done after this transaction, by a worker, with these very bytes however often it is tried.
        """
        row = {
            "id": new_ulid(self.clock),
            "kind": kind,
            "number": number,
            "payload": payload,
            "state": LetterState.WAITING.value,
            "attempts": 0,
            "due_at": to_us(self.now + after),
            "created_at": to_us(self.now),
            "error": None,
        }
        return await self.later(LETTERS_SENT, row)


@cache
def insert(dialect: str, table: sa.Table) -> Any:
    """An INSERT that takes ON CONFLICT."""
    return (sqlite if dialect == "sqlite" else postgresql).insert(table)


@cache
def insert_once(dialect: str, table: sa.Table, *unique: str) -> Any:
    """An INSERT that leaves what is there under these columns, or under any key."""
    return insert(dialect, table).on_conflict_do_nothing(index_elements=unique or None)


def padded(keys: Sequence[K]) -> list[K]:
    """As many as the next power of two, the last one repeated: each length is another statement to prepare."""
    return [*keys, *[keys[-1]] * ((1 << (len(keys) - 1).bit_length()) - len(keys))]


async def _put_once(unit: Unit, table: sa.Table, rows: Sequence[Any], *unique: str) -> bool:
    return bool((await unit.connection.execute(insert_once(unit.dialect, table, *unique), list(rows))).rowcount)


async def _receive_once(unit: Unit, rows: Sequence[dict[str, Any]]) -> bool:
    return await _put_once(unit, INBOX, rows)


async def _receive_new(unit: Unit, rows: Sequence[dict[str, Any]]) -> bool:
    await unit.connection.execute(insert(unit.dialect, INBOX), list(rows))
    return True


async def _quarantine(unit: Unit, rows: Sequence[dict[str, Any]]) -> bool:
    return await _put_once(unit, QUARANTINE, rows)


async def _send(unit: Unit, rows: Sequence[dict[str, Any]]) -> bool:
    return await _put_once(unit, OUTBOX, rows, "number")


_ANSWER = (
    sa.update(INBOX)
    .where(INBOX.c.source == sa.bindparam("of"), INBOX.c.key == sa.bindparam("under"))
    .values(answer=sa.bindparam("answer"))
)
_IN_THE_INBOX = sa.select(INBOX).where(sa.tuple_(INBOX.c.source, INBOX.c.key).in_(sa.bindparam("keys", expanding=True)))


async def _answer(unit: Unit, rows: Sequence[dict[str, Any]]) -> bool:
    await unit.connection.execute(_ANSWER, list(rows))
    return True


async def _inbox(unit: Unit, keys: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], Any]:
    rows = (await unit.connection.execute(_IN_THE_INBOX, {"keys": padded(keys)})).mappings()
    return {(row["source"], row["key"]): row for row in rows}


INBOX_ROWS = Read(1, _inbox)
RECEIVED_ONCE, RECEIVED_NEW, ANSWERED = Write(0, _receive_once), Write(0, _receive_new), Write(1, _answer)
QUARANTINED, LETTERS_SENT = Write(1, _quarantine), Write(8, _send)
