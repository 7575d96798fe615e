"""The port to a payment channel.

Whatever a channel says of a step, in the answer to a call, to a query, in a callback or in a row of its bill, comes as
one `Seen`, so that one function can take it. Every effect has a number of ours (`kernel.ids.part`), and asking again
with the same number and the same content does nothing twice.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from finder.kernel.ids import Number
from finder.kernel.money import Money

NOTHING = Money(0)


class Step(StrEnum):
    """What is asked of a channel."""

    HOLD = "HOLD"  # a hold, or the opening of a pay-after order
    CAPTURE = "CAPTURE"
    RELEASE = "RELEASE"
    REFUND = "REFUND"
    SPLIT = "SPLIT"  # our share of a captured order
    SPLIT_RETURN = "SPLIT_RETURN"
    SPLIT_FINISH = "SPLIT_FINISH"  # no further split: the rest is the operator's


class Stand(StrEnum):
    """Where a step stands at the channel."""

    PENDING = "PENDING"  # the driver still has to confirm
    WORKING = "WORKING"  # taken, and not yet done
    DONE = "DONE"
    COLLECTING = "COLLECTING"  # the channel goes on trying to take the money
    FAILED = "FAILED"  # it certainly did not happen and will not under this number
    EXPIRED = "EXPIRED"
    ABNORMAL = "ABNORMAL"  # a person must act at the channel
    UNKNOWN = "UNKNOWN"  # the channel knows no such number


@dataclass(frozen=True, slots=True)
class Seen:
    """What a channel said of one step. `number` is ours; `amount` what it was done with, where it was told.

    A channel that has no number for a capture of its own (WeChat) tells one in a notice and in a bill under the hold's
    number: `kernel.ids.order_of` leads to the order either way.
    """

    channel: str
    step: Step
    number: Number
    stand: Stand
    amount: Money | None = None
    channel_id: str | None = None  # the channel's own number
    at: datetime | None = None  # when it was done, by the channel's clock
    fee: Money | None = None
    reason: str | None = None  # the channel's code or words
    phone: Mapping[str, str] = field(default_factory=dict, repr=False)  # with which the driver confirms; not kept


@dataclass(frozen=True, slots=True)
class HoldAsk:
    """Hold at most `amount` of a driver for an operator's charging order.

    `payer` is the driver's id at the channel; `device` the EVSE; `agreed` says that a standing agreement lets the
    hold be made with no confirmation.
    """

    number: Number
    sub_merchant: str
    amount: Money
    payer: str = field(repr=False)
    title: str
    device: str
    starts_at: datetime
    ends_at: datetime
    agreed: bool = False


@dataclass(frozen=True, slots=True)
class CaptureAsk:
    """Take the final amount of a hold, at most what is held; the rest is free again."""

    number: Number
    hold: Number
    hold_channel_id: str | None
    sub_merchant: str
    amount: Money
    electricity: Money | None
    service: Money | None
    parking: Money | None
    title: str
    splitting: bool  # whether shares will be split off, which the channel must know now


@dataclass(frozen=True, slots=True)
class PayAsk:
    """Ask a driver for a plain payment, as after a hold that ended too early."""

    number: Number
    sub_merchant: str
    amount: Money
    payer: str = field(repr=False)
    title: str
    expires_at: datetime
    splitting: bool


@dataclass(frozen=True, slots=True)
class RefundAsk:
    """Give back part or all of a capture."""

    number: Number
    capture: Number
    capture_channel_id: str | None
    sub_merchant: str
    amount: Money
    captured: Money
    reason: str
    returned: Money = NOTHING  # our share that goes back with it, where the channel `returns_with_refund`
    split: Number | None = None  # the split that it is returned from


@dataclass(frozen=True, slots=True)
class SplitAsk:
    """Split our share off a capture, or return it (`returns` names the split)."""

    number: Number
    capture: Number
    capture_channel_id: str | None
    sub_merchant: str
    amount: Money
    description: str
    returns: Number | None = None


class BillKind(StrEnum):
    """The bills that a channel makes of a day."""

    TRADE = "TRADE"
    FUND = "FUND"
    SPLIT = "SPLIT"


@dataclass(frozen=True, slots=True)
class BillRow:
    """One row of a channel's bill. Above 0 came in, below 0 went out; `number` is ours where the row carries it."""

    channel: str
    sub_merchant: str
    step: Step
    number: Number | None
    channel_id: str
    fen: int
    fee_fen: int
    business_date: date  # in Asia/Shanghai
    raw: str  # the row as it came, for a person


@dataclass(frozen=True, slots=True)
class Notice:
    """A callback that was verified: its key for the inbox, what it says, and how to answer that it was taken.

    The inbox compares `seen`, not the body: a repeat is encrypted or signed anew.
    """

    key: str
    seen: Seen
    answer: bytes
    answer_status: int = 200
    answer_type: str = "application/json"


class Channel(Protocol):
    """One payment channel under one service provider's account.

    Every method that asks raises ChannelUnavailable where the effect may have happened (ask again with the same
    number, or query), ChannelRefused where it certainly did not, ChannelLied where the answer cannot be believed.
    """

    @property
    def name(self) -> str:
        """As the ledger knows it: 'wechat', 'alipay'."""

    @property
    def practice(self) -> bool:
        """True for a channel of the sandbox: no real money moves."""

    @property
    def holds_agreed(self) -> bool:
        """Whether a standing agreement lets a hold be made with no confirmation."""

    @property
    def returns_with_refund(self) -> bool:
        """True where a split is returned only together with a refund (Alipay): `RefundAsk.returned` says how much.

        Elsewhere `split` returns it before the refund, and the other way is refused on either channel.
        """

    @property
    def fund_steps(self) -> frozenset[Step]:
        """What the bill of funds tells of: shares alone where it is of our own account, everything where of all."""

    @property
    def split_after(self) -> timedelta:
        """How long after a payment the channel takes its split; it takes one for thirty days."""

    async def hold(self, ask: HoldAsk) -> Seen:
        """Begins a hold; PENDING carries in `phone` what the driver's phone needs."""

    async def capture(self, ask: CaptureAsk) -> Seen:
        """Takes the final amount of a hold."""

    async def release(self, number: Number, hold: Number, hold_channel_id: str | None, sub_merchant: str) -> Seen:
        """Ends a hold without taking anything."""

    async def pay(self, ask: PayAsk) -> Seen:
        """Asks for a plain payment, a capture without a hold; PENDING carries what the phone needs."""

    async def refund(self, ask: RefundAsk) -> Seen:
        """Gives money back."""

    async def split(self, ask: SplitAsk) -> Seen:
        """Splits our share off, or returns it."""

    async def split_finish(self, ask: SplitAsk) -> Seen:
        """Says that nothing more will be split off a capture; `amount` is not used."""

    async def query(
        self, step: Step, number: Number, of: Number, sub_merchant: str, of_channel_id: str | None = None
    ) -> Seen:
        """Where a step stands; UNKNOWN where the channel knows no such number.

        `of` is the number that the step belongs to: the hold's for a capture or a release, the capture's for a refund
        or a split, the split's for its return; a hold's and a plain payment's own. `of_channel_id` is the channel's
        number of the same, without which neither channel can be asked about a split.
        """

    def bill(self, kind: BillKind, day: date) -> AsyncIterator[BillRow]:
        """The channel's bill of a day in Asia/Shanghai, available the next day after 10:00."""

    async def notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        """Verifies and reads a callback. Raises ChannelLied; signature probes fail like any wrong signature."""

    async def close(self) -> None:
        """Lets go of connections."""
