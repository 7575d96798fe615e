"""Charging from the phone: quote, start, watch, stop, bill; and what happens when the network or the page goes."""

import itertools
import re
import secrets
from collections.abc import Callable
from contextlib import suppress

import pytest
from playwright.sync_api import Error, Route, expect

from tests.browser.phone import AXE, Phone

pytestmark = pytest.mark.browser

# From anywhere: a finder that runs already (FINDER_TEST_URL) sends a number one code a minute.
numbers = (f"137{n:08d}" for n in itertools.count(secrets.randbelow(10**7)))
START = re.compile("开始充电 · 最多 ¥|登录后开始充电")
SLOW = re.compile(r"(?<!\d)7 (kW|千瓦)")
WITHIN_MS = 60_000


used: set[str] = set()  # by the tests before, some of whose sessions still run


def at_a_plug(phone: Phone) -> None:
    """A plug that can be started from here and that no test used, its quote on the page."""
    phone.open("/?free=1")
    for number in range(phone.cards.count()):
        phone.open_station(number)
        bays = phone.page.locator(".bay.s-AVAILABLE")
        # Slow bays first: on a practice day sixty times as fast they stay free for minutes, fast ones for seconds.
        links = [
            link
            for some in (bays.filter(has_text=SLOW), bays)
            for link in some.get_by_role("link", name=re.compile("在此充电")).all()
        ]
        fresh = [href for link in links if (href := link.get_attribute("href") or "") not in used]
        if fresh:
            used.add(fresh[0])
            phone.page.locator(f'.bay a[href="{fresh[0]}"]').click()
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
    begun(phone)


def begun(phone: Phone) -> None:
    """A session of somebody who is signed in."""
    stop, refused = (
        phone.page.get_by_role("button", name="停止充电"),
        phone.page.get_by_role("heading", name="没有开始"),
    )
    # The practice day runs sixty times as fast: a bay may fill between the quote and the start, and one goes on.
    for _ in range(4):
        at_a_plug(phone)
        phone.page.get_by_role("button", name=re.compile("开始充电 · 最多 ¥")).click()
        expect(phone.page).to_have_url(re.compile("/orders/"), timeout=WITHIN_MS)
        expect(stop.or_(refused)).to_be_visible(timeout=WITHIN_MS)
        if stop.is_visible():
            return
    pytest.fail("every start was refused")


def spent(phone: Phone) -> None:
    """Waits until the session has cost something: of one that gave nothing there is no bill to speak of."""
    so_far = phone.page.locator(".figures > div").filter(has_text="已花费")
    expect(so_far).to_contain_text(re.compile(r"¥\d*\.?\d*[1-9]"), timeout=WITHIN_MS)


def stopped(phone: Phone) -> None:
    phone.page.get_by_role("button", name="停止充电").click()
    phone.page.get_by_role("button", name="停止", exact=True).click()
    expect(phone.page.get_by_test_id("pays")).to_be_visible(timeout=WITHIN_MS)


def mine(phone: Phone) -> list[dict[str, object]]:
    """One's orders, as the gateway says."""
    return list(
        phone.page.evaluate(
            """async () => {
                const kept = await new Promise(resolve => {
                    const open = indexedDB.open("finder-account");
                    open.onsuccess = () => {
                        const get = open.result.transaction("kept").objectStore("kept").get("orders");
                        get.onsuccess = () => resolve(get.result);
                    };
                });
                return kept.value.map(({ number, stage }) => ({ number, stage }));
            }"""
        )
    )


def lose_the_start(phone: Phone, *, reach: bool) -> Callable[[], None]:
    """Loses the answer to a start, or, unless it is to `reach` the gateway, the start itself; and every look for one's
    orders, until called."""
    lost = {"startCharging", "orders"}

    def lose(route: Route) -> None:
        name = next((name for name in lost if f"{name}(" in (route.request.post_data or "")), None)
        if name is None:
            route.continue_()
            return
        with suppress(Error):  # of an application that is killed meanwhile nobody waits for the answer
            if name == "startCharging" and reach:
                route.fetch()
            route.abort("connectionfailed")

    phone.expects_network_errors = True
    phone.page.route("**/graphql", lose)
    return lost.clear


