"""Moves an order's money at its channel; each handler writes before it calls."""

from collections.abc import Awaitable
from datetime import timedelta

from finder.charging.commands import StartHandler, StopHandler
from finder.charging.decide import Effect, numbered
from finder.charging.keep import SOLD, put_item, sold_of
from finder.charging.machines import Capture, Hold, Item, Session
from finder.charging.news import change
from finder.charging.order import Held, Order, OrderItem, items
from finder.charging.outside import Effecting, Outside, locked
from finder.charging.settling import HOLDABLE, hold_money
from finder.charging.standing import OPERATOR_INSOLVENT
from finder.errors import ChannelRefused
from finder.kernel.ids import Number
from finder.kernel.money import Money
from finder.money.channels.port import CaptureAsk, HoldAsk, PayAsk, RefundAsk, Seen, SplitAsk, Stand, Step
from finder.storage.outbox import Handler, Letter
from finder.storage.unit import Need, Unit

HOLD_LASTS = timedelta(hours=24)
PAY_WITHIN = timedelta(days=7)


class HoldHandler(Effecting):
    """Asks the channel to hold the cap."""

    async def before(self, letter: Letter, unit: Unit) -> bool:
        """See Handler. An order that was given up meanwhile, or is billed already, is not held for."""
        order = await locked(letter, unit)
        if order.hold is Hold.NEW and order.session in (Session.REJECTED, Session.BILLED):
            await change(unit, order, order.moved(hold=Hold.RELEASED))
            return False
        if order.hold is Hold.NEW:
            asked = order.moved(hold=Hold.UNKNOWN, **self.outside.holds_for(order))
            return self.keep(letter, await change(unit, order, asked))
        return order.hold is Hold.UNKNOWN and self.keep(letter, order)

    async def call(self, letter: Letter) -> Seen:
        """See Handler."""
        order = await self.order(letter)
        ask = HoldAsk(
            number=letter.number,
            sub_merchant=order.sub_merchant,
            amount=order.cap,
            payer=await self.outside.payers.payer(order.agreement),
            title=order.title,
            device=order.evse_id,
            starts_at=order.created_at,
            ends_at=order.created_at + HOLD_LASTS,
            agreed=order.agreed,
        )
        return await _told(order, Step.HOLD, letter.number, self.outside.channel(order).hold(ask))


class _Taking(Effecting):
    def needs(self, letter: Letter) -> list[Need]:
        """See ReadsAhead. With what the share that follows on it reads, which then goes out in the same unit."""
        return [*super().needs(letter), (OPERATOR_INSOLVENT, letter.payload.decode())]


class CaptureHandler(_Taking):
    """Takes what the bill's check lets the driver pay, out of the hold."""

    async def before(self, letter: Letter, unit: Unit) -> bool:
        """See Handler. From a hold that is over nothing is asked: a payment of its own collects, and goes first."""
        order = await locked(letter, unit)
        if order.capture is Capture.NONE and order.hold is not Hold.HELD:
            return False
        paying = await _paying(unit, order, letter.number)
        return paying is not None and self.keep(letter, paying)

    async def call(self, letter: Letter) -> Seen:
        """See Handler."""
        order = await self.order(letter)
        ask = CaptureAsk(
            number=letter.number,
            hold=numbered(order, Effect.HOLD),
            hold_channel_id=order.hold_channel_id,
            sub_merchant=order.sub_merchant,
            amount=_pays(order),
            electricity=None,
            service=None,
            parking=None,
            title=order.title,
            splitting=order.commission_permille > 0,
        )
        return await _told(order, Step.CAPTURE, letter.number, self.outside.channel(order).capture(ask))


class PayHandler(_Taking):
    """Collects by a payment of its own what no hold can give."""

    async def before(self, letter: Letter, unit: Unit) -> bool:
        """See Handler."""
        order = await locked(letter, unit)
        collecting = order.capture is Capture.COLLECTING
        paying = order if collecting else await _paying(unit, order, letter.number)
        return paying is not None and self.keep(letter, paying)

    async def call(self, letter: Letter) -> Seen:
        """See Handler."""
        order = await self.order(letter)
        ask = PayAsk(
            number=letter.number,
            sub_merchant=order.sub_merchant,
            amount=_pays(order),
            payer=await self.outside.payers.payer(order.agreement),
            title=order.title,
            expires_at=letter.created_at + PAY_WITHIN,
            splitting=order.commission_permille > 0,
        )
        return await _told(order, Step.CAPTURE, letter.number, self.outside.channel(order).pay(ask))


