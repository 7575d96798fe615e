"""`finder trip` against a finder on loopback: what it prints, and what it says where it cannot ask."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from starlette.applications import Starlette
from typer.testing import CliRunner

from finder.cli import cli
from finder.commands.trip import read_line
from finder.commands.trip_strip import show, strip
from finder.errors import BadInput, FinderError, Unavailable
from finder.graphql.routes import graphql_routes
from finder.roads.polyline import decode_polyline as decode
from tests.unit.served import served
from tests.unit.test_graphql_trip import WAY, made


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served(Starlette(routes=graphql_routes(made().gateway))) as port:
        yield f"http://127.0.0.1:{port}"


def run(*arguments: str) -> str:
    result = CliRunner(env={"COLUMNS": "160"}).invoke(cli, ["trip", *arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


def geojson(path: Path, *, heights: bool = True) -> Path:
    places = [[p.lon, p.lat, 800.0 + n] if heights else [p.lon, p.lat] for n, p in enumerate(WAY)]
    feature = {"type": "Feature", "properties": {}, "geometry": {"type": "LineString", "coordinates": places}}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    return path


def test_stops_arrival_charge_cost_and_warnings_are_printed(url: str, tmp_path: Path) -> None:
    line = geojson(tmp_path / "way.geojson", heights=False)
    car = ("--car", "family", "--start", "0.5", "--celsius", "20")
    said = run("--line", str(line), *car, "--least", "least_money", "--url", url)
    for word in ("●", "├", "终点 · the end", "% → ", "¥", "典型值", "爬坡"):
        assert word in said, word
    assert "300" in said.splitlines()[3]  # the strip's scale


def test_a_road_and_a_car_of_ones_own_are_asked_for(url: str) -> None:
    own = ("--usable-kwh", "40", "--kwh-per-100km", "15", "--dc-kw", "60")
    said = run("--road", "huanghe-1", "--to-km", "150", *own, "--least", "least_money", "--url", url)
    assert "最省" in said
    assert "典型值" not in said
    assert "近似" in said


def test_places_are_found_by_name_or_given_as_they_are(url: str) -> None:
    said = run("--from", "38.4,113.2", "--to", "38.4,115.7", "--celsius", "20", "--url", url)
    assert "黄河一号" in said


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--road", "none"), "NO_SUCH_ROAD"),
        (("--from", "38.4,112.7"), "ONE_WAY"),
        (("--road", "huanghe-1", "--start", "2"), "TRIP"),
        (("--from", "没有这个地方", "--to", "38,112"), "NO_SUCH_PLACE"),
    ],
)
def test_what_the_finder_refuses_is_said_in_both_languages(url: str, arguments: tuple[str, ...], code: str) -> None:
    with pytest.raises(FinderError) as refused:
        run(*arguments, "--url", url)
    assert refused.value.code == code
    assert refused.value.zh != refused.value.en


def test_a_finder_that_is_not_there_is_said_to_be_away() -> None:
    with pytest.raises(Unavailable, match="finder up"):
        run("--road", "g55", "--url", "http://127.0.0.1:1")


def test_a_line_is_read_with_its_heights_and_thinned_to_what_may_be_asked(tmp_path: Path) -> None:
    asked = read_line(geojson(tmp_path / "way.geojson"))
    assert asked["heightsM"] == [800.0 + n for n in range(37)]
    assert len(decode(asked["polyline"])) == 37
    assert "heightsM" not in read_line(geojson(tmp_path / "flat.geojson", heights=False))
    long = tmp_path / "long.geojson"
    long.write_text(json.dumps({"type": "LineString", "coordinates": [[112 + n / 1e5, 38, n] for n in range(12_000)]}))
    thinned = read_line(long)
    assert len(decode(thinned["polyline"])) == len(thinned["heightsM"]) == 4_000


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"type": "LineString", "coordinates": [[112], [113]]}'])
def test_a_file_without_a_line_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "none.geojson"
    path.write_text(text)
    with pytest.raises(BadInput, match="FILE_KIND"):
        read_line(path)


def drawn_trip(**more: Any) -> dict[str, Any]:
    given = {"km": 200.0, "gaps": [{"fromKm": 100.0, "toKm": 200.0, "km": 100.0}], "plans": [], "warnings": []}
    return {**given, "typicalCar": False, "credit": None, "climbM": None, "descentM": None, **more}


def test_the_strip_shows_stops_where_they_are_and_gaps_between() -> None:
    stops: list[dict[str, Any]] = [{"km": 50.0, "alternative": {"km": 25.0}}, {"km": 100.0, "alternative": None}]
    line, scale = strip(drawn_trip(), stops, 101).plain.split("\n")
    assert (line[0], line[25 // 2 + 1 - 1], line[25], line[50], line[-1]) == ("├", "○", "●", "●", "┤")
    assert set(line[51:100]) == {"╌"}
    assert set(line[1:12]) == {"─"}
    assert scale.startswith("0")
    assert scale.rstrip().endswith("200")


def test_climbs_are_told_and_unknown_ones_are_never_0() -> None:
    for told, words in (((None, None), "爬升未知"), ((0.0, 0.0), "climb 0 m"), ((1_234.4, 90.0), "1234 m · 下降")):
        console = Console(record=True, width=80)
        show(drawn_trip(climbM=told[0], descentM=told[1]), console)
        assert words in console.export_text()


def test_another_day_is_told_with_the_time() -> None:
    end = {"objective": "LEAST_TIME", "km": 200.0, "costFen": 0, "arrivalSoc": 0.1, "stops": []}
    for arrives, words in (("23:59", "23:59 "), ("00:01", "00:01 +1")):
        day = "02" if arrives < "12" else "01"
        plan = {**end, "leavesAt": "2026-03-01T20:00:00+08:00", "arrivesAt": f"2026-03-{day}T{arrives}:00+08:00"}
        console = Console(record=True, width=120)
        show(drawn_trip(plans=[plan]), console)
        assert words in console.export_text()


def test_where_no_plan_is_the_gaps_are_drawn_all_the_same() -> None:
    console = Console(record=True, width=80)
    show(drawn_trip(warnings=[{"message": "到不了"}]), console)
    said = console.export_text()
    assert "╌" in said
    assert "100–200 km" in said
    assert "到不了" in said
