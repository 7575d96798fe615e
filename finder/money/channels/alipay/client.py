"""Calls Alipay's gateway: signed parameters, answers verified as raw text, and one mapping of its refusals."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import httpx

from finder.errors import ChannelError, ChannelRefused, ChannelUnavailable
from finder.kernel.clock import SHANGHAI, Clock
from finder.money.channels.alipay.config import AlipayConfig
from finder.money.channels.alipay.signer import CHANNEL, lied, sign, signed_by, spans
from finder.money.channels.fields import Fields
from finder.money.channels.http import BILL_BYTES, channel_client, send

NAME = "支付宝"
_TAKEN = ("10000", "10003")  # done; taken in, and the payment goes on
_UNSURE = ("SYSTEM_ERROR", "TRADE_SETTLE_ERROR", "FREQUENCY_LIMIT", "REQUEST_FREQUENTLY")


class NotThere(ChannelRefused):
    """It knows no such number."""


class AlipayClient:
    """One application. Every method that asks raises ChannelUnavailable, ChannelRefused or ChannelLied."""

    def __init__(self, config: AlipayConfig, clock: Clock) -> None:
        self._config, self._clock = config, clock
        self._http = channel_client("", config.caution)

    def order_string(self, method: str, told: Mapping[str, Any], merchant: str) -> str:
        """A call that the driver's phone makes: signed here and handed to Alipay's application there."""
        return urlencode(self._params(method, told, merchant, notify=True))

    async def call(self, method: str, told: Mapping[str, Any], merchant: str, *, notify: bool = False) -> Fields:
        """One of Alipay's interfaces on behalf of an operator: the answer's members, verified."""
        params = self._params(method, told, merchant, notify=notify)
        request = self._http.build_request(
            "POST",
            self._config.gateway,
            params={"charset": params.pop("charset")},
            content=urlencode(params).encode(),
            headers={"content-type": "application/x-www-form-urlencoded;charset=utf-8"},
        )
        answer = await send(self._http, request, NAME, self._config.caution)
        if answer.status != 200:
            raise lied("STATUS", f"应答状态 {answer.status}", f"it answered with HTTP {answer.status}")
        return self._open(method, answer.body)

    async def download(self, url: str) -> bytes:
        """A bill's file, from Alipay's own hosts alone. It is neither signed nor hashed."""
        address = httpx.URL(url)
        if address.host not in self._config.bill_hosts or address.userinfo:
            raise lied("BILL_ADDRESS", "账单下载地址不在其域名下", "its bill lies under another address")
        if not self._config.practice:
            address = address.copy_with(scheme="https", port=None)  # the gateway still names http
        answer = await send(
            self._http, self._http.build_request("GET", address), NAME, self._config.caution, max_bytes=BILL_BYTES
        )
        if answer.status != 200:
            raise ChannelUnavailable(
                f"支付宝账单下载失败（HTTP {answer.status}），请稍后重试",
                f"Alipay's bill could not be downloaded (HTTP {answer.status}): try again later",
            )
        return answer.body

    async def close(self) -> None:
        """Lets go of connections."""
        await self._http.aclose()

    def _params(self, method: str, told: Mapping[str, Any], merchant: str, *, notify: bool) -> dict[str, str]:
        token = self._config.merchants.get(merchant)
        if token is None:
            raise ChannelRefused(
                f"运营商 {merchant} 尚未授权支付宝应用，请先完成授权",
                f"the operator {merchant} has not authorised our application at Alipay: have him do so",
                code="NO_APP_AUTH_TOKEN",
            )
        params = {
            "app_id": self._config.app_id,
            "method": method,
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": self._clock().astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S"),
            "version": "1.0",
            "app_auth_token": token,
            "biz_content": json.dumps(told, ensure_ascii=False, separators=(",", ":")),
        }
        if notify:
            params["notify_url"] = self._config.notify_url
        return sign(params, self._config.private_key)

    def _open(self, method: str, body: bytes) -> Fields:
        try:
            members = spans(body.decode())
        except (ValueError, RecursionError):
            raise lied("FORM", "应答不是 JSON 对象", "its answer is no JSON object") from None
        told, raw = members.get(f"{method.replace('.', '_')}_response") or members.get("error_response") or (None, "")
        if not isinstance(told, dict):
            raise lied("FORM", "应答缺少结果", "its answer lacks a result")
        signature = members.get("sign", (None, ""))[0]
        fields = Fields(CHANNEL, told)
        code, sub_code = fields.text("code"), fields.text_or_none("sub_code") or ""
        if not signed_by(self._config.alipay_keys, raw.encode(), signature):
            # That it is in trouble is believed without a signature: nothing follows from it but another try.
            if signature is None and _unsure(code, sub_code):
                raise _refusal(code, sub_code, "")
            raise lied("SIGNATURE", f"应答签名不符（{code} {sub_code[:64]}）", f"its answer is not signed ({code})")
        if code not in _TAKEN:
            raise _refusal(code, sub_code, fields.text_or_none("sub_msg") or "")
        return fields


def _unsure(code: str, sub_code: str) -> bool:
    return code == "20000" or sub_code.startswith("isp.") or sub_code.endswith(_UNSURE)


def _refusal(code: str, sub_code: str, said: str) -> ChannelError:
    if _unsure(code, sub_code):
        return ChannelUnavailable(
            f"{NAME}繁忙（{code} {sub_code[:64]}），将以同一编号重试", f"Alipay is busy ({code} {sub_code[:64]})"
        )
    kind = NotThere if sub_code.endswith("NOT_EXIST") else ChannelRefused
    plain = sub_code.replace(".", "_").replace("-", "_").upper()
    return kind(
        f"{NAME}拒绝了请求（{code} {sub_code[:64]}）：{said[:200]}",
        f"Alipay refused the request ({code} {sub_code[:64]}): {said[:200]}",
        code=f"ALIPAY_{plain}"
        if plain.isascii() and 0 < len(plain) <= 64 and plain.replace("_", "").isalnum()
        else None,
    )
