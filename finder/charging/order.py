"""An order as it is kept: four states, what was agreed, and what was told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.charging.machines import (
    CAPTURE,
    COMPARED,
    HOLD,
    ITEM,
    RUNNING,
    SESSION,
    Capture,
    Compared,
    Hold,
    Item,
    Machine,
    S,
    Session,
)
from finder.connectors.sdk.sessions import SessionSeen
from finder.errors import NotFound
from finder.kernel.ids import Number
from finder.kernel.money import Money
from finder.money.channels.port import NOTHING, Step
from finder.stations.model import EvseId, SourceId, Tariff
from finder.storage.unit import METADATA, from_us, to_us


@dataclass(frozen=True, slots=True)
class Order:
    """One driver's charging at one EVSE. `agreement` names the payer without saying who it is.

    `cap` is the most that the driver agreed to, and what is held; `pays` what the bill's check lets him pay.
    """

    number: Number
    person: str
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
    created_at: datetime
    hold: Hold = Hold.NEW
    session: Session = Session.IDLE
    capture: Capture = Capture.NONE
    hold_channel_id: str | None = None
    native_id: str | None = None  # the operator's number of the session
    bill_id: str | None = None
    bill_total: Money | None = None
    pays: Money | None = None
    captured: Money | None = None
    capture_number: Number | None = None
    capture_channel_id: str | None = None
    wants_stop: bool = False
    stops: int = 0  # stops that were confirmed and yet did not end it
    reason: str | None = None  # why it never charged, for the driver: a code
    problem: str | None = None  # a code: what a person must look at
    seen: SessionSeen | None = field(default=None, repr=False)
    moved_at: datetime | None = None  # of its last change
    compared: Compared | None = None  # None: its share does not wait for the nightly comparison
    # What holds where it is paid and parked, as it was when the hold was asked for.
    split_after_s: int | None = None
    returns_with_refund: bool | None = None
    car_park: str | None = None
    reversing: bool | None = None  # an invoice goes before what is given back
    held: str | None = None  # why nothing is split off and the rest stays frozen: one of Held

    def moved(self, **changes: Any) -> "Order":
        """With these changes, without those that its machines do not know: late news changes nothing."""
        for name, machine in _MACHINES.items():
            if name in changes and not _may(machine, getattr(self, name), changes[name]):
                del changes[name]
        if all(getattr(self, name) == value for name, value in changes.items()):
            return self
        return replace(self, **changes)


class Held(StrEnum):
    """Why an order's money stays where it is; refunds go all the same."""

    DISPUTE = "DISPUTE"
    OPERATOR = "OPERATOR"  # it is insolvent


@dataclass(frozen=True, slots=True)
class OrderItem:
    """A split, a split's return, the end of splitting or a refund of an order. `of` is the effect that it belongs to.

    `returned` is our share that goes back within a refund, where the channel returns none by itself.
    """

    number: Number
    order: Number
    step: Step
    amount: Money
    of: Number
    state: Item = Item.NEW
    note: str = ""
    returned: Money = NOTHING

    def moved(self, state: Item) -> "OrderItem":
        """In this state, where the machine knows the step."""
        return replace(self, state=state) if ITEM.may(self.state, state) else self


_MACHINES: dict[str, Any] = {"hold": HOLD, "session": SESSION, "capture": CAPTURE, "compared": COMPARED}


def _may(machine: Machine[S], before: S, after: S) -> bool:
    return machine.may(before, after)


_STATES: dict[str, type[Hold | Session | Capture | Compared]] = {
    "hold": Hold,
    "session": Session,
    "capture": Capture,
    "compared": Compared,
}
_MONEY = {"cap", "bill_total", "pays", "captured"}
_TIMES = {"created_at", "moved_at"}
_BLOBS: dict[str, Any] = {"tariff": Tariff, "seen": SessionSeen}
_NEVER_NULL = {
    "number", "person", "operator", "evse_id", "channel", "sub_merchant", "agreement", "agreed", "title", "cap",
    "commission_permille", "created_at", "hold", "session", "capture", "wants_stop", "stops", "moved_at",
}  # fmt: skip


AGREED = {
    "number", "person", "operator", "evse_id", "connector_id", "channel", "sub_merchant", "agreement", "agreed",
    "title", "cap", "commission_permille", "tariff", "created_at",
}  # fmt: skip


