"""Structured logs, redacted: no secret, phone, plate, VIN or precise position reaches a line."""

import errno
import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from starlette.requests import ClientDisconnect

_SECRET_KEYS = re.compile(
    r"secret|token|password|authorization|cookie|api_?key|sig(nature)?$|^vin$|plate|phone|^lat$|^lon$|centre|position",
    re.IGNORECASE,
)
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PATTERNS = (
    (re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)"), "[phone]"),
    (re.compile(rf"[{_PROVINCES}][A-HJ-NP-Z][A-HJ-NP-Z0-9]{{5,6}}"), "[plate]"),
    (re.compile(r"\b(?=[A-HJ-NPR-Z0-9]*\d)(?=[A-HJ-NPR-Z0-9]*[A-HJ-NPR-Z])[A-HJ-NPR-Z0-9]{17}\b"), "[vin]"),
    (re.compile(r"(?i)\b(bearer|token|basic)\s+[\w\-.~+/=]{8,}"), r"\1 [secret]"),
    (re.compile(r"\bfndr_[\w\-]{20,}"), "[secret]"),
    (re.compile(r"(?i)([?&](?:key|token|access_token|tk|sig)=)[^&\s]+"), r"\1[secret]"),
    (re.compile(r"(?<=://)[^/@\s:]*:[^/@\s]+(?=@)"), "[secret]"),
)


def clean(value: Any) -> Any:
    """The value with whatever looks like a secret or a person taken out; walks dicts and lists."""
    if isinstance(value, str):
        for pattern, instead in _PATTERNS:
            value = pattern.sub(instead, value)
        return value
    if isinstance(value, dict):
        return {k: "[redacted]" if _SECRET_KEYS.search(str(k)) else clean(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [clean(v) for v in value]
    if isinstance(value, BaseException):
        return clean(f"{type(value).__name__}: {value}")
    return value


def redact(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor; runs last before rendering, so that a traceback's text passes it too."""
    event.pop("color_message", None)  # uvicorn's second copy of each line
    return {k: "[redacted]" if _SECRET_KEYS.search(k) else clean(v) for k, v in event.items()}


def set_up_logs(level: str = "INFO", *, json: bool = False) -> None:
    """Sends this project's and every library's lines through one redacting pipeline to standard error."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, redact, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for noisy in (
        "httpx",
        "httpcore",
        "uvicorn.access",
        "elastic_transport",
        "alembic",
        "authlib",
    ):  # the last tells tokens
        logging.getLogger(noisy).setLevel(logging.WARNING)
    logging.getLogger("uvicorn.error").filters[:] = [_not_each_socket, _peers_fault_is_one_line]
    logging.getLogger("asyncio").filters[:] = [_peers_fault_is_one_line]
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers[:] = []
        logging.getLogger(name).propagate = True
    logging.getLogger("uvicorn.error").setLevel(logging.NOTSET)  # the level is that of all


_GONE_ERRNO = {errno.ETIMEDOUT, errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ENETDOWN, errno.EPIPE}
_PEERS_FAULTS = ("opening handshake failed", "parser failed", "Invalid UTF-8")  # what a client sent, not our code


def _peers_fault_is_one_line(record: logging.LogRecord) -> bool:
    """That the other end dropped the connection, or spoke nonsense, is no fault of ours that needs a traceback."""
    error = record.exc_info[1] if record.exc_info else None
    if error is None:
        return True
    said = record.getMessage()
    if said.startswith("Exception in ASGI") and not isinstance(error, ClientDisconnect):
        return True  # a fault of ours, even where it is that somebody else could not be reached
    gone = isinstance(error, ConnectionError | ClientDisconnect) or getattr(error, "errno", None) in _GONE_ERRNO
    from_transport = record.name != "asyncio" or "transport" in said
    if gone and from_transport:
        record.msg = "connection_dropped"
    elif said.startswith(_PEERS_FAULTS):
        record.msg = "connection_misused"
    else:
        return True
    record.args, record.exc_info, record.exc_text = None, None, None
    record.levelno, record.levelname = logging.INFO, "INFO"
    return True


def _not_each_socket(record: logging.LogRecord) -> bool:
    """Every phone that follows the map opens a socket, which is no news; a request's line is not logged either."""
    said = record.getMessage()
    return record.levelno > logging.INFO or not (said.startswith("connection ") or '"WebSocket ' in said)
