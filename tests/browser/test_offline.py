"""Without a network the last list is there, with its age and a word about it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.phone import Phone

pytestmark = pytest.mark.browser


def test_offline_the_last_list_opens_with_its_age(phones: Callable[..., Phone]) -> None:
    phone = phones()
    phone.open()
    first = phone.cards.first.locator("h3").inner_text()
    phone.open_station()
    phone.page.go_back()
    phone.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    phone.page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    phone.expects_network_errors = True
    phone.page.context.set_offline(True)
    phone.page.goto("/")
    phone.wait_for_list()
    expect(phone.page.locator(".banner")).to_contain_text("没有网络")
    expect(phone.page.locator(".banner")).to_contain_text("空闲数可能已变化")
    expect(phone.cards.first.locator("h3")).to_have_text(first)
    phone.screenshot("offline")
    # A station that was opened before is there, too.
    phone.open_station()
    expect(phone.page.locator("main.station .banner")).to_contain_text("状态可能已变化")

    phone.page.go_back()
    phone.page.context.set_offline(False)
    expect(phone.page.locator(".banner")).to_have_count(0)


def test_the_network_comes_back_and_so_does_the_live_connection(phones: Callable[..., Phone]) -> None:
    phone = phones()
    phone.open()
    expect(phone.page.locator(".pulse.on")).to_be_visible()
    phone.expects_network_errors = True
    phone.page.context.set_offline(True)
    expect(phone.page.locator(".banner")).to_be_visible()
    expect(phone.page.locator(".pulse.on")).to_have_count(0)
    phone.page.context.set_offline(False)
    expect(phone.page.locator(".banner")).to_have_count(0)
    expect(phone.page.locator(".pulse.on")).to_be_visible()


def test_it_can_be_installed(phone: Phone) -> None:
    phone.open()
    manifest = phone.page.request.get("/manifest.webmanifest").json()
    assert manifest["display"] == "standalone"
    for icon in manifest["icons"]:
        assert phone.page.request.get(icon["src"]).ok