class ReleaseHandler(Effecting):
    """Ends a hold of which nothing is taken."""

    async def before(self, letter: Letter, unit: Unit) -> bool:
        """See Handler."""
        order = await locked(letter, unit)
        return order.hold in (Hold.PENDING, Hold.HELD) and self.keep(letter, order)

    async def call(self, letter: Letter) -> Seen:
        """See Handler."""
        order = await self.order(letter)
        hold = numbered(order, Effect.HOLD)
        return await self.outside.channel(order).release(letter.number, hold, order.hold_channel_id, order.sub_merchant)


class ItemHandler(Effecting):
    """Splits, ends splitting, returns a split, or refunds."""

    def __init__(self, outside: Outside) -> None:
        super().__init__(outside)
        self._items: dict[str, OrderItem] = {}

    def needs(self, letter: Letter) -> list[Need]:
        """See ReadsAhead."""
        order = letter.payload.decode()
        return [*super().needs(letter), (SOLD, order), (OPERATOR_INSOLVENT, order)]

    async def before(self, letter: Letter, unit: Unit) -> bool:
        """See Handler."""
        order = await locked(letter, unit)
        item = next(i for i in await sold_of(unit, order.number) if i.number == letter.number)
        if item.state is Item.NEW:
            if item.step in HOLDABLE and order.held is None and await unit.ask(OPERATOR_INSOLVENT, order.number):
                await hold_money(unit, order, Held.OPERATOR)
                return False
            await put_item(unit, item.moved(Item.SENT))
        elif item.state not in (Item.SENT, Item.UNKNOWN):
            return False
        self._items[letter.id] = item
        return self.keep(letter, order)

    async def call(self, letter: Letter) -> Seen:
        """See Handler."""
        order, item = await self.order(letter), self._items.pop(letter.id, None)
        if item is None:
            async with self.outside.work.read() as connection:
                item = next(i for i in await items(connection, order.number) if i.number == letter.number)
        return await _told(order, item.step, letter.number, self._ask(order, item))

    async def _ask(self, order: Order, item: OrderItem) -> Seen:
        channel, capture = self.outside.channel(order), order.capture_number or ""
        if item.step is Step.REFUND:
            return await channel.refund(
                RefundAsk(
                    item.number,
                    capture,
                    order.capture_channel_id,
                    order.sub_merchant,
                    item.amount,
                    order.captured or Money(0),
                    item.note,
                    item.returned,
                    await self._split(order) if item.returned.fen else None,
                )
            )
        returns = item.of if item.step is Step.SPLIT_RETURN else None
        ask = SplitAsk(
            item.number, capture, order.capture_channel_id, order.sub_merchant, item.amount, order.title, returns
        )
        return await (channel.split_finish(ask) if item.step is Step.SPLIT_FINISH else channel.split(ask))

    async def _split(self, order: Order) -> Number:
        """The split that went through, from which a share returns."""
        async with self.outside.work.read() as connection:
            sold = await items(connection, order.number)
        return next(item.number for item in sold if item.step is Step.SPLIT and item.state is Item.DONE)


async def _told(order: Order, step: Step, number: Number, asking: Awaitable[Seen]) -> Seen:
    """What the channel said; a refusal is certain, and means that it did not happen."""
    try:
        return await asking
    except ChannelRefused as no:
        return Seen(order.channel, step, number, Stand.FAILED, reason=no.code)


async def _paying(unit: Unit, order: Order, number: Number) -> Order | None:
    """The order from which this number takes; None where there is nothing to take, or another takes it."""
    if order.capture is Capture.NONE:
        sent = order.moved(capture=Capture.SENT, capture_number=number)
        return await change(unit, order, sent.moved(capture=Capture.UNKNOWN))
    return order if order.capture is Capture.UNKNOWN and order.capture_number == number else None


def _pays(order: Order) -> Money:
    assert order.pays is not None
    return order.pays


def handlers(outside: Outside) -> dict[str, Handler]:
    """Every effect's handler, by the outbox's kind."""
    return {
        Effect.HOLD.value: HoldHandler(outside),
        Effect.START.value: StartHandler(outside),
        Effect.STOP.value: StopHandler(outside),
        Effect.CAPTURE.value: CaptureHandler(outside),
        Effect.PAY.value: PayHandler(outside),
        Effect.RELEASE.value: ReleaseHandler(outside),
        Effect.ITEM.value: ItemHandler(outside),
    }
