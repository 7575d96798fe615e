"""Asks a connector for everything that it can do, and keeps what came."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import msgspec

from finder.connectors.sdk import control, ports
from finder.connectors.sdk.check.desk import RecordingDesk
from finder.connectors.sdk.check.evidence import (
    CatalogueRead,
    Command,
    CommandSeen,
    Evidence,
    Hints,
    PushSeen,
    StatusRead,
    Trouble,
)
from finder.connectors.sdk.exchanges import RawExchange, ThroughClient, Watcher, opened_exchange, wire_of
from finder.connectors.sdk.http import Caution, operator_client
from finder.connectors.sdk.kinds import Workbench
from finder.connectors.sdk.sessions import SessionState
from finder.errors import OperatorUnavailable
from finder.stations.model import Station

MAX_PAGES = 5_000
Build = Callable[[Workbench], ports.OperatorConnector]
Say = Callable[[str], None]
CAPABILITIES: dict[str, Any] = {
    "stations": ports.StationSource,
    "status": ports.StatusSource,
    "pushes": ports.PushReceiver,
    "control": control.RemoteControl,
    "session": control.SessionSource,
    "bills": control.BillSource,
    "plug": control.PlugCheck,
    "price": control.PriceSource,
    "energy": control.EnergySource,
}
_OVER = (SessionState.ENDED, SessionState.REJECTED)


class Plan(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is asked. `start` names an EVSE at which a session is really begun, under `order`, and ended again."""

    reads: int = 2
    changes: bool = True
    status_stations: int = 200
    prices: int = 3
    bill_days: int = 1
    start: str | None = None
    order: str = ""
    look_every_s: float = 1.0
    charge_s: float = 30.0  # the longest wait for the session to charge, and to end
    step_s: float = 1800.0  # the longest that one step may take; then the rest goes on


def nothing(_: str) -> None:
    """Says nothing."""


