"""How an operator stands: of one that is insolvent nothing new is begun and nothing passed on, and refunds go first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.charging.order import ORDER
from finder.errors import Conflict
from finder.kernel.ids import Number
from finder.stations.model import SourceId
from finder.storage.rows import padded
from finder.storage.unit import METADATA, Read, Unit, from_us, to_us

STANDING = sa.Table(
    "operator_standing",
    METADATA,
    sa.Column("operator", sa.Text, primary_key=True),
    sa.Column("insolvent_since", sa.BigInteger),  # microseconds since 1970; null once it stands well again
    sa.Column("changed_by", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """An operator of whom staff has said something."""

    operator: SourceId
    insolvent_since: datetime | None
    changed_by: str
    reason: str


async def standings(connection: AsyncConnection) -> list[Standing]:
    """Every operator that was ever called insolvent, by source."""
    rows = (await connection.execute(sa.select(STANDING).order_by(STANDING.c.operator))).all()
    return [
        Standing(r.operator, None if r.insolvent_since is None else from_us(r.insolvent_since), r.changed_by, r.reason)
        for r in rows
    ]


_KNOWN = (
    sa.select(STANDING.c.operator, STANDING.c.insolvent_since)
    .where(STANDING.c.operator.in_(sa.bindparam("operators", expanding=True)))
    .order_by(STANDING.c.operator)
    .with_for_update(read=True)
)


async def _insolvent(unit: Unit, operators: Sequence[SourceId]) -> Mapping[SourceId, bool]:
    rows = await unit.connection.execute(_KNOWN, {"operators": padded(operators)})
    return {row.operator: row.insolvent_since is not None for row in rows}


_KNOWN_OF = (
    sa.select(ORDER.c.number, STANDING.c.insolvent_since)
    .join(STANDING, STANDING.c.operator == ORDER.c.operator)
    .where(ORDER.c.number.in_(sa.bindparam("orders", expanding=True)))
    .order_by(STANDING.c.operator)
    .with_for_update(read=True, of=STANDING)
)


async def _insolvent_of(unit: Unit, orders: Sequence[Number]) -> Mapping[Number, bool]:
    rows = await unit.connection.execute(_KNOWN_OF, {"orders": padded(orders)})
    return {row.number: row.insolvent_since is not None for row in rows}


# By operator, and by the order that is his; whoever changes it waits until this transaction ends.
INSOLVENT, OPERATOR_INSOLVENT = Read(0, _insolvent), Read(0, _insolvent_of)


async def insolvent(unit: Unit, operator: SourceId) -> bool:
    """Whether the operator is insolvent; whoever changes that waits until this transaction ends, unless it is the
    first that is ever said of the operator: then there is no row to wait for, and what is begun now is still begun."""
    known: bool | None = await unit.ask(INSOLVENT, operator)
    return bool(known)


async def check_solvent(unit: Unit, operator: SourceId) -> None:
    """Raises Conflict, OPERATOR_INSOLVENT."""
    if await insolvent(unit, operator):
        raise Conflict(
            "该运营商已暂停新订单，请选择其他运营商的充电桩",
            "this operator takes no new orders: choose another operator's station",
            code="OPERATOR_INSOLVENT",
        )


async def put_standing(unit: Unit, operator: SourceId, by: str, reason: str, *, insolvent: bool) -> bool:
    """Writes what staff says of an operator; whether that is new."""
    held = sa.select(STANDING.c.insolvent_since).where(STANDING.c.operator == operator).with_for_update()
    before = (await unit.connection.execute(held)).scalar()
    if (before is not None) is insolvent:
        return False
    row = {"insolvent_since": to_us(unit.now) if insolvent else None, "changed_by": by, "reason": reason}
    put = unit.insert(STANDING).values(operator=operator, **row)
    await unit.connection.execute(put.on_conflict_do_update(index_elements=["operator"], set_=row))
    return True
