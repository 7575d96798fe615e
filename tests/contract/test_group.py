"""Tasks that share a unit, on SQLite and on a real PostgreSQL: written together, and each fails alone."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from finder.errors import BadInput, StoreUnavailable
from finder.kernel.ids import new_order, part
from finder.storage.database import Database
from finder.storage.outbox import Letter, Outbox
from finder.storage.rows import INBOX, INBOX_ROWS, OUTBOX, QUARANTINE, Receipt, Received, Unit, Write
from finder.storage.unit import Work
from tests.contract.hand import Hand
from tests.contract.test_outbox import Effects, count

NUMBERS = [part(new_order(Hand()), "C", n) for n in range(40)]


@pytest.fixture
def clock() -> Hand:
    return Hand()


@pytest.fixture
async def work(database: Database, clock: Hand, monkeypatch: pytest.MonkeyPatch) -> Work:
    """Its units are counted."""
    made, plain = Work(database, clock), database.write

    @asynccontextmanager
    async def write() -> AsyncIterator[Any]:
        units.append(1)
        async with plain() as connection:
            yield connection

    await count(made, INBOX)  # the tables are there
    monkeypatch.setattr(database, "write", write)
    units.clear()
    return made


units: list[int] = []


def sends(number: str, payload: bytes = b"{}") -> Any:
    async def task(unit: Unit) -> str:
        await unit.send("pay", number, payload)
        return number

    return task


def receives(key: str, payload: bytes = b"paid", answer: bytes = b"yes") -> Any:
    async def task(unit: Unit) -> Received:
        received = await unit.receive("wechat", key, payload)
        if received.receipt is Receipt.FIRST:
            await unit.answered("wechat", key, answer)
        return received

    return task


async def in_the_outbox(work: Work) -> set[str]:
    async with work.read() as connection:
        return set((await connection.execute(sa.select(OUTBOX.c.number))).scalars())


async def test_tasks_that_come_together_share_a_unit_and_each_gets_its_own_result(work: Work) -> None:
    assert await asyncio.gather(*(work.do(sends(number)) for number in NUMBERS)) == NUMBERS
    assert await in_the_outbox(work) == set(NUMBERS)
    assert len(units) == 1


async def test_one_that_fails_leaves_nothing_and_the_others_are_written(work: Work) -> None:
    async def fails(unit: Unit) -> None:
        await sends(NUMBERS[1])(unit)
        await receives("K1")(unit)
        raise BadInput("不行", "no")

    tasks = [work.do(sends(NUMBERS[0])), work.do(fails, (INBOX_ROWS, ("wechat", "K1")))]
    again = work.do(receives("K1"), (INBOX_ROWS, ("wechat", "K1")))
    ends = await asyncio.gather(*tasks, again, return_exceptions=True)
    assert [type(end) for end in ends] == [str, BadInput, Received]
    assert ends[2] == Received(Receipt.FIRST)  # whoever failed has not received it
    assert await in_the_outbox(work) == {NUMBERS[0]}
    assert len(units) == 1


async def test_one_that_cannot_be_written_fails_alone(work: Work) -> None:
    async def broken(unit: Unit, rows: Any) -> bool:
        await unit.connection.execute(sa.insert(INBOX), [{"source": None, "key": "k"} for _ in rows])
        return True

    async def cannot(unit: Unit) -> None:
        await sends(NUMBERS[1])(unit)
        await unit.later(Write(9, broken), None)

    ends = await asyncio.gather(
        work.do(sends(NUMBERS[0])), work.do(cannot), work.do(sends(NUMBERS[2])), return_exceptions=True
    )
    assert [type(end) for end in ends] == [str, IntegrityError, str]
    assert await in_the_outbox(work) == {NUMBERS[0], NUMBERS[2]}
    assert len(units) == 4  # together, then each alone


async def test_a_task_that_asks_for_more_than_was_read_gets_a_unit_of_its_own(work: Work) -> None:
    async def curious(unit: Unit) -> int:
        await sends(NUMBERS[1])(unit)
        return int((await unit.connection.execute(sa.select(sa.func.count()).select_from(OUTBOX))).scalar_one())

    sent, there = await asyncio.gather(work.do(sends(NUMBERS[0])), work.do(curious))
    assert (sent, there) == (NUMBERS[0], 2)
    assert await in_the_outbox(work) == set(NUMBERS[:2])
    assert len(units) == 2


@pytest.mark.parametrize("ahead", [True, False])
async def test_of_one_message_many_times_at_once_one_is_first(work: Work, *, ahead: bool) -> None:
    needs = [(INBOX_ROWS, ("wechat", "K1"))] if ahead else []
    ends = await asyncio.gather(*(work.do(receives("K1"), *needs) for _ in range(8)))
    assert Counter(end.receipt for end in ends) == {Receipt.FIRST: 1, Receipt.REPEAT: 7}
    assert {end.answer for end in ends if end.receipt is Receipt.REPEAT} == {b"yes"}
    assert (await work.do(receives("K1", b"other"), *needs)).receipt is Receipt.CONFLICT
    assert (await work.do(receives("K1"), *needs)) == Received(Receipt.REPEAT, b"yes")
    assert (await count(work, INBOX), await count(work, QUARANTINE)) == (1, 1)


async def test_of_many_processes_that_get_one_message_at_once_one_is_first(
    work: Work, database: Database, clock: Hand
) -> None:
    others = [Work(database, clock) for _ in range(5)]
    need = (INBOX_ROWS, ("wechat", "K1"))
    ends = await asyncio.gather(*(other.do(receives("K1"), need) for other in (work, *others)))
    assert Counter(end.receipt for end in ends) == {Receipt.FIRST: 1, Receipt.REPEAT: 5}


async def test_a_database_that_is_away_is_told_to_all_and_works_again(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = work.begin

    @asynccontextmanager
    async def away() -> AsyncIterator[Unit]:
        async with plain() as unit:
            yield unit
            raise StoreUnavailable("数据库无应答", "the database does not answer")

    monkeypatch.setattr(work._group, "_begin", away)
    ends = await asyncio.gather(*(work.do(sends(number)) for number in NUMBERS[:3]), return_exceptions=True)
    assert [type(end) for end in ends] == [StoreUnavailable] * 3
    assert await in_the_outbox(work) == set()
    monkeypatch.setattr(work._group, "_begin", plain)
    assert await work.do(sends(NUMBERS[0])) == NUMBERS[0]


async def test_whoever_goes_before_his_turn_is_left_out(work: Work) -> None:
    async with work.begin():  # nobody else writes meanwhile, in SQLite
        gone, stays = (asyncio.create_task(work.do(sends(number))) for number in NUMBERS[:2])
        gone.cancel()
        await asyncio.sleep(0)
    assert await stays == NUMBERS[1]
    assert await in_the_outbox(work) == {NUMBERS[1]}


@asynccontextmanager
async def running(outbox: Outbox) -> AsyncIterator[None]:
    task = asyncio.create_task(outbox.run())
    await asyncio.sleep(0.05)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(happened: Any) -> None:
    async with asyncio.timeout(10):
        while not happened():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def tried(work: Work, number: str) -> bool:
    async with work.read() as connection:
        attempts = sa.select(OUTBOX.c.attempts).where(OUTBOX.c.number == number)
        return bool((await connection.execute(attempts)).scalar_one())


async def test_a_letter_is_taken_in_the_unit_that_sends_it_and_nobody_has_to_look(work: Work) -> None:
    effects = Effects()
    async with running(Outbox(work, {"pay": effects}, idle_s=60)):
        units.clear()
        await work.do(sends(NUMBERS[0], b"same"))
        await until(lambda: effects.afters)
    assert effects.calls == [(NUMBERS[0], b"same")]
    assert len(units) == 2  # sent and recorded; ended


async def test_what_is_sent_for_later_is_not_taken_yet(work: Work) -> None:
    effects = Effects()

    async def later(unit: Unit) -> None:
        await unit.send("pay", NUMBERS[0], b"{}", after=timedelta(seconds=60))

    async with running(Outbox(work, {"pay": effects}, idle_s=60)):
        await work.do(later)
        await asyncio.sleep(0.05)
    assert effects.befores == []


async def test_no_more_are_called_at_once_than_there_is_room_for_and_all_are_called(work: Work) -> None:
    effects = Effects()
    out, most, plain = 0, 0, effects.call

    async def call(letter: Letter) -> str:
        nonlocal out, most
        out += 1
        most = max(most, out)
        await asyncio.sleep(0.01)
        out -= 1
        return await plain(letter)

    effects.call = call  # type: ignore[method-assign]
    async with running(Outbox(work, {"pay": effects}, at_once=3, idle_s=60)):
        await asyncio.gather(*(work.do(sends(number)) for number in NUMBERS))
        await until(lambda: len(effects.afters) == len(NUMBERS))
    assert most == 3
    assert Counter(number for number, _ in effects.calls) == dict.fromkeys(NUMBERS, 1)


@pytest.mark.parametrize("looked_for", [True, False])
async def test_a_letter_that_cannot_be_recorded_harms_no_other_and_is_given_up_in_the_end(
    work: Work, clock: Hand, *, looked_for: bool
) -> None:
    effects = Effects(attempts=2)
    plain = effects.before

    async def before(letter: Letter, unit: Unit) -> bool:
        if letter.number == NUMBERS[1]:
            raise LookupError("poison")
        return await plain(letter, unit)

    effects.before = before  # type: ignore[method-assign]
    outbox = Outbox(work, {"pay": effects}, idle_s=0.01)
    if looked_for:
        await asyncio.gather(*(work.do(sends(number)) for number in NUMBERS[:3]))
        await outbox.step()
        clock.later(13)
        await outbox.step()
    else:
        async with running(outbox):
            await asyncio.gather(*(work.do(sends(number)) for number in NUMBERS[:3]))
            await until(lambda: len(effects.afters) == 2)
            while not await tried(work, NUMBERS[1]):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            clock.later(13)
            while not await outbox.dead():  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    assert {number for number, _ in effects.afters} == {NUMBERS[0], NUMBERS[2]}
    assert effects.given_up == [NUMBERS[1]]
    assert [(letter.number, letter.attempts) for letter, _ in await outbox.dead()] == [(NUMBERS[1], 2)]


async def test_no_effect_is_called_of_a_unit_that_was_not_committed(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    effects, plain = Effects(), work.begin

    @asynccontextmanager
    async def away() -> AsyncIterator[Unit]:
        async with plain() as unit:
            yield unit
            raise StoreUnavailable("数据库无应答", "the database does not answer")

    async with running(Outbox(work, {"pay": effects}, idle_s=60)):
        monkeypatch.setattr(work._group, "_begin", away)
        with pytest.raises(StoreUnavailable):
            await work.do(sends(NUMBERS[0]))
        await asyncio.sleep(0.05)
    assert (effects.befores, effects.calls) == ([NUMBERS[0]], [])


async def test_one_bad_end_fails_alone_and_is_tried_again(work: Work, clock: Hand) -> None:
    effects, plain = Effects(), Effects.after
    bad = [NUMBERS[1]]

    async def after(letter: Letter, result: Any, unit: Unit) -> None:
        if letter.number in bad:
            bad.clear()
            raise LookupError
        await plain(effects, letter, result, unit)

    effects.after = after  # type: ignore[method-assign]
    outbox = Outbox(work, {"pay": effects})
    await asyncio.gather(*(work.do(sends(number)) for number in NUMBERS[:3]))
    await outbox.step()
    assert {number for number, _ in effects.afters} == {NUMBERS[0], NUMBERS[2]}
    clock.later(13)
    await outbox.step()
    assert {number for number, _ in effects.afters} == set(NUMBERS[:3])


async def test_letters_that_are_taken_while_others_are_looked_for_leave_no_room_below_nothing(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    effects = Effects()
    effects.hold = asyncio.Event()
    outbox, looked = Outbox(work, {"pay": effects}, at_once=2, idle_s=0.01), list[int]()
    plain = outbox._claim

    async def claim(most: int) -> list[Letter]:
        looked.append(most)
        if len(looked) == 1:  # while it looks for two, two others are taken
            await asyncio.gather(*(work.do(sends(number)) for number in NUMBERS[2:4]))
        return await plain(most)

    monkeypatch.setattr(outbox, "_claim", claim)
    await asyncio.gather(*(work.do(sends(number)) for number in NUMBERS[:2]))
    async with running(outbox):
        await until(lambda: len(effects.calls) == 4)
        await asyncio.sleep(0.05)
        effects.hold.set()
        await until(lambda: len(effects.afters) == 4)
    assert min(looked) > 0
