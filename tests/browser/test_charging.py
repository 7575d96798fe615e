"""Charging from the phone: quote, start, watch, stop, bill; and what happens when the network or the page goes."""

import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.phone import AXE, Phone

pytestmark = pytest.mark.browser

numbers = (f"137{n:08d}" for n in itertools.count(1))
START = re.compile("开始充电 · 最多 ¥|登录后开始充电")
WITHIN_MS = 60_000


def at_a_plug(phone: Phone) -> None:
    """A plug that can be started from here, its quote on the page."""
    phone.open("/?free=1")
    for number in range(phone.cards.count()):
        phone.open_station(number)
        links = phone.page.locator(".bay.s-AVAILABLE").get_by_role("link", name=re.compile("在此充电"))
        if links.count():
            links.first.click()
            expect(phone.page.locator(".quote-total")).to_be_visible()
            if phone.page.get_by_role("button", name=START).count():
                return
            phone.page.go_back()
        phone.page.go_back()
        phone.wait_for_list()
    pytest.fail("no plug can be started")


def started(phone: Phone) -> None:
    """A session at a practice operator, energy flowing."""
    phone.page.goto("/my")
    phone.sign_in(next(numbers))
    expect(phone.page.locator(".who-phone")).to_be_visible()
    at_a_plug(phone)
    phone.page.get_by_role("button", name=re.compile("开始充电 · 最多 ¥")).click()
    expect(phone.page).to_have_url(re.compile("/orders/"), timeout=WITHIN_MS)
    expect(phone.page.get_by_role("button", name="停止充电")).to_be_visible(timeout=WITHIN_MS)


def stopped(phone: Phone) -> None:
    phone.page.get_by_role("button", name="停止充电").click()
    phone.page.get_by_role("button", name="停止", exact=True).click()
    expect(phone.page.get_by_test_id("pays")).to_be_visible(timeout=WITHIN_MS)


def test_a_session_from_the_quote_to_the_bill(phone: Phone) -> None:
    started(phone)
    expect(phone.page.locator(".ring")).to_have_attribute("aria-label", re.compile(r"\d"), timeout=WITHIN_MS)
    expect(phone.page.get_by_test_id("reading-age")).to_contain_text(re.compile("刚刚|前"), timeout=WITHIN_MS)
    expect(phone.page.locator(".chart canvas")).to_be_visible(timeout=WITHIN_MS)
    phone.page.locator("summary").click()
    expect(phone.page.locator("details tbody tr").first).to_contain_text(re.compile(r"\d"))
    phone.screenshot("session")
    stopped(phone)
    expect(phone.page.get_by_text("已扣款")).to_be_visible()
    phone.screenshot("bill")
