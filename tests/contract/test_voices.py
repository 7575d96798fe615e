"""One suite for what drivers say of a station, on every database: whose word counts, how often, and who sees it."""

import asyncio
import json

import pytest
import sqlalchemy as sa

from finder.errors import FinderError
from finder.identity.privacy import Privacy
from finder.identity.roles import Caller
from finder.kernel.geo import Point
from finder.storage.database import Database
from finder.storage.rows import INBOX
from finder.voices.abuse import MOST_A_DAY
from finder.voices.model import Basis, Code, Share
from finder.voices.personal import ComplaintsHeld, VoicesHeld
from finder.voices.tables import COMPLAINT, VOICE
from tests.contract.people_world import PHONE
from tests.contract.report_world import FAR, PLACE
from tests.contract.voice_world import STATION, VoiceWorld, voice_world

CANARY = "金丝雀的话"


@pytest.fixture
def w(database: Database) -> VoiceWorld:
    return voice_world(database)


async def refused(w: VoiceWorld, *arguments: object, **more: object) -> str:
    with pytest.raises(FinderError) as no:
        await w.rate(*arguments, **more)  # type: ignore[arg-type]
    return no.value.code


async def somebody(w: VoiceWorld, **session: float | str) -> Caller:
    who = await w.person()
    await w.charged(who, **session)  # type: ignore[arg-type]
    return who


async def test_a_station_is_silent_until_three_who_have_something_behind_them_have_spoken(w: VoiceWorld) -> None:
    for code in (Code.CHARGED, Code.CHARGED, Code.SLOW):
        assert await w.summary() is None
        assert (await w.rate(await somebody(w), code, stars=5)).basis is Basis.SESSION
    told = await w.summary()
    assert told is not None
    assert told.shares == (Share(Code.CHARGED, 67), Share(Code.SLOW, 33))
    assert (told.voices, told.starred, told.stars) == (3, 3, 4.2)  # (6 x 3 + 9 x 5) / 15
    w.later(days=60, seconds=1)
    assert await w.summary() is None


@pytest.mark.parametrize(("days", "basis"), [(0.0, Basis.SESSION), (7.0, Basis.SESSION), (7.0001, Basis.WORD)])
async def test_a_session_speaks_for_a_person_for_seven_days(w: VoiceWorld, days: float, basis: Basis) -> None:
    assert (await w.rate(await somebody(w, ago=days))).basis is basis


async def test_what_stands_behind_a_voice_is_seen_when_it_is_taken(w: VoiceWorld) -> None:
    elsewhere = await w.person()
    await w.charged(elsewhere, f"{STATION.replace('/s', '/t')}-0")
    assert (await w.rate(elsewhere, place=PLACE)).basis is Basis.PLACE
    w.later(hours=25)
    assert (await w.rate(elsewhere, place=FAR)).basis is Basis.WORD
    w.later(hours=25)
    assert (await w.rate(elsewhere, place=Point(PLACE.lat + 303 / 111_014, PLACE.lon))).basis is Basis.WORD
    nobody = await w.person()
    told = await w.rate(nobody, place=PLACE)
    assert (told.basis, told.counts) == (Basis.NOTHING, False)
    nothing_flowed = await w.person()
    await w.charged(nothing_flowed, kwh=0)
    assert (await w.rate(nothing_flowed, place=PLACE)).basis is Basis.NOTHING


async def test_a_later_voice_takes_the_place_of_one_within_a_day_and_a_person_counts_once_anyway(
    w: VoiceWorld,
) -> None:
    who = await somebody(w)
    await w.rate(who, Code.SLOW)
    w.later(hours=23)
    await w.rate(who, Code.CHARGED)
    assert [(each.code, each.counts) for each in await w.experiences.mine(who, 9)] == [
        (Code.CHARGED, True),
        (Code.SLOW, False),
    ]
    w.later(hours=24)
    await w.rate(who, Code.NO_ENTRY)
    assert [each.counts for each in await w.experiences.mine(who, 9)] == [True, True, False]
    for _ in range(2):
        await w.rate(await somebody(w), Code.CHARGED)
    told = await w.summary()
    assert told is not None
    assert (told.voices, told.shares[0], told.shares[1].code) == (3, Share(Code.CHARGED, 67), Code.NO_ENTRY)


