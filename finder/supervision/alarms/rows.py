"""Alarms as they are kept: at most one open one of a subject, however many processes see it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.errors import BadInput, Conflict, NotFound
from finder.kernel.ids import new_ulid
from finder.stations.model import EvseId, SourceId
from finder.storage.unit import METADATA, Unit, from_us, to_us
from finder.supervision.alarms.model import MAX_DONE, Alarm, AlarmKind, AlarmState

# Times are in microseconds since 1970.
ALARM = sa.Table(
    "supervision_alarm",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("closed", sa.Text, nullable=False),  # '' while it is open, then its id
    sa.Column("operator", sa.Text, nullable=False),
    sa.Column("county", sa.Text, nullable=False),
    sa.Column("evses", sa.Text, nullable=False),  # JSON
    sa.Column("first_at", sa.BigInteger, nullable=False),
    sa.Column("last_at", sa.BigInteger, nullable=False),
    sa.Column("raised_at", sa.BigInteger, nullable=False),
    sa.Column("ended_at", sa.BigInteger),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("acknowledged_by", sa.Text),
    sa.Column("acknowledged_at", sa.BigInteger),
    sa.Column("done", sa.Text),
    sa.UniqueConstraint("subject", "closed"),
    sa.Index("supervision_alarm_closed", "closed"),
)


async def raise_alarm(
    unit: Unit,
    kind: AlarmKind,
    subject: str,
    operator: SourceId,
    county: str,
    evses: Iterable[EvseId],
    first_at: datetime,
    last_at: datetime,
    *,
    code: str = "",
    text: str = "",
    new: bool = True,
) -> bool:
    """Opens an alarm, or adds to the open one of that subject; False where there is none and `new` is false."""
    if new:
        row = {
            "id": new_ulid(lambda: unit.now),
            "kind": kind.value,
            "subject": subject,
            "closed": "",
            "operator": operator,
            "county": county,
            "evses": "[]",
            "first_at": to_us(first_at),
            "last_at": to_us(last_at),
            "raised_at": to_us(unit.now),
            "code": code,
            "text": text,
        }
        await unit.connection.execute(unit.insert(ALARM).values(**row).on_conflict_do_nothing())
    own = sa.and_(ALARM.c.subject == subject, ALARM.c.closed == "")
    known = (await unit.connection.execute(sa.select(ALARM).where(own).with_for_update())).one_or_none()
    if known is None:
        return False
    more = {
        "evses": orjson.dumps(sorted({*orjson.loads(known.evses), *evses})).decode(),
        "first_at": min(known.first_at, to_us(first_at)),
        "last_at": max(known.last_at, to_us(last_at)),
        "ended_at": None,
    }
    await unit.connection.execute(sa.update(ALARM).where(ALARM.c.id == known.id).values(**more))
    return True


async def end_alarm(unit: Unit, alarm_id: str) -> None:
    """What it is about is over; it stays open until a person has looked."""
    own = sa.and_(ALARM.c.id == alarm_id, ALARM.c.ended_at.is_(None))
    await unit.connection.execute(sa.update(ALARM).where(own).values(ended_at=to_us(unit.now)))


async def acknowledge(unit: Unit, alarm_id: str, person: str, done: str) -> Alarm:
    """A person's word, once. Raises NotFound, Conflict, BadInput."""
    if not done.strip():
        raise BadInput("请填写已采取的措施", "say what was done", code="DONE_MISSING")
    if len(done) > MAX_DONE:
        raise BadInput(f"措施不超过 {MAX_DONE} 字", f"at most {MAX_DONE} characters", code="DONE_LENGTH")
    if "\0" in done:  # PostgreSQL has no such text
        raise BadInput("措施含有无法保存的字符", "this has a character that cannot be kept", code="DONE_TEXT")
    if "\0" in alarm_id:
        raise NotFound("没有该告警", "there is no such alarm", code="NO_ALARM")
    own = ALARM.c.id == alarm_id
    row = (await unit.connection.execute(sa.select(ALARM).where(own).with_for_update())).one_or_none()
    if row is None:
        raise NotFound(f"没有告警 {alarm_id[:40]!r}", f"there is no alarm {alarm_id[:40]!r}", code="NO_ALARM")
    if row.acknowledged_at is not None:
        raise Conflict("该告警已确认", "this alarm is acknowledged already", code="ACKNOWLEDGED")
    said = {"acknowledged_by": person, "acknowledged_at": to_us(unit.now), "done": done.strip(), "closed": row.id}
    await unit.connection.execute(sa.update(ALARM).where(own).values(**said))
    return _alarm((await unit.connection.execute(sa.select(ALARM).where(own))).one())


async def alarms(connection: AsyncConnection, state: AlarmState | None, limit: int) -> Sequence[Alarm]:
    """The newest first."""
    question = sa.select(ALARM).order_by(ALARM.c.id.desc()).limit(limit)
    if state is not None:
        question = question.where(ALARM.c.closed == "" if state is AlarmState.OPEN else ALARM.c.closed != "")
    return [_alarm(row) for row in (await connection.execute(question)).all()]


def _alarm(row: Any) -> Alarm:
    return Alarm(
        row.id,
        AlarmKind(row.kind),
        row.operator,
        row.county,
        tuple(orjson.loads(row.evses)),
        from_us(row.first_at),
        from_us(row.last_at),
        from_us(row.raised_at),
        None if row.ended_at is None else from_us(row.ended_at),
        row.code,
        row.text,
        row.acknowledged_by,
        None if row.acknowledged_at is None else from_us(row.acknowledged_at),
        row.done,
    )
