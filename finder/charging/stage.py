"""Where an order stands, in one word that a driver understands; from its four states alone."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from finder.charging.machines import Capture, Hold, Session
from finder.charging.order import Order
from finder.charging.readings import Reading
from finder.connectors.sdk.sessions import Bill, SessionSeen, StopReason
from finder.kernel.money import Money

GENTLE_SOC, FULL_SOC = 80, 100  # past the first, most cars slow down
CAP_REACHED, NOT_HELD = "CAP_REACHED", "NOT_HELD"
_STOPPED = (Session.STOP_SENT, Session.ENDED, Session.BILLED, Session.BILL_MISSING)
_BASE_S = 60.0  # a rate from less than this says nothing


class Stage(StrEnum):
    """A step on the way from the tap to the paid bill."""

    HOLDING = "HOLDING"  # the channel is asked for a hold
    CONFIRM = "CONFIRM"  # the driver has to agree in the channel's application
    STARTING = "STARTING"  # the operator was asked, and no current flows yet
    CHARGING = "CHARGING"
    STOPPING = "STOPPING"
    BILLING = "BILLING"  # ended: the operator's bill is awaited
    PAYING = "PAYING"
    COLLECTING = "COLLECTING"  # the hold could not be taken from: a payment is asked for
    DONE = "DONE"
    NOT_STARTED = "NOT_STARTED"  # nothing was charged, and nothing will be
    NEEDS_A_PERSON = "NEEDS_A_PERSON"


_SESSIONS = {
    Session.START_SENT: Stage.STARTING,
    Session.START_UNKNOWN: Stage.STARTING,
    Session.CHARGING: Stage.CHARGING,
    Session.STOP_SENT: Stage.STOPPING,
    Session.ENDED: Stage.BILLING,
    Session.BILL_MISSING: Stage.NEEDS_A_PERSON,
    Session.REJECTED: Stage.NOT_STARTED,
}
_CAPTURES = {
    Capture.CAPTURED: Stage.DONE,
    Capture.COLLECTING: Stage.COLLECTING,
    Capture.BAD_DEBT: Stage.NEEDS_A_PERSON,
}


def stage(order: Order) -> Stage:
    """The step at which this order is."""
    if order.session is Session.IDLE:
        return Stage.CONFIRM if order.hold is Hold.PENDING else Stage.HOLDING
    if order.session is Session.BILLED:
        if order.pays is not None and order.pays.fen == 0:
            return Stage.DONE
        found = _CAPTURES.get(order.capture, Stage.PAYING)
        return Stage.NEEDS_A_PERSON if found is Stage.PAYING and order.problem else found
    if order.session is Session.CHARGING and order.wants_stop:
        return Stage.STOPPING
    return _SESSIONS[order.session]


def so_far(seen: SessionSeen | None) -> Money | None:
    """What a session costs so far, as its operator says; None where it does not."""
    if seen is None:
        return None
    if seen.total is None and seen.electricity is not None and seen.service is not None:
        return Money(seen.electricity.fen + seen.service.fen)
    return seen.total


def at_cap(order: Order) -> bool:
    """Whether a car has charged for all that its driver agreed to, and goes on."""
    spent = so_far(order.seen) if order.session is Session.CHARGING and not order.wants_stop else None
    return spent is not None and spent.fen >= order.cap.fen


def stop_reason(order: Order, bill: Bill | None) -> str | None:
    """Why a session was ended: the code of who ended it here, USER for its driver, else what the bill says."""
    if order.session not in _STOPPED and not (order.session is Session.CHARGING and order.wants_stop):
        return None
    if order.wants_stop:
        return order.reason or StopReason.USER.value
    if order.session is Session.STOP_SENT:  # the rest is asked for only where the hold is gone
        return NOT_HELD
    if bill is None:
        return None
    if bill.stop_reason not in (StopReason.PLATFORM, StopReason.OTHER):
        return bill.stop_reason.value
    return CAP_REACHED if bill.total.fen >= order.cap.fen else None


def minutes_left(readings: Sequence[Reading], now: datetime) -> int | None:
    """Until 80 %, or from there until full, at the pace of the latest readings; None where the car does not tell."""
    told = [(each.at, each.soc) for each in readings if each.soc is not None]
    if not told:
        return None
    (last, soc), goal = told[-1], GENTLE_SOC if told[-1][1] < GENTLE_SOC else FULL_SOC
    first = next((each for each in told if (last - each[0]).total_seconds() <= 900), told[0])
    gained, seconds = soc - first[1], (last - first[0]).total_seconds()
    if gained <= 0 or seconds < _BASE_S:
        return None
    left_s = (goal - soc) * seconds / gained - (now - last).total_seconds()
    return max(0, round(left_s / 60))
