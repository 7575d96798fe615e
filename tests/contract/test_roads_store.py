"""What every road store promises, on SQLite and on a real PostgreSQL."""

import asyncio
from datetime import UTC, datetime

import msgspec

from finder.kernel.geo import Point
from finder.roads.model import Origin, Post, Road, RoadKind
from finder.roads.sql import SqlRoads
from finder.roads.store import Kept, RoadStore
from finder.storage.database import Database

NOW = datetime(2026, 11, 25, tzinfo=UTC)


def road(road_id: str = "g55", *, north: float = 39.0, accuracy_m: float = 10) -> Road:
    return Road(
        id=road_id,
        name="二广高速",
        kind=RoadKind.EXPRESSWAY,
        parts=(((38.0, 112.7), (north, 112.7)),),
        origin=Origin(source="a", licence="b", accuracy_m=accuracy_m),
        posts=(Post(3.0, Point(38.1, 112.7)),),
    )


def store_on(database: Database) -> RoadStore:
    return SqlRoads(database, lambda: NOW)


async def test_an_import_makes_a_version_and_a_repeat_none(database: Database) -> None:
    store = store_on(database)
    assert (await store.revision(), await store.current()) == (0, [])
    assert await store.put([road()]) == [Kept("g55", 1, changed=True)]
    assert await store.put([road()]) == [Kept("g55", 1, changed=False)]
    assert await store.revision() == 1
    assert await store.current() == [msgspec.structs.replace(road(), version=1, imported_at=NOW)]


async def test_a_new_version_is_kept_with_the_old(database: Database) -> None:
    store = store_on(database)
    await store.put([road(), road("g5")])
    assert await store.put([road(north=39.5), road("g5")]) == [
        Kept("g55", 2, changed=True),
        Kept("g5", 1, changed=False),
    ]
    assert [each.version for each in await store.versions("g55")] == [1, 2]
    assert [(each.id, each.version) for each in await store.current()] == [("g5", 1), ("g55", 2)]
    assert await store.put([road(north=39.5, accuracy_m=3)]) == [Kept("g55", 3, changed=True)]
    assert await store.put([road()]) == [Kept("g55", 4, changed=True)]  # an old state is new again


async def test_a_road_taken_out_of_use_keeps_its_versions_and_may_come_back(database: Database) -> None:
    store = store_on(database)
    await store.put([road()])
    assert await store.remove("g55")
    assert not await store.remove("g55")
    assert not await store.remove("g5")
    assert await store.current() == []
    assert len(await store.versions("g55")) == 1
    before = await store.revision()
    assert await store.put([road()]) == [Kept("g55", 2, changed=True)]
    assert await store.revision() == before + 1


async def test_imports_at_once_get_versions_one_after_another(database: Database) -> None:
    store = store_on(database)
    await asyncio.gather(*(store.put([road(north=39 + n / 100)]) for n in range(6)))
    assert [each.version for each in await store.versions("g55")] == [1, 2, 3, 4, 5, 6]
    assert await store.revision() == 6
