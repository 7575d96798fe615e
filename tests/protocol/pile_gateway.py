"""A gateway's socket for piles in one test's event loop, with a desk that a test tells what to answer."""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp
from uvicorn.server import ServerState

from finder.connectors.ocpp.config import OcppConfig, OcppLimits
from finder.connectors.ocpp.connector import OcppConnector
from finder.connectors.ocpp.passwords import hash_password
from finder.connectors.sdk.alarms import AlarmNews
from finder.connectors.sdk.desk import Authorization, AuthorizationAsk, Claimed, Desk, Disputed, Heard, Permission
from finder.connectors.sdk.kinds import Workbench
from finder.connectors.sdk.pile_book import MemoryBook
from finder.connectors.sdk.piles import MemoryPiles, Pile, PileConnector
from finder.connectors.sdk.ports import OperatorSocket
from finder.connectors.sdk.sessions import Bill, SessionSeen
from finder.kernel.geo import Point
from finder.kernel.money import UnitPrice
from finder.live.model import Observation, Status
from finder.sandbox.ocpp import PracticePile, PracticePile16, PracticePile201
from finder.stations.model import ConnectorType, OpeningHours, Tariff, TariffPeriod
from finder.web.sockets import socket_routes
from tests.contract.hand import Hand

SOURCE, OWNER, PASSWORD = "street", "household-17", "correct-horse-battery"
HASHED = hash_password(PASSWORD)  # once: it is slow on purpose
VERSIONS = {"1.6": PracticePile16, "2.0.1": PracticePile201}
NIGHTS = OpeningHours(spans=tuple((day * 1440 + 1200, day * 1440 + 1440) for day in range(7)))  # 20:00 to 24:00
QUICK = OcppLimits(settle_s=3_600.0, patience_s=0.02, tend_s=0.02, command_s=2.0)


def priced() -> Tariff:
    """0.5 yuan and 0.1 yuan of service per kWh until 18:00, then 1.0 and 0.2."""
    low = TariffPeriod(start=0, end=1080, electricity=UnitPrice(5000), service=UnitPrice(1000))
    high = TariffPeriod(start=1080, end=1440, electricity=UnitPrice(10_000), service=UnitPrice(2000))
    return Tariff(id="own", periods=(low, high))


def pile_of(pile_id: str = "LAMP-1", plugs: int = 1, **more: Any) -> Pile:
    """A pile of 7 kW in the register."""
    connectors = tuple(PileConnector(number=n + 1, type=ConnectorType.GBT_AC, power_kw=7.0) for n in range(plugs))
    told = {"owner": OWNER, "name": "和平西街 12 号", "place": Point(38.41, 112.73), "tariff": priced(), **more}
    return Pile(id=pile_id, connectors=connectors, **told)


def basic(name: str, password: str | bytes) -> dict[str, str]:
    """The header with which a pile names itself."""
    given = password if isinstance(password, bytes) else password.encode()
    return {"authorization": "Basic " + base64.b64encode(name.encode() + b":" + given).decode()}


@dataclass
class PracticeDesk:
    """Knows two cards: DRIVER's and OWNER's."""

    clock: Callable[[], datetime]
    sessions: list[SessionSeen] = field(default_factory=list)
    bills: list[Bill] = field(default_factory=list)
    asked: list[AuthorizationAsk] = field(default_factory=list)
    away: Exception | None = None
    slow_s: float = 0.0

    async def session(self, seen: SessionSeen) -> Heard:
        await self._trouble()
        self.sessions.append(seen)
        return Heard.ACCEPTED

    async def bill(self, bill: Bill) -> Heard:
        await self._trouble()
        self.bills.append(bill)
        return Heard.ACCEPTED

    async def differences(
        self, source: str, since: datetime, until: datetime, claims: Sequence[Claimed]
    ) -> list[Disputed]:
        return []

    async def authorize(self, ask: AuthorizationAsk) -> Authorization:
        await self._trouble()
        self.asked.append(ask)
        order = f"card-{len(self.asked)}"
        match ask.token:
            case "DRIVER":
                return Authorization(Permission.ALLOWED, order, person="household-99")
            case "OWNER":
                return Authorization(Permission.ALLOWED, order, person=OWNER)
            case "ARREARS":
                return Authorization(Permission.IN_ARREARS)
            case _:
                return Authorization(Permission.UNBOUND)

    async def _trouble(self) -> None:
        await asyncio.sleep(self.slow_s)
        if self.away:
            raise self.away


