"""Roads in GraphQL: compiled and by graphql-core alike, bounded, and never finer than a road is known."""

import json
from dataclasses import replace
from typing import Any

import pytest

from finder.errors import BadInput
from finder.graphql.execution import Asked, Executor
from tests.unit.along import LON, at, road, rooms
from tests.unit.naive import world
from tests.unit.test_graphql_compile import SCHEMA, Counted, of


async def answers(query: str, variables: dict[str, Any] | None = None, language: str = "en") -> tuple[Any, list[bool]]:
    """The answer, on which the compiler and graphql-core agree, and whether it was compiled."""
    vague = road("s40", accuracy_m=5_000, approximate=True)
    there = await rooms(*(at(km, 500) for km in (10, 30, 40)), roads=[road(), vague])
    made = world([])
    counted = Counted()
    gateway = replace(made.gateway, search=there.search, roads=there.roads, metrics=counted)
    asked = Asked(query, None, variables)
    told = []
    for compiling in (True, False):
        executor = Executor(SCHEMA, gateway, compiling=compiling)
        told.append(json.loads((await executor.answer(executor.prepare(asked), asked, language)).body, parse_int=float))
    assert told[0] == told[1]
    return told[0], counted.compiled


def code(answer: Any) -> str:
    return str(answer["errors"][0]["extensions"]["code"])


async def test_stations_along_a_road_are_compiled() -> None:
    query = '{stationsAlongRoad(road:"g55",fromKm:5,toKm:35){edges{km offsetM side cursor node{id}} road{id version}}}'
    answer, compiled = await answers(query)
    edges = answer["data"]["stationsAlongRoad"]["edges"]
    assert [edge["node"]["id"] for edge in edges] == ["s/10", "s/30"]
    assert edges[0]["offsetM"] == pytest.approx(500, abs=2)
    assert edges[0]["side"] == "RIGHT"
    assert answer["data"]["stationsAlongRoad"]["road"] == {"id": "g55", "version": 3}
    assert compiled == [True, False]


async def test_from_kilometre_0_is_a_number_and_not_nothing() -> None:
    answer, _ = await answers('{stationsAlongRoad(road:"g55",fromKm:0,toKm:0){edges{km}}}')
    assert answer["data"]["stationsAlongRoad"]["edges"] == []


@pytest.mark.parametrize("north", [39.5, 39.5004, 39.5008])  # an end that is told above, and one that is told below
async def test_a_road_may_be_asked_for_from_and_to_the_kilometres_that_it_is_told_to_have(north: float) -> None:
    line = road(north=north)
    there = await rooms(at((north - 38) * 111), roads=[line])
    told = round(line.end_km, 1)
    assert (await there.roads.along("g55", told, None)).page.found != []
    assert (await there.roads.along("g55", round(line.begin_km, 1), told)).page.found != []
    with pytest.raises(BadInput) as refused:
        await there.roads.along("g55", line.end_km + 0.05 + 0.001, None)
    assert refused.value.code == "ROAD_SPAN"
    assert line.meant(line.end_km + 0.05) == line.end_km == line.meant(line.end_km - 0.05)
    assert line.meant(line.end_km - 0.05 - 0.001) < line.end_km - 0.05


async def test_stations_beside_a_route_are_compiled() -> None:
    fields = "edges{km offsetM detourKm detourMin node{id}}"
    query = f"query($r:RouteInput!){{stationsAlongRoute(route:$r,maxDetourKm:5){{{fields}}}}}"
    course = {"coordinates": [[LON, 38.0], [LON, 39.0, 812.0]]}
    answer, compiled = await answers(query, {"r": course})
    edge = answer["data"]["stationsAlongRoute"]["edges"][0]
    assert (edge["node"]["id"], edge["detourKm"]) == ("s/10", pytest.approx(1.3, abs=0.02))
    assert compiled == [True, False]
    again, _ = await answers(query, {"r": {"polyline": "_|_hfA_a}xuE_ibE?", "precision": 6}})
    assert "errors" not in again


async def test_every_field_of_the_answers_is_alike() -> None:
    for query in (
        f"{{stationsAlongRoute(route:{{coordinates:[[{LON},38],[{LON},39]]}}){of('RouteConnection')}}}",
        f'{{stationsAlongRoad(road:"g55"){of("RoadConnection")}}}',
        f"{{roads{of('Road')}}}",
        f'{{road(id:"s40"){of("Road")}}}',
    ):
        answer, _ = await answers(query)
        assert "errors" not in answer, answer


