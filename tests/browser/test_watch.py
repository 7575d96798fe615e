"""To be told when a bay frees: by the button on a station's page, in the open application, and by the service worker.

Chromium without a head has no push service behind it, so what one subscribes to is tested against a practice one over
HTTP (tests/journeys/test_watches_over_graphql.py). Here the application itself tells, and the browser's own tools hand
the service worker a message as a push service would.
"""

import json
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import READY_WITHIN_S, ROOT, _free_port
from tests.browser.phone import Phone
from tests.browser.test_account import signed_in

pytestmark = pytest.mark.browser

FREES, DRIVING = "有空位时告诉我", "正开往这里：满位时告诉我"
TOLD_WITHIN_MS = 120_000  # the operator is asked every so often
FREE, CHARGING = 1, 3  # T/CEC 102
NEAR = "{stationsNear(at:{lat:38.42,lon:112.73},radiusM:200000,first:100){edges{node{id evses{id live{status}}}}}}"


def post(url: str, told: object) -> Any:
    request = urllib.request.Request(url, json.dumps(told).encode(), {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def stations(served: str) -> list[dict[str, Any]]:
    return [edge["node"] for edge in post(f"{served}/graphql", {"query": NEAR})["data"]["stationsNear"]["edges"]]


class Street:
    """The practice operators' bays."""

    def __init__(self, served: str, practice: str) -> None:
        self.served, self.practice = served, practice
        self.taken: set[str] = set()

    def small_station(self) -> tuple[str, list[str]]:
        """One that no other test has, and whose bays this operator alone tells of."""
        those = [each for each in stations(self.served) if each["id"] not in self.taken]
        those = [each for each in those if all(evse["id"].startswith("yanmen/") for evse in each["evses"])]
        found = min(those, key=lambda each: len(each["evses"]))
        self.taken.add(found["id"])
        return found["id"], [evse["id"] for evse in found["evses"]]

    def pin(self, bays: list[str], status: int) -> None:
        for bay in bays:
            source, _, native = bay.partition("/")
            post(f"{self.practice}/{source}/_set", {"connectorId": native, "status": status})

    def fill(self) -> tuple[str, list[str]]:
        """Takes all bays of such a station, and waits until the finder knows; which they are."""
        station, bays = self.small_station()
        self.pin(bays, CHARGING)
        until = time.monotonic() + TOLD_WITHIN_MS / 1000
        while time.monotonic() < until:
            shown = next(each for each in stations(self.served) if each["id"] == station)
            if {evse["live"]["status"] for evse in shown["evses"]} == {"CHARGING"}:
                return station, bays
            time.sleep(0.5)
        pytest.fail(f"{shown} is not shown as full")


@pytest.fixture(scope="module")
def street(chromium: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    if not (ROOT / "pwa/dist/index.html").is_file():
        pytest.skip("the phone's application is not built: make pwa")
    port, folder = _free_port(), tmp_path_factory.mktemp("finder")
    told = folder / "practice"
    words = [sys.executable, "-m", "tests.browser.watch_served", str(port), str(folder), str(told)]
    with (folder / "output").open("w+") as output:
        process = subprocess.Popen(words, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT)
        try:
            until = time.monotonic() + READY_WITHIN_S
            while not _somebody_is_there(f"http://localhost:{port}"):
                if process.poll() is not None or time.monotonic() > until:
                    pytest.fail(f"the finder is not ready:\n{(folder / 'output').read_text()[-4000:]}")
                time.sleep(0.5)
            yield Street(f"http://localhost:{port}", told.read_text())
        finally:
            process.terminate()
            process.wait(30)


def _somebody_is_there(served: str) -> bool:
    try:
        return any(each["id"].startswith("yanmen/") for each in stations(served))
    except (urllib.error.URLError, OSError):
        return False


@pytest.fixture(scope="module")
def served(street: Street) -> str:
    return street.served


def watch_a_full_one(phone: Phone, street: Street) -> tuple[str, list[str]]:
    """Presses the button at a station where nothing is free; its name and its bays."""
    station, bays = street.fill()
    phone.open(f"/station/{station}")
    phone.page.get_by_role("button", name=FREES).click()
    expect(phone.page.get_by_text("有空位时会告诉您一次")).to_be_visible()
    return phone.page.locator(".station h1").inner_text(), bays


def test_whoever_is_not_signed_in_is_asked_nothing_but_to_sign_in(phone: Phone, street: Street) -> None:
    station, _ = street.fill()
    phone.open(f"/station/{station}")
    phone.page.get_by_role("button", name="登录后可在有空位时收到提醒").click()
    expect(phone.page.locator(".sign-in")).to_be_visible()
    assert phone.page.evaluate("Notification.permission") != "granted"


def test_a_driver_is_told_in_the_application_that_a_bay_has_freed(phone: Phone, street: Street) -> None:
    page = phone.page
    page.context.grant_permissions(["notifications"])
    signed_in(phone)
    expect(page.get_by_text("没有提醒")).to_be_visible()
    name, bays = watch_a_full_one(phone, street)
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
    street.pin(bays[:1], FREE)
    expect(note).to_be_visible(timeout=TOLD_WITHIN_MS)
    expect(note).to_contain_text(f"{name} 有空位了")
    assert phone.violations() == []
    note.get_by_role("link", name="查看").click()
    expect(page.locator(".station h1")).to_have_text(name)
    expect(note).to_have_count(0)
    page.goto("/my")
    expect(listed.get_by_text("已提醒").first).to_be_visible()
    phone.errors = [error for error in phone.errors if "Push API in incognito" not in error]


def test_a_watch_is_ended_on_the_stations_page(phone: Phone, street: Street) -> None:
    signed_in(phone)
    watch_a_full_one(phone, street)
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
