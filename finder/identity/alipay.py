"""Signing in at Alipay: its own page, and a call of its gateway that is signed with RSA in both directions.

Source: opendocs.alipay.com/open, 用户信息授权 and alipay.system.oauth.token.
"""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlencode

import httpx

from finder.identity.providers import TIMEOUT_S, Asking, ProviderRefused, ProviderUnavailable, answered, named
from finder.kernel.clock import SHANGHAI, Clock

AUTHORIZE_URL = "https://openauth.alipay.com/oauth2/publicAppAuthorize.htm"
GATEWAY = "https://openapi.alipay.com/gateway.do"
METHOD = "alipay.system.oauth.token"
RESULT, ERROR = "alipay_system_oauth_token_response", "error_response"
_BUSY = "20000"


class Seals(Protocol):
    """Signs for our application and checks what Alipay signed; the keys stay on the other side of it."""

    def sign(self, params: Mapping[str, str]) -> dict[str, str]:
        """The same parameters with their RSA2 signature."""

    def open(self, body: bytes) -> Mapping[str, tuple[Any, bool]]:
        """The members of an answer, each with whether `sign` holds for its very text. Raises ValueError."""


@dataclass(frozen=True, slots=True)
class AlipayProvider:
    """An application at Alipay. Its `client_id` is what Alipay calls app_id."""

    id: str
    name: str
    client_id: str
    seals: Seals = field(repr=False)
    authorize_url: str = AUTHORIZE_URL
    gateway: str = GATEWAY


class Alipay:
    """See Speaker. It knows neither PKCE nor a nonce: the state alone ties an answer to the browser that asked."""

    def __init__(
        self,
        provider: AlipayProvider,
        clock: Clock,
        *,
        timeout_s: float = TIMEOUT_S,
        verify: ssl.SSLContext | bool = True,
    ) -> None:
        self._provider, self._clock, self._timeout_s = provider, clock, timeout_s
        self._client = httpx.AsyncClient(timeout=timeout_s, trust_env=False, verify=verify)

    async def address(self, asking: Asking) -> str:
        """See Speaker. The browser comes back with `auth_code`, which is the code."""
        query = {
            "app_id": self._provider.client_id,
            "scope": "auth_base",
            "redirect_uri": asking.return_to,
            "state": asking.state,
        }
        return f"{self._provider.authorize_url}?{urlencode(query)}"

    async def subject(self, asking: Asking, code: str) -> str:
        """The open_id, or the user_id where the application still has that. See Speaker."""
        params = self._provider.seals.sign(
            {
                "app_id": self._provider.client_id,
                "method": METHOD,
                "format": "JSON",
                "charset": "utf-8",
                "sign_type": "RSA2",
                "timestamp": self._clock().astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S"),
                "version": "1.0",
                "grant_type": "authorization_code",
                "code": code,
            }
        )
        request = self._client.build_request(
            "POST", self._provider.gateway, params={"charset": params.pop("charset")}, data=params
        )
        body = await answered(self._client, request, self._timeout_s)
        try:
            members = self._provider.seals.open(body)
        except (ValueError, RecursionError):
            raise ProviderUnavailable from None
        told, signed = members.get(ERROR) or members.get(RESULT) or (None, False)
        if not isinstance(told, dict):
            raise ProviderUnavailable
        # A refusal is believed without a signature: nobody is signed in by it.
        if told.get("code", "10000") != "10000":
            raise ProviderUnavailable if told["code"] == _BUSY else ProviderRefused
        if ERROR in members or not signed:
            raise ProviderRefused
        return named(told.get("open_id") or told.get("user_id"))

    async def close(self) -> None:
        """See Speaker."""
        await self._client.aclose()
