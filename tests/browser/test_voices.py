"""A driver says how it was and complains, from the bill to the decided appeal; staff and a supervisor answer."""

import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from finder.kernel.ids import new_ulid
from tests.browser.conftest import finder_up
from tests.browser.phone import AXE, Phone
from tests.browser.test_charging import WITHIN_MS, spent, started, stopped

pytestmark = pytest.mark.browser
DESK = "{complaints(mine:false){nodes{id text state}}}"
ANSWER = 'mutation($c:ID!,$t:String!){answerComplaint(id:$c,text:$t,idempotencyKey:"1"){state}}'
DECIDE = 'mutation($c:ID!,$t:String!){decideAppeal(id:$c,text:$t,idempotencyKey:"1",upheld:true){state}}'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("voices")


@pytest.fixture(scope="module")
def served(chromium: Path, folder: Path) -> Iterator[str]:
    """A finder of its own, since the test makes somebody staff in its database."""
    with finder_up(folder) as base:
        yield base


@dataclass
class Official:
    """Somebody with a role, over HTTP."""

    http: httpx.Client
    token: str = ""

    def ask(self, query: str, **variables: Any) -> Any:
        headers = {"authorization": f"Bearer {self.token}"} if self.token else {}
        told = self.http.post("/graphql", json={"query": query, "variables": variables}, headers=headers).json()
        assert "errors" not in told, told["errors"]
        return next(iter(told["data"].values()))


def official(http: httpx.Client, folder: Path, phone: str, role: str, operator: str = "") -> Official:
    who = Official(http)
    sent = who.ask("mutation($p:String!){requestCode(phone:$p){challenge}}", p=phone)
    code = next(each["code"] for each in http.get("/practice/messages").json() if each["phone"] == phone)
    signed = "mutation($c:String!,$k:String!){signIn(challenge:$c,code:$k){accessToken}}"
    who.token = who.ask(signed, c=sent["challenge"], k=code)["accessToken"]
    put(folder, "person_role", person=who.ask("{me{id}}")["id"], role=role, operator=operator, granted_at=now_us())
    return who


def put(folder: Path, table: str, **row: Any) -> None:
    names, marks = ", ".join(row), ", ".join("?" * len(row))
    with sqlite3.connect(folder / "finder.sqlite3", timeout=20) as database:
        database.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(row.values()))
    database.close()


def now_us() -> int:
    return time.time_ns() // 1_000


def two_others(folder: Path) -> None:
    """As if two more had charged there and said so; a page's address may be another id of the same station."""
    with sqlite3.connect(folder / "finder.sqlite3", timeout=20) as database:
        (station,) = database.execute("SELECT station FROM voice ORDER BY at DESC LIMIT 1").fetchone()
    database.close()
    for _ in range(2):
        person = new_ulid()
        put(folder, "person", id=person, created_at=now_us())
        put(
            folder, "voice", id=new_ulid(), person=person, station=station, station_name="站",
            operator=station.partition("/")[0], code="CHARGED", stars=5, basis="SESSION", at=now_us(), stands=1,
        )  # fmt: skip


def fine(phone: Phone, name: str) -> None:
    phone.screenshot(name)
    assert phone.widest() <= 360
    if AXE.is_file():
        assert phone.violations() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_driver_rates_complains_is_answered_and_appeals(
    phones: Callable[..., Phone], served: str, folder: Path, scheme: str
) -> None:
    phone = phones(scheme)
    page = phone.page
    started(phone)
    spent(phone)
    stopped(phone)

    # The bill: complain.
    bill = page.locator(".complain-block")
    bill.get_by_role("button", name="投诉").click(timeout=WITHIN_MS)
    fine(phone, "complain")
    bill.get_by_label("说明情况").fill("多收了服务费")
    bill.get_by_role("button", name="提交").click()
    expect(bill.get_by_text("投诉已提交")).to_be_visible()
    fine(phone, "complained")

    # The station: how was it?
    page.get_by_role("button", name="查看充电站").click()
    voices = page.locator(".voices")
    voices.get_by_role("button", name="充得慢").click()
    expect(voices.get_by_text("计入权重 3")).to_be_visible()
    expect(voices.get_by_role("button", name="充得慢")).to_have_attribute("aria-pressed", "true")
    voices.get_by_role("button", name="补充星级或备注").click()
    voices.get_by_role("button", name="2 星").click()
    voices.get_by_label("备注").fill("晚上只有 20 千瓦")
    fine(phone, "how-was-it")
    two_others(folder)  # and by night two more, where it is the same station
    voices.get_by_role("button", name="提交").click()
    expect(voices.get_by_role("button", name="补充星级或备注")).to_be_visible()
    shares = voices.locator(".shares-said")
    for _ in range(10):
        page.wait_for_timeout(2_500)
        page.reload()
        expect(voices.locator(".chip").first).to_be_visible()
        if voices.get_by_text(re.compile("近 60 天 · [3-9] 人")).count():
            break
    expect(shares).to_contain_text(re.compile(r"充上了.*\d+%.*充得慢.*\d+%", re.DOTALL))
    shares.scroll_into_view_if_needed()
    fine(phone, "station-voices")

    # Under the account: deadline, answer, appeal, decision.
    page.goto("/my")
    page.get_by_role("link", name="我的投诉").click()
    one = phone.over.locator(".complaint")
    expect(one).to_contain_text("等待运营商答复")
    expect(one).to_contain_text("答复期限")
    fine(phone, "complaint-open")
    with httpx.Client(base_url=served, timeout=20) as http:
        night = int(scheme == "dark")
        supervisor = official(http, folder, f"1361111000{night}", "SUPERVISOR")
        complaint = next(each["id"] for each in supervisor.ask(DESK)["nodes"] if each["state"] == "OPEN")
        with sqlite3.connect(folder / "finder.sqlite3", timeout=20) as database:
            (operator,) = database.execute("SELECT operator FROM complaint WHERE id = ?", [complaint]).fetchone()
        database.close()
        staff = official(http, folder, f"1361111001{night}", "OPERATOR_STAFF", operator)
        staff.ask(ANSWER, c=complaint, t="已核对，费用无误")
        page.reload()
        expect(one).to_contain_text("已核对，费用无误")
        one.get_by_role("button", name="申诉").click()
        one.get_by_label("说明情况").fill("单价与标价不符")
        fine(phone, "complaint-appeal")
        one.get_by_role("button", name="申诉").click()
        expect(one).to_contain_text("申诉中")
        supervisor.ask(DECIDE, c=complaint, t="责令退还")
    page.reload()
    expect(one).to_contain_text("申诉成立")
    expect(one).to_contain_text("责令退还")
    fine(phone, "complaint-decided")


def test_without_an_account_one_reads_and_is_asked_to_sign_in(phone: Phone) -> None:
    phone.open()
    phone.open_station()
    voices = phone.page.locator(".voices")
    expect(voices.get_by_role("link", name="登录后评价")).to_be_visible()
    expect(voices.get_by_text("暂不显示").or_(voices.locator(".shares-said"))).to_be_visible()
    fine(phone, "voices-signed-out")
    voices.get_by_role("link", name="登录后评价").click()
    expect(phone.page.locator(".sign-in")).to_be_visible()
    phone.page.goto("/complaints")
    expect(phone.page.locator(".sign-in")).to_be_visible()
