"""Judges what is said of a bay, in the unit that locks it: confirms, prolongs, clears, and remembers who was right."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from finder.kernel.ids import new_ulid
from finder.live.model import Reading
from finder.reports.model import (
    OPEN,
    BayReportKind,
    BayReportState,
    By,
    Confirmed,
    Found,
    Reason,
    Says,
)
from finder.reports.ports import Handover
from finder.reports.rows import allied, open_at, voices_of
from finder.reports.rules import (
    CONTRADICTED_WITHIN,
    REFUTED_WITHIN,
    WEIGHTY,
    charged_since,
    deciding,
    enough,
    holds_until,
    sensed,
)
from finder.reports.tables import BAY, BLOCK, REPORT
from finder.stations.model import EvseId
from finder.storage.unit import Unit, from_us, to_us


@dataclass(frozen=True, slots=True)
class Shown:
    """What the board has to be told of a bay: a block, or that whatever began by `cleared_at` is over."""

    evse_id: EvseId
    since: datetime | None = None
    until: datetime | None = None
    by: frozenset[str] = frozenset()
    cleared_at: datetime | None = None


async def lock(unit: Unit, evse: EvseId) -> int:
    """Waits until nobody else judges this bay; when its operator was last told, in microseconds."""
    fresh = unit.insert(BAY).values(evse=evse, turns=0, told_at=0)
    turn = fresh.on_conflict_do_update(index_elements=["evse"], set_={"turns": BAY.c.turns + 1})
    return int((await unit.connection.execute(turn.returning(BAY.c.told_at))).scalar_one())


async def block_at(unit: Unit, evse: EvseId) -> Any:
    """The block of a bay that holds now; None where there is none."""
    holds = (BLOCK.c.evse == evse, BLOCK.c.state == BayReportState.CONFIRMED.value, BLOCK.c.until >= to_us(unit.now))
    return (await unit.connection.execute(sa.select(BLOCK).where(*holds))).first()


def bears_out(block: Any) -> frozenset[By]:
    """On what a block's row rests."""
    return frozenset(By(word) for word in block.by.split(","))


async def judge(unit: Unit, evse: EvseId, reading: Reading, handover: Handover) -> Shown | None:
    """Whether what is said of a bay is enough by now; what the board has to be told, if anything."""
    rows, block = await open_at(unit.connection, evse), await block_at(unit, evse)
    if block is not None and charged_since(reading, from_us(block.since)):
        await _charged(unit, [row for row in rows if row.block == block.id], reading)
        await end_block(unit, block.id, BayReportState.CLEARED, Reason.CHARGES)
        return Shown(evse, cleared_at=from_us(block.since))
    await _charged(unit, [row for row in rows if charged_since(reading, from_us(row.seen_at))], reading)
    rows = [row for row in rows if not charged_since(reading, from_us(row.seen_at))]
    if not rows:
        return None
    voices = await voices_of(unit.connection, rows, unit.now)
    weighty = {voice.person for voice in voices if voice.standing in WEIGHTY}
    friends = await allied(unit.connection, weighty, unit.now)
    by = enough(voices, sensor=sensed(reading), allied=friends)
    if block is not None:
        return await _prolong(unit, block, rows, {v.report for v in voices if v.standing in WEIGHTY}, by)
    if not by:
        return None
    return await _confirm(unit, rows, by, deciding(voices, by, friends), handover)


async def _confirm(
    unit: Unit, rows: Sequence[Any], by: frozenset[By], moved: Collection[str], handover: Handover
) -> Shown:
    said = [row for row in rows if row.id in moved]
    first = min(said, key=lambda row: row.seen_at)
    lead = next((row for row in said if row.plate is not None), said[0])
    kind = BayReportKind(lead.kind)
    since = from_us(first.seen_at)
    until = holds_until(kind, since, from_us(max(row.seen_at for row in said)))
    block = new_ulid(unit.clock)
    words = ",".join(sorted(by))
    await unit.connection.execute(
        sa.insert(BLOCK).values(
            id=block,
            evse=lead.evse,
            station=lead.station,
            kind=kind.value,
            state=BayReportState.CONFIRMED.value,
            since=to_us(since),
            until=to_us(until),
            by=words,
            report=lead.id,
            made_at=to_us(unit.now),
        )
    )
    agreed = {"state": BayReportState.CONFIRMED.value, "reason": Reason.CONFIRMED.value, "until": to_us(until)}
    await _change(unit, [row.id for row in rows], block=block, **agreed)
    await _change(unit, moved, moved=True)
    if By.SENSOR in by:
        await find(unit, moved, Found.BORNE_OUT)
    await _contradict(unit, lead.evse)
    photos = tuple(dict.fromkeys(row.photo for row in said if row.photo is not None))
    plate = None if lead.plate is None else bytes(lead.plate)
    handed = Confirmed(block, lead.id, lead.station, lead.evse, kind, since, until, by, photos, plate)
    await handover.confirmed(unit, handed)
    return Shown(lead.evse, since, until, by)


