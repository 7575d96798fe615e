"""Invoices that people ask for: of orders that were paid, one for each issuer, and of our commission."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.charging.keys import KeyReused, check_key
from finder.charging.machines import Capture
from finder.charging.order import ORDER, Held, Order, find, items, load
from finder.charging.reinvoicing import new_number, our_share, parts_of, reverse, send_invoice, under_way
from finder.errors import BadInput, Conflict, NotFound
from finder.identity.vault import Vault
from finder.kernel.ids import Number, new_ulid
from finder.money.invoice import MAX_ORDERS, Buyer, Invoice, Kind, Line, Part, State, TaxClass, line
from finder.money.invoice_rows import (
    BUYER,
    INVOICE,
    buyer_of,
    find_invoices,
    invoices_of,
    load_invoice,
    put_buyer,
)
from finder.money.issuers import Issuers
from finder.stations.model import SourceId
from finder.storage.unit import Receipt, Unit, Work, to_us

_OPEN = (State.REQUESTED, State.REVERSING)


class Invoicing:
    """Invoices in one database; `wake` tells the outbox that there is something to do."""

    def __init__(
        self,
        work: Work,
        vault: Vault,
        issuers: Issuers,
        classes: dict[Part, TaxClass],
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self._work, self._vault, self._issuers, self._classes, self._wake = work, vault, issuers, classes, wake

    async def request(self, person: str, numbers: Sequence[Number], buyer: Buyer, key: str) -> list[Invoice]:
        """Asks for invoices of one's own orders, once for each of a person's keys: one for each who issues.

        Raises NotFound, BadInput and Conflict; then none is asked for.
        """
        return await self._request(person, numbers, buyer, key, Kind.SUPPLY, lambda order: order.person == person)

    async def request_commission(
        self, operator: SourceId, numbers: Sequence[Number], buyer: Buyer, key: str
    ) -> list[Invoice]:
        """Asks for an invoice of our commission on an operator's orders, made out to the operator."""
        return await self._request(
            None, numbers, buyer, key, Kind.COMMISSION, lambda order: order.operator == operator, f"operator:{operator}"
        )

    async def commissioned(self, operator: SourceId, since: datetime, until: datetime) -> list[Number]:
        """An operator's orders begun in since <= t < until of which our share is with us and not invoiced yet."""
        wanted = list[Number]()
        span = ORDER.c.created_at >= to_us(since), ORDER.c.created_at < to_us(until), ORDER.c.operator == operator
        async with self._work.read() as connection:
            for order in await find(connection, *span, ORDER.c.capture == Capture.CAPTURED.value, limit=100_000):
                sold = await items(connection, order.number)
                invoiced = any(each.kind is Kind.COMMISSION for each in await invoices_of(connection, order.number))
                if our_share(sold) > 0 and not invoiced and not order.reversing and not under_way(sold):
                    wanted.append(order.number)
        return wanted

    async def invoices(self, person: str, limit: int = 50) -> list[tuple[Invoice, Buyer | None]]:
        """One's own, the newest first."""
        async with self._work.read() as connection:
            found = await find_invoices(connection, INVOICE.c.person == person, limit=limit)
            return [(each, await buyer_of(connection, self._vault, each.buyer)) for each in found]

    async def of_order(self, person: str, number: Number) -> list[tuple[Invoice, Buyer | None]]:
        """Those with a line of an order, the newest first."""
        async with self._work.read() as connection:
            found = await invoices_of(connection, number, tuple(State))
            mine = [each for each in found if each.person == person]
            return [(each, await buyer_of(connection, self._vault, each.buyer)) for each in mine]

    async def reverse_again(self, number: Number) -> Invoice:
        """Tries once more to reverse one whose reversal was refused. Raises NotFound, Conflict."""
        async with self._work.begin() as unit:
            invoice = await load_invoice(unit.connection, number, lock=True)
            if not invoice.goes or not await reverse(unit, invoice):
                raise Conflict(
                    "这张发票没有待冲红的退款", "nothing waits for this invoice to be reversed", code="NOT_TO_REVERSE"
                )
        self._wake()
        return invoice

    async def _request(
        self,
        person: str | None,
        numbers: Sequence[Number],
        buyer: Buyer,
        key: str,
        kind: Kind,
        mine: Callable[[Order], bool],
        who: str | None = None,
    ) -> list[Invoice]:
        check_key(key)
        wanted, source = sorted(set(numbers)), f"invoice:{who or person}"
        if not 1 <= len(wanted) <= MAX_ORDERS:
            raise BadInput(
                f"请选择 1 至 {MAX_ORDERS} 个订单", f"choose 1 to {MAX_ORDERS} orders", code="INVOICE_ORDERS"
            )
        async with self._work.begin() as unit:
            # The buyer is compared apart: what is quarantined is kept in clear, and says who somebody is.
            received = await unit.receive(source, key, msgspec.json.encode(wanted))
            if received.receipt is Receipt.CONFLICT:
                raise KeyReused
            if received.receipt is Receipt.REPEAT:
                return await self._again(unit, (received.answer or b"").decode(), buyer)
            buyer_id = new_ulid(lambda: unit.now)
            made = await self._made(unit, person, wanted, buyer_id, kind, mine)
            await put_buyer(unit, self._vault, buyer_id, person, buyer)
            for invoice in made:
                await send_invoice(unit, invoice)
            await unit.answered(source, key, buyer_id.encode())
        self._wake()
        return made

    async def _again(self, unit: Unit, buyer_id: str, buyer: Buyer) -> list[Invoice]:
        if await buyer_of(unit.connection, self._vault, buyer_id) != buyer:
            raise KeyReused
        found = await find_invoices(unit.connection, INVOICE.c.buyer == buyer_id, INVOICE.c.replaces.is_(None))
        return found[::-1]

    async def _made(
        self,
        unit: Unit,
        person: str | None,
        numbers: Sequence[Number],
        buyer_id: str,
        kind: Kind,
        mine: Callable[[Order], bool],
    ) -> list[Invoice]:
        lines: dict[tuple[SourceId, str], list[Line]] = {}
        for number in numbers:
            order = await load(unit.connection, number, lock=True)
            if not mine(order):
                raise NotFound(f"没有订单 {number!r}", f"there is no order {number!r}", code="NO_SUCH_ORDER")
            for each in await self._lines(unit, order, kind):
                issuer = self._issuers.of(order.operator, each.part)
                if issuer is None:
                    raise Conflict(
                        "该运营商尚未开通线上开票，请联系运营商索取发票",
                        "this operator issues no invoices from here yet: ask the operator",
                        code="NO_ISSUER",
                    )
                lines.setdefault((order.operator, issuer), []).append(each)
        return [
            Invoice(new_number(unit), kind, person, operator, issuer, buyer_id, State.REQUESTED, tuple(each), unit.now)
            for (operator, issuer), each in lines.items()
        ]

    async def _lines(self, unit: Unit, order: Order, kind: Kind) -> list[Line]:
        sold = await items(unit.connection, order.number)
        if order.capture is not Capture.CAPTURED:
            raise _not_yet(order, "尚未付款", "is not paid", "INVOICE_NOT_PAID")
        if order.reversing or under_way(sold):
            raise _not_yet(
                order, "正在退款，退款完成后即可开票", "is being refunded: ask again after", "INVOICE_REFUNDING"
            )
        if order.held == Held.DISPUTE:
            raise _not_yet(order, "存在争议，处理后即可开票", "is disputed: ask again after", "INVOICE_DISPUTED")
        if any(each.kind is kind for each in await invoices_of(unit.connection, order.number, lock=True)):
            raise _not_yet(order, "已开票或正在开票", "is invoiced, or will be", "INVOICED_ALREADY")
        parts = await parts_of(unit, order, sold, kind)
        if not parts:
            raise _not_yet(order, "没有可开票的金额", "has nothing left to invoice", "INVOICE_NOTHING")
        return [line(order.number, part, amount, self._classes) for part, amount in parts.items()]


