"""`finder trip`: asks a running finder for a trip and prints its stops, arrival charge, cost and gaps."""

import asyncio
import json
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console

from finder.commands.trip_strip import show
from finder.errors import BadInput, FinderError, NotFound, Unavailable
from finder.kernel.geo import Point
from finder.roads.cars import CarClass
from finder.roads.polyline import MAX_POINTS, encode_polyline
from finder.roads.trip import Objective
from finder.settings import load_settings

_TIMEOUT_S = 60.0
_STOP = """station{name} km detourKm powerKw arrivesAt arrivalSoc leaveSoc kwh chargingMinutes costFen chance
 alternative{station{name} km}"""
_QUESTION = f"""query($ask:TripInput!){{planTrip(ask:$ask){{km climbM descentM typicalCar credit
 plans{{objective km leavesAt arrivesAt arrivalSoc costFen stops{{{_STOP}}}}} gaps{{fromKm toKm km}}
 warnings{{message}}}}}}"""
_PLACES = "query($text:String!){places(text:$text,first:1){location{lat lon}}}"
# The shape of a battery's curve, as shares of its greatest DC power, where only that is given.
_SHAPE = ((0.0, 0.7), (0.1, 1.0), (0.5, 0.9), (0.8, 0.45), (1.0, 0.06))


def trip(
    begin: Annotated[str | None, typer.Option("--from", help="起点：地名或 纬度,经度 · a place or lat,lon")] = None,
    end: Annotated[str | None, typer.Option("--to", help="终点 · where to")] = None,
    road: Annotated[str | None, typer.Option(help="沿一条道路（编号）· along a road, by its id")] = None,
    from_km: Annotated[float | None, typer.Option(help="道路起始公里 · from this kilometre of the road")] = None,
    to_km: Annotated[float | None, typer.Option(help="道路结束公里 · to this kilometre")] = None,
    line: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="GeoJSON 折线（可含高程）· a line, with heights or not"),
    ] = None,
    speed_kmh: Annotated[float | None, typer.Option(help="折线上的平均车速 · driven on the line")] = None,
    car: Annotated[CarClass | None, typer.Option(case_sensitive=False, help="车型类别 · a class of cars")] = None,
    usable_kwh: Annotated[float | None, typer.Option(help="电池可用电量 · what the battery holds")] = None,
    kwh_per_100km: Annotated[float | None, typer.Option(help="百公里电耗 · consumption")] = None,
    dc_kw: Annotated[float | None, typer.Option(help="最大直流功率 · most DC power")] = None,
    ac_kw: Annotated[float | None, typer.Option(help="交流功率 · AC power")] = None,
    start: Annotated[float, typer.Option(help="出发电量（0–1）· charge at the start")] = 0.8,
    reserve: Annotated[float, typer.Option(help="保留电量 · never touched")] = 0.1,
    celsius: Annotated[float | None, typer.Option(help="气温 · temperature")] = None,
    leave: Annotated[str | None, typer.Option(help="出发时间，如 2026-05-01T09:00+08:00 · when to leave")] = None,
    least: Annotated[
        list[Objective] | None, typer.Option(case_sensitive=False, help="目标，可多次给出 · the objective, repeatable")
    ] = None,
    detour_km: Annotated[float, typer.Option(help="每站最多绕行（往返公里）· detour there and back")] = 10.0,
    url: Annotated[str | None, typer.Option(help="运行中的充电地图 · a running finder")] = None,
) -> None:
    """规划行程：停站、到达电量、费用、备选与缺口 · plans a trip: stops, arrival charge, cost, alternatives, gaps."""
    ask: dict[str, Any] = {
        "car": _car(car, usable_kwh, kwh_per_100km, dc_kw, ac_kw),
        "start": start,
        "reserve": reserve,
        "maxDetourKm": detour_km,
        "objectives": [each.value for each in least or [Objective.LEAST_TIME]],
    }
    for name, value in (("temperatureC", celsius), ("leavesAt", leave), ("speedKmh", speed_kmh)):
        ask |= {} if value is None else {name: value}
    if road is not None:
        ask |= {"road": road, "fromKm": from_km, "toKm": to_km}
    if line is not None:
        ask |= read_line(line)

    async def run() -> dict[str, Any]:
        base = (url or load_settings().base_url).rstrip("/")
        async with httpx.AsyncClient(base_url=base, timeout=_TIMEOUT_S, trust_env=False) as client:
            for name, text in (("begin", begin), ("end", end)):
                if text is not None:
                    ask[name] = await _place(client, text)
            told = await _asked(client, _QUESTION, {"ask": ask})
            return dict(told["planTrip"])

    show(asyncio.run(run()), Console())


