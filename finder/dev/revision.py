"""Drafts a revision: what the rooms' tables have that the revisions do not yet make. For a developer to finish."""

import asyncio
import re
import tempfile
from pathlib import Path

import sqlalchemy as sa

from finder.errors import BadInput
from finder.storage.database import Database
from finder.storage.migrate import SCRIPTS, alembic_config, migrate, revisions
from finder.tables import TABLES


def draft(what: str) -> Path:
    """Writes the next `versions/r…py`; its place. Raises BadInput."""
    if not re.fullmatch(r"[a-z0-9_]{3,40}", what):
        raise BadInput(
            "名称应为 3 至 40 个小写字母、数字或下划线",
            "name it with 3 to 40 of a-z, 0-9 and _",
            code="REVISION_NAME",
        )
    number = f"{int(revisions()[-1]) + 1:04}"
    asyncio.run(_draft(number, what))
    return SCRIPTS / "versions" / f"r{number}_{what}.py"


async def _draft(number: str, what: str) -> None:
    from alembic import command

    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'draft.sqlite3'}")
        await migrate(database)

        def write(connection: sa.Connection) -> None:
            config = alembic_config(connection, TABLES)
            command.revision(config, what, autogenerate=True, rev_id=number)

        async with database.write() as connection:
            await connection.run_sync(write)
        await database.close()
