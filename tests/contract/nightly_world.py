"""Orders that are paid, and the morning after: a channel that makes bills, an operator that lists, the nightly run."""

import random
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from finder.charging.decide import over
from finder.charging.desk import OrderDesk
from finder.charging.effects import handlers
from finder.charging.machines import Capture
from finder.charging.nightly import Nightly
from finder.charging.order import Order, OrderItem, items, load
from finder.charging.orders import Orders
from finder.charging.outside import Outside
from finder.charging.sweep import Sweeper
from finder.connectors.sdk.sessions import Bill
from finder.errors import ChannelUnavailable, OperatorUnavailable
from finder.federation.desk import SqlDesk
from finder.kernel.clock import SHANGHAI
from finder.kernel.ids import Number, order_of
from finder.kernel.money import Money
from finder.money.channels.port import BillKind, BillRow, Seen, Stand, Step
from finder.money.differences import Difference, differences
from finder.money.reconcile import business_day
from finder.storage.database import Database
from finder.storage.outbox import Outbox
from tests.contract.hand import Hand
from tests.faults.charging_world import FakeChannel, FakeOperator, Payers, World

FEE_FEN = 7
_SIGNS = {Step.CAPTURE: 1, Step.REFUND: -1, Step.SPLIT: -1, Step.SPLIT_RETURN: 1}
_SHARES = (Step.SPLIT, Step.SPLIT_RETURN)
_BILLS = {BillKind.TRADE: (Step.CAPTURE, Step.REFUND), BillKind.SPLIT: _SHARES, BillKind.FUND: _SHARES}


class BookChannel(FakeChannel):
    """Makes the bill of a day from what was really done; `lies` changes its rows."""

    def __init__(self, clock: Hand) -> None:
        super().__init__(random.Random(1), clock)
        self.hand = clock
        self.done: dict[Number, datetime] = {}
        self.away = self.refuses_queries = self.loses_answers = False
        self.bills_away: set[date] = set()  # days of which there is a bill of funds only
        self.lies: Callable[[BillRow], BillRow | None] = lambda row: row
        self.fund_lies: Callable[[BillRow], BillRow | None] = lambda row: row
        self.extra: list[BillRow] = []
        self.fund_extra: list[BillRow] = []

    def _do(
        self, step: Step, number: Number, amount: Money, stand: Stand = Stand.DONE, hold: Number | None = None
    ) -> Seen:
        try:
            seen = super()._do(step, number, amount, Stand.DONE, hold)
        finally:
            if number in self.effects:  # also where its answer was lost
                self.done.setdefault(number, self.hand())
        if self.loses_answers:
            self.notices.clear()
            raise ChannelUnavailable("渠道无应答", "no answer", code="LOST_ANSWER")
        return seen

    async def query(
        self, step: Step, number: Number, of: Number, sub_merchant: str, of_channel_id: str | None = None
    ) -> Seen:
        if self.refuses_queries:
            raise ChannelUnavailable("渠道无应答", "no answer")
        return await super().query(step, number, of, sub_merchant, of_channel_id)

    async def bill(self, kind: BillKind, day: date) -> AsyncIterator[BillRow]:
        if self.away or (kind is not BillKind.FUND and day in self.bills_away):
            raise ChannelUnavailable("账单未生成", "no bill yet", code="NO_BILL_YET")
        for number, effect in self.effects.items():
            at = self.done[number].astimezone(SHANGHAI).date()
            lies = self.fund_lies if kind is BillKind.FUND else self.lies
            if effect.step in _BILLS[kind] and at == day and (row := lies(self.row(number, at))):
                yield replace(row, fen=-row.fen) if kind is BillKind.FUND else row  # what leaves an order comes to us
        for row in self.fund_extra if kind is BillKind.FUND else self.extra:
            if row.step in _BILLS[kind] and row.business_date == day:
                yield row

    def row(self, number: Number, day: date) -> BillRow:
        effect = self.effects[number]
        fee = FEE_FEN if effect.step is Step.CAPTURE else 0
        fen = effect.amount.fen * _SIGNS[effect.step]
        return BillRow(self.name, "m1", effect.step, number, f"ch-{number}", fen, fee, day, f"{number},{fen}")


