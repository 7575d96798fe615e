"""Raw T/CEC 102 records into the model; pure, one record at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from finder.connectors.sdk.ports import Refused
from finder.connectors.tcec102.hours import read_hours
from finder.connectors.tcec102.prices import read_tariff
from finder.connectors.tcec102.profile import Profile
from finder.connectors.tcec102.values import code, identifier, native_id, number, records, refuse, refused, text
from finder.errors import BadInput
from finder.kernel.geo import Point, wgs84_from_gcj02
from finder.live.model import Observation, Status
from finder.stations.model import (
    Access,
    Attribute,
    Connector,
    ConnectorType,
    Construction,
    Current,
    Evse,
    Operator,
    ParkingFee,
    Photo,
    Provenance,
    SourceId,
    Station,
    StationState,
)

MAX_CONNECTORS = 1_000  # of one station
ACCESS_NOTE = "营业时间："  # before words that are no hours

__all__ = ["Mapped", "Origin", "map_station", "map_status", "native_id", "refused"]

STATUSES = {
    0: Status.OFFLINE,
    1: Status.AVAILABLE,
    2: Status.OCCUPIED,
    3: Status.CHARGING,
    4: Status.RESERVED,
    5: Status.OCCUPIED,  # not in the standard: charged, and still plugged
    255: Status.FAULTED,
}
_PARK_TAKEN = 50
STATES = {
    1: StationState.PLANNED,
    5: StationState.CLOSED,
    6: StationState.MAINTENANCE,
    50: StationState.OPEN,
    51: StationState.CLOSED,  # not in the standard: suspended
}
CONSTRUCTIONS = dict(enumerate(list(Construction)[:15], start=1)) | {255: Construction.OTHER}
_ACCESS = {1: Access.PUBLIC, 50: Access.PRIVATE} | dict.fromkeys(range(100, 107), Access.RESTRICTED)
_CURRENTS = {1: Current.DC, 2: Current.AC}
_TYPES = {
    1: ConnectorType.SOCKET,
    2: ConnectorType.GBT_AC,
    3: ConnectorType.GBT_AC,
    4: ConnectorType.GBT_DC,
    5: ConnectorType.WIRELESS,
    6: ConnectorType.OTHER,
}
_CURRENT_OF_TYPE = {
    ConnectorType.SOCKET: Current.AC,
    ConnectorType.GBT_AC: Current.AC,
    ConnectorType.GBT_DC: Current.DC,
}
_ATTRIBUTES = {
    Attribute.SOLAR: ("光伏", "光储"),
    Attribute.STORAGE: ("储能", "光储"),
    Attribute.V2G: ("v2g", "车网互动"),
    Attribute.SWAP: ("换电",),
    Attribute.GREEN_POWER: ("绿电",),
}
_SWAP_ONLY, _SWAP_TOO = 2, 3


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose record it is, in which dialect, and when it came."""

    source: SourceId
    operator_name: str
    profile: Profile
    fetched_at: datetime
    practice: bool = False


@dataclass(frozen=True, slots=True)
class Mapped:
    """A station, and those of its connectors that could not be taken."""

    station: Station
    refused: Sequence[Refused]


