"""The network as officials see it: counts by county and operator, now and as they change."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from operator import attrgetter

import strawberry
from strawberry.types import Info

from finder.errors import Unavailable
from finder.graphql import types
from finder.graphql.alarms import AlarmType
from finder.graphql.moment import Context
from finder.graphql.types import of, plain
from finder.supervision.picture.keeper import LivePicture
from finder.supervision.picture.model import Picture

Ask = Info[Context, None]
LOOKS_AGAIN = timedelta(minutes=1)  # whether the follower's session holds


@strawberry.type(
    name="EvseCount",
    description="EVSEs by what may be believed of them. Shares are 0 to 1, null where there is nothing to judge.",
)
class EvseCount:  # noqa: D101
    stations: int
    evses: int
    available: int
    charging: int
    occupied: int = plain("Plugged, not charging.")
    blocked: int = plain("By a car that does not charge.")
    reserved: int
    faulted: int
    offline: int
    unknown: int = plain("Nothing is believed of them.")
    stale: int = plain("Those of the unknown that were seen, too long ago.")
    told: int = plain("Seen within their source's limit.")
    usable_share: float | None = of(
        attrgetter("usable_share"), "Those that serve cars, taken or not, of those of which something is believed."
    )
    told_share: float | None = of(attrgetter("told_share"), "`told`, of all.")
    oldest_at: datetime | None = plain("The oldest last sight of any of them.")
    kw: float | None = of(
        lambda count: count.kw if count.kw_evses else None, "What sessions tell that they take; null: none does."
    )
    kw_evses: int = plain("Of how many EVSEs `kw` is.")
    rated_kw: float = of(
        lambda count: round(count.rated_kw, 1), "What the EVSEs that charge could give at most, in kW."
    )


@strawberry.type(description="An operator's stations in a county.")
class PictureLine:  # noqa: D101
    county: strawberry.ID = plain("GB/T 2260; '' where it is not known, or none of the city's.")
    operator: strawberry.ID
    count: EvseCount


@strawberry.type(description="A county; every one of the city's is there.")
class PictureCounty:  # noqa: D101
    code: strawberry.ID
    name: str
    seat: types.Location | None = plain("Where a map shows it: no outline of a county may be shipped.")
    count: EvseCount


@strawberry.type(description="A feed, and how good its data is.")
class PictureOperator:  # noqa: D101
    id: strawberry.ID
    name: str
    practice: bool
    score: int | None = plain("0 to 100, as published.")
    freshness: float | None
    completeness: float | None
    consistency: float | None
    findings: int
    failing: bool = plain("It is in trouble now.")
    count: EvseCount


@strawberry.type(
    name="LivePicture", description="The network at a moment; `whole` is false where only what changed is in it."
)
class LivePictureType:  # noqa: D101
    at: datetime
    whole: bool
    lines: list[PictureLine]
    counties: list[PictureCounty]
    operators: list[PictureOperator]
    total: EvseCount
    alarms: list[AlarmType] = plain("Those that wait for a person, always all of them.")


def _kept(info: Ask) -> LivePicture:
    kept = info.context.gateway.picture
    if kept is None:
        raise Unavailable("本站未开启监管视图", "there is no live picture here", code="NO_PICTURE")
    return kept


async def live_picture(info: Ask) -> Picture:
    """Raises Unavailable where this deployment has none; StoreUnavailable."""
    return await _kept(info).picture()


async def live_picture_changed(info: Ask) -> AsyncIterator[Picture]:
    """As it is, then what changes; ends with NotSignedIn within a minute after the session does."""
    context = info.context
    looked_at = context.moment.now
    async for picture in _kept(info).follow():
        context.renew()
        if context.moment.now - looked_at >= LOOKS_AGAIN:
            await context.accounts.people.caller(context.asker.token)
            looked_at = context.moment.now
        yield picture
