"""The ledger held against the truth outside, once everything has settled."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.charging.decide import over
from finder.charging.machines import Capture, Item, Session
from finder.charging.order import ITEMS, Order, OrderItem, find
from finder.charging.verify import verify
from finder.kernel.money import Money
from finder.money.channels.port import Stand, Step
from finder.money.ledger import POSTING, TRANSACTION, Account
from finder.money.verify import Broken, Invariant
from finder.storage.unit import Work
from tests.faults.kills.wire import EffectTold, Truth

MOST_ORDERS = 1_000_000
_TOO_MUCH = (Invariant.REFUNDS, Invariant.SPLITS, Invariant.ONE_CAPTURE, Invariant.HOLD_ONCE)


@dataclass
class Verdict:
    """Where it fails, by kind: a sentence for each place."""

    orders: int = 0
    captured_fen: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    orphaned: list[str] = field(default_factory=list)
    unended: list[str] = field(default_factory=list)  # as long as one waited

    @property
    def wrongs(self) -> list[str]:
        """What no waiting mends."""
        return [*self.doubled, *self.lost, *self.orphaned]


async def judge(work: Work, truth: Truth) -> Verdict:
    """Every order held against the truth outside."""
    verdict, effects = Verdict(), defaultdict[str, dict[str, EffectTold]](dict)
    for number, effect in truth.effects.items():
        effects[number[:26]][number] = effect
    async with work.read() as connection:
        orders = {order.number: order for order in await find(connection, limit=MOST_ORDERS)}
        books, sold = await _all_books(connection), await _all_items(connection)
    for number, order in orders.items():
        _order(order, effects[number[:26]], sold[number], books[number], truth, verdict)
    verdict.orders = len(orders)
    _nobodys(orders, truth, verdict)
    return verdict


async def invariants(work: Work, verdict: Verdict) -> None:
    """What must always hold of orders and ledger, whatever is true outside."""
    async for found in verify(work):
        if isinstance(found, Broken):
            (verdict.doubled if found.invariant in _TOO_MUCH else verdict.lost).append(str(found))


async def _all_books(connection: AsyncConnection) -> dict[str, dict[Account, int]]:
    books = defaultdict[str, dict[Account, int]](dict)
    by = (TRANSACTION.c.order_no, POSTING.c.account)
    for number, account, fen in await connection.execute(
        sa.select(*by, sa.func.sum(POSTING.c.fen)).join(TRANSACTION).group_by(*by)
    ):
        books[number][Account(account)] = int(fen)
    return books


async def _all_items(connection: AsyncConnection) -> dict[str, list[OrderItem]]:
    sold = defaultdict[str, list[OrderItem]](list)
    for r in await connection.execute(sa.select(ITEMS)):
        item = OrderItem(r.number, r.order, Step(r.step), Money(r.amount), r.of, Item(r.state), r.note)
        sold[item.order].append(item)
    return sold


def _nobodys(orders: dict[str, Order], truth: Truth, verdict: Verdict) -> None:
    known = {number[:26] for number in orders}
    verdict.orphaned += [f"session without an order: {number}" for number in truth.sessions if number not in orders]
    verdict.orphaned += [f"effect without an order: {number}" for number in truth.effects if number[:26] not in known]
    told = {number for numbers in truth.drivers.values() for number in numbers}
    if not truth.under_way:  # until then he goes on asking
        verdict.orphaned += [f"no driver was told of {number}" for number in orders if number not in told]
    verdict.lost += [f"told and not kept: {number}" for number in told if number not in orders]
    of = Counter[str](order.person for order in orders.values())
    verdict.doubled += [f"{count} orders for one start of {person}" for person, count in of.items() if count > 1]
    verdict.doubled += truth.wrongs


def _order(
    order: Order,
    effects: Mapping[str, EffectTold],
    sold: Sequence[OrderItem],
    book: Mapping[Account, int],
    truth: Truth,
    verdict: Verdict,
) -> None:
    number = order.number
    done = [effect for effect in effects.values() if effect.stand is Stand.DONE]
    taken = sum(effect.fen for effect in done if effect.step is Step.CAPTURE)
    verdict.captured_fen += taken
    if taken > order.cap.fen:
        verdict.doubled.append(f"{number} took {taken} of at most {order.cap.fen}")
    for step in (Step.HOLD, Step.CAPTURE, Step.RELEASE, Step.SPLIT, Step.SPLIT_FINISH):
        if sum(effect.step is step for effect in done) > 1:
            verdict.doubled.append(f"{number} {step.value} twice")
    if order.problem == "SECOND_BILL" and number not in truth.contradicted:
        verdict.doubled.append(f"{number} has a second bill")
    if not over(order, sold):
        states = f"{order.hold} {order.session} {order.capture} {order.problem}"
        verdict.unended.append(f"{number} has not ended: {states}")
        return
    _books(order, done, book, verdict)
    _session(order, taken, truth, verdict)
    held = [each for each, effect in effects.items() if effect.step is Step.HOLD and effect.stand is Stand.DONE]
    verdict.orphaned += [f"{number} hold was forgotten" for each in held if each not in truth.holds_over]


def _books(order: Order, done: Sequence[EffectTold], book: Mapping[Account, int], verdict: Verdict) -> None:
    fen = {step: sum(effect.fen for effect in done if effect.step is step) for step in Step}
    left, shared = fen[Step.CAPTURE] - fen[Step.REFUND], fen[Step.SPLIT] - fen[Step.SPLIT_RETURN]
    ended = any(effect.step is Step.SPLIT_FINISH for effect in done)  # the rest is the operator's
    expected = {
        Account.CHANNEL_CLEARING: 0 if ended else left - shared,
        Account.PLATFORM_AT_CHANNEL: shared,
        Account.COMMISSION_INCOME: -(left * order.commission_permille // 1000),
        Account.HOLD: 0,
        Account.USER_RECEIVABLE: 0,
        Account.REFUND_IN_TRANSIT: 0,
    }
    for account, theirs in expected.items():
        ours = book.get(account, 0)
        if ours != theirs:
            kind = verdict.lost if abs(ours) < abs(theirs) else verdict.doubled
            kind.append(f"{order.number} {account.value}: {ours} in our books, {theirs} outside")


def _session(order: Order, taken: int, truth: Truth, verdict: Verdict) -> None:
    session, billed = truth.sessions.get(order.number), truth.billed_fen.get(order.number)
    if billed is None:
        if session is not None and session.begins:
            verdict.orphaned.append(f"{order.number} still charges at the operator")
        elif (order.session, order.capture, taken) != (Session.REJECTED, Capture.NONE, 0):
            verdict.lost.append(f"{order.number} never charged, and is {order.session} {order.capture} {taken}")
        return
    if order.session is not Session.BILLED:
        verdict.orphaned.append(f"{order.number} charged, and is {order.session}")
    if order.problem is None and taken != min(billed, order.cap.fen):
        verdict.lost.append(f"{order.number} was billed {billed} and took {Money(taken)}")
