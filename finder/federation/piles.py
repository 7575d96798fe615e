"""The register of piles that join directly, in SQL: shared by every process, and there after a restart."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.connectors.sdk.piles import PAGE, Kept, Pile, PileId, PilePage
from finder.errors import BadInput
from finder.kernel.clock import Clock
from finder.stations.model import SourceId
from finder.storage.database import Database
from finder.storage.tables import Tables

METADATA = sa.MetaData()
PILE = sa.Table(
    "pile",
    METADATA,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("pile_id", sa.Text, primary_key=True),
    sa.Column("changed_at", sa.BigInteger, nullable=False),  # microseconds since 1970
    sa.Column("gone", sa.Boolean, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),  # empty where it is gone
    sa.Column("password", sa.Text),
    sa.Column("holder", sa.Text),
    sa.Index("pile_changed", "source", "changed_at"),
)
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_MICROSECOND = timedelta(microseconds=1)
log = structlog.get_logger(__name__)


def _us(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


class SqlPiles:
    """PileRegister on SQLite or PostgreSQL. Of a pile that was removed only its id stays."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._tables = Tables(database, METADATA)
        self._clock = clock

    async def put(self, source: SourceId, pile: Pile) -> None:
        """See PileRegister."""
        database = await self._tables.made()
        async with database.write() as connection:
            known, now = await self._locked(connection, source, pile.id), self._clock()
            if known is not None and known.pile == pile:
                return
            kept = known.changed(pile, now) if known else Kept(pile=pile, changed_at=now)
            row = {"changed_at": _us(now), "gone": False, "body": msgspec.json.encode(kept)}
            put = self._tables.insert(PILE).values(source=source, pile_id=pile.id, **row)
            await connection.execute(put.on_conflict_do_update(index_elements=["source", "pile_id"], set_=row))

    async def remove(self, source: SourceId, pile_id: PileId) -> bool:
        """See PileRegister."""
        database = await self._tables.made()
        async with database.write() as connection:
            if await self._locked(connection, source, pile_id) is None:
                return False
            row = {"changed_at": _us(self._clock()), "gone": True, "body": b"", "password": None, "holder": None}
            await connection.execute(sa.update(PILE).where(_own(source, pile_id)).values(**row))
            return True

    async def get(self, source: SourceId, pile_id: PileId) -> Kept | None:
        """See PileRegister."""
        database = await self._tables.made()
        question = sa.select(PILE.c.body).where(_own(source, pile_id), sa.not_(PILE.c.gone))
        async with database.read() as connection:
            body = (await connection.execute(question)).scalar()
        return None if body is None else _read(body)

    async def changed(self, source: SourceId, since: datetime | None) -> AsyncIterator[PilePage]:
        """See PileRegister. A record that cannot be read any more is logged and left out."""
        database = await self._tables.made()
        after = ""
        while True:
            question = (
                sa.select(PILE.c.pile_id, PILE.c.gone, PILE.c.body)
                .where(PILE.c.source == source, PILE.c.pile_id > after)
                .order_by(PILE.c.pile_id)
                .limit(PAGE)
            )
            if since is not None:
                question = question.where(PILE.c.changed_at >= _us(since))
            async with database.read() as connection:
                rows = (await connection.execute(question)).all()
            piles = [kept for row in rows if not row.gone and (kept := _read(row.body)) is not None]
            yield PilePage(piles, [row.pile_id for row in rows if row.gone])
            if len(rows) < PAGE:
                return
            after = rows[-1].pile_id

    async def set_password(self, source: SourceId, pile_id: PileId, encoded: str) -> bool:
        """See PileRegister."""
        database = await self._tables.made()
        async with database.write() as connection:
            known, now = await self._locked(connection, source, pile_id), self._clock()
            if known is None:
                return False
            kept = msgspec.structs.replace(known, password_at=now, changed_at=now)
            row = {"changed_at": _us(now), "body": msgspec.json.encode(kept), "password": encoded}
            await connection.execute(sa.update(PILE).where(_own(source, pile_id)).values(**row))
            return True

    async def password(self, source: SourceId, pile_id: PileId) -> str | None:
        """See PileRegister."""
        database = await self._tables.made()
        async with database.read() as connection:
            question = sa.select(PILE.c.password).where(_own(source, pile_id), sa.not_(PILE.c.gone))
            return (await connection.execute(question)).scalar()

    async def hold(self, source: SourceId, pile_id: PileId, holder: str) -> None:
        """See PileRegister."""
        database = await self._tables.made()
        async with database.write() as connection:
            await connection.execute(sa.update(PILE).where(_own(source, pile_id)).values(holder=holder))

    async def release(self, source: SourceId, pile_id: PileId, holder: str) -> None:
        """See PileRegister."""
        database = await self._tables.made()
        async with database.write() as connection:
            mine = sa.and_(_own(source, pile_id), PILE.c.holder == holder)
            await connection.execute(sa.update(PILE).where(mine).values(holder=None))

    async def holders(self, source: SourceId, pile_ids: Sequence[PileId]) -> Mapping[PileId, str]:
        """See PileRegister."""
        database = await self._tables.made()
        found: dict[PileId, str] = {}
        async with database.read() as connection:
            for start in range(0, len(pile_ids), PAGE):
                question = sa.select(PILE.c.pile_id, PILE.c.holder).where(
                    PILE.c.source == source,
                    PILE.c.pile_id.in_(pile_ids[start : start + PAGE]),
                    PILE.c.holder.is_not(None),
                )
                found.update({row.pile_id: row.holder for row in await connection.execute(question)})
        return found

    async def _locked(self, connection: AsyncConnection, source: SourceId, pile_id: PileId) -> Kept | None:
        question = sa.select(PILE.c.body).where(_own(source, pile_id), sa.not_(PILE.c.gone)).with_for_update()
        body = (await connection.execute(question)).scalar()
        return None if body is None else _read(body)


def _own(source: SourceId, pile_id: PileId) -> sa.ColumnElement[bool]:
    return sa.and_(PILE.c.source == source, PILE.c.pile_id == pile_id)


def _read(body: bytes) -> Kept | None:
    try:
        return msgspec.json.decode(body, type=Kept)
    except (msgspec.MsgspecError, BadInput):
        log.warning("pile_unreadable")
        return None
