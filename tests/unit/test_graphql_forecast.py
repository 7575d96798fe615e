"""The forecast over GraphQL: what is shown, what is hidden in the reader's words, and every limit by its code."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from finder.graphql.forecast import MAX_HOURS
from finder.graphql.routes import graphql_routes
from finder.live.forecast.calendar import HolidaySpan
from finder.live.forecast.gatherings import Gathering
from finder.live.forecast.outlook import Hidden, Outlook
from finder.stations.model import Station
from tests.unit.naive import NOW, station, world

FORECAST = """query($id: ID!, $at: DateTime, $hours: Int! = 1) { forecast(stationId: $id, at: $at, hours: $hours) {
  stationId hidden why hours { startsAt likelyFree typicalFree bays } } }"""
WARNINGS = """query($days: Int! = 14) { holidayWarnings(withinDays: $days) {
  place holiday first last taken usual full stations seenOn } }"""
GOLDEN = HolidaySpan("国庆节", "National Day", date(2026, 10, 1), date(2026, 10, 7))


class Told:
    """Foretells that half is free, but for the second station."""

    def outlook(self, station: Station, at: datetime) -> Outlook:
        hour = at.replace(minute=0, second=0, microsecond=0)
        if station.id.endswith("1"):
            return Outlook(hour, None, None, 2, Hidden.SHORT_HISTORY)
        return Outlook(hour, 0.5, 1, 2, None)

    def gatherings(self, within_days: int) -> Sequence[Gathering]:
        return [Gathering("140922", GOLDEN, 0.61234, 0.3, 0.12, 4, [date(2025, 10, 1)])] if within_days > 1 else []


async def ask(query: str, language: str = "zh-CN", told: Told | None = Told(), **variables: Any) -> dict[str, Any]:  # noqa: B008
    gateway = replace(world([station(0), station(1)]).gateway, forecast=told)
    transport = httpx.ASGITransport(Starlette(routes=graphql_routes(gateway)))
    async with httpx.AsyncClient(transport=transport, base_url="http://finder") as client:
        answer = await client.post(
            "/graphql", json={"query": query, "variables": variables}, headers={"accept-language": language}
        )
    return dict(answer.json())


def code(answer: dict[str, Any]) -> str:
    return str(answer["errors"][0]["extensions"]["code"])


async def test_hours_in_a_row_are_told() -> None:
    answer = await ask(FORECAST, id="jinbei/0000", hours=3)
    told = answer["data"]["forecast"]
    assert (told["stationId"], told["hidden"], told["why"]) == ("jinbei/0000", None, None)
    assert [hour["startsAt"] for hour in told["hours"]] == [f"2026-03-04T{h:02}:00:00Z" for h in (2, 3, 4)]
    assert told["hours"][0] == {**told["hours"][0], "likelyFree": 0.5, "typicalFree": 1, "bays": 2}


@pytest.mark.parametrize(("language", "words"), [("zh-CN", "不足两周"), ("en", "less than two weeks")])
async def test_what_is_hidden_says_why_in_the_readers_language(language: str, words: str) -> None:
    told = (await ask(FORECAST, language, id="jinbei/0001"))["data"]["forecast"]
    assert told["hidden"] == "SHORT_HISTORY"
    assert words in told["why"]
    assert told["hours"][0]["likelyFree"] is None


async def test_holidays_are_warned_of_by_name() -> None:
    (told,) = (await ask(WARNINGS))["data"]["holidayWarnings"]
    assert told == {
        **{"place": "140922", "holiday": "国庆节", "first": "2026-10-01", "last": "2026-10-07"},
        **{"taken": 0.612, "usual": 0.3, "full": 0.12, "stations": 4, "seenOn": ["2025-10-01"]},
    }
    assert (await ask(WARNINGS, "en"))["data"]["holidayWarnings"][0]["holiday"] == "National Day"


WEEK = timedelta(days=7)


@pytest.mark.parametrize(
    ("variables", "refused"),
    [
        ({"hours": 0}, "HOURS_OUT_OF_RANGE"),
        ({"hours": MAX_HOURS}, None),
        ({"hours": MAX_HOURS + 1}, "HOURS_OUT_OF_RANGE"),
        ({"at": (NOW + WEEK).isoformat()}, None),
        ({"at": (NOW + WEEK + timedelta(seconds=1)).isoformat()}, "TIME_OUT_OF_RANGE"),
        ({"at": (NOW + WEEK).isoformat(), "hours": 2}, "TIME_OUT_OF_RANGE"),
        ({"at": (NOW - timedelta(hours=1)).isoformat()}, None),
        ({"at": (NOW - timedelta(hours=1, seconds=1)).isoformat()}, "TIME_OUT_OF_RANGE"),
        ({"at": "2026-03-04T12:00:00"}, "TIME_ZONE"),
        ({"id": "none"}, "NO_SUCH_STATION"),
    ],
)
async def test_every_limit_has_its_code(variables: dict[str, Any], refused: str | None) -> None:
    answer = await ask(FORECAST, **{"id": "jinbei/0000", **variables})
    assert (code(answer) if "errors" in answer else None) == refused


@pytest.mark.parametrize(("days", "refused"), [(0, "DAYS_OUT_OF_RANGE"), (60, None), (61, "DAYS_OUT_OF_RANGE")])
async def test_warnings_reach_sixty_days(days: int, refused: str | None) -> None:
    answer = await ask(WARNINGS, days=days)
    assert (code(answer) if "errors" in answer else None) == refused


async def test_where_there_is_no_forecast_it_says_so() -> None:
    assert code(await ask(FORECAST, told=None, id="jinbei/0000")) == "NO_FORECAST"
