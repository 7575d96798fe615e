"""EVSE.status: what is free now, and which EVSEs are there at all."""

from collections.abc import Sequence
from datetime import datetime

from finder.connectors.ocpi.ids import evse_id
from finder.connectors.ocpi.values import Object, enumeration, identifier, native_id, objects
from finder.errors import BadInput
from finder.live.model import Observation, Status
from finder.stations.model import SourceId

MAX_EVSES = 1_000  # of one Location
STATUSES = {
    "AVAILABLE": Status.AVAILABLE,
    "BLOCKED": Status.BLOCKED,
    "CHARGING": Status.CHARGING,
    "INOPERATIVE": Status.OFFLINE,
    "OUTOFORDER": Status.FAULTED,
    "RESERVED": Status.RESERVED,
}
REMOVED, PLANNED = "REMOVED", "PLANNED"


def status_of(evse: Object) -> str:
    """OCPI's own word for the state of an EVSE."""
    return enumeration(evse.get("status"))


def live_status(evse: Object) -> Status | None:
    """The state on our board; None for an EVSE that is planned or removed. New or absent words are UNKNOWN."""
    word = status_of(evse)
    return None if word in (REMOVED, PLANNED) else STATUSES.get(word, Status.UNKNOWN)


def uid_of(evse: Object, n: int) -> str:
    """An EVSE's uid; where a feed leaves it out, its evse_id or its place in the list."""
    for name in ("uid", "evse_id"):
        if evse.get(name) not in (None, ""):
            return identifier(evse, name)
    return f"n{n}"


def there(raw: Object) -> tuple[list[Object], bool]:
    """The EVSEs of a Location that are to be shown, and whether they are only planned.

    Those removed never are; those planned only where the Location has no other.
    """
    told = objects(raw, "evses")[:MAX_EVSES]
    planned = {status_of(evse) for evse in told} - {REMOVED} == {PLANNED}
    hidden = (REMOVED,) if planned else (REMOVED, PLANNED)
    return [evse for evse in told if status_of(evse) not in hidden], planned


def observe(raw: Object, evses: Sequence[Object], source: SourceId, observed_at: datetime) -> list[Observation]:
    """The status of these EVSEs of a Location; one that cannot be named is left out."""
    seen: dict[str, Observation] = {}
    for n, evse in enumerate(evses):
        status = live_status(evse)
        try:
            uid = uid_of(evse, n)
        except BadInput:
            continue
        if status is not None:
            seen[uid.lower()] = Observation(evse_id(source, native_id(raw), uid), status, observed_at, source)
    return list(seen.values())
