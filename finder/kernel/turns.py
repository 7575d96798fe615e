"""What runs for as long as a process does: a turn that fails does not end it, and it is ended from outside."""

import asyncio
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from finder.errors import FinderError


@contextmanager
def carried_on(log: Any, name: str) -> Iterator[None]:
    """Around one turn: what fails in it is logged, as `<name>_wait` where somebody is away, else as `<name>_fault`."""
    try:
        yield
    except FinderError as away:
        log.warning(f"{name}_wait", code=away.code, error=away.en)
    except Exception:
        log.exception(f"{name}_fault")


async def ended(tasks: Collection[asyncio.Task[Any]]) -> None:
    """Cancels them, and waits until they have ended; what they raise is theirs."""
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)
