"""What is wrong with an operator's data, and the score that follows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from finder.stations.model import SourceId


class Flaw(StrEnum):
    """A kind of thing that does not fit."""

    FLAPPING = "FLAPPING"  # an EVSE whose status changes faster than cars can
    SESSION_CONTRADICTS = "SESSION_CONTRADICTS"  # said to be free while its session goes on
    PRICE_OUTLIER = "PRICE_OUTLIER"  # five times dearer or cheaper than is usual here
    BILL_DISPUTED = "BILL_DISPUTED"  # a bill of which the operator's own list says otherwise
    REFUSED = "REFUSED"  # a record that could not be taken: out of range, without a place, twice


@dataclass(frozen=True, slots=True)
class Finding:
    """One flaw of one station, EVSE or record. While it is quarantined drivers see 'unknown' in its place."""

    flaw: Flaw
    subject: str  # the id that the operator knows, after its source
    zh: str
    en: str
    since: datetime
    last_at: datetime
    times: int = 1
    quarantined: bool = True

    def text(self, language: str) -> str:
        """The sentence in the reader's language."""
        return self.zh if language.lower().startswith("zh") else self.en


class Fact(StrEnum):
    """What a driver wants to know of a station; completeness counts these."""

    ADDRESS = "ADDRESS"
    HOURS = "HOURS"
    PRICE = "PRICE"
    PARKING = "PARKING"
    PHONE = "PHONE"
    POWER = "POWER"
    CONNECTOR_TYPE = "CONNECTOR_TYPE"


@dataclass(frozen=True, slots=True)
class Quality:
    """An operator's data as it is now. Shares are 0 … 1, None where there is nothing to judge; the score is 0 … 100."""

    source: SourceId
    score: int | None
    freshness: float | None  # EVSEs whose status is believed now
    completeness: float | None  # facts that are known, over all stations
    consistency: float | None  # stations and EVSEs in which nothing was found
    missing: Mapping[str, int]  # stations that lack the fact, by Fact
    findings: Sequence[Finding]  # the newest first
