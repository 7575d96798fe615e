"""HTTP to payment channels: one attempt with a deadline and a byte cap, and one mapping of foreign errors.

Nothing is repeated here: whoever asked repeats it with the same number, after writing down that it may have happened.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

import httpx

from finder.connectors.sdk.http import Caution, operator_client
from finder.errors import ChannelLied, ChannelUnavailable

CAUTION = Caution(connect_s=5.0, read_s=15.0, total_s=20.0, max_bytes=1024 * 1024, attempts=1)
BILL_BYTES = 64 * 1024 * 1024
channel_client = operator_client


@dataclass(frozen=True, slots=True)
class ChannelAnswer:
    """What came back, with any status below 500."""

    status: int
    headers: Mapping[str, str]
    body: bytes


async def send(
    client: httpx.AsyncClient,
    request: httpx.Request,
    channel: str,
    caution: Caution = CAUTION,
    *,
    auth: httpx.Auth | None = None,
    max_bytes: int | None = None,
) -> ChannelAnswer:
    """One attempt. Raises ChannelUnavailable or ChannelLied, which name the channel; a refusal is the caller's to read.

    Every error here leaves open whether the effect took place.
    """
    try:
        async with asyncio.timeout(caution.total_s):
            answer = await client.send(request, stream=True, auth=auth)
            try:
                _judge(answer, channel)
                body = await _read(answer, channel, caution.max_bytes if max_bytes is None else max_bytes)
            finally:
                await answer.aclose()
    except (TimeoutError, httpx.TimeoutException) as late:
        raise ChannelUnavailable(
            f"{channel}未在时限内应答，结果未知，将以同一编号重试",
            f"{channel} did not answer in time: the outcome is unknown, and it is asked again under the same number",
            code="CHANNEL_TIMEOUT",
        ) from late
    except httpx.HTTPError as failed:
        raise ChannelUnavailable(
            f"与{channel}的连接中断，结果未知，将以同一编号重试",
            f"the connection to {channel} failed: the outcome is unknown, and it is asked again under the same number",
            code="CHANNEL_UNREACHABLE",
        ) from failed
    return ChannelAnswer(answer.status_code, answer.headers, body)


def _judge(answer: httpx.Response, channel: str) -> None:
    status = answer.status_code
    if status >= 500 or status in (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS):
        raise ChannelUnavailable(
            f"{channel}暂时不可用（HTTP {status}），将以同一编号重试",
            f"{channel} is not available now (HTTP {status}); it is asked again under the same number",
        )
    if 300 <= status < 400:
        raise ChannelLied(
            f"{channel}要求跳转（HTTP {status}），不予跟随，请核对地址",
            f"{channel} redirects (HTTP {status}), which is not followed: check the address",
            code="CHANNEL_REDIRECTS",
        )


async def _read(answer: httpx.Response, channel: str, max_bytes: int) -> bytes:
    if answer.headers.get("content-encoding", "identity").lower() != "identity":
        raise ChannelLied(
            f"{channel}未经请求压缩了应答", f"{channel} compressed its answer unasked", code="CHANNEL_COMPRESSES"
        )
    body = bytearray()
    async for chunk in answer.aiter_raw():
        body += chunk
        if len(body) > max_bytes:
            raise ChannelLied(
                f"{channel}的应答超过 {max_bytes} 字节",
                f"{channel}'s answer is over {max_bytes} bytes",
                code="ANSWER_TOO_LARGE",
            )
    return bytes(body)
