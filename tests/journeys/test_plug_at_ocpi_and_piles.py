"""A contract is shown at a practice OCPI operator, and a car's VIN at a pile of a household, over their real wires."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from finder.charging.machines import Hold, Session
from finder.charging.plug_places import Place
from finder.sandbox.ocpi import PracticeCpo, start_practice_cpo
from finder.storage.database import Database
from tests.contract.people_world import PHONE
from tests.contract.plug_world import OTHER_VIN, VIN, Driver, PlugWorld, plug_world
from tests.faults.charging_world import TARIFF
from tests.protocol.ocpi_world import House, house, now
from tests.protocol.pile_gateway import gateway

PLACE = {"location_id": "LOC3", "evse_uids": ["E3-2"]}
EVSE = "op/LOC3/E3-2"


class Bays:
    """Every bay of this one operator. Is a Places."""

    def __init__(self, source: str) -> None:
        self.source, self.blocked_bays = source, set[str]()

    def settles(self, source: str) -> bool:
        return source == self.source

    async def place(self, evse_id: str, connector_id: str | None) -> Place | None:
        known = evse_id.startswith(f"{self.source}/") and "NONE" not in evse_id
        return Place(connector_id or "1", "站", TARIFF, 50, {"wechat": "m1"}) if known else None

    def blocked(self, evse_id: str) -> bool:
        return evse_id in self.blocked_bays


@pytest.fixture
async def p(tmp_path: Path) -> AsyncIterator[PlugWorld]:
    database = Database(f"sqlite:///{tmp_path / 'plugs.sqlite3'}")
    p = plug_world(database, places=Bays("op"), connectors={})
    p.world.clock.now = now()
    yield p
    await database.close()


@pytest.fixture
async def cpo() -> AsyncIterator[PracticeCpo]:
    cpo = await start_practice_cpo(versions=("2.3.0",))
    yield cpo
    await cpo.close()


@pytest.fixture
async def ours(cpo: PracticeCpo, p: PlugWorld, tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path, cpo, over=lambda _: p.desk) as ours:
        await ours.crawl()
        yield ours


async def contract(p: PlugWorld, driver: Driver) -> str:
    await p.bound(driver)
    (binding,) = await p.bindings.of(driver.caller.person)
    assert binding.contract is not None
    return binding.contract


async def test_a_contract_is_authorised_in_real_time_and_its_session_is_the_order(
    cpo: PracticeCpo, ours: House, p: PlugWorld
) -> None:
    zhang = await p.driver(PHONE)
    shown = await contract(p, zhang)
    p.world.clock.now = now()
    told = (await cpo.caller.authorize(shown, "EMAID", PLACE))["data"]
    assert (told["allowed"], told["location"]) == ("ALLOWED", PLACE)
    (order,) = await p.world.all()
    assert (order.evse_id, order.person, order.session) == (EVSE, zhang.caller.person, Session.START_SENT)
    again = (await cpo.caller.authorize(shown, "EMAID", PLACE))["data"]
    assert again["authorization_reference"] == told["authorization_reference"]
    await cpo.plugged("LOC3", "E3-2", told["token"], told["authorization_reference"])
    assert (await p.order(order.number)).session is Session.CHARGING
    await p.world.post()
    p.world.channel.confirm()
    await p.world.call_back()
    assert (await p.order(order.number)).hold is Hold.HELD
    assert len(await p.world.all()) == 1


async def test_an_ocpi_operator_hears_why_not(cpo: PracticeCpo, ours: House, p: PlugWorld) -> None:
    zhang = await p.driver(PHONE)
    shown = await contract(p, zhang)
    p.world.clock.now = now()

    async def answer(uid: str, place: Any = PLACE, kind: str = "EMAID") -> Any:
        return await cpo.caller.authorize(uid, kind, place)

    assert (await answer("CNFDRC00000000"))["status_code"] == 2004
    assert (await answer(VIN, kind="OTHER"))["status_code"] == 2004  # a VIN is no token at OCPI
    assert (await answer(shown, None))["status_code"] == 2002
    nowhere = (await answer(shown, {"location_id": "NONE", "evse_uids": ["E3-2"]}))["data"]
    assert (nowhere["allowed"], "authorization_reference" in nowhere) == ("NOT_ALLOWED", False)
    await p.agreements.end(zhang.caller, zhang.agreement.id)
    ended = (await answer(shown))["data"]
    assert (ended["allowed"], ended["info"]["text"]) == ("EXPIRED", "付款协议已解约，请先在手机上重新签约")
    assert await p.world.all() == []


async def test_a_car_that_a_pile_names_by_its_vin_charges_under_the_order(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'plugs.sqlite3'}")
    p = plug_world(database, places=Bays("street"), connectors={})
    zhang = await p.driver(PHONE)
    await p.bound(zhang)
    async with gateway(clock=p.world.clock, deciding=p.desk) as g:
        pile = g.pile("2.0.1")
        await pile.join()
        assert not await pile.swipe(f"VID:{OTHER_VIN}")
        assert await p.world.all() == []
        assert await pile.swipe(f"VID:{VIN}")
        (order,) = await p.world.all()
        assert (order.evse_id, order.person) == ("street/LAMP-1-1", zhang.caller.person)
        p.world.clock.later(60)
        pile.flow(60)
        await pile.measure()
        assert (await p.order(order.number)).session is Session.CHARGING
        await pile.finish()
        assert (await p.order(order.number)).session is Session.BILLED
        assert len(await p.world.all()) == 1
    await database.close()
