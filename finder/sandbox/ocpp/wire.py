"""What a practice pile's end of the connection is wrapped in."""

import asyncio
import logging

from websockets.asyncio.client import ClientConnection

SILENT = logging.Logger("practice.ocpp", logging.CRITICAL + 1)  # the library would write every token
SILENT.addHandler(logging.NullHandler())


class Leaving:
    """A connection that notes that a message has left."""

    def __init__(self, socket: ClientConnection, left: asyncio.Event) -> None:
        self._socket, self._left = socket, left

    async def recv(self) -> str | bytes:
        """The next message."""
        return await self._socket.recv()

    async def send(self, text: str) -> None:
        """Sends, and notes it."""
        await self._socket.send(text)
        self._left.set()
