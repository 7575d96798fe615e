"""Tokens of ours that the operator asks about: real-time authorisation, and results of commands."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from finder.connectors.ocpi.commands import COMMANDS, Commands
from finder.connectors.ocpi.config import OcpiConfig
from finder.connectors.ocpi.envelope import NOT_ENOUGH, UNKNOWN_TOKEN, written
from finder.connectors.ocpi.ids import evse_id
from finder.connectors.ocpi.orders import Orders
from finder.connectors.ocpi.taught import Call, Taught, no_method, not_found, wrong
from finder.connectors.ocpi.values import MAX_ID, Object, enumeration, reference, words
from finder.connectors.sdk.desk import AuthorizationAsk, Desk, Permission, TokenKind

_KINDS: Mapping[str, TokenKind] = {
    "RFID": TokenKind.CARD,
    "APP_USER": TokenKind.APP,
    "AD_HOC_USER": TokenKind.APP,
    "EMAID": TokenKind.EMAID,
}
_ALLOWED: Mapping[Permission, str] = {
    Permission.ALLOWED: "ALLOWED",
    Permission.IN_ARREARS: "NO_CREDIT",
    Permission.REVOKED: "BLOCKED",
    Permission.ALREADY_CHARGING: "NOT_ALLOWED",
    Permission.BAY_BLOCKED: "NOT_ALLOWED",
    Permission.NOT_ALLOWED: "NOT_ALLOWED",
    Permission.UNKNOWN_OPERATOR: "NOT_ALLOWED",
    Permission.NO_AGREEMENT: "NO_CREDIT",
    Permission.AGREEMENT_ENDED: "EXPIRED",
    Permission.UNDECIDED: "NOT_ALLOWED",
}
_INFO: Mapping[Permission, str] = {
    Permission.IN_ARREARS: "账户有欠款，请先在手机上结清",
    Permission.REVOKED: "该凭证已停用",
    Permission.ALREADY_CHARGING: "该车辆已在充电",
    Permission.BAY_BLOCKED: "该车位暂不可用",
    Permission.NOT_ALLOWED: "不允许在此充电",
    Permission.UNKNOWN_OPERATOR: "本平台未与该场站开通即插即充",
    Permission.NO_AGREEMENT: "没有可用于该运营商的付款协议，请先在手机上签约",
    Permission.AGREEMENT_ENDED: "付款协议已解约，请先在手机上重新签约",
    Permission.UNDECIDED: "暂时无法确认，请稍后重试或用手机启动",
}


def our_token(config: OcpiConfig, uid: str, kind: str, at: datetime) -> dict[str, Any]:
    """A Token of ours: opaque, and never to be believed without asking us."""
    return {
        "country_code": config.us.country,
        "party_id": config.us.party,
        "uid": uid,
        "type": kind,
        "contract_id": uid[:36],
        "issuer": config.our_name[:64],
        "valid": True,
        "whitelist": "NEVER",
        "last_updated": written(at),
    }


class TokensDesk:
    """Answers /tokens, which lists none, and /tokens/{uid}/authorize."""

    def __init__(self, config: OcpiConfig, orders: Orders, desk: Desk) -> None:
        self._config, self._orders, self._desk = config, orders, desk

    async def serve(self, call: Call) -> Taught:
        """GET or POST. No list of drivers leaves the house: each token is asked for when it is used."""
        if call.method == "GET" and not call.parts:
            limit = str(self._config.page_limit)
            return Taught([], headers={"x-total-count": "0", "x-limit": limit})
        if call.method != "POST" or len(call.parts) != 2 or call.parts[1].lower() != "authorize":
            no_method()
        return await self._authorize(call, call.parts[0])

    async def _authorize(self, call: Call, uid: str) -> Taught:
        kind = enumeration(call.request.query.get("type")) or "RFID"
        if not 1 <= len(uid) <= MAX_ID or not uid.isprintable() or len(kind) > MAX_ID or not kind.isprintable():
            wrong("令牌或 type 无效", "the token or its type is not valid")
        place: Object = call.body("LocationReferences") if call.request.body.strip() else {}
        location_id, evses = reference(place, "location_id"), words(place, "evse_uids")
        one = location_id is not None and len(evses) == 1 and 1 <= len(evses[0]) <= MAX_ID
        asked = evse_id(self._config.source, str(location_id), evses[0]) if one else None
        # An order's number can be guessed and written on a card: only as what it is, and only where it was meant.
        begun = await self._orders.begun(uid) if kind == "APP_USER" else None
        if begun is not None:
            there = asked is None or asked.lower() == begun.lower()
            permission = Permission.ALLOWED if there else Permission.NOT_ALLOWED
            return self._answer(call, uid, kind, permission, uid if there else None, place)
        told = await self._desk.authorize(
            AuthorizationAsk(
                source=self._config.source,
                kind=_KINDS.get(kind, TokenKind.OTHER),
                token=uid,
                asked_at=call.now,
                evse_id=asked,
            )
        )
        if told.permission is Permission.UNBOUND:
            wrong("没有该令牌", "there is no such token", status=UNKNOWN_TOKEN, http_status=404)
        allowed = told.permission is Permission.ALLOWED
        if allowed and told.order is None:
            wrong("请求须指明一个 EVSE", "say at which one EVSE it is", status=NOT_ENOUGH)
        given = await self._orders.remember(told.order) if allowed and told.order is not None else None
        return self._answer(call, uid, kind, told.permission, given, place)

    def _answer(
        self, call: Call, uid: str, kind: str, permission: Permission, given: str | None, place: Object
    ) -> Taught:
        info: dict[str, Any] = {
            "allowed": _ALLOWED.get(permission, "NOT_ALLOWED"),
            "token": our_token(self._config, uid, kind, call.now),
        }
        if permission is Permission.ALLOWED and place:
            known = ("location_id", "evse_uids")
            info["location"] = {name: place[name] for name in known if name in place}
        if given is not None:
            info["authorization_reference"] = given
        if said := _INFO.get(permission):
            info["info"] = {"language": "zh", "text": said}
        return Taught(info)


class ResultsDesk:
    """Answers /commands/{command}/{id}: our response_url."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands

    async def serve(self, call: Call) -> Taught:
        """POST of a CommandResult; only the first counts."""
        if call.method != "POST":
            no_method()
        if len(call.parts) != 2 or (command := call.parts[0].upper()) not in COMMANDS or len(call.parts[1]) > MAX_ID:
            not_found()
        body = call.body("CommandResult")
        if not enumeration(body.get("result")):
            wrong("缺少 result", "result is missing")
        if not await self._commands.take(command, call.parts[1], body):
            wrong("没有该指令", "there is no such command", http_status=404)
        return Taught()
