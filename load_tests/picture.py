"""The live picture after 60 flips of 6,000 bays, against counting every bay anew: python -m load_tests.picture.

Both read the same board in memory and come to the same counts; `first` is the picture of which nothing was kept yet.
"""

import asyncio
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import timedelta

import msgspec
from rich.console import Console

from finder.kernel.clock import system_clock
from finder.live.memory import MemoryBoard
from finder.live.model import Observation, Status
from finder.stations.model import Station
from finder.supervision.coverage.plan import load_plan
from finder.supervision.picture.keeper import LivePicture
from finder.supervision.picture.model import Count, Picture, count_of
from tests.unit.naive import SomeFeed, SomeQuality, Trouble, station

STATIONS, BAYS, OPERATORS, FLIPS, TURNS = 1_000, 6, 5, 60, 50
SHOWN = (Status.AVAILABLE, Status.CHARGING, Status.OCCUPIED, Status.FAULTED, Status.OFFLINE)


class Feeds:
    """Operators in good health."""

    def feeds(self) -> Sequence[SomeFeed]:
        """Every one."""
        return [SomeFeed(f"o{n}", f"o{n}") for n in range(OPERATORS)]

    def failures(self) -> Sequence[Trouble]:
        """None."""
        return []

    def quality(self, source: str) -> SomeQuality:
        """Some."""
        return SomeQuality()


def _stations(counties: Sequence[str]) -> list[Station]:
    made = []
    for n in range(STATIONS):
        plain, source = station(n, evses=BAYS), f"o{n % OPERATORS}"
        guns = tuple(msgspec.structs.replace(evse, id=evse.id.replace("jinbei", source)) for evse in plain.evses)
        made.append(msgspec.structs.replace(plain, id=f"{source}/{n}", evses=guns, area_code=counties[n % 14]))
    return made


def recount(stations: Sequence[Station], board: MemoryBoard) -> dict[tuple[str, str], Count]:
    """The plainest way."""
    counts: dict[tuple[str, str], Count] = {}
    for each in stations:
        key = (each.area_code or "", each.id.partition("/")[0])
        counts.setdefault(key, Count()).add(count_of(each.evses, board.read_all([e.id for e in each.evses])))
    return counts


def _timed(work: Callable[[], object], into: list[float]) -> object:
    began = time.process_time()
    done = work()
    into.append((time.process_time() - began) * 1_000)
    return done


async def measure() -> dict[str, float]:
    """Milliseconds of the processor: medians, and a 99th percentile. Raises RuntimeError where the two differ."""
    plan, chance, board = load_plan("xinzhou"), random.Random(91), MemoryBoard()
    stations = _stations([county.code for county in plan.counties])
    bays = [(evse.id, each.id.partition("/")[0]) for each in stations for evse in each.evses]
    picture = LivePicture(lambda: stations, board, Feeds(), plan.counties, system_clock)
    board.set_freshness({f"o{n}": timedelta(hours=1) for n in range(OPERATORS)})
    now = system_clock()
    await board.observe([Observation(bay, chance.choice(SHOWN), now, source) for bay, source in bays])
    first: list[float] = []
    kept: list[float] = []
    naive: list[float] = []
    _timed(lambda: picture.count(system_clock()), first)
    for _ in range(TURNS):
        at = system_clock()
        flips = chance.sample(bays, FLIPS)
        await board.observe([Observation(bay, chance.choice(SHOWN), at, source) for bay, source in flips])
        ours = _timed(lambda: picture.count(system_clock()), kept)
        theirs = _timed(lambda: recount(stations, board), naive)
        if not isinstance(ours, Picture) or {(line.county, line.operator): line.count for line in ours.lines} != theirs:
            raise RuntimeError("the picture differs from what is counted anew")
    return {
        "first": first[0],
        "kept": statistics.median(kept),
        "kept_p99": sorted(kept)[int(len(kept) * 0.99)],
        "recount": statistics.median(naive),
        "ratio": statistics.median(naive) / statistics.median(kept),
    }


def main() -> int:
    """Prints them."""
    told = asyncio.run(measure())
    console = Console()
    console.print(f"{STATIONS * BAYS:,} bays, {FLIPS} flips between two pictures, {TURNS} pictures", highlight=False)
    for name, value in told.items():
        console.print(f"{name:>9}  {value:8.2f}{'' if name == 'ratio' else ' ms'}", highlight=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
