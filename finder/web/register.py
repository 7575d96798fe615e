"""Self-service of operators: to apply, to exchange keys, to be checked, to go live, to pause and to leave."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from finder.errors import BadInput, Denied, FinderError, Forbidden, NotFound
from finder.federation.register.checks import Checks
from finder.federation.register.clients import READ, WRITE
from finder.federation.register.model import Application, Registered
from finder.federation.register.register import Register
from finder.federation.register.setup import Setup
from finder.federation.register.states import OVER, WORDS, Role, State, Step, possible
from finder.identity.audit import Actor, Entry
from finder.identity.buckets import Buckets, Rate, TooOften, within
from finder.identity.oauth.tokens import Tokens
from finder.kernel.clock import Clock
from finder.web.health import json_response, refusal
from finder.web.oauth import caller
from finder.web.pushes import read_body

MAX_BODY_BYTES = 32 * 1024
APPLICATIONS = Rate(burst=5, per_s=1 / 600)  # for each address
REQUESTS = Rate(burst=60, per_s=2.0)  # for each address, known or not
CHECKS = Rate(burst=3, per_s=1 / 60)  # for each operator
STEPS = {"go-live": Step.GO_LIVE, "pause": Step.PAUSE, "resume": Step.RESUME, "leave": Step.LEAVE}

T = TypeVar("T")


class _Key(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    key: Any


class _Theirs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    secrets: dict[str, str] = {}

    def __repr__(self) -> str:
        return "_Theirs()"


@dataclass(frozen=True, slots=True)
class Caller:
    """An operator's machine that showed a token."""

    operator: Registered
    actor: Actor
    request: Request


