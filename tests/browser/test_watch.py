"""To be told when a bay frees: by the button on a station's page, in the open application, and by the service worker.

Chromium without a head has no push service behind it, so what one subscribes to is tested against a practice one over
HTTP (tests/journeys/test_watches_over_graphql.py). Here the application itself tells, and the browser's own tools hand
the service worker a message as a push service would.
"""

import json
import re
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.phone import Phone
from tests.browser.test_account import signed_in

pytestmark = pytest.mark.browser

FREES, DRIVING = "有空位时告诉我", "正开往这里：满位时告诉我"
FREED_WITHIN_MS = 240_000  # a practice day runs at sixty times the speed of ours
NEAR = "{stationsNear(at:{lat:38.42,lon:112.73},radiusM:200000,first:100){edges{node{id evses{id live{status}}}}}}"


def stations(served: str) -> list[dict[str, Any]]:
    body = json.dumps({"query": NEAR}).encode()
    request = urllib.request.Request(f"{served}/graphql", body, {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return [edge["node"] for edge in json.load(answer)["data"]["stationsNear"]["edges"]]


def full(served: str) -> Iterator[str]:
    """Stations without a free bay, those first at which several cars charge: one of them will leave soon."""
    busy: dict[str, int] = {}
    for station in stations(served):
        said = [evse["live"]["status"] for evse in station["evses"]]
        if "AVAILABLE" not in said and "UNKNOWN" not in said:
            busy[station["id"]] = said.count("CHARGING")
    yield from sorted(busy, key=lambda each: -busy[each])


def watch_a_full_one(phone: Phone, served: str) -> str:
    """Presses the button at a station where nothing is free; its name."""
    phone.open()
    for _ in range(3):
        for station in full(served):
            phone.open(f"/station/{station}")
            button = phone.page.get_by_role("button", name=re.compile(f"{FREES}|{DRIVING}"))
            expect(button).to_be_visible()
            if button.inner_text() != FREES:
                continue  # one freed meanwhile
            button.click()
            waits = phone.page.get_by_text("有空位时会告诉您一次")
            expect(waits.or_(phone.page.locator(".watch [role=alert]"))).to_be_visible()
            if waits.is_visible():
                return phone.page.locator("h1").inner_text()
        phone.page.wait_for_timeout(5_000)
    pytest.fail("no station was full for long enough")


def test_whoever_is_not_signed_in_is_asked_nothing_but_to_sign_in(phone: Phone, served: str) -> None:
    phone.open()
    phone.open(f"/station/{stations(served)[0]['id']}")
    phone.page.get_by_role("button", name="登录后可在有空位时收到提醒").click()
    expect(phone.page.locator(".sign-in")).to_be_visible()
    assert phone.page.evaluate("Notification.permission") != "granted"


def test_a_driver_is_told_in_the_application_that_a_bay_has_freed(phone: Phone, served: str) -> None:
    page = phone.page
    page.context.grant_permissions(["notifications"])
    signed_in(phone)
    expect(page.get_by_text("没有提醒")).to_be_visible()
    name = watch_a_full_one(phone, served)
    expect(page.get_by_text("本机收不到推送")).to_be_visible()
    assert phone.violations() == []
    assert phone.widest() <= 360
    page.goto("/my")
    listed = page.locator(".row-item", has_text=name)
    expect(listed.get_by_text("等待中")).to_be_visible()
    assert phone.violations() == []

    page.goto("/")  # told wherever one is
    phone.wait_for_list()
    note = page.locator(".told-note")
    expect(note).to_be_visible(timeout=FREED_WITHIN_MS)
    expect(note).to_contain_text(f"{name} 有空位了")
    assert phone.violations() == []
    note.get_by_role("link", name="查看").click()
    expect(page.locator("h1")).to_have_text(name)
    expect(note).to_have_count(0)
    page.goto("/my")
    expect(listed.get_by_text("已提醒").first).to_be_visible()


def test_a_watch_is_ended_on_the_stations_page(phone: Phone, served: str) -> None:
    signed_in(phone)
    watch_a_full_one(phone, served)
    phone.page.get_by_role("button", name="取消提醒").click()
    expect(phone.page.get_by_role("button", name=re.compile(f"{FREES}|{DRIVING}"))).to_be_visible()


def test_the_service_worker_shows_what_is_pushed_and_a_message_that_cannot_be_read(phone: Phone, served: str) -> None:
    page = phone.page
    page.context.grant_permissions(["notifications"])
    phone.open()
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    tools = page.context.new_cdp_session(page)
    ids: list[str] = []
    tools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: ids.extend(each["registrationId"] for each in told["registrations"]),
    )
    tools.send("ServiceWorker.enable")
    page.wait_for_timeout(300)
    told = {"title": "金北站 有空位了", "body": "先到先得", "tag": "watch-1", "url": "/station/jinbei/1"}
    for data in (json.dumps(told), json.dumps({**told, "body": "再次"}), "x"):
        tools.send("ServiceWorker.deliverPushMessage", {"origin": served, "registrationId": ids[-1], "data": data})
    shown = page.evaluate(
        """async () => {
            const worker = await navigator.serviceWorker.ready;
            for (let n = 0; n < 50; n += 1) {
                const all = await worker.getNotifications();
                if (all.length > 1 && all.some((each) => each.body === "再次"))
                    return all.map(({ title, body, tag, data }) => ({ title, body, tag, url: data.url }));
                await new Promise((resolve) => setTimeout(resolve, 100));
            }
            return (await worker.getNotifications()).map(({ title, body }) => ({ title, body }));
        }"""
    )
    assert sorted(shown, key=lambda each: each["title"]) == [
        {"title": "充电地图", "body": "", "tag": "", "url": "/my"},
        {**told, "body": "再次"},
    ]
