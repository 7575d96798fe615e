"""Asks issuers for invoices and for what reverses them; each handler reads what is to be asked before it calls."""

from typing import Any

from finder.charging.news import change
from finder.charging.order import Order, load
from finder.charging.outside import MONEY
from finder.charging.reinvoicing import ISSUE, REVERSE, issue_anew, reverse
from finder.errors import ChannelRefused, NotFound
from finder.identity.vault import Vault
from finder.kernel.ids import Number
from finder.money.invoice import Invoice, State
from finder.money.invoice_rows import buyer_of, invoices_of, load_invoice, mark, move_invoice
from finder.money.issuer import InvoiceIssuer, Issued, ReversalAsk, invoice_ask
from finder.money.issuers import Issuers
from finder.storage.outbox import Handler, Letter
from finder.storage.unit import Unit, Work, to_us

NOT_REVERSED = "INVOICE_NOT_REVERSED"


class _Invoicing:
    """What both share. Orders are locked before their invoice is, as whoever gives money back does."""

    patience = MONEY

    def __init__(self, work: Work, vault: Vault, issuers: Issuers) -> None:
        self._work, self._vault, self._issuers = work, vault, issuers

    async def dead(self, letter: Letter, unit: Unit) -> None:
        """Nothing is assumed: a person looks."""
        invoice = await self._of(letter, unit)
        await mark(unit, invoice.number, reason="DEAD")

    async def _of(self, letter: Letter, unit: Unit) -> Invoice:
        return await load_invoice(unit.connection, letter.payload.decode(), lock=True)

    async def _read(self, letter: Letter) -> Invoice:
        async with self._work.read() as connection:
            return await load_invoice(connection, letter.payload.decode())

    def _issuer(self, invoice: Invoice) -> InvoiceIssuer:
        found = self._issuers.known.get(invoice.issuer)
        if found is None:
            raise NotFound(f"没有开票方 {invoice.issuer}", f"there is no issuer {invoice.issuer}", code="NO_ISSUER")
        return found

    async def _locked(self, letter: Letter, unit: Unit) -> tuple[Invoice, list[Order]]:
        numbers = (await load_invoice(unit.connection, letter.payload.decode())).orders
        orders = [await load(unit.connection, number, lock=True) for number in numbers]
        return await self._of(letter, unit), orders


class IssueHandler(_Invoicing):
    """Asks for an invoice."""

    async def before(self, letter: Letter, unit: Unit) -> bool:
        """See Handler."""
        return (await self._of(letter, unit)).state is State.REQUESTED

    async def call(self, letter: Letter) -> Issued | ChannelRefused:
        """See Handler."""
        invoice = await self._read(letter)
        async with self._work.read() as connection:
            buyer = await buyer_of(connection, self._vault, invoice.buyer)
        if buyer is None:
            raise NotFound("购买方信息已删除", "the buyer was erased", code="BUYER_ERASED")
        try:
            return await self._issuer(invoice).issue(invoice_ask(invoice, buyer))
        except ChannelRefused as no:
            return no

    async def after(self, letter: Letter, result: Any, unit: Unit) -> None:
        """See Handler."""
        invoice, orders = await self._locked(letter, unit)
        said: Issued | ChannelRefused = result
        if isinstance(said, ChannelRefused):
            await move_invoice(unit, invoice, State.REFUSED, reason=said.code)
            await _go_on(unit, orders)
            return
        issued = {"invoice_no": said.invoice_no, "issued_at": to_us(said.issued_at)}
        await move_invoice(unit, invoice, State.ISSUED, **issued)
        if invoice.goes:
            await reverse(unit, await self._of(letter, unit))


class ReverseHandler(_Invoicing):
    """Asks for the red one."""

    async def before(self, letter: Letter, unit: Unit) -> bool:
        """See Handler."""
        return (await self._of(letter, unit)).state is State.REVERSING

    async def call(self, letter: Letter) -> Issued | ChannelRefused:
        """See Handler."""
        invoice = await self._read(letter)
        ask = ReversalAsk(letter.number, invoice.number, invoice.invoice_no or "", invoice.total.fen)
        try:
            return await self._issuer(invoice).reverse(ask)
        except ChannelRefused as no:
            return no

    async def after(self, letter: Letter, result: Any, unit: Unit) -> None:
        """See Handler. What is not reversed keeps its refund waiting, until a person has it reversed."""
        invoice, orders = await self._locked(letter, unit)
        said: Issued | ChannelRefused = result
        if isinstance(said, ChannelRefused):
            await move_invoice(unit, invoice, State.ISSUED, reason=said.code, reversals=invoice.reversals + 1)
            for order in orders:
                if order.reversing:
                    await change(unit, order, order.moved(problem=NOT_REVERSED))
            return
        await move_invoice(unit, invoice, State.REVERSED, red_no=said.invoice_no)
        await _go_on(unit, orders)


async def _go_on(unit: Unit, orders: list[Order]) -> None:
    """Refunds that waited for invoices wait no longer, where none of them is left."""
    for order in orders:
        if order.reversing and not await _waits(unit, order.number):
            problem = None if order.problem == NOT_REVERSED else order.problem
            await change(unit, order, order.moved(reversing=None, problem=problem))
    for order in orders:
        await issue_anew(unit, order.number)


async def _waits(unit: Unit, order: Number) -> bool:
    return any(invoice.goes for invoice in await invoices_of(unit.connection, order))


def invoice_handlers(work: Work, vault: Vault, issuers: Issuers) -> dict[str, Handler]:
    """Both, by the outbox's kind."""
    return {ISSUE: IssueHandler(work, vault, issuers), REVERSE: ReverseHandler(work, vault, issuers)}
