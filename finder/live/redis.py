"""The live board that processes share through Redis; each reads from a mirror that follows a stream."""

import asyncio
import contextlib
import random
import secrets
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from finder.errors import BoardUnavailable, SettingsError
from finder.kernel.clock import Clock, system_clock
from finder.live.blocks import Mark, cleared_at, mark_of
from finder.live.board import BoardHealth, Outcome, Subscription
from finder.live.mirror import Cell, Mirror, cell_of
from finder.live.model import Observation, Reading, Status
from finder.live.redis_scripts import MARK, OBSERVE
from finder.stations.model import EvseId, SourceId

log = structlog.get_logger(__name__)

T = TypeVar("T")
COMMAND_SECONDS = 1.5  # a Redis that hangs is given up after this
BLOCK_MS = 500
READ = 100
CHECK_SECONDS = 1.0
CHUNK = 500
GONE, BLOCK = "GONE", "BLOCK"
OUTCOMES = (Outcome.OLD, Outcome.CONFIRMED, Outcome.CHANGED)


def _chunks(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    return (rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK))


def _cell(value: Sequence[str]) -> Cell:
    at, rank, source, status = value
    return int(at), int(rank), source, Status(status)


def _mark(value: Sequence[str]) -> Mark:
    return Mark(int(value[0]), int(value[1]), value[2])


def _order(entry_id: str) -> tuple[int, int]:
    milliseconds, _, n = entry_id.partition("-")
    return int(milliseconds), int(n)


