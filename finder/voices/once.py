"""The same request under the same key is done once, whoever else asks for it at the same time."""

import hashlib
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.charging.keys import KeyReused, check_key
from finder.identity.sessions import NotSignedIn
from finder.identity.store import Store
from finder.identity.tables import PERSON
from finder.storage.rows import INBOX, QUARANTINE, known
from finder.storage.unit import Receipt, Unit, Work
from finder.storage.unit import Received as Kept

KINDS = ("voice", "complain", "answer", "appeal", "decide")


class Once:
    """A person's keys for one kind of request. What a key stands for is kept as a keyed hash: words are in it."""

    def __init__(self, store: Store, work: Work, what: str) -> None:
        self._store, self._work, self._what = store, work, what

    async def before(self, person: str, key: str, content: Any) -> str | None:
        """What this request was answered before. Raises BadInput, KeyReused."""
        check_key(key)
        async with self._work.read() as connection:
            return _answer(await known(connection, self._source(person), key, self._digest(content)))

    async def take(self, unit: Unit, person: str, key: str, content: Any) -> str | None:
        """The same within a unit, which has the person to itself from here. Raises KeyReused, NotSignedIn."""
        held = sa.select(PERSON.c.id).where(PERSON.c.id == person).with_for_update()
        if (await unit.connection.execute(held)).first() is None:
            raise NotSignedIn  # erased a moment ago
        received = await unit.receive(self._source(person), key, self._digest(content))
        return None if received.receipt is Receipt.FIRST else _answer(received)

    async def done(self, unit: Unit, person: str, key: str, answer: str) -> None:
        """Remembers the answer for repeats."""
        await unit.answered(self._source(person), key, answer.encode())

    def _source(self, person: str) -> str:
        return f"{self._what}:{person}"

    def _digest(self, content: Any) -> bytes:
        return self._store.mac(self._what, hashlib.sha256(msgspec.json.encode(content)).hexdigest())


async def forget_keys(connection: AsyncConnection, person: str) -> None:
    """Whoever is erased repeats nothing any more; what joined a person to a complaint goes."""
    sources = [f"{what}:{person}" for what in KINDS]
    for table in (INBOX, QUARANTINE):
        await connection.execute(sa.delete(table).where(table.c.source.in_(sources)))


def _answer(received: Kept | None) -> str | None:
    if received is None:
        return None
    if received.receipt is Receipt.CONFLICT:
        raise KeyReused
    return None if received.answer is None else received.answer.decode()