Answer = Callable[[Caller], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class SelfService:
    """The register over HTTP. All but the application asks for a bearer token of /oauth/token."""

    register: Register
    checks: Checks
    tokens: Tokens
    buckets: Buckets
    clock: Clock
    public_url: str

    def routes(self) -> list[Route]:
        """POST /register/operators, and everything below /register/me."""
        mine = [
            ("", "GET", READ, self._me),
            ("/history", "GET", READ, self._history),
            ("/report", "GET", READ, self._report),
            ("/keys", "POST", WRITE, self._add_key),
            ("/keys/{kid:path}", "DELETE", WRITE, self._end_key),
            ("/setup", "PUT", WRITE, self._set_up),
            ("/credentials", "POST", WRITE, self._credentials),
            ("/credentials/former", "DELETE", WRITE, self._retire),
            ("/check", "POST", WRITE, self._check),
            ("/{step}", "POST", WRITE, self._step),
        ]
        return [
            Route("/register/operators", self._answering(self._apply), methods=["POST"]),
            *(
                Route(f"/register/me{path}", self._answering(self._known(scope, answer)), methods=[method])
                for path, method, scope, answer in mine
            ),
        ]

    def _answering(self, answer: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            try:
                return await answer(request)
            except ClientDisconnect:
                return Response(status_code=499)
            except FinderError as error:
                told = refusal(error)
                if isinstance(error, TooOften):
                    told.headers["retry-after"] = str(error.wait_s)
                if error.http_status == 401:
                    told.headers["www-authenticate"] = "Bearer"
                return told

        return endpoint

    def _known(self, scope: str, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            await within(self.buckets, f"register {caller(request)}", REQUESTS)
            operator = await self._operator(request, scope)
            return await answer(Caller(operator, Actor(f"operator:{operator.id}", caller(request)), request))

        return endpoint

    async def _operator(self, request: Request, scope: str) -> Registered:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        held = await self.tokens.find(token.strip()) if kind.lower() == "bearer" else None
        if held is None:
            raise _unknown()
        operator = await self.register.records.get(held.client_id)
        if operator.state is State.LEFT:
            raise _unknown()
        if scope not in held.scopes or (operator.state in OVER and scope != READ):
            raise Forbidden(f"令牌没有权限 {scope}", f"the token lacks the scope {scope}", code="SCOPE")
        return operator

    async def _apply(self, request: Request) -> Response:
        await within(self.buckets, f"apply {caller(request)}", APPLICATIONS)
        operator = await self.register.apply(await _read(request, Application), caller(request))
        told = self._told(operator) | {"clientId": operator.id, "tokenUrl": f"{self.public_url}/oauth/token"}
        return json_response(told, 201)

    async def _me(self, who: Caller) -> Response:
        return json_response(self._told(who.operator))

    async def _history(self, who: Caller) -> Response:
        entries = await self.register.records.audit.history(who.operator.id)
        return json_response({"entries": [_entry(entry) for entry in entries]})

    async def _report(self, who: Caller) -> Response:
        checked = who.operator.checked
        running = self.checks.running(who.operator.id)
        return json_response(
            {"running": running, "report": checked.report if checked else None} | self._pass(who.operator)
        )

    async def _add_key(self, who: Caller) -> Response:
        told = await _read(who.request, _Key)
        return json_response(self._told(await self.register.add_key(who.operator.id, told.key, who.actor)))

    async def _end_key(self, who: Caller) -> Response:
        operator = await self.register.end_key(who.operator.id, who.request.path_params["kid"], who.actor)
        # A token does not say which key it was had with, and the key may have ended because it was stolen.
        await self.tokens.revoke_all(operator.id)
        return json_response(self._told(operator))

    async def _set_up(self, who: Caller) -> Response:
        setup = await _read(who.request, Setup)
        return json_response(self._told(await self.register.set_up(who.operator.id, setup, who.actor)))

    async def _credentials(self, who: Caller) -> Response:
        told = await _read(who.request, _Theirs)
        ours = await self.register.give_credentials(who.operator.id, told.secrets, who.actor)
        operator = await self.register.records.get(who.operator.id)
        return json_response(self._told(operator) | {"secrets": ours}, 201)

    async def _retire(self, who: Caller) -> Response:
        return json_response(self._told(await self.register.retire(who.operator.id, who.actor)))

    async def _check(self, who: Caller) -> Response:
        await within(self.buckets, f"check {who.operator.id}", CHECKS)
        await self.checks.start(who.operator.id, who.actor)
        return json_response(self._told(who.operator), 202)

    async def _step(self, who: Caller) -> Response:
        name: str = who.request.path_params["step"]
        if name not in STEPS:
            names = ", ".join(STEPS)
            raise NotFound(f"没有这一步骤，可用：{names}", f"no such step; there are: {names}", code="NO_SUCH_STEP")
        operator = await self.register.operate(who.operator.id, STEPS[name], who.actor)
        if operator.state is State.LEFT:
            await self.tokens.revoke_all(operator.id)
        return json_response(self._told(operator))

    def _told(self, operator: Registered) -> dict[str, Any]:
        zh, en = WORDS[operator.state]
        setup = operator.setup
        return {
            "id": operator.id,
            "state": operator.state.value,
            "zh": zh,
            "en": en,
            "name": operator.name,
            "creditCode": operator.credit_code,
            "source": operator.source,
            "pushUrl": f"{self.public_url}/push/{operator.source}" if operator.source else None,
            "keys": [key["kid"] for key in operator.keys],
            "setup": msgspec.to_builtins(setup) if setup else None,
            "generations": list(operator.generations),
            "check": self._pass(operator),
            "steps": possible(operator.state, Role.OPERATOR),
        }

    def _pass(self, operator: Registered) -> dict[str, Any]:
        checked = operator.checked
        at = checked.at.isoformat() if checked else None
        return {"at": at, "passed": operator.passed(self.clock())}


async def _read(request: Request, form: type[T]) -> T:
    """The body, a JSON object of this form. Raises BadInput (BODY), TooLarge."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    raw = await read_body(request, MAX_BODY_BYTES)
    if kind != "application/json":
        raise BadInput("请以 application/json 提交", "send it as application/json", code="BODY")
    try:
        return msgspec.json.decode(raw, type=form)
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as bad:  # tells the place and the form, not the value
        why = str(bad)[:200]
        raise BadInput(f"请求体格式有误：{why}", f"the body cannot be read: {why}", code="BODY") from None


def _entry(entry: Entry) -> dict[str, Any]:
    """A row of the audit as its operator sees it: which of the staff it was is not told."""
    who = entry.who.split(":")[0]
    return {"seq": entry.seq, "at": entry.at.isoformat(), "who": who, "what": entry.what, "detail": entry.detail}


def _unknown() -> Denied:
    return Denied(
        "令牌缺失、过期或已失效：请向 /oauth/token 重新申请",
        "the token is missing, has ended or is good no more: ask /oauth/token for another",
        code="TOKEN",
    )
