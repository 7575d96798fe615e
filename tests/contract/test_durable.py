"""SQLite waits for its disk at each commit (decision 0066)."""

from pathlib import Path

from finder.storage.database import Database

FULL = 2


async def test_every_connection_to_a_sqlite_file_waits_for_the_disk(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'finder.sqlite3'}")
    for _ in range(2):
        async with database.write() as writing, database.read() as reading:
            for connection in (writing, reading):
                assert (await connection.exec_driver_sql("PRAGMA synchronous")).scalar_one() == FULL
                assert (await connection.exec_driver_sql("PRAGMA journal_mode")).scalar_one() == "wal"
    await database.close()
