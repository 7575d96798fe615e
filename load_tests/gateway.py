"""Serves our gateway over the measured network, on one engine: python -m load_tests.gateway ENGINE_URL PORT COUNT."""

import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import uvicorn
from starlette.applications import Starlette

from finder import garbage
from finder.cities import load_city
from finder.graphql.ports import About, FailureSeen, FeedSeen, Gateway, QualitySeen
from finder.graphql.routes import graphql_routes
from finder.kernel.clock import system_clock
from finder.live.lately import Lately
from finder.live.memory import MemoryBoard
from finder.roads.book import RoadBook
from finder.roads.search import RoadSearch
from finder.stations.along import StationRoadIndex
from finder.stations.elastic import ElasticIndex
from finder.stations.memory import MemoryIndex
from finder.stations.model import SourceId, Station
from finder.stations.places import Gazetteer
from finder.stations.search import Search
from load_tests.network import load_roads, network, statuses

BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Fixed:
    """Roads that stay as they are."""

    book: RoadBook


class NoFeeds:
    """No feed, so none in trouble."""

    def failures(self) -> Sequence[FailureSeen]:
        """None."""
        return ()

    def feeds(self) -> Sequence[FeedSeen]:
        """None."""
        return ()

    def quality(self, source: SourceId) -> QualitySeen:
        """Of none."""
        raise KeyError(source)


async def batches(stations: Sequence[Station]) -> AsyncIterator[Sequence[Station]]:
    """The stations, some thousands at a time."""
    for start in range(0, len(stations), BATCH):
        yield stations[start : start + BATCH]


@asynccontextmanager
async def opened(url: str, stations: Sequence[Station]) -> AsyncIterator[Gateway]:
    """The gateway over these stations, with a status for every EVSE."""
    index: StationRoadIndex = MemoryIndex() if url == "memory:" else ElasticIndex(url, name="load")
    roads = Fixed(RoadBook(load_roads(stations)))
    index.begin(roads.book)
    if url == "memory:" or await index.count() != len(stations):
        await index.rebuild(batches(stations))
    board = MemoryBoard()
    board.set_freshness({"load": timedelta(days=2)})
    await board.start()
    await board.observe(statuses(stations, system_clock()))
    centre = load_city("xinzhou").centre
    lately = Lately(board)
    search = Search(index, lately, system_clock)
    about = About("load", "load", centre, practice=False)
    along = RoadSearch(search, index, roads)
    yield Gateway(search, board, NoFeeds(), Gazetteer(()), about, system_clock, lately=lately, roads=along)
    await board.close()
    await index.close()


def build(url: str, count: int) -> Starlette:
    """The gateway alone; ready when it answers."""
    app = Starlette()

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with opened(url, network(count)) as gateway:
            app.router.routes.extend(graphql_routes(gateway))
            garbage.settle()
            print("ready", flush=True)
            yield

    app.router.lifespan_context = lifespan
    return app


if __name__ == "__main__":
    config = uvicorn.Config(
        build(sys.argv[1], int(sys.argv[3])),
        host="127.0.0.1",
        port=int(sys.argv[2]),
        http="httptools",
        loop="uvloop",
        access_log=False,
        log_level="warning",
    )
    uvicorn.Server(config).run()
