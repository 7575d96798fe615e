"""Stations along a road against the nearest ones, both asked of one gateway over HTTP, in turns."""

import contextlib
import random
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import orjson
from rich.console import Console
from rich.table import Table

from finder.roads.book import RoadBook
from finder.roads.model import Road
from finder.stations.along import Span
from finder.stations.filter import Filter
from finder.stations.memory import MemoryIndex
from finder.stations.model import Station
from load_tests import servers
from load_tests.nearby import Rate, measure, record, wrk
from load_tests.network import centres, load_roads, network
from load_tests.question import bodies, road_bodies, wrk_script

COLUMNS = ["road queries/s", "nearby queries/s", "time of a road query, of a nearby query's"]
QUESTIONS = 200
FULL = 20  # stations of every answer that is compared: a fuller page takes longer, whatever was asked
ENOUGH = 60  # stations that suit beyond the kilometre asked: two in five EVSEs are free, so a page is mostly full


async def begins(stations: list[Station], roads: list[Road], seed: int = 5) -> list[tuple[str, float]]:
    """Roads and kilometres from which there are enough stations for a page."""
    book, index = RoadBook(roads), MemoryIndex()
    index.begin(book)
    near = [s for s, marks in zip(stations, book.of([s.place for s in stations]), strict=True) if marks]
    await index.put(near)
    rng, found = random.Random(seed), []
    want = Filter(min_power_kw=60)
    for road in roads:
        hits = await index.along(Span(road.id, road.begin_km, road.end_km, 10_000), want, 1_000)
        found += [(road.id, hit.km) for hit in hits[: max(0, len(hits) - ENOUGH)]]
    return rng.sample(found, min(3 * QUESTIONS, len(found)))


async def compare(count: int, rounds: int, seconds: int, engines: list[str]) -> dict[str, object]:
    """For each engine how much longer a road query takes than a nearby query."""
    stations = network(count)
    roads = load_roads(stations)
    starts = await begins(stations, roads)
    places = [p for p in centres(stations, 6 * QUESTIONS) if abs(p.lat) < 85]
    asked = {"nearby": bodies(places), "road": road_bodies(starts)}
    del stations
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        client = stack.enter_context(httpx.Client(timeout=60))
        scripts = {name: folder / f"{name}.lua" for name in asked}
        subjects: dict[str, Rate] = {}
        sizes: dict[str, dict[str, float]] = {}
        told: dict[str, dict[str, float]] = {}
        for engine in engines:
            url = "memory:"
            if engine == "elastic":
                url = f"http://127.0.0.1:{stack.enter_context(servers.elasticsearch(folder / 'elasticsearch'))}"
            port = stack.enter_context(servers.gateway(url, count))
            for name, questions in asked.items() if not sizes else ():
                answers = record(port, questions, client)
                full = [n for n, answer in enumerate(answers) if _length(answer) == FULL][:QUESTIONS]
                scripts[name].write_text(wrk_script([questions[n] for n in full], "/graphql"))
                told[name] = {"questions": len(full), "bytes_mean": statistics.mean(len(answers[n]) for n in full)}
            sizes = told
            for name, script in scripts.items():
                key = f"{name}_{engine}"
                subjects[key] = lambda port=port, script=script: wrk(port, script, seconds, "/graphql")  # type: ignore[misc]
        rates = measure(subjects, rounds)
    ratios = {
        engine: round(statistics.median(_slower(rates[f"nearby_{engine}"], rates[f"road_{engine}"])), 4)
        for engine in engines
    }
    return {
        "stations": count,
        "roads": len(roads),
        "rounds": rounds,
        "answers": sizes,
        "answers_per_second": {name: [round(v, 1) for v in values] for name, values in rates.items()},
        "road_vs_nearby": ratios,
    }


def _slower(nearby: list[float], road: list[float]) -> list[float]:
    """The ratio of each round, whose two turns follow each other."""
    return [a / b for a, b in zip(nearby, road, strict=True)]


def _length(answer: bytes) -> int:
    return len(next(iter(orjson.loads(answer)["data"].values()))["edges"])


def rows(part: dict[str, object]) -> Iterator[list[str]]:
    """The table's cells, a row for each engine."""
    rates = msgspec.convert(part["answers_per_second"], dict[str, list[float]])
    for engine, ratio in msgspec.convert(part["road_vs_nearby"], dict[str, float]).items():
        middle = (statistics.median(rates[f"{name}_{engine}"]) for name in ("road", "nearby"))
        yield [engine, *(f"{value:,.0f}" for value in middle), f"{ratio:.3f}"]


def show(part: dict[str, object]) -> None:
    """The table."""
    table = Table("", *COLUMNS, title="stationsAlongRoad")
    for row in rows(part):
        table.add_row(*row)
    Console().print(table)
