"""Stations along a road against the nearest ones: the same gateway, asked for one and the other in turn."""

import asyncio
import contextlib
import random
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

import msgspec
import orjson
from rich.console import Console
from rich.table import Table

from finder import garbage
from finder.graphql.execution import Executor, as_asked
from finder.graphql.schema import build_schema
from finder.roads.book import RoadBook
from finder.roads.model import Road
from finder.stations.along import Span
from finder.stations.filter import Filter
from finder.stations.memory import MemoryIndex
from finder.stations.model import Station
from load_tests import servers
from load_tests.gateway import opened
from load_tests.network import centres, load_roads, network
from load_tests.question import bodies, road_bodies

COLUMNS = ["stations", "ms a road query", "ms a nearby query", "ratio", "of each round", "ratio of processor time"]
QUESTIONS = 200
FULL = 20  # stations of every answer that is compared: a fuller page takes longer, whatever was asked
ENOUGH = 60  # stations that suit beyond the kilometre asked, since not each has an EVSE that is free


async def begins(stations: Sequence[Station], roads: Sequence[Road], seed: int = 5) -> list[tuple[str, float]]:
    """Roads and kilometres from which there are enough stations for a page."""
    book, index = RoadBook(roads), MemoryIndex()
    index.begin(book)
    await index.put([s for s, m in zip(stations, book.of([s.place for s in stations]), strict=True) if m])
    rng, found = random.Random(seed), []
    for road in roads:
        span = Span(road.id, road.begin_km, road.end_km, 10_000)
        hits = await index.along(span, Filter(min_power_kw=60), 1_000)
        found += [(road.id, hit.km) for hit in hits[: max(0, len(hits) - ENOUGH)]]
    return rng.sample(found, min(3 * QUESTIONS, len(found)))


class Asker:
    """Asks one gateway as its HTTP side does, from the text of a question to the bytes of its answer."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    async def ask(self, body: bytes) -> bytes:
        """Raises RuntimeError for an answer with errors."""
        asked = as_asked(orjson.loads(body))
        answer = await self._executor.answer(self._executor.prepare(asked), asked, "en")
        if answer.error is not None or b'"errors"' in answer.body[:200]:
            raise RuntimeError(answer.body[:500].decode())
        return answer.body

    async def full(self, questions: Sequence[bytes]) -> list[bytes]:
        """Those whose answer has a whole page of stations."""
        kept: list[bytes] = []
        for body in questions:
            found = next(iter(orjson.loads(await self.ask(body))["data"].values()))["edges"]
            kept += [body] if len(found) == FULL else []
            if len(kept) == QUESTIONS:
                break
        return kept

    async def timed(self, body: bytes) -> tuple[float, float]:
        """Seconds on the clock, and of this process' processor time."""
        wall, processor = time.perf_counter(), time.process_time()
        await self.ask(body)
        return time.perf_counter() - wall, time.process_time() - processor


async def compare(count: int, rounds: int, engines: Sequence[str]) -> dict[str, object]:
    """For each engine how much longer a road query takes than a nearby query."""
    stations = network(count)
    roads = load_roads(stations)
    starts = await begins(stations, roads)
    places = [p for p in centres(stations, 10 * QUESTIONS) if abs(p.lat) < 85]
    engine_parts: dict[str, dict[str, object]] = {}
    for engine in engines:
        with contextlib.ExitStack() as stack:
            url = "memory:"
            if engine == "elastic":
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
                port = await asyncio.to_thread(stack.enter_context, servers.elasticsearch(folder))
                url = f"http://127.0.0.1:{port}"
            async with opened(url, stations) as gateway:
                garbage.settle()
                asker = Asker(Executor(build_schema(), gateway))
                asked = [await asker.full(some) for some in (road_bodies(starts), bodies(places))]
                engine_parts[engine] = {"stations": count, **await _rounds(asker, asked[0], asked[1], rounds)}
    return {"roads": len(roads), "engines": engine_parts}


def ratios(part: dict[str, object]) -> dict[str, float]:
    """By engine, the time of a road query to that of a nearby query."""
    return {engine: told.ratio for engine, told in msgspec.convert(part["engines"], dict[str, _Part]).items()}


class _Before(msgspec.Struct):
    engines: dict[str, object] = {}


def joined(before: object, part: dict[str, object]) -> dict[str, object]:
    """What was measured now, and the engines that were measured before and not now."""
    kept = msgspec.convert(before or {}, _Before).engines
    return part | {"engines": kept | msgspec.convert(part["engines"], dict[str, object])}


async def _rounds(asker: Asker, along: Sequence[bytes], near: Sequence[bytes], rounds: int) -> dict[str, object]:
    """Each round asks every question once, one of each kind in turn, so that a busy moment hits both.

    Now one kind is first and now the other, so that neither gains by its place.
    """
    if not along or not near:
        raise RuntimeError("too few stations: no road or no place has a full page of them; ask for 60,000 or more")
    pairs = list(zip(along, near, strict=False))
    walls: list[tuple[float, float]] = []
    processor: list[tuple[float, float]] = []
    for _ in range(rounds):
        seen = [await _pair(asker, a, b, road_first=n % 2 == 0) for n, (a, b) in enumerate(pairs)]
        for kind, kept in ((0, walls), (1, processor)):
            road, nearby = (statistics.median(pair[which][kind] for pair in seen) for which in (0, 1))
            kept.append((road, nearby))
    return {
        "questions": len(pairs),
        "road_ms": [round(road * 1000, 3) for road, _ in walls],
        "nearby_ms": [round(nearby * 1000, 3) for _, nearby in walls],
        "ratios": [round(road / nearby, 4) for road, nearby in walls],
        "processor_ratios": [round(road / nearby, 4) for road, nearby in processor],
        "ratio": round(statistics.median(road / nearby for road, nearby in walls), 4),
        "processor_ratio": round(statistics.median(road / nearby for road, nearby in processor), 4),
    }


Timed: TypeAlias = tuple[float, float]


async def _pair(asker: Asker, along: bytes, near: bytes, *, road_first: bool) -> tuple[Timed, Timed]:
    """Times of the road query and of the nearby query."""
    if road_first:
        return await asker.timed(along), await asker.timed(near)
    second = await asker.timed(near)
    return await asker.timed(along), second


class _Part(msgspec.Struct):
    stations: int
    road_ms: list[float]
    nearby_ms: list[float]
    ratio: float
    processor_ratio: float
    ratios: list[float] = []


def rows(part: dict[str, object]) -> Iterator[list[str]]:
    """The table's cells, a row for each engine."""
    for engine, told in msgspec.convert(part["engines"], dict[str, _Part]).items():
        middle = (statistics.median(each) for each in (told.road_ms, told.nearby_ms))
        yield [
            engine,
            f"{told.stations:,}",
            *(f"{ms:.2f}" for ms in middle),
            f"{told.ratio:.3f}",
            ", ".join(f"{each:.3f}" for each in told.ratios),
            f"{told.processor_ratio:.3f}",
        ]


def show(part: dict[str, object]) -> None:
    """The table."""
    table = Table("", *COLUMNS, title="stationsAlongRoad, stationsNear")
    for row in rows(part):
        table.add_row(*row)
    Console().print(table)
