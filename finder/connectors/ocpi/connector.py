"""An OCPI platform as the federation holds it: stations, prices, commands, sessions, bills, and what it pushes."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime

import structlog

from finder.connectors.ocpi.catalogue import Catalogue
from finder.connectors.ocpi.client import OcpiHttp
from finder.connectors.ocpi.commands import START, STOP, Commands
from finder.connectors.ocpi.config import OcpiConfig
from finder.connectors.ocpi.credentials import NotebookCredentials, Registration
from finder.connectors.ocpi.envelope import written
from finder.connectors.ocpi.handshake import Handshake
from finder.connectors.ocpi.ids import split_evse_id
from finder.connectors.ocpi.lists import Lists
from finder.connectors.ocpi.orders import Orders
from finder.connectors.ocpi.receive import OcpiReceiver, Serve
from finder.connectors.ocpi.receive_credentials import CredentialsDesk
from finder.connectors.ocpi.receive_locations import LocationsDesk, TariffsDesk
from finder.connectors.ocpi.receive_sessions import CdrsDesk, SessionsDesk
from finder.connectors.ocpi.receive_tokens import ResultsDesk, TokensDesk, our_token
from finder.connectors.ocpi.sought import Sought
from finder.connectors.ocpi.statuses import observe, there
from finder.connectors.ocpi.told import Kind, Told
from finder.connectors.sdk.control import Commanded, Outcome, Reason, SessionRef, StartRequest
from finder.connectors.sdk.kinds import Workbench
from finder.connectors.sdk.ports import PushAnswer, PushRequest, StationPage, StatusPage
from finder.connectors.sdk.sessions import Bill, SessionSeen
from finder.errors import BadInput, OperatorError
from finder.live.model import Observation
from finder.stations.model import EvseId, Station, Tariff

log = structlog.get_logger(__name__)


class OcpiConnector:
    """Speaks to one platform.

    Is an OperatorConnector, StationSource, PushReceiver, PriceSource, RemoteControl, SessionSource and BillSource.
    """

    def __init__(self, config: OcpiConfig, bench: Workbench | None = None) -> None:
        bench = bench or Workbench()
        self.config = config
        self.source, self.name = config.source, config.name
        self.rhythm, self.practice = config.rhythm, config.practice
        self._clock = bench.clock
        self._http = bench.client("", config.caution)
        base = f"{bench.public_url}/push/{config.source}/ocpi"
        store = NotebookCredentials(bench.notebook)
        told = Told(config.source, bench.notebook, bench.clock)
        calls, orders = OcpiHttp(config, self._http), Orders(told)
        self._told, self._orders = told, orders
        self._catalogue = Catalogue(config, told)
        self._lists = Lists(config, calls)
        self._sought = Sought(config, told, orders, self._lists, bench.clock)
        self._commands = Commands(config, calls, told, base)
        self.handshake = Handshake(config, calls, store, f"{base}/versions", bench.clock)
        credentials = CredentialsDesk(config, store, self.handshake, f"{base}/versions")
        modules: dict[str, Serve] = {
            "credentials": credentials.serve,
            "locations": LocationsDesk(config.source, self._catalogue).serve,
            "tariffs": TariffsDesk(self._catalogue).serve,
        }
        if config.charges:
            modules |= {
                "sessions": SessionsDesk(config, told, orders, bench.desk).serve,
                "cdrs": CdrsDesk(config, told, orders, bench.desk, base).serve,
                "tokens": TokensDesk(config, orders, bench.desk).serve,
                "commands": ResultsDesk(self._commands).serve,
            }
        self._receiver = OcpiReceiver(config, store, base, modules)
        self._registering = asyncio.Lock()
        self._tariffs_at: datetime | None = None

    async def stations(self, since: datetime | None) -> AsyncIterator[StationPage]:
        """The catalogue, or what changed since then; registers where that is still to be done.

        Prices come first. Where they cannot be read the stations come all the same, and then what was wrong is raised.
        """
        held = await self._ready()
        if since is None and self.handshake.due(held):
            held = await self._rotated(held)
        now = self._clock()
        repriced: set[str] = set()
        trouble: OperatorError | None = None
        try:
            repriced = await self._read_tariffs(held, since, now)
        except OperatorError as error:
            trouble = error
        named: set[str] = set()
        async for raws in self._lists.pages(held, "locations", _since(since)):
            await self._catalogue.keep(raws)
            page = await self._catalogue.page(raws, now)
            named |= {each.native_id.lower() for station in page.stations for each in station.provenance}
            yield page
        if since is None:
            self._catalogue.only(named)
        for tariff_id in sorted(repriced) if since is not None else ():
            if stations := await self._catalogue.repriced(tariff_id, now):
                yield StationPage(stations)
        if trouble is not None:
            raise trouble

    async def price(self, evse_id: EvseId, connector_id: str | None = None) -> Tariff | None:
        """See PriceSource. Tariffs that changed are asked for first, so that what is quoted is what holds now."""
        try:
            location_id, _ = split_evse_id(self.source, evse_id)
        except BadInput:
            return None
        held, now = await self._ready(), self._clock()
        if self._tariffs_at is None or now - self._tariffs_at >= self.config.price_age:
            await self._read_tariffs(held, self._tariffs_at, now)
        raw = await self._told.get(Kind.LOCATION, location_id)
        for station in (await self._catalogue.page([raw], now)).stations if raw is not None else ():
            for evse in station.evses:
                for plug in evse.connectors if evse.id.lower() == evse_id.lower() else ():
                    if connector_id is None or plug.id.lower() == connector_id.lower():
                        return next((each for each in station.tariffs if each.id == plug.tariff_id), None)
        return None

    async def start(self, request: StartRequest) -> Commanded:
        """See RemoteControl. The order's reference is the token, so a session is known by it however it comes."""
        if not self.config.charges:
            return Commanded(Outcome.REJECTED, reason=Reason.NOT_SUPPORTED)
        try:
            location_id, uid = split_evse_id(self.source, request.evse_id)
        except BadInput as bad:
            return Commanded(Outcome.REJECTED, reason=Reason.NO_SUCH_EVSE, said=bad.en)
        held = await self._ready()
        reference = await self._orders.remember(request.order, request.evse_id)
        body: dict[str, object] = {
            "token": our_token(self.config, reference, "APP_USER", self._clock()),
            "location_id": location_id,
            "evse_uid": uid,
            "authorization_reference": reference,
        }
        if request.connector_id is not None:
            body["connector_id"] = request.connector_id
        done = await self._commands.run(START, body, held, once=f"start-{reference}")
        return _with_session(done, await self._orders.session_id(request.order))

    async def stop(self, session: SessionRef) -> Commanded:
        """See RemoteControl. Where no session is known yet, it is looked for first."""
        held = await self._ready()
        session_id = session.native_id or await self._orders.session_id(session.order)
        if session_id is None and (seen := await self._sought.session(session, held)) is not None:
            session_id = seen.native_id
        if session_id is None:
            return Commanded(Outcome.REJECTED, reason=Reason.UNKNOWN_SESSION)
        return _with_session(await self._commands.run(STOP, {"session_id": session_id}, held), session_id)

    async def session(self, session: SessionRef) -> SessionSeen | None:
        """See SessionSource."""
        return await self._sought.session(session, await self._ready())

    async def bills(self, since: datetime, until: datetime) -> AsyncIterator[Sequence[Bill]]:
        """See BillSource; a CDR that cannot be read is logged by its number and the rest goes on."""
        held = await self._ready()
        query = {"date_from": written(since), "date_to": written(until)}
        async for raws in self._lists.pages(held, "cdrs", query):
            if bills := await self._sought.bills(raws):
                yield bills

    async def receive(self, request: PushRequest) -> PushAnswer:
        """See PushReceiver."""
        return await self._receiver.receive(request)

    async def close(self) -> None:
        """Lets go of connections."""
        await self._http.aclose()

    async def _ready(self) -> Registration:
        async with self._registering:
            return await self.handshake.ready()

    async def _rotated(self, held: Registration) -> Registration:
        try:
            return await self.handshake.rotate()
        except OperatorError as error:
            log.warning("ocpi_not_rotated", source=self.source, code=error.code)
            return held

    async def _read_tariffs(self, held: Registration, since: datetime | None, now: datetime) -> set[str]:
        """Keeps tariffs; the ids of those that came. A platform without that module has none."""
        read: set[str] = set()
        if held.endpoint("tariffs", "SENDER") is None:
            return read
        async for raws in self._lists.pages(held, "tariffs", _since(since)):
            read |= await self._catalogue.keep_tariffs(raws)
        self._tariffs_at = now
        return read


