"""The staff's commands about people's roles, as they are typed."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from finder.app import choose_people
from finder.cli import cli
from finder.errors import FinderError
from finder.identity.roles import Role
from finder.settings import Settings, load_settings
from tests.contract.people_world import HERE, PHONE, Inbox


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in (("DATA_DIR", str(tmp_path)), ("STORE_URL", ""), ("CITY", "xinzhou")):
        monkeypatch.setenv(f"FINDER_{name}", value)
    return load_settings()


def run(*words: str, typed: str = "") -> Result:
    return CliRunner().invoke(cli, ["people", *words], input=typed)


def code_of(result: Result) -> str:
    assert isinstance(result.exception, FinderError), result.output
    return result.exception.code


async def signed_in(settings: Settings, inbox: Inbox) -> frozenset[Role]:
    async with choose_people(settings) as people:
        people.codes._sms = inbox
        challenge = await people.request_code(PHONE, HERE)
        tokens = await people.sign_in(challenge.token, inbox.sent[-1][1], "", HERE)
        return (await people.caller(tokens.access)).roles


@pytest.mark.slow
def test_a_role_is_granted_by_an_id_that_is_found_by_phone(settings: Settings) -> None:
    assert code_of(run("find", typed=f"{PHONE}\n")) == "NO_PERSON"
    assert asyncio.run(signed_in(settings, Inbox())) == {Role.DRIVER}
    found = run("find", typed=f"{PHONE}\n")
    assert PHONE not in found.stdout
    person = found.stdout.split()[-1]
    assert code_of(run("grant", person, "ADMINISTRATOR", "--as", "zhang")) == "NO_SECOND_FACTOR"
    assert code_of(run("grant", person, "OPERATOR_STAFF", "--as", "zhang")) == "ROLE"
    assert code_of(run("grant", person, "AUDITOR", "--as", "a b")) == "WHO"
    for role, more in (("AUDITOR", ()), ("OPERATOR_STAFF", ("--operator", "op-1"))):
        assert "granted" in run("grant", person, role, *more, "--as", "zhang").stdout
    assert "revoked" in run("revoke", person, "AUDITOR", "--as", "zhang").stdout
    assert code_of(run("revoke", person, "AUDITOR", "--as", "zhang")) == "NO_ROLE"

    async def history() -> list[tuple[str, str]]:
        async with choose_people(settings) as people:
            return [(each.who, each.what) for each in await people.audit.history(person)][2:]

    granted = ("supervisor:zhang", "role.granted")
    assert asyncio.run(history()) == [granted, granted, ("supervisor:zhang", "role.revoked")]
