"""A served finder and a real Chromium, both for the whole run."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from tests.browser.phone import Phone

ROOT = Path(__file__).parents[2]
READY_WITHIN_S = 90.0
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--enable-unsafe-swiftshader",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",  # a camera that shows a pattern, and is allowed
    "--use-fake-ui-for-media-stream",
]

expect.set_options(timeout=15_000)  # two cores run the finder, its practice operators and the browser
Scheme = Literal["light", "dark"]


def _absent(what: str) -> None:
    """Skips on a developer's machine; CI has to have it."""
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser's binary, by FINDER_CHROMIUM or the PATH."""
    found = os.environ.get("FINDER_CHROMIUM") or shutil.which("chromium")
    if not found or not Path(found).is_file():
        _absent("no Chromium: apt-get install chromium, or set FINDER_CHROMIUM")
    return Path(str(found))


@pytest.fixture(scope="session")
def served(chromium: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of `finder up` with its practice operators; FINDER_TEST_URL names one that runs already."""
    if running := os.environ.get("FINDER_TEST_URL"):
        yield running.rstrip("/")
        return
    with finder_up(tmp_path_factory.mktemp("finder")) as base:
        yield base


@contextmanager
def finder_up(folder: Path) -> Iterator[str]:
    """The base URL of a `finder up` with its data in this folder."""
    if not (ROOT / "pwa/dist/index.html").is_file():
        _absent("the phone's application is not built: make pwa")
    port = _free_port()
    environment = os.environ | {
        "FINDER_PORT": str(port),
        "FINDER_DATA_DIR": str(folder),
        "FINDER_PRACTICE_SPEED": "60",
        "FINDER_LOG_LEVEL": "WARNING",
        "FINDER_PUBLIC_URL": f"http://localhost:{port}",  # passkeys belong to a name, not to an address
    }
    with (folder / "output").open("w+") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", "from finder.cli import main; main()", "up"],
            env=environment,
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        base = f"http://localhost:{port}"
        try:
            _wait_until_ready(f"{base}/readyz", process, folder / "output")
            yield base
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], output: Path) -> None:
    until = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.25)
    pytest.fail(f"finder up is not ready:\n{output.read_text()[-4000:]}")


@pytest.fixture(scope="session")
def driver() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(driver: Playwright, chromium: Path) -> Iterator[Browser]:
    started = driver.chromium.launch(executable_path=chromium, args=FLAGS)
    yield started
    started.close()


@pytest.fixture
def reopened(driver: Playwright, chromium: Path, served: str, tmp_path: Path) -> Iterator[Callable[[], Phone]]:
    """Opens the application on one and the same profile; what was open before is killed first."""
    contexts: list[BrowserContext] = []

    def open_again() -> Phone:
        for context in contexts:
            context.close()
        contexts[:] = [
            driver.chromium.launch_persistent_context(
                tmp_path / "profile",
                executable_path=chromium,
                args=FLAGS,
                base_url=served,
                viewport={"width": 360, "height": 640},
                device_scale_factor=2,
                color_scheme="light",
                locale="zh-CN",
                timezone_id="Asia/Shanghai",
            )
        ]
        contexts[0].set_default_timeout(20_000)
        return Phone(contexts[0].pages[0], "light")

    yield open_again
    for context in contexts:
        context.close()


@pytest.fixture
def phones(browser: Browser, served: str) -> Iterator[Callable[..., Phone]]:
    """Makes phones of 360 by 640, or desks where wider than 600; afterwards none may have logged an error."""
    contexts: list[BrowserContext] = []
    made: list[Phone] = []

    def make(scheme: Scheme = "light", *, width: int = 360, height: int = 640) -> Phone:
        context = browser.new_context(
            base_url=served,
            viewport={"width": width, "height": height},
            device_scale_factor=2 if width <= 600 else 1,  # without a graphics card every pixel is drawn by the CPU
            color_scheme=scheme,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )
        contexts.append(context)
        context.set_default_timeout(20_000)
        page: Page = context.new_page()
        made.append(Phone(page, scheme))
        return made[-1]

    yield make
    errors = [error for phone in made for error in phone.errors]
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def phone(phones: Callable[..., Phone]) -> Phone:
    return phones()
