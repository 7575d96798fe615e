"""Reports of blocked bays from the phone: three taps, without a network, from too far away, and what is shown of it."""

import io
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Locator, Request, Route, expect

from tests.browser.citizens import STATION, Citizen, numbers, paid, stand
from tests.browser.phone import AXE, Phone

pytestmark = pytest.mark.browser

WITHIN_MS = 60_000


def opened(phone: Phone, station: Any) -> None:
    phone.open(f"/station/{station['id']}")


def tile(phone: Phone, bay: Any) -> Locator:
    """The bay as the page shows it."""
    return phone.page.locator(".bay", has=phone.page.locator(".bay-label", has_text=re.compile(f"^{bay['label']}$")))


def choose(phone: Phone, bay: Any) -> Locator:
    """The first two taps; the sheet, ready to be sent."""
    phone.page.get_by_role("button", name="报告车位被占").click()
    sheet = phone.page.get_by_role("dialog")
    sheet.get_by_role("button", name=re.compile(f"^车位 {bay['label']} ")).click()
    return sheet


def send(phone: Phone) -> None:
    phone.page.get_by_role("dialog").get_by_role("button", name="发送", exact=True).click()


def told(phone: Phone) -> Locator:
    return phone.page.get_by_test_id("told")


def close(phone: Phone) -> None:
    told(phone).get_by_role("button", name="关闭").click()


def said_of(citizen: Citizen, station: Any, bay: Any) -> Any:
    """The bay, as the gateway tells everybody."""
    return next(e for e in citizen.ask(STATION, i=station["id"])["evses"] if e["id"] == bay["id"])


def free_and_counted(phone: Phone) -> list[int]:
    """The number in the badge, and how many bays on the page are free."""
    return list(
        phone.page.evaluate(
            """() => [Number(document.querySelector('main.station .badge-free')?.textContent ?? 0),
                      document.querySelectorAll('main.station .bay.s-AVAILABLE').length]"""
        )
    )


def test_two_citizens_block_a_bay_in_three_taps_each_and_one_clears_it(phones: Callable[..., Phone]) -> None:
    one, other = phones(), phones()
    first, second = Citizen(one), Citizen(other)
    paid(first, second)
    station, bay = first.free()
    first.take()
    second.take()
    for phone in (one, other):
        stand(phone, station)
        opened(phone, station)
    expect(tile(one, bay)).to_have_attribute("data-status", "AVAILABLE")

    choose(one, bay)
    send(one)
    expect(told(one)).to_contain_text("已收到", timeout=WITHIN_MS)
    expect(told(one)).to_contain_text("另一人或地锁、车位传感器印证后")
    close(one)
    expect(tile(one, bay)).to_contain_text("有人报告停了燃油车")
    expect(tile(one, bay)).to_have_attribute("data-status", "AVAILABLE")

    choose(other, bay)
    send(other)
    expect(told(other)).to_contain_text("已印证", timeout=WITHIN_MS)
    close(other)
    # The first one's page hears of it, and asks by whom and until when.
    for phone in (one, other):
        expect(tile(phone, bay)).to_have_attribute("data-status", "BLOCKED")
        expect(tile(phone, bay)).to_contain_text(re.compile(r"市民报告，显示到 \d\d:\d\d"))
        shown, counted = free_and_counted(phone)
        assert shown == counted

    one.page.goto("/reports")
    expect(one.page.locator(".row-item")).to_have_attribute("data-state", "CONFIRMED")
    expect(one.page.locator(".row-item")).to_contain_text(re.compile(r"已印证 · 显示到 \d\d:\d\d"))
    expect(one.page.locator(".row-item")).to_contain_text("车位显示为被占")

    tile(other, bay).get_by_role("button", name=f"已空出 {bay['label']}").click()
    send(other)
    expect(told(other)).to_contain_text("已收到", timeout=WITHIN_MS)
    close(other)
    expect(tile(other, bay)).not_to_have_attribute("data-status", "BLOCKED")
    one.page.goto("/reports")
    expect(one.page.locator(".row-item")).to_have_attribute("data-state", "CLEARED")
    expect(one.page.locator(".row-item")).to_contain_text("有人在场确认车位已空出")


