"""The practice operator's Locations, tariffs, sessions and CDRs, as either version writes them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

COUNTRY, PARTY = "CN", "PRA"
OWNER = {"country_code": COUNTRY, "party_id": PARTY}
DAY_TARIFF, NIGHT_TARIFF = "T-DAY", "T-NIGHT"
_TOWNS = ("忻府", "原平", "定襄", "五台", "代县", "繁峙", "静乐", "神池", "宁武", "五寨")


def at(moment: datetime) -> str:
    """A time as OCPI writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def location(number: int, moment: datetime, version: str) -> dict[str, Any]:
    """The n-th site: two EVSEs, one of them for direct current."""
    place = {"latitude": f"{38.40 + number / 100:.6f}", "longitude": f"{112.70 + number / 100:.6f}"}
    made: dict[str, Any] = {
        **OWNER,
        "id": f"LOC{number}",
        "publish": True,
        "name": f"{_TOWNS[number % len(_TOWNS)]}练习站{number}",
        "address": f"练习路 {number} 号",
        "city": "忻州",
        "country": "CHN",
        "coordinates": place,
        "time_zone": "Asia/Shanghai",
        "evses": [evse(number, n, moment) for n in (1, 2)],
        "last_updated": at(moment),
    }
    if version == "2.3.0":
        made |= {"help_phone": "4000000000", "parking_places": []}
    return made


def evse(number: int, n: int, moment: datetime) -> dict[str, Any]:
    """An EVSE: the first for alternating, the second for direct current."""
    direct = n == 2
    plug = {
        "id": "1",
        "standard": "GBT_DC" if direct else "GBT_AC",
        "format": "CABLE",
        "power_type": "DC" if direct else "AC_1_PHASE",
        "max_voltage": 750 if direct else 220,
        "max_amperage": 250 if direct else 32,
        "max_electric_power": 120_000 if direct else 7_000,
        "tariff_ids": [DAY_TARIFF],
        "last_updated": at(moment),
    }
    return {
        "uid": f"E{number}-{n}",
        "evse_id": f"CN*PRA*E{number}{n}",
        "status": "AVAILABLE",
        "capabilities": ["REMOTE_START_STOP_CAPABLE"],
        "connectors": [plug],
        "last_updated": at(moment),
    }


def tariff(yuan: str, moment: datetime, version: str) -> dict[str, Any]:
    """A price per kWh all day, VAT of 13 % included: 2.2.1 writes it without, 2.3.0 says so in `tax_included`."""
    component: dict[str, Any] = {"type": "ENERGY", "step_size": 1}
    if version == "2.3.0":
        component["price"] = Decimal(yuan)
    else:
        component |= {"price": Decimal(yuan), "vat": Decimal(0)}
    made: dict[str, Any] = {
        **OWNER,
        "id": DAY_TARIFF,
        "currency": "CNY",
        "elements": [{"price_components": [component]}],
        "last_updated": at(moment),
    }
    return {**made, "tax_included": "YES"} if version == "2.3.0" else made


def price(yuan: Decimal, version: str) -> dict[str, Any]:
    """A Price in either form."""
    if version == "2.3.0":
        tax = (yuan * 13 / 113).quantize(Decimal("0.01"))
        return {"before_taxes": yuan - tax, "taxes": [{"name": "VAT", "amount": tax}]}
    return {"excl_vat": yuan, "incl_vat": yuan}


def session(session_id: str, command: Mapping[str, Any], status: str, moment: datetime) -> dict[str, Any]:
    """A session that a START_SESSION, or a token at the charger, began."""
    token = command["token"]
    made = {
        **OWNER,
        "id": session_id,
        "start_date_time": at(moment),
        "kwh": Decimal(0),
        "cdr_token": {name: token[name] for name in ("country_code", "party_id", "uid", "type", "contract_id")},
        "auth_method": "COMMAND",
        "location_id": command["location_id"],
        "evse_uid": command["evse_uid"],
        "connector_id": command.get("connector_id", "1"),
        "currency": "CNY",
        "status": status,
        "last_updated": at(moment),
    }
    reference = command.get("authorization_reference")
    return made if reference is None else {**made, "authorization_reference": reference}


def cdr(ended: Mapping[str, Any], place: Mapping[str, Any], total: Decimal, version: str) -> dict[str, Any]:
    """The bill of a session that has ended."""
    plug = next(e for e in place["evses"] if e["uid"] == ended["evse_uid"])["connectors"][0]
    made = {
        **OWNER,
        "id": f"CDR-{ended['id']}",
        "start_date_time": ended["start_date_time"],
        "end_date_time": ended["end_date_time"],
        "session_id": ended["id"],
        "cdr_token": ended["cdr_token"],
        "auth_method": ended["auth_method"],
        "cdr_location": {
            "id": place["id"],
            "address": place["address"],
            "city": place["city"],
            "country": place["country"],
            "coordinates": place["coordinates"],
            "evse_uid": ended["evse_uid"],
            "evse_id": "CN*PRA*E",
            "connector_id": ended["connector_id"],
            "connector_standard": plug["standard"],
            "connector_format": plug["format"],
            "connector_power_type": plug["power_type"],
        },
        "currency": "CNY",
        "charging_periods": [
            {
                "start_date_time": ended["start_date_time"],
                "dimensions": [{"type": "ENERGY", "volume": ended["kwh"]}],
                "tariff_id": DAY_TARIFF,
            }
        ],
        "total_cost": price(total, version),
        "total_energy": ended["kwh"],
        "total_energy_cost": price(total, version),
        "total_time": Decimal("0.5"),
        "last_updated": ended["last_updated"],
    }
    reference = ended.get("authorization_reference")
    return made if reference is None else {**made, "authorization_reference": reference}
