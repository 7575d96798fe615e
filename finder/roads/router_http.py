"""HTTP to a routing service: deadlines, a byte cap, no redirects, a breaker, and one mapping of foreign errors.

A driver waits for the answer, so that nothing is repeated; a service that keeps failing is left alone for a while.
No error keeps its cause: the address that stands in it holds the key and where somebody is going.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import httpx
import msgspec

from finder.errors import FinderError, RouterError, RouterLied, RouterUnavailable
from finder.kernel.breaker import Breaker, BreakerLimits

T = TypeVar("T")
_BUSY = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class Patience:
    """How far a router may hold us up; times in seconds. `total_s` bounds the whole, body included."""

    connect_s: float = 3.0
    total_s: float = 10.0
    max_bytes: int = 8 * 1024 * 1024
    connections: int = 8


class RouterCaller:
    """Asks one service, by its name as people know it."""

    def __init__(
        self,
        name: str,
        base_url: str,
        patience: Patience | None = None,
        limits: BreakerLimits | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name, self._patience, self._clock = name, patience or Patience(), clock
        self._breaker = Breaker(limits or BreakerLimits(pause_max_s=120.0))
        connections = self._patience.connections
        self._client = httpx.AsyncClient(
            base_url=base_url,
            headers={"accept-encoding": "identity", "user-agent": "charging-finder"},
            timeout=httpx.Timeout(self._patience.total_s, connect=self._patience.connect_s),
            limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
            follow_redirects=False,
            trust_env=False,
        )

    async def get(self, path: str, params: Mapping[str, str], kind: type[T], read: Callable[[T], object]) -> T:
        """The answer, as that type. `read` looks into it and raises what it says.

        Raises RouterUnavailable, RouterRefused, RouterLied, and whatever `read` raises.
        """
        if not self._breaker.allow(self._clock()):
            raise RouterUnavailable(
                f"{self.name}连续失败，暂停使用，请稍后重试",
                f"{self.name} failed several times and is left alone for now: try again later",
                code="ROUTER_PAUSED",
            )
        try:
            told = self._decoded(await self._body(path, params), kind)
            read(told)
        except RouterError:
            self._breaker.failed(self._clock())
            raise
        except FinderError:  # it answered well: there is no such route
            self._breaker.succeeded()
            raise
        except BaseException:
            self._breaker.abandoned(self._clock())
            raise
        self._breaker.succeeded()
        return told

    async def close(self) -> None:
        """Closes its connections."""
        await self._client.aclose()

    async def _body(self, path: str, params: Mapping[str, str]) -> bytes:
        try:
            async with asyncio.timeout(self._patience.total_s):
                async with self._client.stream("GET", path, params=params) as answer:
                    self._judge(answer)
                    return await self._read(answer)
        except (TimeoutError, httpx.TimeoutException):
            raise RouterUnavailable(
                f"{self.name}未在时限内应答，请稍后重试",
                f"{self.name} did not answer in time: try again later",
                code="ROUTER_TIMEOUT",
            ) from None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise RouterUnavailable(
                f"无法连接{self.name}，请稍后重试", f"{self.name} cannot be reached: try again later"
            ) from None

    def _judge(self, answer: httpx.Response) -> None:
        """A 4xx may hold what was wrong in its body, and passes."""
        if answer.status_code >= 500 or answer.status_code in _BUSY:
            raise RouterUnavailable(
                f"{self.name}暂时不可用（HTTP {answer.status_code}），请稍后重试",
                f"{self.name} is not available now (HTTP {answer.status_code}): try again later",
            )
        if 300 <= answer.status_code < 400:
            raise self.lied("要求跳转，不予跟随", "redirects, which is not followed")
        if answer.headers.get("content-encoding", "identity").lower() != "identity":
            raise self.lied("未经请求压缩了应答", "compressed its answer unasked")

    async def _read(self, answer: httpx.Response) -> bytes:
        body = bytearray()
        async for chunk in answer.aiter_raw():
            body += chunk
            if len(body) > self._patience.max_bytes:
                raise self.lied(
                    f"的应答超过 {self._patience.max_bytes} 字节",
                    f"answered with over {self._patience.max_bytes} bytes",
                )
        return bytes(body)

    def _decoded(self, body: bytes, kind: type[T]) -> T:
        try:
            return msgspec.json.decode(body, type=kind)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            raise self.lied("的应答无法解析", "sent an answer that cannot be read") from None

    def lied(self, zh: str, en: str) -> RouterLied:
        """That the service breaks its own protocol."""
        return RouterLied(f"{self.name}{zh}", f"{self.name} {en}")
