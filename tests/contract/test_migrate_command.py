"""`finder migrate`, the doctor and a start, over databases that stand at different revisions."""

import asyncio
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from pydantic import SecretStr
from typer.testing import CliRunner

import finder
from finder.app import choose_database
from finder.cli import cli
from finder.doctor import CHECKS
from finder.errors import SchemaError
from finder.serve import _prepare, serve_gateway
from finder.settings import Settings, load_settings
from finder.storage.migrate import SCRIPTS, revision, revisions

ROOT = Path(finder.__file__).parent.parent
NEWEST = revisions()[-1]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("FINDER_DATA_DIR", str(tmp_path))
    monkeypatch.setattr("finder.serve.set_up_logs", lambda *_, **__: None)  # they are the whole process's
    return load_settings(port=0)


def run(*words: str) -> tuple[int, str]:
    """A command's exit code and what it prints. Raises what it raised."""
    result = CliRunner().invoke(cli, ["migrate", *words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def doctor(settings: Settings) -> str:
    return asyncio.run(dict(CHECKS)["数据库 · store"](settings))


def stands(settings: Settings) -> str | None:
    async def ask() -> str | None:
        database = choose_database(settings)
        try:
            return await revision(database)
        finally:
            await database.close()

    return asyncio.run(ask())


def make_newer(folder: Path) -> None:
    with sqlite3.connect(folder / "finder.sqlite3") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()


def test_revisions_are_one_line_and_their_files_say_so() -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    line = [each.revision for each in ScriptDirectory.from_config(config).walk_revisions()]
    assert line[::-1] == revisions() == [f"{n:04}" for n in range(1, len(line) + 1)]


def test_the_command_brings_up_once_and_says_where_it_stands(settings: Settings) -> None:
    code, told = run("status")
    assert (code, "—" in told, NEWEST in told) == (1, True, True)
    assert f"→ {NEWEST}" in run("up")[1]
    assert "up to date" in run("up")[1]
    assert run("status")[0] == 0


def test_the_doctor_tells_the_revision_and_makes_none(settings: Settings) -> None:
    assert "—" in doctor(settings)
    assert stands(settings) is None
    run("up")
    assert NEWEST in doctor(settings)


def test_a_database_of_a_newer_finder_stops_the_command_the_doctor_and_the_start(settings: Settings) -> None:
    run("up")
    make_newer(settings.data_dir)
    for words in ("up", "status"):
        with pytest.raises(SchemaError, match="9999"):
            run(words)
    with pytest.raises(SchemaError):
        doctor(settings)
    with pytest.raises(SchemaError) as refused:
        serve_gateway(settings)
    assert refused.value.code == "SCHEMA_NEWER"


def test_a_start_brings_the_tables_up_before_it_serves(settings: Settings) -> None:
    _, listener = _prepare(settings)
    listener.close()
    assert stands(settings) == NEWEST


def test_a_start_with_the_database_away_goes_on(settings: Settings) -> None:
    away = settings.model_copy(update={"store_url": SecretStr("postgresql://finder@127.0.0.1:1/finder")})
    _, listener = _prepare(away)
    listener.close()


def test_a_start_with_nothing_to_bring_up_does_not_even_load_alembic(settings: Settings) -> None:
    code = (
        "import sys; from finder.serve import _prepare; from finder.settings import load_settings\n"
        "_prepare(load_settings(port=0))[1].close(); sys.exit('alembic' in sys.modules)"
    )
    loaded = [subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode for _ in range(2)]
    assert loaded == [1, 0]
