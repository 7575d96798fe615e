"""What a refund does to invoices: they are reversed before it, and the rest is invoiced anew once it is over."""

from collections.abc import Sequence

import sqlalchemy as sa

from finder.charging.bills import bill_of
from finder.charging.decide import UNDER_WAY
from finder.charging.machines import Item
from finder.charging.order import Order, OrderItem, items, load
from finder.charging.settling import refunded
from finder.kernel.ids import Number, new_order, order_of, part
from finder.kernel.money import Money
from finder.money.channels.port import NOTHING, Step
from finder.money.invoice import Invoice, Kind, Line, Paid, Part, State, TaxClass, divide
from finder.money.invoice_rows import BUYER, add_invoice, invoices_of, mark, move_invoice
from finder.storage.unit import Unit

ISSUE, REVERSE = "invoice.issue", "invoice.reverse"  # the outbox's kinds


async def send_invoice(unit: Unit, invoice: Invoice) -> None:
    """Writes a new invoice and asks its issuer for it."""
    await add_invoice(unit, invoice)
    await unit.send(ISSUE, invoice.number, invoice.number.encode())


def new_number(unit: Unit) -> Number:
    """The number of a new invoice."""
    return part(new_order(lambda: unit.now), "I", 0)


async def reverse_for(unit: Unit, order: Number) -> bool:
    """Sends every invoice of an order on its way back; whether there is one to wait for."""
    live = await invoices_of(unit.connection, order, lock=True)
    for invoice in live:
        if not await reverse(unit, invoice):
            await mark(unit, invoice.number, goes=True)
    return bool(live)


async def reverse(unit: Unit, invoice: Invoice) -> bool:
    """Asks for the red one that takes an invoice back; False where it is not issued."""
    if not await move_invoice(unit, invoice, State.REVERSING, goes=True, reason=None):
        return False
    number = part(order_of(invoice.number), "V", invoice.reversals)
    await unit.send(REVERSE, number, invoice.number.encode())
    return True


async def issue_anew(unit: Unit, order: Number) -> None:
    """Replaces each reversed invoice of an order by one for what is left, once nothing is on its way back."""
    for invoice in await invoices_of(unit.connection, order, (State.REVERSED,), lock=True):
        if not invoice.replaced:
            await _replace(unit, invoice)


async def _replace(unit: Unit, gone: Invoice) -> None:
    lines = list[Line]()
    for number in gone.orders:
        order = await load(unit.connection, number, lock=True)
        sold = await items(unit.connection, number)
        if order.reversing or under_way(sold):
            return
        lines += await _lines(unit, order, sold, gone)
    await mark(unit, gone.number, replaced=True)
    known = sa.select(BUYER.c.id).where(BUYER.c.id == gone.buyer, BUYER.c.sealed.is_not(None))
    if not lines or (await unit.connection.execute(known)).first() is None:
        return  # nothing is left, or whoever it was for was erased
    new = Invoice(
        new_number(unit),
        gone.kind,
        gone.person,
        gone.operator,
        gone.issuer,
        gone.buyer,
        State.REQUESTED,
        lines,
        unit.now,
        replaces=gone.number,
    )
    await send_invoice(unit, new)


async def _lines(unit: Unit, order: Order, sold: Sequence[OrderItem], gone: Invoice) -> list[Line]:
    """The same lines at the same rates, for what is left."""
    left = await parts_of(unit, order, sold, gone.kind)
    before = [line for line in gone.lines if line.order == order.number and line.part in left]
    return [
        Line(line.order, line.part, line.name, line.rate_percent, left[line.part], _tax(line, left[line.part]))
        for line in before
    ]


def _tax(line: Line, amount: Money) -> Money:
    return TaxClass(line.name, line.rate_percent, "").tax(amount)


async def parts_of(unit: Unit, order: Order, sold: Sequence[OrderItem], kind: Kind) -> dict[Part, Money]:
    """What may be invoiced of an order now, by part."""
    if kind is Kind.COMMISSION:
        share = our_share(sold)
        return {Part.COMMISSION: Money(share)} if share > 0 else {}
    bill = await bill_of(unit.connection, order.number)
    captured = order.captured or NOTHING
    return divide(
        Paid(
            order.number,
            order.operator,
            bill.total if bill else captured,
            bill.electricity if bill else None,
            bill.service if bill else None,
            bill.parking if bill else None,
            Money(captured.fen - refunded(sold)),
        )
    )


def under_way(sold: Sequence[OrderItem]) -> bool:
    """Whether something is on its way back to the driver."""
    return any(item.step in (Step.REFUND, Step.SPLIT_RETURN) and item.state in UNDER_WAY for item in sold)


def our_share(sold: Sequence[OrderItem]) -> int:
    """The fen of commission that the channel has passed to us and that did not go back."""
    done = [item for item in sold if item.state is Item.DONE]
    split = sum(item.amount.fen for item in done if item.step is Step.SPLIT)
    back = sum(item.amount.fen for item in done if item.step is Step.SPLIT_RETURN)
    return split - back - sum(item.returned.fen for item in done if item.step is Step.REFUND)
