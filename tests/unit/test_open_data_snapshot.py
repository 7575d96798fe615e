"""A day's snapshot is whole, can be checked, does not change, and leaves when it is too old."""

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from finder.errors import BadInput, Conflict
from finder.supervision.open_data.snapshot import write_snapshot, wrong_in

DAY, AT = date(2026, 11, 25), datetime(2026, 11, 25, tzinfo=UTC)


def test_a_changed_or_missing_file_is_named(tmp_path: Path) -> None:
    made = write_snapshot(tmp_path, DAY, AT, {"a.csv": b"1", "b.csv": b"2", "c.csv": b"3"})
    assert wrong_in(made) == []
    (made / "a.csv").write_bytes(b"9")
    (made / "b.csv").unlink()
    assert wrong_in(made) == ["a.csv", "b.csv"]


def test_a_published_day_does_not_change(tmp_path: Path) -> None:
    made = write_snapshot(tmp_path, DAY, AT, {"a.csv": b"1"})
    with pytest.raises(Conflict):
        write_snapshot(tmp_path, DAY, AT, {"a.csv": b"2"})
    assert (made / "a.csv").read_bytes() == b"1"
    assert [each.name for each in tmp_path.iterdir()] == [DAY.isoformat()]


def test_a_snapshot_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="no-such"):
        write_snapshot(tmp_path, DAY, AT, {"a.csv": b"1", "no-such/b.csv": b"2"})
    assert list(tmp_path.iterdir()) == []


def test_the_last_days_are_kept_and_what_is_no_day_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    for n in range(4):
        write_snapshot(tmp_path, DAY + timedelta(days=n), AT, {"a.csv": b"1"}, kept_days=2)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["2026-11-27", "2026-11-28", "notes"]


def test_at_least_one_day_is_kept(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        write_snapshot(tmp_path, DAY, AT, {}, kept_days=0)


def test_what_a_day_holds_is_on_the_disk_before_the_day_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced, sync = list[tuple[str, bool]](), os.fsync

    def noted(held: int) -> None:
        sync(held)
        synced.append((Path(f"/proc/self/fd/{held}").readlink().name, (tmp_path / DAY.isoformat()).exists()))

    monkeypatch.setattr(os, "fsync", noted)
    write_snapshot(tmp_path, DAY, AT, {"a.csv": b"1", "b.csv": b"2"})
    before = [name for name, there in synced if not there]
    assert before[:3] == ["a.csv", "b.csv", "manifest.json"]
    assert len(before) == 4  # and the folder that they are in
    assert [name for name, there in synced if there] == [tmp_path.name]
