"""What a payment application has to confirm is handed to it, and the phone waits until the gateway has heard of it.

The practice channels agree by themselves. Here the gateway's answers are shown as a real channel's would be: waiting,
with what it gave, until the test says that the driver has agreed.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Route, WebSocketRoute, expect

from tests.browser.phone import AXE, Phone
from tests.browser.test_account import signed_in
from tests.browser.test_charging import WITHIN_MS, at_a_plug, numbers

pytestmark = pytest.mark.browser

SCORE = {
    "mch_id": "1230000109",
    "package": "AAQTnZoA/+=",
    "timestamp": "1764000000",
    "nonce_str": "8f14e45fceea167a",
    "sign_type": "HMAC-SHA256",
    "sign": "029B52F67573D7E3BE74904BF9AEA",
}
ALIPAY = {"order_string": "app_id=2021&biz_content=%7B%22amount%22%3A%2250.00%22%7D&sign_type=RSA2&sign=a%2Bb%3D"}
MOBILE = "Mozilla/5.0 (Linux; Android 15; K) AppleWebKit/537.36 Chrome/156.0.0.0 Mobile Safari/537.36"
BRIDGE = """window.asked = [];
window.WeixinJSBridge = { invoke: (call, ask, answered) => {
    window.asked.push([call, ask]);
    setTimeout(() => answered({ err_code: "0" }), 50);
} };"""
INSIDE_WECHAT = "https://open.weixin.qq.com/connect/oauth2/authorize?appid=wx1&state=s#wechat_redirect"


def agent(phone: Phone, name: str) -> None:
    phone.page.add_init_script(f"Object.defineProperty(navigator, 'userAgent', {{ get: () => {name!r} }})")


def waiting(phone: Phone, given: dict[str, str]) -> Callable[[], None]:
    """Shows one's orders as waiting for their driver's word, until called."""
    waits = True

    def shown(order: dict[str, Any]) -> None:
        if "confirm" in order and waits:
            order |= {"stage": "CONFIRM", "confirm": [{"name": n, "value": v} for n, v in given.items()]}

    def rewrite(route: Route) -> None:
        answer = route.fetch()
        told = answer.json()
        data = told.get("data") or {}
        for channel in data.get("payChannels") or ():
            channel["practice"] = False
        for one in (data.get("order"), data.get("startCharging"), *(data.get("orders") or ())):
            if one:
                shown(one)
        route.fulfill(response=answer, json=told)

    def agreed() -> None:
        nonlocal waits
        waits = False

    def cut(socket: WebSocketRoute) -> None:
        socket.close()

    phone.expects_network_errors = True
    phone.page.route("**/graphql", rewrite)
    phone.page.route_web_socket(re.compile("/graphql$"), cut)
    return agreed


def held(phone: Phone) -> None:
    """An order that waits, on its page."""
    phone.page.goto("/my")
    phone.sign_in(next(numbers))
    expect(phone.page.locator(".who-phone")).to_be_visible()
    at_a_plug(phone)
    phone.page.get_by_role("button", name=re.compile("开始充电 · 最多 ¥")).click()
    expect(phone.page).to_have_url(re.compile("/orders/"), timeout=WITHIN_MS)


def test_on_a_desktop_the_page_is_taken_to_the_phone_by_a_code_and_follows_what_is_agreed_there(
    phones: Callable[..., Phone],
) -> None:
    desk = phones(width=1000, height=800)
    agreed = waiting(desk, SCORE)
    held(desk)
    panel = desk.page.locator(".handover")
    expect(panel.get_by_role("img", name="本页的二维码，用微信扫描")).to_be_visible()
    expect(panel).to_contain_text("用手机上的微信扫一扫")
    desk.screenshot("confirm-desk")
    panel.get_by_role("button", name="我已确认").click()
    expect(panel.get_by_role("status").filter(has_text="还没有收到微信的确认")).to_be_visible()
    expect(desk.page.get_by_role("button", name=re.compile("取消|放弃|不充")).first).to_be_visible()
    agreed()
    expect(panel).to_have_count(0, timeout=WITHIN_MS)
    expect(desk.page.get_by_role("button", name="停止充电").or_(desk.page.locator(".steps")).first).to_be_visible()


def test_a_phone_opens_alipay_and_inside_wechat_its_bridge_is_asked(phones: Callable[..., Phone]) -> None:
    phone = phones()
    agent(phone, MOBILE)
    waiting(phone, ALIPAY)
    held(phone)
    link = phone.page.get_by_role("link", name="打开支付宝确认")
    expect(link).to_have_attribute(
        "href", re.compile(r"^alipays://platformapi/startapp\?appId=20000125&orderSuffix=app")
    )
    assert phone.widest() <= 360
    assert phone.small_targets(44) == []
    if AXE.is_file():
        assert phone.violations() == []
    phone.screenshot("confirm-phone")

    inside = phones()
    agent(inside, f"{MOBILE} MicroMessenger/8.0.50")
    inside.page.add_init_script(BRIDGE)
    agreed = waiting(inside, SCORE)
    held(inside)
    inside.page.get_by_role("button", name="打开微信确认").click()
    expect(inside.page.get_by_role("status").filter(has_text="还没有收到微信的确认")).to_be_visible()
    [[call, ask]] = inside.page.evaluate("window.asked")
    assert (call, ask["businessType"]) == ("openBusinessView", "wxpayScoreUse")
    assert "package=AAQTnZoA%2F%2B%3D&" in ask["queryString"]
    agreed()
    expect(inside.page.locator(".handover")).to_have_count(0, timeout=WITHIN_MS)


def test_an_agreement_that_only_wechat_can_sign_is_waited_for_and_may_be_done_without(phone: Phone) -> None:
    signed_in(phone)

    def real(route: Route) -> None:
        if "beginLink" in (route.request.post_data or ""):
            route.fulfill(json={"data": {"beginLink": {"url": INSIDE_WECHAT, "ticket": "t"}}})
            return
        answer = route.fetch()
        told = answer.json()
        for channel in (told.get("data") or {}).get("payChannels") or ():
            channel["practice"] = False
        route.fulfill(response=answer, json=told)

    phone.page.route("**/graphql", real)
    phone.page.reload()
    sign = phone.page.get_by_role("button", name="用微信支付约定")
    sign.click()
    panel = phone.page.locator(".inset.handover")
    expect(panel).to_contain_text("正在等待与微信支付的签约")
    expect(panel.get_by_role("img", name=re.compile("二维码"))).to_be_visible()
    if AXE.is_file():
        assert phone.violations() == []
    phone.screenshot("signing")
    phone.page.reload()
    expect(panel.get_by_role("button", name="重新打开")).to_be_visible()  # it outlives the page
    panel.get_by_role("button", name="不签了").click()
    expect(panel).to_have_count(0)
    sign.click()
    # Signed meanwhile in another window of the same person.
    other = phone.page.context.new_page()
    other.goto("/my")
    other.get_by_role("button", name="不签了").click()
    other.get_by_role("button", name="用微信支付约定").click()
    expect(other.locator(".row-item", has_text="微信支付")).to_be_visible()
    other.close()
    expect(phone.page.locator(".row-item", has_text="微信支付")).to_be_visible(timeout=WITHIN_MS)
    expect(panel).to_have_count(0)
