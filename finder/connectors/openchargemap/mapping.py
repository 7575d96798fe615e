"""A point of interest of Open Charge Map, raw → station; the same for its API and its files."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from finder.errors import BadInput
from finder.kernel.geo import Point
from finder.stations.model import (
    Access,
    Connector,
    ConnectorType,
    Current,
    Evse,
    Operator,
    Photo,
    Provenance,
    SourceId,
    Station,
    StationState,
    Tariff,
)

MAX_EVSES = 500  # of one station; a greater count is a slip of the pen
LICENCE = "Open Charge Map, CC BY 4.0"

# Ids of its reference data, GET /v3/referencedata.
TYPES: Mapping[int, ConnectorType] = {
    1: ConnectorType.TYPE1,
    2: ConnectorType.CHADEMO,
    8: ConnectorType.OTHER,
    24: ConnectorType.WIRELESS,
    25: ConnectorType.TYPE2,
    27: ConnectorType.NACS,
    30: ConnectorType.NACS,
    31: ConnectorType.SWAP_BAY,
    32: ConnectorType.CCS1,
    33: ConnectorType.CCS2,
    1036: ConnectorType.TYPE2,
    1038: ConnectorType.GBT_AC,
    1039: ConnectorType.GBT_AC,
    1040: ConnectorType.GBT_DC,
    **dict.fromkeys((5, 6), ConnectorType.WIRELESS),
    **dict.fromkeys((4, 7, 21, 26, 36), ConnectorType.OTHER),
    **dict.fromkeys(
        (3, 9, 10, 11, 13, 14, 15, 16, 17, 18, 22, 23, 28, 29, 34, 35, 1037, 1041, 1042), ConnectorType.SOCKET
    ),
}
CURRENTS: Mapping[int, Current] = {10: Current.AC, 20: Current.AC, 30: Current.DC}
STATES: Mapping[int, StationState] = {
    10: StationState.OPEN,
    20: StationState.OPEN,
    30: StationState.MAINTENANCE,
    50: StationState.OPEN,
    75: StationState.OPEN,
    100: StationState.MAINTENANCE,
    150: StationState.PLANNED,
}
REMOVED = frozenset({200, 210})  # decommissioned, listed twice
USAGES: Mapping[int, Access] = {
    1: Access.PUBLIC,
    4: Access.PUBLIC,
    5: Access.PUBLIC,
    7: Access.PUBLIC,
    2: Access.RESTRICTED,
    3: Access.RESTRICTED,
    6: Access.RESTRICTED,
}
_NOBODY = frozenset({1, 44, 45})  # operators that are none: unknown, private, business owner


@dataclass(frozen=True, slots=True)
class Origin:
    """Where POIs come from."""

    source: SourceId
    fetched_at: datetime
    practice: bool = False


def native_id(raw: object) -> str:
    """The POI's id as text; empty where it has none."""
    value = raw.get("ID") if isinstance(raw, dict) else None
    return str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""


def is_removed(raw: Mapping[str, Any]) -> bool:
    """Whether the list says that this POI is gone."""
    return raw.get("StatusTypeID") in REMOVED


