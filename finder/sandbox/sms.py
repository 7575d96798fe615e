"""A text message gateway to practise on: takes messages over HTTP, keeps the last of them, and can be made to fail."""

import asyncio
import contextlib
import hmac
import secrets
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import msgspec
from rich.console import Console
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from finder.sandbox.control import Switchboard, control_routes
from finder.sandbox.serve import served

KEPT = 200


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the finder asks to be sent."""

    phone: str
    code: str
    minutes: int


@dataclass(slots=True)
class SmsGateway:
    """The gateway; nothing leaves it. `GET /sms/messages` shows what phones would have shown, the newest first."""

    key: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    messages: deque[Message] = field(default_factory=lambda: deque(maxlen=KEPT), repr=False)
    switchboard: Switchboard = field(default_factory=Switchboard)

    def app(self) -> Starlette:
        """/sms/messages, and the handle /sms/_faults."""
        routes = [
            Route("/messages", self._take, methods=["POST"]),
            Route("/messages", self._show, methods=["GET"]),
            *control_routes(self.switchboard, None),
        ]
        return Starlette(routes=[Mount("/sms", routes=routes)])

    def code_of(self, phone: str) -> str:
        """The newest code that this phone was sent. Raises StopIteration."""
        return next(each.code for each in reversed(self.messages) if each.phone == phone)

    async def _take(self, request: Request) -> Response:
        if (refused := await self._refused(request)) is not None:
            return refused
        try:
            self.messages.append(msgspec.json.decode(await request.body(), type=Message))
        except msgspec.MsgspecError:
            return JSONResponse({"error": "bad_message"}, 400)
        return JSONResponse({"accepted": True}, 202)

    async def _show(self, request: Request) -> Response:
        if (refused := await self._refused(request)) is not None:
            return refused
        return Response(msgspec.json.encode(list(reversed(self.messages))), media_type="application/json")

    async def _refused(self, request: Request) -> Response | None:
        if (misbehaved := await self.switchboard.misbehave(request)) is not None:
            return misbehaved
        right = f"Bearer {self.key}".encode()
        if not hmac.compare_digest(right, request.headers.get("authorization", "").encode()):
            return JSONResponse({"error": "bad_key"}, 401)
        return None


@asynccontextmanager
async def sms_running(gateway: SmsGateway, port: int = 0) -> AsyncIterator[str]:
    """Serves it on loopback; yields its base URL. Raises OSError where the port is taken."""
    async with served(gateway.app(), port=port) as url:
        yield f"{url}/sms"


def run_sms(port: int) -> None:
    """`finder sandbox --sms`: serves until interrupted, and tells people where and under which key."""

    async def serve() -> None:
        gateway = SmsGateway()
        async with sms_running(gateway, port) as url:
            console = Console(stderr=True, highlight=False, soft_wrap=True)
            console.print(f"\n  演示短信网关 · a practice text message gateway  {url}/messages")
            console.print(f"  export FINDER_SMS_URL={url} FINDER_SMS_KEY={gateway.key}\n")
            await asyncio.Event().wait()

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve())
