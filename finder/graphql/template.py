"""What is static about a station, written once as JSON with holes for what lives, and kept while there is room."""

from collections.abc import Callable, Iterable
from typing import Any

from finder.graphql.moment import Moment

HOLE = "\0"  # never in JSON, which escapes it
MAX_KEPT = 64_000_000  # bytes, as estimated

Emit = Callable[[Any, Moment], bytes]
Written = tuple[Any, list[bytes], list[tuple[Emit, Any]], int]


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
        self._size += written[3]
        while self._size > self._most and len(self.kept) > 1:
            self._size -= self.kept.pop(next(iter(self.kept)))[3]


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
        # The entry holds its source, so that no other can take over the id while it is kept.
        written = self._kept.get(key) or self._fresh(source, key)
        chunks = iter(written[1])
        add = out.append
        add(next(chunks))
        for emit, inner in written[2]:
            add(emit(inner, moment))
            add(next(chunks))

    def _fresh(self, source: Any, key: tuple[int, int]) -> Written:
        holes: list[tuple[Emit, Any]] = []
        chunks = self._write(source, None, holes.append).encode().split(b"\0")
        written = (source, chunks, holes, 400 + sum(map(len, chunks)) + 120 * len(chunks))
        self._templates.keep(key, written)
        return written


def filled(text: str, holes: Iterable[tuple[Template, Any]], moment: Moment, out: list[bytes]) -> None:
    """Appends a text whose marks are filled, in order, by stations."""
    chunks = iter(text.encode().split(b"\0"))
    out.append(next(chunks))
    for template, source in holes:
        template.splice(source, moment, out)
        out.append(next(chunks))
