"""The Authorization header: how a credentials token is written, and every way in which it is read."""

import base64
import binascii
import hmac
import secrets
from collections.abc import Iterable
from typing import Literal

MAX_TOKEN = 64  # characters, OCPI's Credentials object
_MAX_HEADER = 512


def new_token() -> str:
    """A token of 43 characters that nobody can guess."""
    return secrets.token_urlsafe(32)


def usable(token: object) -> bool:
    """Whether another platform's token can be put into a header; up to four times as long as OCPI allows."""
    return isinstance(token, str) and 1 <= len(token) <= 4 * MAX_TOKEN and token.isascii() and not _spaced(token)


def _spaced(token: str) -> bool:
    return any(not "!" <= c <= "~" for c in token)


def write_header(token: str, form: Literal["base64", "raw"]) -> str:
    """As sent: OCPI 2.2-d2 and later want base64; many of their peers want it raw."""
    return f"Token {base64.b64encode(token.encode()).decode() if form == 'base64' else token}"


def read_header(header: str | None) -> tuple[str, ...]:
    """What the token may be: as it stands, decoded once, decoded twice; each without spaces or line feeds around.

    The specification's own example decodes to a token with a line feed.
    """
    scheme, _, value = (header or "").strip().partition(" ")
    if scheme.lower() != "token" or not value.strip() or len(value) > _MAX_HEADER:
        return ()
    found = [value.strip()]
    for _ in range(2):
        decoded = _decoded(found[-1])
        if decoded is None:
            break
        found.append(decoded)
    return tuple(found)


def holds(candidates: Iterable[str], token: str) -> bool:
    """Whether one of them is the token, in constant time each."""
    results = [hmac.compare_digest(each.encode(), token.encode()) for each in candidates]
    return any(results)


def _decoded(value: str) -> str | None:
    try:
        raw = base64.b64decode(value + "=" * (-len(value) % 4), validate=True).decode().strip()
    except (ValueError, binascii.Error):
        return None
    return raw or None
