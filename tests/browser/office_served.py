"""Serves a finder that keeps books, for the browser: with differences, an auditor, and an administrator's passkey.

Run with a port, a folder and a file to write who may sign in to.
"""

import asyncio
import json
import socket
import sys
from base64 import b64encode
from dataclasses import replace
from pathlib import Path

import uvicorn
from cryptography.hazmat.primitives import serialization
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
from finder.kernel.clock import system_clock
from finder.kernel.ids import new_order
from finder.kernel.money import Money
from finder.money.differences import Entry, Kind, Sides, raise_difference
from finder.money.ledger import post
from finder.money.postings import Books
from finder.sandbox.sms import SmsGateway, sms_running
from finder.storage.database import Database
from finder.storage.unit import Work
from finder.web.pages import SafeHeaders, page_routes
from tests.contract.authenticator import Authenticator
from tests.contract.people_world import KEYS, OTHER_PHONE, PHONE
from tests.unit.naive import station, world

ROOT = Path(__file__).parents[2]


async def _differences(work: Work) -> None:
    """Three kinds of them, of one order that is billed and captured."""
    order = new_order(system_clock)
    number = f"{order[:26]}C00"
    async with work.begin() as unit:
        book, day = Books(order, "yanmen", "wechat", unit.now), unit.now.date()
        await post(unit, book.bill("B1", Money(164_005)))
        await post(unit, book.capture(number, Money(164_005)))
        says = Sides(164_010, 164_005, 164_005, order, "yanmen", "2026-11-24 12:00:00,yanmen,1640.10")
        await raise_difference(unit, "wechat", Kind.AMOUNT, Entry.CAPTURE, number, day, says)
        says = Sides(None, 164_005, None, order, "yanmen")
        await raise_difference(unit, "wechat", Kind.OURS_ONLY, Entry.BILL, order, day, says)
        await raise_difference(unit, "", Kind.OPERATOR_ONLY, Entry.BILL, "yanmen/X1", day, Sides(None, None, 88))


async def _sign_in(people: People, gateway: SmsGateway, phone: str) -> str:
    challenge = await people.request_code(phone, "here")
    return (await people.sign_in(challenge.token, gateway.code_of(phone), "test", "here")).access


async def main(port: int, folder: Path, told: Path) -> None:
    """Serves until it is stopped."""
    base, gateway = f"http://localhost:{port}", SmsGateway()
    database = Database(f"sqlite:///{folder / 'finder.sqlite3'}")
    work = Work(database, system_clock)
    await _differences(work)
    async with sms_running(gateway) as url:
        sms = HttpSms(url, SecretStr(gateway.key))
        people = People(Store(database, Vault(KEYS)), Audit(database, system_clock), sms, system_clock)
        keyring = Keyring(people, Passkeys(people.store, system_clock, site_of(base, "充电")))
        actor, device = Actor("administrator:first", "here"), Authenticator(origin=base, host="localhost")
        caller = await people.caller(await _sign_in(people, gateway, PHONE))
        await keyring.add(caller, device.create(await keyring.offer(caller)))
        await people.grant(actor, caller.person, Granted(Role.ADMINISTRATOR))
        auditor = await people.caller(await _sign_in(people, gateway, OTHER_PHONE))
        await people.grant(actor, auditor.person, Granted(Role.AUDITOR))
        key = device.key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        passkey = {
            name: b64encode(raw).decode() for name, raw in (("id", device.id), ("user", device.user), ("key", key))
        }
        accounts = Accounts(people, Privacy(people), keyring, Oidc(people, [], base, system_clock))
        made = replace(world([station(1)]).gateway, accounts=accounts, accounting=Accounting(work))
        app = Starlette(routes=[*graphql_routes(made), *page_routes(ROOT / "pwa/dist")])
        with socket.create_server(("127.0.0.1", port)) as listening:  # from here on the browser may come
            await asyncio.to_thread(told.write_text, json.dumps(passkey))
            await uvicorn.Server(uvicorn.Config(SafeHeaders(app), log_level="warning")).serve([listening])
        await accounts.close()
        await database.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])))
