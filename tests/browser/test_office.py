"""The office of the books in a real browser: signed in by passkey, differences read, decided, by keyboard alone too."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import ROOT, Scheme, _free_port
from tests.browser.phone import AXE, Phone

pytestmark = pytest.mark.browser
READY_WITHIN_S = 60.0
PATH = "/#/office/differences"


@dataclass
class Office:
    """A page of a wide window, with the administrator's passkey in the browser."""

    phone: Phone
    base: str

    @property
    def page(self) -> Any:
        return self.phone.page

    def sign_in(self) -> None:
        self.page.goto(f"{self.base}{PATH}")
        self.page.get_by_role("button", name="使用通行密钥").click()
        expect(self.rows.first).to_be_visible()

    @property
    def rows(self) -> Any:
        return self.page.locator(".office-table tbody tr")


@contextmanager
def _served(folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    if not (ROOT / "pwa/dist/index.html").is_file():
        pytest.skip("the phone's application is not built: make pwa")
    port, told = _free_port(), folder / "passkey.json"
    words = [sys.executable, "-m", "tests.browser.office_served", str(port), str(folder), str(told)]
    with (folder / "output").open("w+") as output:
        process = subprocess.Popen(words, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT)
        try:
            until = time.monotonic() + READY_WITHIN_S
            while not (told.is_file() and told.read_text()):
                if process.poll() is not None or time.monotonic() > until:
                    pytest.fail(f"the office is not ready:\n{(folder / 'output').read_text()[-4000:]}")
                time.sleep(0.1)
            yield f"http://localhost:{port}", json.loads(told.read_text())
        finally:
            process.terminate()
            process.wait(15)


@contextmanager
def _office(browser: Browser, folder: Path, scheme: Scheme = "light", width: int = 1280) -> Iterator[Office]:
    with _served(folder) as (base, passkey):
        context = browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme, locale="zh-CN", timezone_id="Asia/Shanghai"
        )
        context.set_default_timeout(20_000)
        page = context.new_page()
        devices = context.new_cdp_session(page)
        devices.send("WebAuthn.enable")
        options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
        options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
        made = devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        credential = {"credentialId": passkey["id"], "isResidentCredential": True, "rpId": "localhost", "signCount": 1}
        credential |= {"privateKey": passkey["key"], "userHandle": passkey["user"]}
        devices.send("WebAuthn.addCredential", {"authenticatorId": made["authenticatorId"], "credential": credential})
        phone = Phone(page, scheme)
        yield Office(phone, base)
        context.close()
        assert phone.errors == []


def test_an_administrator_signs_in_reads_what_each_party_says_and_decides(browser: Browser, tmp_path: Path) -> None:
    with _office(browser, tmp_path) as office:
        office.sign_in()
        page = office.page
        expect(office.rows).to_have_count(3)
        first = office.rows.first
        expect(first).to_contain_text("扣款")
        expect(first).to_contain_text("金额不同")
        amounts = [cell.strip() for cell in first.locator("td.amount").all_inner_texts()]
        assert amounts == ["1,640.10", "1,640.05", "1,640.05"]
        edges = page.evaluate(
            """() => [...document.querySelectorAll('.office-table tbody tr td.amount:nth-of-type(4)')]
                .map(cell => getComputedStyle(cell).textAlign)"""
        )
        assert set(edges) <= {"right"}
        expect(office.rows.nth(1).locator("td.amount").nth(2)).to_contain_text("无记载")
        first.get_by_role("button", name="处理 Decide").click()
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_role("radio")).to_have_count(3)
        # Without a choice and a reason nothing is sent.
        dialog.get_by_role("button", name="确认处理").click()
        expect(dialog).to_be_visible()
        dialog.get_by_role("radio", name="以渠道为准").check()
        dialog.get_by_role("textbox").fill("渠道更正，已核对原始凭证")
        dialog.get_by_role("button", name="确认处理").click()
        expect(dialog).to_be_hidden()
        expect(office.rows).to_have_count(2)
        expect(page.get_by_role("status")).to_contain_text("已处理")
        page.get_by_role("button", name="已处理").click()
        expect(office.rows).to_have_count(1)
        expect(office.rows.first).to_contain_text("以渠道为准")
        expect(office.rows.first).to_contain_text("渠道更正，已核对原始凭证")
        page.reload()
        expect(office.rows).to_have_count(2)  # the tab's session goes on
        page.get_by_role("button", name="退出").click()
        expect(page.get_by_role("button", name="使用通行密钥")).to_be_visible()
        page.reload()
        expect(page.get_by_role("button", name="使用通行密钥")).to_be_visible()


def test_it_is_done_by_keyboard_alone(browser: Browser, tmp_path: Path) -> None:
    with _office(browser, tmp_path) as office:
        page, keyboard = office.page, office.page.keyboard
        page.goto(f"{office.base}{PATH}")
        button = page.get_by_role("button", name="使用通行密钥")
        expect(button).to_be_visible()
        keyboard.press("Tab")
        expect(page.locator(".skip")).to_be_focused()
        keyboard.press("Enter")
        keyboard.press("Tab")
        expect(button).to_be_focused()
        keyboard.press("Enter")
        expect(office.rows).to_have_count(3)
        for _ in range(12):
            keyboard.press("Tab")
            if page.evaluate("document.activeElement.matches('tbody button')"):
                break
        keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_be_visible()
        assert page.evaluate("document.querySelector('dialog').contains(document.activeElement)")
        keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()
        expect(office.rows.first.get_by_role("button")).to_be_focused()
        keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_be_visible()
        keyboard.press("Space")
        expect(page.get_by_role("dialog").get_by_role("radio", checked=True)).to_have_count(1)
        keyboard.press("Tab")
        keyboard.type("checked")
        keyboard.press("Tab")
        keyboard.press("Tab")
        keyboard.press("Enter")
        expect(office.rows).to_have_count(2)
        expect(office.rows.first.get_by_role("button")).to_be_focused()


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: make pwa")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, tmp_path: Path, scheme: Scheme) -> None:
    with _office(browser, tmp_path, scheme) as office:
        office.page.goto(f"{office.base}{PATH}")
        expect(office.page.get_by_role("button", name="使用通行密钥")).to_be_visible()
        assert office.phone.violations() == []
        office.phone.screenshot("office-sign-in")
        office.sign_in()
        assert office.phone.violations() == []
        office.phone.screenshot("office-differences")
        office.rows.first.get_by_role("button", name="处理 Decide").click()
        expect(office.page.get_by_role("dialog")).to_be_visible()
        assert office.phone.violations() == []
        office.phone.screenshot("office-decide")


def test_on_a_narrow_screen_the_page_does_not_scroll_sideways(browser: Browser, tmp_path: Path) -> None:
    with _office(browser, tmp_path, width=360) as office:
        office.sign_in()
        assert office.phone.widest() == 360
