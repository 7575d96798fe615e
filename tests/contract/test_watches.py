"""One suite for watches, on every database: who is told of what, once, and on which phones."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import timedelta

import pytest
import sqlalchemy as sa

from finder.errors import FinderError
from finder.identity.tables import PERSON, SESSION
from finder.live.model import Status
from finder.notices.model import (
    LONGEST,
    MOST_OPEN,
    NEWS,
    NEXT_AFTER,
    OFTEN,
    SHORTEST,
    TOLD_A_BAY,
    WatchKind,
    WatchState,
)
from finder.notices.personal import WatchesHeld
from finder.notices.phones import MOST
from finder.notices.tables import FREED, PUSH, WATCH
from finder.notices.watching import Watching
from finder.sandbox.web_push import PushFaults, PushService, push_running
from finder.stations.model import ConnectorType
from finder.storage.database import Database
from finder.storage.rows import OUTBOX
from tests.contract.watch_world import FAR, NEAR, S, WatchWorld, watch_world

BAY, OTHER, THIRD = (f"{S}-{n}" for n in range(3))
DRIVING = WatchKind.DRIVING


@pytest.fixture
async def world(database: Database) -> AsyncIterator[WatchWorld]:
    service = PushService()
    async with push_running(service):
        made = watch_world(database, service)
        await made.all_see(S, Status.CHARGING)
        await made.all_see(NEAR, Status.AVAILABLE)
        await made.all_see(FAR, Status.AVAILABLE)
        yield made


async def refused(world: WatchWorld, *arguments: object, **more: object) -> str:
    with pytest.raises(FinderError) as no:
        await world.watch(*arguments, **more)  # type: ignore[arg-type]
    return no.value.code


async def count(world: WatchWorld, table: sa.Table) -> int:
    async with world.work.read() as connection:
        return int((await connection.execute(sa.select(sa.func.count()).select_from(table))).scalar_one())


async def test_whoever_waits_is_told_once_on_every_phone_and_in_the_application(world: WatchWorld) -> None:
    who = await world.person()
    endpoints = [await world.phone(who), await world.phone(await world.session(who.person))]
    made = await world.watch(who)
    await world.watching.step()
    assert (await world.states(who), len(world.service.told)) == (["OPEN"], 0)
    async with aclosing(world.following.follow(who.person)) as told:
        waiting = asyncio.ensure_future(anext(told))
        await asyncio.sleep(0)
        world.later(minutes=3)
        await world.frees(BAY)
        seen = await asyncio.wait_for(waiting, 5)
    await world.following.close()
    assert (seen.id, seen.state, seen.told_evse, seen.told_at) == (made.id, WatchState.TOLD, BAY, world.now)
    assert await world.outbox.step() == 2
    for endpoint in endpoints:
        (shown,) = world.service.messages(endpoint)
        assert shown["title"] == "s站 有空位了"
        assert shown["url"] == "/station/jinbei/s"
    assert {each.ttl for each in world.service.told} == {int(NEWS.total_seconds())}
    # Once: neither the next look, nor another flip, nor another process tells it again.
    world.later(minutes=1)
    await world.see(BAY, Status.CHARGING)
    await world.frees(BAY)
    await Watching(world.work, world.board, world.stations, lambda: None).step()
    assert await world.outbox.step() == 0


async def test_the_loop_itself_hears_the_board(world: WatchWorld) -> None:
    who = await world.person()
    running = asyncio.create_task(world.watching.run())
    try:
        await world.watch(who)
        await asyncio.sleep(0.2)
        await world.see(BAY, Status.AVAILABLE)
        async with asyncio.timeout(1.5):  # before the next look at everything
            while await world.states(who) != ["TOLD"]:  # noqa: ASYNC110 - as anybody may look
                await asyncio.sleep(0.02)
    finally:
        running.cancel()
        await asyncio.wait((running,))


async def test_blocked_stale_and_unknown_bays_are_not_free(world: WatchWorld) -> None:
    who = await world.person()
    await world.watch(who)
    await world.board.block(BAY, world.now, world.now + timedelta(hours=1))
    await world.see(BAY, Status.AVAILABLE)
    world.board.set_freshness({"jinbei": timedelta(minutes=10)})
    await world.see(OTHER, Status.AVAILABLE, ago=11 * 60)
    await world.watching.step()
    assert await world.states(who) == ["OPEN"]
    await world.board.clear(BAY, world.now)
    await world.watching.step()
    assert await world.states(who) == ["TOLD"]


async def test_of_one_bay_three_are_told_and_the_next_three_only_while_it_is_still_free(world: WatchWorld) -> None:
    people = []
    for _ in range(2 * TOLD_A_BAY + 1):
        world.later(seconds=1)
        people.append(await world.person())
        await world.watch(people[-1])
    await world.frees(BAY)
    assert await world.states(*people) == ["TOLD"] * 3 + ["OPEN"] * 4
    world.later(seconds=NEXT_AFTER.total_seconds() - 1)
    await world.watching.step()
    assert await world.states(*people) == ["TOLD"] * 3 + ["OPEN"] * 4
    await world.see(BAY, Status.AVAILABLE)  # a second later
    await world.watching.step()
    assert await world.states(*people) == ["TOLD"] * 6 + ["OPEN"]
    world.later(seconds=30)
    await world.see(BAY, Status.CHARGING)
    world.later(seconds=30)
    await world.frees(BAY)  # somebody was there and has left: it is news again at once
    assert await world.states(*people) == ["TOLD"] * 7


async def test_two_bays_that_free_together_are_told_to_twice_as_many(world: WatchWorld) -> None:
    people = []
    for _ in range(2 * TOLD_A_BAY + 1):
        world.later(seconds=1)
        people.append(await world.person())
        await world.watch(people[-1])
    for bay in (BAY, OTHER):
        await world.see(bay, Status.AVAILABLE)
    await world.watching.step()
    assert await world.states(*people) == ["TOLD"] * 6 + ["OPEN"]


async def test_two_processes_that_see_one_flip_tell_it_once(world: WatchWorld) -> None:
    people = [await world.person() for _ in range(2 * TOLD_A_BAY)]
    for who in people:
        await world.phone(who)
        await world.watch(who)
    both = [world.watching, Watching(world.work, world.board, world.stations, lambda: None)]
    await world.see(BAY, Status.AVAILABLE)
    for each in both:
        each._flips[BAY] = world.now
    await asyncio.gather(*(each.step() for each in both))
    assert sorted(await world.states(*people)) == ["OPEN"] * 3 + ["TOLD"] * 3
    assert await count(world, OUTBOX) == 3


async def test_a_bay_or_a_plug_of_ones_own_choice_is_the_one_that_counts(world: WatchWorld) -> None:
    one, strong = await world.person(), await world.person()
    assert await refused(world, strong, min_power_kw=120.5) == "NO_SUCH_BAY"
    assert await refused(world, strong, plugs=frozenset({ConnectorType.CCS2})) == "NO_SUCH_BAY"
    assert await refused(world, one, evse="jinbei/near-0") == "NO_SUCH_BAY"
    await world.watch(one, evse=OTHER)
    await world.watch(strong, min_power_kw=120.0, plugs=frozenset({ConnectorType.GBT_DC}))
    await world.frees(BAY)
    assert await world.states(one, strong) == ["OPEN", "TOLD"]
    await world.frees(OTHER)
    assert await world.states(one) == ["TOLD"]


async def test_a_driver_is_told_that_the_last_bay_is_taken_and_where_the_next_one_is(world: WatchWorld) -> None:
    people = [await world.person() for _ in range(TOLD_A_BAY + 1)]
    assert await refused(world, people[0], kind=DRIVING) == "FULL_NOW"
    await world.see(BAY, Status.AVAILABLE)
    await world.see(OTHER, Status.AVAILABLE)
    for who in people:
        world.later(seconds=1)
        await world.watch(who, kind=DRIVING)
    endpoint = await world.phone(people[0])
    await world.see(BAY, Status.CHARGING)
    await world.watching.step()
    assert await world.states(*people) == ["OPEN"] * 4
    await world.see(OTHER, Status.OCCUPIED)
    await world.watching.step()
    assert await world.states(*people) == ["TOLD"] * 4
    others = [(await world.watches.mine(who))[0].alternative for who in people]
    # One bay is free at the nearest: past three, the next nearest.
    assert [each.station if each else None for each in others] == [NEAR, NEAR, NEAR, FAR]
    assert others[0] is not None
    assert (others[0].distance_m, others[0].free) == (3330, 1)
    await world.outbox.step()
    (shown,) = world.service.messages(endpoint)
    assert (shown["title"], shown["body"]) == ("s站 刚刚满位", "最近的是 near站：相距 3.3 公里，空 1")
    assert shown["url"] == "/station/jinbei/near"


async def test_a_station_that_falls_silent_has_not_filled(world: WatchWorld) -> None:
    who = await world.person()
    await world.see(BAY, Status.AVAILABLE)
    await world.watch(who, kind=DRIVING)
    world.board.set_freshness({"jinbei": timedelta(minutes=10)})
    world.later(minutes=11)
    await world.watching.step()
    assert await world.states(who) == ["OPEN"]


async def test_a_board_that_begins_anew_says_of_no_station_that_it_has_filled(world: WatchWorld) -> None:
    who = await world.person()
    await world.see(BAY, Status.AVAILABLE)
    await world.watch(who, kind=DRIVING)
    bays = [evse.id for evse in world.stations.known[S].evses]
    await world.board.forget(bays)
    await world.watching.step()
    await world.see(OTHER, Status.CHARGING)  # the first that is heard of again
    await world.watching.step()
    assert await world.states(who) == ["OPEN"]
    for bay in bays:
        await world.see(bay, Status.CHARGING)
    await world.watching.step()
    assert await world.states(who) == ["TOLD"]


async def test_where_nothing_else_is_free_that_is_said(world: WatchWorld) -> None:
    who = await world.person()
    await world.see(BAY, Status.AVAILABLE)
    await world.watch(who, kind=DRIVING)
    endpoint = await world.phone(who)
    for station in (NEAR, FAR):
        await world.all_see(station, Status.CHARGING)
    await world.see(BAY, Status.CHARGING)
    await world.watching.step()
    await world.outbox.step()
    assert [each["body"] for each in world.service.messages(endpoint)] == ["附近暂无可用空位"]


async def test_limits_at_them_and_one_past(world: WatchWorld) -> None:
    who, minute = await world.person(), timedelta(minutes=1)
    for span in (SHORTEST - minute, LONGEST + minute):
        assert await refused(world, who, span=span) == "WATCH_SPAN"
    assert await refused(world, who, "jinbei/none") == "NO_SUCH_STATION"
    assert await refused(world, who, NEAR) == "FREE_NOW"
    assert await refused(world, who, min_power_kw=4000.5) == "POWER_OUT_OF_RANGE"
    silent = world.stations.add("silent", world.stations.known[S].place, 1, world.now)
    assert await refused(world, who, silent.id) == "NO_LIVE_STATUS"
    for n in range(MOST_OPEN + 1):
        made = world.stations.add(f"t{n}", world.stations.known[S].place, 1, world.now)
        await world.all_see(made.id, Status.CHARGING)
    first = await world.watch(who, "jinbei/t0", span=SHORTEST)
    for n in range(1, MOST_OPEN):
        await world.watch(who, f"jinbei/t{n}", span=LONGEST)
    assert await refused(world, who, f"jinbei/t{MOST_OPEN}") == "TOO_MANY_WATCHES"
    again = await world.watch(who, "jinbei/t0", span=LONGEST)  # the same station is the same watch
    assert (again.id, again.since, again.until) == (first.id, first.since, world.now + LONGEST)
    assert await world.watches.unwatch(who, first.id) is True
    assert await world.watches.unwatch(who, first.id) is False
    await world.watch(who, f"jinbei/t{MOST_OPEN}")
    assert len(await world.watches.mine(who)) == MOST_OPEN + 1
    stranger = await world.person()
    with pytest.raises(FinderError) as no:
        await world.watches.unwatch(stranger, again.id)
    assert no.value.code == "NO_SUCH_WATCH"
    assert await world.watches.mine(stranger) == []


async def test_who_asks_too_often_waits(world: WatchWorld) -> None:
    who = await world.person()
    for _ in range(OFTEN.burst):
        await world.watch(who)
    assert await refused(world, who) == "TOO_OFTEN"


async def test_what_is_past_its_time_is_told_no_more_and_forgotten_after_a_day(world: WatchWorld) -> None:
    who = await world.person()
    await world.watch(who, span=SHORTEST)
    world.later(minutes=5)
    await world.frees(BAY)
    assert await world.states(who) == ["ENDED"]
    assert await count(world, OUTBOX) == 0
    world.later(days=1, seconds=1)
    await world.watching._tidy(world.now)
    assert (await count(world, WATCH), await count(world, FREED)) == (0, 0)


async def test_a_phone_that_is_gone_is_forgotten_and_a_busy_service_is_asked_when_it_says(world: WatchWorld) -> None:
    who = await world.person()
    endpoint = await world.phone(who)
    await world.watch(who)
    await world.frees(BAY)
    world.service.faults = PushFaults(busy_s=120)
    assert await world.outbox.step() == 1
    world.service.faults = PushFaults()
    world.later(seconds=119)
    assert await world.outbox.step() == 0
    world.later(seconds=1)
    assert await world.outbox.step() == 1
    assert len(world.service.messages(endpoint)) == 1
    assert world.service.told[0].ttl == int(NEWS.total_seconds()) - 120
    world.service.faults = PushFaults(gone=True)
    await world.watch(who, evse=OTHER)
    await world.frees(OTHER)
    assert await world.outbox.step() == 1
    assert await count(world, PUSH) == 0
    assert await world.outbox.dead() == []


async def test_what_is_no_news_any_more_rings_nowhere(world: WatchWorld) -> None:
    who = await world.person()
    await world.phone(who)
    await world.watch(who)
    await world.frees(BAY)
    world.service.faults = PushFaults(errors=1)
    await world.outbox.step()
    world.later(seconds=NEWS.total_seconds())
    await world.outbox.step()
    assert not world.service.told
    assert await world.outbox.step() == 0


async def test_five_phones_ring_and_signing_out_on_one_ends_its_ringing(world: WatchWorld) -> None:
    who = await world.person()
    sessions = [who]
    first = await world.phone(who)
    for _ in range(MOST):
        world.later(minutes=2)
        sessions.append(await world.session(who.person))
        await world.phone(sessions[-1])
    assert await count(world, PUSH) == MOST  # the one that came in first has given way
    assert await world.phones.unregister(who, first) is False
    async with world.work.begin() as unit:
        await unit.connection.execute(sa.delete(SESSION).where(SESSION.c.id == sessions[-1].session))
    assert await count(world, PUSH) == MOST - 1
    again = await world.phone(sessions[-2])  # a browser that was given another endpoint
    assert await count(world, PUSH) == MOST - 1
    assert await world.phones.unregister(await world.person(), again) is False
    assert await world.phones.unregister(who, again) is True


async def test_a_browser_rings_for_whoever_is_signed_in_on_it_now(world: WatchWorld) -> None:
    one, other = await world.person(), await world.person()
    told = world.service.subscribe(await world.key.public())
    await world.phones.register(one, **told)
    await world.phones.register(other, **told)
    for who in (one, other):
        await world.watch(who)
    await world.frees(BAY)
    assert await world.outbox.step() == 1


async def test_an_export_tells_all_and_erasure_leaves_nothing(world: WatchWorld) -> None:
    who, held = await world.person(), WatchesHeld(world.work, world.world.people.store)
    endpoint = await world.phone(who)
    await world.watch(who)
    await world.frees(BAY)
    await held.ready()
    async with world.work.read() as connection:
        told = await held.export(connection, who.person)
    assert [each.get("state") for each in told] == ["TOLD", None]
    assert told[1]["push"] == "127.0.0.1"
    assert endpoint.rpartition("/")[2] not in json.dumps(told, default=str)
    dump = await world.world.dump()
    assert endpoint.encode() not in dump  # sealed
    async with world.work.begin() as unit:
        await held.let_go(unit.connection, who.person)
        await unit.connection.execute(sa.delete(PERSON).where(PERSON.c.id == who.person))
    assert (await count(world, WATCH), await count(world, PUSH)) == (0, 0)
    assert who.person.encode() not in await world.world.dump()
    assert await world.outbox.step() == 1  # its letter finds nobody
    assert world.service.requests == 0
