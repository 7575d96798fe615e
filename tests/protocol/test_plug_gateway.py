"""Charging by the plug through the gateway: bound, told, denied, each for its owner alone, and refused in words."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from finder.charging.plugs import Plugs
from finder.graphql.routes import graphql_routes
from finder.identity.accounts import Accounts
from finder.identity.keyring import Keyring
from finder.identity.oidc import Oidc
from finder.identity.passkeys import Passkeys, site_of
from finder.identity.privacy import Privacy
from finder.storage.database import Database
from tests.contract.people_world import OTHER_PHONE, PHONE
from tests.contract.plug_world import OTHER_VIN, VIN, PlugWorld, plug_world
from tests.unit.naive import World, station, world

BIND = "mutation($v:ID!,$a:ID!){bindVehicle(vehicle:$v,agreement:$a){vehicle agreement state proof contract}}"
MINE = "{me{bindings{vehicle state contract} notices{id kind text order read} plugCases{id kind order decision}}}"


class Phone:
    """Asks the gateway with its owner's token."""

    def __init__(self, client: httpx.AsyncClient, access: str) -> None:
        self._client, self._headers = client, {"authorization": f"Bearer {access}", "accept-language": "en"}

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        sent = {"query": query, "variables": variables}
        answer = await self._client.post("/graphql", json=sent, headers=self._headers)
        assert answer.status_code < 500, answer.text
        return dict(answer.json())

    async def mine(self) -> dict[str, Any]:
        return dict((await self.ask(MINE))["data"]["me"])


def code_of(answer: dict[str, Any]) -> str:
    return str(answer["errors"][0]["extensions"]["code"])


@pytest.fixture
async def p(tmp_path: Path) -> AsyncIterator[PlugWorld]:
    database = Database(f"sqlite:///{tmp_path / 'finder.sqlite3'}")
    yield plug_world(database)
    await database.close()


@pytest.fixture
def finder(p: PlugWorld) -> World:
    w, people = world(station(n) for n in range(1)), p.w.people
    keyring = Keyring(people, Passkeys(people.store, p.w.clock, site_of("https://finder.example", "充电")))
    accounts = Accounts(people, Privacy(people), keyring, Oidc(people, [], "https://finder.example", p.w.clock))
    plugs = Plugs(p.bindings, p.cases, p.notices, p.plugs)
    w.gateway = replace(w.gateway, accounts=accounts, agreements=p.agreements, plugs=plugs)
    return w


@pytest.fixture
async def client(finder: World) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(Starlette(routes=graphql_routes(finder.gateway)))
    async with httpx.AsyncClient(transport=transport, base_url="http://finder") as client:
        yield client


async def test_a_car_is_bound_charges_and_its_phone_says_that_it_was_not_its_owner(
    p: PlugWorld, client: httpx.AsyncClient
) -> None:
    zhang = await p.driver(PHONE)
    earlier = await p.w.sign_in(OTHER_PHONE)
    mine = Phone(client, (await p.w.sign_in(PHONE)).access)
    theirs = Phone(client, (await p.w.people.refresh(earlier.refresh)).access)
    told = (await mine.ask(BIND, v=zhang.car.id, a=zhang.agreement.id))["data"]["bindVehicle"]
    assert (told["state"], told["proof"], told["contract"]) == ("PROVING", None, None)
    assert code_of(await theirs.ask(BIND, v=zhang.car.id, a=zhang.agreement.id)) == "NO_VEHICLE"
    await p.bound(zhang)
    said = await p.plug()
    me = await mine.mine()
    assert me["bindings"][0]["state"] == "ACTIVE"
    assert me["bindings"][0]["contract"].startswith("CNFDRC")
    assert [(n["kind"], n["order"], n["read"]) for n in me["notices"]] == [
        ("PLUG_STARTED", said.order, False),
        ("BINDING_PROVEN", None, False),
    ]
    assert "if that was not you" in me["notices"][0]["text"]
    read = "mutation($n:ID!){readNotices(upTo:$n)}"
    assert (await mine.ask(read, n=me["notices"][0]["id"]))["data"] == {"readNotices": 2}
    deny = "mutation($o:ID!){notMe(order:$o){kind order decision}}"
    assert code_of(await theirs.ask(deny, o=said.order)) == "NO_SUCH_ORDER"
    case = (await mine.ask(deny, o=said.order))["data"]["notMe"]
    assert case == {"kind": "NOT_ME", "order": said.order, "decision": None}
    me = await mine.mine()
    assert me["bindings"][0]["state"] == "SUSPENDED"
    assert [each["order"] for each in me["plugCases"]] == [said.order]
    assert (await p.order(said.order)).wants_stop
    assert await theirs.mine() == {"bindings": [], "notices": [], "plugCases": []}
    unbind = "mutation($v:ID!){unbindVehicle(vehicle:$v)}"
    assert code_of(await theirs.ask(unbind, v=zhang.car.id)) == "NOT_BOUND"
    assert (await mine.ask(unbind, v=zhang.car.id))["data"] == {"unbindVehicle": True}
    assert code_of(await mine.ask(unbind, v=zhang.car.id)) == "NOT_BOUND"


async def test_a_vehicle_that_is_removed_takes_back_what_was_granted_to_it(
    p: PlugWorld, client: httpx.AsyncClient
) -> None:
    zhang = await p.driver(PHONE)
    await p.bound(zhang)
    mine = Phone(client, (await p.w.sign_in(PHONE)).access)
    order = (await p.plug()).order
    assert (await mine.ask("mutation($v:ID!){removeVehicle(id:$v)}", v=zhang.car.id))["data"] == {"removeVehicle": True}
    taken = await p.order(order)
    assert (taken.wants_stop, taken.reason) == (True, "UNBOUND")


async def test_a_car_that_another_has_is_claimed(p: PlugWorld, client: httpx.AsyncClient) -> None:
    await p.driver(PHONE)
    theirs = Phone(client, (await p.w.sign_in(OTHER_PHONE)).access)
    add = 'mutation($v:String!){addVehicle(plate:"晋HA8888",vin:$v){id}}'
    assert code_of(await theirs.ask(add, v=VIN)) == "VEHICLE_TAKEN"
    claim = "mutation($v:String!){claimVehicle(vin:$v){kind decision}}"
    assert (await theirs.ask(claim, v=VIN))["data"]["claimVehicle"] == {"kind": "CLAIM", "decision": None}
    assert code_of(await theirs.ask(claim, v=OTHER_VIN)) == "VIN_FREE"


async def test_where_no_car_charges_by_its_plug_nothing_of_it_is_there(p: PlugWorld, finder: World) -> None:
    bare = replace(finder.gateway, plugs=None)
    transport = httpx.ASGITransport(Starlette(routes=graphql_routes(bare)))
    async with httpx.AsyncClient(transport=transport, base_url="http://finder") as client:
        phone = Phone(client, (await p.w.sign_in(PHONE)).access)
        assert await phone.mine() == {"bindings": [], "notices": [], "plugCases": []}
        for asked in ('notMe(order:"x"){id}', 'unbindVehicle(vehicle:"x")', 'claimVehicle(vin:"x"){id}'):
            assert code_of(await phone.ask(f"mutation{{{asked}}}")) == "NO_PAYMENTS"
