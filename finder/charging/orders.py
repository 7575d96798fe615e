"""What a driver does: begins an order, ends it, looks at it; and how money is given back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy.exc import IntegrityError

from finder.charging.decide import ITEM_LETTER
from finder.charging.keep import AT_EVSE, LOCKED, held, put_item
from finder.charging.machines import Capture, Hold, Item, Session
from finder.charging.news import begin, books, change
from finder.charging.order import ORDER, Order, OrderItem, find, items, load
from finder.errors import BadInput, NotFound
from finder.kernel.ids import Number, new_order, part
from finder.kernel.money import Money
from finder.money.channels.port import Step
from finder.money.ledger import post
from finder.stations.model import EvseId, SourceId, Tariff
from finder.storage.rows import INBOX_ROWS
from finder.storage.unit import Receipt, Unit, Work

MAX_CAP = Money(100_000)  # 1,000 yuan: what the channels let a charging order hold
MAX_KEY = 64


class StartAsk(msgspec.Struct, frozen=True, kw_only=True):
    """What a driver agreed to: this EVSE, at this tariff, at most so much, paid under this agreement."""

    operator: SourceId
    evse_id: EvseId
    connector_id: str | None
    channel: str
    sub_merchant: str
    agreement: str
    agreed: bool
    title: str
    cap: Money
    commission_permille: int
    tariff: Tariff | None


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order with its items."""

    order: Order
    items: Sequence[OrderItem]


class Orders:
    """Orders in one database; `wake` tells the outbox that there is something to do."""

    def __init__(self, work: Work, wake: Callable[[], None] = lambda: None) -> None:
        self._work, self._wake = work, wake

    async def start(self, person: str, ask: StartAsk, key: str) -> Order:
        """Begins an order, once for each of a person's keys: a repeat gets the same one.

        Raises BadInput: another content under the key, an amount out of range, a session that runs at this EVSE.
        """
        _check(ask, key)
        source = f"start:{person}"

        async def begun(unit: Unit) -> Order:
            received = await unit.receive(source, key, msgspec.json.encode(ask))
            if received.receipt is Receipt.CONFLICT:
                raise BadInput(
                    "同一幂等键已用于另一笔订单，请换一个新的键",
                    "this idempotency key was used for another order: use a new one",
                    code="IDEMPOTENCY_CONFLICT",
                )
            if received.receipt is Receipt.REPEAT and received.answer is not None:
                return await held(unit, received.answer.decode())
            if running := await unit.ask(AT_EVSE, ask.evse_id):
                raise _in_use(mine=running.person == person)
            order = Order(
                number=new_order(self._work.clock),
                person=person,
                created_at=unit.now,
                moved_at=unit.now,
                **{name: getattr(ask, name) for name in ask.__struct_fields__},
            )
            try:
                await begin(unit, order)
            except IntegrityError as taken:  # by somebody who was a moment earlier
                raise _in_use(mine=False) from taken
            await unit.answered(source, key, order.number.encode())
            return order

        return await self._work.do(begun, (INBOX_ROWS, (source, key)), (AT_EVSE, ask.evse_id))

    async def stop(self, person: str, number: Number) -> Order:
        """Asks for the end of one's own session; of one that has not begun yet, that it never will."""

        async def ended(unit: Unit) -> Order:
            order = _own(await held(unit, number), person)
            after = order.moved(wants_stop=True)
            if order.session is Session.IDLE:
                after = after.moved(session=Session.REJECTED, reason="GIVEN_UP")
            if after.session is Session.REJECTED and order.hold is Hold.NEW:
                after = after.moved(hold=Hold.RELEASED)
            return await change(unit, order, after)

        return await self._work.do(ended, (LOCKED, number))

    async def order(self, person: str, number: Number) -> OrderView:
        """One's own order. Raises NotFound, for another's too."""
        async with self._work.read() as connection:
            return OrderView(_own(await load(connection, number), person), await items(connection, number))

    async def orders(self, person: str, limit: int = 50) -> list[Order]:
        """One's own orders, the newest first."""
        async with self._work.read() as connection:
            return await find(connection, ORDER.c.person == person, limit=limit, newest=True)

    async def refund(self, number: Number, amount: Money, reason: str) -> OrderView:
        """Gives part of a captured order back, after the share that was split off it. Raises BadInput."""
        async with self._work.begin() as unit:
            order = await load(unit.connection, number, lock=True)
            sold = list(await items(unit.connection, number))
            rest = _refundable(order, sold)
            if not 0 < amount.fen <= rest:
                raise BadInput(
                    f"退款应大于 0 且不超过 {rest} 分",
                    f"a refund must be above 0 and at most {rest} fen",
                    code="REFUND_OUT_OF_RANGE",
                )
            sold += await self._give_back(unit, order, sold, amount, reason)
            await change(unit, order, order, sold)
        self._wake()
        return OrderView(order, sold)

    async def _give_back(
        self, unit: Unit, order: Order, sold: Sequence[OrderItem], amount: Money, reason: str
    ) -> list[OrderItem]:
        book, made = books(order, unit), list[OrderItem]()
        captured = order.captured or Money(0)
        left = captured.fen - _sum(sold, Step.REFUND) - amount.fen
        too_much = _sum(sold, Step.SPLIT) - _sum(sold, Step.SPLIT_RETURN) - left * order.commission_permille // 1000
        if too_much > 0:
            made.append(_new(order, sold, Step.SPLIT_RETURN, Money(too_much), part(order.number, "L", 0), reason))
        refund = _new(order, sold, Step.REFUND, amount, order.capture_number or order.number, reason)
        before = captured.fen - _sum(sold, Step.REFUND)
        await post(unit, book.revised_bill(refund.number, Money(before), Money(before - amount.fen)))
        await post(unit, book.refund_asked(refund.number, amount))
        made.append(refund)
        for item in made:
            await put_item(unit, item)
        return made


