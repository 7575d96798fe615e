"""Which pushes were seen, in SQL: shared by every process that receives them, and there after a restart."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from finder.connectors.sdk.replays import Seen
from finder.kernel.clock import Clock
from finder.storage.database import Database
from finder.storage.tables import Tables

METADATA = sa.MetaData()
REPLAY = sa.Table(
    "push_seen",
    METADATA,
    sa.Column("operator_id", sa.Text, primary_key=True),
    sa.Column("endpoint", sa.Text, primary_key=True),
    sa.Column("timestamp", sa.Text, primary_key=True),
    sa.Column("seq", sa.Text, primary_key=True),
    sa.Column("sig", sa.Text, primary_key=True),
    sa.Column("until", sa.BigInteger, nullable=False),  # seconds since 1970
    sa.Index("push_seen_until", "until"),
)
_SWEEP_EVERY = timedelta(minutes=1)


class SqlReplays:
    """ReplayTable on SQLite or PostgreSQL."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._tables = Tables(database, METADATA)
        self._clock = clock
        self._swept_at: datetime | None = None

    async def first_time(self, seen: Seen, until: datetime) -> bool:
        """Whether it was not there before; it is kept until then. Raises StoreUnavailable."""
        database, now = await self._tables.made(), self._clock()
        row = {
            "operator_id": seen.operator_id,
            "endpoint": seen.endpoint,
            "timestamp": seen.timestamp,
            "seq": seen.seq,
            "sig": seen.sig,
            "until": int(until.timestamp()) + 1,
        }
        async with database.write() as connection:
            if self._swept_at is None or now - self._swept_at >= _SWEEP_EVERY:
                self._swept_at = now
                await connection.execute(sa.delete(REPLAY).where(REPLAY.c.until < int(now.timestamp())))
            put = self._tables.insert(REPLAY).values(**row).on_conflict_do_nothing()
            return bool((await connection.execute(put)).rowcount)
