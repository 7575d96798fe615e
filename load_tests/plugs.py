"""How long an answer to a plugged-in car takes, against the same engine's bare read: python -m load_tests.plugs.

`yes` begins an order (and its hold's letter) for a car that is asked for the first time; `again` is the same plug-in
asked once more; `unbound` a car of nobody's. A bare read is one row by its key in a transaction of its own, by the same
`Database`. Places come from memory, channel and operator are not asked: the database is what is measured. They take
turns, one at a time and then several at once; what is told are the median and the 99th percentile in milliseconds.
"""

import asyncio
import contextlib
import json
import logging
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from pathlib import Path

import sqlalchemy as sa
import structlog
from rich.console import Console
from rich.table import Table

from finder.charging.payers import Word
from finder.charging.plug_tables import BINDING
from finder.connectors.sdk.desk import Permission
from finder.storage.database import Database
from tests.contract.plug_world import CAP, Driver, PlugWorld, plug_world
from tests.contract.postgres_server import postgres
from tests.contract.test_vehicles import vin_of

ENGINES = ("sqlite", "postgresql")
COLUMNS = [
    "yes p50 ms",
    "yes p99 ms",
    "again p50 ms",
    "unbound p50 ms",
    "bare read p50 ms",
    "yes : read",
    "unbound : read",
]
PEOPLE, CARS, AT_ONCE = 24, 10, 8
Once = Callable[[int], Awaitable[object]]


async def measure() -> dict[str, object]:
    """Both engines, one after the other; takes under a minute."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    told: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as folder, postgres() as url:
        for engine in ENGINES:
            where = url if engine == "postgresql" else f"sqlite:///{Path(folder) / 'plugs.sqlite3'}"
            async with _opened(where) as p:
                vins = await _cars(p)
                half = len(vins) // 2
                told[engine] = {
                    "alone": await _measured(p, vins[:half], 1),
                    f"{AT_ONCE}_at_once": await _measured(p, vins[half:], AT_ONCE),
                }
    return told


@contextlib.asynccontextmanager
async def _opened(url: str) -> AsyncIterator[PlugWorld]:
    database = Database(url)
    try:
        yield plug_world(database)
    finally:
        await database.close()


async def _cars(p: PlugWorld) -> list[str]:
    """Cars of some people, each bound."""
    vins: list[str] = []
    for person in range(PEOPLE):
        caller = await p.w.caller(f"138000{person:05}")
        agreement = await p.agreements.open(caller, "wechat", CAP, Word(code=f"openid-{person}"))
        for n in range(CARS):
            vins.append(vin_of(100_000 + person * CARS + n))
            car = await p.w.people.vehicles.add(caller, f"晋HD{person:02}{n:03}", vins[-1])
            await p.bound(Driver(caller, car, agreement))
    return vins


async def _measured(p: PlugWorld, vins: list[str], at_once: int) -> dict[str, float]:
    database = p.w.database
    async with database.read() as connection:
        vehicle = (await connection.execute(sa.select(BINDING.c.vehicle).limit(1))).scalar_one()
    first = int(vins[0][-6:])

    async def plugged(n: int) -> None:
        said = await p.plug(vins[n], evse=first + n)
        if said.permission is not Permission.ALLOWED:
            raise RuntimeError(f"a car was refused: {said.permission}")

    async def unbound(n: int) -> None:
        await p.plug(vin_of(900_000 + n), evse=first + n)

    async def bare(_: int) -> None:
        async with database.read() as connection:
            await connection.execute(sa.select(BINDING).where(BINDING.c.vehicle == vehicle))

    await _turns([bare, unbound], 5, at_once)
    yes, again, no, reads = await _turns([plugged, plugged, unbound, bare], len(vins), at_once)
    read = statistics.median(reads)
    return {
        "yes_p50_ms": round(statistics.median(yes), 2),
        "yes_p99_ms": round(_p99(yes), 2),
        "again_p50_ms": round(statistics.median(again), 2),
        "unbound_p50_ms": round(statistics.median(no), 2),
        "bare_read_p50_ms": round(read, 2),
        "yes_vs_read": round(statistics.median(yes) / read, 1),
        "unbound_vs_read": round(statistics.median(no) / read, 1),
    }


async def _turns(kinds: Sequence[Once], count: int, at_once: int) -> list[list[float]]:
    """Milliseconds of each kind, which take turns, so many askers at a time: a busy second slows all of them."""
    waiting, times = iter(range(count)), [list[float]() for _ in kinds]

    async def asker() -> None:
        for n in waiting:
            for once, told in zip(kinds, times, strict=True):
                began = time.perf_counter()
                await once(n)
                told.append((time.perf_counter() - began) * 1000)

    await asyncio.gather(*(asker() for _ in range(at_once)))
    return times


def _p99(times: list[float]) -> float:
    return statistics.quantiles(times, n=100)[98]


def rows(part: dict[str, object]) -> Iterator[list[str]]:
    """A line for each engine and way of asking."""
    for engine in ENGINES:
        told = part.get(engine)
        if isinstance(told, dict):
            for how, figures in told.items():
                yield [f"{engine}, {how.replace('_', ' ')}", *(str(figure) for figure in figures.values())]


def show(part: dict[str, object]) -> None:
    """Prints the lines."""
    table = Table("a car is plugged in, ms", *COLUMNS)
    for line in rows(part):
        table.add_row(*line)
    Console().print(table)


def main() -> int:
    """Measures and prints, and writes nothing."""
    part = asyncio.run(measure())
    show(part)
    json.dump(part, sys.stdout, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
