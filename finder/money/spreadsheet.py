"""Cells as a spreadsheet may be given them: no text is run as a formula, and an amount is exact."""

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # full-width ones count in some locales
BOM = "\ufeff"  # by which Excel knows UTF-8


def plain(cell: object) -> str:
    """A text that no spreadsheet runs as a formula."""
    text = str(cell)
    return f"'{text}" if text.startswith(_STARTS) else text


def yuan(fen: int | None) -> str:
    """An amount in yuan with both decimals, '' where there is none; a number, so a minus in front is one."""
    if fen is None:
        return ""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02}"
