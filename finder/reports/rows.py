"""Reads reports, and what stands behind the people who made them."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.charging.agreements import AGREEMENT
from finder.charging.machines import Capture
from finder.charging.order import ORDER
from finder.identity.tables import VEHICLE
from finder.kernel.geo import Point
from finder.reports.abuse import A_DAY, FASTEST_KMH
from finder.reports.model import (
    OPEN,
    BayReport,
    BayReportKind,
    BayReportState,
    Found,
    Reason,
    Record,
    Says,
    Voice,
)
from finder.reports.rules import ALLIED_AFTER, LATELY, WEIGHTY, standing
from finder.reports.tables import REPORT
from finder.storage.unit import from_us, to_us

_ALLIED_WITHIN = 3 * LATELY
_FARTHEST = timedelta(hours=800 / FASTEST_KMH)  # to the other end of the province


def read(row: Any) -> BayReport:
    """A report from its row."""
    return BayReport(
        row.id,
        row.person,
        row.station,
        row.station_name,
        row.evse,
        Says(row.says),
        BayReportKind(row.kind),
        BayReportState(row.state),
        Reason(row.reason),
        from_us(row.seen_at),
        from_us(row.received_at),
        None if row.until is None else from_us(row.until),
    )


async def records_of(connection: AsyncConnection, people: Collection[str], now: datetime) -> dict[str, Record]:
    """What stands behind each of these people's word."""
    those = sorted(set(people))
    paid = (ORDER.c.capture == Capture.CAPTURED.value, ORDER.c.captured > 0)
    who = sa.select(ORDER.c.person).where(ORDER.c.person.in_(those), *paid).distinct()
    charged = set((await connection.execute(who)).scalars())
    out, wrong = REPORT.c.found == Found.BORNE_OUT.value, REPORT.c.found == Found.REFUTED.value
    unproven = sa.and_(REPORT.c.moved, REPORT.c.found.is_(None), REPORT.c.received_at > to_us(now - LATELY))
    sums = (
        sa.select(
            REPORT.c.person,
            sa.func.count(sa.case((out, 1))).label("borne_out"),
            sa.func.count(sa.case((wrong, 1))).label("refuted"),
            sa.func.count(sa.case((unproven, 1))).label("unproven"),
            sa.func.min(sa.case((out, REPORT.c.found_at))).label("first"),
            sa.func.max(sa.case((wrong, REPORT.c.found_at))).label("last"),
        )
        .where(REPORT.c.person.in_(those))
        .group_by(REPORT.c.person)
    )
    told = {row.person: row for row in await connection.execute(sums)}
    return {person: _record(told.get(person), charged=person in charged) for person in those}


def _record(row: Any, *, charged: bool) -> Record:
    if row is None:
        return Record(charged)
    first, last = (None if us is None else from_us(us) for us in (row.first, row.last))
    return Record(charged, row.borne_out, row.refuted, row.unproven, first, last)


async def voices_of(connection: AsyncConnection, rows: Sequence[Any], now: datetime) -> list[Voice]:
    """Who says so, each with its standing; those of weight with what tells them from each other."""
    records = await records_of(connection, [row.person for row in rows], now)
    weights = {person: standing(record, now) for person, record in records.items()}
    marks = await _marks(connection, sorted(person for person, weight in weights.items() if weight in WEIGHTY))
    voices = []
    for row in rows:
        own = marks.get(row.person, frozenset()) | ({bytes(row.network)} if row.network is not None else set())
        voices.append(Voice(row.id, row.person, from_us(row.seen_at), weights[row.person], own))
    return voices


async def _marks(connection: AsyncConnection, people: Sequence[str]) -> dict[str, frozenset[bytes]]:
    """Keyed hashes of each one's purses and cars."""
    if not people:
        return {}
    purses = sa.select(AGREEMENT.c.person, AGREEMENT.c.payer_lookup).where(AGREEMENT.c.person.in_(people))
    plates = sa.select(VEHICLE.c.person, VEHICLE.c.plate_lookup).where(VEHICLE.c.person.in_(people))
    found: dict[str, frozenset[bytes]] = {}
    for person, mark in await connection.execute(purses.union(plates)):
        found[person] = found.get(person, frozenset()) | {bytes(mark)}
    return found


async def allied(connection: AsyncConnection, people: Collection[str], now: datetime) -> set[frozenset[str]]:
    """Those pairs of these people that have moved bays together, again and again, and nothing bore them out."""
    if len(people) < 2:
        return set()
    one, other = REPORT.alias(), REPORT.alias()
    since = to_us(now - _ALLIED_WITHIN)
    question = (
        sa.select(one.c.person.label("one"), other.c.person.label("other"))
        .join(other, sa.and_(one.c.block == other.c.block, one.c.person < other.c.person))
        .where(one.c.person.in_(people), other.c.person.in_(people), one.c.moved, other.c.moved)
        .where(one.c.received_at > since, sa.func.coalesce(one.c.found, "") != Found.BORNE_OUT.value)
        .group_by(one.c.person, other.c.person)
        .having(sa.func.count() >= ALLIED_AFTER)
    )
    return {frozenset({row.one, row.other}) for row in await connection.execute(question)}


async def open_at(connection: AsyncConnection, evse: str, says: Says = Says.BLOCKED) -> Sequence[Any]:
    """The reports of a bay that are not over, the oldest first."""
    mine = (REPORT.c.evse == evse, REPORT.c.says == says.value, REPORT.c.state.in_(OPEN))
    return (await connection.execute(sa.select(REPORT).where(*mine).order_by(REPORT.c.id))).all()


async def busy(connection: AsyncConnection, person: str, now: datetime) -> tuple[int, int]:
    """How many reports a person sent within a day, and how many of them wait."""
    today = (REPORT.c.person == person, REPORT.c.received_at > to_us(now - A_DAY))
    waits = sa.case((REPORT.c.state == BayReportState.WAITING.value, 1))
    row = (await connection.execute(sa.select(sa.func.count(), sa.func.count(waits)).where(*today))).one()
    return row[0], row[1]


async def way_of(connection: AsyncConnection, person: str, seen_at: datetime) -> list[tuple[datetime, Point]]:
    """The stations that a person reported at about that time, and when."""
    near = (to_us(seen_at - _FARTHEST), to_us(seen_at + _FARTHEST))
    question = sa.select(REPORT.c.seen_at, REPORT.c.lat, REPORT.c.lon).where(
        REPORT.c.person == person, REPORT.c.seen_at.between(*near)
    )
    return [(from_us(row.seen_at), Point(row.lat, row.lon)) for row in await connection.execute(question)]
