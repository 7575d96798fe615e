"""What connectors write down: in memory, on SQLite and on a real PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from finder.connectors.sdk.notebook import ABSENT, MemoryNotebook, Notebook
from finder.errors import Busy
from finder.federation.notebook import NOTE, SqlNotebook
from finder.storage.database import Database

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)


class Hand:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Hand:
    return Hand()


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgresql", marks=[pytest.mark.postgres, pytest.mark.slow])])
async def notebook(request: pytest.FixtureRequest, clock: Hand, tmp_path: Path) -> AsyncIterator[Notebook]:
    if request.param == "memory":
        yield MemoryNotebook(clock)
        return
    url = (
        f"sqlite:///{tmp_path / 'n.sqlite3'}" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    )
    database = Database(url)
    async with database.write() as connection:
        await connection.execute(sa.text("drop table if exists connector_note"))
    yield SqlNotebook(database, clock)
    await database.close()


async def test_a_note_is_read_as_it_was_written_and_belongs_to_its_source(notebook: Notebook) -> None:
    assert await notebook.write("a", {"x": b"1", "y": b"2"})
    assert {name: note.body for name, note in (await notebook.read("a", ["x", "y", "z"])).items()} == {
        "x": b"1",
        "y": b"2",
    }
    assert await notebook.read("b", ["x"]) == {}
    assert await notebook.write("a", {"x": None})
    assert set(await notebook.read("a", ["x", "y"])) == {"y"}


async def test_who_read_an_older_note_writes_nothing(notebook: Notebook) -> None:
    assert await notebook.write("a", {"x": b"1"}, {"x": ABSENT})
    assert not await notebook.write("a", {"x": b"2", "y": b"2"}, {"x": ABSENT})
    assert "y" not in await notebook.read("a", ["y"])
    revision = (await notebook.read("a", ["x"]))["x"].revision
    assert await notebook.write("a", {"x": b"2"}, {"x": revision})
    assert not await notebook.write("a", {"x": b"3"}, {"x": revision})
    assert (await notebook.read("a", ["x"]))["x"].body == b"2"


async def test_of_many_at_once_one_wins_each_round(notebook: Notebook) -> None:
    async def add() -> int:
        tries = 0
        while True:
            tries += 1
            note = (await notebook.read("a", ["n"])).get("n")
            told = int(note.body) if note else 0
            if await notebook.write("a", {"n": str(told + 1).encode()}, {"n": note.revision if note else ABSENT}):
                return tries

    await asyncio.gather(*(add() for _ in range(8)))
    assert (await notebook.read("a", ["n"]))["n"].body == b"8"


async def test_a_note_ends_at_its_time_and_may_then_be_written_anew(notebook: Notebook, clock: Hand) -> None:
    await notebook.write("a", {"x": b"1"}, until=NOON + timedelta(seconds=10))
    clock.now = NOON + timedelta(seconds=9)
    assert "x" in await notebook.read("a", ["x"])
    clock.now = NOON + timedelta(seconds=10)
    assert "x" not in await notebook.read("a", ["x"])
    assert await notebook.write("a", {"x": b"2"}, {"x": ABSENT})
    assert (await notebook.read("a", ["x"]))["x"].body == b"2"


async def test_more_notes_than_one_question_holds(notebook: Notebook) -> None:
    notes = {f"n{n}": str(n).encode() for n in range(1_201)}
    assert await notebook.write("a", notes)
    assert len(await notebook.read("a", list(notes))) == 1_201


async def test_a_full_notebook_refuses_and_has_room_when_notes_end(clock: Hand) -> None:
    notebook = MemoryNotebook(clock, capacity=2)
    await notebook.write("a", {"x": b"1", "y": b"2"}, until=NOON + timedelta(seconds=1))
    with pytest.raises(Busy):
        await notebook.write("a", {"z": b"3"})
    await notebook.write("a", {"x": b"4"}, until=NOON + timedelta(seconds=1))  # what is there may change
    clock.now += timedelta(seconds=1)
    assert await notebook.write("a", {"z": b"3"})


async def test_what_is_kept_is_sealed(tmp_path: Path, clock: Hand) -> None:
    database = Database(f"sqlite:///{tmp_path / 's.sqlite3'}")
    notebook = SqlNotebook(database, clock, lambda body: body[::-1], lambda body: body[::-1])
    await notebook.write("a", {"x": b"secret"})
    async with database.read() as connection:
        assert (await connection.execute(sa.select(NOTE.c.body))).scalars().all() == [b"terces"]
    assert (await notebook.read("a", ["x"]))["x"].body == b"secret"
    await database.close()
