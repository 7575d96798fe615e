"""The limits of HTTP to payment channels, each at it and one past it, against a raw server on loopback."""

import asyncio
import gzip

import pytest

from finder.connectors.sdk.http import Caution
from finder.errors import ChannelLied, ChannelUnavailable
from finder.money.channels.http import ChannelAnswer, channel_client, send
from tests.protocol.test_http_to_operators import Write, ok, says, serving

pytestmark = pytest.mark.slow  # real deadlines are waited for
CAUTION = Caution(attempts=1, read_s=0.5, total_s=0.8, max_bytes=100)


async def ask(write: Write, max_bytes: int | None = None) -> ChannelAnswer:
    async with serving(write) as url, channel_client(url, CAUTION) as client:
        async with asyncio.timeout(1.5):  # past every deadline of ours
            return await send(client, client.build_request("GET", "/"), "微信支付", CAUTION, max_bytes=max_bytes)


def status(code: int, body: bytes = b"") -> Write:
    return says(b"HTTP/1.1 %d x\r\ncontent-length: %d\r\n\r\n%s" % (code, len(body), body))


@pytest.mark.parametrize("most", [100, 7])
async def test_a_body_of_the_most_bytes_is_taken_and_one_more_is_not(most: int) -> None:
    assert (await ask(ok(b"x" * most), most)).body == b"x" * most
    with pytest.raises(ChannelLied) as lied:
        await ask(ok(b"x" * (most + 1)), most)
    assert lied.value.code == "ANSWER_TOO_LARGE"


async def test_a_refusal_is_the_callers_to_read() -> None:
    for code in (400, 401, 403, 404, 409):
        answer = await ask(status(code, b"why"))
        assert (answer.status, answer.body) == (code, b"why")


async def test_trouble_at_the_channel_leaves_the_outcome_open() -> None:
    for code in (408, 425, 429, 500, 502, 503, 504):
        with pytest.raises(ChannelUnavailable) as away:
            await ask(status(code))
        assert away.value.retryable


async def test_a_redirect_is_not_followed_and_compression_not_unfolded() -> None:
    with pytest.raises(ChannelLied) as lied:
        await ask(says(b"HTTP/1.1 302 x\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 0\r\n\r\n"))
    assert lied.value.code == "CHANNEL_REDIRECTS"
    with pytest.raises(ChannelLied) as lied:
        await ask(ok(gzip.compress(b"x"), b"content-encoding: gzip"))
    assert lied.value.code == "CHANNEL_COMPRESSES"


async def test_silence_broken_answers_and_slow_bodies_end_in_time() -> None:
    async def silent(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(2)

    async def slow(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 90\r\n\r\n")
        for _ in range(20):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.1)

    cut = says(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx")
    for write in (silent, slow, cut, says(b""), says(b"garbage\r\n\r\n")):
        with pytest.raises(ChannelUnavailable):
            await ask(write)


async def test_a_channel_that_is_not_there_is_unavailable() -> None:
    async with channel_client("http://127.0.0.1:9", CAUTION) as client:
        with pytest.raises(ChannelUnavailable):
            await send(client, client.build_request("GET", "/"), "微信支付", CAUTION)
