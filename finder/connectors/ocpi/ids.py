"""Our ids of OCPI's objects, and back: an EVSE is asked for by its Location's id and its own."""

from finder.connectors.ocpi.values import refuse
from finder.stations.model import EvseId, SourceId


def evse_id(source: SourceId, location_id: str, uid: str) -> EvseId:
    """'source/location/uid'; a slash within an id is written '~1' and a tilde '~0', as in a JSON pointer."""
    return f"{source}/{_escape(location_id)}/{_escape(uid)}"


def split_evse_id(source: SourceId, evse: EvseId) -> tuple[str, str]:
    """The Location's id and the EVSE's uid. Raises BadInput for an EVSE of another feed."""
    location_id, slash, uid = evse.removeprefix(f"{source}/").partition("/")
    if not evse.startswith(f"{source}/") or not slash or not location_id or not uid or "/" in uid:
        refuse("EVSE_NOT_OWNED", "不属于该运营商的充电桩", "an EVSE of another operator")
    return _plain(location_id), _plain(uid)


def _escape(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1")


def _plain(part: str) -> str:
    return part.replace("~1", "/").replace("~0", "~")
