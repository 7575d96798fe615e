"""A seeded world of one channel and one operator that go wrong in every way, a clock, and an order book over SQL."""

import random
from collections.abc import AsyncIterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from finder.charging.decide import over
from finder.charging.disputes import Disputes
from finder.charging.effects import handlers
from finder.charging.news import take_bill, take_channel, take_session
from finder.charging.order import Order, find, items
from finder.charging.orders import Orders, StartAsk
from finder.charging.outside import Outside
from finder.charging.sweep import Sweeper
from finder.connectors.sdk.control import Commanded, Outcome, Reason, SessionRef, StartRequest
from finder.connectors.sdk.sessions import Bill, SessionSeen, SessionState
from finder.errors import ChannelRefused, ChannelUnavailable, OperatorUnavailable
from finder.identity.audit import Audit
from finder.kernel.clock import Clock
from finder.kernel.ids import Number
from finder.kernel.money import Money, UnitPrice
from finder.money.channels.port import (
    BillKind,
    BillRow,
    CaptureAsk,
    HoldAsk,
    Notice,
    PayAsk,
    RefundAsk,
    Seen,
    SplitAsk,
    Stand,
    Step,
)
from finder.money.ledger import Account, balances
from finder.stations.model import Tariff, TariffPeriod
from finder.storage.database import Database
from finder.storage.outbox import Outbox
from finder.storage.unit import Work
from tests.contract.hand import Hand

TARIFF = Tariff(
    id="t", periods=(TariffPeriod(start=0, end=1440, electricity=UnitPrice(8_000), service=UnitPrice(4_000)),)
)


@dataclass
class Effect:
    """One number at the channel."""

    step: Step
    amount: Money
    stand: Stand


class Killed(Exception):
    """The process died here."""


