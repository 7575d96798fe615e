"""graphql-transport-ws: operations over a WebSocket, each a task, bounded in number and in patience."""

import asyncio
from collections.abc import Mapping
from typing import Any

import orjson
import structlog
from starlette.types import Message, Receive, Scope, Send

from finder.errors import Busy, FinderError
from finder.graphql.documents import Refused
from finder.graphql.execution import Asked, Executor, as_asked
from finder.graphql.http import Seats
from finder.graphql.requests import MAX_BODY, read_head
from finder.graphql.trouble import all_shown
from finder.identity.asker import Asker

log = structlog.get_logger(__name__)

PROTOCOL = "graphql-transport-ws"
MAX_OPERATIONS = 20
INIT_TIMEOUT_S = 10.0
IDLE_TIMEOUT_S = 300.0  # of a socket that follows nothing
MAX_ID = 128


class Closed(Exception):
    """The socket must be closed, with that code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Dropped(Exception):
    """The client has gone without a word: there is nobody to tell anything."""


class WebSocketEndpoint:
    """An ASGI application for one path."""

    def __init__(self, executor: Executor, seats: Seats, *, init_timeout_s: float = INIT_TIMEOUT_S) -> None:
        self._executor = executor
        self._seats = seats
        self._init_timeout_s = init_timeout_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one socket until it closes."""

        async def tell(message: Message) -> None:
            try:
                await send(message)
            except (OSError, RuntimeError) as gone:  # the server's words for a socket that is closed
                raise Dropped from gone

        try:
            await self._serve(scope, receive, tell)
        except Dropped:
            log.info("socket_dropped", path=scope["path"])

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (await receive())["type"] != "websocket.connect":
            return
        offered = PROTOCOL in scope.get("subprotocols", ())
        await send({"type": "websocket.accept", "subprotocol": PROTOCOL if offered else None})
        try:
            if not offered:
                raise Closed(4406, "Subprotocol not acceptable")
            with self._seats.taken():
                language = read_head(scope["headers"]).language
                socket = _Socket(self._executor, receive, send, language, scope)
                await socket.serve(self._init_timeout_s)
        except Busy as busy:
            await send({"type": "websocket.close", "code": 1013, "reason": busy.en})
        except Closed as closed:
            await send({"type": "websocket.close", "code": closed.code, "reason": closed.reason})


class _Socket:
    def __init__(self, executor: Executor, receive: Receive, send: Send, language: str, scope: Scope) -> None:
        self._executor = executor
        self._receive = receive
        self._send = send
        self._language = language
        self._scope = scope
        self._asker = Asker(scope)
        self._ready = False
        self._running: dict[str, asyncio.Task[None]] = {}

    async def serve(self, init_timeout_s: float) -> None:
        """Reads until the client leaves. Raises Closed, and Dropped where it left without a word."""
        try:
            while True:
                limit = init_timeout_s if not self._ready else None if self._running else IDLE_TIMEOUT_S
                try:
                    async with asyncio.timeout(limit):
                        message = await self._receive()
                except TimeoutError:
                    if self._running:  # something was asked for just as the time ran out
                        continue
                    raise Closed(
                        4408, "Idle for too long" if self._ready else "Connection initialisation timeout"
                    ) from None
                if message["type"] == "websocket.disconnect":
                    if _without_a_word(message):
                        raise Dropped
                    return
                await self._take(_decoded(message))
        finally:
            running = list(self._running.values())
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def _take(self, message: dict[str, Any]) -> None:
        match message.get("type"):
            case "connection_init":
                if self._ready:
                    raise Closed(4429, "Too many initialisation requests")
                self._ready = True
                self._asker = _asker(message, self._scope)
                await self._tell(b'{"type":"connection_ack"}')
            case "ping":
                await self._tell(b'{"type":"pong"}')
            case "pong":
                pass
            case "subscribe":
                await self._subscribe(message)
            case "complete":
                task = self._running.pop(_id(message), None)
                if task is not None:
                    task.cancel()
            case _:
                raise Closed(4400, "Unknown message type")

    async def _subscribe(self, message: dict[str, Any]) -> None:
        if not self._ready:
            raise Closed(4401, "Unauthorized")
        name = _id(message)
        if name in self._running:
            raise Closed(4409, f"Subscriber for {name} already exists")
        if len(self._running) >= MAX_OPERATIONS:
            busy = Busy(
                f"一个连接最多同时进行 {MAX_OPERATIONS} 个操作",
                f"a socket may run at most {MAX_OPERATIONS} operations at once",
                code="TOO_MANY_OPERATIONS",
            )
            await self._fail(name, busy)
            return
        try:
            asked = as_asked(message.get("payload"))
        except FinderError as bad:
            raise Closed(4400, bad.en) from bad
        self._running[name] = asyncio.create_task(self._run(name, asked))

    async def _run(self, name: str, asked: Asked) -> None:
        mark = orjson.dumps(name)
        try:
            await self._answer(name, mark, asked)
        except Dropped:  # whoever reads the socket hears of it too, and tells
            pass
        finally:
            if self._running.get(name) is asyncio.current_task():
                del self._running[name]

    async def _answer(self, name: str, mark: bytes, asked: Asked) -> None:
        try:
            operation = self._executor.prepare(asked)
            async for answer in self._executor.follow(operation, asked, self._language, self._asker):
                await self._tell(b'{"id":' + mark + b',"type":"next","payload":' + answer + b"}")
            await self._tell(b'{"id":' + mark + b',"type":"complete"}')
        except Dropped:
            raise
        except (Refused, FinderError) as bad:
            await self._fail(name, *(bad.errors if isinstance(bad, Refused) else [bad]))
        except Exception as unexpected:
            await self._fail(name, unexpected)

    async def _fail(self, name: str, *errors: Exception) -> None:
        payload = all_shown(errors, self._language)
        await self._tell(orjson.dumps({"id": name, "type": "error", "payload": payload}))

    async def _tell(self, text: bytes) -> None:
        await self._send({"type": "websocket.send", "text": text.decode()})


def _asker(message: dict[str, Any], scope: Scope) -> Asker:
    """By the payload's `authorization`, since a browser's socket has no headers of its own; else by the header."""
    payload = message.get("payload")
    given = payload.get("authorization") if isinstance(payload, dict) else None
    return Asker(scope, given if isinstance(given, str) else None)


def _without_a_word(message: Mapping[str, Any]) -> bool:
    """Whether no close frame came: then the server gives no reason, not even an empty one."""
    return message.get("code") in (1005, 1006) and "reason" not in message


def _id(message: dict[str, Any]) -> str:
    name = message.get("id")
    if not isinstance(name, str) or not 1 <= len(name) <= MAX_ID:
        raise Closed(4400, "id must be a string of 1 to 128 characters")
    return name


def _decoded(message: Any) -> dict[str, Any]:
    text = message.get("text")
    if text is None or len(text) > MAX_BODY:
        raise Closed(4400, f"Send text of at most {MAX_BODY} characters")
    try:
        given = orjson.loads(text)
    except orjson.JSONDecodeError:
        given = None
    if not isinstance(given, dict):
        raise Closed(4400, "Send a JSON object")
    return given
