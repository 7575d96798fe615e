"""Stars come from published files alone, to the last digit, whoever works them out."""

import csv
import io
import shutil
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from finder.cli import cli
from finder.errors import BadInput, NotFound
from finder.money.spreadsheet import table
from finder.supervision.open_data.snapshot import write_snapshot
from finder.supervision.open_data.write import STATION_COLUMNS, STATUS_COLUMNS
from finder.supervision.stars.formula import Rated, StationFacts, Told, of_road, of_station, of_township, tenths
from finder.supervision.stars.sheet import STARS_FILE, differences, earlier_days, stars_csv

DAY, AT = date(2026, 11, 25), datetime(2026, 11, 25, 4, tzinfo=UTC)
SCRIPT = Path(__file__).parents[2] / "examples" / "recompute_stars.py"
STATUSES = ("AVAILABLE", "CHARGING", "UNKNOWN", "OFFLINE", "FAULTED", "BLOCKED")
REPORT = ("kind", "key", "name", "year", "planned", "measured", "approximate", "why")


def facts(**changed: object) -> StationFacts:
    full = {
        "days": (Told(4, 4, 4),),
        "closed": False,
        "priced": True,
        "facts": (True, True, True),
        "kw": Fraction(120),
        "always_open": True,
        "amenities": 5,
    }
    return StationFacts(**(full | changed))  # type: ignore[arg-type]


def sheet(columns: tuple[str, ...], rows: list[dict[str, object]]) -> bytes:
    return table(columns, [[row.get(name, "") for name in columns] for row in rows]).encode()


def a_day(seed: int, stations: int = 7) -> dict[str, bytes]:
    """Files such as are published, of every kind of value."""
    told, statuses = list[dict[str, object]](), list[dict[str, object]]()
    for n in range(stations):
        state = ("OPEN", "UNKNOWN", "CLOSED", "MAINTENANCE")[n % 4 if n > 4 else 0]
        about = {"id": f"s{n}", "name": f"站{n}", "address": "路" * (n % 2), "state": state, "priced": n % 2}
        told.append(about | {"parking": ("FREE", "UNKNOWN")[n % 2], "hours": ("24/7", "LIMITED", "")[n % 3]})
        told[-1]["amenities"] = " ".join(["WC"] * (n % 7))
        for bay in range(1 + n % 3):
            status = STATUSES[(seed * 7 + n * 3 + bay) % len(STATUSES)]
            power = ("7", "22.5", "", "120")[(n + bay) % 4]
            statuses.append({"station": f"s{n}", "evse": f"s{n}/{bay}", "status": status, "power_kw": power})
    along = [{"kind": "charger", "road": "G5", "station": f"s{n}"} for n in (0, 1, 1, 4)]
    places = [{"kind": "township", "id": f"t{n}", "station": f"s{n}"} for n in range(3)]
    report: list[dict[str, object]] = [
        {"kind": "goal", "key": "piles", "planned": 5429, "measured": 12.5, "approximate": False},
        {"kind": "road", "key": "G5", "name": "京昆", "measured": 61.3, "approximate": True},
        {"kind": "road", "key": "G59", "name": "呼北", "measured": 143.0, "approximate": False},
        {"kind": "township", "key": "t0", "name": "甲", "planned": 3.0, "measured": 2.9, "approximate": True},
        {"kind": "township", "key": "t1", "name": "乙", "planned": 3.0, "measured": 5.8, "approximate": True},
        {"kind": "township", "key": "t2", "name": "丙", "planned": 3.0, "measured": 9.1, "approximate": True},
        {"kind": "township", "key": "t3", "name": "丁", "planned": 3.0, "why": "NO_COORDINATES", "approximate": True},
    ]
    features = [{"type": "Feature", "geometry": None, "properties": about} for about in (*along, *places)]
    return {
        "stations.csv": sheet(STATION_COLUMNS, told),
        "status.csv": sheet(STATUS_COLUMNS, statuses),
        "coverage.csv": sheet(REPORT, report),
        "coverage.geojson": orjson.dumps({"features": features}),
    }


def published(folder: Path, days: int) -> Path:
    for n in range(days):
        day, files = DAY + timedelta(days=n), a_day(n)
        files[STARS_FILE] = stars_csv(files, earlier_days(folder, day.isoformat()))
        write_snapshot(folder, day, AT + timedelta(days=n), files)
    return folder


def lines(body: bytes) -> dict[str, dict[str, str]]:
    return {row["id"]: row for row in csv.DictReader(io.StringIO(body.decode("utf-8-sig")))}


def test_a_station_of_which_all_is_known_and_works_has_a_hundred_points() -> None:
    rated = of_station(facts())
    assert (rated.tenths, rated.stars, rated.why) == (1000, 5, "")


@pytest.mark.parametrize(
    ("points", "expected"), [(1000, 5), (900, 5), (899, 4), (750, 4), (749, 3), (600, 3), (599, 2), (450, 2), (449, 1)]
)
def test_a_star_is_won_at_its_bound_and_not_a_tenth_before(points: int, expected: int) -> None:
    assert Rated({}, points).stars == expected


