"""The books through the gateway: an auditor reads the differences, an administrator decides, nobody else sees any."""

from base64 import b64decode
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from finder.charging.accounting import Accounting
from finder.graphql.routes import graphql_routes
from finder.identity.accounts import Accounts
from finder.identity.audit import Actor, Audit
from finder.identity.keyring import Keyring
from finder.identity.oidc import Oidc
from finder.identity.passkeys import Passkeys, site_of
from finder.identity.people import People
from finder.identity.privacy import Privacy
from finder.identity.roles import Granted, Role
from finder.identity.sms import HttpSms
from finder.identity.store import Store
from finder.identity.vault import Vault
from finder.kernel.ids import new_order
from finder.kernel.money import Money
from finder.money.differences import Entry, Kind, Sides, raise_difference
from finder.money.ledger import Account, balances, post
from finder.money.postings import Books
from finder.sandbox.sms import SmsGateway, sms_running
from finder.storage.database import Database
from finder.storage.unit import Work
from tests.contract.authenticator import Authenticator
from tests.contract.people_world import KEYS, OTHER_PHONE, PHONE, Hand
from tests.protocol.test_accounts import ME, Phone, code_of
from tests.unit.naive import station, world

pytestmark = pytest.mark.slow  # each signs somebody in first
LIST = """query($first:Int!,$after:String,$state:DifferenceState){differences(first:$first,after:$after,state:$state){
  nodes{id kind entry channel operator order ref day channelFen ledgerFen operatorFen raw raisedAt decision decidedBy
        decidedAt note allowed} pageInfo{hasNextPage endCursor}}}"""
DECIDE = """mutation($id:ID!,$decision:DifferenceDecision!,$note:String!){
  decideDifference(id:$id,decision:$decision,note:$note){decision decidedBy note allowed}}"""


@dataclass
class Office:
    """A gateway that keeps books, with three differences in them."""

    phone: Phone
    people: People
    work: Work
    order: str
    gateway: Any

    async def grant(self, role: Role, operator: str = "", phone: str = PHONE) -> str:
        await self.phone.sign_in(phone)
        person = str((await self.phone.ask(ME))["data"]["me"]["id"])
        await self.people.grant(Actor("administrator:first", "here"), person, Granted(role, operator))
        await self.phone.sign_in(phone)
        return person

    async def administrator(self) -> str:
        await self.phone.sign_in()
        device = Authenticator()
        options = (await self.phone.ask("mutation{passkeyOptions}"))["data"]["passkeyOptions"]
        await self.phone.ask("mutation($c:String!){addPasskey(credential:$c){id}}", c=device.create(options))
        person = await self.grant(Role.ADMINISTRATOR)
        challenge = (await self.phone.ask("mutation{passkeyChallenge}"))["data"]["passkeyChallenge"]
        query = "mutation($c:String!){signInByPasskey(credential:$c){accessToken}}"
        told = await self.phone.ask(query, c=device.get(challenge))
        self.phone.access = told["data"]["signInByPasskey"]["accessToken"]
        return person


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    clock, gateway = Hand(), SmsGateway()
    database = Database(f"sqlite:///{tmp_path / 'finder.sqlite3'}")
    work = Work(database, clock)
    order = new_order(clock)
    async with work.begin() as unit:
        await post(unit, Books(order, "jinbei", "wechat", unit.now).bill("B1", Money(1_640)))
        for n in range(3):
            says = Sides(1_640, 1_600, None, order, "jinbei", f"row {n}")
            day = unit.now.date()
            await raise_difference(unit, "wechat", Kind.AMOUNT, Entry.CAPTURE, f"{order[:26]}C0{n}", day, says)
    async with sms_running(gateway) as url:
        people = People(
            Store(database, Vault(KEYS)), Audit(database, clock), HttpSms(url, SecretStr(gateway.key)), clock
        )
        keyring = Keyring(people, Passkeys(people.store, clock, site_of("https://finder.example", "充电")))
        oidc = Oidc(people, [], "https://finder.example", clock)
        w = world(station(n) for n in range(1))
        accounts = Accounts(people, Privacy(people), keyring, oidc)
        made = replace(w.gateway, accounts=accounts, accounting=Accounting(work))
        transport = httpx.ASGITransport(Starlette(routes=graphql_routes(made)))
        async with httpx.AsyncClient(transport=transport, base_url="http://finder") as client:
            yield Office(Phone(client, gateway, clock), people, work, order, made)
        await accounts.close()
        await database.close()


async def test_an_auditor_reads_them_page_by_page_and_decides_nothing(office: Office) -> None:
    await office.grant(Role.AUDITOR)
    told = (await office.phone.ask(LIST, first=2, state="OPEN"))["data"]["differences"]
    first = told["nodes"][0]
    assert (first["kind"], first["entry"], first["channelFen"], first["ledgerFen"]) == ("AMOUNT", "CAPTURE", 1640, 1600)
    assert (first["operatorFen"], first["raw"], first["order"]) == (None, "row 0", office.order)
    assert set(first["allowed"]) == {"CHANNEL_IS_RIGHT", "LEDGER_IS_RIGHT", "EXPLAINED"}
    assert told["pageInfo"]["hasNextPage"]
    rest = await office.phone.ask(LIST, first=2, after=told["pageInfo"]["endCursor"])
    rest = rest["data"]["differences"]
    assert [each["raw"] for each in rest["nodes"]] == ["row 2"]
    assert not rest["pageInfo"]["hasNextPage"]
    refused = await office.phone.ask(DECIDE, id=first["id"], decision="EXPLAINED", note="x")
    assert code_of(refused) == "FORBIDDEN"
    assert (await office.phone.ask(LIST, first=2, state="DECIDED"))["data"]["differences"]["nodes"] == []


