"""Watches of stations: begun and ended by whoever is signed in, told to nobody else; and where phones ring."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import datetime, timedelta
from typing import Annotated

import strawberry
from strawberry.types import Info

from finder.errors import BadInput
from finder.graphql.inputs import listed
from finder.graphql.moment import Context
from finder.graphql.types import of, plain
from finder.notices.model import USUAL, Alternative, WatchAsk, WatchKind, WatchState
from finder.notices.model import Watch as Watched
from finder.notices.notices import Notices
from finder.stations.model import ConnectorType

Ask = Info[Context, None]
_MINUTE = timedelta(minutes=1)
_MOST_MINUTES = 1_000_000  # what a span can be made of; what is too long is refused with its reason
strawberry.enum(WatchKind, description="FREES: that a bay is free; DRIVING: that the last one has been taken.")
strawberry.enum(WatchState, description="What became of a watch.")


@strawberry.type(description="Another station with a free bay that suits, when one was told.")
class WatchAlternative:  # noqa: D101
    station_id: strawberry.ID = of(lambda other: other.station)
    station_name: str = of(lambda other: other.name)
    distance_m: int = plain("From the station that filled, along the ellipsoid.")
    free: int = plain("How many bays that suit were free.")


def _other(watch: Watched) -> Alternative | None:
    return watch.alternative


@strawberry.type(description="A wish to be told of a station, once.")
class Watch:  # noqa: D101
    id: strawberry.ID
    kind: WatchKind
    state: WatchState
    station_id: strawberry.ID = of(lambda watch: watch.station)
    station_name: str
    evse_id: strawberry.ID | None = of(lambda watch: watch.evse, "Null where any bay that suits will do.")
    since: datetime
    until: datetime
    told_at: datetime | None
    told_evse_id: strawberry.ID | None = of(lambda watch: watch.told_evse, "The bay that was free then.")
    alternative: WatchAlternative | None = of(_other, "Of a station that filled: the nearest with a free bay.")


@strawberry.input(description="Minutes: 5 to 720. Power and plug must hold for the same connector.")
class WatchInput:  # noqa: D101
    station_id: strawberry.ID
    kind: WatchKind = WatchKind.FREES
    evse_id: strawberry.ID | None = None
    minutes: int = USUAL // _MINUTE
    min_power_kw: float | None = None
    connector_types: list[ConnectorType] | None = None


@strawberry.input(description="As the browser's PushSubscription tells it; keys in base64url.")
class PushInput:  # noqa: D101
    endpoint: str
    p256dh: str
    auth: str


def _room(info: Ask) -> Notices:
    return info.context.notices


async def watch_station(info: Ask, ask: Annotated[WatchInput, strawberry.argument(name="input")]) -> Watched:
    """Raises what finder.notices.watches refuses."""
    if not 0 <= ask.minutes <= _MOST_MINUTES:
        raise BadInput("提醒时长应为 5 至 720 分钟", "a watch lasts 5 to 720 minutes", code="WATCH_SPAN")
    wanted = WatchAsk(
        ask.station_id,
        ask.kind,
        ask.evse_id,
        ask.minutes * _MINUTE,
        ask.min_power_kw or None,
        listed(ask.connector_types),
    )
    return await _room(info).watches.watch(await info.context.caller(), wanted, info.context.language)


async def unwatch(info: Ask, id: strawberry.ID) -> bool:  # noqa: A002 - the schema's word
    """Raises NotFound, for another's too."""
    return await _room(info).watches.unwatch(await info.context.caller(), id)


async def my_watches(info: Ask) -> list[Watched]:
    """The newest first."""
    return list(await _room(info).watches.mine(await info.context.caller()))


async def push_key(info: Ask) -> str:
    """Raises Unavailable."""
    return await _room(info).key.public()


async def register_push(info: Ask, ask: Annotated[PushInput, strawberry.argument(name="input")]) -> bool:
    """Raises BadInput, TooOften."""
    await _room(info).phones.register(await info.context.caller(), ask.endpoint, ask.p256dh, ask.auth)
    return True


async def unregister_push(info: Ask, endpoint: str) -> bool:
    """Whether it was there."""
    return await _room(info).phones.unregister(await info.context.caller(), endpoint)


async def watch_told(info: Ask) -> AsyncIterator[Watched]:
    """One's own, each as it is told; ends with NotSignedIn where the session has, before anything more is told."""
    caller = await info.context.caller()
    async with aclosing(_room(info).following.follow(caller.person)) as told:
        async for watch in told:
            info.context.renew()
            await info.context.accounts.people.holds(caller)  # a watch outlives the token, not the session
            yield watch
