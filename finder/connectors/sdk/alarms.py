"""What devices call an alarm, told to whoever watches over safety."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from finder.stations.model import EvseId


class DeviceAlarm(StrEnum):
    """What a device is afraid of."""

    TEMPERATURE = "TEMPERATURE"
    INSULATION = "INSULATION"  # a fault to ground too: current goes where it should not
    FIRE = "FIRE"


@dataclass(frozen=True, slots=True)
class AlarmNews:
    """That a device told of one. `code` is the protocol's own word for it, `text` what the device added."""

    evse_id: EvseId
    kind: DeviceAlarm
    at: datetime
    code: str
    text: str = ""


class AlarmSink(Protocol):
    """Takes alarms; the same one again changes nothing while it is open."""

    async def alarm(self, news: AlarmNews) -> None:
        """Raises StoreUnavailable."""


class NoAlarms:
    """Where nobody watches."""

    async def alarm(self, news: AlarmNews) -> None:
        """Nothing comes of it."""
