"""A channel's callback becomes news of an order, once, in the transaction that remembers the callback."""

from collections.abc import Callable
from dataclasses import replace

import msgspec
import structlog

from finder.charging.news import channel_needs, take_channel
from finder.errors import BadInput, NotFound
from finder.money.channels.port import Channel, Notice
from finder.storage.rows import INBOX_ROWS
from finder.storage.unit import Receipt, Unit, Work

log = structlog.get_logger(__name__)


class Notices:
    """Takes callbacks that their channel has verified."""

    def __init__(self, work: Work, wake: Callable[[], None] = lambda: None) -> None:
        self._work, self._wake = work, wake

    async def take(self, channel: Channel, notice: Notice) -> None:
        """Applies it. A repeat, sealed anew, changes nothing; the same key with other news waits for a person.

        Raises StoreUnavailable, after which the channel sends it again.
        """
        body = msgspec.json.encode(replace(notice.seen, phone={}))
        source = f"pay:{channel.name}"

        async def taken(unit: Unit) -> None:
            received = await unit.receive(source, notice.key, body)
            if received.receipt is Receipt.CONFLICT:
                log.warning("callback_contradicts_itself", channel=channel.name, step=notice.seen.step.value)
            if received.receipt is not Receipt.FIRST:
                return
            try:
                await take_channel(unit, notice.seen)
            except (NotFound, BadInput):
                log.warning("callback_of_no_order", channel=channel.name, step=notice.seen.step.value)

        await self._work.do(taken, (INBOX_ROWS, (source, notice.key)), *channel_needs(notice.seen))
        self._wake()