def map_station(raw: object, origin: Origin) -> Mapped:
    """One StationInfo under the standard's names. Raises BadInput where nothing of it can be taken."""
    if not isinstance(raw, dict):
        refuse("NOT_AN_OBJECT", "站点记录不是对象", "the station's record is no object")
    station_id = identifier(raw, "StationID")
    evses, bad = _evses(raw, origin.source)
    if bad and not evses:
        refuse(bad[0].code, bad[0].zh, bad[0].en)
    name = text(raw, "StationName", 200) or ""
    hours_text = text(raw, "BusineHours")
    hours = read_hours(hours_text)
    tariff = read_tariff("1", text(raw, "ElectricityFee"), text(raw, "ServiceFee"))
    station = Station(
        id=f"{origin.source}/{station_id}",
        name=name,
        operator=Operator(
            id=text(raw, "OperatorID", 64) or origin.source,
            name=origin.operator_name,
            phone=text(raw, "ServiceTel", 40),
        ),
        place=_place(raw, origin.profile),
        evses=tuple(evses),
        provenance=(Provenance(source=origin.source, native_id=station_id, fetched_at=origin.fetched_at),),
        address=text(raw, "Address", 300),
        area_code=_area_code(raw),
        country=_country(raw),
        state=STATES.get(code(raw, "StationStatus") or 0, StationState.UNKNOWN),
        construction=CONSTRUCTIONS.get(code(raw, "Construction") or 0, Construction.UNKNOWN),
        tariffs=() if tariff is None else (tariff,),
        parking_fee=parking_fee(text(raw, "ParkFee")),
        parking_text=text(raw, "ParkFee", 300),
        access=_ACCESS.get(code(raw, "StationType") or 0, Access.UNKNOWN),
        access_note=f"{ACCESS_NOTE}{hours_text}" if hours_text and hours is None else None,
        hours=hours,
        attributes=_attributes(raw),
        photos=_photos(raw),
        phone=text(raw, "StationTel", 40),
        guide=text(raw, "SiteGuide", 300),
        practice=origin.practice,
    )
    return Mapped(station, bad)


def _evses(raw: dict[str, Any], source: SourceId) -> tuple[list[Evse], list[Refused]]:
    """One EVSE a ConnectorInfo: T/CEC 102 tells the status of each connector."""
    evses: dict[str, Evse] = {}
    bad: list[Refused] = []
    swap = code(raw, "StationClassification")
    pairs = [
        (pile, gun)
        for pile in records(raw, "EquipmentInfos")
        if isinstance(pile, dict)
        for gun in records(pile, "ConnectorInfos")
    ]
    for pile, gun in pairs[:MAX_CONNECTORS]:
        try:
            evse = _evse(pile, gun, source, swap)
            if evse.id in evses:
                refuse("DUPLICATE_CONNECTOR", "同一站内接口编号重复", "two connectors of a station have one id")
            evses[evse.id] = evse
        except BadInput as error:
            bad.append(refused(native_id(gun, "ConnectorID"), error))
    if len(pairs) > MAX_CONNECTORS:
        zh, en = f"接口超过 {MAX_CONNECTORS} 个，其余未收", f"over {MAX_CONNECTORS} connectors: the rest was left out"
        bad.append(Refused(native_id(raw, "StationID"), "TOO_MANY_CONNECTORS", zh, en))
    return list(evses.values()), bad


def _evse(pile: dict[str, Any], gun: object, source: SourceId, swap: int | None) -> Evse:
    if not isinstance(gun, dict):
        refuse("NOT_AN_OBJECT", "接口记录不是对象", "the connector's record is no object")
    connector_id = identifier(gun, "ConnectorID")
    kind = _type(pile, gun, swap)
    power = number(gun, "Power")
    if not power:  # 0 is how many say that they do not know
        power = number(pile, "EquipmentPower") or None
    connector = Connector(
        id="1",
        type=kind,
        current=_CURRENT_OF_TYPE.get(kind) or _CURRENTS.get(code(pile, "EquipmentType") or 0),
        power_kw=power,
        voltage_v=_positive(gun, "VoltageUpperLimits"),
        current_a=_positive(gun, "Current"),
    )
    return Evse(
        id=f"{source}/{connector_id}",
        connectors=(connector,),
        label=text(gun, "ParkNo", 40) or text(gun, "ConnectorName", 40),
        equipment_id=text(pile, "EquipmentID", 64),
    )


def _positive(raw: dict[str, Any], name: str) -> float | None:
    value = number(raw, name)
    return value if value and value > 0 else None


