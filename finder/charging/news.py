"""What channels and operators tell of an order, applied in one unit: states, postings and the effects that follow.

Whatever is told twice, late or out of order comes through these same functions, and changes nothing the second time.
"""

from collections.abc import Sequence
from dataclasses import replace

import msgspec
import structlog

from finder.charging.bills import keep_bill
from finder.charging.check import check_bill
from finder.charging.confirming import keep_confirming
from finder.charging.decide import Effect, due, numbered, unheld
from finder.charging.dispute_rows import dispute_bill
from finder.charging.keep import LOCKED, SOLD, add, held, save, sold_of
from finder.charging.machines import Capture, Hold, Session
from finder.charging.order import Order, OrderItem
from finder.charging.readings import keep_reading
from finder.charging.reinvoicing import issue_anew
from finder.charging.settling import books, settle, told
from finder.charging.stage import CAP_REACHED, NOT_HELD, at_cap
from finder.connectors.sdk.sessions import Bill, SessionSeen, SessionState
from finder.errors import BadInput
from finder.kernel.ids import Number, order_of
from finder.money.channels.port import Seen, Stand, Step
from finder.money.ledger import post
from finder.storage.rows import INBOX_ROWS
from finder.storage.unit import Need, Receipt, Unit

log = structlog.get_logger(__name__)

_HOLDS = {
    Stand.PENDING: Hold.PENDING,
    Stand.WORKING: Hold.PENDING,
    Stand.DONE: Hold.HELD,
    Stand.FAILED: Hold.FAILED,
    Stand.EXPIRED: Hold.EXPIRED,
}
_SESSIONS = {
    SessionState.CHARGING: Session.CHARGING,
    SessionState.ENDED: Session.ENDED,
    SessionState.REJECTED: Session.REJECTED,
}
_OF_THE_ORDER = (Step.HOLD, Step.RELEASE, Step.CAPTURE)
_AMOUNTS = ("started_at", "ended_at", "kwh", "soc", "electricity", "service", "total")


async def begin(unit: Unit, order: Order) -> None:
    """Writes a new order and sends for its hold."""
    await add(unit, order)
    await _follow_up(unit, order, ())


async def change(unit: Unit, before: Order, after: Order, sold: Sequence[OrderItem] | None = None) -> Order:
    """Saves an order, and puts into the outbox whatever its states now call for."""
    await save(unit, before, after)
    if sold is None:  # before money was taken there is nothing of it to share or to give back
        sold = await sold_of(unit, after.number) if after.capture is Capture.CAPTURED else ()
    await _follow_up(unit, after, sold)
    return after


async def _follow_up(unit: Unit, order: Order, sold: Sequence[OrderItem]) -> None:
    for effect in due(order, sold):
        await unit.send(effect.effect.value, effect.number, order.number.encode(), after=effect.after)


def channel_needs(seen: Seen) -> list[Need]:
    """What `take_channel` reads."""
    try:
        number = order_of(seen.number)
    except BadInput:
        return []
    return [(LOCKED, number)] if seen.step in _OF_THE_ORDER else [(LOCKED, number), (SOLD, number)]


async def take_channel(unit: Unit, seen: Seen) -> Order:
    """What a channel said of one of our numbers. Raises NotFound, BadInput for a number of nobody's."""
    order = await held(unit, order_of(seen.number))
    await keep_confirming(unit, seen)
    match seen.step:
        case Step.HOLD:
            return await _hold(unit, order, seen)
        case Step.RELEASE:
            return await _released(unit, order, seen)
        case Step.CAPTURE:
            return await _capture(unit, order, seen)
        case _:
            return await _item(unit, order, seen)


async def _hold(unit: Unit, order: Order, seen: Seen) -> Order:
    if seen.number != numbered(order, Effect.HOLD) or seen.stand not in _HOLDS:
        return order
    told = _HOLDS[seen.stand]
    if told is Hold.HELD and seen.amount is not None and seen.amount != order.cap:
        return await change(unit, order, order.moved(problem="HOLD_AMOUNT"))
    after = order.moved(hold=told, hold_channel_id=seen.channel_id or order.hold_channel_id)
    if after.hold is order.hold:
        return await change(unit, order, after)
    if after.hold is Hold.HELD:
        await post(unit, books(order, unit).hold(seen.number, order.cap))
    elif order.hold is Hold.HELD:
        await post(unit, books(order, unit).hold_over(seen.number, order.cap))
    if after.hold in (Hold.FAILED, Hold.EXPIRED) and order.session is Session.IDLE:
        after = after.moved(session=Session.REJECTED)
    return await change(unit, order, after)


async def _released(unit: Unit, order: Order, seen: Seen) -> Order:
    if seen.stand is not Stand.DONE:
        return order
    after = order.moved(hold=Hold.RELEASED)
    if after.hold is Hold.RELEASED and order.hold is Hold.HELD:
        await post(unit, books(order, unit).hold_over(numbered(order, Effect.HOLD), order.cap))
    return await change(unit, order, after)


