"""An operator asks whether a car that was plugged in may charge: told to the desk, answered with a reason.

T/CEC 102-2016 has query_equip_auth for a device's check and names no VIN; operators extend it each in its own way. The
interface and the reasons are therefore the profile's, the names of fields as everywhere.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import structlog

from finder.connectors.sdk.desk import (
    Authorization,
    AuthorizationAsk,
    Desk,
    Permission,
    TokenKind,
    VehicleDesk,
    VehicleSeen,
)
from finder.connectors.sdk.sessions import SessionSeen
from finder.connectors.tcec102.config import Tcec102Config
from finder.connectors.tcec102.orders import serial_of
from finder.connectors.tcec102.server import Call, Interface, Reply
from finder.connectors.tcec102.values import identifier, refuse, serial
from finder.errors import Unavailable

WITHIN_S = 1.0
MAX_TOKEN = 64
YES, NO = 0, 1  # SuccStat
# Beyond the standard's own of a device: 1 not plugged in, 2 check failed.
REASONS: Mapping[Permission, int] = {
    Permission.UNBOUND: 11,
    Permission.IN_ARREARS: 12,
    Permission.ALREADY_CHARGING: 13,
    Permission.BAY_BLOCKED: 14,
    Permission.UNKNOWN_OPERATOR: 15,
    Permission.NO_AGREEMENT: 16,
    Permission.AGREEMENT_ENDED: 17,
    Permission.REVOKED: 18,
    Permission.NOT_ALLOWED: 19,
    Permission.UNDECIDED: 20,
}
log = structlog.get_logger(__name__)


class Cars:
    """One interface, and whichever vehicle is told with a session."""

    def __init__(self, config: Tcec102Config, desk: Desk) -> None:
        self._config, self._desk = config, desk

    def interfaces(self) -> dict[str, Interface]:
        """By name; none where the operator is not charged through."""
        profile = self._config.profile
        return {profile.vin_interface: Interface(self._asked)} if profile.charging else {}

    async def _asked(self, call: Call) -> Reply:
        number, connector_id = serial(call.body, "EquipAuthSeq"), identifier(call.body, "ConnectorID")
        kind, token = _token(call.body)
        ask = AuthorizationAsk(
            source=self._config.source,
            kind=kind,
            token=token,
            asked_at=call.received_at,
            evse_id=f"{self._config.source}/{connector_id}",
            connector_id=connector_id,
            operator_ref=number,
        )
        said = await self._said(ask)
        answer: dict[str, Any] = {"EquipAuthSeq": number, "ConnectorID": connector_id}
        if said.permission is not Permission.ALLOWED or said.order is None:
            reason = self._config.profile.vin_reasons.get(said.permission.value) or REASONS.get(said.permission, 19)
            return Reply(answer | {"SuccStat": NO, "FailReason": reason})
        given: dict[str, Any] = {
            "SuccStat": YES,
            "FailReason": 0,
            "StartChargeSeq": serial_of(said.order, self._config.our_id),
        }
        if said.limit is not None:
            given["LimitMoney"] = Decimal(said.limit.fen).scaleb(-2)
        if said.until is not None:
            given["ValidUntil"] = _written(said.until, self._config)
        return Reply(answer | given)

    async def _said(self, ask: AuthorizationAsk) -> Authorization:
        try:
            async with asyncio.timeout(WITHIN_S):
                return await self._desk.authorize(ask)
        except (TimeoutError, Unavailable) as away:
            log.warning("car_undecided", source=ask.source, why=getattr(away, "code", "TIMEOUT"))
            return Authorization(Permission.UNDECIDED)

    async def seen(self, body: Mapping[str, Any], seen: SessionSeen) -> None:
        """Tells the desk which vehicle charges, where the operator says it. Raises StoreUnavailable."""
        vin = body.get("VIN")
        if isinstance(vin, str) and 0 < len(vin) <= MAX_TOKEN and isinstance(self._desk, VehicleDesk):
            await self._desk.vehicle(VehicleSeen(seen.source, seen.native_id, vin, seen.order, seen.evse_id))


def _token(body: Mapping[str, Any]) -> tuple[TokenKind, str]:
    told = [(kind, body.get(name)) for name, kind in (("VIN", TokenKind.VIN), ("ContractID", TokenKind.EMAID))]
    shown = [(kind, t) for kind, t in told if isinstance(t, str) and 0 < len(t) <= MAX_TOKEN and t.isprintable()]
    if not shown:
        refuse("VIN_MISSING", "缺少 VIN 或 ContractID", "VIN or ContractID is missing")
    return shown[0]


def _written(moment: datetime, config: Tcec102Config) -> str:
    return moment.astimezone(config.profile.tz).strftime(config.profile.time_format)
