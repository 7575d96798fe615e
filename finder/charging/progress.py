"""Tells whoever looks at an order that it has moved, whichever process moved it: one question a second for all."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Sequence

import sqlalchemy as sa
import structlog

from finder.charging.order import ORDER
from finder.errors import Unavailable
from finder.kernel.ids import Number
from finder.storage.unit import Work

EVERY_S = 1.0
_AT_ONCE = 500
log = structlog.get_logger(__name__)


class Progress:
    """Watches the orders that somebody follows."""

    def __init__(self, work: Work, every_s: float = EVERY_S) -> None:
        self._work, self._every_s = work, every_s
        self._followers: dict[Number, set[asyncio.Event]] = defaultdict(set)
        self._moved: dict[Number, int] = {}
        self._task: asyncio.Task[None] | None = None

    async def follow(self, number: Number) -> AsyncGenerator[None, None]:
        """Yields at once, and then each time the order has moved."""
        moved = asyncio.Event()
        self._followers[number].add(moved)
        if self._task is None:
            self._task = asyncio.create_task(self._watch())
        try:
            while True:
                yield
                await moved.wait()
                moved.clear()
        finally:
            self._followers[number].discard(moved)
            if not self._followers[number]:
                del self._followers[number]
                self._moved.pop(number, None)

    async def close(self) -> None:
        """Stops watching."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait((self._task,))

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self._every_s)
            try:
                followed = list(self._followers)
                for start in range(0, len(followed), _AT_ONCE):
                    await self._look(followed[start : start + _AT_ONCE])
            except Unavailable as away:
                log.warning("progress_waits", code=away.code)

    async def _look(self, numbers: Sequence[Number]) -> None:
        question = sa.select(ORDER.c.number, ORDER.c.moved_at).where(ORDER.c.number.in_(numbers))
        async with self._work.read() as connection:
            rows = (await connection.execute(question)).all()
        for number, moved_at in rows:
            before = self._moved.get(number)
            self._moved[number] = moved_at
            if before != moved_at:
                for event in self._followers.get(number, ()):
                    event.set()
