from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.middleware import Middleware

from finder.connectors.sdk.ports import PushAnswer, PushRequest
from finder.errors import IndexUnavailable, NotFound
from finder.kernel.geo import Point
from finder.stations.places import Gazetteer, Place
from finder.web.base import base_routes
from finder.web.health import health_routes
from finder.web.metrics import CountRequests, Metrics
from finder.web.pages import SafeHeaders, page_routes
from finder.web.pushes import MAX_PUSH_BYTES, push_routes


def client_of(app: Starlette) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://finder")


def now() -> datetime:
    return datetime(2026, 11, 24, tzinfo=UTC)


async def fine() -> dict[str, object]:
    return {"stations": 3}


async def broken() -> dict[str, object]:
    raise IndexUnavailable("索引没有回应", "the index does not answer")


def gauges() -> list[tuple[str, str, dict[str, str], float]]:
    return [("finder_feed_stations", "Stations of a feed", {"source": "a"}, 7.0)]


@pytest.mark.parametrize(
    ("check", "degraded", "code", "status"),
    [(fine, (), 200, "ok"), (broken, (), 503, "failed"), (broken, ("index",), 200, "degraded")],
)
async def test_ready_says_which_check_failed(
    check: Callable[..., object], degraded: tuple[str, ...], code: int, status: str
) -> None:
    app = Starlette(routes=health_routes({"index": check}, frozenset(degraded)))  # type: ignore[dict-item]
    client = client_of(app)
    assert (await client.get("/healthz")).json() == {"status": "ok"}
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (code, status)
    if check is broken:
        assert answer.json()["checks"]["index"]["code"] == "INDEX_UNAVAILABLE"


async def test_metrics_count_requests_and_ask_for_their_token() -> None:
    metrics = Metrics(gauges)
    app = Starlette(
        routes=[*health_routes({}), metrics.route(SecretStr("hidden"))],
        middleware=[Middleware(CountRequests, metrics=metrics)],
    )
    client = client_of(app)
    await client.get("/healthz")
    await client.get("/wp-login.php")
    assert (await client.get("/metrics")).status_code == 401
    assert (await client.get("/metrics", headers={"authorization": "Bearer wrong"})).status_code == 401
    text = (await client.get("/metrics", headers={"authorization": "Bearer hidden"})).text
    assert 'finder_http_requests_total{method="GET",route="/healthz",status="200"} 1.0' in text
    assert 'route="page",status="404"' in text
    assert "wp-login" not in text
    assert 'finder_feed_stations{source="a"} 7.0' in text


@pytest.fixture
def built(tmp_path: Path) -> httpx.AsyncClient:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html>first page")
    (tmp_path / "sw.js").write_text("// worker")
    (tmp_path / "assets" / "app-1a2b.js").write_text("// app")
    (tmp_path.parent / "secret.txt").write_text("secret")
    return client_of(Starlette(routes=page_routes(tmp_path), middleware=[Middleware(SafeHeaders)]))


async def test_the_applications_own_paths_get_its_first_page(built: httpx.AsyncClient) -> None:
    for path in ("/", "/map", "/station/a%2F1"):
        answer = await built.get(path)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache"), path
        assert "first page" in answer.text
        assert "default-src 'self'" in answer.headers["content-security-policy"]


async def test_hashed_files_are_kept_and_missing_ones_are_missing(built: httpx.AsyncClient) -> None:
    assert "immutable" in (await built.get("/assets/app-1a2b.js")).headers["cache-control"]
    assert (await built.get("/sw.js")).headers["cache-control"] == "no-cache"
    for path in ("/assets/app-0000.js", "/assets/map", "/favicon.ico", "/%2e%2e/secret.txt", "/..%2fsecret.txt"):
        answer = await built.get(path)
        assert answer.status_code == 404 or "secret" not in answer.text, path


async def test_an_unbuilt_page_says_how_to_build_it(tmp_path: Path) -> None:
    answer = await client_of(Starlette(routes=page_routes(tmp_path))).get("/")
    assert answer.status_code == 503
    assert "make run" in answer.text


async def receive(source: str, request: PushRequest) -> PushAnswer:
    if source != "jinbei":
        raise NotFound("没有这个来源", "no such source")
    return PushAnswer(200, request.interface.encode() + b" %d" % len(request.body))


async def test_a_push_at_the_limit_is_taken_and_one_byte_more_is_not() -> None:
    client = client_of(Starlette(routes=push_routes(receive, now, Metrics(gauges))))
    path = "/push/jinbei/evcs/v20161110/notification_stationStatus"
    assert (
        await client.post(path, content=b"x" * MAX_PUSH_BYTES)
    ).text == f"notification_stationStatus {MAX_PUSH_BYTES}"
    refused = await client.post(path, content=b"x" * (MAX_PUSH_BYTES + 1))
    assert (refused.status_code, refused.json()["code"]) == (413, "BODY_TOO_LARGE")

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(1000):
            yield b"x" * 65_536

    streamed = await client.post(path, content=endless())
    assert streamed.status_code == 413
    assert (await client.post("/push/other/query_token", content=b"")).json()["code"] == "NOT_FOUND"


async def test_the_base_maps_labels_are_geojson_that_is_asked_for_once() -> None:
    place = Place("五台县", "Wutai", Point(38.7, 113.2), "COUNTY", 0, ("wutai",))
    client = client_of(Starlette(routes=base_routes(Gazetteer([place]))))
    answer = await client.get("/base/places.geojson")
    feature = answer.json()["features"][0]
    assert feature["geometry"]["coordinates"] == [113.2, 38.7]
    assert feature["properties"]["name"] == "五台县"
    assert (
        await client.get("/base/places.geojson", headers={"if-none-match": answer.headers["etag"]})
    ).status_code == 304
