"""Keeps board and reports in step: what ends, what a sensor or a charging car says, and what is done with."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog

from finder.kernel.turns import carried_on
from finder.live.model import Reading, Status
from finder.reports.bays import BayReports
from finder.reports.judging import Shown, bears_out, block_at, end_block, find, judge, lock
from finder.reports.model import OPEN, BayReportState, By, Found, Reason, Says
from finder.reports.photo_book import PhotoBook, drop_photos
from finder.reports.rules import charged_since, sensed
from finder.reports.tables import BLOCK, PHOTO, REPORT
from finder.stations.model import EvseId
from finder.storage.unit import Unit, from_us, to_us

EVERY_S = 5.0
PLATES_KEPT = timedelta(days=60)  # where nobody says that the case is over
KEPT = timedelta(days=400)  # a report, and with it a record
_TIDY_EVERY = 60  # steps
log = structlog.get_logger(__name__)


class Keeping:
    """One process's share; several may keep the same reports."""

    def __init__(self, bays: BayReports, photos: PhotoBook | None) -> None:
        self._bays, self._photos, self._steps = bays, photos, 0

    async def fill(self) -> None:
        """Puts what holds on the board, as after a restart. Raises StoreUnavailable."""
        await self._bays.ready()
        await self._show_all()
        await self._hear_all()

    async def run(self) -> None:
        """Steps until it is cancelled."""
        while True:
            with carried_on(log, "reports"):
                await (self.fill() if self._steps == 0 else self.step())
                self._steps += 1
                if self._steps % _TIDY_EVERY == 1:
                    await self.tidy()
            await asyncio.sleep(EVERY_S)

    async def step(self) -> None:
        """Ends what is over, asks the board of the rest, and shows what another process confirmed."""
        await self._expire()
        await self._ask_board()
        await self._show_all()
        await self._hear_all()

    async def _expire(self) -> None:
        over = {"state": BayReportState.EXPIRED.value, "reason": Reason.TIME.value}
        async with self._bays.work.begin() as unit:
            past = (BLOCK.c.state == BayReportState.CONFIRMED.value, BLOCK.c.until < to_us(unit.now))
            ended = {"state": BayReportState.EXPIRED.value, "ended_at": to_us(unit.now), "ended_by": Reason.TIME.value}
            await unit.connection.execute(sa.update(BLOCK).where(*past).values(**ended))
            late = (REPORT.c.state.in_(OPEN), REPORT.c.until < to_us(unit.now))
            await unit.connection.execute(sa.update(REPORT).where(*late).values(**over))
            # What was never confirmed has no case: its plate and its picture are done with.
            alone = sa.select(REPORT.c.id).where(
                REPORT.c.block.is_(None), REPORT.c.state.not_in(OPEN), REPORT.c.plate.is_not(None)
            )
            await self._forget_plates(unit, list((await unit.connection.execute(alone)).scalars()))

    async def _ask_board(self) -> None:
        """Bays at which the operator's word has changed what is believed."""
        board = self._bays.board
        for evse_id, rows in (await self._open()).items():
            reading = board.read(evse_id)
            block = next((row for row in rows if row.what == "block"), None)
            changed = any(charged_since(reading, from_us(row.seen_at)) for row in rows)
            if block is not None and By.SENSOR in bears_out(block):
                changed = changed or _left(reading)
            elif sensed(reading):
                changed = True
            if changed:
                await self._judge(evse_id, reading)

    async def _judge(self, evse_id: EvseId, reading: Reading) -> None:
        bays = self._bays
        async with bays.work.begin() as unit:
            await lock(unit, evse_id)
            block = await block_at(unit, evse_id)
            if block is not None and By.SENSOR in bears_out(block) and _left(reading):
                await end_block(unit, block.id, BayReportState.CLEARED, Reason.SENSOR)
                shown: Shown | None = Shown(evse_id, cleared_at=unit.now)
            else:
                shown = await judge(unit, evse_id, reading, bays.handover)
        if shown is not None:
            await bays.show(shown)

    async def _open(self) -> dict[EvseId, list[Any]]:
        blocks = sa.select(
            sa.literal("block").label("what"), BLOCK.c.evse, BLOCK.c.since.label("seen_at"), BLOCK.c.by
        ).where(BLOCK.c.state == BayReportState.CONFIRMED.value)
        waiting = sa.select(sa.literal("report"), REPORT.c.evse, REPORT.c.seen_at, sa.literal("")).where(
            REPORT.c.state == BayReportState.WAITING.value, REPORT.c.says == Says.BLOCKED.value
        )
        found: defaultdict[EvseId, list[Any]] = defaultdict(list)
        async with self._bays.work.read() as connection:
            for row in await connection.execute(sa.union_all(blocks, waiting)):
                found[row.evse].append(row)
        return found

    async def _show_all(self) -> None:
        bays = self._bays
        now = to_us(bays.work.clock())
        holds = (BLOCK.c.state == BayReportState.CONFIRMED.value, BLOCK.c.until >= now)
        async with bays.work.read() as connection:
            rows = (await connection.execute(sa.select(BLOCK).where(*holds))).all()
        for row in rows:
            since, until, by = from_us(row.since), from_us(row.until), bears_out(row)
            shown = bays.board.read(row.evse).block
            if shown is None or (shown.since, shown.until, frozenset(shown.by)) != (since, until, by):
                await bays.show(Shown(row.evse, since, until, by))

    async def _hear_all(self) -> None:
        waits = (REPORT.c.state == BayReportState.WAITING.value, REPORT.c.says == Says.BLOCKED.value)
        question = sa.select(REPORT.c.evse, REPORT.c.seen_at, REPORT.c.until, REPORT.c.kind).where(*waits)
        found: defaultdict[EvseId, list[Any]] = defaultdict(list)
        async with self._bays.work.read() as connection:
            for row in await connection.execute(question):
                found[row.evse].append(row)
        for evse_id in {*self._bays.once, *found}:
            self._bays.hear(evse_id, found.get(evse_id, []))

    async def tidy(self) -> None:
        """Forgets what is done with: plates, pictures, and reports of long ago. Raises StoreUnavailable."""
        now = self._bays.work.clock()
        async with self._bays.work.begin() as unit:
            old = sa.select(REPORT.c.id).where(
                REPORT.c.received_at < to_us(now - PLATES_KEPT),
                sa.or_(REPORT.c.plate.is_not(None), REPORT.c.photo.is_not(None)),
            )
            await self._forget_plates(unit, list((await unit.connection.execute(old)).scalars()))
            # Of reports that went with their people, too.
            left = sa.update(PHOTO).where(PHOTO.c.gone_at.is_(None), PHOTO.c.taken_at < to_us(now - PLATES_KEPT))
            await unit.connection.execute(left.values(gone_at=to_us(now), person=None))
            await unit.connection.execute(sa.delete(REPORT).where(REPORT.c.received_at < to_us(now - KEPT)))
            await unit.connection.execute(sa.delete(BLOCK).where(BLOCK.c.made_at < to_us(now - KEPT)))
        if self._photos is not None:
            await self._photos.sweep(now)

    async def _forget_plates(self, unit: Unit, reports: Sequence[str]) -> None:
        for report in reports:
            await forget_evidence(unit, report)


