"""A practice operator's platform: T/CEC 102 served over HTTP, with its own habits and faults."""

import math
import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request as HttpRequest
from starlette.responses import Response as HttpResponse
from starlette.routing import Route

from finder.connectors.tcec102.profile import camel
from finder.connectors.tcec102.wire import (
    RET_BUSINESS,
    RET_BUSY,
    RET_ENVELOPE,
    RET_OK,
    RET_SIGNATURE,
    RET_TOKEN,
    BadEnvelope,
    Credentials,
    Request,
    Response,
    decrypt,
    parse,
    write,
)
from finder.kernel.clock import SHANGHAI, Clock
from finder.sandbox.charging import Charging
from finder.sandbox.claims import compared
from finder.sandbox.control import Switchboard, control_routes
from finder.sandbox.day import Day, State
from finder.sandbox.faults import Faults, Lie, SessionFault
from finder.sandbox.lies import lie_about_stations, lie_about_status
from finder.sandbox.network import Site
from finder.sandbox.operators import OUR_ID, PracticeOperator
from finder.sandbox.planter import Planter
from finder.sandbox.prices import TARIFFS
from finder.sandbox.records import connector_status, station_info

_EVER = datetime(2000, 1, 1, tzinfo=UTC)
_TOKEN_LIFETIME = timedelta(seconds=7200)
_BATCH = 50
_NEVER_ANSWERED = {
    "query_start_charge": SessionFault.START_TIMES_OUT,
    "query_stop_charge": SessionFault.STOP_TIMES_OUT,
}
_Body = dict[str, Any]


