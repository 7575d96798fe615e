"""What a pile says of its plugs, and what of it may be shown."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from finder.connectors.sdk.alarms import DeviceAlarm
from finder.live.model import Status

# OCPP 1.6, ChargePointStatus: one connector is one EVSE; 0 stands for the whole pile.
STATUS_16: Mapping[str, Status] = {
    "Available": Status.AVAILABLE,
    "Preparing": Status.OCCUPIED,
    "Charging": Status.CHARGING,
    "SuspendedEV": Status.OCCUPIED,
    "SuspendedEVSE": Status.OCCUPIED,
    "Finishing": Status.OCCUPIED,
    "Reserved": Status.RESERVED,
    "Unavailable": Status.OFFLINE,  # taken out of service, not broken
    "Faulted": Status.FAULTED,
}
# OCPP 2.0.1, ConnectorStatusEnumType: whether an occupied one charges, its transaction tells.
STATUS_201: Mapping[str, Status] = {
    "Available": Status.AVAILABLE,
    "Occupied": Status.OCCUPIED,
    "Reserved": Status.RESERVED,
    "Unavailable": Status.OFFLINE,
    "Faulted": Status.FAULTED,
}
# OCPP 1.6, ChargePointErrorCode: those that are about safety. There is none for fire.
ALARMS_16: Mapping[str, DeviceAlarm] = {
    "HighTemperature": DeviceAlarm.TEMPERATURE,
    "GroundFailure": DeviceAlarm.INSULATION,
}
# Of several plugs of one EVSE, what keeps the next car from charging comes first.
_WORST = (Status.CHARGING, Status.OCCUPIED, Status.RESERVED, Status.FAULTED, Status.OFFLINE, Status.AVAILABLE)
WHOLE = 0


class Statuses:
    """One pile's plugs, as told since it connected."""

    def __init__(self) -> None:
        self._told: defaultdict[int, dict[int, Status]] = defaultdict(dict)
        self._newest: dict[tuple[int, int], datetime] = {}
        self._charging: set[int] = set()

    def tell(self, evse: int, plug: int, status: Status, stamp: datetime | None) -> bool:
        """Takes a status; False for news that is older, by the pile's own clock, than what it said before."""
        before = self._newest.get((evse, plug))
        if stamp is not None:
            if before is not None and stamp < before:
                return False
            self._newest[evse, plug] = stamp
        self._told[evse][plug] = status
        return True

    def charges(self, evse: int, *, now: bool) -> None:
        """Whether energy flows, as a transaction says."""
        (self._charging.add if now else self._charging.discard)(evse)

    def heard_of(self, evse: int) -> bool:
        """Whether the pile said anything of this EVSE, or of itself, that can be shown."""
        return self.of(evse) is not Status.UNKNOWN

    def of(self, evse: int) -> Status:
        """The status of an EVSE; UNKNOWN before the pile spoke of it."""
        whole = self._told[WHOLE].get(WHOLE)
        if whole is not None and whole is not Status.AVAILABLE:
            return whole
        told = self._told[evse].values() if evse in self._told else ()
        status = next((each for each in _WORST if each in told), Status.UNKNOWN)
        return Status.CHARGING if status is Status.OCCUPIED and evse in self._charging else status