async def _capture(unit: Unit, order: Order, seen: Seen) -> Order:
    mine = (numbered(order, Effect.CAPTURE), numbered(order, Effect.PAY))
    if seen.number == numbered(order, Effect.HOLD):  # so a channel tells it that has no number for a hold's capture
        seen = replace(seen, number=mine[0])
    if seen.number not in mine or order.pays is None or order.capture is Capture.CAPTURED:
        return order
    if seen.stand is Stand.DONE:
        if seen.amount is not None and seen.amount != order.pays:
            return await change(unit, order, order.moved(problem="CAPTURE_AMOUNT"))
        return await _captured(unit, order, seen)
    if seen.stand is Stand.COLLECTING:
        return await change(unit, order, order.moved(capture=Capture.COLLECTING, capture_number=seen.number))
    if seen.stand in (Stand.FAILED, Stand.EXPIRED) and seen.number == mine[0]:
        # The hold gives nothing: a payment of its own collects what is owed.
        return await change(unit, order, order.moved(capture=Capture.COLLECTING, capture_number=mine[1]))
    if seen.stand in (Stand.FAILED, Stand.EXPIRED):
        return await change(unit, order, order.moved(problem="NOT_PAID"))
    return order


async def _captured(unit: Unit, order: Order, seen: Seen) -> Order:
    assert order.pays is not None
    book, taken = books(order, unit), order.pays
    after = order.moved(
        capture=Capture.CAPTURED, captured=taken, capture_number=seen.number, capture_channel_id=seen.channel_id
    )
    if after.capture is not Capture.CAPTURED:
        return order
    await post(unit, book.capture(seen.number, taken))
    if seen.fee is not None and seen.fee.fen:
        await post(unit, book.channel_fee(seen.number, seen.fee))
    if order.hold is Hold.HELD and seen.number == numbered(order, Effect.CAPTURE):
        after = after.moved(hold=Hold.CONSUMED)
        await post(unit, book.hold_over(numbered(order, Effect.HOLD), order.cap))
    unit.know(SOLD, order.number, ())  # before money was taken there was nothing to share
    return await change(unit, order, after, await settle(unit, after, (), seen.number))


async def _item(unit: Unit, order: Order, seen: Seen) -> Order:
    after, sold = await told(unit, order, seen)
    if sold is None:
        return order
    after = await change(unit, order, after, sold)
    if seen.step is Step.REFUND:
        await issue_anew(unit, order.number)
    return after


def session_needs(number: Number) -> list[Need]:
    """What `take_session` reads."""
    return [(LOCKED, number)]


async def take_session(unit: Unit, number: Number, seen: SessionSeen) -> Order:
    """What an operator said of an order's session. Raises NotFound."""
    order = await held(unit, number)
    if order.operator != seen.source:
        log.warning("session_of_another_operator", order=number, source=seen.source)
        return order
    told = _SESSIONS.get(seen.state)
    after = order.moved(seen=_later(order.seen, seen), native_id=order.native_id or seen.native_id)
    if told is Session.CHARGING and order.session is Session.STOP_SENT:
        told = None  # it has not stopped yet
    if told is not None:
        after = after.moved(session=told)
    if unheld(after, unit.now):
        after = after.moved(wants_stop=True, reason=NOT_HELD)
    elif at_cap(after):  # an operator was told the limit; not every protocol can carry it, and not every pile heeds it
        after = after.moved(wants_stop=True, reason=CAP_REACHED)
    await keep_reading(unit, number, seen)
    return await change(unit, order, after)


def _later(before: SessionSeen | None, told: SessionSeen) -> SessionSeen:
    """The newer of the two, with what only the older one told: what ends a session often tells no amounts."""
    if before is None:
        return told
    newer, older = (told, before) if told.observed_at >= before.observed_at else (before, told)
    kept = {name: getattr(older, name) for name in _AMOUNTS if getattr(newer, name) is None}
    return msgspec.structs.replace(newer, **kept)


def bill_needs(number: Number, bill: Bill) -> list[Need]:
    """What `take_bill` reads."""
    return [(LOCKED, number), (INBOX_ROWS, (f"bill:{bill.source}", bill.native_id))]


async def take_bill(unit: Unit, number: Number, bill: Bill) -> Order:
    """An operator's bill: once, held against what was agreed; another total for it is a person's affair."""
    order = await held(unit, number)
    if order.operator != bill.source:
        log.warning("bill_of_another_operator", order=number, source=bill.source)
        return order
    received = await unit.receive(f"bill:{bill.source}", bill.native_id, msgspec.json.encode(bill))
    if received.receipt is Receipt.REPEAT:
        return order
    if received.receipt is Receipt.CONFLICT or order.bill_id is not None:
        await dispute_bill(unit, number, order.operator, None)
        return await change(unit, order, order.moved(problem="SECOND_BILL"))
    if order.session is Session.REJECTED or order.session is Session.IDLE:
        return await change(unit, order, order.moved(problem="BILL_WITHOUT_SESSION"))
    verdict = check_bill(bill, order.tariff, order.cap)
    await keep_bill(unit, number, bill)
    problem = order.problem
    if not verdict.accepted:
        problem = f"BILL_{verdict.wrong[0].value}"
        await dispute_bill(unit, number, order.operator, verdict.wrong[0])
    ended = order.moved(session=Session.ENDED)
    after = ended.moved(
        session=Session.BILLED,
        bill_id=bill.native_id,
        bill_total=bill.total,
        pays=verdict.pays,
        problem=problem,
    )
    if verdict.pays.fen:
        await post(unit, books(order, unit).bill(bill.native_id, verdict.pays))
    return await change(unit, order, after)


async def release_money(unit: Unit, order: Order) -> Order:
    """What was held of an order's money goes its way again."""
    after = order.moved(held=None)
    return await change(unit, order, after, await settle(unit, after, await sold_of(unit, order.number), order.number))
