"""Redis dies or hangs under load: the last known is served, ageing, and everything comes back by itself."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import pytest

from finder.errors import BoardUnavailable
from finder.live.model import Observation, Status
from finder.live.redis import RedisBoard
from tests.contract.redis_server import RedisServer, redis_or_skip

pytestmark = [pytest.mark.redis, pytest.mark.slow]


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = redis_or_skip(tmp_path_factory.mktemp("redis"))
    yield server
    server.kill()


@pytest.fixture
async def boards(server: RedisServer) -> AsyncIterator[list[RedisBoard]]:
    boards = [RedisBoard(server.url), RedisBoard(server.url)]
    for board in boards:
        await board.start()
    yield boards
    for board in boards:
        await board.close()


def sights(count: int, status: Status) -> list[Observation]:
    now = datetime.now(UTC)
    return [Observation(f"jinbei/{n}", status, now, "jinbei") for n in range(count)]


async def until(holds: "object", seconds: float) -> bool:
    assert callable(holds)
    for _ in range(int(seconds / 0.05)):
        if holds():
            return True
        await asyncio.sleep(0.05)
    return bool(holds())


async def test_killed_under_load_and_started_again_empty(server: RedisServer, boards: list[RedisBoard]) -> None:
    here, there = boards
    await here.observe(sights(2_000, Status.AVAILABLE))
    assert await until(lambda: there.available("jinbei/1999"), 2)
    server.kill()
    with pytest.raises(BoardUnavailable):
        await here.observe(sights(200, Status.CHARGING))
    assert await until(lambda: not there.health().connected, 3)
    reading = there.read("jinbei/1999")
    assert reading.status is Status.AVAILABLE
    assert there.read("jinbei/1999") == reading  # its age grows all the same: it tells when it was seen
    assert reading.observed_at is not None
    assert there.health().behind_s > 0
    assert here.read("jinbei/3").status is Status.CHARGING  # seen here while Redis was away
    server.start()
    assert await until(lambda: here.health().connected and there.health().connected, 10)
    assert await until(lambda: there.read("jinbei/3").status is Status.CHARGING, 5)
    assert there.read("jinbei/1999").status is Status.AVAILABLE
    newcomer = RedisBoard(server.url)
    await newcomer.start()
    assert await until(lambda: newcomer.health().evses == 2_000, 5)
    assert newcomer.read("jinbei/3").status is Status.CHARGING
    await newcomer.close()


async def test_a_redis_that_hangs_holds_nobody_up(server: RedisServer, boards: list[RedisBoard]) -> None:
    here, there = boards
    await here.observe(sights(10, Status.AVAILABLE))
    server.send(signal.SIGSTOP)
    began = time.monotonic()
    with pytest.raises(BoardUnavailable):
        await here.observe(sights(10, Status.CHARGING))
    assert time.monotonic() - began < 10  # a client without time-outs would wait for ever
    assert await until(lambda: not there.health().connected, 10)
    server.send(signal.SIGCONT)
    assert await until(lambda: there.health().connected, 10)
    assert await until(lambda: there.read("jinbei/5").status is Status.CHARGING, 10)


async def test_an_emptied_redis_is_filled_again(server: RedisServer, boards: list[RedisBoard]) -> None:
    here, there = boards
    await here.observe(sights(10, Status.AVAILABLE))
    await here._redis.flushall()
    await asyncio.sleep(2)
    late = RedisBoard(server.url)
    await late.start()
    assert await until(lambda: late.available("jinbei/9"), 5)
    assert there.available("jinbei/9")
    await late.close()
