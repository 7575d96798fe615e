"""Our stations and statuses as T/CEC 102 records: the inverse of mapping.py, as far as the protocol can carry them."""

from collections.abc import Sequence
from typing import Any

from finder.connectors.tcec102.hours import write_hours
from finder.connectors.tcec102.mapping import ACCESS_NOTE, CONSTRUCTIONS, STATES
from finder.connectors.tcec102.prices_out import write_texts
from finder.connectors.tcec102.profile import Profile
from finder.connectors.tcec102.values import MAX_ID
from finder.kernel.geo import gcj02_from_wgs84
from finder.live.model import Reading, Status
from finder.stations.model import (
    Access,
    Attribute,
    Connector,
    ConnectorType,
    Construction,
    Current,
    Evse,
    EvseId,
    ParkingFee,
    Station,
)

# UNKNOWN is told as 0: the protocol has no other word for 'we cannot tell', and nothing else would be true.
_STATUS = {
    Status.OFFLINE: 0,
    Status.UNKNOWN: 0,
    Status.AVAILABLE: 1,
    Status.BLOCKED: 1,  # with the bay taken
    Status.OCCUPIED: 2,
    Status.CHARGING: 3,
    Status.RESERVED: 4,
    Status.FAULTED: 255,
}
_PARK_UNKNOWN, _PARK_FREE, _PARK_TAKEN = 0, 10, 50
_PARK = {Status.AVAILABLE: _PARK_FREE, Status.RESERVED: _PARK_FREE} | dict.fromkeys(
    (Status.BLOCKED, Status.OCCUPIED, Status.CHARGING), _PARK_TAKEN
)
_STATE = {state: number for number, state in STATES.items() if number != 51}
_CONSTRUCTION = {construction: number for number, construction in CONSTRUCTIONS.items()}
_COMMUNITY, _WORKPLACE, _OTHER = 105, 106, 255
_ACCESS = {Access.PUBLIC: 1, Access.PRIVATE: 50, Access.UNKNOWN: _OTHER}
_TYPE = {
    ConnectorType.SOCKET: 1,
    ConnectorType.GBT_AC: 3,
    ConnectorType.GBT_DC: 4,
    ConnectorType.WIRELESS: 5,
    ConnectorType.UNKNOWN: 0,
}
_TYPE_OTHER = 6
_EQUIPMENT = {frozenset({Current.DC}): 1, frozenset({Current.AC}): 2, frozenset({Current.DC, Current.AC}): 3}
_EQUIPMENT_OTHER = 5
_GBT = (ConnectorType.GBT_AC, ConnectorType.GBT_DC)
_WORDS = {
    Attribute.SOLAR: "光伏",
    Attribute.STORAGE: "储能",
    Attribute.V2G: "V2G",
    Attribute.SWAP: "换电",
    Attribute.GREEN_POWER: "绿电",
}
_PARKING = {ParkingFee.FREE: "免费", ParkingFee.PAID: "收费"}
_CHARGING, _SWAP_ONLY, _SWAP_TOO = 1, 2, 3


def can_carry(station: Station) -> bool:
    """Whether the protocol can name it: ids have at most 64 characters on the wire."""
    return len(station.id) <= MAX_ID and all(len(gun) <= MAX_ID for e in station.evses for gun, _ in guns_of(e))


def guns_of(evse: Evse) -> list[tuple[str, Connector]]:
    """An EVSE's connectors by ConnectorID. The protocol's connector has its own status, so an EVSE is one of them;
    where it has several plugs each is one, and all have the EVSE's status."""
    if len(evse.connectors) == 1:
        return [(evse.id, evse.connectors[0])]
    return [(f"{evse.id}*{connector.id}", connector) for connector in evse.connectors]


