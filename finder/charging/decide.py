"""What is to be done next for an order, from its states alone: asked as often as one likes, done once by its number."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from finder.charging.machines import ITEM, Capture, Hold, Item, Session
from finder.charging.order import Held, Order, OrderItem
from finder.kernel.ids import Number, part
from finder.money.channels.port import Step


class Effect(StrEnum):
    """What happens outside; also the outbox's kind. The letter marks its numbers."""

    HOLD = "charging.hold"
    START = "charging.start"
    STOP = "charging.stop"
    CAPTURE = "charging.capture"
    PAY = "charging.pay"
    RELEASE = "charging.release"
    ITEM = "charging.item"
    PARKING = "charging.parking"


LETTER = {
    Effect.HOLD: "H",
    Effect.START: "S",
    Effect.STOP: "T",
    Effect.CAPTURE: "C",
    Effect.PAY: "P",
    Effect.RELEASE: "R",
    Effect.PARKING: "K",
}
UNHELD = timedelta(minutes=5)
ITEM_LETTER = {Step.SPLIT: "L", Step.SPLIT_FINISH: "F", Step.SPLIT_RETURN: "U", Step.REFUND: "B"}
_RUNNING = (Session.START_SENT, Session.START_UNKNOWN, Session.CHARGING, Session.STOP_SENT)
_OPEN = (Hold.PENDING, Hold.HELD)
UNDER_WAY = (Item.NEW, Item.SENT, Item.UNKNOWN, Item.ABNORMAL)


@dataclass(frozen=True, slots=True)
class Due:
    """An effect to be sent under this number, no earlier than `after` from now."""

    effect: Effect
    number: Number
    after: timedelta = timedelta(0)


def due(order: Order, items: Sequence[OrderItem] = ()) -> list[Due]:
    """Every effect that the order's states call for now."""
    return [*_session(order), *_money(order), *_items(order, items)]


def numbered(order: Order, effect: Effect, count: int = 0) -> Number:
    """The number of an order's effect of this kind."""
    return part(order.number, LETTER[effect], count)


def over(order: Order, items: Sequence[OrderItem] = ()) -> bool:
    """Whether nothing more will happen of itself: paid, or never charged, or written off."""
    if not all(ITEM.over(item.state) for item in items) or order.held == Held.DISPUTE:
        return False
    if order.session is Session.REJECTED:
        return order.hold in (Hold.RELEASED, Hold.FAILED, Hold.EXPIRED)
    if order.session is not Session.BILLED or order.hold in (Hold.UNKNOWN, *_OPEN):
        return False
    nothing = order.pays is not None and order.pays.fen == 0
    return nothing or order.capture in (Capture.CAPTURED, Capture.BAD_DEBT)


def unheld(order: Order, now: datetime) -> bool:
    """Whether a car has charged for too long without its hold; only one that began by its plug may do so at all."""
    asked = order.hold in (Hold.NEW, Hold.UNKNOWN, Hold.PENDING)
    return asked and order.session in _RUNNING and not order.wants_stop and now - order.created_at >= UNHELD


def _session(order: Order) -> Iterator[Due]:
    if order.hold is Hold.NEW:
        yield Due(Effect.HOLD, numbered(order, Effect.HOLD))
    if order.hold is Hold.HELD and order.session is Session.IDLE:
        yield Due(Effect.START, numbered(order, Effect.START))
    # A hold that ended, or was refused while the car charges by its plug, pays for nothing that comes: it is stopped.
    if order.session in _RUNNING and (order.wants_stop or order.hold in (Hold.EXPIRED, Hold.FAILED)):
        yield Due(Effect.STOP, numbered(order, Effect.STOP, order.stops))
    if order.car_park and order.session is Session.BILLED and order.pays is not None and order.pays.fen:
        yield Due(Effect.PARKING, numbered(order, Effect.PARKING))


def _money(order: Order) -> Iterator[Due]:
    nothing = order.pays is not None and order.pays.fen == 0
    paid_apart = order.capture is Capture.CAPTURED and order.capture_number == numbered(order, Effect.PAY)
    never = order.session is Session.REJECTED
    waits = order.hold is Hold.PENDING  # for a driver's word, though the car has charged: a payment collects instead
    if order.hold in _OPEN and (never or (order.session is Session.BILLED and (nothing or paid_apart or waits))):
        yield Due(Effect.RELEASE, numbered(order, Effect.RELEASE))
    if order.session is not Session.BILLED or nothing or order.pays is None:
        return
    if order.capture in (Capture.NONE, Capture.SENT):
        if order.hold is Hold.HELD:
            yield Due(Effect.CAPTURE, numbered(order, Effect.CAPTURE))
        elif order.hold not in (Hold.UNKNOWN, Hold.PENDING):
            yield Due(Effect.PAY, numbered(order, Effect.PAY))
    elif order.capture is Capture.COLLECTING and order.capture_number == numbered(order, Effect.PAY):
        yield Due(Effect.PAY, numbered(order, Effect.PAY))


def _items(order: Order, items: Sequence[OrderItem]) -> Iterator[Due]:
    """A share goes back once it is split off, a refund once that is back, and both once no invoice says otherwise."""
    open_ = {step for step in Step if any(i.step is step and i.state in UNDER_WAY for i in items)}
    waits_for = {Step.SPLIT_RETURN: {Step.SPLIT}, Step.REFUND: {Step.SPLIT, Step.SPLIT_RETURN}}
    wait = timedelta(seconds=order.split_after_s or 0)
    for item in items:
        if order.reversing and item.step in waits_for:
            continue
        if item.state is Item.NEW and not waits_for.get(item.step, set()) & open_:
            yield Due(Effect.ITEM, item.number, wait if item.step is Step.SPLIT else timedelta(0))
