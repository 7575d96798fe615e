"""What comes after a session, as its driver sees it: invoices, disputes, what the car park was told."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import strawberry
from strawberry.types import Info

from finder.charging.dispute_rows import Cause, DisputeState
from finder.charging.dispute_rows import Dispute as Disputed
from finder.charging.parking import Entitlement, Granted
from finder.graphql.moment import Context
from finder.graphql.pages import check_first
from finder.graphql.types import of, plain
from finder.money.invoice import Buyer, Line, Part, State, read_buyer
from finder.money.invoice import Invoice as Kept

Ask = Info[Context, None]
Id = Annotated[strawberry.ID, strawberry.argument(name="id")]
MAX_INVOICES = 100
strawberry.enum(State, name="InvoiceState", description="Where an invoice stands.")
strawberry.enum(Part, name="InvoicePart", description="What a line is for; each has its rate.")
strawberry.enum(Cause, name="DisputeReason", description="What is wrong; the two of the bill are the finder's own.")
strawberry.enum(DisputeState, description="Where a dispute stands.")
strawberry.enum(Granted, name="ParkingState", description="Where an entitlement stands.")


@dataclass(frozen=True, slots=True)
class InvoiceView:
    """An invoice, and whom it is made out to; None once that was erased."""

    invoice: Kept
    buyer: Buyer | None


def _kept(name: str, description: str | None = None) -> Any:
    return of(lambda view: getattr(view.invoice, name), description)


@strawberry.type(description="A line; amounts in fen, tax included.")
class InvoiceLine:  # noqa: D101
    order: strawberry.ID
    part: Part
    name: str
    rate_percent: int
    fen: int = of(lambda line: line.amount.fen)
    tax_fen: int = of(lambda line: line.tax.fen, "The tax in it.")


def _lines(view: InvoiceView) -> list[Line]:
    return list(view.invoice.lines)


@strawberry.type(description="An invoice, issued by whoever supplied.")
class Invoice:  # noqa: D101
    number: strawberry.ID = _kept("number")
    state: State = _kept("state")
    issuer: str = _kept("issuer", "Who issues it.")
    operator: strawberry.ID = _kept("operator")
    title: str | None = of(lambda view: view.buyer.title if view.buyer else None)
    total_fen: int = of(lambda view: view.invoice.total.fen)
    lines: list[InvoiceLine] = of(_lines)
    asked_at: datetime = _kept("asked_at")
    issued_at: datetime | None = _kept("issued_at")
    invoice_no: str | None = _kept("invoice_no", "The issuer's number, by which it is looked up.")
    red_no: str | None = _kept("red_no", "Of what reversed it, as before a refund.")
    reason: str | None = _kept("reason", "A code, where it was refused.")
    replaces: strawberry.ID | None = _kept("replaces", "The reversed one of which this is the rest.")


@strawberry.type(description="A dispute of an order; while it waits, nothing of the order's money is passed on.")
class Dispute:  # noqa: D101
    id: strawberry.ID
    order: strawberry.ID
    reason: Cause = of(lambda disputed: disputed.cause)
    text: str | None = of(lambda disputed: disputed.said)
    answer: str | None = plain("Of the operator, or of staff for it.")
    appeal: str | None
    state: DisputeState
    note: str | None = plain("Why it was decided so.")
    refund_fen: int | None = of(lambda disputed: None if disputed.refund is None else disputed.refund.fen)
    opened_at: datetime
    decided_at: datetime | None


@strawberry.type(description="What a car park was told: whoever charged may leave for less.")
class ParkingEntitlement:  # noqa: D101
    number: strawberry.ID
    car_park: str
    state: Granted = plain("FAILED: show the order at the exit.")
    minutes_free: int
    discount_percent: int
    until: datetime = plain("By when to have left.")
    by_plate: bool = of(lambda told: bool(told.plate or told.plate_hmac), "The gate knows the plate.")
    reference: str | None = plain("The car park's own number.")
    reason: str | None = plain("A code, where it was refused.")


async def order_invoices(parent: strawberry.Parent[Any], info: Ask) -> list[InvoiceView]:
    """The newest first."""
    order = parent.view.order
    found = await info.context.till.aftercare.invoicing.of_order(order.person, order.number)
    return [InvoiceView(*each) for each in found]


async def order_dispute(parent: strawberry.Parent[Any], info: Ask) -> Disputed | None:
    """The newest."""
    order = parent.view.order
    found = await info.context.till.aftercare.disputes.of_order(order.person, order.number)
    return found[0] if found else None


async def order_parking(parent: strawberry.Parent[Any], info: Ask) -> Entitlement | None:
    """None where no car park of ours is there, or none was told yet."""
    order = parent.view.order
    return await info.context.till.aftercare.parked.entitlement(order.person, order.number)


async def invoices(info: Ask, first: int = 20) -> list[InvoiceView]:
    """The newest first."""
    check_first(first, MAX_INVOICES)
    info.context.spend(first)
    caller = await info.context.caller()
    found = await info.context.till.aftercare.invoicing.invoices(caller.person, first)
    return [InvoiceView(*each) for each in found]


async def request_invoice(
    info: Ask, orders: list[strawberry.ID], title: str, idempotency_key: str, tax_number: str | None = None
) -> list[InvoiceView]:
    """Raises BadInput, NotFound, Conflict; see charging.invoicing."""
    caller, buyer = await info.context.caller(), read_buyer(title, tax_number)
    made = await info.context.till.aftercare.invoicing.request(caller.person, orders, buyer, idempotency_key)
    return [InvoiceView(each, buyer) for each in made]


async def dispute_order(info: Ask, number: strawberry.ID, reason: Cause, text: str) -> Disputed:
    """Raises BadInput, NotFound, Conflict."""
    caller = await info.context.caller()
    return await info.context.till.aftercare.disputes.open(caller.person, number, reason, text)


async def appeal_dispute(info: Ask, dispute_id: Id, text: str) -> Disputed:
    """Raises BadInput, NotFound, Conflict."""
    caller = await info.context.caller()
    return await info.context.till.aftercare.disputes.appeal(caller.person, dispute_id, text)


async def withdraw_dispute(info: Ask, dispute_id: Id) -> Disputed:
    """Raises NotFound, Conflict."""
    caller = await info.context.caller()
    return await info.context.till.aftercare.disputes.withdraw(caller.person, dispute_id)


async def shares_plate(info: Ask) -> bool | None:
    """None where nothing is paid here, so that no car park is told anything."""
    caller, till = await info.context.caller(), info.context.gateway.till
    return None if till is None else await till.aftercare.parked.plate_shared(caller.person)


async def share_plate(info: Ask, *, agreed: bool) -> bool:
    """What holds from now on."""
    caller = await info.context.caller()
    await info.context.till.aftercare.parked.share_plate(caller.person, agreed=agreed)
    return agreed
