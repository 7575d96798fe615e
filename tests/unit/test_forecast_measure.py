"""The evaluation is fair: baselines as anybody would make them, the same hours for all, no look ahead."""

import gzip
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from typer.testing import CliRunner

from finder.cli import cli
from finder.errors import BadInput
from finder.live.forecast.evaluate.measure import HOURLY, LAST, OURS, WEEK, _hourly_means, evaluate, naive
from finder.live.forecast.evaluate.report import BEGIN, END, rows, svg, write
from finder.live.forecast.evaluate.series import Series
from finder.live.forecast.history import Hours, when
from tests.unit.forecast_world import drawn

UTC = ZoneInfo("UTC")


@pytest.fixture(scope="module")
def series() -> Series:
    return Series("drawn", drawn(weeks=9), UTC, "drawn")


def test_baselines_are_what_their_names_say() -> None:
    values = np.arange(400, dtype=np.float32)[:, None]
    means = _hourly_means(values, when(0, 400, UTC, None))
    targets = np.array([300, 399])
    assert naive(values, means, targets, 3)[LAST][:, 0].tolist() == [297, 396]
    assert naive(values, means, targets, 24)[WEEK][:, 0].tolist() == [132, 231]
    # Hour 300 is 12:00 of day 12: known three hours before are 12, 36, … 276.
    assert naive(values, means, targets, 3)[HOURLY][0, 0] == np.arange(12, 277, 24).mean()
    assert naive(values, means, targets, 25)[HOURLY][0, 0] == np.arange(12, 253, 24).mean()


@pytest.mark.slow
def test_what_can_be_learnt_is_learnt_and_beats_every_baseline(series: Series) -> None:
    results = evaluate(series)
    assert [each.ahead_h for each in results] == [1, 3, 24]
    for each in results:
        assert (each.gain("brier") or 0) > 0.03  # of white noise by known rates little can be gained on the hourly mean
        assert each.off is not None
        assert each.off < 0.03
        assert sum(n for _, _, n in each.calibration) == each.hours


@pytest.mark.slow
def test_noise_is_not_beaten(series: Series) -> None:
    noise = np.random.default_rng(1).random((9 * 168, 6)).astype(np.float32)
    found = evaluate(Series("noise", Hours([str(n) for n in range(6)], 0, noise, noise), UTC, "noise"), (3,))
    assert found[0].scores[OURS].brier == pytest.approx(1 / 12, abs=0.004)  # the variance of an even spread


@pytest.mark.slow
def test_a_series_that_is_too_short_says_nothing(series: Series) -> None:
    assert evaluate(Series("short", series.hours.until(300), UTC, "")) == []


@pytest.mark.slow
def test_the_page_gets_its_table_and_its_plot(series: Series, tmp_path: Path) -> None:
    results = evaluate(series, (3,))
    page, plot = tmp_path / "page.md", tmp_path / "plot.svg"
    page.write_text(f"# Top\n{BEGIN}\nold\n{END}\nbottom\n", encoding="utf-8")
    write(results, page, plot)
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# Top\n")
    assert text.endswith("bottom\n")
    assert "old" not in text
    assert "| drawn | 3 h |" in text
    assert plot.read_text(encoding="utf-8") == svg(results)
    assert len(next(iter(rows(results)))) == 14
    page.write_text("nothing", encoding="utf-8")
    with pytest.raises(BadInput, match="marks"):
        write(results, page, plot)


@pytest.mark.slow
def test_the_command_prints_a_row_for_each_set_and_horizon(tmp_path: Path) -> None:
    hours = drawn(weeks=9)
    lines = ["," + ",".join(map(str, range(12)))]
    lines += [
        f"2023-04-{1 + n // 24 % 28:02} {n % 24:02}:00:00," + ",".join(map(str, row))
        for n, row in enumerate(hours.busy)
    ]
    with gzip.open(tmp_path / "charged_JHB_duration_hourly.csv.gz", "wt", encoding="utf-8") as file:
        file.write("\n".join(lines))
    done = CliRunner().invoke(cli, ["forecast", "evaluate", str(tmp_path)])
    assert done.exit_code == 0
    assert done.stdout.count("charged_JHB_duration") == 3 + done.stdout.count("(charged_JHB_duration")
