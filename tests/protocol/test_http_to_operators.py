"""The limits of HTTP to operators, each at it and one past it, against a raw server on loopback."""

import asyncio
import contextlib
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from finder.connectors.sdk.http import Answer, Caution, operator_client, send
from finder.errors import OperatorError, OperatorLied, OperatorRefused, OperatorUnavailable

pytestmark = pytest.mark.slow  # real deadlines are waited for

Write = Callable[[asyncio.StreamWriter], Awaitable[None]]
CAUTION = Caution(attempts=1, read_s=0.2, total_s=0.3, max_bytes=100)


@asynccontextmanager
async def serving(write: Write) -> AsyncIterator[str]:
    talks: set[asyncio.Task[None]] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        talks.add(task)
        with contextlib.suppress(ConnectionError):
            try:
                await reader.readuntil(b"\r\n\r\n")
                await write(writer)
            finally:
                writer.close()
                await writer.wait_closed()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await asyncio.wait_for(asyncio.gather(*talks, return_exceptions=True), 5)
        await server.wait_closed()


async def ask(write: Write) -> Answer:
    async with serving(write) as url, operator_client(url, CAUTION) as client:
        return await send(client, client.build_request("GET", "/"), "某充电", CAUTION)


def says(raw: bytes) -> Write:
    async def write(writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        await writer.drain()

    return write


def ok(body: bytes, *headers: bytes) -> Write:
    lines = [b"HTTP/1.1 200 OK", b"content-length: %d" % len(body), *headers]
    return says(b"\r\n".join(lines) + b"\r\n\r\n" + body)


async def test_a_body_of_the_most_bytes_is_taken_and_one_more_is_not() -> None:
    assert (await ask(ok(b"x" * 100))).body == b"x" * 100
    with pytest.raises(OperatorLied) as refused:
        await ask(ok(b"x" * 101))
    assert refused.value.code == "ANSWER_TOO_LARGE"


async def test_an_endless_body_is_cut() -> None:
    async def write(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x" * 64)
            await writer.drain()
            await asyncio.sleep(0)  # drain alone gives the reader no turn until the socket is full

    with pytest.raises(OperatorLied) as refused:
        await ask(write)
    assert refused.value.code == "ANSWER_TOO_LARGE"


async def test_compression_that_was_not_asked_for_is_refused_unread() -> None:
    with pytest.raises(OperatorLied) as refused:
        await ask(ok(gzip.compress(b"x"), b"content-encoding: gzip"))
    assert refused.value.code == "OPERATOR_COMPRESSES"
    assert (await ask(ok(b"x", b"content-encoding: identity"))).body == b"x"


async def test_a_drip_that_keeps_each_read_alive_still_ends() -> None:
    async def write(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(10):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    with pytest.raises(OperatorUnavailable) as refused:
        await ask(write)
    assert refused.value.code == "OPERATOR_TIMEOUT"


@pytest.mark.parametrize(
    ("raw", "kind", "code"),
    [
        (b"", OperatorUnavailable, "OPERATOR_BROKE_OFF"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx", OperatorUnavailable, "OPERATOR_BROKE_OFF"),
        (b"nonsense\r\n\r\n", OperatorUnavailable, "OPERATOR_BROKE_OFF"),
        (b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1/\r\n\r\n", OperatorLied, "OPERATOR_REDIRECTS"),
        (b"HTTP/1.1 403 No\r\n\r\n", OperatorRefused, "OPERATOR_REFUSED"),
        (b"HTTP/1.1 429 Slow\r\n\r\n", OperatorUnavailable, "OPERATOR_UNAVAILABLE"),
        (b"HTTP/1.1 499 No\r\n\r\n", OperatorRefused, "OPERATOR_REFUSED"),
        (b"HTTP/1.1 500 Oh\r\n\r\n", OperatorUnavailable, "OPERATOR_UNAVAILABLE"),
    ],
)
async def test_foreign_errors_become_ours_once_and_name_the_operator(
    raw: bytes, kind: type[OperatorError], code: str
) -> None:
    with pytest.raises(OperatorError) as refused:
        await ask(says(raw))
    assert (type(refused.value), refused.value.code) == (kind, code)
    assert "某充电" in refused.value.zh
