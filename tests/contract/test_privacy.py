"""Export and erasure on SQLite and on a real PostgreSQL: no canary in any table, file or log, and the books balance."""

import json
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from finder.charging.machines import Capture
from finder.charging.order import Order
from finder.charging.personal import OrdersHeld
from finder.charging.verify import verify
from finder.errors import Conflict
from finder.identity.audit import Actor
from finder.identity.codes import WrongCode
from finder.identity.privacy import Privacy
from finder.identity.roles import Caller, Granted, Role
from finder.identity.sessions import NotSignedIn
from finder.identity.tables import ROLE
from finder.money.verify import Broken
from finder.storage.database import Database
from tests.contract.people_world import HERE, OTHER_PHONE, PHONE, PeopleWorld, people_world
from tests.contract.test_vehicles import PLATE, VIN
from tests.faults.charging_world import World

DEVICE = "金丝雀手机"


@pytest.fixture
def w(database: Database) -> PeopleWorld:
    return people_world(database)


@pytest.fixture
def charging(database: Database) -> World:
    return World(database, seed=1, trouble=0)


@pytest.fixture
def privacy(w: PeopleWorld, charging: World) -> Privacy:
    return Privacy(w.people, [OrdersHeld(charging.work)])


async def code_for(w: PeopleWorld, phone: str = PHONE) -> tuple[str, str]:
    w.clock.pass_(timedelta(hours=3))
    challenge = await w.people.request_code(phone, HERE)
    return challenge.token, w.inbox.sent[-1][1]


async def charge(charging: World, person: str, *, to_the_end: bool = True) -> Order:
    order = await charging.orders.start(person, charging.ask(1), "key")
    for _ in range(200 if to_the_end else 3):
        await charging.happen(1)
        now = (await charging.orders.order(person, order.number)).order
        if now.capture is Capture.CAPTURED and not await charging.unfinished():
            return now
    assert not to_the_end, "it never ended"
    return order


async def sealed_of(w: PeopleWorld, person: str) -> set[bytes]:
    """Every sealed text and keyed hash that refers to a person."""
    found: set[bytes] = set()
    async with w.database.read() as connection:
        there = sa.MetaData()
        await connection.run_sync(there.reflect)
        for table in there.tables.values():
            if "person" in table.c and table.name.startswith("person_"):
                rows = await connection.execute(sa.select(table).where(table.c.person == person))
                found |= {bytes(v) for row in rows for v in row if isinstance(v, bytes | memoryview)}
    return found


def files(folder: Path) -> Iterable[bytes]:
    return [path.read_bytes() for path in folder.iterdir() if path.is_file()]


async def test_an_export_holds_everything_and_is_audited(w: PeopleWorld, privacy: Privacy, charging: World) -> None:
    tokens = await w.sign_in(device=DEVICE)
    caller = await w.people.caller(tokens.access)
    await w.people.vehicles.add(caller, PLATE, VIN)
    order = await charge(charging, caller.person)
    told: dict[str, Any] = json.loads(await privacy.export(caller))
    assert (told["person"], told["phone"], told["roles"]) == (caller.person, PHONE, [])
    assert [each["name"] for each in told["devices"]] == [DEVICE]
    assert [(each["vin"], each["plate"]) for each in told["vehicles"]] == [(VIN, "晋HD12345")]
    assert [(each["number"], each["capturedFen"]) for each in told["orders"]] == [
        (order.number, order.captured.fen if order.captured else None)
    ]
    assert [each["what"] for each in told["history"]] == ["person.created", "session.opened", "vehicle.bound"]
    assert tokens.access not in str(told)
    assert [entry.what for entry in await w.people.audit.history(caller.person)][-1] == "person.exported"
    stranger = json.loads(await privacy.export(await w.caller(OTHER_PHONE)))
    assert stranger["orders"] == stranger["vehicles"] == []


