"""Reads single values of a T/CEC 102 record; absent is None, nonsense raises BadInput."""

import math
import re
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NoReturn

from finder.connectors.sdk.ports import Refused
from finder.connectors.tcec102.profile import Profile
from finder.errors import BadInput
from finder.kernel.money import Money

MAX_ID = 64
MAX_TEXT = 1_000
SERIAL_LENGTH = 27
_AMOUNT = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,10})?")
_MAX_AMOUNT = 10**12


def refuse(code: str, zh: str, en: str) -> NoReturn:
    """Raises BadInput: the record cannot be taken."""
    raise BadInput(zh, en, code=code)


def refused(native_id: str, error: BadInput) -> Refused:
    """A record's refusal in the port's form."""
    return Refused(native_id, error.code, error.zh, error.en)


def native_id(raw: object, name: str) -> str:
    """What to call a record that could not be read."""
    value = raw.get(name) if isinstance(raw, dict) else None
    known = str(value)[:64] if isinstance(value, str | int) else ""
    return "".join(c if c.isprintable() else "?" for c in known) or "?"


def identifier(raw: dict[str, Any], name: str) -> str:
    """An id of 1 … 64 printable characters; a whole number from 0 on is taken as its digits."""
    value = raw.get(name)
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**MAX_ID else value
    if not isinstance(text, str) or not 1 <= len(text.strip()) <= MAX_ID or not text.isprintable():
        refuse("BAD_ID", f"{name} 应为 1 至 {MAX_ID} 个字符的编号", f"{name} must be an id of 1 to {MAX_ID} characters")
    return text.strip()


def text(raw: dict[str, Any], name: str, limit: int = MAX_TEXT) -> str | None:
    """A trimmed text, cut at `limit` characters, without control characters; None where empty or not a text."""
    value = raw.get(name)
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
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
        numeric = isinstance(value, int | float | Decimal) or (isinstance(value, str) and _plain(value))
        numeric = numeric and not isinstance(value, bool)
        read = float(value) if numeric else math.nan
    except (ValueError, OverflowError):
        read = math.nan
    if not math.isfinite(read):
        refuse("BAD_NUMBER", f"{name} 的值 {value!r:.40} 不是数", f"{name} is {value!r:.40}, which is no number")
    return read


def _plain(value: str) -> bool:
    """Without what Python reads as digits and nobody else does: those of other scripts, and 1_000."""
    return value.isascii() and "_" not in value


def code(raw: dict[str, Any], name: str) -> int | None:
    """An enumeration's number; None where absent or unreadable, for the caller to call unknown."""
    value = raw.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return None
    if not (_plain(value) if isinstance(value, str) else value == value // 1):
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
    """A price as its decimal text, as short as it can be, so that 0.35 stays 0.35."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return None
    read = f"{value:f}" if isinstance(value, Decimal) else str(value).strip()
    return str(Decimal(read)) if read.replace(".", "", 1).isdigit() and read.isascii() else None


def amount(raw: dict[str, Any], name: str) -> Decimal | None:
    """An exact number or its text, below 10^12 either way; None where absent or empty."""
    value = raw.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, str) and _AMOUNT.fullmatch(value.strip()):
        value = Decimal(value.strip())
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not -_MAX_AMOUNT < value < _MAX_AMOUNT:
        refuse("BAD_NUMBER", f"{name} 的值 {value!r:.40} 不是数", f"{name} is {value!r:.40}, which is no number")
    return Decimal(value)


def money(raw: dict[str, Any], name: str) -> Money | None:
    """Yuan to the fen, neither more nor less; None where absent. Raises BadInput for a fraction of a fen."""
    yuan = amount(raw, name)
    if yuan is None:
        return None
    if (yuan * 100) % 1:
        refuse("FRACTION_OF_FEN", f"{name} 的值 {yuan} 元不足一分", f"{name} is {yuan} yuan, which ends within a fen")
    return Money(int(yuan * 100))


def money_told(raw: dict[str, Any], name: str) -> Money | None:
    """The same where parts of a fen may be told: then to the nearest fen, half up. For the eye, not for a bill."""
    yuan = amount(raw, name)
    return None if yuan is None else Money(int((yuan * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP)))


def moment(raw: dict[str, Any], name: str, profile: Profile) -> datetime | None:
    """A time in the platform's own zone, as UTC; None where absent."""
    told = text(raw, name, 40)
    if told is None:
        return None
    try:
        return datetime.strptime(told, profile.time_format).replace(tzinfo=profile.tz).astimezone(UTC)
    except (ValueError, OverflowError):
        refuse("BAD_TIME", f"{name} 的值 {told!r} 不是时间", f"{name} is {told!r}, which is no time of this form")


def wire_time(when: datetime, profile: Profile) -> str:
    """The inverse of `moment`."""
    return when.astimezone(profile.tz).strftime(profile.time_format)


def yuan(amount: Money) -> Decimal:
    """The inverse of `money`, with two decimals."""
    return Decimal(amount.fen).scaleb(-2)


def serial(raw: dict[str, Any], name: str) -> str:
    """A number of 27 characters: the OperatorID of whoever gave it, and 18 more."""
    value = raw.get(name)
    if not isinstance(value, str) or len(value) != SERIAL_LENGTH or not (value.isascii() and value.isalnum()):
        refuse(
            "SERIAL_FORM",
            f"{name} 应为 {SERIAL_LENGTH} 位字母和数字（OperatorID 加 18 位）",
            f"{name} must have {SERIAL_LENGTH} letters and digits: an OperatorID and 18 more",
        )
    return value