def test_a_session_from_the_quote_to_the_bill(phone: Phone) -> None:
    started(phone)
    expect(phone.page.locator(".ring")).to_have_attribute("aria-label", re.compile(r"\d"), timeout=WITHIN_MS)
    expect(phone.page.get_by_test_id("reading-age")).to_contain_text(re.compile("刚刚|前"), timeout=WITHIN_MS)
    expect(phone.page.locator(".chart canvas")).to_be_visible(timeout=WITHIN_MS)
    phone.page.locator("summary").click()
    expect(phone.page.locator("details tbody tr").first).to_contain_text(re.compile(r"\d"))
    stopped(phone)
    expect(phone.page.get_by_text("您停止了充电。")).to_be_visible()
    expect(phone.page.locator(".parts")).to_contain_text(["电费"])
    expect(phone.page.locator("dt", has_text="已扣款")).to_be_visible()
    pays = phone.page.get_by_test_id("pays").inner_text()
    phone.page.goto("/orders")
    expect(phone.page.locator(".order-row")).to_have_count(1)
    expect(phone.page.locator(".order-row")).to_contain_text(pays)
    expect(phone.page.locator(".month")).to_contain_text(f"实付 {pays}")


def test_after_a_session_an_invoice_is_asked_for_and_the_bill_disputed(phone: Phone) -> None:
    started(phone)
    spent(phone)
    stopped(phone)
    asks = phone.page.get_by_role("button", name="开发票")
    expect(asks).to_be_visible(timeout=WITHIN_MS)
    asks.click()
    phone.page.get_by_label("抬头").fill("张三")
    phone.page.get_by_role("button", name="提交").click()
    invoice = phone.over.locator(".block", has=phone.page.get_by_role("heading", name="发票"))
    expect(invoice).to_contain_text(re.compile("等待开具|已开具"))
    expect(invoice).to_contain_text("练习开票服务")
    phone.page.get_by_role("button", name="提出疑问").click()
    phone.page.get_by_role("button", name="提前停止").click()
    phone.page.get_by_label("说明").fill("十分钟就停了")
    assert phone.violations() == []
    phone.screenshot("dispute")
    phone.page.get_by_role("button", name="提出疑问").click()
    expect(phone.page.get_by_role("heading", name="已提出，等待运营商答复")).to_be_visible()
    assert phone.violations() == []
    phone.screenshot("after")
    phone.page.get_by_role("button", name="撤回").click()
    phone.page.get_by_role("button", name="撤回").click()
    expect(phone.page.get_by_role("heading", name="已撤回")).to_be_visible()


def test_a_quote_needs_no_account_and_the_tap_asks_for_one(phone: Phone) -> None:
    at_a_plug(phone)
    total = phone.page.locator(".quote-total .number")
    phone.page.get_by_role("button", name="10 度").click()
    expect(phone.page.locator(".block", has=total)).to_contain_text("10 度")
    phone.page.get_by_role("button", name="按离开时间").click()
    phone.page.get_by_role("button", name="2 小时").click()
    expect(phone.page.locator(".quote-total:not(.busy)")).to_be_visible()
    phone.page.get_by_role("button", name="登录后开始充电").click()
    expect(phone.page.get_by_role("dialog").get_by_label("手机号")).to_be_visible()


def test_an_unknown_price_reads_unknown_and_never_zero(phone: Phone) -> None:
    def unknown(route: Route) -> None:
        answer = route.fetch()
        told = answer.json()
        quote = (told.get("data") or {}).get("quote")
        if quote:
            quote |= {"electricityFen": None, "serviceFen": None, "parkingFen": None, "totalFen": None}
            quote["lines"] = [
                line | {"electricityE4": None, "serviceE4": None, "electricityFen": None, "serviceFen": None}
                for line in quote["lines"]
            ]
        route.fulfill(response=answer, json=told)

    phone.page.route("**/graphql", unknown)
    at_a_plug(phone)
    expect(phone.page.locator(".quote-total")).to_have_text("未知")
    expect(phone.page.locator(".parts")).to_contain_text("未知")
    assert "¥0" not in phone.over.inner_text()
    expect(phone.page.get_by_role("button", name="登录后开始充电")).to_be_visible()


