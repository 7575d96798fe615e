"""One suite for reported bays, on every database: who moves a bay, who does not, and what ends it."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from finder.charging.order import ORDER
from finder.errors import FinderError
from finder.identity.tables import PERSON
from finder.kernel.geo import Point
from finder.live.model import Status
from finder.reports.abuse import MOST_OPEN
from finder.reports.keeping import Keeping, case_closed, forget_evidence
from finder.reports.model import BayReportKind, BayReportState, Found, Reason, Standing
from finder.reports.personal import ReportsHeld
from finder.reports.photo_book import MOST_UNUSED, PhotoBook
from finder.reports.photos.cleaner import Cleaner
from finder.reports.photos.objects import folder_photos
from finder.reports.rows import records_of
from finder.reports.rules import standing
from finder.reports.sealed import open_plate
from finder.reports.tables import BLOCK, REPORT
from finder.storage.database import Database
from finder.storage.rows import OUTBOX
from tests.contract.report_world import FAR, PLACE, ReportWorld, report_world
from tests.unit.photographs import encoded, street

BAY, OTHER = "jinbei/s-0", "jinbei/s-1"


@pytest.fixture
async def world(database: Database) -> ReportWorld:
    made = report_world(database)
    for bay in (BAY, OTHER):
        await made.see(bay, Status.AVAILABLE)
    return made


async def refused(world: ReportWorld, *arguments: object, **more: object) -> str:
    with pytest.raises(FinderError) as no:
        await world.report(*arguments, **more)  # type: ignore[arg-type]
    return no.value.code


async def test_two_who_have_each_charged_before_block_a_bay_and_hand_over_a_case(world: ReportWorld) -> None:
    one, other = await world.person(charged=True), await world.person(charged=True)
    first = await world.report(one, BAY, plate="晋H12345")
    assert (first.state, first.reason, world.status(BAY)) == (BayReportState.WAITING, Reason.ONCE, Status.AVAILABLE)
    assert world.bays.once[BAY].kind == "FUEL_CAR"
    world.later(minutes=5)
    second = await world.report(other, BAY)
    assert (second.state, world.status(BAY)) == (BayReportState.CONFIRMED, Status.BLOCKED)
    block = world.board.read(BAY).block
    assert block is not None
    assert (block.since, block.until, block.by) == (first.seen_at, world.now + timedelta(hours=2), ("CITIZENS",))
    assert BAY not in world.bays.once
    (handed,) = world.handed.blocks
    assert (handed.evse_id, handed.report, handed.station_id) == (BAY, first.id, "jinbei/s")
    assert handed.plate_sealed is not None
    assert open_plate(world.bays.store, handed.plate_sealed, handed.report) == "晋H12345"
    assert [each.state for each in await world.bays.mine(one, 10)] == [BayReportState.CONFIRMED]


async def test_people_of_whom_nothing_is_known_move_nothing_however_many_and_a_first_report_is_shown(
    world: ReportWorld,
) -> None:
    for n in range(12):
        world.later(seconds=1)
        told = await world.report(await world.person(), BAY, network=f"8.8.{n}.1")
        assert told.state is BayReportState.WAITING
    assert world.status(BAY) is Status.AVAILABLE
    assert world.bays.once[BAY].seen_at == world.now
    async with world.work.read() as connection:  # and the operator was told, once
        assert (await connection.execute(sa.select(sa.func.count()).select_from(OUTBOX))).scalar_one() == 1
    await world.report(await world.person(charged=True), BAY)
    assert world.status(BAY) is Status.AVAILABLE
    await world.report(await world.person(charged=True), BAY)
    assert world.status(BAY) is Status.BLOCKED


@pytest.mark.parametrize("sensor_first", [True, False])
async def test_one_and_the_sensor_are_enough_and_it_bears_the_reporter_out(
    world: ReportWorld, sensor_first: bool
) -> None:
    who = await world.person()
    if sensor_first:
        await world.see(BAY, Status.BLOCKED)
        assert (await world.report(who, BAY)).state is BayReportState.CONFIRMED
    else:
        await world.report(who, BAY)
        world.later(seconds=30)
        await world.see(BAY, Status.BLOCKED)
        await world.keeping.step()
    block = world.board.read(BAY).block
    assert block is not None
    assert block.by == ("SENSOR",)
    async with world.work.read() as connection:
        record = (await records_of(connection, [who.person], world.now))[who.person]
    assert (record.borne_out, standing(record, world.now)) == (1, Standing.KNOWN)
    world.later(minutes=5)
    await world.see(BAY, Status.AVAILABLE)  # the sensor sees it leave
    await world.keeping.step()
    assert world.status(BAY) is Status.AVAILABLE
    assert [(r.state, r.reason) for r in await world.bays.mine(who, 9)] == [(BayReportState.CLEARED, Reason.SENSOR)]


async def test_only_those_who_came_before_the_sensor_gain_by_it(world: ReportWorld) -> None:
    await world.see(BAY, Status.BLOCKED)
    await world.report(await world.person(), BAY)
    for _ in range(3):
        late = await world.person()
        assert (await world.report(late, BAY)).state is BayReportState.CONFIRMED
        async with world.work.read() as connection:
            assert (await records_of(connection, [late.person], world.now))[late.person].borne_out == 0


async def test_what_was_judged_once_is_the_same_for_the_same_key_and_another_thing_under_it_is_refused(
    world: ReportWorld,
) -> None:
    who = await world.person()
    first = await world.report(who, BAY, key="k")
    assert await world.report(who, BAY, key="k") == first
    assert await refused(world, who, OTHER, key="k") == "KEY_REUSED"
    assert await refused(world, who, BAY) == "REPORTED_ALREADY"
    assert len(await world.bays.mine(who, 9)) == 1


async def test_what_is_too_far_too_old_or_to_come_is_refused_and_at_its_limit_it_is_not(world: ReportWorld) -> None:
    def north(metres: float) -> Point:
        return Point(PLACE.lat + metres / 111_014, PLACE.lon)

    who = await world.person(charged=True)
    assert await refused(world, who, BAY, place=north(303)) == "TOO_FAR_AWAY"
    assert await refused(world, who, BAY, place=north(403), accuracy_m=499.0) == "TOO_FAR_AWAY"
    assert await refused(world, who, BAY, accuracy_m=500.1) == "PLACE_TOO_VAGUE"
    world.later(hours=1)
    assert await refused(world, who, BAY, ago=7_200.001) == "SEEN_TOO_LONG_AGO"
    assert await refused(world, who, BAY, ago=-60.001) == "SEEN_IN_FUTURE"
    assert await refused(world, who, "jinbei/none") == "NO_SUCH_BAY"
    assert await refused(world, who, BAY, plate="晋I1") == "PLATE"
    world.later(hours=1)
    assert (await world.report(who, BAY, ago=7_200, place=north(299))).state is BayReportState.WAITING
    await world.report(await world.person(), BAY, ago=-60, place=north(398), accuracy_m=100)


async def test_nobody_is_at_two_distant_stations_at_once(world: ReportWorld) -> None:
    who = await world.person(charged=True)
    await world.report(who, BAY)
    world.later(minutes=5)
    assert await refused(world, who, "jinbei/far-0", place=FAR) == "TOO_FAST"
    world.later(hours=1)
    await world.report(who, "jinbei/far-0", place=FAR)


async def test_somebody_new_may_have_three_reports_waiting_and_not_four(world: ReportWorld) -> None:
    who = await world.person()
    for n in range(MOST_OPEN):
        await world.report(who, f"jinbei/s-{n}")
    assert await refused(world, who, "jinbei/s-3") == "REPORTS_WAITING"
    world.later(minutes=60, seconds=1)
    await world.keeping.step()
    assert {r.state for r in await world.bays.mine(who, 9)} == {BayReportState.EXPIRED}
    await world.report(who, "jinbei/s-3")


@pytest.mark.parametrize("network", ["8.8.8.8", "2001:db8::/64", "10.0.0.1"])
async def test_two_behind_one_public_address_are_one_voice(world: ReportWorld, network: str) -> None:
    for _ in range(2):
        await world.report(await world.person(charged=True), BAY, network=network)
    assert (world.status(BAY) is Status.AVAILABLE) is (network == "8.8.8.8")


async def test_two_who_always_move_bays_together_are_one_voice_from_the_third_time_on(world: ReportWorld) -> None:
    pair = [await world.person(charged=True) for _ in range(2)]
    for n in range(3):
        for who in pair:
            await world.report(who, f"jinbei/s-{n}")
        await world.see(f"jinbei/s-{n}", Status.AVAILABLE)
        world.later(hours=5)
        await world.keeping.step()
    assert len(world.handed.blocks) == 2


async def test_whoever_has_moved_bays_three_times_without_proof_moves_none_for_a_while(world: ReportWorld) -> None:
    who = await world.person(charged=True)
    for n in range(4):
        for each in (who, await world.person(charged=True)):
            await world.report(each, f"jinbei/s-{n}")
        world.later(hours=5)
        await world.keeping.step()
    assert len(world.handed.blocks) == 3


async def test_a_good_record_is_enough_alone_and_a_bad_one_is_not_heard(world: ReportWorld) -> None:
    good, bad = await world.person(charged=True), await world.person(charged=True)
    for n in range(5):
        world.later(hours=3)
        await world.report(good, "jinbei/s-3")
        if n < 2:
            await world.report(bad, "jinbei/s-2")
        world.later(hours=1, seconds=1)
        await world.keeping.step()
    await world.set(good, found=Found.BORNE_OUT.value, found_at=0, moved=True)
    await world.set(bad, found=Found.REFUTED.value, found_at=int(world.now.timestamp() * 1e6), moved=True)
    assert (await world.report(good, BAY)).state is BayReportState.CONFIRMED
    block = world.board.read(BAY).block
    assert block is not None
    assert block.by == ("TRUSTED",)
    assert await refused(world, bad, OTHER) == "REPORTER_DOUBTED"


async def test_a_car_that_charges_clears_the_bay_and_refutes_whoever_had_just_seen_none(world: ReportWorld) -> None:
    pair = [await world.person(charged=True) for _ in range(2)]
    for who in pair:
        await world.report(who, BAY)
    world.later(minutes=2)
    await world.see(BAY, Status.CHARGING)
    assert world.status(BAY) is Status.CHARGING
    await world.keeping.step()
    for who in pair:
        assert [(r.state, r.reason) for r in await world.bays.mine(who, 9)] == [
            (BayReportState.CLEARED, Reason.CHARGES)
        ]
        async with world.work.read() as connection:
            assert (await records_of(connection, [who.person], world.now))[who.person].refuted == 1
    await world.see(BAY, Status.AVAILABLE)
    await world.keeping.step()
    assert world.status(BAY) is not Status.BLOCKED


async def test_who_is_near_by_clears_a_bay_where_something_stands_behind_him(world: ReportWorld) -> None:
    assert await refused(world, await world.person(charged=True), BAY, kind=None) == "NOTHING_REPORTED"
    for _ in range(2):
        await world.report(await world.person(charged=True), BAY)
    world.later(minutes=1)
    assert (await world.report(await world.person(), BAY, kind=None)).state is BayReportState.WAITING
    assert world.status(BAY) is Status.BLOCKED
    known = await world.person(charged=True)
    assert await refused(world, known, BAY, kind=None, place=FAR) == "TOO_FAR_AWAY"
    assert (await world.report(known, BAY, kind=None)).state is BayReportState.CLEARED
    assert world.status(BAY) is Status.AVAILABLE
    world.later(minutes=10)
    for _ in range(2):  # and two others see it blocked again: he was wrong
        await world.report(await world.person(charged=True), BAY)
    async with world.work.read() as connection:
        assert (await records_of(connection, [known.person], world.now))[known.person].refuted == 1


async def test_a_block_ends_by_itself_at_its_limit(world: ReportWorld) -> None:
    pair = [await world.person(charged=True) for _ in range(2)]
    for who in pair:
        await world.report(who, BAY)
    world.later(hours=2)
    await world.keeping.step()
    assert world.status(BAY) is Status.BLOCKED
    world.later(microseconds=1)
    await world.keeping.step()
    assert world.status(BAY) is Status.AVAILABLE
    assert [r.state for r in await world.bays.mine(pair[0], 9)] == [BayReportState.EXPIRED]


async def test_a_board_that_forgot_everything_is_filled_from_the_database(world: ReportWorld) -> None:
    for _ in range(2):
        await world.report(await world.person(charged=True), BAY)
    await world.report(await world.person(), OTHER)
    await world.board.forget([BAY])
    world.bays.once.clear()
    await world.keeping.fill()
    assert world.status(BAY) is Status.BLOCKED
    assert OTHER in world.bays.once


async def test_a_green_plate_tells_a_car_that_could_be_plugged_in(world: ReportWorld) -> None:
    assert (await world.report(await world.person(), BAY, plate="晋HD12345")).kind is BayReportKind.PARKED_NOT_CHARGING
    assert (await world.report(await world.person(), BAY, plate="晋H12345")).kind is BayReportKind.FUEL_CAR


async def test_a_plate_is_nowhere_in_the_open_and_goes_with_its_case_or_its_reporter(world: ReportWorld) -> None:
    one, other = await world.person(charged=True), await world.person(charged=True)
    await world.report(one, BAY, plate="晋H54321")
    await world.report(other, BAY, plate="晋H54321")
    await world.report(await world.person(), OTHER, plate="晋H54322")
    dumped = await world.world.dump()
    assert "晋H5432".encode() not in dumped
    async with world.work.begin() as unit:
        block = (await unit.connection.execute(sa.select(BLOCK.c.id).where(BLOCK.c.evse == BAY))).scalar_one()
        await case_closed(unit, block, found=Found.BORNE_OUT, clear=False)
    async with world.work.read() as connection:
        held = sa.select(sa.func.count()).where(REPORT.c.plate.is_not(None))
        assert (await connection.execute(held)).scalar_one() == 1
    world.later(hours=2, seconds=1)
    await world.keeping.step()
    async with world.work.read() as connection:
        assert (await connection.execute(held)).scalar_one() == 0


async def test_a_persons_reports_are_exported_and_go_with_it_and_the_block_names_nobody(world: ReportWorld) -> None:
    one, other = await world.person(charged=True), await world.person(charged=True)
    await world.report(one, BAY, plate="晋H54321")
    await world.report(other, BAY)
    held = ReportsHeld(world.work, world.bays.store)
    await held.ready()
    async with world.work.begin() as unit:
        (told,) = await held.export(unit.connection, one.person)
        assert (told["evse"], told["plate"], told["state"]) == (BAY, "晋H54321", "CONFIRMED")
        await held.let_go(unit.connection, one.person)
        await unit.connection.execute(sa.delete(PERSON).where(PERSON.c.id == one.person))
        await unit.connection.execute(sa.delete(ORDER).where(ORDER.c.person == one.person))
    assert one.person.encode() not in await world.world.dump()
    assert await world.bays.mine(one, 9) == []
    await world.keeping.step()
    assert world.status(BAY) is Status.BLOCKED


@pytest.mark.slow
async def test_a_photo_that_nobody_used_is_gone_after_a_day_and_one_that_was_is_shown(
    world: ReportWorld, tmp_path: Path
) -> None:
    store = folder_photos(tmp_path / "photos")
    book = PhotoBook(world.work, world.bays.store, Cleaner(), store)
    who, stranger = await world.person(), await world.person()
    names = [await book.take(who.person, encoded(street(160, 120))) for _ in range(MOST_UNUSED)]
    with pytest.raises(FinderError) as no:
        await book.take(who.person, encoded(street(160, 120)))
    assert no.value.code == "PHOTOS_WAITING"
    assert await refused(world, stranger, BAY, photo=names[0]) == "NO_SUCH_PHOTO"
    told = await world.report(who, BAY, photo=names[0])
    assert (await book.show(names[0]))[:2] == b"\xff\xd8"
    with pytest.raises(FinderError):
        await book.show(names[1])
    world.later(days=1, microseconds=-1)
    assert await book.sweep(world.now) == 0
    world.later(microseconds=1)
    assert await book.sweep(world.now) == MOST_UNUSED - 1
    assert await store.get(names[0])
    async with world.work.begin() as unit:
        await forget_evidence(unit, told.id)
    assert await book.sweep(world.now) == 1
    with pytest.raises(FinderError):
        await store.get(names[0])


async def test_a_picture_goes_after_sixty_days_though_report_and_reporter_are_gone(
    world: ReportWorld, tmp_path: Path
) -> None:
    store = folder_photos(tmp_path)
    book = PhotoBook(world.work, world.bays.store, Cleaner(), store)
    one, other = await world.person(charged=True), await world.person(charged=True)
    name = await book.take(one.person, encoded(street()))
    await world.report(other, BAY)
    await world.report(one, BAY, photo=name)
    held = ReportsHeld(world.work, world.bays.store)
    async with world.work.begin() as unit:
        await held.let_go(unit.connection, one.person)
        await unit.connection.execute(sa.delete(PERSON).where(PERSON.c.id == one.person))
    keeping = Keeping(world.bays, book)
    world.later(days=60)
    await keeping.tidy()
    assert await store.get(name)
    world.later(microseconds=1)
    await keeping.tidy()
    with pytest.raises(FinderError):
        await store.get(name)
