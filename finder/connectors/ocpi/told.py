"""Objects as the operator last told them: what a PATCH changes, and what an older message does not."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from finder.connectors.ocpi.values import Object, moment, parse, refuse, write
from finder.connectors.sdk.notebook import ABSENT, Notebook
from finder.errors import Busy
from finder.kernel.clock import Clock
from finder.stations.model import SourceId

MAX_OBJECT = 2 * 1024 * 1024  # bytes of one object, however many PATCHes made it
_TRIES = 8


class Kind(StrEnum):
    """What is kept, and under which name."""

    LOCATION = "location"
    TARIFF = "tariff"
    SESSION = "session"
    CDR = "cdr"
    ORDER = "order"  # our order behind a reference of ours, and the operator's session of it
    COMMAND = "command"


# Stations are kept until the operator takes them back; what belongs to a session, as long as somebody may ask.
_KEPT: Mapping[Kind, timedelta] = {
    Kind.SESSION: timedelta(days=60),
    Kind.CDR: timedelta(days=400),
    Kind.ORDER: timedelta(days=400),
    Kind.COMMAND: timedelta(days=2),
}


class Told:
    """One operator's objects by kind and id; ids are compared without case, as OCPI's CiString is.

    Every method raises StoreUnavailable.
    """

    def __init__(self, source: SourceId, notebook: Notebook, clock: Clock) -> None:
        self._source, self._notebook, self._clock = source, notebook, clock

    async def get(self, kind: Kind, object_id: str) -> dict[str, Any] | None:
        """An object as it was last told; None where it never was."""
        return (await self.get_many(kind, [object_id])).get(object_id.lower())

    async def get_many(self, kind: Kind, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Those of these objects that are known, by id in lower case."""
        names = {_name(kind, each): each.lower() for each in ids}
        notes = await self._notebook.read(self._source, list(names)) if names else {}
        return {names[name]: parse(note.body) for name, note in notes.items()}

    async def put_many(self, kind: Kind, objects: Mapping[str, Object]) -> None:
        """Keeps objects of a crawl, but for those that a newer push has told already."""
        for _ in range(_TRIES):
            names = {_name(kind, each): told for each, told in objects.items()}
            notes = await self._notebook.read(self._source, list(names))
            fresh = {
                name: write(told)
                for name, told in names.items()
                if name not in notes or not older(told, parse(notes[name].body))
            }
            seen = {name: notes[name].revision if name in notes else ABSENT for name in fresh}
            if not fresh or await self._notebook.write(self._source, fresh, seen, self._until(kind)):
                return
        raise _contended()

    async def change(
        self, kind: Kind, object_id: str, how: Callable[[dict[str, Any] | None], dict[str, Any] | None]
    ) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
        """Reads, changes and keeps as one step; returns before and after. What `how` raises passes, nothing kept.

        `how` may return None, to forget the object, or what it was given, to leave it; it must not change that.
        """
        name = _name(kind, object_id)
        for _ in range(_TRIES):
            note = (await self._notebook.read(self._source, [name])).get(name)
            before = None if note is None else parse(note.body)
            after = how(before)
            if after is before:
                return before, after
            body = None if after is None else write(after)
            if body is not None and len(body) > MAX_OBJECT:
                refuse("TOO_LARGE", f"对象超过 {MAX_OBJECT} 字节", f"the object is over {MAX_OBJECT} bytes")
            seen = {name: ABSENT if note is None else note.revision}
            if await self._notebook.write(self._source, {name: body}, seen, self._until(kind)):
                return before, after
        raise _contended()

    def _until(self, kind: Kind) -> datetime | None:
        kept = _KEPT.get(kind)
        return None if kept is None else self._clock() + kept


def older(told: Object, known: Object) -> bool:
    """Whether the first was last updated before the second."""
    one, other = moment(told.get("last_updated")), moment(known.get("last_updated"))
    return one is not None and other is not None and one < other


def _name(kind: Kind, object_id: str) -> str:
    return f"ocpi/{kind.value}/{object_id.lower()}"


def _contended() -> Busy:
    return Busy("同一对象正被其他进程修改，请重发", "the same object is being changed elsewhere: send again")
