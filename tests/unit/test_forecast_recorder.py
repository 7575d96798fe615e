"""The recorder counts minutes by what the board believes, and never from UNKNOWN."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest

from finder.errors import StoreUnavailable
from finder.kernel.geo import Point
from finder.live.forecast.book import Minutes, Row
from finder.live.forecast.history import day_of, hour_of
from finder.live.forecast.places import AGE, Sites
from finder.live.forecast.recorder import WAITING_HOURS, Recorder
from finder.live.memory import MemoryBoard
from finder.live.model import Observation, Status
from finder.stations.model import Connector, Evse, Operator, Provenance, Station

START = datetime(2026, 11, 24, 4, 0, 30, tzinfo=UTC)
HOUR = hour_of(START)
ZONE = ZoneInfo("Asia/Shanghai")


def station(name: str, bays: int, *, practice: bool = False) -> Station:
    evses = tuple(Evse(id=f"{name}-{n}", connectors=(Connector(id="1"),)) for n in range(bays))
    told = Provenance(source="x", native_id=name, fetched_at=START)
    operator = Operator(id="o", name="o")
    place = Point(38.4, 112.7)
    return Station(
        id=name, name=name, operator=operator, place=place, evses=evses, provenance=(told,), practice=practice
    )


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


class Shelf:
    """A book in memory that can be away."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.days: list[tuple[int, int, int]] = []
        self.away = False

    async def write(self, rows: Sequence[Row]) -> None:
        if self.away:
            raise StoreUnavailable("无应答", "no answer")
        self.rows += rows

    async def sum_day(self, day: int, first_hour: int, last_hour: int) -> None:
        self.days.append((day, first_hour, last_hour))

    async def forget(self, before_hour: int, before_day: int) -> None:
        pass


class Scene:
    def __init__(self, *stations: Station) -> None:
        self.clock = Clock()
        self.board = MemoryBoard(self.clock)
        self.shelf = Shelf()
        self.stations = list(stations)
        self.recorder = Recorder(self.board, Sites(lambda: self.stations), self.shelf, self.clock, ZONE)  # type: ignore[arg-type]

    async def tell(self, evse: str, status: Status) -> None:
        await self.board.observe([Observation(evse, status, self.clock.now, "x")])

    async def minutes(self, count: int) -> None:
        for _ in range(count):
            await self.recorder.look()
            self.clock.now += timedelta(minutes=1)


async def test_minutes_taken_and_full_are_counted() -> None:
    scene = Scene(station("a", 2))
    await scene.tell("a-0", Status.CHARGING)
    await scene.tell("a-1", Status.AVAILABLE)
    await scene.minutes(3)
    await scene.tell("a-1", Status.BLOCKED)
    await scene.minutes(4)
    await scene.recorder.flush()
    assert scene.shelf.rows == [Row("a", HOUR, Minutes(evse=14, taken=11, watched=7, full=4))]


async def test_what_nobody_knows_counts_neither_way() -> None:
    scene = Scene(station("a", 2), station("b", 3), station("c", 1))
    await scene.tell("a-0", Status.CHARGING)  # half of it is known
    await scene.tell("b-0", Status.CHARGING)  # a third: whether b is full cannot be told
    await scene.tell("c-0", Status.UNKNOWN)
    await scene.minutes(1)
    await scene.recorder.flush()
    assert {row.station: row.minutes for row in scene.shelf.rows} == {
        "a": Minutes(evse=1, taken=1, watched=1, full=1),
        "b": Minutes(evse=1, taken=1, watched=0, full=0),
    }


async def test_a_status_that_has_grown_too_old_is_no_longer_counted() -> None:
    scene = Scene(station("a", 1))
    await scene.tell("a-0", Status.CHARGING)
    await scene.minutes(40)  # it is believed for a quarter of an hour
    await scene.recorder.flush()
    assert [row.minutes.evse for row in scene.shelf.rows] == [16]


async def test_twice_in_a_minute_is_once_and_each_hour_has_its_row() -> None:
    scene = Scene(station("a", 1))
    for _ in range(70):
        await scene.tell("a-0", Status.CHARGING)
        await scene.recorder.look()
        await scene.minutes(1)
    await scene.recorder.flush(before=HOUR + 1)
    assert [(row.at, row.minutes.evse) for row in scene.shelf.rows] == [(HOUR, 60)]
    await scene.recorder.flush()
    assert [(row.at, row.minutes.evse) for row in scene.shelf.rows][1:] == [(HOUR + 1, 10)]
    assert scene.shelf.days[0] == (day_of(HOUR, ZONE), HOUR - 12, HOUR)  # since midnight in Shanghai


async def test_while_the_database_is_away_hours_wait_and_the_oldest_give_way() -> None:
    scene = Scene(station("a", 1))
    scene.shelf.away = True
    for _ in range(WAITING_HOURS + 2):
        await scene.tell("a-0", Status.AVAILABLE)
        await scene.recorder.look()
        scene.clock.now += timedelta(hours=1)
        with pytest.raises(StoreUnavailable):
            await scene.recorder.flush()
    scene.shelf.away = False
    await scene.recorder.flush()
    assert [row.at for row in scene.shelf.rows] == list(range(HOUR + 2, HOUR + 2 + WAITING_HOURS))


async def test_practice_is_left_out_and_a_new_station_is_found_in_ten_minutes() -> None:
    scene = Scene(station("a", 1, practice=True))
    sites = Sites(lambda: scene.stations)
    assert sites.all(START) == []
    scene.stations.append(msgspec.structs.replace(station("b", 1), area_code="140902001"))
    assert sites.all(START + AGE - timedelta(seconds=1)) == []
    (site,) = sites.all(START + AGE)
    assert (site.id, site.area) == ("b", "140902")
