"""A practice server that is spoken to over signed JSON: it verifies our signature, signs its answers, and can fail."""

import asyncio
import secrets
import socket
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from finder.kernel.clock import Clock, system_clock
from finder.money.signed import FRESH_S, NONCE, SIGNATURE, TIMESTAMP, Peer, holds, sign, signed_text
from finder.sandbox.handles import guarded
from finder.sandbox.serve import HOST, EmbeddedServer, listen

_NONCES = 10_000


class SignedFaults(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is wrong at the moment; the default is nothing."""

    silent: bool = False  # no answer, and nothing happens
    hangs_after: bool = False  # it happens, and the answer never comes
    breaks_after: bool = False  # it happens, and the answer is HTTP 500
    refuses: str = ""  # every request, with this code
    slow_s: float = 0.0
    bad_signature: bool = False
    unsigned: bool = False
    another: bool = False  # the answer speaks of something else

    def __post_init__(self) -> None:
        if not 0 <= self.slow_s <= 60:
            raise ValueError("slow_s must be 0 to 60")


class Refuses(Exception):
    """A no of the server's own."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Trade(Protocol):
    """What is done there: by path, from what was asked to what is answered. Raises Refuses."""

    name: str

    def paths(self) -> Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]]:
        """Every interface."""

    def shown(self) -> Any:
        """What people may look at: GET /_shown."""


@dataclass(slots=True)
class SignedServer:
    """The server, running or not; keys are made anew."""

    trade: Trade
    clock: Clock = system_clock
    faults: SignedFaults = field(default_factory=SignedFaults)
    requests: int = 0
    url: str = ""
    _ours: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate, repr=False)
    _finder: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate, repr=False)
    _nonces: deque[str] = field(default_factory=lambda: deque(maxlen=_NONCES), repr=False)
    _server: uvicorn.Server | None = None
    _serving: asyncio.Task[None] | None = None

    def peer(self) -> Peer:
        """What the finder has to know of it."""
        return Peer(self.trade.name, self.url, self._finder, self._ours.public_key())

    async def start(self, listener: socket.socket | None = None) -> "SignedServer":
        """Serves on loopback."""
        listener = listener or listen(HOST, 0)
        self.url = f"http://{HOST}:{listener.getsockname()[1]}"
        routes = [Route(path, self._endpoint(path), methods=["POST"]) for path in self.trade.paths()]
        handles = [
            Route("/_faults", guarded(self._set), methods=["POST"]),
            Route("/_shown", self._show, methods=["GET"]),
        ]
        app = Starlette(routes=[*routes, *handles])
        config = uvicorn.Config(app, ws="none", lifespan="off", log_config=None, access_log=False, server_header=False)
        self._server = EmbeddedServer(config)
        self._server.config.load()
        self._serving = asyncio.create_task(self._server.serve(sockets=[listener]))
        return self

    async def close(self) -> None:
        """Stops."""
        if self._server is not None and self._serving is not None:
            self._server.should_exit = self._server.force_exit = True
            await self._serving

    def _endpoint(self, path: str) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            self.requests += 1
            faults, body = self.faults, await request.body()
            if faults.slow_s:
                await asyncio.sleep(faults.slow_s)
            if faults.silent:
                return await _hang(request)
            status, answer = self._done(path, body, request.headers)
            if faults.hangs_after:
                return await _hang(request)
            if faults.breaks_after:
                return Response("演示故障", 500)
            return self._signed(status, answer, request.headers.get(NONCE, ""))

        return endpoint

    def _done(self, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        if not self._genuine(path, body, headers):
            return 401, {"code": "BAD_SIGNATURE"}
        if self.faults.refuses:
            return 422, {"code": self.faults.refuses}
        try:
            return 200, self.trade.paths()[path](msgspec.json.decode(body, type=dict[str, Any]))
        except Refuses as no:
            return 422, {"code": no.code}
        except (msgspec.MsgspecError, KeyError, TypeError):
            return 400, {"code": "BAD_FORM"}

    def _genuine(self, path: str, body: bytes, headers: Mapping[str, str]) -> bool:
        then, nonce = headers.get(TIMESTAMP, ""), headers.get(NONCE, "")
        fresh = then.isdecimal() and abs(self.clock().timestamp() - int(then)) <= FRESH_S
        if not fresh or len(nonce) < 16 or nonce in self._nonces:
            return False
        self._nonces.append(nonce)
        text = signed_text("POST", path, then, nonce, body)
        return holds(self._finder.public_key(), text, headers.get(SIGNATURE, ""))

    def _signed(self, status: int, told: dict[str, Any], nonce: str) -> Response:
        if self.faults.another:
            told = told | {"number": "another"}
        body, now = msgspec.json.encode(told), str(int(self.clock().timestamp()))
        if self.faults.unsigned:
            return Response(body, status, media_type="application/json")
        signature = sign(self._ours, signed_text(str(status), "", now, nonce, body))
        if self.faults.bad_signature:
            signature = sign(Ed25519PrivateKey.generate(), body)
        headers = {TIMESTAMP: now, NONCE: nonce, SIGNATURE: signature}
        return Response(body, status, headers, media_type="application/json")

    async def _set(self, request: Request) -> Response:
        self.faults = msgspec.json.decode(await request.body(), type=SignedFaults)
        return Response(status_code=204)

    async def _show(self, request: Request) -> Response:
        return Response(msgspec.json.encode(self.trade.shown()), media_type="application/json")


async def _hang(request: Request) -> Response:
    await request.receive()  # returns when the caller has hung up
    return Response(status_code=499)


def serial() -> str:
    """Twenty digits, as an electronic invoice's number has."""
    return f"{secrets.randbelow(10**20):020}"
