"""`finder connector record` and `replay` at a practice operator: nothing secret or personal reaches the file."""

import asyncio
import base64
import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from finder.cli import cli
from finder.commands.checking import Asked, build_recorded, keep
from finder.connectors.sdk.check.judge import judge
from finder.connectors.sdk.record import read_recording, replay
from finder.errors import BadInput, SettingsError
from finder.sandbox.day import CHARGING, FREE
from finder.sandbox.faults import Faults
from finder.sandbox.planted import Planted
from finder.sandbox.push import Pusher
from finder.sandbox.serve import HOST, Sandbox, listen
from finder.settings import Settings
from tests.protocol.operators_written import secrets_of, write_operator
from tests.protocol.sandbox_running import configured, running
from tests.protocol.tcec102_peer import Hand

PEOPLE = ("13812345678", "138-1234-5678", "晋H12345", "晋HD12345", "LFV2A21K1A3000001", "li.ming@example.com")


@pytest.fixture(autouse=True)
def _logs_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("finder.commands.connector.set_up_logs", lambda level: None)


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with running(Hand(datetime.now(UTC) - timedelta(minutes=1)), share=0.01, pushing=False) as started:
        yield started


@pytest.fixture
def file(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return write_operator(sandbox, "jinbei", tmp_path, monkeypatch)


async def command(*words: object) -> Result:
    return await asyncio.to_thread(lambda: CliRunner().invoke(cli, ["connector", *map(str, words)]))


def _gossip(sandbox: Sandbox) -> None:
    """Lets a station's remark name people and the platform's own secret."""
    sites = sandbox.platforms["jinbei"].sites
    first = next(iter(sites))
    remark = "；".join((*PEOPLE, configured(sandbox, "jinbei").calling.sig_secret))
    sites[first] = replace(sites[first], remark=remark, parking=f"问{PEOPLE[0]}")


async def test_a_recording_holds_neither_secrets_nor_people(sandbox: Sandbox, file: Path, tmp_path: Path) -> None:
    _gossip(sandbox)
    told = await command("record", "jinbei", tmp_path / "jinbei.jsonl", "--file", file)
    assert told.exit_code == 0, told.output
    config = configured(sandbox, "jinbei")
    secrets = [*secrets_of(config.calling).values(), *secrets_of(config.called[0]).values()]
    secrets += list(sandbox.platforms["jinbei"]._tokens)
    canaries = [*secrets, *(base64.b64encode(secret.encode()).decode() for secret in secrets), *PEOPLE]
    for written in (tmp_path / "jinbei.jsonl", tmp_path / "jinbei.golden.json"):
        text = written.read_text(encoding="utf-8")
        assert "StationID" in text or "jinbei/" in text
        assert [canary for canary in canaries if canary in text] == []
        assert config.base_url not in text


async def test_a_replay_needs_no_secret_and_yields_what_was_recorded(
    sandbox: Sandbox, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = tmp_path / "jinbei.jsonl"
    assert (await command("record", "jinbei", recording, "--file", file)).exit_code == 0
    for name in secrets_of(configured(sandbox, "jinbei").calling):
        monkeypatch.delenv(f"JINBEI_{name}")
    told = await command("replay", recording)
    assert told.exit_code == 0, told.output
    golden = json.loads((tmp_path / "jinbei.golden.json").read_bytes())
    assert len(golden["stations"]) == len(sandbox.platforms["jinbei"].sites)
    assert golden["troubles"] == []
    assert golden["statuses"]


@pytest.mark.slow
async def test_a_replay_that_yields_something_else_fails(sandbox: Sandbox, file: Path, tmp_path: Path) -> None:
    recording = tmp_path / "jinbei.jsonl"
    await command("record", "jinbei", recording, "--file", file)
    recording.write_text(recording.read_text(encoding="utf-8").replace("120.0", "60.0"), encoding="utf-8")
    told = await command("replay", recording)
    assert told.exit_code == 1
    assert "jinbei.golden.json" in told.stdout.replace("\n", "")


@pytest.mark.slow
async def test_a_connector_that_asks_for_more_than_was_recorded_fails(
    sandbox: Sandbox, file: Path, tmp_path: Path
) -> None:
    recording = tmp_path / "jinbei.jsonl"
    await command("record", "jinbei", recording, "--file", file)
    lines = recording.read_bytes().splitlines(keepends=True)
    recording.write_bytes(b"".join(line for line in lines if b"query_station_status" not in line))
    told = await command("replay", recording)
    assert told.exit_code == 1
    assert "query_station_status" in told.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        (Planted.SIGNATURE_LOWER, "SIGNATURE_CASE"),
        (Planted.SIGNATURE_PLAIN, "SIGNATURE_OTHER_TEXT"),
        (Planted.PAGE_ITEM_SIZE, "PAGING_ITEM_SIZE"),
        (Planted.WATTS, "POWER_IN_WATTS"),
        (Planted.TEXT_HTML, "CONTENT_TYPE"),
        (Planted.GBK, "NOT_UTF8"),
    ],
)
async def test_the_kit_finds_in_a_recording_what_was_wrong_on_the_wire(
    sandbox: Sandbox, file: Path, tmp_path: Path, fault: Planted, rule: str
) -> None:
    sandbox.set_faults("jinbei", Faults(planted=(fault,)))
    recording = tmp_path / "jinbei.jsonl"
    await command("record", "jinbei", recording, "--file", file)
    report = judge((await replay(read_recording(recording), build_recorded(read_recording(recording)))).evidence)
    assert rule in report.codes


