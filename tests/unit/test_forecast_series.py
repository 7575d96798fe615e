"""Hours are derived from real series only as far as those tell; the figures here are counted by hand."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from finder.errors import BadInput
from finder.live.forecast.evaluate import series as reading
from finder.live.forecast.evaluate.series import read_folder


def put(folder: Path, name: str, lines: list[str]) -> None:
    with gzip.open(folder / f"{name}.csv.gz", "wt", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LEAST_HOURS", 3)


def test_sessions_become_minutes_taken_of_each_hour(tmp_path: Path) -> None:
    sessions = [
        "town,a,1,2026-01-05 08:00:00,2026-01-05 09:30:00",
        "town,a,2,2026-01-05 08:45:00,2026-01-05 09:15:00",
        "town,a,1,2026-01-05 12:00:00,2026-01-05 13:00:00",
    ]
    put(tmp_path, "charging_sessions_real", ["source,station,connector,start,end", *sessions])
    (found,) = read_folder(tmp_path)
    assert found.name == "town"
    assert found.hours.full is not None
    # 8: one socket of two for 60 minutes, both from 8:45. 9: both for 15 minutes, one for 15 more.
    assert found.hours.full[:, 0].tolist()[:5] == pytest.approx([0.25, 0.25, 0, 0, 0])
    assert found.hours.busy[:, 0].tolist()[:5] == pytest.approx([75 / 120, 45 / 120, 0, 0, 0.5])


def test_before_its_first_and_after_its_last_session_nothing_is_known_of_a_station(tmp_path: Path) -> None:
    rows = ["town,a,1,2026-01-05 08:00:00,2026-01-05 14:00:00", "town,b,1,2026-01-05 09:00:00,2026-01-05 13:00:00"]
    put(tmp_path, "charging_sessions_real", ["source,station,connector,start,end", *rows])
    (found,) = read_folder(tmp_path)
    assert np.isnan(found.hours.busy[:, 1]).tolist() == [True, False, False, False, False, True, True]


def test_sockets_that_nobody_numbered_are_counted_in_the_hours_that_are_learnt_from(tmp_path: Path) -> None:
    rows = [f"town,a,1,2026-01-05 {h:02}:00:00,2026-01-05 {h:02}:50:00" for h in (8, 8, 9, 10, 11, 17, 17, 17)]
    put(tmp_path, "charging_sessions_real", ["source,station,connector,start,end", *rows])
    (found,) = read_folder(tmp_path)
    assert found.hours.full is not None
    assert found.hours.full[0, 0] == pytest.approx(50 / 60)  # two at once: as many as there were early on
    assert found.hours.full[1, 0] == 0
    assert "most were taken at once" in found.how


def test_half_hours_and_charged_hours_are_read_and_only_the_former_tell_of_fullness(tmp_path: Path) -> None:
    bins = [f"town,a,2026-01-05T{h:02}:{m},{1 + (h == 9)}" for h in range(8, 12) for m in ("00", "30")]
    put(tmp_path, "occupancy_30min_derived", ["source,station,t,occupied", *bins])
    charged = [f"2023-04-01 {h:02}:00:00,{h / 4},0.0" for h in range(10)]
    put(tmp_path, "charged_JHB_duration_hourly", [",0,1", *charged])
    put(tmp_path, "charged_JHB_e_price_hourly", [",0,1", *charged])
    half, hours = sorted(read_folder(tmp_path), key=lambda each: each.name, reverse=True)
    assert half.name == "town (30 min)"
    assert half.hours.full is not None
    assert half.hours.full[:, 0].tolist() == [0, 1, 0, 0]
    assert hours.name == "charged_JHB_duration"
    assert hours.hours.full is None
    assert list(hours.hours.stations) == ["0"]  # the other was never used
    assert hours.hours.busy.max() == 1


def test_a_folder_without_series_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "charged_JHB_e_price_hourly", [",0", "2023-04-01 00:00:00,1"])
    with pytest.raises(BadInput) as refused:
        list(read_folder(tmp_path))
    assert refused.value.code == "NO_SERIES"
