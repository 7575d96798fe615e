"""What a deployment sets for accounts: a gateway for messages, providers with their secrets, and what is refused."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from finder.accounts import choose_sms
from finder.errors import SettingsError
from finder.identity.oidc import Provider
from finder.identity.sms import HttpSms, NoSms
from finder.providers import load_providers
from finder.settings import Settings

GOOD = """
[[provider]]
id = "city"
name = "市民卡"
issuer = "https://login.example"
client_id = "finder"
"""


def listed(folder: Path, text: str) -> Path:
    path = folder / "oidc.toml"
    path.write_text(text, encoding="utf-8")
    return path


async def test_a_message_gateway_has_a_url_and_a_key_or_is_none(tmp_path: Path) -> None:
    assert isinstance(choose_sms(Settings(data_dir=tmp_path)), NoSms)
    sms = choose_sms(Settings(data_dir=tmp_path, sms_url="https://sms.example", sms_key=SecretStr("k")))
    assert isinstance(sms, HttpSms)
    await sms.close()
    for bad in (
        Settings(data_dir=tmp_path, sms_url="https://sms.example"),
        Settings(data_dir=tmp_path, sms_url="sms.example", sms_key=SecretStr("k")),
    ):
        with pytest.raises(SettingsError, match="FINDER_SMS"):
            choose_sms(bad)


def test_a_provider_is_read_with_its_secret_from_the_environment(tmp_path: Path) -> None:
    (provider,) = load_providers(listed(tmp_path, GOOD), {"FINDER_OIDC_CITY_SECRET": "hush"})
    assert isinstance(provider, Provider)
    assert (provider.id, provider.issuer, provider.client_secret.get_secret_value()) == (
        *("city", "https://login.example"),
        "hush",
    )
    assert "hush" not in repr(provider)


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (GOOD, ""),
        (GOOD.replace("https://", "http://"), "hush"),
        (GOOD.replace('"city"', '"CITY"'), "hush"),
        (GOOD + GOOD, "hush"),
        (GOOD.replace("issuer", "isuer"), "hush"),
        ("[[provider", "hush"),
        ("provider = 3", "hush"),
    ],
)
def test_a_provider_that_cannot_be_used_is_refused_without_its_secret(tmp_path: Path, text: str, secret: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_providers(listed(tmp_path, text), {"FINDER_OIDC_CITY_SECRET": secret})
    assert "hush" not in str(refused.value)
