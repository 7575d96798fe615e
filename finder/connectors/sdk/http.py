"""HTTP to operators: deadlines, byte caps, no redirects, jittered retries, and one mapping of foreign errors."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

import httpx
import stamina

from finder.errors import FinderError, OperatorError, OperatorLied, OperatorRefused, OperatorUnavailable

T = TypeVar("T")
_RETRY_STATUSES = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class Caution:
    """How far one operator may hold us up. Times in seconds; `total_s` bounds one attempt, body included."""

    connect_s: float = 5.0
    read_s: float = 10.0
    total_s: float = 30.0
    max_bytes: int = 8 * 1024 * 1024
    connections: int = 8
    attempts: int = 3
    wait_initial_s: float = 0.2
    wait_max_s: float = 3.0
    wait_jitter_s: float = 0.5


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back with a status below 300."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def operator_client(
    base_url: str,
    caution: Caution | None = None,
    headers: Mapping[str, str] | None = None,
    *,
    transport: httpx.AsyncBaseTransport | None = None,
) -> httpx.AsyncClient:
    """A client for one operator: its own connections, no redirects, no proxies from the environment.

    `transport` stands between the client and the network: a recorder, or a recording.
    """
    caution = caution or Caution()
    return httpx.AsyncClient(
        base_url=base_url,
        headers={"accept-encoding": "identity", "user-agent": "charging-finder", **(headers or {})},
        timeout=httpx.Timeout(caution.read_s, connect=caution.connect_s, pool=caution.total_s),
        transport=transport or operator_transport(caution),
        follow_redirects=False,
        trust_env=False,
    )


def operator_transport(caution: Caution) -> httpx.AsyncHTTPTransport:
    """The way to one operator's platform over the network."""
    limits = httpx.Limits(max_connections=caution.connections, max_keepalive_connections=caution.connections)
    return httpx.AsyncHTTPTransport(verify=_trusted_authorities(), limits=limits, trust_env=False)


@cache
def _trusted_authorities() -> ssl.SSLContext:
    """Read once: it takes longer than everything else about a client."""
    return httpx.create_ssl_context(trust_env=False)


async def send(client: httpx.AsyncClient, request: httpx.Request, operator: str, caution: Caution) -> Answer:
    """One attempt. Raises OperatorUnavailable, OperatorRefused or OperatorLied, which name the operator."""
    try:
        async with asyncio.timeout(caution.total_s):
            answer = await client.send(request, stream=True)
            try:
                _judge(answer, operator)
                return Answer(answer.status_code, answer.headers, await _read(answer, operator, caution.max_bytes))
            finally:
                await answer.aclose()
    except (TimeoutError, httpx.TimeoutException) as late:
        raise OperatorUnavailable(
            f"{operator}的平台未在时限内应答，稍后自动重试",
            f"{operator}'s platform did not answer in time; it is asked again later",
            code="OPERATOR_TIMEOUT",
        ) from late
    except httpx.RemoteProtocolError as broken:
        raise OperatorUnavailable(
            f"{operator}的平台中断了应答，稍后自动重试",
            f"{operator}'s platform broke off its answer; it is asked again later",
            code="OPERATOR_BROKE_OFF",
        ) from broken
    except httpx.HTTPError as failed:
        raise OperatorUnavailable(
            f"无法连接{operator}的平台，稍后自动重试",
            f"{operator}'s platform cannot be reached; it is asked again later",
            code="OPERATOR_UNREACHABLE",
        ) from failed


def not_sent(error: OperatorError) -> bool:
    """Whether the request certainly never left this machine, so that a command may be given again."""
    return isinstance(error.__cause__, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)


def _judge(answer: httpx.Response, operator: str) -> None:
    status = answer.status_code
    if status >= 500 or status in _RETRY_STATUSES:
        raise OperatorUnavailable(
            f"{operator}的平台暂时不可用（HTTP {status}）",
            f"{operator}'s platform is not available now (HTTP {status})",
        )
    if status >= 400:
        raise OperatorRefused(
            f"{operator}的平台拒绝了请求（HTTP {status}），请核对地址与凭证",
            f"{operator}'s platform refused the request (HTTP {status}): check the address and the credentials",
            code="OPERATOR_HAS_NONE" if status == 404 else None,
        )
    if status >= 300:
        raise OperatorLied(
            f"{operator}的平台要求跳转（HTTP {status}），不予跟随，请改用最终地址",
            f"{operator}'s platform redirects (HTTP {status}), which is not followed: set the final address",
            code="OPERATOR_REDIRECTS",
        )


async def _read(answer: httpx.Response, operator: str, max_bytes: int) -> bytes:
    # Compression was not asked for, and a few kilobytes could unfold into gigabytes.
    if answer.headers.get("content-encoding", "identity").lower() != "identity":
        raise OperatorLied(
            f"{operator}的平台未经请求压缩了应答",
            f"{operator}'s platform compressed its answer unasked",
            code="OPERATOR_COMPRESSES",
        )
    body = bytearray()
    async for chunk in answer.aiter_raw():
        body += chunk
        if len(body) > max_bytes:
            raise OperatorLied(
                f"{operator}的应答超过 {max_bytes} 字节",
                f"{operator}'s answer is over {max_bytes} bytes",
                code="ANSWER_TOO_LARGE",
            )
    return bytes(body)


async def retrying(caution: Caution, attempt: Callable[[], Awaitable[T]]) -> T:
    """Repeats what may succeed later, after growing and jittered waits; any other error passes at once."""
    caller = stamina.AsyncRetryingCaller(
        attempts=caution.attempts,
        timeout=caution.total_s * caution.attempts,
        wait_initial=caution.wait_initial_s,
        wait_max=caution.wait_max_s,
        wait_jitter=caution.wait_jitter_s,
    )
    return await caller(_retryable, attempt)


def _retryable(error: Exception) -> bool:
    return isinstance(error, FinderError) and error.retryable
