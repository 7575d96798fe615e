"""The book of what piles charged, in SQL: its numbers are given once, whatever restarts."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa

from finder.connectors.sdk.pile_book import LAST_NUMBER, Change, PileTransaction, no_such_transaction
from finder.connectors.sdk.piles import PileId
from finder.connectors.sdk.sessions import OrderNo
from finder.stations.model import SourceId
from finder.storage.database import Database
from finder.storage.tables import Tables

METADATA = sa.MetaData()
PAGE = sa.Table(
    "pile_transaction",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True),  # OCPP 1.6's transactionId
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("pile_id", sa.Text, nullable=False),
    sa.Column("order_no", sa.Text),
    sa.Column("reserved", sa.Text),  # the order that was asked for from afar: at most one transaction each
    sa.Column("tag", sa.Text),
    sa.Column("key", sa.Text),
    sa.Column("over", sa.Boolean, nullable=False),
    sa.Column("due", sa.Boolean, nullable=False),
    sa.Column("begun", sa.Boolean, nullable=False),
    sa.Column("requested_at", sa.BigInteger),  # microseconds since 1970
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.UniqueConstraint("source", "reserved", name="pile_transaction_reserved"),
    sa.UniqueConstraint("source", "pile_id", "key", name="pile_transaction_key"),
    sa.UniqueConstraint("source", "pile_id", "tag", name="pile_transaction_tag"),
    sa.Index("pile_transaction_order", "source", "order_no"),
    sa.Index("pile_transaction_running", "source", "over", "pile_id"),
    sa.Index("pile_transaction_due", "source", "due"),
    sqlite_autoincrement=True,  # or the number of the last one that was taken out would be given again
)
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_MICROSECOND = timedelta(microseconds=1)


def _us(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


class SqlBook:
    """PileBook on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._tables = Tables(database, METADATA)

    async def begin(self, transaction: PileTransaction) -> tuple[PileTransaction, bool]:
        """See PileBook."""
        database = await self._tables.made()
        t = transaction
        async with database.write() as connection:
            put = self._tables.insert(PAGE).values(**_row(t)).on_conflict_do_nothing().returning(PAGE.c.number)
            number = (await connection.execute(put)).scalar()
            if number is not None:
                return msgspec.structs.replace(t, number=number), True
            alike = []
            if t.key is not None:
                alike.append(sa.and_(PAGE.c.pile_id == t.pile_id, PAGE.c.key == t.key))
            if t.reserved:
                alike.append(PAGE.c.reserved == t.order)
            question = sa.select(PAGE.c.number, PAGE.c.body).where(PAGE.c.source == t.source, sa.or_(*alike))
            return _read((await connection.execute(question.order_by(PAGE.c.number))).first()), False

    async def change(self, source: SourceId, number: int, how: Change) -> PileTransaction:
        """See PileBook."""
        database = await self._tables.made()
        own = sa.and_(PAGE.c.number == number, PAGE.c.source == source)
        async with database.write() as connection:
            question = sa.select(PAGE.c.number, PAGE.c.body).where(own).with_for_update()
            row = (await connection.execute(question)).first()
            if row is None:
                raise no_such_transaction(number)
            known = _read(row)
            changed = how(known)
            if changed != known:
                await connection.execute(sa.update(PAGE).where(own).values(**_row(changed)))
            return changed

    async def numbered(self, source: SourceId, number: int) -> PileTransaction | None:
        """See PileBook."""
        # A pile may name any number at all, also one that the column cannot hold.
        return await self._one(source, PAGE.c.number == number) if 0 < number <= LAST_NUMBER else None

    async def ordered(self, source: SourceId, order: OrderNo) -> PileTransaction | None:
        """See PileBook."""
        return await self._one(source, PAGE.c.order_no == order)

    async def tagged(self, source: SourceId, pile_id: PileId, tag: str) -> PileTransaction | None:
        """See PileBook."""
        return await self._one(source, sa.and_(PAGE.c.pile_id == pile_id, PAGE.c.tag == tag))

    async def keyed(self, source: SourceId, pile_id: PileId, key: str) -> PileTransaction | None:
        """See PileBook."""
        return await self._one(source, sa.and_(PAGE.c.pile_id == pile_id, PAGE.c.key == key))

    async def running(self, source: SourceId, pile_id: PileId) -> list[PileTransaction]:
        """See PileBook."""
        return await self._some(source, sa.and_(sa.not_(PAGE.c.over), PAGE.c.pile_id == pile_id))

    async def due(self, source: SourceId, limit: int) -> list[PileTransaction]:
        """See PileBook."""
        return await self._some(source, PAGE.c.due, limit)

    async def unbegun(self, source: SourceId, before: datetime, limit: int) -> list[PileTransaction]:
        """See PileBook."""
        waiting = sa.and_(sa.not_(PAGE.c.over), sa.not_(PAGE.c.begun), PAGE.c.requested_at < _us(before))
        return await self._some(source, waiting, limit)

    async def _one(self, source: SourceId, which: sa.ColumnElement[bool]) -> PileTransaction | None:
        database = await self._tables.made()
        question = sa.select(PAGE.c.number, PAGE.c.body).where(PAGE.c.source == source, which)
        async with database.read() as connection:
            row = (await connection.execute(question.order_by(PAGE.c.number.desc()).limit(1))).first()
        return None if row is None else _read(row)

    async def _some(
        self, source: SourceId, which: sa.ColumnElement[bool], limit: int | None = None
    ) -> list[PileTransaction]:
        database = await self._tables.made()
        question = sa.select(PAGE.c.number, PAGE.c.body).where(PAGE.c.source == source, which)
        async with database.read() as connection:
            rows: Sequence[Any] = (await connection.execute(question.order_by(PAGE.c.number).limit(limit))).all()
        return [_read(row) for row in rows]


def _row(t: PileTransaction) -> dict[str, Any]:
    return {
        "source": t.source,
        "pile_id": t.pile_id,
        "order_no": t.order,
        "reserved": t.order if t.reserved else None,
        "tag": t.tag,
        "key": t.key,
        "over": t.over,
        "due": t.due,
        "begun": t.started_at is not None,
        "requested_at": None if t.requested_at is None else _us(t.requested_at),
        "body": msgspec.json.encode(t),
    }


def _read(row: Any) -> PileTransaction:
    return msgspec.structs.replace(msgspec.json.decode(row.body, type=PileTransaction), number=row.number)
