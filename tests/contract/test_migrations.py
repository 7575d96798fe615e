"""Revisions on SQLite and on a real PostgreSQL: they make what the rooms need, and nothing is ever half done."""

import asyncio
import re
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.exc import DBAPIError

import finder
from finder.dev import revision as drafting
from finder.errors import BadInput, SchemaError
from finder.identity.audit import Actor, Audit
from finder.kernel.money import Money
from finder.money.ledger import post
from finder.stations.sql import METADATA as STATIONS
from finder.stations.sql import SqlStore
from finder.storage import migrate as migrating
from finder.storage.database import Database
from finder.storage.migrate import MigratedDatabase, migrate, revision, revisions
from finder.storage.unit import Work
from finder.tables import TABLES
from tests.contract.hand import Hand
from tests.contract.schemas import empty, goes_on, make_all, make_first, schema
from tests.contract.test_ledger import BOOKS
from tests.contract.test_station_store import station

NEWEST = revisions()[-1]
PACKAGE = Path(finder.__file__).parent
MIGRATE = (
    "import asyncio, sys\nfrom finder.storage.migrate import migrate as m\n"
    "from finder.storage.database import Database as D\n"
)


@pytest.fixture
async def bare(database: Database) -> AsyncIterator[Database]:
    await empty(database)
    yield database
    await empty(database)


async def test_revisions_from_nothing_make_exactly_the_rooms_tables(bare: Database) -> None:
    await make_all(bare)
    wanted = await schema(bare)
    assert {row[2] for row in wanted if row[1] == "trigger"}
    await empty(bare)
    assert await migrate(bare) is None
    assert await schema(bare) == wanted
    assert await revision(bare) == NEWEST
    async with bare.read() as connection:
        assert await connection.run_sync(_differences) == []


def _differences(connection: sa.Connection) -> object:
    options = {"compare_type": True, "compare_server_default": True}
    # Several are taken, though the signature says one.
    return compare_metadata(MigrationContext.configure(connection, opts=options), list(TABLES))  # type: ignore[arg-type]


async def test_what_is_written_into_migrated_tables_stays_as_it_is(bare: Database) -> None:
    await migrate(bare)
    await _fill(bare)
    for change in ("DELETE FROM ledger_posting", "UPDATE ledger_transaction SET note = 'x'", "DELETE FROM audit_entry"):
        with pytest.raises(DBAPIError, match=r"append-only|never changed"):
            async with bare.write() as connection:
                await connection.execute(sa.text(change))


