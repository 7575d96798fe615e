"""The access tokens that we give to operators: signed, so that any process can check them and a restart loses none."""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from finder.connectors.tcec102.wire import Credentials

LIFETIME = timedelta(hours=2)
_NONCE, _WHEN, _MAC = 8, 8, 32


def issue_token(peer_id: str, keys: Credentials, now: datetime) -> str:
    """A token for this operator, valid for LIFETIME."""
    head = int((now + LIFETIME).timestamp()).to_bytes(_WHEN) + secrets.token_bytes(_NONCE)
    return base64.urlsafe_b64encode(head + _mac(head, peer_id, keys)).decode()


def token_holds(token: str, peer_id: str, keys: Credentials, now: datetime) -> bool:
    """Whether we gave this token to this operator and it has not ended."""
    try:
        raw = base64.b64decode(token, altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return False
    head, mac = raw[: _WHEN + _NONCE], raw[_WHEN + _NONCE :]
    if len(raw) != _WHEN + _NONCE + _MAC or not hmac.compare_digest(mac, _mac(head, peer_id, keys)):
        return False
    return now.timestamp() < int.from_bytes(head[:_WHEN])


class Tokens:
    """What we gave to one peer. A token holds under whichever of its keys it was given."""

    def __init__(self, peer_id: str, keys: Sequence[Credentials]) -> None:
        self._peer_id, self._keys = peer_id, keys

    def issue(self, keys: Credentials, now: datetime) -> tuple[str, int]:
        """A new token, and for how many seconds it holds."""
        return issue_token(self._peer_id, keys, now), int(LIFETIME.total_seconds())

    def hold(self, token: str, now: datetime) -> bool:
        """Whether we gave it and it has not ended."""
        return any(token_holds(token, self._peer_id, keys, now) for keys in self._keys)


def _mac(head: bytes, peer_id: str, keys: Credentials) -> bytes:
    key = f"access token\0{keys.operator_secret}\0{keys.sig_secret}".encode()
    return hmac.new(key, head + peer_id.encode(), hashlib.sha256).digest()
