"""Self-service of operators over real HTTP: what it asks for, what it refuses, and what it says then."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from starlette.applications import Starlette

from finder.federation.register.checks import Checks
from finder.federation.register.clients import READ, SCOPES, RegisterClients
from finder.federation.register.states import State, Step
from finder.identity.buckets import MemoryBuckets
from finder.identity.oauth.server import TokenServer
from finder.identity.oauth.tokens import Tokens
from finder.kernel.clock import system_clock
from finder.storage.database import Database
from finder.web.oauth import OAuthEndpoints
from finder.web.register import APPLICATIONS, CHECKS, MAX_BODY_BYTES, SelfService
from tests.contract.register_world import CHIEF, CODE, MACHINE, THEIRS, Desk, actor
from tests.journeys.federation_world import until
from tests.protocol.oauth_peer import Machine
from tests.protocol.serving import serving

APPLICATION = {"name": "晋北充电有限公司", "creditCode": CODE, "contact": "张三 13800138000", "keys": [MACHINE.public]}
SETUP = {"protocol": "feed", "baseUrl": "https://operator.example"}


@dataclass
class Served:
    url: str
    desk: Desk
    tokens: Tokens
    http: httpx.AsyncClient
    bearers: dict[str, str] = field(default_factory=dict)

    async def bearer(self, machine: Machine, scope: str = "") -> str:
        form = machine.form(machine.assertion(f"{self.url}/oauth/token"), **({"scope": scope} if scope else {}))
        answer = await self.http.post("/oauth/token", data=form)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    async def ask(self, method: str, path: str, token: str = "", told: Any = None) -> httpx.Response:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return await self.http.request(method, path, json=told, headers=headers)

    async def refused(self, status: int, code: str, answer: httpx.Response) -> dict[str, Any]:
        told: dict[str, Any] = answer.json()
        assert (answer.status_code, told["code"]) == (status, code), answer.text
        assert told["zh"]
        assert told["en"]
        return told

    async def applied(self) -> tuple[str, Machine]:
        answer = await self.ask("POST", "/register/operators", told=APPLICATION)
        assert answer.status_code == 201, answer.text
        operator_id = answer.json()["clientId"]
        machine = Machine(operator_id)
        machine.key = MACHINE.key
        return operator_id, machine

    async def testing(self) -> tuple[str, str]:
        operator_id, machine = await self.applied()
        await self.desk.register.approve(operator_id, "jinbei", "已核对", CHIEF)
        return operator_id, await self.bearer(machine)


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    database = Database(f"sqlite:///{tmp_path / 'f.sqlite3'}")
    desk, tokens = Desk(database), Tokens(database, system_clock)
    app = Starlette()
    async with serving(app) as url, httpx.AsyncClient(base_url=url) as http:
        server = TokenServer(url, RegisterClients(desk.records), tokens, system_clock, SCOPES)
        buckets, checks = MemoryBuckets(), Checks(desk.register)
        service = SelfService(desk.register, checks, tokens, buckets, desk.clock, url)
        app.router.routes[:] = [*OAuthEndpoints(server, buckets).routes(), *service.routes()]
        yield Served(url, desk, tokens, http)
        await checks.close()
    await database.close()


async def test_an_application_is_answered_with_what_comes_next(served: Served) -> None:
    answer = await served.ask("POST", "/register/operators", told=APPLICATION)
    told = answer.json()
    assert answer.status_code == 201
    assert (told["state"], told["creditCode"], told["source"], told["keys"]) == ("APPLIED", CODE, None, ["k1"])
    assert told["tokenUrl"] == f"{served.url}/oauth/token"
    assert told["steps"] == ["keys", "leave"]
    assert answer.headers["cache-control"] == "no-store"
    assert "13800138000" not in answer.text
    (entry,) = await served.desk.records.audit.history(told["id"])
    assert (entry.what, entry.origin) == ("apply", "127.0.0.1")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"creditCode": CODE[:-1] + "4"}, "CREDIT_CODE"),
        ({"name": ""}, "NAME"),
        ({"keys": [dict(MACHINE.key.as_dict(private=True))]}, "PRIVATE_KEY"),
        ({"keys": []}, "PUBLIC_KEYS"),
        ({"state": "LIVE"}, "BODY"),
        ({"name": 7}, "BODY"),
    ],
)
async def test_an_application_that_cannot_be_taken_says_why(served: Served, changes: Any, code: str) -> None:
    await served.refused(400, code, await served.ask("POST", "/register/operators", told=APPLICATION | changes))
    assert await served.desk.records.all() == []


async def test_bodies_at_their_limit_and_one_past_and_of_other_kinds(served: Served) -> None:
    headers = {"content-type": "application/json"}

    async def send(content: bytes, kind: dict[str, str] = headers) -> httpx.Response:
        return await served.http.post("/register/operators", content=content, headers=kind)

    body = json.dumps(APPLICATION).encode()
    padded = body + b" " * (MAX_BODY_BYTES - len(body))
    assert (await send(padded)).status_code == 201
    await served.refused(413, "BODY_TOO_LARGE", await send(padded + b" "))
    await served.refused(400, "BODY", await send(body, {"content-type": "text/plain"}))
    deep = b'{"name":"a","creditCode":"b","contact":"c","keys":' + b"[" * 15_000 + b"}"
    await served.refused(400, "BODY", await send(deep))


async def test_who_applies_too_often_is_told_when_to_come_again(served: Served) -> None:
    answers = [await served.ask("POST", "/register/operators", told={}) for _ in range(APPLICATIONS.burst + 1)]
    assert [a.status_code for a in answers] == [*[400] * APPLICATIONS.burst, 429]
    assert answers[-1].json()["code"] == "TOO_OFTEN"
    assert 500 < int(answers[-1].headers["retry-after"]) <= 600


async def test_everything_else_asks_for_a_token_of_the_operators_own(served: Served) -> None:
    paths = [
        *(("GET", p) for p in ("", "/history", "/report")),
        *(("POST", p) for p in ("/keys", "/credentials", "/check", "/go-live", "/pause", "/leave")),
        *(("DELETE", p) for p in ("/keys/k1", "/credentials/former")),
        ("PUT", "/setup"),
    ]
    for method, path in paths:
        for token in ("", "fndr_nonsense", "x" * 300):
            answer = await served.ask(method, f"/register/me{path}", token)
            await served.refused(401, "TOKEN", answer)
            assert answer.headers["www-authenticate"] == "Bearer"
    operator_id, machine = await served.applied()
    reader = await served.bearer(machine, READ)
    for method, path in paths:
        answer = await served.ask(method, f"/register/me{path}", reader)
        if method == "GET":
            assert answer.status_code == 200
        else:
            await served.refused(403, "SCOPE", answer)
    basic = await served.http.get("/register/me", headers={"authorization": f"Basic {reader}"})
    await served.refused(401, "TOKEN", basic)
    (entry,) = (await served.ask("GET", "/register/me/history", reader)).json()["entries"]
    assert (entry["what"], entry["who"], operator_id) == ("apply", "operator", (await served.desk.records.all())[0].id)


async def test_one_who_was_refused_reads_why_and_does_no_more(served: Served) -> None:
    operator_id, machine = await served.applied()
    token = await served.bearer(machine)
    await served.desk.register.supervise(operator_id, Step.REFUSE, "执照已注销", CHIEF)
    told = (await served.ask("GET", "/register/me/history", token)).json()["entries"][-1]
    assert (told["what"], told["who"], told["detail"]["reason"]) == ("refuse", "supervisor", "执照已注销")
    await served.refused(403, "SCOPE", await served.ask("POST", "/register/me/leave", token))
    form = machine.form(machine.assertion(served.url), scope="operator.write")
    assert (await served.http.post("/oauth/token", data=form)).json()["code"] == "INVALID_SCOPE"


async def test_setup_credentials_check_and_going_live(served: Served) -> None:
    _, token = await served.testing()

    async def ask(method: str, path: str, told: Any = None) -> httpx.Response:
        return await served.ask(method, f"/register/me{path}", token, told)

    await served.refused(409, "NOT_SET_UP", await ask("POST", "/go-live"))
    denied = SETUP | {"baseUrl": "https://inside.example"}
    await served.refused(400, "ADDRESS_DENIED", await ask("PUT", "/setup", denied))
    assert (await ask("PUT", "/setup", SETUP)).json()["setup"] == SETUP | {"settings": {}}
    await served.refused(400, "SECRET_MISSING", await ask("POST", "/credentials", {"secrets": {}}))
    given = await ask("POST", "/credentials", {"secrets": THEIRS})
    assert given.status_code == 201
    assert len(given.json()["secrets"]["PUSH_SIG_SECRET"]) == 32
    assert given.json()["pushUrl"] == f"{served.url}/push/jinbei"
    me = (await ask("GET", "")).text
    assert given.json()["secrets"]["PUSH_SIG_SECRET"] not in me
    assert THEIRS["OPERATOR_SECRET"] not in given.text
    served.desk.kit.passed = False
    assert (await ask("POST", "/check")).status_code == 202

    async def report() -> Any:
        return (await ask("GET", "/report")).json()

    async def done() -> bool:
        return not (await report())["running"]

    await until(done)
    told = await report()
    assert (told["passed"], told["report"]["errors"]) == (False, 1)
    await served.refused(409, "NOT_PASSED", await ask("POST", "/go-live"))
    served.desk.kit.passed = True
    await ask("POST", "/check")
    await until(done)
    assert (await report())["passed"] is True
    assert (await ask("POST", "/go-live")).json()["state"] == "LIVE"
    await served.refused(409, "STATE", await ask("PUT", "/setup", SETUP))
    await served.refused(404, "NO_SUCH_STEP", await ask("POST", "/approve"))
    assert (await ask("POST", "/pause")).json()["steps"].count("resume") == 1


async def test_the_kit_is_not_run_too_often(served: Served) -> None:
    operator_id, token = await served.testing()
    answers = [await served.ask("POST", "/register/me/check", token) for _ in range(CHECKS.burst + 1)]
    assert [a.json()["code"] for a in answers] == [*["NOT_SET_UP"] * CHECKS.burst, "TOO_OFTEN"]
    assert (await served.desk.records.get(operator_id)).checked is None


async def test_keys_rotate_and_the_end_of_one_ends_its_tokens(served: Served) -> None:
    operator_id, machine = await served.applied()
    token, fresh = await served.bearer(machine), Machine(operator_id, "k2", rsa=True)
    added = await served.ask("POST", "/register/me/keys", token, {"key": fresh.public})
    assert added.json()["keys"] == ["k1", "k2"]
    tokens = [await served.bearer(each) for each in (machine, fresh)]  # both are good
    ended = await served.ask("DELETE", "/register/me/keys/k1", tokens[1])
    assert ended.json()["keys"] == ["k2"]
    for old in (token, *tokens):
        await served.refused(401, "TOKEN", await served.ask("GET", "/register/me", old))
    form = machine.form(machine.assertion(served.url))
    assert (await served.http.post("/oauth/token", data=form)).json()["code"] == "INVALID_CLIENT"
    token = await served.bearer(fresh)
    await served.refused(409, "LAST_KEY", await served.ask("DELETE", "/register/me/keys/k2", token))
    await served.refused(404, "NO_SUCH_KEY", await served.ask("DELETE", "/register/me/keys/k1", token))


async def test_a_key_of_any_name_can_be_ended(served: Served) -> None:
    operator_id, machine = await served.applied()
    for kid in ("a/b", "a b?c#d%2F"):
        odd = Machine(operator_id, kid)
        await served.ask("POST", "/register/me/keys", await served.bearer(machine), {"key": odd.public})
        ended = await served.ask("DELETE", f"/register/me/keys/{quote(kid, safe='')}", await served.bearer(odd))
        assert ended.json()["keys"] == ["k1"]


async def test_one_who_left_is_not_known_any_more(served: Served) -> None:
    _, machine = await served.applied()
    token = await served.bearer(machine)
    assert (await served.ask("POST", "/register/me/leave", token)).json()["state"] == "LEFT"
    await served.refused(401, "TOKEN", await served.ask("GET", "/register/me", token))
    answer = await served.http.post("/oauth/token", data=machine.form(machine.assertion(served.url)))
    assert answer.json()["code"] == "INVALID_CLIENT"
    # Removed by the staff, in another process: the token that is still kept is worth nothing either.
    second, machine = await served.applied()
    token = await served.bearer(machine)
    left = await served.desk.register.supervise(second, Step.LEAVE, "停业", CHIEF)
    assert left.state is State.LEFT
    assert await served.tokens.find(token) is not None
    await served.refused(401, "TOKEN", await served.ask("GET", "/register/me", token))
    assert actor(left).who != CHIEF.who


async def test_no_secret_that_was_sent_or_given_reaches_a_log(
    served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    _, token = await served.testing()
    await served.ask("PUT", "/register/me/setup", token, SETUP)
    given = await served.ask("POST", "/register/me/credentials", token, {"secrets": THEIRS})
    await served.ask("POST", "/register/me/credentials", token, {"secrets": {"OPERATOR_SECRET": ["hidden-in-a-list"]}})
    told = capsys.readouterr()
    for secret in (*THEIRS.values(), *given.json()["secrets"].values(), token, "hidden-in-a-list", "13800138000"):
        assert secret not in told.out + told.err
