"""A client that drops its connection is one line in the log, whatever it had asked for; never a traceback."""

import asyncio
import base64
import errno
import gc
import io
import json
import logging
import os
import socket
import struct
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from finder.graphql.routes import graphql_routes
from finder.live.model import Change, Status
from finder.logs import set_up_logs
from tests.protocol.pile_gateway import PASSWORD, SOURCE, basic, gateway, listening, until
from tests.unit.naive import NOW, World, station, world

HELLO = (
    "GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
    "sec-websocket-version: 13\r\nsec-websocket-key: {key}\r\nsec-websocket-protocol: {protocol}\r\n{more}\r\n"
)
CLOSE = 8  # the opcode
BOX = "statusChanged(box:{south:38,west:112,north:39,east:113}){evseId status}"
SUBSCRIBE = json.dumps({"id": "1", "type": "subscribe", "payload": {"query": "subscription{" + BOX + "}"}})


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """All that the process logs, as it is set up when it serves."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    set_up_logs("INFO", json=True)
    stream = io.StringIO()
    root.handlers[0].setStream(stream)  # type: ignore[attr-defined]
    yield stream
    root.handlers[:] = before
    root.setLevel(level)


def lines(written: io.StringIO) -> list[dict[str, Any]]:
    assert "Traceback" not in written.getvalue()
    told = [json.loads(line) for line in written.getvalue().splitlines()]
    assert [line for line in told if line["level"] in ("error", "critical")] == []
    return told


def events(written: io.StringIO) -> list[str]:
    return [line["event"] for line in lines(written)]


class Raw:
    """A client that speaks bytes, and can vanish."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def open(self, path: str, protocol: str, more: str = "") -> None:
        """Asks for a WebSocket; the answer is not waited for."""
        key = base64.b64encode(os.urandom(16)).decode()
        await self.dial(HELLO.format(path=path, key=key, protocol=protocol, more=more).encode())

    async def dial(self, raw: bytes) -> None:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._writer.write(raw)
        await self._writer.drain()

    async def until(self, seen: bytes) -> None:
        async with asyncio.timeout(10):
            await self._reader.readuntil(seen)

    def say(self, text: bytes, opcode: int = 1) -> None:
        """One frame, masked with zeros; at most 65,535 bytes."""
        size = bytes([0x80 | len(text)]) if len(text) < 126 else b"\xfe" + struct.pack(">H", len(text))
        self._writer.write(bytes([0x80 | opcode]) + size + bytes(4) + text)

    def vanish(self) -> None:
        """With a reset, as of a phone whose network is gone."""
        taken = self._writer.get_extra_info("socket")
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()


@pytest.fixture
def w() -> World:
    """With so many changes that whoever follows them is being told one when it goes."""
    found = world(station(n) for n in range(3))
    ids = [f"jinbei/{n % 3:04}-0" for n in range(5_000)]
    found.board.changes = [Change(each, Status.AVAILABLE, Status.CHARGING, NOW, "jinbei") for each in ids]
    return found


async def followed(port: int) -> Raw:
    """A phone that follows the map and was told something."""
    raw = Raw(port)
    await raw.open("/graphql", "graphql-transport-ws")
    await raw.until(b"\r\n\r\n")
    raw.say(b'{"type":"connection_init"}')
    await raw.until(b"connection_ack")
    raw.say(SUBSCRIBE.encode())
    await raw.until(b'"next"')
    return raw


async def test_a_phone_that_vanishes_while_it_is_told_something(w: World, written: io.StringIO) -> None:
    async with listening(Starlette(routes=graphql_routes(w.gateway))) as port:
        raw = await followed(port)
        raw.vanish()
        await until(lambda: "socket_dropped" in events(written))
        gc.collect()  # an error that nobody has looked at is told when its task goes
        await asyncio.sleep(0.1)
    assert events(written).count("socket_dropped") == 1
    assert {"event": "socket_dropped", "path": "/graphql", "level": "info"}.items() <= lines(written)[0].items()