async def test_the_same_key_is_the_same_voice_and_another_thing_under_it_is_refused(w: VoiceWorld) -> None:
    who = await somebody(w)
    first = await w.rate(who, key="k", note=CANARY)
    assert await w.rate(who, key="k", note=CANARY) == first
    assert await refused(w, who, Code.SLOW, key="k", note=CANARY) == "KEY_REUSED"
    assert await w.rate(await somebody(w), key="k") != first  # a key is its person's
    assert len(await w.experiences.mine(who, 9)) == 1
    assert CANARY.encode() not in await w.world.dump()


async def test_what_comes_at_once_under_one_key_is_one_voice_and_under_others_the_last_one_stands(
    w: VoiceWorld,
) -> None:
    who = await somebody(w)
    told = await asyncio.gather(*(w.rate(who, key="k") for _ in range(5)))
    assert len({each.id for each in told}) == 1
    other = await somebody(w)
    await asyncio.gather(*(w.rate(other, key=f"{n}") for n in range(5)))
    assert [each.counts for each in await w.experiences.mine(other, 9)].count(True) == 1


async def test_what_is_too_long_too_many_or_nowhere_is_refused_and_at_its_limit_it_is_not(w: VoiceWorld) -> None:
    who = await somebody(w)
    assert await refused(w, who, stars=6) == "STARS"
    assert await refused(w, who, stars=0) == "STARS"
    assert await refused(w, who, note="字" * 201) == "NOTE_TOO_LONG"
    assert await refused(w, who, key="k" * 65) == "IDEMPOTENCY_KEY"
    assert await refused(w, who, station="jinbei/none") == "NO_SUCH_STATION"
    assert await refused(w, who, evse="jinbei/t-0") == "NO_SUCH_EVSE"
    told = await w.rate(who, stars=1, note=f"a\x00\u202eb\n{'字' * 195}", evse=f"{STATION}-3")
    assert told.note == f"ab {'字' * 195}"
    w.later(days=1)
    for n in range(MOST_A_DAY):
        w.later(minutes=5)
        w.stations.add(f"n{n}", PLACE, 1, w.now)
        await w.rate(who, station=f"jinbei/n{n}")
    w.later(minutes=5)
    assert await refused(w, who) == "VOICES_TODAY"
    w.later(days=1)
    for n in range(8):
        await w.rate(who, station=f"jinbei/n{n}")
    assert await refused(w, who) == "TOO_OFTEN"


async def test_an_order_that_its_operator_could_not_start_speaks_by_itself_once_for_each_pile(w: VoiceWorld) -> None:
    for n in range(3):
        await w.refused(await w.person(), f"{STATION}-{n}")
        await w.refused(await w.person(), f"{STATION}-{n}", "OFFLINE")
    for mistake in ("NOT_PLUGGED", "OCCUPIED", "CLOSED", "GIVEN_UP", "NOT_HELD"):
        await w.refused(await w.person(), f"{STATION}-3", mistake)
    told = await w.summary()
    assert told is not None
    assert (told.voices, told.shares) == (3, (Share(Code.WOULD_NOT_START, 100),))
    who = await w.person()
    await w.refused(who)
    assert (await w.rate(who, Code.CHARGED)).basis is Basis.NOTHING  # an order that failed proves no charge
    w.later(hours=25)
    assert (await w.rate(who, Code.WOULD_NOT_START)).basis is Basis.SESSION


async def test_a_person_who_says_so_is_not_counted_by_the_order_too(w: VoiceWorld) -> None:
    for n in range(2):
        who = await w.person()
        await w.refused(who, f"{STATION}-{n}")
        await w.rate(who, Code.WOULD_NOT_START)
    assert await w.summary() is None  # two people, not four voices


async def test_staff_of_an_operator_do_not_count_at_its_own_stations(w: VoiceWorld) -> None:
    staff, other = await w.staff(), await w.staff("yanmen")
    for who in (staff, other):
        await w.charged(who)
    assert (await w.rate(staff, stars=5)).basis is Basis.NOTHING
    assert (await w.rate(other, stars=5)).basis is Basis.SESSION


