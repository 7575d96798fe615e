"""Whether fifty operators of whom fifteen are slow or dead leave the others as fresh: python -m load_tests.crowd.

The same finder on the same operators, in turns: everyone well, then three in ten in trouble. Freshness is the age of
what a driver would be shown of the other thirty-five, looked at ten times a second.
"""

import asyncio
import contextlib
import json
import logging
import math
import random
import secrets
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import msgspec
import structlog
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from finder.connectors.tcec102 import Tcec102Config, Tcec102Connector
from finder.federation.federation import Federation
from finder.kernel.clock import system_clock
from finder.live.memory import MemoryBoard
from finder.sandbox.faults import NONE, Faults
from finder.sandbox.operators import OUR_ID
from finder.stations.memory import MemoryIndex
from finder.stations.merge import Merger
from finder.stations.model import EvseId
from finder.stations.sql import SqlStore
from finder.storage.database import Database
from load_tests import servers
from load_tests.crowd_operators import COUNT, STATUS_EVERY, credentials, operators

SICK = 15  # three in ten
TROUBLES = (
    Faults(slow_s=5),
    Faults(silent=True),
    Faults(slow_s=30),
    Faults(errors=1),
    Faults(silent=True),
    Faults(garbage=True),
    Faults(slow_s=2),
    Faults(busy=True),
    Faults(huge=True),
    Faults(bad_signature=True),
)
COLUMNS = ["all well", "some in trouble", "ratio"]
EVERY_S = 0.1
SETTLE_S = 6.0  # after a change, in which nothing is looked at


class Crowd:
    """A finder that is connected to all of them."""

    def __init__(self, port: int, seed: str, folder: Path) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.store = SqlStore(Database(f"sqlite:///{folder / 'crowd.sqlite3'}"))
        self.board, self.merger = MemoryBoard(), Merger()
        self.federation = Federation(
            [
                Tcec102Connector(
                    Tcec102Config(
                        source=operator.source,
                        name=operator.name,
                        base_url=f"{self.url}/{operator.source}",
                        our_id=OUR_ID,
                        peer_id=operator.operator_id,
                        calling=credentials(operator, seed),
                        profile=operator.profile,
                        rhythm=operator.rhythm,
                        practice=True,
                    )
                )
                for operator in operators()
            ],
            self.store,
            self.merger,
            MemoryIndex(),
            self.board,
        )

    def evses(self, source: str) -> list[EvseId]:
        """Everything that this operator has."""
        return [evse.id for station in self.merger.records(source).values() for evse in station.evses]

    def ready(self) -> bool:
        """Whether everybody's status has come."""
        return sum(feed.status_at is not None for feed in self.federation.feeds()) == COUNT

    async def ages_s(self, evses: Sequence[EvseId], seconds: float) -> list[float]:
        """How old what is shown of these is, over so long; endless where nothing is known."""
        found: list[float] = []
        until = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < until:
            await asyncio.sleep(EVERY_S)
            now = system_clock()
            ages = (self.board.read(evse).age_s(now) for evse in evses)
            found += [math.inf if age is None else age for age in ages]
        return found


@contextlib.contextmanager
def crowd(seed: str) -> Iterator[int]:
    """The operators; gives their port."""
    port = servers.free_port()
    with servers.running(sys.executable, "-m", "load_tests.crowd_operators", str(port), seed, port=port):
        yield port


async def trouble(url: str, sick: Sequence[str], *, well: bool) -> None:
    """Switches every fault on or off."""
    async with httpx.AsyncClient() as http:
        for number, source in enumerate(sick):
            faults = NONE if well else TROUBLES[number % len(TROUBLES)]
            answer = await http.post(
                f"{url}/{source}/_faults",
                content=msgspec.json.encode(faults),
                headers={"content-type": "application/json"},
            )
            answer.raise_for_status()


def p99(ages: Sequence[float]) -> float:
    """The age that one look in a hundred exceeds."""
    return sorted(ages)[int(len(ages) * 0.99)]


async def measure(rounds: int = 3, seconds: float = 45.0) -> dict[str, object]:
    """p99 of both states in every round, and the median of their ratios."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    seed = secrets.token_hex(8)
    sources = [operator.source for operator in operators()]
    sick = random.Random(7).sample(sources, SICK)
    with crowd(seed) as port, tempfile.TemporaryDirectory() as folder, Progress(console=Console(stderr=True)) as bar:
        city = Crowd(port, seed, Path(folder))
        await city.board.start()
        await city.federation.start()
        try:
            async with asyncio.timeout(120):
                while not city.ready():  # noqa: ASYNC110 - another process's state
                    await asyncio.sleep(0.2)
            others = [evse for source in sources if source not in sick for evse in city.evses(source)]
            shown = random.Random(7).sample(others, 700)
            task = bar.add_task("新鲜度 · freshness", total=2 * rounds)
            found: dict[bool, list[float]] = {True: [], False: []}
            troubled = 0
            for _ in range(rounds):
                for well in (True, False):
                    await trouble(city.url, sick, well=well)
                    await asyncio.sleep(SETTLE_S)
                    found[well].append(p99(await city.ages_s(shown, seconds)))
                    if not well:
                        troubled = len({f.source for f in city.federation.failures()})
                    bar.advance(task)
        finally:
            await city.federation.close()
            await city.board.close()
            await city.store.close()
    return {
        "operators": COUNT,
        "in_trouble": SICK,
        "named_as_in_trouble": troubled,
        "evses": len(others),
        "status_every_s": STATUS_EVERY.total_seconds(),
        "p99_age_s": {"all_well": found[True], "some_in_trouble": found[False]},
        "p99_ratio": round(statistics.median(b / a for a, b in zip(found[True], found[False], strict=True)), 3),
    }


def rows(results: dict[str, object]) -> Iterator[list[str]]:
    """The table's cells, a row for each round."""
    ages = msgspec.convert(results["p99_age_s"], dict[str, list[float]])
    for number, (well, sick) in enumerate(zip(ages["all_well"], ages["some_in_trouble"], strict=True), 1):
        yield [f"round {number}", f"{well:.2f} s", f"{sick:.2f} s", f"{sick / well:.3f}"]


def show(results: dict[str, object]) -> None:
    """The ages as a table."""
    table = Table("", *COLUMNS, title="p99 age of the other 35")
    for row in rows(results):
        table.add_row(*row)
    Console().print(table)


if __name__ == "__main__":
    found = asyncio.run(measure())
    show(found)
    print(json.dumps(found))
