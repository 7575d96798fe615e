"""The outbox's letters to phones: one for each that a person has, by ids alone, so that nothing of a person stays."""

from datetime import timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
import structlog

from finder.identity.store import Store
from finder.notices.model import NEWS, WatchState
from finder.notices.phones import browser_of, phones_of
from finder.notices.tables import PUSH, WATCH
from finder.notices.web_push import Outcome, PushSender, topic_of
from finder.notices.words import payload
from finder.storage.outbox import Letter, Patience
from finder.storage.unit import Unit, Work, from_us

LETTER = "web-push"
log = structlog.get_logger(__name__)


class Push(msgspec.Struct, frozen=True):
    """What is to be told, and where."""

    watch: str
    subscription: str


async def ring(unit: Unit, watch: str, person: str) -> None:
    """Puts a letter into the outbox for each phone, within the unit that writes that the person is told."""
    for n, subscription in enumerate(await phones_of(unit.connection, person)):
        await unit.send(LETTER, f"{watch}W{n:02}", msgspec.json.encode(Push(watch, subscription)))


class PushLetters:
    """Carries them out. Is a Handler of the outbox."""

    def __init__(self, work: Work, store: Store, sender: PushSender, patience: Patience | None = None) -> None:
        self._work, self._store, self._sender = work, store, sender
        self.patience = patience or Patience((2, 8, 30, 60, 120, 240), attempts=8, call_s=15.0)

    async def before(self, letter: Letter, unit: Unit) -> bool:
        """See Handler; what is no news any more rings nowhere."""
        return unit.now - letter.created_at < NEWS

    async def call(self, letter: Letter) -> Outcome:
        """See Handler. Raises PushUnavailable."""
        push = msgspec.json.decode(letter.payload, type=Push)
        await self._store.made()
        told = sa.select(WATCH).where(WATCH.c.id == push.watch, WATCH.c.state == WatchState.TOLD.value)
        async with self._work.read() as connection:
            row = (await connection.execute(told)).one_or_none()
            browser = await browser_of(connection, self._store, push.subscription)
        if row is None or browser is None:
            return Outcome.TAKEN  # the person, or the phone, is gone
        left = max(timedelta(0), from_us(row.told_at) + NEWS - self._work.clock())
        return await self._sender.send(browser, payload(row), topic=topic_of(row.id), ttl=left)

    async def after(self, letter: Letter, result: Any, unit: Unit) -> None:
        """Forgets a phone that is gone."""
        if result is Outcome.GONE:
            push = msgspec.json.decode(letter.payload, type=Push)
            await unit.connection.execute(sa.delete(PUSH).where(PUSH.c.id == push.subscription))
        elif result is Outcome.REFUSED:
            log.warning("push_refused", number=letter.number)

    async def dead(self, letter: Letter, unit: Unit) -> None:
        """The application tells it all the same, when it is next opened."""
        log.info("push_given_up", number=letter.number)
