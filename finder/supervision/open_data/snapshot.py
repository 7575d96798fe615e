"""A day's files in a folder, with a manifest by which a stranger checks them."""

import hashlib
import os
import shutil
import uuid
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

import orjson

from finder.errors import BadInput, Conflict

VERSION = 2  # of the columns
KEPT_DAYS = 56  # so that each of the last four weeks' days has the four weeks before it, by which stars are given
MANIFEST = "manifest.json"


def write_snapshot(
    folder: Path, day: date, at: datetime, files: Mapping[str, bytes], *, kept_days: int = KEPT_DAYS
) -> Path:
    """Writes folder/<day>/ whole or not at all, and removes days that are too old.

    Raises BadInput where nothing is to be kept; Conflict where that day is there; OSError.
    """
    if kept_days < 1:
        raise BadInput("至少保留一天", "at least one day is kept", code="KEPT_DAYS")
    whole = folder / day.isoformat()
    if whole.exists():
        raise Conflict(
            f"{day} 的快照已发布，不再更改", f"the snapshot of {day} is published and does not change", code="PUBLISHED"
        )
    made = folder / f".{uuid.uuid4().hex}"
    made.mkdir(parents=True)
    try:
        for name, body in files.items():
            _write(made / name, body)
        digests = {name: hashlib.sha256(body).hexdigest() for name, body in sorted(files.items())}
        told = {"day": day.isoformat(), "at": at.isoformat(), "version": VERSION, "sha256": digests}
        _write(made / MANIFEST, orjson.dumps(told, option=orjson.OPT_INDENT_2))
        _sync(made)
        made.rename(whole)  # not empty where another process was quicker: an error, and its files stand
        _sync(folder)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    for each in folder.iterdir():
        its = day_of(each.name)
        if its is not None and (day - its).days >= kept_days:
            shutil.rmtree(each)
    return whole


def wrong_in(snapshot: Path) -> list[str]:
    """The files of a snapshot that are missing or not as its manifest says. Raises OSError, ValueError."""
    told = orjson.loads((snapshot / MANIFEST).read_bytes())["sha256"]
    return [name for name, digest in told.items() if _digest(snapshot / name) != digest]


def published_days(folder: Path) -> list[str]:
    """The days in a folder, oldest first; none where it is not there."""
    return sorted(each.name for each in folder.iterdir() if day_of(each.name)) if folder.is_dir() else []


def _write(path: Path, body: bytes) -> None:
    with path.open("wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    # A rename can reach the disk before what it names: after a power cut a day would be there with empty files.
    held = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)


def _digest(path: Path) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def day_of(name: str) -> date | None:
    """The day of a folder's name; None where it is none."""
    try:
        return date.fromisoformat(name)
    except ValueError:
        return None
