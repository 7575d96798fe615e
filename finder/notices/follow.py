"""Tells an open application what its person is told, whichever process told it: one question a second for all."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator
from datetime import timedelta

import sqlalchemy as sa
import structlog

from finder.errors import FinderError
from finder.notices.model import Watch
from finder.notices.rows import read
from finder.notices.tables import WATCH
from finder.storage.unit import Work, to_us

EVERY_S = 1.0
MOST_WAITING = 20  # notices of one application
_AT_ONCE = 500
_OVERLAP = timedelta(minutes=1)
log = structlog.get_logger(__name__)


class Following:
    """The applications of one process that are open."""

    def __init__(self, work: Work, every_s: float = EVERY_S) -> None:
        self._work, self._every_s = work, every_s
        self._open: defaultdict[str, set[asyncio.Queue[Watch]]] = defaultdict(set)
        self._since: dict[str, int] = {}
        self._seen: defaultdict[str, set[str]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None

    async def follow(self, person: str) -> AsyncGenerator[Watch, None]:
        """Each watch of this person's from now on, as it is told."""
        queue: asyncio.Queue[Watch] = asyncio.Queue(MOST_WAITING)
        self._open[person].add(queue)
        self._since.setdefault(person, to_us(self._work.clock()))
        if self._task is None:
            self._task = asyncio.create_task(self._watch())
        try:
            while True:
                yield await queue.get()
        finally:
            self._open[person].discard(queue)
            if not self._open[person]:
                for kept in (self._open, self._since, self._seen):
                    kept.pop(person, None)

    async def close(self) -> None:
        """Stops."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait((self._task,))
            self._task = None

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self._every_s)
            try:
                people = list(self._open)
                for start in range(0, len(people), _AT_ONCE):
                    await self._look(people[start : start + _AT_ONCE])
            except FinderError as away:
                log.warning("followers_wait", code=away.code)
            except Exception:
                log.exception("followers_fault")

    async def _look(self, people: list[str]) -> None:
        # What another process writes may be seen later than what it wrote after it.
        lately = to_us(self._work.clock() - _OVERLAP)
        told = sa.select(WATCH).where(WATCH.c.person.in_(people), WATCH.c.told_at > lately).order_by(WATCH.c.told_at)
        async with self._work.read() as connection:
            rows = (await connection.execute(told)).all()
        for row in rows:
            seen = self._seen[row.person] if row.person in self._open else {row.id}
            if row.id in seen or row.told_at < self._since.get(row.person, 0):
                continue
            seen.add(row.id)
            for queue in self._open.get(row.person, ()):
                if not queue.full():
                    queue.put_nowait(read(row))