class FakeChannel:
    """Keeps its own truth: what was really held, taken, split and given back, by number."""

    name, practice, holds_agreed, returns_with_refund = "wechat", True, True, False
    fund_steps = frozenset({Step.SPLIT, Step.SPLIT_RETURN})
    split_after = timedelta(minutes=1)

    def __init__(self, dice: random.Random, clock: Clock) -> None:
        self.dice, self.clock = dice, clock
        self.trouble = 0.0
        self.effects: dict[Number, Effect] = {}
        self.hold_of: dict[Number, Number] = {}
        self.paid_at: dict[str, datetime] = {}  # by order
        self.returned: dict[Number, tuple[Money, Number | None]] = {}  # with refunds
        self.notices: list[Seen] = []

    def _seen(self, number: Number) -> Seen:
        known = self.effects.get(number)
        if known is None:
            return Seen(self.name, Step.HOLD, number, Stand.UNKNOWN)
        return Seen(self.name, known.step, number, known.stand, known.amount, f"ch-{number}", self.clock())

    def _do(
        self, step: Step, number: Number, amount: Money, stand: Stand = Stand.DONE, hold: Number | None = None
    ) -> Seen:
        """The effect with its faults: none, lost on the way there, or lost on the way back."""
        if self.dice.random() < self.trouble:
            raise ChannelUnavailable("渠道无应答", "no answer", code="LOST_REQUEST")
        known = self.effects.get(number)
        if known is None:
            self.effects[number] = Effect(step, amount, stand)
            if step is Step.CAPTURE:
                self.paid_at[number[:26]] = self.clock()
            if hold is not None:
                self.hold_of[hold] = number
        elif (known.step, known.amount) != (step, amount):
            raise AssertionError(f"{number} was asked again with another content")
        self._tell(number)
        if self.dice.random() < self.trouble:
            raise self.dice.choice([Killed(), ChannelUnavailable("渠道无应答", "no answer", code="LOST_ANSWER")])
        return self._seen(number)

    def _tell(self, number: Number) -> None:
        """A callback, which may come twice, late, or never."""
        for _ in range(self.dice.choice([0, 1, 1, 2])):
            self.notices.append(self._seen(number))

    async def hold(self, ask: HoldAsk) -> Seen:
        if ask.number not in self.effects and self.dice.random() < self.trouble / 2:
            raise ChannelRefused("余额不足", "not enough", code="NO_CREDIT")
        return self._do(Step.HOLD, ask.number, ask.amount, self.dice.choice([Stand.DONE, Stand.PENDING]))

    def confirm(self) -> None:
        """Some drivers confirm, some holds end."""
        for number, effect in self.effects.items():
            if effect.step is not Step.HOLD:
                continue
            if effect.stand is Stand.PENDING and self.dice.random() < 0.5:
                said = self.dice.choice([Stand.DONE] * 9 + [Stand.EXPIRED])
                effect.stand = said if self.trouble else Stand.DONE  # in peace every driver says yes
                self._tell(number)
            elif effect.stand is Stand.DONE and number not in self.used() and self.dice.random() < self.trouble / 10:
                effect.stand = Stand.EXPIRED
                self._tell(number)

    def used(self) -> Set[Number]:
        return self.hold_of.keys()

    async def capture(self, ask: CaptureAsk) -> Seen:
        hold = self.effects[ask.hold]
        over = hold.stand is not Stand.DONE or ask.hold in self.hold_of or ask.amount > hold.amount
        if ask.number not in self.effects and over:
            raise ChannelRefused("冻结已失效", "the hold is over", code="HOLD_OVER")
        return self._do(Step.CAPTURE, ask.number, ask.amount, hold=ask.hold)

    async def pay(self, ask: PayAsk) -> Seen:
        return self._do(Step.CAPTURE, ask.number, ask.amount)

    async def release(self, number: Number, hold: Number, hold_channel_id: str | None, sub_merchant: str) -> Seen:
        return self._do(Step.RELEASE, number, Money(0), hold=hold)

    async def refund(self, ask: RefundAsk) -> Seen:
        back = sum(e.amount.fen for n, e in self.effects.items() if e.step is Step.REFUND and n[:26] == ask.number[:26])
        if ask.number not in self.effects and back + ask.amount.fen > self.effects[ask.capture].amount.fen:
            raise AssertionError("more is given back than was taken")
        if ask.returned.fen:
            assert self.returns_with_refund
            self.returned[ask.number] = ask.returned, ask.split
        return self._do(Step.REFUND, ask.number, ask.amount)

    async def split(self, ask: SplitAsk) -> Seen:
        if self.clock() < self.paid_at[ask.number[:26]] + self.split_after:
            raise AssertionError("a share is split off before the channel takes it")
        if ask.returns is not None and self.effects[ask.returns].step is not Step.SPLIT:
            raise AssertionError("a share goes back of what was no split")
        return self._do(Step.SPLIT_RETURN if ask.returns else Step.SPLIT, ask.number, ask.amount)

    async def split_finish(self, ask: SplitAsk) -> Seen:
        if any(
            n[:26] == ask.number[:26] and e.step is Step.SPLIT_FINISH
            for n, e in self.effects.items()
            if n != ask.number
        ):
            raise AssertionError("splitting ends twice")
        return self._do(Step.SPLIT_FINISH, ask.number, ask.amount)

    async def query(
        self, step: Step, number: Number, of: Number, sub_merchant: str, of_channel_id: str | None = None
    ) -> Seen:
        if self.dice.random() < self.trouble:
            raise ChannelUnavailable("渠道无应答", "no answer")
        return self._seen(number)

    async def bill(self, kind: BillKind, day: date) -> AsyncIterator[BillRow]:
        for row in list[BillRow]():
            yield row

    async def notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        raise NotImplementedError

    async def close(self) -> None:
        return None


@dataclass
class Charging:
    """A session at the operator, as it really is."""

    order: str
    native_id: str
    evse_id: str
    started_at: datetime
    kwh: Decimal = Decimal(0)
    full_at: Decimal = Decimal(40)
    ended_at: datetime | None = None
    begins: bool = True


