"""A station's status is remembered for its second, and never past a new observation."""

from datetime import datetime, timedelta

import msgspec
import pytest

from finder.live.lately import Lately
from finder.live.memory import MemoryBoard
from finder.live.model import Observation, Status
from finder.stations.model import Station
from tests.unit.naive import NOW, station


class Held:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def board() -> MemoryBoard:
    return MemoryBoard(Held())


TICK = int(NOW.timestamp())


async def see(board: MemoryBoard, each: Station, status: Status, ago_s: float = 10) -> None:
    at = NOW - timedelta(seconds=ago_s)
    await board.observe([Observation(evse.id, status, at, "jinbei") for evse in each.evses])


async def test_within_a_second_nothing_is_read_twice_and_a_flip_is_seen_at_once(board: MemoryBoard) -> None:
    lately, one = Lately(board), station(1)
    await see(board, one, Status.AVAILABLE)
    first = lately.station(one, TICK)
    assert lately.station(one, TICK) is first
    assert lately.free_evses(one, TICK) == one.evses
    await board.observe([Observation(one.evses[0].id, Status.CHARGING, NOW, "jinbei")])
    assert lately.free_evses(one, TICK) == one.evses[1:]
    assert lately.station(one, TICK + 1) is not lately.station(one, TICK)


async def test_forgetting_and_other_limits_are_seen_too(board: MemoryBoard) -> None:
    lately, one = Lately(board), station(1)
    await see(board, one, Status.AVAILABLE)
    assert lately.free_evses(one, TICK)
    board.set_freshness({"jinbei": timedelta(seconds=9)})
    assert not lately.free_evses(one, TICK)
    board.set_freshness({"jinbei": timedelta(seconds=60)})
    assert lately.station(one, TICK).unknown == 0
    await board.forget([one.evses[0].id])
    assert lately.station(one, TICK).unknown == 1


async def test_a_new_record_of_a_station_takes_the_place_of_the_old(board: MemoryBoard) -> None:
    lately, old = Lately(board), station(1)
    new = msgspec.structs.replace(old, name="新名")
    await see(board, old, Status.AVAILABLE)
    lately.station(old, TICK)
    lately.station(new, TICK)
    await see(board, old, Status.FAULTED, 5)
    assert not lately.free_evses(new, TICK)
    assert not lately.free_evses(old, TICK)


async def test_at_most_so_many_are_kept_and_all_stay_right(board: MemoryBoard) -> None:
    lately, some = Lately(board, most=2), [station(n) for n in range(5)]
    for each in some:
        await see(board, each, Status.AVAILABLE)
        lately.station(each, TICK)
    for each in some:
        await see(board, each, Status.CHARGING, 5)
        assert not lately.free_evses(each, TICK)
