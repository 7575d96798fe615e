"""What every router promises, over real HTTP: a route in WGS-84 with its times, one refusal for each way of failing."""

import json
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route as Path

from finder.errors import RouterError, RouterLied, RouterRefused, RouterUnavailable
from finder.kernel.breaker import BreakerLimits
from finder.kernel.geo import Point, distance_m
from finder.roads.amap import AmapRouter
from finder.roads.osrm import OsrmRouter
from finder.roads.router import NoRoute, NoRouter, Router
from finder.roads.router_http import Patience
from finder.sandbox.control import Switchboard
from finder.sandbox.faults import NONE, Faults
from finder.sandbox.routers import PracticeRouters, driven_s, length_m, road, routers_running
from tests.unit.served import served

BEGIN, END = Point(38.4167, 112.7333), Point(39.6497, 111.4267)  # Xinzhou, Laoniuwan
FAR_WEST = Point(39.47, 75.99)
PATIENCE = Patience(connect_s=0.5, total_s=0.5, max_bytes=200_000)
MANY = BreakerLimits(failures=1_000)
ENGINES = ["osrm", "amap"]


@pytest.fixture
def practice() -> PracticeRouters:
    return PracticeRouters()


@pytest.fixture
async def url(practice: PracticeRouters) -> AsyncIterator[str]:
    async with routers_running(practice) as url:
        yield url


def made(engine: str, url: str, practice: PracticeRouters, limits: BreakerLimits = MANY) -> Router:
    if engine == "osrm":
        return OsrmRouter(f"{url}/osrm", PATIENCE, limits)
    return AmapRouter(f"{url}/amap", SecretStr(practice.key), PATIENCE, limits)


@pytest.fixture(params=ENGINES)
async def router(request: pytest.FixtureRequest, url: str, practice: PracticeRouters) -> AsyncIterator[Router]:
    router = made(request.param, url, practice)
    yield router
    await router.close()


@pytest.fixture
def switchboard(request: pytest.FixtureRequest, practice: PracticeRouters, router: Router) -> Switchboard:
    return practice.osrm if isinstance(router, OsrmRouter) else practice.amap


async def test_a_route_is_drawn_where_the_road_is_in_wgs84(router: Router) -> None:
    route, drawn = await router.route(BEGIN, END), road(BEGIN, END)
    assert len(route.points) == len(drawn)
    # Six decimals are a decimetre; a datum taken for the other one would be some 500 m off.
    assert max(distance_m(a, b) for a, b in zip(route.points, drawn, strict=True)) < 0.5
    assert route.course.length_km * 1000 == pytest.approx(length_m(drawn), rel=1e-5)
    assert route.line.length_m == pytest.approx(length_m(drawn), rel=1e-5)
    assert route.credit


async def test_times_are_told_along_the_way_and_not_only_for_the_whole(router: Router) -> None:
    course, seconds = (await router.route(BEGIN, END)).course, driven_s(road(BEGIN, END))
    assert course.driving_minutes == pytest.approx(sum(seconds) / 60, abs=0.1)
    assert course.minutes_at(course.length_km / 2) == pytest.approx(sum(seconds[:30]) / 60, rel=0.02)
    assert course.heights_m is None


async def test_where_no_road_leads_is_said_and_does_not_count_against_the_service(
    url: str, practice: PracticeRouters
) -> None:
    for engine in ENGINES:
        router = made(engine, url, practice, BreakerLimits(failures=1))
        for _ in range(3):
            with pytest.raises(NoRoute):
                await router.route(BEGIN, FAR_WEST)
        assert (await router.route(BEGIN, END)).points
        await router.close()


@pytest.mark.parametrize(
    ("faults", "error", "code"),
    [
        (Faults(errors=1.0), RouterUnavailable, "ROUTER_UNAVAILABLE"),
        (Faults(slow_s=2.0), RouterUnavailable, "ROUTER_TIMEOUT"),
        (Faults(silent=True), RouterUnavailable, "ROUTER_TIMEOUT"),
        (Faults(garbage=True), RouterLied, "ROUTER_LIED"),
        (Faults(huge=True), RouterLied, "ROUTER_LIED"),
        (Faults(redirects=True), RouterLied, "ROUTER_LIED"),
        (Faults(busy=True), RouterError, None),
    ],
)
async def test_each_way_of_failing_is_one_refusal_and_passes(
    router: Router, switchboard: Switchboard, faults: Faults, error: type[RouterError], code: str | None
) -> None:
    switchboard.set(faults)
    with pytest.raises(error) as refused:
        await router.route(BEGIN, END)
    assert code in (None, refused.value.code)
    assert refused.value.zh
    assert refused.value.en
    switchboard.set(NONE)
    assert (await router.route(BEGIN, END)).points


@pytest.mark.parametrize("engine", ENGINES)
async def test_a_service_that_keeps_failing_is_left_alone(engine: str, url: str, practice: PracticeRouters) -> None:
    router = made(engine, url, practice, BreakerLimits(failures=2, pause_s=60))
    switchboard = practice.osrm if engine == "osrm" else practice.amap
    switchboard.set(Faults(errors=1.0))
    for _ in range(2):
        with pytest.raises(RouterUnavailable):
            await router.route(BEGIN, END)
    asked = switchboard.requests
    switchboard.set(NONE)
    with pytest.raises(RouterUnavailable) as paused:
        await router.route(BEGIN, END)
    assert (paused.value.code, paused.value.retryable, switchboard.requests) == ("ROUTER_PAUSED", True, asked)
    await router.close()


async def test_a_service_that_is_not_there_is_one_refusal(practice: PracticeRouters) -> None:
    for engine in ENGINES:
        router = made(engine, "http://127.0.0.1:1", practice)
        with pytest.raises(RouterUnavailable):
            await router.route(BEGIN, END)
        await router.close()


