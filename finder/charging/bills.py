"""The bill of an order as its operator made it: kept once, beside the order, for whoever explains or invoices it."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.connectors.sdk.sessions import Bill
from finder.kernel.ids import Number
from finder.storage.rows import insert_once
from finder.storage.unit import METADATA, Unit, Write

BILLED = sa.Table(
    "charging_bill",
    METADATA,
    sa.Column("order", sa.Text, primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
)


async def keep_bill(unit: Unit, order: Number, bill: Bill) -> None:
    """Keeps the first that the order was given."""
    await unit.later(BILL_KEPT, {"order": order, "body": msgspec.json.encode(bill)})


async def _keep(unit: Unit, rows: Sequence[dict[str, Any]]) -> bool:
    return bool((await unit.connection.execute(insert_once(unit.dialect, BILLED), list(rows))).rowcount)


BILL_KEPT = Write(5, _keep)


async def bill_of(connection: AsyncConnection, order: Number) -> Bill | None:
    """The order's bill; None where none came yet."""
    return (await bills_of(connection, [order])).get(order)


async def bills_of(connection: AsyncConnection, orders: Sequence[Number]) -> Mapping[Number, Bill]:
    """The bills of many orders; an order without one is left out."""
    rows = await connection.execute(sa.select(BILLED).where(BILLED.c.order.in_(orders)))
    return {row.order: msgspec.json.decode(row.body, type=Bill) for row in rows}
