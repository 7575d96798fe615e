"""Takes operators' pushes for a while, on a server of its own, and hands them to a probe."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette

from finder.connectors.sdk.ports import PushAnswer, PushRequest
from finder.errors import NotFound
from finder.kernel.clock import Clock
from finder.sandbox.serve import HOST, EmbeddedServer, listen
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
    listener = listen(host, port)
    server = EmbeddedServer(
        uvicorn.Config(app, ws="none", lifespan="off", log_config=None, access_log=False, server_header=False)
    )
    server.config.load()
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"http://{host}:{listener.getsockname()[1]}"
    finally:
        server.should_exit = server.force_exit = True
        await asyncio.gather(serving, return_exceptions=True)
