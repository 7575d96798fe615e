"""Signatures of webhooks as Standard Webhooks has them: HMAC-SHA256 over id, timestamp and body.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import SecretStr

from finder.errors import Denied, SettingsError

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
FRESH_S = 300
LEAST_BYTES, MOST_BYTES = 24, 64
MAX_ID = 64
MAX_SIGNATURES = 8
_PREFIX = "whsec_"


def read_secrets(name: str, told: SecretStr) -> list[bytes]:
    """The keys of a variable: `whsec_` and base64 of 24 to 64 bytes, several with commas, the newest first.

    Raises SettingsError, without what was told.
    """
    keys = [_key(text.strip()) for text in told.get_secret_value().split(",")]
    if any(key is None for key in keys):
        raise SettingsError(
            f"{name}：每个密钥应为 whsec_ 加 {LEAST_BYTES} 至 {MOST_BYTES} 字节的 base64，多个以逗号分隔",
            f"{name}: each secret is whsec_ and base64 of {LEAST_BYTES} to {MOST_BYTES} bytes, several with commas",
        )
    return [key for key in keys if key is not None]


def _key(text: str) -> bytes | None:
    try:
        key = base64.b64decode(text.removeprefix(_PREFIX), validate=True)
    except ValueError:
        return None
    return key if LEAST_BYTES <= len(key) <= MOST_BYTES else None


def signature(key: bytes, message_id: str, timestamp: str, body: bytes) -> str:
    """One signature, as it stands in the header."""
    text = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, text, hashlib.sha256)).decode()


def signed(keys: Sequence[bytes], message_id: str, now: datetime, body: bytes) -> dict[str, str]:
    """The three headers; a signature for each key, so that a receiver may have either while they change."""
    then = str(int(now.timestamp()))
    return {
        ID: message_id,
        TIMESTAMP: then,
        SIGNATURE: " ".join(signature(key, message_id, then, body) for key in keys),
    }


def is_id(text: str) -> bool:
    """Whether a message may be called so. With a dot in it another id and timestamp would be the same signed text."""
    return 0 < len(text) <= MAX_ID and text.isascii() and text.isprintable() and "." not in text


def verified(keys: Sequence[bytes], headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """The message's id. Raises Denied: WEBHOOK_HEADERS, WEBHOOK_STALE, WEBHOOK_SIGNATURE."""
    message_id, then, told = (headers.get(name, "") for name in (ID, TIMESTAMP, SIGNATURE))
    digits = then.isascii() and then.isdecimal() and len(then) <= 12
    if not (is_id(message_id) and digits and told):
        raise Denied(
            "缺少或无法识别 webhook-id、webhook-timestamp、webhook-signature：请按 Standard Webhooks 签名",
            "webhook-id, webhook-timestamp or webhook-signature is missing or cannot be read: sign as Standard "
            "Webhooks says",
            code="WEBHOOK_HEADERS",
        )
    if abs(now.timestamp() - int(then)) > FRESH_S:
        raise Denied(
            "时间戳与本站时间相差超过五分钟：请校准时钟，并在每次发送时重新签名",
            "the timestamp is over five minutes from our clock: set yours, and sign anew each time that you send",
            code="WEBHOOK_STALE",
        )
    signatures = told.split(" ")[:MAX_SIGNATURES]
    right = [signature(key, message_id, then, body).encode() for key in keys]
    # Every pair is compared, so that the time says nothing.
    same = [hmac.compare_digest(one, each.encode()) for one in right for each in signatures]
    if not any(same):
        raise Denied(
            "签名无效：请核对回复密钥，并对原始请求体签名",
            "the signature does not hold: check the answers' secret, and sign the body's very bytes",
            code="WEBHOOK_SIGNATURE",
        )
    return message_id
