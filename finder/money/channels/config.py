"""The file that lists our accounts at payment channels; secrets come from the environment, never from the file.

[wechat]
sp_mchid = "…"        sp_appid = "…"      service_id = "…"     serial_no = "…"
platform_keys = { PUB_KEY_ID_… = "wechat_pub.pem" }            # files beside this one
secrets = "FINDER_WECHAT"                                      # …_PRIVATE_KEY, …_API_V3_KEY, …_API_V2_KEY
standing = true                                                # 免确认 was granted to us: plugs need it

[alipay]
app_id = "…"          user_id = "2088…"   alipay_keys = ["alipay_pub.pem"]
merchants = ["2088…"]                                          # operators who have authorised us
secrets = "FINDER_ALIPAY"                                      # …_PRIVATE_KEY, and …_TOKEN_2088… for each of them

[operators.yanmen]                                             # by its source id
wechat = "1900000109" alipay = "2088…"                         # its sub-merchants
commission_permille = 50                                       # our share of a capture, at most 300
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import msgspec

from finder.errors import SettingsError
from finder.kernel.clock import Clock, system_clock
from finder.money.channels import rsa
from finder.money.channels.alipay import AlipayChannel, AlipayConfig
from finder.money.channels.port import Channel
from finder.money.channels.wechat import WechatChannel, WechatConfig

ChannelConfig: TypeAlias = WechatConfig | AlipayConfig
NOTICE_PATH = "/pay/{channel}"  # where channels call us back, below our public address


class _Wechat(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sp_mchid: str
    sp_appid: str
    service_id: str
    serial_no: str
    platform_keys: dict[str, str]
    secrets: str
    risk_fund: str = "ESTIMATE_ORDER_COST"
    payment_lines: Literal["described", "summed"] = "described"
    standing: bool = False


class _Alipay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    app_id: str
    user_id: str
    alipay_keys: list[str]
    merchants: list[str]
    secrets: str
    product: str = "PREAUTH_PAY"


class OperatorTerms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An operator's sub-merchants at the channels, and our commission in thousandths of a capture."""

    wechat: str | None = None
    alipay: str | None = None
    commission_permille: Annotated[int, msgspec.Meta(ge=0, le=300)] = 0

    @property
    def merchants(self) -> dict[str, str]:
        """By channel."""
        told = {"wechat": self.wechat, "alipay": self.alipay}
        return {channel: merchant for channel, merchant in told.items() if merchant}


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    wechat: _Wechat | None = None
    alipay: _Alipay | None = None
    operators: dict[str, OperatorTerms] = {}


def open_channel(config: ChannelConfig, clock: Clock = system_clock, *, sandbox: bool) -> Channel:
    """The channel of an account.

    Raises SettingsError for a practice account outside sandbox mode, where nobody would be paid, and for a real one
    in it, where somebody would.
    """
    if config.practice and not sandbox:
        raise SettingsError(
            "演示支付渠道只能在沙箱模式下加载：请配置真实商户，或启用沙箱模式",
            "a practice payment channel loads in sandbox mode only: configure a real account or turn sandbox mode on",
            code="PRACTICE_CHANNEL",
        )
    if sandbox and not config.practice:
        raise SettingsError(
            "沙箱模式下不得加载真实支付渠道：请关闭沙箱模式，或移除真实商户的配置",
            "no real payment channel loads in sandbox mode: turn it off or take the real account away",
            code="REAL_CHANNEL_IN_SANDBOX",
        )
    return WechatChannel(config, clock) if isinstance(config, WechatConfig) else AlipayChannel(config, clock)


def load_channels(
    path: Path | None, public_url: str, env: Mapping[str, str] = os.environ, clock: Clock = system_clock
) -> dict[str, Channel]:
    """The real channels of the file by their names; none where there is no file. Raises SettingsError."""
    return {
        name: open_channel(config, clock, sandbox=False)
        for name, config in read_accounts(path, public_url, env).items()
    }


