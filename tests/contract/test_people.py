"""Signing in on SQLite and on a real PostgreSQL: codes, sessions, roles; every limit at it and one past it."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from finder.errors import BadInput, Busy, Denied, FinderError, NotFound, SettingsError
from finder.identity.audit import Actor
from finder.identity.buckets import TooOften
from finder.identity.codes import GOOD_FOR, TRIES, CodesTooOften, WrongCode
from finder.identity.people import CODES_RATE, SIGN_IN_RATE, People
from finder.identity.roles import Granted, Role
from finder.identity.sessions import DRIVERS, GRACE, MAX_DEVICE, MOST, OFFICES, NotSignedIn
from finder.identity.sms import SmsUnavailable
from finder.identity.store import SEALED, Store
from finder.identity.tables import CODE, METADATA, PERSON, SESSION, VEHICLE
from finder.identity.tables import PHONE as PHONES
from finder.identity.vault import Vault
from finder.storage.database import Database
from tests.contract.people_world import HERE, OTHER_PHONE, PHONE, PeopleWorld, people_world

INSTANT = timedelta(microseconds=1)
CHIEF = Actor("supervisor:zhang", "cli:desk")


@pytest.fixture
def w(database: Database) -> PeopleWorld:
    return people_world(database)


async def count(w: PeopleWorld, table: Any) -> int:
    async with w.database.read() as connection:
        return int((await connection.execute(sa.select(sa.func.count()).select_from(table))).scalar_one())


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


async def audited(w: PeopleWorld, person: str) -> list[str]:
    return [entry.what for entry in await w.people.audit.history(person)]


async def test_a_code_signs_in_and_the_same_phone_is_the_same_person(w: PeopleWorld) -> None:
    first, second = await w.caller(), await w.caller()
    assert first.person == second.person
    assert first.session != second.session
    assert first.roles == {Role.DRIVER}
    assert (await w.caller(OTHER_PHONE)).person != first.person
    assert await w.people.find(f"+86 {PHONE}") == first.person
    profile = await w.people.profile(first)
    assert (profile.phone, profile.roles) == ("138****5678", (Role.DRIVER,))
    assert await audited(w, first.person) == ["person.created", "session.opened", "session.opened"]
    await w.people.audit.verify()


async def test_neither_phone_nor_code_nor_token_stands_in_the_database(w: PeopleWorld) -> None:
    tokens = await w.sign_in()
    kept = await w.dump()
    for secret in (PHONE, tokens.access, tokens.refresh):
        assert secret.encode() not in kept
    challenge = await w.people.request_code(OTHER_PHONE, HERE)
    kept = await w.dump()
    for secret in (OTHER_PHONE, challenge.token, tokens.access, tokens.refresh):
        assert secret.encode() not in kept
    code = w.inbox.sent[-1][1].encode()
    assert code not in [value for value in kept.split(b"\n") if len(value) < 16]
    for text in (repr(challenge), repr(tokens)):
        assert challenge.token not in text
        assert tokens.access not in text
        assert tokens.refresh not in text


@pytest.mark.parametrize("late", [timedelta(0), INSTANT])
async def test_a_code_is_good_for_five_minutes_and_not_an_instant_longer(w: PeopleWorld, late: timedelta) -> None:
    challenge = await w.people.request_code(PHONE, HERE)
    w.clock.pass_(GOOD_FOR + late)
    signing_in = w.people.sign_in(challenge.token, w.inbox.sent[-1][1], "", HERE)
    if late:
        with pytest.raises(WrongCode):
            await signing_in
    else:
        await signing_in


@pytest.mark.parametrize("wrong", [TRIES - 1, TRIES])
async def test_the_fifth_try_may_be_the_right_one_and_the_sixth_may_not(w: PeopleWorld, wrong: int) -> None:
    challenge = await w.people.request_code(PHONE, HERE)
    code = w.inbox.sent[-1][1]
    for _ in range(wrong):
        with pytest.raises(WrongCode):
            await w.people.sign_in(challenge.token, other_than(code), "", HERE)
    signing_in = w.people.sign_in(challenge.token, code, "", HERE)
    if wrong < TRIES:
        await signing_in
    else:
        with pytest.raises(WrongCode):
            await signing_in


async def test_a_code_is_good_once_however_many_come_with_it_at_once(w: PeopleWorld) -> None:
    challenge = await w.people.request_code(PHONE, HERE)
    code = w.inbox.sent[-1][1]
    told = await asyncio.gather(
        *(w.people.sign_in(challenge.token, code, "", HERE) for _ in range(3)), return_exceptions=True
    )
    assert sum(not isinstance(each, BaseException) for each in told) == 1
    assert sum(isinstance(each, WrongCode) for each in told) == 2
    assert await count(w, SESSION) == 1


async def test_two_phones_codes_at_once_make_one_person(w: PeopleWorld) -> None:
    first = await w.people.request_code(PHONE, HERE)
    w.clock.pass_(timedelta(seconds=60))
    second = await w.people.request_code(PHONE, HERE)
    codes = [code for _, code in w.inbox.sent]
    await asyncio.gather(
        w.people.sign_in(first.token, codes[0], "a", HERE), w.people.sign_in(second.token, codes[1], "b", HERE)
    )
    assert await count(w, PERSON) == 1


async def test_wrong_old_spent_and_unknown_are_answered_alike(w: PeopleWorld) -> None:
    told: list[FinderError] = []

    async def refused(token: str, code: str) -> None:
        with pytest.raises(WrongCode) as wrong:
            await w.people.sign_in(token, code, "", HERE)
        told.append(wrong.value)

    challenge = await w.people.request_code(PHONE, HERE)
    code = w.inbox.sent[-1][1]
    await refused(challenge.token, other_than(code))
    await refused("never-given", code)
    for malformed in ("", "12345", "1234567", "12345a", "１２３４５６", "-12345"):
        await refused(challenge.token, malformed)
    await refused("x" * 100_000, code)
    await w.people.sign_in(challenge.token, code, "", HERE)
    await refused(challenge.token, code)
    assert len({(each.code, each.zh, each.en) for each in told}) == 1


async def test_somebody_elses_guesses_use_up_nothing_of_ones_own_code(w: PeopleWorld) -> None:
    mine = await w.people.request_code(PHONE, HERE)
    code = w.inbox.sent[-1][1]
    w.clock.pass_(timedelta(seconds=60))
    theirs = await w.people.request_code(PHONE, "198.51.100.7")
    for _ in range(TRIES + 1):
        with pytest.raises(WrongCode):
            await w.people.sign_in(theirs.token, "000000" if w.inbox.sent[-1][1] != "000000" else "1" * 6, "", HERE)
    await w.people.sign_in(mine.token, code, "", HERE)


async def test_a_known_phone_and_an_unknown_one_leave_the_same_answer_and_the_same_rows(w: PeopleWorld) -> None:
    await w.sign_in(PHONE)
    w.clock.pass_(timedelta(hours=2))
    before = await count(w, CODE)
    known = await w.people.request_code(PHONE, HERE)
    unknown = await w.people.request_code(OTHER_PHONE, HERE)
    assert (known.expires_in_s, known.again_in_s) == (unknown.expires_in_s, unknown.again_in_s)
    assert len(known.token) == len(unknown.token)
    assert await count(w, CODE) == before + 2


async def test_a_phone_is_sent_a_second_code_after_a_minute_and_not_an_instant_earlier(w: PeopleWorld) -> None:
    await w.people.request_code(PHONE, HERE)
    w.clock.pass_(timedelta(seconds=60) - INSTANT)
    with pytest.raises(CodesTooOften) as often:
        await w.people.request_code(PHONE, HERE)
    assert often.value.wait_s == 1
    w.clock.pass_(INSTANT)
    await w.people.request_code(PHONE, HERE)


async def test_a_phone_is_sent_five_codes_an_hour_and_ten_a_day(w: PeopleWorld) -> None:
    began = w.clock.now
    for _ in range(5):
        await w.people.request_code(PHONE, HERE)
        w.clock.pass_(timedelta(minutes=2))
    w.clock.now = began + timedelta(hours=1) - INSTANT
    with pytest.raises(CodesTooOften):
        await w.people.request_code(PHONE, HERE)
    w.clock.now = began + timedelta(hours=1)
    await w.people.request_code(PHONE, HERE)
    for hours in range(4):
        w.clock.now = began + timedelta(hours=3 + hours)
        await w.people.request_code(PHONE, HERE)
    w.clock.now = began + timedelta(hours=24) - INSTANT
    with pytest.raises(CodesTooOften) as often:
        await w.people.request_code(PHONE, HERE)
    assert often.value.wait_s == 1
    w.clock.now = began + timedelta(hours=24)
    await w.people.request_code(PHONE, HERE)
    await w.people.request_code(OTHER_PHONE, HERE)  # another phone's limit is another


async def test_of_many_requests_at_once_one_sends(w: PeopleWorld) -> None:
    told = await asyncio.gather(*(w.people.request_code(PHONE, HERE) for _ in range(4)), return_exceptions=True)
    assert sum(isinstance(each, CodesTooOften) for each in told) == 3
    assert len(w.inbox.sent) == 1


async def test_a_network_asks_for_as_many_codes_as_its_rate_and_one_more_is_refused(w: PeopleWorld) -> None:
    for n in range(CODES_RATE.burst):
        await w.people.request_code(f"138{n:08}", HERE)
    with pytest.raises(TooOften):
        await w.people.request_code("13900000000", HERE)
    await w.people.request_code("13900000000", "192.0.2.2")


async def test_a_network_tries_as_many_codes_as_its_rate_and_one_more_is_refused(w: PeopleWorld) -> None:
    for _ in range(SIGN_IN_RATE.burst):
        with pytest.raises(WrongCode):
            await w.people.sign_in("x", "1", "", HERE)
    with pytest.raises(Busy):
        await w.people.sign_in("x", "1", "", HERE)


async def test_a_message_that_was_not_sent_counts_for_nothing(w: PeopleWorld) -> None:
    w.inbox.broken = True
    for _ in range(3):
        with pytest.raises(SmsUnavailable):
            await w.people.request_code(PHONE, HERE)
    w.inbox.broken = False
    await w.people.request_code(PHONE, HERE)
    assert await count(w, CODE) == 1


async def test_an_access_token_holds_for_a_quarter_of_an_hour(w: PeopleWorld) -> None:
    tokens = await w.sign_in()
    assert tokens.expires_in_s == 900
    w.clock.pass_(DRIVERS.access)
    await w.people.caller(tokens.access)
    w.clock.pass_(INSTANT)
    with pytest.raises(NotSignedIn):
        await w.people.caller(tokens.access)


@pytest.mark.parametrize("token", ["", "fndr_a_", "fndr_a_" + "x" * 43, "fndr_r_" + "x" * 65, "x" * 10_000, "令牌"])
async def test_what_is_no_token_is_nobody(w: PeopleWorld, token: str) -> None:
    await w.sign_in()
    with pytest.raises(NotSignedIn):
        await w.people.caller(token)
    with pytest.raises(NotSignedIn):
        await w.people.refresh(token)


async def test_a_refresh_gives_new_tokens_and_the_old_ones_are_void(w: PeopleWorld) -> None:
    first = await w.sign_in()
    second = await w.people.refresh(first.refresh)
    assert (await w.people.caller(second.access)).roles == {Role.DRIVER}
    with pytest.raises(NotSignedIn):
        await w.people.caller(first.access)


async def test_a_refresh_token_that_comes_again_later_ends_the_session_for_whoever_has_it(w: PeopleWorld) -> None:
    first = await w.sign_in()
    person = (await w.people.caller(first.access)).person
    second = await w.people.refresh(first.refresh)
    w.clock.pass_(GRACE + INSTANT)
    with pytest.raises(NotSignedIn):
        await w.people.refresh(first.refresh)
    with pytest.raises(NotSignedIn):
        await w.people.refresh(second.refresh)
    with pytest.raises(NotSignedIn):
        await w.people.caller(second.access)
    assert (await audited(w, person))[-1] == "session.reused"


async def test_a_phone_that_lost_the_answer_asks_again_within_half_a_minute(w: PeopleWorld) -> None:
    first = await w.sign_in()
    lost = await w.people.refresh(first.refresh)
    w.clock.pass_(GRACE)
    again = await w.people.refresh(first.refresh)
    await w.people.caller(again.access)
    # Whoever did get the lost answer is found out at once.
    with pytest.raises(NotSignedIn):
        await w.people.refresh(lost.refresh)
    with pytest.raises(NotSignedIn):
        await w.people.caller(again.access)


async def test_the_same_refresh_token_from_many_at_once_leaves_at_most_one_live_pair(w: PeopleWorld) -> None:
    first = await w.sign_in()
    told = await asyncio.gather(*(w.people.refresh(first.refresh) for _ in range(4)), return_exceptions=True)
    live = 0
    for each in told:
        if isinstance(each, BaseException):
            assert isinstance(each, NotSignedIn)
        else:
            try:
                await w.people.caller(each.access)
                live += 1
            except NotSignedIn:
                pass
    assert live <= 1


async def test_a_session_idles_for_thirty_days_and_ends_after_a_hundred_and_eighty(w: PeopleWorld) -> None:
    tokens = await w.sign_in()
    began = w.clock.now
    for _ in range(6):
        w.clock.pass_(DRIVERS.idle)
        tokens = await w.people.refresh(tokens.refresh)
    assert w.clock.now == began + DRIVERS.absolute
    w.clock.pass_(INSTANT)
    with pytest.raises(NotSignedIn):
        await w.people.refresh(tokens.refresh)
    tokens = await w.sign_in()
    w.clock.pass_(DRIVERS.idle + INSTANT)
    with pytest.raises(NotSignedIn):
        await w.people.refresh(tokens.refresh)


async def test_no_access_token_outlives_its_session(w: PeopleWorld) -> None:
    tokens = await w.sign_in()
    began = w.clock.now
    for _ in range(6):
        w.clock.pass_(DRIVERS.idle - timedelta(minutes=1))
        tokens = await w.people.refresh(tokens.refresh)
    w.clock.now = began + DRIVERS.absolute
    tokens = await w.people.refresh(tokens.refresh)
    await w.people.caller(tokens.access)
    w.clock.pass_(INSTANT)
    with pytest.raises(NotSignedIn):
        await w.people.caller(tokens.access)


async def test_one_device_is_signed_out_and_then_all(w: PeopleWorld) -> None:
    lost, kept = await w.sign_in(device="旧手机"), await w.sign_in(device="新手机")
    caller = await w.people.caller(kept.access)
    devices = await w.people.devices(caller)
    assert [each.name for each in devices] == ["新手机", "旧手机"]
    assert await w.people.sign_out(caller, devices[1].id) == 1
    with pytest.raises(NotSignedIn):
        await w.people.refresh(lost.refresh)
    with pytest.raises(NotFound):
        await w.people.sign_out(caller, devices[1].id)
    await w.people.caller(kept.access)
    another = await w.sign_in()
    assert await w.people.sign_out(caller) == 2
    for token in (kept.access, another.access):
        with pytest.raises(NotSignedIn):
            await w.people.caller(token)


async def test_nobody_signs_out_anothers_device(w: PeopleWorld) -> None:
    mine, theirs = await w.caller(), await w.caller(OTHER_PHONE)
    with pytest.raises(NotFound):
        await w.people.sign_out(mine, theirs.session)
    assert len(await w.people.devices(theirs)) == 1


async def test_a_person_has_ten_devices_and_the_eleventh_takes_the_place_of_the_oldest(w: PeopleWorld) -> None:
    tokens = [await w.sign_in(device=str(n)) for n in range(MOST)]
    caller = await w.people.caller((tokens[-1]).access)
    assert len(await w.people.devices(caller)) == MOST
    await w.sign_in(device="eleventh")
    assert [each.name for each in await w.people.devices(caller)] == ["eleventh", *map(str, range(MOST - 1, 0, -1))]


async def test_a_devices_name_is_cut_and_printable(w: PeopleWorld) -> None:
    await w.sign_in(device="小\x00米\u202e 14\n" + "x" * 100)
    caller = await w.caller()
    name = (await w.people.devices(caller))[1].name
    assert name == ("小米 14" + "x" * 100)[:MAX_DEVICE]


async def test_a_role_shortens_the_sessions_of_whoever_gets_it(w: PeopleWorld) -> None:
    caller = await w.caller()
    await w.people.grant(CHIEF, caller.person, Granted(Role.OPERATOR_STAFF, "op-1"))
    assert await w.people.devices(caller) == []
    tokens = await w.sign_in()
    again = await w.people.caller(tokens.access)
    assert again.roles == {Role.DRIVER, Role.OPERATOR_STAFF}
    assert again.operators == {"op-1"}
    w.clock.pass_(OFFICES.idle + INSTANT)
    with pytest.raises(NotSignedIn):
        await w.people.refresh(tokens.refresh)
    tokens = await w.sign_in()
    began = w.clock.now
    while w.clock.now < began + OFFICES.absolute:
        w.clock.pass_(OFFICES.idle)
        tokens = await w.people.refresh(tokens.refresh)
    w.clock.pass_(INSTANT)
    with pytest.raises(NotSignedIn):
        await w.people.refresh(tokens.refresh)
    await w.people.revoke(CHIEF, caller.person, Granted(Role.OPERATOR_STAFF, "op-1"))
    assert (await w.caller()).roles == {Role.DRIVER}
    history = await audited(w, caller.person)
    assert {"role.granted", "role.revoked"} <= set(history)


@pytest.mark.parametrize("granted", [Granted(Role.DRIVER), Granted(Role.OPERATOR_STAFF), Granted(Role.AUDITOR, "op-1")])
async def test_a_role_that_makes_no_sense_is_not_granted(w: PeopleWorld, granted: Granted) -> None:
    person = (await w.caller()).person
    with pytest.raises(BadInput):
        await w.people.grant(CHIEF, person, granted)
    with pytest.raises(BadInput):
        await w.people.revoke(CHIEF, person, granted)


async def test_a_role_that_nobody_has_or_for_nobody_is_refused(w: PeopleWorld) -> None:
    with pytest.raises(NotFound):
        await w.people.grant(CHIEF, "nobody", Granted(Role.AUDITOR))
    with pytest.raises(NotFound):
        await w.people.revoke(CHIEF, (await w.caller()).person, Granted(Role.AUDITOR))


async def test_two_processes_find_by_the_same_key_and_a_changed_vault_key_finds_as_before(
    w: PeopleWorld, database: Database
) -> None:
    person = (await w.caller()).person
    newer = {"newer": bytes(32), "test": bytes(range(32))}
    changed = Store(database, Vault(newer))
    await changed.made()
    assert changed.mac("phone", PHONE) == w.people.store.mac("phone", PHONE)
    assert changed.mac("phone", PHONE) != changed.mac("vin", PHONE)
    assert await w.people.find(PHONE) == person
    with pytest.raises(SettingsError):
        await Store(database, Vault({"newer": bytes(32)})).made()


async def test_a_sealed_phone_that_is_copied_to_another_place_opens_no_more(w: PeopleWorld) -> None:
    store = w.people.store
    await store.made()
    sealed = store.seal(PHONE, PHONES.c.sealed, "here")
    assert store.open(sealed, PHONES.c.sealed, "here") == PHONE
    for column, row in ((PHONES.c.sealed, "there"), (VEHICLE.c.vin, "here")):
        with pytest.raises(SettingsError):
            store.open(sealed, column, row)


async def test_after_a_new_key_everything_is_sealed_under_it_and_the_old_one_may_go(
    w: PeopleWorld, database: Database
) -> None:
    caller = await w.caller()
    bound = await w.people.vehicles.add(caller, "晋H·D12345", "1M8GDM9AXKP042788")
    w.clock.pass_(timedelta(hours=1))
    challenge = await w.people.request_code(OTHER_PHONE, HERE)
    newer, old = {"k2": bytes(32)}, {"test": bytes(range(32))}
    with pytest.raises(SettingsError):
        await Store(database, Vault(newer)).reseal()
    # The key that finds, a phone, a code under way, a device's name, a VIN and a plate.
    assert await Store(database, Vault({**newer, **old})).reseal() == 6
    assert await Store(database, Vault(newer)).reseal() == 0
    after = People(Store(database, Vault(newer)), w.people.audit, w.inbox, w.clock)
    assert (await after.profile(caller)).phone == "138****5678"
    assert [device.name for device in await after.devices(caller)] == ["小米 14"]
    assert await after.vehicles.with_vin("1M8GDM9AXKP042788") == bound
    await after.sign_in(challenge.token, w.inbox.sent[-1][1], "", HERE)


async def test_every_sealed_column_is_among_those_that_are_sealed_anew(w: PeopleWorld) -> None:
    caller = await w.caller()
    await w.people.vehicles.add(caller, "晋H·D12345", "1M8GDM9AXKP042788")
    await w.people.request_code(OTHER_PHONE, HERE)
    found = set()
    async with w.database.read() as connection:
        for table in METADATA.tables.values():
            for row in await connection.execute(sa.select(table)):
                for column, value in zip(table.c, row, strict=True):
                    if isinstance(value, bytes | memoryview) and bytes(value)[:6] == b"\x01\x04test":
                        found.add(column)
    assert found == set(SEALED)


def test_refusals_name_what_to_do() -> None:
    for error in (WrongCode(), NotSignedIn(), CodesTooOften(3), SmsUnavailable()):
        assert error.zh
        assert error.en
    assert isinstance(WrongCode(), Denied)


async def test_a_code_that_two_have_proved_to_know_is_spent_by_one(w: PeopleWorld) -> None:
    challenge = await w.people.request_code(PHONE, HERE)
    code = w.inbox.sent[-1][1]
    proofs = [await w.people.codes.check(challenge.token, code) for _ in range(2)]
    async with w.database.write() as connection:
        await w.people.codes.spend(connection, proofs[0])
    with pytest.raises(WrongCode):
        async with w.database.write() as connection:
            await w.people.codes.spend(connection, proofs[1])


async def test_a_used_refresh_token_is_taken_once_more_and_not_twice(w: PeopleWorld) -> None:
    first = await w.sign_in()
    await w.people.refresh(first.refresh)
    again = await w.people.refresh(first.refresh)
    with pytest.raises(NotSignedIn):
        await w.people.refresh(first.refresh)
    with pytest.raises(NotSignedIn):
        await w.people.caller(again.access)
