"""Stars as a file, from the published files of a day and of the days before it."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import orjson

from finder.errors import BadInput, NotFound
from finder.money.spreadsheet import BOM, table
from finder.supervision.open_data.snapshot import MANIFEST, VERSION, published_days
from finder.supervision.stars.formula import Rated, StationFacts, Told, of_road, of_station, of_township

STARS_FILE, NEEDS, COVERAGE = "stars.csv", ("stations.csv", "status.csv"), ("coverage.csv", "coverage.geojson")
PARTS = ("told", "working", "price", "facts", "power", "hours", "amenities", "reach", "quality")
COLUMNS = ("kind", "id", "name", "score", "stars", "why", "approximate", "days", *PARTS)
DAYS = 28
_NOT_WORKING = ("BLOCKED", "FAULTED", "OFFLINE")
Files = Mapping[str, bytes]
Row = Mapping[str, str]


def stars_csv(today: Files, earlier: Sequence[Files] = ()) -> bytes:
    """A line for each station and, where there are the files of COVERAGE, for each road and township.

    `today` has at least the files of NEEDS, each of `earlier` status.csv.
    """
    days = [_told(each["status.csv"]) for each in (today, *earlier[: DAYS - 1])]
    power = _power(today["status.csv"])
    stations, lines = dict[str, Rated](), list[Sequence[object]]()
    for row in rows_of(today["stations.csv"]):
        own = [day[row["id"]] for day in days if row["id"] in day]
        stations[row["id"]] = rated = of_station(_facts(row, own or [Told(0, 0, 0)], power.get(row["id"])))
        lines.append(_line("station", row["id"], row["name"], rated, len(own), approximate=False))
    rating = {of: each.tenths for of, each in stations.items() if each.stars is not None}
    chargers, nearest = _along(today["coverage.geojson"]) if set(COVERAGE) <= today.keys() else ({}, {})
    for row in rows_of(today["coverage.csv"]) if set(COVERAGE) <= today.keys() else ():
        approximate = row["approximate"] == "True"
        if row["kind"] == "road":
            rated = of_road(
                Fraction(row["measured"]), [rating[of] for of in chargers.get(row["key"], ()) if of in rating]
            )
            lines.append(_line("road", row["key"], row["name"], rated, 1, approximate=approximate))
        elif row["kind"] == "township":
            km = Fraction(row["measured"]) if row["measured"] else None
            station = rating.get(nearest.get(row["key"], ""))
            rated = of_township(km, Fraction(row["planned"]), station, row["why"])
            lines.append(_line("township", row["key"], row["name"], rated, 1, approximate=approximate))
    return table(COLUMNS, lines).encode()


def earlier_days(folder: Path, before: str) -> Sequence[Files]:
    """The status of the published days before one, newest first, as far as their columns are those of today."""
    known = published_days(folder)
    names = [name for name in reversed(known) if name < before and _same(folder / name)]
    return [{"status.csv": (folder / name / "status.csv").read_bytes()} for name in names[: DAYS - 1]]


def differences(folder: Path, day: str | None = None) -> tuple[str, int, list[str]]:
    """Works a day's stars out again: the day, how many lines it published, and those that are otherwise now.

    The latest day where none is named. Raises NotFound, BadInput.
    """
    days = published_days(folder)
    chosen = day or (days[-1] if days else "")
    if chosen not in days:
        raise NotFound(
            f"{folder} 中没有 {chosen or '任何一天'} 的快照",
            f"{folder} has no snapshot of {chosen or 'any day'}",
            code="NO_SNAPSHOT",
        )
    missing = [name for name in (*NEEDS, STARS_FILE) if not (folder / chosen / name).is_file()]
    if missing:
        raise BadInput(
            f"快照 {chosen} 缺少 {'、'.join(missing)}",
            f"the snapshot of {chosen} lacks {', '.join(missing)}",
            code="SNAPSHOT_INCOMPLETE",
        )
    today = {
        name: (folder / chosen / name).read_bytes()
        for name in (*NEEDS, *COVERAGE)
        if (folder / chosen / name).is_file()
    }
    published = (folder / chosen / STARS_FILE).read_bytes()
    earlier, there = earlier_days(folder, chosen), published.decode().splitlines()
    counted = max((int(row["days"]) for row in rows_of(published) if row["days"].isdecimal()), default=0)
    if counted > len(earlier) + 1:
        raise BadInput(
            f"{chosen} 的星级用了 {counted} 天的数据，现只保留 {len(earlier) + 1} 天，无法重新计算",
            f"the stars of {chosen} are of {counted} days, of which {len(earlier) + 1} are kept: it cannot be redone",
            code="DAYS_NOT_KEPT",
        )
    again = stars_csv(today, earlier).decode().splitlines()
    wrong = [new or old for old, new in _pairs(there, again) if old != new]
    return chosen, max(len(there) - 1, 0), wrong


def _pairs(there: list[str], again: list[str]) -> Iterator[tuple[str, str]]:
    for n in range(max(len(there), len(again))):
        yield there[n] if n < len(there) else "", again[n] if n < len(again) else ""


def rows_of(body: bytes) -> Iterator[Row]:
    """The lines of a published table, by its headings."""
    return csv.DictReader(io.StringIO(body.decode().removeprefix(BOM), newline=""))


def _told(status: bytes) -> dict[str, Told]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for row in rows_of(status):
        found[row["station"]].append(row["status"])
    return {of: _day(statuses) for of, statuses in found.items()}


def _day(statuses: Sequence[str]) -> Told:
    believed = [each for each in statuses if each != "UNKNOWN"]
    return Told(len(statuses), len(believed), sum(each not in _NOT_WORKING for each in believed))


def _power(status: bytes) -> dict[str, Fraction]:
    found: dict[str, Fraction] = {}
    for row in rows_of(status):
        if row["power_kw"]:
            found[row["station"]] = max(found.get(row["station"], Fraction(0)), Fraction(row["power_kw"]))
    return found


def _facts(row: Row, days: Sequence[Told], kw: Fraction | None) -> StationFacts:
    return StationFacts(
        days,
        row["state"] not in ("OPEN", "UNKNOWN"),
        row["priced"] == "1",
        [bool(row["address"]), row["parking"] != "UNKNOWN", bool(row["hours"])],
        kw,
        row["hours"] == "24/7",
        len(row["amenities"].split()),
    )


def _along(geojson: bytes) -> tuple[Mapping[str, Sequence[str]], Mapping[str, str]]:
    """The stations along each road, each once, and the station that is nearest to each place."""
    roads, nearest = defaultdict[str, list[str]](list), dict[str, str]()
    for feature in orjson.loads(geojson)["features"]:
        about = feature["properties"]
        if about["kind"] == "charger" and about["station"] not in roads[about["road"]]:
            roads[about["road"]].append(about["station"])
        elif about["kind"] == "township" and "station" in about:
            nearest[about["id"]] = about["station"]
    return roads, nearest


def _line(kind: str, of: str, name: str, rated: Rated, days: int, *, approximate: bool) -> Sequence[object]:
    parts = [_points(rated.parts[part]) if part in rated.parts else "" for part in PARTS]
    return [kind, of, name, _points(rated.tenths), rated.stars, rated.why, int(approximate), days, *parts]


def _points(tenths: int) -> str:
    return f"{tenths // 10}.{tenths % 10}"


def _same(snapshot: Path) -> bool:
    manifest = snapshot / MANIFEST
    try:
        told = orjson.loads(manifest.read_bytes()) if manifest.is_file() else {}
    except ValueError:  # half written when the power went
        return False
    return isinstance(told, dict) and told.get("version") == VERSION and (snapshot / "status.csv").is_file()
