"""One transaction in which state, postings, inbox and outbox are written together or not at all."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from finder.kernel.clock import Clock
from finder.storage.database import Database
from finder.storage.group import Group, Need, Postman, Task
from finder.storage.rows import (
    INBOX,
    METADATA,
    OUTBOX,
    QUARANTINE,
    LetterState,
    Read,
    Receipt,
    Received,
    Unit,
    Write,
    from_us,
    to_us,
)
from finder.storage.tables import Tables

__all__ = [
    "INBOX",
    "METADATA",
    "OUTBOX",
    "QUARANTINE",
    "LetterState",
    "Need",
    "Read",
    "Receipt",
    "Received",
    "Unit",
    "Work",
    "Write",
    "from_us",
    "to_us",
]
T = TypeVar("T")


class Work:
    """Begins units of work on one database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.clock = clock
        self._tables = Tables(database, METADATA)
        self._group = Group(self.begin)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Unit]:
        """A unit: committed at the end, rolled back on any error. Raises StoreUnavailable."""
        database = await self._tables.made()
        async with database.write() as connection:
            yield Unit(connection, database.dialect, self.clock)

    async def do(self, task: Task[T], *needs: Need) -> T:
        """What a task returns once it is committed; an error of its own is its own, and then nothing was written.

        Tasks that come together share one unit, one after another: a task waits for nothing but its unit. What it
        needs is read ahead for all of them at once; a task that asks for more gets a unit of its own, and is called
        again in it. Raises StoreUnavailable.
        """
        return await self._group.do(task, needs)

    @contextmanager
    def served(self, postman: Postman) -> Iterator[None]:
        """For so long, letters that are sent by a shared unit are offered to this postman in the same unit."""
        self._group.postman = postman
        try:
            yield
        finally:
            self._group.postman = None

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that only reads. Raises StoreUnavailable."""
        database = await self._tables.made()
        async with database.read() as connection:
            yield connection

    async def ready(self) -> None:
        """Makes the tables, where they are not there. Raises StoreUnavailable."""
        async with self.read():
            pass

    async def close(self) -> None:
        """Lets go of the database's connections."""
        await self._tables.database.close()
