"""Cursors: opaque to the client, bound to the query that made them."""

import base64
import binascii
import hashlib
from typing import TypeVar

import msgspec

from finder.errors import BadCursor

T = TypeVar("T")
MAX_CURSOR = 512
_ENCODER = msgspec.json.Encoder()
_URL_SAFE = bytes.maketrans(b"+/", b"-_")


def fingerprint(*parts: object) -> str:
    """A short mark of a query; two queries with other arguments have other marks."""
    return hashlib.blake2s(msgspec.json.encode(parts, order="deterministic"), digest_size=6).hexdigest()


def encode_cursor(mark: str, position: object) -> str:
    """A cursor after `position` (any JSON value) in the query with that mark."""
    # The plain call: urlsafe_b64encode copies twice more, and a page makes one for each of its stations.
    plain = binascii.b2a_base64(_ENCODER.encode((mark, position)), newline=False)
    return plain.translate(_URL_SAFE, b"=").decode()


def decode_cursor(cursor: str, mark: str, kind: type[T]) -> T:
    """The position of a cursor of this query. Raises BadCursor."""
    try:
        if len(cursor) > MAX_CURSOR:
            raise ValueError("too long")
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        theirs, rest = msgspec.json.decode(raw, type=tuple[str, msgspec.Raw])
        position = msgspec.json.decode(rest, type=kind)
    except (ValueError, binascii.Error, msgspec.MsgspecError) as bad:
        raise BadCursor("游标已损坏，请从第一页重新查询", "the cursor is damaged: start again without 'after'") from bad
    if theirs != mark:
        raise BadCursor(
            "游标来自另一次查询，请从第一页重新查询", "the cursor is from another query: start again without 'after'"
        )
    return position