async def test_a_road_shows_its_posts_places_gaps_and_how_far_to_believe_it() -> None:
    query = """{road(id:"s40"){approximate accuracyM source licence fromKm toKm climbM descentM breaks{fromKm toKm}
        posts{km location{lat}} places{km kind name direction} gaps{fromKm toKm km} none:gaps(longestKm:130){km}}}"""
    answer, _ = await answers(query)
    told = answer["data"]["road"]
    assert (told["approximate"], told["accuracyM"], told["licence"]) == (True, 5_000, "CC0")
    assert [post["km"] for post in told["posts"]] == [10, 20]
    assert [(p["kind"], p["name"], p["direction"]) for p in told["places"]] == [
        ("SIGHT", "塔", None),
        ("SERVICE_AREA", "原平", "FORWARD"),
    ]
    assert len(told["gaps"]) == 1
    assert told["gaps"][0]["km"] > 120
    assert told["none"] == []
    assert (told["climbM"], told["descentM"], told["breaks"]) == (None, None, [])


async def test_an_approximate_road_tells_no_offset_below_its_accuracy() -> None:
    answer, _ = await answers('{stationsAlongRoad(road:"s40"){edges{offsetM side} road{approximate accuracyM}}}')
    told = answer["data"]["stationsAlongRoad"]
    assert {(edge["offsetM"], edge["side"]) for edge in told["edges"]} == {(None, "UNKNOWN")}
    assert told["road"] == {"approximate": True, "accuracyM": 5_000}


MANY = [[LON, 38 + n / 10_000] for n in range(5_001)]


@pytest.mark.parametrize(
    ("expected", "query", "variables"),
    [
        ("NO_SUCH_ROAD", '{road(id:"x"){id}}', None),
        ("NO_SUCH_ROAD", '{stationsAlongRoad(road:"x"){edges{km}}}', None),
        ("OFFSET_BELOW_ACCURACY", '{stationsAlongRoad(road:"s40",maxOffsetM:100){edges{km}}}', None),
        ("ROAD_SPAN", '{stationsAlongRoad(road:"g55",fromKm:9,toKm:3){edges{km}}}', None),
        ("ROUTE", "{stationsAlongRoute(route:{}){edges{km}}}", None),
        ("ROUTE", '{stationsAlongRoute(route:{polyline:"??",coordinates:[[1,2],[3,4]]}){edges{km}}}', None),
        ("POLYLINE_PRECISION", '{stationsAlongRoute(route:{polyline:"??",precision:7}){edges{km}}}', None),
        ("DETOUR_OUT_OF_RANGE", '{stationsAlongRoute(route:{polyline:"????"},maxDetourKm:51){edges{km}}}', None),
        (
            "ROUTE_TOO_MANY_POINTS",
            "query($c:[[Float!]!]){stationsAlongRoute(route:{coordinates:$c}){edges{km}}}",
            {"c": MANY},
        ),
    ],
)
async def test_what_cannot_be_asked_has_a_code(expected: str, query: str, variables: dict[str, Any] | None) -> None:
    answer, _ = await answers(query, variables)
    assert code(answer) == expected


async def test_gaps_count_towards_the_size_of_an_answer() -> None:
    many = " ".join(f"g{n}:gaps{{fromKm toKm km}}" for n in range(14))
    answer, _ = await answers(f'{{road(id:"g55"){{{many}}}}}')
    assert "errors" not in answer
    twice = f'{{road(id:"g55"){{{many} posts{{{" ".join(["km", "location{lat lon}"] * 50)}}}}}}}'
    answer, _ = await answers(twice)
    assert code(answer) == "ANSWER_TOO_LARGE"


async def test_5000_points_are_taken() -> None:
    query = "query($c:[[Float!]!]){stationsAlongRoute(route:{coordinates:$c}){edges{node{id}}}}"
    answer, compiled = await answers(query, {"c": MANY[:-1]})
    assert [edge["node"]["id"] for edge in answer["data"]["stationsAlongRoute"]["edges"]] == ["s/10", "s/30", "s/40"]
    assert compiled == [True, False]


async def test_without_roads_it_is_said() -> None:
    made = world([])
    executor = Executor(SCHEMA, made.gateway)
    asked = Asked("{roads{id}}")
    assert code(json.loads((await executor.answer(executor.prepare(asked), asked, "zh")).body)) == "NO_ROADS"
