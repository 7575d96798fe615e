"""A practice WeChat Pay's side of the signatures: it verifies ours, signs its own and seals callbacks."""

import base64
import json
import re
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from starlette.requests import Request

from finder.kernel.clock import Clock
from finder.money.channels import rsa
from finder.money.channels.wechat.signer import ALGORITHM, FRESH, PROBE, SCHEME, lines
from finder.sandbox.channels.wechat_forms import rfc3339
from finder.sandbox.channels.wechat_keys import SP_MCHID, WechatKeys


class Seals:
    """Under the keys of one start."""

    def __init__(self, keys: WechatKeys, clock: Clock) -> None:
        self._keys, self._clock = keys, clock

    def sign(self, body: bytes, how: str = "right") -> dict[str, str]:
        """The headers of an answer or a callback."""
        stamp, nonce = str(int(self._clock().timestamp())), secrets.token_hex(16)
        signed = lines(stamp, nonce, body) if how == "right" else b"something else"
        signature = rsa.sign(self._keys.theirs, signed)
        return {
            "Wechatpay-Timestamp": stamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Serial": self._keys.platform_id,
            "Wechatpay-Signature": PROBE + signature if how == "probe" else signature,
        }

    def callback(
        self, kind: str, original: str, content: Mapping[str, Any]
    ) -> Callable[[str], tuple[dict[str, str], bytes]]:
        """Seals a callback's content anew each time that it is sent, under one id."""
        own, at = secrets.token_hex(16), rfc3339(self._clock())
        plain = json.dumps(content, ensure_ascii=False).encode()

        def seal(how: str) -> tuple[dict[str, str], bytes]:
            nonce = secrets.token_hex(6)
            sealed = AESGCM(self._keys.api_v3_key).encrypt(nonce.encode(), plain, original.encode())
            resource = {
                "original_type": original,
                "algorithm": ALGORITHM,
                "ciphertext": base64.b64encode(sealed).decode(),
                "associated_data": original,
                "nonce": nonce,
            }
            told = {"id": own, "create_time": at, "resource_type": "encrypt-resource", "event_type": kind}
            body = json.dumps(told | {"summary": kind, "resource": resource}).encode()
            return {"content-type": "application/json", **self.sign(body, how)}, body

        return seal

    def signed(self, request: Request, raw: bytes) -> bool:
        """Whether the finder signed this request just now."""
        scheme, _, rest = request.headers.get("authorization", "").partition(" ")
        told = dict(re.findall(r'(\w+)="([^"]*)"', rest))
        stamp = told.get("timestamp", "")
        if (scheme, told.get("mchid"), told.get("serial_no")) != (SCHEME, SP_MCHID, self._keys.serial_no):
            return False
        if request.headers.get("wechatpay-serial") != self._keys.platform_id or not stamp.isdigit():
            return False
        if abs(int(stamp) - self._clock().timestamp()) > FRESH.total_seconds():
            return False
        query = f"?{request.url.query}".encode() if request.url.query else b""
        nonce, path = told.get("nonce_str", ""), request.scope["raw_path"] + query
        message = lines(request.method, path, stamp, nonce, raw)
        return rsa.signed_by(self._keys.ours.public_key(), message, told.get("signature"))
