"""A SQL database behind one URL: SQLite beside the process, PostgreSQL at scale."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import Connection, MetaData, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from finder.errors import SettingsError, StoreUnavailable

BUSY_TIMEOUT_MS = 10_000  # how long a SQLite writer waits for another process
CLOSE_S = 5.0  # for transactions that are under way when the database is closed
CONNECT_TIMEOUT_S = 5.0
COMMAND_TIMEOUT_S = 60.0
CONNECTIONS = 15  # of one process, and kept: to open one costs more than a small transaction
_WAL_ATTEMPTS, _WAL_PAUSE_S = 100, 0.02
_WRITES = "finder_writes"
# PostgreSQL's classes: a connection that broke, a deadlock, no connection to be had, a server that ends or begins.
_TRY_AGAIN = ("08", "40", "53", "57P")
_SCHEMA_LOCK = 7_305_011  # any number that nothing else in the database locks


def database_url(url: str, data_dir: Path) -> str:
    """The URL of the settings, or where it is empty a SQLite file in the data folder. Raises SettingsError."""
    if not url:
        data_dir.mkdir(parents=True, exist_ok=True)
        return f"sqlite:///{(data_dir / 'finder.sqlite3').absolute()}"
    _parse(url)
    return url


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as bad:
        raise SettingsError(
            "FINDER_STORE_URL 无法识别，请使用 sqlite:///路径 或 postgresql://用户:密码@主机/库",
            "FINDER_STORE_URL cannot be read: use sqlite:///path or postgresql://user:password@host/database",
        ) from bad
    match parsed.drivername.split("+")[0]:
        case "sqlite":
            return parsed.set(drivername="sqlite+aiosqlite")
        case "postgresql" | "postgres":
            return parsed.set(drivername="postgresql+asyncpg")
        case other:
            raise SettingsError(
                f"FINDER_STORE_URL：没有 {other!r} 的引擎，请使用 sqlite: 或 postgresql:",
                f"FINDER_STORE_URL: no engine for {other!r}; use sqlite: or postgresql:",
            )


def _use_wal(connection: Any, cursor: Any) -> None:
    # SQLite does not wait for its busy timeout here: two processes that make a new file together would both fail.
    for attempt in range(_WAL_ATTEMPTS):
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            if attempt == _WAL_ATTEMPTS - 1:
                raise
            connection.run_async(lambda _: asyncio.sleep(_WAL_PAUSE_S))


def _sqlite(engine: AsyncEngine) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        connection.isolation_level = None  # the driver must not begin transactions of its own
        cursor = connection.cursor()
        try:
            cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
            _use_wal(connection, cursor)
            cursor.execute("PRAGMA synchronous = FULL")  # decision 0066: a power cut costs no commit
            cursor.execute("PRAGMA foreign_keys = ON")
        except Exception:
            connection.close()  # or its thread would outlive the refusal
            raise
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        # A deferred writer that finds its snapshot outdated cannot wait, it fails: so writers queue from the start.
        writes = connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


class Database:
    """Connections to one database. Every way in raises StoreUnavailable where it does not answer."""

    def __init__(self, url: str, *, command_timeout_s: float | None = COMMAND_TIMEOUT_S) -> None:
        parsed = _parse(url)
        self.dialect = parsed.drivername.split("+")[0]
        # SQLite has one writer, and who waits for it in the file looks again only now and then: here they queue.
        self._turn = asyncio.Lock() if self.dialect == "sqlite" else None
        self._users, self._unused = 0, asyncio.Event()
        self._unused.set()
        if self.dialect == "sqlite":
            self.engine = create_async_engine(
                parsed, pool_size=CONNECTIONS, max_overflow=0, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000}
            )
            _sqlite(self.engine)
        else:
            self.engine = create_async_engine(
                parsed,
                pool_size=CONNECTIONS,
                max_overflow=0,
                pool_pre_ping=True,
                pool_timeout=CONNECT_TIMEOUT_S,
                connect_args={"timeout": CONNECT_TIMEOUT_S, "command_timeout": command_timeout_s},
            )

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that only reads."""
        async with self._used(), _mapped(), self.engine.connect() as connection, connection.begin():
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that may write: committed at the end, rolled back on any error."""
        async with self._used(), _mapped(), self._queued(), self.engine.connect() as connection:
            await connection.execution_options(**{_WRITES: True})
            async with connection.begin():
                yield connection

    @asynccontextmanager
    async def _used(self) -> AsyncIterator[None]:
        self._users += 1
        self._unused.clear()
        try:
            yield
        finally:
            self._users -= 1
            if not self._users:
                self._unused.set()

    @asynccontextmanager
    async def _queued(self) -> AsyncIterator[None]:
        if self._turn is None:
            yield
            return
        async with asyncio.timeout(BUSY_TIMEOUT_MS / 1000):
            await self._turn.acquire()
        try:
            yield
        finally:
            self._turn.release()

    async def create(self, metadata: MetaData) -> None:
        """Makes the tables that are missing; safe from several processes at once."""
        async with self.write() as connection:
            await self.lock_schema(connection)
            await connection.run_sync(metadata.create_all)

    async def lock_schema(self, connection: AsyncConnection) -> None:
        """Waits until nobody else changes tables, to the end of this write; in SQLite every write is alone."""
        if self.dialect == "postgresql":
            await connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _SCHEMA_LOCK})

    async def close(self) -> None:
        """Lets go of connections, once whoever uses one has ended or CLOSE_S are over."""
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                await self._unused.wait()
        await self.engine.dispose()


@asynccontextmanager
async def _mapped() -> AsyncIterator[None]:
    try:
        yield
    except (TimeoutError, OperationalError, InterfaceError, PoolTimeout, OSError) as bad:
        raise _unavailable(bad) from bad
    except DBAPIError as bad:
        # SQLite has only the bare class to say that the file is no database or is damaged.
        state = str(getattr(bad.orig, "sqlstate", None) or "")
        if bad.connection_invalidated or type(bad) is DatabaseError or state.startswith(_TRY_AGAIN):
            raise _unavailable(bad) from bad
        raise
    except (
        asyncpg.PostgresConnectionError,
        asyncpg.CannotConnectNowError,
        asyncpg.TooManyConnectionsError,
        asyncpg.InterfaceError,
    ) as bad:
        raise _unavailable(bad) from bad
    except (asyncpg.InvalidCatalogNameError, asyncpg.InvalidAuthorizationSpecificationError) as bad:
        raise _unavailable(bad) from bad


def _unavailable(bad: BaseException) -> StoreUnavailable:
    why = str(getattr(bad, "orig", None) or bad).splitlines()
    first = why[0] if why else type(bad).__name__
    return StoreUnavailable(
        f"数据库无应答（{first}）；数据不会丢失，请检查数据库后重试",
        f"the database does not answer ({first}); nothing is lost: check it and try again",
    )
