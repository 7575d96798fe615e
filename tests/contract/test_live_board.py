"""One suite for every engine of the live board."""

import asyncio
import contextlib
import itertools
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finder.errors import SettingsError
from finder.kernel.geo import Point
from finder.live.board import DEFAULT_FRESHNESS, MAX_AHEAD, LiveBoard, Outcome
from finder.live.lately import Lately
from finder.live.memory import MemoryBoard
from finder.live.mirror import QUEUE, RANK
from finder.live.model import CITIZENS, Change, Observation, Status
from finder.live.redis import RedisBoard
from finder.stations.filter import ANY
from finder.stations.model import Connector, ConnectorType, Evse, Operator, Provenance, Station
from tests.contract.redis_server import RedisServer, redis_or_skip

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
A, B = "jinbei/1", "jinbei/has a space"
MakeBoard = Callable[[], Awaitable[LiveBoard]]


class HeldClock:
    def __init__(self) -> None:
        self.moment = NOON

    def __call__(self) -> datetime:
        return self.moment


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock()


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = redis_or_skip(tmp_path_factory.mktemp("redis"))
    yield server
    server.kill()


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.redis)])
async def make(request: pytest.FixtureRequest, clock: HeldClock) -> AsyncIterator[MakeBoard]:
    """Makes boards that share one truth (in memory there is only one)."""
    prefix = uuid.uuid4().hex
    made: list[LiveBoard] = []

    async def memory() -> LiveBoard:
        if not made:
            made.append(MemoryBoard(clock))
        await made[0].start()
        return made[0]

    async def redis() -> LiveBoard:
        made.append(RedisBoard(request.getfixturevalue("redis_server").url, clock, prefix))
        await made[-1].start()
        return made[-1]

    yield memory if request.param == "memory" else redis
    for each in made:
        await each.close()


def seen(evse: str, status: Status, seconds: float = 0, source: str = "jinbei") -> Observation:
    return Observation(evse, status, NOON + timedelta(seconds=seconds), source)


async def within(seconds: float, holds: Callable[[], bool]) -> bool:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while not holds():  # noqa: ASYNC110 - the condition is another process's news
                await asyncio.sleep(0.01)
    return holds()


async def test_what_was_never_seen_is_unknown_not_free(make: MakeBoard) -> None:
    board = await make()
    reading = board.read(A)
    assert (reading.status, reading.observed_at, reading.age_s(NOON)) == (Status.UNKNOWN, None, None)
    assert not board.available(A)


@pytest.mark.parametrize("evse", [A, B])
async def test_an_observation_is_read_at_once_with_its_age_and_source(
    make: MakeBoard, clock: HeldClock, evse: str
) -> None:
    board = await make()
    assert await board.observe([seen(evse, Status.AVAILABLE, -90)]) == [Outcome.CHANGED]
    reading = board.read(evse)
    assert (reading.status, reading.age_s(clock()), reading.source) == (Status.AVAILABLE, 90, "jinbei")
    assert board.available(evse)
    clock.moment += timedelta(seconds=30)
    assert board.read(evse).age_s(clock()) == 120


async def test_an_older_observation_never_overwrites_a_newer_one(make: MakeBoard) -> None:
    board = await make()
    outcomes = await board.observe(
        [seen(A, Status.CHARGING, -10), seen(A, Status.AVAILABLE, -20), seen(A, Status.AVAILABLE, -10)]
    )
    assert outcomes == [Outcome.CHANGED, Outcome.OLD, Outcome.OLD]
    assert board.read(A).status is Status.CHARGING
    assert await board.observe([seen(A, Status.CHARGING, -5)]) == [Outcome.CONFIRMED]
    assert board.read(A).age_s(NOON) == 5


async def test_of_two_sights_at_one_moment_the_less_inviting_stands(make: MakeBoard) -> None:
    board = await make()
    await board.observe([seen(A, Status.AVAILABLE), seen(A, Status.FAULTED), seen(A, Status.AVAILABLE)])
    assert board.read(A).status is Status.FAULTED


