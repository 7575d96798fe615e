"""A private pile joins the real finder, on SQLite: on the map, free, started from afar, measured, stopped, billed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from websockets.exceptions import InvalidStatus

from finder.app import choose
from finder.connectors.ocpp.connector import OcppConnector
from finder.connectors.sdk.control import Outcome, Reason, SessionRef, StartRequest
from finder.connectors.sdk.desk import Heard
from finder.connectors.sdk.piles import Pile
from finder.connectors.sdk.sessions import Bill, SessionState
from finder.federation.federation import Federation
from finder.graphql.routes import graphql_routes
from finder.kernel.clock import SHANGHAI, system_clock
from finder.kernel.money import Money, UnitPrice
from finder.rooms import Engines, open_rooms
from finder.sandbox.ocpp import PracticePile
from finder.settings import Settings
from finder.stations.model import OpeningHours, Tariff, TariffPeriod
from finder.web.sockets import socket_routes
from tests.protocol.pile_gateway import HASHED, OWNER, PASSWORD, SOURCE, VERSIONS, listening, pile_of

pytestmark = pytest.mark.slow
EVSE = f"{SOURCE}/LAMP-1-1"
QUESTION = """query ($id: ID!) { station(id: $id) { name openNow availability { available charging occupied unknown }
  evses { live { status } } } }"""
FLAT = Tariff(
    id="own", periods=(TariffPeriod(start=0, end=1440, electricity=UnitPrice(5000), service=UnitPrice(1000)),)
)
ENTRY = f'[[operator]]\nprotocol = "ocpp"\nsource = "{SOURCE}"\nname = "街边桩"\n'


@dataclass
class Finder:
    engines: Engines
    federation: Federation
    port: int

    @property
    def connector(self) -> OcppConnector:
        (connector,) = self.engines.operators
        assert isinstance(connector, OcppConnector)
        return connector

    def pile(self, version: str, **how: Any) -> PracticePile:
        made: PracticePile = VERSIONS[version](f"ws://127.0.0.1:{self.port}/ocpp/{SOURCE}", "LAMP-1", PASSWORD, **how)
        return made

    async def shows(self, **want: Any) -> dict[str, Any]:
        """Waits until a phone is told so."""
        async with asyncio.timeout(10), httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}") as phone:
            while True:
                asked = {"query": QUESTION, "variables": {"id": f"{SOURCE}/LAMP-1"}}
                station = (await phone.post("/graphql", json=asked)).json()["data"]["station"]
                told = {**(station or {}), **((station or {}).get("availability") or {})}
                if want.items() <= told.items():
                    return dict(told)
                await asyncio.sleep(0.02)

    async def bills(self) -> list[tuple[Bill, Heard]]:
        now = system_clock()
        return await self.engines.desk.bills(SOURCE, now - timedelta(hours=1), now + timedelta(hours=1))


@asynccontextmanager
async def finder(folder: Path, *piles: Pile) -> AsyncIterator[Finder]:
    """As `finder serve` is with this operators' file; the same folder again is the next day."""
    file = folder / "operators.toml"
    file.write_text(ENTRY)
    engines = choose(Settings(data_dir=folder, operators_file=file))
    for pile in piles:
        await engines.bench.piles.put(SOURCE, pile)
        await engines.bench.piles.set_password(SOURCE, pile.id, HASHED)
    async with open_rooms(engines) as rooms:
        app = Starlette(routes=[*graphql_routes(rooms.gateway), *socket_routes(rooms.federation.serve)])
        async with listening(app) as port:
            yield Finder(engines, rooms.federation, port)


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_private_pile_joins_is_found_charges_and_bills(version: str, tmp_path: Path) -> None:
    async with finder(tmp_path, pile_of(tariff=FLAT)) as f:
        pile = f.pile(version)
        assert (await f.shows(name="和平西街 12 号"))["openNow"] is True
        await pile.join()
        await f.shows(available=1)
        await pile.plug_in()
        await f.shows(available=0, occupied=1)
        said = await f.connector.start(StartRequest(order="order-1", evse_id=EVSE))
        assert said.outcome is Outcome.ACCEPTED
        await f.shows(charging=1)
        pile.flow(200)  # less than half a kWh: it may come at once
        await pile.measure()
        running = await f.engines.desk.running(SOURCE)
        assert running[EVSE].kwh == Decimal("0.389")
        ref = SessionRef(order="order-1", evse_id=EVSE, native_id=said.native_id)
        assert (await f.connector.stop(ref)).outcome is Outcome.ACCEPTED
        await f.shows(available=1, charging=0)
        ((bill, heard),) = await f.bills()
        assert (bill.order, bill.kwh, heard) == ("order-1", Decimal("0.389"), Heard.ACCEPTED)
        assert bill.total == Money(19 + 4)
        await pile.leave()


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_charge_that_outlives_the_process_is_billed_once_by_the_next(version: str, tmp_path: Path) -> None:
    async with finder(tmp_path, pile_of()) as first:
        pile = first.pile(version)
        await first.shows(name="和平西街 12 号")
        await pile.join()
        await first.connector.start(StartRequest(order="order-1", evse_id=EVSE))
        await first.shows(charging=1)
        await pile.drop()
    pile.flow(200)
    await pile.finish()  # while nobody listens
    async with finder(tmp_path) as second:
        pile.url = f"ws://127.0.0.1:{second.port}/ocpp/{SOURCE}"
        await pile.join()
        ((bill, _),) = await second.bills()
        assert (bill.order, bill.kwh) == ("order-1", Decimal("0.389"))
        seen = await second.connector.session(SessionRef(order="order-1", evse_id=EVSE))
        assert seen is not None
        assert seen.state is SessionState.ENDED
        await pile.leave()


async def test_outside_the_owners_hours_the_map_says_closed_and_only_the_owner_starts(tmp_path: Path) -> None:
    local = system_clock().astimezone(SHANGHAI)
    other_day = (local.weekday() + 3) % 7 * 1440
    hours = OpeningHours(spans=((other_day, other_day + 60),))
    async with finder(tmp_path, pile_of(hours=hours)) as f:
        pile = f.pile("1.6")
        assert (await f.shows(name="和平西街 12 号"))["openNow"] is False
        await pile.join()
        refused = await f.connector.start(StartRequest(order="o-1", evse_id=EVSE, person="somebody"))
        assert (refused.outcome, refused.reason) == (Outcome.REJECTED, Reason.CLOSED)
        mine = await f.connector.start(StartRequest(order="o-2", evse_id=EVSE, person=OWNER))
        assert mine.outcome is Outcome.ACCEPTED
        await pile.leave()


async def test_a_wrong_password_or_source_is_refused_before_the_upgrade(tmp_path: Path) -> None:
    async with finder(tmp_path, pile_of()) as f:
        pile = f.pile("2.0.1")
        with pytest.raises(InvalidStatus) as wrong:
            await pile.dial(password="not-the-right-one-at-all")
        assert wrong.value.response.status_code == 401
        pile.url = pile.url.replace(SOURCE, "nowhere")
        with pytest.raises(InvalidStatus) as nowhere:
            await pile.dial()
        assert nowhere.value.response.status_code == 404
