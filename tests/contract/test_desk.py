"""Sessions and bills as operators told them, and copied pushes, on SQLite and on a real PostgreSQL."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from finder.connectors.sdk.desk import AuthorizationAsk, Claimed, Difference, Disputed, Heard, Permission, TokenKind
from finder.connectors.sdk.replays import Seen
from finder.connectors.sdk.sessions import MAX_FEN, MAX_KWH, Bill, BillLine, SessionSeen, SessionState
from finder.errors import BadInput
from finder.federation.desk import SqlDesk, adds_up
from finder.federation.replays import SqlReplays
from finder.kernel.money import Money
from finder.storage.database import Database

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)


class Hand:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Hand:
    return Hand()


@pytest.fixture
def desk(database: Database, clock: Hand) -> SqlDesk:
    return SqlDesk(database, clock)


def seen(state: SessionState, after_s: float = 0, **more: Any) -> SessionSeen:
    told: dict[str, Any] = {"source": "jinbei", "native_id": "S1", "evse_id": "jinbei/1", **more}
    return SessionSeen(state=state, observed_at=NOON + timedelta(seconds=after_s), **told)


def bill(**more: Any) -> Bill:
    told: dict[str, Any] = {
        "source": "jinbei",
        "native_id": "S1",
        "started_at": NOON,
        "ended_at": NOON + timedelta(hours=1),
        "kwh": Decimal("20.5"),
        "electricity": Money(1230),
        "service": Money(410),
        "total": Money(1640),
        **more,
    }
    return Bill(**told)


async def test_a_session_goes_on_and_what_is_over_stays_over(desk: SqlDesk) -> None:
    assert await desk.session(seen(SessionState.STARTING)) is Heard.ACCEPTED
    assert await desk.session(seen(SessionState.CHARGING, 10, kwh=Decimal("1.2"))) is Heard.ACCEPTED
    assert await desk.session(seen(SessionState.CHARGING, 10, kwh=Decimal("1.2"))) is Heard.REPEATED
    assert await desk.session(seen(SessionState.STARTING, 5)) is Heard.OLD
    running = await desk.running("jinbei")
    assert running["jinbei/1"].kwh == Decimal("1.2")
    assert await desk.session(seen(SessionState.ENDED, 20, evse_id=None)) is Heard.ACCEPTED
    assert await desk.session(seen(SessionState.CHARGING, 30)) is Heard.OLD  # a late push reopens nothing
    assert await desk.session(seen(SessionState.REJECTED, 40)) is Heard.OLD  # nor is what was charged undone
    assert await desk.running("jinbei") == {}
    assert await desk.session(seen(SessionState.CHARGING, source="yanmen")) is Heard.ACCEPTED  # another operator's S1
    assert set(await desk.running("yanmen")) == {"jinbei/1"}


async def test_a_step_forward_is_taken_though_another_clock_stamped_it_earlier(desk: SqlDesk) -> None:
    await desk.session(seen(SessionState.STARTING, 2))
    assert await desk.session(seen(SessionState.CHARGING, 0)) is Heard.ACCEPTED
    assert await desk.session(seen(SessionState.STARTING, 1)) is Heard.OLD
    assert await desk.session(seen(SessionState.REJECTED, 1)) is Heard.OLD  # it charges
    assert await desk.session(seen(SessionState.CHARGING, 1, kwh=Decimal(1))) is Heard.OLD
    assert await desk.session(seen(SessionState.ENDED, 1)) is Heard.ACCEPTED


async def test_amounts_stay_where_later_news_tells_none(desk: SqlDesk) -> None:
    told = {"kwh": Decimal("1.2"), "kw": Decimal(60), "total": Money(150), "order": "A1"}
    await desk.session(seen(SessionState.CHARGING, 10, **told))
    await desk.session(seen(SessionState.CHARGING, 20))
    kept = (await desk.running("jinbei"))["jinbei/1"]
    assert (kept.kwh, kept.total, kept.order, kept.kw) == (Decimal("1.2"), Money(150), "A1", None)
    assert kept.observed_at == NOON + timedelta(seconds=20)
    assert await desk.session(seen(SessionState.CHARGING, 20)) is Heard.REPEATED


async def test_a_bill_counts_once_and_another_of_its_number_is_disputed(desk: SqlDesk) -> None:
    assert await desk.bill(bill()) is Heard.ACCEPTED
    assert await desk.bill(bill()) is Heard.REPEATED
    for _ in range(2):  # a repeat does not make it right
        assert await desk.bill(bill(total=Money(1641), service=Money(411))) is Heard.DISPUTED
    assert await desk.bill(bill()) is Heard.REPEATED
    kept = await desk.bills("jinbei", NOON, NOON + timedelta(days=1))
    assert [(each.total.fen, heard) for each, heard in kept] == [(1640, Heard.ACCEPTED), (1641, Heard.DISPUTED)]
    assert await desk.bills("jinbei", NOON, NOON + timedelta(hours=1)) == []  # half-open


async def test_the_same_bill_from_many_processes_at_once_is_taken_once(desk: SqlDesk, database: Database) -> None:
    desks = [desk, SqlDesk(database, Hand()), SqlDesk(database, Hand())]
    heard = await asyncio.gather(*(each.bill(bill()) for each in desks for _ in range(3)))
    assert sorted(heard) == sorted([Heard.ACCEPTED, *[Heard.REPEATED] * 8])
    others = [bill(native_id="S2", total=Money(1640 + n), service=Money(410 + n)) for n in range(9)]
    heard = await asyncio.gather(*(desks[n % 3].bill(other) for n, other in enumerate(others)))
    assert sorted(heard) == sorted([Heard.ACCEPTED, *[Heard.DISPUTED] * 8])
    heard = await asyncio.gather(*(each.session(seen(SessionState.CHARGING)) for each in desks))
    assert sorted(heard) == sorted([Heard.ACCEPTED, *[Heard.REPEATED] * 2])


LINES = (
    BillLine(
        started_at=NOON,
        ended_at=NOON + timedelta(minutes=30),
        kwh=Decimal("10.25"),
        electricity=Money(615),
        service=Money(205),
    ),
    BillLine(
        started_at=NOON + timedelta(minutes=30),
        ended_at=NOON + timedelta(hours=1),
        kwh=Decimal("10.25"),
        electricity=Money(615),
        service=Money(205),
    ),
)


@pytest.mark.parametrize(
    ("changes", "fits"),
    [
        ({}, True),
        ({"total": Money(1641)}, False),
        ({"parking": Money(100)}, False),
        ({"parking": Money(100), "total": Money(1740)}, True),
        ({"electricity": None}, True),  # not told, so nothing to add
        ({"lines": LINES}, True),
        ({"lines": LINES[:1]}, False),
        ({"lines": (LINES[0], msgspec.structs.replace(LINES[1], service=Money(206)))}, False),
        ({"lines": (LINES[0], msgspec.structs.replace(LINES[1], kwh=Decimal("10.27")))}, False),
    ],
)
def test_a_bill_adds_up_to_the_fen(changes: dict[str, Any], fits: bool) -> None:
    assert adds_up(bill(**changes)) is fits


async def test_a_days_claims_are_compared_by_number_money_and_energy(desk: SqlDesk) -> None:
    for native_id in ("S1", "S2", "S3"):
        await desk.bill(bill(native_id=native_id))
    right = Claimed("S1", Decimal("20.5"), Money(1640))
    dear = replace(right, native_id="S2", total=Money(1641))
    more = replace(right, native_id="S3", kwh=Decimal("20.51"))
    lost = replace(right, native_id="S4")
    claims = [right, dear, more, lost]
    assert await desk.differences("jinbei", NOON, NOON, claims) == [
        Disputed(dear, Difference.MONEY),
        Disputed(more, Difference.ENERGY),
        Disputed(lost, Difference.MISSING),
    ]
    many = [replace(lost, native_id=f"X{n}") for n in range(1_200)]
    assert len(await desk.differences("jinbei", NOON, NOON, many)) == 1_200
    assert len(await desk.differences("yanmen", NOON, NOON, claims)) == 4


async def test_nobody_has_an_account_at_this_desk(desk: SqlDesk) -> None:
    ask = AuthorizationAsk("jinbei", TokenKind.VIN, "LSVAA4182E2000001", NOON)
    assert (await desk.authorize(ask)).permission is Permission.UNBOUND


@pytest.mark.parametrize(
    "wrong",
    [
        {"kwh": Decimal("-0.01")},
        {"kwh": MAX_KWH + 1},
        {"kwh": Decimal("NaN")},
        {"total": Money(-1)},
        {"total": Money(MAX_FEN + 1)},
        {"ended_at": NOON - timedelta(seconds=1)},
        {"native_id": ""},
        {"native_id": "x" * 101},
    ],
)
def test_a_bill_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        bill(**wrong)


def test_a_bill_at_its_limits_is_taken() -> None:
    assert bill(kwh=MAX_KWH, total=Money(MAX_FEN), native_id="x" * 100, ended_at=NOON).kwh == MAX_KWH
    for soc in (0, 100):
        assert seen(SessionState.CHARGING, soc=soc).soc == soc
    for soc in (-1, 101):
        with pytest.raises(BadInput):
            seen(SessionState.CHARGING, soc=soc)


async def test_a_copied_push_is_known_until_its_time_in_every_process(database: Database, clock: Hand) -> None:
    here, there = SqlReplays(database, clock), SqlReplays(database, clock)
    push = Seen("MA0JINBEI", "notification_stationStatus", "20261124120000", "0001", "A" * 32)
    until = NOON + timedelta(minutes=10)
    assert await here.first_time(push, until)
    assert not await there.first_time(push, until)
    assert await there.first_time(replace(push, endpoint="notification_charge_order_info"), until)
    clock.now = until + timedelta(minutes=2)
    await here.first_time(replace(push, seq="0002"), clock.now + timedelta(minutes=10))  # sweeps
    assert await there.first_time(push, until)
