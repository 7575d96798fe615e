"""JSON over HTTP to one operator: signed, within a budget, repeated where that helps, read into typed forms."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from time import monotonic
from typing import Any, TypeVar

import httpx
import msgspec

from finder.connectors.sdk.http import Caution, retrying, send
from finder.connectors.sdk.kinds import Workbench
from finder.errors import OperatorLied

T = TypeVar("T")
P = TypeVar("P")
Sign = Callable[[httpx.Request], None]
MAX_PAGES = 5_000


class Budget:
    """At most `requests` begun within any `per_s` seconds; whoever comes too early waits for his turn."""

    def __init__(self, requests: int = 600, per_s: float = 60.0) -> None:
        if requests < 1 or per_s <= 0:
            raise ValueError("a budget has at least one request, and seconds above 0")
        self._begun: deque[float] = deque(maxlen=requests)
        self._per_s, self._gate = per_s, asyncio.Lock()

    async def turn(self) -> None:
        """Returns when one more request may begin."""
        async with self._gate:
            if len(self._begun) == self._begun.maxlen:
                await asyncio.sleep(max(0.0, self._begun[0] + self._per_s - monotonic()))
            self._begun.append(monotonic())


def unsigned(_: httpx.Request) -> None:
    """Signs nothing."""


class RestClient:
    """Speaks to one operator, who is called `operator` in every error.

    `sign` puts its headers on the request; it is called for each attempt, so a time or a nonce is always fresh.
    """

    def __init__(
        self,
        base_url: str,
        operator: str,
        bench: Workbench,
        *,
        sign: Sign = unsigned,
        caution: Caution | None = None,
        budget: Budget | None = None,
    ) -> None:
        self.operator = operator
        self._caution, self._budget = caution or Caution(), budget or Budget()
        self._sign = sign
        self._http = bench.client(base_url, self._caution)

    async def get(self, form: type[T], path: str, query: Mapping[str, str] | None = None) -> T:
        """GET below the base URL, repeated where that may help. Raises OperatorError."""
        return await retrying(self._caution, lambda: self._once(form, "GET", path, query, None))

    async def post(self, form: type[T], path: str, body: object, *, repeatable: bool = False) -> T:
        """POST a JSON body; repeated only where the operator takes the same message twice. Raises OperatorError."""
        if not repeatable:
            return await self._once(form, "POST", path, None, body)
        return await retrying(self._caution, lambda: self._once(form, "POST", path, None, body))

    async def close(self) -> None:
        """Lets go of connections."""
        await self._http.aclose()

    async def _once(self, form: type[T], method: str, path: str, query: Mapping[str, str] | None, body: object) -> T:
        await self._budget.turn()
        content = None if body is None else msgspec.json.encode(body)
        headers = {"accept": "application/json"} | ({"content-type": "application/json"} if content else {})
        request = self._http.build_request(method, path, params=query, content=content, headers=headers)
        self._sign(request)
        answer = await send(self._http, request, self.operator, self._caution)
        try:
            return msgspec.json.decode(answer.body, type=form)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as bad:
            # msgspec names the field and the type that it found, never a value.
            raise OperatorLied(
                f"{self.operator}的应答 {path} 无法读取：{bad}",
                f"{self.operator}'s answer to {path} cannot be read: {bad}",
                code="ANSWER_UNREADABLE",
            ) from bad


async def pages(
    first: P, ask: Callable[[P], Awaitable[tuple[T, P | None]]], operator: str, *, limit: int = MAX_PAGES
) -> AsyncIterator[T]:
    """Page after page: `ask` takes a page's number or cursor and returns the page and the next one, None at the end.

    Raises OperatorLied where a page is named that was there before, or where there is no end within `limit`.
    """
    seen: set[Any] = set()
    here: P | None = first
    while here is not None:
        if here in seen:
            raise OperatorLied(
                f"{operator}的分页回到了第 {here} 页",
                f"{operator}'s pages lead back to {here}",
                code="PAGE_REPEATED",
            )
        if len(seen) >= limit:
            raise OperatorLied(
                f"{operator}的分页超过 {limit} 页仍未结束",
                f"{operator}'s pages do not end within {limit}",
                code="PAGES_WITHOUT_END",
            )
        seen.add(here)
        page, here = await ask(here)
        yield page
