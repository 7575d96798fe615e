"""A new and empty database for each test: SQLite in a file, or a schema's worth of a real PostgreSQL."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from finder.storage.database import Database
from tests.contract.postgres_server import postgres

ENGINES = ["sqlite", pytest.param("postgresql", marks=[pytest.mark.postgres, pytest.mark.slow])]


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    with postgres() as url:
        yield url


@asynccontextmanager
async def opened(request: pytest.FixtureRequest, folder: Path) -> AsyncIterator[Database]:
    """The database that the fixture's parameter names."""
    if request.param == "sqlite":
        made = Database(f"sqlite:///{folder / 'finder.sqlite3'}")
    else:
        made = Database(request.getfixturevalue("postgres_url"))
        async with made.write() as connection:
            there = sa.MetaData()
            await connection.run_sync(there.reflect)
            await connection.run_sync(there.drop_all)
    yield made
    await made.close()


@pytest.fixture(params=ENGINES)
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    async with opened(request, tmp_path) as made:
        yield made
