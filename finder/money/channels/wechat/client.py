"""Calls WeChat Pay v3: signed requests, verified answers, and one mapping of its refusals."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from finder.errors import ChannelError, ChannelLied, ChannelRefused, ChannelUnavailable
from finder.kernel.clock import Clock
from finder.money.channels.http import BILL_BYTES, ChannelAnswer, channel_client, send
from finder.money.channels.wechat.config import WechatConfig
from finder.money.channels.wechat.signer import WechatAuth, check_signed

NAME = "微信支付"
_BUSY = frozenset(
    {"SYSTEM_ERROR", "BANK_ERROR", "FREQUENCY_LIMITED", "FREQUENCY_LIMIT_EXCEED", "RATELIMIT_EXCEEDED"}
    | {"STATEMENT_CREATING"}
)


class NotThere(ChannelRefused):
    """It knows no such number (404)."""


class NoBill(ChannelRefused):
    """It has made no bill of that day, for want of anything to put into it."""


class WechatClient:
    """One account. Every method raises ChannelUnavailable, ChannelRefused or ChannelLied."""

    def __init__(self, config: WechatConfig, clock: Clock) -> None:
        self._config, self._clock = config, clock
        self._http = channel_client(config.base_url, config.caution)
        self._auth = WechatAuth(config, clock)

    async def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """A verified answer's object; {} where it has no body."""
        raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {"content-type": "application/json", "accept": "application/json"}
        return await self._ask(self._http.build_request("POST", path, content=raw, headers=headers))

    async def get(self, path: str, query: Mapping[str, str]) -> dict[str, Any]:
        """A verified answer's object. Raises NotThere for a number that WeChat does not know."""
        url = f"{path}?{urlencode(query, quote_via=quote)}"
        return await self._ask(self._http.build_request("GET", url, headers={"accept": "application/json"}))

    async def download(self, url: str) -> bytes:
        """A bill's file, from our own base URL alone. It is not signed: the caller compares its hash."""
        ours, theirs = httpx.URL(self._config.base_url), httpx.URL(url)
        if (theirs.scheme, theirs.host, theirs.port) != (ours.scheme, ours.host, ours.port):
            raise _lied("BILL_ADDRESS", "账单下载地址不在其域名下", "its bill lies under another address")
        request = self._http.build_request("GET", url)
        answer = await send(self._http, request, NAME, self._config.caution, auth=self._auth, max_bytes=BILL_BYTES)
        if answer.status != 200:
            raise _refusal(answer)
        return answer.body

    async def close(self) -> None:
        """Lets go of connections."""
        await self._http.aclose()

    async def _ask(self, request: httpx.Request) -> dict[str, Any]:
        answer = await send(self._http, request, NAME, self._config.caution, auth=self._auth)
        # A refusal says that nothing happened: that, too, is believed only under a signature.
        if answer.status >= 400 and "wechatpay-signature" not in answer.headers:
            what = f"HTTP {answer.status} {_said(answer)[0]}"
            raise _lied(
                "UNSIGNED_REFUSAL",
                f"拒绝（{what}）未经签名，不予采信，请核对商户号与证书",
                f"it refused ({what}) without a signature: check account and certificate",
            )
        check_signed(answer.headers, answer.body, self._config.platform_keys, self._clock)
        if answer.status >= 400:
            raise _refusal(answer)
        return read_object(answer.body) if answer.body else {}


def read_object(raw: bytes) -> dict[str, Any]:
    """JSON with numbers as int or Decimal. Raises ChannelLied for whatever is no object."""
    try:
        told = json.loads(raw, parse_float=Decimal, parse_constant=Decimal)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise _lied("FORM", "报文不是 JSON 对象", "its message is no JSON object")
    return told


def _said(answer: ChannelAnswer) -> tuple[str, str]:
    try:
        told = read_object(answer.body)
    except ChannelLied:
        told = {}
    return str(told.get("code", ""))[:64], str(told.get("message", ""))[:200]


def _refusal(answer: ChannelAnswer) -> ChannelError:
    code, said = _said(answer)
    if code in _BUSY:
        return ChannelUnavailable(f"{NAME}繁忙（{code}），将以同一编号重试", f"WeChat Pay is busy ({code})")
    kind = ChannelRefused
    if answer.status == 404 or code.endswith(("NOT_EXIST", "NOT_EXISTS")):
        kind = NotThere
    elif code == "NO_STATEMENT_EXIST":
        kind = NoBill
    return kind(
        f"{NAME}拒绝了请求（HTTP {answer.status} {code}）：{said}",
        f"WeChat Pay refused the request (HTTP {answer.status} {code}): {said}",
        code=f"WECHAT_{code}" if code.isascii() and code.replace("_", "").isalnum() else None,
    )


def _lied(code: str, zh: str, en: str) -> ChannelLied:
    return ChannelLied(f"{NAME}：{zh}", f"WeChat Pay: {en}", code=code)
