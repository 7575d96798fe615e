"""The practice channel, the practice operator and the drivers: one process that outlives every kill, over real HTTP."""

import asyncio
import random
import socket
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any

import httpx
import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from finder.connectors.sdk.control import SessionRef, StartRequest
from finder.connectors.sdk.sessions import Bill
from finder.errors import ChannelRefused, ChannelUnavailable, OperatorUnavailable
from finder.kernel.ids import part
from finder.money.channels.port import CaptureAsk, HoldAsk, PayAsk, RefundAsk, Seen, SplitAsk
from tests.faults.charging_world import FakeChannel, FakeOperator, Killed
from tests.faults.kills.hurried import Hurried
from tests.faults.kills.wire import (
    NOT_TAKEN,
    REFUSED,
    WRONG,
    DriverAsk,
    EffectTold,
    Peace,
    QueryAsk,
    Refused,
    ReleaseAsk,
    SessionTold,
    Truth,
)

TICK_S, KWH_PER_TICK = 0.05, 2.0
LATENCY_S = 0.02
OPEN, OPEN_S = 24, 20.0  # so many orders are under way at once; one that is stuck for so long no longer counts
TELLS = 4  # a push or callback is tried so often, then it is lost
TROUBLE = 0.1
_MAY_COME_LATE = ("NOT_CAPTURED", "REFUND_OUT_OF_RANGE")


class Lost(Exception):
    """An answer that never comes."""


