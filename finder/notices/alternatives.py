"""The nearest stations with a free bay that suits."""

from collections.abc import Sequence
from dataclasses import replace

from finder.errors import IndexUnavailable
from finder.live.board import LiveBoard
from finder.notices.model import ALTERNATIVES, ALTERNATIVES_WITHIN_M, Alternative
from finder.notices.ports import Stations
from finder.stations.filter import Filter, free_count
from finder.stations.model import Access, Station, StationState

_SHUT = frozenset({Access.RESTRICTED, Access.PRIVATE})
_CLOSED = frozenset({StationState.CLOSED, StationState.MAINTENANCE, StationState.PLANNED})


async def alternatives(stations: Stations, board: LiveBoard, to: Station, want: Filter) -> Sequence[Alternative]:
    """Nearest first, at most five, within 50 km; none where the index is away, for the notice matters more."""
    wanted = replace(want, free_now=True, include_practice=to.practice)
    try:
        page = await stations.near(to.place, ALTERNATIVES_WITHIN_M, wanted, first=4 * ALTERNATIVES)
    except IndexUnavailable:
        return ()
    return [
        Alternative(one.station.id, one.station.name, round(one.distance_m or 0), free)
        for one in page.found
        if one.station.id != to.id and one.station.access not in _SHUT and one.station.state not in _CLOSED
        if (free := free_count(one.station, board.available, want))
    ][:ALTERNATIVES]
