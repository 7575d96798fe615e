"""The secrets of a practice Alipay, made anew at each start, and how the finder is told of them."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from finder.money.channels.alipay.config import AlipayConfig
from finder.money.channels.rsa import new_key

APP_ID, USER_ID = "2021000000000001", "2088000000000001"
SUB_MERCHANTS = ("2088000000000109", "2088000000000110", "2088000000000111")


@dataclass(frozen=True, slots=True)
class AlipayKeys:
    """Both sides' secrets."""

    ours: RSAPrivateKey = field(repr=False)  # under which the finder signs
    theirs: RSAPrivateKey = field(repr=False)  # under which the practice channel does
    tokens: Mapping[str, str] = field(repr=False)  # each operator's app_auth_token


def new_alipay_keys(ours: RSAPrivateKey | None = None, theirs: RSAPrivateKey | None = None) -> AlipayKeys:
    """Random ones; tests may bring their RSA keys."""
    return AlipayKeys(
        ours or new_key(),
        theirs or new_key(),
        {merchant: secrets.token_hex(20) for merchant in SUB_MERCHANTS},
    )


def practice_alipay(keys: AlipayKeys, base_url: str, notify_url: str, **changes: Any) -> AlipayConfig:
    """The application as the finder is to be told of it."""
    settings: dict[str, Any] = {
        "app_id": APP_ID,
        "user_id": USER_ID,
        "notify_url": notify_url,
        "private_key": keys.ours,
        "alipay_keys": (keys.theirs.public_key(),),
        "merchants": keys.tokens,
        "gateway": f"{base_url}/gateway.do",
        "bill_hosts": ("127.0.0.1",),
        "practice": True,
    }
    return AlipayConfig(**(settings | changes))
