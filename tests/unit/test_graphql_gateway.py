"""The gateway's edge: bodies that break others, limits at them and one past, streams, and errors in two languages."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from websockets.asyncio.client import ClientConnection, connect

from finder.errors import IndexUnavailable
from finder.graphql.limits import Limits
from finder.graphql.requests import MAX_BODY
from finder.graphql.routes import graphql_routes
from finder.graphql.schema import print_schema
from finder.live.model import Change, Status
from tests.unit.naive import NOW, Trouble, World, station, world
from tests.unit.served import served

LIMITS = Limits()
NEAR = "stationsNear(at:{lat:38.4,lon:112.7})"


@pytest.fixture
def w() -> World:
    return world(station(n) for n in range(3))


@pytest.fixture
async def client(w: World) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(Starlette(routes=graphql_routes(w.gateway)))
    async with httpx.AsyncClient(transport=transport, base_url="http://finder") as client:
        yield client


async def ask(client: httpx.AsyncClient, query: str, *, language: str = "zh-CN", **variables: Any) -> dict[str, Any]:
    answer = await client.post(
        "/graphql",
        json={"query": query, "variables": variables},
        headers={"accept-language": language, "accept": "application/graphql-response+json"},
    )
    return dict(answer.json(), status=answer.status_code)


def code(answer: dict[str, Any]) -> str:
    return str(answer["errors"][0]["extensions"]["code"])


def test_the_committed_schema_is_the_one_that_is_served() -> None:
    committed = Path(__file__).parents[2] / "finder/graphql/schema.graphql"
    assert committed.read_text() == print_schema(), "run: finder schema > finder/graphql/schema.graphql"


JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b'{"query":' + b"[" * 40_000 + b"]" * 40_000 + b"}", JSON, 400),
        (b'{"query": "\xff\xfe"}', JSON, 400),
        (b"null", JSON, 400),
        (b"3", JSON, 400),
        (b"[]", JSON, 400),
        (b'[{"query":"{__typename}"}]', JSON, 400),  # batching is off
        (b'{"query":"{__typename}","variables":[]}', JSON, 400),
        (b'{"query":3}', JSON, 400),
        (b"", JSON, 400),
        (b"operations=[]", {"content-type": "multipart/form-data; boundary=x"}, 415),
        (b"query={__typename}", {"content-type": "application/x-www-form-urlencoded"}, 415),
        (b'{"query":"{__typename}"}', {"content-type": "text/plain"}, 415),
        (b"[" * 200_000 + b"]" * 200_000, JSON, 413),
    ],
)
async def test_a_body_that_is_no_question_is_refused_in_words(
    client: httpx.AsyncClient, body: bytes, headers: dict[str, str], status: int
) -> None:
    accepting = headers | {"accept": "application/graphql-response+json"}
    answer = await client.post("/graphql", content=body, headers=accepting)
    assert answer.status_code == status
    error = answer.json()["errors"][0]
    assert error["message"]
    assert error["extensions"]["code"] not in ("", "INTERNAL")


async def test_a_body_at_the_limit_is_read_and_one_byte_more_is_not(client: httpx.AsyncClient) -> None:
    start = b'{"query":"{__typename}","extensions":{"x":"'
    full = start + b"a" * (MAX_BODY - len(start) - 3) + b'"}}'
    assert len(full) == MAX_BODY
    assert (await client.post("/graphql", content=full, headers=JSON)).json() == {"data": {"__typename": "Query"}}
    assert (await client.post("/graphql", content=full + b" ", headers=JSON)).status_code == 413


async def test_depth_at_its_limit_and_one_past(client: httpx.AsyncClient) -> None:
    # Fields of the wrong types serve as well: size is judged first, and then validation speaks.
    def deep(levels: int) -> str:
        return "{x" * levels + "}" * levels

    assert code(await ask(client, deep(LIMITS.depth))) == "BAD_INPUT"
    past = await ask(client, deep(LIMITS.depth + 1))
    assert (past["status"], code(past)) == (400, "QUERY_DEPTH")


LISTED = (
    "query($a:[ID!]=[{}]){{stationsNear(at:{{lat:38,lon:112}},filter:{{operators:$a}}){{pageInfo{{hasNextPage}}}}}}"
)


@pytest.mark.parametrize(
    ("name", "limit", "query"),
    [
        ("aliases", LIMITS.aliases, lambda n: "{" + " ".join(f"a{i}:__typename" for i in range(n)) + "}"),
        (
            "directives",
            LIMITS.directives,
            lambda n: "{" + " ".join("__typename @skip(if:false)" for _ in range(n)) + "}",
        ),
        ("tokens", LIMITS.tokens, lambda n: LISTED.format(" ".join('"a"' for _ in range(n - 42)))),
    ],
)
async def test_each_limit_of_a_document_at_it_and_one_past(
    client: httpx.AsyncClient, name: str, limit: int, query: Any
) -> None:
    assert "errors" not in await ask(client, query(limit), a=[])
    refused = await ask(client, query(limit + 1), a=[])
    assert refused["status"] in (400, 413)
    assert code(refused) == f"QUERY_{name.upper()}"


async def test_more_repetition_than_validation_bears_is_refused_in_words(client: httpx.AsyncClient) -> None:
    answer = await ask(client, "{" + "__typename " * 900 + "}")
    assert (answer["status"], code(answer)) == (400, "QUERY_REPEATS")


def bomb(levels: int) -> str:
    fragments = "".join(
        f"fragment F{n} on Query{{...F{n + 1} ...F{n + 1}}}" if n < levels else f"fragment F{n} on Query{{__typename}}"
        for n in range(levels + 1)
    )
    return "{...F0}" + fragments


async def test_a_fragment_bomb_costs_nothing(client: httpx.AsyncClient) -> None:
    # Written out it has 2^40 fields; were it walked, this test would never end.
    for answer in (
        await client.post("/graphql", json={"query": bomb(40)}),
        await client.get("/graphql", params={"query": bomb(40)}),
    ):
        assert answer.json()["errors"][0]["extensions"]["code"] == "QUERY_FIELDS"


async def test_introspection_passes(client: httpx.AsyncClient) -> None:
    from graphql import get_introspection_query

    answer = await ask(client, get_introspection_query())
    assert answer["data"]["__schema"]["queryType"]["name"] == "Query"


@pytest.mark.parametrize(
    ("language", "text"), [("zh-CN", "坐标"), ("en-GB,zh;q=0.5", "is not on the earth"), ("", "坐标")]
)
async def test_errors_speak_the_language_of_the_request(client: httpx.AsyncClient, language: str, text: str) -> None:
    answer = await ask(client, "{stationsNear(at:{lat:91,lon:0}){pageInfo{hasNextPage}}}", language=language)
    assert code(answer) == "COORDINATE_OUT_OF_RANGE"
    assert text in answer["errors"][0]["message"]


async def test_an_unknown_connector_type_is_named(client: httpx.AsyncClient) -> None:
    answer = await ask(client, "{stationsNear(at:{lat:1,lon:1},filter:{connectorTypes:[FOO]}){pageInfo{hasNextPage}}}")
    assert code(answer) == "BAD_INPUT"
    assert "FOO" in answer["errors"][0]["message"]


async def test_what_went_wrong_inside_is_masked_and_what_is_known_is_told(
    w: World, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any) -> Any:
        raise RuntimeError("password=hunter2")

    async def away(*_: Any) -> Any:
        raise IndexUnavailable("索引没有回应", "the index does not answer")

    query = "{" + NEAR + "{pageInfo{hasNextPage}}}"
    monkeypatch.setattr(w.index, "near", broken)
    answer = await ask(client, query)
    assert code(answer) == "INTERNAL"
    assert "hunter2" not in json.dumps(answer)
    monkeypatch.setattr(w.index, "near", away)
    answer = await ask(client, query, language="en")
    assert (code(answer), answer["errors"][0]["extensions"]["retryable"]) == ("INDEX_UNAVAILABLE", True)


async def test_an_answer_carries_its_freshness_and_who_is_in_trouble(w: World, client: httpx.AsyncClient) -> None:
    w.feeds.troubles.append(Trouble())
    w.board.connected = False
    query = "{" + NEAR + "{freshness{unknownEvses boardConnected oldestStatusAgeS} partialFailures{name code message}}}"
    answer = await ask(client, query, language="en")
    page = answer["data"]["stationsNear"]
    assert page["freshness"] == {"unknownEvses": 6, "boardConnected": False, "oldestStatusAgeS": None}
    assert page["partialFailures"] == [
        {"name": "晋北充电", "code": "OPERATOR_UNAVAILABLE", "message": "Jinbei does not answer"}
    ]


def flips(w: World) -> None:
    w.board.changes = [Change(f"jinbei/{n:04}-0", Status.AVAILABLE, Status.CHARGING, NOW, "jinbei") for n in range(3)]


BOX = "statusChanged(box:{south:38,west:112,north:39,east:114}){stationId status previous availability{total}}"


async def test_flips_come_as_server_sent_events(w: World, client: httpx.AsyncClient) -> None:
    flips(w)
    answer = await client.post("/graphql/stream", json={"query": "subscription{" + BOX + "}"})
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = [e for e in answer.text.split("\n\n") if e and not e.startswith(":")]
    assert [e.split("\n")[0] for e in events] == ["event: next"] * 3 + ["event: complete"]
    first = json.loads(events[0].split("data: ", 1)[1])
    assert first["data"]["statusChanged"]["stationId"] == "jinbei/0000"


async def test_a_stream_that_cannot_begin_says_why_and_ends(client: httpx.AsyncClient) -> None:
    upside_down = BOX.replace("south:38", "south:40")
    for query in (upside_down, "statusChanged(stationIds:[" + '"a",' * 201 + "]){status}"):
        answer = await client.post("/graphql/stream", json={"query": "subscription{" + query + "}"})
        assert '"errors"' in answer.text
        assert "INTERNAL" not in answer.text


async def start(socket: ClientConnection) -> None:
    await socket.send('{"type":"connection_init"}')
    assert json.loads(await socket.recv())["type"] == "connection_ack"


async def test_flips_come_over_a_websocket_and_a_bad_frame_closes_it_cleanly(w: World) -> None:
    flips(w)
    with served(Starlette(routes=graphql_routes(w.gateway))) as port:
        url = f"ws://127.0.0.1:{port}/graphql"
        async with connect(url, subprotocols=["graphql-transport-ws"]) as socket:  # type: ignore[list-item]
            await start(socket)
            await socket.send(
                json.dumps({"id": "1", "type": "subscribe", "payload": {"query": "subscription{" + BOX + "}"}})
            )
            said = [json.loads(await socket.recv()) for _ in range(4)]
            assert [m["type"] for m in said] == ["next"] * 3 + ["complete"]
            await socket.send(json.dumps({"id": "2", "type": "subscribe", "payload": {"query": bomb(40)}}))
            refused = json.loads(await socket.recv())
            assert (refused["type"], refused["id"]) == ("error", "2")
            await socket.send("[1]")
            await socket.wait_closed()
            assert socket.close_code == 4400
        async with connect(url, subprotocols=["graphql-ws"]) as old:  # type: ignore[list-item]
            await old.wait_closed()
            assert old.close_code == 4406
