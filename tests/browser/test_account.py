"""An account: signing in by phone code, vehicles checked as one types, devices, passkeys, one's data."""

import itertools
import json
import re
import secrets
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import CDPSession, expect

from finder.kernel.vin import CHECK_AT, check_character
from tests.browser.phone import AXE, Phone

pytestmark = pytest.mark.browser

# From anywhere: a finder that runs already (FINDER_TEST_URL) sends a number one code a minute.
numbers = (f"139{n:08d}" for n in itertools.count(secrets.randbelow(10**7)))


def new_vin() -> str:
    """A VIN that holds and that nobody has bound yet."""
    vin = f"LSVAU2A30N2{secrets.randbelow(10**6):06d}"
    return vin[:CHECK_AT] + check_character(vin) + vin[CHECK_AT + 1 :]


def signed_in(phone: Phone) -> str:
    """A new account, its page open; the number."""
    number = next(numbers)
    phone.page.goto("/my")
    phone.sign_in(number)
    expect(phone.page.locator(".who-phone")).to_have_text(f"139****{number[-4:]}")
    return number


def test_nothing_asks_who_one_is_until_one_asks(phone: Phone) -> None:
    asked: list[str] = []
    phone.page.on("request", lambda request: asked.append(request.headers.get("authorization", "")))
    phone.open()
    phone.open_station()
    assert not any(asked)
    expect(phone.page.get_by_role("dialog")).to_have_count(0)
    expect(phone.page.locator(".sign-in")).to_have_count(0)


def test_a_phone_and_its_code_sign_in_and_a_reload_keeps_the_session(phone: Phone) -> None:
    phone.open()
    phone.page.get_by_role("link", name="我的").click()
    number = next(numbers)
    field = phone.page.get_by_label("手机号")
    field.fill(number[:8])
    expect(phone.page.locator(".field-hint")).to_contain_text("还差 3 位")
    expect(phone.page.get_by_role("button", name="发送验证码")).to_be_disabled()
    field.fill("23900000000")
    expect(field).to_have_attribute("aria-invalid", "true")
    phone.sign_in(number)
    expect(phone.page.locator(".who-phone")).to_have_text(f"139****{number[-4:]}")
    phone.page.reload()
    expect(phone.page.locator(".who-phone")).to_have_text(f"139****{number[-4:]}")
    kept = phone.page.evaluate("JSON.stringify({ ...localStorage })")
    assert number not in kept
    phone.page.get_by_role("button", name="返回").click()
    phone.wait_for_list()


def test_the_step_of_the_code_survives_a_page_that_was_dropped(phone: Phone) -> None:
    phone.page.goto("/my")
    number = next(numbers)
    phone.page.get_by_label("手机号").fill(number)
    phone.page.get_by_role("button", name="发送验证码").click()
    expect(phone.page.get_by_label("短信验证码")).to_be_visible()
    phone.page.reload()
    wrong = "000000" if phone.code_of(number) != "000000" else "000001"
    phone.page.get_by_label("短信验证码").fill(wrong)
    expect(phone.page.get_by_role("alert")).to_contain_text("验证码")
    phone.page.get_by_label("短信验证码").fill(phone.code_of(number))
    expect(phone.page.locator(".who-phone")).to_be_visible()


def test_an_access_token_that_is_refused_is_renewed_once_and_nobody_notices(phone: Phone) -> None:
    signed_in(phone)
    asked: list[str] = []

    def refuse_once(route: object) -> None:
        body = route.request.post_data or ""  # type: ignore[attr-defined]
        asked.append(re.search(r"(?:query|mutation) (\w+)", body)[1])  # type: ignore[index]
        if "mutation AddVehicle" in body and asked.count("AddVehicle") == 1:
            route.fulfill(  # type: ignore[attr-defined]
                json={"data": None, "errors": [{"message": "请登录", "extensions": {"code": "SIGN_IN"}}]}
            )
        else:
            route.continue_()  # type: ignore[attr-defined]

    phone.page.route("**/graphql", refuse_once)
    add_vehicle(phone, "晋HD12345")
    expect(phone.page.locator(".plate")).to_have_text("晋H·D12345")
    its_own = [each for each in asked if each in ("AddVehicle", "Refresh", "Me")]  # others look at the same time
    assert its_own == ["AddVehicle", "Refresh", "AddVehicle", "Me"]


