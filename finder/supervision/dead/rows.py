"""What was seen of each pile over weeks, which the board forgets."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.charging.machines import Session
from finder.charging.order import ORDER
from finder.stations.model import EvseId, SourceId, StationId
from finder.storage.unit import METADATA, Unit, from_us, to_us
from finder.supervision.dead.model import (
    FAILED_STARTS,
    NOTICE,
    OPERATORS_FAULT,
    DeadKind,
    DeadPile,
    PileSeen,
    dead_kind,
)

T = TypeVar("T")
# Times are in microseconds since 1970.
PILE = sa.Table(
    "supervision_pile",
    METADATA,
    sa.Column("evse", sa.Text, primary_key=True),
    sa.Column("station", sa.Text, nullable=False),
    sa.Column("operator", sa.Text, nullable=False),
    sa.Column("county", sa.Text, nullable=False),
    sa.Column("since", sa.BigInteger, nullable=False),
    sa.Column("told_at", sa.BigInteger),
    sa.Column("used_at", sa.BigInteger),
    sa.Column("free_days", sa.Integer, nullable=False),
    sa.Column("free_day", sa.Integer, nullable=False),  # the last that was counted, since 1970-01-01 UTC
    sa.Column("failed_starts", sa.Integer, nullable=False),
    sa.Column("dead", sa.Text, index=True),
    sa.Column("dead_since", sa.BigInteger),
    sa.Column("looked_at", sa.BigInteger, nullable=False, index=True),
)
_COLUMNS = [column.name for column in PILE.columns]
AT_ONCE = 500  # EVSEs of one unit
_DAY_US = 86_400_000_000
STILL_THERE, FORGOTTEN_AFTER = timedelta(days=1), timedelta(days=60)
FAILURES_OF = timedelta(days=30)  # a start that failed longer ago says nothing by itself
_BEGAN = (Session.CHARGING, Session.STOP_SENT, Session.ENDED, Session.BILLED, Session.BILL_MISSING)


@dataclass(frozen=True, slots=True)
class Look:
    """One EVSE as it is now: last told when, whether it is free, whether a car charges or did since the last look."""

    evse_id: EvseId
    station: StationId
    operator: SourceId
    county: str
    told_at: datetime | None
    free: bool
    used: bool


async def keep_looks(unit: Unit, looks: Sequence[Look], starts: Mapping[EvseId, Sequence[bool]]) -> None:
    """Writes what was seen of at most AT_ONCE, and judges: a pile that begins to be dead is so from now, one that is
    heard of no more. `starts`: see last_starts."""
    now, ids = to_us(unit.now), [look.evse_id for look in looks]
    found = (await unit.connection.execute(sa.select(PILE).where(PILE.c.evse.in_(ids)))).all()
    known, began = {row.evse: row for row in found}, await _began(unit.connection, ids)
    rows = [_row(look, known.get(look.evse_id), began, starts, now) for look in looks]
    put = unit.insert(PILE)
    newer = {name: put.excluded[name] for name in _COLUMNS if name not in ("evse", "since")}
    await unit.connection.execute(put.on_conflict_do_update(index_elements=["evse"], set_=newer), rows)


async def forget_piles(unit: Unit) -> None:
    """Removes those that nobody has looked at for so long: they are gone, or their operator is."""
    await unit.connection.execute(sa.delete(PILE).where(PILE.c.looked_at < to_us(unit.now - FORGOTTEN_AFTER)))


async def dead_piles(
    connection: AsyncConnection, operators: Collection[SourceId] | None, now: datetime, limit: int
) -> list[DeadPile]:
    """Those that leave first, of these operators or of all; what is in no feed any more is not among them."""
    still = sa.and_(PILE.c.dead.is_not(None), PILE.c.looked_at >= to_us(now - STILL_THERE))
    question = sa.select(PILE).where(still).order_by(PILE.c.dead_since, PILE.c.evse).limit(limit)
    if operators is not None:
        question = question.where(PILE.c.operator.in_(list(operators)))
    return [_pile(row) for row in (await connection.execute(question)).all()]


async def last_starts(connection: AsyncConnection, now: datetime) -> Mapping[EvseId, Sequence[bool]]:
    """Of each EVSE at which one failed lately by the operator's fault: the last starts that began or failed so, the
    newest first."""
    faults = [reason.value for reason in OPERATORS_FAULT]
    failed = sa.and_(ORDER.c.session == Session.REJECTED.value, ORDER.c.reason.in_(faults))
    lately = sa.select(ORDER.c.evse_id).distinct().where(failed, ORDER.c.moved_at >= to_us(now - FAILURES_OF))
    ids = (await connection.execute(lately)).scalars().all()
    began = ORDER.c.session.in_([state.value for state in _BEGAN])
    newest = sa.func.row_number().over(partition_by=ORDER.c.evse_id, order_by=ORDER.c.number.desc()).label("newest")
    found: defaultdict[EvseId, list[bool]] = defaultdict(list)
    for part in parts(ids):
        counted = (
            sa.select(ORDER.c.evse_id, ORDER.c.session, newest)
            .where(ORDER.c.evse_id.in_(part), sa.or_(failed, began))
            .subquery()
        )
        question = sa.select(counted).where(counted.c.newest <= FAILED_STARTS)
        for row in await connection.execute(question.order_by(counted.c.evse_id, counted.c.newest)):
            found[row.evse_id].append(row.session == Session.REJECTED.value)
    return found


async def _began(connection: AsyncConnection, ids: Sequence[EvseId]) -> Mapping[EvseId, int]:
    """When the last order that charged there was made."""
    question = (
        sa.select(ORDER.c.evse_id, sa.func.max(ORDER.c.created_at).label("last"))
        .where(ORDER.c.evse_id.in_(ids), ORDER.c.session.in_([state.value for state in _BEGAN]))
        .group_by(ORDER.c.evse_id)
    )
    return {row.evse_id: row.last for row in await connection.execute(question)}


def _row(
    look: Look, before: Any, began: Mapping[EvseId, int], starts: Mapping[EvseId, Sequence[bool]], now: int
) -> dict[str, Any]:
    told = [to_us(look.told_at)] if look.told_at is not None else []
    used = [now] if look.used else []
    used += [began[look.evse_id]] if look.evse_id in began else []
    day = now // _DAY_US
    since, free_days, free_day, dead, dead_since = now, 0, -1, None, None
    if before is not None:
        since, free_days, free_day = before.since, before.free_days, before.free_day
        dead, dead_since = before.dead, before.dead_since
        told += [before.told_at] if before.told_at is not None else []
        used += [before.used_at] if before.used_at is not None else []
    if look.free and day != free_day:
        free_days, free_day = free_days + 1, day
    told_at, used_at = max(told, default=None), max(used, default=None)
    last = starts.get(look.evse_id, ())
    seen = PileSeen(
        look.evse_id,
        from_us(since),
        None if told_at is None else from_us(told_at),
        free_days,
        None if used_at is None else from_us(used_at),
        last,
    )
    kind = dead_kind(seen, from_us(now))
    return {
        "evse": look.evse_id,
        "station": look.station,
        "operator": look.operator,
        "county": look.county,
        "since": since,
        "told_at": told_at,
        "used_at": used_at,
        "free_days": free_days,
        "free_day": free_day,
        "failed_starts": next((n for n, failed in enumerate(last) if not failed), len(last)),
        "dead": None if kind is None else kind.value,
        # Another reason does not begin the notice anew.
        "looked_at": now,
        "dead_since": None if kind is None else dead_since if dead is not None else now,
    }


def _pile(row: Any) -> DeadPile:
    return DeadPile(
        row.evse,
        row.station,
        row.operator,
        row.county,
        DeadKind(row.dead),
        from_us(row.since),
        None if row.told_at is None else from_us(row.told_at),
        row.free_days,
        None if row.used_at is None else from_us(row.used_at),
        row.failed_starts,
        from_us(row.dead_since),
        from_us(row.dead_since) + NOTICE,
    )


def parts(listed: Sequence[T]) -> Iterator[Sequence[T]]:
    """Of AT_ONCE each."""
    for start in range(0, len(listed), AT_ONCE):
        yield listed[start : start + AT_ONCE]
