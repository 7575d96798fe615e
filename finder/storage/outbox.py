"""Carries out what units of work put into the outbox: at least once, with the same number and the same bytes.

In three steps: a worker takes a letter and lets its handler write down that the effect may now happen; it calls
outside; it writes the outcome together with the end of the letter. Whoever dies in between leaves a letter that is due
again when its lease ends, so a handler's effect must be one that its receiver knows by its number.

A letter that is sent by a shared unit of this process is taken in that same unit; all others are looked for.
"""

import asyncio
import contextlib
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol, TypeVar, runtime_checkable

import sqlalchemy as sa
import structlog

from finder.errors import FinderError, NotFound, Unavailable
from finder.kernel.ids import Number
from finder.storage.group import Need, SharedUnit, Task
from finder.storage.rows import OUTBOX, LetterState, Read, Unit, Write, from_us, padded, to_us
from finder.storage.unit import Work

UNANSWERED = "UNANSWERED"  # begins the error of a letter of which some attempt left no answer
T = TypeVar("T")
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


@runtime_checkable
class SaysWhen(Protocol):
    """An error of a receiver that wants to be left alone for so many seconds."""

    wait_s: float


@runtime_checkable
class ReadsAhead(Protocol):
    """A handler that knows what it will read."""

    def needs(self, letter: Letter) -> Sequence[Need]:
        """What `before`, `after` and `dead` read."""


class Outbox:
    """One worker; run any number, in any number of processes."""

    def __init__(self, work: Work, handlers: Mapping[str, Handler], *, at_once: int = 8, idle_s: float = 0.5) -> None:
        self._work, self._handlers = work, dict(handlers)
        self._at_once, self._idle_s = at_once, idle_s
        self._wake = asyncio.Event()
        self._calls: set[asyncio.Task[None]] = set()
        self._out = set[str]()  # letters whose call has not ended
        self._more = False  # letters may be due that there was no room for

    def wake(self) -> None:
        """Says that something was sent, so that nobody waits for the next look."""
        self._wake.set()

    async def run(self) -> None:
        """Works until it is cancelled. A database that is away is waited for."""
        try:
            with self._work.served(self):
                while True:
                    self._wake.clear()
                    await self._look()
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(self._idle_s):
                            await self._wake.wait()
        finally:
            for call in self._calls:
                call.cancel()
            await asyncio.gather(*self._calls, return_exceptions=True)

    async def _look(self) -> None:
        room = max(0, self._at_once - len(self._out))  # what was claimed and what was taken may come together
        try:
            letters = await self._claim(room) if room else []
        except Unavailable as away:
            log.warning("outbox_waits", code=away.code, error=away.en)
            return
        self._more = not room or len(letters) == room
        for letter in letters:
            self._begin(letter)

    def _begin(self, letter: Letter) -> None:
        self._out.add(letter.id)
        call = asyncio.create_task(self._carry_out(letter))
        self._calls.add(call)
        call.add_done_callback(self._ended_call)

    def _ended_call(self, call: "asyncio.Task[None]") -> None:
        self._calls.discard(call)
        if self._more:
            self._wake.set()
        if not call.cancelled() and (fault := call.exception()):
            log.error("letter_not_ended", error=type(fault).__name__, exc_info=fault)  # its lease will end

    async def take(self, unit: SharedUnit) -> Callable[[], None]:
        """See Postman."""
        taken, room = list[Letter](), self._at_once - len(self._out)
        for row in unit.sent:  # it grows: what is written before one effect may call for another
            letter = Letter(row["id"], row["kind"], row["number"], row["payload"], 1, from_us(row["created_at"]))
            if row["due_at"] > to_us(unit.now) or row["kind"] not in self._handlers:
                continue
            if len(taken) == room:
                self._more = True
                break
            try:
                there = await unit.attempt(partial(self._record, letter))
            except Exception as fault:  # it is looked for like any other, and fails there
                log.info("letter_left", kind=letter.kind, number=letter.number, error=type(fault).__name__)
                self._wake.set()
                continue
            row.update(self._recorded(letter, unit, there=there))
            if there:
                taken.append(letter)
        return partial(self._begin_all, taken)

    def _begin_all(self, letters: Sequence[Letter]) -> None:
        for letter in letters:
            self._begin(letter)

    async def step(self) -> int:
        """Carries out the letters that are due now, at most `at_once`; how many it took."""
        letters = await self._claim(self._at_once)
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

    async def _claim(self, most: int) -> list[Letter]:
        async with self._work.read() as connection:
            given = {"kinds": list(self._handlers), "now": to_us(self._work.clock()), "most": most}
            due = (await connection.execute(_DUE, given)).all()
        # By number, so that two workers never wait for each other's orders.
        found = await asyncio.gather(*(self._take_due(row) for row in sorted(due, key=lambda row: str(row.number))))
        return [letter for letter in found if letter is not None]

    async def _take_due(self, row: Any) -> Letter | None:
        letter = _taken(row)

        async def taken(unit: Unit) -> bool:
            now = await unit.ask(LETTERS, letter.id)
            if now is None or not _as_before(now, letter.attempts - 1) or now.due_at > to_us(unit.now):
                return False  # another worker was quicker
            there = await self._record(letter, unit)
            await unit.later(LETTER_CHANGES, {"own": letter.id, **self._recorded(letter, unit, there=there)})
            return there

        try:
            return letter if await self._do(letter, taken, LETTERS) else None
        except Unavailable:
            raise
        except Exception as fault:
            await self._failed(letter, fault, was=letter.attempts - 1)
            return None

    async def _record(self, letter: Letter, unit: Unit) -> bool:
        return await self._handlers[letter.kind].before(letter, unit)

    def _recorded(self, letter: Letter, unit: Unit, *, there: bool) -> dict[str, Any]:
        lease = timedelta(seconds=2 * self._handlers[letter.kind].patience.call_s)
        return {
            "state": (LetterState.WAITING if there else LetterState.DONE).value,
            "attempts": letter.attempts,
            "due_at": to_us(unit.now + lease),
            "error": UNANSWERED if letter.unanswered else None,
        }

    async def _carry_out(self, letter: Letter) -> None:
        handler = self._handlers[letter.kind]
        try:
            try:
                async with asyncio.timeout(handler.patience.call_s):
                    result = await handler.call(letter)
            finally:
                self._out.discard(letter.id)

            async def ended(unit: Unit) -> None:
                if await self._change(letter, unit, letter.attempts, LetterState.DONE):
                    await handler.after(letter, result, unit)

            await self._do(letter, ended)
        except Unavailable as ours:
            # Our own database: the lease will end, and the same effect is asked for again.
            log.warning("outbox_waits", kind=letter.kind, number=letter.number, code=ours.code)
        except Exception as fault:
            await self._failed(letter, fault, was=letter.attempts)

    async def _failed(self, letter: Letter, fault: Exception, *, was: int) -> None:
        handler = self._handlers[letter.kind]
        code, patience = _code(fault, letter), handler.patience
        log.warning("effect_failed", kind=letter.kind, number=letter.number, attempt=letter.attempts, code=code)

        async def failed(unit: Unit) -> None:
            if letter.attempts >= patience.attempts:
                if await self._change(letter, unit, was, LetterState.DEAD, code):
                    await handler.dead(letter, unit)
                return
            wait_s = patience.waits_s[min(letter.attempts, len(patience.waits_s)) - 1]
            asked_s = fault.wait_s if isinstance(fault, SaysWhen) else 0.0
            due_at = unit.now + timedelta(seconds=max(wait_s * random.uniform(0.8, 1.2), asked_s))  # noqa: S311
            await self._change(letter, unit, was, LetterState.WAITING, code, to_us(due_at))

        try:
            await self._do(letter, failed)
        except Unavailable as ours:
            log.warning("outbox_waits", kind=letter.kind, number=letter.number, code=ours.code)

    async def _do(self, letter: Letter, task: Task[T], read: Read[str, Any] | None = None) -> T:
        handler = self._handlers[letter.kind]
        needs = handler.needs(letter) if isinstance(handler, ReadsAhead) else ()
        return await self._work.do(task, (read or OWN_LETTERS, letter.id), *needs)

    async def _change(
        self,
        letter: Letter,
        unit: Unit,
        was: int,
        state: LetterState,
        error: str | None = None,
        due_at: int | None = None,
    ) -> bool:
        # A worker whose lease ended may come late: what another one has ended, or tries again, is not touched.
        now = await unit.ask(OWN_LETTERS, letter.id)
        if now is None or not _as_before(now, was):
            return False
        change = {"state": state.value, "attempts": letter.attempts, "error": error}
        await unit.later(LETTER_CHANGES, {"own": letter.id, "due_at": due_at or now.due_at, **change})
        return True