class OcpiPolled(OcpiConnector):
    """An OcpiConnector whose status is asked for as well as pushed: a StatusSource too."""

    def __init__(self, config: OcpiConfig, bench: Workbench | None = None) -> None:
        super().__init__(config, bench)
        self._changes_at: datetime | None = None
        self._asking = asyncio.Lock()

    async def status(self, stations: Sequence[Station]) -> StatusPage:
        """See StatusSource.

        Where changes can be asked for, one question tells of all: what did not change since is still as it was told.
        """
        held = await self._ready()
        ids = [each.native_id for s in stations for each in s.provenance if each.source == self.source]
        if self.config.status_by == "locations":
            seen_at = self._clock()
            read = await self._lists.one_by_one(held, "locations", ids)
            await self._catalogue.keep(read.values())
            ids = list(read)
        else:
            seen_at = await self._read_changes(held)
        # As told, for a push may have told more than the list that was read meanwhile.
        found = await self._told.get_many(Kind.LOCATION, ids)
        observations: list[Observation] = []
        for raw in found.values():
            observations += observe(raw, there(raw)[0], self.source, seen_at)
        return StatusPage(observations)

    async def _read_changes(self, held: Registration) -> datetime:
        """Reads Locations that changed, once for all of a round's batches; when they were asked for."""
        async with self._asking:
            now = self._clock()
            if self._changes_at is not None and now - self._changes_at < self.rhythm.status / 2:
                return self._changes_at
            since = now - self.rhythm.freshness if self._changes_at is None else self._changes_at - self.config.overlap
            async for raws in self._lists.pages(held, "locations", _since(since)):
                await self._catalogue.keep(raws)
            self._changes_at = now
            return now


def connect(config: OcpiConfig, bench: Workbench | None = None) -> OcpiConnector:
    """The connector that this configuration asks for."""
    return OcpiConnector(config, bench) if config.status_by == "push" else OcpiPolled(config, bench)


def _since(since: datetime | None) -> Mapping[str, str]:
    return {} if since is None else {"date_from": written(since)}


def _with_session(done: Commanded, session_id: str | None) -> Commanded:
    return Commanded(done.outcome, done.native_id or session_id, done.reason, done.said)
