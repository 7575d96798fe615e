"""What went between a connector and its operator, its bodies opened: for judging, recording and replaying."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from time import perf_counter
from typing import Any, Protocol, runtime_checkable

import httpx
import msgspec

from finder.connectors.sdk.ports import PushRequest
from finder.kernel.clock import Clock

MAX_KEPT_BYTES = 16 * 1024 * 1024  # of one answer; the rest is passed on and not looked at
KEPT_HEADERS = frozenset({"content-type", "content-encoding", "link", "retry-after", "x-total-count", "x-limit"})


class Signature(StrEnum):
    """How an answer, or a push, was signed."""

    NONE = "NONE"  # the protocol, or this message, has none
    GOOD = "GOOD"
    OTHER_CASE = "OTHER_CASE"  # right but for the case of its letters
    OTHER_TEXT = "OTHER_TEXT"  # made with the right key over another text than the protocol says
    WRONG = "WRONG"


class PageTold(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an answer says of its place in a list; None where it does not say. `ids` are the records' own."""

    no: int
    asked_size: int | None = None
    count: int | None = None
    items: int | None = None
    items_are: str = "any"  # what `items` counts: "total", "page", or nobody knows
    ids: tuple[str, ...] = ()


class Opened(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A message with its envelope taken off. `asked` and `told` are JSON values, None where there is no body.

    `broken` is the code of what could not be read at all: NOT_UTF8, NOT_JSON, or the protocol's own.
    """

    interface: str
    asked: Any = None
    told: Any = None
    code: int | None = None  # the protocol's return code
    said: str = ""
    signature: Signature = Signature.NONE
    page: PageTold | None = None
    token_s: float | None = None  # how long a token will hold, where this answer gives one
    token_refused: bool = False
    sent_at: datetime | None = None  # of a push: when its sender says that it was sent
    broken: str | None = None


class Exchange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One question and its answer. `path` has no host; `failed` names the error where no answer came."""

    at: datetime
    took_ms: float
    method: str
    path: str
    opened: Opened
    query: tuple[tuple[str, str], ...] = ()
    status: int = 0
    headers: dict[str, str] = {}
    failed: str | None = None


@dataclass(frozen=True, slots=True)
class RawExchange:
    """One question and its answer as bytes."""

    at: datetime
    took_ms: float
    method: str
    url: httpx.URL
    request: bytes
    status: int = 0
    headers: Mapping[str, str] | None = None
    answer: bytes = b""
    failed: str | None = None


class Wire(Protocol):
    """Opens a protocol's messages, and seals them again under the keys that its connector holds."""

    def open(self, raw: RawExchange) -> Opened:
        """Never raises: what cannot be read is `broken`."""

    def seal(self, opened: Opened) -> bytes:
        """The answer's body, with the signature that it had."""

    def open_push(self, push: PushRequest) -> Opened:
        """Never raises."""

    def seal_push(self, opened: Opened, at: datetime) -> PushRequest | None:
        """The push as its operator would send it now; None where this protocol's cannot be made again."""


@runtime_checkable
class Wired(Protocol):
    """A connector whose messages are sealed, and which can open them."""

    @property
    def wire(self) -> Wire:
        """Opens and seals under the connector's own keys."""


class PlainWire:
    """Messages that are JSON, or text, without an envelope.

    `page` tells from a question and its answer's JSON value what the answer says of its place in a list; the rules
    about paging need it.
    """

    def __init__(self, page: Callable[[RawExchange, Any], PageTold | None] = lambda *_: None) -> None:
        self._page = page

    def open(self, raw: RawExchange) -> Opened:
        """See Wire."""
        asked, _ = read_json(raw.request)
        told, broken = read_json(raw.answer)
        page = None
        if raw.status < 300 and broken is None:
            with suppress(LookupError, TypeError, ValueError):  # an answer of another form says nothing of pages
                page = self._page(raw, told)
        broken = broken if raw.status < 300 else None
        return Opened(interface=raw.url.path, asked=asked, told=told, page=page, broken=broken)

    def seal(self, opened: Opened) -> bytes:
        """See Wire."""
        return write_json(opened)

    def open_push(self, push: PushRequest) -> Opened:
        """See Wire."""
        asked, broken = read_json(push.body)
        return Opened(interface=push.path or push.interface, asked=asked, broken=broken)

    def seal_push(self, opened: Opened, at: datetime) -> PushRequest | None:
        """See Wire; a signature in a header cannot be made again here."""
        return None


def wire_of(connector: object) -> Wire:
    """How this connector's messages are opened."""
    return connector.wire if isinstance(connector, Wired) else PlainWire()


def read_json(body: bytes) -> tuple[Any, str | None]:
    """The value, and why there is none: NOT_UTF8 or NOT_JSON."""
    if not body:
        return None, None
    try:
        return json.loads(body.decode("utf-8-sig")), None
    except UnicodeDecodeError:
        return None, "NOT_UTF8"
    except (ValueError, RecursionError):
        return None, "NOT_JSON"


def write_json(opened: Opened) -> bytes:
    """The answer as JSON; a broken one is broken in the same way, without what it held."""
    if opened.broken == "NOT_UTF8":
        return b"\xff\xfe{"
    if opened.broken is not None:
        return b"{"
    return b"" if opened.told is None else json.dumps(opened.told, ensure_ascii=False).encode()


class Watcher(httpx.AsyncBaseTransport):
    """Passes requests on and keeps what came back, byte for byte."""

    def __init__(self, inner: httpx.AsyncBaseTransport, clock: Clock, keep: Callable[[RawExchange], None]) -> None:
        self._inner, self._clock, self._keep = inner, clock, keep

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """See httpx."""
        asked, at, began = await request.aread(), self._clock(), perf_counter()

        def keep(status: int, headers: Mapping[str, str], body: bytes, failed: str | None) -> None:
            took = (perf_counter() - began) * 1000
            self._keep(RawExchange(at, took, request.method, request.url, asked, status, headers, body, failed))

        try:
            answer = await self._inner.handle_async_request(request)
        except BaseException as error:
            keep(0, {}, b"", type(error).__name__)
            raise
        headers = dict(answer.headers)
        stream = _Tee(answer.stream, lambda body, failed: keep(answer.status_code, headers, body, failed))
        return httpx.Response(answer.status_code, headers=answer.headers, stream=stream, extensions=answer.extensions)

    async def aclose(self) -> None:
        """See httpx."""
        await self._inner.aclose()


class ThroughClient(httpx.AsyncBaseTransport):
    """Sends by another client, so that whatever guards that one stays in force."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """See httpx."""
        answer = await self._client.send(request, stream=True)
        return httpx.Response(
            answer.status_code, headers=answer.headers, stream=answer.stream, extensions=answer.extensions
        )

    async def aclose(self) -> None:
        """See httpx."""
        await self._client.aclose()


class _Tee(httpx.AsyncByteStream):
    """Hands a body on, and tells it when it has ended or was let go."""

    def __init__(self, inner: Any, done: Callable[[bytes, str | None], None]) -> None:
        self._inner, self._done = inner, done
        self._body, self._told, self._ended = bytearray(), False, False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._inner:
            if len(self._body) < MAX_KEPT_BYTES:
                self._body += chunk
            yield chunk
        self._ended = True

    async def aclose(self) -> None:
        with suppress(httpx.StreamError):
            await self._inner.aclose()
        if not self._told:
            self._told = True
            self._done(bytes(self._body), None if self._ended else "CUT_OFF")


def opened_exchange(raw: RawExchange, wire: Wire) -> Exchange:
    """The exchange for the eye; headers that carry nothing but form are kept, no others."""
    headers = {name.lower(): value for name, value in (raw.headers or {}).items() if name.lower() in KEPT_HEADERS}
    return Exchange(
        at=raw.at,
        took_ms=round(raw.took_ms, 1),
        method=raw.method,
        path=raw.url.path,
        query=tuple(raw.url.params.multi_items()),
        opened=wire.open(raw),
        status=raw.status,
        headers=headers,
        failed=raw.failed,
    )