_DUE = (
    sa.select(OUTBOX)
    .where(
        OUTBOX.c.state == LetterState.WAITING.value,
        OUTBOX.c.due_at <= sa.bindparam("now"),
        OUTBOX.c.kind.in_(sa.bindparam("kinds", expanding=True)),
    )
    .order_by(OUTBOX.c.due_at, OUTBOX.c.id)
    .limit(sa.bindparam("most"))
)
_BY_ID = sa.select(OUTBOX).where(OUTBOX.c.id.in_(sa.bindparam("ids", expanding=True))).order_by(OUTBOX.c.id)
_LETTERS, _OWN_LETTERS = _BY_ID.with_for_update(skip_locked=True), _BY_ID.with_for_update()
_CHANGE = (
    sa.update(OUTBOX)
    .where(OUTBOX.c.id == sa.bindparam("own"))
    .values({name: sa.bindparam(name) for name in ("state", "attempts", "due_at", "error")})
)


async def _letters(unit: Unit, ids: Sequence[str]) -> Mapping[str, Any]:
    return {row.id: row for row in await unit.connection.execute(_LETTERS, {"ids": padded(ids)})}


async def _own_letters(unit: Unit, ids: Sequence[str]) -> Mapping[str, Any]:
    return {row.id: row for row in await unit.connection.execute(_OWN_LETTERS, {"ids": padded(ids)})}


async def _change_letters(unit: Unit, rows: Sequence[dict[str, Any]]) -> bool:
    await unit.connection.execute(_CHANGE, list(rows))
    return True


# To be taken, what another worker has locked counts as not there. Whoever carried a letter out waits for it: the other
# only looks whether it is due, and an outcome that is not written would be asked for again once the lease is over.
LETTERS, OWN_LETTERS, LETTER_CHANGES = Read(0, _letters), Read(0, _own_letters), Write(7, _change_letters)


def _as_before(row: Any, attempts: int) -> bool:
    return bool(row.state == LetterState.WAITING.value and row.attempts == attempts)


def _letter(row: Any) -> Letter:
    return Letter(row.id, row.kind, row.number, row.payload, row.attempts, from_us(row.created_at))


def _taken(row: Any) -> Letter:
    # An attempt that ended has left its error; one that left none was cut off.
    unanswered = (row.attempts > 0 and row.error is None) or (row.error or "").startswith(UNANSWERED)
    return replace(_letter(row), attempts=row.attempts + 1, unanswered=unanswered)


def _code(fault: Exception, letter: Letter) -> str:
    code = fault.code if isinstance(fault, FinderError) else type(fault).__name__
    return f"{UNANSWERED} {code}" if letter.unanswered or not isinstance(fault, FinderError) else code
