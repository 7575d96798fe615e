"""Ways of building it wrongly, each of which the kills must bring to light."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from finder.errors import FinderError
from finder.storage import outbox
from finder.storage.outbox import Letter, Outbox
from finder.storage.unit import OUTBOX, LetterState, Receipt, Received, Unit, to_us
from tests.faults.test_charging_mutants import fresh_number_per_retry


def _forgets(patch: pytest.MonkeyPatch, source_begins: str) -> None:
    plain = Unit.receive

    async def receive(self: Unit, source: str, key: str, payload: bytes) -> Received:
        first = Received(Receipt.FIRST)
        return first if source.startswith(source_begins) else await plain(self, source, key, payload)

    patch.setattr(Unit, "receive", receive)


def no_idempotency_key(patch: pytest.MonkeyPatch) -> None:
    """A driver's repeated start is another start."""
    _forgets(patch, "start:")


def no_unique_inbox_key(patch: pytest.MonkeyPatch) -> None:
    """A bill that is told twice is a second bill."""
    _forgets(patch, "bill:")


def effect_before_record(patch: pytest.MonkeyPatch) -> None:
    """The call goes out first; that it may have happened is written afterwards."""
    plain = Outbox._claim

    async def claim(self: Any, most: int) -> list[Letter]:
        due = sa.and_(OUTBOX.c.state == LetterState.WAITING.value, OUTBOX.c.due_at <= to_us(self._work.clock()))
        async with self._work.read() as connection:
            rows = (await connection.execute(sa.select(OUTBOX).where(due).order_by(OUTBOX.c.due_at).limit(8))).all()
        for row in rows:
            letter = outbox._taken(row)
            try:
                await self._handlers[letter.kind].call(letter)
            except FinderError:
                continue
        return await plain(self, most)

    patch.setattr(Outbox, "_claim", claim)


MUTANTS: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    mutant.__name__: mutant
    for mutant in (no_idempotency_key, no_unique_inbox_key, effect_before_record, fresh_number_per_retry)
}
