"""A rebuild shows the old or the new, never less; and loses nothing that is written meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from finder.kernel.geo import Point
from finder.stations.filter import ANY
from finder.stations.index import StationIndex
from finder.stations.model import Station
from tests.contract.index_engines import station

HERE = Point(38.4, 112.7)


def some(count: int, name: str = "站", first: int = 0) -> list[Station]:
    return [station(f"s/{n:03d}", (38.4, 112.7 + n / 10_000), name=name) for n in range(first, first + count)]


async def batches(*each: Sequence[Station]) -> AsyncIterator[Sequence[Station]]:
    for batch in each:
        yield batch
        await asyncio.sleep(0)


async def names(index: StationIndex) -> dict[str, str]:
    ids = [hit.station_id for hit in await index.near(HERE, 10_000, ANY, 1000)]
    return {i: s.name for i, s in (await index.get(ids)).items()}


async def test_a_rebuild_replaces_everything(index: StationIndex) -> None:
    await index.put(some(10))
    assert await index.rebuild(batches(some(3, "新"), some(3, "新", first=5), [])) == 6
    assert await names(index) == dict.fromkeys(["s/000", "s/001", "s/002", "s/005", "s/006", "s/007"], "新")
    assert await index.count() == 6
    assert len(await index.text("站", ANY, 100)) == 0
    await index.put(some(1, "后"))
    assert (await names(index))["s/000"] == "后"
    assert await index.rebuild(batches()) == 0
    assert await names(index) == {}


async def test_the_first_thing_that_happens_may_be_a_rebuild(index: StationIndex) -> None:
    assert await index.rebuild(batches(some(4))) == 4
    assert len(await names(index)) == 4


async def test_a_station_that_comes_twice_is_as_it_came_last(index: StationIndex) -> None:
    assert await index.rebuild(batches(some(2, "早"), [*some(1, "中"), *some(1, "晚")])) == 2
    assert await names(index) == {"s/000": "晚", "s/001": "早"}


async def test_who_asks_while_it_runs_never_finds_fewer(index: StationIndex) -> None:
    await index.put(some(40))
    ended = asyncio.Event()
    found: list[tuple[int, int, int]] = []

    async def ask() -> None:
        while not ended.is_set():
            hits = await index.near(HERE, 10_000, ANY, 1000)
            got = await index.get([hit.station_id for hit in hits])
            found.append((len(hits), len(got), len(await index.text("站", ANY, 1000))))
            await asyncio.sleep(0)

    asking = [asyncio.create_task(ask()) for _ in range(2)]
    for _ in range(3):
        await index.rebuild(batches(*(some(10, first=n) for n in range(0, 40, 10))))
    ended.set()
    await asyncio.gather(*asking)
    assert len(found) > 5
    assert set(found) == {(40, 40, 40)}


async def test_what_is_written_while_it_runs_is_kept(index: StationIndex) -> None:
    await index.put(some(10, "旧"))

    async def stations() -> AsyncIterator[Sequence[Station]]:
        await index.put(some(1, "写在前"))
        await index.remove(["s/001", "s/002"])
        yield some(4, "批")
        await index.put([*some(1, "写在后", first=2), *some(1, "多", first=50)])
        await index.remove(["s/003"])
        yield some(4, "批", first=3)  # brings s/003 again: its removal is newer
        assert (await names(index))["s/000"] == "写在前"  # in the old as well

    assert await index.rebuild(stations()) == 6
    assert await names(index) == {
        "s/000": "写在前",
        "s/002": "写在后",
        "s/004": "批",
        "s/005": "批",
        "s/006": "批",
        "s/050": "多",
    }


async def test_a_failure_on_the_way_leaves_the_old(index: StationIndex) -> None:
    await index.put(some(5, "旧"))

    async def breaks() -> AsyncIterator[Sequence[Station]]:
        yield some(2, "新")
        raise RuntimeError("the store went away")

    with pytest.raises(RuntimeError, match="went away"):
        await index.rebuild(breaks())
    assert set((await names(index)).values()) == {"旧"}
    assert await index.count() == 5
    await index.put(some(6, "后"))
    assert len(await names(index)) == 6
    assert await index.rebuild(batches(some(7, "再"))) == 7


async def test_a_rebuild_that_is_cancelled_leaves_the_old(index: StationIndex) -> None:
    await index.put(some(5, "旧"))
    begun = asyncio.Event()

    async def waits() -> AsyncIterator[Sequence[Station]]:
        yield some(2, "新")
        begun.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(index.rebuild(waits()))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert set((await names(index)).values()) == {"旧"}
    await index.put(some(1, "后"))
    assert len(await names(index)) == 5
