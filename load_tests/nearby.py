"""Our nearest free chargers against the floor, raw Elasticsearch and GEOSEARCH, in turns."""

import contextlib
import platform
import re
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import msgspec
import redis
from rich.console import Console
from rich.progress import track
from rich.table import Table

from finder.kernel.geo import Point
from load_tests import servers
from load_tests.network import REAL, centres, network
from load_tests.question import bodies, elastic_bodies, wrk_script

PEERS = {"floor": "of the floor", "elasticsearch": "of raw Elasticsearch", "geosearch": "of GEOSEARCH"}
Rate = Callable[[], float]


def wrk(port: int, script: Path, seconds: int, path: str) -> float:
    """Answers a second of one server under 16 connections. Raises RuntimeError where an answer was no 2xx."""
    command = ["wrk", "-t1", "-c16", f"-d{seconds}s", "-s", str(script), f"http://127.0.0.1:{port}{path}"]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds + 30).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(said)
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    if not found:
        raise RuntimeError(said)
    return float(found[1])


def record(port: int, questions: list[bytes], client: httpx.Client) -> list[bytes]:
    """Our own answers, refused where one has an error: what the floor will send."""
    answers = []
    for body in questions:
        reply = client.post(
            f"http://127.0.0.1:{port}/graphql", content=body, headers={"content-type": "application/json"}
        )
        if reply.status_code != 200 or "errors" in reply.json():
            raise RuntimeError(f"{reply.status_code}: {reply.text[:500]}")
        answers.append(reply.content)
    return answers


def geosearch(port: int, places: list[Point], requests: int) -> float:
    """GEOSEARCH answers a second, over a few of the places, 16 connections."""
    rates = []
    for place in places:
        command = ["redis-benchmark", "-p", str(port), "-c", "16", "-n", str(requests), "--csv", "GEOSEARCH", "load"]
        command += ["FROMLONLAT", f"{place.lon:.6f}", f"{place.lat:.6f}", "BYRADIUS", "10", "km", "ASC", "COUNT", "20"]
        said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
        rates.append(float(said.strip().splitlines()[-1].split(",")[1].strip('"')))
    return statistics.harmonic_mean(rates)


def measure(subjects: dict[str, Rate], rounds: int) -> dict[str, list[float]]:
    """Every subject once a round, in turns, so that a noisy minute hits all of them."""
    rates: dict[str, list[float]] = {name: [] for name in subjects}
    for _ in track(range(rounds), description="测量 · measuring", console=Console(stderr=True)):
        for name, rate in subjects.items():
            rates[name].append(rate())
    return rates


def compare(count: int, rounds: int, seconds: int, engines: list[str]) -> dict[str, object]:
    """The whole comparison over so many stations."""
    stations = network(count)
    places = [p for p in centres(stations, 200) if abs(p.lat) < 85]
    questions = bodies(places)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        ours, raw = folder / "ours.lua", folder / "raw.lua"
        ours.write_text(wrk_script(questions, "/graphql"))
        subjects: dict[str, Rate] = {}
        client = stack.enter_context(httpx.Client(timeout=60))
        red = stack.enter_context(servers.redis())
        _load_redis(red, [(s.id, s.place) for s in stations])
        del stations
        subjects["geosearch"] = lambda: geosearch(red, places[:5], 4_000)
        answers: list[bytes] = []
        for engine in engines:
            url = "memory:"
            if engine == "elastic":
                es = stack.enter_context(servers.elasticsearch(folder / "elasticsearch"))
                url = f"http://127.0.0.1:{es}"
                raw.write_text(wrk_script(elastic_bodies(places), "/load/_search"))
                subjects["elasticsearch"] = lambda es=es: wrk(es, raw, seconds, "/load/_search")  # type: ignore[misc]
            port = stack.enter_context(servers.gateway(url, count))
            answers = answers or record(port, questions, client)
            subjects[f"ours_{engine}"] = lambda port=port: wrk(port, ours, seconds, "/graphql")  # type: ignore[misc]
        kept = folder / "answers"
        kept.write_bytes(msgspec.msgpack.encode(answers))
        base = stack.enter_context(servers.floor(kept))
        subjects["floor"] = lambda: wrk(base, ours, seconds, "/graphql")
        return summarise(measure(subjects, rounds), engines, count, answers)


def _load_redis(port: int, places: list[tuple[str, Point]]) -> None:
    connection = redis.Redis(port=port)
    with connection, connection.pipeline(transaction=False) as pipe:
        for n, (sid, place) in enumerate(places):
            if abs(place.lat) < 85:
                pipe.geoadd("load", (place.lon, place.lat, sid))
            if n % 10_000 == 0:
                pipe.execute()
        pipe.execute()


def summarise(
    rates: dict[str, list[float]], engines: list[str], stations: int, answers: list[bytes]
) -> dict[str, object]:
    """Medians over the rounds, and for each engine the ratio to each peer."""
    middle = {name: statistics.median(values) for name, values in rates.items()}
    ratios: dict[str, dict[str, float]] = {}
    for engine in engines:
        ours = middle[f"ours_{engine}"]
        ratios[engine] = {
            f"nearby_vs_{peer}": round(ours / middle[peer], 4)
            for peer in ("floor", "elasticsearch", "geosearch")
            if peer in middle
        }
    return {
        "measured_on": datetime.now(UTC).date().isoformat(),
        "python": platform.python_version(),
        "stations": stations,
        "real_stations_file": REAL.is_file(),
        "answer_bytes_mean": round(statistics.mean(map(len, answers))),
        "rounds": len(next(iter(rates.values()))),
        "answers_per_second": {name: [round(v, 1) for v in values] for name, values in rates.items()},
        "ratios": ratios,
    }


def rows(results: dict[str, object]) -> Iterator[list[str]]:
    """The table's cells, a row for each engine."""
    ratios = msgspec.convert(results["ratios"], dict[str, dict[str, float]])
    for engine, row in ratios.items():
        cells = (row.get(f"nearby_vs_{peer}") for peer in PEERS)
        yield [engine, *(f"{cell:.3f}" if cell is not None else "–" for cell in cells)]


def show(results: dict[str, object]) -> None:
    """The table."""
    table = Table("", *PEERS.values(), title="stationsNear, ours ÷ peer")
    for row in rows(results):
        table.add_row(*row)
    Console().print(table)
