"""Calls one interface of another T/CEC 102 platform: keys, token, envelope, return codes."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx

from finder.connectors.sdk.http import not_sent, retrying, send
from finder.connectors.tcec102.config import Tcec102Config
from finder.connectors.tcec102.orders import question_serial
from finder.connectors.tcec102.wire import (
    RET_BUSY,
    RET_OK,
    RET_SIGNATURE,
    RET_SYSTEM,
    RET_TOKEN,
    BadEnvelope,
    Credentials,
    Request,
    Response,
    decrypt,
    parse,
    write,
)
from finder.errors import OperatorLied, OperatorRefused, OperatorUnavailable
from finder.kernel.clock import Clock

_EARLY = timedelta(seconds=60)  # a token is renewed this long before it ends
_MAX_TOKEN_AGE = timedelta(days=7)

Body = dict[str, Any]


class Unsure(OperatorUnavailable):
    """A command was sent, and nobody can say what became of it."""


class _Busy(OperatorUnavailable):
    """Ret -1: it did nothing, and asks for a repeat."""


class _KeysRefused(OperatorRefused):
    """Ret 4001, or a log-in that was not believed: these keys are not, or no longer, in force there."""


class _TokenRefused(OperatorRefused):
    """Ret 4002."""


@dataclass(frozen=True, slots=True)
class _Token:
    text: str = field(repr=False)
    until: datetime
    keys: Credentials = field(repr=False)  # under which it was given, and is used


class Caller:
    """One platform as we call it. Every method raises OperatorUnavailable, OperatorRefused or OperatorLied."""

    def __init__(self, config: Tcec102Config, http: httpx.AsyncClient, clock: Clock) -> None:
        self.config = config
        self._http, self._clock = http, clock
        self._token: _Token | None = None
        self._token_lock = asyncio.Lock()
        self._stamp, self._seq, self._questions = "", 0, 0

    async def call(self, interface: str, body: Body) -> Body:
        """Asks, and asks again where that may help; a token or keys that are no longer known are renewed once."""
        return await self._with_token(
            lambda token: retrying(self.config.caution, lambda: self._once(interface, body, token.keys, token.text))
        )

    async def command(self, interface: str, body: Body) -> Body:
        """Sends once what has an effect. Raises Unsure where it may have been taken; any other error says that it
        was not."""
        return await self._with_token(lambda token: self._command(interface, body, token))

    def serial(self) -> str:
        """A new number for a question."""
        self._questions += 1
        return question_serial(self.config.our_id, self._clock().astimezone(self.config.profile.tz), self._questions)

    async def _command(self, interface: str, body: Body, token: _Token) -> Body:
        try:
            return await self._once(interface, body, token.keys, token.text)
        except _Busy:
            raise
        except (OperatorUnavailable, OperatorLied) as error:
            if not_sent(error):
                raise
            raise Unsure(error.zh, error.en, code=error.code) from error

    async def _with_token(self, work: Callable[[_Token], Awaitable[Body]]) -> Body:
        token = await self._valid_token()
        try:
            return await work(token)
        except (_TokenRefused, _KeysRefused):
            return await work(await self._valid_token(other_than=token))

    async def _valid_token(self, other_than: _Token | None = None) -> _Token:
        async with self._token_lock:
            held = self._token
            if held and held is not other_than and self._clock() < held.until:
                return held
            # The new keys first, at every renewal: the platform may have them by now.
            *newer, last = self.config.calling_keys
            for keys in newer:
                try:
                    self._token = await self._log_in(keys)
                    return self._token
                except _KeysRefused:
                    continue
            self._token = await self._log_in(last)
            return self._token

    async def _log_in(self, keys: Credentials) -> _Token:
        config, asked_at = self.config, self._clock()
        secrets = {"OperatorID": config.our_id, "OperatorSecret": keys.operator_secret}
        answer = await retrying(config.caution, lambda: self._once("query_token", secrets, keys, None))
        text, lifetime = answer.get("AccessToken"), self.number(answer, "TokenAvailableTime")
        if self.number(answer, "SuccStat") != 0 or not isinstance(text, str) or not text:
            raise _KeysRefused(
                f"{config.name}未发放令牌（FailReason {answer.get('FailReason')}），请核对 OperatorID 与密钥",
                f"{config.name} gave no token (FailReason {answer.get('FailReason')}): check id and secret",
                code="TOKEN_REFUSED",
            )
        if len(text) > 2048 or not text.isascii() or not text.isprintable():
            raise self.lied("TOKEN_FORM", "令牌格式有误", "the token cannot be put into a header")
        age = min(timedelta(seconds=max(lifetime, 0)), _MAX_TOKEN_AGE)
        return _Token(text, asked_at + max(age - _EARLY, age / 2), keys)

    async def _once(self, interface: str, body: Body, keys: Credentials, token: str | None) -> Body:
        config = self.config
        request = self._http.build_request(
            "POST",
            f"{config.base_url.rstrip('/')}/evcs/{config.profile.version}/{interface}",
            content=self._seal(body, keys).to_json(),
            headers={"content-type": "application/json; charset=utf-8"}
            | ({} if token is None else {"authorization": f"Bearer {token}"}),
        )
        answer = await send(self._http, request, config.name, config.caution)
        try:
            return self._open(Response.read(parse(answer.body)))
        except BadEnvelope as bad:
            raise self.lied(bad.code, f"应答有误：{bad.zh}", f"a broken answer: {bad.en}") from bad

    def _seal(self, body: Body, keys: Credentials) -> Request:
        stamp, seq = self._next_seq(self._clock().astimezone(self.config.profile.tz))
        return Request.seal(self.config.our_id, write(self.config.profile.write(body)), stamp, seq, keys)

    def _open(self, answer: Response) -> Body:
        profile = self.config.profile
        # An error's answer is often not signed, and nothing in it is believed but that there is an error.
        if answer.ret != RET_OK:
            raise self._refusal(answer)
        keys = next((keys for keys in self.config.calling_keys if answer.signed_by(keys)), None)
        if profile.encrypted_answers and keys is None:
            raise self.lied(
                "SIGNATURE", "应答签名不符，请核对 SigSecret", "its answer's signature is wrong: check SigSecret"
            )
        data: object = answer.data or "{}"
        if keys is not None and isinstance(data, str) and answer.data and profile.encrypted_answers:
            data = decrypt(data, keys)
        body = profile.read(parse(data, exact=True) if isinstance(data, str | bytes) else data)
        if not isinstance(body, dict):
            raise self.lied("NOT_AN_OBJECT", "应答的 Data 不是对象", "its answer's Data is no object")
        return body

    def _refusal(self, answer: Response) -> OperatorUnavailable | OperatorRefused:
        name, said = self.config.name, answer.msg[:100]
        if answer.ret in (RET_BUSY, RET_SYSTEM):
            away = _Busy if answer.ret == RET_BUSY else OperatorUnavailable
            return away(f"{name}的平台繁忙（Ret {answer.ret}）", f"{name}'s platform is busy: {answer.ret}")
        kind = {RET_TOKEN: _TokenRefused, RET_SIGNATURE: _KeysRefused}.get(answer.ret, OperatorRefused)
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

    def number(self, answer: Body, name: str, default: int = 0) -> int:
        """A whole number of an answer, `default` where it is absent. Raises OperatorLied."""
        value = answer.get(name, default)
        try:
            return int(str(value)) if value is not None else default
        except ValueError:
            raise self.lied("NUMBER_FORM", f"{name} 不是整数", f"{name} is no whole number") from None

    def lied(self, code: str, zh: str, en: str) -> OperatorLied:
        """That the platform breaks its own protocol."""
        return OperatorLied(f"{self.config.name}：{zh}", f"{self.config.name}: {en}", code=code)
