"""What only an index in another process can do: fail, be shared, and be refused."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence

import httpx
import pytest

from finder.errors import BadInput, IndexUnavailable
from finder.kernel.geo import Box, Point
from finder.stations.elastic import ElasticIndex
from finder.stations.filter import ANY
from finder.stations.model import Station
from tests.contract.index_engines import elastic_index, station
from tests.contract.test_station_index_rebuild import batches, names, some

HERE = Point(38.4, 112.7)
WORLD = Box(-90, -180, 90, 180)


async def test_every_question_says_so_when_the_node_is_gone() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    index = ElasticIndex(f"http://127.0.0.1:{port}")
    for question in (
        index.near(HERE, 1000, ANY, 10),
        index.box(WORLD, ANY, 10),
        index.clusters(WORLD, 3, ANY),
        index.text("站", ANY, 10),
        index.get(["s/1"]),
        index.put([station()]),
        index.remove(["s/1"]),
        index.rebuild(batches()),
        index.count(),
        index.ready(),
    ):
        with pytest.raises(IndexUnavailable) as gone:
            await question
        assert gone.value.code == "INDEX_UNAVAILABLE"
        assert gone.value.retryable
        assert "索引" in gone.value.zh
    await index.close()


@pytest.mark.slow
@pytest.mark.parametrize("says", [b"", b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 2\r\n\r\nhi"])
async def test_a_server_that_is_mute_or_something_else_is_given_up(says: bytes) -> None:
    talking: list[asyncio.Task[None]] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(says)
        await reader.read()  # until the client has had enough
        writer.close()
        await writer.wait_closed()

    def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talking.append(asyncio.create_task(talk(reader, writer)))

    server = await asyncio.start_server(meet, "127.0.0.1", 0)
    index = ElasticIndex(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    async with asyncio.timeout(20):
        with pytest.raises(IndexUnavailable):
            await index.count()
    await index.close()
    server.close()
    await asyncio.gather(*talking)
    assert talking


@pytest.mark.elastic
@pytest.mark.slow
async def test_two_processes_share_one_index(elastic_url: str) -> None:
    async with elastic_index(elastic_url) as ours:
        theirs = ElasticIndex(elastic_url, ours.name)
        await asyncio.gather(ours.put(some(3, "我")), theirs.put(some(3, "他", first=10)))
        assert len(await names(ours)) == len(await names(theirs)) == 6
        await theirs.put(some(1, "改"))
        assert (await names(ours))["s/000"] == "改"  # the hit tells that what was read before is old
        await theirs.close()


@pytest.mark.elastic
@pytest.mark.slow
async def test_another_process_writes_into_a_rebuild(elastic_url: str) -> None:
    async with elastic_index(elastic_url) as ours:
        theirs = ElasticIndex(elastic_url, ours.name)
        await ours.put(some(3, "旧"))

        async def stations() -> AsyncIterator[Sequence[Station]]:
            await theirs.remove(["s/001"])
            yield some(3, "批")
            await theirs.put(some(1, "他"))

        assert await ours.rebuild(stations()) == 2
        assert await names(theirs) == {"s/000": "他", "s/002": "批"}
        await theirs.close()


@pytest.mark.elastic
@pytest.mark.slow
async def test_a_rebuild_leaves_one_index_behind(elastic_url: str) -> None:
    async with elastic_index(elastic_url) as index, httpx.AsyncClient(base_url=elastic_url) as client:
        await index.put(some(3))
        await index.rebuild(batches(some(3)))
        with pytest.raises(ZeroDivisionError):
            await index.rebuild(batches(some(3), [1 / 0]))  # type: ignore[list-item]
        await index.rebuild(batches(some(4)))
        assert len((await client.get(f"/_alias/{index.name}-all")).json()) == 1
        assert len((await client.get(f"/_alias/{index.name}")).json()) == 1


@pytest.mark.elastic
@pytest.mark.slow
async def test_an_index_that_the_node_lost_is_begun_anew(elastic_url: str) -> None:
    async with elastic_index(elastic_url) as index, httpx.AsyncClient(base_url=elastic_url) as client:
        await index.put(some(3))
        for concrete in (await client.get(f"/_alias/{index.name}-all")).json():
            await client.delete(f"/{concrete}")
        assert await index.near(HERE, 1000, ANY, 10) == []
        await index.put(some(2))
        assert len(await names(index)) == 2


@pytest.mark.elastic
@pytest.mark.slow
async def test_more_tiles_than_one_answer_holds_are_all_counted(elastic_url: str) -> None:
    async with elastic_index(elastic_url) as index:
        await index.put(station(f"s/{n}", (30 + n // 60 / 10, 100 + n % 60 / 10)) for n in range(2_100))
        clusters = await index.clusters(WORLD, 22, ANY)
        assert len(clusters) == 2_100
        assert [c.tile for c in clusters] == sorted(c.tile for c in clusters)


@pytest.mark.elastic
@pytest.mark.slow
async def test_a_station_that_the_index_cannot_hold_is_named_and_the_others_are_in(elastic_url: str) -> None:
    async with elastic_index(elastic_url) as index:
        with pytest.raises(BadInput) as refused:
            await index.put([station("s/1"), station("s/x", operator="x" * 40_000), station("s/2")])
        assert refused.value.code == "INDEX_REFUSED"
        assert await index.box(WORLD, ANY, 10) == ["s/1", "s/2"]
        poisoned = [station("s/3"), station("s/x", operator="x" * 40_000)]
        assert await index.rebuild(batches(poisoned)) == 1


@pytest.mark.elastic
@pytest.mark.slow
async def test_what_a_swap_left_behind_goes_with_the_next_and_neighbours_stay(elastic_url: str) -> None:
    async with elastic_index(elastic_url) as ours, httpx.AsyncClient(base_url=elastic_url) as http:
        await ours.put(some(3))
        left, neighbour = f"{ours.name}-0123456789ab", f"{ours.name}-too-0123456789ab"
        for made in (left, neighbour):
            (await http.put(f"/{made}")).raise_for_status()
        try:
            assert await ours.rebuild(batches(some(5))) == 5
            assert (await http.head(f"/{left}")).status_code == 404
            assert (await http.head(f"/{neighbour}")).status_code == 200
            assert (await http.head(f"/{ours.name}-first")).status_code == 404
        finally:
            await http.delete(f"/{neighbour}")
