"""A station's page: bays, prices, ages, sources, and the way there."""

import re
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.phone import Phone

pytestmark = pytest.mark.browser


def open_one_with_prices(phone: Phone) -> None:
    phone.open()
    phone.cards.filter(has_text="元/度").first.get_by_role("link").click()
    expect(phone.page.locator(".bays .bay").first).to_be_visible()


def test_every_bay_says_what_it_does_since_when_and_who_says_so(phone: Phone) -> None:
    open_one_with_prices(phone)
    assert phone.path.startswith("/station/")
    for text in phone.page.locator(".bay").all_inner_texts():
        assert re.search("空闲|占用未充|充电中|已预约|被油车占|故障|离线|未知", text)
        assert re.search(r"kW|功率未知", text)
        assert re.search(r"(刚刚|前|从未收到状态).* · \S+|从未收到状态|前为", text)


def test_the_tariff_shows_the_day_and_the_price_now(phone: Phone) -> None:
    open_one_with_prices(phone)
    section = phone.page.locator(".block", has=phone.page.get_by_role("heading", name="电价"))
    expect(section.locator(".price .number").first).to_have_text(re.compile(r"^\d+\.\d{2,4}$"))
    expect(section.locator(".price-now").first).to_contain_text("服务费")
    current = section.locator("tr[aria-current=time]").first
    expect(current.locator("td").last).to_have_text(section.locator(".price .number").first.inner_text())
    expect(section.locator(".day-now").first).to_be_visible()


def test_facts_that_nobody_knows_read_unknown_and_sources_have_ages(phone: Phone) -> None:
    open_one_with_prices(phone)
    facts = phone.page.locator(".facts")
    for name in ("停车费", "营业时间", "谁可以充"):
        expect(facts).to_contain_text(name)
    expect(phone.page.locator(".sources")).to_contain_text(re.compile(r"站点资料.*(刚刚|前)取得"))


def test_the_way_there_is_handed_over_in_each_maps_own_order(phone: Phone) -> None:
    open_one_with_prices(phone)
    phone.page.get_by_role("button", name="导航", exact=True).click()
    sheet = phone.page.get_by_role("dialog")

    def link(name: str) -> str:
        return sheet.get_by_role("link", name=name).get_attribute("href") or ""

    lon, lat = (float(x) for x in parse_qs(urlsplit(link("高德地图")).query)["to"][0].split(",")[:2])
    assert 37 < lat < 41
    assert 110 < lon < 115
    assert f"latlng:{lat:.6f},{lon:.6f}" in unquote(link("百度地图"))
    assert f"tocoord={lat:.6f},{lon:.6f}" in unquote(link("腾讯地图"))
    geo = re.match(r"geo:([\d.]+),([\d.]+)", link("手机默认地图"))
    assert geo is not None
    # Chinese maps shift by hundreds of metres; geo: must not.
    assert 0.0005 < abs(float(geo[1]) - lat) + abs(float(geo[2]) - lon) < 0.02


def test_the_chosen_navigation_comes_first_the_next_time(phone: Phone) -> None:
    open_one_with_prices(phone)
    phone.page.context.route("**/*map.qq.com/**", lambda route: route.fulfill(body="qq"))
    phone.page.get_by_role("button", name="导航", exact=True).click()
    with phone.page.context.expect_page() as opened:
        phone.page.get_by_role("link", name="腾讯地图").click()
    opened.value.close()
    phone.page.get_by_role("button", name="导航", exact=True).click()
    expect(phone.page.get_by_role("dialog").get_by_role("link").first).to_contain_text("腾讯地图")


def test_a_shared_link_opens_the_station_and_back_is_the_list(phone: Phone) -> None:
    open_one_with_prices(phone)
    shared = phone.page.url
    name = phone.page.locator("main.station h1").inner_text()
    phone.page.goto("about:blank")
    phone.page.goto(shared)
    expect(phone.page.locator("main.station h1")).to_have_text(name)
    phone.page.get_by_role("button", name="返回").click()
    phone.wait_for_list()
    assert phone.path == "/"


def test_back_finds_the_list_where_it_was(phone: Phone) -> None:
    phone.open()
    phone.cards.nth(4).scroll_into_view_if_needed()
    before = phone.page.evaluate("scrollY")
    assert before > 0
    phone.open_station(4)
    assert phone.page.evaluate("scrollY") == 0
    phone.page.go_back()
    phone.wait_for_list()
    phone.page.wait_for_function("before => Math.abs(scrollY - before) < 4", arg=before)


def test_a_station_that_is_gone_says_so(phone: Phone) -> None:
    phone.page.goto("/station/nobody/0")
    expect(phone.page.locator("main.station")).to_contain_text("没有这座站")
    phone.page.get_by_role("button", name="回到列表").click()
    phone.wait_for_list()
