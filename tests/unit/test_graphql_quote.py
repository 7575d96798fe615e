"""A quote over GraphQL: the lines that sum to the total, what is unknown as null, and every refusal by its code."""

from typing import Any

import httpx
import msgspec
import pytest
from starlette.applications import Starlette

from finder.graphql.routes import graphql_routes
from finder.stations.model import ParkingFee
from tests.unit.naive import station, world

LINES = "lines{startsAt endsAt kwh electricityE4 serviceE4 electricityFen serviceFen}"
SUMS = "kwh electricityFen serviceFen parkingFen totalFen validUntil madeAt tariff{id}"
CHEAPEST = "cheapest{startsAt totalFen savesFen}"
QUESTION = f"query($ask:QuoteInput!){{quote(ask:$ask){{{SUMS} {CHEAPEST} {LINES}}}}}"


async def ask(**more: Any) -> dict[str, Any]:
    free = msgspec.structs.replace(station(0), parking_fee=ParkingFee.FREE)
    unpriced = msgspec.structs.replace(station(1), tariffs=())
    evses = tuple(
        msgspec.structs.replace(e, connectors=tuple(msgspec.structs.replace(c, tariff_id=None) for c in e.connectors))
        for e in unpriced.evses
    )
    made = world([free, msgspec.structs.replace(unpriced, evses=evses)])
    transport = httpx.ASGITransport(Starlette(routes=graphql_routes(made.gateway)))
    wanted = {"stationId": "jinbei/0000", "evseId": "jinbei/0000-1", **more}
    async with httpx.AsyncClient(transport=transport, base_url="http://finder") as client:
        answer = await client.post("/graphql", json={"query": QUESTION, "variables": {"ask": wanted}})
    return dict(answer.json())


def code(answer: dict[str, Any]) -> str:
    return str(answer["errors"][0]["extensions"]["code"])


async def test_the_lines_sum_to_the_total() -> None:
    quote = (await ask(energyKwh=20))["data"]["quote"]
    assert (quote["kwh"], quote["tariff"]["id"]) == (20.0, "t")
    assert quote["electricityFen"] == sum(line["electricityFen"] for line in quote["lines"]) == 1600
    assert quote["serviceFen"] == sum(line["serviceFen"] for line in quote["lines"]) == 800
    assert (quote["parkingFen"], quote["totalFen"]) == (0, 2400)
    assert quote["validUntil"] > quote["madeAt"]


async def test_the_cheapest_start_is_told_where_there_is_time_for_it() -> None:
    quote = (await ask(energyKwh=20, leaveAt="2026-03-05T08:00:00+08:00"))["data"]["quote"]
    assert quote["cheapest"]["totalFen"] + quote["cheapest"]["savesFen"] == 2400
    assert quote["cheapest"]["startsAt"].startswith("2026-03-04T16:")  # midnight in Xinzhou


async def test_an_unknown_price_is_null_and_never_0() -> None:
    quote = (await ask(stationId="jinbei/0001", evseId="jinbei/0001-1", energyKwh=20))["data"]["quote"]
    assert quote["tariff"] is None
    assert [quote[name] for name in ("electricityFen", "serviceFen", "totalFen")] == [None] * 3
    assert quote["lines"][0]["electricityE4"] is None


@pytest.mark.parametrize(
    ("more", "refused"),
    [
        ({}, "ENERGY_OR_LEAVE"),
        ({"energyKwh": 0}, "ENERGY_OUT_OF_RANGE"),
        ({"energyKwh": 1000}, None),
        ({"energyKwh": 1000.1}, "ENERGY_OUT_OF_RANGE"),
        ({"energyKwh": 20, "roomKwh": 0}, "ROOM_OUT_OF_RANGE"),
        ({"energyKwh": 20, "roomKwh": 1000}, None),
        ({"energyKwh": 20, "roomKwh": 1000.1}, "ROOM_OUT_OF_RANGE"),
        ({"energyKwh": 20, "dcKw": 0}, "POWER"),
        ({"energyKwh": 20, "dcKw": 2000}, None),
        ({"energyKwh": 20, "dcKw": 2000.1}, "POWER"),
        ({"leaveAt": "2026-03-04T12:00:00"}, "TIME_ZONE"),
        ({"leaveAt": "2026-03-04T10:00:00+08:00"}, "LEAVE_OUT_OF_RANGE"),
        ({"energyKwh": 20, "arrive": "2026-03-12T10:00:00+08:00"}, "ARRIVAL_OUT_OF_RANGE"),
        ({"energyKwh": 20, "evseId": "none"}, "NO_SUCH_CONNECTOR"),
        ({"energyKwh": 20, "stationId": "none"}, "NO_SUCH_CONNECTOR"),
        ({"energyKwh": 20, "connectorId": "none"}, "NO_SUCH_CONNECTOR"),
    ],
)
async def test_every_limit_has_its_code(more: dict[str, Any], refused: str | None) -> None:
    answer = await ask(**more)
    if refused is None:
        assert "errors" not in answer
    else:
        assert code(answer) == refused
