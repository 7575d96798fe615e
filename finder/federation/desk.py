"""Sessions and bills as operators told them, kept in SQL; each message once, however often it comes."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec
import sqlalchemy as sa

from finder.connectors.sdk.desk import (
    Authorization,
    AuthorizationAsk,
    Claimed,
    Difference,
    Disputed,
    Heard,
    Permission,
)
from finder.connectors.sdk.sessions import Bill, SessionSeen, SessionState
from finder.kernel.clock import Clock
from finder.kernel.money import Money
from finder.stations.model import EvseId, SourceId
from finder.storage.database import Database
from finder.storage.tables import Tables

METADATA = sa.MetaData()
SESSION = sa.Table(
    "session_seen",
    METADATA,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("native_id", sa.Text, primary_key=True),
    sa.Column("order_no", sa.Text, index=True),
    sa.Column("evse_id", sa.Text),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("observed_at", sa.BigInteger, nullable=False),  # microseconds since 1970
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Index("session_seen_running", "source", "state"),
)
BILL = sa.Table(
    "bill_seen",
    METADATA,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("native_id", sa.Text, primary_key=True),
    sa.Column("variant", sa.Integer, primary_key=True),  # 0; another bill under one number stands beside it
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Column("session_id", sa.Text, nullable=False),
    sa.Column("order_no", sa.Text, index=True),
    sa.Column("ended_at", sa.BigInteger, nullable=False),  # microseconds since 1970
    sa.Column("heard", sa.Text, nullable=False),
    sa.Column("heard_at", sa.BigInteger, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Index("bill_seen_day", "source", "ended_at"),
    sa.Index("bill_seen_session", "source", "session_id"),
)
_OVER = (SessionState.ENDED, SessionState.REJECTED)
_WAY = (
    SessionState.UNKNOWN,
    SessionState.STARTING,
    SessionState.CHARGING,
    SessionState.STOPPING,
    SessionState.ENDED,
)
_EPSILON_KWH = Decimal("0.005")  # what rounding to two decimals may hide
_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def _us(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


class SqlDesk:
    """A Desk that believes nobody: it keeps what was said, and says what does not fit."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._tables = Tables(database, METADATA)
        self._clock = clock

    async def session(self, seen: SessionSeen) -> Heard:
        """See Desk. What is over stays over; an older message changes nothing."""
        database, body = await self._tables.made(), msgspec.json.encode(seen)
        row = {
            "source": seen.source,
            "native_id": seen.native_id,
            "order_no": seen.order,
            "evse_id": seen.evse_id,
            "state": seen.state.value,
            "observed_at": _us(seen.observed_at),
            "body": body,
        }
        own = sa.and_(SESSION.c.source == seen.source, SESSION.c.native_id == seen.native_id)
        async with database.write() as connection:
            put = self._tables.insert(SESSION).values(**row).on_conflict_do_nothing()
            if (await connection.execute(put)).rowcount:
                return Heard.ACCEPTED
            known = (await connection.execute(sa.select(SESSION).where(own).with_for_update())).one()
            if known.body == body:
                return Heard.REPEATED
            reopens = known.state in _OVER and seen.state not in _OVER
            undoes = known.state == SessionState.ENDED and seen.state is SessionState.REJECTED
            older = known.observed_at > row["observed_at"]
            if reopens or undoes or (older and not _further(SessionState(known.state), seen.state)):
                return Heard.OLD
            # What ends a session often tells no amounts; those that were told stay.
            filled = _filled(seen, msgspec.json.decode(known.body, type=SessionSeen))
            body = msgspec.json.encode(filled)
            if body == known.body:
                return Heard.REPEATED
            at = max(row["observed_at"], known.observed_at)
            kept = {**row, "order_no": filled.order, "evse_id": filled.evse_id, "observed_at": at, "body": body}
            await connection.execute(sa.update(SESSION).where(own).values(**kept))
            return Heard.ACCEPTED

    async def bill(self, bill: Bill) -> Heard:
        """See Desk. Disputed where its parts do not add up, or where another bill has its number."""
        database, body = await self._tables.made(), msgspec.json.encode(bill)
        digest = hashlib.blake2b(body, digest_size=16).digest()
        own = sa.and_(BILL.c.source == bill.source, BILL.c.native_id == bill.native_id)
        known = sa.select(BILL.c.digest, BILL.c.heard).where(own)
        async with database.write() as connection:
            heard = Heard.ACCEPTED if adds_up(bill) else Heard.DISPUTED
            row = {
                "source": bill.source,
                "native_id": bill.native_id,
                "variant": 0,
                "digest": digest,
                "session_id": bill.session_id or bill.native_id,
                "order_no": bill.order,
                "ended_at": _us(bill.ended_at),
                "heard": heard.value,
                "heard_at": _us(self._clock()),
                "body": body,
            }
            put = self._tables.insert(BILL).on_conflict_do_nothing()
            while not (await connection.execute(put, row)).rowcount:
                kept = {each.digest: each.heard for each in await connection.execute(known)}
                if digest in kept:
                    # Its sender asks again because it did not hear us: it is to hear the same.
                    return Heard.DISPUTED if kept[digest] == Heard.DISPUTED else Heard.REPEATED
                heard = Heard.DISPUTED
                row |= {"variant": len(kept), "heard": heard.value}
            return heard

    async def differences(
        self, source: SourceId, since: datetime, until: datetime, claims: Sequence[Claimed]
    ) -> list[Disputed]:
        """See Desk. A claim is looked up by its number alone: a day's border is where two clocks disagree."""
        kept = await self._kept(source, [claim.native_id for claim in claims])
        found: list[Disputed] = []
        for claim in claims:
            bill = kept.get(claim.native_id)
            if bill is None:
                found.append(Disputed(claim, Difference.MISSING))
            elif bill.total != claim.total:
                found.append(Disputed(claim, Difference.MONEY))
            elif abs(bill.kwh - claim.kwh) > _EPSILON_KWH:
                found.append(Disputed(claim, Difference.ENERGY))
        return found

    async def authorize(self, ask: AuthorizationAsk) -> Authorization:
        """See Desk. Nobody has an account at this desk."""
        return Authorization(Permission.UNBOUND)

    async def running(self, source: SourceId) -> Mapping[EvseId, SessionSeen]:
        """The sessions of an operator that charge now, as far as it told."""
        database = await self._tables.made()
        question = sa.select(SESSION.c.body).where(
            SESSION.c.source == source, SESSION.c.state == SessionState.CHARGING.value
        )
        async with database.read() as connection:
            bodies = (await connection.execute(question)).scalars().all()
        sessions = [msgspec.json.decode(body, type=SessionSeen) for body in bodies]
        return {seen.evse_id: seen for seen in sessions if seen.evse_id is not None}

    async def powers(self, sources: Sequence[SourceId], since: datetime) -> Mapping[EvseId, float]:
        """The power in kW of these operators' sessions that charge, where one was told since then."""
        database = await self._tables.made()
        question = sa.select(SESSION.c.body).where(
            SESSION.c.source.in_(sources),
            SESSION.c.state == SessionState.CHARGING.value,
            SESSION.c.observed_at >= _us(since),
        )
        async with database.read() as connection:
            bodies = (await connection.execute(question)).scalars().all()
        sessions = [msgspec.json.decode(body, type=SessionSeen) for body in bodies]
        return {seen.evse_id: float(seen.kw) for seen in sessions if seen.evse_id is not None and seen.kw is not None}

    async def bills(self, source: SourceId, since: datetime, until: datetime) -> list[tuple[Bill, Heard]]:
        """An operator's bills of sessions that ended in since <= t < until, in that order."""
        database = await self._tables.made()
        question = (
            sa.select(BILL.c.body, BILL.c.heard)
            .where(BILL.c.source == source, BILL.c.ended_at >= _us(since), BILL.c.ended_at < _us(until))
            .order_by(BILL.c.ended_at, BILL.c.native_id, BILL.c.variant)
        )
        async with database.read() as connection:
            rows = (await connection.execute(question)).all()
        return [(msgspec.json.decode(row.body, type=Bill), Heard(row.heard)) for row in rows]

    async def _kept(self, source: SourceId, session_ids: Sequence[str]) -> dict[str, Bill]:
        """The first bill of each session."""
        database = await self._tables.made()
        kept: dict[str, Bill] = {}
        async with database.read() as connection:
            for start in range(0, len(session_ids), 500):
                part = session_ids[start : start + 500]
                question = (
                    sa.select(BILL.c.session_id, BILL.c.body)
                    .where(BILL.c.source == source, BILL.c.session_id.in_(part))
                    .order_by(BILL.c.heard_at, BILL.c.variant)
                )
                for session_id, body in await connection.execute(question):
                    kept.setdefault(session_id, msgspec.json.decode(body, type=Bill))
        return kept


