"""Reads real series of use from a folder and derives hours from them, only as far as they tell."""

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from finder.errors import BadInput
from finder.live.forecast.history import Bools, Counts, Floats, Hours, Ints

LEARN_SHARE = 0.6  # of each series' hours; what a series does not say of itself is taken from them alone
LEAST_HOURS = 28 * 24  # a station that was seen for less is left out
SESSIONS, HALF_HOURS, CHARGED = "charging_sessions_real", "occupancy_30min_derived", "charged_"
# Where a city numbers its piles but not their sockets, a state that lasted this share of the time is one of them.
_LASTED = 0.001


@dataclass(frozen=True, slots=True)
class Series:
    """One set: its name, its hours, whose clock they follow, and how they were derived."""

    name: str
    hours: Hours
    zone: ZoneInfo
    how: str


def read_folder(folder: Path) -> Iterator[Series]:
    """Every set that can be derived, the largest file first. Raises BadInput where there is none."""
    files = {path.name.removesuffix(".csv.gz"): path for path in folder.glob("*.csv.gz")}
    wanted = [name for name in files if name in (SESSIONS, HALF_HOURS) or _load(name)]
    if not wanted:
        raise BadInput(
            f"{folder} 中没有可用的序列（*.csv.gz）",
            f"there is no series in {folder} that can be read (*.csv.gz)",
            code="NO_SERIES",
        )
    for name in sorted(wanted, key=lambda name: (_load(name), name)):
        if name == SESSIONS:
            yield from _sessions(files[name])
        elif name == HALF_HOURS:
            yield from _half_hours(files[name])
        else:
            yield _charged(files[name], name.removesuffix("_hourly"))


def _load(name: str) -> bool:
    return name.startswith(CHARGED) and name.split("_")[2] in ("duration", "volume")


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _local_hour(moment: np.datetime64) -> int:
    # Local time counted as if it were UTC: a series has one clock, and only its own hours are compared.
    return int(moment.astype("M8[h]").astype(np.int64))


