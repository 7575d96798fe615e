"""The list: nearest first, filters in the address, ages in words, live."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Response, Route, expect

from tests.browser.phone import Phone

pytestmark = pytest.mark.browser

AGE = re.compile(r"刚刚|\d+ (秒|分钟|小时|天)前|从未收到")


def metres(text: str) -> float:
    number, unit = re.search(r"([\d.]+) (米|公里)", text).groups()  # type: ignore[union-attr]
    return float(number) * (1000 if unit == "公里" else 1)


def test_the_nearest_station_comes_first_and_each_says_how_old_it_is(phone: Phone) -> None:
    phone.open()
    texts = phone.cards.all_inner_texts()
    assert len(texts) >= 3
    distances = [metres(text) for text in texts]
    assert distances == sorted(distances)
    assert all(AGE.search(text) for text in texts)
    assert all(re.search(r"\d+\s*/\s*\d+|未知|停用", text) for text in texts)


def test_the_big_number_is_the_sum_of_what_the_list_says_is_free(phone: Phone) -> None:
    phone.open()
    same = phone.page.wait_for_function(
        """() => {
            const free = [...document.querySelectorAll('.card .badge-free')].map(e => Number(e.textContent));
            const big = Number(document.querySelector('[data-testid=free-now] .number').textContent);
            return free.length > 0 && big === free.reduce((a, b) => a + b, 0);
        }"""
    )
    assert same.json_value() is True


def test_practice_data_says_so_on_every_surface(phone: Phone) -> None:
    phone.open()
    expect(phone.page.locator("main .practice")).to_contain_text("演示数据")
    phone.open_station()
    expect(phone.page.locator("main.station .practice")).to_contain_text("演示数据")
    phone.open("/map")
    expect(phone.page.locator(".map-view .practice")).to_contain_text("演示数据")


def test_a_filter_is_in_the_address_and_in_the_list_and_survives_a_reload(phone: Phone) -> None:
    phone.open()
    chip = phone.page.locator("main").get_by_role("button", name="≥120 kW")
    chip.click()
    expect(chip).to_have_attribute("aria-pressed", "true")
    phone.wait_for_list()
    assert phone.query == {"kw": "120"}
    powers = [int(re.search(r"(\d+) kW", text).group(1)) for text in phone.cards.all_inner_texts()]  # type: ignore[union-attr]
    assert powers
    assert min(powers) >= 120
    phone.page.reload()
    phone.wait_for_list()
    expect(phone.page.locator("main").get_by_role("button", name="≥120 kW")).to_have_attribute("aria-pressed", "true")


def stations_asked(answer: Response) -> bool:
    return answer.url.endswith("/graphql") and "stationsNear(" in (answer.request.post_data or "")


def test_free_now_lists_only_stations_with_a_free_bay(phone: Phone) -> None:
    phone.open()
    with phone.page.expect_response(stations_asked) as asked:
        phone.page.locator("main").get_by_role("button", name="现在空闲").click()
    edges = asked.value.json()["data"]["stationsNear"]["edges"]
    assert edges
    assert all(edge["node"]["availability"]["available"] > 0 for edge in edges)
    assert phone.query == {"free": "1"}


def test_the_sheet_of_filters_sets_and_clears_all(phone: Phone) -> None:
    phone.open()
    phone.page.get_by_role("button", name="筛选").click()
    sheet = phone.page.get_by_role("dialog")
    sheet.get_by_role("button", name="国标交流").click()
    sheet.get_by_role("button", name="光伏").click()
    assert phone.query == {"type": "GBT_AC", "attr": "SOLAR"}
    expect(sheet.get_by_role("group", name="运营商").get_by_role("button")).not_to_have_count(0)
    sheet.get_by_role("button", name="清空").click()
    assert phone.query == {}
    phone.page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)


def test_a_town_is_found_and_looked_around(phone: Phone) -> None:
    phone.open()
    phone.page.get_by_role("button", name="搜索充电站、城镇").click()
    phone.page.get_by_role("searchbox").fill("原平")
    phone.page.get_by_role("dialog").locator(".chip", has_text="原平").first.click()
    phone.wait_for_list()
    assert phone.query["near"].startswith("原平")
    expect(phone.page.locator(".place")).to_contain_text("原平")


def test_the_position_is_asked_for_only_after_a_tap_and_refusal_leaves_towns(phone: Phone) -> None:
    phone.page.add_init_script(
        """window.asked = 0;
        navigator.geolocation.getCurrentPosition = (ok, refused) => {
            window.asked++;
            refused({ code: 1, PERMISSION_DENIED: 1 });
        };"""
    )
    phone.open()
    phone.page.get_by_role("button", name="用我的位置").click()
    assert phone.page.evaluate("asked") == 0
    expect(phone.page.get_by_role("dialog")).to_contain_text("位置不会被保存")
    phone.page.get_by_role("button", name="同意并定位").click()
    expect(phone.page.get_by_role("alert")).to_contain_text("没有得到位置权限")
    assert phone.page.evaluate("asked") == 1
    phone.page.get_by_role("dialog").locator(".chip", has_text="定襄").first.click()
    assert phone.query["near"].startswith("定襄")


def test_ones_own_position_sorts_the_list_and_stays_out_of_the_address(phones: Callable[..., Phone]) -> None:
    phone = phones()
    phone.page.context.grant_permissions(["geolocation"])
    phone.page.context.set_geolocation({"latitude": 38.73, "longitude": 112.71})
    phone.open()
    phone.page.get_by_role("button", name="用我的位置").click()
    with phone.page.expect_response(stations_asked) as asked:
        phone.page.get_by_role("button", name="同意并定位").click()
    sent = asked.value.request.post_data_json
    assert sent is not None
    assert sent["variables"]["at"] == {"lat": 38.73, "lon": 112.71}
    assert phone.query == {"at": "me"}


def test_a_bay_flips_on_the_screen_without_a_reload(phone: Phone) -> None:
    phone.open()
    expect(phone.page.locator(".pulse.on")).to_be_visible()
    phone.page.evaluate(
        """() => {
            window.stayed = true;
            window.flips = new Set();
            new MutationObserver(() => {
                for (const card of document.querySelectorAll('.card.glow')) window.flips.add(card.textContent);
            }).observe(document.querySelector('main'), { subtree: true, attributes: true, attributeFilter: ['class'] });
        }"""
    )
    phone.page.wait_for_function("() => window.flips.size >= 2", timeout=60_000)
    assert phone.page.evaluate("window.stayed") is True


def test_a_feed_in_trouble_is_named_and_its_stations_stay(phone: Phone) -> None:
    def troubled(route: Route) -> None:
        answer = route.fetch()
        body = answer.json()
        if near := (body.get("data") or {}).get("stationsNear"):
            near["partialFailures"] = [
                {
                    "operator": "jinbei",
                    "name": "晋北充电",
                    "kind": "STATUS",
                    "code": "OPERATOR_UNAVAILABLE",
                    "message": "x",
                    "since": "2026-01-01T00:00:00Z",
                    "retryable": True,
                }
            ]
        route.fulfill(response=answer, json=body)

    phone.page.route("**/graphql", troubled)
    phone.open()
    expect(phone.page.locator(".note")).to_have_text("晋北充电 暂时没有回应，显示最后已知状态")
    assert phone.cards.count() >= 3


def test_unknown_reads_unknown_and_never_nought(phone: Phone) -> None:
    def silent(route: Route) -> None:
        if "stationsNear(" not in (route.request.post_data or ""):
            route.continue_()
            return
        answer = route.fetch()
        body = answer.json()
        for edge in ((body.get("data") or {}).get("stationsNear") or {}).get("edges", [])[:1]:
            node = edge["node"]
            counts = node["availability"]
            for name in counts:
                counts[name] = 0
            counts |= {
                "total": len(node["evses"]),
                "unknown": len(node["evses"]),
                "oldestAgeS": None,
                "newestAgeS": 7300,
            }
            for evse in node["evses"]:
                evse["live"] = {"status": "UNKNOWN", "stale": True, "ageS": 7300}
        route.fulfill(response=answer, json=body)

    phone.page.route("**/graphql", silent)
    phone.page.route_web_socket("**/graphql", lambda _socket: None)
    phone.open()
    first = phone.cards.first
    expect(first.locator(".badge")).to_have_text("未知")
    expect(first).to_contain_text("2 小时前之后无消息")


def test_the_language_changes_and_stays(phone: Phone) -> None:
    phone.open()
    phone.page.get_by_role("button", name="设置").click()
    phone.page.get_by_role("button", name="English").click()
    expect(phone.page.get_by_role("dialog")).to_contain_text("Language")
    assert phone.query == {"lang": "en"}
    phone.page.keyboard.press("Escape")
    expect(phone.page.locator(".big-word")).to_have_text("bays free now")
    assert phone.page.evaluate("document.documentElement.lang") == "en"
    phone.page.goto("/")
    phone.wait_for_list()
    expect(phone.page.locator(".big-word")).to_have_text("bays free now")


def test_large_type_is_large(phone: Phone) -> None:
    phone.open()
    phone.page.get_by_role("button", name="设置").click()
    phone.page.get_by_role("button", name="文字和按钮更大").click()
    phone.page.keyboard.press("Escape")
    assert phone.widest() == 360
    small = phone.page.evaluate(
        """() => Math.min(...[...document.querySelectorAll('.card p, .chip, .hero-line, .practice')]
            .map(e => parseFloat(getComputedStyle(e).fontSize)))"""
    )
    assert small >= 18
    targets = phone.page.evaluate(
        "() => [...document.querySelectorAll('button, .switch a')].filter(e => e.checkVisibility())"
        ".map(e => e.getBoundingClientRect().height)"
    )
    assert min(targets) >= 60


@pytest.mark.parametrize("path", ["/", "/map"])
def test_nothing_scrolls_sideways_and_every_target_is_large_enough(phone: Phone, path: str) -> None:
    phone.open(path)
    assert phone.widest() == 360
    heights = phone.page.evaluate(
        "() => [...document.querySelectorAll('button, .switch a')].filter(e => e.checkVisibility())"
        ".map(e => e.getBoundingClientRect().height)"
    )
    assert min(heights) >= 44
