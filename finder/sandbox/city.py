"""A practice city management: it verifies our signature, signs its answers, and can fail."""

import asyncio
import base64
import json
import secrets
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
import msgspec
import uvicorn
from joserfc import jwe
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from finder.cases.city import Peer
from finder.cases.model import CaseAnswer
from finder.cases.webhooks import ID, signed, verified
from finder.errors import Denied
from finder.kernel.clock import Clock, system_clock
from finder.sandbox.handles import guarded
from finder.sandbox.serve import HOST, EmbeddedServer, listen

_TRIES, _WAIT_S, _WITHIN_S = 5, 0.5, 5.0


class CityFaults(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How it answers, and what is wrong at the moment; the default is nothing."""

    answer: CaseAnswer = CaseAnswer.MOVED
    accepts_after_s: float = 5.0
    answers_after_s: float = 60.0
    hangs_after: bool = False  # a case is taken, and we never hear so
    breaks_after: bool = False  # a case is taken, and the answer is HTTP 500
    refuses: bool = False  # HTTP 500, and nothing is taken
    silent: bool = False  # answers lie there to be asked for, and are never sent
    never_answers: bool = False
    twice: bool = False  # every answer comes again, and under another id
    bad_signature: bool = False
    out_of_order: bool = False  # the answer comes first, and that it was accepted afterwards
    polled_badly: bool = False  # what is asked for is signed under another key

    def __post_init__(self) -> None:
        if not (0 <= self.accepts_after_s <= 86_400 and 0 <= self.answers_after_s <= 86_400):
            raise ValueError("accepts_after_s and answers_after_s must be 0 to 86400")


class CityTold(msgspec.Struct, frozen=True):
    """What the finder has to know of it, as it passes between two processes; keys in base64."""

    url: str
    ours: str
    theirs: str
    plate_key: str

    def peer(self) -> Peer:
        """Read again."""
        return Peer(self.url, [base64.b64decode(self.ours)], [base64.b64decode(self.theirs)], loopback=True)


@dataclass(slots=True)
class PracticeCity:
    """The server, running or not; keys are made anew."""

    clock: Clock = system_clock
    faults: CityFaults = field(default_factory=CityFaults)
    answers_to: str | None = None  # the finder's base URL; None: it is only asked
    url: str = ""
    requests: int = 0
    cases: dict[str, dict[str, Any]] = field(default_factory=dict, repr=False)  # as they were told, by their numbers
    said: dict[str, list[dict[str, Any]]] = field(default_factory=dict, repr=False)
    heard: list[tuple[str, int, str]] = field(default_factory=list)  # message, status and code of what we were told
    _ids: dict[str, bytes] = field(default_factory=dict, repr=False)
    _theirs: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)  # the finder's
    _ours: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    _plates: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"), repr=False)
    _http: httpx.AsyncClient = field(default_factory=lambda: httpx.AsyncClient(trust_env=False, timeout=_WITHIN_S))
    _tasks: set[asyncio.Task[None]] = field(default_factory=set, repr=False)
    _server: uvicorn.Server | None = None
    _serving: asyncio.Task[None] | None = None

    def told(self) -> CityTold:
        """What the finder has to know of it."""
        ours, theirs = (base64.b64encode(key).decode() for key in (self._theirs, self._ours))
        return CityTold(self.url, ours, theirs, json.dumps(self._plates.as_dict(private=False)))

    def plate(self, case: str) -> str | None:
        """The plate that a case was told with."""
        sealed = self.cases[case]["plate"]
        if sealed is None:
            return None
        content = json.loads(jwe.decrypt_compact(sealed, self._plates).plaintext or b"{}")
        if content["case"] != case:
            raise ValueError("the plate is of another case")
        return str(content["plate"])

    async def start(self, listener: socket.socket | None = None) -> "PracticeCity":
        """Serves on loopback."""
        listener = listener or listen(HOST, 0)
        self.url = f"http://{HOST}:{listener.getsockname()[1]}"
        routes = [
            Route("/cases", self._take, methods=["POST"]),
            Route("/cases/{case}", self._tell, methods=["GET"]),
            Route("/_faults", guarded(self._set), methods=["POST"]),
            Route("/_shown", self._show, methods=["GET"]),
        ]
        app = Starlette(routes=routes)
        config = uvicorn.Config(app, ws="none", lifespan="off", log_config=None, access_log=False, server_header=False)
        self._server = EmbeddedServer(config)
        self._server.config.load()
        self._serving = asyncio.create_task(self._server.serve(sockets=[listener]))
        return self

    async def close(self) -> None:
        """Stops."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._http.aclose()
        if self._server is not None and self._serving is not None:
            self._server.should_exit = self._server.force_exit = True
            await self._serving

    def message(self, case: str, answer: CaseAnswer | None = None, **more: Any) -> dict[str, Any]:
        """An answer under an id of its own; without one, that the case was accepted."""
        now: datetime = self.clock()
        data: dict[str, Any] = {"case": case, "reference": f"CG-{case[-6:]}", **more}
        if answer is not None:
            data |= {"answer": answer.value, "lookedAt": more.get("lookedAt", now.isoformat())}
        kind = "case.accepted" if answer is None else "case.answered"
        body = {"type": kind, "timestamp": now.isoformat(), "data": data}
        return {"id": f"msg_{secrets.token_hex(8)}", "message": body}

    def say(self, message: dict[str, Any]) -> dict[str, Any]:
        """Lays it there to be asked for."""
        self.said.setdefault(message["message"]["data"]["case"], []).append(message)
        return message

    async def send(self, message: dict[str, Any], key: bytes | None = None) -> tuple[int, str]:
        """Posts it once, signed at this moment; status and code of what came back."""
        body = msgspec.json.encode(message["message"])
        keys = [secrets.token_bytes(32)] if self.faults.bad_signature else [key or self._ours]
        headers = {"content-type": "application/json", **signed(keys, message["id"], self.clock(), body)}
        answer = await self._http.post(f"{self.answers_to}/cases/answers", content=body, headers=headers)
        told = answer.json()
        result = answer.status_code, str(told.get("code", told.get("state", "")))
        self.heard.append((message["id"], *result))
        return result

    async def _take(self, request: Request) -> Response:
        self.requests += 1
        faults, body = self.faults, await request.body()
        if faults.refuses:
            return Response("演示故障", 500)
        try:
            message_id = verified([self._theirs], request.headers, body, self.clock())
            told = msgspec.json.decode(body, type=dict[str, Any])
            case = told["data"]["case"]
        except Denied as bad:
            return JSONResponse({"code": bad.code}, bad.http_status)
        except (msgspec.MsgspecError, KeyError, TypeError):
            return JSONResponse({"code": "BAD_FORM"}, 400)
        if self._ids.setdefault(message_id, body) != body:
            return JSONResponse({"code": "OTHER_CONTENT"}, 409)
        if case not in self.cases:
            self.cases[case] = told["data"]
            task = asyncio.create_task(self._see_to(case))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        if faults.hangs_after:
            await request.receive()  # returns when the caller has hung up
            return Response(status_code=499)
        if faults.breaks_after:
            return Response("演示故障", 500)
        return JSONResponse({"taken": True})

    async def _see_to(self, case: str) -> None:
        faults = self.faults
        await asyncio.sleep(faults.accepts_after_s)
        accepted = self.message(case)
        if not faults.out_of_order:
            await self._deliver(accepted)
        await asyncio.sleep(max(0.0, faults.answers_after_s - faults.accepts_after_s))
        if not self.faults.never_answers:
            await self._deliver(self.message(case, self.faults.answer, text="演示：已到场处理"))
        if faults.out_of_order:
            await self._deliver(accepted)

    async def _deliver(self, message: dict[str, Any]) -> None:
        self.say(message)
        if self.faults.silent or self.answers_to is None:
            return
        again = [message, {**message, "id": f"{message['id']}_again"}] if self.faults.twice else []
        for each in (message, *again):
            for _ in range(_TRIES):
                with suppress(httpx.HTTPError, ValueError):
                    if (await self.send(each))[0] < 500:
                        break
                await asyncio.sleep(_WAIT_S)

    async def _tell(self, request: Request) -> Response:
        self.requests += 1
        case: str = request.path_params["case"]
        try:
            asked = verified([self._theirs], request.headers, b"", self.clock())
        except Denied as bad:
            return JSONResponse({"code": bad.code}, bad.http_status)
        if case not in self.cases:
            return JSONResponse({"code": "NO_SUCH_CASE"}, 404)
        body = msgspec.json.encode({"case": case, "answers": self.said.get(case, [])})
        key = secrets.token_bytes(32) if self.faults.polled_badly else self._ours
        headers: Mapping[str, str] = signed([key], asked, self.clock(), body)
        return Response(body, headers={**headers, ID: asked}, media_type="application/json")

    async def _set(self, request: Request) -> Response:
        self.faults = msgspec.json.decode(await request.body(), type=CityFaults)
        return Response(status_code=204)

    async def _show(self, request: Request) -> Response:
        told = {"cases": len(self.cases), "said": sum(map(len, self.said.values())), "heard": self.heard}
        return Response(msgspec.json.encode(told), media_type="application/json")
