"""A group of piles as the federation holds it: their stations and status, their sockets, commands to them."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta

import structlog

from finder.connectors.ocpp.authorize import Authorizer
from finder.connectors.ocpp.config import OcppConfig
from finder.connectors.ocpp.control import Control
from finder.connectors.ocpp.entrance import Entrance, version_of
from finder.connectors.ocpp.line import CHANGED, REPLACED, UNKNOWN, Line
from finder.connectors.ocpp.pile import Pile
from finder.connectors.ocpp.pile16 import Pile16
from finder.connectors.ocpp.pile201 import Pile201
from finder.connectors.ocpp.sessions import NOT_BEGUN, Sessions
from finder.connectors.ocpp.stations import evse_id, plug_of, station_of
from finder.connectors.ocpp.telling import Teller
from finder.connectors.ocpp.visit import House, Visit
from finder.connectors.sdk.control import Commanded, PlugState, SessionRef, StartRequest
from finder.connectors.sdk.kinds import Workbench
from finder.connectors.sdk.piles import Kept, PileId
from finder.connectors.sdk.ports import OperatorSocket, StationPage, StatusPage, Tell
from finder.connectors.sdk.sessions import OrderNo, SessionSeen, SessionState
from finder.errors import FinderError
from finder.live.model import Observation, Status
from finder.stations.model import EvseId, Station, Tariff

_VERSIONS: dict[str, type[Pile]] = {"1.6": Pile16, "2.0.1": Pile201}
_AT_ONCE = 100
_OVERLAP = timedelta(seconds=30)
log = structlog.get_logger(__name__)


class OcppConnector:
    """Is a StationSource, StatusSource, SocketReceiver, RemoteControl, SessionSource, PlugCheck and PriceSource."""

    def __init__(self, config: OcppConfig, bench: Workbench | None = None) -> None:
        bench = bench or Workbench()
        self.config = config
        self.source, self.name = config.source, config.name
        self.rhythm, self.practice = config.rhythm, config.practice
        self._piles, self._book, self._clock = bench.piles, bench.pile_book, bench.clock
        self._teller = Teller(config.source, bench.desk, bench.pile_book)
        authorizer = Authorizer(config, bench.desk, bench.pile_book, bench.clock)
        self._sessions = Sessions(config, bench, authorizer, self._teller)
        self._house = House(config, bench, authorizer, self._sessions)
        self._entrance = Entrance(config, bench.piles)
        self._here: dict[PileId, Pile] = {}
        self._lines: dict[PileId, Line] = {}
        self._left: dict[PileId, datetime] = {}
        self._since = bench.clock()
        self._control = Control(config, bench, self._sessions, self._here)
        self._holder = secrets.token_hex(8)  # this process, among those that share the register
        self._tending: asyncio.Task[None] | None = None

    async def stations(self, since: datetime | None) -> AsyncIterator[StationPage]:
        """The piles that are shared with anybody, or what changed of them since then."""
        self._begin_tending()
        async for page in self._piles.changed(self.source, since):
            now = self._clock()
            shared = [station_of(self.config, kept, now) for kept in page.piles if kept.pile.shared]
            hidden = [kept.pile.id for kept in page.piles if not kept.pile.shared]
            yield StationPage(shared, removed=[*page.removed, *hidden])

    async def status(self, stations: Sequence[Station]) -> StatusPage:
        """What the connected ones last said, as true now; those that left are offline.

        Of a pile that another process holds nothing is said here: that process says it.
        """
        now = self._clock()
        plugs: dict[PileId, list[int]] = {}
        for station in stations:
            for evse in station.evses:
                if (place := plug_of(self.source, evse.id)) is not None:
                    plugs.setdefault(place[0], []).append(place[1])
        held = await self._piles.holders(self.source, [pile_id for pile_id in plugs if pile_id not in self._here])
        grace = timedelta(seconds=self.config.limits.offline_s)
        seen: list[Observation] = []
        for pile_id, numbers in plugs.items():
            if (pile := self._here.get(pile_id)) is not None:
                seen += pile.visit.observations()
            elif pile_id not in held and now - self._left.get(pile_id, self._since) >= grace:
                offline = [evse_id(self.source, pile_id, number) for number in numbers]
                seen += [Observation(each, Status.OFFLINE, now, self.source) for each in offline]
        return StatusPage(seen)

    async def serve(self, socket: OperatorSocket, tell: Tell) -> None:
        """See SocketReceiver."""
        self._begin_tending()
        full = len(self._here) >= self.config.limits.connections
        kept = await self._entrance.admit(socket, full=full)
        if kept is None:
            return
        spoken = version_of(socket)
        try:
            await socket.accept(spoken[0] if spoken else None)
        except ConnectionError:
            return
        if spoken is None:
            with contextlib.suppress(ConnectionError):
                await socket.close(1002, "offer ocpp1.6 or ocpp2.0.1")
            return
        line = Line(socket, self.config.limits)
        visit = Visit(self._house, kept, spoken[1], tell)
        pile = _VERSIONS[spoken[1]](visit, line.send)
        try:
            await self._arrive(pile, line)
            pile.later(pile.settle())
            await line.serve(pile)
        except FinderError as away:
            log.warning("pile_not_served", source=self.source, pile=visit.pile_id, code=away.code)
            await line.close(1013, away.en[:100])
        finally:
            pile.abandon()
            await self._leave(pile, we_go=socket.we_go)

    async def start(self, request: StartRequest) -> Commanded:
        """See RemoteControl."""
        return await self._control.start(request)

    async def stop(self, session: SessionRef) -> Commanded:
        """See RemoteControl."""
        return await self._control.stop(session)

    async def session(self, session: SessionRef) -> SessionSeen | None:
        """See SessionSource."""
        return await self._control.session(session)

    async def plug(self, order: OrderNo, evse_id: EvseId, connector_id: str | None = None) -> PlugState:
        """See PlugCheck."""
        return await self._control.plug(evse_id)

    async def price(self, evse_id: EvseId, connector_id: str | None = None) -> Tariff | None:
        """See PriceSource."""
        return await self._control.price(evse_id)

    async def close(self) -> None:
        """Ends every connection, and what is done in the background."""
        if self._tending is not None:
            self._tending.cancel()
            await asyncio.gather(self._tending, return_exceptions=True)
            self._tending = None
        for line in list(self._lines.values()):
            await line.close(1012, "restarting")

    async def _arrive(self, pile: Pile, line: Line) -> None:
        """The newer of two connections is believed: the older one may be half dead without knowing."""
        pile_id = pile.visit.pile_id
        before = self._lines.get(pile_id)
        self._here[pile_id], self._lines[pile_id] = pile, line
        if before is not None:  # beside: one that is half dead would hold up the other
            pile.later(before.close(REPLACED, "a newer connection took over"))
        await self._piles.hold(self.source, pile_id, self._holder)
        await pile.visit.arrive()
        log.info("pile_connected", source=self.source, pile=pile_id, version=pile.version)

    async def _leave(self, pile: Pile, *, we_go: bool) -> None:
        pile_id = pile.visit.pile_id
        if self._here.get(pile_id) is not pile:
            return
        del self._here[pile_id], self._lines[pile_id]
        self._left[pile_id] = self._clock()
        log.info("pile_disconnected", source=self.source, pile=pile_id, we_go=we_go)
        try:
            await self._piles.release(self.source, pile_id, self._holder)
        except FinderError as away:
            log.warning("pile_not_released", source=self.source, pile=pile_id, code=away.code)

    def _begin_tending(self) -> None:
        if self._tending is None:
            self._tending = asyncio.create_task(self._tend())

    async def _tend(self) -> None:
        read_at: datetime | None = self._clock()
        while True:
            await asyncio.sleep(self.config.limits.tend_s)
            try:
                now = self._clock()
                await self._teller.catch_up()
                late = now - timedelta(seconds=self.config.limits.begin_s)
                for t in await self._book.unbegun(self.source, late, _AT_ONCE):
                    await self._sessions.mark(t, SessionState.REJECTED, NOT_BEGUN)
                await self._follow(None if read_at is None else read_at - _OVERLAP)
                read_at = now
            except FinderError as away:
                log.warning("piles_not_tended", source=self.source, code=away.code)
            except Exception as fault:
                log.error("piles_tending_fault", source=self.source, error=type(fault).__name__)

    async def _follow(self, since: datetime | None) -> None:
        """Cuts who was removed, got another password, or connected to another process."""
        async for page in self._piles.changed(self.source, since):
            for pile_id in page.removed:
                await self._cut(pile_id, UNKNOWN, "removed")
            for kept in page.piles:
                await self._changed(kept)
        held = await self._piles.holders(self.source, list(self._here))
        for pile_id, holder in held.items():
            if holder != self._holder:
                await self._cut(pile_id, REPLACED, "a newer connection took over")

    async def _changed(self, kept: Kept) -> None:
        pile = self._here.get(kept.pile.id)
        if pile is None:
            return
        pile.visit.renew(kept)
        if pile.visit.password_at != kept.password_at:
            await self._cut(kept.pile.id, CHANGED, "the password was changed")

    async def _cut(self, pile_id: PileId, code: int, reason: str) -> None:
        line = self._lines.get(pile_id)
        if line is not None:
            await line.close(code, reason)
