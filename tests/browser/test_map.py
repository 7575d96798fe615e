"""The map: rendered features are counted, for a blank map raises no error."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.phone import Phone

pytestmark = pytest.mark.browser


def test_its_code_comes_only_when_it_is_opened(phone: Phone) -> None:
    asked: list[str] = []
    phone.page.on("request", lambda request: asked.append(request.url))
    phone.open()
    phone.page.wait_for_timeout(1_500)
    assert not [url for url in asked if "/assets/map" in url.lower()]
    phone.page.locator(".switch a").first.click()
    phone.wait_for_map()
    assert [url for url in asked if "/assets/map" in url.lower()]
    origin = phone.page.url.split("/map")[0]
    assert [url for url in asked if not url.startswith((origin, "blob:", "data:"))] == []


def test_clusters_open_into_stations(phone: Phone) -> None:
    phone.open("/map?v=38.75,112.6,7.5")
    clusters, stations = phone.wait_for_map(clusters=True)
    assert clusters > 1
    assert stations == 0
    for _ in range(8):
        if phone.map.get_attribute("data-stations") != "0":
            break
        drawn = phone.map.get_attribute("data-drawn")
        phone.page.get_by_role("button", name="放大").click()
        phone.page.wait_for_function(
            "before => document.querySelector('[data-testid=map]').dataset.drawn > before", arg=drawn
        )
        phone.page.wait_for_timeout(300)
    _, stations = phone.wait_for_map(stations=True)
    assert stations > 0
    assert float(phone.query["v"].split(",")[2]) > 7.5


def test_a_marker_opens_its_station_and_the_map_stays(phone: Phone) -> None:
    phone.open("/map?v=38.4163,112.7341,12")
    phone.wait_for_map(stations=True)
    box = phone.map.bounding_box()
    assert box is not None
    # A station is in the middle once it was opened from its address.
    phone.open("/")
    station = (phone.cards.first.get_by_role("link").get_attribute("href") or "").split("/station/")[1].split("?")[0]
    phone.page.goto(f"/map?station={station}")
    phone.wait_for_map(stations=True)
    sheet = phone.page.locator(".station.over")
    expect(sheet.locator(".bay").first).to_be_visible()
    phone.page.wait_for_timeout(1_000)
    sheet.get_by_role("button", name="返回").click()
    expect(sheet).to_have_count(0)
    phone.page.wait_for_timeout(300)
    # The sheet left the upper part free: the station sits 22 % of the height above the middle.
    phone.page.mouse.click(box["x"] + 180, box["y"] + 320 - 0.22 * 640 - 14)
    expect(sheet.locator(".bay").first).to_be_visible()
    assert "station=" in phone.page.url
    assert phone.path == "/map"


def test_a_filter_thins_the_map(phone: Phone) -> None:
    phone.open("/map?v=38.4163,112.7341,11")
    phone.wait_for_map(stations=True)
    before = phone.page.locator(".map-summary").inner_text()
    phone.page.get_by_role("button", name="≥120 kW").click()
    expect(phone.page.locator(".map-summary")).not_to_have_text(before)
    assert phone.query["kw"] == "120"


def test_without_webgl_the_list_is_offered(phones: Callable[..., Phone]) -> None:
    phone = phones()
    phone.page.add_init_script(
        """const real = HTMLCanvasElement.prototype.getContext;
        HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
            return kind === 'webgl2' ? null : real.call(this, kind, ...rest);
        };"""
    )
    phone.page.goto("/map")
    expect(phone.page.locator("main")).to_contain_text("WebGL2")
    phone.page.get_by_role("button", name="回到列表").click()
    phone.wait_for_list()


def test_data_saving_waits_to_be_asked(phones: Callable[..., Phone]) -> None:
    phone = phones()
    phone.page.add_init_script(
        "Object.defineProperty(navigator, 'connection', { value: { saveData: true }, configurable: true })"
    )
    phone.page.goto("/map")
    expect(phone.page.locator("main")).to_contain_text("省流量")
    phone.page.get_by_role("button", name="仍然加载").click()
    phone.wait_for_map()


def test_a_wide_window_shows_list_and_map_side_by_side(phones: Callable[..., Phone]) -> None:
    phone = phones(width=1280, height=800)
    phone.open()
    phone.wait_for_map(stations=True)
    phone.open_station(1)
    expect(phone.map).to_be_visible()
    assert phone.path.startswith("/station/")
