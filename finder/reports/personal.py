"""What of a person is in reports, for its export and its erasure."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.identity.privacy import BesidePeople
from finder.reports.sealed import open_plate
from finder.reports.tables import PHOTO, REPORT
from finder.storage.unit import from_us, to_us

_SHOWN = ("id", "says", "kind", "station", "evse", "state", "reason", "photo")


class ReportsHeld(BesidePeople):
    """Is a Holding. Reports go with the person; a block that they made stays for its hour, and says nobody's name."""

    name = "reports"

    async def export(self, connection: AsyncConnection, person: str) -> Sequence[dict[str, Any]]:
        """Every report with the plate that it named, the oldest first; and pictures that are in none."""
        told: list[dict[str, Any]] = []
        own = sa.select(REPORT).where(REPORT.c.person == person).order_by(REPORT.c.id)
        for row in (await connection.execute(own)).all():
            plate = None if row.plate is None else open_plate(self._store, bytes(row.plate), row.id)
            times = {"seenAt": from_us(row.seen_at), "receivedAt": from_us(row.received_at)}
            told.append({**{name: getattr(row, name) for name in _SHOWN}, "plate": plate, **times})
        loose = sa.select(PHOTO).where(PHOTO.c.person == person, PHOTO.c.subject.is_(None))
        rows = (await connection.execute(loose)).all()
        return [*told, *({"photo": row.name, "takenAt": from_us(row.taken_at)} for row in rows)]

    async def let_go(self, connection: AsyncConnection, person: str) -> None:
        """Lets its pictures be removed, and forgets whose they were; a case that is open keeps its own until then."""
        now = to_us(self._work.clock())
        own, held = PHOTO.c.person == person, PHOTO.c.subject.is_not(None)
        await connection.execute(sa.update(PHOTO).where(own, ~held).values(gone_at=now, person=None))
        alone = sa.select(REPORT.c.id).where(REPORT.c.person == person, REPORT.c.block.is_(None))
        of_no_case = PHOTO.c.subject.in_(alone)
        await connection.execute(sa.update(PHOTO).where(own, of_no_case).values(gone_at=now))
        await connection.execute(sa.update(PHOTO).where(own).values(person=None))
