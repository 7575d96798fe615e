"""A driver is told that a bay has freed: a practice operator says so, a practice push service rings, a socket tells."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
import uvicorn
from pydantic import SecretStr
from websockets.asyncio.client import connect

from finder.app import build_app
from finder.sandbox.child import PracticeProcess
from finder.sandbox.serve import EmbeddedServer, listen
from finder.sandbox.web_push import PushFaults, PushService, push_running
from finder.settings import Settings
from tests.journeys.test_orders_over_graphql import Driver

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]

FREE, CHARGING = 1, 3  # T/CEC 102
NEAR = """{stationsNear(at:{lat:38.42,lon:112.73},radiusM:200000,first:100){edges{node{
  id name evses{id live{status}}}}}}"""
BAYS = "query($s:ID!){station(id:$s){evses{id live{status}}}}"
WATCH = "mutation($i:WatchInput!){watchStation(input:$i){id kind state stationName until}}"
MINE = "{myWatches{id kind state toldEvseId alternative{stationId stationName distanceM free}}}"
REGISTER = "mutation($i:PushInput!){registerPush(input:$i)}"
UNREGISTER = "mutation($e:String!){unregisterPush(endpoint:$e)}"


@dataclass
class Scene:
    url: str
    practice: str
    service: PushService

    async def pin(self, evses: list[str], status: int | None) -> None:
        async with httpx.AsyncClient() as http:
            for evse in evses:
                source, _, native = evse.partition("/")
                told = {"connectorId": native, "status": status}
                assert (await http.post(f"{self.practice}/{source}/_set", json=told)).status_code == 200


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    folder: Path = tmp_path_factory.mktemp("finder")
    listener = listen("127.0.0.1", 0)
    settings = Settings(data_dir=folder, port=listener.getsockname()[1], push_loopback=True)
    service = PushService()
    with PracticeProcess(speed=60, share=0.05, money=True) as process:
        money = process.money
        assert money is not None
        settings = settings.model_copy(update={"sms_url": money.sms_url, "sms_key": SecretStr(money.sms_key)})
        app = build_app(settings, process.connectors, money=money)
        config = uvicorn.Config(
            app, ws="websockets-sansio", log_config=None, access_log=False, timeout_graceful_shutdown=1
        )
        server = EmbeddedServer(config)
        running = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            async with asyncio.timeout(120), httpx.AsyncClient(base_url=settings.base_url) as http:
                while True:
                    await asyncio.sleep(0.2)
                    if server.started:
                        with suppress(LookupError):
                            await Driver(http).free("yanmen")
                            break
            async with push_running(service):
                yield Scene(settings.base_url, process.keys.base_url, service)
        finally:
            server.should_exit = True
            await running


async def station_of(driver: Driver, source: str, taken: set[str]) -> tuple[str, list[str]]:
    """A small station that no other test has, and its bays."""
    those = [edge["node"] for edge in (await driver.ask(NEAR))["edges"]]
    those = [one for one in those if one["id"].startswith(f"{source}/") and one["id"] not in taken]
    found = min(those, key=lambda one: len(one["evses"]))
    taken.add(found["id"])
    return found["id"], [evse["id"] for evse in found["evses"]]


async def until_shown(driver: Driver, station: str, status: str) -> None:
    async with asyncio.timeout(120):
        while True:
            if {e["live"]["status"] for e in (await driver.ask(BAYS, s=station))["evses"]} == {status}:
                return
            await asyncio.sleep(0.3)


async def until_rung(scene: Scene, endpoint: str) -> None:
    async with asyncio.timeout(150):
        while True:
            if scene.service.messages(endpoint):
                return
            await asyncio.sleep(0.1)


TAKEN: set[str] = set()


async def told_on_socket(url: str, token: str, ready: asyncio.Event) -> Any:
    address = url.replace("http", "ws", 1) + "/graphql"
    async with connect(address, subprotocols=["graphql-transport-ws"]) as socket:  # type: ignore[list-item]
        await socket.send(json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}))
        await socket.recv()
        payload = {"query": "subscription{watchTold{id state stationName toldEvseId}}"}
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        await asyncio.sleep(0.5)
        ready.set()
        return json.loads(await socket.recv())


async def test_a_bay_that_frees_rings_a_phone_and_an_open_application(scene: Scene) -> None:
    async with httpx.AsyncClient(base_url=scene.url, timeout=20) as http:
        driver = Driver(http)
        assert await driver.refused(WATCH, i={"stationId": "yanmen/x"}) == "SIGN_IN"
        assert await driver.refused("{pushKey}") == "SIGN_IN"
        await driver.sign_in("13711110001")
        subscription = scene.service.subscribe(await driver.ask("{pushKey}"))
        assert await driver.ask(REGISTER, i=subscription) is True
        for wrong, code in (
            ({"endpoint": "https://10.0.0.1/push"}, "ADDRESS_DENIED"),
            ({"endpoint": "http://push.example.com/1"}, "ADDRESS_SCHEME"),
            ({"auth": "AAAA"}, "PUSH_KEYS"),
        ):
            assert await driver.refused(REGISTER, i={**subscription, **wrong}) == code

        station, bays = await station_of(driver, "yanmen", TAKEN)
        await scene.pin(bays, FREE)
        await until_shown(driver, station, "AVAILABLE")
        assert await driver.refused(WATCH, i={"stationId": station}) == "FREE_NOW"
        await scene.pin(bays, CHARGING)
        await until_shown(driver, station, "CHARGING")
        assert await driver.refused(WATCH, i={"stationId": station, "minutes": 4}) == "WATCH_SPAN"
        assert await driver.refused(WATCH, i={"stationId": station, "minutes": 721}) == "WATCH_SPAN"
        made = await driver.ask(WATCH, i={"stationId": station})
        assert (made["kind"], made["state"]) == ("FREES", "OPEN")

        ready = asyncio.Event()
        socket = asyncio.create_task(told_on_socket(scene.url, driver.token, ready))
        await ready.wait()
        await scene.pin(bays[:1], FREE)
        told = await asyncio.wait_for(socket, 120)
        assert told["payload"]["data"]["watchTold"]["id"] == made["id"]
        assert told["payload"]["data"]["watchTold"]["toldEvseId"] == bays[0]
        await until_rung(scene, subscription["endpoint"])
        (shown,) = scene.service.messages(subscription["endpoint"])
        assert made["stationName"] in shown["title"]
        assert "演示数据" in shown["body"]
        assert scene.service.refused == []
        assert (await driver.ask(MINE))[0]["state"] == "TOLD"
        told = await driver.ask("mutation{exportMyData}")
        assert made["id"] in told
        assert subscription["endpoint"].rpartition("/")[2] not in told
        assert await driver.ask(UNREGISTER, e=subscription["endpoint"]) is True


async def test_a_driver_hears_that_the_station_filled_after_the_push_service_had_its_troubles(scene: Scene) -> None:
    async with httpx.AsyncClient(base_url=scene.url, timeout=20) as http:
        driver = Driver(http)
        await driver.sign_in("13711110002")
        subscription = scene.service.subscribe(await driver.ask("{pushKey}"))
        await driver.ask(REGISTER, i=subscription)
        station, bays = await station_of(driver, "yanmen", TAKEN)
        await scene.pin(bays, FREE)
        await until_shown(driver, station, "AVAILABLE")
        made = await driver.ask(WATCH, i={"stationId": station, "kind": "DRIVING", "minutes": 5})
        scene.service.faults = PushFaults(errors=1)
        await scene.pin(bays, CHARGING)
        await until_rung(scene, subscription["endpoint"])
        mine = next(one for one in await driver.ask(MINE) if one["id"] == made["id"])
        other = mine["alternative"]
        assert mine["state"] == "TOLD"
        assert other["stationId"] != station
        assert other["free"] >= 1
        (shown,) = scene.service.messages(subscription["endpoint"])
        assert f"{other['distanceM'] / 1000:.1f} 公里" in shown["body"]
        assert shown["url"].startswith("/station/")
