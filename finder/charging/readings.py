"""What a session's meter said over time, for the chart that the driver looks at; one in ten seconds is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.connectors.sdk.sessions import SessionSeen
from finder.kernel.ids import Number
from finder.storage.unit import METADATA, Unit, Write, from_us, to_us

EVERY_US = 10_000_000
MOST = 500  # readings of one answer: a longer session is told in wider steps

READING = sa.Table(
    "charging_reading",
    METADATA,
    sa.Column("order", sa.Text, primary_key=True),
    sa.Column("slot", sa.BigInteger, primary_key=True),  # of EVERY_US, since 1970
    sa.Column("at", sa.BigInteger, nullable=False),  # microseconds since 1970
    sa.Column("wh", sa.BigInteger),
    sa.Column("watts", sa.BigInteger),
    sa.Column("soc", sa.Integer),
)


@dataclass(frozen=True, slots=True)
class Reading:
    """Energy so far in kWh, power in kW, state of charge in percent; None where it was not told."""

    at: datetime
    kwh: Decimal | None
    kw: Decimal | None
    soc: int | None


async def keep_reading(unit: Unit, number: Number, seen: SessionSeen) -> None:
    """Keeps what the meter said, the latest in each slot."""
    if seen.kwh is None and seen.kw is None and seen.soc is None:
        return
    at = to_us(seen.observed_at)
    row = {
        "order": number,
        "slot": at // EVERY_US,
        "at": at,
        "wh": _thousandths(seen.kwh),
        "watts": _thousandths(seen.kw),
        "soc": seen.soc,
    }
    await unit.later(READ, row)


async def _keep(unit: Unit, rows: Sequence[dict[str, Any]]) -> bool:
    put = unit.insert(READING)
    newer = {name: put.excluded[name] for name in ("at", "wh", "watts", "soc")}
    keys = ["order", "slot"]
    latest = put.on_conflict_do_update(index_elements=keys, set_=newer, where=READING.c.at <= put.excluded.at)
    await unit.connection.execute(latest, list(rows))
    return True


READ = Write(5, _keep)


async def readings(connection: AsyncConnection, number: Number) -> Sequence[Reading]:
    """The oldest first, at most MOST, the latest among them."""
    own = READING.c.order == number
    rows = (await connection.execute(sa.select(READING).where(own).order_by(READING.c.slot))).all()
    step = -(-len(rows) // MOST) or 1
    chosen = rows[::-1][::step][::-1]
    return [Reading(from_us(row.at), _whole(row.wh), _whole(row.watts), row.soc) for row in chosen]


def _thousandths(amount: Decimal | None) -> int | None:
    return None if amount is None else int(amount * 1_000)


def _whole(thousandths: int | None) -> Decimal | None:
    return None if thousandths is None else Decimal(thousandths) / 1_000