class Probe:
    """Holds one connector, made on a bench of the kit's own."""

    def __init__(
        self,
        build: Build,
        bench: Workbench,
        *,
        hints: Hints | None = None,
        say: Say = nothing,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._clock, self._say, self._sleep = bench.clock, say, sleep
        self._raw: list[RawExchange] = []
        self._caution = Caution()
        self._make = bench.client
        self._step_s = Plan().step_s
        self.desk = RecordingDesk(bench.clock)
        self.connector = build(replace(bench, desk=self.desk, client=self._client))
        self.capabilities = frozenset(name for name, kind in CAPABILITIES.items() if isinstance(self.connector, kind))
        self.evidence = Evidence(
            self.connector.source,
            self.connector.name,
            self.capabilities,
            bench.clock(),
            self._caution,
            hints or Hints(),
        )

    def _client(self, base_url: str, caution: Caution) -> httpx.AsyncClient:
        self._caution = caution
        through = ThroughClient(self._make(base_url, caution))
        return operator_client(base_url, caution, transport=Watcher(through, self._clock, self._raw.append))

    async def run(self, plan: Plan) -> Evidence:
        """Every step that the connector can do; a step that fails is written down and the rest goes on."""
        connector, evidence = self.connector, self.evidence
        self._step_s = plan.step_s
        if isinstance(connector, ports.StationSource):
            for n in range(plan.reads):
                step = "catalogue" if n == 0 else f"catalogue {n + 1}"
                await self._step(step, lambda: self._read(connector, None, evidence.reads))
                if n == 0 and isinstance(connector, ports.StatusSource):
                    await self._step("status", lambda: self._status(connector, plan))
            if plan.changes and evidence.reads:
                since = evidence.reads[-1].at
                await self._step("changes", lambda: self._read(connector, since, evidence.changes))
        if plan.start is not None and isinstance(connector, control.RemoteControl):
            await self._step("session", lambda: self._charge(connector, plan))
        if isinstance(connector, control.BillSource):
            await self._step("bills", lambda: self._bills(connector, plan))
        await self._singles(plan)
        return self.gather()

    def gather(self) -> Evidence:
        """What there is so far, exchanges opened and the desk's entries among it."""
        wire = wire_of(self.connector)
        self.evidence.exchanges = [opened_exchange(raw, wire) for raw in self._raw]
        self.evidence.desk = list(self.desk.entries)
        self.evidence.caution = self._caution
        return self.evidence

    async def push(self, request: ports.PushRequest) -> ports.PushAnswer:
        """Hands an operator's push to the connector, and keeps both."""
        if not isinstance(self.connector, ports.PushReceiver):
            return ports.PushAnswer(404, b"")
        opened = wire_of(self.connector).open_push(request)
        try:
            answer = await self.connector.receive(request)
        except Exception as error:  # a receiver must answer whatever comes
            self.evidence.troubles.append(Trouble.of(f"push {request.interface}", error))
            answer = ports.PushAnswer(500, b"")
        digest = hashlib.blake2b(request.body, digest_size=8).hexdigest()
        self.evidence.pushes.append(PushSeen(request.received_at, opened, digest, answer))
        return answer

    async def close(self) -> None:
        """Lets go of the connector."""
        await self.connector.close()

    async def _step(self, step: str, work: Callable[[], Awaitable[None]]) -> None:
        self._say(step)
        self.evidence.steps.append(step)
        try:
            async with asyncio.timeout(self._step_s) as limit:
                await work()
        except Exception as error:  # what a connector may not raise is a finding, not our end
            cut = OperatorUnavailable(
                f"{self._step_s:.0f} 秒内没有结束", f"did not end within {self._step_s:.0f} s", code="STEP_ENDLESS"
            )
            self.evidence.troubles.append(Trouble.of(step, cut if limit.expired() else error))

    async def _read(self, source: ports.StationSource, since: datetime | None, into: list[CatalogueRead]) -> None:
        read = CatalogueRead(self._clock(), since)
        into.append(read)
        pages = source.stations(since)
        try:
            async for page in pages:
                read.pages.append(page)
                if len(read.pages) > MAX_PAGES:
                    break
            read.ended = len(read.pages) <= MAX_PAGES
        finally:
            if isinstance(pages, AsyncGenerator):
                await pages.aclose()

    async def _status(self, source: ports.StatusSource, plan: Plan) -> None:
        asked = self._some_stations(plan.status_stations)
        if asked:
            at = self._clock()
            self.evidence.statuses.append(StatusRead(at, asked, await source.status(asked)))

    def _some_stations(self, count: int) -> list[Station]:
        """The first ones, and those whose status or place is known from elsewhere."""
        known = self.evidence.hints.statuses
        stations = self.evidence.stations
        wanted = [s for s in stations if any(evse.id in known for evse in s.evses)]
        return list({s.id: s for s in (*wanted, *stations[:count])}.values())

    async def _bills(self, source: control.BillSource, plan: Plan) -> None:
        until = self._clock()
        async for batch in source.bills(until - timedelta(days=plan.bill_days), until):
            for bill in batch:
                await self.desk.bill(bill)

    async def _singles(self, plan: Plan) -> None:
        """Questions about one connector or one station."""
        connector, evses = self.connector, [evse for _, evse in self.evidence.evses()]
        for evse in evses[: plan.prices]:
            first = evse.connectors[0].id if evse.connectors else None
            if isinstance(connector, control.PriceSource):
                await self._step(f"price {evse.id}", lambda e=evse, c=first: _drop(connector.price(e.id, c)))  # type: ignore[misc]
        if evses and isinstance(connector, control.PlugCheck):
            order = plan.order or "CHECK"
            await self._step(f"plug {evses[0].id}", lambda: _drop(connector.plug(order, evses[0].id)))
        if self.evidence.stations and isinstance(connector, control.EnergySource):
            station, day = self.evidence.stations[0].id, (self._clock() - timedelta(days=1)).date()

            async def energy(source: control.EnergySource) -> None:
                self.evidence.energies.append(await source.energy(station, day, day))

            await self._step(f"energy {station}", lambda: energy(connector))

    async def _charge(self, remote: control.RemoteControl, plan: Plan) -> None:
        """Starts, waits until current flows, stops, waits for the end, and stops once more."""
        evse_id = str(plan.start)
        connector_id = next((e.connectors[0].id for _, e in self.evidence.evses() if e.id == evse_id), None)
        start = Command(kind="start", at=self._clock(), order=plan.order, evse_id=evse_id, connector_id=connector_id)
        began = await remote.start(control.StartRequest(plan.order, evse_id, connector_id))
        self.evidence.commands.append(CommandSeen(start, began))
        if began.outcome is control.Outcome.REJECTED:
            return
        session = control.SessionRef(plan.order, evse_id, began.native_id, connector_id)
        charging = (SessionState.CHARGING, *_OVER)
        await self._look(session, plan, charging)
        if isinstance(remote, ports.StatusSource):  # between two looks, so that it can be held against both
            await self._status(remote, plan)
            await self._look(session, plan, charging)
        for _ in range(2):
            stop = msgspec.structs.replace(start, kind="stop", at=self._clock())
            self.evidence.commands.append(CommandSeen(stop, await remote.stop(session)))
            await self._look(session, plan, _OVER)

    async def _look(self, session: control.SessionRef, plan: Plan, until: tuple[SessionState, ...]) -> None:
        source, waited = self.connector, 0.0
        while isinstance(source, control.SessionSource) and waited <= plan.charge_s:
            seen = await source.session(session)
            if seen is not None:
                await self.desk.session(seen)
                if seen.state in until:
                    return
            await self._sleep(plan.look_every_s)
            waited += max(plan.look_every_s, 0.01)


async def _drop(work: Awaitable[object]) -> None:
    await work
