"""CSV row by row: separators and encodings as they come, and each row's own line number."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from typing import IO

from finder.errors import BadInput
from finder.federation.imports.model import Context, Items, bad, refused
from finder.stations.model import Station

Row = dict[str, str]
MAX_FIELD = 128 * 1024


def text_of(stream: IO[bytes]) -> io.TextIOWrapper:
    """UTF-8 with or without a mark, or Windows-1252 as German offices write it."""
    head = getattr(stream, "peek", lambda _: b"")(1 << 16)
    try:
        head[: len(head) - 4].decode()
        encoding = "utf-8-sig"
    except UnicodeDecodeError as error:
        encoding = "utf-8-sig" if error.start >= len(head) - 8 else "cp1252"
    return io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline="")


def rows(text: io.TextIOBase, header: Callable[[Sequence[str]], bool], delimiter: str) -> Iterator[tuple[int, Row]]:
    """Each row below the first that is a header, with its line; lines above the header are skipped."""
    reader = csv.reader(text, delimiter=delimiter)
    names: list[str] | None = None
    for cells in _lines(reader):
        if names is None:
            names = unique_names(cells) if header(cells) else None
        elif any(cell.strip() for cell in cells):
            yield reader.line_num, dict(zip(names, (*cells, *[""] * (len(names) - len(cells))), strict=False))
    if names is None:
        raise bad("文件没有可识别的表头", "the file has no header that is known", "FILE_KIND")


def _lines(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield ["\ufffd"]  # a row that cannot be split; it is refused as a row


def unique_names(cells: Sequence[str]) -> list[str]:
    """Names without blanks around them; one that comes again has its number behind it."""
    names: list[str] = []
    for cell in cells:
        name = cell.strip()
        names.append(name if name not in names else f"{name}{sum(n.startswith(name) for n in names) + 1}")
    return names


def each_row(
    numbered: Iterator[tuple[int, Row]], id_column: str, context: Context, make: Callable[[Row, Context], Station]
) -> Items:
    """A station of each row, or why not."""
    for line, row in numbered:
        try:
            yield make(row, context)
        except BadInput as error:
            yield refused(f"{context.name} line {line}", row.get(id_column, "")[:80], error)


def needed(row: Row, column: str) -> str:
    """A cell that must not be empty. Raises BadInput."""
    value = row.get(column, "").strip()
    if not value:
        raise bad(f"缺少 {column}", f"{column} is missing", "FIELD_MISSING")
    return value
