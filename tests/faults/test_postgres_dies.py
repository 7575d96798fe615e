"""PostgreSQL dies by kill -9 under load and is begun again over the same data: what was told is there, all goes on."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from finder.charging.effects import handlers
from finder.charging.order import Order
from finder.charging.verify import verify
from finder.errors import StoreUnavailable
from finder.money.verify import Broken
from finder.storage.database import Database
from finder.storage.outbox import Outbox
from tests.contract.postgres_server import own_postgres
from tests.faults.charging_world import World
from tests.faults.test_charging_simulation import prove, prove_order, settle

pytestmark = [pytest.mark.postgres, pytest.mark.slow]
AT_ONCE = 6


class Load:
    """Drivers who come all the time, and what they were told."""

    def __init__(self, world: World) -> None:
        self.world, self.told, self.refused = world, list[Order](), 0

    async def drivers(self) -> None:
        """One after another; whoever is refused goes away."""
        for _ in range(1_000):
            self.world.drivers += 1
            n = self.world.drivers
            try:
                self.told.append(await self.world.orders.start(f"p{n}", self.world.ask(n), "k"))
            except StoreUnavailable:
                self.refused += 1
                await asyncio.sleep(0.05)

    async def time(self) -> None:
        """Goes by; what is told while the database is away is lost on the way."""
        while True:
            try:
                await self.world.happen(1)
            except StoreUnavailable:
                await asyncio.sleep(0.05)


async def until(happened: Any, running: Sequence["asyncio.Task[None]"]) -> None:
    async with asyncio.timeout(120):
        while not happened():
            for task in running:
                assert not task.done(), task.exception()
            await asyncio.sleep(0.01)


async def test_postgresql_is_killed_and_restored_under_load() -> None:
    with own_postgres(durable=True) as server:
        database = Database(server.url)
        world = World(database, seed=1, trouble=0)
        world.outbox = Outbox(world.work, handlers(world.outside))
        load = Load(world)
        running = [asyncio.create_task(load.drivers()) for _ in range(AT_ONCE)]
        running.append(asyncio.create_task(load.time()))
        try:
            for _ in range(2):
                told, refused = len(load.told), load.refused
                await until(lambda told=told: len(load.told) >= told + 15, running)
                await asyncio.to_thread(server.kill)
                await until(lambda refused=refused: load.refused > refused + AT_ONCE, running)
                await asyncio.to_thread(server.start)
            told = len(load.told)
            await until(lambda: len(load.told) >= told + 5, running)
            for task in running:
                task.cancel()
            ends = await asyncio.gather(*running, return_exceptions=True)
            assert {type(end) for end in ends} == {asyncio.CancelledError}
            await settle(world)
            await prove(world)
            orders = {order.number: order for order in await world.all()}
            assert {order.number for order in load.told} <= set(orders)
            assert await world.unfinished() == []
            for order in orders.values():
                await prove_order(world, order)
            async for found in verify(world.work):
                assert not isinstance(found, Broken), found
        finally:
            for task in running:
                task.cancel()
            await database.close()
