"""JSON over HTTP to somebody who knows our key and whose key we know: both sides sign, by Ed25519.

A request's signature covers METHOD, PATH, TIMESTAMP, NONCE and SHA256(body) in hex, each with a line feed; an answer's
STATUS, TIMESTAMP, NONCE and SHA256(body), with the request's own nonce: no other answer can stand for it. Headers:
`finder-timestamp` (seconds since 1970), `finder-nonce`, `finder-signature` (base64). Fresh for five minutes.
"""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from finder.connectors.sdk.http import Caution, operator_client
from finder.errors import ChannelLied, ChannelRefused
from finder.kernel.clock import Clock
from finder.money.channels.http import CAUTION, send

FRESH_S = 300
TIMESTAMP, NONCE, SIGNATURE = "finder-timestamp", "finder-nonce", "finder-signature"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Peer:
    """Somebody at an address, and both keys."""

    name: str
    url: str
    ours: Ed25519PrivateKey = field(repr=False)
    theirs: Ed25519PublicKey = field(repr=False)


def read_peer(name: str, url: str, key: str, secret: str) -> Peer:
    """A peer from a file's words: its public key and our private one are base64 of 32 bytes. Raises ValueError."""
    if not url.startswith("https://"):
        raise ValueError(f"{name}: https:// only")
    try:
        ours = Ed25519PrivateKey.from_private_bytes(base64.b64decode(secret, validate=True))
        theirs = Ed25519PublicKey.from_public_bytes(base64.b64decode(key, validate=True))
    except ValueError:
        raise ValueError(f"{name}: a key is not base64 of 32 bytes") from None
    return Peer(name, url, ours, theirs)


def secret_name(kind: str, name: str) -> str:
    """The variable that holds our private key for a peer."""
    return f"FINDER_{kind}_{name.upper().replace('-', '_')}_KEY"


class Refusal(msgspec.Struct, frozen=True):
    """Why somebody says no."""

    code: str = "REFUSED"
    message: str = ""


def signed_text(first: str, path: str, timestamp: str, nonce: str, body: bytes) -> bytes:
    """What a signature covers; `path` is empty for an answer, and `first` its status."""
    parts = [first, *([path] if path else []), timestamp, nonce, hashlib.sha256(body).hexdigest()]
    return "".join(f"{part}\n" for part in parts).encode()


def sign(key: Ed25519PrivateKey, text: bytes) -> str:
    """A signature in base64."""
    return base64.b64encode(key.sign(text)).decode()


def holds(key: Ed25519PublicKey, text: bytes, signature: str) -> bool:
    """Whether the signature is that key's of this text."""
    try:
        key.verify(base64.b64decode(signature, validate=True), text)
    except (InvalidSignature, ValueError):
        return False
    return True


class SignedPeer:
    """Asks a peer. Nothing is repeated here: whoever asked repeats it with the same bytes.

    Raises ChannelUnavailable where the effect may have happened, ChannelRefused where the peer's signature says that
    it did not, ChannelLied where the answer cannot be believed.
    """

    def __init__(self, peer: Peer, clock: Clock, caution: Caution = CAUTION) -> None:
        self._peer, self._clock, self._caution = peer, clock, caution
        self._client = operator_client("", caution)
        self._path = urlsplit(peer.url).path.rstrip("/")

    async def post(self, path: str, body: bytes, kind: type[T]) -> T:
        """What was answered to a POST."""
        peer, now, nonce = self._peer, str(int(self._clock().timestamp())), secrets.token_urlsafe(16)
        headers = {
            "content-type": "application/json",
            TIMESTAMP: now,
            NONCE: nonce,
            SIGNATURE: sign(peer.ours, signed_text("POST", self._path + path, now, nonce, body)),
        }
        request = self._client.build_request("POST", peer.url.rstrip("/") + path, content=body, headers=headers)
        answer = await send(self._client, request, peer.name, self._caution)
        self._check(answer.status, answer.headers, answer.body, nonce)
        try:
            if answer.status >= 400:
                no = msgspec.json.decode(answer.body, type=Refusal)
                raise ChannelRefused(
                    f"{peer.name}拒绝了请求：{no.code[:40]}", f"{peer.name} refused: {no.code[:40]}", code=no.code[:40]
                )
            return msgspec.json.decode(answer.body, type=kind)
        except msgspec.MsgspecError:
            raise self.lied("FORM", "应答格式有误", "its answer cannot be read") from None

    def lied(self, code: str, zh: str, en: str) -> ChannelLied:
        """The error for an answer that is not believed."""
        return ChannelLied(f"{self._peer.name}：{zh}", f"{self._peer.name}: {en}", code=code)

    async def close(self) -> None:
        """Lets go of connections."""
        await self._client.aclose()

    def _check(self, status: int, headers: Mapping[str, str], body: bytes, nonce: str) -> None:
        then = headers.get(TIMESTAMP, "")
        text = signed_text(str(status), "", then, nonce, body)
        if headers.get(NONCE) != nonce or not holds(self._peer.theirs, text, headers.get(SIGNATURE, "")):
            raise self.lied("SIGNATURE", f"应答（HTTP {status}）签名无效", f"the signature of HTTP {status} is wrong")
        if not then.isdecimal() or abs(self._clock().timestamp() - int(then)) > FRESH_S:
            raise self.lied("STALE", "应答不在五分钟之内", "its answer is not of the last five minutes")


def told(body: Any) -> bytes:
    """As it is sent: the same content is the same bytes."""
    return msgspec.json.encode(body, order="sorted")
