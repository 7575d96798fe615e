"""What Alipay knows us by as a service provider, and the secrets of both directions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from finder.connectors.sdk.http import Caution
from finder.money.channels.http import CAUTION

GATEWAY = "https://openapi.alipay.com/gateway.do"
PRODUCTS = ("PREAUTH_PAY", "PRE_AUTH_ONLINE")


@dataclass(frozen=True, slots=True)
class AlipayConfig:
    """A service provider's application. Raises ValueError.

    `merchants` holds the app_auth_token of each operator (his user id at Alipay, 2088…) who has authorised us.
    `product`: Alipay's texts disagree on the product code of a pre-authorisation; the contract with Alipay decides.
    """

    app_id: str
    user_id: str  # our own, to which our share goes
    notify_url: str
    private_key: RSAPrivateKey = field(repr=False)
    alipay_keys: tuple[RSAPublicKey, ...] = field(repr=False)  # the newest first, two while they rotate
    merchants: Mapping[str, str] = field(repr=False)
    gateway: str = GATEWAY
    product: str = "PREAUTH_PAY"
    bill_hosts: tuple[str, ...] = ("dwbillcenter.alipay.com",)
    notice_age: timedelta = timedelta(hours=25)  # Alipay repeats a callback for a day
    caution: Caution = CAUTION
    practice: bool = False

    def __post_init__(self) -> None:
        if not self.alipay_keys:
            raise ValueError("Alipay's public key is needed")
        if not self.practice and not self.gateway.startswith("https://"):
            raise ValueError("a real account is reached over https only")
        if self.product not in PRODUCTS:
            raise ValueError(f"product is one of {', '.join(PRODUCTS)}")
