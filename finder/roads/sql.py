"""The road store in SQL: one row for each version, one for what is in use, and one counter of revisions."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.kernel.clock import Clock
from finder.roads.model import Road, RoadId
from finder.roads.store import Kept
from finder.storage.database import Database
from finder.storage.tables import Tables

METADATA = sa.MetaData()
VERSION = sa.Table(
    "road_version",
    METADATA,
    sa.Column("road_id", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
)
CURRENT = sa.Table(
    "road",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("gone", sa.Boolean, nullable=False),
)
COUNTER = sa.Table(
    "road_revision",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("value", sa.BigInteger, nullable=False),
)
_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Road)


def digest_of(road: Road) -> bytes:
    """16 bytes that are the same for two states of a road which differ only in version and time of import."""
    raw = _ENCODER.encode(msgspec.structs.replace(road, version=0, imported_at=None))
    return hashlib.blake2b(raw, digest_size=16).digest()


class SqlRoads:
    """RoadStore on SQLite or PostgreSQL."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self._clock = clock
        self._tables = Tables(database, METADATA)

    async def put(self, roads: Sequence[Road]) -> list[Kept]:
        """See RoadStore. Of a repeated id the last."""
        await self._tables.made()
        now = self._clock()
        async with self.database.write() as connection:
            before = await self._lock(connection)
            kept = [await self._put(connection, road, now) for road in {road.id: road for road in roads}.values()]
            changed = sum(1 for each in kept if each.changed)
            if changed:
                await connection.execute(sa.update(COUNTER).values(value=before + changed))
        return kept

    async def remove(self, road_id: RoadId) -> bool:
        """See RoadStore."""
        await self._tables.made()
        async with self.database.write() as connection:
            before = await self._lock(connection)
            going = sa.update(CURRENT).where(CURRENT.c.id == road_id, sa.not_(CURRENT.c.gone)).values(gone=True)
            gone = (await connection.execute(going)).rowcount > 0
            if gone:
                await connection.execute(sa.update(COUNTER).values(value=before + 1))
        return gone

    async def current(self) -> list[Road]:
        """See RoadStore."""
        await self._tables.made()
        together = sa.and_(VERSION.c.road_id == CURRENT.c.id, VERSION.c.version == CURRENT.c.version)
        question = sa.select(VERSION.c.body).join(CURRENT, together).where(sa.not_(CURRENT.c.gone))
        async with self.database.read() as connection:
            return [
                _DECODER.decode(body) for body in (await connection.execute(question.order_by("road_id"))).scalars()
            ]

    async def versions(self, road_id: RoadId) -> list[Road]:
        """See RoadStore."""
        await self._tables.made()
        question = sa.select(VERSION.c.body).where(VERSION.c.road_id == road_id).order_by(VERSION.c.version)
        async with self.database.read() as connection:
            return [_DECODER.decode(body) for body in (await connection.execute(question)).scalars()]

    async def revision(self) -> int:
        """See RoadStore."""
        await self._tables.made()
        async with self.database.read() as connection:
            return int((await connection.execute(sa.select(COUNTER.c.value))).scalar() or 0)

    async def close(self) -> None:
        """See RoadStore."""
        await self.database.close()

    async def _lock(self, connection: AsyncConnection) -> int:
        # The counter's row is held until the end of the transaction, so that versions follow each other.
        await connection.execute(self._tables.insert(COUNTER).values(id=1, value=0).on_conflict_do_nothing())
        raised = sa.update(COUNTER).values(value=COUNTER.c.value).returning(COUNTER.c.value)
        return int((await connection.execute(raised)).scalar_one())

    async def _put(self, connection: AsyncConnection, road: Road, now: datetime) -> Kept:
        newest = (
            sa.select(VERSION.c.version, VERSION.c.digest, CURRENT.c.gone)
            .join(CURRENT, CURRENT.c.id == VERSION.c.road_id)
            .where(VERSION.c.road_id == road.id)
            .order_by(VERSION.c.version.desc())
            .limit(1)
        )
        known = (await connection.execute(newest)).first()
        digest = digest_of(road)
        if known is not None and known.digest == digest and not known.gone:
            return Kept(road.id, known.version, changed=False)
        version = 1 if known is None else known.version + 1
        body = _ENCODER.encode(msgspec.structs.replace(road, version=version, imported_at=now))
        await connection.execute(sa.insert(VERSION).values(road_id=road.id, version=version, digest=digest, body=body))
        write = self._tables.insert(CURRENT).values(id=road.id, version=version, gone=False)
        newer = {name: write.excluded[name] for name in ("version", "gone")}
        await connection.execute(write.on_conflict_do_update(index_elements=["id"], set_=newer))
        return Kept(road.id, version, changed=True)
