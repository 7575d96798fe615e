"""Two citizens, a sensor and city management over a running practice finder, all over real HTTP: what is usable."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import structlog
import uvicorn
from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from finder.app import build_app
from finder.kernel.clock import system_clock
from finder.sandbox.child import PracticeProcess
from finder.sandbox.serve import EmbeddedServer, listen
from finder.settings import Settings

SOURCE, PHONES = "yanmen", ("13800000001", "13800000002")
_FREE, _PARK_FREE, _PARK_TAKEN = 1, 10, 50
_WITHIN_S, _LOOK_S = 90.0, 0.3
_NEAR = """{stationsNear(at:{lat:38.42,lon:112.73},radiusM:200000,first:100){edges{node{
  id name location{lat lon} availability{total available blocked}
  evses{id live{status} connectors{powerKw} blockedBay{by until} reportedBay{kind}}}}}}"""
_QUOTE = "query($ask:QuoteInput!){quote(ask:$ask){id}}"
_START = "mutation($ask:StartInput!){startCharging(ask:$ask){number stage}}"
_STOP = "mutation($n:ID!){stopCharging(number:$n){stage}}"
_ORDER = "query($n:ID!){order(number:$n){stage capturedFen kwh}}"
_REPORT = "mutation($i:BayReportInput!){reportBay(input:$i){state reason}}"
_MINE = "{myBayReports(first:1){evseId case{state answer}}}"
_SOON = {"accepts_after_s": 1.5, "answers_after_s": 4.0}


class Citizen:
    """Somebody with a phone."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http, self._token = http, ""

    async def ask(self, query: str, **variables: Any) -> Any:
        """The answer's one field. Raises RuntimeError with its code."""
        headers = {"authorization": f"Bearer {self._token}"} if self._token else {}
        asked = {"query": query, "variables": variables}
        told = (await self._http.post("/graphql", json=asked, headers=headers)).json()
        if "errors" in told:
            raise RuntimeError(told["errors"][0]["extensions"]["code"])
        return next(iter(told["data"].values()))

    async def sign_in(self, phone: str) -> None:
        """By the code that the practice gateway shows."""
        sent = await self.ask("mutation($p:String!){requestCode(phone:$p){challenge}}", p=phone)
        shown = (await self._http.get("/practice/messages")).json()
        code = next(each["code"] for each in shown if each["phone"] == phone)
        signing = "mutation($c:String!,$k:String!){signIn(challenge:$c,code:$k){accessToken}}"
        self._token = (await self.ask(signing, c=sent["challenge"], k=code))["accessToken"]

    async def stations(self) -> list[Any]:
        """The operator's, as everybody sees them."""
        edges = (await self.ask(_NEAR))["edges"]
        return [each["node"] for each in edges if each["node"]["id"].startswith(f"{SOURCE}/")]

    async def charge(self, station: str, evse: str) -> None:
        """A short session, paid."""
        quote = await self.ask(_QUOTE, ask={"stationId": station, "evseId": evse, "energyKwh": 10})
        ask = {"quoteId": quote["id"], "channel": "wechat", "capFen": 30_000, "idempotencyKey": "demo"}
        number = (await self.ask(_START, ask=ask))["number"]
        stopped = False
        async with asyncio.timeout(_WITHIN_S):
            while True:
                order = await self.ask(_ORDER, n=number)
                if order["stage"] == "DONE":
                    return
                if order["stage"] == "CHARGING" and (order["kwh"] or 0) > 0 and not stopped:
                    stopped = True
                    await self.ask(_STOP, n=number)
                await asyncio.sleep(_LOOK_S)


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[tuple[str, str, str]]:
    """A practice finder: its address, its practice operators', and its practice city management's."""
    listener = listen("127.0.0.1", 0)
    settings = Settings(data_dir=folder, port=listener.getsockname()[1])
    with PracticeProcess(speed=60, share=0.05, money=True) as process:
        money = process.money
        assert money is not None
        assert money.city is not None
        settings = settings.model_copy(update={"sms_url": money.sms_url, "sms_key": SecretStr(money.sms_key)})
        app = build_app(settings, process.connectors, money=money)
        server = EmbeddedServer(
            uvicorn.Config(app, ws="websockets-sansio", log_config=None, access_log=False, timeout_graceful_shutdown=1)
        )
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield settings.base_url, process.keys.base_url, money.city.url
        finally:
            server.should_exit = True
            await serving


async def _bays(citizen: Citizen, count: int) -> tuple[Any, list[str]]:
    """A station with so many fast bays that are free."""
    async with asyncio.timeout(_WITHIN_S):
        while True:
            try:
                for station in await citizen.stations():
                    free = [
                        each["id"]
                        for each in station["evses"]
                        if each["live"]["status"] == "AVAILABLE" and (each["connectors"][0]["powerKw"] or 0) >= 30
                    ]
                    if len(free) >= count:
                        return station, free[:count]
            except (httpx.HTTPError, RuntimeError):
                pass  # it is not up yet
            await asyncio.sleep(_LOOK_S)


