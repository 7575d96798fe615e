"""Kills the finder's whole process group again and again, then lets everything settle and has it judged."""

import asyncio
import contextlib
import mmap
import os
import random
import signal
import time
import traceback
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

import httpx
import msgspec
import pytest

from finder.errors import Unavailable
from finder.sandbox.serve import listen
from finder.storage.database import Database
from finder.storage.unit import METADATA, Work
from tests.faults.kills import mutants, outside, prove, tree
from tests.faults.kills.hurried import Hurried
from tests.faults.kills.tree import Death, Point
from tests.faults.kills.wire import Peace, Truth

SPEED, PEACE_SPEED = 60.0, 240.0
LIVES_S = 0.2  # on average once it works, where no point is named
YOUNG, YOUNG_S = 0.1, 0.1  # so many are killed while they begin, after so long at most
PATIENCE_S = 1.0  # for a named point
WORKERS = 2
RANDOM = "RANDOM"
Life = Callable[[Death, Callable[[], None]], Awaitable[None]]


@dataclass
class Kills:
    """What a run is asked for: where, how often, and built how wrongly."""

    url: str
    count: int
    seed: int
    mutant: str | None = None
    drivers_per_s: float = 8.0
    settle_s: float = 120.0


@dataclass
class Report:
    """What came of it."""

    verdict: prove.Verdict
    seconds: float
    struck: Counter[str] = field(default_factory=Counter)

    def line(self, kills: int) -> str:
        v = self.verdict
        orphaned = len(v.orphaned) + len(v.unended)
        return f"kills: {kills}  lost: {len(v.lost)}  doubled: {len(v.doubled)}  orphaned: {orphaned}"


def fork(run: Callable[[], Awaitable[None]], group: int | None = None) -> int:
    """A child that does this and nothing else, in a process group of its own or in that one."""
    pid = os.fork()
    if pid == 0:
        try:
            os.setpgid(0, group or 0)
            asyncio.run(run())  # type: ignore[arg-type]
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)
    with contextlib.suppress(OSError):  # the child was quicker, or is dead already
        os.setpgid(pid, group or pid)
    return pid


class Tree:
    """The finder's processes of one life."""

    def __init__(self, run: Life, death: Death) -> None:
        self.pids: list[int] = []
        self._works = mmap.mmap(-1, 1)  # one byte that parent and children share
        for _ in range(WORKERS):
            own = Death(death.point, death.passes)
            self.pids.append(fork(partial(run, own, self._ready), self.pids[0] if self.pids else None))

    def _ready(self) -> None:
        self._works[0] = 1

    def works(self) -> bool:
        """Whether one has begun to work."""
        return bool(self._works[0])

    def died(self) -> bool:
        """Whether one has ended; it is left to be reaped."""
        seen = os.waitid(os.P_PID, self.pids[0], os.WEXITED | os.WNOHANG | os.WNOWAIT)
        return seen is not None

    def kill(self) -> None:
        """The whole group at once. Raises RuntimeError where one ended by itself."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pids[0], signal.SIGKILL)
        ends = [os.waitpid(pid, 0)[1] for pid in self.pids]
        if not all(os.WIFSIGNALED(end) and os.WTERMSIG(end) == signal.SIGKILL for end in ends):
            raise RuntimeError(f"the finder ended by itself: {ends}")


def run(asked: Kills) -> Report:
    """One story: kills, peace, verdict."""
    began, dice = time.monotonic(), random.Random(asked.seed)
    with pytest.MonkeyPatch.context() as patch:
        if asked.mutant:
            mutants.MUTANTS[asked.mutant](patch)
        asyncio.run(_emptied(asked.url))
        clock = Hurried(SPEED, time.monotonic())
        with listen("127.0.0.1", 0) as front, listen("127.0.0.1", 0) as back:
            here, there = (f"http://127.0.0.1:{each.getsockname()[1]}" for each in (front, back))

            def life(death: Death, ready: Callable[[], None]) -> Awaitable[None]:
                return tree.finder(asked.url, clock, there, front, death, ready)

            async def world() -> None:
                await outside.serve(outside.World(here, clock, asked.seed, asked.drivers_per_s), back)

            with _living(fork(world)):
                struck = Counter[str](_strike(life, dice) for _ in range(asked.count))
                clock = clock.at(PEACE_SPEED)
                httpx.post(f"{there}/peace", content=msgspec.json.encode(Peace(clock)), timeout=60).raise_for_status()
                last = Tree(life, Death(None))
                try:
                    verdict = asyncio.run(_settle(Work(Database(asked.url), clock), there, asked.settle_s))
                finally:
                    last.kill()
    return Report(verdict, time.monotonic() - began, struck)


@contextlib.contextmanager
def _living(pid: int) -> Iterator[None]:
    try:
        yield
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _strike(life: Life, dice: random.Random) -> str:
    """One life and its end, at a random moment or at a named point; where it was."""
    point = dice.choice([None, None, None, None, *Point])
    living = Tree(life, Death(point, dice.randrange(1, 4)))
    try:
        if point is None and dice.random() < YOUNG:
            time.sleep(dice.uniform(0, YOUNG_S))
        else:
            _wait(lambda: living.works() or living.died(), 30)
            _wait(living.died, PATIENCE_S if point else dice.expovariate(1 / LIVES_S))
        named = living.died()
    finally:
        living.kill()
    return point.value if point is not None and named else RANDOM


def _wait(happened: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and not happened():
        time.sleep(0.002)


async def _emptied(url: str) -> None:
    database = Database(url)
    try:
        async with database.write() as connection:
            await connection.run_sync(METADATA.drop_all)
    finally:
        await database.close()


async def _settle(work: Work, there: str, seconds: float) -> prove.Verdict:
    """Waits until nothing is under way and every order is over, or until something is plainly wrong for good.

    Outside and database are not read in the same moment: what is wrong must be so at two looks.
    """
    until, before = time.monotonic() + seconds, prove.Verdict()
    try:
        async with httpx.AsyncClient(base_url=there, timeout=60) as http:
            while True:
                truth = msgspec.json.decode((await http.get("/truth")).raise_for_status().content, type=Truth)
                try:
                    verdict = await prove.judge(work, truth)
                except Unavailable:  # two busy finders leave a SQLite file no moment: the judge waits for one
                    if time.monotonic() > until + seconds:
                        raise
                    continue
                quiet = not truth.under_way and not verdict.unended and not before.unended
                wrong = set(verdict.wrongs) & set(before.wrongs)
                if wrong or (quiet and not verdict.wrongs) or time.monotonic() > until:
                    await prove.invariants(work, verdict)
                    return verdict
                before = verdict
                await asyncio.sleep(1)
    finally:
        await work.close()
