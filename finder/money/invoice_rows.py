"""Invoices as they are kept: lines never change, states follow their table, and the buyer lies sealed."""

from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.errors import NotFound
from finder.identity.vault import Vault
from finder.kernel.ids import Number
from finder.kernel.money import Money
from finder.money.invoice import LIVE, NEXT, Buyer, Invoice, Kind, Line, Part, State
from finder.storage.unit import METADATA, Unit, from_us, to_us

BUYER = sa.Table(
    "invoice_buyer",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("person", sa.Text, index=True),
    sa.Column("sealed", sa.LargeBinary),  # null once the person was erased: the issuer keeps what the law asks for
)
INVOICE = sa.Table(
    "invoice",
    METADATA,
    sa.Column("number", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("person", sa.Text, index=True),
    sa.Column("operator", sa.Text, nullable=False),
    sa.Column("issuer", sa.Text, nullable=False),
    sa.Column("buyer", sa.ForeignKey("invoice_buyer.id"), nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("goes", sa.Boolean, nullable=False),
    sa.Column("asked_at", sa.BigInteger, nullable=False),  # microseconds since 1970, as below
    sa.Column("issued_at", sa.BigInteger),
    sa.Column("invoice_no", sa.Text),
    sa.Column("red_no", sa.Text),
    sa.Column("reason", sa.Text),
    sa.Column("replaces", sa.Text),
    sa.Column("replaced", sa.Boolean, nullable=False),
    sa.Column("reversals", sa.Integer, nullable=False),
)
LINE = sa.Table(
    "invoice_line",
    METADATA,
    sa.Column("invoice", sa.ForeignKey("invoice.number"), primary_key=True),
    sa.Column("n", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("order_no", sa.Text, nullable=False, index=True),
    sa.Column("part", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("rate_percent", sa.Integer, nullable=False),
    sa.Column("fen", sa.BigInteger, nullable=False),
    sa.Column("tax_fen", sa.BigInteger, nullable=False),
)


async def put_buyer(unit: Unit, vault: Vault, buyer_id: str, person: str | None, buyer: Buyer) -> None:
    """Keeps a buyer, sealed."""
    sealed = vault.seal(msgspec.json.encode((buyer.title, buyer.tax_number)), _place(buyer_id))
    await unit.connection.execute(sa.insert(BUYER).values(id=buyer_id, person=person, sealed=sealed))


async def buyer_of(connection: AsyncConnection, vault: Vault, buyer_id: str) -> Buyer | None:
    """The buyer; None where it was erased."""
    sealed = (await connection.execute(sa.select(BUYER.c.sealed).where(BUYER.c.id == buyer_id))).scalar_one_or_none()
    if sealed is None:
        return None
    title, tax_number = msgspec.json.decode(vault.open(bytes(sealed), _place(buyer_id)), type=tuple[str, str | None])
    return Buyer(title, tax_number)


def _place(buyer_id: str) -> str:
    return f"{BUYER.name}.{BUYER.c.sealed.name} {buyer_id}"


async def add_invoice(unit: Unit, invoice: Invoice) -> None:
    """Writes a new invoice."""
    row = {
        "number": invoice.number,
        "kind": invoice.kind.value,
        "person": invoice.person,
        "operator": invoice.operator,
        "issuer": invoice.issuer,
        "buyer": invoice.buyer,
        "state": invoice.state.value,
        "goes": invoice.goes,
        "asked_at": to_us(invoice.asked_at),
        "replaces": invoice.replaces,
        "replaced": invoice.replaced,
        "reversals": invoice.reversals,
    }
    await unit.connection.execute(sa.insert(INVOICE).values(**row))
    lines = [
        {
            "invoice": invoice.number,
            "n": n,
            "order_no": line.order,
            "part": line.part.value,
            "name": line.name,
            "rate_percent": line.rate_percent,
            "fen": line.amount.fen,
            "tax_fen": line.tax.fen,
        }
        for n, line in enumerate(invoice.lines)
    ]
    await unit.connection.execute(sa.insert(LINE), lines)


async def move_invoice(unit: Unit, invoice: Invoice, state: State, **changes: Any) -> bool:
    """Puts an invoice into the next state; False, and nothing changed, where its table does not know the step."""
    if state not in NEXT[invoice.state]:
        return False
    own = sa.and_(INVOICE.c.number == invoice.number, INVOICE.c.state == invoice.state.value)
    await unit.connection.execute(sa.update(INVOICE).where(own).values(state=state.value, **changes))
    return True


async def mark(unit: Unit, number: Number, **changes: Any) -> None:
    """Writes what is no step of an invoice's state."""
    await unit.connection.execute(sa.update(INVOICE).where(INVOICE.c.number == number).values(**changes))


async def load_invoice(connection: AsyncConnection, number: Number, *, lock: bool = False) -> Invoice:
    """Raises NotFound."""
    found = await find_invoices(connection, INVOICE.c.number == number, lock=lock)
    if not found:
        raise NotFound(f"没有发票 {number[:40]!r}", f"there is no invoice {number[:40]!r}", code="NO_SUCH_INVOICE")
    return found[0]


async def invoices_of(
    connection: AsyncConnection, order: Number, states: Sequence[State] = LIVE, *, lock: bool = False
) -> list[Invoice]:
    """Those with a line for this order, in one of these states."""
    numbers = sa.select(LINE.c.invoice).where(LINE.c.order_no == order)
    fits = INVOICE.c.number.in_(numbers), INVOICE.c.state.in_([state.value for state in states])
    return await find_invoices(connection, *fits, lock=lock)


async def find_invoices(
    connection: AsyncConnection, *where: "sa.ColumnElement[bool]", limit: int = 1_000, lock: bool = False
) -> list[Invoice]:
    """Invoices that fit, the newest first."""
    question = sa.select(INVOICE).where(*where).order_by(INVOICE.c.number.desc()).limit(limit)
    rows = (await connection.execute(question.with_for_update() if lock else question)).all()
    lines: dict[str, list[Line]] = {row.number: [] for row in rows}
    asked = sa.select(LINE).where(LINE.c.invoice.in_(lines)).order_by(LINE.c.invoice, LINE.c.n)
    for row in (await connection.execute(asked)).all() if lines else ():
        line = Line(row.order_no, Part(row.part), row.name, row.rate_percent, Money(row.fen), Money(row.tax_fen))
        lines[row.invoice].append(line)
    return [_invoice(row, lines[row.number]) for row in rows]


def _invoice(row: Any, lines: Sequence[Line]) -> Invoice:
    return Invoice(
        row.number,
        Kind(row.kind),
        row.person,
        row.operator,
        row.issuer,
        row.buyer,
        State(row.state),
        lines,
        from_us(row.asked_at),
        None if row.issued_at is None else from_us(row.issued_at),
        row.invoice_no,
        row.red_no,
        row.reason,
        row.goes,
        row.replaces,
        row.replaced,
        row.reversals,
    )