class World:
    """Fakes, drivers and chance."""

    def __init__(self, finder_url: str, clock: Hurried, seed: int, drivers_per_s: float) -> None:
        self.dice, self._clock, self.drivers_per_s = random.Random(seed), clock, drivers_per_s
        self.channel, self.operator = FakeChannel(self.dice, self.now), FakeOperator(self.dice, self.now)
        self.channel.split_after = timedelta(0)
        self.finder = httpx.AsyncClient(base_url=finder_url, timeout=2, verify=False)
        self.drivers: dict[str, set[str]] = defaultdict(set)
        self.wrongs: list[str] = []
        self._open: dict[str, float] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.trouble(TROUBLE)

    def now(self) -> datetime:
        return self._clock()

    def trouble(self, share: float) -> None:
        self.share = self.channel.trouble = self.operator.trouble = share

    def peace(self, peace: Peace) -> None:
        self.trouble(0)
        self.drivers_per_s, self._clock = 0, peace.clock

    def begin(self, story: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(self._watched(story))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _watched(self, story: Coroutine[Any, Any, None]) -> None:
        try:
            await story
        except Exception as wrong:
            self.wrongs.append(f"{type(wrong).__name__}: {wrong}")

    async def live(self) -> None:
        """Cars charge, drivers confirm and come, and what is to be told is told."""
        owed = 0.0
        while True:
            await asyncio.sleep(TICK_S)
            self.channel.confirm()
            self.operator.live(KWH_PER_TICK)
            notices, self.channel.notices = self.channel.notices, []
            news, self.operator.news = self.operator.news, []
            for seen in notices:
                self.begin(self._tell("notice", seen))
            for each in news:
                self.begin(self._tell("bill" if isinstance(each, Bill) else "session", each))
            owed = min(owed + self.drivers_per_s * TICK_S, OPEN)
            while owed >= 1 and self._under_way() < OPEN:
                owed -= 1
                person = f"p{len(self.drivers) + 1}"
                self._open[person] = time.monotonic()
                self.begin(self._driver(person))

    def _under_way(self) -> int:
        """Orders of which nothing was taken or released yet."""
        for person, since in list(self._open.items()):
            ended = any(part(n, letter, 0) in self.channel.effects for n in self.drivers[person] for letter in "CPR")
            if ended or time.monotonic() - since > OPEN_S:
                del self._open[person]
        return len(self._open)

    async def _tell(self, what: str, news: object) -> None:
        await asyncio.sleep(self.dice.uniform(0, 0.3) if self.share else 0)
        for _ in range(TELLS):
            answer = await self._send(what, news)
            if answer is not None:
                if answer.status_code != httpx.codes.OK:
                    self.wrongs.append(f"{what}: {answer.status_code} {answer.text}")
                return
            await asyncio.sleep(0.1)

    async def _send(self, what: str, body: object) -> httpx.Response | None:
        """None where there was no answer, or a 5xx."""
        try:
            answer = await self.finder.post(f"/{what}", content=msgspec.json.encode(body))
        except httpx.HTTPError:
            return None
        return None if answer.is_server_error else answer

    async def _driver(self, person: str) -> None:
        """Starts until an answer comes, under one key; some give up, some send it again later, some want money back."""
        self.drivers[person] = set()
        number = await self._start(person)
        if self.dice.random() < 0.25:
            await asyncio.sleep(self.dice.uniform(0, 0.03))
            await self._until_answered("stop", DriverAsk(person, number=number))
        if self.dice.random() < 0.3:
            await asyncio.sleep(self.dice.uniform(0, 3))
            await self._start(person)
        if self.dice.random() < 0.1:
            await self._give_back(number)

    async def _start(self, person: str) -> str:
        answer = await self._until_answered("start", DriverAsk(person, "key"))
        if answer.status_code != httpx.codes.OK:
            raise AssertionError(f"{person}: his own start was answered {answer.text}")
        self.drivers[person].add(answer.text)
        return answer.text

    async def _until_answered(self, what: str, ask: DriverAsk) -> httpx.Response:
        while True:
            answer = await self._send(what, ask)
            if answer is not None:
                return answer
            await asyncio.sleep(0.05)

    async def _give_back(self, number: str) -> None:
        """By an office clerk, who tries again under the same key where no answer came."""
        for _ in range(10):
            await asyncio.sleep(0.5)
            answer = await self._send("refund", DriverAsk("", "refund", number=number, fen=100))
            if answer is None:
                continue
            if answer.status_code == httpx.codes.OK:
                return
            if msgspec.json.decode(answer.content, type=Refused).code not in _MAY_COME_LATE:
                raise AssertionError(f"refund of {number}: {answer.text}")

    def truth(self) -> Truth:
        effects, sessions = self.channel.effects.items(), self.operator.sessions.items()
        return Truth(
            effects={number: EffectTold(e.step, e.amount.fen, e.stand) for number, e in effects},
            holds_over=list(self.channel.hold_of),
            sessions={order: SessionTold(s.begins, s.ended_at is not None) for order, s in sessions},
            billed_fen={order: bill.total.fen for order, bill in self.operator.billed.items()},
            contradicted=list(self.operator.contradicted),
            drivers={person: list(numbers) for person, numbers in self.drivers.items()},
            wrongs=self.wrongs,
            under_way=len(self._tasks) + len(self.channel.notices) + len(self.operator.news),
        )

    async def asked(self, effect: Callable[[], Awaitable[object]]) -> bytes:
        """An effect with the wire's own faults: slow, not taken, done but not answered."""
        await asyncio.sleep(self.dice.uniform(0, LATENCY_S) if self.share else 0)
        if self.dice.random() < self.share / 2:
            raise OperatorUnavailable("繁忙", "busy")
        answer = await effect()
        await asyncio.sleep(self.dice.uniform(0, LATENCY_S) if self.share else 0)
        if self.dice.random() < self.share / 2:
            raise Lost
        return msgspec.json.encode(answer)


def _json(status: int, code: str) -> Response:
    return Response(msgspec.json.encode(Refused(code)), status)


def _channel(world: World) -> dict[str, tuple[type, Callable[[Any], Awaitable[Seen]]]]:
    channel = world.channel
    return {
        "hold": (HoldAsk, channel.hold),
        "capture": (CaptureAsk, channel.capture),
        "pay": (PayAsk, channel.pay),
        "refund": (RefundAsk, channel.refund),
        "split": (SplitAsk, channel.split),
        "split_finish": (SplitAsk, channel.split_finish),
        "release": (ReleaseAsk, lambda ask: channel.release(ask.number, ask.hold, None, "")),
        "query": (QueryAsk, lambda ask: channel.query(ask.step, ask.number, ask.number, "")),
    }


def _operator(world: World) -> dict[str, tuple[type, Callable[[Any], Awaitable[object]]]]:
    operator = world.operator

    async def bills(_: object) -> list[Bill]:
        now = world.now()
        return [bill for batch in [each async for each in operator.bills(now, now)] for bill in batch]

    return {
        "start": (StartRequest, operator.start),
        "stop": (SessionRef, operator.stop),
        "session": (SessionRef, operator.session),
        "bills": (type(None), bills),
    }


def application(world: World) -> Starlette:
    """Everything outside, at one address."""
    ways: dict[str, dict[str, Any]] = {"channel": {**_channel(world)}, "operator": {**_operator(world)}}

    async def ask(request: Request) -> Response:
        kind, effect = ways[request.path_params["whom"]][request.path_params["what"]]
        try:
            body = await request.body()
        except ClientDisconnect:  # killed while it sent
            return Response(status_code=WRONG)
        try:
            done = await world.asked(lambda: effect(msgspec.json.decode(body, type=kind)))
        except ChannelRefused as no:
            return _json(REFUSED, no.code)
        except (OperatorUnavailable, ChannelUnavailable) as away:
            return _json(504 if away.code == "LOST_ANSWER" else NOT_TAKEN, away.code)
        except (Killed, Lost):
            return _json(504, "LOST_ANSWER")
        except Exception as wrong:
            world.wrongs.append(f"{request.url.path}: {type(wrong).__name__}: {wrong}")
            return _json(WRONG, "WRONG")
        return Response(done)

    async def peace(request: Request) -> Response:
        world.peace(msgspec.json.decode(await request.body(), type=Peace))
        return Response()

    async def truth(request: Request) -> Response:
        return Response(msgspec.json.encode(world.truth()))

    return Starlette(
        routes=[
            Route("/{whom:str}/{what:str}", ask, methods=["POST"]),
            Route("/peace", peace, methods=["POST"]),
            Route("/truth", truth),
        ]
    )


async def serve(world: World, listener: socket.socket) -> None:
    """Lives until it is ended."""
    config = uvicorn.Config(application(world), ws="none", lifespan="off", log_config=None, access_log=False)
    living = asyncio.create_task(world.live())
    await uvicorn.Server(config).serve(sockets=[listener])
    living.cancel()