def test_offline_a_start_is_refused_and_not_sent_later(phone: Phone) -> None:
    phone.page.goto("/my")
    phone.sign_in(next(numbers))
    expect(phone.page.locator(".who-phone")).to_be_visible()
    at_a_plug(phone)
    phone.expects_network_errors = True
    phone.page.context.set_offline(True)
    phone.page.get_by_role("button", name=re.compile("开始充电 · 最多 ¥")).click()
    expect(phone.page.get_by_role("alert").filter(visible=True)).to_contain_text("没有发出")
    phone.page.context.set_offline(False)
    phone.page.goto("/orders")
    expect(phone.page.get_by_text("还没有订单")).to_be_visible()


def test_a_start_whose_answer_was_lost_is_found_and_not_begun_twice(phone: Phone) -> None:
    phone.page.goto("/my")
    phone.sign_in(next(numbers))
    expect(phone.page.locator(".who-phone")).to_be_visible()
    at_a_plug(phone)
    again = lose_the_start(phone, reach=True)
    phone.page.get_by_role("button", name=re.compile("开始充电 · 最多 ¥")).click()
    expect(phone.over.get_by_text("已经发出，还没有答复")).to_be_visible()
    again()
    expect(phone.page).to_have_url(re.compile("/orders/"), timeout=WITHIN_MS)
    phone.page.goto("/orders")
    expect(phone.page.locator(".order-row")).to_have_count(1)
    assert len(mine(phone)) == 1


def test_an_old_start_that_never_arrived_is_given_up_and_begins_nothing(phone: Phone) -> None:
    phone.page.goto("/my")
    phone.sign_in(next(numbers))
    expect(phone.page.locator(".who-phone")).to_be_visible()
    at_a_plug(phone)
    again = lose_the_start(phone, reach=False)
    phone.page.get_by_role("button", name=re.compile("开始充电 · 最多 ¥")).click()
    expect(phone.over.get_by_text("已经发出，还没有答复")).to_be_visible()
    phone.page.evaluate(AGED)
    phone.page.goto("/")
    expect(phone.page.locator(".running")).to_contain_text("还没有答复")
    again()
    phone.page.locator(".running").click()
    expect(phone.page.get_by_role("alert").filter(visible=True)).to_contain_text("没有启动成功", timeout=WITHIN_MS)
    phone.page.goto("/orders")
    expect(phone.page.get_by_text("还没有订单")).to_be_visible()


AGED = """() => new Promise(resolve => {
    const open = indexedDB.open("finder-account");
    open.onsuccess = () => {
        const kept = open.result.transaction("kept", "readwrite").objectStore("kept");
        const get = kept.get("intents");
        get.onsuccess = () => {
            kept.put(get.result.map(i => ({ ...i, at: i.at - 91_000 })), "intents").onsuccess = () => resolve();
        };
    };
})"""


def test_a_killed_application_finds_its_session_offline_too(reopened: Callable[[], Phone]) -> None:
    phone = reopened()
    started(phone)
    url = phone.page.url
    phone = reopened()
    phone.open()
    bar = phone.page.locator(".running")
    expect(bar).to_contain_text("充电中")
    phone.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    phone = reopened()
    phone.expects_network_errors = True
    phone.page.context.set_offline(True)
    phone.page.goto("/")
    bar = phone.page.locator(".running")
    expect(bar).to_contain_text("充电中")
    bar.click()
    expect(phone.over.locator(".banner")).to_contain_text("连接中断")
    expect(phone.page.locator(".ring")).to_be_visible()
    assert phone.page.url.endswith(url.rpartition("/")[2])
    phone.page.context.set_offline(False)
    stopped(phone)
    assert phone.errors == []


def test_a_killed_start_without_an_answer_is_found_when_the_application_is_opened(
    reopened: Callable[[], Phone],
) -> None:
    phone = reopened()
    phone.page.goto("/my")
    phone.sign_in(next(numbers))
    expect(phone.page.locator(".who-phone")).to_be_visible()
    at_a_plug(phone)
    lose_the_start(phone, reach=True)
    phone.page.get_by_role("button", name=re.compile("开始充电 · 最多 ¥")).click()
    expect(phone.over.get_by_text("已经发出，还没有答复")).to_be_visible()
    phone = reopened()
    phone.open()
    phone.page.locator(".running", has_text="还没有答复").click()
    expect(phone.page).to_have_url(re.compile("/orders/"), timeout=WITHIN_MS)
    phone.page.goto("/orders")
    expect(phone.page.locator(".order-row")).to_have_count(1)


