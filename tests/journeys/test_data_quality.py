"""What an operator says and cannot be true: kept from the map, listed for the operator, scored; and undone."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from finder.connectors.sdk.ports import PushAnswer, PushRequest, Refused, StationPage
from finder.connectors.sdk.sessions import SessionSeen, SessionState
from finder.errors import NotFound
from finder.federation.desk import SqlDesk
from finder.federation.limits import Limits
from finder.federation.quality.model import Flaw
from finder.kernel.clock import system_clock
from finder.kernel.money import UnitPrice
from finder.live.model import Status
from finder.stations.model import Station, Tariff, TariffPeriod
from finder.storage.database import Database
from tests.journeys.federation_world import Feed, World, now, seen, station, until, world

pytestmark = pytest.mark.slow


def priced(number: int, e4: int) -> Station:
    period = TariffPeriod(start=0, end=1440, electricity=UnitPrice(e4), service=UnitPrice(0))
    tariff = Tariff(id="1", periods=(period,), text="全天一价")
    return msgspec.structs.replace(station("a", number), tariffs=(tariff,))


def listed(w: World, source: str = "a") -> set[tuple[Flaw, str]]:
    return {(f.flaw, f.subject) for f in w.federation.quality(source).findings}


async def push(w: World, feed: Feed, *observations: object) -> None:
    feed.answer = PushAnswer(200, b"{}", observations=observations)  # type: ignore[arg-type]
    await w.federation.receive("a", PushRequest("notification_stationStatus", {}, b"{}", now()))


async def test_a_bay_that_flaps_is_unknown_and_its_neighbour_is_not(tmp_path: Path) -> None:
    feed = Feed("a", pages=[StationPage([station("a", 1), station("a", 2)])], seen=[])
    async with world(tmp_path / "store.sqlite3", feed) as w:
        await until(lambda: len(w.federation.feeds()) == 1 and w.federation.feeds()[0].evses == 2)
        for n in range(30):
            await push(w, feed, seen("a/1-1", (Status.AVAILABLE, Status.CHARGING)[n % 2]))
        await push(w, feed, seen("a/1-1"), seen("a/2-1"))
        assert not w.board.available("a/1-1")
        assert w.board.read("a/1-1").status is Status.UNKNOWN
        assert w.board.available("a/2-1")
        assert listed(w) == {(Flaw.FLAPPING, "1-1")}


async def test_a_tenfold_price_is_unknown_until_it_is_mended(tmp_path: Path) -> None:
    usual = [priced(n, 9_000 + n) for n in range(1, 26)]
    feed = Feed("a", pages=[StationPage(usual)])
    async with world(tmp_path / "store.sqlite3", feed) as w:

        async def periods() -> int:
            there = (await w.index.get(["a/25"])).get("a/25")
            return len(there.tariffs[0].periods) if there else -1

        async def hidden() -> bool:
            return await periods() == 0

        async def shown() -> bool:
            return await periods() == 1

        await until(shown)
        feed.pages = [StationPage([*usual[:-1], priced(25, 90_250)])]

        await until(hidden)
        assert (await w.index.get(["a/25"]))["a/25"].tariffs[0].text == "全天一价"
        assert (await w.index.get(["a/24"]))["a/24"].tariffs[0].periods
        assert (Flaw.PRICE_OUTLIER, "25") in listed(w)
        feed.pages = [StationPage(usual)]
        await until(shown)


async def test_free_while_its_session_goes_on_is_unknown_and_free_again_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    database = Database(f"sqlite:///{path}")
    desk = SqlDesk(database, system_clock)
    feed = Feed("a", pages=[StationPage([station("a", 1)])], seen=[])
    session = SessionSeen(
        source="a",
        native_id="S1",
        evse_id="a/1-1",
        state=SessionState.CHARGING,
        started_at=now() - timedelta(minutes=10),
        observed_at=now() + timedelta(seconds=5),
        kwh=Decimal(3),
    )
    limits = Limits(compare_every_s=0.02)
    async with world(path, feed, sessions=desk.running, limits=limits) as w:
        await until(lambda: w.federation.feeds()[0].evses == 1)
        await push(w, feed, seen("a/1-1"))
        assert w.board.available("a/1-1")
        await desk.session(session)
        await until(lambda: not w.board.available("a/1-1"))
        assert listed(w) == {(Flaw.SESSION_CONTRADICTS, "1-1")}
        await push(w, feed, seen("a/1-1", at=now() + timedelta(seconds=10)))
        assert not w.board.available("a/1-1")
        ended = msgspec.structs.replace(
            session, state=SessionState.ENDED, observed_at=session.observed_at + timedelta(seconds=10)
        )
        await desk.session(ended)
        assert await desk.running("a") == {}
        await asyncio.sleep(0.2)  # several looks of the guard
        await push(w, feed, seen("a/1-1", at=now() + timedelta(seconds=20)))
        assert w.board.available("a/1-1")
    await database.close()


async def test_what_could_not_be_taken_is_listed_for_its_operator_and_scored(tmp_path: Path) -> None:
    bad = Refused("77", "POWER_OUT_OF_RANGE", "功率应大于 0", "power must be above 0")
    feed = Feed("a", pages=[StationPage([station("a", 1)], [bad])], seen=[seen("a/1-1")])
    async with world(tmp_path / "store.sqlite3", feed, Feed("b")) as w:
        await until(lambda: w.board.available("a/1-1"))
        quality = w.federation.quality("a")
        assert listed(w) == {(Flaw.REFUSED, "77")}
        assert quality.findings[0].text("zh") == "功率应大于 0"
        assert (quality.freshness, quality.consistency) == (1.0, 1.0)
        assert w.federation.quality("b").findings == []  # another's trouble is not its own
        assert w.federation.quality("b").score is None
        with pytest.raises(NotFound):
            w.federation.quality("nobody")