class Gateway:
    """The connector, its stores, and what it told to the board."""

    def __init__(
        self,
        clock: Hand,
        piles: Sequence[Pile],
        limits: OcppLimits,
        *,
        plain: bool = False,
        deciding: Desk | None = None,
    ) -> None:
        self.clock = clock
        self.piles = MemoryPiles(clock, [(SOURCE, pile, HASHED) for pile in piles])
        self.book, self.desk = MemoryBook(), PracticeDesk(clock)
        self.alarms: list[AlarmNews] = []
        self.bench = Workbench(
            clock=clock, desk=deciding or self.desk, alarms=self, piles=self.piles, pile_book=self.book
        )
        self.connector = OcppConnector(OcppConfig(SOURCE, "街边桩", limits=limits, plain=plain), self.bench)
        self.seen: list[Observation] = []
        self.url = ""
        self._clients: list[PracticePile] = []

    async def tell(self, observations: Sequence[Observation]) -> None:
        self.seen += observations

    async def alarm(self, news: AlarmNews) -> None:
        self.alarms.append(news)

    async def serve(self, source: str, socket: OperatorSocket) -> None:
        await self.connector.serve(socket, self.tell)

    def pile(self, version: str, pile_id: str = "LAMP-1", **how: Any) -> PracticePile:
        """A practice pile that is not yet connected; it leaves when the test ends."""
        client: PracticePile = VERSIONS[version](self.url, pile_id, PASSWORD, clock=self.clock, **how)
        self._clients.append(client)
        return client

    def last(self, evse: str = "LAMP-1-1") -> Status | None:
        """What the board was told last."""
        return next((o.status for o in reversed(self.seen) if o.evse_id == f"{SOURCE}/{evse}"), None)

    async def close(self) -> None:
        for client in self._clients:
            await client.leave()
        await self.connector.close()


@asynccontextmanager
async def gateway(
    *piles: Pile, clock: Hand | None = None, plain: bool = False, deciding: Desk | None = None, **limits: Any
) -> AsyncIterator[Gateway]:
    """Serves /ocpp on a free port of this machine."""
    opened = Gateway(clock or Hand(), piles or (pile_of(),), replace(QUICK, **limits), plain=plain, deciding=deciding)
    app = Starlette(routes=socket_routes(opened.serve))
    async with listening(app) as port:
        opened.url = f"ws://127.0.0.1:{port}/ocpp/{SOURCE}"
        try:
            yield opened
        finally:
            await opened.close()


@asynccontextmanager
async def listening(app: ASGIApp) -> AsyncIterator[int]:
    """uvicorn's own protocols without its server, which rests for two tenths of a second when it ends."""
    config = uvicorn.Config(app, ws="websockets-sansio", ws_max_size=128 * 1024, lifespan="off", log_config=None)
    config.load()
    state = ServerState()
    http: Any = config.http_protocol_class
    server = await asyncio.get_running_loop().create_server(
        lambda: http(config=config, server_state=state, app_state={}), host="127.0.0.1", port=0
    )
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for connection in list(state.connections):
            connection.shutdown()
        await asyncio.gather(*state.tasks, return_exceptions=True)
        await server.wait_closed()


async def until(holds: Callable[[], Any], seconds: float = 10.0) -> None:
    """Waits for it, without guessing how long it takes."""
    async with asyncio.timeout(seconds):
        while True:
            if holds():
                return
            await asyncio.sleep(0.002)
