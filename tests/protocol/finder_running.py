"""The finder's end of a practice operator: its real push route over real HTTP, in one test's event loop."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp

from finder.connectors.sdk.ports import PushAnswer, PushRequest
from finder.kernel.clock import Clock
from finder.live.model import Observation
from finder.sandbox.serve import HOST, EmbeddedServer, listen
from finder.web.metrics import Metrics
from finder.web.pushes import push_routes

Receive = Callable[[PushRequest], Awaitable[PushAnswer]]


class Finder:
    """Takes pushes and keeps what they taught."""

    def __init__(self, receive: Receive, clock: Clock) -> None:
        self.observations: list[Observation] = []
        self.rets: list[bytes] = []
        self.heard = asyncio.Event()
        self._receive, self._clock = receive, clock

    async def receive(self, source: str, request: PushRequest) -> PushAnswer:
        answer = await self._receive(request)
        self.observations += answer.observations
        if answer.observations:
            self.heard.set()
        self.rets.append(answer.body.split(b",")[0])
        return answer

    def app(self) -> Starlette:
        return Starlette(routes=push_routes(self.receive, self._clock, Metrics(lambda: ())))


@asynccontextmanager
async def serving(app: ASGIApp) -> AsyncIterator[str]:
    """An application on a free port: its base URL."""
    listener = listen(HOST, 0)
    server = EmbeddedServer(uvicorn.Config(app, ws="none", lifespan="off", log_config=None))
    task = asyncio.create_task(server.serve([listener]))
    try:
        yield f"http://{HOST}:{listener.getsockname()[1]}"
    finally:
        server.should_exit = server.force_exit = True
        await task
