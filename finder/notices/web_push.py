"""One message to one browser: where it goes, sealed so that only that browser reads it (RFC 8030, 8188, 8291)."""

import asyncio
import base64
import binascii
import email.utils
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import http_ece
import httpx
from cryptography.hazmat.primitives.asymmetric import ec

from finder.connectors.sdk.addresses import AddressRules, Target, read_address
from finder.connectors.sdk.guarded import GuardedTransport
from finder.connectors.sdk.http import Caution
from finder.errors import BadInput, OperatorError, OperatorLied, PushUnavailable
from finder.notices.push_key import PushKey

MAX_ENDPOINT = 1_024
CAUTION = Caution(connect_s=4.0, read_s=6.0, total_s=10.0, max_bytes=16 * 1024, connections=16, attempts=1)
_QUERY = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@/?%-]*")
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+={0,2}")
_GONE = frozenset({404, 410})
_AGAIN = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class Browser:
    """What a browser gave: its endpoint, a secret; its P-256 point (65 bytes) and its secret (16 bytes)."""

    endpoint: str = field(repr=False)
    p256dh: bytes = field(repr=False)
    auth: bytes = field(repr=False)


class Outcome(StrEnum):
    """What a push service said."""

    TAKEN = "TAKEN"
    GONE = "GONE"  # nobody is there any more: the subscription is to be forgotten
    REFUSED = "REFUSED"  # it will never take this message


def read_browser(endpoint: str, p256dh: str, auth: str, rules: AddressRules) -> Browser:
    """What came in from a phone. Raises BadInput: ADDRESS_…, PUSH_KEYS."""
    target_of(endpoint, rules)
    point, secret = _decoded(p256dh), _decoded(auth)
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        right = len(point) == 65 and len(secret) == 16
    except ValueError:
        right = False
    if not right:
        raise BadInput(
            "推送密钥有误：p256dh 应为 65 字节的 P-256 公钥，auth 应为 16 字节，均为 base64url",
            "the keys cannot be used: p256dh is a P-256 point of 65 bytes, auth 16 bytes, both base64url",
            code="PUSH_KEYS",
        )
    return Browser(endpoint, point, secret)


def target_of(endpoint: str, rules: AddressRules) -> Target:
    """Where an endpoint leads; unlike an operator's address it may have a query. Raises BadInput, ADDRESS_…."""
    head, _, query = endpoint.partition("?")
    if len(endpoint) > MAX_ENDPOINT or not _QUERY.fullmatch(query):
        raise BadInput(
            f"推送地址有误：应为浏览器给出的 https 地址，不超过 {MAX_ENDPOINT} 个字符",
            f"the endpoint cannot be used: it is the https address that the browser gave, of at most {MAX_ENDPOINT} "
            "characters",
            code="ADDRESS_FORM",
        )
    return read_address(head, rules)


def sealed(content: bytes, browser: Browser, key: ec.EllipticCurvePrivateKey | None = None) -> bytes:
    """The body of a request, under a key made for it alone."""
    ours = key or ec.generate_private_key(ec.SECP256R1())
    return bytes(
        http_ece.encrypt(content, private_key=ours, dh=browser.p256dh, auth_secret=browser.auth, version="aes128gcm")
    )


def topic_of(tag: str) -> str:
    """At most 32 characters of base64url: a message takes the place of one that was not delivered yet."""
    return base64.urlsafe_b64encode(hashlib.sha256(tag.encode()).digest())[:32].decode()


class PushSender:
    """Sends to any push service that the rules for addresses allow."""

    def __init__(
        self,
        key: PushKey,
        rules: AddressRules,
        caution: Caution = CAUTION,
        transport: Callable[[AddressRules, Caution], httpx.AsyncBaseTransport] = GuardedTransport,
    ) -> None:
        self._key, self._rules, self._caution = key, rules, caution
        self._client = httpx.AsyncClient(
            transport=transport(rules, caution),
            timeout=httpx.Timeout(caution.read_s, connect=caution.connect_s, pool=caution.total_s),
            headers={"accept-encoding": "identity", "user-agent": "charging-finder"},
            follow_redirects=False,
            trust_env=False,
        )

    async def send(self, browser: Browser, content: bytes, *, topic: str, ttl: timedelta) -> Outcome:
        """One try. Raises PushUnavailable where another may succeed."""
        try:
            target = target_of(browser.endpoint, self._rules)
        except BadInput:
            return Outcome.GONE  # the rules are stricter than they were
        host = f"[{target.host}]" if ":" in target.host else target.host
        usual = 443 if target.scheme == "https" else 80
        origin = f"{target.scheme}://{host}{'' if target.port == usual else f':{target.port}'}"
        headers = {
            "authorization": await self._key.authorization(origin),
            "content-encoding": "aes128gcm",
            "content-type": "application/octet-stream",
            "ttl": str(max(0, int(ttl.total_seconds()))),
            "urgency": "high",
            "topic": topic,
        }
        request = self._client.build_request(
            "POST", browser.endpoint, content=sealed(content, browser), headers=headers
        )
        try:
            async with asyncio.timeout(self._caution.total_s):
                answer = await self._client.send(request, stream=True)
                await answer.aclose()  # nothing of its body is of use
        except OperatorLied as inside:
            # A name that leads into a network now; any other fault of its answer may pass.
            if inside.code.startswith("ADDRESS_"):
                return Outcome.GONE
            raise PushUnavailable from inside
        except (TimeoutError, httpx.HTTPError, OperatorError) as failed:
            raise PushUnavailable from failed
        return _judged(answer)

    async def close(self) -> None:
        """Lets go of connections."""
        await self._client.aclose()


def _judged(answer: httpx.Response) -> Outcome:
    status = answer.status_code
    if 200 <= status < 300:
        return Outcome.TAKEN
    if status in _GONE:
        return Outcome.GONE
    if status >= 500 or status in _AGAIN:
        raise PushUnavailable(_wait_s(answer.headers.get("retry-after", ""), datetime.now(UTC)))
    return Outcome.REFUSED


def _wait_s(told: str, now: datetime) -> float:
    """Seconds, or a date of HTTP; what cannot be read says nothing."""
    if told.isascii() and told.isdecimal() and len(told) < 8:
        return float(told)
    try:
        return max(0.0, (email.utils.parsedate_to_datetime(told) - now).total_seconds())
    except (ValueError, TypeError):
        return 0.0


def _decoded(text: str) -> bytes:
    if len(text) > 128 or not _BASE64URL.fullmatch(text):
        return b""
    try:
        return base64.urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))
    except (ValueError, binascii.Error):
        return b""
