"""With what a driver confirms a hold or a payment in the channel's application, while it waits for that."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.kernel.ids import Number, order_of
from finder.money.channels.port import Seen, Stand
from finder.storage.unit import METADATA, Unit, Write

CONFIRMING = sa.Table(
    "charging_confirming",
    METADATA,
    sa.Column("order", sa.Text, primary_key=True),
    sa.Column("fields", sa.LargeBinary, nullable=False),
)
_WAITING = (Stand.PENDING, Stand.WORKING, Stand.COLLECTING)


async def keep_confirming(unit: Unit, seen: Seen) -> None:
    """Keeps what the channel gave for it, the newest alone."""
    order = order_of(seen.number)
    if seen.phone and seen.stand in _WAITING:
        await unit.later(TO_CONFIRM, {"order": order, "fields": msgspec.json.encode(dict(seen.phone))})


async def _keep(unit: Unit, rows: Sequence[dict[str, Any]]) -> bool:
    put = unit.insert(CONFIRMING)
    newest = put.on_conflict_do_update(index_elements=["order"], set_={"fields": put.excluded.fields})
    await unit.connection.execute(newest, list(rows))
    return True


TO_CONFIRM = Write(5, _keep)


async def confirming(connection: AsyncConnection, order: Number) -> Mapping[str, str]:
    """Names and values that the phone hands to the channel's application; empty where none were given."""
    found = await connection.execute(sa.select(CONFIRMING.c.fields).where(CONFIRMING.c.order == order))
    fields = found.scalar_one_or_none()
    return {} if fields is None else msgspec.json.decode(fields, type=dict[str, str])
