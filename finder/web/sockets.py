"""WebSockets that operators' devices open to us."""

import asyncio
import ipaddress
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress

import orjson
import structlog
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.types import Receive, Scope, Send

from finder.connectors.sdk.ports import OperatorSocket
from finder.errors import FinderError

Serve = Callable[[str, OperatorSocket], Awaitable[None]]
_GOING = frozenset({1012, 1001})  # how the server ends a socket when the process stops
_FORWARDED = frozenset({"forwarded", "via", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-real-ip"})
_GONE_S = 1.0
_JSON = {"content-type": "application/json; charset=utf-8", "cache-control": "no-store"}
log = structlog.get_logger(__name__)


class AsgiSocket:
    """One socket as an OperatorSocket."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self.path: str = scope["path_params"]["path"].strip("/")
        self.headers: Mapping[str, str] = {n.decode("latin-1"): v.decode("latin-1") for n, v in scope["headers"]}
        self.subprotocols: Sequence[str] = list(scope.get("subprotocols", ()))
        # A proxy on this machine that does not say for whom it asks is no peer of this machine.
        near = _here(scope.get("client")) and not _FORWARDED & self.headers.keys()
        self.private = scope.get("scheme") == "wss" or near
        self.we_go = False
        self._open, self._ended, self._gone = False, False, False

    @property
    def lost(self) -> bool:
        """Whether it went before it was accepted; of one that was, whoever serves it tells."""
        return self._gone and not self._open

    async def connect(self) -> None:
        """Waits for the server to hand it over."""
        await self._receive()

    async def refuse(self, http_status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> None:
        """See OperatorSocket."""
        if self._open or self._ended:
            return
        self._ended = True
        told = [(n.lower().encode(), v.encode("latin-1")) for n, v in (headers or {}).items()]
        told.append((b"content-length", str(len(body)).encode()))
        await self._say({"type": "websocket.http.response.start", "status": http_status, "headers": told})
        await self._say({"type": "websocket.http.response.body", "body": body})
        # uvicorn takes an application that returns before the connection is gone for a faulty one, and says so loudly.
        with suppress(TimeoutError):
            async with asyncio.timeout(_GONE_S):
                for _ in range(2):  # one for the refusal, one for the connection
                    await self._receive()

    async def accept(self, subprotocol: str | None = None) -> None:
        """See OperatorSocket."""
        await self._say({"type": "websocket.accept", "subprotocol": subprotocol})
        self._open = True

    async def receive(self) -> str | bytes | None:
        """See OperatorSocket."""
        if self._ended:
            return None
        message = await self._receive()
        if message["type"] == "websocket.disconnect":
            self._ended = True
            self.we_go = message.get("code") in _GOING and not message.get("reason")
            return None
        text: str | bytes | None = message.get("text")
        return message["bytes"] if text is None else text

    async def send(self, text: str) -> None:
        """See OperatorSocket."""
        if self._ended:
            raise ConnectionError("the socket is closed")
        await self._say({"type": "websocket.send", "text": text})

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """See OperatorSocket."""
        if not self._ended:
            self._ended = True
            await self._say({"type": "websocket.close", "code": code, "reason": reason})

    async def _say(self, message: dict[str, object]) -> None:
        try:
            await self._send(message)
        except (OSError, RuntimeError) as gone:  # the server's words for a socket that is closed
            self._gone = True
            raise ConnectionError("the device has gone") from gone


def socket_routes(serve: Serve) -> list[BaseRoute]:
    """/ocpp/{source}/…: the rest of the path is the device's own."""

    async def device(scope: Scope, receive: Receive, send: Send) -> None:
        source, socket = scope["path_params"]["source"], AsgiSocket(scope, receive, send)
        await socket.connect()
        try:
            with suppress(ConnectionError):
                await _served(source, socket)
        finally:
            with suppress(ConnectionError):
                await socket.close(1011)
            if socket.lost:
                log.info("socket_dropped", source=source)

    async def _served(source: str, socket: AsgiSocket) -> None:
        try:
            await serve(source, socket)
        except FinderError as error:
            body = orjson.dumps({"code": error.code, "zh": error.zh, "en": error.en})
            await socket.refuse(error.http_status, body, _JSON)
        except ConnectionError:
            raise
        except Exception as fault:  # without its words: a message may be in them
            log.error("socket_fault", source=source, error=type(fault).__name__)
            await socket.refuse(500, b"{}", _JSON)

    return [WebSocketRoute("/ocpp/{source}/{path:path}", _Endpoint(device))]


class _Endpoint:
    """An ASGI application, as a route wants it: a function would be called with Starlette's own WebSocket."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one socket."""
        await self._app(scope, receive, send)


def _here(client: Sequence[object] | None) -> bool:
    """Whether the peer is on this machine."""
    try:
        return client is not None and ipaddress.ip_address(str(client[0])).is_loopback
    except ValueError:
        return False
