"""What differs between payment channels for a test: the driver's phone, and how a callback is spoilt."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from urllib.parse import parse_qsl, urlencode

import httpx

from finder.money.channels.port import Seen
from finder.sandbox.channels import alipay_forms as forms
from finder.sandbox.channels import alipay_keys, wechat_keys
from finder.sandbox.channels.alipay import AlipayServer
from finder.sandbox.channels.wechat import WechatServer


class Kind(Protocol):
    """What differs between channels for a test."""

    sub: str
    other_sub: str

    async def agree(self, seen: Seen) -> None:
        """The driver agrees on the phone, with exactly what the phone was handed."""

    def hostile(self, headers: Mapping[str, str], body: bytes) -> Mapping[str, tuple[Mapping[str, str], bytes]]:
        """The same callback, spoilt in many ways, by the way's name."""


@dataclass(slots=True)
class WechatKind:
    """WeChat Pay."""

    server: WechatServer
    sub: str = wechat_keys.SUB_MERCHANTS[0]
    other_sub: str = wechat_keys.SUB_MERCHANTS[1]

    async def agree(self, seen: Seen) -> None:
        assert seen.phone["package"]
        assert {"sign", "paySign"} & set(seen.phone)
        await self.server.confirm(seen.number)

    def hostile(self, headers: Mapping[str, str], body: bytes) -> Mapping[str, tuple[Mapping[str, str], bytes]]:
        lower = {name.lower(): value for name, value in headers.items()}
        old = str(int(lower["wechatpay-timestamp"]) - 301)
        return {
            "another signature": (lower | {"wechatpay-signature": "AAAA" + lower["wechatpay-signature"][4:]}, body),
            "no signature": ({k: v for k, v in lower.items() if k != "wechatpay-signature"}, body),
            "a probe": (lower | {"wechatpay-signature": "WECHATPAY/SIGNTEST/x"}, body),
            "an old time": (lower | {"wechatpay-timestamp": old}, body),
            "another serial": (lower | {"wechatpay-serial": "PUB_KEY_ID_0"}, body),
            "no headers": ({}, body),
            "truncated": (lower, body[:-9]),
            "empty": (lower, b""),
            "huge": (lower, body + b" " * 70_000),
            "another body": (lower, body.replace(b"encrypt-resource", b"encrypt-resourcf")),
        }


@dataclass(slots=True)
class AlipayKind:
    """Alipay."""

    server: AlipayServer
    sub: str = alipay_keys.SUB_MERCHANTS[0]
    other_sub: str = alipay_keys.SUB_MERCHANTS[1]

    async def agree(self, seen: Seen) -> None:
        async with httpx.AsyncClient(trust_env=False) as phone:
            url = f"{self.server.alipay.base_url}/_phone"
            answer = await phone.post(url, content=seen.phone["order_string"].encode())
        assert answer.json()["code"] == "10000", answer.text

    def hostile(self, headers: Mapping[str, str], body: bytes) -> Mapping[str, tuple[Mapping[str, str], bytes]]:
        told = dict(parse_qsl(body.decode(), keep_blank_values=True))

        def form(**changes: str) -> bytes:
            return urlencode(told | changes).encode()

        unsigned = {name: value for name, value in told.items() if name not in ("sign", "sign_type")}
        old = forms.local(self.server.alipay.book.clock() - timedelta(hours=25, seconds=1))
        return {
            "another signature": (headers, form(sign="AAAA" + told["sign"][4:])),
            "no signature": (headers, urlencode(unsigned | {"sign_type": "RSA2"}).encode()),
            "an old time": self.server.alipay.seal(unsigned | {"notify_time": old}),
            "no time": self.server.alipay.seal(unsigned | {"notify_time": ""}),
            "another application": self.server.alipay.seal(unsigned | {"app_id": "2021000000000002"}),
            "another kind of signature": (headers, form(sign_type="RSA")),
            "a parameter twice": (headers, body + b"&app_id=" + told["app_id"].encode()),
            "truncated": (headers, body[:-9]),
            "empty": (headers, b""),
            "no form": (headers, b"{}"),
            "no UTF-8": (headers, body + b"&a=%ff"),
            "huge": (headers, body + b"&a=" + b"x" * 70_000),
            "another notice": (headers, form(notify_id="x")),
        }