async def test_what_was_said_here_or_elsewhere_is_heard_without_looking_at_everything(w: VoiceWorld) -> None:
    for _ in range(3):
        await w.rate(await somebody(w), station=STATION)
    await w.shown.refresh()
    w.later(minutes=2)
    for _ in range(3):
        await w.rate(await somebody(w, evse="jinbei/t-0"), station="jinbei/t")
    w.shown.stale.clear()  # as in a process that took none of them
    await w.shown.look()
    assert set(w.shown.summaries) == {STATION, "jinbei/t"}
    assert w.shown.stale == set()
    w.later(days=61)
    await w.shown.look()
    assert set(w.shown.summaries) == {STATION}  # long ago too, and only a whole look says so
    for n in range(3):
        await w.refused(await w.person(), f"jinbei/t-{n}")
    await w.shown.look()
    told = w.shown.summaries["jinbei/t"]
    assert told.shares == (Share(Code.WOULD_NOT_START, 100),)
    await w.keeping.fill()
    assert set(w.shown.summaries) == {"jinbei/t"}
    await w.keeping.step()


async def test_staff_see_the_words_of_their_stations_and_nobody_else_does(w: VoiceWorld) -> None:
    who = await somebody(w)
    await w.rate(who, Code.SLOW, note=CANARY, stars=2)
    (told,) = await w.experiences.heard(frozenset({"jinbei"}), None, 9)
    assert (told.code, told.note, told.stars) == (Code.SLOW, CANARY, 2)
    assert who.person not in repr(told)
    assert await w.experiences.heard(frozenset({"yanmen"}), None, 9) == []
    assert len(await w.experiences.heard(None, STATION, 9)) == 1
    assert await w.experiences.heard(None, "jinbei/t", 9) == []
    assert await w.experiences.heard(None, None, 9, after=told.id) == []


async def test_notes_are_forgotten_with_their_weight_and_voices_after_400_days(w: VoiceWorld) -> None:
    who = await somebody(w)
    await w.rate(who, note=CANARY)
    w.later(days=60)
    await w.keeping.tidy()
    assert [each.note for each in await w.experiences.mine(who, 9)] == [CANARY]
    w.later(seconds=1)
    await w.keeping.tidy()
    assert [each.note for each in await w.experiences.mine(who, 9)] == [None]
    w.later(days=341)
    await w.keeping.tidy()
    assert await w.experiences.mine(who, 9) == []


async def test_export_tells_it_all_and_erasure_leaves_no_word_and_no_voice(
    w: VoiceWorld, capfd: pytest.CaptureFixture[str]
) -> None:
    held = (VoicesHeld(w.work, w.world.people.store), ComplaintsHeld(w.work, w.world.people.store))
    privacy = Privacy(w.world.people, held)
    caller = await w.world.caller()
    await w.charged(caller)
    await w.rate(caller, note=CANARY, stars=4)
    for _ in range(2):
        await w.rate(await somebody(w))
    assert await w.summary() is not None
    open_one = await w.complain(caller, text=f"{CANARY}一")
    answered = await w.complain(caller, text=f"{CANARY}二", station="jinbei/t")
    await w.complaints.answer(await w.staff(), answered.id, f"{CANARY}三", "k")
    await w.complaints.appeal(caller, answered.id, f"{CANARY}四", "k")
    told = json.loads(await privacy.export(caller))
    assert [(each["note"], each["stars"]) for each in told["voices"]] == [(CANARY, 4)]
    assert {each["text"] for each in told["complaints"]} == {f"{CANARY}一", f"{CANARY}二"}
    assert {each["answer"] for each in told["complaints"]} == {None, f"{CANARY}三"}
    stranger = json.loads(await privacy.export(await w.world.caller("13987654321")))
    assert stranger["voices"] == stranger["complaints"] == []

    async with w.work.read() as connection:
        kept = (sa.select(VOICE.c.note), sa.select(COMPLAINT.c.text), sa.select(COMPLAINT.c.appeal))
        sealed = [bytes(each) for q in kept for each in (await connection.execute(q)).scalars() if each is not None]
    assert len(sealed) == 4
    w.later(hours=3)
    challenge = await w.world.people.request_code(PHONE, "192.0.2.1")
    await privacy.erase(caller, challenge.token, w.world.inbox.sent[-1][1])
    dump = await w.world.dump()
    assert CANARY.encode() not in dump
    assert not any(each in dump for each in sealed)
    assert CANARY not in "".join(capfd.readouterr())
    assert await w.summary() is None
    async with w.work.read() as connection:
        rows = (await connection.execute(sa.select(COMPLAINT).order_by(COMPLAINT.c.id))).all()
        sources = list((await connection.execute(sa.select(INBOX.c.source))).scalars())
    assert not [source for source in sources if source.endswith(caller.person)]
    assert {(row.id, row.person, row.state) for row in rows} == {
        (made.id, None, "WITHDRAWN") for made in (open_one, answered)
    }
    await w.world.people.audit.verify()