def test_of_whom_nothing_is_told_or_who_is_closed_there_are_no_stars() -> None:
    silent = of_station(facts(days=(Told(10, 0, 0), Told(10, 1, 1))))
    assert (silent.stars, silent.why) == (None, "NOT_TOLD")
    assert of_station(facts(days=(Told(10, 1, 1),))).why == ""  # a tenth is enough
    closed = of_station(facts(closed=True))
    assert (closed.stars, closed.why) == (None, "CLOSED")


def test_halves_go_upwards() -> None:
    assert [tenths(Fraction(n, 20)) for n in (1, 2, 3)] == [1, 1, 2]


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)).map(lambda p: (max(p), min(p))), min_size=1, max_size=5),
    st.integers(0, 9),
)
def test_nobody_loses_by_telling_more_or_by_a_bay_that_works(days: list[tuple[int, int]], amenities: int) -> None:
    plain = [Told(4, believed, working) for believed, working in days]
    mended = [Told(4, believed, believed) for believed, _ in days]
    rated = of_station(facts(days=plain, amenities=amenities))
    assert 0 <= rated.tenths <= of_station(facts(days=mended, amenities=amenities)).tenths <= 1000
    assert rated.tenths <= of_station(facts(days=plain, amenities=amenities + 1)).tenths


def test_a_township_fades_from_what_covers_it_to_three_times_that() -> None:
    reached = [of_township(Fraction(km), Fraction(3), 1000, "").tenths for km in (0, 3, 6, 9, 30)]
    assert reached == [1000, 1000, 700, 400, 400]
    assert of_township(None, Fraction(3), None, "").why == "NO_STATIONS"


def test_a_road_without_a_charger_for_a_hundred_kilometres_reaches_nobody() -> None:
    assert [of_road(Fraction(km), []).tenths for km in (0, 50, 100, 250)] == [600, 300, 0, 0]


def test_a_stranger_comes_to_the_same_digits(tmp_path: Path) -> None:
    folder = published(tmp_path, 5)
    day, count, wrong = differences(folder)
    assert (day, count, wrong) == ("2026-11-29", 13, [])
    told = subprocess.run([sys.executable, SCRIPT, folder], capture_output=True, text=True, check=False)
    assert (told.stdout.splitlines()[-1], told.returncode) == ("lines: 13  differences: 0", 0), told.stdout
    said = CliRunner().invoke(cli, ["supervision", "stars", "--from", str(folder)])
    assert "differences: 0" in said.output


@pytest.mark.parametrize("name", ["stations.csv", "status.csv", "coverage.csv", STARS_FILE])
def test_a_changed_file_shows(tmp_path: Path, name: str) -> None:
    folder = published(tmp_path, 2)
    path = folder / "2026-11-26" / name
    swaps = {"stations.csv": (",1,", ",0,"), "status.csv": ("OFFLINE", "AVAILABLE"), "coverage.csv": ("61.3", "61.4")}
    old, new = swaps.get(name, ("京昆", "京港"))
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    assert differences(folder)[2]
    assert CliRunner().invoke(cli, ["supervision", "stars", "--from", str(folder)]).exit_code == 1


def test_a_day_whose_days_before_are_gone_says_so(tmp_path: Path) -> None:
    folder = published(tmp_path, 4)
    shutil.rmtree(folder / "2026-11-25")
    with pytest.raises(BadInput) as no:
        differences(folder)
    assert no.value.code == "DAYS_NOT_KEPT"


def test_a_missing_day_or_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        differences(tmp_path / "nowhere")
    folder = published(tmp_path, 1)
    with pytest.raises(NotFound):
        differences(folder, "2026-11-24")
    (folder / "2026-11-25" / STARS_FILE).unlink()
    with pytest.raises(BadInput, match=r"stars\.csv"):
        differences(folder)


def test_days_of_other_columns_and_beyond_four_weeks_do_not_count(tmp_path: Path) -> None:
    folder = published(tmp_path, 30)
    assert len(earlier_days(folder, "2026-12-24")) == 27
    manifest = folder / "2026-12-23" / "manifest.json"
    manifest.write_bytes(orjson.dumps(orjson.loads(manifest.read_bytes()) | {"version": 1}))
    assert len(earlier_days(folder, "2026-11-27")) == 2
    assert len(earlier_days(folder, "2026-12-24")) == 27


@pytest.mark.parametrize("left", [b"", b'{"day": "2026-1', b"\xff\x00", b"[]"])
def test_a_day_whose_manifest_was_half_written_does_not_count(tmp_path: Path, left: bytes) -> None:
    folder = published(tmp_path, 3)
    (folder / "2026-11-26" / "manifest.json").write_bytes(left)
    assert len(earlier_days(folder, "2026-11-28")) == 2
    a_script = [sys.executable, str(SCRIPT), str(folder), "2026-11-25"]
    assert subprocess.run(a_script, capture_output=True, check=False).returncode == 0


def test_a_city_without_a_plan_has_stars_of_stations(tmp_path: Path) -> None:
    files = {name: body for name, body in a_day(0).items() if not name.startswith("coverage")}
    assert {row["kind"] for row in lines(stars_csv(files)).values()} == {"station"}
