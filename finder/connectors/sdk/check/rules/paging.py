"""Rules about pages: each record once, none left out, numbers that are true."""

from collections.abc import Iterator

from finder.connectors.sdk.check.evidence import Evidence
from finder.connectors.sdk.check.rule import PAGES, Found, Rule, Severity, Text, found, together, troubles


def _page_gap(evidence: Evidence) -> Iterator[Found]:
    """Records that the pages of one reading lack against what the answers claim in all."""
    count, begun, claims = 0, False, set[int]()
    for exchange in evidence.exchanges:
        page = exchange.opened.page
        if page is None:
            continue
        if page.no == 1:
            count, begun, claims = 0, True, set()
        if page.count is not None and not page.ids and page.no < page.count:
            zh, en = f"第 {page.no}/{page.count} 页为空", f"page {page.no} of {page.count} is empty"
            yield found(f"page {page.no}", zh, en)
        count += len(page.ids)
        if page.items is not None and page.items_are == "total":
            claims.add(page.items)
        whole = begun and page.count is not None and page.no >= page.count
        if whole and len(claims) == 1 and count < min(claims):
            zh = f"{page.no} 页共 {count} 条，却称 {min(claims)} 条"
            yield found(f"page {page.no}", zh, f"{page.no} pages hold {count} records, {min(claims)} are claimed")


def _item_size(evidence: Evidence) -> Iterator[Found]:
    for exchange in evidence.exchanges:
        page = exchange.opened.page
        if page is None or page.items is None or page.count is None:
            continue
        wrong = page.items_are == "page" and page.items != len(page.ids)
        # The whole list is on this one page, so its length is known.
        wrong |= page.items_are == "total" and page.no == 1 == page.count and page.items != len(page.ids)
        if wrong:
            zh = f"ItemSize {page.items}，实为 {len(page.ids)}"
            yield found(f"page {page.no}", zh, f"claims {page.items} records, holds {len(page.ids)}")


def _page_repeats(evidence: Evidence) -> Iterator[Found]:
    seen: set[str] = set()
    for exchange in evidence.exchanges:
        page = exchange.opened.page
        if page is None:
            continue
        if page.no == 1:
            seen = set()
        if page.ids and seen.issuperset(page.ids):
            yield found(f"page {page.no}", "与前面的页相同", "holds only what earlier pages held")
        seen.update(page.ids)


def _page_over_size(evidence: Evidence) -> Iterator[Found]:
    for exchange in evidence.exchanges:
        page = exchange.opened.page
        if page is not None and page.asked_size is not None and len(page.ids) > page.asked_size:
            zh = f"请求每页 {page.asked_size} 条，得到 {len(page.ids)} 条"
            yield found(f"page {page.no}", zh, f"asked {page.asked_size} a page, got {len(page.ids)}")


def _page_beyond(evidence: Evidence) -> Iterator[Found]:
    for exchange in evidence.exchanges:
        page = exchange.opened.page
        if page is not None and page.count is not None and page.ids and page.no > page.count:
            zh = f"第 {page.no} 页有数据，却称共 {page.count} 页"
            yield found(f"page {page.no}", zh, f"page {page.no} holds records, but {page.count} pages are claimed")


RULES = (
    Rule(
        "PAGING_REPEATS",
        Severity.ERROR,
        Text("分页重复", "a page repeats earlier ones"),
        Text("按 PageNo（从 1 起）返回不同的数据，排序须稳定", "return other records for each page, in a stable order"),
        PAGES,
        together(_page_repeats, troubles("PAGE_REPEATED", "PAGE_OTHER", "PAGES_WITHOUT_END")),
    ),
    Rule(
        "PAGING_GAP",
        Severity.ERROR,
        Text("分页缺失数据", "pages lack records"),
        Text("每页大小被限制时，PageCount 也要按限制后的大小计算", "count pages by the size that you really return"),
        PAGES,
        together(_page_gap, troubles("PAGE_EMPTY")),
    ),
    Rule(
        "PAGING_ITEM_SIZE",
        Severity.ERROR,
        Text("ItemSize 与实际条数不符", "ItemSize is not the number of records"),
        Text(
            "ItemSize 填全部站点数（或在方言文件中注明其含义）",
            "send the number of all stations, or say in the profile",
        ),
        PAGES,
        together(_item_size, troubles("ITEM_COUNT")),
    ),
    Rule(
        "PAGING_OVER_SIZE",
        Severity.WARNING,
        Text("一页的条数超过请求", "a page holds more than was asked for"),
        Text("每页至多返回 PageSize 条", "return at most PageSize records a page"),
        PAGES,
        _page_over_size,
    ),
    Rule(
        "PAGING_BEYOND",
        Severity.ERROR,
        Text("页码超出所称的页数", "records lie beyond the number of pages that is told"),
        Text("PageCount 填总页数，且各页一致", "send the number of all pages, the same on each"),
        PAGES,
        _page_beyond,
    ),
)
