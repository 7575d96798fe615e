"""The operators' office as the settings make it."""

import asyncio
import base64
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from finder.connectors.sdk.kinds import Workbench
from finder.doctor import CHECKS
from finder.errors import BadInput, Conflict, SettingsError
from finder.federation.register.model import Application, Registered
from finder.federation.register.setup import Setup
from finder.identity.audit import Actor
from finder.identity.vault import KEY_FILE
from finder.office import Office, choose_vault, open_office
from finder.settings import Settings
from finder.storage.database import Database
from tests.protocol.oauth_peer import Machine

WHO = Actor("supervisor:zhang", "cli:desk")


def settings_in(folder: Path, **changes: Any) -> Settings:
    return Settings(data_dir=folder, **changes)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    made = Database(f"sqlite:///{tmp_path / 'f.sqlite3'}")
    yield made
    await made.close()


async def applied(office: Office) -> Registered:
    told = Application("晋北充电有限公司", "91350100M000100Y43", "noc@example.com", [Machine().public])
    return await office.register.apply(told, "192.0.2.1")


def test_the_key_is_of_the_settings_or_made_in_the_data_folder_and_never_a_default(tmp_path: Path) -> None:
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    assert choose_vault(settings_in(tmp_path, secret_key=SecretStr(f"k2:{key}"))).current == "k2"
    assert not list(tmp_path.iterdir())
    sealed = choose_vault(settings_in(tmp_path)).seal(b"x", "here")
    assert choose_vault(settings_in(tmp_path)).open(sealed, "here") == b"x"
    with pytest.raises(SettingsError) as refused:
        choose_vault(settings_in(tmp_path, secret_key=SecretStr("k2:short")))
    assert "short" not in str(refused.value)


def test_the_doctor_looks_at_the_key_and_makes_none(tmp_path: Path) -> None:
    def look(settings: Settings) -> str:
        return asyncio.run(dict(CHECKS)["密钥 · secret key"](settings))

    assert "first start" in look(settings_in(tmp_path))
    assert not list(tmp_path.iterdir())
    choose_vault(settings_in(tmp_path))
    assert look(settings_in(tmp_path)) == "local"
    (tmp_path / KEY_FILE).chmod(0o644)
    with pytest.raises(SettingsError) as refused:
        look(settings_in(tmp_path))
    assert refused.value.code == "SECRET_KEY_OPEN"


@pytest.mark.parametrize("loopback", [False, True])
async def test_addresses_on_this_machine_are_for_practice_only(
    tmp_path: Path, database: Database, *, loopback: bool
) -> None:
    office = open_office(settings_in(tmp_path, register_loopback=loopback), database, Workbench())
    operator = await applied(office)
    await office.register.approve(operator.id, "north", "已核对", WHO)
    who = Actor(f"operator:{operator.id}", "192.0.2.1")
    here, codes = "http://127.0.0.1:9/evcs", []
    for url in (here, "https://127.0.0.1/evcs", "https://10.0.0.1", "https://[fd00::1]", "https://a.example:22"):
        try:
            await office.register.set_up(operator.id, Setup("tcec102", url), who)
        except BadInput as refused:
            codes.append(refused.code)
    inside = ["ADDRESS_DENIED", "ADDRESS_DENIED", "ADDRESS_PORT"]
    assert codes == (inside if loopback else ["ADDRESS_SCHEME", "ADDRESS_DENIED", *inside])


async def test_connectors_go_through_the_guard_whenever_they_are_made(tmp_path: Path, database: Database) -> None:
    practice = open_office(settings_in(tmp_path, register_loopback=True), database, Workbench()).register
    operator = await applied(open_office(settings_in(tmp_path), database, Workbench()))
    await practice.approve(operator.id, "north", "已核对", WHO)
    who = Actor(f"operator:{operator.id}", "192.0.2.1")
    ids = {"our_id": "MA0FINDER", "peer_id": "MA0NORTH1"}
    await practice.set_up(operator.id, Setup("tcec102", "http://127.0.0.1:9", {**ids, "pushes": True}), who)
    names = ("OPERATOR_SECRET", "DATA_SECRET", "DATA_SECRET_IV", "SIG_SECRET")
    ours = await practice.give_credentials(operator.id, dict.fromkeys(names, "hidden-16-letter"), who)
    assert sorted(ours) == sorted(f"PUSH_{name}" for name in names)
    # What was let through for practice is denied by a gateway that serves drivers.
    serving = open_office(settings_in(tmp_path), database, Workbench()).register
    with pytest.raises(BadInput) as refused:
        await serving.connector(await serving.records.get(operator.id))
    assert refused.value.code == "ADDRESS_SCHEME"
    checked = (await serving.check(operator.id, who)).checked
    assert checked is not None
    assert (checked.passed, checked.report["findings"][0]["code"]) == (False, "ADDRESS_SCHEME")


async def test_source_ids_of_others_are_not_given_away(tmp_path: Path, database: Database) -> None:
    listed = tmp_path / "operators.toml"
    listed.write_text('[[operator]]\nprotocol = "tcec102"\nsource = "listed"\n')
    office = open_office(settings_in(tmp_path, operators_file=listed), database, Workbench())
    operator = await applied(office)
    for source in ("listed", "ocm", "jinbei", "community", "urbanev"):
        with pytest.raises(Conflict) as refused:
            await office.register.approve(operator.id, source, "已核对", WHO)
        assert refused.value.code == "SOURCE_TAKEN"
    listed.write_text("[[")
    with pytest.raises(SettingsError):
        open_office(settings_in(tmp_path, operators_file=listed), database, Workbench())
    with pytest.raises(SettingsError):
        open_office(settings_in(tmp_path, operators_file=tmp_path / "none.toml"), database, Workbench())