def _new(order: Order, sold: Sequence[OrderItem], step: Step, amount: Money, of: Number, note: str) -> OrderItem:
    count = sum(item.step is step for item in sold)
    return OrderItem(part(order.number, ITEM_LETTER[step], count), order.number, step, amount, of, note=note)


def _sum(sold: Sequence[OrderItem], step: Step) -> int:
    return sum(item.amount.fen for item in sold if item.step is step and item.state is not Item.FAILED)


def _refundable(order: Order, sold: Sequence[OrderItem]) -> int:
    if order.capture is not Capture.CAPTURED or order.captured is None:
        raise BadInput(
            "尚未扣款，不能退款", "nothing was captured yet: there is nothing to refund", code="NOT_CAPTURED"
        )
    return order.captured.fen - _sum(sold, Step.REFUND)


def _own(order: Order, person: str) -> Order:
    if order.person != person:
        raise NotFound(f"没有订单 {order.number!r}", f"there is no order {order.number!r}", code="NO_SUCH_ORDER")
    return order


def _check(ask: StartAsk, key: str) -> None:
    if not (1 <= len(key) <= MAX_KEY and key.isprintable()):
        raise BadInput(
            f"幂等键应为 1 至 {MAX_KEY} 个可见字符",
            f"an idempotency key has 1 to {MAX_KEY} visible characters",
            code="IDEMPOTENCY_KEY",
        )
    if not 0 < ask.cap.fen <= MAX_CAP.fen:
        raise BadInput(
            f"金额上限应大于 0 且不超过 {MAX_CAP.fen} 分",
            f"the most to pay must be above 0 and at most {MAX_CAP.fen} fen",
            code="CAP_OUT_OF_RANGE",
        )
    if not 0 <= ask.commission_permille <= 300:
        raise BadInput("佣金不得超过 30%", "a commission is at most 30 %", code="COMMISSION_OUT_OF_RANGE")


def _in_use(*, mine: bool) -> BadInput:
    """One person charges at an EVSE once, and an EVSE charges one car."""
    return BadInput(
        "您在这个充电桩已有进行中的订单" if mine else "这个充电桩正在为另一辆车服务",
        "you have an order running here" if mine else "another car is being charged here",
        code="ALREADY_CHARGING" if mine else "EVSE_IN_USE",
    )