class FakeOperator:
    """Starts, stops, tells and bills; often not when and not as often as it should."""

    source, name, practice = "jinbei", "晋北充电（演示）", True

    def __init__(self, dice: random.Random, clock: Clock) -> None:
        self.dice, self.clock = dice, clock
        self.trouble = 0.0
        self.sessions: dict[str, Charging] = {}
        self.refused: set[str] = set()
        self.news: list[SessionSeen | Bill] = []
        self.billed: dict[str, Bill] = {}
        self.contradicted: set[str] = set()  # orders with two totals under one number

    async def start(self, request: StartRequest) -> Commanded:
        if request.order in self.refused:
            return Commanded(Outcome.REJECTED, reason=Reason.NOT_PLUGGED)
        known = self.sessions.get(request.order)
        if known is None:
            luck = self.dice.random()
            if luck < self.trouble:
                raise OperatorUnavailable("无应答", "no connection")
            if luck < self.trouble * 1.5:
                self.refused.add(request.order)
                return Commanded(Outcome.REJECTED, reason=Reason.NOT_PLUGGED)
            if luck < self.trouble * 2:
                return Commanded(Outcome.UNKNOWN)  # and it never arrived
            number = f"S{len(self.sessions):06}"
            begins = self.dice.random() >= self.trouble
            known = Charging(request.order, number, request.evse_id, self.clock(), begins=begins)
            known.full_at = Decimal(self.dice.randrange(0, 6_000)) / 100
            self.sessions[request.order] = known
        if self.dice.random() < self.trouble:
            raise Killed
        unknown = self.dice.random() < self.trouble
        return Commanded(Outcome.UNKNOWN) if unknown else Commanded(Outcome.ACCEPTED, known.native_id)

    async def stop(self, session: SessionRef) -> Commanded:
        if self.dice.random() < self.trouble:
            raise OperatorUnavailable("无应答", "no connection")
        known = self.sessions.get(session.order)
        if known is None:
            return Commanded(Outcome.REJECTED, reason=Reason.UNKNOWN_SESSION)
        if known.ended_at is None:
            self._end(known)
        return Commanded(Outcome.ACCEPTED, known.native_id)

    async def session(self, session: SessionRef) -> SessionSeen | None:
        if self.dice.random() < self.trouble:
            raise OperatorUnavailable("无应答", "no connection")
        known = self.sessions.get(session.order)
        return self._seen(known) if known else None

    async def bills(self, since: datetime, until: datetime) -> AsyncIterator[Sequence[Bill]]:
        if self.dice.random() < self.trouble:
            raise OperatorUnavailable("无应答", "no connection")
        yield list(self.billed.values())

    def live(self, minutes: float) -> None:
        """Time passes: cars charge, fill up, and their operator tells of it now and then."""
        for known in self.sessions.values():
            if known.ended_at is not None:
                continue
            if not known.begins:
                if self.clock() - known.started_at > timedelta(minutes=5):
                    known.ended_at = self.clock()
                    self._tell(self._seen(known))
                continue
            known.kwh = min(known.full_at, known.kwh + Decimal(str(minutes)))
            if known.kwh >= known.full_at:
                self._end(known)
            elif self.dice.random() < 0.3:
                self._tell(self._seen(known))

    def _end(self, known: Charging) -> None:
        known.ended_at = self.clock()
        if not known.begins:
            self._tell(self._seen(known))
            return
        bill = self._bill(known)
        self.billed[known.order] = bill
        ended: list[SessionSeen | Bill] = [self._seen(known), bill]
        self.dice.shuffle(ended)
        for news in ended:
            self._tell(news)
        if self.dice.random() < self.trouble / 2:
            self.contradicted.add(known.order)
            self._tell(replace_total(bill, bill.total.fen + 7))

    def _tell(self, news: SessionSeen | Bill) -> None:
        for _ in range(self.dice.choice([0, 1, 2] if self.trouble else [1])):
            self.news.append(news)

    def _seen(self, known: Charging) -> SessionSeen:
        state = SessionState.CHARGING
        if not known.begins:
            state = SessionState.REJECTED if known.ended_at else SessionState.STARTING
        elif known.ended_at:
            state = SessionState.ENDED
        return SessionSeen(
            source=self.source,
            native_id=known.native_id,
            order=known.order,
            evse_id=known.evse_id,
            state=state,
            observed_at=self.clock(),
            kwh=known.kwh,
        )

    def _bill(self, known: Charging) -> Bill:
        electricity, service = UnitPrice(8_000).line(known.kwh), UnitPrice(4_000).line(known.kwh)
        return Bill(
            source=self.source,
            native_id=known.native_id,
            order=known.order,
            evse_id=known.evse_id,
            started_at=known.started_at,
            ended_at=known.ended_at or self.clock(),
            kwh=known.kwh,
            electricity=electricity,
            service=service,
            total=Money(electricity.fen + service.fen),
        )


