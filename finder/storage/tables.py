"""Small things that tables share: made or brought up at first use, and an insert that knows its dialect."""

import asyncio
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from finder.storage.database import Database


class Tables:
    """The tables of one room in one database, made at first use, or by revisions where the database has them."""

    def __init__(self, database: Database, metadata: sa.MetaData) -> None:
        self.database = database
        self._metadata = metadata
        self._made = False
        self._making = asyncio.Lock()

    async def made(self) -> Database:
        """The database, with the tables in it. Raises StoreUnavailable."""
        if not self._made:
            async with self._making:
                if not self._made:
                    await self.database.create(self._metadata)
                    self._made = True
        return self.database

    def insert(self, table: sa.Table) -> Any:
        """An INSERT that takes ON CONFLICT, in the dialect of this database."""
        return (sqlite if self.database.dialect == "sqlite" else postgresql).insert(table)
