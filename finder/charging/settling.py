"""What becomes of money that was taken: our share, the rest for the operator, and what the driver gets back.

Each of them is an item of its order. Items that were not asked for yet are dropped and reckoned anew when something
comes before them: a refund, a dispute, an operator that is insolvent.
"""

from collections.abc import Sequence
from dataclasses import replace

from finder.charging.decide import ITEM_LETTER, UNDER_WAY
from finder.charging.keep import put_item, save, sold_of
from finder.charging.machines import Capture, Compared, Item
from finder.charging.order import Held, Order, OrderItem
from finder.errors import BadInput
from finder.kernel.ids import Number, part
from finder.kernel.money import Money
from finder.money.channels.port import NOTHING, Seen, Stand, Step
from finder.money.ledger import POSTED, cleared, post
from finder.money.postings import Books
from finder.storage.unit import Unit, Write

_STANDS = {Stand.DONE: Item.DONE, Stand.FAILED: Item.FAILED, Stand.ABNORMAL: Item.ABNORMAL}
HOLDABLE = (Step.SPLIT, Step.SPLIT_FINISH)  # what waits while an order's money is held
_NO_MORE = (Item.FAILED, Item.DROPPED)


def books(order: Order, unit: Unit) -> Books:
    """The order's books now."""
    return Books(order.number, order.operator, order.channel, unit.now)


def refunded(sold: Sequence[OrderItem]) -> int:
    """The fen that were given back or are on their way."""
    return _sum(sold, Step.REFUND)


def paused(order: Order) -> bool:
    """Whether nothing is split off yet: somebody must decide first, or the nightly comparison match it."""
    return order.held is not None or order.compared not in (None, Compared.MATCHED)


async def settle(unit: Unit, order: Order, sold: Sequence[OrderItem], number: Number) -> list[OrderItem]:
    """Adds and drops items until they are what the order calls for, and passes on in the books what the operator has.

    All of them. `number` is the effect after which this is asked.
    """
    still = paused(order)
    kept = [await _dropped(unit, item) if still and _waits(item) else item for item in sold]
    if order.capture is Capture.CAPTURED and not still and (item := _next(order, kept)) is not None:
        await put_item(unit, item)
        kept.append(item)
    await _pass_on(unit, order, kept, number)
    return kept


def _next(order: Order, sold: Sequence[OrderItem]) -> OrderItem | None:
    """The share to split off or, once there is none to come, the end of splitting; None while something is open."""
    left = (order.captured or NOTHING).fen - refunded(sold)
    if not order.commission_permille or not left or any(item.state in UNDER_WAY for item in sold):
        return None
    tried = {item.step: item.state for item in sold if item.state is not Item.DROPPED}
    share, capture = left * order.commission_permille // 1000, order.capture_number or order.number
    if Step.SPLIT not in tried and share:
        return _new(order, sold, Step.SPLIT, Money(share), capture)
    if Step.SPLIT_FINISH not in tried and tried.get(Step.SPLIT) is not Item.FAILED:
        return _new(order, sold, Step.SPLIT_FINISH, Money(left - _share(sold)), capture)
    return None


async def told(unit: Unit, order: Order, seen: Seen) -> tuple[Order, list[OrderItem] | None]:
    """What a channel said of an item, in the books; None where it is no news."""
    sold = list(await sold_of(unit, order.number))
    item = next((each for each in sold if each.number == seen.number and each.step is seen.step), None)
    if item is None or seen.stand not in _STANDS:
        return order, None
    counts = item.step is not Step.SPLIT_FINISH  # nobody asks for an amount when splitting ends
    if seen.stand is Stand.DONE and counts and seen.amount is not None and seen.amount != item.amount:
        return order.moved(problem=f"{item.step.value}_AMOUNT"), sold
    after = item.moved(_STANDS[seen.stand])
    if after.state is item.state:
        return order, None
    await put_item(unit, after)
    sold = [after if each is item else each for each in sold]
    await _post(unit, order, after)
    if after.state in (Item.FAILED, Item.ABNORMAL):
        order = order.moved(problem=f"{item.step.value}_{after.state.value}")
    if item.step is Step.SPLIT and after.state is Item.FAILED:
        sold = [await _nothing_to_return(unit, each) for each in sold]
    return order, await settle(unit, order, sold, item.number)


async def _post(unit: Unit, order: Order, item: OrderItem) -> None:
    book = books(order, unit)
    match item.step, item.state:
        case Step.SPLIT, Item.DONE:
            await post(unit, book.commission(item.number, item.amount))
            await post(unit, book.split(item.number, item.amount))
        case Step.SPLIT_RETURN, Item.DONE:
            await post(unit, book.split_returned(item.number, item.amount))
        case Step.REFUND, Item.DONE:
            await post(unit, book.refund_done(item.number, item.amount))
            if item.returned.fen:
                await post(unit, book.split_returned(item.number, item.returned))
        case Step.REFUND, Item.FAILED:
            await post(unit, book.refund_failed(item.number, item.amount))
            # The bill stands as it did before: whoever tries again revises it again.
            await post(unit, book.revised_bill(f"{item.number}.failed", NOTHING, item.amount))


