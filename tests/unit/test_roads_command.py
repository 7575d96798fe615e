"""`finder roads` as it is typed."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from finder.cli import cli
from finder.errors import FinderError

pytestmark = pytest.mark.slow  # each command reads the gazetteer


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("DATA_DIR", str(tmp_path)), ("STORE_URL", ""), ("CITY", "xinzhou")):
        monkeypatch.setenv(f"FINDER_{name}", value)
    monkeypatch.setenv("COLUMNS", "200")


def run(*words: str) -> Result:
    return CliRunner().invoke(cli, ["roads", *words])


def file(folder: Path, north: float = 39.0) -> str:
    path = folder / "g55.geojson"
    told = {"ref": "G55", "name": "二广高速", "source": "survey", "licence": "CC0", "accuracy_m": 12}
    shape = {"type": "LineString", "coordinates": [[112.7, 38.0], [112.7, north]]}
    path.write_text(json.dumps({"type": "Feature", "properties": told, "geometry": shape}))
    return str(path)


def test_what_the_product_ships_is_listed_as_approximate() -> None:
    told = run("list")
    assert told.exit_code == 0
    for name in ("黄河一号旅游公路", "长城一号旅游公路", "太行一号旅游公路", "G55", "GeoNames"):
        assert name.lower() in told.output.lower()
    assert told.output.count("APPROXIMATE") == 6


def test_an_import_stands_in_for_the_shipped_road_and_a_repeat_changes_nothing(tmp_path: Path) -> None:
    assert "±12 m" in run("import", file(tmp_path)).output
    assert "未变" in run("import", file(tmp_path)).output
    assert run("import", file(tmp_path, 39.5)).exit_code == 0
    shown = run("show", "g55").output
    assert "v1" in shown
    assert "v2" in shown
    assert "survey · CC0" in shown
    assert run("remove", "g55").exit_code == 0
    assert isinstance(run("remove", "g55").exception, FinderError)
    assert run("list").output.count("APPROXIMATE") == 6


@pytest.mark.parametrize(("words", "code"), [(("show", "g0"), "NO_SUCH_ROAD"), (("remove", "g0"), "NO_SUCH_ROAD")])
def test_a_road_that_is_not_there_is_said(words: tuple[str, ...], code: str) -> None:
    result = run(*words)
    assert isinstance(result.exception, FinderError)
    assert result.exception.code == code
