"""The staff's commands, as they are typed."""

import asyncio
import base64
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from finder.app import choose_register
from finder.cli import cli
from finder.errors import FinderError
from finder.federation.register.model import Application
from finder.federation.register.states import State, Step
from finder.identity.audit import Actor
from finder.settings import Settings, load_settings
from tests.protocol.oauth_peer import Machine

WHY = ("--reason", "已核对营业执照", "--as", "zhang")


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in (("DATA_DIR", str(tmp_path)), ("STORE_URL", ""), ("CITY", "xinzhou")):
        monkeypatch.setenv(f"FINDER_{name}", value)
    return load_settings()


def run(*words: str) -> Result:
    return CliRunner().invoke(cli, ["operator", *words], env={"COLUMNS": "240"})


def code_of(result: Result) -> str:
    assert isinstance(result.exception, FinderError), result.output
    return result.exception.code


def apply(settings: Settings, name: str = "晋北充电有限公司") -> str:
    async def applied() -> str:
        told = Application(name, "91350100M000100Y43", "张三 zhang@example.com", [Machine().public])
        async with choose_register(settings) as register:
            return (await register.apply(told, "192.0.2.1")).id

    return asyncio.run(applied())


@pytest.mark.slow
def test_staff_approve_refuse_and_remove_with_a_reason_that_stays(settings: Settings) -> None:
    first, second = apply(settings), apply(settings)
    listed = run("list").stdout
    assert first in listed
    assert "APPLIED 待审核" in listed
    assert "zhang@example.com" not in listed
    assert code_of(run("approve", first, "--source", "ocm", *WHY)) == "SOURCE_TAKEN"
    told = run("approve", first, "--source", "north", *WHY)
    assert told.exit_code == 0, told.exception
    assert "测试中" in told.stdout
    assert code_of(run("approve", second, "--source", "north2", *WHY)) == "ALREADY_REGISTERED"
    assert run("refuse", second, *WHY).exit_code == 0
    assert second not in run("list", "--state", "TESTING").stdout
    for word in ("pause", "reinstate"):
        assert code_of(run(word, first, *WHY)) == "STATE"
    shown = run("show", first).stdout
    assert "zhang@example.com" in shown
    assert re.search(r"approve +supervisor:zhang .*已核对营业执照", shown)
    assert run("remove", first, *WHY).exit_code == 0
    assert "zhang@example.com" not in run("show", first).stdout
    assert code_of(run("show", "op-nobody")) == "NO_SUCH_OPERATOR"


def test_staff_verify_the_chain_against_what_a_log_kept(settings: Settings) -> None:
    operator_id = apply(settings)
    told = run("audit").stdout
    found = re.search(r"1:[0-9a-f]{64}", told)
    assert found
    run("approve", operator_id, "--source", "north", *WHY)
    assert run("audit", "--mark", found[0]).exit_code == 0
    assert code_of(run("audit", "--mark", "1:" + "0" * 64)) == "AUDIT_BROKEN"
    assert code_of(run("audit", "--mark", "one")) == "MARK"


def test_an_operators_words_are_shown_as_they_are(settings: Settings) -> None:
    operator_id = apply(settings, "[/red] [link=x]充电")
    for words in (("list",), ("show", operator_id)):
        result = run(*words)
        assert result.exit_code == 0, result.exception
        assert "[/red] [link=x]充电" in result.stdout


def test_after_a_new_key_everything_is_sealed_under_it(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    apply(settings)
    assert "0 resealed" in run("reseal").stdout
    old = (settings.data_dir / "secret.key").read_text().strip()
    monkeypatch.setenv("FINDER_SECRET_KEY", f"k2:{base64.b64encode(bytes(32)).decode()},{old}")
    assert "1 resealed" in run("reseal", "--as", "zhang").stdout
    assert "0 resealed" in run("reseal").stdout


def test_who_acts_and_why_are_asked_for(settings: Settings) -> None:
    operator_id = apply(settings)
    assert run("refuse", operator_id).exit_code == 2
    assert code_of(run("refuse", operator_id, "--reason", "x", "--as", "zhang")) == "REASON"
    assert code_of(run("refuse", operator_id, "--reason", "不符", "--as", "a b")) == "WHO"

    async def state() -> State:
        async with choose_register(settings) as register:
            assert await register.records.contact(operator_id)
            known = await register.supervise(operator_id, Step.REFUSE, "不符", Actor("supervisor:li", "cli:x"))
            return known.state

    assert asyncio.run(state()) is State.REFUSED