def test_without_a_network_a_report_waits_and_is_sent_once_with_its_true_time(phone: Phone) -> None:
    citizen = Citizen(phone)
    station, bay = citizen.free()
    citizen.take()
    stand(phone, station)
    phone.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    phone.page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    opened(phone, station)
    asked: list[Any] = []

    def note(request: Request) -> None:
        if "reportBay" in (request.post_data or "") and "mutation" in (request.post_data or ""):
            asked.append(json.loads(request.post_data or "")["variables"]["input"])

    phone.page.on("request", note)
    phone.expects_network_errors = True
    phone.page.context.set_offline(True)
    choose(phone, bay)
    before = phone.page.evaluate("Date.now()")
    send(phone)
    expect(told(phone)).to_contain_text("已保存，等待发送")
    close(phone)
    waiting = phone.page.get_by_test_id("waiting")
    expect(waiting).to_contain_text("等待发送")
    expect(tile(phone, bay)).to_contain_text("您的报告等待发送")
    # The application is opened again, still without a network.
    phone.page.reload()
    expect(waiting).to_contain_text(f"车位 {bay['label']}")
    assert asked == []
    seen_by = phone.page.evaluate("Date.now()")
    phone.page.context.set_offline(False)
    expect(waiting).to_have_count(0, timeout=WITHIN_MS)
    expect(tile(phone, bay)).to_contain_text("有人报告停了燃油车")
    phone.page.goto("/reports")
    expect(phone.page.locator(".row-item")).to_have_count(1)
    assert len({each["idempotencyKey"] for each in asked}) == 1
    seen_at = phone.page.evaluate("at => Date.parse(at)", asked[0]["seenAt"])
    assert before - 2_000 <= seen_at <= seen_by
    assert asked[0]["accuracyM"] == 20


def test_a_report_whose_answer_was_lost_is_sent_again_and_counts_once(phone: Phone) -> None:
    citizen = Citizen(phone)
    station, bay = citizen.free()
    citizen.take()
    stand(phone, station)
    opened(phone, station)
    asked: list[Any] = []

    def lose(route: Route) -> None:
        text = route.request.post_data or ""
        if "reportBay(" not in text:
            route.continue_()
            return
        asked.append(json.loads(text)["variables"]["input"])
        if len(asked) > 1:
            route.continue_()
            return
        route.fetch()
        route.abort("connectionfailed")

    phone.expects_network_errors = True
    phone.page.route("**/graphql", lose)
    choose(phone, bay)
    send(phone)
    expect(told(phone)).to_contain_text("已保存，等待发送", timeout=WITHIN_MS)
    assert said_of(citizen, station, bay)["reportedBay"] == {"kind": "FUEL_CAR"}
    close(phone)
    waiting = phone.page.get_by_test_id("waiting")
    waiting.get_by_role("button", name="现在发送").click()
    expect(waiting).to_have_count(0, timeout=WITHIN_MS)
    assert len(asked) == 2
    assert asked[0] == asked[1]
    phone.page.goto("/reports")
    expect(phone.page.locator(".row-item")).to_have_count(1)


def test_whoever_signs_out_leaves_no_report_behind(phone: Phone) -> None:
    citizen = Citizen(phone)
    station, bay = citizen.free()
    citizen.take()
    stand(phone, station)
    opened(phone, station)
    phone.expects_network_errors = True
    phone.page.route("**/graphql", lambda route: route.abort("connectionfailed"))
    choose(phone, bay)
    send(phone)
    expect(told(phone)).to_contain_text("已保存，等待发送")
    phone.page.unroute("**/graphql")
    # Held back, or it would be sent as soon as the application is opened.
    phone.page.evaluate(CHANGED, {"held": True})
    phone.page.goto("/")
    expect(phone.page.locator(".running")).to_contain_text("1 条报告未发送")
    phone.page.locator(".running").click()
    expect(phone.page.get_by_test_id("waiting")).to_contain_text("车位")
    phone.page.goto("/my")
    phone.page.get_by_role("button", name="退出登录").click()
    expect(phone.page.get_by_label("手机号")).to_be_visible()
    opened(phone, station)
    expect(phone.page.get_by_test_id("waiting")).to_have_count(0)
    assert phone.page.evaluate(KEPT) == 0


