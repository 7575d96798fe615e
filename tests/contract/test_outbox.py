"""Unit of work, inbox and outbox, on SQLite and on a real PostgreSQL."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from finder.errors import NotFound, OperatorUnavailable, StoreUnavailable
from finder.kernel.ids import new_order, part
from finder.storage.database import Database
from finder.storage.outbox import Letter, Outbox, Patience
from finder.storage.unit import INBOX, OUTBOX, QUARANTINE, Receipt, Unit, Work
from tests.contract.databases import ENGINES
from tests.contract.hand import Hand

ORDER = new_order(Hand())


@pytest.fixture
def clock() -> Hand:
    return Hand()


@pytest.fixture
def work(database: Database, clock: Hand) -> Work:
    return Work(database, clock)


class Effects:
    """A handler that remembers, and fails where a test wants it to."""

    def __init__(self, **patience: Any) -> None:
        self.patience = Patience(**{"waits_s": (10,), "attempts": 3, **patience})
        self.befores: list[str] = []
        self.calls: list[tuple[str, bytes]] = []
        self.afters: list[tuple[str, Any]] = []
        self.given_up: list[str] = []
        self.fault: Exception | None = None
        self.nothing_left = False
        self.hold: asyncio.Event | None = None
        self.called, self.ended = asyncio.Event(), asyncio.Event()

    async def before(self, letter: Letter, unit: Unit) -> bool:
        self.befores.append(letter.number)
        return not self.nothing_left

    async def call(self, letter: Letter) -> str:
        self.calls.append((letter.number, letter.payload))
        self.called.set()
        if self.hold:
            await self.hold.wait()
        if self.fault:
            raise self.fault
        return "done"

    async def after(self, letter: Letter, result: Any, unit: Unit) -> None:
        self.afters.append((letter.number, result))
        self.ended.set()

    async def dead(self, letter: Letter, unit: Unit) -> None:
        self.given_up.append(letter.number)


async def send(work: Work, *numbers: str, payload: bytes = b"{}") -> None:
    async with work.begin() as unit:
        for number in numbers:
            await unit.send("pay", number, payload)


async def count(work: Work, table: sa.Table) -> int:
    async with work.read() as connection:
        return int((await connection.execute(sa.select(sa.func.count()).select_from(table))).scalar_one())


async def test_a_message_is_taken_once_and_its_repeat_gets_the_first_answer(work: Work) -> None:
    async with work.begin() as unit:
        assert (await unit.receive("wechat", "K1", b"paid")).receipt is Receipt.FIRST
        await unit.answered("wechat", "K1", b"SUCCESS")
    async with work.begin() as unit:
        again = await unit.receive("wechat", "K1", b"paid")
        assert (again.receipt, again.answer) == (Receipt.REPEAT, b"SUCCESS")
        assert (await unit.receive("alipay", "K1", b"paid")).receipt is Receipt.FIRST


async def test_other_content_under_a_known_key_goes_to_quarantine_once(work: Work) -> None:
    async with work.begin() as unit:
        await unit.receive("wechat", "K1", b"paid 100")
    for _ in range(2):
        async with work.begin() as unit:
            assert (await unit.receive("wechat", "K1", b"paid 900")).receipt is Receipt.CONFLICT
    assert (await count(work, INBOX), await count(work, QUARANTINE)) == (1, 1)


async def test_of_many_that_come_at_once_one_is_first(work: Work) -> None:
    async def take() -> Receipt:
        async with work.begin() as unit:
            return (await unit.receive("wechat", "K1", b"paid")).receipt

    receipts = Counter(await asyncio.gather(*(take() for _ in range(8))))
    assert receipts == {Receipt.FIRST: 1, Receipt.REPEAT: 7}


async def test_a_unit_that_fails_leaves_nothing(work: Work) -> None:
    async def half() -> None:
        async with work.begin() as unit:
            await unit.receive("wechat", "K1", b"paid")
            await unit.send("pay", ORDER, b"{}")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await half()
    assert (await count(work, INBOX), await count(work, OUTBOX)) == (0, 0)


async def test_an_effect_is_carried_out_with_its_number_and_bytes_and_ends(work: Work) -> None:
    effects = Effects()
    outbox = Outbox(work, {"pay": effects})
    await send(work, ORDER, payload=b'{"fen": 1640}')
    assert await outbox.step() == 1
    assert effects.befores == [ORDER]
    assert effects.calls == [(ORDER, b'{"fen": 1640}')]
    assert effects.afters == [(ORDER, "done")]
    assert await outbox.step() == 0


async def test_the_same_number_is_sent_once(work: Work) -> None:
    async with work.begin() as unit:
        assert await unit.send("pay", ORDER, b"first")
        assert not await unit.send("pay", ORDER, b"second")
    await send(work, ORDER, payload=b"third")
    effects = Effects()
    await Outbox(work, {"pay": effects}).step()
    assert effects.calls == [(ORDER, b"first")]


async def test_a_failure_waits_and_is_tried_with_the_same_bytes(work: Work, clock: Hand) -> None:
    effects = Effects()
    effects.fault = OperatorUnavailable("渠道无应答", "the channel does not answer")
    outbox = Outbox(work, {"pay": effects})
    await send(work, ORDER, payload=b"same")
    await outbox.step()
    assert await outbox.step() == 0  # not yet
    clock.later(7.9)
    assert await outbox.step() == 0
    clock.later(4.2)  # the wait of 10 s is spread by a fifth
    effects.fault = None
    assert await outbox.step() == 1
    assert effects.calls == [(ORDER, b"same")] * 2
    assert effects.afters == [(ORDER, "done")]


async def test_at_its_last_attempt_an_effect_is_given_up_seen_and_retried_by_a_person(work: Work, clock: Hand) -> None:
    effects = Effects(attempts=2)
    effects.fault = ValueError("nonsense")
    outbox = Outbox(work, {"pay": effects})
    await send(work, ORDER)
    await outbox.step()
    assert (await outbox.dead(), effects.given_up) == ([], [])
    clock.later(13)
    await outbox.step()
    ((letter, why),) = await outbox.dead()
    assert (letter.number, letter.attempts, why, effects.given_up) == (ORDER, 2, "UNANSWERED ValueError", [ORDER])
    clock.later(86_400)
    assert await outbox.step() == 0
    effects.fault = None
    await outbox.retry(letter.id)
    assert await outbox.step() == 1
    assert (effects.afters, await outbox.dead()) == ([(ORDER, "done")], [])
    with pytest.raises(NotFound):
        await outbox.retry(letter.id)


async def test_where_nothing_is_left_to_do_nothing_is_called(work: Work) -> None:
    effects = Effects()
    effects.nothing_left = True
    outbox = Outbox(work, {"pay": effects})
    await send(work, ORDER)
    assert await outbox.step() == 0
    assert (effects.befores, effects.calls) == ([ORDER], [])
    effects.nothing_left = False
    assert await outbox.step() == 0


async def test_many_workers_carry_out_each_effect_once(work: Work, database: Database, clock: Hand) -> None:
    effects = Effects()
    numbers = [part(ORDER, "C", n) for n in range(40)]
    await send(work, *numbers)
    workers = [Outbox(Work(database, clock), {"pay": effects}, at_once=3) for _ in range(4)]
    idle = 0
    while idle < 3:  # whoever finds all of its letters in others' hands takes none, and there may be more
        idle = 0 if sum(await asyncio.gather(*(worker.step() for worker in workers))) else idle + 1
    assert Counter(number for number, _ in effects.calls) == dict.fromkeys(numbers, 1)
    assert Counter(number for number, _ in effects.afters) == dict.fromkeys(numbers, 1)


async def test_who_dies_in_a_call_leaves_it_to_another_and_a_late_return_changes_nothing(
    work: Work, database: Database, clock: Hand
) -> None:
    slow, quick = Effects(call_s=30), Effects(call_s=30)
    slow.hold = asyncio.Event()
    await send(work, ORDER, payload=b"same")
    dying = asyncio.create_task(Outbox(work, {"pay": slow}).step())
    await slow.called.wait()
    other = Outbox(Work(database, clock), {"pay": quick})
    clock.later(59)
    assert await other.step() == 0  # the lease holds
    clock.later(1)
    assert await other.step() == 1
    assert quick.calls == [(ORDER, b"same")]
    slow.hold.set()
    await dying
    assert (slow.afters, quick.afters) == ([], [(ORDER, "done")])


async def test_a_worker_leaves_the_kinds_that_it_does_not_know(work: Work) -> None:
    await send(work, ORDER)
    assert await Outbox(work, {"refund": Effects()}).step() == 0


async def test_what_is_sent_for_later_waits(work: Work, clock: Hand) -> None:
    async with work.begin() as unit:
        await unit.send("pay", ORDER, b"{}")
        await unit.send("pay", part(ORDER, "R", 1), b"{}", after=timedelta(seconds=60))
    effects = Effects()
    outbox = Outbox(work, {"pay": effects})
    assert await outbox.step() == 1
    clock.later(59.9)
    assert await outbox.step() == 0
    clock.later(0.1)
    assert await outbox.step() == 1


async def test_the_worker_runs_by_itself_and_is_woken(work: Work) -> None:
    effects = Effects()
    outbox = Outbox(work, {"pay": effects}, idle_s=60)
    running = asyncio.create_task(outbox.run())
    await asyncio.sleep(0.05)
    await send(work, ORDER)
    outbox.wake()
    async with asyncio.timeout(5):
        await effects.ended.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_a_letter_tells_whether_an_earlier_try_may_have_had_its_effect(work: Work, clock: Hand) -> None:
    effects, heard = Effects(attempts=9), list[bool]()
    plain = effects.call

    async def call(letter: Letter) -> str:
        heard.append(letter.unanswered)
        return await plain(letter)

    effects.call = call  # type: ignore[method-assign]
    outbox = Outbox(work, {"pay": effects})
    await send(work, ORDER)
    for fault in (OperatorUnavailable("无应答", "busy"), ValueError(), OperatorUnavailable("无应答", "busy"), None):
        effects.fault = fault
        await outbox.step()
        clock.later(13)
    assert heard == [False, False, True, True]


async def test_whoever_dies_in_a_call_leaves_a_letter_that_says_so(work: Work, clock: Hand) -> None:
    effects = Effects()
    await send(work, ORDER)
    assert [letter.unanswered for letter in await Outbox(work, {"pay": effects})._claim(8)] == [False]
    clock.later(61)
    assert [letter.unanswered for letter in await Outbox(work, {"pay": effects})._claim(8)] == [True]


async def test_letters_are_claimed_by_number_so_that_two_workers_cannot_lock_each_other_out(
    work: Work, clock: Hand
) -> None:
    effects, older = Effects(), new_order(clock)
    clock.later(1)
    newer = new_order(clock)
    await send(work, newer)
    clock.later(1)
    await send(work, older)
    await Outbox(work, {"pay": effects}).step()
    assert effects.befores == [older, newer]


@pytest.mark.parametrize("database", ENGINES[1:], indirect=True)
async def test_of_two_units_that_lock_each_other_out_one_is_told_to_try_again(work: Work) -> None:
    older, newer = new_order(), new_order()
    await send(work, older, newer)
    both_hold_one = asyncio.Barrier(2)

    async def lock(*numbers: str) -> None:
        async with work.begin() as unit:
            for number in numbers:
                await unit.connection.execute(sa.select(OUTBOX.c.id).where(OUTBOX.c.number == number).with_for_update())
                if number == numbers[0]:
                    await both_hold_one.wait()

    ends = await asyncio.gather(lock(older, newer), lock(newer, older), return_exceptions=True)
    assert [type(end) for end in ends if end is not None] == [StoreUnavailable]
