"""The register's rows in SQL; whoever changes them holds the audit's lock."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.federation.register.model import Checked, Registered
from finder.federation.register.setup import Setup
from finder.federation.register.states import State
from finder.storage.unit import from_us, to_us

METADATA = sa.MetaData()
OPERATOR = sa.Table(
    "register_operator",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("state", sa.Text, nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("credit_code", sa.Text, nullable=False, index=True),
    sa.Column("contact", sa.LargeBinary),  # sealed; gone when the operator is
    sa.Column("source", sa.Text, unique=True),
    sa.Column("keys", sa.LargeBinary, nullable=False),
    sa.Column("setup", sa.LargeBinary),
    sa.Column("made_at", sa.BigInteger, nullable=False),  # microseconds since 1970, as every time below
    sa.Column("changed_at", sa.BigInteger, nullable=False),
    sa.Column("revision", sa.BigInteger, nullable=False),
)
SECRETS = sa.Table(
    "register_secrets",
    METADATA,
    sa.Column("operator_id", sa.Text, primary_key=True),
    sa.Column("generation", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
)
REPORT = sa.Table(
    "register_report",
    METADATA,
    sa.Column("operator_id", sa.Text, primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("passed", sa.Boolean, nullable=False),
    sa.Column("setup_digest", sa.Text, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
)


async def read_one(connection: AsyncConnection, operator_id: str) -> Registered | None:
    """The operator, with the newest report."""
    row = (await connection.execute(sa.select(OPERATOR).where(OPERATOR.c.id == operator_id))).one_or_none()
    if row is None:
        return None
    (whole,) = await _complete(connection, [row])
    told = (await connection.execute(sa.select(REPORT).where(REPORT.c.operator_id == operator_id))).one_or_none()
    if told is None:
        return whole
    checked = Checked(from_us(told.at), told.passed, told.setup_digest, msgspec.json.decode(told.body))
    return replace(whole, checked=checked)


async def read_many(connection: AsyncConnection, states: Sequence[State], limit: int) -> list[Registered]:
    """Those in these states, or all where there are none, oldest first; without reports."""
    question = sa.select(OPERATOR).order_by(OPERATOR.c.id).limit(limit)
    if states:
        question = question.where(OPERATOR.c.state.in_([state.value for state in states]))
    return await _complete(connection, (await connection.execute(question)).all())


async def write(connection: AsyncConnection, operator_id: str, now: datetime, **changes: Any) -> None:
    """Changes an operator's row, which makes a new revision."""
    values = {**changes, "changed_at": to_us(now), "revision": OPERATOR.c.revision + 1}
    await connection.execute(sa.update(OPERATOR).where(OPERATOR.c.id == operator_id).values(**values))


async def write_report(connection: AsyncConnection, operator_id: str, checked: Checked) -> None:
    """Keeps the newest report alone."""
    await connection.execute(sa.delete(REPORT).where(REPORT.c.operator_id == operator_id))
    row = {
        "operator_id": operator_id,
        "at": to_us(checked.at),
        "passed": checked.passed,
        "setup_digest": checked.setup_digest,
        "body": msgspec.json.encode(checked.report),
    }
    await connection.execute(sa.insert(REPORT).values(**row))


async def sealed_of(connection: AsyncConnection, operator_id: str) -> list[tuple[int, bytes]]:
    """Generation and sealed secrets, newest first."""
    question = (
        sa.select(SECRETS.c.generation, SECRETS.c.sealed)
        .where(SECRETS.c.operator_id == operator_id)
        .order_by(SECRETS.c.generation.desc())
    )
    return [(row.generation, bytes(row.sealed)) for row in await connection.execute(question)]


async def _complete(connection: AsyncConnection, rows: Sequence[Any]) -> list[Registered]:
    question = sa.select(SECRETS.c.operator_id, SECRETS.c.generation).order_by(SECRETS.c.generation.desc())
    if len(rows) == 1:
        question = question.where(SECRETS.c.operator_id == rows[0].id)
    generations: dict[str, list[int]] = {}
    for operator_id, generation in await connection.execute(question) if rows else ():
        generations.setdefault(operator_id, []).append(generation)
    return [_registered(row._mapping, generations.get(row.id, ())) for row in rows]


def _registered(row: Mapping[str, Any], generations: Sequence[int]) -> Registered:
    return Registered(
        id=row["id"],
        state=State(row["state"]),
        name=row["name"],
        credit_code=row["credit_code"],
        source=row["source"],
        keys=tuple(msgspec.json.decode(row["keys"])),
        setup=msgspec.json.decode(row["setup"], type=Setup) if row["setup"] else None,
        generations=tuple(generations),
        made_at=from_us(row["made_at"]),
        changed_at=from_us(row["changed_at"]),
        revision=row["revision"],
    )
