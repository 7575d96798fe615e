"""Follows the board for as long as it is open: what fails is logged, and the next turn comes all the same."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from finder.kernel.turns import carried_on
from finder.live.board import LiveBoard, Subscription
from finder.live.model import Change

Heard = Callable[[Change], None]
log = structlog.get_logger(__name__)


async def follow(
    name: str, board: LiveBoard, heard: Heard, turn: Callable[[], Awaitable[None]], every_s: float
) -> None:
    """Hands on each change and takes a turn every so many seconds, until it is cancelled or the board closes."""
    async with board.subscribe() as changes:
        listening = asyncio.create_task(_listen(name, changes, heard))
        try:
            while not listening.done():
                await asyncio.sleep(every_s)
                with carried_on(log, name):
                    await turn()
        finally:
            listening.cancel()


async def _listen(name: str, changes: Subscription, heard: Heard) -> None:
    dropped = 0
    async for change in changes:
        if changes.dropped > dropped:
            dropped = changes.dropped
            log.info(f"{name}_missed_changes", dropped=dropped)
        try:
            heard(change)
        except Exception:  # of this change; those that follow are heard
            log.exception(f"{name}_fault")
