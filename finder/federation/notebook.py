"""What connectors write down, in SQL: shared by every process, and there after a restart."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from finder.connectors.sdk.notebook import ABSENT, Note
from finder.kernel.clock import Clock
from finder.stations.model import SourceId
from finder.storage.database import Database
from finder.storage.tables import Tables

METADATA = sa.MetaData()
NOTE = sa.Table(
    "connector_note",
    METADATA,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("revision", sa.BigInteger, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),  # sealed
    sa.Column("until", sa.BigInteger),  # seconds since 1970
    sa.Index("connector_note_until", "until"),
)
Seal = Callable[[bytes], bytes]
_SWEEP_EVERY = timedelta(minutes=10)
_IN_ONE_QUESTION = 500


def plain(body: bytes) -> bytes:
    """Seals nothing."""
    return body


class SqlNotebook:
    """Notebook on SQLite or PostgreSQL.

    Every body passes through `seal` on its way in and `open_sealed` on its way out. By default they do nothing, so
    that secrets lie in the table as they are: whoever builds it for real operators gives it a cipher.
    """

    def __init__(self, database: Database, clock: Clock, seal: Seal = plain, open_sealed: Seal = plain) -> None:
        self._tables = Tables(database, METADATA)
        self._clock = clock
        self._seal, self._open = seal, open_sealed
        self._swept_at: datetime | None = None

    async def read(self, source: SourceId, names: Collection[str]) -> Mapping[str, Note]:
        """See Notebook."""
        database, now = await self._tables.made(), int(self._clock().timestamp())
        found: dict[str, Note] = {}
        async with database.read() as connection:
            for part in _parts(names):
                question = sa.select(NOTE.c.name, NOTE.c.body, NOTE.c.revision).where(
                    NOTE.c.source == source,
                    NOTE.c.name.in_(part),
                    sa.or_(NOTE.c.until.is_(None), NOTE.c.until > now),
                )
                for name, body, revision in await connection.execute(question):
                    found[name] = Note(self._open(body), revision)
        return found

    async def write(
        self,
        source: SourceId,
        notes: Mapping[str, bytes | None],
        seen: Mapping[str, int] | None = None,
        until: datetime | None = None,
    ) -> bool:
        """See Notebook."""
        database, now = await self._tables.made(), self._clock()
        ends = None if until is None else int(until.timestamp())
        names = sorted({*notes, *(seen or {})})
        async with database.write() as connection:
            if self._swept_at is None or now - self._swept_at >= _SWEEP_EVERY:
                self._swept_at = now
                await connection.execute(sa.delete(NOTE).where(NOTE.c.until <= int(now.timestamp())))
            # A row that is not there cannot be locked: an empty one stands for it until the end of the transaction.
            blanks = [{"source": source, "name": name, "revision": ABSENT, "body": b"", "until": 0} for name in names]
            if blanks:
                await connection.execute(self._tables.insert(NOTE).on_conflict_do_nothing(), blanks)
            known: dict[str, tuple[int, bool]] = {}
            for part in _parts(names):
                question = (
                    sa.select(NOTE.c.name, NOTE.c.revision, NOTE.c.until)
                    .where(NOTE.c.source == source, NOTE.c.name.in_(part))
                    .order_by(NOTE.c.name)
                    .with_for_update()
                )
                for name, revision, ended in await connection.execute(question):
                    known[name] = revision, ended is not None and ended <= int(now.timestamp())
            there = {name: ABSENT if ended else revision for name, (revision, ended) in known.items()}
            fits = all(there[name] == revision for name, revision in (seen or {}).items())
            # Larger than any that this name has had, even if the note was removed in between.
            least = int(now.timestamp() * 1_000_000)
            rows = [
                {
                    "source": source,
                    "name": name,
                    "revision": max(known[name][0] + 1, least),
                    "body": self._seal(body),
                    "until": ends,
                }
                for name, body in notes.items()
                if body is not None and fits
            ]
            if rows:
                put = self._tables.insert(NOTE)
                newer = {column: put.excluded[column] for column in ("revision", "body", "until")}
                await connection.execute(put.on_conflict_do_update(index_elements=["source", "name"], set_=newer), rows)
            gone = [name for name, body in notes.items() if body is None and fits]
            blank = [name for name in names if known[name][0] == ABSENT and name not in {r["name"] for r in rows}]
            for part in _parts([*gone, *blank]):
                await connection.execute(sa.delete(NOTE).where(NOTE.c.source == source, NOTE.c.name.in_(part)))
        return fits


def _parts(names: Collection[str]) -> Iterator[Sequence[str]]:
    ordered = list(names)
    for start in range(0, len(ordered), _IN_ONE_QUESTION):
        yield ordered[start : start + _IN_ONE_QUESTION]