async def test_at_its_limit_a_status_is_believed_and_a_microsecond_later_it_is_not(
    make: MakeBoard, clock: HeldClock
) -> None:
    board = await make()
    board.set_freshness({"jinbei": timedelta(seconds=60)})
    await board.observe([seen(A, Status.AVAILABLE), seen(B, Status.AVAILABLE, source="yanmen")])
    clock.moment = NOON + timedelta(seconds=60)
    assert board.available(A)
    assert not board.read(A).stale
    assert board.read(A).until == clock.moment
    clock.moment += MICROSECOND
    reading = board.read(A)
    assert (reading.status, reading.last_seen, reading.stale) == (Status.UNKNOWN, Status.AVAILABLE, True)
    assert reading.until is None
    assert not board.available(A)
    clock.moment = NOON + DEFAULT_FRESHNESS
    assert board.available(B)
    clock.moment += MICROSECOND
    assert not board.available(B)


async def test_the_future_is_forgiven_a_minute_and_no_more(make: MakeBoard) -> None:
    board = await make()
    limit = MAX_AHEAD.total_seconds()
    late = Observation(B, Status.AVAILABLE, NOON + MAX_AHEAD + MICROSECOND, "jinbei")
    assert await board.observe([seen(A, Status.AVAILABLE, limit), late]) == [Outcome.CHANGED, Outcome.FUTURE]
    assert board.read(A).age_s(NOON) == 0
    assert board.read(B).status is Status.UNKNOWN


async def test_subscribers_hear_flips_of_what_they_asked_for_once(make: MakeBoard) -> None:
    board = await make()
    async with board.subscribe([A]) as some, board.subscribe() as every:
        await board.observe([seen(A, Status.AVAILABLE, -9), seen(B, Status.CHARGING, -9)])
        await board.observe([seen(A, Status.AVAILABLE, -8), seen(A, Status.CHARGING, -7)])
        async with asyncio.timeout(2):
            mine = [await anext(some) for _ in range(2)]
            all_of_them = [await anext(every) for _ in range(3)]
        assert [(c.previous, c.status) for c in mine] == [
            (Status.UNKNOWN, Status.AVAILABLE),
            (Status.AVAILABLE, Status.CHARGING),
        ]
        assert {c.evse_id for c in all_of_them} == {A, B}
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.15):
                await anext(some)


async def test_growing_too_old_is_told_as_a_change_to_unknown(make: MakeBoard, clock: HeldClock) -> None:
    board = await make()
    board.set_freshness({"jinbei": timedelta(seconds=60)})
    async with board.subscribe([A]) as changes:
        await board.observe([seen(A, Status.AVAILABLE)])
        clock.moment = NOON + timedelta(seconds=62)
        async with asyncio.timeout(3):
            assert (await anext(changes)).status is Status.AVAILABLE
            change = await anext(changes)
        assert (change.previous, change.status) == (Status.AVAILABLE, Status.UNKNOWN)
        await board.observe([seen(A, Status.AVAILABLE, 61)])
        async with asyncio.timeout(2):
            assert (await anext(changes)).status is Status.AVAILABLE


async def test_a_slow_subscriber_loses_the_oldest_and_knows_how_many(make: MakeBoard) -> None:
    board = await make()
    flips = [
        seen(A, status, n / 1000 - 100)
        for n, status in zip(range(QUEUE + 1), itertools.cycle([Status.AVAILABLE, Status.CHARGING]), strict=False)
    ]
    async with board.subscribe([A]) as changes:
        await board.observe(flips[:QUEUE])
        assert changes.dropped == 0
        await board.observe(flips[QUEUE:])
        assert changes.dropped == 1
        assert (await anext(changes)).status is Status.CHARGING


async def test_what_is_forgotten_is_unknown_and_is_told(make: MakeBoard) -> None:
    board = await make()
    await board.observe([seen(A, Status.AVAILABLE), seen(B, Status.AVAILABLE)])
    async with board.subscribe([A]) as changes:
        await board.forget([A, "nobody/1"])
        async with asyncio.timeout(2):
            assert (await anext(changes)).status is Status.UNKNOWN
    assert board.read(A).observed_at is None
    assert board.available(B)
    assert board.health().evses == 1


async def test_closing_ends_subscriptions(make: MakeBoard) -> None:
    board = await make()
    async with board.subscribe() as changes:
        await board.close()
        assert [c async for c in changes] == []


