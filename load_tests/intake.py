"""How many flips a second one core takes in, against pipelined SETs of Redis: python -m load_tests.intake.

`memory` and `redis` are the way of a flip once it is read: the operator's guard, the board, a subscriber that hears
of it. `wire` begins with the bytes of a T/CEC 102 push: signature, AES, JSON, mapping, then guard and board in
memory. The peers: the same batches as pipelined `SET evse status` by redis-py, and redis-benchmark, which is C and
does nothing else.
"""

import asyncio
import json
import secrets
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime, timedelta

import msgspec
from redis.asyncio import Redis
from rich.console import Console
from rich.progress import track
from rich.table import Table

from finder.connectors.sdk.ports import PushRequest
from finder.connectors.tcec102 import Credentials, Tcec102Config, Tcec102Connector
from finder.connectors.tcec102.tokens import issue_token
from finder.connectors.tcec102.wire import Request
from finder.federation.quality.guard import Bounds, Guard
from finder.kernel.clock import SHANGHAI, system_clock
from finder.live.board import LiveBoard
from finder.live.memory import MemoryBoard
from finder.live.model import Observation, Status
from finder.live.redis import RedisBoard
from load_tests import servers

BENCHMARK = "redis_benchmark_set"
PEERS = {"redis_set": "of redis-py's pipelined SET", BENCHMARK: "of redis-benchmark's, which is C"}
EVSES, BATCH, SECONDS = 50_000, 200, 2.0
CYCLE = (Status.AVAILABLE, Status.CHARGING)
Take = Callable[[Sequence[Observation]], Awaitable[object]]


def flips(moment: datetime, turn: int) -> list[list[Observation]]:
    """Every EVSE changes, in batches as a push has."""
    status, at = CYCLE[turn % 2], moment + timedelta(microseconds=turn)
    observations = [Observation(f"load/{n:06}", status, at, "load") for n in range(EVSES)]
    return [observations[start : start + BATCH] for start in range(0, EVSES, BATCH)]


async def rate(take: Take, turn: int) -> float:
    """Flips a second; batches are made before the clock runs."""
    batches = flips(system_clock(), turn)
    taken, began = 0, time.perf_counter()
    for batch in batches:
        await take(batch)
        taken += len(batch)
        if time.perf_counter() - began > SECONDS:
            break
    return taken / (time.perf_counter() - began)


def guarded(board: LiveBoard) -> Take:
    """The board behind a guard, as the federation has it."""
    guard = Guard("load", system_clock, bounds=Bounds(flaps=1_000_000))

    async def take(batch: Sequence[Observation]) -> object:
        return await board.observe(guard.observe(batch))

    return take


def sets(redis: "Redis") -> Take:
    """The peer."""

    async def take(batch: Sequence[Observation]) -> object:
        async with redis.pipeline(transaction=False) as pipe:
            for seen in batch:
                pipe.set(seen.evse_id, seen.status.value)
            return await pipe.execute()

    return take


class Pushing:
    """T/CEC 102 pushes of a batch each, sealed before the clock runs, read by the real connector."""

    def __init__(self, board: LiveBoard) -> None:
        keys = Credentials(*(secrets.token_hex(8) for _ in range(4)))
        config = Tcec102Config("load", "load", "http://127.0.0.1:9", "MA0FINDER", "MA0000001", keys, called=(keys,))
        self.connector = Tcec102Connector(config)
        self._keys, self._token = keys, issue_token("MA0000001", keys, system_clock())
        self._take = guarded(board)
        self._seq = 0

    def seal(self, batch: Sequence[Observation]) -> PushRequest:
        """The push as an operator sends it."""
        codes = {Status.AVAILABLE: 1, Status.CHARGING: 3}
        infos = [{"ConnectorID": o.evse_id.removeprefix("load/"), "Status": codes[o.status]} for o in batch]
        self._seq = self._seq % 9999 + 1
        plain = json.dumps({"ConnectorStatusInfo": infos}).encode()
        stamp = system_clock().astimezone(SHANGHAI).strftime("%Y%m%d%H%M%S")
        envelope = Request.seal("MA0000001", plain, stamp, f"{self._seq:04}", self._keys)
        headers = {"authorization": f"Bearer {self._token}"}
        return PushRequest("notification_stationStatus", headers, envelope.to_json(), system_clock())

    async def rate(self, turn: int) -> float:
        """Flips a second."""
        pushes = [self.seal(batch) for batch in flips(system_clock(), turn)[: EVSES // BATCH // 2]]
        taken, began = 0, time.perf_counter()
        for push in pushes:
            answer = await self.connector.receive(push)
            if len(answer.observations) != BATCH:
                raise RuntimeError("a push was not taken")
            await self._take(answer.observations)
            taken += BATCH
        return taken / (time.perf_counter() - began)


def benchmark(port: int) -> float:
    """SETs a second by redis-benchmark, pipelined as long as our pushes."""
    command = ["redis-benchmark", "-p", str(port), "-c", "1", "-P", str(BATCH), "-n", "400000", "-r", str(EVSES)]
    said = subprocess.run(
        [*command, "--csv", "-t", "set"], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    return float(said.strip().splitlines()[-1].split(",")[1].strip('"'))


async def measure(rounds: int = 5) -> dict[str, object]:
    """Medians over the rounds, each subject in turn, and the ratio of each of our boards to the peer."""
    with servers.redis() as port:
        redis = Redis(port=port)
        memory, shared = MemoryBoard(), RedisBoard(f"redis://127.0.0.1:{port}/1")
        await memory.start()
        await shared.start()
        subjects = {"redis_set": sets(redis), "memory": guarded(memory), "redis": guarded(shared)}
        pushing = Pushing(memory)
        rates: dict[str, list[float]] = {name: [] for name in (*subjects, "wire", BENCHMARK)}
        async with memory.subscribe(["load/000000"]), shared.subscribe(["load/000000"]):
            for turn in track(range(rounds), description="状态接收 · intake", console=Console(stderr=True)):
                for name, take in subjects.items():
                    rates[name].append(await rate(take, turn))
                rates["wire"].append(await pushing.rate(turn))
                rates[BENCHMARK].append(await asyncio.to_thread(benchmark, port))
        await pushing.connector.close()
        await memory.close()
        await shared.close()
        await redis.aclose()
    middle = {name: statistics.median(values) for name, values in rates.items()}
    return {
        "batch": BATCH,
        "flips_per_second": {name: [round(v) for v in values] for name, values in rates.items()},
        "ratios": {
            ours: {f"intake_vs_{peer}": round(middle[ours] / middle[peer], 3) for peer in PEERS}
            for ours in ("memory", "redis", "wire")
        },
    }


def rows(results: dict[str, object]) -> Iterator[list[str]]:
    """The table's cells, a row for each way in."""
    for ours, row in msgspec.convert(results["ratios"], dict[str, dict[str, float]]).items():
        yield [ours, *(f"{row[f'intake_vs_{peer}']:.3f}" for peer in PEERS)]


def show(results: dict[str, object]) -> None:
    """The table."""
    table = Table("", *PEERS.values(), title="flips a second, ours ÷ peer")
    for row in rows(results):
        table.add_row(*row)
    Console().print(table)


if __name__ == "__main__":
    if lacking := servers.missing_tools():
        sys.exit("\n".join(lacking))
    found = asyncio.run(measure())
    show(found)
    print(json.dumps(found))
