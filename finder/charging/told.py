"""What a person's phone is told of its cars: rows that it reads at its next look."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.charging.plug_tables import NOTICE
from finder.identity.roles import Caller
from finder.identity.store import Store
from finder.kernel.clock import Clock
from finder.kernel.ids import new_ulid
from finder.storage.unit import from_us, to_us

MOST = 50  # shown at once


class NoticeKind(StrEnum):
    """What is told."""

    PLUG_STARTED = "PLUG_STARTED"  # a car of one's own was plugged in, and charges
    BINDING_PROVEN = "BINDING_PROVEN"
    BINDING_SUSPENDED = "BINDING_SUSPENDED"
    VEHICLE_LOST = "VEHICLE_LOST"  # a person decided that it is another's
    VEHICLE_FREE = "VEHICLE_FREE"  # a person decided that it may be added now
    CLAIM_REFUSED = "CLAIM_REFUSED"


@dataclass(frozen=True, slots=True)
class Told:
    """A notice."""

    id: str
    person: str
    kind: NoticeKind
    order: str | None
    vehicle: str | None
    at: datetime
    read_at: datetime | None


async def tell(
    connection: AsyncConnection,
    clock: Clock,
    person: str,
    kind: NoticeKind,
    *,
    order: str | None = None,
    vehicle: str | None = None,
) -> None:
    """Writes a notice within the caller's transaction."""
    row = {"id": new_ulid(clock), "person": person, "kind": kind.value, "order": order, "vehicle": vehicle}
    await connection.execute(sa.insert(NOTICE).values(**row, at=to_us(clock())))


class Notices:
    """The notices in one database. Every method raises StoreUnavailable."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def of(self, person: str) -> list[Told]:
        """A person's newest, the newest first."""
        question = sa.select(NOTICE).where(NOTICE.c.person == person).order_by(NOTICE.c.id.desc()).limit(MOST)
        async with (await self._store.made()).read() as connection:
            return [_read(row) for row in await connection.execute(question)]

    async def read(self, caller: Caller, up_to: str) -> int:
        """Marks the caller's notices as read, up to this one; how many were not yet."""
        own = sa.and_(NOTICE.c.person == caller.person, NOTICE.c.id <= up_to, NOTICE.c.read_at.is_(None))
        async with (await self._store.made()).write() as connection:
            marked = await connection.execute(sa.update(NOTICE).where(own).values(read_at=to_us(self._clock())))
            return int(marked.rowcount)


def _read(row: Any) -> Told:
    read_at = None if row.read_at is None else from_us(row.read_at)
    return Told(row.id, row.person, NoticeKind(row.kind), row.order, row.vehicle, from_us(row.at), read_at)