async def test_every_process_sees_a_flip_within_a_second(make: MakeBoard) -> None:
    here, there = await make(), await make()
    async with there.subscribe([A]) as changes:
        await here.observe([seen(A, Status.AVAILABLE)])
        assert await within(1.0, lambda: there.available(A))
        await there.observe([seen(A, Status.CHARGING, -1)])
        assert not await within(0.2, lambda: here.read(A).status is Status.CHARGING)
        await there.observe([seen(A, Status.CHARGING, 1)])
        assert await within(1.0, lambda: here.read(A).status is Status.CHARGING)
        await here.forget([A])
        assert await within(1.0, lambda: there.read(A).observed_at is None)
        assert isinstance(await anext(changes), Change)


async def test_a_process_that_starts_later_knows_what_the_others_know(make: MakeBoard) -> None:
    here = await make()
    await here.observe([seen(f"jinbei/{n}", Status.AVAILABLE) for n in range(1_203)])
    there = await make()
    assert there.health().connected
    assert all(there.available(f"jinbei/{n}") for n in range(1_203))


steps = st.lists(
    st.tuples(st.sampled_from(list(Status)), st.integers(-3, 0), st.sampled_from(["jinbei", "yanmen"]), st.booleans()),
    min_size=1,
    max_size=10,
)


async def test_any_order_and_repetition_ends_in_the_same_state(make: MakeBoard) -> None:
    boards = [await make(), await make()]
    number = itertools.count()

    async def example(drawn: list[tuple[Status, int, str, bool]]) -> None:
        evse = f"jinbei/{next(number)}"
        sights = [(seen(evse, status, at, source), second) for status, at, source, second in drawn]
        for each, second in sights:
            await boards[second].observe([each, each])
        last = max((s for s, _ in sights), key=lambda s: (s.observed_at, RANK[s.status], s.source))

        def same(board: LiveBoard) -> bool:
            reading = board.read(evse)
            return (reading.last_seen, reading.observed_at, reading.source) == (
                last.status,
                last.observed_at,
                last.source,
            )

        assert await within(1.5, lambda: all(map(same, boards)))

    examples: list[list[tuple[Status, int, str, bool]]] = []

    @given(steps)
    @settings(max_examples=60, deadline=None, database=None)
    def draw(drawn: list[tuple[Status, int, str, bool]]) -> None:
        examples.append(drawn)

    draw()
    await asyncio.gather(*map(example, examples))


def test_an_address_that_can_never_work_is_refused() -> None:
    with pytest.raises(SettingsError, match="FINDER_BOARD_URL"):
        RedisBoard("http://127.0.0.1")


def ago(seconds: float) -> datetime:
    return NOON - timedelta(seconds=seconds)


HOUR = timedelta(hours=1)
HIDDEN = [Status.AVAILABLE, Status.OCCUPIED, Status.RESERVED, Status.UNKNOWN, Status.BLOCKED]


@pytest.mark.parametrize("status", HIDDEN)
async def test_a_blocked_bay_is_blocked_whatever_its_operator_says(make: MakeBoard, status: Status) -> None:
    board = await make()
    await board.observe([seen(A, status, -5)])
    await board.block(A, ago(60), NOON + HOUR, ("CITIZENS",))
    reading = board.read(A)
    assert (reading.status, reading.last_seen, reading.source) == (Status.BLOCKED, status, CITIZENS)
    assert reading.block is not None
    assert (reading.block.since, reading.block.until, reading.block.by) == (ago(60), NOON + HOUR, ("CITIZENS",))
    assert (reading.age_s(NOON), reading.told_at, reading.until) == (60, ago(5), NOON + HOUR)
    assert not board.available(A)
    await board.observe([seen(A, Status.AVAILABLE, 0)])  # it says so still: citizens saw otherwise
    assert board.read(A).status is Status.BLOCKED


@pytest.mark.parametrize("status", [Status.FAULTED, Status.OFFLINE])
async def test_what_is_broken_stays_broken_under_a_block_until_that_is_too_old(
    make: MakeBoard, clock: HeldClock, status: Status
) -> None:
    board = await make()
    await board.block(A, ago(60), NOON + HOUR)
    await board.observe([seen(A, status, -5)])
    reading = board.read(A)
    assert (reading.status, reading.source, reading.block) == (status, "jinbei", None)
    clock.moment = ago(5) + DEFAULT_FRESHNESS
    assert board.read(A).status is status
    clock.moment += MICROSECOND
    assert board.read(A).status is Status.BLOCKED


