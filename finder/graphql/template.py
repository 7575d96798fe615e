"""What is static about a station, written once as JSON with holes for what lives, and kept while there is room."""

from collections.abc import Callable, Iterable
from typing import Any

from finder.graphql.moment import Moment
from finder.live.lately import StationNow

HOLE = "\0"  # never in JSON, which escapes it
MAX_KEPT = 64_000_000  # bytes, as estimated

Emit = Callable[[Any, Moment], bytes]


class Written:
    """A station's static JSON, cut at its holes, and the whole as it was written last."""

    __slots__ = ("chunks", "holes", "now", "size", "source", "whole")

    def __init__(self, source: Any, chunks: list[bytes], holes: list[tuple[Emit, Any]]) -> None:
        self.source = source  # held, so that no other can take over its id()
        self.chunks = chunks
        self.holes = holes
        self.size = 500 + 2 * sum(map(len, chunks)) + 150 * len(chunks)
        self.now: StationNow | None = None
        self.whole = b""


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
        written = self._kept.get(key) or self._fresh(source, key)
        now = moment.station(source)
        if written.now is not now:
            # Every hole is a function of the station, the second and the board: the same StationNow, the same bytes.
            parts = [written.chunks[0]]
            for (emit, inner), chunk in zip(written.holes, written.chunks[1:], strict=True):
                parts += emit(inner, moment), chunk
            written.whole = b"".join(parts)
            written.now = now
        out.append(written.whole)

    def _fresh(self, source: Any, key: tuple[int, int]) -> Written:
        holes: list[tuple[Emit, Any]] = []
        chunks = self._write(source, None, holes.append).encode().split(b"\0")
        written = Written(source, chunks, holes)
        self._templates.keep(key, written)
        return written


def filled(text: str, holes: Iterable[tuple[Template, Any]], moment: Moment, out: list[bytes]) -> None:
    """Appends a text whose marks are filled, in order, by stations."""
    chunks = iter(text.encode().split(b"\0"))
    out.append(next(chunks))
    for template, source in holes:
        template.splice(source, moment, out)
        out.append(next(chunks))