async def test_erasure_leaves_no_canary_in_any_table_file_or_log_and_the_ledger_balances(
    w: PeopleWorld,
    privacy: Privacy,
    charging: World,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    tokens = await w.sign_in(device=DEVICE)
    caller = await w.people.caller(tokens.access)
    bound = await w.people.vehicles.add(caller, PLATE, VIN)
    order = await charge(charging, caller.person)
    kept = await w.caller(OTHER_PHONE)
    sealed = await sealed_of(w, caller.person)
    assert len(sealed) >= 8  # phone, VIN and plate with their keyed hashes, and the session's tokens
    before = await charging.books()
    challenge, code = await code_for(w)
    await privacy.erase(caller, challenge, code)

    dump = await w.dump()
    plain = [PHONE, VIN, VIN[::-1], bound.plate, PLATE, DEVICE, tokens.access, tokens.refresh, challenge]
    for canary in [*(text.encode() for text in plain), *sealed]:
        assert canary not in dump
    out, err = capfd.readouterr()
    for text in plain:
        assert text not in out + err + caplog.text
        assert not any(text.encode() in raw for raw in files(tmp_path))

    assert await charging.books() == before
    assert [found async for found in verify(charging.work) if isinstance(found, Broken)] == []
    assert (await charging.orders.order(caller.person, order.number)).order.person == caller.person
    assert [entry.what for entry in await w.people.audit.history(caller.person)][-1] == "person.erased"
    await w.people.audit.verify()

    with pytest.raises(NotSignedIn):
        await w.people.caller(tokens.access)
    with pytest.raises(NotSignedIn):
        await w.people.refresh(tokens.refresh)
    assert await w.people.find(PHONE) is None
    assert len(await w.people.devices(kept)) == 1
    assert (await w.caller(PHONE)).person != caller.person


async def test_whoever_is_erased_may_not_go_on_with_a_session_that_was_read_before(
    w: PeopleWorld, privacy: Privacy
) -> None:
    caller = await w.caller()
    await privacy.erase(caller, *(await code_for(w)))
    for late in (
        w.people.profile(caller),
        w.people.vehicles.add(caller, PLATE, VIN),
        privacy.export(caller),
    ):
        with pytest.raises(NotSignedIn):
            await late
    with pytest.raises(WrongCode):
        await privacy.erase(caller, *(await code_for(w)))


async def test_nobody_is_erased_without_a_code_to_the_own_phone(w: PeopleWorld, privacy: Privacy) -> None:
    caller = await w.caller()
    challenge, code = await code_for(w)
    with pytest.raises(WrongCode):
        await privacy.erase(caller, challenge, f"{(int(code) + 1) % 1_000_000:06}")
    with pytest.raises(WrongCode):
        await privacy.erase(caller, *(await code_for(w, OTHER_PHONE)))
    assert (await w.people.profile(caller)).person == caller.person
    await privacy.erase(caller, *(await code_for(w)))


async def test_an_order_that_is_not_over_is_ended_first(w: PeopleWorld, privacy: Privacy, charging: World) -> None:
    caller = await w.caller()
    await charge(charging, caller.person, to_the_end=False)
    challenge, code = await code_for(w)
    with pytest.raises(Conflict) as still:
        await privacy.erase(caller, challenge, code)
    assert still.value.code == "ORDER_OPEN"
    assert (await w.people.profile(caller)).person == caller.person
    for _ in range(200):
        await charging.happen(1)
        if not await charging.unfinished():
            break
    await privacy.erase(caller, challenge, code)  # the code was not spent


async def test_an_erased_persons_vin_is_free_again_and_its_roles_are_gone(w: PeopleWorld, privacy: Privacy) -> None:
    caller = await w.caller()
    await w.people.vehicles.add(caller, PLATE, VIN)
    await w.people.grant(Actor("supervisor:zhang", "cli:desk"), caller.person, Granted(Role.AUDITOR))
    again: Caller = await w.caller()
    await privacy.erase(again, *(await code_for(w)))
    theirs = await w.caller(OTHER_PHONE)
    assert (await w.people.vehicles.add(theirs, PLATE, VIN)).person == theirs.person
    async with w.database.read() as connection:
        assert (await connection.execute(sa.select(ROLE))).all() == []