def add_vehicle(phone: Phone, plate: str, vin: str = "") -> None:
    phone.page.get_by_role("button", name="添加车辆").click()
    phone.page.get_by_label("车牌号").fill(plate)
    phone.page.get_by_label("车架号 VIN").fill(vin)
    phone.page.get_by_role("button", name="保存").click()


def test_a_vehicle_is_checked_as_one_types_added_and_removed(phone: Phone) -> None:
    signed_in(phone)
    phone.page.get_by_role("button", name="添加车辆").click()
    save = phone.page.get_by_role("button", name="保存")
    plate, vin = phone.page.get_by_label("车牌号"), phone.page.get_by_label("车架号 VIN")
    plate.fill("H12345")
    expect(phone.page.locator(".field.bad")).to_contain_text("省份")
    plate.fill("晋h·d12345")
    expect(phone.page.locator(".field.good")).to_contain_text("新能源车牌")
    right = new_vin()
    wrong = "1" if right[CHECK_AT] != "1" else "2"
    vin.fill(right[:CHECK_AT] + wrong + right[CHECK_AT + 1 :])
    expect(phone.page.locator(".field.bad")).to_contain_text("校验位不符")
    expect(save).to_be_disabled()
    vin.fill(right)
    save.click()
    row = phone.page.locator(".row-item", has_text="晋H·D12345")
    expect(row).to_contain_text(right)
    row.get_by_role("button", name="移除").click()
    expect(row).to_contain_text("不再由您付费")
    row.get_by_role("button", name="移除").click()
    expect(row).to_have_count(0)


def test_a_vin_of_somebody_else_is_refused_in_words(phones: Callable[..., Phone]) -> None:
    first, second = phones(), phones()
    vin = new_vin()
    signed_in(first)
    add_vehicle(first, "晋HD00001", vin)
    expect(first.page.locator(".plate")).to_be_visible()
    signed_in(second)
    add_vehicle(second, "晋HD00002", vin)
    expect(second.page.get_by_role("alert").filter(visible=True)).to_contain_text("在“我的”页面的“车辆”里认领")
    expect(second.page.locator(".plate")).to_have_count(0)


def with_keys(phone: Phone) -> tuple[CDPSession, str]:
    """Gives the phone an authenticator that says yes at once; the protocol's session and the authenticator's id."""
    devtools = phone.page.context.new_cdp_session(phone.page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    return devtools, devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]


def test_signing_out_leaves_nothing_of_oneself_on_the_phone(phone: Phone) -> None:
    signed_in(phone)
    phone.page.get_by_role("button", name="退出登录").click()
    expect(phone.page.get_by_label("手机号")).to_be_visible()
    assert phone.page.evaluate(KEPT) == []
    phone.page.reload()
    expect(phone.page.get_by_label("手机号")).to_be_visible()


KEPT = """() => new Promise(resolve => {
    const open = indexedDB.open("finder-account");
    open.onsuccess = () => {
        const keys = open.result.transaction("kept").objectStore("kept").getAllKeys();
        keys.onsuccess = () => resolve(keys.result);
    };
})"""


