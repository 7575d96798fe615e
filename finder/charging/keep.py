"""Orders and items read and written, in a unit of one's own or in one that others share."""

from collections.abc import Mapping, Sequence
from dataclasses import fields

import sqlalchemy as sa

from finder.charging.machines import RUNNING
from finder.charging.order import (
    AGREED,
    ITEMS,
    ORDER,
    Order,
    OrderItem,
    items_of,
    order_of_row,
    row_of,
    unknown,
)
from finder.kernel.ids import Number
from finder.stations.model import EvseId
from finder.storage.rows import padded
from finder.storage.unit import Read, Unit, Write, to_us

_CHANGES = tuple(each.name for each in fields(Order) if each.name not in AGREED and each.name != "moved_at")
_ALL = tuple(each.name for each in fields(Order))
_BY_NUMBER = ORDER.c.number.in_(sa.bindparam("numbers", expanding=True))
_LOCK = sa.select(ORDER).where(_BY_NUMBER).order_by(ORDER.c.number).with_for_update()
_ADD = sa.insert(ORDER)
_SAVE = (
    sa.update(ORDER)
    .where(ORDER.c.number == sa.bindparam("own"))
    .values({name: sa.bindparam(name) for name in (*_CHANGES, "moved_at")})
)
_RUNS_AT = sa.select(ORDER).where(
    ORDER.c.evse_id.in_(sa.bindparam("evses", expanding=True)), ORDER.c.session.in_(RUNNING)
)


async def add(unit: Unit, order: Order) -> None:
    """Writes a new order."""
    await unit.later(ADDED, order)
    unit.know(LOCKED, order.number, order)
    unit.know(AT_EVSE, order.evse_id, order)


async def save(unit: Unit, before: Order, after: Order) -> None:
    """Writes what changed."""
    if any(getattr(before, name) != getattr(after, name) for name in _CHANGES):
        await unit.later(SAVED, after)
        unit.know(LOCKED, after.number, after)


async def held(unit: Unit, number: Number) -> Order:
    """The order, kept from other units until this one ends. Raises NotFound."""
    order = await unit.ask(LOCKED, number)
    if order is None:
        raise unknown(number)
    return order


async def put_item(unit: Unit, item: OrderItem) -> None:
    """Writes an item, new or changed."""
    sold = await sold_of(unit, item.order)
    await unit.later(ITEM_PUT, item)
    unit.know(SOLD, item.order, [*(each for each in sold if each.number != item.number), item])


async def sold_of(unit: Unit, order: Number) -> Sequence[OrderItem]:
    """An order's items, as this unit has made them."""
    return await unit.ask(SOLD, order) or ()


async def _lock(unit: Unit, numbers: Sequence[Number]) -> Mapping[Number, Order]:
    rows = await unit.connection.execute(_LOCK, {"numbers": padded(numbers)})
    return {row.number: order_of_row(row) for row in rows}


async def _running_at(unit: Unit, evses: Sequence[EvseId]) -> Mapping[EvseId, Order]:
    rows = await unit.connection.execute(_RUNS_AT, {"evses": padded(evses)})
    return {row.evse_id: order_of_row(row) for row in rows}


async def _sold(unit: Unit, orders: Sequence[Number]) -> Mapping[Number, Sequence[OrderItem]]:
    return await items_of(unit.connection, padded(orders))


async def _add(unit: Unit, orders: Sequence[Order]) -> bool:
    now = to_us(unit.now)
    await unit.connection.execute(_ADD, [{**row_of(order, _ALL), "moved_at": now} for order in orders])
    return True


async def _save(unit: Unit, orders: Sequence[Order]) -> bool:
    last = {order.number: order for order in orders}
    moved = {"moved_at": to_us(unit.now)}
    rows = [{**row_of(order, _CHANGES), **moved, "own": number} for number, order in last.items()]
    await unit.connection.execute(_SAVE, rows)
    return True


async def _put_items(unit: Unit, items: Sequence[OrderItem]) -> bool:
    last = {item.number: item for item in items}
    rows = [
        {
            "number": item.number,
            "order": item.order,
            "step": item.step.value,
            "amount": item.amount.fen,
            "of": item.of,
            "state": item.state.value,
            "note": item.note,
            "returned": item.returned.fen or None,
        }
        for item in last.values()
    ]
    put = unit.insert(ITEMS)
    changed = {name: put.excluded[name] for name in ("state", "note", "returned")}
    await unit.connection.execute(put.on_conflict_do_update(index_elements=["number"], set_=changed), rows)
    return True


LOCKED, SOLD, AT_EVSE = Read(2, _lock), Read(3, _sold), Read(4, _running_at)
ADDED, SAVED, ITEM_PUT = Write(2, _add), Write(3, _save), Write(4, _put_items)
