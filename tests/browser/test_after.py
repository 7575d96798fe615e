"""After a session: what the car park gives, and one invoice of several bills."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.phone import AXE, Phone
from tests.browser.test_charging import WITHIN_MS, started, stopped

pytestmark = pytest.mark.browser


def test_the_bill_says_what_the_car_park_gives_and_until_when(phone: Phone) -> None:
    started(phone)
    expect(phone.page.locator(".figures")).to_contain_text(re.compile(r"¥[1-9]"), timeout=WITHIN_MS)
    stopped(phone)
    parking = phone.over.locator(".block", has=phone.page.get_by_role("heading", name="停车优惠"))
    expect(parking).to_contain_text("免停车费 120 分钟", timeout=WITHIN_MS)
    # Nobody told a plate: the number of the order opens the gate.
    expect(parking).to_contain_text("在出口出示本页的订单号", timeout=WITHIN_MS)
    expect(parking).to_contain_text(re.compile(r"请在 \d\d:\d\d 前离场（还有 \d+ 分钟）"))
    expect(parking).to_contain_text("凭证号 P")
    if AXE.is_file():
        assert phone.violations() == []
    assert phone.widest() <= 360
    phone.screenshot("parking")