def test_a_passkey_signs_in_without_a_message_and_the_other_device_can_be_signed_out(
    phones: Callable[..., Phone],
) -> None:
    here, there = phones(), phones()
    devtools, keys = with_keys(here)
    number = signed_in(here)
    here.page.get_by_role("button", name="在本机添加").click()
    expect(here.page.get_by_text("还没用过")).to_be_visible()
    other, other_keys = with_keys(there)
    [made] = devtools.send("WebAuthn.getCredentials", {"authenticatorId": keys})["credentials"]
    other.send("WebAuthn.addCredential", {"authenticatorId": other_keys, "credential": made})
    there.page.goto("/my")
    there.page.get_by_role("button", name="用通行密钥登录").click()
    expect(there.page.locator(".who-phone")).to_have_text(f"139****{number[-4:]}")
    here.page.reload()
    row = here.page.locator(".row-item", has=here.page.get_by_role("button", name=re.compile("^退出 ")))
    row.get_by_role("button").click()
    expect(row).to_have_count(0)
    there.page.reload()
    expect(there.page.get_by_role("status").filter(has_text="登录已失效")).to_be_visible()


def test_ones_data_is_a_file(phone: Phone, tmp_path: Path) -> None:
    number = signed_in(phone)
    with phone.page.expect_download() as saved:
        phone.page.get_by_role("button", name="导出我的数据").click()
    saved.value.save_as(tmp_path / "data.json")
    assert number in json.dumps(json.loads((tmp_path / "data.json").read_text(encoding="utf-8")))


def test_an_agreement_to_pay_is_made_a_car_charges_under_it_and_it_is_ended(phone: Phone) -> None:
    signed_in(phone)
    phone.page.get_by_role("button", name="用微信支付约定").click()
    row = phone.page.locator(".row-item", has_text="微信支付")
    expect(row).to_contain_text("每次最多 ¥100.00")
    expect(phone.page.get_by_role("button", name="用微信支付约定")).to_have_count(0)
    add_vehicle(phone, "晋HD54321", new_vin())
    car = phone.page.locator(".row-item", has_text="晋H·D54321")
    car.get_by_role("button", name="开通插枪即充").click()
    expect(car).to_contain_text(re.compile("插枪即充：(待验证|已开通)"))
    car.get_by_role("button", name="关闭插枪即充").click()
    car.get_by_role("button", name="关闭插枪即充").click()
    expect(car).to_contain_text("插枪即充：未开通")
    car.get_by_role("button", name="移除").click()
    car.get_by_role("button", name="移除").click()
    expect(car).to_have_count(0)
    row.get_by_role("button", name="解除").click()
    expect(row).to_contain_text("正在进行的照常结算")
    row.get_by_role("button", name="解除").click()
    expect(row).to_contain_text("已解除")


def test_an_answer_that_this_phone_did_not_ask_for_signs_nobody_in(phone: Phone) -> None:
    phone.page.goto("/signed-in?code=planted&state=planted")
    expect(phone.page.get_by_role("alert").filter(visible=True)).to_contain_text("没有正在进行的登录")
    phone.page.goto("/signed-in?error=access_denied")
    expect(phone.page.get_by_role("alert").filter(visible=True)).to_contain_text("没有同意")


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: make pwa")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_accounts_pages(phones: Callable[..., Phone], scheme: str) -> None:
    phone = phones(scheme)
    phone.page.goto("/my")
    expect(phone.page.get_by_label("手机号")).to_be_visible()
    assert phone.violations() == []
    phone.screenshot("sign-in")
    signed_in(phone)
    add_vehicle(phone, "晋HD12345", "")
    expect(phone.page.locator(".plate")).to_be_visible()
    assert phone.violations() == []
    phone.screenshot("my")
    phone.page.get_by_role("button", name="添加车辆").click()
    phone.page.get_by_label("车牌号").fill("晋HO")
    assert phone.violations() == []
    phone.screenshot("vehicle")
    phone.page.get_by_role("button", name="取消").click()
    phone.page.get_by_role("button", name="注销并删除账户").click()
    expect(phone.page.get_by_role("dialog")).to_be_visible()
    assert phone.violations() == []
    phone.screenshot("erase")
