"""The questions of the schema, translated to the rooms below; what they return is shown by types."""

from collections.abc import AsyncIterator, Sequence
from typing import Annotated

import strawberry
from strawberry.types import Info

from finder.errors import BadInput
from finder.graphql import views
from finder.graphql.changes import status_changes
from finder.graphql.inputs import BoxInput, PointInput, StationFilter, wishes
from finder.graphql.moment import Context
from finder.graphql.ports import About, PlaceSeen
from finder.stations.model import Station

Ask = Info[Context, None]
Wanted = Annotated[StationFilter | None, strawberry.argument(name="filter")]


async def stations_near(
    info: Ask,
    at: PointInput,
    radius_m: float = 10000,
    want: Wanted = strawberry.UNSET,
    first: int = 20,
    after: str | None = strawberry.UNSET,
) -> views.Connection:
    """Raises BadInput, BadCursor, IndexUnavailable; as do the other searches."""
    gateway = info.context.gateway
    info.context.spend(first)
    asked, open_now = wishes(want)
    page = await gateway.search.near(at.point(), radius_m, asked, open_now=open_now, first=first, after=after or None)
    return views.Connection(page, gateway.feeds.failures(), gateway.board.health())


async def stations_in_box(
    info: Ask,
    box: BoxInput,
    zoom: int,
    want: Wanted = strawberry.UNSET,
    first: int = 200,
    after: str | None = strawberry.UNSET,
) -> views.BoxAnswer:
    """Clusters or stations, as Search decides."""
    gateway = info.context.gateway
    info.context.spend(first)
    asked, open_now = wishes(want)
    found = await gateway.search.box(box.box(), zoom, asked, open_now=open_now, first=first, after=after or None)
    return views.BoxAnswer(found, gateway.feeds.failures(), gateway.board.health())


async def station(info: Ask, station_id: Annotated[strawberry.ID, strawberry.argument(name="id")]) -> Station | None:
    """By id or alias."""
    return await info.context.gateway.search.station(station_id)


async def search_stations(
    info: Ask,
    text: str,
    near: PointInput | None = strawberry.UNSET,
    want: Wanted = strawberry.UNSET,
    first: int = 20,
    after: str | None = strawberry.UNSET,
) -> views.Connection:
    """A place puts the nearest first within a rank."""
    gateway = info.context.gateway
    info.context.spend(first)
    asked, open_now = wishes(want)
    place = near.point() if near else None
    page = await gateway.search.text(text, asked, near=place, open_now=open_now, first=first, after=after or None)
    return views.Connection(page, gateway.feeds.failures(), gateway.board.health())


async def operators(info: Ask) -> list[views.FeedView]:
    """Each feed with its own failures."""
    feeds = info.context.gateway.feeds
    failures = feeds.failures()
    return [
        views.FeedView(feed, [f for f in failures if f.source == feed.source], feeds.quality) for feed in feeds.feeds()
    ]


async def places(info: Ask, text: str, first: int = 10) -> Sequence[PlaceSeen]:
    """Raises BadInput for a text or a number out of range."""
    return info.context.gateway.places.search(text, first)


async def about(info: Ask) -> About:
    """What app.py was told of this deployment."""
    return info.context.gateway.about


async def status_changed(
    info: Ask,
    station_ids: list[strawberry.ID] | None = strawberry.UNSET,
    box: BoxInput | None = strawberry.UNSET,
) -> AsyncIterator[views.ChangeView]:
    """Raises BadInput unless exactly one of the two is given."""
    if bool(station_ids) == bool(box):
        raise BadInput("请只给出 stationIds 或 box 之一", "give either stationIds or box", code="STATIONS_OR_BOX")
    async for change in status_changes(info.context, station_ids or [], box.box() if box else None):
        yield change