async def _prolong(
    unit: Unit, block: Any, rows: Sequence[Any], weighty: Collection[str], by: frozenset[By]
) -> Shown | None:
    """A bay that is blocked already: further voices agree, and those of weight say for how much longer."""
    late = [row for row in rows if row.block != block.id]
    since, until = from_us(block.since), from_us(block.until)
    counted = [row for row in late if row.id in weighty]
    if counted:
        seen = from_us(max(row.seen_at for row in counted))
        until = max(until, holds_until(BayReportKind(block.kind), since, seen))
    before = bears_out(block)
    words = before | by
    if late:
        agreed = {"state": BayReportState.CONFIRMED.value, "reason": Reason.CONFIRMED.value, "until": to_us(until)}
        await _change(unit, [row.id for row in late], block=block.id, **agreed)
    if By.SENSOR in words - before:
        await find(unit, [row.id for row in rows if row.moved], Found.BORNE_OUT)
    if (until, words) == (from_us(block.until), before):
        return None
    longer = {"until": to_us(until), "by": ",".join(sorted(words))}
    await unit.connection.execute(sa.update(BLOCK).where(BLOCK.c.id == block.id).values(**longer))
    own = sa.update(REPORT).where(REPORT.c.block == block.id, REPORT.c.state == BayReportState.CONFIRMED.value)
    await unit.connection.execute(own.values(until=to_us(until)))
    return Shown(block.evse, since, until, words)


async def _charged(unit: Unit, rows: Sequence[Any], reading: Reading) -> None:
    """A car charges where these saw none: it is clear again, or it never was otherwise."""
    over = {"state": BayReportState.CLEARED.value, "reason": Reason.CHARGES.value, "until": None}
    await _change(unit, [row.id for row in rows], **over)
    at = reading.told_at or unit.now
    wrong = [row.id for row in rows if at - from_us(row.seen_at) <= REFUTED_WITHIN]
    await find(unit, wrong, Found.REFUTED)


async def _contradict(unit: Unit, evse: EvseId) -> None:
    """Whoever said lately that this bay was clear was wrong."""
    said = sa.select(REPORT.c.id).where(
        REPORT.c.evse == evse,
        REPORT.c.says == Says.CLEAR.value,
        REPORT.c.moved,
        REPORT.c.received_at > to_us(unit.now - CONTRADICTED_WITHIN),
    )
    await find(unit, list((await unit.connection.execute(said)).scalars()), Found.REFUTED)


async def end_block(unit: Unit, block: str, state: BayReportState, reason: Reason) -> None:
    """A block is over, and with it the reports that made it."""
    held = (BLOCK.c.id == block, BLOCK.c.state == BayReportState.CONFIRMED.value)
    ended = {"state": state.value, "ended_at": to_us(unit.now), "ended_by": reason.value}
    await unit.connection.execute(sa.update(BLOCK).where(*held).values(**ended))
    own = (REPORT.c.block == block, REPORT.c.state == BayReportState.CONFIRMED.value)
    await unit.connection.execute(sa.update(REPORT).where(*own).values(state=state.value, reason=reason.value))


async def clear_waiting(unit: Unit, evse: EvseId, seen_at: datetime, person: str | None = None) -> int:
    """Ends what waits at a bay and was seen by then, of one person or of all; how many."""
    own = [
        REPORT.c.evse == evse,
        REPORT.c.says == Says.BLOCKED.value,
        REPORT.c.state == BayReportState.WAITING.value,
        REPORT.c.seen_at <= to_us(seen_at),
        *([] if person is None else [REPORT.c.person == person]),
    ]
    ended = (
        sa.update(REPORT)
        .where(*own)
        .values(state=BayReportState.CLEARED.value, reason=Reason.CITIZEN.value, until=None)
    )
    return int((await unit.connection.execute(ended)).rowcount)


async def find(unit: Unit, reports: Collection[str], found: Found) -> None:
    """Writes how reports turned out; what was found first stays."""
    if reports:
        own = sa.and_(REPORT.c.id.in_(list(reports)), REPORT.c.found.is_(None))
        await unit.connection.execute(sa.update(REPORT).where(own).values(found=found.value, found_at=to_us(unit.now)))


async def _change(unit: Unit, reports: Collection[str], **values: Any) -> None:
    if reports:
        own = sa.and_(REPORT.c.id.in_(list(reports)), REPORT.c.state.in_(OPEN))
        await unit.connection.execute(sa.update(REPORT).where(own).values(**values))
