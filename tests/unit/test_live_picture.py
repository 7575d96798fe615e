"""The live picture: what counts hold, that keeping them equals counting anew, what is told again, the table."""

import asyncio
import csv
import io
import random
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from finder.live.board import LiveBoard
from finder.live.memory import MemoryBoard
from finder.live.model import Observation, Status
from finder.stations.model import Access, Operator, Station
from finder.supervision.coverage.plan import County
from finder.supervision.picture.keeper import AGES_AFTER, LISTED_FOR, POWER_FOR, LivePicture
from finder.supervision.picture.model import Count, Picture, count_of, total
from finder.supervision.picture.sheet import COLUMNS, to_csv
from tests.unit.naive import NOW, NaiveBoard, SomeFeed, SomeQuality, Trouble, station

COUNTIES = (
    County(name="忻府区", code="140902", new={}, seat=(38.4, 112.7)),
    County(name="代县", code="140923", new={}, seat=None),
)
STATUSES = [*Status]


class Feeds:
    """Two feeds, of which one is in trouble."""

    def feeds(self) -> Sequence[SomeFeed]:
        return [SomeFeed(), SomeFeed("yanmen", "=雁门快充", practice=False)]

    def failures(self) -> Sequence[Trouble]:
        return [Trouble(source="yanmen")]

    def quality(self, source: str) -> SomeQuality:
        return SomeQuality()


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> Any:
        return self.now


def at(n: int, source: str, county: str | None, evses: int = 4) -> Station:
    made = station(n, evses=evses)
    guns = tuple(msgspec.structs.replace(e, id=e.id.replace("jinbei/", f"{source}/")) for e in made.evses)
    return msgspec.structs.replace(
        made, id=f"{source}/{n}", evses=guns, area_code=county, operator=Operator(id=source, name=source)
    )


def kept(stations: list[Station], board: LiveBoard, **more: Any) -> LivePicture:
    return LivePicture(lambda: list(stations), board, Feeds(), COUNTIES, board.clock, **more)


def recounted(stations: Sequence[Station], board: LiveBoard) -> dict[tuple[str, str], Count]:
    """The plainest way: every EVSE, each time."""
    counts: dict[tuple[str, str], Count] = {}
    for each in stations:
        county = each.area_code if each.area_code in ("140902", "140923") else ""
        key = (str(county), each.id.partition("/")[0])
        counts.setdefault(key, Count()).add(count_of(each.evses, board.read_all([e.id for e in each.evses])))
    return counts


def as_kept(picture: Picture) -> dict[tuple[str, str], tuple[Count, Any]]:
    return {(line.county, line.operator): (line.count, line.count.oldest_at) for line in picture.lines}


async def test_each_status_is_counted_once_and_shares_leave_out_what_nobody_can_judge() -> None:
    board, here = NaiveBoard(), station(1, evses=10)
    ids = [evse.id for evse in here.evses]
    seen = [Observation(i, s, NOW - timedelta(seconds=30), "jinbei") for i, s in zip(ids, STATUSES, strict=False)]
    await board.observe(seen)
    await board.observe([Observation(ids[8], Status.AVAILABLE, NOW - timedelta(days=2), "jinbei")])
    count = count_of(here.evses, board.read_all(ids))
    assert (count.available, count.charging, count.occupied, count.reserved) == (1, 1, 1, 1)
    assert (count.blocked, count.faulted, count.offline, count.unknown) == (1, 1, 1, 3)
    assert (count.stale, count.told) == (1, 8)  # the operator told 'unknown' of one of them in time
    assert count.usable_share == 4 / 7
    assert count.told_share == 8 / 10
    assert count.oldest_at == NOW - timedelta(days=2)
    assert count.rated_kw == 62.0
    assert (Count().usable_share, Count().told_share) == (None, None)


async def test_what_is_kept_equals_counting_anew_whatever_happens() -> None:
    clock = Clock()
    board = MemoryBoard(clock)
    board.set_freshness({"yanmen": timedelta(minutes=2)})
    chance = random.Random(91)
    stations = [at(n, ("jinbei", "yanmen")[n % 2], ("140902", "140923", "140105", None)[n % 4]) for n in range(24)]
    picture = kept(stations, board)
    for turn in range(300):
        clock.now += timedelta(seconds=chance.choice((0, 1, 20, 200)))
        each = chance.choice(stations)
        evse = chance.choice(each.evses).id
        match chance.randrange(8):
            case 0:
                await board.forget([evse])
            case 1:
                await board.block(evse, clock.now, clock.now + timedelta(seconds=90), ["PHOTO"])
            case 2 if turn % 5 == 0:
                board.set_freshness({"jinbei": timedelta(seconds=chance.choice((30, 900)))})
            case 3 if turn % 7 == 0:
                n = chance.randrange(len(stations))
                stations[n] = at(n, "jinbei", chance.choice(("140902", "140923")), evses=chance.choice((1, 5)))
                clock.now += LISTED_FOR
            case _:
                ago = timedelta(seconds=chance.choice((0, 5, 1000)))
                await board.observe([Observation(evse, chance.choice(STATUSES), clock.now - ago, each.operator.id)])
        now = picture.count(clock.now)
        naive = recounted(stations, board)
        assert as_kept(now) == {key: (count, count.oldest_at) for key, count in naive.items()}
        assert now.total == total(naive.values())
        assert sum(county.count.evses for county in now.counties) == now.total.evses


