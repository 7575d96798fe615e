"""A trip over GraphQL: its stops, costs and gaps, the reader's language, and every refusal by its code."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest
from starlette.applications import Starlette

from finder.charging.trip_prices import TariffPrices
from finder.errors import Busy
from finder.graphql.routes import graphql_routes
from finder.graphql.trip_ask import MAX_GIVEN_POINTS
from finder.kernel.geo import Point
from finder.kernel.line import Line
from finder.live.model import Observation, Status
from finder.roads.cars import TYPICAL, CarClass
from finder.roads.model import Origin, Road, RoadKind
from finder.roads.polyline import MAX_POINTS
from finder.roads.polyline import decode_polyline as decode
from finder.roads.polyline import encode_polyline as encode
from finder.roads.router import NoRouter, Route, Router, timed
from finder.roads.search import MAX_DETOUR_KM
from finder.roads.trips import MAX_AHEAD, MOST_AT_ONCE, DoorToDoor, Polyline, Trips, Wish
from finder.stations.along import LineHit
from finder.stations.filter import Filter
from finder.stations.model import ALWAYS
from tests.unit.naive import CENTRE, NOW, NaiveIndex, World, station, world

STOP = """station{id name} evseId connectorId km detourKm detourMinutes powerKw leg{km minutes kwh climbM descentM}
  arrivesAt arrivalSoc leaveSoc kwh chargingMinutes leavesAt costFen chance
  alternative{station{id} evseId connectorId km detourKm powerKw decideKm onArrival arrivalSoc leaveSoc
    chargingMinutes costFen chance}"""
PLAN = f"""objective stops{{{STOP}}} lastLeg{{km}} leavesAt arrivesAt arrivalSoc km drivingMinutes stopMinutes kwh
  costFen knownCostFen offBy"""
QUESTION = f"""query($ask:TripInput!){{planTrip(ask:$ask){{km drivingMinutes roadId approximate accuracyM temperatureC
  typicalCar credit climbM descentM plans{{{PLAN}}} gaps{{fromKm toKm km}} warnings{{code message}} polyline}}}}"""
EAST = Point(CENTRE.lat, CENTRE.lon + 3.6)  # about 314 km, on another way than the parallel
WAY = [Point(CENTRE.lat, CENTRE.lon + n * 0.1) for n in range(37)]
FAMILY = {"kind": "FAMILY"}


class Along(NaiveIndex):
    """Looks at every station beside a line, too."""

    async def beside(
        self, line: Line, reach_m: float, want: Filter, limit: int, after: tuple[float, str] | None = None
    ) -> list[LineHit]:
        feet = [(s.id, line.locate(s.place)) for s in self.stations.values() if want.suits(s)]
        found = sorted((f.metres, i, f.offset_m) for i, f in feet if f.offset_m <= reach_m)
        return [LineHit(i, m, off) for m, i, off in found if after is None or (m, i) > after][:limit]


class Straight:
    """A router that goes straight."""

    async def route(self, begin: Point, end: Point) -> Route:
        return timed([begin, Point((begin.lat + end.lat) / 2, (begin.lon + end.lon) / 2), end], 240, credit="© all")

    async def close(self) -> None:
        pass


ROAD = Road(
    id="huanghe-1",
    name="黄河一号",
    kind=RoadKind.TOURIST,
    parts=(tuple((p.lat, p.lon) for p in WAY),),
    origin=Origin(source="ours", licence="ours", accuracy_m=3_000, approximate=True),
    from_km=10.0,
)


def made(router: Router | None = None, road: Road = ROAD) -> World:
    """Stations every 26 km along the parallel, each with two bays."""
    placed = world([station(n, lon_step=0.3, hours=ALWAYS) for n in range(1, 12)])
    trips = Trips(
        Along(placed.index.stations.values()),
        lambda evse_id: placed.board.read(evse_id).status,
        TariffPrices(),
        router or NoRouter(),
        lambda: {road.id: road},
        lambda: NOW,
    )
    return replace(placed, gateway=replace(placed.gateway, trips=trips))


async def ask(placed: World | None = None, language: str = "zh", **more: Any) -> dict[str, Any]:
    transport = httpx.ASGITransport(Starlette(routes=graphql_routes((placed or made()).gateway)))
    wanted = {"car": FAMILY, "temperatureC": 20, **more}
    async with httpx.AsyncClient(transport=transport, base_url="http://finder") as client:
        answer = await client.post(
            "/graphql",
            json={"query": QUESTION, "variables": {"ask": wanted}},
            headers={"accept-language": language},
        )
    return dict(answer.json())


def code(answer: dict[str, Any]) -> str:
    return str(answer["errors"][0]["extensions"]["code"])


async def test_a_polyline_is_planned_with_stops_costs_and_alternatives() -> None:
    objectives = ["LEAST_MONEY", "LEAST_TIME", "FEWEST_STOPS"]
    answer = await ask(polyline=encode(WAY), start=0.5, objectives=objectives)
    trip = answer["data"]["planTrip"]
    assert trip["km"] == pytest.approx(314.4, abs=0.5)
    assert trip["drivingMinutes"] == pytest.approx(trip["km"])  # at 60 km/h
    assert [plan["objective"] for plan in trip["plans"]] == objectives
    assert (trip["roadId"], trip["approximate"], trip["typicalCar"], trip["gaps"]) == (None, False, True, [])
    for plan in trip["plans"]:
        assert plan["knownCostFen"] == sum(stop["costFen"] or 0 for stop in plan["stops"])
        assert plan["stops"]
        for stop in plan["stops"]:
            assert stop["alternative"]["station"]["id"] != stop["station"]["id"]
            assert stop["chance"] is None
            assert 0 <= stop["detourKm"] < 1
    assert len(decode(trip["polyline"])) == len(WAY)


async def test_a_bay_that_is_seen_free_has_a_chance() -> None:
    placed = made()
    (stop,) = (await ask(placed, polyline=encode(WAY), start=0.6))["data"]["planTrip"]["plans"][0]["stops"]
    evses = [f"{stop['station']['id']}-{k}" for k in (0, 1)]
    await placed.board.observe([Observation(each, Status.AVAILABLE, NOW, "jinbei") for each in evses])
    (again,) = (await ask(placed, polyline=encode(WAY), start=0.6))["data"]["planTrip"]["plans"][0]["stops"]
    assert again["station"] == stop["station"]
    # Beyond three hours from now nothing is known of it; before, one of two free bays is likely.
    within = again["arrivesAt"] <= (NOW + timedelta(hours=3)).isoformat().replace("+00:00", "Z")
    assert again["chance"] == (pytest.approx(1 - 0.25**2) if within else None)


async def test_what_is_foretold_of_a_bay_comes_first_and_the_board_where_nothing_is() -> None:
    placed = made()
    trips = placed.gateway.trips
    assert trips is not None
    wish = Wish(Polyline(WAY), TYPICAL[CarClass.FAMILY].car, start=0.6, celsius=20)
    (stop,) = (await trips.plan(wish)).trip.plans[0].stops
    evses = [evse.id for evse in stop.candidate.station.evses]
    await placed.board.observe([Observation(each, Status.CHARGING, NOW, "jinbei") for each in evses])
    for foretold, chance in ((0.8, 0.8), (0.0, 0.0), (None, pytest.approx(1 - 0.75**2))):
        told = Trips(
            Along(placed.index.stations.values()),
            lambda evse_id: placed.board.read(evse_id).status,
            TariffPrices(),
            NoRouter(),
            lambda: {},
            lambda: NOW,
            lambda _, __, foretold=foretold: foretold,  # type: ignore[misc]
        )
        assert (await told.plan(wish)).trip.plans[0].stops[0].chance == chance


async def test_warnings_are_told_in_the_readers_language() -> None:
    for language, word in (("zh", "爬坡"), ("en", "climb")):
        trip = (await ask(language=language, polyline=encode(WAY)))["data"]["planTrip"]
        (told,) = (each for each in trip["warnings"] if each["code"] == "HEIGHTS_UNKNOWN")
        assert word in told["message"]


async def test_heights_of_the_client_are_counted() -> None:
    heights = [800.0 + 25 * n for n in range(37)]
    trip = (await ask(polyline=encode(WAY), heightsM=heights, speedKmh=80))["data"]["planTrip"]
    assert trip["plans"][0]["stops"][0]["leg"]["climbM"] > 100
    assert "HEIGHTS_UNKNOWN" not in {each["code"] for each in trip["warnings"]}
    assert trip["drivingMinutes"] == pytest.approx(trip["km"] / 80 * 60)


async def test_a_road_is_driven_between_its_kilometres_either_way_and_said_to_be_approximate() -> None:
    placed = made()
    forth = (await ask(placed, road="huanghe-1", fromKm=60, toKm=260))["data"]["planTrip"]
    back = (await ask(placed, road="huanghe-1", fromKm=260, toKm=60))["data"]["planTrip"]
    whole = (await ask(placed, road="huanghe-1", start=0.5))["data"]["planTrip"]
    assert forth["km"] == pytest.approx(200) == back["km"]
    assert whole["km"] == pytest.approx(314.4, abs=0.5)
    assert (forth["roadId"], forth["approximate"], forth["accuracyM"]) == ("huanghe-1", True, 3_000)
    assert "APPROXIMATE" in {each["code"] for each in forth["warnings"]}
    # Nearer than 3 km the road's line can tell nothing, and none of them is farther.
    assert {stop["detourKm"] for stop in whole["plans"][0]["stops"]} <= {None}
    assert decode(back["polyline"])[0].lon > decode(back["polyline"])[-1].lon
    assert placed.gateway.trips is not None


async def test_door_to_door_goes_by_the_router_and_names_it() -> None:
    ends: dict[str, Any] = {"begin": {"lat": CENTRE.lat, "lon": CENTRE.lon}, "end": {"lat": EAST.lat, "lon": EAST.lon}}
    trip = (await ask(made(Straight()), **ends, maxDetourKm=20, start=0.5))["data"]["planTrip"]
    assert (trip["drivingMinutes"], trip["credit"]) == (240, "© all")
    assert trip["plans"][0]["stops"]
    assert trip["roadId"] is None


async def test_without_a_router_a_road_that_leads_past_both_places_is_taken_and_named() -> None:
    begin = {"lat": CENTRE.lat + 0.1, "lon": CENTRE.lon + 0.5}
    trip = (await ask(begin=begin, end={"lat": CENTRE.lat, "lon": CENTRE.lon + 3}))["data"]["planTrip"]
    assert trip["roadId"] == "huanghe-1"
    assert trip["km"] == pytest.approx(2.5 * 87.35, abs=1)
    (told,) = (each for each in trip["warnings"] if each["code"] == "ALONG_ROAD")
    assert "11 公里" in told["message"]
    far = {"lat": CENTRE.lat + 0.2, "lon": CENTRE.lon + 0.5}
    assert code(await ask(begin=far, end={"lat": CENTRE.lat, "lon": CENTRE.lon + 3})) == "NO_ROUTER"


HIGH = msgspec.structs.replace(ROAD, heights_m=(tuple(1_000.0 + 50 * n for n in range(len(WAY))),))
APART = msgspec.structs.replace(
    ROAD, parts=(ROAD.parts[0][:10], ROAD.parts[0][20:]), heights_m=((), (1_000.0,) * 7 + (1_200.0,) * 10)
)


@pytest.mark.parametrize(
    ("road", "way", "climbs"),
    [
        (ROAD, {}, None),
        (HIGH, {}, (1_795, 0)),
        (HIGH, {"fromKm": 324.4, "toKm": 10}, (0, 1_795)),
        (APART, {}, None),  # of its first part no height is known
        (APART, {"fromKm": 190}, (195, 0)),
    ],
)
async def test_an_imported_roads_heights_are_a_trips_climbs(
    road: Road, way: dict[str, Any], climbs: tuple[float, float] | None
) -> None:
    trip = (await ask(made(road=road), road="huanghe-1", **way))["data"]["planTrip"]
    codes = {each["code"] for each in trip["warnings"]}
    assert ("HEIGHTS_UNKNOWN" in codes) is (climbs is None)
    if climbs is None:
        assert (trip["climbM"], trip["descentM"]) == (None, None)
    else:
        assert (trip["climbM"], trip["descentM"]) == pytest.approx(climbs, abs=1)
    legs = [plan["stops"][0]["leg"]["climbM"] for plan in trip["plans"] if plan["stops"]]
    assert all((leg is None) is (climbs is None) for leg in legs)


async def test_where_a_road_is_interrupted_a_trip_says_so_and_counts_no_gap_there() -> None:
    broken = made(road=APART)
    trip = (await ask(broken, road="huanghe-1", start=1))["data"]["planTrip"]
    (told,) = (each for each in trip["warnings"] if each["code"] == "ROAD_BREAK")
    assert "第 79 至 175 公里" in told["message"]
    before = (await ask(broken, road="huanghe-1", toKm=80))["data"]["planTrip"]["warnings"]
    assert "ROAD_BREAK" not in {each["code"] for each in before}


async def test_a_car_of_ones_own_is_taken_and_a_class_can_be_put_right() -> None:
    own = {"usableKwh": 60, "kwhPer100km": 15, "plugs": ["GBT_DC"], "curve": [{"soc": 0, "kw": 80}]}
    trip = (await ask(points=[{"lat": p.lat, "lon": p.lon} for p in WAY], car=own))["data"]["planTrip"]
    assert not trip["typicalCar"]
    bigger = (await ask(polyline=encode(WAY), car={"kind": "FAMILY", "usableKwh": 120}))["data"]["planTrip"]
    assert bigger["plans"][0]["stops"] == []
    assert bigger["typicalCar"]


async def test_where_the_end_is_out_of_reach_there_is_no_plan_and_a_reason() -> None:
    far = [Point(CENTRE.lat, CENTRE.lon - n * 0.5) for n in range(10)]
    trip = (await ask(polyline=encode(far), start=0.3))["data"]["planTrip"]
    assert trip["plans"] == []
    assert trip["warnings"][0]["code"] == "OUT_OF_REACH"
    assert trip["gaps"]


LINE = encode(WAY)
LONG = encode([Point(38, 112 + n / 10_000) for n in range(MAX_POINTS)])
TOO_LONG = encode([Point(38, 112 + n / 10_000) for n in range(MAX_POINTS + 1)])
BEGIN = {"lat": 38, "lon": 112}


@pytest.mark.parametrize(
    ("more", "refused"),
    [
        ({}, "ONE_WAY"),
        ({"polyline": LINE, "road": "huanghe-1"}, "ONE_WAY"),
        ({"begin": BEGIN}, "ONE_WAY"),
        ({"polyline": LINE, "end": BEGIN}, "ONE_WAY"),
        ({"polyline": LONG}, None),
        ({"polyline": TOO_LONG}, "ROUTE_TOO_MANY_POINTS"),
        ({"polyline": LINE[:-1]}, "POLYLINE"),
        ({"polyline": "中文"}, "POLYLINE"),
        ({"polyline": encode(WAY[:1])}, "POLYLINE"),
        ({"polyline": encode([WAY[0], WAY[0]])}, "COURSE"),
        ({"points": [BEGIN] * (MAX_GIVEN_POINTS + 1)}, "POLYLINE"),
        ({"points": [{"lat": 91, "lon": 112}] * 2}, "COORDINATE_OUT_OF_RANGE"),
        ({"polyline": LINE, "heightsM": [800.0] * 36}, "HEIGHTS"),
        ({"polyline": LINE, "heightsM": [9_000.0] * 37}, None),
        ({"polyline": LINE, "heightsM": [9_000.1] * 37}, "HEIGHTS"),
        ({"polyline": LINE, "speedKmh": 150}, None),
        ({"polyline": LINE, "speedKmh": 150.1}, "SPEED"),
        ({"polyline": LINE, "speedKmh": 4.9}, "SPEED"),
        ({"polyline": LINE, "maxDetourKm": MAX_DETOUR_KM}, None),
        ({"polyline": LINE, "maxDetourKm": MAX_DETOUR_KM + 0.1}, "DETOUR_OUT_OF_RANGE"),
        ({"polyline": LINE, "leavesAt": (NOW + MAX_AHEAD).isoformat()}, None),
        ({"polyline": LINE, "leavesAt": (NOW + MAX_AHEAD + timedelta(minutes=1)).isoformat()}, "LEAVES_OUT_OF_RANGE"),
        ({"polyline": LINE, "leavesAt": (NOW - timedelta(minutes=6)).isoformat()}, "LEAVES_OUT_OF_RANGE"),
        ({"polyline": LINE, "leavesAt": "2026-03-05T08:00:00"}, "TIME_ZONE"),
        ({"polyline": LINE, "objectives": []}, "OBJECTIVES"),
        ({"polyline": LINE, "start": 1.01}, "TRIP"),
        ({"polyline": LINE, "temperatureC": -41}, "TEMPERATURE"),
        ({"polyline": LINE, "car": {}}, "CAR"),
        ({"polyline": LINE, "car": {"kind": "VAN", "usableKwh": 0}}, "CAR"),
        ({"polyline": LINE, "car": {"usableKwh": 60, "kwhPer100km": 15, "plugs": ["GBT_DC"]}}, "CAR"),
        ({"road": "none"}, "NO_SUCH_ROAD"),
        ({"road": "huanghe-1", "fromKm": 9}, "KM_OUT_OF_RANGE"),
        ({"road": "huanghe-1", "toKm": ROAD.end_km + 0.05}, None),
        ({"road": "huanghe-1", "toKm": ROAD.end_km + 0.05 + 0.001}, "KM_OUT_OF_RANGE"),
        ({"road": "huanghe-1", "fromKm": ROAD.begin_km - 0.05}, None),
        ({"road": "huanghe-1", "fromKm": ROAD.begin_km - 0.05 - 0.001}, "KM_OUT_OF_RANGE"),
        ({"road": "huanghe-1", "toKm": 330}, "KM_OUT_OF_RANGE"),
        ({"polyline": encode([Point(38, 80 + n) for n in range(36)])}, "TRIP"),
    ],
)
async def test_what_cannot_be_asked_is_refused_by_its_code(more: dict[str, Any], refused: str | None) -> None:
    answer = await ask(**more)
    assert (code(answer) if "errors" in answer else None) == refused


async def test_without_trips_the_field_says_so() -> None:
    assert code(await ask(world([]), polyline=LINE)) == "NO_TRIPS"


class Waiting:
    """A router that answers when it is let."""

    def __init__(self) -> None:
        self.let = asyncio.Event()

    async def route(self, begin: Point, end: Point) -> Route:
        await self.let.wait()
        return timed([begin, end], 60)

    async def close(self) -> None:
        pass


async def test_as_many_trips_as_may_wait_are_planned_and_one_more_is_refused() -> None:
    router = Waiting()
    trips = made(router).gateway.trips
    assert trips is not None
    wish = Wish(DoorToDoor(CENTRE, Point(38.4, 113.0)), TYPICAL[CarClass.FAMILY].car, celsius=20)
    asked = [asyncio.create_task(trips.plan(wish)) for _ in range(MOST_AT_ONCE + 1)]
    done, rest = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
    (refused,) = done
    assert isinstance(refused.exception(), Busy)
    router.let.set()
    assert all(planned.trip.plans for planned in await asyncio.gather(*rest))
