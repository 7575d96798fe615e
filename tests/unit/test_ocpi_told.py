"""What an OCPI operator told last: the newer of list and push, changed in one step, forgotten in time."""

import asyncio
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import pytest

from finder.connectors.ocpi.told import MAX_OBJECT, Kind, Told
from finder.connectors.sdk.notebook import MemoryNotebook, Note
from finder.errors import BadInput, Busy
from tests.protocol.tcec102_peer import Hand


def place(second: int, **more: Any) -> dict[str, Any]:
    return {"id": "LOC1", "last_updated": f"2026-11-24T03:00:{second:02d}Z", **more}


@pytest.fixture
def clock() -> Hand:
    return Hand()


@pytest.fixture
def told(clock: Hand) -> Told:
    return Told("op", MemoryNotebook(clock), clock)


async def test_a_list_does_not_overwrite_a_newer_push_and_is_itself_taken(told: Told) -> None:
    await told.put_many(Kind.LOCATION, {"LOC1": place(10), "LOC2": place(10)})
    await told.change(Kind.LOCATION, "loc1", lambda known: {**(known or {}), **place(20)})
    await told.put_many(Kind.LOCATION, {"LOC1": place(19), "LOC2": place(19)})
    found = await told.get_many(Kind.LOCATION, ["Loc1", "Loc2", "Loc3"])
    assert {name: each["last_updated"][-3:-1] for name, each in found.items()} == {"loc1": "20", "loc2": "19"}


async def test_kinds_do_not_mix(told: Told) -> None:
    await told.put_many(Kind.LOCATION, {"X": place(1)})
    assert await told.get(Kind.TARIFF, "X") is None


async def test_a_session_is_forgotten_in_time_and_a_location_is_not(told: Told, clock: Hand) -> None:
    for kind in (Kind.SESSION, Kind.LOCATION):
        await told.change(kind, "X", lambda _: place(1))
    clock.move(days=59)
    assert await told.get(Kind.SESSION, "X") is not None
    clock.move(days=1)
    assert await told.get(Kind.SESSION, "X") is None
    assert await told.get(Kind.LOCATION, "X") is not None


async def test_an_object_as_large_as_allowed_is_kept_and_one_byte_more_is_not(told: Told) -> None:
    frame = len(b'{"x":""}')
    await told.change(Kind.LOCATION, "X", lambda _: {"x": "a" * (MAX_OBJECT - frame)})
    with pytest.raises(BadInput) as large:
        await told.change(Kind.LOCATION, "X", lambda _: {"x": "a" * (MAX_OBJECT - frame + 1)})
    assert large.value.code == "TOO_LARGE"


async def test_twenty_changes_at_once_are_all_made(clock: Hand) -> None:
    class Slow(MemoryNotebook):
        async def read(self, source: str, names: Collection[str]) -> Mapping[str, Note]:
            found = await super().read(source, names)
            await asyncio.sleep(0)  # so that others read the same revision
            return found

    told = Told("op", Slow(clock), clock)

    async def count() -> None:
        while True:
            try:
                await told.change(Kind.ORDER, "X", lambda known: {"n": (known or {"n": 0})["n"] + 1})
            except Busy:
                continue
            return

    await asyncio.gather(*(count() for _ in range(20)))
    assert await told.get(Kind.ORDER, "X") == {"n": 20}


async def test_another_process_that_never_rests_is_busy_and_nothing_is_kept(clock: Hand) -> None:
    class Contended(MemoryNotebook):
        async def write(
            self,
            source: str,
            notes: Mapping[str, bytes | None],
            seen: Mapping[str, int] | None = None,
            until: datetime | None = None,
        ) -> bool:
            return False

    told = Told("op", Contended(clock), clock)
    with pytest.raises(Busy):
        await told.change(Kind.ORDER, "X", lambda _: {"n": 1})
    with pytest.raises(Busy):
        await told.put_many(Kind.LOCATION, {"X": place(1)})
    assert await told.get(Kind.ORDER, "X") is None