def _further(known: SessionState, told: SessionState) -> bool:
    """Whether a session has moved on. Two clocks tell of it, and a step is true though it is stamped too early."""
    if told is SessionState.REJECTED:
        return known in (SessionState.UNKNOWN, SessionState.STARTING)
    return known in _WAY and _WAY.index(told) > _WAY.index(known)


_STAY = ("order", "evse_id", "connector_id", "started_at", "ended_at", "kwh", "soc", "electricity", "service", "total")


def _filled(seen: SessionSeen, before: SessionSeen) -> SessionSeen:
    """The newer state, with what only the older one told; its power is not: that was then."""
    absent = {name: getattr(before, name) for name in _STAY if getattr(seen, name) is None}
    if not seen.lines:
        absent["lines"] = before.lines
    if seen.reason is None:
        absent["reason"] = before.reason
    return msgspec.structs.replace(seen, **absent)


def adds_up(bill: Bill) -> bool:
    """Whether the parts that were told sum to the total, and the lines to the parts, to the fen."""
    parts = (bill.electricity, bill.service)
    if all(part is not None for part in parts):
        told = sum(part.fen for part in (*parts, bill.parking) if part is not None)
        if told != bill.total.fen:
            return False
    for name in ("electricity", "service"):
        part: Money | None = getattr(bill, name)
        lines: list[Money | None] = [getattr(line, name) for line in bill.lines]
        if part is not None and lines and None not in lines and sum(m.fen for m in lines if m) != part.fen:
            return False
    return not bill.lines or abs(sum((line.kwh for line in bill.lines), Decimal(0)) - bill.kwh) <= _EPSILON_KWH * len(
        bill.lines
    )
