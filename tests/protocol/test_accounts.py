"""Accounts through the gateway: a phone signs in over real messages, and meets every refusal in words."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from websockets.asyncio.client import connect

from finder.charging.agreements import Agreements
from finder.charging.payers import PracticePayers
from finder.graphql.routes import graphql_routes
from finder.identity.accounts import Accounts
from finder.identity.asker import Asker
from finder.identity.audit import Audit
from finder.identity.keyring import Keyring
from finder.identity.oidc import Oidc
from finder.identity.passkeys import Passkeys, site_of
from finder.identity.people import People
from finder.identity.privacy import Privacy
from finder.identity.sms import HttpSms
from finder.identity.store import Store
from finder.identity.vault import Vault
from finder.sandbox.sms import SmsGateway, sms_running
from finder.storage.database import Database
from tests.contract.authenticator import Authenticator
from tests.contract.people_world import KEYS, OTHER_PHONE, PHONE, Hand
from tests.unit.naive import World, station, world
from tests.unit.served import served

ME = "{me{id phone roles devices{id name current}}}"


class Phone:
    """Asks the gateway, with the access token that it has."""

    def __init__(self, client: httpx.AsyncClient, gateway: SmsGateway, clock: Hand) -> None:
        self.client, self.gateway, self.clock = client, gateway, clock
        self.access = self.refresh = ""

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {self.access}"} if self.access else {}
        headers["accept-language"] = "en"
        answer = await self.client.post("/graphql", json={"query": query, "variables": variables}, headers=headers)
        assert answer.status_code < 500, answer.text
        return dict(answer.json())

    async def sign_in(self, phone: str = PHONE, device: str = "小米 14") -> None:
        self.clock.pass_(timedelta(hours=3))
        told = await self.ask("mutation($p:String!){requestCode(phone:$p){challenge expiresInS againInS}}", p=phone)
        sent = told["data"]["requestCode"]
        assert (sent["expiresInS"], sent["againInS"]) == (300, 60)
        query = "mutation($c:String!,$k:String!,$d:String!){signIn(challenge:$c,code:$k,device:$d)%s}"
        tokens = "{accessToken refreshToken expiresInS}"
        code = self.gateway.code_of(phone)
        told = await self.ask(query % tokens, c=sent["challenge"], k=code, d=device)
        self.access, self.refresh = (told["data"]["signIn"][name] for name in ("accessToken", "refreshToken"))


def code_of(answer: dict[str, Any]) -> str:
    return str(answer["errors"][0]["extensions"]["code"])


@pytest.fixture
def clock() -> Hand:
    return Hand()


@pytest.fixture
async def gateway() -> SmsGateway:
    return SmsGateway()


@pytest.fixture
async def finder(gateway: SmsGateway, clock: Hand, tmp_path: Path) -> AsyncIterator[World]:
    database = Database(f"sqlite:///{tmp_path / 'finder.sqlite3'}")
    async with sms_running(gateway) as url:
        sms = HttpSms(url, SecretStr(gateway.key))
        people = People(Store(database, Vault(KEYS)), Audit(database, clock), sms, clock)
        w = world(station(n) for n in range(3))
        keyring = Keyring(people, Passkeys(people.store, clock, site_of("https://finder.example", "充电")))
        oidc = Oidc(people, [], "https://finder.example", clock)
        agreements = Agreements(people.store, people.audit, clock, people.buckets, {"practice": PracticePayers()})
        accounts = Accounts(people, Privacy(people), keyring, oidc)
        w.gateway = replace(w.gateway, accounts=accounts, agreements=agreements)
        yield w
        if w.gateway.accounts is not None:
            await w.gateway.accounts.close()
        await database.close()


@pytest.fixture
async def client(finder: World) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(Starlette(routes=graphql_routes(finder.gateway)))
    async with httpx.AsyncClient(transport=transport, base_url="http://finder") as client:
        yield client


@pytest.fixture
def phone(client: httpx.AsyncClient, gateway: SmsGateway, clock: Hand) -> Phone:
    return Phone(client, gateway, clock)


async def test_a_phone_signs_in_sees_itself_refreshes_and_signs_out(phone: Phone) -> None:
    await phone.sign_in()
    me = (await phone.ask(ME))["data"]["me"]
    assert (me["phone"], me["roles"]) == ("138****5678", ["DRIVER"])
    assert [(each["name"], each["current"]) for each in me["devices"]] == [("小米 14", True)]
    told = await phone.ask("mutation($t:String!){refresh(refreshToken:$t){accessToken refreshToken}}", t=phone.refresh)
    old, phone.access = phone.access, told["data"]["refresh"]["accessToken"]
    assert old != phone.access
    assert (await phone.ask(ME))["data"]["me"]["id"] == me["id"]
    assert (await phone.ask("mutation{signOut}"))["data"] == {"signOut": 1}
    told = await phone.ask(ME)
    assert (told["data"], code_of(told)) == ({"me": None}, "SIGN_IN")


async def test_the_finder_needs_no_account_and_minds_no_bad_token(phone: Phone) -> None:
    near = "{stationsNear(at:{lat:38.4,lon:112.7}){edges{node{id}}}}"
    without = await phone.ask(near)
    phone.access = "fndr_a_nonsense"
    assert await phone.ask(near) == without
    assert len(without["data"]["stationsNear"]["edges"]) == 3


async def test_what_is_ones_own_stands_beside_what_is_everybodys_in_one_answer(phone: Phone) -> None:
    told = await phone.ask("{about{name} me{id}}")
    assert told["data"]["about"]["name"]
    assert (told["data"]["me"], code_of(told)) == (None, "SIGN_IN")


@pytest.mark.parametrize("query", ["mutation{signOut}", 'mutation{signOutDevice(id:"x")}', "{me{id}}"])
async def test_nobody_without_a_session_does_what_asks_for_one(phone: Phone, query: str) -> None:
    assert code_of(await phone.ask(query)) == "SIGN_IN"


async def test_anothers_device_is_no_device(phone: Phone) -> None:
    await phone.sign_in(OTHER_PHONE)
    theirs = (await phone.ask(ME))["data"]["me"]["devices"][0]["id"]
    await phone.sign_in(PHONE)
    sign_out = "mutation($id:ID!){signOutDevice(id:$id)}"
    assert code_of(await phone.ask(sign_out, id=theirs)) == "NO_DEVICE"
    await phone.sign_in(OTHER_PHONE)
    assert (await phone.ask(sign_out, id=theirs))["data"] == {"signOutDevice": 1}


async def test_all_devices_are_signed_out_at_once(phone: Phone) -> None:
    await phone.sign_in(device="a")
    first, first_refresh = phone.access, phone.refresh
    await phone.sign_in(device="b")
    assert (await phone.ask("mutation{signOut(everywhere:true)}"))["data"] == {"signOut": 2}
    told = await phone.ask("mutation($t:String!){refresh(refreshToken:$t){accessToken}}", t=first_refresh)
    assert code_of(told) == "SIGN_IN"
    for access in (first, phone.access):
        phone.access = access
        assert code_of(await phone.ask(ME)) == "SIGN_IN"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ('mutation{requestCode(phone:"123"){challenge}}', "PHONE"),
        ('mutation{signIn(challenge:"x",code:"123456"){accessToken}}', "CODE_WRONG"),
        ('mutation{refresh(refreshToken:"x"){accessToken}}', "SIGN_IN"),
    ],
)
async def test_a_refusal_has_a_code_and_repeats_nothing(phone: Phone, query: str, code: str) -> None:
    told = await phone.ask(query)
    assert code_of(told) == code
    assert "123" not in told["errors"][0]["message"]


async def test_five_wrong_codes_in_aliases_and_documents_leave_no_sixth_try(phone: Phone, gateway: SmsGateway) -> None:
    told = await phone.ask("mutation($p:String!){requestCode(phone:$p){challenge}}", p=PHONE)
    challenge, right = told["data"]["requestCode"]["challenge"], gateway.code_of(PHONE)
    wrong = [f"{(int(right) + n) % 1_000_000:06}" for n in range(1, 6)]
    for each in wrong:
        one = f'signIn(challenge:"{challenge}",code:"{each}"){{accessToken}}'
        assert code_of(await phone.ask(f"mutation{{a:{one} b:{one}}}")) == "CODE_WRONG"
    told = await phone.ask(f'mutation{{a:signIn(challenge:"{challenge}",code:"{right}"){{accessToken}}}}')
    assert code_of(told) == "CODE_WRONG"


async def test_a_mutation_by_get_is_refused_so_no_phone_stands_in_a_url(client: httpx.AsyncClient) -> None:
    answer = await client.get("/graphql", params={"query": f'mutation{{requestCode(phone:"{PHONE}"){{challenge}}}}'})
    assert answer.status_code == 405


async def test_a_gateway_that_is_down_is_a_refusal_that_may_be_retried(phone: Phone, gateway: SmsGateway) -> None:
    from finder.sandbox.faults import Faults

    gateway.switchboard.set(Faults(errors=1.0))
    told = await phone.ask("mutation($p:String!){requestCode(phone:$p){challenge}}", p=PHONE)
    assert (code_of(told), told["errors"][0]["extensions"]["retryable"]) == ("SMS_UNAVAILABLE", True)


async def test_a_deployment_without_accounts_says_so() -> None:
    transport = httpx.ASGITransport(Starlette(routes=graphql_routes(world().gateway)))
    async with httpx.AsyncClient(transport=transport, base_url="http://finder") as client:
        answer = await client.post("/graphql", json={"query": "{me{id}}"})
    assert code_of(answer.json()) == "NO_ACCOUNTS"


@pytest.mark.parametrize("way", ["header", "payload"])
async def test_a_socket_asks_as_whoever_opened_it(phone: Phone, finder: World, way: str) -> None:
    await phone.sign_in()
    bearer = f"Bearer {phone.access}"
    with served(Starlette(routes=graphql_routes(finder.gateway))) as port:
        headers = {"authorization": bearer} if way == "header" else {}
        url = f"ws://127.0.0.1:{port}/graphql"
        async with connect(url, subprotocols=["graphql-transport-ws"], additional_headers=headers) as socket:  # type: ignore[list-item]
            init: dict[str, Any] = {"type": "connection_init"}
            await socket.send(json.dumps(init if way == "header" else init | {"payload": {"authorization": bearer}}))
            await socket.recv()
            await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": ME}}))
            told = json.loads(await socket.recv())
    assert told["payload"]["data"]["me"]["phone"] == "138****5678"


@pytest.mark.parametrize(
    ("authorization", "token"),
    [
        ("Bearer abc", "abc"),
        ("bearer  abc ", "abc"),
        ("Basic abc", ""),
        ("", ""),
        ("Bearer " + "x" * 300, ""),
    ],
)
def test_a_bearer_is_read_and_never_shown(authorization: str, token: str) -> None:
    asker = Asker({"headers": [(b"authorization", authorization.encode())], "client": ("192.0.2.1", 1)})
    assert asker.token == token
    assert asker.network == "192.0.2.1"
    assert not token or token not in repr(asker)
    twice = Asker({"headers": [(b"authorization", b"Bearer a"), (b"authorization", b"Bearer b")]})
    assert twice.token == ""


async def test_a_vehicle_is_bound_and_shown_to_its_owner_alone(phone: Phone) -> None:
    await phone.sign_in(OTHER_PHONE)
    add = "mutation($p:String!,$v:String){addVehicle(plate:$p,vin:$v){id vin plate newEnergy}}"
    bound = (await phone.ask(add, p="晋H·D12345", v="LSVAA4183E2000001"))["data"]["addVehicle"]
    assert (bound["vin"], bound["plate"], bound["newEnergy"]) == ("LSVAA4183E2000001", "晋HD12345", True)
    shown = "{me{vehicles{id vin plate newEnergy}}}"
    assert (await phone.ask(shown))["data"]["me"]["vehicles"] == [bound]
    await phone.sign_in(PHONE)
    assert (await phone.ask(shown))["data"]["me"]["vehicles"] == []
    assert code_of(await phone.ask(add, p="晋H·A8888", v="LSVAA4183E2000001")) == "VEHICLE_TAKEN"
    assert code_of(await phone.ask(add, p="晋H·A8888", v="LSVAA4183E2000001"[::-1])) == "VIN_REVERSED"
    remove = "mutation($id:ID!){removeVehicle(id:$id)}"
    assert code_of(await phone.ask(remove, id=bound["id"])) == "NO_VEHICLE"
    await phone.sign_in(OTHER_PHONE)
    assert (await phone.ask(remove, id=bound["id"]))["data"] == {"removeVehicle": True}


async def test_ones_data_is_taken_away_and_then_erased(phone: Phone) -> None:
    await phone.sign_in()
    told = await phone.ask("mutation{exportMyData}")
    assert json.loads(told["data"]["exportMyData"])["phone"] == PHONE
    erase = "mutation($c:String!,$k:String!){eraseMe(challenge:$c,code:$k)}"
    assert code_of(await phone.ask(erase, c="x", k="123456")) == "CODE_WRONG"
    phone.clock.pass_(timedelta(minutes=2))
    sent = await phone.ask("mutation($p:String!){requestCode(phone:$p){challenge}}", p=PHONE)
    challenge = sent["data"]["requestCode"]["challenge"]
    assert (await phone.ask(erase, c=challenge, k=phone.gateway.code_of(PHONE)))["data"] == {"eraseMe": True}
    assert code_of(await phone.ask(ME)) == "SIGN_IN"
    for what in ("exportMyData", 'eraseMe(challenge:"x",code:"1")', 'addVehicle(plate:"x"){id}'):
        assert code_of(await phone.ask(f"mutation{{{what}}}")) == "SIGN_IN"


async def test_a_passkey_is_added_signs_in_without_a_phone_and_is_removed(phone: Phone) -> None:
    await phone.sign_in()
    device = Authenticator()
    options = (await phone.ask("mutation{passkeyOptions}"))["data"]["passkeyOptions"]
    add = "mutation($c:String!){addPasskey(credential:$c){id usedAt}}"
    told = (await phone.ask(add, c=device.create(options)))["data"]["addPasskey"]
    assert told["usedAt"] is None
    phone.access = ""
    challenge = (await phone.ask("mutation{passkeyChallenge}"))["data"]["passkeyChallenge"]
    sign_in = "mutation($c:String!){signInByPasskey(credential:$c){accessToken}}"
    answer = device.get(challenge)
    phone.access = (await phone.ask(sign_in, c=answer))["data"]["signInByPasskey"]["accessToken"]
    shown = (await phone.ask("{me{phone passkeys{id usedAt}}}"))["data"]["me"]
    assert shown["phone"] == "138****5678"
    assert [(each["id"], bool(each["usedAt"])) for each in shown["passkeys"]] == [(told["id"], True)]
    assert code_of(await phone.ask(sign_in, c=answer)) == "PASSKEY_WRONG"
    remove = "mutation($id:ID!){removePasskey(id:$id)}"
    assert (await phone.ask(remove, id=told["id"]))["data"] == {"removePasskey": True}
    assert code_of(await phone.ask(remove, id=told["id"])) == "NO_PASSKEY"


async def test_a_payment_agreement_is_made_shown_to_its_owner_alone_and_ended(phone: Phone) -> None:
    await phone.sign_in()
    made = "{id channel standing capFen endedAt}"
    add = f"mutation($a:AgreementInput!){{addAgreement(ask:$a){made}}}"
    told = (await phone.ask(add, a={"channel": "practice", "capFen": 20_000}))["data"]["addAgreement"]
    assert (told["channel"], told["standing"], told["capFen"], told["endedAt"]) == ("practice", True, 20_000, None)
    assert code_of(await phone.ask(add, a={"channel": "wechat", "capFen": 1})) == "CHANNEL_UNKNOWN"
    assert code_of(await phone.ask(add, a={"channel": "practice", "capFen": 0})) == "CAP_OUT_OF_RANGE"
    mine = f"{{me{{agreements{made}}}}}"
    assert (await phone.ask(mine))["data"]["me"]["agreements"] == [told]
    end = "mutation($i:ID!){endAgreement(id:$i){endedAt}}"
    await phone.sign_in(OTHER_PHONE)
    assert code_of(await phone.ask(end, i=told["id"])) == "NO_AGREEMENT"
    assert (await phone.ask(mine))["data"]["me"]["agreements"] == []
    await phone.sign_in()
    assert (await phone.ask(end, i=told["id"]))["data"]["endAgreement"]["endedAt"]


async def test_where_nothing_is_paid_there_are_no_agreements_and_none_is_made(
    finder: World, gateway: SmsGateway, clock: Hand
) -> None:
    bare = replace(finder.gateway, agreements=None)
    transport = httpx.ASGITransport(Starlette(routes=graphql_routes(bare)))
    async with httpx.AsyncClient(transport=transport, base_url="http://finder") as client:
        phone = Phone(client, gateway, clock)
        await phone.sign_in()
        assert (await phone.ask("{me{agreements{id}}}"))["data"]["me"] == {"agreements": []}
        add = 'mutation{addAgreement(ask:{channel:"practice",capFen:1}){id}}'
        assert code_of(await phone.ask(add)) == "NO_PAYMENTS"
