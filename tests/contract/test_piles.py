"""The register of piles and the book of what they charged: in memory, on SQLite and on a real PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest

from finder.connectors.sdk.pile_book import LAST_NUMBER, MemoryBook, PileBook, PileTransaction, Reading
from finder.connectors.sdk.piles import (
    MAX_CONNECTORS,
    MAX_PERIODS,
    MAX_SPANS,
    MAX_TEXT,
    PAGE,
    MemoryPiles,
    Pile,
    PileConnector,
    PileRegister,
)
from finder.connectors.sdk.sessions import SessionState
from finder.errors import BadInput, NotFound
from finder.federation.pile_book import SqlBook
from finder.federation.piles import SqlPiles
from finder.kernel.geo import Point
from finder.kernel.money import UnitPrice
from finder.stations.model import ConnectorType, OpeningHours, Tariff, TariffPeriod
from tests.contract.databases import ENGINES, opened

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)
NIGHT = OpeningHours(spans=tuple((day * 1440 + 1200, day * 1440 + 1440) for day in range(7)))


class Hand:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def flat(yuan_e4: int = 6000, *, until: int = 1440) -> Tariff:
    period = TariffPeriod(start=0, end=until, electricity=UnitPrice(yuan_e4), service=UnitPrice(2000))
    return Tariff(id="own", periods=(period,))


def pile(pile_id: str = "LAMP-1", **more: Any) -> Pile:
    told: dict[str, Any] = {
        "owner": "household-17",
        "name": "和平西街 12 号",
        "place": Point(38.41, 112.73),
        "connectors": (PileConnector(number=1, type=ConnectorType.GBT_AC, power_kw=7.0),),
        "tariff": flat(),
        **more,
    }
    return Pile(id=pile_id, **told)


@pytest.fixture
def clock() -> Hand:
    return Hand()


@dataclass
class Stores:
    piles: PileRegister
    book: PileBook
    again: Callable[[], "Stores"]  # as another process has them


@pytest.fixture(params=["memory", *ENGINES])
async def stores(request: pytest.FixtureRequest, clock: Hand, tmp_path: Path) -> AsyncIterator[Stores]:
    if request.param == "memory":
        made = Stores(MemoryPiles(clock), MemoryBook(), lambda: made)
        yield made
        return
    async with opened(request, tmp_path) as database:

        def again() -> Stores:
            return Stores(SqlPiles(database, clock), SqlBook(database), again)

        yield again()


async def seen(piles: PileRegister, since: datetime | None = None) -> tuple[list[str], list[str]]:
    """Ids of piles, and of those that are gone."""
    there: list[str] = []
    gone: list[str] = []
    async for page in piles.changed("lamps", since):
        there += [kept.pile.id for kept in page.piles]
        gone += page.removed
    return sorted(there), sorted(gone)


async def test_a_pile_is_kept_changed_and_forgotten_but_for_its_id(stores: Stores, clock: Hand) -> None:
    piles = stores.piles
    await piles.put("lamps", pile())
    await piles.put("other", pile(name="别处"))
    clock.now += timedelta(hours=1)
    await piles.put("lamps", pile())  # the same again
    kept = await stores.again().piles.get("lamps", "LAMP-1")
    assert kept is not None
    assert (kept.pile, kept.changed_at, kept.password_at) == (pile(), NOON, None)
    assert await seen(piles, clock.now) == ([], [])
    await piles.put("lamps", pile(name="新名称"))
    assert await seen(piles, clock.now) == (["LAMP-1"], [])
    clock.now += timedelta(hours=1)
    assert await piles.remove("lamps", "LAMP-1")
    assert not await piles.remove("lamps", "LAMP-1")
    assert await piles.get("lamps", "LAMP-1") is None
    assert await seen(piles) == ([], ["LAMP-1"])
    assert await seen(piles, clock.now + timedelta(microseconds=1)) == ([], [])
    assert await piles.get("other", "LAMP-1") is not None
    await piles.put("lamps", pile())
    assert await seen(piles) == (["LAMP-1"], [])


async def test_a_password_belongs_to_a_pile_and_goes_with_it(stores: Stores, clock: Hand) -> None:
    piles = stores.piles
    assert not await piles.set_password("lamps", "LAMP-1", "hash")
    await piles.put("lamps", pile())
    assert await piles.password("lamps", "LAMP-1") is None
    clock.now += timedelta(hours=1)
    assert await piles.set_password("lamps", "LAMP-1", "hash")
    await piles.put("lamps", pile(name="新名称"))
    assert await piles.password("lamps", "LAMP-1") == "hash"
    kept = await piles.get("lamps", "LAMP-1")
    assert kept is not None
    assert kept.password_at == clock.now
    assert await seen(piles, clock.now) == (["LAMP-1"], [])
    await piles.remove("lamps", "LAMP-1")
    assert await piles.password("lamps", "LAMP-1") is None
    await piles.put("lamps", pile())
    assert await piles.password("lamps", "LAMP-1") is None


async def test_a_former_tariff_still_holds_for_what_began_under_it(stores: Stores, clock: Hand) -> None:
    await stores.piles.put("lamps", pile())
    clock.now += timedelta(days=1)
    await stores.piles.put("lamps", pile(tariff=flat(7000)))
    clock.now += timedelta(days=1)
    await stores.piles.put("lamps", pile(tariff=flat(8000), name="新名称"))
    kept = await stores.piles.get("lamps", "LAMP-1")
    assert kept is not None
    day = timedelta(days=1)
    moments = [NOON - day, NOON, NOON + day - timedelta.resolution, NOON + day, NOON + 2 * day, NOON + 9 * day]
    assert [kept.tariff_at(at).periods[0].electricity.e4 for at in moments] == [6000, 6000, 6000, 7000, 8000, 8000]


async def test_the_last_process_to_take_a_pile_holds_it(stores: Stores) -> None:
    piles = stores.piles
    await piles.put("lamps", pile())
    await piles.hold("lamps", "LAMP-1", "a")
    await piles.hold("lamps", "LAMP-1", "b")
    await piles.release("lamps", "LAMP-1", "a")
    assert await piles.holders("lamps", ["LAMP-1", "LAMP-2"]) == {"LAMP-1": "b"}
    await piles.release("lamps", "LAMP-1", "b")
    assert await piles.holders("lamps", ["LAMP-1"]) == {}


@pytest.mark.slow
async def test_a_register_of_more_than_a_page_is_read_whole(stores: Stores) -> None:
    ids = [f"LAMP-{number:04}" for number in range(PAGE + 1)]
    for pile_id in ids:
        await stores.piles.put("lamps", pile(pile_id))
    assert await seen(stores.piles) == (ids, [])
    await stores.piles.remove("lamps", ids[-1])
    assert await seen(stores.piles) == (ids[:-1], ids[-1:])


def begun(key: str | None = None, **more: Any) -> PileTransaction:
    told: dict[str, Any] = {
        "source": "lamps",
        "pile_id": "LAMP-1",
        "evse": 1,
        "tariff": flat(),
        "heard_at": NOON,
        **more,
    }
    return PileTransaction(key=key, **told)


async def test_numbers_are_given_once_whatever_restarts(stores: Stores) -> None:
    first, new = await stores.book.begin(begun("a"))
    assert new
    assert (await stores.book.begin(begun("a"))) == (first, False)
    other, _ = await stores.book.begin(begun("a", pile_id="LAMP-2"))
    second, _ = await stores.again().book.begin(begun("b"))
    assert len({first.number, other.number, second.number}) == 3
    assert min(first.number, other.number, second.number) >= 1
    assert await stores.book.numbered("lamps", second.number) == second
    assert await stores.book.numbered("other", second.number) is None
    for nobody in (0, -1, LAST_NUMBER, LAST_NUMBER + 1, 10**30):
        assert await stores.book.numbered("lamps", nobody) is None


async def test_an_order_is_reserved_once_however_many_ask_at_once(stores: Stores) -> None:
    asked = [begun(order="O1", tag=f"T{n}", requested_at=NOON) for n in range(6)]
    found = await asyncio.gather(*(stores.again().book.begin(each) for each in asked))
    assert len({transaction.number for transaction, _ in found}) == 1
    assert [new for _, new in found].count(True) == 1
    tag = found[0][0].tag
    assert tag is not None
    assert await stores.book.tagged("lamps", "LAMP-1", tag) == found[0][0]
    assert await stores.book.tagged("lamps", "LAMP-2", tag) is None
    assert await stores.book.ordered("lamps", "O1") == found[0][0]
    assert await stores.book.ordered("lamps", "O2") is None


async def test_a_transaction_is_changed_alone_and_found_by_what_it_became(stores: Stores) -> None:
    transaction, _ = await stores.book.begin(begun("a", due=True))
    readings = [Reading(at=NOON + timedelta(seconds=n), wh=n) for n in range(8)]

    def add(reading: Reading) -> Callable[[PileTransaction], PileTransaction]:
        def with_reading(known: PileTransaction) -> PileTransaction:
            meter = msgspec.structs.replace(known.meter, readings=(*known.meter.readings, reading))
            return msgspec.structs.replace(known, meter=meter, started_at=NOON)

        return with_reading

    await asyncio.gather(*(stores.again().book.change("lamps", transaction.number, add(r)) for r in readings))
    kept = await stores.book.numbered("lamps", transaction.number)
    assert kept is not None
    assert sorted(reading.wh for reading in kept.meter.readings) == list(range(8))
    assert await stores.book.running("lamps", "LAMP-1") == [kept]
    assert await stores.book.running("lamps", "LAMP-2") == []
    assert await stores.book.due("lamps", 10) == [kept]
    over = await stores.book.change(
        "lamps", kept.number, lambda t: msgspec.structs.replace(t, state=SessionState.ENDED, due=False, key="c")
    )
    assert await stores.book.running("lamps", "LAMP-1") == []
    assert await stores.book.due("lamps", 10) == []
    assert await stores.book.keyed("lamps", "LAMP-1", "c") == over
    assert await stores.book.keyed("lamps", "LAMP-1", "a") is None
    with pytest.raises(NotFound):
        await stores.book.change("lamps", LAST_NUMBER, lambda t: t)


async def test_a_change_that_fails_changes_nothing(stores: Stores) -> None:
    transaction, _ = await stores.book.begin(begun("a"))

    def fail(_: PileTransaction) -> PileTransaction:
        raise BadInput("不行", "no")

    with pytest.raises(BadInput):
        await stores.book.change("lamps", transaction.number, fail)
    assert await stores.book.numbered("lamps", transaction.number) == transaction


async def test_what_was_asked_for_and_never_began_is_found(stores: Stores) -> None:
    waiting, _ = await stores.book.begin(begun(order="O1", tag="T1", requested_at=NOON))
    await stores.book.begin(begun(order="O2", tag="T2", requested_at=NOON, started_at=NOON))
    await stores.book.begin(begun(order="O3", tag="T3", requested_at=NOON, state=SessionState.REJECTED))
    await stores.book.begin(begun("a"))
    assert await stores.book.unbegun("lamps", NOON, 10) == []
    assert await stores.book.unbegun("lamps", NOON + timedelta(seconds=1), 10) == [waiting]


def test_a_tag_is_in_no_repr() -> None:
    assert "SECRET" not in repr(begun(order="O1", tag="SECRET"))


def periods(count: int) -> Tariff:
    edges = [1440 * n // count for n in range(count + 1)]
    price = UnitPrice(1)
    spans = pairwise(edges)
    return Tariff(
        id="own", periods=tuple(TariffPeriod(start=a, end=b, electricity=price, service=price) for a, b in spans)
    )


def connectors(count: int, *, first: int = 1, power_kw: float = 7.0) -> tuple[PileConnector, ...]:
    return tuple(PileConnector(number=first + n, type=ConnectorType.GBT_AC, power_kw=power_kw) for n in range(count))


@pytest.mark.parametrize(
    "told",
    [
        {"pile_id": "a" * 48},
        {"name": "名" * MAX_TEXT},
        {"connectors": connectors(MAX_CONNECTORS)},
        {"connectors": connectors(1, power_kw=4000)},
        {"tariff": periods(MAX_PERIODS)},
        {"hours": OpeningHours(spans=tuple((n, n + 1) for n in range(MAX_SPANS)))},
        {"hours": OpeningHours(spans=())},
    ],
)
def test_a_pile_at_its_limits_is_taken(told: dict[str, Any]) -> None:
    assert pile(**told).connectors


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"pile_id": "a" * 49}, "PILE_ID"),
        ({"pile_id": ""}, "PILE_ID"),
        ({"pile_id": "a/b"}, "PILE_ID"),
        ({"pile_id": "a:b"}, "PILE_ID"),
        ({"pile_id": "-a"}, "PILE_ID"),
        ({"pile_id": "桩"}, "PILE_ID"),
        ({"name": " "}, "PILE_TEXT"),
        ({"name": "名" * (MAX_TEXT + 1)}, "PILE_TEXT"),
        ({"owner": ""}, "PILE_TEXT"),
        ({"access_note": "a\nb"}, "PILE_TEXT"),
        ({"connectors": ()}, "PILE_CONNECTORS"),
        ({"connectors": connectors(MAX_CONNECTORS + 1)}, "PILE_CONNECTORS"),
        ({"connectors": connectors(2, first=0)}, "PILE_CONNECTORS"),
        ({"connectors": (*connectors(1), *connectors(1))}, "PILE_CONNECTORS"),
        ({"connectors": connectors(1, power_kw=4000.1)}, "PILE_POWER"),
        ({"connectors": connectors(1, power_kw=float("nan"))}, "PILE_POWER"),
        ({"tariff": periods(MAX_PERIODS + 1)}, "PILE_TARIFF"),
        ({"tariff": flat(until=1439)}, "PILE_TARIFF"),
        ({"tariff": Tariff(id="own", text="面议")}, "PILE_TARIFF"),
        ({"tariff": msgspec.structs.replace(flat(), zone="Europe/Berlin")}, "PILE_TARIFF"),
        ({"hours": OpeningHours(spans=tuple((n, n + 1) for n in range(MAX_SPANS + 1)))}, "PILE_HOURS"),
    ],
)
def test_a_pile_that_cannot_be_is_refused_with_a_reason(told: dict[str, Any], code: str) -> None:
    with pytest.raises(BadInput) as refused:
        pile(**told)
    assert refused.value.code == code


def test_sharing_hours_are_half_open_in_local_time() -> None:
    evening = pile(hours=NIGHT)
    eight = datetime(2026, 11, 24, 12, tzinfo=UTC)  # 20:00 in Shanghai
    midnight = datetime(2026, 11, 24, 16, tzinfo=UTC)
    moments = [eight - timedelta.resolution, eight, midnight - timedelta.resolution, midnight]
    assert [evening.open_at(moment) for moment in moments] == [False, True, True, False]
    assert pile().open_at(NOON)
    assert (pile().shared, evening.shared, pile(hours=OpeningHours(spans=())).shared) == (True, True, False)
