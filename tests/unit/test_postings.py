"""Each edge of an order's money, and whole ways through them: what must be 0 at the end is 0."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finder.kernel.ids import new_order, part
from finder.kernel.money import Money
from finder.money.ledger import Account, Transaction
from finder.money.postings import Books
from tests.contract.hand import NOON, Hand

ORDER = new_order(Hand())
BOOKS = Books(ORDER, "jinbei", "wechat", NOON)


def sums(*transactions: Transaction) -> Counter[Account]:
    found: Counter[Account] = Counter()
    for transaction in transactions:
        for move in transaction.moves:
            found[move.debit] += move.amount.fen
            found[move.credit] -= move.amount.fen
    assert sum(found.values()) == 0
    return Counter({account: fen for account, fen in found.items() if fen})


fen = st.integers(1, 10_000_000)


@given(total=fen, subsidy=fen, share=st.integers(0, 30), fee=st.integers(0, 60))
def test_an_order_from_hold_to_settlement_leaves_nothing_but_income(
    total: int, subsidy: int, share: int, fee: int
) -> None:
    subsidy = min(subsidy, total - 1)
    paid, kept = total - subsidy, total * fee // 10_000
    commission = paid * share // 100
    steps = [
        BOOKS.hold(part(ORDER, "H", 1), Money(total)),
        BOOKS.bill("B1", Money(total), Money(subsidy)),
        BOOKS.hold_over(part(ORDER, "H", 1), Money(total)),
        BOOKS.capture(part(ORDER, "C", 1), Money(paid)),
    ]
    if kept:
        steps.append(BOOKS.channel_fee(part(ORDER, "C", 1), Money(kept)))
    if commission:
        steps.append(BOOKS.commission(part(ORDER, "S", 1), Money(commission)))
        steps.append(BOOKS.split(part(ORDER, "S", 1), Money(commission)))
    rest = paid - kept - commission
    if rest > 0:
        steps.append(BOOKS.settled(part(ORDER, "T", 1), Money(rest)))
    left = sums(*steps)
    assert left[Account.USER_RECEIVABLE] == left[Account.HOLD] == left[Account.HOLD_CONTRA] == 0
    assert left[Account.CHANNEL_CLEARING] == min(rest, 0)
    assert left[Account.COMMISSION_INCOME] == -commission == -left[Account.PLATFORM_AT_CHANNEL]
    assert left[Account.PROMOTION] == subsidy


def test_a_whole_refund_with_its_split_returned_leaves_every_account_at_0() -> None:
    paid, share = Money(1_000), Money(50)
    steps = [
        BOOKS.bill("B1", paid),
        BOOKS.capture(part(ORDER, "C", 1), paid),
        BOOKS.commission(part(ORDER, "S", 1), share),
        BOOKS.split(part(ORDER, "S", 1), share),
        BOOKS.split_returned(part(ORDER, "Z", 1), share),
        BOOKS.revised_bill("B1", paid, Money(0)),
        BOOKS.refund_asked(part(ORDER, "R", 1), paid),
        BOOKS.refund_done(part(ORDER, "R", 1), paid),
    ]
    assert sums(*steps) == {}


def test_a_refund_that_failed_leaves_the_driver_owed() -> None:
    steps = [
        BOOKS.bill("B1", Money(1_000)),
        BOOKS.capture(part(ORDER, "C", 1), Money(1_000)),
        BOOKS.revised_bill("B1", Money(1_000), Money(700)),
        BOOKS.refund_asked(part(ORDER, "R", 1), Money(300)),
        BOOKS.refund_failed(part(ORDER, "R", 1), Money(300)),
    ]
    assert sums(*steps)[Account.USER_RECEIVABLE] == -300


@pytest.mark.parametrize(("before", "after", "owed"), [(1_000, 1_200, 200), (1_000, 999, -1)])
def test_a_revised_bill_moves_the_difference(before: int, after: int, owed: int) -> None:
    left = sums(BOOKS.revised_bill("B1", Money(before), Money(after)))
    assert left == {Account.USER_RECEIVABLE: owed, Account.OPERATOR_PAYABLE: -owed}


@pytest.mark.parametrize("sign", [1, -1])
def test_a_difference_stands_against_suspense(sign: int) -> None:
    left = sums(BOOKS.difference("2026-11-24:1", Account.CHANNEL_CLEARING, 7 * sign, "渠道多出 7 分"))
    assert left == {Account.CHANNEL_CLEARING: 7 * sign, Account.SUSPENSE: -7 * sign}


def test_a_debt_that_will_not_be_paid_leaves_nothing_owed() -> None:
    left = sums(BOOKS.bill("B1", Money(800)), BOOKS.bad_debt(part(ORDER, "C", 1), Money(800)))
    assert left == {Account.BAD_DEBT: 800, Account.OPERATOR_PAYABLE: -800}


def test_the_same_effect_has_the_same_key_and_another_one_another() -> None:
    one, two = part(ORDER, "R", 1), part(ORDER, "R", 2)
    assert BOOKS.refund_asked(one, Money(1)).key == BOOKS.refund_asked(one, Money(1)).key
    keys = {BOOKS.refund_asked(one, Money(1)).key, BOOKS.refund_done(one, Money(1)).key}
    assert len(keys | {BOOKS.refund_asked(two, Money(1)).key}) == 3
