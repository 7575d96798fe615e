"""OCPI's response: data, status_code, status_message, timestamp; and what the codes mean."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from finder.connectors.ocpi.values import parse, write
from finder.errors import BadInput, FinderError, OperatorLied, OperatorRefused, OperatorUnavailable

OK: Final = 1000
CLIENT: Final = 2000
PARAMETERS: Final = 2001
NOT_ENOUGH: Final = 2002
UNKNOWN_LOCATION: Final = 2003
UNKNOWN_TOKEN: Final = 2004
SERVER: Final = 3000
CANNOT_USE_API: Final = 3001
VERSION: Final = 3002
ENDPOINTS: Final = 3003
_MAX_SAID = 200


class Answered(FinderError):
    """What we answer instead of success: an HTTP status and a code of OCPI."""

    default_code = "OCPI_REFUSED"

    def __init__(self, http_status: int, status: int, zh: str, en: str) -> None:
        super().__init__(zh, en)
        self.answer_status, self.status = http_status, status


@dataclass(frozen=True, slots=True)
class Envelope:
    """An answer of another platform."""

    status: int
    message: str
    data: Any
    headers: Mapping[str, str] = field(default_factory=dict)


def written(at: datetime) -> str:
    """A time as OCPI has it: UTC, with Z, at most 25 characters."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def envelope(status: int, at: datetime, data: object = None, message: str = "") -> bytes:
    """As sent. `data` is left out where there is none."""
    body: dict[str, object] = {"status_code": status, "timestamp": written(at)}
    if data is not None:
        body["data"] = data
    if message:
        body["status_message"] = message[:255]
    return write(body)


def read_envelope(body: bytes, name: str, headers: Mapping[str, str]) -> Envelope:
    """Another platform's answer, whatever its code. Raises OperatorLied where it is none."""
    try:
        raw = parse(body)
    except BadInput as bad:
        raise OperatorLied(
            f"{name}的应答不是有效的 JSON", f"{name}'s answer is not valid JSON", code="NOT_JSON"
        ) from bad
    status = raw.get("status_code") if isinstance(raw, dict) else None
    if not isinstance(status, int) or isinstance(status, bool):
        raise OperatorLied(
            f"{name}的应答缺少 status_code，不是 OCPI 应答",
            f"{name}'s answer has no status_code: it is no OCPI answer",
            code="ENVELOPE",
        )
    said = raw.get("status_message")
    return Envelope(status, said[:_MAX_SAID] if isinstance(said, str) else "", raw.get("data"), headers)


def judge(answer: Envelope, name: str) -> Envelope:
    """The answer where it says success. Raises OperatorRefused (2xxx), OperatorUnavailable (3xxx) or OperatorLied."""
    said = "".join(c if c.isprintable() else " " for c in answer.message)
    if 1000 <= answer.status < 2000:
        return answer
    zh, en = f"{name}：OCPI {answer.status} {said}", f"{name}: OCPI {answer.status} {said}"
    if 2000 <= answer.status < 3000:
        raise OperatorRefused(zh, en, code=f"OCPI_{answer.status}")
    if 3000 <= answer.status < 5000:
        raise OperatorUnavailable(zh, en, code=f"OCPI_{answer.status}")
    raise OperatorLied(zh, en, code="ENVELOPE")
