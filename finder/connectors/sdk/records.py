"""Records read into typed forms, one by one: what cannot be taken is named, and the rest goes on."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import msgspec

from finder.connectors.sdk.ports import Refused
from finder.errors import BadInput
from finder.stations.model import SourceId, Station

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
    """What `take` makes of each record, and those at which it raised BadInput, or stumbled over a value."""
    taken: list[T] = []
    refused: list[Refused] = []
    for raw in raws:
        try:
            taken.append(take(raw))
        except BadInput as bad:
            refused.append(Refused(_id_of(raw, id_field), bad.code, bad.zh, bad.en))
        except (ValueError, LookupError, ArithmeticError) as bad:  # a number in words, a code that is not in the table
            zh, en = f"记录无法采用（{type(bad).__name__}）", f"the record cannot be taken ({type(bad).__name__})"
            refused.append(Refused(_id_of(raw, id_field), "RECORD_UNREADABLE", zh, en))
    return taken, refused


def _id_of(raw: msgspec.Raw, field: str) -> str:
    try:
        record = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return "?"
    value = record.get(field) if isinstance(record, dict) else None
    return str(value)[:100] if isinstance(value, str | int) else "?"


def batches(stations: Iterable[Station], source: SourceId, size: int) -> Iterator[list[str]]:
    """This source's own ids of those of these stations that it knows, at most `size` at a time."""
    ids = [each.native_id for station in stations for each in station.provenance if each.source == source]
    for start in range(0, len(ids), size):
        yield ids[start : start + size]
