"""Crawls a paged list: an overlap of one, every object once, and an end to lists that have none."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

import structlog

from finder.connectors.ocpi.client import list_of
from finder.connectors.ocpi.config import OcpiConfig, origin_of
from finder.connectors.ocpi.envelope import Envelope
from finder.errors import OperatorLied

MAX_PAGE = 5_000  # objects of one page
_STEPS_BACK = 10
_LINK = re.compile(r'<([^>]*)>((?:\s*;\s*[a-zA-Z*]+=(?:"[^"]*"|[^",;\s]*))*)')
log = structlog.get_logger(__name__)

Get = Callable[[str, Mapping[str, str] | None], Awaitable[Envelope]]


@dataclass(slots=True)
class _Crawl:
    """How far a crawl is."""

    seen: set[Hashable] = field(default_factory=set)
    urls: set[str] = field(default_factory=set)
    last: Hashable = None  # the last object of the page before
    offset: int = 0  # of the page that is asked for
    objects: int = 0
    pages: int = 0
    steps_back: int = 0
    stepped: bool = False  # back, since the last page


async def crawl(
    get: Get, url: str, query: Mapping[str, str], config: OcpiConfig, mark: Callable[[object], Hashable]
) -> AsyncIterator[list[Any]]:
    """Pages of objects that were not seen before in this crawl; `mark` is what makes an object the same one.

    Pages shift while one reads: each is asked for from one object earlier, and where that object is not the one that
    ended the page before, a page is read again. Raises OperatorLied for pages that repeat, a Link that leads
    elsewhere, in a circle or to nothing, and a list without end; and what `get` raises.
    """
    state = _Crawl()
    limit = config.page_limit
    next_url: str | None = url
    asked: dict[str, str] | None = {**query, "offset": "0", "limit": str(limit)}
    while next_url is not None:
        answer = await get(next_url, asked)
        page = list_of(answer.data)
        if page is None or len(page) > MAX_PAGE:
            raise _lied(config, "PAGE_FORM", "应答不是列表，或一页过长", "an answer is no list, or too long")
        state.pages += 1
        total, step = _whole(answer.headers.get("x-total-count")), len(page)
        marks = [mark(item) for item in page]
        if _shifted(state, marks):
            state.offset = max(0, state.offset - limit)
            state.urls.clear()  # the same Links come by again
            next_url, asked = url, {**query, "offset": str(state.offset), "limit": str(limit)}
            continue
        fresh = [item for item, each in zip(page, marks, strict=True) if _first(state.seen, each)]
        state.objects += len(fresh)
        if state.pages > config.max_pages or state.objects > config.max_objects:
            raise _lied(config, "PAGES_WITHOUT_END", "列表没有尽头", "the list never ends")
        link = _next_link(answer.headers.get("link"), next_url, config) if config.paging == "link" else None
        overlap = int(state.last is not None)
        unsaid = config.paging == "offset" and total is None and step > overlap
        more = link is not None or unsaid or (total is not None and state.offset + step < total)
        if page and not fresh and not state.stepped and more:
            raise _lied(config, "PAGE_REPEATED", "后面的页重复了前面的页", "a page repeats earlier ones")
        # Of a filtered list the total is often that of all objects; of a whole one it is a promise.
        if not page and more and total is not None and total > len(state.seen) and "date_from" not in query:
            zh, en = f"称有 {total} 条，却返回空页", f"it claims {total} objects, and ends early"
            raise _lied(config, "PAGE_EMPTY", zh, en)
        if fresh:
            yield fresh
        if not more or not page:
            return
        state.stepped = False
        next_url, asked = _after(state, url, link, query, limit, marks, config)


def _shifted(state: _Crawl, marks: list[Hashable]) -> bool:
    """Whether objects before this page went away, so that some slipped past; true only while there is patience."""
    if state.last is None or not marks or marks[0] == state.last:
        return False
    state.last = None
    if state.steps_back >= _STEPS_BACK:
        log.warning("ocpi_list_keeps_shifting")
        return False
    state.steps_back += 1
    state.stepped = True
    return True


def _after(
    state: _Crawl,
    url: str,
    link: str | None,
    query: Mapping[str, str],
    limit: int,
    marks: list[Hashable],
    config: OcpiConfig,
) -> tuple[str, dict[str, str] | None]:
    """The next page's address: one object earlier than it would be, where the offset can be told."""
    reached = state.offset + len(marks)
    overlap = 1 if len(marks) > 1 else 0
    state.last = marks[-1] if overlap else None
    if link is None:
        state.offset = reached - overlap
        return url, {**query, "offset": str(state.offset), "limit": str(limit)}
    if link in state.urls:
        raise _lied(config, "LINK_REPEATED", "Link 指向已读过的页", "a Link leads back to a page that was read")
    state.urls.add(link)
    told = dict(parse_qsl(urlsplit(link).query))
    if _whole(told.get("offset")) != reached:
        # Not a plain offset: the address is the platform's secret, and followed as it stands.
        state.last, state.offset = None, reached
        return link, None
    state.offset = reached - overlap
    parts = urlsplit(link)
    return urlunsplit(parts._replace(query=urlencode({**told, "offset": str(state.offset)}))), None


def _next_link(header: str | None, base: str, config: OcpiConfig) -> str | None:
    """The address of rel="next". Raises OperatorLied where it leaves the operator's own origin."""
    for address, parameters in _LINK.findall(header or ""):
        if not re.search(r'rel\s*=\s*"?next\b', parameters, re.IGNORECASE) or not address.strip():
            continue
        found = str(urljoin(base, address.strip()))
        if origin_of(found) is None or not config.is_theirs(found):
            raise _lied(
                config, "LINK_ELSEWHERE", "Link 指向别处，不予跟随", "a Link leads elsewhere, and is not followed"
            )
        return found
    return None


def _first(seen: set[Hashable], mark: Hashable) -> bool:
    if mark in seen:
        return False
    seen.add(mark)
    return True


def _whole(text: str | None) -> int | None:
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None


def _lied(config: OcpiConfig, code: str, zh: str, en: str) -> OperatorLied:
    return OperatorLied(f"{config.name}：{zh}", f"{config.name}: {en}", code=code)
