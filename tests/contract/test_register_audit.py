"""The audit chain on SQLite and on a real PostgreSQL: whatever is changed, removed or put in is found."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from finder.identity import audit
from finder.identity.audit import Actor, Audit, AuditBroken, Mark
from finder.storage.database import Database

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)
WHO = Actor("supervisor:zhang", "cli:desk")


@pytest.fixture
def chain(database: Database) -> Audit:
    return Audit(database, lambda: NOON)


async def add(chain: Audit, count: int, subject: str = "op-1") -> list[Mark]:
    marks = []
    for n in range(count):
        async with (await chain.made()).write() as connection:
            marks.append(await chain.append(connection, WHO, "step", subject, {"n": n, "说": "通过"}))
    return marks


async def as_owner(database: Database, *statements: Any) -> None:
    """What somebody does who owns the database: first the guards fall, then the rows."""
    async with database.write() as connection:
        if database.dialect == "sqlite":
            for what in ("update", "delete"):
                await connection.execute(sa.text(f"DROP TRIGGER IF EXISTS audit_entry_no_{what}"))
        else:
            await connection.execute(sa.text("DROP TRIGGER IF EXISTS audit_entry_stays ON audit_entry"))
        for statement in statements:
            await connection.execute(statement)


async def test_rows_are_numbered_and_the_chain_holds(chain: Audit) -> None:
    assert await chain.verify() == Mark(0, bytes(32))
    assert await chain.head() == 0
    marks = await add(chain, 3)
    await add(chain, 1, "op-2")
    assert await chain.head() == 4
    assert (await chain.verify(marks)).seq == 4
    told = await chain.history("op-1")
    assert [(e.seq, e.who, e.origin, e.what, e.at, e.detail["n"]) for e in told] == [
        (n + 1, WHO.who, WHO.origin, "step", NOON, n) for n in range(3)
    ]
    assert [e.seq for e in await chain.history("op-1", limit=2)] == [2, 3]


async def test_many_who_write_at_once_make_one_chain(database: Database) -> None:
    chains = [Audit(database, lambda: NOON) for _ in range(3)]
    await asyncio.gather(*(add(each, 4) for each in chains))
    assert (await chains[0].verify()).seq == 12


async def test_a_row_is_taken_back_with_what_it_was_about(chain: Audit) -> None:
    await add(chain, 1)

    async def breaks_off() -> None:
        async with (await chain.made()).write() as connection:
            await chain.append(connection, WHO, "step", "op-1", {})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await breaks_off()
    assert (await chain.verify()).seq == 1


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET who = 'x'", "DELETE FROM audit_entry"])
async def test_the_database_itself_refuses_to_change_a_row(chain: Audit, database: Database, statement: str) -> None:
    await add(chain, 2)
    with pytest.raises(DBAPIError, match="never changed"):
        async with database.write() as connection:
            await connection.execute(sa.text(statement))
    assert (await chain.verify()).seq == 2


@pytest.mark.parametrize("column", ["at", "who", "origin", "what", "subject", "detail", "hash"])
async def test_a_changed_row_is_found_whichever_part_of_it(chain: Audit, database: Database, column: str) -> None:
    await add(chain, 5)
    value: Any = {"at": 1, "hash": b"\1" * 32}.get(column, '{"n": 2}')
    await as_owner(database, sa.update(audit.ENTRY).where(audit.ENTRY.c.seq == 3).values({column: value}))
    with pytest.raises(AuditBroken) as broken:
        await chain.verify()
    assert broken.value.seq == 3


@pytest.mark.parametrize("seq", [1, 3, 5])
async def test_a_removed_row_is_found_be_it_the_last(chain: Audit, database: Database, seq: int) -> None:
    await add(chain, 5)
    await as_owner(database, sa.delete(audit.ENTRY).where(audit.ENTRY.c.seq == seq))
    with pytest.raises(AuditBroken) as broken:
        await chain.verify()
    assert broken.value.seq == seq


async def test_rows_that_change_places_are_found(chain: Audit, database: Database) -> None:
    await add(chain, 3)
    table = audit.ENTRY
    await as_owner(
        database,
        sa.update(table).where(table.c.seq == 1).values(seq=99),
        sa.update(table).where(table.c.seq == 2).values(seq=1),
        sa.update(table).where(table.c.seq == 99).values(seq=2),
    )
    with pytest.raises(AuditBroken):
        await chain.verify()


async def test_a_row_beyond_the_head_is_found(chain: Audit, database: Database) -> None:
    await add(chain, 2)
    forged = {"seq": 3, "at": 0, "who": "x", "origin": "x", "what": "x", "subject": "x", "detail": "{}", "hash": b"x"}
    await as_owner(database, sa.insert(audit.ENTRY).values(**forged))
    with pytest.raises(AuditBroken) as broken:
        await chain.verify()
    assert broken.value.seq == 3


async def test_a_chain_without_its_head_is_broken(chain: Audit, database: Database) -> None:
    await add(chain, 2)
    await as_owner(database, sa.delete(audit.HEAD))
    with pytest.raises(AuditBroken):
        await chain.verify()


async def test_a_tail_cut_off_with_its_head_is_found_by_a_mark_that_was_kept(chain: Audit, database: Database) -> None:
    marks = await add(chain, 5)
    kept = marks[2]
    await as_owner(
        database,
        sa.delete(audit.ENTRY).where(audit.ENTRY.c.seq > 3),
        sa.update(audit.HEAD).values(seq=kept.seq, hash=kept.hash),
    )
    assert await chain.verify() == kept  # by itself the shorter chain is whole
    for mark in marks[3:]:
        with pytest.raises(AuditBroken):
            await chain.verify([mark])


async def test_a_chain_that_was_written_anew_is_found_by_a_mark_that_was_kept(chain: Audit, database: Database) -> None:
    marks = await add(chain, 3)
    await as_owner(database, sa.delete(audit.ENTRY), sa.delete(audit.HEAD))
    await add(Audit(database, lambda: datetime(2026, 11, 25, tzinfo=UTC)), 3)
    assert (await chain.verify()).seq == 3
    with pytest.raises(AuditBroken) as broken:
        await chain.verify([marks[1]])
    assert broken.value.seq == 2


@pytest.mark.slow
async def test_a_long_chain_is_followed_in_batches(chain: Audit) -> None:
    async with (await chain.made()).write() as connection:
        for n in range(1_001):
            await chain.append(connection, WHO, "step", "op-1", {"n": n})
    assert (await chain.verify()).seq == 1_001
