"""docs/operators.md as a new operator follows it: every command of its `sh` blocks, one after the other."""

import asyncio
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from finder.connectors.sdk.check.quality import CRITERIA
from finder.connectors.sdk.check.rules import RULES
from finder.kernel.clock import system_clock
from finder.sandbox.vendor import Lantern, lantern_running, new_vendor_keys

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"```(?P<kind>\w+)\n(?P<text>.*?)```", re.DOTALL)


def blocks(kind: str) -> list[str]:
    guide = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
    return [found["text"] for found in BLOCK.finditer(guide) if found["kind"] == kind]


def installed(package: Path, site: Path) -> None:
    """What `pip install` does, without the network and outside of this environment."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(site)]
    subprocess.run(command, cwd=package, check=True, capture_output=True)
    (wheel,) = site.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site, [name for name in archive.namelist() if ".dist-info/" in name])


class Terminal:
    """A new operator's shell: it stays in its folder, and finds the finder and what is installed."""

    def __init__(self, folder: Path, **env: str) -> None:
        self.folder, self._env = folder, env
        (folder / "finder").symlink_to(ROOT)
        for name, words in (("finder", "-m finder.cli"), ("python", "")):
            tool = folder / "bin" / name
            tool.parent.mkdir(exist_ok=True)
            tool.write_text(f'#!/bin/sh\nexec {sys.executable} {words} "$@"\n')
            tool.chmod(0o755)
        self._path = f"{folder / 'site'}{os.pathsep}{ROOT}"
        self._tools = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"

    def run(self, text: str) -> str:
        """One block of the guide; what it printed. Fails where one of its commands does."""
        env = os.environ | self._env | {"PYTHONPATH": self._path, "PATH": self._tools, "COLUMNS": "200"}
        told = subprocess.run(
            ["bash", "-e", "-c", f"{text}\npwd > {self._tools.split(os.pathsep)[0]}/pwd"],
            cwd=self.folder,
            env=env,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert told.returncode == 0, f"{text}\n{told.stdout}{told.stderr}"
        self.folder = Path((Path(self._tools.split(os.pathsep)[0]) / "pwd").read_text().strip())
        return told.stdout


@pytest.mark.slow
async def test_the_guide_leads_from_nothing_to_a_strict_check_without_findings(tmp_path: Path) -> None:
    keys = new_vendor_keys()
    terminal = Terminal(tmp_path, LANTERN_ID=keys.id, LANTERN_SECRET=keys.secret)
    told: list[str] = []
    async with lantern_running(Lantern(keys, system_clock)) as url:
        port = str(urlsplit(url).port)
        for text in blocks("sh"):
            if "connector list" in text:
                installed(tmp_path / "finder-lantern", tmp_path / "site")
            # The operators' file that the guide copies names the guide's own port.
            told.append(await asyncio.to_thread(terminal.run, text.replace("8200", port)))
            if (file := tmp_path / "finder-lantern" / "operators.toml").is_file():
                file.write_text(file.read_text(encoding="utf-8").replace("8200", port), encoding="utf-8")
    scaffold, listed, copied, checked, strict, mistaken, recorded = told
    assert "5 passed" in scaffold
    assert "lantern " in listed
    assert "6 passed" in copied
    assert "0 errors, 0 warnings, 0 hints" in checked
    assert "质量等级 quality: SILVER" in strict
    for line in blocks("text")[0].splitlines():
        for words in (part.strip() for part in line.split("│") if part.strip()):
            assert words in mistaken
    assert "16 stations, 87 EVSE" in recorded
    assert (tmp_path / "finder-lantern" / "recorded.golden.json").is_file()


def test_the_guide_counts_the_rules_and_names_every_criterion() -> None:
    guide = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
    assert f"{len(RULES)} 条规则" in guide
    assert f"by {len(RULES)} rules" in guide
    assert [criterion.code for criterion in CRITERIA if f"`{criterion.code}`" not in guide] == []
