"""The book of what other platforms were told, in SQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
import sqlalchemy as sa

from finder.connectors.sdk.desk import Heard
from finder.connectors.sdk.feed import BILL, Told
from finder.connectors.sdk.sessions import Bill
from finder.federation import desk
from finder.kernel.clock import Clock
from finder.stations.model import SourceId
from finder.storage.database import Database
from finder.storage.rows import from_us, to_us
from finder.storage.tables import Tables

METADATA = sa.MetaData()
TOLD = sa.Table(
    "feed_told",
    METADATA,
    sa.Column("peer", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("mark", sa.Text, nullable=False),
    sa.Column("code", sa.Text),  # why it was refused; null where it was taken
    sa.Column("at", sa.BigInteger, nullable=False),  # microseconds since 1970
)
OWED = sa.Table(
    "feed_owed",
    METADATA,
    sa.Column("peer", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("owed", sa.Integer, nullable=False),
    sa.Column("code", sa.Text),
    sa.Column("since", sa.BigInteger),  # microseconds since 1970; null where nothing is owed
)
_B = desk.BILL
_KEY = _B.c.source + "/" + _B.c.native_id + "/" + sa.cast(_B.c.variant, sa.Text)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a peer stands with one kind: told and taken, refused for itself, still owed and since when and why."""

    peer: str
    kind: str
    sent: int
    refused: int
    owed: int
    since: datetime | None
    code: str | None
    last_at: datetime | None


class SqlFeedBook:
    """FeedBook on SQLite or PostgreSQL."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._tables, self._clock = Tables(database, METADATA), clock
        self._desk = Tables(database, desk.METADATA)

    async def told(self, peer: str, kind: str) -> Mapping[str, str]:
        """See FeedBook."""
        database = await self._tables.made()
        question = sa.select(TOLD.c.key, TOLD.c.mark).where(TOLD.c.peer == peer, TOLD.c.kind == kind)
        async with database.read() as connection:
            return {row.key: row.mark for row in await connection.execute(question)}

    async def note(self, peer: str, kind: str, told: Sequence[Told]) -> None:
        """See FeedBook."""
        if not told:
            return
        database, at = await self._tables.made(), to_us(self._clock())
        rows = [
            {"peer": peer, "kind": kind, "key": each.key, "mark": each.mark, "code": each.code, "at": at}
            for each in told
        ]
        put = self._tables.insert(TOLD)
        newer = {name: put.excluded[name] for name in ("mark", "code", "at")}
        async with database.write() as connection:
            await connection.execute(
                put.on_conflict_do_update(index_elements=["peer", "kind", "key"], set_=newer), rows
            )

    async def owes(self, peer: str, kind: str, count: int, code: str | None) -> None:
        """See FeedBook. Since when is kept for as long as anything is owed."""
        database, now = await self._tables.made(), to_us(self._clock()) if count else None
        put = self._tables.insert(OWED).values(peer=peer, kind=kind, owed=count, code=code, since=now)
        since = sa.case((put.excluded.owed == 0, None), else_=sa.func.coalesce(OWED.c.since, put.excluded.since))
        changed = {"owed": put.excluded.owed, "code": put.excluded.code, "since": since}
        async with database.write() as connection:
            await connection.execute(put.on_conflict_do_update(index_elements=["peer", "kind"], set_=changed))

    async def bills(self, peer: str, sources: Sequence[SourceId], most: int) -> Sequence[tuple[str, Bill]]:
        """See FeedBook. A bill that is disputed is not passed on."""
        await self._desk.made()
        database = await self._tables.made()
        question = (
            sa.select(_KEY.label("key"), _B.c.body)
            .where(*_not_told(peer, sources))
            .order_by(_B.c.heard_at, _B.c.source, _B.c.native_id, _B.c.variant)
            .limit(most)
        )
        async with database.read() as connection:
            rows = (await connection.execute(question)).all()
        return [(row.key, msgspec.json.decode(row.body, type=Bill)) for row in rows]

    async def bills_owed(self, peer: str, sources: Sequence[SourceId]) -> int:
        """See FeedBook."""
        await self._desk.made()
        database = await self._tables.made()
        question = sa.select(sa.func.count()).select_from(_B).where(*_not_told(peer, sources))
        async with database.read() as connection:
            return int((await connection.execute(question)).scalar_one())

    async def standings(self) -> list[Standing]:
        """Every peer and kind that anything was told of or is owed, by name."""
        database = await self._tables.made()
        refused = sa.func.count(TOLD.c.code)
        told = sa.select(
            TOLD.c.peer, TOLD.c.kind, sa.func.count().label("all"), refused.label("refused"), sa.func.max(TOLD.c.at)
        ).group_by(TOLD.c.peer, TOLD.c.kind)
        async with database.read() as connection:
            counted = {(row[0], row[1]): row for row in await connection.execute(told)}
            owed = {(row.peer, row.kind): row for row in await connection.execute(sa.select(OWED))}
        found = []
        for peer, kind in sorted(counted.keys() | owed.keys()):
            there, waits = counted.get((peer, kind)), owed.get((peer, kind))
            every, bad, last = (there[2], there[3], from_us(there[4])) if there else (0, 0, None)
            since = from_us(waits.since) if waits and waits.since is not None else None
            code = waits.code if waits else None
            found.append(Standing(peer, kind, every - bad, bad, waits.owed if waits else 0, since, code, last))
        return found

    async def refused(self, peer: str, most: int = 100) -> list[tuple[str, str, str, datetime]]:
        """The latest that the peer refused for itself: kind, key, code and when."""
        database = await self._tables.made()
        question = (
            sa.select(TOLD.c.kind, TOLD.c.key, TOLD.c.code, TOLD.c.at)
            .where(TOLD.c.peer == peer, TOLD.c.code.is_not(None))
            .order_by(TOLD.c.at.desc(), TOLD.c.kind, TOLD.c.key)
            .limit(most)
        )
        async with database.read() as connection:
            return [(row.kind, row.key, row.code, from_us(row.at)) for row in await connection.execute(question)]


def _not_told(peer: str, sources: Sequence[SourceId]) -> tuple[sa.ColumnElement[bool], ...]:
    known = sa.exists().where(TOLD.c.peer == peer, TOLD.c.kind == BILL, TOLD.c.key == _KEY)
    return _B.c.source.in_(sources), _B.c.heard == Heard.ACCEPTED.value, ~known
