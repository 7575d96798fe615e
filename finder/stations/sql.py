"""The station store in SQL: one row for each feed's station, and one counter of revisions."""

import hashlib
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.errors import BadInput
from finder.stations.model import SourceId, Station, StationId, station_from_json, station_to_json
from finder.stations.store import StationChange, Written
from finder.storage.database import Database
from finder.storage.tables import Tables

log = structlog.get_logger(__name__)

METADATA = sa.MetaData()
RECORD = sa.Table(
    "station_record",
    METADATA,
    sa.Column("station_id", sa.Text, primary_key=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("revision", sa.BigInteger, nullable=False, unique=True),
    sa.Column("gone", sa.Boolean, nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Index("station_record_source", "source", "gone"),
)
COUNTER = sa.Table(
    "station_revision",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("value", sa.BigInteger, nullable=False),
)
_IN_ONE_QUESTION = 1_000  # ids; far below the bound parameters that either database takes
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def digest_of(station: Station) -> bytes:
    """16 bytes that are the same for two states of a station which differ only in `fetched_at`."""
    provenance = tuple(msgspec.structs.replace(p, fetched_at=_NEVER) for p in station.provenance)
    raw = station_to_json(msgspec.structs.replace(station, provenance=provenance))
    return hashlib.blake2b(raw, digest_size=16).digest()


def _chunks(ids: Sequence[StationId]) -> Iterator[Sequence[StationId]]:
    for start in range(0, len(ids), _IN_ONE_QUESTION):
        yield ids[start : start + _IN_ONE_QUESTION]


def _own(source: SourceId, ids: Iterable[StationId]) -> None:
    if not source or "/" in source:
        raise BadInput(
            f"数据源编号 {source!r} 不能为空或含有“/”",
            f"source {source!r} must not be empty or hold a '/'",
            code="SOURCE_ID",
        )
    for station_id in ids:
        if not station_id.startswith(f"{source}/") or len(station_id) == len(source) + 1 or "\0" in station_id:
            raise BadInput(
                f"编号 {station_id!r} 不属于数据源 {source!r}，应以“{source}/”开头",
                f"id {station_id!r} is not of source {source!r}: it must begin with '{source}/'",
                code="STATION_ID",
            )


class SqlStore:
    """StationStore on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._tables = Tables(database, METADATA)

    async def put(self, source: SourceId, stations: Sequence[Station]) -> Written:
        """Writes a feed's stations. Raises BadInput, with nothing written, for an id of another source."""
        batch = {station.id: station for station in stations}  # of a repeated id the last
        _own(source, batch)
        if not batch:
            return Written()
        digests = {station_id: digest_of(station) for station_id, station in batch.items()}
        await self._tables.made()
        async with self.database.write() as connection:
            before = await self._lock(connection)
            known = await self._known(connection, list(batch))
            fresh = [i for i in batch if known.get(i, (b"", True)) != (digests[i], False)]
            rows = [
                {
                    "station_id": station_id,
                    "source": source,
                    "revision": before + n,
                    "gone": False,
                    "digest": digests[station_id],
                    "body": station_to_json(batch[station_id]),
                }
                for n, station_id in enumerate(fresh, start=1)
            ]
            await self._write(connection, rows, before)
        added = sum(1 for i in fresh if i not in known or known[i][1])
        return Written(added=added, changed=len(fresh) - added, unchanged=len(batch) - len(fresh))

    async def remove(self, source: SourceId, ids: Sequence[StationId]) -> Written:
        """Marks stations of a feed as gone; unknown ids and those already gone count as unchanged."""
        wanted = list(dict.fromkeys(ids))
        _own(source, wanted)
        if not wanted:
            return Written()
        await self._tables.made()
        async with self.database.write() as connection:
            before = await self._lock(connection)
            known = await self._known(connection, wanted)
            going = [i for i in wanted if i in known and not known[i][1]]
            rows = [
                {"station_id": i, "source": source, "revision": before + n, "gone": True, "digest": b"", "body": b""}
                for n, i in enumerate(going, start=1)
            ]
            await self._write(connection, rows, before)
        return Written(removed=len(going), unchanged=len(wanted) - len(going))

    async def ids(self, source: SourceId) -> set[StationId]:
        """The ids of a feed that are not gone."""
        await self._tables.made()
        question = sa.select(RECORD.c.station_id).where(RECORD.c.source == source, sa.not_(RECORD.c.gone))
        async with self.database.read() as connection:
            return set((await connection.execute(question)).scalars())

    async def since(self, revision: int, batch: int = 1_000) -> AsyncIterator[Sequence[StationChange]]:
        """What changed after that revision. A record that cannot be read any more is logged and left out."""
        await self._tables.made()
        columns = (RECORD.c.revision, RECORD.c.source, RECORD.c.station_id, RECORD.c.gone, RECORD.c.body)
        while True:
            question = sa.select(*columns).where(RECORD.c.revision > revision).order_by(RECORD.c.revision).limit(batch)
            async with self.database.read() as connection:
                rows = (await connection.execute(question)).all()
            if not rows:
                return
            changes = [change for row in rows if (change := _change(row)) is not None]
            if changes:
                yield changes
            revision = rows[-1].revision

    async def revision(self) -> int:
        """The newest revision; 0 where nothing was ever written."""
        await self._tables.made()
        async with self.database.read() as connection:
            return int((await connection.execute(sa.select(COUNTER.c.value))).scalar() or 0)

    async def ready(self) -> None:
        """Raises StoreUnavailable where the database does not answer."""
        await self.revision()

    async def close(self) -> None:
        """Lets go of connections."""
        await self.database.close()

    async def _lock(self, connection: AsyncConnection) -> int:
        # The counter's row is held until the end of the transaction, so that revisions become visible in their order
        # and nobody who follows them can miss one.
        first = self._tables.insert(COUNTER).values(id=1, value=0).on_conflict_do_nothing()
        await connection.execute(first)
        raised = sa.update(COUNTER).values(value=COUNTER.c.value).returning(COUNTER.c.value)
        return int((await connection.execute(raised)).scalar_one())

    async def _known(
        self, connection: AsyncConnection, ids: Sequence[StationId]
    ) -> dict[StationId, tuple[bytes, bool]]:
        known: dict[StationId, tuple[bytes, bool]] = {}
        for part in _chunks(ids):
            question = sa.select(RECORD.c.station_id, RECORD.c.digest, RECORD.c.gone).where(
                RECORD.c.station_id.in_(part)
            )
            for station_id, digest, gone in await connection.execute(question):
                known[station_id] = (digest, gone)
        return known

    async def _write(self, connection: AsyncConnection, rows: Sequence[dict[str, Any]], before: int) -> None:
        if not rows:
            return
        write = self._tables.insert(RECORD)
        newer = {name: write.excluded[name] for name in ("source", "revision", "gone", "digest", "body")}
        await connection.execute(write.on_conflict_do_update(index_elements=["station_id"], set_=newer), rows)
        await connection.execute(sa.update(COUNTER).values(value=before + len(rows)))


def _change(row: sa.Row[int, str, str, bool, bytes]) -> StationChange | None:
    revision, source, station_id, gone, body = row
    if gone:
        return StationChange(revision, source, station_id, None)
    try:
        return StationChange(revision, source, station_id, station_from_json(body))
    except (msgspec.MsgspecError, BadInput):
        log.warning("station_unreadable", station=station_id, revision=revision)
        return None
