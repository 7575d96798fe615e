"""Carries out what units of work put into the outbox: at least once, with the same number and the same bytes.

In three steps: a worker takes due letters and lets their handler write down that the effect may now happen; it calls
outside; it writes the outcome together with the end of the letter. Whoever dies in between leaves a letter that is due
again when its lease ends, so a handler's effect must be one that its receiver knows by its number.
"""

import asyncio
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

import sqlalchemy as sa
import structlog

from finder.errors import FinderError, NotFound, Unavailable
from finder.kernel.ids import Number
from finder.storage.unit import OUTBOX, LetterState, Unit, Work, from_us, to_us

UNANSWERED = "UNANSWERED"  # begins the error of a letter of which some attempt left no answer
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Letter:
    """An effect to carry out; `attempts` counts this one.

    `unanswered` says that an earlier one may have had its effect: whoever made it died, or was cut off.
    """

    id: str
    kind: str
    number: Number
    payload: bytes
    attempts: int
    created_at: datetime
    unanswered: bool = False


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how long an effect is tried. Times in seconds; the last wait is repeated."""

    waits_s: Sequence[float] = (1, 5, 15, 60, 300, 900, 3600)
    attempts: int = 50
    call_s: float = 30.0  # one call; a lease lasts twice as long


class Handler(Protocol):
    """Carries out one kind of effect."""

    patience: Patience

    async def before(self, letter: Letter, unit: Unit) -> bool:
        """Writes that the effect may happen from now on; False where there is nothing left to do."""

    async def call(self, letter: Letter) -> Any:
        """The effect itself. Its receiver takes the same number for the same effect. Any error means: try again."""

    async def after(self, letter: Letter, result: Any, unit: Unit) -> None:
        """Writes what came of it, in the transaction that ends the letter."""

    async def dead(self, letter: Letter, unit: Unit) -> None:
        """Writes that it was given up, in the transaction that marks the letter dead."""


class Outbox:
    """One worker; run any number, in any number of processes."""

    def __init__(self, work: Work, handlers: Mapping[str, Handler], *, at_once: int = 8, idle_s: float = 0.5) -> None:
        self._work, self._handlers = work, dict(handlers)
        self._at_once, self._idle_s = at_once, idle_s
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Says that something was sent, so that nobody waits for the next look."""
        self._wake.set()

    async def run(self) -> None:
        """Works until it is cancelled. A database that is away is waited for."""
        while True:
            self._wake.clear()
            try:
                busy = await self.step()
            except Unavailable as away:
                log.warning("outbox_waits", code=away.code, error=away.en)
                busy = 0
            if not busy:
                try:
                    async with asyncio.timeout(self._idle_s):
                        await self._wake.wait()
                except TimeoutError:
                    continue

    async def step(self) -> int:
        """Carries out the letters that are due now, at most `at_once`; how many it took."""
        letters = await self._claim()
        await asyncio.gather(*(self._carry_out(letter) for letter in letters))
        return len(letters)

    async def dead(self) -> list[tuple[Letter, str]]:
        """The letters that were given up, oldest first, and why; for a person to see."""
        question = sa.select(OUTBOX).where(OUTBOX.c.state == LetterState.DEAD.value).order_by(OUTBOX.c.id)
        async with self._work.read() as connection:
            rows = (await connection.execute(question)).all()
        return [(_letter(row), row.error or "") for row in rows]

    async def retry(self, letter_id: str) -> None:
        """Lets a dead letter be tried again, now and from its first attempt. Raises NotFound."""
        own = sa.and_(OUTBOX.c.id == letter_id, OUTBOX.c.state == LetterState.DEAD.value)
        async with self._work.begin() as unit:
            alive = (
                sa.update(OUTBOX).where(own).values(state=LetterState.WAITING.value, attempts=0, due_at=to_us(unit.now))
            )
            if not (await unit.connection.execute(alive)).rowcount:
                raise NotFound(
                    f"没有编号为 {letter_id!r} 的失败任务",
                    f"there is no dead letter {letter_id!r}",
                    code="NO_DEAD_LETTER",
                )
        self.wake()

    async def _claim(self) -> list[Letter]:
        kinds = list(self._handlers)
        taken: list[Letter] = []
        async with self._work.begin() as unit:
            due = (
                sa.select(OUTBOX)
                .where(
                    OUTBOX.c.state == LetterState.WAITING.value,
                    OUTBOX.c.due_at <= to_us(unit.now),
                    OUTBOX.c.kind.in_(kinds),
                )
                .order_by(OUTBOX.c.due_at, OUTBOX.c.id)
                .limit(self._at_once)
                .with_for_update(skip_locked=True)
            )
            rows = (await unit.connection.execute(due)).all()
            # By number, so that two workers never wait for each other's orders.
            for row in sorted(rows, key=lambda row: str(row.number)):
                letter = _taken(row)
                handler = self._handlers[letter.kind]
                if await handler.before(letter, unit):
                    lease = timedelta(seconds=2 * handler.patience.call_s)
                    change: dict[str, Any] = {"attempts": letter.attempts, "due_at": to_us(unit.now + lease)}
                    change["error"] = UNANSWERED if letter.unanswered else None
                    taken.append(letter)
                else:
                    change = {"state": LetterState.DONE.value}
                await unit.connection.execute(sa.update(OUTBOX).where(OUTBOX.c.id == letter.id).values(**change))
        return taken

    async def _carry_out(self, letter: Letter) -> None:
        handler = self._handlers[letter.kind]
        try:
            async with asyncio.timeout(handler.patience.call_s):
                result = await handler.call(letter)
            async with self._work.begin() as unit:
                if await self._end(letter, unit, LetterState.DONE):
                    await handler.after(letter, result, unit)
        except Unavailable as ours:
            # Our own database: the lease will end, and the same effect is asked for again.
            log.warning("outbox_waits", kind=letter.kind, number=letter.number, code=ours.code)
        except Exception as fault:
            await self._failed(letter, handler, fault)

    async def _failed(self, letter: Letter, handler: Handler, fault: Exception) -> None:
        code, patience = _code(fault, letter), handler.patience
        log.warning("effect_failed", kind=letter.kind, number=letter.number, attempt=letter.attempts, code=code)
        try:
            async with self._work.begin() as unit:
                if letter.attempts >= patience.attempts:
                    if await self._end(letter, unit, LetterState.DEAD, code):
                        await handler.dead(letter, unit)
                    return
                wait_s = patience.waits_s[min(letter.attempts, len(patience.waits_s)) - 1]
                due_at = unit.now + timedelta(seconds=wait_s * random.uniform(0.8, 1.2))  # noqa: S311
                await self._change(letter, unit, due_at=to_us(due_at), error=code)
        except Unavailable as ours:
            log.warning("outbox_waits", kind=letter.kind, number=letter.number, code=ours.code)

    async def _end(self, letter: Letter, unit: Unit, state: LetterState, error: str | None = None) -> bool:
        return await self._change(letter, unit, state=state.value, error=error)

    async def _change(self, letter: Letter, unit: Unit, **values: Any) -> bool:
        # A worker whose lease ended may come late: what another one has ended, or tries again, is not touched.
        own = sa.and_(
            OUTBOX.c.id == letter.id,
            OUTBOX.c.state == LetterState.WAITING.value,
            OUTBOX.c.attempts == letter.attempts,
        )
        return bool((await unit.connection.execute(sa.update(OUTBOX).where(own).values(**values))).rowcount)


def _letter(row: Any) -> Letter:
    return Letter(row.id, row.kind, row.number, row.payload, row.attempts, from_us(row.created_at))


def _taken(row: Any) -> Letter:
    # An attempt that ended has left its error; one that left none was cut off.
    unanswered = (row.attempts > 0 and row.error is None) or (row.error or "").startswith(UNANSWERED)
    return replace(_letter(row), attempts=row.attempts + 1, unanswered=unanswered)


def _code(fault: Exception, letter: Letter) -> str:
    code = fault.code if isinstance(fault, FinderError) else type(fault).__name__
    return f"{UNANSWERED} {code}" if letter.unanswered or not isinstance(fault, FinderError) else code