def test_a_lost_connection_shows_the_last_reading_with_its_age_and_comes_back(phone: Phone) -> None:
    started(phone)
    expect(phone.over.locator(".banner")).to_have_count(0)
    phone.expects_network_errors = True
    phone.page.context.set_offline(True)
    expect(phone.over.locator(".banner")).to_contain_text("连接中断")
    expect(phone.page.locator(".ring")).to_be_visible()
    phone.page.context.set_offline(False)
    expect(phone.over.locator(".banner")).to_have_count(0)


def test_a_pile_is_found_by_the_number_on_it(phone: Phone) -> None:
    at_a_plug(phone)
    evse = phone.query["evse"]
    phone.page.goto("/scan")
    phone.page.get_by_label("桩上的编号").fill("??")
    phone.page.get_by_role("button", name="查找").click()
    expect(phone.page.get_by_role("alert").filter(visible=True)).to_contain_text("二维码")
    phone.page.get_by_label("桩上的编号").fill(evse.partition("/")[2])
    phone.page.get_by_role("button", name="查找").click()
    expect(phone.page.locator(".quote-total")).to_be_visible()
    assert phone.query["evse"] == evse


READER = """() => {
    globalThis.BarcodeDetector = class { async detect() { return [{ rawValue: globalThis.pileCode }]; } };
}"""


def test_the_camera_is_asked_for_after_a_tap_with_the_reason(phone: Phone) -> None:
    at_a_plug(phone)
    evse = phone.query["evse"]
    phone.page.add_init_script(f"globalThis.pileCode = {evse.partition('/')[2]!r}; ({READER})()")
    phone.page.goto("/scan")
    expect(phone.over).to_contain_text("不会保存或上传")
    phone.page.get_by_role("button", name="打开摄像头").click()
    expect(phone.page.locator(".quote-total")).to_be_visible()
    assert phone.query["evse"] == evse


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: make pwa")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_pages_of_charging(phones: Callable[..., Phone], scheme: str) -> None:
    phone = phones(scheme)
    phone.page.goto("/scan")
    expect(phone.page.get_by_label("桩上的编号")).to_be_visible()
    seen(phone, "scan")
    started(phone)
    phone.page.go_back()
    at_a_plug(phone)
    seen(phone, "charge")
    phone.page.goto("/orders")
    expect(phone.page.locator(".order-row")).to_be_visible()
    seen(phone, "orders")
    phone.page.goto("/")
    phone.wait_for_list()
    expect(phone.page.locator(".running")).to_be_visible()
    seen(phone, "list-running")
    phone.page.locator(".running").click()
    expect(phone.page.locator(".chart canvas")).to_be_visible(timeout=WITHIN_MS)
    seen(phone, "session")
    phone.page.get_by_role("button", name="停止充电").click()
    seen(phone, "stop")
    phone.page.get_by_role("button", name="取消", exact=True).click()
    stopped(phone)
    seen(phone, "bill")


def seen(phone: Phone, name: str) -> None:
    assert phone.violations() == []
    assert phone.widest() == 360
    assert phone.small_targets(44) == []
    phone.screenshot(name)


def test_in_elder_mode_every_target_of_charging_is_sixty_pixels(phone: Phone) -> None:
    phone.page.add_init_script("localStorage.setItem('finder.elder', '1')")
    started(phone)
    phone.page.wait_for_timeout(300)
    assert phone.small_targets(60) == []
    assert phone.widest() == 360
    phone.screenshot("session-elder")
    stopped(phone)
    assert phone.widest() == 360
    phone.screenshot("bill-elder")
    at_a_plug(phone)
    assert phone.small_targets(60) == []
    assert phone.widest() == 360
    phone.screenshot("charge-elder")
    phone.page.goto("/my")
    expect(phone.page.locator(".who-phone")).to_be_visible()
    assert phone.small_targets(60) == []
    assert phone.widest() == 360
    phone.screenshot("my-elder")