def _sessions(path: Path) -> Iterator[Series]:
    """From each session's start and end: to the minute, how many of a station's sockets were taken."""
    by_source: defaultdict[str, list[dict[str, str]]] = defaultdict(list)
    for row in _rows(path):
        by_source[row["source"]].append(row)
    for source, rows in by_source.items():
        names = sorted({row["station"] for row in rows})
        column = np.array([names.index(row["station"]) for row in rows])
        starts, ends = (
            np.array([row[edge] for row in rows], dtype="M8[m]").astype(np.int64) for edge in ("start", "end")
        )
        first = int(starts.min()) // 60
        taken = _taken(column, starts - first * 60, np.maximum(ends, starts + 1) - first * 60, len(names))
        sockets = np.array([len({r["connector"] for r in rows if r["station"] == name}) for name in names])
        how = "sessions, to the minute; sockets as numbered"
        if sockets.max() == 1 and taken.max() > 1:
            early = taken[:, : int(taken.shape[1] * LEARN_SHARE)]
            sockets = _sockets(early)
            how = "sessions, to the minute; sockets as most were taken at once in the hours that are learnt from"
        seen = _span(column, starts - first * 60, ends - first * 60, len(names), taken.shape[1] // 60)
        yield _series(source, names, first, taken, sockets, seen, 60, how)


def _taken(column: Ints, starts: Ints, ends: Ints, stations: int) -> Counts:
    minutes = (int(ends.max()) // 60 + 1) * 60
    change = np.zeros((stations, minutes + 1), dtype=np.int16)
    np.add.at(change, (column, starts), 1)
    np.add.at(change, (column, ends), -1)
    return np.asarray(np.cumsum(change[:, :-1], axis=1, dtype=np.int16))


def _sockets(early: Counts) -> Ints:
    most = np.ones(early.shape[0], dtype=np.int64)
    for n in range(2, int(early.max()) + 1):
        most[(early >= n).mean(axis=1) >= _LASTED] = n
    return most


def _span(column: Ints, starts: Ints, ends: Ints, stations: int, hours: int) -> Bools:
    """[hour, station] from a station's first session to its last: before and after it may not have been there."""
    firsts, lasts = np.full(stations, hours * 60), np.zeros(stations, dtype=np.int64)
    np.minimum.at(firsts, column, starts)
    np.maximum.at(lasts, column, ends)
    hour = np.arange(hours)[:, None]
    return np.asarray((hour >= firsts // 60) & (hour < lasts // 60))


def _series(
    name: str,
    stations: Sequence[str],
    first: int,
    taken: Counts,
    sockets: Ints,
    seen: Bools,
    in_hour: int,
    how: str,
) -> Series:
    hours = taken.shape[1] // in_hour
    full, busy = np.empty((hours, len(stations)), np.float32), np.empty((hours, len(stations)), np.float32)
    for n in range(len(stations)):
        of_hour = taken[n, : hours * in_hour].reshape(hours, in_hour)
        full[:, n] = (of_hour >= sockets[n]).mean(axis=1)
        busy[:, n] = np.minimum(of_hour / sockets[n], 1).mean(axis=1)
    full[~seen], busy[~seen] = np.nan, np.nan
    enough = seen.sum(axis=0) >= LEAST_HOURS
    kept = [station for station, good in zip(stations, enough, strict=True) if good]
    return Series(name, Hours(kept, first, busy[:, enough], full[:, enough]), ZoneInfo("UTC"), how)


def _half_hours(path: Path) -> Iterator[Series]:
    """From counts of the sessions that touch each half hour, which overstate: nobody counted the sockets."""
    by_source: defaultdict[str, defaultdict[str, list[tuple[str, int]]]] = defaultdict(lambda: defaultdict(list))
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        lines = csv.reader(file)
        next(lines)
        for source, station, moment, count in lines:
            by_source[source][station].append((moment, int(count)))
    for source, stations in by_source.items():
        first = min(_local_hour(np.datetime64(rows[0][0])) for rows in stations.values())
        hours = max(_local_hour(np.datetime64(rows[-1][0])) for rows in stations.values()) + 1 - first
        taken = np.zeros((len(stations), hours * 2), dtype=np.int16)
        seen = np.zeros((hours, len(stations)), dtype=np.bool_)
        for n, rows in enumerate(stations.values()):
            bins = (np.array([at for at, _ in rows], dtype="M8[m]").astype(np.int64) - first * 60) // 30
            taken[n, bins] = [count for _, count in rows]
            seen[bins // 2, n] = True
        sockets = _sockets(taken[:, : int(hours * 2 * LEARN_SHARE)])
        how = "sessions that touch each half hour; sockets as most were taken in the hours that are learnt from"
        yield _series(f"{source} (30 min)", list(stations), first, taken, sockets, seen, 2, how)


def _charged(path: Path, name: str) -> Series:
    """From hours charged or energy given: how busy, as a share of the station's 99th percentile; never how full."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        lines = csv.reader(file)
        stations = next(lines)[1:]
        moments, values = [], []
        for line in lines:
            moments.append(line[0])
            values.append([float(cell or "nan") for cell in line[1:]])
    load = np.array(values)
    early = load[: int(len(load) * LEARN_SHARE)]
    top = np.nanquantile(early, 0.99, axis=0)
    used = (top > 0) & (np.nanmean(early > 0, axis=0) > 0.01)
    busy: Floats = np.minimum(load[:, used] / top[used], 1).astype(np.float32)
    kept = [station for station, good in zip(stations, used, strict=True) if good]
    first = _local_hour(np.datetime64(datetime.fromisoformat(moments[0])))
    unit = "hours charged" if name.endswith("duration") else "energy"
    how = f"{unit} in each hour, as a share of the station's 99th percentile; how many sockets is not known"
    return Series(name, Hours(kept, first, busy, None), ZoneInfo("UTC"), how)
