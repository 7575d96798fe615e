"""What of a person is in watches, for its export and its erasure."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.identity.privacy import BesidePeople
from finder.notices.tables import PUSH, WATCH
from finder.storage.unit import from_us

_SHOWN = ("id", "kind", "state", "station", "evse", "language")


class WatchesHeld(BesidePeople):
    """Is a Holding. Everything goes with the person; a letter in the outbox names only ids that are then nobody's."""

    name = "watches"

    async def export(self, connection: AsyncConnection, person: str) -> Sequence[dict[str, Any]]:
        """Every watch, the oldest first; then where one's phones are told, without what lets others do so."""
        own = sa.select(WATCH).where(WATCH.c.person == person).order_by(WATCH.c.id)
        told: list[dict[str, Any]] = []
        for row in (await connection.execute(own)).all():
            times = {"since": row.since, "until": row.until, "toldAt": row.told_at}
            told.append(
                {
                    **{name: getattr(row, name) for name in _SHOWN},
                    **{name: None if us is None else from_us(us) for name, us in times.items()},
                }
            )
        phones = sa.select(PUSH).where(PUSH.c.person == person).order_by(PUSH.c.id)
        for row in (await connection.execute(phones)).all():
            endpoint = self._store.open(row.endpoint, PUSH.c.endpoint, row.id)
            told.append({"push": urlsplit(endpoint).hostname, "session": row.session, "since": from_us(row.seen_at)})
        return told

    async def let_go(self, connection: AsyncConnection, person: str) -> None:
        """Nothing keeps a person."""