def map_poi(raw: object, origin: Origin) -> Station:
    """A station. Raises BadInput for what cannot be one."""
    if not isinstance(raw, dict) or not native_id(raw):
        raise _bad("记录不是对象或缺少 ID", "the record is no object or has no ID", "STATION_UNNAMED")
    poi_id = native_id(raw)
    station_id = f"{origin.source}/{poi_id}"
    address = _object(raw, "AddressInfo")
    lat, lon = _number(address.get("Latitude")), _number(address.get("Longitude"))
    if lat is None or lon is None or (lat == 0 and lon == 0):
        raise _bad("缺少坐标", "there are no coordinates", "COORDINATE_MISSING")
    usage = raw.get("UsageTypeID") or _object(raw, "UsageType").get("ID")
    cost = _text(raw.get("UsageCost"))
    return Station(
        id=station_id,
        name=_text(address.get("Title")) or _text(address.get("AddressLine1")) or "",
        operator=_operator(raw, origin.source),
        place=Point(lat, lon),
        evses=tuple(_evses(raw, station_id)),
        provenance=(
            Provenance(
                source=origin.source,
                native_id=poi_id,
                fetched_at=origin.fetched_at,
                updated_at=_time(raw.get("DateLastStatusUpdate")) or _time(raw.get("DateLastVerified")),
                licence=_text(_object(raw, "DataProvider").get("License")) or LICENCE,
            ),
        ),
        address=_address(address),
        country=_country(address),
        state=STATES.get(_whole(raw.get("StatusTypeID")), StationState.UNKNOWN),
        tariffs=(Tariff(id="text", text=cost),) if cost else (),
        access=USAGES.get(_whole(usage), Access.UNKNOWN),
        access_note=_text(address.get("AccessComments")),
        photos=tuple(
            Photo(url=url, caption=_text(item.get("Comment")))
            for item in _objects(raw, "MediaItems")
            if (url := _text(item.get("ItemURL"))) and url.startswith("https://")
        ),
        phone=_text(address.get("ContactTelephone1")),
        practice=origin.practice,
    )


def _evses(raw: Mapping[str, Any], station_id: str) -> Iterator[Evse]:
    """As many EVSEs as each connection's quantity; the list says nothing of plugs that share one."""
    left, used = MAX_EVSES, set[str]()
    for n, connection in enumerate(_objects(raw, "Connections")):
        quantity = connection.get("Quantity")
        count = 1 if quantity is None else _whole(quantity)
        if count < 0 or count > left:
            raise _bad(
                f"充电桩数量 {quantity} 应在 0 至 {MAX_EVSES} 之间",
                f"a quantity of {quantity} must be 0 to {MAX_EVSES} in all",
                "PORTS_OUT_OF_RANGE",
            )
        left -= count
        key = native_id(connection)
        key = f"n{n}" if not key or key in used else key
        used.add(key)
        connector = Connector(
            id="1",
            type=TYPES.get(_whole(connection.get("ConnectionTypeID")), ConnectorType.UNKNOWN),
            current=CURRENTS.get(_whole(connection.get("CurrentTypeID"))),
            power_kw=_number(connection.get("PowerKW")) or None,  # 0 stands for not known
            voltage_v=_number(connection.get("Voltage")) or None,
            current_a=_number(connection.get("Amps")) or None,
        )
        for k in range(1, count + 1):
            yield Evse(id=f"{station_id}-{key}-{k}", connectors=(connector,))


def _operator(raw: Mapping[str, Any], source: SourceId) -> Operator:
    info = _object(raw, "OperatorInfo")
    number = _whole(raw.get("OperatorID") or info.get("ID"))
    name = _text(info.get("Title"))
    if number in _NOBODY or number <= 0 or not name:
        return Operator(id=f"{source}-unknown", name="")
    return Operator(
        id=f"{source}-{number}",
        name=name,
        phone=_text(info.get("PhonePrimaryContact")),
        website=_text(info.get("WebsiteURL")),
    )


def _address(address: Mapping[str, Any]) -> str | None:
    parts = [_text(address.get(k)) for k in ("AddressLine1", "AddressLine2", "Town", "StateOrProvince", "Postcode")]
    return ", ".join(dict.fromkeys(part for part in parts if part)) or None


def _country(address: Mapping[str, Any]) -> str:
    code = _text(_object(address, "Country").get("ISOCode"))
    return code.upper() if code and len(code) == 2 else "ZZ"  # ISO 3166's own code for not known


def _object(raw: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = raw.get(key)
    return value if isinstance(value, dict) else {}


def _objects(raw: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    value = raw.get(key)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _whole(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else -1


def _time(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC) if moment else None


def _bad(zh: str, en: str, code: str) -> BadInput:
    return BadInput(zh, en, code=code)
