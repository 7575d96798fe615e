"""The secrets of a practice WeChat Pay, made anew at each start, and how the finder is told of them."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from finder.money.channels.rsa import new_key
from finder.money.channels.wechat.config import WechatConfig

SP_MCHID = "1900000001"
SUB_MERCHANTS = ("1900000109", "1900000110", "1900000111")
APP_ID, SERVICE_ID = "wx0000000000000001", "500001"


@dataclass(frozen=True, slots=True)
class WechatKeys:
    """Both sides' secrets."""

    ours: RSAPrivateKey = field(repr=False)  # under which the finder signs
    theirs: RSAPrivateKey = field(repr=False)  # under which the practice channel does
    serial_no: str
    platform_id: str
    api_v3_key: bytes = field(repr=False)
    api_v2_key: str = field(repr=False)


def new_wechat_keys(ours: RSAPrivateKey | None = None, theirs: RSAPrivateKey | None = None) -> WechatKeys:
    """Random ones; making RSA keys takes a good part of a second, so that tests may bring theirs."""
    return WechatKeys(
        ours or new_key(),
        theirs or new_key(),
        secrets.token_hex(20).upper(),
        f"PUB_KEY_ID_{secrets.randbelow(10**16):016}",
        secrets.token_hex(16).encode(),
        secrets.token_hex(16),
    )


def practice_wechat(keys: WechatKeys, base_url: str, notify_url: str, **changes: Any) -> WechatConfig:
    """The account as the finder is to be told of it."""
    settings: dict[str, Any] = {
        "sp_mchid": SP_MCHID,
        "sp_appid": APP_ID,
        "service_id": SERVICE_ID,
        "serial_no": keys.serial_no,
        "notify_url": notify_url,
        "private_key": keys.ours,
        "platform_keys": {keys.platform_id: keys.theirs.public_key()},
        "api_v3_key": keys.api_v3_key,
        "api_v2_key": keys.api_v2_key,
        "base_url": base_url,
        "practice": True,
    }
    return WechatConfig(**(settings | changes))