async def test_private_piles_are_left_out_and_every_county_is_there() -> None:
    home = msgspec.structs.replace(station(1), access=Access.PRIVATE)
    now = await kept([home, at(2, "yanmen", "140902")], NaiveBoard()).picture()
    assert now.total.stations == 1
    assert [(county.code, county.count.evses) for county in now.counties] == [("140902", 4), ("140923", 0)]
    assert [(o.id, o.failing, o.count.evses) for o in now.operators] == [("yanmen", True, 4)]


async def test_a_station_that_came_is_counted_after_ten_seconds() -> None:
    board, stations = NaiveBoard(), [at(1, "jinbei", "140902")]
    picture = kept(stations, board)
    assert picture.count(NOW).total.stations == 1
    stations.append(at(2, "jinbei", "140923"))
    assert picture.count(NOW + LISTED_FOR - timedelta(seconds=1)).total.stations == 1
    assert picture.count(NOW + LISTED_FOR).total.stations == 2


async def test_power_is_what_sessions_tell_and_of_how_many_bays() -> None:
    asked, board = 0, NaiveBoard()

    async def powers() -> Mapping[str, float]:
        nonlocal asked
        asked += 1
        return {"jinbei/0001-0": 42.25, "jinbei/0001-1": 7.5, "elsewhere/1": 9.0}

    picture = kept([station(1)], board, powers=powers)
    assert ((await picture.picture()).total.kw, (await picture.picture()).total.kw_evses) == (49.8, 2)
    board.now = NOW + POWER_FOR - timedelta(seconds=1)
    await picture.picture()
    assert asked == 1
    board.now = NOW + POWER_FOR
    await picture.picture()
    assert asked == 2


async def test_a_follower_is_told_what_changes_and_nothing_where_nothing_does() -> None:
    board = NaiveBoard()
    stations = [at(1, "jinbei", "140902"), at(2, "yanmen", "140923")]
    picture = kept(stations, board)
    following = picture.follow(every_s=0.001)
    first = await anext(following)
    assert first.whole
    assert [(line.county, line.operator) for line in first.lines] == [("140902", "jinbei"), ("140923", "yanmen")]
    waiting = asyncio.ensure_future(anext(following))
    await asyncio.sleep(0.02)
    assert not waiting.done()
    board.now += timedelta(seconds=1)
    await board.observe([Observation("yanmen/0002-0", Status.CHARGING, board.now, "yanmen")])
    changed = await waiting
    assert not changed.whole
    assert [(line.county, line.operator, line.count.charging) for line in changed.lines] == [("140923", "yanmen", 1)]
    assert [county.code for county in changed.counties] == ["140923"]
    assert changed.total.charging == 1

    # The same status seen later is told with the ages, and not at once.
    waiting = asyncio.ensure_future(anext(following))
    board.now += timedelta(seconds=2)
    await board.observe([Observation("yanmen/0002-0", Status.CHARGING, board.now, "yanmen")])
    await asyncio.sleep(0.02)
    assert not waiting.done()
    board.now += AGES_AFTER
    again = await waiting
    assert again.whole
    assert again.lines[1].count.oldest_at == NOW + timedelta(seconds=3)
    assert isinstance(following, AsyncGenerator)
    await following.aclose()


async def test_within_a_second_it_is_the_same_picture() -> None:
    board = NaiveBoard()
    picture = kept([station(1)], board)
    first = await picture.picture()
    board.now += timedelta(seconds=0.999)
    assert await picture.picture() is first
    board.now += timedelta(seconds=0.001)
    assert await picture.picture() is not first


async def test_the_table_runs_no_formula_and_leaves_unknown_empty() -> None:
    text = to_csv(await kept([at(1, "yanmen", None)], NaiveBoard()).picture())
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert tuple(rows[0]) == COLUMNS
    told = dict(zip(rows[0], rows[1], strict=True))
    assert told["operator_name"] == "'=雁门快充"
    assert (told["county_code"], told["usable_share"], told["kw"], told["oldest_age_s"]) == ("", "", "", "")
    assert (told["evses"], told["unknown"], told["told_share"]) == ("4", "4", "0.0")


@pytest.mark.parametrize("more", [{"kw": 1.0}, {"charging": 1}])
def test_counts_that_differ_in_more_than_age_differ(more: dict[str, Any]) -> None:
    assert Count(oldest_at=NOW) == Count(oldest_at=None)
    assert Count() != replace(Count(), **more)
