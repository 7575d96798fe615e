"""A practice Alipay to sign in at: its page, and its gateway, which verifies our signature and signs its answers."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from finder.identity.alipay import METHOD, AlipayProvider
from finder.kernel.clock import SHANGHAI, Clock, system_clock
from finder.money.channels import rsa
from finder.money.channels.alipay.signer import content
from finder.providers import AlipaySeals
from finder.sandbox.control import Switchboard, control_routes
from finder.sandbox.sign_in.codes import Bad, Codes

APP_ID = "2021000000000002"
ANYBODY = "zhang"
_SKEW = timedelta(minutes=15)


@dataclass(slots=True)
class PracticeAlipaySignIn:
    """One application, which comes back to one address. `?as=` of its page names who signs in.

    `open_ids` off: an application from before Alipay gave out an open_id, with a user_id alone.
    """

    comes_back_to: str
    clock: Clock = system_clock
    ours: RSAPrivateKey = field(default_factory=rsa.new_key, repr=False)  # under which the finder signs
    theirs: RSAPrivateKey = field(default_factory=rsa.new_key, repr=False)  # under which the practice provider does
    open_ids: bool = True
    switchboard: Switchboard = field(default_factory=Switchboard)
    codes: Codes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.codes = Codes(self.clock)

    def routes(self) -> list[Route]:
        """Below its own prefix, with the handle /_faults."""
        return [
            Route("/oauth2/publicAppAuthorize.htm", self._agree),
            Route("/gateway.do", self._gateway, methods=["POST"]),
            *control_routes(self.switchboard, None),
        ]

    def provider(self, base_url: str, provider_id: str = "alipay") -> AlipayProvider:
        """The application as the finder is to be told of it."""
        seals = AlipaySeals(self.ours, (self.theirs.public_key(),))
        page, gateway = f"{base_url}/oauth2/publicAppAuthorize.htm", f"{base_url}/gateway.do"
        return AlipayProvider(provider_id, "支付宝（演示）", APP_ID, seals, page, gateway)

    def name_of(self, person: str) -> str:
        """What it calls this person at our application."""
        digest = hashlib.sha256(f"{APP_ID} {person}".encode()).hexdigest()
        return digest[:40] if self.open_ids else f"2088{int(digest[:12], 16) % 10**12:012d}"

    async def _agree(self, request: Request) -> Response:
        told = request.query_params
        state, back = told.get("state", ""), told.get("redirect_uri", "")
        right = (
            told.get("app_id") == APP_ID
            and told.get("scope") == "auth_base"
            and back == self.comes_back_to
            and state.isascii()
            and len(state) <= 100
        )
        if not right:
            return PlainTextResponse("参数有误", 400)
        code = self.codes.give(told.get("as", ANYBODY))
        brought = {"app_id": APP_ID, "scope": "auth_base", "state": state, "auth_code": code}
        return RedirectResponse(f"{back}?{urlencode(brought)}", 302)

    async def _gateway(self, request: Request) -> Response:
        if (misbehaved := await self.switchboard.misbehave(request)) is not None:
            return misbehaved
        form = parse_qsl((await request.body()).decode(), keep_blank_values=True)
        name, told = self._judge(dict(request.query_params) | dict(form))
        # Slashes are escaped and blanks put in, as the gateway's writer does: only the raw text carries the signature.
        raw = json.dumps(told, ensure_ascii=False, separators=(", ", " :")).replace("/", "\\/")
        wrong = self.switchboard.faults.bad_signature
        signature = rsa.sign(self.theirs, b"something else" if wrong else raw.encode())
        body = f'{{"{name}" :{raw},\r\n "sign":"{signature}"}}'
        return Response(body.encode(), media_type="text/html;charset=utf-8")

    def _judge(self, params: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
        if self.switchboard.faults.busy:
            return _error("20000", "Service Currently Unavailable", "isp.unknow-error")
        if params.get("app_id") != APP_ID:
            return _error("40002", "Invalid Arguments", "isv.invalid-app-id")
        signed = rsa.signed_by(self.ours.public_key(), content(params), params.get("sign"))
        if params.get("sign_type") != "RSA2" or not signed or not self._in_time(params.get("timestamp", "")):
            return _error("40002", "Invalid Arguments", "isv.invalid-signature")
        if params.get("method") != METHOD or params.get("grant_type") != "authorization_code":
            return _error("40002", "Invalid Arguments", "isv.invalid-method")
        person = self.codes.take(params.get("code", ""))
        if isinstance(person, Bad):
            return _error("40002", "Invalid Arguments", "isv.code-invalid")
        if self.switchboard.faults.refuses:
            return _error("40006", "Insufficient Permissions", "isv.insufficient-isv-permissions")
        return "alipay_system_oauth_token_response", {
            "access_token": f"authusrB/{secrets.token_hex(16)}",  # the slash shows that the raw text is verified
            "auth_start": self.clock().astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S"),
            "expires_in": 1_296_000,
            "re_expires_in": 2_592_000,
            "refresh_token": f"authusrB/{secrets.token_hex(16)}",
            "open_id" if self.open_ids else "user_id": self.name_of(person),
        }

    def _in_time(self, text: str) -> bool:
        try:
            sent_at = datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=SHANGHAI)
        except ValueError:
            return False
        return abs(self.clock() - sent_at) <= _SKEW


def _error(code: str, said: str, sub_code: str) -> tuple[str, dict[str, Any]]:
    return "error_response", {"code": code, "msg": said, "sub_code": sub_code, "sub_msg": "演示"}
