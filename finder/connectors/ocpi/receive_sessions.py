"""Sessions and CDRs that the operator pushes, each kept as told and taken to the desk."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from finder.connectors.ocpi.config import OcpiConfig
from finder.connectors.ocpi.orders import Orders
from finder.connectors.ocpi.sessions import MAX_PERIODS, Teller, map_cdr, map_session
from finder.connectors.ocpi.taught import Call, Taught, checked, no_method, not_found, of_party, wrong
from finder.connectors.ocpi.told import Kind, Told, older
from finder.connectors.ocpi.values import Object, identifier, objects, refuse
from finder.connectors.sdk.desk import Desk, Heard
from finder.connectors.sdk.sessions import SessionState

_OVER = (SessionState.ENDED, SessionState.REJECTED)
_STALE = "比已知的更旧，未作更改 / older than what is known: nothing was changed"
_CHANGED = (
    "该 CDR 已收到且内容不同，CDR 不可更改，请发送贷项（credit）CDR",
    "another CDR of this id was taken before; CDRs do not change: send a credit CDR",
)
_DISPUTED = "已收到，金额待核对 / taken, and not agreed to: its amounts do not add up"


class SessionsDesk:
    """Answers /sessions/{country}/{party}/{session}."""

    def __init__(self, config: OcpiConfig, told: Told, orders: Orders, desk: Desk) -> None:
        self._config, self._told, self._orders, self._desk = config, told, orders, desk

    async def serve(self, call: Call) -> Taught:
        """GET, PUT or PATCH. What the desk could not keep may be sent again."""
        (session_id,) = of_party(call, 1)
        if call.method == "GET":
            found = await self._told.get(Kind.SESSION, session_id)
            if found is None:
                not_found()
            return Taught(found)
        if call.method not in ("PUT", "PATCH"):
            no_method()
        body, whole = call.body("Session"), call.method == "PUT"
        checked(call, body, "id", session_id, whole=whole)
        order = await self._orders.find(body)
        if order is None and not whole:
            order = await self._orders.find(await self._told.get(Kind.SESSION, session_id) or {})
        teller = Teller(self._config.source, call.now, lambda _: order)
        before, after = await self._told.change(Kind.SESSION, session_id, _merge(body, teller, whole=whole))
        if after is None or (after is before and older(body, after)):
            return Taught(message=_STALE)
        seen = map_session(after, teller)
        if order is not None:
            await self._orders.note_session(order, seen.native_id, over=seen.state in _OVER)
        await self._desk.session(seen)
        return Taught(http_status=201 if before is None else 200)


def _merge(
    body: dict[str, Any], teller: Teller, *, whole: bool
) -> Callable[[dict[str, Any] | None], dict[str, Any] | None]:
    def how(known: dict[str, Any] | None) -> dict[str, Any] | None:
        if known is None and not whole:
            not_found()
        if known is not None and older(body, known):
            return known
        merged = dict(body) if whole or known is None else {**known, **body, "charging_periods": _added(known, body)}
        if merged == known:
            return known
        map_session(merged, teller)
        return merged

    return how


def _added(known: Object, body: Object) -> list[dict[str, Any]]:
    """A PATCH adds its periods to those that are known (OCPI, sessions, PATCH); one sent again adds nothing."""
    before = objects(known, "charging_periods")
    periods = [*before, *(period for period in objects(body, "charging_periods") if period not in before)]
    if len(periods) > MAX_PERIODS:
        zh, en = f"charging_periods 超过 {MAX_PERIODS} 段", f"more than {MAX_PERIODS} charging_periods"
        refuse("TOO_MANY_PERIODS", zh, en)
    return periods


class CdrsDesk:
    """Answers /cdrs and /cdrs/{id}. `base` is our address up to and with '/ocpi'."""

    def __init__(self, config: OcpiConfig, told: Told, orders: Orders, desk: Desk, base: str) -> None:
        self._config, self._told, self._orders, self._desk, self._base = config, told, orders, desk, base

    async def serve(self, call: Call) -> Taught:
        """POST of a CDR, or GET of one at the address that its POST was answered with."""
        if call.method == "GET" and len(call.parts) == 1:
            found = await self._told.get(Kind.CDR, call.parts[0])
            if found is None:
                not_found()
            return Taught(found)
        if call.method != "POST" or call.parts:
            no_method()
        body = call.body("CDR")
        if not call.held.owns(str(body.get("country_code")), str(body.get("party_id"))):
            wrong("country_code 与 party_id 不属于贵方", "country_code and party_id are not yours")
        order = await self._orders.find(body)
        bill = map_cdr(body, Teller(self._config.source, call.now, lambda _: order))
        before, kept = await self._told.change(
            Kind.CDR, identifier(body, "id"), lambda known: body if known is None else known
        )
        heard = await self._desk.bill(bill)
        if kept != body:
            wrong(*_CHANGED)
        if order is not None and bill.session_id is not None:
            await self._orders.note_session(order, bill.session_id, over=True)
        return Taught(
            http_status=201 if before is None else 200,
            message=_DISPUTED if heard is Heard.DISPUTED else "",
            headers={"location": f"{self._base}/{call.version}/cdrs/{quote(bill.native_id, safe='')}"},
        )