async def test_a_bay_that_nobody_else_tells_of_can_be_blocked(make: MakeBoard) -> None:
    board = await make()
    await board.block(A, ago(60), NOON + HOUR)
    assert (board.read(A).status, board.read(A).last_seen, board.read(A).told_at) == (
        Status.BLOCKED,
        Status.UNKNOWN,
        None,
    )


async def test_a_block_holds_at_its_end_and_not_a_microsecond_longer(make: MakeBoard, clock: HeldClock) -> None:
    board = await make()
    board.set_freshness({"jinbei": timedelta(days=1)})
    await board.observe([seen(A, Status.AVAILABLE)])
    await board.block(A, NOON, NOON + HOUR)
    clock.moment = NOON + HOUR
    assert board.read(A).status is Status.BLOCKED
    assert not board.available(A)
    clock.moment += MICROSECOND
    assert board.read(A).status is Status.AVAILABLE
    assert board.available(A)


async def test_a_car_that_charges_after_it_ends_a_block_for_good_and_one_that_charged_before_does_not(
    make: MakeBoard,
) -> None:
    here, there = await make(), await make()
    await here.observe([seen(A, Status.CHARGING, -60)])
    await here.block(A, ago(60), NOON + HOUR)
    assert here.read(A).status is Status.BLOCKED  # it had begun by then
    await there.observe([Observation(A, Status.CHARGING, ago(60) + MICROSECOND, "jinbei")])
    assert await within(1.0, lambda: here.read(A).status is Status.CHARGING)
    await here.observe([seen(A, Status.AVAILABLE, -1)])
    assert await within(1.0, lambda: there.available(A) and here.available(A))
    await there.block(A, ago(60), NOON + HOUR * 2)  # told late
    assert there.available(A)
    late = await make()
    assert late.available(A)


async def test_a_block_told_after_a_car_has_charged_is_over_before_it_begins(make: MakeBoard) -> None:
    here, there = await make(), await make()
    await here.observe([seen(A, Status.CHARGING, -10)])
    await here.block(A, ago(11), NOON + HOUR)
    assert here.read(A).status is Status.CHARGING
    await here.observe([seen(A, Status.AVAILABLE, -5)])
    assert here.available(A)
    assert await within(1.0, lambda: there.available(A))


async def test_who_clears_a_block_ends_what_began_by_then_and_a_late_word_of_it_changes_nothing(
    make: MakeBoard,
) -> None:
    here, there = await make(), await make()
    await here.observe([seen(A, Status.AVAILABLE, -90)])
    await here.block(A, ago(60), NOON + HOUR)
    await there.clear(A, ago(60) - MICROSECOND)
    assert here.read(A).status is Status.BLOCKED
    await there.clear(A, ago(60))
    assert await within(1.0, lambda: here.available(A) and there.available(A))
    await here.block(A, ago(60), NOON + HOUR * 2)
    assert here.available(A)
    await here.block(A, ago(60) + MICROSECOND, NOON + HOUR)
    assert await within(1.0, lambda: there.read(A).status is Status.BLOCKED)


async def test_of_two_blocks_the_later_stands_and_of_equals_the_longer(make: MakeBoard) -> None:
    board = await make()
    await board.block(A, ago(60), NOON + HOUR, ("CITIZENS",))
    await board.block(A, ago(61), NOON + HOUR * 9)
    assert board.read(A).until == NOON + HOUR
    await board.block(A, ago(60), NOON + HOUR - MICROSECOND)
    assert board.read(A).until == NOON + HOUR
    await board.block(A, ago(60), NOON + HOUR + MICROSECOND, ("SENSOR", "CITIZENS"))
    block = board.read(A).block
    assert block is not None
    assert (block.until, block.by) == (NOON + HOUR + MICROSECOND, ("CITIZENS", "SENSOR"))


