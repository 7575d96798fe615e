"""WeChat Pay v3's signatures: our requests (five lines), its answers and callbacks (three), encrypted resources.

Source: pay.weixin.qq.com/doc/v3/partner, 签名生成, 签名验证, 证书和回调报文解密.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Generator, Mapping
from datetime import timedelta

import httpx
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from finder.errors import ChannelLied
from finder.kernel.clock import Clock
from finder.money.channels import rsa
from finder.money.channels.wechat.config import WechatConfig

SCHEME = "WECHATPAY2-SHA256-RSA2048"
ALGORITHM = "AEAD_AES_256_GCM"
PROBE = "WECHATPAY/SIGNTEST/"
FRESH = timedelta(minutes=5)
NONCE_BYTES = 12


def lines(*parts: str | bytes) -> bytes:
    """Each part with a line's end, the last one too."""
    return b"".join((part.encode() if isinstance(part, str) else part) + b"\n" for part in parts)


class WechatAuth(httpx.Auth):
    """Signs each request as it leaves, over the very bytes that are sent."""

    requires_request_body = True

    def __init__(self, config: WechatConfig, clock: Clock) -> None:
        self._config, self._clock = config, clock

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sets Authorization, and says in Wechatpay-Serial under which key we want the answer."""
        config = self._config
        stamp, nonce = str(int(self._clock().timestamp())), secrets.token_hex(16)
        message = lines(request.method, request.url.raw_path, stamp, nonce, request.content)
        signature = rsa.sign(config.private_key, message)
        request.headers["authorization"] = (
            f'{SCHEME} mchid="{config.sp_mchid}",nonce_str="{nonce}",signature="{signature}",'
            f'timestamp="{stamp}",serial_no="{config.serial_no}"'
        )
        request.headers["wechatpay-serial"] = next(iter(config.platform_keys))
        yield request


def check_signed(headers: Mapping[str, str], body: bytes, keys: Mapping[str, RSAPublicKey], clock: Clock) -> None:
    """That WeChat signed these bytes just now. Header names in lower case. Raises ChannelLied.

    A probe (`WECHATPAY/SIGNTEST/…`) is a wrong signature and gets no treatment of its own.
    """
    stamp, nonce = headers.get("wechatpay-timestamp", ""), headers.get("wechatpay-nonce", "")
    key = keys.get(headers.get("wechatpay-serial", ""))
    if key is None:
        raise _lied("SERIAL", "签名所用的公钥编号未知", "signed under a key that we do not know")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        raise _lied("TIMESTAMP", "签名时间戳缺失或有误", "the signature's time is missing or cannot be read")
    if abs(clock().timestamp() - int(stamp)) > FRESH.total_seconds():
        raise _lied("STALE", "签名时间与本机相差超过 5 分钟", "the signature's time is over five minutes from ours")
    signature = headers.get("wechatpay-signature")
    if not rsa.signed_by(key, lines(stamp, nonce, body), signature):
        raise _lied("SIGNATURE", "签名不符", "the signature is wrong")


def decrypt(key: bytes, nonce: object, associated: object, ciphertext: object) -> bytes:
    """A resource's plain text. Raises ChannelLied."""
    if not (isinstance(nonce, str) and isinstance(associated, str | None) and isinstance(ciphertext, str)):
        raise _lied("RESOURCE", "加密内容格式有误", "the encrypted resource cannot be read")
    try:
        sealed = base64.b64decode(ciphertext, validate=True)
        return AESGCM(key).decrypt(nonce.encode(), sealed, (associated or "").encode())
    except (InvalidTag, binascii.Error, ValueError):
        raise _lied("RESOURCE", "加密内容无法解密，请核对 APIv3 密钥", "the resource cannot be decrypted") from None


def sign_pages(config: WechatConfig, fields: Mapping[str, str]) -> str:
    """HMAC-SHA256 under the APIv2 key, for the 支付分 page that the phone opens."""
    text = "&".join(f"{name}={fields[name]}" for name in sorted(fields)) + f"&key={config.api_v2_key}"
    return hmac.new(config.api_v2_key.encode(), text.encode(), hashlib.sha256).hexdigest().upper()


def _lied(code: str, zh: str, en: str) -> ChannelLied:
    return ChannelLied(f"微信支付：{zh}", f"WeChat Pay: {en}", code=code)
