"""Money given back, after what stands before it: our share, and invoices that say more was paid."""

from finder.charging.news import change
from finder.charging.order import Order, OrderItem, items
from finder.charging.reinvoicing import reverse_for
from finder.charging.settling import give_back
from finder.kernel.money import Money
from finder.storage.unit import Unit


async def refund(unit: Unit, order: Order, amount: Money, reason: str) -> tuple[Order, list[OrderItem]]:
    """Begins to give part of a captured order back; the order, which the caller has locked, and its items now.

    Raises BadInput.
    """
    _, sold = await give_back(unit, order, await items(unit.connection, order.number), amount, reason)
    waits = await reverse_for(unit, order.number)
    return await change(unit, order, order.moved(reversing=True) if waits else order, sold), sold
