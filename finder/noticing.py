"""Notices, composed in one place: watches, phones, what follows the board, and the worker that rings."""

import asyncio

from finder.connectors.sdk.addresses import AddressRules
from finder.identity.people import People
from finder.identity.store import Store
from finder.kernel.clock import Clock, system_clock
from finder.kernel.turns import ended
from finder.live.board import LiveBoard
from finder.notices.follow import Following
from finder.notices.letters import LETTER, PushLetters
from finder.notices.notices import Notices
from finder.notices.phones import Phones
from finder.notices.ports import Stations
from finder.notices.push_key import PushKey
from finder.notices.watches import Watches
from finder.notices.watching import Watching
from finder.notices.web_push import PushSender
from finder.settings import Settings
from finder.storage.database import Database
from finder.storage.outbox import Outbox
from finder.storage.unit import Work

RINGS_AT_ONCE = 16


class Noticing:
    """Everything that a notice needs; `connect` opens it once stations are there.

    Its worker is apart from the one of payments, so that a push service that hangs delays nobody's money.
    """

    def __init__(self, settings: Settings, database: Database, people: People, clock: Clock = system_clock) -> None:
        self._work, self._people = Work(database, clock), people
        self._rules = AddressRules(loopback=settings.push_loopback)
        store: Store = people.store
        self.key = PushKey(store, clock, _contact(settings))
        self._sender = PushSender(self.key, self._rules)
        letters = PushLetters(self._work, store, self._sender)
        self._outbox = Outbox(Work(database, clock), {LETTER: letters}, at_once=RINGS_AT_ONCE)
        self._following = Following(self._work)
        self._tasks: list[asyncio.Task[None]] = []

    def connect(self, board: LiveBoard, stations: Stations, *, works: bool) -> Notices:
        """Tells it where stations are; begins to follow them, and to ring where `works`."""
        people = self._people
        watching = Watching(self._work, board, stations, self._outbox.wake)
        watches = Watches(self._work, people.store, board, people.buckets, stations, watching.hear)
        self._tasks.append(asyncio.create_task(watching.run()))
        if works:
            self._tasks.append(asyncio.create_task(self._outbox.run()))
        phones = Phones(self._work, people.store, people.buckets, self._rules)
        return Notices(watches, phones, self.key, self._following)

    async def close(self) -> None:
        """Ends what follows and rings; what is not told yet the next start tells."""
        await ended(self._tasks)
        self._tasks = []
        await self._following.close()
        await self._sender.close()


def _contact(settings: Settings) -> str:
    """Where a push service's people reach ours (RFC 8292, 2.1)."""
    if settings.push_contact:
        return settings.push_contact
    return settings.base_url if settings.base_url.startswith("https://") else ""
