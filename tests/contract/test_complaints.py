"""One suite for complaints, on every database: who answers by when, who decides, and who sees which."""

from dataclasses import replace

import pytest

from finder.errors import FinderError
from finder.identity.roles import Caller, Role
from finder.storage.database import Database
from finder.voices.abuse import MOST_OPEN
from finder.voices.complaint import Complaint, ComplaintKind, ComplaintState
from tests.contract.voice_world import STATION, TEXT, VoiceWorld, voice_world

S = ComplaintState


@pytest.fixture
def w(database: Database) -> VoiceWorld:
    return voice_world(database)


async def code(doing: object) -> str:
    with pytest.raises(FinderError) as no:
        await doing  # type: ignore[misc]
    return no.value.code


async def answered(w: VoiceWorld, who: Caller) -> Complaint:
    made = await w.complain(who)
    return await w.complaints.answer(await w.staff(), made.id, "已派人检修", "answer")


async def test_a_complaint_is_answered_by_its_operators_staff_and_its_driver_sees_every_step(w: VoiceWorld) -> None:
    who, staff = await w.person(), await w.staff()
    made = await w.complain(who, key="k")
    # Tuesday noon in Beijing: Wednesday, Thursday and Friday are worked.
    assert (made.state, made.operator, made.station_id) == (S.OPEN, "jinbei", STATION)
    assert made.answer_by.isoformat() == "2026-11-27T16:00:00+00:00"
    assert await w.complain(who, key="k") == made
    assert await code(w.complain(who, key="k", text="别的")) == "KEY_REUSED"
    done = await w.complaints.answer(staff, made.id, "已派人检修", "a")
    assert (done.state, done.answer, done.answered_by_supervisor) == (S.ANSWERED, "已派人检修", False)
    assert await w.complaints.answer(staff, made.id, "已派人检修", "a") == done
    moved = replace(staff, operators=frozenset({"yanmen"}))  # it works elsewhere now, and repeats what it said
    assert await code(w.complaints.answer(moved, made.id, "已派人检修", "a")) == "NO_SUCH_COMPLAINT"
    assert await code(w.complaints.answer(staff, made.id, "又一个", "b")) == "COMPLAINT_STATE"
    (mine,) = await w.complaints.mine(who, 9)
    assert (mine.text, mine.answer, mine.state) == (TEXT, "已派人检修", S.ANSWERED)
    assert [entry.what for entry in await w.world.people.audit.history(made.id)] == [
        "complaint.made",
        "complaint.answered",
    ]
    assert TEXT.encode() not in await w.world.dump()


async def test_another_operators_staff_see_nothing_and_supervisors_see_all(w: VoiceWorld) -> None:
    who, other = await w.person(), await w.staff("yanmen")
    made = await w.complain(who)
    supervisor = await w.person(Role.SUPERVISOR)
    assert await w.complaints.desk(other, 9) == []
    assert [each.id for each in await w.complaints.desk(await w.staff(), 9)] == [made.id]
    assert [each.id for each in await w.complaints.desk(supervisor, 9)] == [made.id]
    assert await w.complaints.desk(supervisor, 9, state=S.ANSWERED) == []
    assert await w.complaints.desk(supervisor, 9, after=made.id) == []
    assert await code(w.complaints.desk(who, 9)) == "FORBIDDEN"
    assert await code(w.complaints.answer(other, made.id, "x", "1")) == "NO_SUCH_COMPLAINT"
    assert await code(w.complaints.answer(who, made.id, "x", "1")) == "NO_SUCH_COMPLAINT"
    assert await code(w.complaints.answer(supervisor, made.id, "x", "1")) == "FORBIDDEN"  # it is the operator's turn
    assert await w.complaints.mine(await w.person(), 9) == []
    staff = await w.person(Role.OPERATOR_STAFF, operators=("jinbei",))
    own = await w.complain(staff)
    assert await code(w.complaints.answer(staff, own.id, "x", "1")) == "FORBIDDEN"


@pytest.mark.parametrize("swept", [True, False])
async def test_what_is_not_answered_in_time_goes_to_the_supervisor_by_itself(w: VoiceWorld, *, swept: bool) -> None:
    who, staff, supervisor = await w.person(), await w.staff(), await w.person(Role.SUPERVISOR)
    made = await w.complain(who)
    w.world.clock.now = made.answer_by
    w.later(microseconds=-1)
    assert await w.complaints.sweep() == 0
    w.later(microseconds=1)
    if swept:
        assert (await w.complaints.sweep(), await w.complaints.sweep()) == (1, 0)
    (mine,) = await w.complaints.mine(who, 9)
    assert mine.state is S.ESCALATED
    assert await code(w.complaints.answer(staff, made.id, "来晚了", "1")) == "FORBIDDEN"
    done = await w.complaints.answer(supervisor, made.id, "已责令整改", "1")
    assert (done.state, done.escalated_at, done.answered_by_supervisor) == (S.ANSWERED, made.answer_by, True)
    # Whoever answered does not decide the appeal.
    await w.complaints.appeal(who, made.id, "不同意", "1")
    assert await code(w.complaints.decide(supervisor, made.id, "维持", "2", upheld=False)) == "SAME_DECIDER"
    other = await w.person(Role.SUPERVISOR)
    assert (await w.complaints.decide(other, made.id, "维持", "2", upheld=False)).state is S.REJECTED


