"""Opens a case for a block that is confirmed, in the same unit, and tells city management of it through the outbox."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from joserfc.jwk import ECKey

from finder.cases.city import CityManagement
from finder.cases.message import for_city, told
from finder.cases.model import WAITING, Case, CaseKind, CaseState, Evidence
from finder.cases.rows import add, change, load
from finder.errors import SettingsError
from finder.identity.store import Store
from finder.kernel.geo import Point
from finder.kernel.ids import new_ulid
from finder.reports.model import Confirmed
from finder.reports.sealed import open_plate
from finder.reports.tables import REPORT
from finder.storage.outbox import Letter, Patience
from finder.storage.unit import Unit, Work, from_us, to_us

LETTER = "case"
OPENED = "C00"  # after the case's id: its one letter
DEADLINE = timedelta(hours=2)
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Terms:
    """How long city management has; its key for plates, none where it is told none."""

    deadline: timedelta = DEADLINE
    plate_key: ECKey | None = None


class Opening:
    """Is a Handover."""

    def __init__(self, store: Store, terms: Terms) -> None:
        self._store, self._terms = store, terms

    async def confirmed(self, unit: Unit, block: Confirmed) -> None:
        """See Handover: once for each block."""
        same = sa.select(REPORT).where(REPORT.c.block == block.block).order_by(REPORT.c.seen_at)
        rows = (await unit.connection.execute(same)).all()
        lead, case_id = next(row for row in rows if row.id == block.report), new_ulid(unit.clock)
        case = Case(
            case_id,
            CaseKind.BAY_BLOCKED,
            block.block,
            block.kind,
            block.station_id,
            lead.station_name,
            Point(lead.lat, lead.lon),
            block.evse_id,
            Evidence(block.by, tuple(from_us(row.seen_at) for row in rows), block.photos),
            unit.now,
            unit.now + self._terms.deadline,
            CaseState.OPENED,
            plate=self._plate(case_id, block),
        )
        if await add(unit, case):
            await unit.send(LETTER, f"{case_id}{OPENED}", case_id.encode())

    def _plate(self, case: str, block: Confirmed) -> str | None:
        if block.plate_sealed is None or self._terms.plate_key is None:
            return None
        try:
            return for_city(self._terms.plate_key, case, open_plate(self._store, block.plate_sealed, block.report))
        except SettingsError as closed:  # the block is no less confirmed for it
            log.warning("case_without_plate", case=case, code=closed.code)
            return None


class Sending:
    """Tells city management of a case. Is a Handler of the outbox."""

    # Together a little over two hours: what is told later comes too late.
    patience = Patience(waits_s=(1, 5, 15, 60, 300, 900), attempts=14)

    def __init__(self, work: Work, city: CityManagement) -> None:
        self._work, self._city = work, city

    async def before(self, letter: Letter, unit: Unit) -> bool:
        """See Handler."""
        return (await load(unit.connection, letter.payload.decode())).state in WAITING

    async def call(self, letter: Letter) -> None:
        """See Handler. The body is made from the case, so that no plate lies in the outbox."""
        async with self._work.read() as connection:
            case = await load(connection, letter.payload.decode())
        await self._city.tell(letter.number, told(case))

    async def after(self, letter: Letter, result: Any, unit: Unit) -> None:
        """See Handler. Its answer may have been quicker."""
        case = await load(unit.connection, letter.payload.decode(), lock=True)
        state = CaseState.SENT if case.state is CaseState.OPENED else case.state
        await change(unit, case.id, state=state.value, sent_at=to_us(unit.now), trouble=None)

    async def dead(self, letter: Letter, unit: Unit) -> None:
        """It stays open, for a supervisor to see."""
        await change(unit, letter.payload.decode(), trouble="NOT_TOLD")
