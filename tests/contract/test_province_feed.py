"""A province is told of statuses and bills over real HTTP: no outage or restart leaves a gap or tells a thing twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from finder.connectors.sdk.desk import Heard
from finder.connectors.sdk.http import Caution
from finder.connectors.sdk.kinds import Workbench
from finder.connectors.sdk.ports import PushAnswer, PushRequest
from finder.connectors.sdk.sessions import Bill, BillLine, StopReason
from finder.connectors.tcec102 import Tcec102Config, Tcec102DataConnector
from finder.connectors.tcec102.bills import Teller, map_bill
from finder.connectors.tcec102.bills_out import bill_info, passed_on
from finder.connectors.tcec102.profile import Profile
from finder.connectors.tcec102.provider import Holdings
from finder.connectors.tcec102.publisher import Publisher
from finder.errors import Unavailable
from finder.federation.desk import SqlDesk
from finder.federation.feed_book import SqlFeedBook
from finder.kernel.clock import system_clock
from finder.kernel.money import Money, UnitPrice
from finder.live.memory import MemoryBoard
from finder.live.model import Observation, Status
from finder.storage.database import Database
from tests.journeys.federation_world import until
from tests.protocol.finder_running import Finder, serving
from tests.protocol.provided import PROVINCE, station
from tests.protocol.tcec102_peer import KEYS, OURS

pytestmark = pytest.mark.slow
PEER = "prov"
ENDED = system_clock().replace(microsecond=0) - timedelta(minutes=5)


class Province(Finder):
    """Our own consumer as a province's platform with a desk. `down` answers 503; `forgets`: after a bill."""

    def __init__(self, database: Database) -> None:
        config = Tcec102Config("xz", "忻州", "http://127.0.0.1:9", PROVINCE, OURS, KEYS, called=(KEYS,))
        self.desk = CountingDesk(database, system_clock)
        self.connector = Tcec102DataConnector(config, Workbench(desk=self.desk))
        self.down = self.forgets = False
        super().__init__(self._take, system_clock)

    def last(self, evse_id: str) -> Status | None:
        """What it knows of an EVSE by our id."""
        told = [seen.status for seen in self.observations if seen.evse_id == f"xz/{evse_id}"]
        return told[-1] if told else None

    async def _take(self, request: PushRequest) -> PushAnswer:
        if self.down:
            raise Unavailable("维护", "away")
        before = len(self.desk.came)
        answer = await self.connector.receive(request)
        if self.forgets and len(self.desk.came) > before:
            raise Unavailable("超时", "the answer is lost")
        return answer


