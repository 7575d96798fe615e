"""The simulation can fail: each way of building this wrongly is caught by it."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from finder.charging import news, order
from finder.charging.check import check_bill
from finder.charging.effects import CaptureHandler, HoldHandler, ItemHandler
from finder.charging.machines import Hold, Session
from finder.storage.unit import Receipt, Received, Unit
from tests.faults.test_charging_simulation import story

pytestmark = pytest.mark.slow
SEEDS = range(6)


def no_unique_inbox_key(patch: pytest.MonkeyPatch) -> None:
    """Every message is the first."""

    async def receive(self: Unit, source: str, key: str, payload: bytes) -> Received:
        return Received(Receipt.FIRST)

    async def answered(self: Unit, source: str, key: str, answer: bytes) -> None:
        return None

    patch.setattr(Unit, "receive", receive)
    patch.setattr(Unit, "answered", answered)


def fresh_number_per_retry(patch: pytest.MonkeyPatch) -> None:
    """A retry looks like another effect."""
    for handler in (HoldHandler, CaptureHandler, ItemHandler):
        plain = handler.call

        async def call(self: Any, letter: Any, plain: Any = plain) -> Any:
            if letter.attempts > 1:
                number = letter.number[:26] + letter.number[26] + f"{letter.attempts:02}"
                letter = dataclasses.replace(letter, number=number)
            return await plain(self, letter)

        patch.setattr(handler, "call", call)


def news_that_ignores_the_machines(patch: pytest.MonkeyPatch) -> None:
    """Late news moves a state back."""
    patch.setattr(order, "_may", lambda machine, before, after: True)


def release_without_proof(patch: pytest.MonkeyPatch) -> None:
    """A start of which nobody knows whether it happened counts as one that did not."""
    plain = order.Order.moved

    def moved(self: order.Order, **changes: Any) -> order.Order:
        if changes.get("session") is Session.START_UNKNOWN:
            changes["session"] = Session.REJECTED
        return plain(self, **changes)

    patch.setattr(order.Order, "moved", moved)


def capture_what_the_operator_says(patch: pytest.MonkeyPatch) -> None:
    """A bill above the cap is captured whole."""
    plain = check_bill

    def check(bill: Any, tariff: Any, cap: Any) -> Any:
        return dataclasses.replace(plain(bill, tariff, cap), pays=bill.total)

    patch.setattr(news, "check_bill", check)


def forgets_the_hold(patch: pytest.MonkeyPatch) -> None:
    """A hold that is over at our side stays at the channel."""
    plain = order.Order.moved

    def moved(self: order.Order, **changes: Any) -> order.Order:
        after = plain(self, **changes)
        if after.session is Session.REJECTED and after.hold is Hold.HELD:
            return plain(after, hold=Hold.RELEASED)
        return after

    patch.setattr(order.Order, "moved", moved)


MUTANTS = (
    no_unique_inbox_key,
    fresh_number_per_retry,
    news_that_ignores_the_machines,
    release_without_proof,
    capture_what_the_operator_says,
    forgets_the_hold,
)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
async def test_a_mutant_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mutant: Any) -> None:
    mutant(monkeypatch)
    for seed in SEEDS:
        try:
            await story(tmp_path / f"{seed}.sqlite3", monkeypatch, seed, 0.3)
        except Exception:
            return
    raise AssertionError(f"{mutant.__name__} passes every seed")
