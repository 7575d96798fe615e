"""What a driver does with the phone, for tests to say."""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import ConsoleMessage, Page, expect

ROOT = Path(__file__).parents[2]
SCREENSHOTS = ROOT / "ci-output/screenshots"
AXE = ROOT / "pwa/node_modules/axe-core/axe.min.js"
WCAG_22_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
MAP_WITHIN_MS = 30_000  # software GL on two shared cores


class Phone:
    """One page in a window as small as a cheap phone's."""

    def __init__(self, page: Page, scheme: str) -> None:
        self.page = page
        self.scheme = scheme
        self.errors: list[str] = []
        self.expects_network_errors = False
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._said)

    def _said(self, message: ConsoleMessage) -> None:
        lost = self.expects_network_errors and re.search(r"ERR_|WebSocket|Failed to load", message.text)
        if message.type == "error" and not lost:
            self.errors.append(message.text)

    def open(self, path: str = "/") -> None:
        """Opens a path and waits for what it is there for."""
        self.page.goto(path)
        if path.startswith("/map"):
            self.wait_for_map()
        elif path.startswith("/station"):
            expect(self.page.locator(".bays .bay").first).to_be_visible()
        else:
            self.wait_for_list()

    def wait_for_list(self) -> None:
        expect(self.page.locator("main.list[aria-busy=false] .card:not(.ghost)").first).to_be_visible()

    def open_station(self, number: int = 0) -> None:
        """Opens the station at that place in the list."""
        self.cards.nth(number).get_by_role("link").click()
        expect(self.page.locator(".bays .bay").first).to_be_visible()

    def sign_in(self, number: str) -> None:
        """Signs in on the page that asks for it, with the code that the number is sent."""
        form = self.page.locator(".sign-in")
        form.get_by_label("手机号").fill(number)
        form.get_by_role("button", name="发送验证码").click()
        expect(form.get_by_label("短信验证码")).to_be_visible()
        form.get_by_label("短信验证码").fill(self.code_of(number))

    def code_of(self, number: str) -> str:
        """The newest code that this number was sent, as the practice gateway shows it."""
        messages = self.page.request.get("/practice/messages").json()
        return next(str(message["code"]) for message in messages if message["phone"] == number)

    @property
    def over(self) -> Any:
        """The page that lies over the finder, which is hidden beneath it."""
        return self.page.locator("main.page")

    @property
    def cards(self) -> Any:
        return self.page.locator(".card:not(.ghost)")

    @property
    def query(self) -> dict[str, str]:
        """The address's parameters."""
        return {name: values[-1] for name, values in parse_qs(urlsplit(self.page.url).query).items()}

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    @property
    def map(self) -> Any:
        return self.page.get_by_test_id("map")

    def wait_for_map(self, *, clusters: bool = False, stations: bool = False) -> tuple[int, int]:
        """Waits until clusters or stations (by default either) are drawn; how many of each."""
        wanted = "c" if clusters else "s" if stations else "cs"
        drawn = self.page.wait_for_function(
            """wanted => {
                const { clusters = 0, stations = 0 } = document.querySelector('[data-testid=map]')?.dataset ?? {};
                const enough = (wanted.includes('c') && clusters > 0) || (wanted.includes('s') && stations > 0);
                return enough && [Number(clusters), Number(stations)];
            }""",
            arg=wanted,
            timeout=MAP_WITHIN_MS,
        ).json_value()
        return drawn[0], drawn[1]

    def widest(self) -> int:
        """How wide the document is; wider than the window is a horizontal scroll."""
        return int(self.page.evaluate("document.documentElement.scrollWidth"))

    def small_targets(self, least: int) -> list[str]:
        """Buttons, links that are blocks, fields and choices that are lower than so many pixels."""
        return list(
            self.page.evaluate(
                """least => [...document.querySelectorAll(
                    'button, .switch a, .button, .icon-button, .running, .order-row a, .choice, summary, .page input')]
                    .filter(e => e.checkVisibility() && !['radio', 'checkbox'].includes(e.type))
                    .filter(e => e.getBoundingClientRect().height < least - 0.01)
                    .map(e => `${e.className} ${e.textContent} ${e.getBoundingClientRect().height}`)""",
                least,
            )
        )

    def screenshot(self, name: str) -> None:
        """Kept as CI's output."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}-{self.scheme}.png", animations="disabled")

    def violations(self) -> list[str]:
        """What axe finds against WCAG 2.2 AA: rule and element."""
        # Half faded in, a text has too little contrast; what counts is where it comes to rest.
        self.page.evaluate(
            """() => document.getAnimations()
                .filter(a => a.effect.getTiming().iterations !== Infinity).forEach(a => a.finish())"""
        )
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate(
            "tags => axe.run(document, { runOnly: { type: 'tag', values: tags } }).then(r => r.violations)", WCAG_22_AA
        )
        return [
            f"{v['id']}: {json.dumps([n['html'][:160] for n in v['nodes'][:4]], ensure_ascii=False)}" for v in found
        ]
