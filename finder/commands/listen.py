"""Takes operators' pushes for a while, on a server of its own, and hands them to a probe."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from starlette.applications import Starlette

from finder.connectors.sdk.ports import PushAnswer, PushRequest
from finder.errors import NotFound
from finder.kernel.clock import Clock
from finder.sandbox.serve import HOST, served
from finder.web.metrics import Metrics
from finder.web.pushes import push_routes

Take = Callable[[PushRequest], Awaitable[PushAnswer]]


@asynccontextmanager
async def listening(source: str, take: Take, clock: Clock, host: str = HOST, port: int = 0) -> AsyncIterator[str]:
    """Serves /push/<source>/… as the gateway does; yields its base URL. Raises OSError where the port is taken."""

    async def receive(whose: str, request: PushRequest) -> PushAnswer:
        if whose != source:
            raise NotFound(f"这里只接收 {source} 的推送", f"only {source} may push here", code="NO_SUCH_OPERATOR")
        return await take(request)

    app = Starlette(routes=push_routes(receive, clock, Metrics(lambda: ())))
    async with served(app, host, port) as url:
        yield url
