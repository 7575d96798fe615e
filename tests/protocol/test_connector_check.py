"""`finder connector check` against a practice operator over real HTTP, from the command line to the exit status."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner, Result

from finder.cli import cli, main
from finder.commands.checking import Asked, entry_of, hints_of
from finder.connectors.sdk.check import Hints, check, check_built
from finder.connectors.sdk.check.rule import Severity
from finder.connectors.sdk.http import Caution, operator_client
from finder.connectors.sdk.kinds import Workbench
from finder.connectors.tcec102 import Tcec102Connector
from finder.errors import BadInput, NotFound, SettingsError
from finder.sandbox.faults import Faults
from finder.sandbox.planted import Planted
from finder.sandbox.serve import Sandbox
from finder.settings import Settings
from tests.protocol.operators_written import write_operator
from tests.protocol.sandbox_running import configured, connected, running
from tests.protocol.tcec102_peer import Hand


@pytest.fixture(autouse=True)
def _logs_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the command does to the process's logs would outlast the test."""
    monkeypatch.setattr("finder.commands.connector.set_up_logs", lambda level: None)


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    # Its catalogue changed a minute ago, so nothing of it is new to a question about changes.
    async with running(Hand(datetime.now(UTC) - timedelta(minutes=1)), share=0.01, pushing=False) as started:
        yield started


@pytest.fixture
def file(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return write_operator(sandbox, "jinbei", tmp_path, monkeypatch)


async def command(*words: str) -> Result:
    return await asyncio.to_thread(lambda: CliRunner().invoke(cli, ["connector", *words]))


async def test_an_operator_without_errors_passes_with_status_0(file: Path) -> None:
    told = await command("check", "jinbei", "--file", str(file))
    assert told.exit_code == 0, told.output
    assert "0 个错误" in told.stdout
    assert "0 errors" in told.stdout


async def test_an_error_is_named_in_both_languages_with_its_remedy_and_status_1(sandbox: Sandbox, file: Path) -> None:
    sandbox.set_faults("jinbei", Faults(planted=(Planted.WATTS,)))
    told = await command("check", "jinbei", "--file", str(file))
    assert told.exit_code == 1
    for words in (
        "POWER_IN_WATTS",
        "功率单位疑为瓦",
        "a power looks like watts",
        "Power 以千瓦计",
        "write power in kW",
    ):
        assert words in told.stdout


async def test_a_warning_fails_only_where_strictness_is_asked_for(sandbox: Sandbox, file: Path) -> None:
    sandbox.set_faults("jinbei", Faults(planted=(Planted.SIGNATURE_LOWER,)))
    told = await command("check", "jinbei", "--file", str(file), "--json")
    assert told.exit_code == 0
    report = json.loads(told.stdout)
    assert (report["errors"], report["warnings"]) == (0, 1)
    assert [f["code"] for f in report["findings"] if f["severity"] == "WARNING"] == ["SIGNATURE_CASE"]
    strict = await command("check", "jinbei", "--file", str(file), "--json", "--strict")
    assert strict.exit_code == 1


async def test_what_stands_at_the_pile_can_be_told(sandbox: Sandbox, file: Path) -> None:
    gun = next(iter(sandbox.platforms["jinbei"].sites.values())).guns[0].id
    sandbox.day.pin(gun, 1)
    told = await command("check", "jinbei", "--file", str(file), "--known", f"jinbei/{gun}=FAULTED", "--json")
    assert told.exit_code == 1
    assert [f["code"] for f in json.loads(told.stdout)["findings"] if f["severity"] == "ERROR"] == ["STATUS_DIFFERS"]


async def test_an_operator_that_does_not_answer_is_a_finding_and_not_a_traceback(sandbox: Sandbox, file: Path) -> None:
    sandbox.set_faults("jinbei", Faults(redirects=True))
    told = await command("check", "jinbei", "--file", str(file))
    assert told.exit_code == 1
    assert "STEP_FAILED" in told.stdout


def test_a_source_that_the_file_lacks_is_named_with_those_that_it_has(tmp_path: Path) -> None:
    (file := tmp_path / "operators.toml").write_text('[[operator]]\nsource = "jinbei"\n')
    with pytest.raises(NotFound, match="jinbei"):
        entry_of(Settings(operators_file=file), "yanmen")


@pytest.mark.parametrize("words", [("check",), ("check", "jinbei"), ("check", "a", "--recording", "b")])
async def test_a_question_that_cannot_be_asked_says_what_is_missing(words: tuple[str, ...]) -> None:
    told = await command(*words)
    assert isinstance(told.exception, SettingsError)


@pytest.mark.parametrize("known", ["x", "jinbei/1=FREE", "=AVAILABLE"])
def test_a_known_status_that_cannot_be_read_is_refused(known: str) -> None:
    with pytest.raises(BadInput, match="--known"):
        hints_of(Settings(), Asked("jinbei", known=[known]))


@pytest.mark.parametrize("place", ["x", "jinbei/1=38.4", "jinbei/1=91,112", "jinbei/1=a,b"])
def test_a_measured_place_that_cannot_be_read_is_refused(place: str) -> None:
    with pytest.raises(BadInput, match="--place"):
        hints_of(Settings(), Asked("jinbei", places=[place]))


def test_a_question_that_cannot_be_asked_ends_with_status_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["finder", "connector", "check", "nobody"])
    monkeypatch.delenv("FINDER_OPERATORS_FILE", raising=False)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "FINDER_OPERATORS_FILE" in capsys.readouterr().err


async def test_a_connector_that_is_there_already_is_checked_and_stays_open(sandbox: Sandbox) -> None:
    clock = Hand(datetime.now(UTC))
    sandbox.set_faults("yanmen", Faults(planted=(Planted.ZERO_PLACE,)))
    async with connected(sandbox, "yanmen", clock) as connector:
        report = await check(connector, hints=Hints(), clock=clock)
        assert [finding.rule.code for finding in report.of(Severity.ERROR)] == ["PLACE_MISSING"]
        sandbox.set_faults("yanmen", Faults())
        assert not (await check(connector, clock=clock)).of(Severity.ERROR)


async def test_what_guards_the_way_to_an_operator_stays_in_force_and_the_wire_is_seen_all_the_same(
    sandbox: Sandbox,
) -> None:
    passed: list[str] = []

    class Guard(httpx.AsyncHTTPTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            passed.append(request.url.path)
            return await super().handle_async_request(request)

    def guarded(base_url: str, caution: Caution) -> httpx.AsyncClient:
        return operator_client(base_url, caution, transport=Guard())

    sandbox.set_faults("jinbei", Faults(planted=(Planted.SIGNATURE_LOWER,)))
    config = configured(sandbox, "jinbei")
    report = await check_built(lambda bench: Tcec102Connector(config, bench), Workbench(client=guarded))
    assert "SIGNATURE_CASE" in report.codes
    assert len(passed) >= 4
