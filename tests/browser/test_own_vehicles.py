"""One's vehicles: whether car parks are told their plate, and a vehicle that somebody else has bound."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.phone import AXE, Phone
from tests.browser.test_account import add_vehicle, new_vin, signed_in

pytestmark = pytest.mark.browser


def test_a_plate_is_told_only_to_whom_one_agrees_and_that_is_taken_back(phone: Phone) -> None:
    signed_in(phone)
    consent = phone.page.get_by_role("checkbox", name="把我的车牌告诉停车场")
    expect(phone.page.get_by_role("button", name="添加车辆")).to_be_visible()
    expect(consent).to_have_count(0)
    add_vehicle(phone, "晋HD12345")
    expect(consent).not_to_be_checked()
    consent.click()
    expect(consent).to_be_checked()
    phone.page.reload()
    expect(consent).to_be_checked()
    expect(phone.page.locator(".consent")).to_contain_text("取消勾选即收回")
    if AXE.is_file():
        assert phone.violations() == []
    phone.screenshot("share-plate")
    consent.click()
    expect(consent).not_to_be_checked()
    phone.page.reload()
    expect(phone.page.locator(".consent")).to_contain_text("没有同意")
    expect(consent).not_to_be_checked()


def test_a_vehicle_that_somebody_else_has_is_claimed_with_the_vin_that_was_refused(
    phones: Callable[..., Phone],
) -> None:
    holder, claimant = phones(), phones()
    vin = new_vin()
    signed_in(holder)
    add_vehicle(holder, "晋HD00001", vin)
    expect(holder.page.locator(".plate")).to_be_visible()
    signed_in(claimant)
    add_vehicle(claimant, "晋HD00002", vin)
    claimant.page.get_by_role("button", name="这是我的车，申请认领").click()
    expect(claimant.page).to_have_url(f"{claimant.page.url.split('/claim')[0]}/claim")  # without the VIN
    field = claimant.page.get_by_label("车架号 VIN")
    expect(field).to_have_value(vin)
    if AXE.is_file():
        assert claimant.violations() == []
    claimant.page.get_by_role("button", name="申请认领").click()
    row = claimant.page.locator(".row-item", has_text=f"车架号尾号 {vin[-6:]}")
    expect(row).to_contain_text("等待核实")
    claimant.screenshot("claim")
    # The same again is the same claim.
    field.fill(vin)
    claimant.page.get_by_role("button", name="申请认领").click()
    expect(claimant.page.get_by_text("已提交。")).to_be_visible()
    expect(row).to_have_count(1)
    field.fill(new_vin())
    claimant.page.get_by_role("button", name="申请认领").click()
    expect(claimant.page.get_by_role("alert").filter(visible=True)).to_contain_text("直接添加即可")
    assert claimant.widest() <= 360
    assert claimant.small_targets(44) == []
    claimant.page.get_by_role("button", name="去添加车辆").click()
    expect(claimant.page.get_by_role("link", name="1 辆车正在认领，查看进度")).to_be_visible()
