"""Accounts at payment channels: read from a file, secrets from the environment, and which mode they load in."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from finder.errors import SettingsError
from finder.logs import clean
from finder.money.channels.alipay import AlipayChannel, AlipayConfig
from finder.money.channels.config import load_channels, open_channel, read_accounts
from finder.money.channels.wechat import WechatChannel, WechatConfig
from finder.sandbox.channels.alipay_keys import new_alipay_keys, practice_alipay
from finder.sandbox.channels.wechat_keys import new_wechat_keys, practice_wechat
from tests.protocol.channel_keys import key

PUBLIC_URL = "https://finder.example"
FILE = """
[wechat]
sp_mchid = "1900000001"
sp_appid = "wx1"
service_id = "500001"
serial_no = "S1"
platform_keys = { PUB_KEY_ID_1 = "wechat_pub.pem" }
secrets = "FINDER_WECHAT"

[alipay]
app_id = "2021000000000001"
user_id = "2088000000000001"
alipay_keys = ["alipay_pub.pem"]
merchants = ["2088000000000109"]
secrets = "FINDER_ALIPAY"
"""


def private_text(name: str) -> str:
    return key(name).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def env() -> dict[str, str]:
    return {
        "FINDER_WECHAT_PRIVATE_KEY": private_text("ours"),
        "FINDER_WECHAT_API_V3_KEY": "v3-secret-of-thirty-two-bytes-ok",
        "FINDER_WECHAT_API_V2_KEY": "v2-secret",
        "FINDER_ALIPAY_PRIVATE_KEY": "".join(private_text("ours").splitlines()[1:-1]),
        "FINDER_ALIPAY_TOKEN_2088000000000109": "the-token",
    }


@pytest.fixture
def file(tmp_path: Path) -> Path:
    for name in ("wechat", "alipay"):
        text = key(name).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (tmp_path / f"{name}_pub.pem").write_bytes(text)
    made = tmp_path / "channels.toml"
    made.write_text(FILE)
    return made


def read(file: Path, env: Mapping[str, str]) -> dict[str, Any]:
    return dict(read_accounts(file, PUBLIC_URL, env))


async def test_the_file_names_accounts_and_the_environment_their_secrets(file: Path) -> None:
    accounts = read(file, env())
    wechat, alipay = accounts["wechat"], accounts["alipay"]
    assert isinstance(wechat, WechatConfig)
    assert isinstance(alipay, AlipayConfig)
    assert (wechat.notify_url, alipay.notify_url) == (f"{PUBLIC_URL}/pay/wechat", f"{PUBLIC_URL}/pay/alipay")
    assert wechat.private_key.private_numbers() == alipay.private_key.private_numbers()
    assert alipay.merchants == {"2088000000000109": "the-token"}
    channels = load_channels(file, PUBLIC_URL, env())
    assert {name: channel.practice for name, channel in channels.items()} == {"wechat": False, "alipay": False}
    for channel in channels.values():
        await channel.close()


def test_no_file_is_no_channel() -> None:
    assert read_accounts(None, "http://127.0.0.1:8000") == {}


@pytest.mark.parametrize("name", sorted(env()))
def test_no_secret_has_a_default(file: Path, name: str) -> None:
    for instead in ({}, {name: ""}):
        told = {other: value for other, value in env().items() if other != name} | instead
        with pytest.raises(SettingsError) as missing:
            read(file, told)
        assert name in missing.value.en


@pytest.mark.parametrize("name", ["FINDER_WECHAT_PRIVATE_KEY", "FINDER_WECHAT_API_V3_KEY", "FINDER_ALIPAY_PRIVATE_KEY"])
def test_a_secret_that_cannot_be_used_is_refused_and_not_shown(file: Path, name: str) -> None:
    with pytest.raises(SettingsError) as wrong:
        read(file, env() | {name: "c2VjcmV0LW1hdGVyaWFs-not-it"})
    assert "c2Vj" not in str(wrong.value)
    assert wrong.value.__cause__ is None


def test_no_secret_is_in_a_repr_or_a_log(file: Path) -> None:
    for account in read(file, env()).values():
        for secret in env().values():
            assert secret not in repr(account)
            assert secret not in str(clean({"account": repr(account)}))
        assert "RSAPrivateKey" not in repr(account)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("sp_mchid", "sp_machid"),
        ('"wechat_pub.pem"', '"absent.pem"'),
        ('"alipay_pub.pem"', '"channels.toml"'),
        ('serial_no = "S1"', 'serial_no = "S1"\npayment_lines = "other"'),
        ('serial_no = "S1"', 'serial_no = "S1"\nrisk_fund = "OTHER"'),
        ('serial_no = "S1"', 'serial_no = "S1"\nbase_url = "http://127.0.0.1:1"'),
        ('serial_no = "S1"', 'serial_no = "S1"\npractice = true'),
        ("[alipay]", "[unionpay]"),
        ("[wechat]", "[wechat"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(file: Path, before: str, after: str) -> None:
    assert before in FILE
    file.write_text(FILE.replace(before, after))
    with pytest.raises(SettingsError):
        read(file, env())


def test_channels_call_back_over_https_only(file: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        read_accounts(file, "http://finder.example", env())
    assert "FINDER_PUBLIC_URL" in refused.value.en


def practice() -> list[WechatConfig | AlipayConfig]:
    return [
        practice_wechat(new_wechat_keys(key("ours"), key("wechat")), "http://127.0.0.1:9", "http://127.0.0.1:9/pay"),
        practice_alipay(new_alipay_keys(key("ours"), key("alipay")), "http://127.0.0.1:9", "http://127.0.0.1:9/pay"),
    ]


async def test_a_practice_channel_loads_in_sandbox_mode_and_nowhere_else() -> None:
    for config, kind in zip(practice(), (WechatChannel, AlipayChannel), strict=True):
        with pytest.raises(SettingsError) as refused:
            open_channel(config, sandbox=False)
        assert refused.value.code == "PRACTICE_CHANNEL"
        channel = open_channel(config, sandbox=True)
        assert isinstance(channel, kind)
        assert channel.practice
        await channel.close()


def test_a_real_channel_does_not_load_in_sandbox_mode(file: Path) -> None:
    for config in read(file, env()).values():
        with pytest.raises(SettingsError) as refused:
            open_channel(config, sandbox=True)
        assert refused.value.code == "REAL_CHANNEL_IN_SANDBOX"


def test_a_real_account_is_reached_over_https_only() -> None:
    for made in (
        lambda: practice_wechat(
            new_wechat_keys(key("ours"), key("wechat")), "http://127.0.0.1:9", "https://x/pay", practice=False
        ),
        lambda: practice_alipay(
            new_alipay_keys(key("ours"), key("alipay")), "http://127.0.0.1:9", "https://x/pay", practice=False
        ),
    ):
        with pytest.raises(ValueError, match="https"):
            made()
