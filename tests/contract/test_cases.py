"""One suite for cases at city management, on every database and over real HTTP: told, answered, and what follows."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from finder.cases.answering import CITY
from finder.cases.desk import Wanted
from finder.cases.keeping import ASKED_EVERY, LAPSES_AFTER
from finder.cases.model import REFUTES_WITHIN, CaseAnswer, CaseState, ClosedBy, Evidence
from finder.cases.opening import DEADLINE, OPENED, Sending
from finder.cases.personal import CasesHeld
from finder.cases.tables import CASE
from finder.casework import Casework
from finder.errors import FinderError
from finder.identity.tables import PERSON
from finder.live.model import Status
from finder.reports.model import BayReportState, By, Found, Reason
from finder.reports.personal import ReportsHeld
from finder.reports.photo_book import PhotoBook
from finder.reports.photos.cleaner import Cleaner
from finder.reports.photos.objects import folder_photos
from finder.reports.ports import NoHandover
from finder.reports.tables import BLOCK, PHOTO, REPORT
from finder.storage.database import Database
from finder.storage.rows import INBOX, OUTBOX
from tests.contract.case_world import BAY, OTHER, CaseWorld, case_world, faults
from tests.unit.photographs import encoded, street

PLATE = "晋H98765"


@pytest.fixture
async def world(database: Database) -> AsyncIterator[CaseWorld]:
    async with case_world(database) as made:
        yield made


async def test_a_block_is_handed_over_once_and_the_car_that_was_moved_frees_the_bay(
    world: CaseWorld, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    reports = world.reports
    book = PhotoBook(reports.work, reports.bays.store, Cleaner(), folder_photos(tmp_path))
    one, other = await reports.person(charged=True), await reports.person(charged=True)
    photo = await book.take(one.person, encoded(street()))
    await reports.report(one, BAY, plate=PLATE, photo=photo)
    assert await world.cases() == []
    reports.later(minutes=5)
    await reports.report(other, BAY)
    (case,) = await world.cases()
    assert (case.state, case.evse_id, case.deadline) == (CaseState.OPENED, BAY, case.opened_at + DEADLINE)
    before = reports.now - timedelta(minutes=5)
    assert case.evidence == Evidence(frozenset({By.CITIZENS}), (before, reports.now), (photo,))

    # Nobody's plate lies in the open, and city management can read it.
    assert PLATE.encode() not in await reports.world.dump()
    await world.outbox.step()
    assert world.city.plate(case.id) == PLATE
    told = world.city.cases[case.id]
    assert told["evidence"]["photos"] == [photo]
    assert (told["bay"], told["station"]["name"], told["evidence"]["sensor"]) == (BAY, "s站", False)
    for canary in (PLATE, one.person, other.person):
        assert canary not in str(told)
    assert (await world.case(case.id)).state is CaseState.SENT
    await reports.report(await reports.person(charged=True), BAY)
    assert (len(await world.cases()), await world.outbox.step()) == (1, 0)

    assert await world.say(case) == (200, "ACCEPTED")
    assert (await world.case(case.id)).reference == f"CG-{case.id[-6:]}"
    assert reports.status(BAY) is Status.BLOCKED
    assert await world.say(case, CaseAnswer.MOVED, text="已拖离") == (200, "CLOSED")
    assert reports.status(BAY) is Status.AVAILABLE
    closed = await world.case(case.id)
    assert (closed.state, closed.closed_by, closed.text) == (CaseState.CLOSED, ClosedBy.CITY, "已拖离")
    assert (closed.plate, closed.evidence.photos) == (None, ())
    mine = await reports.bays.mine(one, 1)
    assert (mine[0].state, mine[0].reason) == (BayReportState.CLEARED, Reason.CITY)
    async with reports.work.read() as connection:
        rows = (await connection.execute(sa.select(REPORT.c.found, REPORT.c.moved, REPORT.c.plate))).all()
        gone = (await connection.execute(sa.select(PHOTO.c.gone_at, PHOTO.c.person))).one()
    assert sorted((row.moved, row.found) for row in rows) == [(False, None), (True, "BORNE_OUT"), (True, "BORNE_OUT")]
    assert all(row.plate is None for row in rows)
    assert gone.gone_at is not None
    assert gone.person is None
    history = await reports.world.people.audit.history(case.id)
    assert [(each.what, each.who) for each in history] == [("case.closed", CITY.who)]
    assert world.city.requests == 1
    logged = "".join(capfd.readouterr())
    assert "case.closed" in logged
    for canary in (PLATE, one.person, other.person, photo, "已拖离"):
        assert canary not in logged


@pytest.mark.parametrize(
    ("answer", "found", "state", "status"),
    [
        (CaseAnswer.MOVED, "BORNE_OUT", CaseState.CLOSED, Status.AVAILABLE),
        (CaseAnswer.FINED, "BORNE_OUT", CaseState.CLOSED, Status.BLOCKED),
        (CaseAnswer.NOT_FOUND, "REFUTED", CaseState.CLOSED, Status.AVAILABLE),
        (CaseAnswer.REFUSED, None, CaseState.ANSWERED, Status.BLOCKED),
    ],
)
async def test_what_each_answer_means_for_the_bay_and_its_reporters(
    world: CaseWorld, answer: CaseAnswer, found: str | None, state: CaseState, status: Status
) -> None:
    case = await world.sent()
    assert await world.say(case, answer) == (200, state.value)
    assert await world.found(case) == {found}
    assert world.reports.status(BAY) is status
    if answer is CaseAnswer.REFUSED:
        assert await world.say(case, CaseAnswer.FINED) == (200, "CLOSED")  # it thought better of it


async def test_a_car_that_came_after_somebody_looked_still_blocks_the_bay(world: CaseWorld) -> None:
    case, reports = await world.sent(), world.reports
    looked = reports.now + timedelta(minutes=5)
    reports.later(minutes=20)
    late = await reports.person(charged=True)
    await reports.report(late, BAY, plate=PLATE)
    assert await world.say(case, CaseAnswer.MOVED, lookedAt=looked.isoformat()) == (200, "CLOSED")
    assert reports.status(BAY) is Status.BLOCKED
    async with reports.work.read() as connection:
        rows = (await connection.execute(sa.select(REPORT.c.person, REPORT.c.found, REPORT.c.plate))).all()
    found = {row.person: (row.found, row.plate is None) for row in rows}
    assert found.pop(late.person) == (None, False)
    assert set(found.values()) == {("BORNE_OUT", True)}


@pytest.mark.parametrize(
    ("after", "found", "status"),
    [
        (timedelta(0), "REFUTED", Status.AVAILABLE),
        (REFUTES_WITHIN, "REFUTED", Status.AVAILABLE),
        (REFUTES_WITHIN + timedelta(microseconds=1), None, Status.AVAILABLE),
        (timedelta(microseconds=-1), None, Status.BLOCKED),
    ],
)
async def test_not_found_refutes_only_who_saw_it_just_before_and_clears_nothing_that_came_after(
    world: CaseWorld, after: timedelta, found: str | None, status: Status
) -> None:
    case = await world.sent()
    seen = max(case.evidence.seen)
    world.reports.later(hours=1)
    assert await world.say(case, CaseAnswer.NOT_FOUND, lookedAt=(seen + after).isoformat()) == (200, "CLOSED")
    assert await world.found(case) == {found}
    assert world.reports.status(BAY) is status


async def test_whoever_a_sensor_agreed_with_is_not_refuted(world: CaseWorld) -> None:
    reports = world.reports
    await reports.report(await reports.person(charged=True), BAY)
    await reports.see(BAY, Status.BLOCKED)
    await reports.keeping.step()
    (case,) = await world.cases()
    assert case.evidence.sensor
    assert await world.say(case, CaseAnswer.NOT_FOUND) == (200, "CLOSED")  # before our own message went out
    assert await world.found(case) == {Found.BORNE_OUT.value}
    await world.outbox.step()
    assert world.city.requests == 0


async def test_a_new_block_at_the_bay_is_not_ended_by_the_answer_to_the_old_one(world: CaseWorld) -> None:
    case = await world.sent()
    world.reports.later(hours=2, seconds=1)
    await world.reports.keeping.step()
    again = await world.blocked()
    assert again.id != case.id
    assert await world.say(case, CaseAnswer.MOVED) == (200, "CLOSED")
    assert world.reports.status(BAY) is Status.BLOCKED
    assert (await world.case(again.id)).state is CaseState.OPENED


@pytest.mark.parametrize("wrong", ["hangs_after", "breaks_after"])
async def test_a_case_that_was_taken_without_our_knowing_is_told_again_and_is_the_same(
    world: CaseWorld, wrong: str
) -> None:
    world.city.faults = faults(**{wrong: True}, never_answers=True)
    case = await world.blocked()
    await world.outbox.step()
    assert list(world.city.cases) == [case.id]
    await _until(lambda: bool(world.city.heard))
    assert (await world.case(case.id)).state is CaseState.ACCEPTED  # it spoke before we knew that it had heard
    world.city.faults = faults(never_answers=True)
    world.reports.later(seconds=2)
    await world.outbox.step()
    assert (world.city.requests, len(world.city.cases)) == (2, 1)
    told = await world.case(case.id)
    assert told.state is CaseState.ACCEPTED
    assert told.sent_at is not None


async def test_what_cannot_be_told_is_given_up_seen_by_people_and_told_at_their_word(world: CaseWorld) -> None:
    world.city.faults = faults(refuses=True)
    case = await world.blocked()
    waited = world.reports.now
    for _ in range(Sending.patience.attempts):
        await world.outbox.step()
        world.reports.later(seconds=1_100)
    assert world.reports.now - waited > DEADLINE
    assert world.city.requests == Sending.patience.attempts
    assert ((await world.case(case.id)).trouble, (await world.case(case.id)).state) == ("NOT_TOLD", CaseState.OPENED)
    ((letter, code),) = await world.outbox.dead()
    assert (letter.number, code) == (f"{case.id}{OPENED}", "OPERATOR_UNAVAILABLE")
    world.city.faults = faults()
    await world.outbox.retry(letter.id)
    await world.outbox.step()
    assert (await world.case(case.id)).trouble is None
    assert list(world.city.cases) == [case.id]


async def test_answers_that_come_twice_or_out_of_order_change_nothing_more(world: CaseWorld) -> None:
    world.city.faults = faults(twice=True, out_of_order=True)
    case = await world.sent()
    await _until(lambda: len(world.city.heard) == 6)
    assert {each[1:] for each in world.city.heard} == {(200, "CLOSED")}
    closed = await world.case(case.id)
    assert (closed.answer, closed.accepted_at) == (CaseAnswer.MOVED, None)
    assert len(await world.reports.world.people.audit.history(case.id)) == 1


async def test_where_no_answer_comes_it_is_asked_for_and_else_it_is_overdue(world: CaseWorld) -> None:
    world.city.faults = faults(silent=True)
    case = await world.sent()
    keeping = world.casework.keeping
    assert keeping is not None
    await _until(lambda: len(world.city.said.get(case.id, [])) == 2)
    world.reports.later(seconds=ASKED_EVERY.total_seconds() - 1)
    await keeping.step()
    assert world.city.requests == 1
    world.reports.later(seconds=1)
    await asyncio.gather(keeping.step(), keeping.step())  # of two processes one asks
    assert world.city.requests == 2
    assert (await world.case(case.id)).state is CaseState.CLOSED
    assert world.reports.status(BAY) is Status.AVAILABLE

    world.city.faults = faults(never_answers=True)
    late = await world.sent(OTHER)
    await _until(lambda: bool(world.city.heard))
    now = late.deadline
    assert not (await world.case(late.id)).overdue(now)
    assert (await world.case(late.id)).overdue(now + timedelta(microseconds=1))


async def test_an_answer_that_is_asked_for_is_believed_under_its_signature_alone(world: CaseWorld) -> None:
    world.city.faults = faults(silent=True, polled_badly=True)
    case = await world.sent()
    keeping = world.casework.keeping
    assert keeping is not None
    await _until(lambda: len(world.city.said.get(case.id, [])) == 2)
    world.reports.later(minutes=6)
    await keeping.step()
    assert (world.city.requests, (await world.case(case.id)).state) == (2, CaseState.SENT)
    world.city.faults = faults(silent=True)
    world.city.said[case.id].append(world.city.message("another", CaseAnswer.FINED))
    world.reports.later(minutes=6)
    await keeping.step()
    assert (await world.case(case.id)).state is CaseState.SENT  # it spoke of another case, too


async def test_a_case_that_nobody_answers_lapses_and_its_evidence_goes(world: CaseWorld) -> None:
    case = await world.sent(plate=PLATE)
    keeping = world.casework.keeping
    assert keeping is not None
    world.reports.later(seconds=LAPSES_AFTER.total_seconds())
    await keeping.step()
    assert (await world.case(case.id)).state is CaseState.SENT
    world.reports.later(microseconds=1)
    await keeping.step()
    lapsed = await world.case(case.id)
    assert (lapsed.state, lapsed.closed_by, lapsed.answer, lapsed.plate) == (
        *(CaseState.CLOSED, ClosedBy.TIME, None, None),
    )
    assert await world.found(case) == {None}
    async with world.reports.work.read() as connection:
        held = sa.select(sa.func.count()).where(REPORT.c.plate.is_not(None))
        assert (await connection.execute(held)).scalar_one() == 0


async def test_a_supervisor_closes_a_case_and_the_city_is_told_so_when_it_answers(world: CaseWorld) -> None:
    desk, supervisor = world.casework.desk, await world.supervisor()
    assert desk is not None
    case = await world.sent()
    for note in (" ", "x" * 501, "a\0b"):
        with pytest.raises(FinderError) as no:
            await desk.close(supervisor, case.id, CaseAnswer.FINED, note)
        assert no.value.code == "CASE_NOTE"
    closed = await desk.close(supervisor, case.id, CaseAnswer.FINED, "电话告知" + "x" * 496)
    assert (closed.state, closed.closed_by, closed.answer) == (CaseState.CLOSED, ClosedBy.SUPERVISOR, CaseAnswer.FINED)
    (entry,) = await world.reports.world.people.audit.history(case.id)
    assert (entry.who, entry.detail["found"]) == (f"person:{supervisor.person}", "BORNE_OUT")
    assert "电话" not in str(entry.detail)
    with pytest.raises(FinderError) as no:
        await desk.close(supervisor, case.id, CaseAnswer.MOVED, "x")
    assert no.value.code == "CASE_STATE"
    assert await world.say(case) == (200, "CLOSED")  # it is late, and harmless
    assert await world.say(case, CaseAnswer.FINED) == (200, "CLOSED")
    assert await world.say(case, CaseAnswer.NOT_FOUND) == (409, "CASE_STATE")
    for unknown in ("none", "a\0b", "", case.id + "0"):
        with pytest.raises(FinderError) as no:
            await desk.close(supervisor, unknown, CaseAnswer.MOVED, "x")
        assert no.value.code == "NO_SUCH_CASE"
    with pytest.raises(FinderError) as no:
        await desk.cases(Wanted(), 1, "a\0b")
    assert no.value.code == "BAD_CURSOR"


async def test_the_sheet_has_every_case_once_and_runs_nothing(world: CaseWorld) -> None:
    desk = world.casework.desk
    assert desk is not None
    stations = world.reports.stations.known
    stations["jinbei/s"] = msgspec.structs.replace(stations["jinbei/s"], name="=1+1站")
    case = await world.sent()
    assert await world.say(case, CaseAnswer.FINED, text="＝cmd|' /C calc'!A0", reference="@SUM(1)") == (200, "CLOSED")
    world.reports.later(seconds=1)
    await world.blocked(OTHER)
    late = (await world.cases())[0]
    world.reports.later(hours=3)
    sheet = await desk.sheet(Wanted(since=case.opened_at, until=world.reports.now))
    rows = list(csv.DictReader(io.StringIO(sheet.removeprefix("\ufeff"))))
    assert [row["案件 · case"] for row in rows] == [late.id, case.id]
    assert rows[1]["站名 · name"] == "'=1+1站"
    assert rows[1]["答复说明 · text"].startswith("'＝cmd")
    assert rows[1]["城管编号 · reference"] == "'@SUM(1)"
    assert (rows[0]["超期 · overdue"], rows[1]["超期 · overdue"]) == ("是 · yes", "")
    assert rows[1]["开案 · opened"] == "2026-11-24T12:00:00+08:00"
    assert [each.id for each in await desk.cases(Wanted(overdue=True), 9)] == [late.id]
    assert [each.id for each in await desk.cases(Wanted(overdue=False), 9)] == [case.id]
    assert await desk.cases(Wanted(until=case.opened_at), 9) == []


async def test_answers_that_come_at_once_by_every_way_end_a_case_once(world: CaseWorld) -> None:
    case = await world.sent()
    messages = [world.city.message(case.id, CaseAnswer.MOVED) for _ in range(4)]
    said = [world.city.send(each) for each in [*messages, *messages]]
    third = await world.reports.person(charged=True)
    answers = await asyncio.gather(*said, world.reports.report(third, BAY))
    assert {each for each in answers if isinstance(each, tuple)} == {(200, "CLOSED")}
    assert len(await world.reports.world.people.audit.history(case.id)) == 1


async def test_a_person_takes_its_cases_away_and_they_go_on_without_it(world: CaseWorld, tmp_path: Path) -> None:
    reports = world.reports
    book = PhotoBook(reports.work, reports.bays.store, Cleaner(), folder_photos(tmp_path))
    one = await reports.person(charged=True)
    photo = await book.take(one.person, encoded(street()))
    await reports.report(one, BAY, plate=PLATE, photo=photo)
    await reports.report(await reports.person(charged=True), BAY)
    (case,) = await world.cases()
    held, also = CasesHeld(reports.work), ReportsHeld(reports.work, reports.bays.store)
    await held.ready()
    async with reports.work.begin() as unit:
        (told,) = await held.export(unit.connection, one.person)
        assert (told["case"], told["state"], told["bay"]) == (case.id, "OPENED", BAY)
        for each in (held, also):
            await each.let_go(unit.connection, one.person)
        await unit.connection.execute(sa.delete(PERSON).where(PERSON.c.id == one.person))
        assert await held.export(unit.connection, one.person) == []
    async with reports.work.read() as connection:
        kept = [(await connection.execute(sa.select(each))).all() for each in (CASE, BLOCK, PHOTO, OUTBOX, INBOX)]
    for canary in (PLATE, one.person):
        assert canary not in str(kept)
    await world.outbox.step()
    assert (await world.case(case.id)).state is CaseState.SENT
    assert await world.say(case, CaseAnswer.MOVED) == (200, "CLOSED")
    assert await book.sweep(reports.now) == 1  # its picture, too


async def test_without_a_city_management_nothing_is_handed_over(database: Database) -> None:
    async with case_world(database) as world:
        none = Casework(database, world.reports.world.people, None)
        assert isinstance(none.handover, NoHandover)
        assert (none.handlers(), none.routes(), none.desk) == ({}, [], None)
        none.start()
        await none.close()
        world.reports.bays.handover = none.handover
        for _ in range(2):
            await world.reports.report(await world.reports.person(charged=True), BAY)
        assert await world.cases() == []
        async with world.reports.work.read() as connection:
            kinds = set((await connection.execute(sa.select(OUTBOX.c.kind))).scalars())
            assert (await connection.execute(sa.select(sa.func.count()).select_from(BLOCK))).scalar_one() == 1
        assert "case" not in kinds


async def _until(done: Callable[[], bool]) -> None:
    for _ in range(1_000):
        if done():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError
