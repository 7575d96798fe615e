"""Where a payment channel's callbacks arrive in tests: a server of ours, over real HTTP."""

import asyncio

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from finder.errors import ChannelLied
from finder.money.channels.port import Channel, Notice
from finder.sandbox.serve import EmbeddedServer, listen


class Desk:
    """Where the channel's callbacks arrive."""

    def __init__(self) -> None:
        self.channel: Channel | None = None
        self.notices: list[Notice] = []
        self.lies: list[str] = []
        self._server: uvicorn.Server | None = None
        self._task: asyncio.Task[None] | None = None
        self.url = ""

    async def start(self) -> None:
        listener = listen("127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}/pay"
        app = Starlette(routes=[Route("/pay", self._take, methods=["POST"])])
        self._server = EmbeddedServer(uvicorn.Config(app, ws="none", lifespan="off", log_config=None, access_log=False))
        self._server.config.load()
        self._task = asyncio.create_task(self._server.serve(sockets=[listener]))

    async def close(self) -> None:
        assert self._server is not None
        assert self._task is not None
        self._server.should_exit = self._server.force_exit = True
        await self._task

    async def _take(self, request: Request) -> Response:
        assert self.channel is not None
        try:
            notice = await self.channel.notice(dict(request.headers), await request.body())
        except ChannelLied as lie:
            self.lies.append(lie.code)
            return Response(status_code=401)
        self.notices.append(notice)
        return Response(notice.answer, notice.answer_status, media_type=notice.answer_type)
