"""One suite for the station store, on SQLite and on a real PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from finder.errors import BadInput, SettingsError, StoreUnavailable
from finder.kernel.geo import Point
from finder.stations.model import Connector, ConnectorType, Evse, Operator, Provenance, Station
from finder.stations.sql import METADATA, SqlStore
from finder.stations.store import StationChange, StationStore, Written
from finder.storage.database import Database, database_url
from tests.contract.postgres_server import postgres

NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)


def station(number: int, source: str = "jinbei", *, name: str = "忻州站", fetched: datetime = NOW) -> Station:
    station_id = f"{source}/{number}"
    return Station(
        id=station_id,
        name=name,
        operator=Operator(id=source, name="晋北充电"),
        place=Point(38.4, 112.7 + number / 1_000_000),
        evses=(Evse(id=f"{station_id}-1", connectors=(Connector(id="1", type=ConnectorType.GBT_DC, power_kw=60.0),)),),
        provenance=(Provenance(source=source, native_id=str(number), fetched_at=fetched),),
    )


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=[pytest.mark.postgres, pytest.mark.slow])])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.sqlite3'}"
    return str(request.getfixturevalue("server"))


@pytest.fixture
async def store(url: str) -> AsyncIterator[StationStore]:
    made = SqlStore(Database(url))
    if url.startswith("postgres"):
        async with made.database.write() as connection:
            await connection.run_sync(METADATA.drop_all)
    yield made
    await made.close()


async def everything(store: StationStore, revision: int = 0, batch: int = 1_000) -> list[StationChange]:
    return [change async for page in store.since(revision, batch) for change in page]


async def test_a_new_store_is_empty(store: StationStore) -> None:
    await store.ready()
    assert await store.revision() == 0
    assert await store.ids("jinbei") == set()
    assert await everything(store) == []


async def test_what_was_put_comes_back_whole_and_in_order(store: StationStore) -> None:
    assert await store.put("jinbei", [station(2), station(1)]) == Written(added=2)
    changes = await everything(store)
    assert [c.station for c in changes] == [station(2), station(1)]
    assert [c.revision for c in changes] == [1, 2]
    assert {c.source for c in changes} == {"jinbei"}
    assert await store.ids("jinbei") == {"jinbei/1", "jinbei/2"}


async def test_a_repeat_that_is_only_fetched_later_has_no_new_revision(store: StationStore) -> None:
    await store.put("jinbei", [station(1), station(2)])
    later = [station(1, fetched=NOW + timedelta(days=1)), station(2, name="忻州西站")]
    assert await store.put("jinbei", later) == Written(changed=1, unchanged=1)
    assert [c.station_id for c in await everything(store, 2)] == ["jinbei/2"]
    assert await store.revision() == 3


async def test_each_station_comes_once_at_its_newest_and_after_what_it_overtook(store: StationStore) -> None:
    await store.put("jinbei", [station(1), station(2)])
    await store.put("jinbei", [station(1, name="新名")])
    changes = await everything(store)
    assert [(c.revision, c.station_id) for c in changes] == [(2, "jinbei/2"), (3, "jinbei/1")]
    assert changes[-1].station == station(1, name="新名")


async def test_a_removed_station_is_told_as_gone_and_can_come_back(store: StationStore) -> None:
    await store.put("jinbei", [station(1), station(2)])
    assert await store.remove("jinbei", ["jinbei/1", "jinbei/9", "jinbei/1"]) == Written(removed=1, unchanged=1)
    assert await store.remove("jinbei", ["jinbei/1"]) == Written(unchanged=1)
    assert await store.ids("jinbei") == {"jinbei/2"}
    assert await everything(store, 2) == [StationChange(3, "jinbei", "jinbei/1", None)]
    assert await store.put("jinbei", [station(1)]) == Written(added=1)
    assert await store.ids("jinbei") == {"jinbei/1", "jinbei/2"}


async def test_of_a_repeated_id_the_last_counts(store: StationStore) -> None:
    assert await store.put("jinbei", [station(1), station(1, name="后来")]) == Written(added=1)
    assert [c.station for c in await everything(store)] == [station(1, name="后来")]


@pytest.mark.parametrize("foreign", ["other/1", "jinbei/", "jinbei", "jinbeiX/1", "jinbei/1\0"])
async def test_a_batch_with_anothers_id_is_refused_whole(store: StationStore, foreign: str) -> None:
    bad = msgspec.structs.replace(station(3), id=foreign)
    with pytest.raises(BadInput) as refused:
        await store.put("jinbei", [station(1), bad])
    assert refused.value.code == "STATION_ID"
    with pytest.raises(BadInput):
        await store.remove("jinbei", [foreign])
    assert await store.revision() == 0


@pytest.mark.parametrize("source", ["", "a/b"])
async def test_a_source_that_would_overlap_another_is_refused(store: StationStore, source: str) -> None:
    with pytest.raises(BadInput) as refused:
        await store.put(source, [msgspec.structs.replace(station(1), id=f"{source}/1")])
    assert refused.value.code == "SOURCE_ID"


async def test_nothing_put_and_nothing_removed_change_nothing(store: StationStore) -> None:
    assert await store.put("jinbei", []) == Written()
    assert await store.remove("jinbei", []) == Written()
    assert await store.revision() == 0


@pytest.mark.parametrize("batch", [1, 3, 4])
async def test_pages_hold_everything_once(store: StationStore, batch: int) -> None:
    await store.put("jinbei", [station(n) for n in range(4)])
    await store.remove("jinbei", ["jinbei/2"])
    pages = [page async for page in store.since(0, batch)]
    assert [c.station_id for page in pages for c in page] == ["jinbei/0", "jinbei/1", "jinbei/3", "jinbei/2"]
    assert all(len(page) <= batch for page in pages)


async def test_writers_at_once_lose_nothing_and_share_no_revision(store: StationStore, url: str) -> None:
    others = [SqlStore(Database(url)) for _ in range(3)]
    await asyncio.gather(
        *(s.put(f"s{k}", [station(n, f"s{k}") for n in range(20)]) for k, s in enumerate([store, *others]))
    )
    changes = await everything(store)
    assert sorted(c.revision for c in changes) == list(range(1, 81))
    for other in others:
        await other.close()


async def test_who_follows_while_others_write_misses_nothing(store: StationStore, url: str) -> None:
    other = SqlStore(Database(url))
    await store.ready()

    async def write() -> None:
        for n in range(0, 60, 3):
            await asyncio.gather(
                other.put("a", [station(n + k, "a") for k in range(3)]), store.put("b", [station(n, "b")])
            )

    writing = asyncio.create_task(write())
    seen: list[str] = []
    revision = 0
    while not writing.done() or await store.revision() > revision:
        for change in await everything(store, revision, 7):
            seen.append(change.station_id)
            revision = change.revision
        await asyncio.sleep(0)
    await writing
    assert len(seen) == len(set(seen)) == 80
    await other.close()


async def test_a_batch_that_fails_half_way_leaves_nothing(store: StationStore, monkeypatch: pytest.MonkeyPatch) -> None:
    await store.put("jinbei", [station(1)])
    assert isinstance(store, SqlStore)
    made = store.database.write

    class Broken(Exception):
        pass

    from contextlib import asynccontextmanager
    from typing import Any

    @asynccontextmanager
    async def breaking() -> AsyncIterator[Any]:
        async with made() as connection:
            yield connection
            raise Broken

    with monkeypatch.context() as patch:
        patch.setattr(store.database, "write", breaking)
        with pytest.raises(Broken):
            await store.put("jinbei", [station(1, name="新"), station(2)])
        with pytest.raises(Broken):
            await store.remove("jinbei", ["jinbei/1"])
    assert await store.revision() == 1
    assert [c.station for c in await everything(store)] == [station(1)]


async def test_a_store_opened_again_goes_on(store: StationStore, url: str) -> None:
    await store.put("jinbei", [station(1)])
    again = SqlStore(Database(url))
    assert [c.station for c in await everything(again)] == [station(1)]
    await again.put("jinbei", [station(2)])
    assert await store.revision() == 2
    await again.close()


async def test_a_damaged_row_does_not_hide_the_others(store: StationStore) -> None:
    import sqlalchemy as sa

    from finder.stations.sql import RECORD

    await store.put("jinbei", [station(1), station(2), station(3)])
    assert isinstance(store, SqlStore)
    async with store.database.write() as connection:
        await connection.execute(sa.update(RECORD).where(RECORD.c.station_id == "jinbei/2").values(body=b"{"))
    assert [c.station_id for c in await everything(store, 0, 1)] == ["jinbei/1", "jinbei/3"]


@pytest.mark.slow
async def test_a_hundred_thousand_stations_in_batches(store: StationStore) -> None:
    total = 100_000
    for start in range(0, total, 5_000):
        await store.put("jinbei", [station(n) for n in range(start, start + 5_000)])
    assert len(await everything(store, 0, 5_000)) == total
    assert await store.revision() == total


@pytest.mark.parametrize(
    "url_",
    ["sqlite:////nowhere/at/all.sqlite3", "postgresql://finder@127.0.0.1:1/finder", "postgres://x@127.0.0.1:1/y"],
)
async def test_a_database_that_is_not_there_is_named_and_retryable(url_: str) -> None:
    store = SqlStore(Database(url_))
    for ask in (store.ready(), store.put("jinbei", [station(1)]), store.ids("jinbei"), everything(store)):
        with pytest.raises(StoreUnavailable) as failed:
            await ask
        assert failed.value.retryable
    await store.close()


async def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "letter.sqlite3"
    path.write_text("Dear reader, this is a letter and not a database. " * 100)
    store = SqlStore(Database(f"sqlite:///{path}"))
    with pytest.raises(StoreUnavailable):
        await store.ready()
    await store.close()


def test_an_empty_url_is_a_file_in_the_data_folder(tmp_path: Path) -> None:
    assert database_url("", tmp_path / "var") == f"sqlite:///{tmp_path / 'var' / 'finder.sqlite3'}"
    assert (tmp_path / "var").is_dir()
    assert database_url("postgresql://h/d", tmp_path) == "postgresql://h/d"


@pytest.mark.parametrize("url_", ["mysql://h/d", "no url", "memory:"])
def test_a_url_without_an_engine_is_refused_in_words(url_: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="FINDER_STORE_URL"):
        database_url(url_, tmp_path)
