"""Cells as a spreadsheet may be given them: no text is run as a formula, and an amount is exact."""

import csv
import io
from collections.abc import Iterable, Sequence

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # full-width ones count in some locales
BOM = "\ufeff"  # by which Excel knows UTF-8


def plain(cell: object) -> str:
    """A text that no spreadsheet runs as a formula."""
    text = str(cell)
    return f"'{text}" if text.startswith(_STARTS) else text


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table as CSV, its texts plain; None is an empty cell."""
    text = io.StringIO()
    text.write(BOM)
    sheet = csv.writer(text)
    sheet.writerow(columns)
    sheet.writerows([plain(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return text.getvalue()


def yuan(fen: int | None) -> str:
    """An amount in yuan with both decimals, '' where there is none; a number, so a minus in front is one."""
    if fen is None:
        return ""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02}"
