"""What of a person is in orders: an opaque id, which the books keep; for its export and its erasure."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from finder.charging.decide import over
from finder.charging.order import ORDER, Order, OrderItem, find, items_of
from finder.errors import Conflict
from finder.kernel.money import Money
from finder.storage.unit import Work

_AT_ONCE = 500


class OrdersHeld:
    """Orders, as the room of identity asks for them."""

    name = "orders"

    def __init__(self, work: Work) -> None:
        self._work = work

    async def ready(self) -> None:
        """Makes the tables. Raises StoreUnavailable."""
        await self._work.ready()

    async def export(self, connection: AsyncConnection, person: str) -> Sequence[dict[str, Any]]:
        """Every order, oldest first; amounts in fen."""
        told: list[dict[str, Any]] = []
        after = ""
        while True:
            page = await find(connection, ORDER.c.person == person, ORDER.c.number > after, limit=_AT_ONCE)
            sold = await items_of(connection, [order.number for order in page])
            told += [_told(order, sold.get(order.number, ())) for order in page]
            if len(page) < _AT_ONCE:
                return told
            after = page[-1].number

    async def let_go(self, connection: AsyncConnection, person: str) -> None:
        """Keeps the orders, as the law on accounts asks. Raises Conflict while one is not over."""
        after = ""
        while page := await find(connection, ORDER.c.person == person, ORDER.c.number > after, limit=_AT_ONCE):
            sold = await items_of(connection, [order.number for order in page])
            for order in page:
                if not over(order, sold.get(order.number, ())):
                    raise Conflict(
                        "您还有未结束的订单，结束并结清后即可注销",
                        "an order of yours is not over yet: once it is ended and settled you can be erased",
                        code="ORDER_OPEN",
                    )
            after = page[-1].number


def _told(order: Order, parts: Sequence[OrderItem]) -> dict[str, Any]:
    return {
        "number": order.number,
        "at": order.created_at,
        "operator": order.operator,
        "evse": order.evse_id,
        "title": order.title,
        "channel": order.channel,
        "capFen": order.cap.fen,
        "billFen": _fen(order.bill_total),
        "capturedFen": _fen(order.captured),
        "session": order.session.value,
        "items": [{"step": p.step.value, "amountFen": p.amount.fen, "state": p.state.value} for p in parts],
    }


def _fen(amount: Money | None) -> int | None:
    return None if amount is None else amount.fen
