"""A practice WeChat to sign in at: both of its pages, and the exchange of a code, which checks appid and secret."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from finder.identity.wechat import WechatProvider, Where
from finder.kernel.clock import Clock, system_clock
from finder.sandbox.control import Switchboard, control_routes
from finder.sandbox.sign_in.codes import Bad, Codes

APP_ID = "wx0000000000000001"
ANYBODY = "zhang"
_ORDER = ["appid", "redirect_uri", "response_type", "scope", "state"]
_ERRORS = {
    Bad.UNKNOWN: (40029, "invalid code"),
    Bad.USED: (40163, "code been used"),
    Bad.OLD: (42003, "code expired"),
}


@dataclass(slots=True)
class PracticeWechatSignIn:
    """One application, which comes back to one host. `?as=` of its pages names who signs in."""

    comes_back_to: str  # a host, with its port where it has one
    clock: Clock = system_clock
    secret: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    switchboard: Switchboard = field(default_factory=Switchboard)
    codes: Codes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.codes = Codes(self.clock)

    def routes(self) -> list[Route]:
        """Below its own prefix, with the handle /_faults."""
        return [
            Route("/connect/qrconnect", self._website),
            Route("/connect/oauth2/authorize", self._inside),
            Route("/sns/oauth2/access_token", self._exchange),
            *control_routes(self.switchboard, None),
        ]

    def provider(self, base_url: str, where: Where = Where.WEBSITE, provider_id: str = "wechat") -> WechatProvider:
        """The application as the finder is to be told of it."""
        page = "qrconnect" if where is Where.WEBSITE else "oauth2/authorize"
        return WechatProvider(
            provider_id,
            "微信（演示）",
            APP_ID,
            SecretStr(self.secret),
            where,
            f"{base_url}/connect/{page}",
            f"{base_url}/sns/oauth2/access_token",
        )

    def openid(self, person: str) -> str:
        """What it calls this person at our application."""
        return "o" + hashlib.sha256(f"{APP_ID} {person}".encode()).hexdigest()[:27]

    async def _website(self, request: Request) -> Response:
        return self._agree(request, "snsapi_login")

    async def _inside(self, request: Request) -> Response:
        names = [name for name in request.query_params if name != "as"]
        return self._agree(request, "snsapi_base") if names == _ORDER else PlainTextResponse("参数顺序有误", 400)

    def _agree(self, request: Request, scope: str) -> Response:
        told = request.query_params
        state, back = told.get("state", ""), told.get("redirect_uri", "")
        right = (
            told.get("appid") == APP_ID
            and told.get("response_type") == "code"
            and told.get("scope") == scope
            and urlsplit(back).netloc == self.comes_back_to
            and state.isascii()
            and state.isalnum()
            and len(state) <= 128
        )
        if not right:
            return PlainTextResponse("参数有误", 400)
        code = self.codes.give(told.get("as", ANYBODY))
        return RedirectResponse(f"{back}?{urlencode({'code': code, 'state': state})}", 302)

    async def _exchange(self, request: Request) -> Response:
        if (misbehaved := await self.switchboard.misbehave(request)) is not None:
            return misbehaved
        told = request.query_params
        if self.switchboard.faults.busy:
            return _error(-1, "system error")
        if told.get("appid") != APP_ID:
            return _error(40013, "invalid appid")
        if not hmac.compare_digest(told.get("secret", "").encode(), self.secret.encode()):
            return _error(40125, "invalid appsecret")
        if told.get("grant_type") != "authorization_code":
            return _error(40002, "invalid grant_type")
        person = self.codes.take(told.get("code", ""))
        if isinstance(person, Bad):
            return _error(*_ERRORS[person])
        if self.switchboard.faults.refuses:
            return _error(40226, "blocked by risk control")
        return JSONResponse(
            {
                "access_token": secrets.token_urlsafe(60),
                "expires_in": 7200,
                "refresh_token": secrets.token_urlsafe(60),
                "openid": self.openid(person),
                "scope": "snsapi_base",
                "unionid": "u" + hashlib.sha256(person.encode()).hexdigest()[:27],
            },
            headers={"content-type": "text/plain"},
        )


def _error(code: int, said: str) -> Response:
    return JSONResponse({"errcode": code, "errmsg": said}, headers={"content-type": "text/plain"})
