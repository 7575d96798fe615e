"""Passkeys on SQLite and on a real PostgreSQL: a device signs in, and whatever is wrong with it is one refusal."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from finder.errors import Conflict, Forbidden, NotFound, TooLarge
from finder.identity.audit import Actor
from finder.identity.keyring import Keyring
from finder.identity.passkeys import GOOD_FOR, MAX_JSON, MOST, Passkeys, WrongPasskey, site_of
from finder.identity.privacy import Privacy
from finder.identity.roles import Caller, Granted, Role
from finder.identity.tables import PASSKEY
from finder.storage.database import Database
from tests.contract.authenticator import PRESENT, Authenticator
from tests.contract.people_world import HERE, OTHER_PHONE, PHONE, PeopleWorld, people_world

CHIEF = Actor("supervisor:zhang", "cli:desk")
INSTANT = timedelta(microseconds=1)


@pytest.fixture
def w(database: Database) -> PeopleWorld:
    return people_world(database)


@pytest.fixture
def keys(w: PeopleWorld) -> Keyring:
    return Keyring(w.people, Passkeys(w.people.store, w.clock, site_of("https://finder.example", "充电")))


async def added(keys: Keyring, caller: Caller) -> Authenticator:
    device = Authenticator()
    await keys.add(caller, device.create(await keys.offer(caller)))
    return device


async def signed_in(w: PeopleWorld, keys: Keyring, device: Authenticator) -> Caller:
    w.clock.pass_(timedelta(minutes=1))
    tokens = await keys.sign_in(device.get(await keys.ask(HERE)), "小米 14", HERE)
    return await w.people.caller(tokens.access)


async def test_a_device_adds_a_passkey_and_signs_in_by_it(w: PeopleWorld, keys: Keyring) -> None:
    caller = await w.caller()
    device = await added(keys, caller)
    again = await signed_in(w, keys, device)
    assert (again.person, again.strong, caller.strong) == (caller.person, True, False)
    (known,) = await keys.of(again)
    assert known.used_at == w.clock.now
    await keys.remove(again, known.id)
    with pytest.raises(WrongPasskey):
        await signed_in(w, keys, device)
    history = [entry.what for entry in await w.people.audit.history(caller.person)]
    assert history[2:] == ["passkey.added", "session.opened", "passkey.removed"]


async def test_an_administrator_has_its_role_by_passkey_only(w: PeopleWorld, keys: Keyring) -> None:
    caller = await w.caller()
    with pytest.raises(Conflict) as refused:
        await w.people.grant(CHIEF, caller.person, Granted(Role.ADMINISTRATOR))
    assert refused.value.code == "NO_SECOND_FACTOR"
    device = await added(keys, caller)
    await w.people.grant(CHIEF, caller.person, Granted(Role.ADMINISTRATOR))
    weak = await w.caller()
    assert weak.roles == {Role.DRIVER}
    for step in (keys.offer(weak), keys.add(weak, "{}"), keys.remove(weak, (await keys.of(weak))[0].id)):
        with pytest.raises(Forbidden):
            await step
    strong = await signed_in(w, keys, device)
    assert strong.roles == {Role.DRIVER, Role.ADMINISTRATOR}
    await added(keys, strong)
    w.clock.pass_(timedelta(minutes=10))
    tokens = await keys.sign_in(device.get(await keys.ask(HERE)), "", HERE)
    assert (await w.people.caller((await w.people.refresh(tokens.refresh)).access)).strong


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://finder.example.evil"},
        {"origin": "http://finder.example"},
        {"host": "evil"},
        {"flags": PRESENT},
    ],
    ids=str,
)
async def test_what_is_of_another_site_or_without_finger_face_or_pin_is_refused(
    w: PeopleWorld, keys: Keyring, wrong: dict[str, Any]
) -> None:
    caller = await w.caller()
    with pytest.raises(WrongPasskey):
        await keys.add(caller, Authenticator(**wrong).create(await keys.offer(caller)))
    device = await added(keys, caller)
    with pytest.raises(WrongPasskey):
        await signed_in(w, keys, replace(device, **wrong))
    await signed_in(w, keys, device)


async def test_another_key_a_copied_device_and_another_persons_handle_are_refused(
    w: PeopleWorld, keys: Keyring
) -> None:
    caller = await w.caller()
    device = await added(keys, caller)
    copy = replace(device)
    await signed_in(w, keys, device)
    for wrong in (replace(device, key=Authenticator().key), copy, replace(device, user=b"somebody"), Authenticator()):
        with pytest.raises(WrongPasskey):
            await signed_in(w, keys, wrong)


async def test_a_challenge_is_good_once_for_five_minutes_and_for_its_own_purpose(w: PeopleWorld, keys: Keyring) -> None:
    caller = await w.caller()
    device = await added(keys, caller)
    answer = device.get(await keys.ask(HERE))
    w.clock.pass_(GOOD_FOR)
    await keys.sign_in(answer, "", HERE)
    with pytest.raises(WrongPasskey):
        await keys.sign_in(answer, "", HERE)
    late = device.get(await keys.ask(HERE))
    w.clock.pass_(GOOD_FOR + INSTANT)
    with pytest.raises(WrongPasskey):
        await keys.sign_in(late, "", HERE)
    with pytest.raises(WrongPasskey):
        await keys.sign_in(device.get(await keys.offer(caller)), "", HERE)
    theirs = await w.caller(OTHER_PHONE)
    with pytest.raises(WrongPasskey):
        await keys.add(theirs, Authenticator().create(await keys.offer(caller)))


async def test_a_passkey_is_one_persons(w: PeopleWorld, keys: Keyring) -> None:
    mine, theirs = await w.caller(PHONE), await w.caller(OTHER_PHONE)
    device = await added(keys, mine)
    with pytest.raises(WrongPasskey):
        await keys.add(theirs, device.create(await keys.offer(theirs)))
    for name in ((await keys.of(mine))[0].id, "!", ""):
        with pytest.raises(NotFound):
            await keys.remove(theirs, name)
    assert len(await keys.of(mine)) == 1
    assert await keys.of(theirs) == []


async def test_a_person_has_ten_passkeys_and_no_eleventh(w: PeopleWorld, keys: Keyring) -> None:
    caller = await w.caller()
    for _ in range(MOST - 1):
        await added(keys, caller)
    spare = await keys.offer(caller)
    await added(keys, caller)
    with pytest.raises(TooLarge):
        await keys.add(caller, Authenticator().create(spare))
    with pytest.raises(TooLarge):
        await keys.offer(caller)


async def test_a_person_is_erased_with_its_passkeys(w: PeopleWorld, keys: Keyring) -> None:
    caller = await w.caller()
    device = await added(keys, caller)
    w.clock.pass_(timedelta(hours=3))
    challenge = await w.people.request_code(PHONE, HERE)
    await Privacy(w.people).erase(caller, challenge.token, w.inbox.sent[-1][1])
    with pytest.raises(WrongPasskey):
        await signed_in(w, keys, device)
    async with w.database.read() as connection:
        assert (await connection.execute(sa.select(PASSKEY))).all() == []


async def test_hostile_credentials_are_refused_and_nothing_else(w: PeopleWorld, keys: Keyring) -> None:
    caller = await w.caller()
    device = await added(keys, caller)
    good = json.loads(device.get(await keys.ask(HERE)))
    hostile = ["", "null", "[]", "{}", "[" * 8_000, "x" * (MAX_JSON + 1), json.dumps(good | {"response": None})]
    values: list[Any] = [None, 3, "", "!!", "AA", [], {}, "A" * 10_000]
    parts = [good["response"] | {part: value} for part in good["response"] for value in values]
    hostile += [json.dumps(good | {"response": part}) for part in parts]
    refused = 0
    for each in hostile:
        w.clock.pass_(timedelta(seconds=2))
        try:
            await keys.sign_in(each, "", HERE)
        except WrongPasskey:
            refused += 1
        with pytest.raises(WrongPasskey):
            await keys.add(caller, each)
    assert refused >= len(hostile) - 2  # a handle may be left out: the key alone says whose it is


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=64))
async def test_any_text_is_no_credential(w: PeopleWorld, keys: Keyring, text: str) -> None:
    w.clock.pass_(timedelta(minutes=1))
    with pytest.raises(WrongPasskey):
        await keys.sign_in(text, "", HERE)
