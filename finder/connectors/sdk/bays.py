"""What citizens see in an operator's bays, told to operators that listen."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from finder.stations.model import EvseId


@dataclass(frozen=True, slots=True)
class BayNotice:
    """That a car stands in a bay and does not charge. `number` is the same each time that one notice is told.

    `kind`: FUEL_CAR or PARKED_NOT_CHARGING. `until`: where it is confirmed, how long drivers see the bay as blocked;
    None where one citizen said so and nobody else. Nothing in it says who reported, or whose car it is.
    """

    number: str
    evse_id: EvseId
    kind: str
    seen_at: datetime
    until: datetime | None


@runtime_checkable
class HearsOfBays(Protocol):
    """A connector whose operator wants to hear of blocked bays. T/CEC 102, OCPI and OCPP have no message for it."""

    async def bay_blocked(self, notice: BayNotice) -> None:
        """Tells the operator; the same number again changes nothing there. Raises OperatorError."""
