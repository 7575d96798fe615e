"""The finder's process tree dies by kill -9 at random points: no fen lost or doubled, nothing orphaned."""

import sys
from asyncio.subprocess import PIPE, create_subprocess_exec
from pathlib import Path

import pytest

from tests.contract.databases import ENGINES, postgres_url

__all__ = ["postgres_url"]
KILLS = 15


async def line(url: str, *arguments: str) -> str:
    """What a run prints. It forks, so it has a process of its own."""
    command = [sys.executable, "-m", "tests.faults.kills", "--engines", "here", "--url", url, *arguments]
    run = await create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE, cwd=Path(__file__).parents[2])
    said, why = await run.communicate()
    assert run.returncode == 0, why.decode()
    return said.decode()


@pytest.mark.parametrize("engine", ENGINES)
async def test_no_fen_is_lost_or_doubled_and_nothing_orphaned_by_kills(
    request: pytest.FixtureRequest, tmp_path: Path, engine: str
) -> None:
    sqlite = f"sqlite:///{tmp_path / 'finder.sqlite3'}"
    url = sqlite if engine == "sqlite" else request.getfixturevalue("postgres_url")
    said = await line(url, "--kills", str(KILLS), "--mutants", "none")
    assert f"kills: {KILLS}  lost: 0  doubled: 0  orphaned: 0 " in said


async def test_every_mutant_is_caught_by_a_few_kills(tmp_path: Path) -> None:
    said = await line(f"sqlite:///{tmp_path / 'finder.sqlite3'}", "--kills", "0")
    assert "mutants caught: 4 of 4" in said