async def test_a_phone_that_says_goodbye_while_it_is_told_something(w: World, written: io.StringIO) -> None:
    async with listening(Starlette(routes=graphql_routes(w.gateway))) as port:
        raw = await followed(port)
        raw.say(struct.pack(">H", 1001), CLOSE)
        raw.vanish()
        gc.collect()
        await asyncio.sleep(0.3)
    assert set(events(written)) <= {"socket_dropped"}


@pytest.mark.parametrize(
    ("text", "opcode"), [(b"x" * 65_535, 0), (b"\xff\xfe", 1), (b"x", 3)], ids=["out of turn", "not UTF-8", "no opcode"]
)
async def test_a_phone_that_speaks_nonsense_while_it_is_told_something(
    w: World, written: io.StringIO, text: bytes, opcode: int
) -> None:
    async with listening(Starlette(routes=graphql_routes(w.gateway))) as port:
        raw = await followed(port)
        raw.say(text, opcode)
        await asyncio.sleep(0.3)
        raw.vanish()
        gc.collect()
        await asyncio.sleep(0.1)
    assert set(events(written)) <= {"socket_dropped", "connection_misused"}


@pytest.mark.parametrize("protocol", ["graphql-transport-ws", "graphql-ws"])
async def test_a_phone_that_vanishes_before_it_is_answered(w: World, written: io.StringIO, protocol: str) -> None:
    async with listening(Starlette(routes=graphql_routes(w.gateway))) as port:
        for _ in range(20):
            raw = Raw(port)
            await raw.open("/graphql", protocol)
            raw.vanish()
        await asyncio.sleep(0.3)
    assert set(events(written)) <= {"socket_dropped"}


async def test_a_pile_that_vanishes_before_it_is_refused(written: io.StringIO) -> None:
    async with gateway(plain=True) as opened:
        raw = Raw(int(opened.url.split(":")[2].split("/")[0]))
        more = f"authorization: {basic('LAMP-1', 'wrong')['authorization']}\r\n"
        await raw.open(f"/ocpp/{SOURCE}/LAMP-1", "ocpp1.6", more)
        raw.vanish()  # before its password is checked, which is slow on purpose
        await until(lambda: "socket_dropped" in events(written))
    assert events(written) == ["pile_refused", "socket_dropped"]


async def test_a_pile_that_vanishes_is_told_once(written: io.StringIO) -> None:
    async with gateway() as opened:
        raw = Raw(int(opened.url.split(":")[2].split("/")[0]))
        more = f"authorization: {basic('LAMP-1', PASSWORD)['authorization']}\r\n"
        await raw.open(f"/ocpp/{SOURCE}/LAMP-1", "ocpp1.6", more)
        await raw.until(b"\r\n\r\n")
        raw.vanish()
        await until(lambda: "pile_disconnected" in events(written))
        await asyncio.sleep(0.1)
    assert events(written) == ["pile_connected", "pile_disconnected"]


async def test_a_client_that_drops_within_its_request(written: io.StringIO) -> None:
    async def read(request: Request) -> Response:
        await request.body()
        return Response()

    async with listening(Starlette(routes=[Route("/", read, methods=["POST"])])) as port:
        raw = Raw(port)
        await raw.dial(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nten bytes.")
        await asyncio.sleep(0.1)
        raw.vanish()
        await until(lambda: events(written))
    assert events(written) == ["connection_dropped"]


async def test_a_network_that_is_gone_is_no_traceback_and_a_fault_of_ours_is(written: io.StringIO) -> None:
    loop = asyncio.get_running_loop()
    gone = OSError(errno.ETIMEDOUT, "Connection timed out")
    loop.call_exception_handler({"message": "Fatal read error on socket transport", "exception": gone})
    assert events(written) == ["connection_dropped"]
    loop.call_exception_handler({"message": "Task exception was never retrieved", "exception": gone})
    assert "Connection timed out" in written.getvalue()
