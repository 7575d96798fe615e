"""What is known of an EVSE this moment, by whom, and since when."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from finder.stations.model import EvseId, SourceId


class Status(StrEnum):
    """The state of an EVSE. UNKNOWN is never shown, counted or searched as free."""

    AVAILABLE = "AVAILABLE"
    OCCUPIED = "OCCUPIED"  # plugged, not charging
    CHARGING = "CHARGING"
    RESERVED = "RESERVED"
    BLOCKED = "BLOCKED"  # by a car that does not charge
    FAULTED = "FAULTED"
    OFFLINE = "OFFLINE"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Observation:
    """That a source saw this status at that time (UTC)."""

    evse_id: EvseId
    status: Status
    observed_at: datetime
    source: SourceId


CITIZENS: SourceId = "citizens"  # whose word a block is


class Block(Struct, frozen=True, gc=False):
    """That citizens saw a car stand in the bay that does not charge: since when, and how long that is believed.

    `by` says on what it rests, in words of whoever reports; never who said so.
    """

    since: datetime
    until: datetime
    by: tuple[str, ...] = ()


class Hearsay(Struct, frozen=True, gc=False):
    """That one citizen said so of a bay, and nothing bears it out: when, until when that is shown, and what stands
    there. It changes no status."""

    seen_at: datetime
    until: datetime
    kind: str


class Reading(Struct, frozen=True, gc=False):
    """What may be believed, until it is seen anew or grows too old at `until`.

    `status` is UNKNOWN where nothing was seen or the last sight is older than its source's limit;
    `last_seen` is then still what was last seen, for people to judge. Where a block shows, `status` is BLOCKED,
    seen by CITIZENS since then, and `last_seen` and `told_at` are still the operator's word.
    """

    evse_id: EvseId
    status: Status
    last_seen: Status
    observed_at: datetime | None
    source: SourceId | None
    stale: bool
    until: datetime | None = None  # the last moment at which it is believed; None where it is not
    block: Block | None = None  # which shows
    told_at: datetime | None = None  # when the operator last saw what `last_seen` says, believed or not

    def age_s(self, now: datetime) -> float | None:
        """Seconds since it was seen, never below 0; None where it never was."""
        return None if self.observed_at is None else max(0.0, (now - self.observed_at).total_seconds())


@dataclass(frozen=True, slots=True)
class Change:
    """That an EVSE's status on the board changed."""

    evse_id: EvseId
    status: Status
    previous: Status
    observed_at: datetime
    source: SourceId