class ListOperator(FakeOperator):
    """Has a list of its bills, which `lies` changes."""

    def __init__(self, clock: Hand) -> None:
        super().__init__(random.Random(1), clock)
        self.away = False
        self.lies: Callable[[Bill], Bill | None] = lambda bill: bill
        self.extra: list[Bill] = []

    async def bills(self, since: datetime, until: datetime) -> AsyncIterator[Sequence[Bill]]:
        if self.away:
            raise OperatorUnavailable("无应答", "no connection")
        ended = [bill for bill in (*self.billed.values(), *self.extra) if since <= bill.ended_at < until]
        yield [told for bill in ended if (told := self.lies(bill))]


class Nights:
    """The order book with such a channel and such an operator, and their mornings after."""

    def __init__(self, database: Database, *, shares_wait: bool = True, seed: int = 1) -> None:
        self.world = world = World(database, seed=seed, trouble=0)
        self.clock, self.work = world.clock, world.work
        self.channel, self.operator = BookChannel(self.clock), ListOperator(self.clock)
        world.channel, world.operator = self.channel, self.operator
        self.channel.dice = self.operator.dice = world.dice
        self.outside = Outside(self.work, {"wechat": self.channel}, {"jinbei": self.operator}.get, Payers())
        world.outbox, world.sweeper = Outbox(self.work, handlers(self.outside), at_once=1), Sweeper(self.outside)
        self.orders = world.orders = Orders(self.work, shares_wait=shares_wait)
        self.kept = SqlDesk(database, self.clock)
        self.desk = OrderDesk(self.kept, self.work)
        self.nightly = Nightly(self.outside, self.desk, self.kept.bills)

    async def paid(self, *, minutes: int = 30) -> Order:
        """An order that is captured; its share waits, or went out."""
        order = await self.world.start()
        for _ in range(minutes // 5 + 20):
            await self.world.happen(5)
            now = await self.order(order.number)
            if now.capture is Capture.CAPTURED:
                await self.world.post()
                return await self.order(order.number)
            if now.wants_stop is False and now.seen is not None and (now.seen.kwh or 0) >= minutes / 2:
                await self.orders.stop(order.person, order.number)
        raise AssertionError(f"never paid: {now}")

    async def order(self, number: Number) -> Order:
        async with self.work.read() as connection:
            return await load(connection, number)

    async def items(self, number: Number) -> Sequence[OrderItem]:
        async with self.work.read() as connection:
            return await items(connection, number)

    async def is_over(self, number: Number) -> bool:
        return over(await self.order(number), await self.items(number))

    @property
    def today(self) -> date:
        return self.clock().astimezone(SHANGHAI).date()

    async def night(self, nights: int = 1) -> int:
        """To the next morning at half past ten, and its run; how many are to be tried again."""
        away = 0
        for _ in range(nights):
            local = self.clock().astimezone(SHANGHAI)
            morning = datetime(local.year, local.month, local.day, 10, 30, tzinfo=SHANGHAI)
            morning += timedelta(days=local >= morning)
            self.clock.later((morning - local).total_seconds())
            assert business_day(self.clock()) == self.today - timedelta(days=1)
            away = await self.nightly.step()
            await self.letters()
        return away

    async def letters(self) -> None:
        """Whatever is to be sent, a share too once its channel takes it, and what is told of it."""
        for wait_s in (0, 300, 0):
            self.clock.later(wait_s)
            await self.world.post()
            await self.world.call_back()

    async def differences(self, *, decided: bool | None = False) -> list[Difference]:
        return await differences(self.work, decided=decided)

    async def the_only(self) -> Difference:
        (found,) = await self.differences()
        return found

    def row(self, order: Number, step: Step = Step.CAPTURE) -> BillRow:
        """The row that the channel's bill of today has of it."""
        number = next(n for n, e in self.channel.effects.items() if e.step is step and order_of(n) == order)
        return self.channel.row(number, self.channel.done[number].astimezone(SHANGHAI).date())
