"""How OCPI's lists are read page by page: by Link or by offset, shifting, repeating, without end."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from finder.connectors.ocpi.config import OcpiConfig, Party
from finder.connectors.ocpi.envelope import Envelope
from finder.connectors.ocpi.paging import MAX_PAGE, crawl
from finder.errors import OperatorLied

URL = "https://cpo.example/ocpi/2.2.1/locations"


def config(**changes: Any) -> OcpiConfig:
    told: dict[str, Any] = {"source": "op", "name": "某充电", "versions_url": URL, "us": Party("CN", "FND")}
    return OcpiConfig(**({"page_limit": 3, **told} | changes))


class Platform:
    """A list behind pages; a test changes it between them."""

    def __init__(self, count: int, *, link: str = "offset", total: bool = True, most: int = 100) -> None:
        self.objects = [f"L{n}" for n in range(count)]
        self.link, self.total, self.most = link, total, most
        self.asked: list[dict[str, str]] = []
        self.after: dict[int, list[str]] = {}  # what the list is after the n-th page

    async def get(self, url: str, query: Mapping[str, str] | None) -> Envelope:
        asked = {**dict(parse_qsl(urlsplit(url).query)), **(query or {})}
        self.asked.append(asked)
        start = int(asked.get("cursor", asked.get("offset", "0")))
        limit = min(int(asked.get("limit", "3")), self.most)
        page, headers = self.objects[start : start + limit], {}
        if self.total:
            headers["x-total-count"] = str(len(self.objects))
        if start + limit < len(self.objects) and self.link != "none":
            name = "cursor" if self.link == "cursor" else "offset"
            headers["link"] = f'<{URL}?{name}={start + limit}&limit={limit}>; rel="next"'
        self.objects = self.after.get(len(self.asked), self.objects)
        return Envelope(1000, "", [{"id": each} for each in page], headers)


async def read(platform: Platform, query: Mapping[str, str] | None = None, **changes: Any) -> list[str]:
    found: list[str] = []
    async for page in crawl(platform.get, URL, query or {}, config(**changes), lambda item: item["id"]):  # type: ignore[index]
        found += [item["id"] for item in page]
    return found


@pytest.mark.parametrize("link", ["offset", "cursor", "none"])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 7, 9])
async def test_every_object_comes_once_and_in_order(link: str, count: int) -> None:
    platform = Platform(count, link=link)
    assert await read(platform) == [f"L{n}" for n in range(count)]


async def test_a_platform_that_gives_less_than_was_asked_for_is_read_to_its_end() -> None:
    assert len(await read(Platform(10, most=2), page_limit=5)) == 10


async def test_offsets_alone_end_at_an_empty_page_where_no_total_is_told() -> None:
    platform = Platform(7, link="none", total=False)
    assert len(await read(platform, paging="offset")) == 7


async def test_what_slips_over_a_page_border_is_found_by_stepping_back() -> None:
    for link in ("offset", "none"):
        platform = Platform(9, link=link)
        platform.after[1] = platform.objects[2:]  # two of the first page go away
        assert await read(platform) == [f"L{n}" for n in range(9)]


async def test_a_new_object_at_the_front_makes_no_trouble() -> None:
    platform = Platform(7)
    platform.after[1] = ["NEW", *platform.objects]
    found = await read(platform)
    assert set(found) >= {f"L{n}" for n in range(7)}
    assert len(found) == len(set(found))


async def test_a_list_that_always_shifts_is_read_with_an_end() -> None:
    platform = Platform(40)
    for n in range(1, 60):
        platform.after[n] = [f"L{k}" for k in range(n, 40)]
    assert len(await read(platform)) <= 40
    assert len(platform.asked) < 60


async def test_the_filter_goes_along_to_every_page() -> None:
    platform = Platform(7, link="none")
    await read(platform, {"date_from": "2026-11-24T00:00:00Z"})
    assert {asked["date_from"] for asked in platform.asked} == {"2026-11-24T00:00:00Z"}


@pytest.mark.parametrize(
    ("headers", "data", "code"),
    [
        ({"link": '<https://elsewhere.example/x>; rel="next"'}, [{"id": "1"}], "LINK_ELSEWHERE"),
        ({"link": '<https://cpo.example:444/x>; rel="next"'}, [{"id": "1"}], "LINK_ELSEWHERE"),
        ({"link": '<http://cpo.example/x>; rel="next"'}, [{"id": "1"}], "LINK_ELSEWHERE"),
        ({"link": '<file:///etc/passwd>; rel="next"'}, [{"id": "1"}], "LINK_ELSEWHERE"),
        ({"link": '<https://cpo.example@evil.example/x>; rel="next"'}, [{"id": "1"}], "LINK_ELSEWHERE"),
        ({"link": f'<{URL}?cursor=1>; rel="next"'}, [{"id": "1"}], "LINK_REPEATED|PAGE_REPEATED"),
        ({"x-total-count": "5"}, [], "PAGE_EMPTY"),
        ({}, "text", "PAGE_FORM"),
        ({}, None, "PAGE_FORM"),
        ({}, [{"id": str(n)} for n in range(MAX_PAGE + 1)], "PAGE_FORM"),
    ],
)
async def test_a_page_that_cannot_be_is_named(headers: dict[str, str], data: Any, code: str) -> None:
    async def get(url: str, query: Mapping[str, str] | None) -> Envelope:
        return Envelope(1000, "", data, headers)

    with pytest.raises(OperatorLied) as lied:
        async for _ in crawl(get, URL, {}, config(), lambda item: item["id"]):  # type: ignore[index]
            pass
    assert lied.value.code in code.split("|")


@pytest.mark.parametrize("header", ["", "nonsense", "<>", '<x>; rel="prev"', '<x>; rel="next', "<" * 3000])
async def test_a_link_that_says_nothing_ends_the_list(header: str) -> None:
    async def get(url: str, query: Mapping[str, str] | None) -> Envelope:
        return Envelope(1000, "", [{"id": "1"}], {"link": header, "x-total-count": "１"})

    pages = [page async for page in crawl(get, URL, {}, config(), lambda item: item["id"])]  # type: ignore[index]
    assert pages == [[{"id": "1"}]]


async def test_as_many_objects_as_allowed_are_read_and_one_more_is_not() -> None:
    assert len(await read(Platform(9), max_objects=9)) == 9
    with pytest.raises(OperatorLied) as lied:
        await read(Platform(10), max_objects=9)
    assert lied.value.code == "PAGES_WITHOUT_END"


async def test_as_many_pages_as_allowed_are_read_and_one_more_is_not() -> None:
    platform = Platform(9, link="cursor")
    assert len(await read(platform, max_pages=3)) == 9
    with pytest.raises(OperatorLied) as lied:
        await read(Platform(10, link="cursor"), max_pages=3)
    assert lied.value.code == "PAGES_WITHOUT_END"
