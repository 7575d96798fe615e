"""When a pile counts as dead, by what was seen of it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from finder.connectors.sdk.control import Reason
from finder.stations.model import EvseId, SourceId, StationId

SILENT_FOR = timedelta(days=30)
UNUSED_FOR = timedelta(days=60)
FAILED_STARTS = 5
NOTICE = timedelta(days=14)  # between the day on which it counts as dead and the day on which it is to leave
# A start that failed so is the operator's; one whose car was not plugged in, say, is not.
OPERATORS_FAULT = frozenset({Reason.OFFLINE, Reason.FAULTED, Reason.NO_SUCH_EVSE, Reason.NOT_SUPPORTED, Reason.TIMEOUT})


class DeadKind(StrEnum):
    """Why it serves nobody."""

    SILENT = "SILENT"  # no reading was told
    NEVER_USED = "NEVER_USED"  # free all the time, and no session ever
    FAILING = "FAILING"  # starts fail in a row, by the operator's fault


@dataclass(frozen=True, slots=True)
class PileSeen:
    """What is known of an EVSE: watched since, last told, on how many days it was seen free, last used, and the last
    starts that counted, the newest first: whether each failed by the operator's fault."""

    evse_id: EvseId
    since: datetime
    told_at: datetime | None
    free_days: int
    used_at: datetime | None
    starts: Sequence[bool] = ()


@dataclass(frozen=True, slots=True)
class DeadPile:
    """A pile that counts as dead, with the evidence, and the moment from which it is to leave the search."""

    evse_id: EvseId
    station: StationId
    operator: SourceId
    county: str
    kind: DeadKind
    since: datetime  # watched since
    told_at: datetime | None
    free_days: int
    used_at: datetime | None
    failed_starts: int
    dead_since: datetime
    leaves_at: datetime


def dead_kind(seen: PileSeen, now: datetime) -> DeadKind | None:
    """The first reason that holds; None for a pile that may serve somebody."""
    if len(seen.starts) >= FAILED_STARTS and all(seen.starts[:FAILED_STARTS]):
        return DeadKind.FAILING
    if now - max(seen.since, seen.told_at or seen.since) >= SILENT_FOR:
        return DeadKind.SILENT
    # Free on most days, or it was broken rather than unwanted.
    mostly_free = seen.free_days >= UNUSED_FOR.days * 4 // 5
    if seen.used_at is None and now - seen.since >= UNUSED_FOR and mostly_free:
        return DeadKind.NEVER_USED
    return None
