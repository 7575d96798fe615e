"""The staff's commands about cases of charging by the plug, as they are typed."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from finder.app import choose_cases, choose_people
from finder.cli import cli
from finder.errors import FinderError
from finder.settings import Settings, load_settings
from tests.contract.people_world import HERE, OTHER_PHONE, PHONE, Inbox
from tests.contract.test_vehicles import PLATE, VIN


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in (("DATA_DIR", str(tmp_path)), ("STORE_URL", ""), ("CITY", "xinzhou")):
        monkeypatch.setenv(f"FINDER_{name}", value)
    return load_settings()


def run(*words: str) -> Result:
    return CliRunner().invoke(cli, ["plugs", *words])


def code_of(result: Result) -> str:
    assert isinstance(result.exception, FinderError), result.output
    return result.exception.code


async def claimed(settings: Settings) -> str:
    """A case: somebody claims another's car."""
    async with choose_people(settings) as people, choose_cases(settings) as cases:
        people.codes._sms = inbox = Inbox()
        callers = []
        for phone in (PHONE, OTHER_PHONE):
            challenge = await people.request_code(phone, HERE)
            tokens = await people.sign_in(challenge.token, inbox.sent[-1][1], "", HERE)
            callers.append(await people.caller(tokens.access))
        await people.vehicles.add(callers[0], PLATE, VIN)
        return (await cases.claim(callers[1], VIN)).id


@pytest.mark.slow
def test_a_case_is_listed_decided_once_and_says_no_vin(settings: Settings) -> None:
    assert code_of(run("decide", "none", "HOLDER", "--as", "zhang")) == "NO_CASE"
    case = asyncio.run(claimed(settings))
    listed = run("cases").stdout
    assert "CLAIM" in listed
    assert VIN not in listed
    assert code_of(run("decide", case, "MAYBE", "--as", "zhang")) == "CASE_DECISION"
    assert code_of(run("decide", case, "RESUMED", "--as", "zhang")) == "CASE_DECISION"
    assert code_of(run("decide", case, "HOLDER", "--as", "a b")) == "WHO"
    assert f"CLAIM {case}: CLAIMANT" in run("decide", case, "claimant", "--as", "zhang").stdout
    assert "CLAIM" not in run("cases").stdout
    assert code_of(run("decide", case, "HOLDER", "--as", "zhang")) == "CASE_DECISION"