def read_line(path: Path) -> dict[str, Any]:
    """The first LineString of a GeoJSON file, as a trip is asked for it. Raises BadInput."""
    try:
        places = _line_of(json.loads(path.read_text(encoding="utf-8")))
        points = [Point(float(each[1]), float(each[0])) for each in places]
        heights = [float(each[2]) for each in places] if all(len(each) > 2 for each in places) else None
    except (ValueError, TypeError, IndexError, KeyError):
        raise BadInput(
            f"{path.name} 中没有可用的 LineString",
            f"{path.name} holds no LineString that can be used",
            code="FILE_KIND",
        ) from None
    every = -(-len(points) // MAX_POINTS) or 1
    thinned = {"polyline": encode_polyline(points[::every])}
    return thinned if heights is None else thinned | {"heightsM": heights[::every]}


def _line_of(found: Any) -> list[Any]:
    match found:
        case {"type": "FeatureCollection", "features": [first, *_]} | {"type": "Feature", "geometry": first}:
            return _line_of(first)
        case {"type": "LineString", "coordinates": [_, _, *_] as places}:
            return list(places)
    raise ValueError("no line")


def _car(
    kind: CarClass | None,
    usable_kwh: float | None,
    kwh_per_100km: float | None,
    dc_kw: float | None,
    ac_kw: float | None,
) -> dict[str, Any]:
    given: dict[str, Any] = {"usableKwh": usable_kwh, "kwhPer100km": kwh_per_100km, "acKw": ac_kw}
    given = {name: value for name, value in given.items() if value is not None}
    if dc_kw is not None:
        given["curve"] = [{"soc": soc, "kw": round(dc_kw * share, 1)} for soc, share in _SHAPE]
    if kind is not None or not {"usableKwh", "kwhPer100km"} <= given.keys():
        return {"kind": (kind or CarClass.FAMILY).value, **given}
    return {"plugs": ["GBT_DC", "GBT_AC"], **given}


async def _place(client: httpx.AsyncClient, text: str) -> dict[str, float]:
    lat, comma, lon = text.partition(",")
    if comma:
        try:
            return {"lat": float(lat), "lon": float(lon)}
        except ValueError:
            pass
    found = (await _asked(client, _PLACES, {"text": text}))["places"]
    if not found:
        raise NotFound(
            f"找不到地名 {text}，请改用 纬度,经度",
            f"there is no place {text!r} here: give lat,lon",
            code="NO_SUCH_PLACE",
        )
    return dict(found[0]["location"])


async def _asked(client: httpx.AsyncClient, question: str, variables: dict[str, Any]) -> dict[str, Any]:
    """The data of an answer. Raises what the finder said, in its own words."""
    headers = [{"accept-language": language} for language in ("zh", "en")]
    body = {"query": question, "variables": variables}
    try:
        told = (await client.post("/graphql", json=body, headers=headers[0])).json()
        if "errors" in told:
            said = (await client.post("/graphql", json=body, headers=headers[1])).json()
            first = told["errors"][0]
            code = first.get("extensions", {}).get("code", "REFUSED")
            raise FinderError(first["message"], said.get("errors", [first])[0]["message"], code=code)
    except (httpx.HTTPError, ValueError, KeyError):
        raise Unavailable(
            f"连不上 {client.base_url}：请先运行 finder up，或用 --url 指定",
            f"{client.base_url} does not answer: run finder up first, or say where with --url",
        ) from None
    return dict(told["data"])
