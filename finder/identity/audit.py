"""Who did what, when and from where: rows that are only ever added, each chained to the one before."""

import hashlib
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.errors import FinderError
from finder.kernel.clock import Clock
from finder.storage.database import Database
from finder.storage.tables import Tables

METADATA = sa.MetaData()
ENTRY = sa.Table(
    "audit_entry",
    METADATA,
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),  # 1, 2, 3 … without a gap
    sa.Column("at", sa.BigInteger, nullable=False),  # microseconds since 1970
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False, index=True),
    sa.Column("detail", sa.Text, nullable=False),  # JSON, as it was hashed
    sa.Column("hash", sa.LargeBinary, nullable=False),
)
HEAD = sa.Table(
    "audit_head",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("hash", sa.LargeBinary, nullable=False),
)
_NEVER = "audit entries are never changed"
for _what in ("UPDATE", "DELETE"):
    sa.event.listen(
        ENTRY,
        "after_create",
        sa.DDL(  # type: ignore[no-untyped-call]
            f"CREATE TRIGGER audit_entry_no_{_what.lower()} BEFORE {_what} ON audit_entry "
            f"BEGIN SELECT RAISE(ABORT, '{_NEVER}'); END"
        ).execute_if(dialect="sqlite"),
    )
for _ddl in (
    "CREATE OR REPLACE FUNCTION audit_entry_stays() RETURNS trigger LANGUAGE plpgsql AS "
    f"'BEGIN RAISE EXCEPTION ''{_NEVER}''; END'",
    "CREATE TRIGGER audit_entry_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_stays()",
):
    sa.event.listen(
        ENTRY,
        "after_create",
        sa.DDL(_ddl).execute_if(dialect="postgresql"),  # type: ignore[no-untyped-call]
    )

_FIRST = bytes(32)
_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_BATCH = 1_000
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts and from where: 'operator:op-…' from an address, 'supervisor:name' from a command line."""

    who: str
    origin: str


@dataclass(frozen=True, slots=True)
class Mark:
    """Up to where the chain went at some time. Kept elsewhere, it proves that nothing before it was rewritten."""

    seq: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash.hex()}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A row. `detail` holds no secret and no personal datum: rows are never erased."""

    seq: int
    at: datetime
    who: str
    origin: str
    what: str
    subject: str
    detail: Mapping[str, Any] = field(default_factory=dict)


class AuditBroken(FinderError):
    """The chain does not hold: at `seq` something was changed, removed or put in."""

    default_code = "AUDIT_BROKEN"

    def __init__(self, seq: int) -> None:
        super().__init__(
            f"审计链在第 {seq} 条处断裂：该处记录被修改、删除或插入，请保全数据库并调查",
            f"the audit chain breaks at entry {seq}: something was changed, removed or put in there; keep the "
            "database as it is and investigate",
        )
        self.seq = seq


class Audit:
    """The chain in SQL. Writing locks its head, so whoever writes within one transaction is alone."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._tables = Tables(database, METADATA)
        self._clock = clock

    async def made(self) -> Database:
        """The database, with the tables in it. Raises StoreUnavailable."""
        return await self._tables.made()

    async def lock(self, connection: AsyncConnection) -> Mark:
        """Waits until nobody else writes, to the end of the caller's transaction; the head of the chain."""
        first = self._tables.insert(HEAD).values(id=1, seq=0, hash=_FIRST).on_conflict_do_nothing()
        await connection.execute(first)
        held = sa.update(HEAD).values(seq=HEAD.c.seq).returning(HEAD.c.seq, HEAD.c.hash)
        row = (await connection.execute(held)).one()
        return Mark(row.seq, bytes(row.hash))

    async def append(
        self, connection: AsyncConnection, actor: Actor, what: str, subject: str, detail: Mapping[str, Any]
    ) -> Mark:
        """Adds a row within the caller's transaction; the new head."""
        before = await self.lock(connection)
        row = {
            "seq": before.seq + 1,
            "at": (self._clock() - _EPOCH) // _MICROSECOND,
            "who": actor.who,
            "origin": actor.origin,
            "what": what,
            "subject": subject,
            "detail": json.dumps(detail, ensure_ascii=False, sort_keys=True),
        }
        mark = Mark(before.seq + 1, _hash(before.hash, row))
        await connection.execute(sa.insert(ENTRY).values(**row, hash=mark.hash))
        await connection.execute(sa.update(HEAD).values(seq=mark.seq, hash=mark.hash))
        # The log is kept elsewhere: a chain that was rewritten as a whole differs from what stands there.
        log.info("audit", what=what, subject=subject, who=actor.who, mark=str(mark))
        return mark

    async def head(self) -> int:
        """The number of the newest row; 0 where there is none."""
        async with (await self.made()).read() as connection:
            return int((await connection.execute(sa.select(HEAD.c.seq))).scalar() or 0)

    async def history(self, subject: str, limit: int = 200) -> list[Entry]:
        """The newest rows about one subject, oldest first."""
        question = sa.select(ENTRY).where(ENTRY.c.subject == subject).order_by(ENTRY.c.seq.desc()).limit(limit)
        async with (await self.made()).read() as connection:
            rows = (await connection.execute(question)).all()
        return [_entry(row._asdict()) for row in reversed(rows)]

    async def verify(self, known: Sequence[Mark] = ()) -> Mark:
        """Follows the whole chain, and past each mark that was kept elsewhere; its head.

        Raises AuditBroken for a row that was changed, removed or put in, wherever.
        """
        marks = {mark.seq: mark.hash for mark in known}
        last = end = Mark(0, _FIRST)
        # One statement, so that both are of one moment while others write.
        newest = sa.select(sa.func.max(ENTRY.c.seq)).scalar_subquery()
        async with (await self.made()).read() as connection:
            head = (await connection.execute(sa.select(HEAD.c.seq, HEAD.c.hash, newest.label("newest")))).one_or_none()
            if head is not None:
                end = Mark(head.seq, bytes(head.hash))
            async for row in _rows(connection, end.seq):
                digest = bytes(row["hash"])
                if row["seq"] != last.seq + 1 or digest != _hash(last.hash, row):
                    raise AuditBroken(last.seq + 1)
                last = Mark(row["seq"], digest)
                if marks.pop(last.seq, digest) != digest:
                    raise AuditBroken(last.seq)
            strays = await connection.execute(sa.select(ENTRY.c.seq).limit(1)) if head is None else None
        if last != end or marks or (head and (head.newest or 0) != end.seq) or (strays and strays.first()):
            raise AuditBroken(last.seq + 1)
        return last


async def _rows(connection: AsyncConnection, end: int) -> AsyncIterator[Mapping[str, Any]]:
    """The rows up to this one, in order."""
    after = 0
    while after < end:
        question = sa.select(ENTRY).where(ENTRY.c.seq > after, ENTRY.c.seq <= end).order_by(ENTRY.c.seq).limit(_BATCH)
        rows = (await connection.execute(question)).all()
        for row in rows:
            yield row._asdict()
        if not rows:
            return
        after = rows[-1].seq


def _hash(before: bytes, row: Mapping[str, Any]) -> bytes:
    told = [row[name] for name in ("seq", "at", "who", "origin", "what", "subject", "detail")]
    return hashlib.sha256(before + json.dumps(told, ensure_ascii=False).encode()).digest()


def _entry(row: Mapping[str, Any]) -> Entry:
    at = _EPOCH + timedelta(microseconds=row["at"])
    detail = json.loads(row["detail"])
    return Entry(row["seq"], at, row["who"], row["origin"], row["what"], row["subject"], detail)
