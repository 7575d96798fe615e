"""What people write: cleaned of what nobody sees, and no longer than it may be."""

import unicodedata

from finder.errors import BadInput

MAX_NOTE = 200
MAX_TEXT = 1_000
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn"}


def clean(text: str, *, lines: bool = False) -> str:
    """Without control, format and unassigned characters; line breaks stay where `lines`, else they are spaces."""
    kept = "".join(
        c if unicodedata.category(c) not in _UNSEEN else ("\n" if lines and c == "\n" else " " if c in "\n\t" else "")
        for c in text
    )
    return kept.strip()


def read_note(text: str | None) -> str | None:
    """None where nothing is left. Raises BadInput, NOTE_TOO_LONG."""
    if text is None:
        return None
    note = clean(text[: 4 * MAX_NOTE + 1])
    if len(note) > MAX_NOTE or len(text) > 4 * MAX_NOTE:
        raise BadInput(
            f"备注最多 {MAX_NOTE} 字，请缩短后再发",
            f"a note has at most {MAX_NOTE} characters: shorten it and send it again",
            code="NOTE_TOO_LONG",
        )
    return note or None


def read_text(text: str) -> str:
    """Raises BadInput, COMPLAINT_TEXT."""
    said = clean(text[: 4 * MAX_TEXT + 1], lines=True)
    if not 1 <= len(said) <= MAX_TEXT or len(text) > 4 * MAX_TEXT:
        raise BadInput(
            f"请用 1 至 {MAX_TEXT} 字说明情况",
            f"say it in 1 to {MAX_TEXT} characters",
            code="COMPLAINT_TEXT",
        )
    return said


def read_stars(stars: int | None) -> int | None:
    """Raises BadInput, STARS."""
    if stars is not None and not 1 <= stars <= 5:
        raise BadInput("星级应为 1 至 5，也可不填", "stars are 1 to 5, or left out", code="STARS")
    return stars
