"""Records read into typed forms, one by one: what cannot be taken is named, and the rest goes on."""

from collections.abc import Callable, Iterable
from typing import TypeVar

import msgspec

from finder.connectors.sdk.ports import Refused
from finder.errors import BadInput

T = TypeVar("T")


def read(raw: msgspec.Raw, form: type[T]) -> T:
    """One record of an answer. Raises BadInput, which names the field."""
    try:
        return msgspec.json.decode(raw, type=form)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as bad:
        raise BadInput(f"记录无法读取：{bad}", f"the record cannot be read: {bad}", code="RECORD_UNREADABLE") from bad


def sift(
    raws: Iterable[msgspec.Raw], take: Callable[[msgspec.Raw], T], id_field: str = "id"
) -> tuple[list[T], list[Refused]]:
    """What `take` makes of each record, and those at which it raised BadInput."""
    taken: list[T] = []
    refused: list[Refused] = []
    for raw in raws:
        try:
            taken.append(take(raw))
        except BadInput as bad:
            refused.append(Refused(_id_of(raw, id_field), bad.code, bad.zh, bad.en))
    return taken, refused


def _id_of(raw: msgspec.Raw, field: str) -> str:
    try:
        record = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return "?"
    value = record.get(field) if isinstance(record, dict) else None
    return str(value)[:100] if isinstance(value, str | int) else "?"