def _not_yet(order: Order, zh: str, en: str, code: str) -> Conflict:
    return Conflict(f"订单 {order.number} {zh}", f"order {order.number} {en}", code=code)


class InvoicesHeld:
    """Invoices, as the room of identity asks for them."""

    name = "invoices"

    def __init__(self, work: Work, vault: Vault) -> None:
        self._work, self._vault = work, vault

    async def ready(self) -> None:
        """Makes the tables. Raises StoreUnavailable."""
        await self._work.ready()

    async def export(self, connection: AsyncConnection, person: str) -> Sequence[dict[str, Any]]:
        """Every invoice with whom it was made out to, the newest first; amounts in fen."""
        told = []
        for each in await find_invoices(connection, INVOICE.c.person == person, limit=100_000):
            buyer = await buyer_of(connection, self._vault, each.buyer)
            told.append(
                {
                    "number": each.number,
                    "at": each.asked_at,
                    "state": each.state.value,
                    "invoiceNo": each.invoice_no,
                    "totalFen": each.total.fen,
                    "orders": each.orders,
                    "title": buyer.title if buyer else None,
                    "taxNumber": buyer.tax_number if buyer else None,
                }
            )
        return told

    async def let_go(self, connection: AsyncConnection, person: str) -> None:
        """Forgets whom they were made out to. Raises Conflict while one is being issued or reversed."""
        open_ = INVOICE.c.state.in_([state.value for state in _OPEN])
        if await find_invoices(connection, INVOICE.c.person == person, open_, limit=1):
            raise Conflict(
                "您有发票正在开具，完成后即可注销",
                "an invoice of yours is being issued: once it is, you can be erased",
                code="INVOICE_OPEN",
            )
        await connection.execute(sa.update(BUYER).where(BUYER.c.person == person).values(sealed=None))