async def test_a_database_from_before_revisions_is_taken_over_with_its_rows(
    bare: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make_first(bare)
    before = await schema(bare)
    with monkeypatch.context() as then:
        then.setattr(bare, "create", _as_it_is)  # what today's rooms would make was not there then
        await _fill(bare)
    assert await migrate(bare) is None
    assert await revision(bare) == NEWEST
    assert goes_on(before, await schema(bare))
    await _holds(bare)


async def test_of_one_that_has_only_some_tables_the_others_are_made(bare: Database) -> None:
    await make_all(bare)
    wanted = await schema(bare)
    await empty(bare)
    await bare.create(STATIONS)
    await SqlStore(bare).put("jinbei", [station(1)])
    await migrate(bare)
    assert await schema(bare) == wanted
    assert await SqlStore(bare).ids("jinbei") == {station(1).id}


async def test_tables_of_somebody_else_are_let_alone(bare: Database) -> None:
    async with bare.write() as connection:
        await connection.execute(sa.text("CREATE TABLE theirs (id INTEGER PRIMARY KEY, said TEXT)"))
        await connection.execute(sa.text("INSERT INTO theirs VALUES (1, 'hello')"))
    await migrate(bare)
    async with bare.read() as connection:
        assert (await connection.execute(sa.text("SELECT said FROM theirs"))).scalar_one() == "hello"


SPOILT = {
    "another column": ["ALTER TABLE outbox ADD COLUMN colour TEXT"],
    "a column less": ["ALTER TABLE register_report DROP COLUMN passed"],
    "an index less": ["DROP INDEX outbox_due"],
    "two EVSEs' worth of cars": [
        "DROP INDEX charging_order_evse",
        "CREATE UNIQUE INDEX charging_order_evse ON charging_order (evse_id) WHERE session IN ('IDLE', 'CHARGING')",
    ],
    "no condition": [
        "DROP INDEX charging_order_evse",
        "CREATE UNIQUE INDEX charging_order_evse ON charging_order (evse_id)",
    ],
    "another type": [
        "DROP TABLE audit_head",
        "CREATE TABLE audit_head (id INTEGER NOT NULL, seq TEXT NOT NULL, hash {})",
    ],
    "another key": [
        "DROP TABLE station_revision",
        "CREATE TABLE station_revision (id INTEGER NOT NULL, value BIGINT NOT NULL, PRIMARY KEY (id, value))",
    ],
}


@pytest.mark.parametrize("how", SPOILT)
async def test_one_that_differs_is_refused_and_stays_as_it_is(bare: Database, how: str) -> None:
    await make_first(bare)
    async with bare.write() as connection:
        for statement in SPOILT[how]:
            blob = "BLOB NOT NULL" if bare.dialect == "sqlite" else "BYTEA NOT NULL"
            await connection.execute(sa.text(statement.format(blob)))
    await _is_refused(bare, "SCHEMA_DIFFERS")


async def test_one_whose_ledger_can_be_changed_is_refused(bare: Database) -> None:
    await make_first(bare)
    where = " ON ledger_posting" if bare.dialect == "postgresql" else ""
    async with bare.write() as connection:
        await connection.execute(sa.text(f"DROP TRIGGER ledger_posting_no_delete{where}"))
    assert "ledger_posting_no_delete" in str(await _is_refused(bare, "SCHEMA_DIFFERS"))


async def test_one_of_a_newer_finder_is_refused_and_stays_as_it_is(bare: Database) -> None:
    await migrate(bare)
    await _stamp(bare, "9999")
    assert "9999" in (await _is_refused(bare, "SCHEMA_NEWER")).en
    with pytest.raises(SchemaError):
        await revision(bare)
    rooms = MigratedDatabase(bare.engine.url.render_as_string(hide_password=False))
    with pytest.raises(SchemaError):
        await SqlStore(rooms).ready()
    await rooms.close()


async def test_of_several_processes_that_start_at_once_all_find_the_tables(bare: Database) -> None:
    done = await asyncio.gather(*(_child(bare, "asyncio.run(m(D(sys.argv[1])))") for _ in range(3)))
    assert done == [0, 0, 0]
    assert await revision(bare) == NEWEST


async def test_a_process_that_is_killed_amid_leaves_nothing(bare: Database) -> None:
    dies = (
        "import os, signal, sqlalchemy as sa; seen = []\n"
        "@sa.event.listens_for(sa.Engine, 'after_cursor_execute')\n"
        "def count(c, cursor, said, *_):\n"
        "    seen.append(said) if said.strip().startswith('CREATE') else None\n"
        "    len(seen) == 20 and os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(m(D(sys.argv[1])))"
    )
    assert await _child(bare, dies) == -signal.SIGKILL
    assert await schema(bare) == set()
    assert await revision(bare) is None
    assert await migrate(bare) is None
    assert await revision(bare) == NEWEST


async def test_a_statement_that_fails_takes_everything_back(bare: Database) -> None:
    async with bare.write() as connection:
        await connection.execute(sa.text("CREATE TABLE theirs (id INTEGER)"))
        # Our last table wants an index of this name.
        await connection.execute(sa.text("CREATE INDEX ix_oauth_assertion_until ON theirs (id)"))
    assert "ix_oauth_assertion_until" in (await _is_refused(bare, "SCHEMA_FAILED")).en
    assert await revision(bare) is None


async def test_rooms_of_one_process_bring_a_database_up_once(bare: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    times: list[str | None] = []

    async def counted(database: Database) -> str | None:
        times.append(await migrate(database))
        return times[-1]

    monkeypatch.setattr(migrating, "migrate", counted)
    rooms = MigratedDatabase(bare.engine.url.render_as_string(hide_password=False))
    await asyncio.gather(SqlStore(rooms).ready(), Audit(rooms, Hand()).head(), SqlStore(rooms).revision())
    known = len(times)
    await Audit(rooms, Hand()).head()
    await rooms.close()
    assert len(times) == known
    assert times.count(None) == 1
    assert set(times) <= {None, NEWEST}


async def test_a_drafted_revision_is_the_next_step_and_keeps_rows(
    bare: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await migrate(bare)
    await _fill(bare)
    scripts = tmp_path / "scripts"
    shutil.copytree(migrating.SCRIPTS, scripts)
    more = sa.MetaData()
    sa.Table("colour", more, sa.Column("id", sa.Text, primary_key=True), sa.Column("said", sa.Text, index=True))
    for module in (migrating, drafting):
        monkeypatch.setattr(module, "SCRIPTS", scripts)
    monkeypatch.setattr(drafting, "TABLES", [*TABLES, more])
    written = await asyncio.to_thread(drafting.draft, "colours")
    following = f"{int(NEWEST) + 1:04}"
    assert written.name == f"r{following}_colours.py"
    assert revisions()[-1] == following
    assert await migrate(bare) == NEWEST
    assert await revision(bare) == following
    assert {row[2] for row in await schema(bare) if row[0] == "colour"} >= {"ix_colour_said"}
    await _holds(bare)
    for odd in ("ab", "Colours", "a" * 41, "a-b"):
        with pytest.raises(BadInput):
            drafting.draft(odd)


async def test_every_table_of_the_code_is_gathered() -> None:
    named = {
        name
        for file in PACKAGE.rglob("*.py")
        if not file.is_relative_to(PACKAGE / "storage" / "migrations")
        for name in re.findall(r'sa\.Table\(\s*"(\w+)"', file.read_text(encoding="utf-8"))
    }
    # In a process of its own, where no other test has loaded a room.
    code = "from finder.tables import TABLES; print(*(name for t in TABLES for name in t.tables))"
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, cwd=PACKAGE.parent, stdout=asyncio.subprocess.PIPE
    )
    told, _ = await child.communicate()
    assert set(told.decode().split()) == named
    assert len(named) > 20


async def _as_it_is(_: sa.MetaData) -> None:
    return None


async def _fill(database: Database) -> None:
    await SqlStore(database).put("jinbei", [station(1), station(2)])
    work, audit = Work(database, Hand()), Audit(database, Hand())
    async with work.begin() as unit:
        await post(unit, BOOKS.bill("B1", Money(1_640)))
    async with (await audit.made()).write() as connection:
        await audit.append(connection, Actor("supervisor:lin", "here"), "approve", "op-1", {})


async def _holds(database: Database) -> None:
    assert await SqlStore(database).ids("jinbei") == {station(1).id, station(2).id}
    async with database.read() as connection:
        assert (await connection.execute(sa.text("SELECT count(*) FROM ledger_posting"))).scalar_one() == 2
    assert (await Audit(database, Hand()).verify()).seq == 1


async def _stamp(database: Database, number: str) -> None:
    async with database.write() as connection:
        await connection.execute(sa.text("UPDATE alembic_version SET version_num = :number"), {"number": number})


async def _is_refused(database: Database, code: str) -> SchemaError:
    before = await schema(database)
    with pytest.raises(SchemaError) as refused:
        await migrate(database)
    assert refused.value.code == code
    assert not refused.value.retryable
    assert await schema(database) == before
    return refused.value


async def _child(database: Database, code: str) -> int:
    url = database.engine.url.render_as_string(hide_password=False)
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", MIGRATE + code, url, cwd=PACKAGE.parent)
    return await child.wait()
