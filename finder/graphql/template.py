"""What was written of a station, in strata: its record, what stands until a flip or a new minute, ages each second.

Each stratum is bytes cut at holes, and the stratum above fills them.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from finder.graphql.moment import Moment
from finder.live.lately import StationNow

HOLE = "\0"  # never in JSON, which escapes it
MAX_KEPT = 64_000_000  # bytes, as estimated

Stand = tuple[Callable[[Any, Moment, Callable[[datetime], None]], str], Any]


class Written:
    """A station's static JSON, what it was when it was last looked at, and the whole as it was written last."""

    __slots__ = ("ages", "holes", "minute", "now", "second", "size", "source", "standing", "static", "whole")

    def __init__(self, source: Any, static: list[bytes], holes: list[Stand]) -> None:
        self.source = source  # held, so that no other can take over its id()
        self.static = static
        self.holes = holes
        self.size = 700 + 3 * sum(map(len, static)) + 500 * len(static)
        self.now: StationNow | None = None
        self.minute = self.second = 0
        self.standing: list[bytes] = []
        self.ages: list[datetime] = []
        self.whole = b""

    def stand(self, now: StationNow, moment: Moment) -> None:
        """Fills the holes of the record."""
        self.ages = []
        parts = [self.static[0]]
        for (write, inner), chunk in zip(self.holes, self.static[1:], strict=True):
            parts += write(inner, moment, self.ages.append).encode(), chunk
        self.standing = b"".join(parts).split(b"\0")
        self.now, self.minute, self.second = now, moment.second // 60, 0

    def age(self, moment: Moment) -> None:
        """Fills what is left."""
        parts, now = [self.standing[0]], moment.now
        for then, chunk in zip(self.ages, self.standing[1:], strict=True):
            age_s = (now - then).total_seconds()  # as writers.write_age, but in bytes at once
            parts += b"%.1f" % age_s if age_s > 0 else b"0.0", chunk
        self.whole = b"".join(parts)
        self.second = moment.second


class Templates:
    """The written stations of every compiled operation; the oldest make room."""

    def __init__(self, most: int = MAX_KEPT) -> None:
        self._most = most
        self._size = 0
        self._count = 0
        self.kept: dict[tuple[int, int], Written] = {}

    def template(self, write: Callable[..., str]) -> "Template":
        """A place for the stations of one selection."""
        self._count += 1
        return Template(self, self._count, write)

    def keep(self, key: tuple[int, int], written: Written) -> None:
        """Keeps it, and lets the oldest go."""
        self.kept[key] = written
        self._size += written.size
        while self._size > self._most and len(self.kept) > 1:
            self._size -= self.kept.pop(next(iter(self.kept))).size


class Template:
    """One selection on a station: `write` gives its static text, with a mark for each hole that it passes on."""

    __slots__ = ("_kept", "_number", "_templates", "_write")

    def __init__(self, templates: Templates, number: int, write: Callable[..., str]) -> None:
        self._templates = templates
        self._kept = templates.kept
        self._number = number
        self._write = write

    def splice(self, source: Any, moment: Moment, out: list[bytes]) -> None:
        """Writes the station as it is at that moment."""
        key = (self._number, id(source))
        written = self._kept.get(key)
        if written is None:
            written = self._fresh(source, key)
        elif written.now is not None and written.second == moment.second and moment.now <= written.now.until:
            out.append(written.whole)
            return
        now = moment.station(source)
        if written.now is not now or written.minute != moment.second // 60:
            written.stand(now, moment)
        if written.second != moment.second:
            written.age(moment)
        out.append(written.whole)

    def _fresh(self, source: Any, key: tuple[int, int]) -> Written:
        holes: list[Stand] = []
        static = self._write(source, None, holes.append).encode().split(b"\0")
        written = Written(source, static, holes)
        self._templates.keep(key, written)
        return written


def filled(text: str, holes: Iterable[tuple[Template, Any]], moment: Moment, out: list[bytes]) -> None:
    """Appends a text whose marks are filled, in order, by stations."""
    chunks = iter(text.encode().split(b"\0"))
    out.append(next(chunks))
    for template, source in holes:
        template.splice(source, moment, out)
        out.append(next(chunks))
