"""Works the stars of one day out again with nothing but Python and the published files: recompute_stars.py DIR [DAY].

Written from docs/stars.md alone; it prints the lines whose score is otherwise, and how many there are.
"""

import csv
import json
import sys
from fractions import Fraction
from math import floor
from pathlib import Path

folder = Path(sys.argv[1])
published = sorted(each.name for each in folder.iterdir() if each.is_dir() and each.name[:2] == "20")
day = sys.argv[2] if len(sys.argv) > 2 else published[-1]


def version(of: str) -> object:
    """Of a day's columns; None where its manifest cannot be read, and then that day does not count."""
    try:
        return json.loads((folder / of / "manifest.json").read_text())["version"]
    except (OSError, ValueError, KeyError, TypeError):
        return None


days = [each for each in reversed(published) if each <= day and version(each) == version(day)][:28]


def rows(of: str, name: str) -> list[dict[str, str]]:
    """The lines of one file of a day."""
    with (folder / of / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def mean(values: list[Fraction]) -> Fraction:
    """0 of nothing."""
    return sum(values, Fraction(0)) / len(values) if values else Fraction(0)


def rounded(points: Fraction) -> Fraction:
    """To a tenth, halves upwards."""
    return Fraction(floor(points * 10 + Fraction(1, 2)), 10)


def stars(score: Fraction) -> str:
    """1 to 5."""
    return str(1 + sum(score >= least for least in (45, 60, 75, 90)))


seen: dict[str, list[list[str]]] = {}
for each in days:
    of_day: dict[str, list[str]] = {}
    for row in rows(each, "status.csv"):
        of_day.setdefault(row["station"], []).append(row["status"])
    for station, statuses in of_day.items():
        seen.setdefault(station, []).append(statuses)
strongest: dict[str, Fraction] = {}
for row in rows(day, "status.csv"):
    strongest[row["station"]] = max(strongest.get(row["station"], Fraction(0)), Fraction(row["power_kw"] or 0))

score: dict[tuple[str, str], Fraction] = {}
rated: dict[str, Fraction] = {}
got: dict[tuple[str, str], str] = {}
for row in rows(day, "stations.csv"):
    own = seen.get(row["id"], [])
    known = [[status for status in each if status != "UNKNOWN"] for each in own]
    told = mean([Fraction(len(few), len(all_)) for few, all_ in zip(known, own, strict=True)])
    works = mean(
        [Fraction(sum(s not in ("BLOCKED", "FAULTED", "OFFLINE") for s in few), len(few)) for few in known if few]
    )
    facts = bool(row["address"]) + (row["parking"] != "UNKNOWN") + bool(row["hours"])
    power = strongest.get(row["id"], Fraction(0))
    points = 30 * told + 30 * works + 10 * int(row["priced"]) + Fraction(10 * facts, 3)
    points += 10 if power >= 60 else 5 if power >= 20 else 0
    points += 5 * (row["hours"] == "24/7") + min(5, len(row["amenities"].split()))
    score["station", row["id"]] = rounded(points)
    is_rated = row["state"] in ("OPEN", "UNKNOWN") and told >= Fraction(1, 10)
    got["station", row["id"]] = stars(rounded(points)) if is_rated else ""
    if is_rated:
        rated[row["id"]] = rounded(points)

if (folder / day / "coverage.geojson").is_file():
    along: dict[str, set[str]] = {}
    nearest: dict[str, str] = {}
    for feature in json.loads((folder / day / "coverage.geojson").read_text(encoding="utf-8"))["features"]:
        about = feature["properties"]
        if about["kind"] == "charger":
            along.setdefault(about["road"], set()).add(about["station"])
        elif about["kind"] == "township" and "station" in about:
            nearest[about["id"]] = about["station"]
    for row in rows(day, "coverage.csv"):
        place = row["kind"], row["key"]
        if row["kind"] == "road":
            quality = mean([rated[each] for each in along.get(row["key"], set()) if each in rated])
            score[place] = rounded(
                60 * max(Fraction(0), 1 - Fraction(row["measured"]) / 100) + Fraction(40, 100) * quality
            )
            got[place] = stars(score[place])
        elif row["kind"] == "township":
            score[place], got[place] = Fraction(0), ""
            if row["measured"]:
                beyond = max(Fraction(0), Fraction(row["measured"]) - Fraction(row["planned"])) / (
                    2 * Fraction(row["planned"])
                )
                quality = rated.get(nearest[row["key"]], Fraction(0))
                score[place] = rounded(60 * max(Fraction(0), 1 - beyond) + Fraction(40, 100) * quality)
                got[place] = "" if row["why"] else stars(score[place])

lines = {(row["kind"], row["id"]): row for row in rows(day, "stars.csv")}
wrong = [
    f"{of}: {lines[of]['score'] if of in lines else 'not there'}, here {float(score[of]) if of in score else 'nothing'}"
    for of in sorted(set(lines) | set(score))
    if of not in lines or of not in score or Fraction(lines[of]["score"]) != score[of] or lines[of]["stars"] != got[of]
]
print(*wrong[:20], sep="\n", end="\n" if wrong else "")
print(f"lines: {len(lines)}  differences: {len(wrong)}")
sys.exit(bool(wrong))
