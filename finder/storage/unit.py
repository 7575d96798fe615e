"""One transaction in which state, postings, inbox and outbox are written together or not at all."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.kernel.clock import Clock
from finder.kernel.ids import Number, new_ulid
from finder.storage.database import Database
from finder.storage.tables import Tables

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


class Unit:
    """What may be done in one write transaction; the caller never commits."""

    def __init__(self, connection: AsyncConnection, dialect: str, clock: Clock) -> None:
        self.connection = connection
        self.now = clock()
        self._dialect, self._clock = dialect, clock

    def insert(self, table: sa.Table) -> Any:
        """An INSERT that takes ON CONFLICT."""
        return (sqlite if self._dialect == "sqlite" else postgresql).insert(table)

    async def receive(self, source: str, key: str, payload: bytes) -> Received:
        """Takes a message from outside, once: unique by source and key, compared by the hash of its content.

        Of several that come at once the first to commit is FIRST.
        """
        digest, now = hashlib.sha256(payload).digest(), to_us(self.now)
        row = {"source": source, "key": key, "digest": digest, "received_at": now}
        if (await self.connection.execute(self.insert(INBOX).values(**row).on_conflict_do_nothing())).rowcount:
            return Received(Receipt.FIRST)
        own = sa.and_(INBOX.c.source == source, INBOX.c.key == key)
        known = (await self.connection.execute(sa.select(INBOX.c.digest, INBOX.c.answer).where(own))).one()
        if known.digest == digest:
            return Received(Receipt.REPEAT, known.answer)
        kept = {**row, "id": new_ulid(self._clock), "payload": payload}
        await self.connection.execute(self.insert(QUARANTINE).values(**kept).on_conflict_do_nothing())
        return Received(Receipt.CONFLICT, known.answer)

    async def answered(self, source: str, key: str, answer: bytes) -> None:
        """Remembers what a first message was answered, for its repeats."""
        own = sa.and_(INBOX.c.source == source, INBOX.c.key == key)
        await self.connection.execute(sa.update(INBOX).where(own).values(answer=answer))

    async def send(self, kind: str, number: Number, payload: bytes, *, after: timedelta = timedelta(0)) -> bool:
        """Puts an effect outside into the outbox, under its unique number; False where it is there already.

        It is done after this transaction, by a worker, with these very bytes however often it is tried.
        """
        now = self.now
        row = {
            "id": new_ulid(self._clock),
            "kind": kind,
            "number": number,
            "payload": payload,
            "state": LetterState.WAITING.value,
            "attempts": 0,
            "due_at": to_us(now + after),
            "created_at": to_us(now),
        }
        put = self.insert(OUTBOX).values(**row).on_conflict_do_nothing(index_elements=["number"])
        return bool((await self.connection.execute(put)).rowcount)


async def known(connection: AsyncConnection, source: str, key: str, payload: bytes) -> Received | None:
    """What the inbox says of a message that came before, a repeat or a conflict; None where it never came."""
    own = sa.and_(INBOX.c.source == source, INBOX.c.key == key)
    found = (await connection.execute(sa.select(INBOX.c.digest, INBOX.c.answer).where(own))).one_or_none()
    if found is None:
        return None
    same = found.digest == hashlib.sha256(payload).digest()
    return Received(Receipt.REPEAT if same else Receipt.CONFLICT, found.answer)


class Work:
    """Begins units of work on one database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.clock = clock
        self._tables = Tables(database, METADATA)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Unit]:
        """A unit: committed at the end, rolled back on any error. Raises StoreUnavailable."""
        database = await self._tables.made()
        async with database.write() as connection:
            yield Unit(connection, database.dialect, self.clock)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that only reads. Raises StoreUnavailable."""
        database = await self._tables.made()
        async with database.read() as connection:
            yield connection

    async def close(self) -> None:
        """Lets go of the database's connections."""
        await self._tables.database.close()
