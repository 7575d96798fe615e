"""From an operator's answer to the index and the board, through the store."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from finder.connectors.sdk.ports import (
    PushAnswer,
    PushRequest,
    Refused,
    Rhythm,
    StationPage,
)
from finder.errors import (
    BoardUnavailable,
    Busy,
    IndexUnavailable,
    NotFound,
    OperatorUnavailable,
    SettingsError,
    Unavailable,
)
from finder.federation.health import FailureKind
from finder.federation.limits import Limits
from finder.kernel.breaker import BreakerLimits
from finder.live.model import Status
from finder.stations.sql import SqlStore
from finder.storage.database import Database
from tests.journeys.federation_world import Catalogue, Feed, found, now, seen, station, until, world

pytestmark = pytest.mark.slow  # seconds of real waiting, over all of them


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.sqlite3"


async def test_an_operators_stations_and_status_arrive(path: Path) -> None:
    feed = Feed("a", pages=[StationPage([station("a", 1)]), StationPage([station("a", 2)])], seen=[seen("a/1-1")])
    async with world(path, feed) as w:
        await until(lambda: w.board.available("a/1-1"))
        await until(lambda: found(w, "a/1", "a/2"))
        (told,) = w.federation.feeds()
        assert (told.source, told.name, told.stations, told.evses, told.practice) == ("a", "晋北充电", 2, 2, False)
        assert told.stations_at is not None
        assert told.status_at is not None
        assert w.federation.failures() == []
    assert feed.closed


async def test_stations_that_come_after_a_poll_do_not_wait_for_the_next(path: Path) -> None:
    rarely = Rhythm(catalogue=timedelta(hours=1), changes=timedelta(hours=1), status=timedelta(hours=1))
    feed = Feed("a", rhythm=rarely, pages=[StationPage([station("a", 1)])], seen=[seen("a/1-1")])
    async with world(path, feed) as w:
        await until(lambda: w.board.available("a/1-1"))
        feed.seen = [seen("a/2-1")]
        await w.store.put("a", [station("a", 2)])
        await until(lambda: w.board.available("a/2-1"))
        asked = feed.status_asked
        await asyncio.sleep(2.5)
        assert feed.status_asked == asked  # nothing more came, so the hour counts again


async def test_the_same_site_in_two_feeds_is_one_with_the_live_feeds_evses(path: Path) -> None:
    aggregator = Catalogue("ocm", [StationPage([station("ocm", 1, name="忻州站")])])
    live = Feed("tgood", pages=[StationPage([station("tgood", 1, name="忻州站充电站", east=50)])])
    async with world(path, aggregator, live) as w:
        await until(lambda: found(w, "tgood/1", "ocm/1"))

        async def one() -> bool:
            return await w.index.count() == 1

        await until(one)
        merged = (await w.index.get(["ocm/1"]))["ocm/1"]
        assert merged.id == "tgood/1"
        assert {p.source for p in merged.provenance} == {"ocm", "tgood"}


async def test_a_restart_serves_at_once_what_was_kept(path: Path) -> None:
    async with world(path, Feed("a", pages=[StationPage([station("a", 1)])])) as w:
        await until(lambda: found(w, "a/1"))
    silent = Feed("a", hang=True)
    async with world(path, silent) as w:
        assert await found(w, "a/1")


async def test_what_another_process_imports_is_found_without_a_restart(path: Path) -> None:
    async with world(path) as w:
        other = SqlStore(Database(f"sqlite:///{path}"))
        await other.put("afdc", [station("afdc", 1)])
        await until(lambda: found(w, "afdc/1"))
        (told,) = w.federation.feeds()
        assert (told.source, told.name, told.stations) == ("afdc", "NREL AFDC", 1)
        assert told.stations_at is not None
        await other.remove("afdc", ["afdc/1"])

        async def empty() -> bool:
            return await w.index.count() == 0

        await until(empty)
        assert w.federation.feeds() == []
        await other.close()


async def test_a_station_that_left_the_catalogue_is_removed_and_forgotten(path: Path) -> None:
    stations = [station("a", n) for n in range(4)]
    feed = Feed("a", pages=[StationPage(stations)], seen=[seen(f"a/{n}-1") for n in range(4)])
    async with world(path, feed) as w:
        await until(lambda: w.board.available("a/3-1"))
        feed.pages, feed.seen = [StationPage(stations[:2])], []  # exactly half: believed
        await until(lambda: w.board.health().evses == 2)
        assert await w.store.ids("a") == {"a/0", "a/1"}
        assert not await found(w, "a/3")


async def test_a_catalogue_that_loses_more_than_half_is_not_believed(path: Path) -> None:
    stations = [station("a", n) for n in range(5)]
    feed = Feed("a", pages=[StationPage(stations)])
    async with world(path, feed) as w:
        await until(lambda: found(w, "a/4"))
        feed.pages = [StationPage(stations[:2])]
        await until(lambda: w.code(FailureKind.STATIONS) == "CATALOGUE_SHRANK")
        assert len(await w.store.ids("a")) == 5
        feed.pages = [StationPage(stations)]
        await until(lambda: w.failure(FailureKind.STATIONS) is None)


async def test_a_catalogue_that_broke_off_removes_nothing(path: Path) -> None:
    stations = [station("a", n) for n in range(4)]

    class Breaks(Feed):
        broken = False

        async def stations(self, since: datetime | None) -> AsyncIterator[StationPage]:
            self.asked.append(since)
            yield StationPage(stations[:3])
            if self.broken:
                raise OperatorUnavailable("断了", "broke off")
            yield StationPage(stations[3:])

    feed = Breaks("a")
    async with world(path, feed) as w:
        await until(lambda: found(w, "a/3"))
        feed.broken = True
        await until(lambda: w.code(FailureKind.STATIONS) == "OPERATOR_UNAVAILABLE")
        assert len(await w.store.ids("a")) == 4


async def test_a_record_that_was_refused_is_not_taken_for_gone(path: Path) -> None:
    feed = Feed("a", pages=[StationPage([station("a", 1), station("a", 2)])])
    async with world(path, feed) as w:
        await until(lambda: found(w, "a/2"))
        bad = Refused("2", "POWER_OUT_OF_RANGE", "功率", "power")
        feed.pages = [StationPage([station("a", 1)], refused=[bad])]
        await until(lambda: bad in w.federation.feeds()[0].refused)
        count = len(feed.asked)
        await until(lambda: len(feed.asked) > count + 1)
        assert await w.store.ids("a") == {"a/1", "a/2"}


async def test_changes_are_asked_since_the_last_reading_and_removals_are_taken(path: Path) -> None:
    rhythm = Rhythm(catalogue=timedelta(hours=24), changes=timedelta(milliseconds=20), status=timedelta(hours=1))
    feed = Feed("a", rhythm=rhythm, pages=[StationPage([station("a", 1), station("a", 2)])])
    async with world(path, feed) as w:
        await until(lambda: found(w, "a/2"))
        feed.pages = [StationPage([], removed=["2"])]

        async def removed() -> bool:
            return await w.store.ids("a") == {"a/1"}

        await until(removed)
        assert feed.asked[0] is None
        assert all(since is not None for since in feed.asked[1:])


async def test_an_endless_catalogue_is_cut(path: Path) -> None:
    class Repeats(Feed):
        async def stations(self, since: datetime | None) -> AsyncIterator[StationPage]:
            while True:
                yield StationPage([station("a", 1)])

    class Grows(Feed):
        async def stations(self, since: datetime | None) -> AsyncIterator[StationPage]:
            for n in range(10**9):
                yield StationPage([station("b", n % 5_000)] if n < 5_000 else [])

    limits = Limits(max_stations=20)
    async with world(path, Repeats("a"), Grows("b"), limits=limits) as w:
        await until(lambda: w.code(FailureKind.STATIONS, "a") == "CATALOGUE_ENDLESS")
        await until(lambda: w.code(FailureKind.STATIONS, "b") == "CATALOGUE_ENDLESS")


async def test_empty_pages_without_end_run_out_of_time(path: Path) -> None:
    class Empty(Feed):
        async def stations(self, since: datetime | None) -> AsyncIterator[StationPage]:
            while True:
                yield StationPage([])

    async with world(path, Empty("a"), limits=Limits(catalogue_s=0.05)) as w:
        await until(lambda: w.code(FailureKind.STATIONS) == "OPERATOR_TIMEOUT")


async def test_a_hanging_operator_is_cut_and_costs_the_others_nothing(path: Path) -> None:
    hanging = Feed("a", hang=True)
    good = Feed("b", pages=[StationPage([station("b", 1)])], seen=[seen("b/1-1", source="b")])
    async with world(path, hanging, good, limits=Limits(page_s=0.03, status_s=0.03)) as w:
        await until(lambda: w.board.available("b/1-1"))
        await until(lambda: w.code(FailureKind.STATIONS) == "OPERATOR_TIMEOUT")
        failure = w.failure(FailureKind.STATIONS)
        assert failure is not None
        assert failure.retryable
        assert "晋北充电" in failure.error.zh
        assert [f for f in w.federation.failures() if f.source == "b"] == []


async def test_a_failing_operator_is_left_alone_and_recovers(path: Path) -> None:
    feed = Feed("a", fault=OperatorUnavailable("忙", "busy"), pages=[StationPage([station("a", 1)])])
    async with world(path, feed, breaker=BreakerLimits(pause_s=0.3, pause_max_s=0.3, jitter=0)) as w:
        await until(lambda: len(feed.asked) >= 5)
        began = w.failure(FailureKind.STATIONS)
        await asyncio.sleep(0.15)
        assert len(feed.asked) == 5  # the breaker is open
        feed.fault = None
        await until(lambda: found(w, "a/1"))
        assert w.failure(FailureKind.STATIONS) is None
        assert began is not None


async def test_a_connectors_own_fault_is_named_and_does_not_end_it(path: Path) -> None:
    feed = Feed("a", fault=KeyError("StationID"), pages=[StationPage([station("a", 1)])])
    async with world(path, feed) as w:
        await until(lambda: w.code(FailureKind.STATIONS) == "CONNECTOR_FAULT")
        feed.fault = None
        await until(lambda: found(w, "a/1"))


async def test_an_operator_cannot_speak_for_anothers_evse(path: Path) -> None:
    good = Feed("b", pages=[StationPage([station("b", 1)])], seen=[seen("b/1-1", source="b")])
    liar = Feed("a", pages=[StationPage([station("a", 1)])])
    liar.seen = [
        seen("b/1-1", Status.FAULTED, at=now() + timedelta(seconds=30)),
        seen("a/1-1", Status.FAULTED, at=now() + timedelta(seconds=30), source="b"),
        seen("a/1-1"),
    ]
    async with world(path, liar, good) as w:
        await until(lambda: w.code(FailureKind.STATUS) == "EVSE_NOT_OWNED")
        await until(lambda: w.board.available("b/1-1") and w.board.available("a/1-1"))
        assert w.code(FailureKind.STATUS, "b") is None


async def test_a_station_under_anothers_name_is_refused_and_the_rest_taken(path: Path) -> None:
    from msgspec.structs import replace

    stolen = replace(station("a", 2), evses=station("b", 1).evses)
    feed = Feed("a", pages=[StationPage([station("a", 1), station("b", 9), stolen])])
    async with world(path, feed) as w:
        await until(lambda: w.code(FailureKind.STATIONS) == "STATION_NOT_OWNED")
        await until(lambda: found(w, "a/1"))
        assert await w.store.ids("b") == set()


async def test_status_of_what_the_catalogue_does_not_name_is_not_kept(path: Path) -> None:
    feed = Feed("a", pages=[StationPage([station("a", 1)])], seen=[seen("a/77-1"), seen("a/1-1")])
    async with world(path, feed) as w:
        await until(lambda: w.board.available("a/1-1"))
        assert w.board.health().evses == 1


async def test_status_from_the_future_is_refused_by_name(path: Path) -> None:
    feed = Feed("a", pages=[StationPage([station("a", 1)])], seen=[seen("a/1-1", at=now() + timedelta(hours=1))])
    async with world(path, feed) as w:
        await until(lambda: w.code(FailureKind.STATUS) == "OBSERVATION_IN_FUTURE")
        assert not w.board.available("a/1-1")


async def test_a_silent_operator_is_named(path: Path) -> None:
    rhythm = Rhythm(
        catalogue=timedelta(hours=1), status=timedelta(milliseconds=20), freshness=timedelta(milliseconds=80)
    )
    feed = Feed("a", rhythm=rhythm, pages=[StationPage([station("a", 1)])])
    async with world(path, feed) as w:
        await until(lambda: w.code(FailureKind.STATUS) == "OPERATOR_SILENT")
        feed.seen = [seen("a/1-1")]
        await until(lambda: w.failure(FailureKind.STATUS) is None)


def push() -> PushRequest:
    return PushRequest("notification_stationStatus", {}, b"{}", now())


async def test_a_push_reaches_the_board(path: Path) -> None:
    feed = Feed("a", pages=[StationPage([station("a", 1)])])
    async with world(path, feed) as w:
        await until(lambda: found(w, "a/1"))
        feed.answer = PushAnswer(200, b'{"Status":0}', observations=[seen("a/1-1")], stations=[station("a", 5)])
        assert (await w.federation.receive("a", push())).body == b'{"Status":0}'
        assert w.board.available("a/1-1")
        await until(lambda: found(w, "a/5"))


async def test_a_push_while_the_board_is_away_is_to_be_sent_again_and_is_not_lost(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rhythm = Rhythm(status=timedelta(hours=1))
    feed = Feed("a", rhythm=rhythm, pages=[StationPage([station("a", 1)])])
    async with world(path, feed, limits=Limits(deliver_every_s=0.05)) as w:
        await until(lambda: found(w, "a/1"))
        feed.answer = PushAnswer(200, b"{}", observations=[seen("a/1-1")])

        async def away(_: object) -> list[object]:
            raise BoardUnavailable("看板", "board")

        with monkeypatch.context() as patch:
            patch.setattr(w.board, "observe", away)
            with pytest.raises(BoardUnavailable) as refused:
                await w.federation.receive("a", push())
            assert refused.value.retryable
        await until(lambda: w.board.available("a/1-1"))


async def test_pushes_have_limits(path: Path) -> None:
    feed = Feed("a", rhythm=Rhythm(), hang=True)
    async with world(path, feed, started=False, limits=Limits(pushes_at_once=1, push_s=0.05)) as w:
        first = asyncio.create_task(w.federation.receive("a", push()))
        await asyncio.sleep(0)
        with pytest.raises(Busy):
            await w.federation.receive("a", push())
        with pytest.raises(Unavailable) as late:
            await first
        assert late.value.code == "PUSH_TIMEOUT"


async def test_nobody_else_may_push(path: Path) -> None:
    async with world(path, Catalogue("ocm", []), started=False) as w:
        for source in ("ocm", "nobody"):
            with pytest.raises(NotFound):
                await w.federation.receive(source, push())


async def test_what_the_index_could_not_take_waits_for_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    feed = Feed("a", pages=[StationPage([station("a", 1)])])
    async with world(path, started=True) as w:
        failing = True
        put = w.index.put

        async def maybe(stations: Any) -> None:
            if failing:
                raise IndexUnavailable("索引", "index")
            await put(stations)

        monkeypatch.setattr(w.index, "put", maybe)
        await w.store.put("a", feed.pages[0].stations)
        await asyncio.sleep(0.1)
        assert not await found(w, "a/1")
        failing = False
        await until(lambda: found(w, "a/1"))


@pytest.mark.parametrize("sources", [("a", "a"), ("",), ("a/b",)])
async def test_an_operator_id_that_cannot_be_told_apart_is_refused(path: Path, sources: tuple[str, ...]) -> None:
    with pytest.raises(SettingsError):
        async with world(path, *(Feed(source) for source in sources)):
            pass
