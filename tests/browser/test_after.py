"""After a session: what the car park gives, and one invoice of several bills."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.phone import AXE, Phone
from tests.browser.test_charging import WITHIN_MS, begun, spent, started, stopped

pytestmark = pytest.mark.browser


def test_the_bill_says_what_the_car_park_gives_and_until_when(phone: Phone) -> None:
    started(phone)
    spent(phone)
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


def test_several_bills_go_into_one_request_and_each_invoice_says_how_it_stands(phone: Phone) -> None:
    started(phone)
    for each in range(2):
        if each:
            begun(phone)
        spent(phone)
        stopped(phone)
        expect(phone.page.get_by_role("button", name="开发票")).to_be_visible(timeout=WITHIN_MS)
    phone.page.goto("/orders")
    phone.page.get_by_role("link", name="批量开发票").click()
    expect(phone.page.get_by_role("checkbox")).to_have_count(2)
    ask = phone.page.get_by_role("button", name="申请发票")
    expect(ask).to_have_count(0)
    phone.page.get_by_role("button", name=re.compile("全选")).click()
    expect(phone.page.locator(".page-foot")).to_contain_text(re.compile(r"已选 2 笔，共 ¥\d"))
    if AXE.is_file():
        assert phone.violations() == []
    assert phone.widest() <= 360
    assert phone.small_targets(44) == []
    phone.screenshot("bills")
    ask.click()
    phone.page.get_by_role("dialog").get_by_label("抬头").fill("忻州某某科技有限公司")
    phone.page.get_by_role("dialog").get_by_role("button", name="提交").click()
    expect(phone.page.get_by_text(re.compile("已申请，共 [12] 张。"))).to_be_visible()
    expect(phone.page.get_by_role("checkbox")).to_have_count(0)
    rows = phone.page.locator(".row-item")
    expect(rows.first).to_contain_text("忻州某某科技有限公司")
    expect(rows.filter(has_text=re.compile("已开具"))).to_have_count(rows.count(), timeout=WITHIN_MS)
    expect(rows.first).to_contain_text("发票号码")
    if AXE.is_file():
        assert phone.violations() == []
    phone.screenshot("invoices")
