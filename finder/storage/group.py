"""Group commit: tasks that come while a transaction is written share the next one; one that fails, fails alone."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.errors import StoreUnavailable, Unavailable
from finder.storage.rows import INBOX_ROWS, LETTERS_SENT, RECEIVED_NEW, Read, Unit, Write

MOST = 64  # tasks in one transaction
T = TypeVar("T")
Task = Callable[[Unit], Awaitable[T]]
Need = tuple[Read[Any, Any], Any]
log = structlog.get_logger(__name__)


class Alone(Exception):
    """A task wants more than was read ahead: it gets a transaction of its own."""


class SharedUnit(Unit):
    """A unit of several tasks, one after another: all that they need is read before, all that they write after them.

    So a task that fails leaves nothing: what it wanted to write is dropped, and nothing had reached the database.
    """

    def __init__(self, plain: Unit) -> None:
        super().__init__(plain.connection, plain.dialect, plain.clock)
        self._plain = plain
        self._read: dict[Need, Any] = {}
        self._undo: list[tuple[Need, Any]] = []
        self._writes: list[tuple[Write[Any], Any]] = []
        self.sent: list[dict[str, Any]] = []  # into the outbox; until it is written, these rows may be changed

    @property
    def connection(self) -> AsyncConnection:
        """Nobody's while it is shared. Raises Alone."""
        raise Alone

    async def read_ahead(self, needs: Sequence[Need]) -> None:
        """Reads, and locks, what the tasks will ask for: one statement for each kind."""
        keys = defaultdict[Read[Any, Any], set[Any]](set)
        for read, key in needs:
            keys[read].add(key)
        for read in sorted(keys, key=lambda each: each.rank):
            found = await read.many(self._plain, sorted(keys[read]))
            self._read.update({(read, key): found.get(key) for key in keys[read]})

    async def ask(self, read: Read[Any, Any], key: Any) -> Any:
        """See Unit. Raises Alone."""
        if (read, key) not in self._read:
            raise Alone
        return self._read[read, key]

    def know(self, read: Read[Any, Any], key: Any, value: Any) -> None:
        """See Unit."""
        self._undo.append(((read, key), self._read.get((read, key), Alone)))
        self._read[read, key] = value

    async def later(self, write: Write[Any], row: Any) -> bool:
        """See Unit. Whether it was there before is not known yet: always true."""
        self._writes.append((write, row))
        if write is LETTERS_SENT:
            self.sent.append(row)
        return True

    async def attempt(self, task: Task[T]) -> T:
        """What the task returns; where it raises, it never was."""
        undo, writes, sent = len(self._undo), len(self._writes), len(self.sent)
        try:
            return await task(self)
        except BaseException:
            del self._writes[writes:], self.sent[sent:]
            while len(self._undo) > undo:
                need, before = self._undo.pop()
                if before is Alone:
                    del self._read[need]
                else:
                    self._read[need] = before
            raise

    async def _first(self, row: dict[str, Any]) -> Mapping[str, Any] | None:
        # Where another process is first after all, this unit cannot be written, and each task is done alone.
        key = (row["source"], row["key"])
        known: Mapping[str, Any] | None = await self.ask(INBOX_ROWS, key)
        if known is None:
            self.know(INBOX_ROWS, key, row)
            await self.later(RECEIVED_NEW, row)
        return known

    async def answered(self, source: str, key: str, answer: bytes) -> None:
        """See Unit."""
        known = await self.ask(INBOX_ROWS, (source, key))
        if isinstance(known, dict):  # received just now, and not yet written
            known["answer"] = answer
        else:
            await super().answered(source, key, answer)

    async def flush(self) -> None:
        """Writes everything: one statement for each kind."""
        rows = defaultdict[Write[Any], list[Any]](list)
        for write, row in self._writes:
            rows[write].append(row)
        for write in sorted(rows, key=lambda each: each.rank):
            await write.many(self._plain, rows[write])


class Postman(Protocol):
    """Whoever carries letters out; it may take those of a unit while that is being written."""

    async def take(self, unit: SharedUnit) -> Callable[[], None]:
        """Records in the unit that their effects may happen; what is returned is called once that is committed."""

    def wake(self) -> None:
        """Says that letters may be waiting."""


@dataclass(slots=True)
class _Waiting:
    task: Task[Any]
    needs: Sequence[Need]
    end: "asyncio.Future[Any]"


class Group:
    """One writer: it takes whatever waits into a transaction, while the next ones gather."""

    def __init__(self, begin: Callable[[], AbstractAsyncContextManager[Unit]]) -> None:
        self._begin = begin
        self._waiting: list[_Waiting] = []
        self._writing: asyncio.Task[None] | None = None
        self.postman: Postman | None = None

    async def do(self, task: Task[T], needs: Sequence[Need]) -> T:
        """See Work."""
        own = _Waiting(task, needs, asyncio.get_running_loop().create_future())
        self._waiting.append(own)
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        result: T = await own.end
        return result

    async def _write(self) -> None:
        try:
            await asyncio.sleep(0)  # whoever is about to come, comes along
            while self._waiting:
                batch = [each for each in self._waiting[:MOST] if not each.end.cancelled()]
                del self._waiting[:MOST]
                async for each in self._together(batch):
                    await self._by_itself(each)
        finally:
            self._writing = None
            for each in self._waiting:  # only where this loop is ending
                each.end.cancel()
            self._waiting.clear()

    async def _together(self, batch: Sequence[_Waiting]) -> AsyncIterator[_Waiting]:
        """Those that must be done alone."""
        ends: list[Any] = []
        taken: Callable[[], None] | None = None
        try:
            async with self._begin() as plain:
                unit = SharedUnit(plain)
                await unit.read_ahead([need for each in batch for need in each.needs])
                for each in batch:
                    try:
                        ends.append(await unit.attempt(each.task))
                    except Exception as fault:
                        ends.append(_Raised(fault))
                taken = await self.postman.take(unit) if self.postman else None
                await unit.flush()
        except asyncio.CancelledError:
            if (own := asyncio.current_task()) is None or own.cancelling():
                raise
            ends = [_Raised(_cut_off())] * len(batch)  # not ours: a driver gave up a connection
        except Unavailable as away:
            ends = [_Raised(away)] * len(batch)
        except Exception as fault:
            # One of them cannot be written; which one, shows when each is written by itself.
            log.info("group_apart", tasks=len(batch), error=type(fault).__name__)
            ends = [_Raised(Alone())] * len(batch)
        else:
            if taken:
                taken()
        for each, end in zip(batch, ends, strict=True):
            if isinstance(end, _Raised) and isinstance(end.fault, Alone):
                yield each
            else:
                _tell(each, end)

    async def _by_itself(self, waiting: _Waiting) -> None:
        end: Any
        log.debug("group_alone")
        try:
            async with self._begin() as unit:
                end = await waiting.task(unit)
        except Exception as fault:
            end = _Raised(fault)
        _tell(waiting, end)
        if self.postman:
            self.postman.wake()


@dataclass(frozen=True, slots=True)
class _Raised:
    fault: Exception


def _cut_off() -> StoreUnavailable:
    return StoreUnavailable(
        "数据库连接中断，请稍后重试；数据不会丢失",
        "the database's connection was cut: nothing is lost, try again",
    )


def _tell(waiting: _Waiting, end: Any) -> None:
    if waiting.end.done():  # whoever waited has gone
        return
    if isinstance(end, _Raised):
        waiting.end.set_exception(end.fault)
    else:
        waiting.end.set_result(end)
