"""Two citizens and a sensor over a running practice finder, everything over real HTTP: how 'usable' changes."""

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
async def running(folder: Path) -> AsyncIterator[tuple[str, str]]:
    """A practice finder: its address, and its practice operators'."""
    listener = listen("127.0.0.1", 0)
    settings = Settings(data_dir=folder, port=listener.getsockname()[1])
    with PracticeProcess(speed=60, share=0.05, money=True) as process:
        money = process.money
        assert money is not None
        settings = settings.model_copy(update={"sms_url": money.sms_url, "sms_key": SecretStr(money.sms_key)})
        app = build_app(settings, process.connectors, money=money)
        server = EmbeddedServer(
            uvicorn.Config(app, ws="websockets-sansio", log_config=None, access_log=False, timeout_graceful_shutdown=1)
        )
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield settings.base_url, process.keys.base_url
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


async def _show(console: Console) -> int:
    with tempfile.TemporaryDirectory() as folder:
        async with running(Path(folder)) as (url, practice), httpx.AsyncClient(base_url=url, timeout=20) as http:
            one, other = Citizen(http), Citizen(http)
            station, (bay, second, third) = await _bays(one, 3)
            for bay_id in (bay, second, third):
                await _sensor(practice, bay_id, _PARK_FREE)
            await one.sign_in(PHONES[0])
            await other.sign_in(PHONES[1])
            table = Table(
                "步骤 · step", "该车位 · the bay", "可用 · usable", "被占 · blocked", "依据 · by", title=station["name"]
            )
            said = {"kind": "FUEL_CAR", **station["location"]}

            async def row(step: str, of: str) -> Any:
                now = next(each for each in await one.stations() if each["id"] == station["id"])
                seen = next(each for each in now["evses"] if each["id"] == of)
                by = ", ".join(seen["blockedBay"]["by"]) if seen["blockedBay"] else "–"
                counts = now["availability"]
                table.add_row(step, seen["live"]["status"], str(counts["available"]), str(counts["blocked"]), by)
                return seen

            async def report(who: Citizen, of: str, key: str) -> None:
                seen_at = system_clock().isoformat()
                await who.ask(_REPORT, i={**said, "evseId": of, "seenAt": seen_at, "idempotencyKey": key})

            await row("开始 · before", bay)
            await asyncio.gather(one.charge(station["id"], second), other.charge(station["id"], third))
            await row("两人各充过一次电 · each has charged once", bay)
            await report(one, bay, "a")
            await row("一人报告 · one citizen reports", bay)
            await report(other, bay, "b")
            blocked = await row("另一人报告 · another one too", bay)
            await report(one, second, "c")
            await _sensor(practice, second, _PARK_TAKEN)
            sensed = await _until(one, station["id"], second)
            await row("一人报告，车位传感器印证 · one citizen and the sensor", second)
            console.print(table)
            done = blocked["live"]["status"] == "BLOCKED" and sensed
            console.print(
                "案件交接待 cases 模块 · the case at city management is not part of this yet", highlight=False
            )
            return 0 if done else 1


async def _sensor(practice: str, evse: str, park: int) -> None:
    asked = {"connectorId": evse.partition("/")[2], "status": _FREE, "parkStatus": park}
    async with httpx.AsyncClient(base_url=practice) as http:
        (await http.post(f"/{SOURCE}/_set", json=asked)).raise_for_status()


async def _until(who: Citizen, station: str, evse: str) -> bool:
    async with asyncio.timeout(_WITHIN_S):
        while True:
            now = next(each for each in await who.stations() if each["id"] == station)
            if next(each for each in now["evses"] if each["id"] == evse)["blockedBay"]:
                return True
            await asyncio.sleep(_LOOK_S)


def report() -> int:
    """`finder demo report`: 0 where both bays are blocked at the end."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    return asyncio.run(_show(Console()))
