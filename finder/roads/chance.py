"""How likely a bay is free: from the board's present counts, until somebody forecasts it.

Rough on purpose, and told as such: each of the n bays that are in order is taken to be free with the chance
(free + 1) / (n + 2) (the rule of succession), apart from the others; so none free now is not never. What is free
now says nothing of the day after tomorrow, so that beyond a few hours nothing is said.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from finder.live.model import Status
from finder.roads.trip import Candidate
from finder.stations.model import EvseId

HOURS = timedelta(hours=3)
_OUT = frozenset({Status.FAULTED, Status.OFFLINE, Status.BLOCKED})


def chance_now(statuses: Callable[[EvseId], Status], now: datetime) -> Callable[[Candidate, datetime], float | None]:
    """The chance by what the board says now, for arrivals within HOURS; None later.

    Counted are the station's bays with the candidate's plug; None where the status of none is known.
    """

    def chance(candidate: Candidate, at: datetime) -> float | None:
        if at > now + HOURS:
            return None
        seen = [
            statuses(evse.id)
            for evse in candidate.station.evses
            if any(c.type is candidate.connector.type for c in evse.connectors)
        ]
        return share_of(seen)

    return chance


def share_of(seen: list[Status]) -> float | None:
    """The chance that one of these bays is free; 0 where every one that is known is out of order."""
    known = [status for status in seen if status is not Status.UNKNOWN]
    if not known:
        return None
    in_order = [status for status in known if status not in _OUT]
    if not in_order:
        return 0.0
    free = sum(status is Status.AVAILABLE for status in in_order)
    each = (free + 1) / (len(in_order) + 2)
    return 1 - (1 - each) ** len(in_order)
