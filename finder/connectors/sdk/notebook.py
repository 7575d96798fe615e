"""What a connector writes down so that it survives a restart and every process sees it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from finder.errors import Busy
from finder.kernel.clock import Clock
from finder.stations.model import SourceId

ABSENT = 0  # the revision of a note that is not there


@dataclass(frozen=True, slots=True)
class Note:
    """A note as it stands. Its body may be secret or personal: never logged."""

    body: bytes = field(repr=False)
    revision: int


class Notebook(Protocol):
    """Notes by source and name. Every method raises StoreUnavailable, after which nothing is half done."""

    async def read(self, source: SourceId, names: Collection[str]) -> Mapping[str, Note]:
        """Those of these notes that are there and have not ended."""

    async def write(
        self,
        source: SourceId,
        notes: Mapping[str, bytes | None],
        seen: Mapping[str, int] | None = None,
        until: datetime | None = None,
    ) -> bool:
        """Writes all or nothing; None removes, `until` is when what is written ends.

        False, with nothing written, where a note that `seen` names has another revision by now (ABSENT: it was not
        there). Raises Busy where there is no room.
        """


class MemoryNotebook:
    """One process's notes, at most `capacity`; a full one refuses rather than forgets."""

    def __init__(self, clock: Clock, capacity: int = 200_000) -> None:
        self._clock, self._capacity = clock, capacity
        self._notes: dict[tuple[SourceId, str], tuple[Note, datetime | None]] = {}
        self._revision = ABSENT

    async def read(self, source: SourceId, names: Collection[str]) -> Mapping[str, Note]:
        """See Notebook."""
        return {name: note for name in names if (note := self._there(source, name)) is not None}

    async def write(
        self,
        source: SourceId,
        notes: Mapping[str, bytes | None],
        seen: Mapping[str, int] | None = None,
        until: datetime | None = None,
    ) -> bool:
        """See Notebook."""
        for name, revision in (seen or {}).items():
            note = self._there(source, name)
            if revision != (ABSENT if note is None else note.revision):
                return False
        new = sum(body is not None and (source, name) not in self._notes for name, body in notes.items())
        if new and len(self._notes) + new > self._capacity:
            self._sweep()
            if len(self._notes) + new > self._capacity:
                raise Busy("记录已满，请稍后重试", "there is no room for more notes: try again later")
        for name, body in notes.items():
            if body is None:
                self._notes.pop((source, name), None)
                continue
            self._revision += 1
            self._notes[source, name] = Note(body, self._revision), until
        return True

    def _there(self, source: SourceId, name: str) -> Note | None:
        note, until = self._notes.get((source, name), (None, None))
        return None if until is not None and until <= self._clock() else note

    def _sweep(self) -> None:
        now = self._clock()
        self._notes = {k: v for k, v in self._notes.items() if v[1] is None or v[1] > now}