class RedisBoard:
    """A LiveBoard whose truth is two hashes in Redis, followed through one stream under the same hash tag.

    While Redis is away, what this process itself observes is still kept and served from its mirror, `observe` raises
    so that the caller repeats, and on return whatever is newer here is written back.
    """

    def __init__(self, url: str, clock: Clock = system_clock, prefix: str = "finder") -> None:
        self.clock = clock
        self._mirror = Mirror(clock)
        self.available = self._mirror.available  # asked for each candidate of a search: no detour
        self.watch = self._mirror.watch
        self._board, self._flow, self._epoch, self._blocks = (
            f"{{{prefix}}}:{part}" for part in ("board", "flow", "epoch", "blocks")
        )
        try:
            self._redis = Redis.from_url(
                url,
                decode_responses=True,
                socket_timeout=COMMAND_SECONDS,
                socket_connect_timeout=COMMAND_SECONDS,
                retry=Retry(NoBackoff(), 0),
            )
        except ValueError as bad:
            raise SettingsError(
                "FINDER_BOARD_URL 无法识别，请使用 redis://主机:端口/库",
                "FINDER_BOARD_URL cannot be read: use redis://host:port/database",
            ) from bad
        self._keys = [self._board, self._flow, self._blocks]
        self._script, self._marks = self._redis.register_script(OBSERVE), self._redis.register_script(MARK)
        self._tasks: list[asyncio.Task[None]] = []
        self._connected = False
        self._in_step_at = time.monotonic()
        self._known_epoch: object = None
        self._last = "0-0"
        self._behind = False
        self._closing = False
        self._checked_at = 0.0
        self._tried = asyncio.Event()

    async def start(self) -> None:
        """Fills the mirror, and follows; where Redis is away, goes on trying in the background."""
        if not self._tasks:
            self._tasks = [
                asyncio.create_task(self._follow()),
                asyncio.create_task(self._mirror.keep_sweeping()),
            ]
            await self._tried.wait()

    async def observe(self, observations: Iterable[Observation]) -> list[Outcome]:
        """Takes observations, one outcome each. Raises BoardUnavailable; repeating is harmless."""
        seen = list(observations)
        outcomes = [Outcome.FUTURE] * len(seen)
        rows = [(n, each.evse_id, cell_of(each)) for n, each in enumerate(seen) if not self._mirror.ahead(each)]
        for _, evse_id, cell in rows:
            self._mirror.apply(evse_id, cell)
        for some in _chunks(rows):
            answered = await self._write([(evse_id, cell) for _, evse_id, cell in some])
            for (n, _, _), code in zip(some, answered, strict=True):
                outcomes[n] = OUTCOMES[code]
        return outcomes

    def read(self, evse_id: EvseId) -> Reading:
        """What may be believed now."""
        return self._mirror.read(evse_id)

    def read_all(self, evse_ids: Iterable[EvseId]) -> list[Reading]:
        """The same for many, at one moment."""
        return self._mirror.read_all(evse_ids)

    def set_freshness(self, limits: Mapping[SourceId, timedelta]) -> None:
        """How old an observation of each source may be."""
        self._mirror.set_freshness(limits)

    async def block(self, evse_id: EvseId, since: datetime, until: datetime, by: Iterable[str] = ()) -> None:
        """Shows BLOCKED through `until`, here and elsewhere. Raises BoardUnavailable; repeating is harmless."""
        await self._mark(evse_id, mark_of(since, until, by))

    async def clear(self, evse_id: EvseId, at: datetime) -> None:
        """Ends a block that began by then, here and elsewhere. Raises BoardUnavailable; repeating is harmless."""
        await self._mark(evse_id, cleared_at(at))

    async def _mark(self, evse_id: EvseId, mark: Mark) -> None:
        self._mirror.mark(evse_id, mark)
        try:
            await self._marks(keys=self._keys, args=[evse_id, *mark])
        except (RedisError, OSError, TimeoutError) as lost:
            raise self._lost() from lost

    async def forget(self, evse_ids: Iterable[EvseId]) -> None:
        """Takes EVSEs off the board, here and elsewhere. Raises BoardUnavailable."""
        ids = list(evse_ids)
        self._mirror.forget(ids)
        try:
            for some in _chunks(ids):
                async with self._redis.pipeline(transaction=True) as pipe:
                    pipe.hdel(self._board, *some)
                    pipe.hdel(self._blocks, *some)
                    pipe.xadd(self._flow, {"d": "\n".join(f"{each} 0 0 - {GONE}" for each in some)})
                    await pipe.execute()
        except (RedisError, OSError) as lost:
            raise self._lost() from lost

    def subscribe(self, evse_ids: Iterable[EvseId] | None = None) -> AbstractAsyncContextManager[Subscription]:
        """Changes from now on, made by any process."""
        return self._mirror.subscribe(evse_ids)

    def health(self) -> BoardHealth:
        """Whether the stream is followed, and since when it is not."""
        behind_s = 0.0 if self._connected else time.monotonic() - self._in_step_at
        return BoardHealth(self._connected, behind_s, len(self._mirror.cells))

    async def close(self) -> None:
        """Lets go of connections; subscribers end."""
        self._closing = True  # the client can swallow a cancellation that meets its own time-out
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        self._tasks = []
        self._mirror.end()
        with contextlib.suppress(RedisError, OSError):
            await self._redis.aclose()

    async def _write(self, rows: Sequence[tuple[EvseId, Cell]]) -> list[int]:
        arguments = [
            part for evse_id, (at, rank, source, status) in rows for part in (evse_id, at, rank, source, status)
        ]
        try:
            return list(await self._script(keys=self._keys, args=arguments))
        except (RedisError, OSError, TimeoutError) as lost:
            raise self._lost() from lost

    def _lost(self) -> BoardUnavailable:
        self._connected = False
        return BoardUnavailable(
            "实时状态库没有回应，请稍后重发", "the live board does not answer: send again in a moment"
        )

    async def _follow(self) -> None:
        wait_s = 0.2
        while not self._closing:
            try:
                await self._reconcile()
                self._connected = True
                self._tried.set()
                wait_s = 0.2
                while not self._closing:
                    await self._read_flow()
                    self._connected = True
                    self._in_step_at = time.monotonic()
            except (RedisError, OSError, TimeoutError, BoardUnavailable) as lost:
                if self._connected or not self._tried.is_set():
                    log.warning("board_lost", error=lost)
                self._connected = False
                self._tried.set()
                await asyncio.sleep(wait_s * random.uniform(0.5, 1.5))  # noqa: S311
                wait_s = min(wait_s * 2, 2.0)

    async def _read_flow(self) -> None:
        if self._behind or time.monotonic() - self._checked_at > CHECK_SECONDS:
            await self._check()
        answer: Any = await self._redis.xread({self._flow: self._last}, count=READ, block=BLOCK_MS)
        entries = answer[0][1] if answer else ()
        for entry_id, fields in entries:
            for row in fields["d"].split("\n"):
                evse_id, *value = row.rsplit(" ", 4)
                if value[-1] == GONE:
                    self._mirror.forget([evse_id])
                elif value[-1] == BLOCK:
                    self._mirror.mark(evse_id, _mark(value))
                else:
                    self._mirror.apply(evse_id, _cell(value))
            self._last = entry_id
        self._behind = len(entries) == READ

    async def _check(self) -> None:
        """Raises RedisError where the board was emptied, or the stream was cut beyond what was read."""
        if await self._redis.get(self._epoch) != self._known_epoch:
            raise RedisError("the board was emptied")
        oldest: Any = await self._redis.xrange(self._flow, count=1)
        if oldest and _order(oldest[0][0]) > _order(self._last):
            raise RedisError("the stream was cut")
        self._checked_at = time.monotonic()

    async def _reconcile(self) -> None:
        """Reads the whole board, forgets what others forgot, writes back what only this process knows."""
        fresh = secrets.token_hex(8)
        await self._redis.set(self._epoch, fresh, nx=True)
        epoch = await self._redis.get(self._epoch)
        emptied = epoch != self._known_epoch  # also true on the first time, when the mirror is empty
        newest: Any = await self._redis.xrevrange(self._flow, count=1)
        self._last = newest[0][0] if newest else "0-0"
        there: dict[EvseId, Cell] = {}
        async for evse_id, value in self._redis.hscan_iter(self._board, count=2_000):
            there[evse_id] = cell = _cell(value.split(" "))
            self._mirror.apply(evse_id, cell)
        if not emptied:
            self._mirror.forget([evse_id for evse_id in self._mirror.cells if evse_id not in there])
        newer = [(e, c) for e, c in self._mirror.cells.items() if e not in there or c[:3] > there[e][:3]]
        for some in _chunks(newer):
            await self._write(some)
        await self._reconcile_marks()
        self._known_epoch = epoch

    async def _reconcile_marks(self) -> None:
        """Reads every block, and writes back what only this process knows."""
        there: dict[EvseId, Mark] = {}
        async for evse_id, value in self._redis.hscan_iter(self._blocks, count=2_000):
            there[evse_id] = mark = _mark(value.split(" "))
            self._mirror.mark(evse_id, mark)
        for evse_id, mark in list(self._mirror.marks.items()):
            if mark.replaces(there.get(evse_id)):
                await self._mark(evse_id, mark)
