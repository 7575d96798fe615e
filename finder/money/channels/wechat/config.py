"""What WeChat Pay knows us by as a service provider (服务商), and the secrets of both directions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from finder.connectors.sdk.http import Caution
from finder.money.channels.http import CAUTION

BASE_URL = "https://api.mch.weixin.qq.com"
API_V3_KEY_BYTES = 32
RISK_FUNDS = ("DEPOSIT", "ADVANCE", "CASH_DEPOSIT", "ESTIMATE_ORDER_COST")
PaymentLines: TypeAlias = Literal["described", "summed"]


@dataclass(frozen=True, slots=True)
class WechatConfig:
    """A service provider's account. Raises ValueError.

    `platform_keys` are WeChat's public keys by what `Wechatpay-Serial` calls them (`PUB_KEY_ID_…`), the one that we
    ask for first; two while they rotate. `payment_lines`: WeChat's text on charging wants the lines 计费规则 and
    费用明细 without amounts, another of its texts wants lines that add up to the total; `service_id` decides.
    """

    sp_mchid: str
    sp_appid: str
    service_id: str  # of 微信支付分
    serial_no: str  # of our own certificate
    notify_url: str
    private_key: RSAPrivateKey = field(repr=False)
    platform_keys: Mapping[str, RSAPublicKey] = field(repr=False)
    api_v3_key: bytes = field(repr=False)  # opens callbacks
    api_v2_key: str = field(repr=False)  # signs what the phone hands to the 支付分 page, and nothing else
    base_url: str = BASE_URL
    risk_fund: str = "ESTIMATE_ORDER_COST"
    payment_lines: PaymentLines = "described"
    caution: Caution = CAUTION
    practice: bool = False

    def __post_init__(self) -> None:
        if len(self.api_v3_key) != API_V3_KEY_BYTES:
            raise ValueError(f"the APIv3 key has {API_V3_KEY_BYTES} bytes")
        if not self.platform_keys:
            raise ValueError("at least one of WeChat's public keys is needed")
        if not self.practice and not self.base_url.startswith("https://"):
            raise ValueError("a real account is reached over https only")
        if self.risk_fund not in RISK_FUNDS:
            raise ValueError(f"risk_fund is one of {', '.join(RISK_FUNDS)}")