async def test_a_used_up_quota_and_a_wrong_key_are_told_apart(url: str, practice: PracticeRouters) -> None:
    router = AmapRouter(f"{url}/amap", SecretStr(practice.key), PATIENCE, MANY)
    practice.quota = 1
    await router.route(BEGIN, END)
    with pytest.raises(RouterUnavailable) as over:
        await router.route(BEGIN, END)
    assert (over.value.code, over.value.retryable) == ("ROUTER_QUOTA", True)
    wrong = AmapRouter(f"{url}/amap", SecretStr("another"), PATIENCE, MANY)
    with pytest.raises(RouterRefused) as refused:
        await wrong.route(BEGIN, END)
    assert not refused.value.retryable
    await router.close()
    await wrong.close()


async def test_neither_a_key_nor_a_place_stands_in_an_error_a_log_or_a_repr(
    url: str, practice: PracticeRouters, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="finder")
    said = []
    for faults in (Faults(errors=1.0), Faults(slow_s=2.0), Faults(garbage=True), Faults(busy=True)):
        practice.amap.set(faults)
        router = AmapRouter(f"{url}/amap", SecretStr(practice.key), PATIENCE, MANY)
        with pytest.raises(RouterError) as refused:
            await router.route(BEGIN, END)
        error = refused.value
        said.append(f"{error!r} {error} {error.__cause__!r} {router!r} {vars(router)!r}")
        assert error.__cause__ is None
        await router.close()
    text = " ".join(said) + caplog.text
    assert practice.key not in text
    assert "112.7" not in text


def answering(body: object, status: int = 200) -> Starlette:
    def answer(_: Request) -> Response:
        return Response(json.dumps(body), status, media_type="application/json")

    return Starlette(routes=[Path("/{path:path}", answer)])


def osrm_drawn(**more: Any) -> dict[str, Any]:
    route = {"geometry": {"coordinates": [[112, 38], [112, 39]]}, "duration": 3600, "distance": 111_000, **more}
    return {"code": "Ok", "routes": [route]}


def amap_drawn(*steps: dict[str, Any], duration: str = "3600") -> dict[str, Any]:
    path = {"distance": "1", "cost": {"duration": duration}, "steps": list(steps)}
    return {"status": "1", "infocode": "10000", "route": {"paths": [path]}}


LINE = "112.0,38.0;112.0,39.0"
LIES: list[tuple[str, dict[str, Any]]] = [
    ("osrm", {"code": "Ok", "routes": []}),
    ("osrm", osrm_drawn(duration=-1)),
    ("osrm", osrm_drawn(geometry={"coordinates": [[112, 38]]})),
    ("osrm", osrm_drawn(geometry={"coordinates": [[112, 38], [112, 91]]})),
    ("osrm", osrm_drawn(geometry={"coordinates": [[112], [113]]})),
    ("amap", {"status": "1", "infocode": "10000", "route": {"paths": []}}),
    ("amap", amap_drawn({"polyline": "112.0,38.0"})),
    ("amap", amap_drawn({"polyline": "112.0,38.0;112.0,91"})),
    ("amap", amap_drawn({"polyline": "112.0,38.0;112.0"})),
    ("amap", amap_drawn({"polyline": LINE}, duration="soon")),
    ("amap", amap_drawn({"polyline": LINE}, duration="nan")),
    ("amap", amap_drawn({"polyline": LINE}, duration="-1")),
    ("amap", amap_drawn({"polyline": LINE, "cost": {"duration": "inf"}})),
]


@pytest.mark.parametrize(("engine", "body"), LIES)
async def test_an_answer_that_breaks_the_protocol_is_not_believed(
    engine: str, body: dict[str, Any], practice: PracticeRouters
) -> None:
    with served(answering(body)) as port:
        router = made(engine, f"http://127.0.0.1:{port}", practice)
        with pytest.raises(RouterLied):
            await router.route(BEGIN, END)
        await router.close()


@pytest.mark.parametrize(("engine", "body"), [("osrm", osrm_drawn()), ("amap", amap_drawn({"polyline": LINE}))])
async def test_a_route_without_times_along_the_way_is_driven_at_one_speed(
    engine: str, body: dict[str, Any], practice: PracticeRouters
) -> None:
    with served(answering(body)) as port:
        router = made(engine, f"http://127.0.0.1:{port}", practice)
        course = (await router.route(BEGIN, END)).course
        assert course.driving_minutes == pytest.approx(60)
        assert course.minutes_at(course.length_km / 4) == pytest.approx(15)
        await router.close()


async def test_the_practice_services_speak_as_the_real_ones_do(url: str, practice: PracticeRouters) -> None:
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        malformed = await client.get("/osrm/route/v1/driving/112.7,38.4")
        assert (malformed.status_code, malformed.json()["code"]) == (400, "InvalidQuery")
        bare = await client.get("/osrm/route/v1/driving/112.7,38.4;112.8,38.5")
        assert "annotation" not in bare.json()["routes"][0]["legs"][0]
        refused = await client.get("/amap/v5/direction/driving", params={"key": "none"})
        assert (refused.status_code, refused.json()["infocode"]) == (200, "10001")
        asked = {"key": practice.key, "origin": "112.7,38.4", "destination": "112.8,38.5"}
        plain = (await client.get("/amap/v5/direction/driving", params=asked)).json()["route"]["paths"][0]
        assert "cost" not in plain
        assert "polyline" not in plain["steps"][0]


async def test_without_a_router_one_is_told_what_to_give_instead() -> None:
    none: Callable[[Point, Point], Any] = NoRouter().route
    with pytest.raises(Exception, match="NO_ROUTER"):
        await none(BEGIN, END)
