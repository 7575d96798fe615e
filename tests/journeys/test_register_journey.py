"""An operator's whole life with us, over real HTTP: its platform, its machine, the staff's commands and a driver."""

import asyncio
import dataclasses
import os
import re
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from finder.app import build_app, choose_register
from finder.connectors.tcec102 import Credentials
from finder.kernel.clock import system_clock
from finder.sandbox.push import Pusher
from finder.sandbox.serve import EmbeddedServer, Sandbox, listen, start_sandbox
from finder.settings import Settings
from tests.protocol.oauth_peer import Machine

pytestmark = pytest.mark.slow

SOURCE, CODE = "north", "91350100M000100Y43"
STATIONS = """{
  stationsInBox(box: {south: 38, west: 111, north: 40, east: 114}, zoom: 16) {
    total
    stations { id evses { id live { status } } }
    partialFailures { operator name code message }
  }
}"""


@dataclass
class Operator:
    """The operator's side: a platform that serves T/CEC 102, and a machine that talks to our self-service."""

    sandbox: Sandbox
    http: httpx.AsyncClient
    machine: Machine
    token: str = ""
    pusher: Pusher | None = None
    pushers: list[Pusher] = field(default_factory=list)
    flips: int = 0

    @property
    def platform(self) -> Any:
        return self.sandbox.platforms["jinbei"]

    def theirs(self, keys: Credentials) -> dict[str, str]:
        return {name.upper(): getattr(keys, name) for name in keys.__dataclass_fields__}

    async def log_in(self) -> None:
        url = (await self.http.get("/.well-known/oauth-authorization-server")).json()["token_endpoint"]
        answer = await self.http.post("/oauth/token", data=self.machine.form(self.machine.assertion(url)))
        assert answer.status_code == 200, answer.text
        self.token = answer.json()["access_token"]

    async def ask(self, method: str, path: str, told: Any = None, status: int = 200) -> Any:
        headers = {"authorization": f"Bearer {self.token}"} if self.token else {}
        answer = await self.http.request(method, f"/register{path}", json=told, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def exchange(self, keys: Credentials) -> Pusher | None:
        """New secrets both ways; from now on it pushes under ours. Returns what pushed under the former ones."""
        told = await self.ask("POST", "/me/credentials", {"secrets": self.theirs(keys)}, 201)
        ours = {name.removeprefix("PUSH_").lower(): value for name, value in told["secrets"].items()}
        former = self.pusher
        self.pusher = Pusher(self.platform, Credentials(**ours), system_clock, told["pushUrl"].split("/push/")[0])
        self.pushers.append(self.pusher)
        return former

    async def push(self) -> bool:
        """Flips a bay, tells us so, and says whether that was taken."""
        assert self.pusher is not None
        self.flips += 1
        gun = next(iter(self.platform.sites.values())).guns[0].id
        self.sandbox.day.pin(gun, 255 if self.flips % 2 else 1)
        await self.pusher.tick()
        return self.pusher.last_answer == {"Ret": 0, "Msg": "", "Data": {"Status": 0}}


@dataclass
class Driver:
    http: httpx.AsyncClient

    async def look(self) -> Any:
        answer = await self.http.post("/graphql", json={"query": STATIONS})
        told = answer.json()
        assert "errors" not in told, told
        return told["data"]["stationsInBox"]

    async def own(self) -> list[Any]:
        return [s for s in (await self.look())["stations"] if s["id"].startswith(f"{SOURCE}/")]

    async def known(self) -> int:
        """EVSEs of the operator whose status is known."""
        statuses = [evse["live"]["status"] for station in await self.own() for evse in station["evses"]]
        return sum(status != "UNKNOWN" for status in statuses)


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[tuple[str, Settings]]:
    listener = listen("127.0.0.1", 0)
    settings = settings.model_copy(update={"port": listener.getsockname()[1]})
    config = uvicorn.Config(
        build_app(settings), ws="none", log_config=None, access_log=False, timeout_graceful_shutdown=1
    )
    server = EmbeddedServer(config)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await eventually(lambda: server.started)
        yield settings.base_url, settings
    finally:
        server.should_exit = True
        await running


async def staff(settings: Settings, *words: str) -> str:
    """A command in a process of its own."""
    env = os.environ | {"FINDER_DATA_DIR": str(settings.data_dir), "COLUMNS": "200"}
    arguments = ("-m", "finder.cli", "operator", *words)
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, env=env, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return out.decode()


async def test_from_application_to_leaving(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, register_loopback=True, port=0)
    sandbox = await start_sandbox(share=0.02, pushing=False)
    first = sandbox.keys.calling["jinbei"]
    sandbox.platforms["jinbei"].operator = dataclasses.replace(sandbox.platforms["jinbei"].operator, source=SOURCE)
    try:
        async with serving(settings) as (url, settings), httpx.AsyncClient(base_url=url) as http:
            operator, driver = Operator(sandbox, http, Machine(rsa=True)), Driver(http)

            # It applies, and can do nothing yet.
            keys = [operator.machine.public]
            applied = {"name": "晋北充电有限公司", "creditCode": CODE, "contact": "noc@example.com", "keys": keys}
            told = await operator.ask("POST", "/operators", applied, 201)
            operator.machine.client_id = told["clientId"]
            await operator.log_in()
            base_url = f"{sandbox.keys.base_url}/jinbei"
            entry = {"our_id": "MA0FINDER", "peer_id": "MA0JINBEI", "pushes": True}
            setup = {"protocol": "tcec102", "baseUrl": base_url, "settings": entry}
            assert (await operator.ask("PUT", "/me/setup", setup, 409))["code"] == "STATE"
            assert told["clientId"] in await staff(settings, "list", "--state", "APPLIED")
            why = ("--reason", "已核对营业执照", "--as", "zhang")
            await staff(settings, "approve", told["clientId"], "--source", SOURCE, *why)

            # It sets itself up and is checked: first with a wrong secret, then with the right ones.
            inside = setup | {"baseUrl": "http://169.254.169.254/latest"}
            assert (await operator.ask("PUT", "/me/setup", inside, 400))["code"] == "ADDRESS_SCHEME"
            await operator.ask("PUT", "/me/setup", setup)
            await operator.exchange(dataclasses.replace(first, sig_secret="not-the-one"))
            assert not await self_check(operator)
            assert (await operator.ask("POST", "/me/go-live", status=409))["code"] == "NOT_PASSED"
            await operator.exchange(first)
            await operator.ask("DELETE", "/me/credentials/former")
            assert await self_check(operator)
            assert await driver.own() == []
            assert (await operator.ask("POST", "/me/go-live"))["state"] == "LIVE"

            # Drivers find its stations, with live status; its pushes are taken.
            expected = len(operator.platform.sites)
            await eventually(lambda: _has(driver, expected))
            await eventually(driver.known)
            assert await operator.push()

            # It changes its keys, both kinds, without a gap.
            fresh = Machine(operator.machine.client_id, "k2")
            await operator.ask("POST", "/me/keys", {"key": fresh.public})
            await operator.ask("DELETE", "/me/keys/k1")
            operator.machine = fresh
            await operator.log_in()
            second = Credentials(*("n" * 16 for _ in range(4)))
            former = await operator.exchange(second)
            operator.platform._keys = second
            assert await driver.known()
            await eventually(operator.push)
            newest, operator.pusher = operator.pusher, former
            assert await operator.push()  # under the former keys, which are good as well
            assert (await operator.ask("DELETE", "/me/credentials/former"))["generations"] == [3]
            await eventually(lambda: _refused(operator))
            operator.pusher = newest
            assert await operator.push()

            # It pauses: its stations stay, their status is unknown, and the driver reads why.
            await operator.ask("POST", "/me/pause")
            await eventually(lambda: _named(driver, "OPERATOR_PAUSED"))
            assert await driver.known() == 0
            assert len(await driver.own()) == expected
            assert (await operator.ask("POST", "/me/resume"))["state"] == "LIVE"
            await eventually(driver.known)
            assert not await _named(driver, "OPERATOR_PAUSED")

            # So does a supervisor, and the operator cannot end that.
            await staff(settings, "pause", operator.machine.client_id, "--reason", "状态不实", "--as", "zhang")
            await eventually(lambda: _named(driver, "OPERATOR_SUSPENDED"))
            assert (await operator.ask("POST", "/me/resume", status=409))["code"] == "STATE"
            await staff(settings, "reinstate", operator.machine.client_id, "--reason", "已整改", "--as", "li")
            await eventually(driver.known)

            # It leaves, and nothing of it is left but the audit.
            assert (await operator.ask("POST", "/me/leave"))["state"] == "LEFT"
            await eventually(lambda: _has(driver, 0))
            assert (await operator.ask("GET", "/me", status=401))["code"] == "TOKEN"
            async with choose_register(settings) as register:
                history = await register.records.audit.history(operator.machine.client_id)
                head = await register.records.audit.verify()
            assert [entry.what for entry in history] == [
                *("apply", "approve", "set_up", "credentials", "check", "credentials", "retire", "check", "go_live"),
                *("keys", "keys", "credentials", "retire", "pause", "resume", "suspend", "reinstate", "leave"),
            ]
            assert [e.detail["passed"] for e in history if e.what == "check"] == [False, True]
            assert {e.who for e in history if e.who.startswith("supervisor")} == {"supervisor:zhang", "supervisor:li"}
            assert re.search(rf"{head.seq}:{head.hash.hex()}", await staff(settings, "audit", "--mark", str(head)))
            for pusher in operator.pushers:
                await pusher.close()
    finally:
        await sandbox.close()


async def eventually(holds: Callable[[], Any], seconds: float = 30.0) -> None:
    async with asyncio.timeout(seconds):
        while True:
            met = holds()
            if asyncio.iscoroutine(met):
                met = await met
            if met:
                return
            await asyncio.sleep(0.1)


async def self_check(operator: Operator) -> bool:
    """Has the kit run, and says whether it passed."""
    await operator.ask("POST", "/me/check", status=202)

    async def done() -> bool:
        return not (await operator.ask("GET", "/me/report"))["running"]

    await eventually(done)
    return bool((await operator.ask("GET", "/me/report"))["passed"])


async def _has(driver: Driver, count: int) -> bool:
    return len(await driver.own()) == count


async def _named(driver: Driver, code: str) -> bool:
    return code in {failure["code"] for failure in (await driver.look())["partialFailures"]}


async def _refused(operator: Operator) -> bool:
    return not await operator.push()