def replace_total(bill: Bill, fen: int) -> Bill:
    """The same bill with another total, as it must never come."""
    fields: dict[str, Any] = {name: getattr(bill, name) for name in bill.__struct_fields__}
    return Bill(**{**fields, "total": Money(fen), "electricity": None, "service": None})


class Payers:
    """Everybody pays as himself."""

    async def payer(self, agreement: str) -> str:
        return f"open-{agreement}"


class World:
    """Drivers, one channel, one operator, the finder's order book, and chance."""

    def __init__(self, database: Database, seed: int, trouble: float) -> None:
        self.dice, self.clock = random.Random(seed), Hand()
        self.channel, self.operator = FakeChannel(self.dice, self.clock), FakeOperator(self.dice, self.clock)
        self.trouble(trouble)
        self.database, self.work = database, Work(database, self.clock)
        self.outside = Outside(self.work, {"wechat": self.channel}, {"jinbei": self.operator}.get, Payers())
        self.outbox = Outbox(self.work, handlers(self.outside), at_once=1)
        self.sweeper, self.orders = Sweeper(self.outside), Orders(self.work)
        self.disputes = Disputes(self.work, Audit(database, self.clock))
        self.drivers = 0

    def trouble(self, share: float) -> None:
        self.channel.trouble = self.operator.trouble = share

    def ask(self, evse: int) -> StartAsk:
        return StartAsk(
            operator="jinbei",
            evse_id=f"jinbei/{evse}",
            connector_id="1",
            channel="wechat",
            sub_merchant="m1",
            agreement=f"a{self.drivers}",
            agreed=True,
            title="充电",
            cap=Money(5_000),
            commission_permille=55,
            tariff=TARIFF,
        )

    async def start(self) -> Order:
        """Another driver; on a bad network the phone sends it twice."""
        self.drivers += 1
        sent = [await self.orders.start(f"p{self.drivers}", self.ask(self.drivers), "k") for _ in range(2)]
        assert sent[0].number == sent[1].number
        return sent[0]

    async def happen(self, minutes: float) -> None:
        """Everything that is due in the next minutes, in an order that chance decides."""
        self.clock.later(minutes * 60)
        self.channel.confirm()
        self.operator.live(minutes)
        steps = [self.post, self.post, self.hear, self.call_back, self.sweep]
        self.dice.shuffle(steps)
        for step in steps:
            await step()

    async def post(self) -> None:
        """One letter after another, so that a seed gives the same story each time."""
        for _ in range(200):
            if not await self.outbox.step():
                return

    async def sweep(self) -> None:
        await self.sweeper.step()

    async def hear(self) -> None:
        news, self.operator.news = self.operator.news, []
        self.dice.shuffle(news)
        for each in news:
            async with self.work.begin() as unit:
                order = each.order or ""
                await (take_bill(unit, order, each) if isinstance(each, Bill) else take_session(unit, order, each))

    async def call_back(self) -> None:
        notices, self.channel.notices = self.channel.notices, []
        self.dice.shuffle(notices)
        for seen in notices:
            async with self.work.begin() as unit:
                await take_channel(unit, seen)

    async def all(self) -> list[Order]:
        async with self.work.read() as connection:
            return await find(connection, limit=10_000)

    async def unfinished(self) -> list[Order]:
        async with self.work.read() as connection:
            orders = await find(connection, limit=10_000)
            return [order for order in orders if not over(order, await items(connection, order.number))]

    async def books(self, order: Number | None = None) -> dict[Account, int]:
        async with self.work.read() as connection:
            return await balances(connection, order)