def _type(pile: dict[str, Any], gun: dict[str, Any], swap: int | None) -> ConnectorType:
    number_ = code(gun, "ConnectorType")
    if swap == _SWAP_ONLY or (swap == _SWAP_TOO and number_ == 6):
        return ConnectorType.SWAP_BAY
    kind = _TYPES.get(number_ or 0, ConnectorType.UNKNOWN)
    if kind is ConnectorType.UNKNOWN and code(gun, "NationalStandard") in (1, 2, 3, 4):
        current = _CURRENTS.get(code(pile, "EquipmentType") or 0)
        if current is not None:
            return ConnectorType.GBT_DC if current is Current.DC else ConnectorType.GBT_AC
    return kind


def _place(raw: dict[str, Any], profile: Profile) -> Point:
    lat, lon = number(raw, "StationLat"), number(raw, "StationLng")
    if lat is None or lon is None or (lat == 0 and lon == 0):
        refuse("COORDINATE_MISSING", "站点没有坐标（或为 0, 0）", "the station has no coordinates, or 0, 0")
    theirs = Point(lat, lon)
    return wgs84_from_gcj02(theirs) if profile.datum == "GCJ02" else theirs


def _area_code(raw: dict[str, Any]) -> str | None:
    digits = text(raw, "AreaCode", 12) or text(raw, "AreaCodeCountryside", 12) or ""
    return digits[:6] if len(digits) >= 6 and digits.isdigit() and digits.isascii() else None


def _country(raw: dict[str, Any]) -> str:
    country = (text(raw, "CountryCode", 8) or "CN").upper()
    return country if len(country) == 2 and country.isascii() and country.isalpha() else "CN"


def _attributes(raw: dict[str, Any]) -> tuple[Attribute, ...]:
    words = " ".join(text(raw, name) or "" for name in ("Remark", "MatchCars")).lower()
    found = {kind for kind, marks in _ATTRIBUTES.items() if any(mark in words for mark in marks)}
    if code(raw, "StationClassification") in (_SWAP_ONLY, _SWAP_TOO):
        found.add(Attribute.SWAP)
    return tuple(sorted(found))


def _photos(raw: dict[str, Any]) -> tuple[Photo, ...]:
    urls = [url for url in records(raw, "Pictures") if isinstance(url, str) and len(url) <= 500]
    return tuple(Photo(url=url) for url in urls[:10] if url.startswith(("https://", "http://")))


def parking_fee(words: str | None) -> ParkingFee:
    """FREE or PAID only where the words leave no doubt: '充电免费2小时' is neither."""
    if words is None:
        return ParkingFee.UNKNOWN
    plain = "".join(words.split()).rstrip("。")
    if plain in {
        "免费",
        "免费停车",
        "停车免费",
        "免停车费",
        "无",
        "0",
        "0元",
        "0元/小时",
        "不收费",
        "充电期间免费停车",
        "充电免停车费",
    }:
        return ParkingFee.FREE
    amounts = "元" in plain and any(c in "123456789" for c in plain)
    if amounts and not any(mark in plain for mark in ("免", "减", "前")):
        return ParkingFee.PAID
    return ParkingFee.PAID if plain in {"收费", "收费停车", "停车收费"} else ParkingFee.UNKNOWN


def map_status(raw: object, source: SourceId, profile: Profile, observed_at: datetime) -> Observation:
    """One ConnectorStatusInfo under the standard's names. Raises BadInput."""
    if not isinstance(raw, dict):
        refuse("NOT_AN_OBJECT", "状态记录不是对象", "the status record is no object")
    number_ = code(raw, "Status")
    # Absent or new is unknown, not free: a guess would send a driver to a taken bay.
    status = STATUSES.get(-1 if number_ is None else number_, Status.UNKNOWN)
    if own := profile.statuses.get(str(number_)):
        status = Status(own)
    if status is Status.AVAILABLE and code(raw, "ParkStatus") == _PARK_TAKEN:
        status = Status.BLOCKED  # a car stands there and is not plugged in
    return Observation(f"{source}/{identifier(raw, 'ConnectorID')}", status, observed_at, source)