@pytest.mark.parametrize(("upheld", "state"), [(True, S.UPHELD), (False, S.REJECTED)])
async def test_one_appeal_within_seven_days_is_decided_by_a_supervisor(
    w: VoiceWorld, state: ComplaintState, *, upheld: bool
) -> None:
    who, supervisor = await w.person(), await w.person(Role.SUPERVISOR)
    done = await answered(w, who)
    w.later(days=7)
    assert await code(w.complaints.appeal(await w.person(), done.id, "不", "1")) == "NO_SUCH_COMPLAINT"
    assert (await w.complaints.appeal(who, done.id, "没有修好", "1")).state is S.APPEALED
    assert await code(w.complaints.decide(await w.staff(), done.id, "x", "1", upheld=True)) == "FORBIDDEN"
    assert await code(w.complaints.decide(who, done.id, "x", "1", upheld=True)) == "FORBIDDEN"
    final = await w.complaints.decide(supervisor, done.id, "现场核实", "1", upheld=upheld)
    assert (final.state, final.decision, final.ended_at) == (state, "现场核实", w.now)
    assert await w.complaints.decide(supervisor, done.id, "现场核实", "1", upheld=upheld) == final
    assert await code(w.complaints.decide(supervisor, done.id, "现场核实", "1", upheld=not upheld)) == "KEY_REUSED"
    assert await code(w.complaints.appeal(who, done.id, "再来", "2")) == "COMPLAINT_STATE"
    assert len(await w.world.people.audit.history(done.id)) == 4
    await w.world.people.audit.verify()


@pytest.mark.parametrize("swept", [True, False])
async def test_an_appeal_after_seven_days_is_too_late(w: VoiceWorld, *, swept: bool) -> None:
    who = await w.person()
    done = await answered(w, who)
    w.later(days=7)
    assert await w.complaints.sweep() == 0
    w.later(microseconds=1)
    if swept:
        assert await w.complaints.sweep() == 1
    assert await code(w.complaints.appeal(who, done.id, "不", "1")) == "APPEAL_TOO_LATE"
    assert (await w.complaints.mine(who, 9))[0].state is S.CLOSED


async def test_a_complaint_is_about_an_order_of_ones_own_a_station_or_an_operator(w: VoiceWorld) -> None:
    who = await w.person()
    order = await w.charged(who)
    made = await w.complain(who, order=order, kind=ComplaintKind.BILLING)
    assert (made.order, made.operator, made.station_name) == (order, "jinbei", "s站")
    assert (await w.complain(who, operator="yanmen")).station_id is None
    assert await code(w.complain(await w.person(), order=order)) == "NO_SUCH_ORDER"
    assert await code(w.complain(who, station="jinbei/none")) == "NO_SUCH_STATION"
    assert await code(w.complain(who, operator="none")) == "NO_SUCH_OPERATOR"
    assert await code(w.complain(who, order=order, station=STATION)) == "COMPLAINT_SUBJECT"
    assert await code(w.complain(who, text=" \n\x00")) == "COMPLAINT_TEXT"
    assert await code(w.complain(who, text="字" * 1_001)) == "COMPLAINT_TEXT"


async def test_how_many_one_may_have_open_and_how_fast(w: VoiceWorld) -> None:
    who = await w.person()
    first = await w.complain(who, text="字" * 1_000)
    assert first.text == "字" * 1_000
    assert await code(w.complain(who, text="同一件")) == "COMPLAINT_OPEN"
    await w.complaints.answer(await w.staff(), first.id, "好", "1")
    await w.complain(who, text="又一件")
    for n in range(MOST_OPEN - 1):
        w.later(hours=1)
        w.stations.add(f"n{n}", w.stations.known[STATION].place, 1, w.now)
        await w.complain(who, station=f"jinbei/n{n}")
    w.later(hours=1)
    assert await code(w.complain(who, station="jinbei/t")) == "MANY_COMPLAINTS"
    other = await w.person()
    for n in range(5):
        await w.complain(other, station=f"jinbei/n{n}")
    assert await code(w.complain(other, station="jinbei/t")) == "TOO_OFTEN"


async def test_words_are_forgotten_a_year_after_the_end(w: VoiceWorld) -> None:
    who = await w.person()
    done = await answered(w, who)
    w.later(days=7, microseconds=1)
    await w.complaints.sweep()
    w.later(days=365)
    await w.keeping.tidy()
    assert (await w.complaints.mine(who, 9))[0].text == TEXT
    w.later(microseconds=1)
    await w.keeping.tidy()
    (bare,) = await w.complaints.mine(who, 9)
    assert (bare.id, bare.text, bare.answer, bare.state) == (done.id, None, None, S.CLOSED)