@pytest.mark.parametrize("first", [0, 201])
async def test_a_page_has_its_limits(office: Office, first: int) -> None:
    await office.grant(Role.AUDITOR)
    assert code_of(await office.phone.ask(LIST, first=first)) == "FIRST_OUT_OF_RANGE"
    assert "errors" not in await office.phone.ask(LIST, first=200)
    assert code_of(await office.phone.ask(LIST, first=1, after="nonsense")) == "BAD_CURSOR"


async def test_an_administrator_decides_once_with_a_reason_and_the_books_follow(office: Office) -> None:
    person = await office.administrator()
    (first, second, _) = (await office.phone.ask(LIST, first=10))["data"]["differences"]["nodes"]
    for note, code in ((" ", "REASON_MISSING"), ("长" * 501, "REASON_LENGTH")):
        refused = await office.phone.ask(DECIDE, id=first["id"], decision="EXPLAINED", note=note)
        assert code_of(refused) == code
    wrong = await office.phone.ask(DECIDE, id=first["id"], decision="OPERATOR_IS_RIGHT", note="x")
    assert code_of(wrong) == "DECISION_NOT_ALLOWED"
    told = await office.phone.ask(DECIDE, id=first["id"], decision="CHANNEL_IS_RIGHT", note="长" * 500)
    assert told["data"]["decideDifference"] == {
        "decision": "CHANNEL_IS_RIGHT",
        "decidedBy": person,
        "note": "长" * 500,
        "allowed": [],
    }
    async with office.work.read() as connection:
        books = await balances(connection, office.order)
    assert (books[Account.CHANNEL_CLEARING], books[Account.SUSPENSE]) == (40, -40)
    again = await office.phone.ask(DECIDE, id=first["id"], decision="EXPLAINED", note="x")
    assert code_of(again) == "DECIDED"
    assert code_of(await office.phone.ask(DECIDE, id="none", decision="EXPLAINED", note="x")) == "NO_DIFFERENCE"
    done = (await office.phone.ask(LIST, first=10, state="DECIDED"))["data"]["differences"]["nodes"]
    assert [each["id"] for each in done] == [first["id"]]
    assert second["id"] not in {each["id"] for each in done}


async def test_nobody_else_sees_or_decides_any(office: Office) -> None:
    assert code_of(await office.phone.ask(LIST, first=1)) == "SIGN_IN"
    await office.phone.sign_in(OTHER_PHONE)
    assert code_of(await office.phone.ask(LIST, first=1)) == "FORBIDDEN"
    for role, operator in ((Role.OPERATOR_STAFF, "jinbei"), (Role.SUPERVISOR, "")):
        await office.grant(role, operator, OTHER_PHONE)
        assert code_of(await office.phone.ask(LIST, first=1)) == "FORBIDDEN"
        assert code_of(await office.phone.ask(DECIDE, id="x", decision="EXPLAINED", note="x")) == "FORBIDDEN"


STATEMENT = """query($o:ID!,$m:String!){statement(operator:$o,month:$m){operator since until provisional sessions
  opening billed net closing openItems differences digest csv pdf}}"""


async def test_an_operators_staff_fetch_their_own_statement_and_nobody_elses(office: Office) -> None:
    asked = {"o": "jinbei", "m": f"{office.work.clock():%Y-%m}"}
    assert code_of(await office.phone.ask(STATEMENT, **asked)) == "SIGN_IN"
    await office.phone.sign_in(OTHER_PHONE)
    assert code_of(await office.phone.ask(STATEMENT, **asked)) == "FORBIDDEN"
    await office.grant(Role.OPERATOR_STAFF, "yanmen", OTHER_PHONE)
    assert code_of(await office.phone.ask(STATEMENT, **asked)) == "FORBIDDEN"
    assert code_of(await office.phone.ask(STATEMENT, **asked | {"o": "yanmen"})) == "NO_SUCH_OPERATOR"
    await office.grant(Role.OPERATOR_STAFF, "jinbei", OTHER_PHONE)
    told = (await office.phone.ask(STATEMENT, **asked))["data"]["statement"]
    assert (told["operator"], told["sessions"], told["billed"], told["closing"]) == ("jinbei", 1, "16.40", "16.40")
    assert (told["opening"], told["openItems"], told["differences"], told["provisional"]) == ("0.00", 1, 3, True)
    assert told["digest"] in told["csv"]
    assert b64decode(told["pdf"]).startswith(b"%PDF-")
    assert code_of(await office.phone.ask(STATEMENT, **asked | {"m": "2026-13"})) == "MONTH"


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.SUPERVISOR])
async def test_an_auditor_sees_every_operators_statement(office: Office, role: Role) -> None:
    await office.grant(role)
    told = await office.phone.ask(STATEMENT, o="jinbei", m="2026-11")
    assert ("errors" in told) is (role is Role.SUPERVISOR)


async def test_a_finder_that_keeps_no_books_says_so(office: Office) -> None:
    await office.grant(Role.AUDITOR)
    transport = httpx.ASGITransport(Starlette(routes=graphql_routes(replace(office.gateway, accounting=None))))
    async with httpx.AsyncClient(transport=transport, base_url="http://finder") as client:
        office.phone.client = client
        assert code_of(await office.phone.ask(LIST, first=1)) == "NO_BOOKS"
