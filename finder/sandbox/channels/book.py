"""What a practice channel has done: holds, trades, refunds, splits. The same number and content does nothing twice.

Work that is taken in is carried out by `work`, after the answer, as channels do it; each outcome becomes an `Event`.
"""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import TypeVar

from finder.kernel.clock import SHANGHAI, Clock
from finder.money.channels.port import Step
from finder.sandbox.channels.faults import NONE, ChannelFaults
from finder.sandbox.channels.model import Event, Hold, HoldState, Part, Refusal, Trade, Why

T = TypeVar("T")
SPLIT_PERCENT = 30


@dataclass(slots=True)
class Book:
    """One practice channel's state."""

    clock: Clock
    subs: frozenset[str]
    faults: ChannelFaults = NONE
    holds: dict[str, Hold] = field(default_factory=dict)
    trades: dict[str, Trade] = field(default_factory=dict)
    parts: dict[tuple[Step, str], Part] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    effects: int = 0  # how often something was done
    split_after: timedelta = timedelta(0)  # a payment
    _contents: dict[tuple[str, str], Hashable] = field(default_factory=dict)
    _serial: Iterator[int] = field(default_factory=lambda: count(1))

    def hold(self, number: str, sub: str, fen: int, notify_url: str, *, agreed: bool = False) -> Hold:
        """Opens a hold."""
        self._may(sub)
        if fen <= 0:
            raise Refusal(Why.AMOUNT)

        def make() -> Hold:
            made = Hold(number, self._own("1"), sub, fen, self.clock(), notify_url)
            self.holds[number] = made
            return made

        made = self._once("hold", number, (sub, fen, agreed), make, lambda: self.holds[number])
        if agreed and made.state is HoldState.CREATED:
            self.confirm(number)
        return made

    def confirm(self, number: str) -> None:
        """The driver agrees to a hold or to a plain payment."""
        if (trade := self.trades.get(number)) is not None and not trade.asked:
            trade.asked = True
            self.work()
            return
        hold = self.found_hold(number)
        if hold.state is HoldState.CREATED:
            hold.state, hold.rest = HoldState.HELD, hold.fen
            self.effects += 1
            self.events.append(Event(Step.HOLD, hold, self.clock()))

    def capture(self, hold: Hold, number: str, fen: int, notify_url: str, *, splitting: bool) -> Trade:
        """Takes at most what is held; the rest is free."""

        def make() -> Trade:
            if hold.state is not HoldState.HELD:
                raise Refusal(Why.STATE)
            if not 0 < fen <= hold.fen:
                raise Refusal(Why.AMOUNT)
            hold.state, hold.rest = HoldState.COMPLETED, 0
            hold.trade = Trade(number, self._own("4"), hold.sub, fen, self.clock(), notify_url, splitting, hold)
            self.trades[number] = hold.trade
            return hold.trade

        return self._once("trade", number, (hold.number, fen, splitting), make, lambda: self.trades[number])

    def release(self, hold: Hold, number: str = "") -> None:
        """Frees all of a hold."""
        if hold.state not in (HoldState.CREATED, HoldState.HELD):
            raise Refusal(Why.STATE)
        hold.released, hold.rest, hold.state, hold.release = hold.rest, 0, HoldState.RELEASED, number
        self.effects += 1
        self.events.append(Event(Step.RELEASE, hold, self.clock()))

    def pay(self, number: str, sub: str, fen: int, notify_url: str, *, splitting: bool) -> Trade:
        """Opens a plain payment."""
        self._may(sub)
        if fen <= 0:
            raise Refusal(Why.AMOUNT)

        def make() -> Trade:
            made = Trade(number, self._own("4"), sub, fen, self.clock(), notify_url, splitting, asked=False)
            self.trades[number] = made
            return made

        return self._once("trade", number, (sub, fen, splitting), make, lambda: self.trades[number])

    def refund(self, number: str, trade: Trade, fen: int, total: int, back: int = 0) -> Part:
        """Gives back part of a trade."""

        def make() -> Part:
            if not trade.paid:
                raise Refusal(Why.STATE)
            if total != trade.fen or not 0 < fen <= trade.fen - trade.refunded or not 0 <= back <= trade.split:
                raise Refusal(Why.AMOUNT)
            trade.refunded += fen
            trade.split -= back
            return self._part(Step.REFUND, number, trade, fen, back=back)

        return self._once("refund", number, (trade.own, fen, back), make, lambda: self.part(Step.REFUND, number))

    def split(self, number: str, trade: Trade, fen: int) -> Part:
        """Splits a share off, at most 30 % of the trade in all."""

        def make() -> Part:
            early = trade.paid_at is None or self.clock() < trade.paid_at + self.split_after
            if not trade.paid or not trade.splitting or trade.finished or early:
                raise Refusal(Why.STATE)
            if not 0 < fen <= trade.fen * SPLIT_PERCENT // 100 - trade.split:
                raise Refusal(Why.AMOUNT)
            trade.split += fen
            return self._part(Step.SPLIT, number, trade, fen)

        return self._once("split", number, (trade.own, fen), make, lambda: self.part(Step.SPLIT, number))

    def finish(self, number: str, trade: Trade) -> Part:
        """Nothing more will be split off."""

        def make() -> Part:
            if not trade.paid or not trade.splitting:
                raise Refusal(Why.STATE)
            trade.finished = True
            return self._part(Step.SPLIT_FINISH, number, trade, trade.fen - trade.split)

        return self._once("split", number, (trade.own, "finish"), make, lambda: self.part(Step.SPLIT_FINISH, number))

    def split_return(self, number: str, of: str, fen: int) -> Part:
        """A share goes back."""
        split = self.part(Step.SPLIT, of)

        def make() -> Part:
            if split.state != "DONE":
                raise Refusal(Why.STATE)
            if not 0 < fen <= split.trade.split:
                raise Refusal(Why.AMOUNT)
            split.trade.split -= fen
            return self._part(Step.SPLIT_RETURN, number, split.trade, fen, of=of)

        return self._once("return", number, (of, fen), make, lambda: self.part(Step.SPLIT_RETURN, number))

    def work(self) -> None:
        """Carries out what was taken in."""
        now = self.clock()
        for trade in self.trades.values():
            if trade.asked and not trade.paid and not self.faults.collecting:
                trade.paid, trade.paid_at = True, now
                self.events.append(Event(Step.CAPTURE, trade, now))
        for part in self.parts.values():
            if part.state == "WORKING":
                part.state = self._outcome(part)
                self.events.append(Event(part.step, part, now))

    def found_hold(self, number: str) -> Hold:
        """A hold. Raises Refusal."""
        if (hold := self.holds.get(number)) is None:
            raise Refusal(Why.NOT_FOUND)
        return hold

    def trade_by(self, own: str = "", number: str = "") -> Trade:
        """A trade by the channel's number or by ours. Raises Refusal."""
        for trade in self.trades.values():
            if (own and trade.own == own) or (number and trade.number == number):
                return trade
        raise Refusal(Why.NOT_FOUND)

    def part(self, step: Step, number: str) -> Part:
        """A refund, split, finish or return. Raises Refusal."""
        if (part := self.parts.get((step, number))) is None:
            raise Refusal(Why.NOT_FOUND)
        return part

    def bill_ready(self, day: str) -> bool:
        """Whether the bill of that day is made: on the next day from 10:00."""
        made_at = datetime.combine(date.fromisoformat(day) + timedelta(days=1), time(10), SHANGHAI)
        return self.clock() >= made_at

    def local_day(self, at: datetime) -> str:
        """The business day."""
        return at.astimezone(SHANGHAI).date().isoformat()

    def _outcome(self, part: Part) -> str:
        if part.step is Step.REFUND and self.faults.abnormal_refunds:
            return "ABNORMAL"
        if part.step is Step.SPLIT and self.faults.refused_splits:
            part.trade.split -= part.fen
            return "FAILED"
        return "DONE"

    def _part(self, step: Step, number: str, trade: Trade, fen: int, *, of: str = "", back: int = 0) -> Part:
        made = Part(step, number, self._own("3"), trade, fen, self.clock(), of, back)
        self.parts[step, number] = made
        return made

    def _once(self, kind: str, number: str, content: Hashable, make: Callable[[], T], known: Callable[[], T]) -> T:
        if not number:
            raise Refusal(Why.FORM)
        before = self._contents.get((kind, number))
        if before is not None:
            if before != content:
                raise Refusal(Why.OTHER_CONTENT)
            return known()
        made = make()
        self._contents[kind, number] = content
        self.effects += 1
        return made

    def _may(self, sub: str) -> None:
        if sub not in self.subs:
            raise Refusal(Why.DENIED)

    def _own(self, begin: str) -> str:
        return f"{begin}2000{next(self._serial):023}"