def station_info(station: Station, profile: Profile) -> dict[str, Any]:
    """StationInfo under the standard's names; ids keep their source, so that two feeds' never meet."""
    point = gcj02_from_wgs84(station.place) if profile.datum == "GCJ02" else station.place
    electricity, service = write_texts(station.tariffs)
    phone = station.phone or station.operator.phone or ""
    words = [_WORDS[attribute] for attribute in station.attributes]
    return {
        "StationID": station.id,
        "OperatorID": station.operator.id,
        "EquipmentOwnerID": station.operator.id,
        "StationName": station.name,
        "CountryCode": station.country,
        "AreaCode": station.area_code or "",
        "Address": station.address or "",
        "StationTel": station.phone or "",
        "ServiceTel": station.operator.phone or phone,
        "StationType": _station_type(station),
        "StationStatus": _STATE.get(station.state, 0),
        "ParkNums": len(station.evses),
        "StationLng": round(point.lon, 6),
        "StationLat": round(point.lat, 6),
        "SiteGuide": station.guide or "",
        "Construction": _CONSTRUCTION.get(station.construction, 0),
        "Pictures": [photo.url for photo in station.photos],
        "BusineHours": _hours(station),
        "ElectricityFee": electricity,
        "ServiceFee": service,
        "ParkFee": station.parking_text or _PARKING.get(station.parking_fee, ""),
        "SupportOrder": 0,
        "Remark": " ".join(words),
        "StationClassification": _classification(station),
        "EquipmentInfos": [_equipment(pile_id, evses) for pile_id, evses in _piles(station)],
    }


def connector_status(gun_id: str, reading: Reading) -> dict[str, Any]:
    """ConnectorStatusInfo of what may be believed now."""
    status = reading.status
    return {
        "ConnectorID": gun_id,
        "Status": _STATUS[status],
        "ParkStatus": _PARK.get(status, _PARK_UNKNOWN),
        "LockStatus": 0,
    }


def _station_type(station: Station) -> int:
    if station.access is Access.RESTRICTED:
        return _COMMUNITY if station.construction is Construction.RESIDENTIAL else _WORKPLACE
    return _ACCESS[station.access]


def _hours(station: Station) -> str:
    if station.hours is not None:
        return write_hours(station.hours)
    note = station.access_note or ""
    return note.removeprefix(ACCESS_NOTE) if note.startswith(ACCESS_NOTE) else ""


def _classification(station: Station) -> int:
    bays = {c.type is ConnectorType.SWAP_BAY for evse in station.evses for c in evse.connectors}
    return _SWAP_ONLY if bays == {True} else _SWAP_TOO if True in bays else _CHARGING


def _piles(station: Station) -> list[tuple[str, list[Evse]]]:
    """EVSEs by their pile; one that names none is a pile of its own, under its own id."""
    piles: dict[str, list[Evse]] = {}
    for evse in station.evses:
        piles.setdefault(evse.equipment_id or evse.id, []).append(evse)
    return list(piles.items())


def _equipment(pile_id: str, evses: Sequence[Evse]) -> dict[str, Any]:
    guns = [(evse, gun_id, connector) for evse in evses for gun_id, connector in guns_of(evse)]
    currents = frozenset(c.current for _, _, c in guns if c.current)
    return {
        "EquipmentID": pile_id,
        "EquipmentType": _EQUIPMENT.get(currents, _EQUIPMENT_OTHER),
        "EquipmentPower": 0,
        "ConnectorInfos": [_connector(evse, gun_id, connector) for evse, gun_id, connector in guns],
    }


def _connector(evse: Evse, gun_id: EvseId, connector: Connector) -> dict[str, Any]:
    volts = connector.voltage_v or 0
    info: dict[str, Any] = {
        "ConnectorID": gun_id,
        "ConnectorName": evse.label or "",
        "ConnectorType": _TYPE.get(connector.type, _TYPE_OTHER),
        "VoltageUpperLimits": volts,
        "VoltageLowerLimits": volts,
        "Current": connector.current_a or 0,
        "Power": connector.power_kw or 0,
        "ParkNo": evse.label or "",
    }
    return info | ({"NationalStandard": 2} if connector.type in _GBT else {})
