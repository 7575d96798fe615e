"""Reads single values of a T/CEC 102 record; absent is None, nonsense raises BadInput."""

import math
from decimal import Decimal
from typing import Any, NoReturn

from finder.errors import BadInput

MAX_ID = 64
MAX_TEXT = 1_000


def refuse(code: str, zh: str, en: str) -> NoReturn:
    """Raises BadInput: the record cannot be taken."""
    raise BadInput(zh, en, code=code)


def identifier(raw: dict[str, Any], name: str) -> str:
    """An id of 1 … 64 printable characters; numbers are taken as their digits."""
    value = raw.get(name)
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not 1 <= len(text.strip()) <= MAX_ID or not text.isprintable():
        refuse("BAD_ID", f"{name} 应为 1 至 {MAX_ID} 个字符的编号", f"{name} must be an id of 1 to {MAX_ID} characters")
    return text.strip()


def text(raw: dict[str, Any], name: str, limit: int = MAX_TEXT) -> str | None:
    """A trimmed text, cut at `limit` characters, without control characters; None where empty or not a text."""
    value = raw.get(name)
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return None
    kept = "".join(c if c.isprintable() else " " for c in value).strip()
    return kept[:limit] or None


def number(raw: dict[str, Any], name: str) -> float | None:
    """A finite number or its text; None where absent or empty."""
    value = raw.get(name)
    if value is None or value == "":
        return None
    try:
        read = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else math.nan
    except (ValueError, OverflowError):
        read = math.nan
    if not math.isfinite(read):
        refuse("BAD_NUMBER", f"{name} 的值 {value!r:.40} 不是数", f"{name} is {value!r:.40}, which is no number")
    return read


def code(raw: dict[str, Any], name: str) -> int | None:
    """An enumeration's number; None where absent or unreadable, for the caller to call unknown."""
    value = raw.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, float) and not value.is_integer():
        return None
    try:
        return int(value)
    except (ValueError, OverflowError):
        return None


def records(raw: dict[str, Any], name: str) -> list[Any]:
    """A list, where one object alone stands for a list of it."""
    value = raw.get(name)
    if isinstance(value, dict):
        return [value]
    return value if isinstance(value, list) else []


def decimal_text(value: object) -> str | None:
    """A price as its decimal text: floats by their shortest form, so that 0.35 stays 0.35."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    read = str(value).strip()
    return str(Decimal(read)) if read.replace(".", "", 1).isdigit() and read.isascii() else None
