"""What of a person is in voices and complaints, for its export and its erasure."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.identity.privacy import BesidePeople
from finder.identity.store import Store
from finder.storage.unit import Work, from_us, to_us
from finder.voices.complaint import OVER, ComplaintState
from finder.voices.complaint_rows import WORDS, Rows
from finder.voices.once import forget_keys
from finder.voices.tables import COMPLAINT, VOICE

_SHOWN = ("id", "station", "evse", "code", "stars", "basis")


class VoicesHeld(BesidePeople):
    """Is a Holding. Voices go with the person, out of every summary."""

    name = "voices"

    async def export(self, connection: AsyncConnection, person: str) -> Sequence[dict[str, Any]]:
        """Every voice with its note, the oldest first."""
        own = sa.select(VOICE).where(VOICE.c.person == person).order_by(VOICE.c.id)
        told = []
        for row in (await connection.execute(own)).all():
            note = None if row.note is None else self._store.open(row.note, VOICE.c.note, row.id)
            told.append({name: getattr(row, name) for name in _SHOWN} | {"note": note, "at": from_us(row.at)})
        return told

    async def let_go(self, connection: AsyncConnection, person: str) -> None:
        """Nothing: the rows refer to the person, and go with it."""


class ComplaintsHeld(BesidePeople):
    """Is a Holding. That there was a complaint, and how it went, stays; nobody's, and in nobody's words."""

    name = "complaints"

    def __init__(self, work: Work, store: Store) -> None:
        super().__init__(work, store)
        self._rows = Rows(store, work.clock)

    async def export(self, connection: AsyncConnection, person: str) -> Sequence[dict[str, Any]]:
        """Every complaint, the newest first, in everybody's words."""
        found = await self._rows.find(connection, COMPLAINT.c.person == person, first=100_000)
        return [
            {
                "id": each.id,
                "at": each.made_at,
                "kind": each.kind.value,
                "state": each.state.value,
                "operator": each.operator,
                "station": each.station_id,
                "order": each.order,
                "answerBy": each.answer_by,
                "answeredAt": each.answered_at,
                "appealedAt": each.appealed_at,
                "endedAt": each.ended_at,
                **{word: getattr(each, word) for word in WORDS},
            }
            for each in found
        ]

    async def let_go(self, connection: AsyncConnection, person: str) -> None:
        """Forgets the words and whose they were; what waits is withdrawn."""
        own = COMPLAINT.c.person == person
        waits = COMPLAINT.c.state.not_in([state.value for state in OVER])
        gone = {"state": ComplaintState.WITHDRAWN.value, "ended_at": to_us(self._work.clock())}
        await connection.execute(sa.update(COMPLAINT).where(own, waits).values(**gone))
        await connection.execute(
            sa.update(COMPLAINT).where(own).values({**dict.fromkeys(WORDS), "person": None, "order_no": None})
        )
        await forget_keys(connection, person)
        # As staff it may have answered others: by whom is an opaque id, which nothing resolves any more.