async def _pass_on(unit: Unit, order: Order, sold: Sequence[OrderItem], number: Number) -> None:
    """Once nothing will be split off, what comes to the channel is the operator's, and what goes from it is his too."""
    ended = any(item.step is Step.SPLIT_FINISH and item.state is Item.DONE for item in sold)
    if order.capture is not Capture.CAPTURED or not (ended or order.commission_permille == 0):
        return
    await unit.later(PASSED_ON, (number, books(order, unit)))


async def _settle_up(unit: Unit, ended: Sequence[tuple[Number, Books]]) -> bool:
    last = {book.order: (number, book) for number, book in ended}
    left = await cleared(unit.connection, list(last))
    rest = [book.settled(number, Money(left[book.order])) for number, book in last.values() if book.order in left]
    return bool(rest) and await POSTED.many(unit, rest)


PASSED_ON = Write(6, _settle_up)  # after every posting of its unit, which the balance is of


async def hold_money(unit: Unit, order: Order, why: Held) -> Order:
    """Keeps an order's money where it is: what was not asked for yet is dropped. Refunds go all the same."""
    held = order.moved(held=why.value)
    await save(unit, order, held)
    await settle(unit, held, await sold_of(unit, order.number), order.number)
    return held


async def give_back(
    unit: Unit, order: Order, sold: Sequence[OrderItem], amount: Money, reason: str
) -> tuple[OrderItem, list[OrderItem]]:
    """A refund, after the share that was split off it; and all items. Raises BadInput.

    A share that was not asked for yet is dropped, and reckoned anew when the refund is over.
    """
    rest = refundable(order, sold)
    if not 0 < amount.fen <= rest:
        raise BadInput(
            f"退款应大于 0 且不超过 {rest} 分",
            f"a refund must be above 0 and at most {rest} fen",
            code="REFUND_OUT_OF_RANGE",
        )
    sold = [await _dropped(unit, item) if _waits(item) else item for item in sold]
    too_much = max(_share(sold) - (rest - amount.fen) * order.commission_permille // 1000, 0)
    capture = order.capture_number or order.number
    refund = _new(order, sold, Step.REFUND, amount, capture, reason)
    made = [refund]
    if too_much and order.returns_with_refund:
        refund = made[0] = replace(refund, returned=Money(too_much))
    elif too_much:
        of = next(item.number for item in sold if item.step is Step.SPLIT and item.state not in _NO_MORE)
        made.insert(0, _new(order, sold, Step.SPLIT_RETURN, Money(too_much), of, reason))
    book = books(order, unit)
    await post(unit, book.revised_bill(refund.number, Money(rest), Money(rest - amount.fen)))
    await post(unit, book.refund_asked(refund.number, amount))
    for item in made:
        await put_item(unit, item)
    return refund, [*sold, *made]


def refundable(order: Order, sold: Sequence[OrderItem]) -> int:
    """The fen that may still be given back. Raises BadInput where nothing was taken yet."""
    if order.capture is not Capture.CAPTURED or order.captured is None:
        raise BadInput(
            "尚未扣款，不能退款", "nothing was captured yet: there is nothing to refund", code="NOT_CAPTURED"
        )
    return order.captured.fen - refunded(sold)


def _waits(item: OrderItem) -> bool:
    return item.step in HOLDABLE and item.state is Item.NEW


async def _dropped(unit: Unit, item: OrderItem) -> OrderItem:
    after = item.moved(Item.DROPPED)
    await put_item(unit, after)
    return after


async def _nothing_to_return(unit: Unit, item: OrderItem) -> OrderItem:
    """A share that was never split off does not go back, neither by itself nor with a refund."""
    if item.state is not Item.NEW or item.step not in (Step.SPLIT_RETURN, Step.REFUND):
        return item
    after = item.moved(Item.DROPPED) if item.step is Step.SPLIT_RETURN else replace(item, returned=NOTHING)
    await put_item(unit, after)
    return after


def _new(order: Order, sold: Sequence[OrderItem], step: Step, amount: Money, of: Number, note: str = "") -> OrderItem:
    count = sum(item.step is step for item in sold)
    return OrderItem(part(order.number, ITEM_LETTER[step], count), order.number, step, amount, of, note=note)


def _sum(sold: Sequence[OrderItem], step: Step) -> int:
    return sum(item.amount.fen for item in sold if item.step is step and item.state not in _NO_MORE)


def _share(sold: Sequence[OrderItem]) -> int:
    """The fen of our share that are split off, or on their way, and do not go back."""
    back = sum(item.returned.fen for item in sold if item.step is Step.REFUND and item.state not in _NO_MORE)
    return _sum(sold, Step.SPLIT) - _sum(sold, Step.SPLIT_RETURN) - back
