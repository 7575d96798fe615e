"""HTTP requests read by GraphQL over HTTP: what is asked, in which form and language the answer goes back."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import parse_qs

import orjson
from starlette.types import Receive

from finder.errors import BadInput, FinderError, TooLarge
from finder.graphql.execution import Asked, as_asked
from finder.graphql.trouble import language_of

MAX_BODY = 200_000  # bytes; a route of 5,000 points takes 125,000
JSON, GRAPHQL_JSON, EVENTS = "application/json", "application/graphql-response+json", "text/event-stream"


class HttpError(FinderError):
    """A request that is refused with a status of HTTP's own."""

    def __init__(self, status: int, code: str, zh: str, en: str) -> None:
        super().__init__(zh, en, code=code)
        self.status = status


class Gone(Exception):
    """The client went away in the middle of its request."""


class Head(NamedTuple):
    """The headers that matter, as text."""

    accept: str | None
    language: str
    content_type: str | None
    content_encoding: str | None
    content_length: str | None


def read_head(headers: Iterable[tuple[bytes, bytes]]) -> Head:
    """Reads ASGI's headers; their names are in lower case."""
    named = {name: value.decode("latin-1") for name, value in headers if name in _NAMES}
    accept, language, *content = map(named.get, _NAMES)
    return Head(accept, _language(language), *content)


_NAMES = (b"accept", b"accept-language", b"content-type", b"content-encoding", b"content-length")
_language = lru_cache(maxsize=256)(language_of)


@lru_cache(maxsize=256)
def answer_type(accept: str | None) -> str | None:
    """The best of our three media types for an Accept header; JSON where all is welcome, None where none of them is."""
    if not accept:
        return JSON
    best, chosen = 0.0, None
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if name in ("*/*", "application/*"):
            name = JSON
        quality = next((_quality(p[2:]) for p in parameters if p.startswith("q=")), 1.0)
        if name in (JSON, GRAPHQL_JSON, EVENTS) and quality > best:
            best, chosen = quality, name
    return chosen


def _quality(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


@lru_cache(maxsize=256)
def _is_json(content_type: str | None) -> bool:
    name, *parameters = (piece.strip().lower() for piece in (content_type or "").split(";"))
    charset = next((p[8:].strip('"') for p in parameters if p.startswith("charset=")), "utf-8")
    return name == JSON and charset in ("utf-8", "utf8")


def _too_large() -> TooLarge:
    return TooLarge(
        f"请求正文最多 {MAX_BODY} 字节", f"a request's body may be at most {MAX_BODY} bytes", code="BODY_TOO_LARGE"
    )


async def asked_by_post(head: Head, receive: Receive) -> Asked:
    """The parameters in a JSON body. Raises HttpError, TooLarge, BadInput, Gone.

    Only application/json is taken, which no page of another origin can send without asking first.
    """
    if not _is_json(head.content_type) or (head.content_encoding or "identity").strip().lower() != "identity":
        raise HttpError(
            415,
            "CONTENT_TYPE",
            "请以 Content-Type: application/json（UTF-8，不压缩）发送请求",
            "send Content-Type: application/json, in UTF-8 and not compressed",
        )
    if head.content_length is not None and head.content_length.isdecimal() and int(head.content_length) > MAX_BODY:
        raise _too_large()
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            raise _too_large()
        if not message.get("more_body", False):
            return as_asked(_decoded(body, "正文", "the body"))


def asked_by_get(query_string: bytes) -> Asked:
    """The parameters in a URL. Raises BadInput."""
    try:
        given = parse_qs(query_string.decode("ascii"), max_num_fields=20, errors="strict")
    except ValueError as bad:
        raise BadInput("网址参数无法读取", "the URL's parameters cannot be read", code="BAD_REQUEST") from bad
    parameters: dict[str, Any] = {name: values[0] for name, values in given.items()}
    for name in ("variables", "extensions"):
        if name in parameters:
            parameters[name] = _decoded(parameters[name].encode(), name, name)
    return as_asked(parameters)


def _decoded(raw: bytes, zh: str, en: str) -> Any:
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as bad:  # bad UTF-8 and endless nesting too
        raise BadInput(f"{zh}不是有效的 JSON", f"{en} is not valid JSON", code="BAD_JSON") from bad
