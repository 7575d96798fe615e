"""`finder connector new`: from a name to a package whose own tests pass and which the finder finds."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from finder.cli import cli
from finder.connectors.sdk.kinds import GROUP
from finder.connectors.sdk.scaffold.make import make_package
from finder.errors import BadInput, SettingsError
from finder.federation.operators import kinds

ROOT = Path(__file__).parents[2]


def run(*words: object, cwd: Path, path: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """A command of this interpreter's, with these folders of modules."""
    env = os.environ | {"PYTHONPATH": f"{path}{os.pathsep}{ROOT}", "MYPYPATH": str(ROOT), "COLUMNS": "200"}
    command = [sys.executable, "-m", *map(str, words)]
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=120, check=False)


def test_the_command_makes_a_package_in_an_empty_folder(tmp_path: Path) -> None:
    told = CliRunner().invoke(cli, ["connector", "new", "demo", "--into", str(tmp_path)])
    assert told.exit_code == 0
    assert (tmp_path / "finder_demo" / "connector.py").is_file()
    assert "9 files" in told.stdout
    left = [path for path in tmp_path.rglob("*") if path.is_file() and "__NAME__" in path.read_text(encoding="utf-8")]
    assert left == []


@pytest.mark.parametrize("name", ["ab", "a1", "a" * 30])
def test_a_name_at_the_limit_is_taken(tmp_path: Path, name: str) -> None:
    made = make_package(name, tmp_path / "there")
    assert tmp_path / "there" / f"finder_{name}" / "connector.py" in made


@pytest.mark.parametrize(
    "name", ["", "a", "a" * 31, "1a", "Demo", "de-mo", "de_mo", "de mo", "../x", "démo", "充电", "demo\n", "demo.py"]
)
def test_a_bad_name_is_refused_with_its_rule(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput, match="2 to 30 lower-case letters or digits") as refused:
        make_package(name, tmp_path / "there")
    assert refused.value.code == "CONNECTOR_NAME"
    assert not (tmp_path / "there").exists()


@pytest.mark.parametrize("name", ["tcec102", "openchargemap"])
def test_a_name_that_is_taken_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput, match="is taken") as refused:
        make_package(name, tmp_path / "there", taken=kinds())
    assert refused.value.code == "CONNECTOR_NAME_TAKEN"


def test_what_is_there_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("precious")
    with pytest.raises(SettingsError, match="not overwritten"):
        make_package("demo", tmp_path)
    with pytest.raises(SettingsError, match="not overwritten"):
        make_package("demo", tmp_path / "README.md")
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]
    assert (tmp_path / "README.md").read_text() == "precious"


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="cannot be written"):
        make_package("demo", tmp_path / "file" / "below")


@pytest.mark.slow
def test_the_packages_own_tests_pass_and_its_code_is_clean(tmp_path: Path) -> None:
    make_package("demo", tmp_path)
    for words in (
        ("pytest", "-q"),
        ("mypy", "--strict", "--cache-dir", tmp_path / ".mypy", "."),
        ("ruff", "check", "--no-cache", "--config", ROOT / "pyproject.toml", "."),
        ("ruff", "format", "--no-cache", "--check", "--config", ROOT / "pyproject.toml", "."),
    ):
        told = run(*words, cwd=tmp_path)
        assert told.returncode == 0, f"{words}: {told.stdout}{told.stderr}"


@pytest.mark.slow
def test_the_packages_own_tests_see_a_connector_that_is_wrong(tmp_path: Path) -> None:
    make_package("demo", tmp_path)
    connector = tmp_path / "finder_demo" / "connector.py"
    right = connector.read_text(encoding="utf-8")
    wrong_datum = "__import__('finder.kernel.geo').kernel.geo.wgs84_from_gcj02(Point(site.lat, site.lon))"
    for good, bad in (("Point(site.lat, site.lon)", wrong_datum), ("power_kw=plug.kw", "")):
        connector.write_text(right.replace(good, bad), encoding="utf-8")
        told = run("pytest", "-q", cwd=tmp_path)
        assert told.returncode == 1, good
        assert "test_the_conformance_kit_finds_nothing" in told.stdout


@pytest.mark.slow
def test_the_installed_package_is_found_by_its_entry_point(tmp_path: Path) -> None:
    make_package("demo", tmp_path / "package")
    wheel = run("hatchling", "build", "-t", "wheel", "-d", tmp_path, cwd=tmp_path / "package")
    assert wheel.returncode == 0, wheel.stderr
    (built,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        archive.extractall(tmp_path / "site")
    listed = run("finder.cli", "connector", "list", cwd=tmp_path, path=tmp_path / "site")
    assert listed.returncode == 0, listed.stderr
    assert "demo             SILVER   source, name, base_url, secrets" in listed.stdout
    found = f"import importlib.metadata as m; print([p.value for p in m.entry_points(group={GROUP!r})])"
    told = subprocess.run(
        [sys.executable, "-c", found],
        env=os.environ | {"PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "finder_demo:KIND" in told.stdout


@pytest.mark.slow
def test_the_template_is_in_our_own_wheel(tmp_path: Path) -> None:
    told = run("hatchling", "build", "-t", "wheel", "-d", tmp_path, cwd=ROOT)
    assert told.returncode == 0, told.stderr
    (built,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        names = set(archive.namelist())
    template = ROOT / "finder" / "connectors" / "sdk" / "scaffold" / "template"
    wanted = {str(path.relative_to(ROOT)) for path in template.rglob("*") if path.is_file()}
    assert len(wanted) == 9
    assert wanted <= names
    assert "finder/py.typed" in names


@pytest.mark.slow
def test_the_example_of_the_guide_passes_the_kit_in_150_lines() -> None:
    example = ROOT / "examples" / "finder-lantern"
    told = run("pytest", "-q", "-p", "no:cacheprovider", cwd=example)
    assert told.returncode == 0, told.stdout
    types = run("mypy", "--strict", "--config-file=", "--cache-dir=/dev/null", ".", cwd=example)
    assert types.returncode == 0, types.stdout
    connector = (example / "finder_lantern" / "connector.py").read_text(encoding="utf-8")
    assert len(connector.splitlines()) <= 150
