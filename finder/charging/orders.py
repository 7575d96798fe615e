"""What a driver does: begins an order, ends it, looks at it; and how money is given back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
from sqlalchemy.exc import IntegrityError

from finder.charging.bills import bill_of, bills_of
from finder.charging.confirming import confirming
from finder.charging.keep import AT_EVSE, LOCKED, held, sold_of
from finder.charging.keys import KeyReused, check_key
from finder.charging.machines import Capture, Compared, Hold, Session
from finder.charging.news import begin, change
from finder.charging.order import ORDER, Order, OrderItem, find, items, items_of, load
from finder.charging.readings import Reading, readings
from finder.charging.refunds import refund
from finder.charging.standing import INSOLVENT, check_solvent
from finder.connectors.sdk.sessions import Bill
from finder.errors import BadInput, NotFound
from finder.kernel.ids import Number, new_order
from finder.kernel.money import Money
from finder.stations.model import EvseId, SourceId, Tariff
from finder.storage.rows import INBOX_ROWS, known
from finder.storage.unit import Receipt, Unit, Work

MAX_CAP = Money(100_000)  # 1,000 yuan: what the channels let a charging order hold


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
    """An order with its items, what its meter said, and with what it is confirmed while it waits for that."""

    order: Order
    items: Sequence[OrderItem]
    readings: Sequence[Reading] = ()
    confirm: Mapping[str, str] = field(default_factory=dict, repr=False)
    bill: Bill | None = None


class Orders:
    """Orders in one database; `wake` tells the outbox that there is something to do.

    Where `shares_wait`, our share of an order is split only once the nightly comparison has matched it.
    """

    def __init__(self, work: Work, wake: Callable[[], None] = lambda: None, *, shares_wait: bool = False) -> None:
        self._work, self._wake, self._shares_wait = work, wake, shares_wait

    async def begun(self, person: str, asked: bytes, key: str) -> Order | None:
        """The order that this was asked for before, under the same key. Raises BadInput for a key of something else."""
        async with self._work.read() as connection:
            received = await known(connection, f"start:{person}", key, asked)
            if received is None or received.answer is None:
                return None
            if received.receipt is Receipt.CONFLICT:
                raise KeyReused
            return await load(connection, received.answer.decode())

    async def start(self, person: str, ask: StartAsk, key: str, asked: bytes | None = None) -> Order:
        """Begins an order, once for each of a person's keys: a repeat gets the same one.

        `asked` is what the key stands for, where that is not `ask` itself, which holds what was found out for it.
        Raises BadInput: another content under the key, an amount out of range, a session that runs at this EVSE.
        """
        _check(ask, key)
        source, told = f"start:{person}", asked or msgspec.json.encode(ask)

        async def begun(unit: Unit) -> Order:
            received = await unit.receive(source, key, told)
            if received.receipt is Receipt.CONFLICT:
                raise KeyReused
            if received.receipt is Receipt.REPEAT and received.answer is not None:
                return await held(unit, received.answer.decode())
            order = await self.open(unit, person, ask)
            await unit.answered(source, key, order.number.encode())
            return order

        needs = ((INBOX_ROWS, (source, key)), (AT_EVSE, ask.evse_id), (INSOLVENT, ask.operator))
        order = await self._work.do(begun, *needs)
        self._wake()
        return order

    async def open(self, unit: Unit, person: str, ask: StartAsk, session: Session = Session.IDLE) -> Order:
        """Writes a new order within the caller's unit, which is in vain where this raises.

        `session` is START_SENT where the operator is told by the answer that it may begin. Raises BadInput for an EVSE
        at which a session runs, Conflict for an operator that takes no new orders.
        """
        await check_solvent(unit, ask.operator)
        if running := await unit.ask(AT_EVSE, ask.evse_id):
            raise _in_use(mine=running.person == person)
        order = Order(
            number=new_order(self._work.clock),
            person=person,
            created_at=unit.now,
            moved_at=unit.now,
            session=session,
            compared=Compared.WAITING if self._shares_wait else None,
            **{name: getattr(ask, name) for name in ask.__struct_fields__},
        )
        try:
            await begin(unit, order)
        except IntegrityError as taken:  # by somebody who was a moment earlier
            raise _in_use(mine=False) from taken
        return order

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
            order = _own(await load(connection, number), person)
            waits = order.hold in (Hold.UNKNOWN, Hold.PENDING) or order.capture is Capture.COLLECTING
            return OrderView(
                order,
                await items(connection, number),
                await readings(connection, number),
                await confirming(connection, number) if waits else {},
                await bill_of(connection, number),
            )

    async def views(self, person: str, limit: int) -> list[OrderView]:
        """One's own orders with their items and bills, the newest first; without what their meters said."""
        async with self._work.read() as connection:
            found = await find(connection, ORDER.c.person == person, limit=limit, newest=True)
            numbers = [each.number for each in found]
            sold, bills = await items_of(connection, numbers), await bills_of(connection, numbers)
            return [OrderView(each, sold.get(each.number, ()), bill=bills.get(each.number)) for each in found]

    async def orders(self, person: str, limit: int = 50) -> list[Order]:
        """One's own orders, the newest first."""
        async with self._work.read() as connection:
            return await find(connection, ORDER.c.person == person, limit=limit, newest=True)

    async def refund(self, number: Number, amount: Money, reason: str, key: str) -> OrderView:
        """Gives part of a captured order back, once for each of the order's keys.

        Raises BadInput: another amount or reason under the key, or more than is left of what was taken.
        """
        check_key(key)
        async with self._work.begin() as unit:
            order = await held(unit, number)
            received = await unit.receive(f"refund:{number}", key, msgspec.json.encode((amount.fen, reason)))
            if received.receipt is Receipt.CONFLICT:
                raise KeyReused
            sold = await sold_of(unit, number)
            if received.receipt is Receipt.FIRST:
                order, sold = await refund(unit, order, amount, reason)
        self._wake()
        return OrderView(order, sold)


def _own(order: Order, person: str) -> Order:
    if order.person != person:
        raise NotFound(f"没有订单 {order.number!r}", f"there is no order {order.number!r}", code="NO_SUCH_ORDER")
    return order


def _check(ask: StartAsk, key: str) -> None:
    check_key(key)
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
