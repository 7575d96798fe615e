"""The plan's coverage, composed for a command: what the database holds, and the roads of the city."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from finder.app import choose_roads, choose_store, choose_work, shipped_roads
from finder.cities import load_city
from finder.kernel.clock import system_clock
from finder.roads.model import Road
from finder.roads.shipped import in_use
from finder.settings import Settings
from finder.stations.merge import Merger
from finder.supervision.coverage.keeper import Coverage
from finder.supervision.coverage.places import Places
from finder.supervision.coverage.plan import plan_of


@asynccontextmanager
async def choose_coverage(settings: Settings) -> AsyncIterator[tuple[Coverage, Places]]:
    """The plan's coverage by what that database holds, and the places to be covered. Raises SettingsError."""
    city, store, roads = load_city(settings.city), choose_store(settings), choose_roads(settings)
    work = choose_work(settings)
    merger, places = Merger(), Places(work)

    async def roads_now() -> list[Road]:
        return in_use(await roads.current(), await asyncio.to_thread(shipped_roads, settings))

    try:
        async for batch in store.since(0):
            merger.apply(batch)
        stations = list(merger.stations())
        yield Coverage(plan_of(city.id), city.centre, lambda: stations, places, roads_now, system_clock), places
    finally:
        await store.close()
        await roads.close()
        await work.close()
