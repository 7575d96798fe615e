"""A driver charges through the gateway alone: practice operators, channels and messages, each over real HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zlib import crc32

import httpx
import pytest
import pytest_asyncio
import uvicorn
from pydantic import SecretStr
from websockets.asyncio.client import connect

from finder.app import build_app, choose_work
from finder.charging.order import Order
from finder.charging.verify import verify
from finder.sandbox.child import PracticeProcess
from finder.sandbox.serve import EmbeddedServer, listen
from finder.settings import Settings
from tests.contract.test_vehicles import vin_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

ORDER = (
    "{number stage reason stationId evseId kwh soc fenSoFar capFen readings{at kwh kw soc} confirm{name}"
    " tariff{id} bill{totalFen payFen electricityFen serviceFen findings} capturedFen refundedFen refunds{state}}"
)
START = f"mutation($ask:StartInput!){{startCharging(ask:$ask){ORDER}}}"
STOP = f"mutation($n:ID!){{stopCharging(number:$n){ORDER}}}"
ONE = f"query($n:ID!){{order(number:$n){ORDER}}}"
QUOTE = "query($ask:QuoteInput!){quote(ask:$ask){id startable electricityFen}}"
NEAR = """{stationsNear(at:{lat:38.42,lon:112.73},radiusM:200000,first:100){edges{node{
  id name evses{id live{status} connectors{id powerKw}}}}}}"""


@dataclass
class Driver:
    http: httpx.AsyncClient
    token: str = ""
    taken: set[str] = field(default_factory=set)

    async def ask(self, query: str, **variables: Any) -> Any:
        told = await self.answer(query, **variables)
        assert "errors" not in told, told["errors"]
        return next(iter(told["data"].values()))

    async def refused(self, query: str, **variables: Any) -> str:
        told = await self.answer(query, **variables)
        return str(told["errors"][0]["extensions"]["code"])

    async def answer(self, query: str, **variables: Any) -> Any:
        headers = {"authorization": f"Bearer {self.token}"} if self.token else {}
        answer = await self.http.post("/graphql", json={"query": query, "variables": variables}, headers=headers)
        return answer.json()

    async def sign_in(self, phone: str) -> None:
        sent = await self.ask("mutation($p:String!){requestCode(phone:$p){challenge}}", p=phone)
        shown = (await self.http.get("/practice/messages")).json()
        code = next(each["code"] for each in shown if each["phone"] == phone)
        query = "mutation($c:String!,$k:String!){signIn(challenge:$c,code:$k){accessToken}}"
        self.token = (await self.ask(query, c=sent["challenge"], k=code))["accessToken"]

    async def free(self, source: str) -> dict[str, str]:
        """A free fast gun of this operator that no other test has."""
        for edge in (await self.ask(NEAR))["edges"]:
            for evse in edge["node"]["evses"]:
                fast = (evse["connectors"][0]["powerKw"] or 0) >= 30
                mine = evse["id"].startswith(f"{source}/") and evse["id"] not in self.taken
                if mine and fast and evse["live"]["status"] == "AVAILABLE":
                    self.taken.add(evse["id"])
                    return {"stationId": edge["node"]["id"], "evseId": evse["id"]}
        raise LookupError(source)

    async def quoted(self, source: str) -> tuple[dict[str, str], str]:
        gun = await self.free(source)
        quote = await self.ask(QUOTE, ask={**gun, "energyKwh": 10})
        assert quote["startable"] is True
        return gun, quote["id"]

    async def until(self, number: str, *stages: str) -> Any:
        async with asyncio.timeout(120):
            while True:
                order = await self.ask(ONE, n=number)
                if order["stage"] in stages:
                    return order
                await asyncio.sleep(0.3)


@dataclass
class Scene:
    settings: Settings
    url: str
    practice: str  # where the practice operators are
    city: str  # where the practice city management is


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    folder: Path = tmp_path_factory.mktemp("finder")
    listener = listen("127.0.0.1", 0)
    settings = Settings(data_dir=folder, port=listener.getsockname()[1])
    with PracticeProcess(speed=60, share=0.05, money=True) as process:
        money = process.money
        assert money is not None
        assert money.city is not None
        settings = settings.model_copy(update={"sms_url": money.sms_url, "sms_key": SecretStr(money.sms_key)})
        app = build_app(settings, process.connectors, money=money)
        config = uvicorn.Config(
            app, ws="websockets-sansio", log_config=None, access_log=False, timeout_graceful_shutdown=1
        )
        server = EmbeddedServer(config)
        running = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            async with asyncio.timeout(120), httpx.AsyncClient(base_url=settings.base_url) as http:
                await _until_it_knows(server, http)
            yield Scene(settings, settings.base_url, process.keys.base_url, money.city.url)
        finally:
            server.should_exit = True
            await running


async def _until_it_knows(server: uvicorn.Server, http: httpx.AsyncClient) -> None:
    while True:
        await asyncio.sleep(0.2)
        if server.started:
            with suppress(LookupError):
                for source in ("jinbei", "yanmen"):
                    await Driver(http).free(source)
                return


TAKEN: set[str] = set()


@pytest_asyncio.fixture(loop_scope="module")
async def driver(scene: Scene, request: pytest.FixtureRequest) -> AsyncIterator[Driver]:
    async with httpx.AsyncClient(base_url=scene.url, timeout=20) as http:
        driver = Driver(http, taken=TAKEN)
        await driver.sign_in(f"138{crc32(request.node.name.encode()) % 10**8:08d}")
        yield driver


async def test_a_whole_session_by_a_quote_followed_and_stopped(scene: Scene, driver: Driver) -> None:
    assert {each["name"] for each in await driver.ask("{payChannels{name practice}}")} == {"wechat", "alipay"}
    gun, quote_id = await driver.quoted("yanmen")
    ask = {"quoteId": quote_id, "channel": "wechat", "capFen": 30_000, "idempotencyKey": "tap-1"}
    begun = await driver.ask(START, ask=ask)
    number = begun["number"]
    assert (begun["evseId"], begun["stationId"], begun["capFen"]) == (gun["evseId"], gun["stationId"], 30_000)

    # The same tap once more is the same order; another under its key is refused; the gun is taken.
    assert (await driver.ask(START, ask=ask))["number"] == number
    assert await driver.refused(START, ask=ask | {"capFen": 20_000}) == "KEY_REUSED"
    assert await driver.refused(START, ask=ask | {"idempotencyKey": "tap-2"}) == "ALREADY_CHARGING"

    seen = asyncio.create_task(_followed(scene, driver.token, number))
    order = await driver.until(number, "CHARGING")
    async with asyncio.timeout(30):
        while not order["readings"]:
            order = await driver.until(number, "CHARGING")
    assert order["tariff"]["id"]
    await driver.ask(STOP, n=number)
    order = await driver.until(number, "DONE")
    bill = order["bill"]
    assert (bill["totalFen"], bill["findings"]) == (bill["payFen"], [])
    assert order["capturedFen"] == bill["payFen"] == bill["electricityFen"] + bill["serviceFen"] > 0
    assert order["readings"][-1]["kwh"] == order["kwh"] > 0
    assert order["confirm"] == []

    stages = await seen
    assert stages[-1] == "DONE"
    order_of = {stage: n for n, stage in enumerate(("HOLDING", "CONFIRM", "STARTING", "CHARGING", "STOPPING"))}
    walked = [order_of[stage] for stage in stages if stage in order_of]
    assert walked == sorted(walked)
    assert [each["number"] for each in await driver.ask("{orders(first:5){number}}")] == [number]

    work = choose_work(scene.settings)
    async with aclosing(verify(work)) as proof:
        assert [each async for each in proof if not isinstance(each, Order)] == []
    await work.close()


async def _followed(scene: Scene, token: str, number: str) -> list[str]:
    """What the subscription told, until the order was done."""
    url = scene.url.replace("http", "ws", 1) + "/graphql"
    stages: list[str] = []
    async with connect(url, subprotocols=["graphql-transport-ws"]) as socket:  # type: ignore[list-item]
        hello = {"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}
        await socket.send(json.dumps(hello))
        await socket.recv()
        payload = {"query": "subscription($n:ID!){orderProgressed(number:$n){stage kwh}}", "variables": {"n": number}}
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        async with asyncio.timeout(90):
            while not stages or stages[-1] != "DONE":
                told = json.loads(await socket.recv())
                assert "errors" not in told["payload"], told
                stages.append(told["payload"]["data"]["orderProgressed"]["stage"])
    return stages


async def test_a_session_by_a_scanned_code_paid_at_alipay(driver: Driver) -> None:
    gun = await driver.free("jinbei")
    native = gun["evseId"].partition("/")[2]
    scan = "query($c:String!){scanned(code:$c){stationId evseId startable}}"
    for code in (f"hlht://{native}.MA0JINBEI/", f"https://example.com/pile?qr={native}", native):
        assert await driver.ask(scan, c=code) == {**gun, "startable": True}
    assert await driver.refused(scan, c=f"hlht://{native}.MA0YANMEN/") == "NO_SUCH_CONNECTOR"
    assert await driver.refused(scan, c="hlht://0000000000.MA0JINBEI/") == "NO_SUCH_CONNECTOR"
    assert await driver.refused(scan, c="https://example.com/") == "CODE_UNREADABLE"
    assert await driver.refused(scan, c="x" * 513) == "CODE_UNREADABLE"

    ask = {"qr": f"hlht://{native}.MA0JINBEI/", "channel": "alipay", "capFen": 100_000, "idempotencyKey": "s"}
    number = (await driver.ask(START, ask=ask))["number"]
    await driver.until(number, "CHARGING")
    await driver.ask(STOP, n=number)
    order = await driver.until(number, "DONE", "NOT_STARTED")
    assert order["stage"] == "DONE"


async def test_what_cannot_be_started_is_refused_in_words(scene: Scene, driver: Driver) -> None:
    gun, quote_id = await driver.quoted("jinbei")
    ask = {"quoteId": quote_id, "channel": "wechat", "capFen": 5_000, "idempotencyKey": "k"}
    changed = quote_id[:-3] + ("AAA" if quote_id[-3:] != "AAA" else "BBB")
    for wrong, code in (
        ({"quoteId": changed}, "QUOTE"),
        ({"quoteId": "x" * 2_000}, "QUOTE"),
        ({"quoteId": None}, "QUOTE_OR_CODE"),
        ({"qr": "hlht://1.MA0JINBEI/"}, "QUOTE_OR_CODE"),
        ({"channel": "cash"}, "CHANNEL_UNKNOWN"),
        ({"capFen": 0}, "CAP_OUT_OF_RANGE"),
        ({"capFen": 100_001}, "CAP_OUT_OF_RANGE"),
        ({"idempotencyKey": ""}, "IDEMPOTENCY_KEY"),
        ({"idempotencyKey": "k" * 65}, "IDEMPOTENCY_KEY"),
        ({"agreementId": "01M00000000000000000000000"}, "NO_AGREEMENT"),
    ):
        assert await driver.refused(START, ask=ask | wrong) == code, wrong
    assert await driver.ask("{orders{number}}") == []

    # Nobody without a session, and nobody else, has a part in an order.
    number = (await driver.ask(START, ask=ask))["number"]
    async with httpx.AsyncClient(base_url=scene.url) as http:
        nobody, other = Driver(http), Driver(http)
        assert await nobody.refused(START, ask=ask) == "SIGN_IN"
        await other.sign_in("13900000001")
        assert await other.refused(ONE, n=number) == "NO_SUCH_ORDER"
        assert await other.refused(STOP, n=number) == "NO_SUCH_ORDER"
        fresh = await other.ask(QUOTE, ask={**gun, "energyKwh": 10})
        taken = ask | {"quoteId": fresh["id"]}
        assert await other.refused(START, ask=taken) == "EVSE_IN_USE"
    await driver.ask(STOP, n=number)
    assert (await driver.until(number, "DONE", "NOT_STARTED"))["stage"] in ("DONE", "NOT_STARTED")
    assert await driver.refused("{orders(first:0){number}}") == "FIRST_OUT_OF_RANGE"
    assert await driver.refused("{orders(first:101){number}}") == "FIRST_OUT_OF_RANGE"


async def _plug(scene: Scene, evse_id: str, vin: str) -> Any:
    source, _, gun = evse_id.partition("/")
    async with httpx.AsyncClient(timeout=20) as http:
        told = await http.post(f"{scene.practice}/{source}/_plug", json={"connectorId": gun, "vin": vin})
        return told.json()


async def test_a_car_that_its_phone_proved_charges_by_its_plug_and_this_was_not_me_ends_it(
    scene: Scene, driver: Driver
) -> None:
    vin = vin_of(184_849)
    car = await driver.ask('mutation($v:String!){addVehicle(plate:"晋HD54321",vin:$v){id}}', v=vin)
    agreed = await driver.ask('mutation{addAgreement(ask:{channel:"wechat",capFen:30000}){id standing}}')
    assert agreed["standing"] is True
    bind = "mutation($v:ID!,$a:ID!){bindVehicle(vehicle:$v,agreement:$a){state}}"
    assert await driver.ask(bind, v=car["id"], a=agreed["id"]) == {"state": "PROVING"}
    gun, quote_id = await driver.quoted("yanmen")
    refused = await _plug(scene, gun["evseId"], vin)
    assert (refused["SuccStat"], refused["FailReason"]) == (1, 11)
    ask = {"quoteId": quote_id, "channel": "wechat", "capFen": 30_000, "idempotencyKey": "prove"}
    number = (await driver.ask(START, ask=ask))["number"]
    await driver.until(number, "CHARGING")
    bindings = "{me{bindings{state proof} notices{kind order}}}"
    async with asyncio.timeout(120):
        while True:
            me = await driver.ask(bindings)
            if me["bindings"] == [{"state": "ACTIVE", "proof": "SESSION"}]:
                break
            await asyncio.sleep(0.3)
    assert [each["kind"] for each in me["notices"]] == ["BINDING_PROVEN"]
    await driver.ask(STOP, n=number)
    await driver.until(number, "DONE")

    gun = await driver.free("yanmen")
    allowed = await _plug(scene, gun["evseId"], vin)
    assert allowed["SuccStat"] == 0
    (order,) = await driver.ask("{orders(first:1){number evseId capFen}}")
    assert (order["evseId"], order["capFen"]) == (gun["evseId"], 30_000)
    assert (await driver.ask(bindings))["notices"][0] == {"kind": "PLUG_STARTED", "order": order["number"]}
    await driver.until(order["number"], "CHARGING")
    await driver.ask("mutation($o:ID!){notMe(order:$o){kind}}", o=order["number"])
    paid = await driver.until(order["number"], "DONE")
    assert (paid["capturedFen"] or 0) == paid["bill"]["payFen"]  # stopped at once, it may have cost nothing
    assert (await _plug(scene, (await driver.free("yanmen"))["evseId"], vin))["FailReason"] == 18
    work = choose_work(scene.settings)
    async with aclosing(verify(work)) as proof:
        assert [each async for each in proof if not isinstance(each, Order)] == []
    await work.close()
