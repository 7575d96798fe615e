"""Tells a bay's operator at once what a citizen saw, where its connector has a way to say so."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
import structlog

from finder.connectors.sdk.bays import BayNotice, HearsOfBays
from finder.reports.judging import Shown
from finder.reports.model import BayReportKind
from finder.reports.tables import BAY
from finder.stations.merge import source_of
from finder.stations.model import EvseId, SourceId
from finder.storage.outbox import Letter, Patience
from finder.storage.unit import Unit, to_us

LETTER = "bay-notice"
FIRST, CONFIRMED = "B00", "B01"  # after the report's id: one letter each
log = structlog.get_logger(__name__)


async def tell_operator(
    unit: Unit, report: str, evse_id: EvseId, kind: BayReportKind, seen_at: datetime, shown: Shown | None
) -> None:
    """Puts it into the outbox, within the unit that took the report."""
    until = None if shown is None else shown.until
    notice = BayNotice(f"{report}{FIRST if until is None else CONFIRMED}", evse_id, kind.value, seen_at, until)
    await unit.send(LETTER, notice.number, msgspec.json.encode(notice))
    await unit.connection.execute(sa.update(BAY).where(BAY.c.evse == evse_id).values(told_at=to_us(unit.now)))


class BayNotices:
    """Carries such letters out. Is a Handler of the outbox; an operator that hears of no bays needs none."""

    patience = Patience(attempts=8)

    def __init__(self) -> None:
        self._connector: Callable[[SourceId], object | None] = lambda _: None

    def connect(self, connector: Callable[[SourceId], object | None]) -> None:
        """Tells it where operators are, once they are open."""
        self._connector = connector

    async def before(self, letter: Letter, unit: Unit) -> bool:
        """See Handler."""
        notice = msgspec.json.decode(letter.payload, type=BayNotice)
        return isinstance(self._connector(source_of(notice.evse_id)), HearsOfBays)

    async def call(self, letter: Letter) -> None:
        """See Handler."""
        notice = msgspec.json.decode(letter.payload, type=BayNotice)
        connector = self._connector(source_of(notice.evse_id))
        if isinstance(connector, HearsOfBays):
            await connector.bay_blocked(notice)

    async def after(self, letter: Letter, result: Any, unit: Unit) -> None:
        """Nothing is kept of it."""

    async def dead(self, letter: Letter, unit: Unit) -> None:
        """The operator's own trouble."""
        log.warning("bay_notice_dead", number=letter.number)