def read_accounts(path: Path | None, public_url: str, env: Mapping[str, str] = os.environ) -> dict[str, ChannelConfig]:
    """The accounts of the file by their channels' names. Raises SettingsError."""
    if path is None:
        return {}
    if not public_url.startswith("https://"):
        raise SettingsError(
            "支付渠道需要 https 的公网地址：请设置 FINDER_PUBLIC_URL",
            "payment channels call back over https only: set FINDER_PUBLIC_URL to such an address",
        )
    told = _read(path)
    try:
        accounts: dict[str, ChannelConfig] = {}
        if told.wechat is not None:
            accounts["wechat"] = _wechat(told.wechat, path.parent, public_url, _secrets(env))
        if told.alipay is not None:
            accounts["alipay"] = _alipay(told.alipay, path.parent, public_url, _secrets(env))
    except (OSError, ValueError) as bad:
        raise _unusable(path, bad) from None
    return accounts


def read_terms(path: Path | None) -> dict[str, OperatorTerms]:
    """How each operator is paid, by its source id. Raises SettingsError."""
    return {} if path is None else _read(path).operators


def read_standing(path: Path | None) -> frozenset[str]:
    """The channels that hold without asking the driver, where that was agreed; Alipay's never do.

    Raises SettingsError.
    """
    told = None if path is None else _read(path).wechat
    return frozenset({"wechat"}) if told is not None and told.standing else frozenset()


def _read(path: Path) -> _File:
    try:
        return msgspec.toml.decode(path.read_bytes(), type=_File)
    except (OSError, ValueError) as bad:  # msgspec's errors are ValueErrors; none of them carries a secret
        raise _unusable(path, bad) from None


def _unusable(path: Path, bad: Exception) -> SettingsError:
    return SettingsError(
        f"支付渠道文件 {path} 无法使用：{bad}", f"the file of payment channels {path} cannot be used: {bad}"
    )


def _wechat(told: _Wechat, folder: Path, public_url: str, secret: Callable[[str], str]) -> WechatConfig:
    return WechatConfig(
        sp_mchid=told.sp_mchid,
        sp_appid=told.sp_appid,
        service_id=told.service_id,
        serial_no=told.serial_no,
        notify_url=_notify_url(public_url, "wechat"),
        private_key=rsa.private_key(secret(f"{told.secrets}_PRIVATE_KEY"), f"{told.secrets}_PRIVATE_KEY"),
        platform_keys={
            key_id: rsa.public_key((folder / file).read_text(), file) for key_id, file in told.platform_keys.items()
        },
        api_v3_key=secret(f"{told.secrets}_API_V3_KEY").encode(),
        api_v2_key=secret(f"{told.secrets}_API_V2_KEY"),
        risk_fund=told.risk_fund,
        payment_lines=told.payment_lines,
    )


def _alipay(told: _Alipay, folder: Path, public_url: str, secret: Callable[[str], str]) -> AlipayConfig:
    return AlipayConfig(
        app_id=told.app_id,
        user_id=told.user_id,
        notify_url=_notify_url(public_url, "alipay"),
        private_key=rsa.private_key(secret(f"{told.secrets}_PRIVATE_KEY"), f"{told.secrets}_PRIVATE_KEY"),
        alipay_keys=tuple(rsa.public_key((folder / file).read_text(), file) for file in told.alipay_keys),
        merchants={merchant: secret(f"{told.secrets}_TOKEN_{merchant}") for merchant in told.merchants},
        product=told.product,
    )


def _notify_url(public_url: str, channel: str) -> str:
    return public_url.rstrip("/") + NOTICE_PATH.format(channel=channel)


def _secrets(env: Mapping[str, str]) -> Callable[[str], str]:
    def secret(name: str) -> str:
        if not (value := env.get(name)):
            raise SettingsError(f"缺少环境变量 {name}", f"the environment variable {name} is missing")
        return value

    return secret
