"""Calls a T/CEC 102 platform: token, envelope, return codes, paging."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx

from finder.connectors.sdk.http import retrying, send
from finder.connectors.tcec102.config import Tcec102Config
from finder.connectors.tcec102.wire import (
    RET_BUSY,
    RET_OK,
    RET_SYSTEM,
    RET_TOKEN,
    BadEnvelope,
    Request,
    Response,
    decrypt,
    parse,
)
from finder.errors import OperatorLied, OperatorRefused, OperatorUnavailable
from finder.kernel.clock import Clock

_EARLY = timedelta(seconds=60)  # a token is renewed this long before it ends
_MAX_TOKEN_AGE = timedelta(days=7)
_MAX_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    until: datetime


class _TokenExpired(OperatorRefused):
    """Ret 4002."""


class Tcec102Client:
    """One platform as we call it. Every method raises OperatorUnavailable, OperatorRefused or OperatorLied."""

    def __init__(self, config: Tcec102Config, http: httpx.AsyncClient, clock: Clock) -> None:
        self._config, self._http, self._clock = config, http, clock
        self._token: _Token | None = None
        self._token_lock = asyncio.Lock()
        self._stamp, self._seq = "", 0

    async def station_pages(self, since: datetime | None) -> AsyncIterator[list[Any]]:
        """query_stations_info page by page: each a list of raw StationInfo under the standard's names."""
        profile = self._config.profile
        asked_since = "" if since is None else since.astimezone(profile.tz).strftime(profile.time_format)
        seen: set[str] = set()
        page_no, records, claims = 1, 0, set[int]()
        while True:
            body = {"LastQueryTime": asked_since, "PageNo": page_no, "PageSize": profile.page_size}
            answer = await self.call("query_stations_info", body)
            infos = answer.get("StationInfos") or []
            count, items = self._number(answer, "PageCount"), self._number(answer, "ItemSize")
            if not isinstance(infos, list) or len(infos) > _MAX_PAGE:
                raise self._lied("PAGE_FORM", f"第 {page_no} 页不是站点列表", f"page {page_no} is no list of stations")
            if self._number(answer, "PageNo", page_no) != page_no:
                raise self._lied("PAGE_OTHER", f"请求第 {page_no} 页却得到另一页", f"asked page {page_no}, got another")
            marks = {_mark(info) for info in infos}
            if marks and marks <= seen:
                raise self._lied(
                    "PAGE_REPEATED", f"第 {page_no} 页重复了前面的页", f"page {page_no} repeats earlier ones"
                )
            if not infos and page_no < count:
                raise self._lied(
                    "PAGE_EMPTY", f"第 {page_no} 页为空，却称共 {count} 页", f"page {page_no} of {count} is empty"
                )
            if profile.item_size == "page" and items != len(infos):
                raise self._lied(
                    "ITEM_COUNT", f"ItemSize {items} 与条数不符", f"ItemSize {items} is not the page's count"
                )
            seen |= marks
            records += len(infos)
            claims.add(items)
            yield infos
            if page_no >= count:
                break
            page_no += 1
            if page_no > profile.max_pages or records >= profile.max_stations:
                raise self._lied("PAGES_WITHOUT_END", f"目录超过 {page_no - 1} 页仍未结束", "the catalogue never ends")
        # Pages may shift while one reads, and then the claim moves too; one that stood still all along must be true.
        if profile.item_size == "total" and len(claims) == 1 and records not in claims:
            raise self._lied(
                "ITEM_COUNT",
                f"ItemSize 称共 {items} 条，实得 {records} 条",
                f"ItemSize claims {items} records, {records} came",
            )

    async def station_status(self, station_ids: Sequence[str]) -> list[Any]:
        """query_station_status of at most `status_batch` stations: a list of raw StationStatusInfo."""
        answer = await self.call("query_station_status", {"StationIDs": list(station_ids)})
        infos = answer.get("StationStatusInfos") or []
        if not isinstance(infos, list):
            raise self._lied("STATUS_FORM", "状态应答不是列表", "the status answer is no list")
        return infos

    async def policy(self, connector_id: str) -> dict[str, Any]:
        """query_equip_business_policy: prices by time of day."""
        now = self._clock().astimezone(self._config.profile.tz)
        seq = f"{self._config.our_id}{now:%Y%m%d%H%M%S}{self._next_seq(now)[1]}"
        return await self.call("query_equip_business_policy", {"EquipBizSeq": seq, "ConnectorID": connector_id})

    async def call(self, interface: str, body: dict[str, Any]) -> dict[str, Any]:
        """One interface with a valid token; a token that the platform no longer knows is renewed once."""
        token = await self._valid_token()
        try:
            return await self._post(interface, body, token)
        except _TokenExpired:
            return await self._post(interface, body, await self._valid_token(other_than=token))

    async def _valid_token(self, other_than: str | None = None) -> str:
        async with self._token_lock:
            held = self._token
            if held and held.text != other_than and self._clock() < held.until:
                return held.text
            asked_at = self._clock()
            secrets = {"OperatorID": self._config.our_id, "OperatorSecret": self._config.calling.operator_secret}
            answer = await self._post("query_token", secrets, None)
            text, lifetime = answer.get("AccessToken"), self._number(answer, "TokenAvailableTime")
            if self._number(answer, "SuccStat") != 0 or not isinstance(text, str) or not text:
                raise OperatorRefused(
                    f"{self._config.name}未发放令牌（FailReason {answer.get('FailReason')}），请核对 OperatorID 与密钥",
                    f"{self._config.name} gave no token (FailReason {answer.get('FailReason')}): check id and secret",
                    code="TOKEN_REFUSED",
                )
            if len(text) > 2048 or not text.isascii() or not text.isprintable():
                raise self._lied("TOKEN_FORM", "令牌格式有误", "the token cannot be put into a header")
            age = min(timedelta(seconds=max(lifetime, 0)), _MAX_TOKEN_AGE)
            self._token = _Token(text, asked_at + max(age - _EARLY, age / 2))
            return text

    async def _post(self, interface: str, body: dict[str, Any], token: str | None) -> dict[str, Any]:
        return await retrying(self._config.caution, lambda: self._once(interface, body, token))

    async def _once(self, interface: str, body: dict[str, Any], token: str | None) -> dict[str, Any]:
        config = self._config
        plain = json.dumps(config.profile.write(body), ensure_ascii=False).encode()
        stamp, seq = self._next_seq(self._clock().astimezone(config.profile.tz))
        sealed = Request.seal(config.our_id, plain, stamp, seq, config.calling)
        request = self._http.build_request(
            "POST",
            f"{config.base_url.rstrip('/')}/evcs/{config.profile.version}/{interface}",
            content=sealed.to_json(),
            headers={"content-type": "application/json; charset=utf-8"}
            | ({} if token is None else {"authorization": f"Bearer {token}"}),
        )
        answer = await send(self._http, request, config.name, config.caution)
        try:
            return self._open(Response.read(parse(answer.body)))
        except BadEnvelope as bad:
            raise self._lied(bad.code, f"应答有误：{bad.zh}", f"a broken answer: {bad.en}") from bad

    def _open(self, answer: Response) -> dict[str, Any]:
        config = self._config
        # An error's answer is often not signed, and nothing in it is believed but that there is an error.
        if answer.ret != RET_OK:
            raise self._refusal(answer)
        if config.profile.encrypted_answers and not answer.signed_by(config.calling):
            raise self._lied(
                "SIGNATURE", "应答签名不符，请核对 SigSecret", "its answer's signature is wrong: check SigSecret"
            )
        data: object = answer.data or "{}"
        if isinstance(data, str) and answer.data and config.profile.encrypted_answers:
            data = decrypt(data, config.calling)
        body = config.profile.read(parse(data) if isinstance(data, str | bytes) else data)
        if not isinstance(body, dict):
            raise self._lied("NOT_AN_OBJECT", "应答的 Data 不是对象", "its answer's Data is no object")
        return body

    def _refusal(self, answer: Response) -> OperatorUnavailable | OperatorRefused:
        name, said = self._config.name, answer.msg[:100]
        if answer.ret in (RET_BUSY, RET_SYSTEM):
            return OperatorUnavailable(
                f"{name}的平台繁忙（Ret {answer.ret}）", f"{name}'s platform is busy: {answer.ret}"
            )
        kind = _TokenExpired if answer.ret == RET_TOKEN else OperatorRefused
        return kind(
            f"{name}拒绝了请求：Ret {answer.ret} {said}",
            f"{name} refused the request: Ret {answer.ret} {said}",
            code=f"RET_{answer.ret}" if 4000 <= answer.ret <= 4999 else None,
        )

    def _next_seq(self, now: datetime) -> tuple[str, str]:
        """TimeStamp and Seq; Seq counts from 0001 within a second."""
        stamp = now.strftime("%Y%m%d%H%M%S")
        self._seq = self._seq % 9999 + 1 if stamp == self._stamp else 1
        self._stamp = stamp
        return stamp, f"{self._seq:04d}"

    def _number(self, answer: dict[str, Any], name: str, default: int = 0) -> int:
        value = answer.get(name, default)
        try:
            return int(str(value)) if value is not None else default
        except ValueError:
            raise self._lied("NUMBER_FORM", f"{name} 不是整数", f"{name} is no whole number") from None

    def _lied(self, code: str, zh: str, en: str) -> OperatorLied:
        return OperatorLied(f"{self._config.name}：{zh}", f"{self._config.name}: {en}", code=code)


def _mark(info: object) -> str:
    """What makes a record the same one: its id, else all of it."""
    return str(info.get("StationID")) if isinstance(info, dict) and info.get("StationID") else repr(info)