class Platform:
    """One operator. `keys` are the secrets under which the finder calls it."""

    def __init__(
        self, operator: PracticeOperator, sites: Sequence[Site], day: Day, keys: Credentials, clock: Clock
    ) -> None:
        self.operator, self.day, self.switchboard = operator, day, Switchboard()
        self.sites = {site.id: site for site in sites}
        self.planter = Planter(lambda: self.switchboard.faults.planted)
        self.updated_at = clock()
        self._keys, self._clock = keys, clock
        self._guns = {gun.id: site for site in sites for gun in site.guns}
        self.charging = Charging(sites, day, clock, lambda: self.switchboard.faults.sessions)
        self._tokens: dict[str, datetime] = {}
        self._frozen: dict[str, State] | None = None
        self._interfaces: dict[str, Callable[[_Body], _Body]] = {
            "query_token": self._token,
            "query_stations_info": self._stations,
            "query_station_status": self._status,
            "query_equip_business_policy": self._policy,
            "check_charge_orders": self._check,
            **self.charging.interfaces(),
        }
        self.switchboard.watch(self._faults_set)

    def routes(self) -> list[Route]:
        """POST /evcs/{version}/{interface}, and the handles."""
        path = f"/evcs/{self.operator.profile.version}/{{interface}}"
        return [Route(path, self._serve, methods=["POST"]), *control_routes(self.switchboard, self.day)]

    async def _serve(self, http: HttpRequest) -> HttpResponse:
        misbehaved = await self.switchboard.misbehave(http)
        if misbehaved is not None:
            return misbehaved
        try:
            body = self._answer(http.path_params["interface"], await http.body(), http.headers.get("authorization", ""))
            if _NEVER_ANSWERED.get(http.path_params["interface"]) in self.switchboard.faults.sessions:
                await http.receive()  # returns when the caller has hung up
                return HttpResponse(status_code=499)
            spelled = _camel(body) if self.operator.profile.casing == "camel" else body
            answer = Response.seal(RET_OK, "", write(spelled), self._keys)
        except BadEnvelope as bad:
            answer = Response.seal(bad.ret, bad.zh, None, self._keys)
        sent = answer.to_json()
        if self.switchboard.faults.bad_signature:
            sent = Response(answer.ret, answer.msg, answer.data, "0" * 32).to_json()
        return self.planter.sent(sent, self._keys)

    def _answer(self, interface: str, raw: bytes, authorization: str) -> _Body:
        faults, handle = self.switchboard.faults, self._interfaces.get(interface)
        if handle is None or (interface == "query_equip_business_policy" and not self.operator.profile.policies):
            raise BadEnvelope(RET_ENVELOPE, "接口不存在", "no such interface")
        if faults.busy:
            raise BadEnvelope(RET_BUSY, "系统繁忙", "busy")
        envelope = Request.read(parse(raw))
        if envelope.operator_id != OUR_ID or not envelope.signed_by(self._keys):
            raise BadEnvelope(RET_SIGNATURE, "签名错误", "wrong signature")
        if interface != "query_token":
            until = self._tokens.get(authorization.removeprefix("Bearer "))
            if until is None or until <= self._clock() or faults.forgets_tokens:
                self._tokens.clear()
                raise BadEnvelope(RET_TOKEN, "令牌错误", "wrong token")
        body = self.operator.profile.read(parse(decrypt(envelope.data, self._keys), exact=True))
        if not isinstance(body, dict):
            raise BadEnvelope(RET_BUSINESS, "业务参数错误", "wrong parameters")
        return self.planter.body(interface, handle(self.planter.asked(interface, body)))

    def _token(self, body: _Body) -> _Body:
        right = secrets.compare_digest(str(body.get("OperatorSecret")), self._keys.operator_secret)
        answer: _Body = {"OperatorID": self.operator.operator_id, "SuccStat": 0 if right else 1}
        if not right:
            return answer | {"AccessToken": "", "TokenAvailableTime": 0, "FailReason": 2}
        token = secrets.token_urlsafe(24)
        self._tokens[token] = self._clock() + _TOKEN_LIFETIME
        lifetime = int(_TOKEN_LIFETIME.total_seconds())
        return answer | {"AccessToken": token, "TokenAvailableTime": lifetime, "FailReason": 0}

    def _stations(self, body: _Body) -> _Body:
        page, asked = _whole(body, "PageNo", 1), _whole(body, "PageSize", 10)
        size, faults = min(asked, self.operator.page_cap), self.switchboard.faults
        since = str(body.get("LastQueryTime") or "")
        sites = list(self.sites.values()) if not since or self._changed_since(since) else []
        pages = max(1, math.ceil(len(sites) / size))
        shown = 1 if faults.duplicate_pages else page
        infos = [station_info(site, self.operator) for site in sites[(shown - 1) * size : shown * size]]
        if faults.endless_pages:
            infos = [station_info(sites[0], self.operator) | {"StationID": f"endless-{page}"}]
            pages = page + 1
        true = len(infos)
        infos = lie_about_stations(infos, faults.lies)
        total = len(sites) + (len(infos) - true) * pages + (7 if Lie.ITEM_SIZE in faults.lies else 0)
        return {"PageNo": page, "PageCount": pages, "ItemSize": total, "StationInfos": infos}

    def _changed_since(self, since: str) -> bool:
        try:
            asked = datetime.strptime(since, "%Y-%m-%d %H:%M:%S").replace(tzinfo=SHANGHAI)
        except ValueError:
            raise BadEnvelope(RET_BUSINESS, "LastQueryTime 格式错误", "LastQueryTime cannot be read") from None
        return self.updated_at > asked

    def _status(self, body: _Body) -> _Body:
        ids = body.get("StationIDs")
        if not isinstance(ids, list) or not 1 <= len(ids) <= _BATCH:
            raise BadEnvelope(RET_BUSINESS, f"StationIDs 应为 1 至 {_BATCH} 个", "1 to 50 StationIDs")
        states = self._frozen or self.day.snapshot()
        infos = [
            {
                "StationID": site.id,
                "ConnectorStatusInfos": [connector_status(gun.id, states[gun.id]) for gun in site.guns],
            }
            for site in (self.sites.get(str(each)) for each in ids)
            if site is not None
        ]
        infos = lie_about_status(infos, self.switchboard.faults.lies)
        return {"Total": len(infos), "StationStatusInfos": infos}

    def _policy(self, body: _Body) -> _Body:
        seq, gun = str(body.get("EquipBizSeq")), str(body.get("ConnectorID"))
        site = self._guns.get(gun)
        if site is None:
            return {"EquipBizSeq": seq, "ConnectorID": gun, "SuccStat": 1, "FailReason": 1, "SumPeriod": 0}
        infos = TARIFFS[site.tariff].policy()
        return {
            "EquipBizSeq": seq,
            "ConnectorID": gun,
            "SuccStat": 0,
            "FailReason": 0,
            "SumPeriod": len(infos),
            "PolicyInfos": infos,
        }

    def _check(self, body: _Body) -> _Body:
        return compared(body, self.charging.bills(_EVER, self._clock() + timedelta(days=1)))

    def _faults_set(self, faults: Faults) -> None:
        if not faults.stale_s:
            self._frozen = None
        elif self._frozen is None:
            self._frozen = self.day.snapshot()


def _whole(body: _Body, name: str, default: int) -> int:
    try:
        value = int(body.get(name) or default)
    except (TypeError, ValueError):
        value = 0
    if not 1 <= value <= 1_000_000:
        raise BadEnvelope(RET_BUSINESS, f"{name} 有误", f"{name} is wrong")
    return value


def _camel(body: Any) -> Any:
    if isinstance(body, dict):
        return {camel(key): _camel(value) for key, value in body.items()}
    return [_camel(item) for item in body] if isinstance(body, list) else body
