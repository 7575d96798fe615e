"""What both practice channels share: a server on loopback, faults of transport, handles for people and tests."""

import asyncio
import socket
from typing import Protocol

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from finder.sandbox.channels.book import Book
from finder.sandbox.channels.faults import ChannelFaults
from finder.sandbox.channels.model import Refusal
from finder.sandbox.channels.sender import Sender
from finder.sandbox.handles import guarded
from finder.sandbox.serve import EmbeddedServer, listen


class Confirm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which hold or payment the driver agrees to."""

    number: str


class PracticeChannel(Protocol):
    """A channel's own skin over the common state."""

    book: Book
    sender: Sender

    def routes(self) -> list[Route]:
        """The channel's interfaces."""

    def forget(self) -> None:
        """Nothing was ever done, and no fault is on."""

    def notify(self) -> None:
        """Queues callbacks for what has happened since the last time."""


class ChannelServer:
    """A practice channel, running."""

    def __init__(self, channel: PracticeChannel) -> None:
        self.channel = channel
        self.url = ""
        self._server: uvicorn.Server | None = None
        self._tasks: list[asyncio.Task[None]] = []

    def set_faults(self, faults: ChannelFaults) -> None:
        """From now on exactly these; work that a fault held up goes on."""
        self.channel.book.faults = faults
        self.channel.book.work()

    async def confirm(self, number: str) -> None:
        """The driver agrees on the phone. Raises Refusal."""
        self.channel.book.confirm(number)

    async def flush(self) -> int:
        """Sends the callbacks that wait; how many were taken."""
        self.channel.notify()
        return await self.channel.sender.flush(self.channel.book.faults)

    async def start(self, listener: socket.socket, *, sending: bool) -> None:
        """Serves on this socket; without `sending`, a test flushes the callbacks."""
        self.url = "http://{}:{}".format(*listener.getsockname())
        app = Starlette(routes=[*self.channel.routes(), *self._handles()])
        self._server = EmbeddedServer(
            uvicorn.Config(app, ws="none", lifespan="off", log_config=None, access_log=False, server_header=False)
        )
        self._server.config.load()
        self._tasks = [asyncio.create_task(self._server.serve(sockets=[listener]))]
        if sending:
            self._tasks.append(asyncio.create_task(self._send()))

    async def close(self) -> None:
        """Stops serving and sending."""
        for task in self._tasks[1:]:
            task.cancel()
        if self._server is not None:
            self._server.should_exit = True
            self._server.force_exit = True
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.channel.sender.close()

    async def _send(self) -> None:
        while True:
            await asyncio.sleep(0.5)
            await self.flush()

    def _handles(self) -> list[Route]:
        async def faults(request: Request) -> Response:
            if request.method == "POST":
                self.set_faults(msgspec.json.decode(await request.body(), type=ChannelFaults))
            return Response(msgspec.json.encode(self.channel.book.faults), media_type="application/json")

        async def confirm(request: Request) -> Response:
            try:
                await self.confirm(msgspec.json.decode(await request.body(), type=Confirm).number)
            except Refusal as refusal:
                return JSONResponse({"code": refusal.why.value}, 404)
            return Response(status_code=204)

        return [
            Route("/_faults", guarded(faults), methods=["GET", "POST"]),
            Route("/_confirm", guarded(confirm), methods=["POST"]),
        ]


async def misbehave(request: Request, faults: ChannelFaults) -> Response | None:
    """What happens before anything is done; None where the request is to be answered properly."""
    if faults.silent:
        return await hang(request)
    return Response("演示故障", 500) if faults.broken else None


async def spoil(request: Request, faults: ChannelFaults, answer: Response) -> Response:
    """What becomes of an answer after the effect took place."""
    if faults.hangs_after:
        return await hang(request)
    return Response("演示故障", 500) if faults.breaks_after else answer


async def hang(request: Request) -> Response:
    """Returns once the caller has hung up."""
    await request.body()
    await request.receive()
    return Response(status_code=499)


__all__ = ["ChannelServer", "PracticeChannel", "hang", "listen", "misbehave", "spoil"]
