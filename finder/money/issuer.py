"""The port to whoever issues invoices for somebody, and one that is spoken to over signed HTTP.

An issuer knows an invoice, and its reversal, by our number: asking again with the same content does nothing twice.
"""

from datetime import datetime
from typing import Protocol

import msgspec

from finder.connectors.sdk.http import Caution
from finder.kernel.clock import Clock
from finder.kernel.ids import Number
from finder.money.channels.http import CAUTION
from finder.money.invoice import Buyer, Invoice, Part
from finder.money.signed import Peer, SignedPeer, told


class LineAsk(msgspec.Struct, frozen=True, rename="camel"):
    """A line; amounts in fen, tax included."""

    order: Number
    part: Part
    name: str
    rate_percent: int
    fen: int
    tax_fen: int


class InvoiceAsk(msgspec.Struct, frozen=True, rename="camel"):
    """An invoice to be issued."""

    number: Number
    title: str
    tax_number: str | None
    lines: tuple[LineAsk, ...]
    total_fen: int

    def __repr__(self) -> str:
        return f"InvoiceAsk({self.number})"


class ReversalAsk(msgspec.Struct, frozen=True, rename="camel"):
    """A whole invoice to be reversed by a red one."""

    number: Number
    of: Number
    invoice_no: str
    total_fen: int


class Issued(msgspec.Struct, frozen=True, rename="camel"):
    """What was issued: our number, the issuer's own, and the amount in fen (of a red one, what it takes back)."""

    number: Number
    invoice_no: str
    total_fen: int
    issued_at: datetime


class InvoiceIssuer(Protocol):
    """Issues invoices for one seller.

    Raises ChannelUnavailable where it may have been issued (ask again with the same content), ChannelRefused where it
    certainly was not, ChannelLied where the answer cannot be believed.
    """

    @property
    def name(self) -> str:
        """As invoices name it."""

    async def issue(self, ask: InvoiceAsk) -> Issued:
        """Issues an invoice."""

    async def reverse(self, ask: ReversalAsk) -> Issued:
        """Issues the red one that takes an invoice back."""

    async def close(self) -> None:
        """Lets go of connections."""


def invoice_ask(invoice: Invoice, buyer: Buyer) -> InvoiceAsk:
    """What an issuer is asked for: of the same invoice always the same."""
    lines = tuple(
        LineAsk(line.order, line.part, line.name, line.rate_percent, line.amount.fen, line.tax.fen)
        for line in invoice.lines
    )
    return InvoiceAsk(invoice.number, buyer.title, buyer.tax_number, lines, invoice.total.fen)


class SignedIssuer:
    """An issuer behind `POST <url>/invoices` and `POST <url>/reversals`."""

    def __init__(self, peer: Peer, clock: Clock, caution: Caution = CAUTION) -> None:
        self.name = peer.name
        self._http = SignedPeer(peer, clock, caution)

    async def issue(self, ask: InvoiceAsk) -> Issued:
        """See InvoiceIssuer."""
        return self._fits(await self._http.post("/invoices", told(ask), Issued), ask.number, ask.total_fen)

    async def reverse(self, ask: ReversalAsk) -> Issued:
        """See InvoiceIssuer."""
        return self._fits(await self._http.post("/reversals", told(ask), Issued), ask.number, ask.total_fen)

    async def close(self) -> None:
        """Lets go of connections."""
        await self._http.close()

    def _fits(self, issued: Issued, number: Number, fen: int) -> Issued:
        if (issued.number, issued.total_fen) != (number, fen):
            raise self._http.lied("OTHER_INVOICE", "开具的发票与请求不符", "what it issued is not what was asked for")
        if not (0 < len(issued.invoice_no) <= 40 and issued.invoice_no.isalnum()):
            raise self._http.lied("INVOICE_NO", "发票号码有误", "its invoice number cannot be one")
        return issued
