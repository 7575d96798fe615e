"""Roads as strips, trips as cards, and the plan against what is there: with a network and without."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.phone import AXE, Phone

pytestmark = pytest.mark.browser
both = pytest.mark.parametrize("scheme", ["light", "dark"])
ROAD = "g1812"
GAPS = """query($road: ID!) { road(id: $road) { gaps { fromKm toKm } } }"""


def open_road(phone: Phone, road: str = ROAD) -> None:
    phone.page.goto(f"/roads/{road}")
    expect(phone.page.locator(".road-strip .row-chargers").first).to_be_visible()


def plan_along(phone: Phone) -> None:
    """A small car over the whole of the road."""
    phone.page.goto(f"/trip?road={ROAD}")
    expect(phone.page.locator(".two")).to_be_visible()
    phone.page.get_by_role("button", name="小型车").click()
    phone.page.get_by_role("button", name="规划", exact=True).click()
    expect(phone.page.locator(".trip-top")).to_be_visible()


def without_network(phone: Phone) -> None:
    phone.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    phone.page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    phone.expects_network_errors = True
    phone.page.context.set_offline(True)


def gateway(page: Page, query: str, variables: dict[str, object]) -> dict[str, object]:
    answer = page.request.post("/graphql", data={"query": query, "variables": variables}).json()
    return dict(answer["data"])


def test_roads_are_one_tap_from_the_list_and_a_road_one_more(phone: Phone) -> None:
    phone.open()
    phone.page.get_by_role("link", name="公路与行程").click()
    expect(phone.page.locator(".road-list li")).to_have_count(6)
    expect(phone.page.locator(".road-list .approximate")).to_have_count(6)
    phone.page.get_by_role("link", name=re.compile("沧榆高速")).click()
    expect(phone.page.locator(".road-strip")).to_be_visible()
    assert phone.path == f"/roads/{ROAD}"
    phone.page.go_back()
    phone.page.go_back()
    phone.wait_for_list()


def test_the_search_leads_to_the_roads_too(phone: Phone) -> None:
    phone.open()
    phone.page.get_by_role("button", name="搜索充电站、城镇").click()
    phone.page.get_by_role("dialog").get_by_role("button", name="公路与行程").click()
    expect(phone.page.locator(".road-list li").first).to_be_visible()
    expect(phone.page.get_by_role("dialog")).to_have_count(0)


def test_a_road_says_in_plain_sight_that_it_is_approximate(phone: Phone) -> None:
    open_road(phone)
    expect(phone.page.locator(".approximate-note")).to_contain_text("误差可达 10 公里")
    assert phone.widest() == 360
    assert phone.small_targets(44) == []


def test_gaps_on_the_strip_are_those_that_the_gateway_tells(phone: Phone) -> None:
    for road in ("s40", "huanghe-1", "changcheng-1"):
        open_road(phone, road)
        told = gateway(phone.page, GAPS, {"road": road})["road"]["gaps"]  # type: ignore[index]
        words = phone.page.locator(".road-strip .gap-card").all_inner_texts()
        assert len(words) == len(told)
        for gap, text in zip(told, words, strict=True):
            assert f"K{round(gap['fromKm'])} 至 K{round(gap['toKm'])}" in text
            assert "公里没有充电站" in text


def test_where_a_road_is_interrupted_the_strip_says_so_either_way(phone: Phone) -> None:
    open_road(phone, "changcheng-1")
    for _ in range(2):
        expect(phone.page.locator(".road-strip .break-card")).to_contain_text("道路在此中断")
        expect(phone.page.locator(".road-strip .row-resume")).to_have_text(re.compile("道路从这里继续"))
        phone.page.locator(".toggle-row .chip[aria-pressed=false]").click()
    assert phone.widest() == 360
    expect(phone.page.locator(".road-head")).to_contain_text("爬升未知")


def test_the_other_direction_turns_the_strip_round(phone: Phone) -> None:
    open_road(phone)
    posts = [int(text[1:]) for text in phone.page.locator(".road-strip .post").all_inner_texts()]
    assert posts == sorted(posts)
    phone.page.get_by_role("button", name="去五台县方向").click()
    expect(phone.page.locator(".road-strip .post").first).to_have_text("K226")
    posts = [int(text[1:]) for text in phone.page.locator(".road-strip .post").all_inner_texts()]
    assert posts == sorted(posts, reverse=True)


def test_a_charger_on_the_strip_opens_its_station_and_back_leads_to_the_road(phone: Phone) -> None:
    open_road(phone)
    phone.page.locator(".road-strip .found-row").first.click()
    expect(phone.page.locator(".bays .bay").first).to_be_visible()
    phone.page.go_back()
    expect(phone.page.locator(".road-strip")).to_be_visible()


def test_without_a_network_a_road_that_was_opened_is_there_with_its_age(phones: Callable[..., Phone]) -> None:
    phone = phones()
    phone.page.goto("/roads")
    expect(phone.page.locator(".road-list li").first).to_be_visible()
    open_road(phone)
    without_network(phone)
    phone.page.goto(f"/roads/{ROAD}")
    expect(phone.page.locator(".road-strip")).to_be_visible()
    expect(phone.page.locator(".page .banner")).to_contain_text("空闲数可能已变化")
    expect(phone.page.locator(".page .banner time")).to_be_visible()
    phone.screenshot("road-offline")
    phone.page.goto("/roads")
    expect(phone.page.locator(".road-list li").first).to_be_visible()
    # One that was never opened says so, and offers to try again.
    phone.page.goto("/roads/g55")
    expect(phone.page.get_by_role("button", name="重试")).to_be_visible()
    phone.page.context.set_offline(False)
    expect(phone.page.locator(".road-strip")).to_be_visible()


def test_a_trip_along_a_road_has_a_card_for_each_stop_and_gaps_in_words(phone: Phone) -> None:
    plan_along(phone)
    stops = phone.page.locator(".stop")
    assert stops.count() == phone.page.locator(".trip-post").count() > 0
    for text in stops.all_inner_texts():
        for fact in ("到时电量", "充到", "费用", "有空位的可能", "备选"):
            assert fact in text
    assert phone.page.locator(".trip-gap").count() == phone.page.locator(".page-body > .gap-card").count()
    expect(phone.page.locator(".trip-top")).to_contain_text("不是您那一辆")
    expect(phone.page.locator(".trip-top .approximate-note")).to_be_visible()


def test_a_trip_from_town_to_town_is_asked_by_names(phone: Phone) -> None:
    phone.page.goto("/trip")
    phone.page.get_by_role("button", name="规划", exact=True).click()
    expect(phone.page.get_by_role("alert")).to_have_text("请先选好出发地和目的地")
    for label, town in (("出发地", "忻州"), ("目的地", "山阴")):
        phone.page.get_by_label(label).fill(town)
        phone.page.locator(".spot .chip", has_text=town).first.click()
    phone.page.get_by_role("button", name="规划", exact=True).click()
    expect(phone.page.locator(".trip-top h2")).to_contain_text("→")


def test_a_trip_that_was_kept_is_there_without_a_network_with_its_age(phones: Callable[..., Phone]) -> None:
    phone = phones()
    plan_along(phone)
    name = phone.page.locator(".trip-top h2").inner_text()
    phone.page.get_by_role("button", name=re.compile(r"下载此路线（\d+ kB）")).click()
    expect(phone.page.get_by_role("status").filter(has_text="已下载")).to_be_visible()
    without_network(phone)
    phone.page.goto("/trip")
    expect(phone.page.get_by_role("button", name="规划", exact=True)).to_be_disabled()
    phone.page.locator(".saved-trip").click()
    expect(phone.page.locator(".trip-top h2")).to_have_text(name)
    expect(phone.page.locator(".trip-top time")).to_be_visible()
    expect(phone.page.locator(".stop").first).to_be_visible()
    phone.page.go_back()


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: make pwa")
@both
def test_axe_finds_nothing_on_roads_and_trips(phones: Callable[..., Phone], scheme: str) -> None:
    phone = phones(scheme)
    phone.page.goto("/roads")
    expect(phone.page.locator(".road-list li").first).to_be_visible()
    assert phone.violations() == []
    phone.screenshot("roads")
    open_road(phone)
    assert phone.violations() == []
    phone.screenshot("road")
    plan_along(phone)
    assert phone.violations() == []
    phone.screenshot("trip")
    phone.page.get_by_role("button", name="修改").click()
    assert phone.violations() == []


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: make pwa")
@both
@pytest.mark.parametrize("width", [360, 1200])
def test_the_plan_is_held_against_what_is_there(phones: Callable[..., Phone], scheme: str, width: int) -> None:
    phone = phones(scheme, width=width, height=800)
    phone.page.goto("/#/coverage")
    expect(phone.page.locator(".road-charts li").first).to_be_visible()
    assert phone.violations() == []
    assert phone.widest() == width
    assert phone.small_targets(44) == []
    results = phone.page.locator(".coverage .result").all_inner_texts()
    assert results
    for row in phone.page.locator("tr", has=phone.page.locator(".unmeasured", has_text="无法测算")).all():
        assert row.locator("td").last.inner_text().strip()  # why, in words
    expect(phone.page.locator(".practice")).to_contain_text("演示数据")
    phone.screenshot(f"coverage-{width}")


def test_the_map_of_the_plan_tells_each_countys_share_without_its_colour(phones: Callable[..., Phone]) -> None:
    phone = phones(width=1200, height=900)
    phone.page.goto("/#/coverage")
    counties = phone.page.locator(".coverage-map .plan-map g")
    expect(counties.first).to_be_visible()
    rows = phone.page.locator(".counties tbody tr", has_not_text="不详").all()
    shares = {row.locator("th").inner_text(): row.locator("td").last.inner_text() for row in rows}
    shown = {}
    for county in counties.all():
        name, share = county.locator("text").all_text_contents()
        shown[name] = share
        ring, disc = (float(county.locator(kind).get_attribute("r") or 0) for kind in (".ring", ".disc"))
        percent = int(share.removesuffix(" %"))
        assert percent <= min(100, disc**2 / ring**2 * 100) + 0.5 or percent > 100
    assert shown == shares
    assert phone.page.locator(".plan-map .road-line").count() >= 6
    assert phone.page.locator(".plan-map .spot").count() > 50
    gaps = phone.page.locator(".plan-map .gap-line").count()
    assert gaps == sum(text.count("（") for text in phone.page.locator(".road-charts .wrong").all_inner_texts())
    width = phone.page.locator(".plan-map").bounding_box()
    assert width is not None
    assert width["width"] > 1000
    expect(phone.page.get_by_role("heading", name="乡镇")).to_be_visible()
    expect(phone.page.get_by_role("heading", name="景区")).to_be_visible()


def test_the_plan_comes_as_files_for_the_year_that_is_shown(phone: Phone) -> None:
    phone.page.goto("/#/coverage?year=2024")
    expect(phone.page.locator("[aria-pressed=true]")).to_have_text("2024")
    for name in ("CSV", "GeoJSON"):
        link = phone.page.get_by_role("link", name=name).get_attribute("href")
        assert link is not None
        assert link.endswith("?year=2024")
        assert phone.page.request.get(link).ok


def test_on_paper_nothing_is_cut_off_and_no_button_is_left(phones: Callable[..., Phone]) -> None:
    phone = phones("dark", width=760, height=1000)
    phone.page.goto("/#/coverage")
    expect(phone.page.locator(".road-charts li").first).to_be_visible()
    phone.page.emulate_media(media="print", color_scheme="dark")
    assert phone.widest() <= 760
    expect(phone.page.get_by_role("button", name="打印")).to_be_hidden()
    for table in phone.page.locator(".office-table").all():
        assert table.evaluate("e => e.scrollWidth <= e.clientWidth + 1")
    assert phone.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    phone.screenshot("coverage-print")


def test_in_large_type_nothing_is_cut_off_and_every_target_is_large(phones: Callable[..., Phone]) -> None:
    phone = phones()
    phone.page.add_init_script("localStorage.setItem('finder.elder', '1')")
    open_road(phone)
    assert phone.widest() == 360
    assert phone.small_targets(60) == []
    plan_along(phone)
    assert phone.widest() == 360
    assert phone.small_targets(60) == []