async def test_blocks_are_told_as_changes_and_so_is_their_end(make: MakeBoard, clock: HeldClock) -> None:
    board = await make()
    board.set_freshness({"jinbei": timedelta(days=1)})
    await board.observe([seen(A, Status.AVAILABLE, -90)])
    async with board.subscribe([A]) as changes:
        await board.block(A, ago(60), NOON + HOUR)
        await board.observe([seen(A, Status.RESERVED, -50), seen(A, Status.FAULTED, -40)])
        await board.observe([seen(A, Status.AVAILABLE, -30)])
        await board.clear(A, NOON)
        await board.block(A, NOON + timedelta(seconds=1), NOON + HOUR)
        clock.moment = NOON + HOUR + timedelta(seconds=2)
        async with asyncio.timeout(3):
            told = [await anext(changes) for _ in range(6)]
    assert [(c.previous, c.status, c.source) for c in told] == [
        (Status.AVAILABLE, Status.BLOCKED, CITIZENS),
        (Status.BLOCKED, Status.FAULTED, "jinbei"),
        (Status.FAULTED, Status.BLOCKED, "jinbei"),
        (Status.BLOCKED, Status.AVAILABLE, "jinbei"),
        (Status.AVAILABLE, Status.BLOCKED, CITIZENS),
        (Status.BLOCKED, Status.AVAILABLE, "jinbei"),
    ]


async def test_every_process_shows_a_block_and_one_that_starts_later_too(make: MakeBoard) -> None:
    here, there = await make(), await make()
    await here.observe([seen(A, Status.AVAILABLE), seen(B, Status.AVAILABLE)])
    await here.block(A, NOON, NOON + HOUR, ("CITIZENS", "SENSOR"))
    await here.block(B, NOON, NOON + HOUR)
    assert await within(1.0, lambda: {there.read(e).status for e in (A, B)} == {Status.BLOCKED})
    late = await make()
    block = late.read(A).block
    assert block is not None
    assert block.by == ("CITIZENS", "SENSOR")
    await late.forget([A])
    assert await within(1.0, lambda: here.read(A).status is Status.UNKNOWN)


async def test_counts_and_the_search_follow_a_block(make: MakeBoard, clock: HeldClock) -> None:
    board = await make()
    station = station_of(A, B)
    lately = Lately(board)
    await board.observe([seen(A, Status.AVAILABLE), seen(B, Status.CHARGING)])
    free = lately.tester(clock(), ANY)
    assert free(station)
    await board.block(A, NOON, NOON + HOUR)
    assert [r.status for r in lately.station(station, clock()).readings] == [Status.BLOCKED, Status.CHARGING]
    assert not free(station)
    clock.moment = NOON + HOUR + MICROSECOND
    board.set_freshness({"jinbei": timedelta(days=1)})
    assert lately.tester(clock(), ANY)(station)


def station_of(*evses: str) -> Station:
    return Station(
        id="jinbei/s",
        name="忻州站",
        operator=Operator(id="jinbei", name="金北"),
        place=Point(38.42, 112.73),
        evses=tuple(Evse(id=each, connectors=(Connector(id="1", type=ConnectorType.GBT_DC),)) for each in evses),
        provenance=(Provenance(source="jinbei", native_id="s", fetched_at=NOON),),
    )


marks = st.lists(
    st.tuples(st.integers(-3, 3), st.integers(-4, 9) | st.none(), st.sampled_from(["", "CHARGING", "AVAILABLE"])),
    min_size=1,
    max_size=8,
)


async def test_blocks_ends_and_sights_in_any_order_end_alike_everywhere(make: MakeBoard) -> None:
    boards = [await make(), await make()]
    number = itertools.count()
    ends: list[tuple[str, object]] = []

    def told(board: LiveBoard, evse: str) -> object:
        reading = board.read(evse)
        return reading.status, reading.block, reading.last_seen, reading.told_at

    async def example(drawn: list[tuple[int, int | None, str]]) -> None:
        evse = f"jinbei/{next(number)}"
        for n, (at, until, status) in enumerate(drawn):
            board, moment = boards[n % 2], NOON + timedelta(seconds=at)
            if status:
                await board.observe([Observation(evse, Status(status), moment, "jinbei")])
            elif until is None:
                await board.clear(evse, moment)
            else:
                await board.block(evse, moment, NOON + timedelta(seconds=until))

        assert await within(1.5, lambda: told(boards[0], evse) == told(boards[1], evse))
        ends.append((evse, told(boards[0], evse)))

    examples: list[list[tuple[int, int | None, str]]] = []

    @given(marks)
    @settings(max_examples=40, deadline=None, database=None)
    def draw(drawn: list[tuple[int, int | None, str]]) -> None:
        examples.append(drawn)

    draw()
    await asyncio.gather(*map(example, examples))
    late = await make()  # as the engine itself has it
    assert all(told(late, evse) == end for evse, end in ends)
