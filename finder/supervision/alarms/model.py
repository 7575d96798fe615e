"""An alarm, and what may be said of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from finder.stations.model import EvseId, SourceId

CLUSTER_BAYS = 5
CLUSTER_WITHIN = timedelta(minutes=10)
MAX_DONE = 500  # characters of what was done


class AlarmKind(StrEnum):
    """What it is about."""

    OFFLINE_CLUSTER = "OFFLINE_CLUSTER"  # bays of one operator in one county went offline together
    TEMPERATURE = "TEMPERATURE"
    INSULATION = "INSULATION"
    FIRE = "FIRE"


class AlarmState(StrEnum):
    """Whether a person has taken it on."""

    OPEN = "OPEN"
    ACKNOWLEDGED = "ACKNOWLEDGED"


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm. `county` is GB/T 2260's, '' where it is not known; `ended_at`: the bays are back, whether or not
    anybody looked. Who acknowledged it is a person's id."""

    id: str
    kind: AlarmKind
    operator: SourceId
    county: str
    evses: Sequence[EvseId]
    first_at: datetime
    last_at: datetime
    raised_at: datetime
    ended_at: datetime | None
    code: str
    text: str
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    done: str | None

    @property
    def state(self) -> AlarmState:
        """Open until a person has acknowledged it."""
        return AlarmState.OPEN if self.acknowledged_at is None else AlarmState.ACKNOWLEDGED
