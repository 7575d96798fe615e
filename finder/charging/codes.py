"""What a code at a pile names: a national `hlht://` code, a link with such a code or an EVSE id in it, a bare id."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from finder.errors import BadInput

MAX_CODE = 512
_NATIONAL = re.compile(r"hlht://([A-Za-z0-9_-]{1,64})\.([A-Za-z0-9]{9})(?:/|\?|$)", re.IGNORECASE)
# ISO 15118-2's and eMI3's form of an EVSE id: country, operator, 'E', outlet.
_EMI3 = re.compile(r"[A-Z]{2}\*?[A-Z0-9]{3}\*?E[A-Z0-9*]{1,31}", re.IGNORECASE)
_BARE = re.compile(r"[A-Za-z0-9_*.-]{4,64}")
_NAMES = ("hlht", "qr", "qrcode", "evse", "evseid", "evse_id", "connectorid", "connector", "pile", "pilecode", "code")


@dataclass(frozen=True, slots=True)
class Scanned:
    """`ids` that the code may mean, as an operator writes them, the likeliest first; of that operator, where known."""

    ids: Sequence[str]
    operator: str | None = None  # its OperatorID, 9 characters


def read_code(text: str) -> Scanned:
    """Raises BadInput for what is no pile's code."""
    code = text.strip()
    if not 4 <= len(code) <= MAX_CODE or not code.isprintable():
        raise _unreadable()
    if found := _NATIONAL.search(unquote(code)):
        return Scanned([found[1]], found[2].upper())
    if "://" in code:
        return Scanned(_in_link(code))
    if _EMI3.fullmatch(code) or _BARE.fullmatch(code):
        return Scanned(_spellings(code))
    raise _unreadable()


def _in_link(link: str) -> list[str]:
    try:
        parts = urlsplit(link)
        asked = dict(parse_qsl(parts.query, max_num_fields=30))
    except ValueError:
        raise _unreadable() from None
    ids: list[str] = []
    by_name = {name.lower(): value for name, value in asked.items()}
    for name in _NAMES:
        value = by_name.get(name, "")
        if _BARE.fullmatch(value):
            ids += _spellings(value)
    last = unquote(parts.path.rstrip("/").rsplit("/", 1)[-1])
    if _BARE.fullmatch(last):
        ids += _spellings(last)
    if not ids:
        raise _unreadable()
    return list(dict.fromkeys(ids))


def _spellings(code: str) -> list[str]:
    bare = code.replace("*", "")
    return list(dict.fromkeys([code, code.upper(), bare, bare.upper()]))


def _unreadable() -> BadInput:
    return BadInput(
        "无法识别这个二维码：请扫描充电桩上的码，或输入桩上的编号",
        "this code names no pile: scan the one on the pile, or type the number that is written on it",
        code="CODE_UNREADABLE",
    )
