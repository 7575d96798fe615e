"""Reads single values of an OCPI object; absent is None, nonsense raises BadInput where it matters."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NoReturn, TypeAlias

import msgspec

from finder.errors import BadInput

Object: TypeAlias = Mapping[str, Any]

MAX_ID = 64  # OCPI says 36, and 39 for credit CDRs; real ones are longer
_MAX_DIGITS = 20  # so that no sum of a few loses one in 28 digits
_NOT_AVAILABLE = "#NA"

_DECODER = msgspec.json.Decoder(float_hook=Decimal)
_ENCODER = msgspec.json.Encoder(decimal_format="number")


def refuse(code: str, zh: str, en: str) -> NoReturn:
    """Raises BadInput: the object cannot be taken."""
    raise BadInput(zh, en, code=code)


def parse(body: bytes) -> Any:
    """JSON with every fraction as a Decimal. Raises BadInput (NOT_JSON)."""
    try:
        return _DECODER.decode(body)
    except (msgspec.MsgspecError, ValueError, ArithmeticError, RecursionError):
        refuse("NOT_JSON", "报文不是有效的 JSON（UTF-8）", "the message is not valid JSON in UTF-8")


def write(value: object) -> bytes:
    """The inverse; every Decimal as a number."""
    return _ENCODER.encode(value)


def mapping(value: object, what: str) -> dict[str, Any]:
    """A JSON object. Raises BadInput."""
    if not isinstance(value, dict):
        refuse("NOT_AN_OBJECT", f"{what} 应为 JSON 对象", f"{what} must be a JSON object")
    return value


def identifier(raw: Object, name: str) -> str:
    """A CiString of 1 … 64 printable characters as it was told; numbers are taken as their digits. Raises BadInput."""
    value = raw.get(name)
    text_ = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text_, str) or not 1 <= len(text_.strip()) <= MAX_ID or not text_.isprintable():
        refuse("BAD_ID", f"{name} 应为 1 至 {MAX_ID} 个字符的编号", f"{name} must be an id of 1 to {MAX_ID} characters")
    return text_.strip()


def reference(raw: Object, name: str) -> str | None:
    """An id that may be absent or '#NA'."""
    value = raw.get(name)
    if value is None or value == "" or value == _NOT_AVAILABLE:
        return None
    return identifier(raw, name)


def text(value: object, limit: int = 500) -> str | None:
    """A trimmed text, cut at `limit` characters, without control characters; None where empty or not a text."""
    if not isinstance(value, str):
        return None
    kept = "".join(c if c.isprintable() else " " for c in value).strip()
    return kept[:limit].strip() or None


def decimal(value: object) -> Decimal | None:
    """A number, or its text as some send it; None where absent, not a number, or of absurd size."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | float | str):
        return None
    try:
        read = Decimal(str(value)) if isinstance(value, float | str) else Decimal(value)
    except (ArithmeticError, ValueError):
        return None
    if not read.is_finite() or abs(read.adjusted()) > _MAX_DIGITS or len(read.as_tuple().digits) > _MAX_DIGITS:
        return None
    return read


def number(value: object) -> float | None:
    """A number for what is no money; 0 is how many say that they do not know."""
    read = decimal(value)
    return float(read) or None if read is not None else None


def moment(value: object) -> datetime | None:
    """A time in UTC, with or without Z and fractions; None where it is no time or before 1971.

    OCPI 2.2.1 and 2.3.0 say UTC; an offset that is told all the same is believed.
    """
    if not isinstance(value, str) or not 10 <= len(value) <= 40:
        return None
    try:
        read = datetime.fromisoformat(value.strip().replace("z", "Z"))
        told = read.replace(tzinfo=read.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return told if told.year >= 1971 else None


def objects(raw: Object, name: str) -> list[dict[str, Any]]:
    """The objects of a list; what is none is left out."""
    value = raw.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def words(raw: Object, name: str) -> list[str]:
    """The texts of a list, or the one text that stands for it."""
    value = raw.get(name)
    if isinstance(value, str):
        value = [value]
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def nested(raw: Object, name: str) -> Object:
    """An object within; an empty one where it is absent or none."""
    value = raw.get(name)
    return value if isinstance(value, dict) else {}


def enumeration(value: object) -> str:
    """An enumeration's value in upper case; empty where it is none."""
    return value.strip().upper() if isinstance(value, str) else ""


def display_text(raw: Object, name: str, limit: int = 500) -> str | None:
    """The words of a DisplayText or of a list of them: Chinese before English before any other."""
    value = raw.get(name)
    texts = [value] if isinstance(value, dict) else objects(raw, name)
    said = {enumeration(t.get("language"))[:2]: kept for t in texts if (kept := text(t.get("text"), limit))}
    return said.get("ZH") or said.get("EN") or next(iter(said.values()), None)


def native_id(raw: object, name: str = "id") -> str:
    """What to call an object that could not be read."""
    value = raw.get(name) if isinstance(raw, dict) else None
    known = str(value)[:MAX_ID] if isinstance(value, str | int) else ""
    return "".join(c if c.isprintable() else "?" for c in known) or "?"
