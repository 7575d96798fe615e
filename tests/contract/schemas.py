"""A database's schema as the database itself tells it, to compare word for word but for the order of columns."""

import sqlalchemy as sa
from alembic import command

from finder.storage.database import Database
from finder.storage.migrate import alembic_config, revisions
from finder.tables import TABLES

Schema = set[tuple[str, ...]]

_QUESTIONS = {
    "sqlite": ("SELECT tbl_name, type, name, coalesce(sql, '') FROM sqlite_master",),
    "postgresql": (
        "SELECT table_name, 'column', column_name, concat_ws(' ', data_type, is_nullable, column_default) "
        "FROM information_schema.columns WHERE table_schema = current_schema()",
        "SELECT conrelid::regclass::text, 'constraint', conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE connamespace = current_schema()::regnamespace",
        "SELECT tablename, 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()",
        "SELECT tgrelid::regclass::text, 'trigger', tgname, pg_get_triggerdef(oid) FROM pg_trigger "
        "WHERE NOT tgisinternal",
        "SELECT '', 'function', proname, pg_get_functiondef(oid) FROM pg_proc "
        "WHERE pronamespace = current_schema()::regnamespace",
    ),
}


async def schema(database: Database) -> Schema:
    """Every table, column, constraint, index, trigger and function, but not where its revision is written."""
    told: Schema = set()
    async with database.read() as connection:
        for question in _QUESTIONS[database.dialect]:
            for table, kind, name, said in await connection.execute(sa.text(question)):
                told.add((table, kind, name, *(_parts(said) if said.startswith("CREATE TABLE") else (said,))))
    return {row for row in told if row[0] != "alembic_version" and not row[2].startswith("sqlite_autoindex")}


def _parts(said: str) -> list[str]:
    """The columns and constraints of a CREATE TABLE; a revision may have put them in another order."""
    parts, depth = [""], 0
    for character in said[said.index("(") + 1 : said.rindex(")")]:
        depth += (character == "(") - (character == ")")
        if character == "," and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return sorted(" ".join(part.split()) for part in parts)


async def make_first(database: Database) -> None:
    """The tables of the first revision, as the finder made them before it had revisions."""

    def make(connection: sa.Connection) -> None:
        command.upgrade(alembic_config(connection), revisions()[0])
        connection.execute(sa.text("DROP TABLE alembic_version"))

    async with database.write() as connection:
        await connection.run_sync(make)


def goes_on(before: Schema, after: Schema) -> bool:
    """Whether all that was there is there still; a table may have gained columns."""
    kept = {row[:3]: set(row[3:]) for row in after}
    return all(set(row[3:]) <= kept.get(row[:3], set()) for row in before)


async def make_all(database: Database) -> None:
    """Every room's tables as the rooms have them now."""
    for tables in TABLES:
        await database.create(tables)


async def empty(database: Database) -> None:
    """Drops everything."""
    there = sa.MetaData()
    async with database.write() as connection:
        await connection.run_sync(there.reflect)
        await connection.run_sync(there.drop_all)
        if database.dialect == "postgresql":
            for function in ("ledger_append_only", "audit_entry_stays"):
                await connection.execute(sa.text(f"DROP FUNCTION IF EXISTS {function}() CASCADE"))