class Scene:
    """A station, and a row for each step."""

    def __init__(self, eye: Citizen, station: Any) -> None:
        self._eye, self.station = eye, station
        self.table = Table("步骤 · step", title=station["name"])
        for name in ("该车位 · bay", "可用 · usable", "被占 · blocked", "依据 · by", "案件 · case"):
            self.table.add_column(name, no_wrap=name.startswith(("该", "依", "案")))

    async def row(self, step: str, bay: str, case: str = "–") -> str:
        """How the bay and its station are now; the bay's status."""
        now = next(each for each in await self._eye.stations() if each["id"] == self.station["id"])
        seen = next(each for each in now["evses"] if each["id"] == bay)
        by = ", ".join(seen["blockedBay"]["by"]) if seen["blockedBay"] else "–"
        counts, status = now["availability"], str(seen["live"]["status"])
        self.table.add_row(step, status, str(counts["available"]), str(counts["blocked"]), by, case)
        return status

    async def report(self, who: Citizen, bay: str, key: str) -> None:
        """Says that a fuel car stands there."""
        said = {"kind": "FUEL_CAR", **self.station["location"], "seenAt": system_clock().isoformat()}
        await who.ask(_REPORT, i={**said, "evseId": bay, "idempotencyKey": key})

    async def blocked(self, bay: str) -> None:
        """Waits until the bay is."""
        async with asyncio.timeout(_WITHIN_S):
            while True:
                now = next(each for each in await self._eye.stations() if each["id"] == self.station["id"])
                if next(each for each in now["evses"] if each["id"] == bay)["blockedBay"]:
                    return
                await asyncio.sleep(_LOOK_S)


async def _case(who: Citizen, *states: str) -> str:
    """Waits until the case of one's newest report is in one of these states; how it stands."""
    async with asyncio.timeout(_WITHIN_S):
        while True:
            (mine,) = await who.ask(_MINE)
            case = mine["case"]
            if case is not None and case["state"] in states:
                return f"{case['state']} {case['answer'] or ''}".strip()
            await asyncio.sleep(_LOOK_S)


async def _show(console: Console) -> int:
    with tempfile.TemporaryDirectory() as folder:
        async with (
            running(Path(folder)) as (url, practice, city),
            httpx.AsyncClient(base_url=url, timeout=20) as http,
        ):
            one, other = Citizen(http), Citizen(http)
            station, bays = await _bays(one, 3)
            for bay in bays:
                await _sensor(practice, bay, _PARK_FREE)
            await one.sign_in(PHONES[0])
            await other.sign_in(PHONES[1])
            scene = Scene(one, station)
            ends = [
                *await _by_two(scene, one, other, bays, city),
                *await _by_a_sensor(scene, one, bays[1], practice, city),
            ]
            console.print(scene.table)
            return 0 if ends == ["BLOCKED", "CLOSED MOVED", "AVAILABLE", "BLOCKED", "CLOSED FINED", "BLOCKED"] else 1


async def _by_two(scene: Scene, one: Citizen, other: Citizen, bays: list[str], city: str) -> list[str]:
    """Two who have each charged; city management has the car moved."""
    bay, station = bays[0], scene.station
    await _answers(city, "MOVED")
    await scene.row("开始 · before", bay)
    await asyncio.gather(one.charge(station["id"], bays[1]), other.charge(station["id"], bays[2]))
    await scene.row("两人各充过一次电 · each has charged once", bay)
    await scene.report(one, bay, "a")
    await scene.row("一人报告 · one citizen reports", bay)
    await scene.report(other, bay, "b")
    blocked = await scene.row(
        "另一人报告，移交城管 · another one too: handed over", bay, await _case(other, "OPENED", "SENT")
    )
    await scene.row("城管受理 · city management accepts it", bay, await _case(other, "ACCEPTED"))
    ended = await _case(other, "CLOSED")
    return [blocked, ended, await scene.row("城管：车已移走，结案 · it had the car moved", bay, ended)]


async def _by_a_sensor(scene: Scene, one: Citizen, bay: str, practice: str, city: str) -> list[str]:
    """One and the bay's sensor; city management fines whoever stands there, which moves nothing."""
    await _answers(city, "FINED")
    await scene.report(one, bay, "c")
    await _sensor(practice, bay, _PARK_TAKEN)
    await scene.blocked(bay)
    case = await _case(one, "OPENED", "SENT", "ACCEPTED")
    blocked = await scene.row("一人报告，车位传感器印证 · one citizen and the sensor", bay, case)
    ended = await _case(one, "CLOSED")
    return [blocked, ended, await scene.row("城管：已处罚，车仍在 · it fined the driver: the car stays", bay, ended)]


async def _answers(city: str, answer: str) -> None:
    async with httpx.AsyncClient(base_url=city) as http:
        (await http.post("/_faults", json={**_SOON, "answer": answer})).raise_for_status()


async def _sensor(practice: str, evse: str, park: int) -> None:
    asked = {"connectorId": evse.partition("/")[2], "status": _FREE, "parkStatus": park}
    async with httpx.AsyncClient(base_url=practice) as http:
        (await http.post(f"/{SOURCE}/_set", json=asked)).raise_for_status()


def report() -> int:
    """`finder demo report`: 0 where each step is as it should be."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    return asyncio.run(_show(Console()))