async def forget_evidence(unit: Unit, report: str) -> None:
    """A report's plate and picture are done with."""
    bare = {"plate": None, "plate_lookup": None, "photo": None}
    await unit.connection.execute(sa.update(REPORT).where(REPORT.c.id == report).values(**bare))
    await drop_photos(unit, report)


async def case_closed(
    unit: Unit, block: str, *, found: Found | None, clear: bool, seen_by: datetime | None = None
) -> Shown | None:
    """The case of this block is over, and how it turned out: for every report of it that was seen by then. In the
    case's unit, which holds the bay's lock.

    `clear`: the bay is. What the board has to be told then, where nothing else ended the block before. What was seen
    after `seen_by` is another car: its reports, and their evidence, stand.
    """
    same, held = REPORT.c.block == block, sa.select(BLOCK).where(BLOCK.c.id == block)
    if seen_by is not None:
        same = sa.and_(same, REPORT.c.seen_at <= to_us(seen_by))
    holds = (await unit.connection.execute(held.where(BLOCK.c.state == BayReportState.CONFIRMED.value))).first()
    rows = (await unit.connection.execute(sa.select(REPORT.c.id, REPORT.c.moved).where(same))).all()
    if found is not None:
        await find(unit, [row.id for row in rows if row.moved], found)
    if found is Found.REFUTED:
        wrong = {"state": BayReportState.REFUSED.value, "reason": Reason.CASE.value}
        await unit.connection.execute(sa.update(REPORT).where(same).values(**wrong))
        await end_block(unit, block, BayReportState.REFUSED, Reason.CASE)
    elif clear:
        await end_block(unit, block, BayReportState.CLEARED, Reason.CITY)
    for row in rows:
        await forget_evidence(unit, row.id)
    # What began later at this bay is another car.
    return Shown(holds.evse, cleared_at=from_us(holds.since)) if clear and holds is not None else None


def _left(reading: Reading) -> bool:
    """Whether the sensor that saw a car sees none any more."""
    free = (Status.AVAILABLE, Status.RESERVED, Status.OCCUPIED, Status.CHARGING)
    return reading.last_seen in free and not reading.stale