def _column(name: str) -> "sa.Column[Any]":
    kind: sa.types.TypeEngine[Any] = sa.Text()
    if name in _MONEY | _TIMES:
        kind = sa.BigInteger()
    elif name in ("commission_permille", "stops", "split_after_s"):
        kind = sa.Integer()
    elif name in ("agreed", "wants_stop", "returns_with_refund", "reversing"):
        kind = sa.Boolean()
    elif name in _BLOBS:
        kind = sa.LargeBinary()
    return sa.Column(name, kind, primary_key=name == "number", nullable=name not in _NEVER_NULL)


ORDER = sa.Table(
    "charging_order",
    METADATA,
    *(_column(each.name) for each in fields(Order)),
    sa.Index("charging_order_person", "person", "number"),
    sa.Index("charging_order_native", "operator", "native_id"),
    sa.Index("charging_order_session", "session", "moved_at"),
    sa.Index("charging_order_starts", "evse_id", "number"),
)
# An EVSE charges one car at a time, whoever asks at once.
sa.Index(
    "charging_order_evse",
    ORDER.c.evse_id,
    unique=True,
    sqlite_where=ORDER.c.session.in_(RUNNING),
    postgresql_where=ORDER.c.session.in_(RUNNING),
)
ITEMS = sa.Table(
    "charging_order_item",
    METADATA,
    sa.Column("number", sa.Text, primary_key=True),
    sa.Column("order", sa.ForeignKey("charging_order.number"), nullable=False, index=True),
    sa.Column("step", sa.Text, nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("of", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("returned", sa.BigInteger),
)


def row_of(order: Order, names: Sequence[str]) -> dict[str, Any]:
    """These fields as they are kept."""
    row: dict[str, Any] = {}
    for name in names:
        value = getattr(order, name)
        if value is not None:
            if name in _MONEY:
                value = value.fen
            elif name in _TIMES:
                value = to_us(value)
            elif name in _STATES:
                value = value.value
            elif name in _BLOBS:
                value = msgspec.json.encode(value)
        row[name] = value
    return row


def order_of_row(row: Any) -> Order:
    """The inverse, of a whole row."""
    values: dict[str, Any] = dict(row._mapping)
    for name, value in values.items():
        if value is None:
            continue
        if name in _MONEY:
            values[name] = Money(value)
        elif name in _TIMES:
            values[name] = from_us(value)
        elif name in _STATES:
            values[name] = _STATES[name](value)
        elif name in _BLOBS:
            values[name] = msgspec.json.decode(value, type=_BLOBS[name])
    return Order(**values)


async def load(connection: AsyncConnection, number: Number, *, lock: bool = False) -> Order:
    """The order; `lock` keeps other units from it until this one ends. Raises NotFound."""
    question = sa.select(ORDER).where(ORDER.c.number == number)
    row = (await connection.execute(question.with_for_update() if lock else question)).one_or_none()
    if row is None:
        raise unknown(number)
    return order_of_row(row)


def unknown(number: str) -> NotFound:
    """There is no such order."""
    return NotFound(f"没有订单 {number[:40]!r}", f"there is no order {number[:40]!r}", code="NO_SUCH_ORDER")


async def find(
    connection: AsyncConnection,
    *where: sa.ColumnElement[bool],
    limit: int = 100,
    newest: bool = False,
    lock: bool = False,
) -> list[Order]:
    """Orders that fit, by number, which is by age; `lock` as in `load`."""
    by = ORDER.c.number.desc() if newest else ORDER.c.number
    question = sa.select(ORDER).where(*where).order_by(by).limit(limit)
    rows = await connection.execute(question.with_for_update() if lock else question)
    return [order_of_row(row) for row in rows]


_SOLD_OF = sa.select(ITEMS).where(ITEMS.c.order.in_(sa.bindparam("orders", expanding=True))).order_by(ITEMS.c.number)


async def items(connection: AsyncConnection, order: Number) -> Sequence[OrderItem]:
    """An order's items, oldest first."""
    return (await items_of(connection, [order])).get(order, ())


async def items_of(connection: AsyncConnection, orders: Sequence[Number]) -> Mapping[Number, Sequence[OrderItem]]:
    """The items of many orders, oldest first; an order without any is left out."""
    found: dict[Number, list[OrderItem]] = {}
    for r in await connection.execute(_SOLD_OF, {"orders": orders}):
        back = Money(r.returned or 0)
        item = OrderItem(r.number, r.order, Step(r.step), Money(r.amount), r.of, Item(r.state), r.note, back)
        found.setdefault(r.order, []).append(item)
    return found
