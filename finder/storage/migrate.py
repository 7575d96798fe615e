"""Brings a database to the newest revision: at start, safe from several processes at once, all or nothing."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from finder.errors import SchemaError
from finder.storage.database import Database

if TYPE_CHECKING:
    from alembic.config import Config

SCRIPTS = Path(__file__).parent / "migrations"
_VERSION = sa.table("alembic_version", sa.column("version_num"))


def revisions() -> list[str]:
    """The revisions that this finder knows, oldest first: '0001', '0002', …"""
    # From the names of their files: a start where nothing is to be done shall not have to load Alembic.
    return sorted(file.name[1:5] for file in (SCRIPTS / "versions").glob("r[0-9][0-9][0-9][0-9]_*.py"))


async def revision(database: Database) -> str | None:
    """Where a database stands; None where it has no revision yet, be it empty or older than revisions.

    Raises SchemaError where it was left by a newer finder, and StoreUnavailable.
    """
    async with database.read() as connection:
        return await connection.run_sync(_revision)


async def migrate(database: Database) -> str | None:
    """Brings it to the newest revision; where it stood before. Raises SchemaError and StoreUnavailable."""
    newest = revisions()[-1]
    before = await revision(database)
    if before == newest:
        return before
    async with _patient(database) as patient, patient.write() as connection:
        await patient.lock_schema(connection)
        before = await connection.run_sync(_revision)  # another process may have done it meanwhile
        if before != newest:
            await connection.run_sync(_upgrade)
    return before


class MigratedDatabase(Database):
    """A database whose tables come by revisions, at first use, and not from the rooms that use them."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._migrated = False

    async def create(self, metadata: sa.MetaData) -> None:
        """Brings it to the newest revision. Raises SchemaError and StoreUnavailable."""
        # No lock of our own: rooms that wait for a database that is away shall not wait for one another.
        if not self._migrated:
            await migrate(self)
            self._migrated = True


def _revision(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table(_VERSION.name):
        return None
    found: str | None = connection.execute(sa.select(_VERSION.c.version_num)).scalar()
    if found is not None and found not in (known := revisions()):
        raise SchemaError(
            f"数据库来自更新的版本（{found}，本程序最新为 {known[-1]}）：请运行那个版本，或恢复升级前的备份",
            f"the database was left by a newer finder (revision {found}, ours is {known[-1]}): run that one, or "
            "restore the backup from before the upgrade",
            code="SCHEMA_NEWER",
        )
    return found


def _upgrade(connection: sa.Connection) -> None:
    from alembic import command

    try:
        command.upgrade(alembic_config(connection), "head")
    except DBAPIError as bad:
        if bad.connection_invalidated:
            raise
        first = (str(bad.orig).splitlines() or [type(bad).__name__])[0]
        raise SchemaError(
            f"数据库升级失败（{first}），已全部撤销：请按提示修正数据库后重试，或继续使用原版本",
            f"the database could not be brought up ({first}); everything was taken back: mend that and try again, or "
            "go on with the version from before",
            code="SCHEMA_FAILED",
        ) from bad


def alembic_config(connection: sa.Connection, tables: Sequence[sa.MetaData] = ()) -> "Config":
    """What Alembic's commands take, on this connection and in its transaction; with tables to compare with."""
    from alembic.config import Config

    config = Config(attributes={"connection": connection, "tables": list(tables)})
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("file_template", "r%%(rev)s_%%(slug)s")
    return config


@asynccontextmanager
async def _patient(database: Database) -> AsyncIterator[Database]:
    """The same database, with all the time that a change of a large table takes."""
    if database.dialect == "sqlite":
        yield database
        return
    patient = Database(database.engine.url.render_as_string(hide_password=False), command_timeout_s=None)
    try:
        yield patient
    finally:
        await patient.close()
