"""The finder that is killed: orders, outbox and sweeper in each of its workers, over one database and one address."""

import asyncio
import contextlib
import dataclasses
import os
import signal
import socket
from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum
from typing import Any

import httpx
import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from finder.charging.effects import handlers
from finder.charging.news import bill_needs, channel_needs, session_needs, take_bill, take_channel, take_session
from finder.charging.orders import Orders, StartAsk
from finder.charging.outside import Outside
from finder.charging.sweep import Sweeper
from finder.connectors.sdk.sessions import Bill, SessionSeen
from finder.errors import FinderError, Unavailable
from finder.kernel.money import Money
from finder.money.channels.port import Seen
from finder.storage.database import Database
from finder.storage.outbox import Handler, Letter, Outbox, Patience, ReadsAhead
from finder.storage.unit import Need, Unit, Work
from tests.faults.charging_world import TARIFF, Payers
from tests.faults.kills.hurried import Hurried
from tests.faults.kills.wire import DriverAsk, Refused, WireChannel, WireOperator

SWEEP_EVERY_S = 0.3
LEASE_S = 1.0  # of the machine's: as long as a call takes here at most, on a busy machine
WAITS_S = (1, 2, 5, 15)  # how long it waits between two tries is not what is proved here
CAP = Money(5_000)
PERMILLE = 55


class Point(StrEnum):
    """Where an effect can be cut in two."""

    RECORDED = "RECORDED"  # that it may happen is written and not yet committed
    BEFORE_CALL = "BEFORE_CALL"  # committed, and not yet called
    CALLED = "CALLED"  # done, and the answer not yet written
    ANSWERED = "ANSWERED"  # the answer is written and not yet committed


@dataclasses.dataclass
class Death:
    """Kills the whole tree when it passes a point for the nth time; never where there is no point."""

    point: Point | None
    passes: int = 0

    def at(self, point: Point) -> None:
        if point is not self.point:
            return
        self.passes -= 1
        if self.passes <= 0:
            os.killpg(0, signal.SIGKILL)


class Dying:
    """A handler in which death waits."""

    def __init__(self, inner: Handler, death: Death, speed: float) -> None:
        self._inner, self._death = inner, death
        self.patience = Patience(waits_s=WAITS_S, attempts=inner.patience.attempts, call_s=LEASE_S * speed / 2)

    def needs(self, letter: Letter) -> Sequence[Need]:
        return self._inner.needs(letter) if isinstance(self._inner, ReadsAhead) else ()

    async def before(self, letter: Letter, unit: Unit) -> bool:
        there = await self._inner.before(letter, unit)
        self._death.at(Point.RECORDED)
        return there

    async def call(self, letter: Letter) -> Any:
        self._death.at(Point.BEFORE_CALL)
        said = await self._inner.call(letter)
        self._death.at(Point.CALLED)
        return said

    async def after(self, letter: Letter, result: Any, unit: Unit) -> None:
        await self._inner.after(letter, result, unit)
        self._death.at(Point.ANSWERED)

    async def dead(self, letter: Letter, unit: Unit) -> None:
        await self._inner.dead(letter, unit)


def _asked(person: str) -> StartAsk:
    return StartAsk(
        operator="jinbei",
        evse_id=f"jinbei/{person}",
        connector_id="1",
        channel="wechat",
        sub_merchant="m1",
        agreement=f"a-{person}",
        agreed=True,
        title="充电",
        cap=CAP,
        commission_permille=PERMILLE,
        tariff=TARIFF,
    )


def front(work: Work, orders: Orders) -> Starlette:
    """What phones, the channel's callbacks and the operator's pushes come to."""

    async def start(ask: DriverAsk) -> str:
        return (await orders.start(ask.person, _asked(ask.person), ask.key)).number

    async def stop(ask: DriverAsk) -> str:
        return (await orders.stop(ask.person, ask.number)).number

    async def refund(ask: DriverAsk) -> str:
        return (await orders.refund(ask.number, Money(ask.fen), "差价", ask.key)).order.number

    async def notice(seen: Seen) -> str:
        return (await work.do(lambda unit: take_channel(unit, seen), *channel_needs(seen))).number

    async def session(seen: SessionSeen) -> str:
        number = seen.order or ""
        return (await work.do(lambda unit: take_session(unit, number, seen), *session_needs(number))).number

    async def bill(told: Bill) -> str:
        number = told.order or ""
        return (await work.do(lambda unit: take_bill(unit, number, told), *bill_needs(number, told))).number

    def route(way: Callable[[Any], Awaitable[str]], kind: type) -> Route:
        async def answer(request: Request) -> Response:
            try:
                return Response(await way(msgspec.json.decode(await request.body(), type=kind)))
            except ClientDisconnect:
                return Response(status_code=500)
            except FinderError as no:
                return Response(msgspec.json.encode(Refused(no.code)), no.http_status)

        return Route(f"/{getattr(way, '__name__', '')}", answer, methods=["POST"])

    kinds = ((notice, Seen), (session, SessionSeen), (bill, Bill))
    return Starlette(routes=[*(route(way, DriverAsk) for way in (start, stop, refund)), *(route(*k) for k in kinds)])


async def finder(
    url: str, clock: Hurried, outside_url: str, listener: socket.socket, death: Death, ready: Callable[[], None]
) -> None:
    """One worker; it lives until it is killed."""
    work = Work(Database(url), clock)
    async with httpx.AsyncClient(base_url=outside_url, timeout=2, verify=False) as http:
        outside = Outside(work, {"wechat": WireChannel(http)}, {"jinbei": WireOperator(http)}.get, Payers())
        dying = {kind: Dying(handler, death, clock.speed) for kind, handler in handlers(outside).items()}
        outbox = Outbox(work, dying, idle_s=0.05)
        app = front(work, Orders(work, outbox.wake))
        server = uvicorn.Server(uvicorn.Config(app, ws="none", lifespan="off", log_config=None, access_log=False))
        await _begun(outbox)
        ready()
        await asyncio.gather(server.serve(sockets=[listener]), outbox.run(), _sweep(Sweeper(outside)))


async def _begun(outbox: Outbox) -> None:
    """Returns when it has looked for letters once; a database that is away is waited for, as the outbox does."""
    while True:
        try:
            await outbox.step()
        except Unavailable:
            await asyncio.sleep(0.05)
        else:
            return


async def _sweep(sweeper: Sweeper) -> None:
    while True:
        with contextlib.suppress(Unavailable):
            await sweeper.step()
        await asyncio.sleep(SWEEP_EVERY_S)
