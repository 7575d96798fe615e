"""A charging operator built on extrawest-ocpi; run by that library's own interpreter, never imported by ours.

    python extrawest_cpo.py PORT TOKEN_A

The library does versions, credentials, lists, commands, their results and pushes; here is only what it keeps.
"""

import os
import sys
from datetime import datetime, timezone
from typing import Any

PORT, TOKEN_A = sys.argv[1], sys.argv[2]
HERE = f"127.0.0.1:{PORT}"
os.environ |= {"OCPI_HOST": HERE, "PROTOCOL": "http", "COUNTRY_CODE": "CN", "PARTY_ID": "EXW"}

import uvicorn  # noqa: E402
from py_ocpi.core.authentication.authenticator import Authenticator  # noqa: E402
from py_ocpi.core.enums import Action, ModuleID, RoleEnum  # noqa: E402
from py_ocpi.main import get_application  # noqa: E402
from py_ocpi.modules.versions.enums import VersionNumber  # noqa: E402

TOKEN_C = ["extrawest-token-c-1"]
OWNER = {"country_code": "CN", "party_id": "EXW"}
partner: dict[str, Any] = {}


def now() -> str:
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")  # noqa: UP017 - the library's Pythons are older


def location(number: int) -> dict[str, Any]:
    plug = {
        "id": "1",
        "standard": "CHADEMO",
        "format": "CABLE",
        "power_type": "DC",
        "max_voltage": 500,
        "max_amperage": 125,
        "tariff_ids": ["t1"],
        "last_updated": now(),
    }
    evse = {"uid": f"e{number}", "status": "AVAILABLE", "connectors": [plug], "last_updated": now()}
    return {
        **OWNER,
        "id": f"loc{number}",
        "publish": True,
        "address": f"Road {number}",
        "city": "Xinzhou",
        "country": "CHN",
        "coordinates": {"latitude": f"38.4{number:02d}", "longitude": f"112.7{number:02d}"},
        "time_zone": "Asia/Shanghai",
        "evses": [evse],
        "last_updated": now(),
    }


def session(command: dict[str, Any]) -> dict[str, Any]:
    token = command["token"]
    return {
        **OWNER,
        "id": "s1",
        "start_date_time": now(),
        "kwh": 0,
        "cdr_token": {name: token[name] for name in ("country_code", "party_id", "uid", "type", "contract_id")},
        "auth_method": "COMMAND",
        "authorization_reference": command["authorization_reference"],
        "location_id": command["location_id"],
        "evse_uid": command["evse_uid"],
        "connector_id": "1",
        "currency": "CNY",
        "status": "ACTIVE",
        "last_updated": now(),
    }


def cdr(ended: dict[str, Any]) -> dict[str, Any]:
    place = stored[ModuleID.locations][ended["location_id"]]
    kept = ("id", "address", "city", "country", "coordinates")
    connector = {"connector_standard": "CHADEMO", "connector_format": "CABLE", "connector_power_type": "DC"}
    return {
        **OWNER,
        "id": "c1",
        "start_date_time": ended["start_date_time"],
        "end_date_time": ended["end_date_time"],
        "session_id": ended["id"],
        "cdr_token": ended["cdr_token"],
        "auth_method": "COMMAND",
        "authorization_reference": ended["authorization_reference"],
        "cdr_location": {
            **{name: place[name] for name in kept},
            "evse_id": "CN*EXW*E1",
            "connector_id": "1",
            **connector,
        },
        "currency": "CNY",
        "charging_periods": [],
        "total_cost": {"excl_vat": 7.5, "incl_vat": 8.48},
        "total_energy": 6.25,
        "total_time": 0.25,
        "last_updated": now(),
    }


stored: dict[Any, dict[str, dict[str, Any]]] = {
    ModuleID.locations: {f"loc{n}": location(n) for n in range(1, 8)},
    ModuleID.tariffs: {
        "t1": {
            **OWNER,
            "id": "t1",
            "currency": "CNY",
            "elements": [{"price_components": [{"type": "ENERGY", "price": 1.2, "vat": 13, "step_size": 1}]}],
            "last_updated": now(),
        }
    },
    ModuleID.sessions: {},
    ModuleID.cdrs: {},
}


def credentials() -> dict[str, Any]:
    role = {"role": "CPO", "business_details": {"name": "extrawest"}, **OWNER}
    return {"token": TOKEN_C[-1], "url": f"http://{HERE}/ocpi/versions", "roles": [role]}


class Auth(Authenticator):  # type: ignore[misc]
    @classmethod
    async def get_valid_token_c(cls) -> list[str]:
        return TOKEN_C if partner else []

    @classmethod
    async def get_valid_token_a(cls) -> list[str]:
        return [] if partner else [TOKEN_A]


class Store:
    """What the library asks for as `crud`."""

    @classmethod
    async def get(cls, module: Any, role: Any, object_id: Any, *_: Any, **__: Any) -> Any:
        if module == ModuleID.credentials_and_registration:
            return credentials()
        if module == ModuleID.commands:
            return {"result": "ACCEPTED"}
        return stored[module].get(str(object_id).lower())

    @classmethod
    async def list(cls, module: Any, role: Any, filters: dict[str, Any], *_: Any, **__: Any) -> Any:
        since = filters["date_from"]
        every = [
            o
            for o in stored[module].values()
            if since is None or o["last_updated"] >= since.strftime("%Y-%m-%dT%H:%M:%SZ")
        ]
        offset, limit = filters["offset"], min(filters["limit"], 3)
        return every[offset : offset + limit], len(every), offset + limit >= len(every)

    @classmethod
    async def create(cls, module: Any, role: Any, data: dict[str, Any], *_: Any, **__: Any) -> Any:
        partner.update(data["credentials"])
        return credentials()

    @classmethod
    async def update(cls, module: Any, role: Any, data: dict[str, Any], *_: Any, **__: Any) -> Any:
        partner.update(data["credentials"])
        TOKEN_C[:] = [f"extrawest-token-c-{len(TOKEN_C) + 1}"]
        return credentials()

    @classmethod
    async def delete(cls, *_: Any, **__: Any) -> None:
        partner.clear()

    @classmethod
    async def do(cls, module: Any, role: Any, action: Any, data: Any = None, **how: Any) -> Any:
        if action == Action.get_client_token:
            return partner["token"]
        if how["command"] == "START_SESSION":
            made = session(data)
            stored[ModuleID.sessions][made["id"]] = made
        elif how["command"] == "STOP_SESSION":
            running = stored[ModuleID.sessions][data["session_id"]]
            running |= {"status": "COMPLETED", "end_date_time": now(), "kwh": 6.25, "last_updated": now()}
            stored[ModuleID.cdrs]["c1"] = cdr(running)
        else:
            return {"result": "NOT_SUPPORTED", "timeout": 0}
        return {"result": "ACCEPTED", "timeout": 5}


MODULES = [
    ModuleID.credentials_and_registration,
    ModuleID.locations,
    ModuleID.tariffs,
    ModuleID.sessions,
    ModuleID.cdrs,
    ModuleID.commands,
]
app = get_application(
    version_numbers=[VersionNumber.v_2_2_1],
    roles=[RoleEnum.cpo],
    crud=Store,
    modules=MODULES,
    authenticator=Auth,
    http_push=True,
)
uvicorn.run(app, host="127.0.0.1", port=int(PORT), log_level="warning")
