"""The four state machines of an order, as tables."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar


class Hold(StrEnum):
    """The channel's hold, or the pay-after order that stands for one."""

    NEW = "NEW"
    UNKNOWN = "UNKNOWN"  # asked for, written before the call
    PENDING = "PENDING"  # the driver has to confirm
    HELD = "HELD"
    CONSUMED = "CONSUMED"
    RELEASED = "RELEASED"
    EXPIRED = "EXPIRED"
    FAILED = "FAILED"


class Session(StrEnum):
    """The session at the operator."""

    IDLE = "IDLE"
    START_SENT = "START_SENT"
    START_UNKNOWN = "START_UNKNOWN"  # nobody can say whether it will begin
    CHARGING = "CHARGING"
    STOP_SENT = "STOP_SENT"
    ENDED = "ENDED"
    BILLED = "BILLED"
    BILL_MISSING = "BILL_MISSING"  # polled and not in the nightly file either: a person's turn
    REJECTED = "REJECTED"  # it never began and will not


RUNNING = (Session.IDLE, Session.START_SENT, Session.START_UNKNOWN, Session.CHARGING, Session.STOP_SENT)


class Capture(StrEnum):
    """The driver's payment."""

    NONE = "NONE"
    SENT = "SENT"
    UNKNOWN = "UNKNOWN"  # asked for, written before the call
    COLLECTING = "COLLECTING"  # the hold could not be taken from; the channel or a fresh payment collects
    CAPTURED = "CAPTURED"
    BAD_DEBT = "BAD_DEBT"


class Item(StrEnum):
    """A split, a split's return, the end of splitting, or a refund."""

    NEW = "NEW"
    SENT = "SENT"
    UNKNOWN = "UNKNOWN"
    DONE = "DONE"
    FAILED = "FAILED"
    ABNORMAL = "ABNORMAL"  # a person must act at the channel
    DROPPED = "DROPPED"  # never asked for: something else came first, and it is reckoned anew


class Compared(StrEnum):
    """What the nightly comparison of channel, operator and ledger says of an order whose share waits for it."""

    WAITING = "WAITING"
    MATCHED = "MATCHED"  # all three tell the same: the share may be split
    DISPUTED = "DISPUTED"  # until somebody has decided


S = TypeVar("S", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Machine(Generic[S]):
    """Which states may follow which."""

    moves: Mapping[S, Set[S]]

    def may(self, before: S, after: S) -> bool:
        """Whether this is a step; staying is none."""
        return after in self.moves.get(before, frozenset())

    def over(self, state: S) -> bool:
        """Whether nothing follows."""
        return not self.moves.get(state)


HOLD = Machine(
    {
        Hold.NEW: {Hold.UNKNOWN, Hold.RELEASED},
        Hold.UNKNOWN: {Hold.PENDING, Hold.HELD, Hold.FAILED, Hold.EXPIRED, Hold.RELEASED},
        Hold.PENDING: {Hold.HELD, Hold.FAILED, Hold.EXPIRED, Hold.RELEASED},
        Hold.HELD: {Hold.CONSUMED, Hold.RELEASED, Hold.EXPIRED},
    }
)
SESSION = Machine(
    {
        Session.IDLE: {Session.START_SENT, Session.REJECTED},
        Session.START_SENT: {
            Session.START_UNKNOWN,
            Session.CHARGING,
            Session.REJECTED,
            Session.STOP_SENT,
            Session.ENDED,
        },
        # A start that timed out may have happened: it is looked for, and a late one is valid.
        Session.START_UNKNOWN: {Session.CHARGING, Session.REJECTED, Session.STOP_SENT, Session.ENDED},
        Session.CHARGING: {Session.STOP_SENT, Session.ENDED},
        Session.STOP_SENT: {Session.ENDED, Session.REJECTED},
        Session.ENDED: {Session.BILLED, Session.BILL_MISSING},
        Session.BILL_MISSING: {Session.BILLED},
    }
)
CAPTURE = Machine(
    {
        Capture.NONE: {Capture.SENT},
        Capture.SENT: {Capture.UNKNOWN},
        Capture.UNKNOWN: {Capture.CAPTURED, Capture.COLLECTING},
        Capture.COLLECTING: {Capture.CAPTURED, Capture.BAD_DEBT},
    }
)
COMPARED = Machine(
    {
        Compared.WAITING: {Compared.MATCHED, Compared.DISPUTED},
        Compared.DISPUTED: {Compared.MATCHED},
        Compared.MATCHED: {Compared.DISPUTED},  # a bill that is told again with another amount
    }
)
ITEM = Machine(
    {
        Item.NEW: {Item.SENT, Item.DROPPED},
        Item.SENT: {Item.DONE, Item.FAILED, Item.UNKNOWN, Item.ABNORMAL},
        Item.UNKNOWN: {Item.DONE, Item.FAILED, Item.ABNORMAL},
        Item.ABNORMAL: {Item.DONE, Item.FAILED},
    }
)
