"""Reads and writes watches."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.notices.model import Alternative, Watch, WatchKind, WatchState
from finder.notices.tables import WATCH
from finder.stations.model import ConnectorType
from finder.storage.unit import Unit, from_us, to_us


def read(row: Any) -> Watch:
    """A watch from its row."""
    other = None if row.other is None else Alternative(row.other, row.other_name, row.other_m, row.other_free)
    return Watch(
        row.id,
        row.person,
        WatchKind(row.kind),
        WatchState(row.state),
        row.station,
        row.station_name,
        row.evse,
        row.min_power_kw,
        frozenset(ConnectorType(plug) for plug in row.plugs.split(",") if plug),
        from_us(row.since),
        from_us(row.until),
        None if row.told_at is None else from_us(row.told_at),
        row.told_evse,
        other,
    )


def is_open(now: datetime) -> "sa.ColumnElement[bool]":
    """Which watches are waited for at that moment."""
    return sa.and_(WATCH.c.state == WatchState.OPEN.value, WATCH.c.until > to_us(now))


async def open_watches(connection: AsyncConnection, now: datetime, *which: "sa.ColumnElement[bool]") -> list[Watch]:
    """Those that have waited longest first."""
    question = sa.select(WATCH).where(is_open(now), *which).order_by(WATCH.c.since, WATCH.c.id)
    return [read(row) for row in await connection.execute(question)]


async def tell(unit: Unit, watch: str, **found: object) -> bool:
    """Writes that its person is told now; False where another process was quicker, or the watch has ended."""
    own = sa.and_(WATCH.c.id == watch, WATCH.c.state == WatchState.OPEN.value)
    told = {"state": WatchState.TOLD.value, "told_at": to_us(unit.now), **found}
    return bool((await unit.connection.execute(sa.update(WATCH).where(own).values(**told))).rowcount)


async def end(unit: Unit, watches: Sequence[str]) -> None:
    """Ends what is still open."""
    own = sa.and_(WATCH.c.id.in_(watches), WATCH.c.state == WatchState.OPEN.value)
    await unit.connection.execute(sa.update(WATCH).where(own).values(state=WatchState.ENDED.value))
