"""axe finds nothing against WCAG 2.2 AA, by day and by night; the screens are kept as CI's output."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.phone import AXE, Phone

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: make pwa"),
]
both = pytest.mark.parametrize("scheme", ["light", "dark"])


@both
def test_list_filters_and_settings(phones: Callable[..., Phone], scheme: str) -> None:
    phone = phones(scheme)
    phone.open()
    phone.screenshot("list")
    assert phone.violations() == []
    phone.page.get_by_role("button", name="筛选").click()
    expect(phone.page.get_by_role("dialog")).to_be_visible()
    assert phone.violations() == []
    phone.screenshot("filters")
    phone.page.keyboard.press("Escape")
    phone.page.get_by_role("button", name="设置").click()
    expect(phone.page.get_by_role("dialog")).to_be_visible()
    assert phone.violations() == []
    phone.screenshot("settings")


@both
def test_search(phones: Callable[..., Phone], scheme: str) -> None:
    phone = phones(scheme)
    phone.open()
    phone.page.get_by_role("button", name="搜索充电站、城镇").click()
    phone.page.get_by_role("searchbox").fill("站")
    expect(phone.page.locator(".found-row").first).to_be_visible()
    assert phone.violations() == []
    phone.screenshot("search")


@both
def test_station_and_navigation(phones: Callable[..., Phone], scheme: str) -> None:
    phone = phones(scheme)
    phone.open()
    phone.open_station()
    phone.screenshot("station")
    assert phone.violations() == []
    phone.page.locator(".facts").scroll_into_view_if_needed()
    phone.screenshot("station-facts")
    phone.page.get_by_role("button", name="导航", exact=True).click()
    expect(phone.page.get_by_role("dialog")).to_be_visible()
    assert phone.violations() == []
    phone.screenshot("navigate")


@both
def test_map(phones: Callable[..., Phone], scheme: str) -> None:
    phone = phones(scheme)
    phone.open("/map")
    phone.wait_for_map()
    assert phone.violations() == []
    phone.page.wait_for_timeout(400)
    phone.screenshot("map")


def test_by_keyboard_alone(phone: Phone) -> None:
    phone.open()
    keyboard = phone.page.keyboard
    keyboard.press("Tab")
    expect(phone.page.locator(".skip")).to_be_focused()
    phone.page.locator(".chip.more").focus()
    keyboard.press("Enter")
    expect(phone.page.get_by_role("dialog")).to_be_visible()
    assert phone.page.evaluate("document.querySelector('dialog').contains(document.activeElement)")
    keyboard.press("Escape")
    expect(phone.page.locator(".chip.more")).to_be_focused()
    phone.cards.first.get_by_role("link").focus()
    keyboard.press("Enter")
    expect(phone.page.get_by_role("button", name="返回")).to_be_focused()
    keyboard.press("Escape")
    phone.wait_for_list()
    assert phone.path == "/"