class CountingDesk(SqlDesk):
    """A desk that remembers each bill as often as it came."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.came: list[Bill] = []
        self.disputes: set[str] = set()

    async def bill(self, bill: Bill) -> Any:
        self.came.append(bill)
        return Heard.DISPUTED if bill.native_id in self.disputes else await super().bill(bill)


def a_bill(number: int, source: str = "jinbei", **more: Any) -> Bill:
    line = BillLine(
        started_at=ENDED - timedelta(minutes=40),
        ended_at=ENDED,
        kwh=Decimal("12.34"),
        electricity_price=UnitPrice(8_000),
        service_price=UnitPrice(4_000),
        electricity=Money(987),
        service=Money(494),
    )
    about: dict[str, Any] = {
        "source": source,
        "native_id": f"OPERATOR1{number:018d}",
        "evse_id": f"{source}/{number}-1",
        "connector_id": "1",
        "started_at": ENDED - timedelta(minutes=40),
        "ended_at": ENDED,
        "kwh": Decimal("12.34"),
        "total": Money(1481),
        "electricity": Money(987),
        "service": Money(494),
        "lines": (line,),
        "stop_reason": StopReason.VEHICLE,
    }
    return Bill(**(about | more))


class Scene:
    """What outlives a restart of the provider."""

    def __init__(self, database: Database, url: str, province: Province, board: MemoryBoard) -> None:
        self.book, self.province, self.board = SqlFeedBook(database, system_clock), province, board
        self.desk, self._url = SqlDesk(database, system_clock), url
        self._at = system_clock() - timedelta(seconds=50)
        self.numbers = [1, 2, 3]  # of the stations that there are

    async def see(self, number: int, status: Status) -> None:
        self._at += timedelta(milliseconds=1)
        await self.board.observe([Observation(f"jinbei/{number}-1", status, self._at, "jinbei")])

    @asynccontextmanager
    async def providing(self, kind: type[Publisher] = Publisher, *, per_push: int = 1) -> AsyncIterator[Publisher]:
        stations = {s.id: s for s in (station(n) for n in self.numbers)}

        async def energy(*_: Any) -> Any:
            raise AssertionError

        config = Tcec102Config(
            PEER, "省平台", self._url, OURS, PROVINCE, KEYS, caution=Caution(attempts=1), profile=Profile()
        )
        holdings = Holdings(("jinbei",), lambda source: stations if source == "jinbei" else {}, self.board, energy)
        publisher = kind(config, holdings, system_clock, per_push=per_push, book=self.book)
        task = asyncio.create_task(publisher.run())
        try:
            yield publisher
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await publisher.close()

    async def standing(self, kind: str) -> tuple[int, int, int]:
        found = {each.kind: each for each in await self.book.standings()}
        return (found[kind].sent, found[kind].refused, found[kind].owed) if kind in found else (0, 0, 0)


@pytest.fixture
async def scene(
    database: Database, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Scene]:
    monkeypatch.setattr("finder.connectors.tcec102.publisher._AGAIN_S", 0.05)
    monkeypatch.setattr("finder.connectors.tcec102.publisher._GATHER_S", 0.01)
    monkeypatch.setattr("finder.connectors.tcec102.bill_feed.AGAIN_S", 0.05)
    monkeypatch.setattr("finder.connectors.tcec102.bill_feed.LOOK_S", 0.05)
    theirs = Database(f"sqlite:///{tmp_path_factory.mktemp('province') / 'p.sqlite3'}")
    province, board = Province(theirs), MemoryBoard()
    async with serving(province.app()) as url:
        yield Scene(database, f"{url}/push/xz", province, board)
    await province.connector.close()
    await board.close()
    await theirs.close()


async def soon(scene: Scene, kind: str, expected: tuple[int, int, int]) -> None:
    found = await scene.standing(kind)
    for _ in range(400):
        if found == expected:
            return
        await asyncio.sleep(0.02)
        found = await scene.standing(kind)
    assert found == expected


async def test_a_restart_tells_nothing_twice_and_what_changed_meanwhile(scene: Scene) -> None:
    for n in (1, 2, 3):
        await scene.see(n, Status.AVAILABLE)
    async with scene.providing():
        await soon(scene, "status", (3, 0, 0))
    assert len(scene.province.observations) == 3
    await scene.see(2, Status.CHARGING)
    async with scene.providing():
        await until(lambda: len(scene.province.observations) == 4)
        await asyncio.sleep(0.3)
    assert [seen.evse_id for seen in scene.province.observations[3:]] == ["xz/jinbei/2-1"]


async def test_a_bay_that_is_gone_does_not_stay_free_at_the_province(scene: Scene) -> None:
    await scene.see(1, Status.AVAILABLE)
    await scene.see(2, Status.CHARGING)
    async with scene.providing():
        await soon(scene, "status", (2, 0, 0))
        await scene.board.forget(["jinbei/1-1"])
        await until(lambda: scene.province.last("jinbei/1-1") is Status.OFFLINE)
    assert scene.province.last("jinbei/2-1") is Status.CHARGING


async def test_what_is_not_seen_again_after_a_restart_is_told_once_the_time_for_that_is_over(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in (1, 2, 3):
        await scene.see(n, Status.AVAILABLE)
    async with scene.providing():
        await soon(scene, "status", (3, 0, 0))
    await scene.board.close()
    scene.board = MemoryBoard()
    scene.numbers = [1, 2]  # and a station is no more
    await scene.see(1, Status.AVAILABLE)
    monkeypatch.setattr("finder.connectors.tcec102.publisher._LISTED_S", 0.05)
    async with scene.providing():
        await asyncio.sleep(0.5)
    assert len(scene.province.observations) == 3  # on its way, for all that anybody knows
    monkeypatch.setattr("finder.connectors.tcec102.publisher._GRACE_S", 0.1)
    async with scene.providing():
        await until(lambda: len(scene.province.observations) == 5)
        await asyncio.sleep(0.3)
    told = [(seen.evse_id, seen.status) for seen in scene.province.observations[3:]]
    assert sorted(told) == [("xz/jinbei/2-1", Status.OFFLINE), ("xz/jinbei/3-1", Status.OFFLINE)]


class Picky(Publisher):
    """Its subscriber takes no array with station 2 in it, nor that station."""

    async def _push(self, told: object) -> str | None:
        return "RET_4004" if "jinbei/2-1" in str(told) else await super()._push(told)


async def test_one_record_that_is_refused_takes_no_others_of_its_array_with_it(scene: Scene) -> None:
    for n in (1, 2, 3):
        await scene.see(n, Status.AVAILABLE)
    async with scene.providing(Picky, per_push=10):
        await soon(scene, "status", (2, 1, 0))
    assert [key for _, key, _, _ in await scene.book.refused(PEER)] == ["jinbei/2-1"]
    assert {seen.evse_id for seen in scene.province.observations} == {"xz/jinbei/1-1", "xz/jinbei/3-1"}


async def test_an_outage_shows_what_is_owed_and_ends_without_a_gap(scene: Scene) -> None:
    scene.province.down = True
    for n in (1, 2, 3):
        await scene.see(n, Status.AVAILABLE)
    for n in range(1, 61):  # more than are asked for at once
        await scene.desk.bill(a_bill(n))
    async with scene.providing():
        await soon(scene, "status", (0, 0, 3))
        await soon(scene, "bill", (0, 0, 60))
    async with scene.providing():  # and a restart in the middle of it
        assert all(each.since is not None and each.code for each in await scene.book.standings())
        scene.province.down = False
        await soon(scene, "status", (3, 0, 0))
        await soon(scene, "bill", (60, 0, 0))
        await asyncio.sleep(0.3)
    assert len(scene.province.observations) == 3
    assert [bill.native_id for bill in scene.province.desk.came] == [
        passed_on(f"jinbei/{a_bill(n).native_id}/0", OURS) for n in range(1, 61)
    ]


async def test_a_bill_arrives_to_the_fen_and_one_whose_answer_is_lost_is_known_again(scene: Scene) -> None:
    await scene.desk.bill(a_bill(1, parking=Money(200), total=Money(1681)))
    scene.province.forgets = True
    async with scene.providing():
        await until(lambda: len(scene.province.desk.came) >= 2)
        scene.province.forgets = False
        await soon(scene, "bill", (1, 0, 0))
    first, *again = scene.province.desk.came
    assert again
    assert all(bill == first for bill in again)  # so that whoever takes it counts it once
    sent = a_bill(1)
    assert (first.total, first.electricity, first.service, first.kwh) == (
        Money(1481),
        sent.electricity,
        sent.service,
        sent.kwh,
    )
    assert (first.started_at, first.ended_at, first.stop_reason) == (sent.started_at, sent.ended_at, sent.stop_reason)
    assert [line.service_price for line in first.lines] == [UnitPrice(4_000)]


async def test_what_is_refused_is_named_and_holds_nothing_up(scene: Scene) -> None:
    await scene.desk.bill(a_bill(1))
    scene.province.desk.disputes = {passed_on(f"jinbei/{a_bill(1).native_id}/0", OURS)}
    await scene.desk.bill(a_bill(2))
    await scene.desk.bill(a_bill(3, total=Money(1)))  # disputed here: not passed on
    await scene.desk.bill(a_bill(1, source="elsewhere"))  # nor is a feed that the peer may not see
    async with scene.providing():
        await soon(scene, "bill", (1, 1, 0))
        await asyncio.sleep(0.3)
    assert [(kind, code) for kind, _, code, _ in await scene.book.refused(PEER)] == [("bill", "CONFIRM_1")]


def test_a_bill_that_is_passed_on_names_no_driver_and_reads_back() -> None:
    bill = a_bill(7, order="01M8939PBMCWRPKTAYX6YSE5TN000", session_id="LFV1A23C4D5678901")
    info = bill_info("k", bill, OURS, "jinbei/7-1", Profile())
    assert not [name for name, value in info.items() if str(bill.order) in str(value) or "LFV1" in str(value)]
    back = map_bill(info, Teller("xz", PROVINCE, Profile()))
    assert msgspec.structs.replace(
        back, source=bill.source, native_id=bill.native_id, evse_id=bill.evse_id, connector_id="1", order=None
    ) == msgspec.structs.replace(bill, order=None, session_id=None)
    assert len(passed_on("k", OURS)) == 27
    assert passed_on("k", OURS) != passed_on("l", OURS)
