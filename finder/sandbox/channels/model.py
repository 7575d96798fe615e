"""What a practice channel keeps of holds, trades and their parts, and how it refuses."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from finder.money.channels.port import Step

FEE_PER_10_000 = 60


class Why(StrEnum):
    """Why a practice channel refuses."""

    NOT_FOUND = "NOT_FOUND"
    OTHER_CONTENT = "OTHER_CONTENT"  # the number is taken
    STATE = "STATE"
    AMOUNT = "AMOUNT"
    DENIED = "DENIED"
    FORM = "FORM"
    BUSY = "BUSY"
    NO_BILL_YET = "NO_BILL_YET"
    NO_BILL = "NO_BILL"


class Refusal(Exception):
    """What a practice channel refuses; nothing was done."""

    def __init__(self, why: Why, text: str = "") -> None:
        super().__init__(f"{why.value} {text}")
        self.why, self.text = why, text or why.value


class HoldState(StrEnum):
    """Where a hold stands."""

    CREATED = "CREATED"
    HELD = "HELD"
    COMPLETED = "COMPLETED"
    RELEASED = "RELEASED"


@dataclass(slots=True)
class Hold:
    """Money held, or to be held once the driver has agreed. `rest` is what is still held."""

    number: str
    own: str
    sub: str
    fen: int
    at: datetime
    notify_url: str
    state: HoldState = HoldState.CREATED
    rest: int = 0
    trade: "Trade | None" = None
    release: str = ""  # our number of its release
    released: int = 0


@dataclass(slots=True)
class Trade:
    """Money taken, or to be taken."""

    number: str
    own: str
    sub: str
    fen: int
    at: datetime
    notify_url: str
    splitting: bool
    hold: Hold | None = None
    asked: bool = True  # False until the driver has agreed to a plain payment
    paid: bool = False
    paid_at: datetime | None = None
    refunded: int = 0
    split: int = 0
    finished: bool = False

    @property
    def fee(self) -> int:
        """What the channel keeps, half up."""
        return (self.fen * FEE_PER_10_000 + 5_000) // 10_000


@dataclass(slots=True)
class Part:
    """A refund, a split, its finish or its return, of a trade."""

    step: Step
    number: str
    own: str
    trade: Trade
    fen: int
    at: datetime
    of: str = ""  # the split that is returned
    back: int = 0  # of a refund: our share that goes back with it
    state: str = "WORKING"  # then DONE, FAILED or ABNORMAL


@dataclass(frozen=True, slots=True)
class Event:
    """Something that a driver's or our act led to."""

    step: Step
    thing: Hold | Trade | Part
    at: datetime
