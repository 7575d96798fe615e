"""GraphQL over HTTP and over server-sent events, straight on ASGI."""

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Any

from graphql import OperationType
from starlette.types import Receive, Scope, Send

from finder.errors import BadInput, Busy, FinderError
from finder.graphql.documents import Operation, Refused
from finder.graphql.execution import Answer, Asked, Executor
from finder.graphql.requests import (
    EVENTS,
    GRAPHQL_JSON,
    JSON,
    Gone,
    Head,
    HttpError,
    answer_type,
    asked_by_get,
    asked_by_post,
    read_head,
)
from finder.identity.asker import Asker

KEEP_ALIVE_S = 12.0


class Seats:
    """How many long connections there may be at once."""

    def __init__(self, most: int) -> None:
        self._free = most

    @contextlib.contextmanager
    def taken(self) -> Iterator[None]:
        """One of them, while the block runs. Raises Busy."""
        if self._free <= 0:
            raise Busy("实时连接已满，请稍后再试", "all live connections are taken: try again later")
        self._free -= 1
        try:
            yield
        finally:
            self._free += 1


class HttpEndpoint:
    """An ASGI application for one path: queries by GET and POST, and streams of events where they are accepted."""

    def __init__(self, executor: Executor, seats: Seats, *, always_events: bool = False) -> None:
        self._executor = executor
        self._seats = seats
        self._always_events = always_events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request, whatever it is."""
        head = read_head(scope["headers"])
        kind = EVENTS if self._always_events else answer_type(head.accept)
        form = JSON if kind is None or kind == EVENTS else kind
        method = scope["method"]
        try:
            if method == "POST":
                asked = await asked_by_post(head, receive)
            elif method == "GET":
                asked = asked_by_get(scope["query_string"])
            else:
                raise HttpError(405, "METHOD", "请使用 GET 或 POST", "use GET or POST")
            if kind is None:
                raise HttpError(406, "NOT_ACCEPTABLE", f"可接受 {JSON} 或 {EVENTS}", f"accept {JSON} or {EVENTS}")
        except Gone:
            return
        except FinderError as bad:
            status = bad.status if isinstance(bad, HttpError) else bad.http_status
            await _send(send, self._executor.refuse(bad, head.language).body, form, status)
            return
        try:
            operation = self._executor.prepare(asked)
            self._check_kind(operation, method, kind)
            if kind == EVENTS:
                with self._seats.taken():
                    await self._stream(operation, asked, head, scope, receive, send)
                return
            answer = await self._executor.answer(operation, asked, head.language, Asker(scope))
        except HttpError as bad:
            await _send(send, self._executor.refuse(bad, head.language).body, form, bad.status)
            return
        except (Refused, FinderError) as bad:
            answer = self._executor.refuse(bad, head.language)
        await _send(send, answer.body, form, _status(answer, strict=kind != JSON))

    def _check_kind(self, operation: Operation, method: str, kind: str) -> None:
        if operation.kind is OperationType.MUTATION and method == "GET":
            raise HttpError(405, "METHOD", "请使用 POST", "use POST")
        if operation.kind is OperationType.SUBSCRIPTION and kind != EVENTS:
            raise BadInput(
                f"订阅请使用 WebSocket 或 Accept: {EVENTS}",
                f"subscribe over WebSocket or with Accept: {EVENTS}",
                code="SUBSCRIPTION_TRANSPORT",
            )

    async def _stream(
        self, operation: Operation, asked: Asked, head: Head, scope: Scope, receive: Receive, send: Send
    ) -> None:
        headers = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        answers = self._executor.follow(operation, asked, head.language, Asker(scope))
        gone = asyncio.ensure_future(_until_gone(receive))
        coming: asyncio.Future[bytes] | None = None
        try:
            while True:
                coming = coming or asyncio.ensure_future(anext(answers))
                waiting: set[asyncio.Future[Any]] = {coming, gone}
                await asyncio.wait(waiting, timeout=KEEP_ALIVE_S, return_when=asyncio.FIRST_COMPLETED)
                if gone.done():
                    return
                if not coming.done():
                    await _event(send, b":\n\n")  # a comment, so that nothing on the way thinks the stream dead
                    continue
                try:
                    await _event(send, b"event: next\ndata: " + coming.result() + b"\n\n")
                except StopAsyncIteration:
                    break
                coming = None
            await send({"type": "http.response.body", "body": b"event: complete\ndata:\n\n", "more_body": False})
        finally:
            gone.cancel()
            if coming is not None:
                coming.cancel()
                await asyncio.wait({coming})
            await answers.aclose()


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _event(send: Send, event: bytes) -> None:
    await send({"type": "http.response.body", "body": event, "more_body": True})


def _status(answer: Answer, *, strict: bool) -> int:
    """By GraphQL over HTTP: a request at fault is a 400 to those who know the media type, and a 200 to others."""
    if answer.ran:
        return 200
    if answer.error is not None and answer.error.http_status >= 429:
        return answer.error.http_status
    return 400 if strict else 200


_CONTENT_TYPES = {
    JSON: b"application/json; charset=utf-8",
    GRAPHQL_JSON: b"application/graphql-response+json; charset=utf-8",
}


async def _send(send: Send, body: bytes, form: str, status: int) -> None:
    headers = [
        (b"content-type", _CONTENT_TYPES[form]),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
        (b"vary", b"accept, accept-language"),
    ]
    if status == 405:
        headers.append((b"allow", b"GET, POST"))
    if status == 413:
        headers.append((b"connection", b"close"))  # or the rest of the body would be read for nothing
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