KEPT = """() => new Promise(resolve => {
    const open = indexedDB.open("finder-reports");
    open.onsuccess = () => {
        const get = open.result.transaction("kept").objectStore("kept").get("reports");
        get.onsuccess = () => resolve((get.result ?? []).length);
    };
})"""
CHANGED = """by => new Promise(resolve => {
    const open = indexedDB.open("finder-reports");
    open.onsuccess = () => {
        const kept = open.result.transaction("kept", "readwrite").objectStore("kept");
        const get = kept.get("reports");
        get.onsuccess = () => {
            kept.put(get.result.map(r => ({ ...r, ...by })), "reports").onsuccess = () => resolve();
        };
    };
})"""
AGED = """ms => new Promise(resolve => {
    const open = indexedDB.open("finder-reports");
    open.onsuccess = () => {
        const kept = open.result.transaction("kept", "readwrite").objectStore("kept");
        const get = kept.get("reports");
        get.onsuccess = () => {
            kept.put(get.result.map(r => ({ ...r, at: r.at - ms })), "reports").onsuccess = () => resolve();
        };
    };
})"""


def test_what_waited_for_two_hours_is_dropped_with_a_word(phone: Phone) -> None:
    citizen = Citizen(phone)
    station, bay = citizen.free()
    citizen.take()
    stand(phone, station)
    opened(phone, station)
    phone.expects_network_errors = True
    phone.page.route("**/graphql", lambda route: route.abort("connectionfailed"))
    choose(phone, bay)
    send(phone)
    expect(told(phone)).to_contain_text("已保存，等待发送")
    phone.page.evaluate(AGED, 2 * 3_600_000 + 1)
    phone.page.unroute("**/graphql")
    opened(phone, station)
    waiting = phone.page.get_by_test_id("waiting")
    expect(waiting).to_contain_text("看到已超过 2 小时")
    expect(waiting).to_contain_text("没有发送")
    waiting.get_by_role("button", name="知道了").click()
    expect(waiting).to_have_count(0)
    phone.page.goto("/reports")
    expect(phone.page.get_by_text("还没有报告")).to_be_visible()


def test_from_far_away_it_is_refused_with_what_to_do_and_goes_from_near_by(phone: Phone) -> None:
    citizen = Citizen(phone)
    station, bay = citizen.free()
    citizen.take()
    stand(phone, station, north_m=2_000)
    opened(phone, station)
    choose(phone, bay)
    send(phone)
    trouble = phone.page.get_by_role("dialog").get_by_role("alert").filter(visible=True)
    expect(trouble).to_contain_text("只能在充电站 300 米以内报告", timeout=WITHIN_MS)
    expect(trouble).to_contain_text("2.0 公里")
    stand(phone, station)
    send(phone)
    expect(told(phone)).to_contain_text("已收到", timeout=WITHIN_MS)
    close(phone)
    expect(phone.page.get_by_test_id("waiting")).to_have_count(0)
    choose(phone, bay)
    send(phone)
    expect(trouble).to_contain_text("您已报告过这个车位")


def test_without_leave_to_read_the_position_it_says_how_to_give_it(phone: Phone) -> None:
    citizen = Citizen(phone)
    station, bay = citizen.free()
    citizen.take()
    phone.page.context.clear_permissions()
    opened(phone, station)
    choose(phone, bay)
    send(phone)
    expect(phone.page.get_by_role("dialog").get_by_role("alert").filter(visible=True)).to_contain_text(
        "允许本网站使用位置"
    )


def test_whoever_is_not_signed_in_is_asked_to_and_the_draft_survives(phone: Phone) -> None:
    citizen = Citizen(phone)
    station, bay = citizen.free()
    stand(phone, station)
    opened(phone, station)
    sheet = choose(phone, bay)
    sheet.get_by_role("button", name="电车，没在充电").click()
    sheet.get_by_label("车牌号").fill("晋H·D12345")
    send(phone)
    expect(sheet.get_by_label("手机号")).to_be_visible()
    # Even where the application is closed on the way; it is then not sent without a tap.
    phone.page.reload()
    waiting = phone.page.get_by_test_id("waiting")
    expect(waiting).to_contain_text("登录后才能发送")
    waiting.get_by_role("button", name="现在发送").click()
    phone.sign_in(next(numbers))
    expect(waiting).to_have_count(0, timeout=WITHIN_MS)
    expect(tile(phone, bay)).to_contain_text("有人报告停了车没充电")
    assert said_of(citizen, station, bay)["reportedBay"] == {"kind": "PARKED_NOT_CHARGING"}