@pytest.mark.slow
async def test_pushes_are_recorded_and_replayed(sandbox: Sandbox, file: Path, tmp_path: Path) -> None:
    with listen(HOST, 0) as free:
        port = free.getsockname()[1]
    asked, out = Asked("jinbei", listen_s=0.6, port=port), tmp_path / "jinbei.jsonl"
    recording = asyncio.create_task(keep(Settings(operators_file=file), asked, out, lambda *_: None))
    platform = sandbox.platforms["jinbei"]
    gun = next(iter(platform.sites.values())).guns[0].id
    pusher = Pusher(platform, configured(sandbox, "jinbei").called[0], lambda: datetime.now(UTC))
    pusher.push_to = f"http://{HOST}:{port}"
    await _until_open(port)
    sandbox.day.drain()
    sandbox.day.pin(gun, FREE, 10)
    sandbox.day.pin(gun, CHARGING, 50)
    await pusher.tick()
    _, evidence = await recording
    await pusher.close()
    assert [push.answer.http_status for push in evidence.pushes][-1] == 200
    kept = read_recording(out)
    seen = (await replay(kept, build_recorded(kept))).evidence
    pushed = [(o.evse_id, o.status) for push in seen.pushes for o in push.answer.observations]
    assert pushed == [(o.evse_id, o.status) for push in evidence.pushes for o in push.answer.observations]
    assert (f"jinbei/{gun}", "CHARGING") in pushed


async def _until_open(port: int) -> None:
    for _ in range(200):
        try:
            _, writer = await asyncio.open_connection(HOST, port)
        except OSError:
            await asyncio.sleep(0.01)
        else:
            writer.close()
            return


@pytest.mark.parametrize("there", ["kept.jsonl", "kept.golden.json"])
async def test_an_existing_file_is_not_overwritten(tmp_path: Path, there: str) -> None:
    (tmp_path / there).write_text("precious")
    with pytest.raises(SettingsError, match="not overwritten"):
        await keep(Settings(operators_file=None), Asked("jinbei"), tmp_path / "kept.jsonl", lambda *_: None)
    assert (tmp_path / there).read_text() == "precious"


async def test_a_folder_that_is_not_there_is_said_before_anything_is_asked(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no folder"):
        await keep(Settings(operators_file=None), Asked("jinbei"), tmp_path / "no" / "x.jsonl", lambda *_: None)


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"format": "other/1"}', "\xff", "{" * 100_000])
def test_a_file_that_is_no_recording_is_refused_with_its_line(tmp_path: Path, text: str) -> None:
    (file := tmp_path / "x.jsonl").write_text(text, encoding="latin-1")
    with pytest.raises(BadInput, match="line 1") as refused:
        read_recording(file)
    assert refused.value.code == "RECORDING_UNREADABLE"


def test_a_recording_that_is_damaged_later_names_the_line(tmp_path: Path) -> None:
    header = {
        "format": "finder-recording/1",
        "protocol": "x",
        "entry": {},
        "began_at": "2026-11-24T00:00:00Z",
        "plan": {},
    }
    (file := tmp_path / "x.jsonl").write_text(f"{json.dumps(header)}\n{{}}\n{{\n")
    with pytest.raises(BadInput, match=re.escape("line 3")):
        read_recording(file)
