"""A limit on waiting that costs nothing where nobody waits."""

import asyncio
from collections.abc import Callable, Coroutine, Generator
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class _Rest(Generic[T]):
    """The remainder of work that has begun and waits for `awaited`."""

    def __init__(self, steps: Generator[Any, Any, T], awaited: Any) -> None:
        self._steps = steps
        self._awaited = awaited

    def __await__(self) -> Generator[Any, Any, T]:
        awaited = self._awaited
        step: Callable[[Any], Any]
        value: Any
        while True:
            try:
                sent = yield awaited
            except BaseException as thrown:  # among them the cancellation that ends a wait
                step, value = self._steps.throw, thrown
            else:
                step, value = self._steps.send, sent
            try:
                awaited = step(value)
            except StopIteration as done:
                return done.value  # type: ignore[no-any-return]


async def within(seconds: float, work: Coroutine[Any, Any, T]) -> T:
    """What the work returns. Raises TimeoutError where it waits for longer than that; the timer is only set then."""
    steps = work.__await__()
    try:
        awaited = steps.send(None)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
    async with asyncio.timeout(seconds):
        return await _Rest(steps, awaited)
