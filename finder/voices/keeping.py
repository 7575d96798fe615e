"""Keeps voices in step: what is shown, whose time has run out, and what is no longer kept."""

import asyncio
import time
from datetime import timedelta

import sqlalchemy as sa
import structlog

from finder.kernel.turns import carried_on
from finder.storage.unit import to_us
from finder.voices.complaint import OVER
from finder.voices.complaint_rows import WORDS
from finder.voices.complaints import Complaints
from finder.voices.summaries import Shown
from finder.voices.tables import COMPLAINT, VOICE
from finder.voices.weighing import LASTS

LOOKS_EVERY_S = 2.0
EVERY_S = 60.0
MAKES_EVERY_S = 600.0
TIDY_EVERY_S = 3_600.0
KEPT = timedelta(days=400)  # a voice without its note
WORDS_KEPT = timedelta(days=365)  # of a complaint, after its end
log = structlog.get_logger(__name__)


class Keeping:
    """One process's share; several may keep the same voices."""

    def __init__(self, shown: Shown, complaints: Complaints) -> None:
        self._shown, self._complaints = shown, complaints

    async def run(self) -> None:
        """Steps until it is cancelled."""
        stepped = tidied = made = float("-inf")
        while True:
            now = time.monotonic()
            with carried_on(log, "voices"):
                if now - made >= MAKES_EVERY_S:
                    await self.fill()
                    made = now
                if now - stepped >= EVERY_S or self._shown.stale:
                    await self.step()
                    stepped = now
                if now - tidied >= TIDY_EVERY_S:
                    await self.tidy()
                    tidied = now
            await asyncio.sleep(LOOKS_EVERY_S)

    async def fill(self) -> None:
        """Makes every summary, as after a restart; voices grow old and people are erased. Raises StoreUnavailable."""
        await self._complaints.ready()
        await self._shown.refresh()

    async def step(self) -> None:
        """Hears what was said since, and moves complaints whose time has run out. Raises StoreUnavailable."""
        await self._shown.look()
        await self._complaints.sweep()

    async def tidy(self) -> None:
        """Forgets notes with the voices' weight, and words a year after their complaint. Raises StoreUnavailable."""
        now = self._complaints.work.clock()
        await self._complaints.ready()
        silent = sa.or_(*(COMPLAINT.c[name].is_not(None) for name in WORDS))
        over = COMPLAINT.c.state.in_([state.value for state in OVER])
        async with self._complaints.work.begin() as unit:
            noted = (VOICE.c.note.is_not(None), VOICE.c.at < to_us(now - LASTS))
            await unit.connection.execute(sa.update(VOICE).where(*noted).values(note=None))
            await unit.connection.execute(sa.delete(VOICE).where(VOICE.c.at < to_us(now - KEPT)))
            past = (over, COMPLAINT.c.ended_at < to_us(now - WORDS_KEPT), silent)
            await unit.connection.execute(sa.update(COMPLAINT).where(*past).values(dict.fromkeys(WORDS)))
