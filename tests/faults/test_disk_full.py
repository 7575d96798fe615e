"""The disk is full: a clear error, nothing half written, and it goes on where there is room again."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from finder.charging.verify import verify
from finder.errors import StoreUnavailable
from finder.money.verify import Broken
from finder.storage.database import Database
from tests.faults.charging_world import World
from tests.faults.test_charging_simulation import prove, prove_order, settle


class Disk:
    """How many pages the file may have; SQLite refuses the next one as it does where the disk has none."""

    pages = 2**30


@pytest.fixture
async def disk(tmp_path: Path) -> AsyncIterator[tuple[Disk, Database]]:
    disk, database = Disk(), Database(f"sqlite:///{tmp_path / 'finder.sqlite3'}")

    @sa.event.listens_for(database.engine.sync_engine, "begin")
    def limit(connection: Any) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {disk.pages}")

    yield disk, database
    await database.close()


async def test_a_full_disk_is_told_loses_nothing_and_is_recovered_from(disk: tuple[Disk, Database]) -> None:
    limit, database = disk
    world = World(database, seed=1, trouble=0)
    told = [await world.start() for _ in range(5)]
    await world.happen(1)
    async with database.read() as connection:
        limit.pages = int((await connection.exec_driver_sql("PRAGMA page_count")).scalar_one()) + 2
    refused = list[StoreUnavailable]()
    for _ in range(60):  # until not even the outbox can write; whatever is told meanwhile is lost on the way
        for step in (lambda: world.happen(1), world.start):
            try:
                started = await step()
            except StoreUnavailable as full:
                refused.append(full)
            else:
                if started is not None:
                    told.append(started)
    assert len(refused) > 20
    assert "full" in refused[-1].en
    assert "数据库" in refused[-1].zh
    async for found in verify(world.work):
        assert not isinstance(found, Broken), found
    limit.pages = 2**30
    await settle(world)
    await prove(world)
    orders = {order.number: order for order in await world.all()}
    assert {order.number for order in told} <= set(orders)
    assert await world.unfinished() == []
    for order in orders.values():
        await prove_order(world, order)
