"""A station's status is remembered until it grows too old, and never past a new observation."""

from datetime import datetime, timedelta

import msgspec
import pytest

from finder.live.board import DEFAULT_FRESHNESS
from finder.live.lately import Lately
from finder.live.memory import MemoryBoard
from finder.live.model import Observation, Status
from finder.stations.filter import Filter
from finder.stations.model import Station
from tests.unit.naive import NOW, station


class Held:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def board() -> MemoryBoard:
    return MemoryBoard(Held())


async def see(board: MemoryBoard, each: Station, status: Status, ago_s: float = 10) -> None:
    at = NOW - timedelta(seconds=ago_s)
    await board.observe([Observation(evse.id, status, at, "jinbei") for evse in each.evses])


async def test_nothing_is_read_twice_and_a_flip_is_seen_at_once(board: MemoryBoard) -> None:
    lately, one = Lately(board), station(1)
    await see(board, one, Status.AVAILABLE)
    first = lately.station(one, NOW)
    assert lately.station(one, NOW) is first
    assert lately.station(one, NOW).free == one.evses
    await board.observe([Observation(one.evses[0].id, Status.CHARGING, NOW, "jinbei")])
    assert lately.station(one, NOW).free == one.evses[1:]


async def test_what_grows_too_old_is_read_anew_at_that_moment_and_not_before(board: MemoryBoard) -> None:
    lately, one = Lately(board), station(1)
    await see(board, one, Status.AVAILABLE)
    first = lately.station(one, NOW)
    last = NOW - timedelta(seconds=10) + DEFAULT_FRESHNESS
    assert first.until == last
    assert lately.station(one, last) is first
    board.clock.now = last + timedelta(microseconds=1)  # type: ignore[attr-defined]
    stale = lately.station(one, board.clock())
    assert (stale.free, stale.unknown, stale.oldest_at) == ((), len(one.evses), None)
    assert stale.newest_at == NOW - timedelta(seconds=10)


async def test_each_filter_has_its_own_answer(board: MemoryBoard) -> None:
    lately, one = Lately(board), station(1)
    await see(board, one, Status.AVAILABLE)
    weak, strong = Filter(min_power_kw=1), Filter(min_power_kw=4000)
    for _ in range(2):
        assert lately.tester(NOW, weak)(one)
        assert not lately.tester(NOW, strong)(one)


async def test_forgetting_and_other_limits_are_seen_too(board: MemoryBoard) -> None:
    lately, one = Lately(board), station(1)
    await see(board, one, Status.AVAILABLE)
    assert lately.station(one, NOW).free
    board.set_freshness({"jinbei": timedelta(seconds=9)})
    assert not lately.station(one, NOW).free
    board.set_freshness({"jinbei": timedelta(seconds=60)})
    assert lately.station(one, NOW).unknown == 0
    await board.forget([one.evses[0].id])
    assert lately.station(one, NOW).unknown == 1


async def test_a_new_record_of_a_station_takes_the_place_of_the_old(board: MemoryBoard) -> None:
    lately, old = Lately(board), station(1)
    new = msgspec.structs.replace(old, name="新名")
    await see(board, old, Status.AVAILABLE)
    lately.station(old, NOW)
    lately.station(new, NOW)
    await see(board, old, Status.FAULTED, 5)
    assert not lately.station(new, NOW).free
    assert not lately.station(old, NOW).free


async def test_at_most_so_many_are_kept_and_all_stay_right(board: MemoryBoard) -> None:
    lately, some = Lately(board, most=2), [station(n) for n in range(5)]
    for each in some:
        await see(board, each, Status.AVAILABLE)
        lately.station(each, NOW)
    for each in some:
        await see(board, each, Status.CHARGING, 5)
        assert not lately.station(each, NOW).free