def test_a_photo_is_made_small_framed_and_goes_along(phone: Phone) -> None:
    citizen = Citizen(phone)
    station, bay = citizen.free()
    citizen.take()
    stand(phone, station)
    opened(phone, station)
    sheet = choose(phone, bay)
    chooser = sheet.locator("input[type=file]")
    expect(chooser).to_have_attribute("capture", "environment")
    chooser.set_input_files({"name": "a.txt", "mimeType": "image/jpeg", "buffer": b"not a picture"})
    expect(sheet.get_by_role("alert").filter(visible=True)).to_contain_text("打不开")
    chooser.set_input_files({"name": "car.jpg", "mimeType": "image/jpeg", "buffer": picture(4000, 3000)})
    framed = sheet.get_by_test_id("framed")
    expect(framed.locator("img")).to_be_visible()
    # What is shown is what is sent.
    assert framed.locator("img").evaluate("img => img.decode().then(() => [img.naturalWidth, img.naturalHeight])") == [
        2048,
        1536,
    ]
    sheet.get_by_role("button", name="框出车牌").click()
    framed.scroll_into_view_if_needed()
    box = framed.bounding_box()
    assert box is not None
    # By two taps, which is too much; then by one stroke.
    for x, y in ((0.05, 0.1), (0.95, 0.9)):
        phone.page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])
    expect(sheet.get_by_text("框太大了")).to_be_visible()
    phone.page.mouse.move(box["x"] + 0.25 * box["width"], box["y"] + 0.5 * box["height"])
    phone.page.mouse.down()
    phone.page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.6 * box["height"])
    phone.page.mouse.up()
    expect(sheet.get_by_text("框内的车牌不会被遮住")).to_be_visible()
    assert phone.widest() == 360
    with phone.page.expect_request("**/reports/photos") as posted:
        send(phone)
    expect(told(phone)).to_contain_text("已收到", timeout=WITHIN_MS)
    expect(told(phone)).not_to_contain_text("照片没有收下")
    answer = posted.value.response()
    assert answer is not None
    assert answer.status == 201
    x, y, width, height = (float(share) for share in posted.value.headers["finder-plate-frame"].split(","))
    assert (x, y, width, height) == pytest.approx((0.25, 0.5, 0.25, 0.1), abs=0.01)
    assert posted.value.headers["content-type"] == "image/jpeg"


def picture(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(out, "JPEG")
    return out.getvalue()


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: make pwa")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_where_bays_are_reported(phones: Callable[..., Phone], scheme: str) -> None:
    phone = phones(scheme)
    citizen = Citizen(phone)
    station, bay = citizen.free()
    citizen.take()
    stand(phone, station)
    opened(phone, station)
    sheet = choose(phone, bay)
    sheet.locator("input[type=file]").set_input_files(
        {"name": "car.jpg", "mimeType": "image/jpeg", "buffer": picture(800, 600)}
    )
    expect(sheet.get_by_test_id("framed").locator("img")).to_be_visible()
    sheet.get_by_label("车牌号").fill("晋HO")
    seen(phone, "report")
    sheet.get_by_label("车牌号").fill("")
    phone.expects_network_errors = True
    phone.page.context.set_offline(True)
    send(phone)
    expect(told(phone)).to_contain_text("已保存，等待发送")
    seen(phone, "report-kept")
    close(phone)
    expect(phone.page.get_by_test_id("waiting")).to_be_visible()
    seen(phone, "report-waiting")
    phone.page.context.set_offline(False)
    expect(tile(phone, bay)).to_contain_text("有人报告", timeout=WITHIN_MS)
    tile(phone, bay).scroll_into_view_if_needed()
    seen(phone, "report-bay")
    tile(phone, bay).get_by_role("button", name=re.compile("已空出")).click()
    expect(phone.page.get_by_role("dialog").get_by_text("请确认车位上现在没有车")).to_be_visible()
    seen(phone, "report-clear")
    phone.page.goto("/reports")
    expect(phone.page.locator(".row-item")).to_be_visible()
    seen(phone, "my-reports")


def seen(phone: Phone, name: str) -> None:
    assert phone.violations() == []
    assert phone.widest() == 360
    assert phone.small_targets(44) == []
    phone.screenshot(name)
