"""The flips of some stations, as a driver's phone follows them."""

from collections.abc import AsyncIterator, Sequence

from finder.errors import TooLarge
from finder.graphql.moment import Context
from finder.graphql.views import ChangeView
from finder.kernel.geo import Box
from finder.stations.model import StationId

MAX_FOLLOWED = 200  # stations by id
MAX_FOLLOWED_IN_BOX = 1_000


async def status_changes(
    context: Context, station_ids: Sequence[StationId], box: Box | None
) -> AsyncIterator[ChangeView]:
    """Each flip from now on, of these stations or of those that lie in the box when it is asked.

    Raises TooLarge for more than 200 ids, BadInput BOX_TOO_WIDE for a box of more than 1,000 stations.
    """
    gateway = context.gateway
    if box is not None:
        stations = await gateway.search.all_in_box(box, MAX_FOLLOWED_IN_BOX)
    else:
        if len(station_ids) > MAX_FOLLOWED:
            raise TooLarge(f"一次最多关注 {MAX_FOLLOWED} 座充电站", f"follow at most {MAX_FOLLOWED} stations at once")
        stations = list((await gateway.search.stations(station_ids)).values())
    at = {evse.id: station for station in stations for evse in station.evses}
    async with gateway.board.subscribe(list(at)) as changes:
        async for change in changes:
            context.renew()  # each answer is of its own moment
            yield ChangeView(change, at[change.evse_id])
