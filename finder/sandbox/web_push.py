"""A push service to practise on: takes messages over HTTP, knows whom they are from, opens them, and can fail."""

import asyncio
import contextlib
import secrets
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from rich.console import Console
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from finder.kernel.clock import Clock, system_clock
from finder.sandbox.handles import guarded
from finder.sandbox.serve import served
from finder.sandbox.web_push_browser import CannotOpen, PracticeBrowser, padded, unpadded

KEPT = 200
MAX_BODY = 4_096  # RFC 8030, 7.2
_DAY_S = 24 * 3600


class PushFaults(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is wrong at the moment; the default is nothing."""

    gone: bool = False  # 410: nobody is there any more
    unknown: bool = False  # 404
    busy_s: int | None = None  # 429, with that many seconds as Retry-After
    errors: int = 0  # so many of the next requests are answered with 500
    refuses: bool = False  # 403
    silent: bool = False  # no answer
    redirects: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """A message as the browser would have shown it."""

    subscription: str
    content: bytes
    ttl: int
    urgency: str
    topic: str


@dataclass(slots=True)
class PushService:
    """The service with all its browsers; `told` is what was delivered, the oldest first."""

    clock: Clock = system_clock
    url: str = ""
    faults: PushFaults = field(default_factory=PushFaults)
    requests: int = 0
    refused: list[str] = field(default_factory=list)  # why, for whoever sent what nobody may send
    told: deque[Taken] = field(default_factory=lambda: deque(maxlen=KEPT), repr=False)
    _browsers: dict[str, tuple[PracticeBrowser, str]] = field(default_factory=dict, repr=False)

    def app(self) -> Starlette:
        """POST /push/{subscription}; POST /_subscribe, GET /_messages and POST /_faults for people."""
        return Starlette(
            routes=[
                Route("/push/{subscription}", self._take, methods=["POST"]),
                Route("/_subscribe", guarded(self._subscribe), methods=["POST"]),
                Route("/_messages", self._show, methods=["GET"]),
                Route("/_faults", guarded(self._set), methods=["POST"]),
            ]
        )

    def subscribe(self, server_key: str) -> dict[str, str]:
        """What a browser gives an application that asks with this key: endpoint, p256dh and auth."""
        browser, name = PracticeBrowser(), secrets.token_urlsafe(24)
        self._browsers[name] = browser, server_key
        return {
            "endpoint": f"{self.url}/push/{name}",
            "p256dh": unpadded(browser.p256dh),
            "auth": unpadded(browser.auth),
        }

    def messages(self, endpoint: str) -> list[Any]:
        """What this browser was shown."""
        name = endpoint.rpartition("/")[2]
        return [msgspec.json.decode(each.content) for each in self.told if each.subscription == name]

    async def _take(self, request: Request) -> Response:
        self.requests += 1
        if (misbehaved := await self._misbehave(request)) is not None:
            return misbehaved
        name = request.path_params["subscription"]
        known = self._browsers.get(name)
        if known is None:
            return Response(status_code=404)
        browser, server_key = known
        body, headers = await request.body(), request.headers
        ttl = headers.get("ttl", "")
        if (wrong := self._stranger(headers.get("authorization", ""), server_key)) is not None:
            return self._refuse(403, wrong)
        if not ttl.isdecimal() or headers.get("content-encoding") != "aes128gcm":
            return self._refuse(400, "TTL and Content-Encoding: aes128gcm are needed")
        if len(body) > MAX_BODY:
            return self._refuse(413, f"{len(body)} bytes")
        try:
            content = browser.open(body)
        except CannotOpen as bad:
            return self._refuse(400, str(bad))
        topic = headers.get("topic", "")
        if len(topic) > 32:
            return self._refuse(400, "a topic has at most 32 characters")
        # Whoever asks for it again under the same topic replaces it; here it was shown already.
        self.told.append(Taken(name, content, int(ttl), headers.get("urgency", "normal"), topic))
        return Response(status_code=201, headers={"location": f"{self.url}/message/{secrets.token_urlsafe(12)}"})

    def _refuse(self, status: int, why: str) -> Response:
        self.refused.append(why)
        return JSONResponse({"error": why}, status)

    async def _misbehave(self, request: Request) -> Response | None:
        faults = self.faults
        if faults.silent:
            await request.body()
            await request.receive()  # returns when the caller has hung up
            return Response(status_code=499)
        if faults.errors:
            self.faults = msgspec.structs.replace(faults, errors=faults.errors - 1)
            return Response(status_code=500)
        if faults.busy_s is not None:
            return Response(status_code=429, headers={"retry-after": str(faults.busy_s)})
        if faults.redirects:
            return Response(status_code=302, headers={"location": f"{self.url}/elsewhere"})
        for wrong, status in ((faults.gone, 410), (faults.unknown, 404), (faults.refuses, 403)):
            if wrong:
                return Response(status_code=status)
        return None

    def _stranger(self, authorization: str, server_key: str) -> str | None:
        """Why this is not from whom the browser subscribed to (RFC 8292); None where it is."""
        scheme, _, rest = authorization.partition(" ")
        parts = dict(part.strip().partition("=")[::2] for part in rest.split(","))
        if scheme.lower() != "vapid" or parts.get("k") != server_key:
            return "not the key that was subscribed to"
        try:
            head, claims, signature = parts["t"].split(".")
            told = msgspec.json.decode(padded(claims), type=dict[str, Any])
            r, s = padded(signature)[:32], padded(signature)[32:]
            key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), padded(server_key))
            signed = encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
            key.verify(signed, f"{head}.{claims}".encode(), ec.ECDSA(SHA256()))
            left_s = int(told["exp"]) - self.clock().timestamp()
        except (InvalidSignature, ValueError, KeyError, TypeError, msgspec.MsgspecError):
            return "the token is not signed by that key"
        if told.get("aud") != self.url or not 0 < left_s <= _DAY_S:
            return "the token is for somebody else, or its time is not right"
        return None

    async def _subscribe(self, request: Request) -> Response:
        try:
            asked = msgspec.json.decode(await request.body(), type=dict[str, str])
            return JSONResponse(self.subscribe(asked["key"]), 201)
        except (msgspec.MsgspecError, KeyError):
            return JSONResponse({"code": "BAD_INPUT"}, 400)

    async def _show(self, request: Request) -> Response:
        return JSONResponse(
            [{"topic": each.topic, **msgspec.json.decode(each.content)} for each in reversed(self.told)]
        )

    async def _set(self, request: Request) -> Response:
        self.faults = msgspec.json.decode(await request.body(), type=PushFaults)
        return Response(status_code=204)


@asynccontextmanager
async def push_running(service: PushService, port: int = 0) -> AsyncIterator[str]:
    """Serves it on loopback; yields its base URL. Raises OSError where the port is taken."""
    async with served(service.app(), port=port) as url:
        service.url = url
        yield url


def run_web_push(port: int) -> None:
    """`finder sandbox --web-push`: serves until interrupted, and tells people where."""

    async def serve() -> None:
        async with push_running(PushService(), port) as url:
            console = Console(stderr=True, highlight=False, soft_wrap=True)
            console.print(f"\n  演示推送服务 · a practice push service  {url}/_messages")
            console.print("  export FINDER_PUSH_LOOPBACK=true\n")
            await asyncio.Event().wait()

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve())
