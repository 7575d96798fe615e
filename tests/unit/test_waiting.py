"""A limit on waiting: what never waits, what waits long enough, what is cancelled, what raises."""

import asyncio

import pytest

from finder.kernel.waiting import within


async def at_once(value: int) -> int:
    return value


async def after(seconds: float, value: int, told: list[str]) -> int:
    try:
        for _ in range(3):
            await asyncio.sleep(seconds / 3)
    except asyncio.CancelledError:
        told.append("cancelled")
        raise
    finally:
        told.append("left")
    return value


async def test_what_never_waits_is_given_at_once() -> None:
    assert await within(0, at_once(7)) == 7


async def test_what_waits_briefly_is_waited_for() -> None:
    told: list[str] = []
    assert await within(5, after(0.01, 7, told)) == 7
    assert told == ["left"]


async def test_what_waits_too_long_is_cancelled_and_may_tidy_up() -> None:
    told: list[str] = []
    with pytest.raises(TimeoutError):
        await within(0.01, after(5, 7, told))
    assert told == ["cancelled", "left"]


async def test_a_cancellation_from_outside_passes_through() -> None:
    told: list[str] = []
    task = asyncio.create_task(within(5, after(5, 7, told)))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert told == ["cancelled", "left"]


@pytest.mark.parametrize("waits", [False, True])
async def test_an_error_passes_through_before_and_after_waiting(waits: bool) -> None:
    async def fails() -> None:
        if waits:
            await asyncio.sleep(0)
        raise ValueError("so it is")

    with pytest.raises(ValueError, match="so it is"):
        await within(5, fails())


async def test_what_is_waited_for_may_fail_and_be_caught_inside() -> None:
    async def copes() -> str:
        broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(broken.set_exception, OSError("gone"))
        try:
            await broken
        except OSError as error:
            await asyncio.sleep(0)
            return str(error)
        return ""

    assert await within(5, copes()) == "gone"
