"""Signing in at WeChat: OAuth 2 with its own names of parameters, and errors that come with HTTP 200.

Source: developers.weixin.qq.com/doc, 网站应用微信登录开发指南 (website) and 网页授权 (pages inside WeChat).
"""

import json
import ssl
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlencode

import httpx
from pydantic import SecretStr

from finder.identity.providers import TIMEOUT_S, Asking, ProviderRefused, ProviderUnavailable, answered, named

QR_URL = "https://open.weixin.qq.com/connect/qrconnect"
INSIDE_URL = "https://open.weixin.qq.com/connect/oauth2/authorize"
EXCHANGE_URL = "https://api.weixin.qq.com/sns/oauth2/access_token"
_BUSY = (-1, 45009, 45011)  # the system is busy; calls of a day or of a minute are used up


class Where(StrEnum):
    """Where people come from; each is an application of its own at WeChat, with its own openid for each person."""

    WEBSITE = "website"  # any browser, which shows a QR code
    INSIDE = "inside"  # a page inside WeChat, of an official account


@dataclass(frozen=True, slots=True)
class WechatProvider:
    """An application at WeChat. Its `client_id` is what WeChat calls appid; an empty address means WeChat's own."""

    id: str
    name: str
    client_id: str
    client_secret: SecretStr
    where: Where = Where.WEBSITE
    authorize_url: str = ""
    exchange_url: str = EXCHANGE_URL


class _Unseen(httpx.AsyncBaseTransport):
    """Adds the query that names the secret below the client, which would log the whole address."""

    def __init__(self, verify: ssl.SSLContext | bool) -> None:  # noqa: FBT001
        self._below = httpx.AsyncHTTPTransport(verify=verify, trust_env=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url.copy_merge_params(request.extensions["unseen"])
        return await self._below.handle_async_request(
            httpx.Request(request.method, url, headers=request.headers, extensions=request.extensions)
        )

    async def aclose(self) -> None:
        await self._below.aclose()


class Wechat:
    """See Speaker. It knows neither PKCE nor a nonce: the state alone ties an answer to the browser that asked."""

    def __init__(
        self, provider: WechatProvider, *, timeout_s: float = TIMEOUT_S, verify: ssl.SSLContext | bool = True
    ) -> None:
        self._provider, self._timeout_s = provider, timeout_s
        self._client = httpx.AsyncClient(timeout=timeout_s, trust_env=False, transport=_Unseen(verify))

    async def address(self, asking: Asking) -> str:
        """See Speaker. Its pages inside WeChat take the parameters in this order alone."""
        inside = self._provider.where is Where.INSIDE
        query = urlencode(
            {
                "appid": self._provider.client_id,
                "redirect_uri": asking.return_to,
                "response_type": "code",
                "scope": "snsapi_base" if inside else "snsapi_login",
                "state": asking.state,
            }
        )
        address = self._provider.authorize_url or (INSIDE_URL if inside else QR_URL)
        return f"{address}?{query}#wechat_redirect"

    async def subject(self, asking: Asking, code: str) -> str:
        """The openid under our application. See Speaker."""
        query = {
            "appid": self._provider.client_id,
            "secret": self._provider.client_secret.get_secret_value(),
            "code": code,
            "grant_type": "authorization_code",
        }
        request = self._client.build_request("GET", self._provider.exchange_url, extensions={"unseen": query})
        body = await answered(self._client, request, self._timeout_s)
        try:
            told = json.loads(body)
        except (ValueError, RecursionError):
            raise ProviderUnavailable from None
        if not isinstance(told, dict) or told.get("errcode") in _BUSY:
            raise ProviderUnavailable
        if told.get("errcode"):
            raise ProviderRefused
        return named(told.get("openid"))

    async def close(self) -> None:
        """See Speaker."""
        await self._client.aclose()
